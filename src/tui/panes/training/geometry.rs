//! Where everything stands in the training pane.

use ratatui::layout::{Constraint, Layout, Rect};

/// The training pane: numbers above, the curve and the KL terms below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The lines of numbers.
    pub numbers: Rect,
    /// The line that says what seems to be wrong; without height where nothing does.
    pub finding: Rect,
    /// The training curve.
    pub curve: Rect,
    /// The heading of the KL terms.
    pub bars_title: Rect,
    /// One bar per latent dimension and line.
    pub bars: Rect,
}

/// Lines of numbers above the training curve: three, and one for log p(x) once it was estimated.
const NUMBERS: u16 = 3;
/// Columns of the KL bars, where there is room for them.
const BARS: u16 = 24;

/// Divides the inside of the training pane, with a line for estimates of log p(x) or without, and one for what seems to be wrong.
pub fn geometry(area: Rect, has_estimates: bool, has_finding: bool) -> Geometry {
    let numbers = NUMBERS + u16::from(has_estimates);
    let [numbers, finding, rest] = Layout::vertical([
        Constraint::Length(numbers),
        Constraint::Length(u16::from(has_finding)),
        Constraint::Min(0),
    ])
    .areas(area);
    let bars = BARS.min(area.width / 3);
    let [curve, _, right] = Layout::horizontal([
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(bars),
    ])
    .areas(rest);
    let [bars_title, bars] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(right);
    Geometry {
        numbers,
        finding,
        curve,
        bars_title,
        bars,
    }
}
