//! Where everything stands, for every size of the terminal.
//!
//! ```text
//! header                                header
//! +- Training ----+- Traversal ---+     +- Training --------------+
//! |               |               |     |                         |
//! +---------------+               |     |   (one pane below       |
//! +- Reconstruct.-+               |     |    100 x 30, or zoomed) |
//! |               |               |     |                         |
//! +---------------+---------------+     +-------------------------+
//! footer                                footer
//! ```
//!
//! What a pane does with its place stands in its own folder.

use ratatui::layout::{Constraint, Layout, Margin, Rect};

use super::panes::{KINDS, Kind, Place};

/// The smallest terminal that shows panes beside one another.
const SEVERAL_PANES: (u16, u16) = (100, 30);

/// Which part of the screen belongs to whom.
pub struct Arrangement {
    /// The line at the top.
    pub header: Rect,
    /// The visible panes with their frames.
    pub panes: Vec<(&'static Kind, Rect)>,
    /// The line at the bottom.
    pub footer: Rect,
}

/// Divides the screen; the pane with the `focus` may be `zoomed`.
pub fn arrange(area: Rect, focus: &'static Kind, zoomed: bool) -> Arrangement {
    let [header, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    let is_large = area.width >= SEVERAL_PANES.0 && area.height >= SEVERAL_PANES.1;
    let panes = if is_large && !zoomed && focus.place != Place::Whole {
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(body);
        let lower_height = 15.max(body.height / 2);
        let [upper, lower] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(lower_height)]).areas(left);
        let placed = |kind: &&'static Kind| match kind.place {
            Place::UpperLeft => Some((*kind, upper)),
            Place::LowerLeft => Some((*kind, lower)),
            Place::Right => Some((*kind, right)),
            Place::Whole => None,
        };
        KINDS.iter().filter_map(placed).collect()
    } else {
        vec![(focus, body)]
    };
    Arrangement {
        header,
        panes,
        footer,
    }
}

/// The inside of a pane's frame.
pub fn inside(pane: Rect) -> Rect {
    pane.inner(Margin::new(1, 1))
}

/// Columns that an image of `width` x `height` pixels takes when it is `rows` cells high, at least one and at most
/// `most`: wider images are lower, to keep their proportions.
pub fn columns_for(rows: u16, width: usize, height: usize, most: u16) -> u16 {
    let columns = (2.0 * f64::from(rows) * width as f64 / height.max(1) as f64).round();
    (columns as u16).min(most).max(1)
}

/// Images of so many pixels that are decoded for one pane: a screen full of thin ones would take seconds.
pub fn affordable(width: usize, height: usize) -> usize {
    const PIXELS: usize = 1 << 22;
    (PIXELS / (width * height).max(1)).max(1)
}

/// At most `columns` by `rows` images, and not more than `most` of them.
pub fn sheet(columns: u16, rows: u16, most: usize) -> (usize, usize) {
    let columns = usize::from(columns).min(most);
    (columns, usize::from(rows).min(most / columns.max(1)))
}

/// The first of `shown` rows out of `all` so that `selected` stands in the middle where it can.
pub fn window(selected: usize, shown: usize, all: usize) -> usize {
    selected.saturating_sub(shown / 2).min(all.saturating_sub(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_keeps_the_selection_inside() {
        for all in 0..30 {
            for shown in 0..12 {
                for selected in 0..all {
                    let first = window(selected, shown, all);
                    assert!(shown == 0 || (first..first + shown).contains(&selected));
                    assert!(first + shown <= all.max(shown));
                }
            }
        }
    }
}
