//! Where everything stands around the canvas.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::layout::is_tall;
use crate::tui::widgets::picture_grid::PictureGrid;

/// The parts of the inside of the pane.
pub struct Geometry {
    /// The line that says what is drawn with.
    pub heading: Rect,
    /// The canvas.
    pub canvas: PictureGrid,
    /// What came of it, in pictures beside one another.
    pub pictures: PictureGrid,
    /// The line above the training items.
    pub words: Rect,
    /// The training items that are most like it.
    pub similar: PictureGrid,
}

/// Rows of the training items on a small screen and on a large one.
const SIMILAR_ROWS: (u16, u16) = (4, 8);

/// Divides the inside of the pane: the canvas at the left, as large as it fits in half of the width, and what came of it beside it;
/// the training items below.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let similar_rows = if is_tall(area) {
        SIMILAR_ROWS.1
    } else {
        SIMILAR_ROWS.0
    };
    let [heading, body, words, similar] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(similar_rows + 1),
    ])
    .areas(area);
    let rows = body.height.saturating_sub(1).max(1);
    let canvas = PictureGrid::new(
        Rect {
            width: area.width / 2,
            ..body
        },
        shape,
        rows,
    );
    let [left, _, right] = Layout::horizontal([
        Constraint::Length(canvas.image_columns),
        Constraint::Length(2),
        Constraint::Min(0),
    ])
    .areas(body);
    // Two pictures beside one another.
    let rows = rows.min(right.width.saturating_sub(1) / 4).max(1);
    Geometry {
        heading,
        canvas: PictureGrid::new(left, shape, canvas.image_rows),
        pictures: PictureGrid::new(right, shape, rows),
        words,
        similar: PictureGrid::new(similar, shape, similar_rows),
    }
}
