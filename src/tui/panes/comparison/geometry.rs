//! Where everything stands in the comparison pane.

use ratatui::layout::{Constraint, Layout, Rect};

/// The comparison pane: the legend above, the curves below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// What the cursor reads: a line of titles, one a run.
    pub legend: Rect,
    /// The curves.
    pub chart: Rect,
}

/// Divides the inside of the comparison pane for so many runs, which scroll where they take more than a third of it.
pub fn geometry(area: Rect, runs: usize) -> Geometry {
    let rows = u16::try_from(runs)
        .unwrap_or(u16::MAX)
        .min(area.height / 3)
        .max(1);
    let [legend, chart] = Layout::vertical([Constraint::Length(1 + rows), Constraint::Min(0)]).areas(area);
    Geometry { legend, chart }
}
