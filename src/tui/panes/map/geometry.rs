//! Where everything stands on the map.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::layout::is_tall;
use crate::tui::widgets::picture_grid::PictureGrid;

/// The parts of the inside of the pane.
pub struct Geometry {
    /// The line that says what is mapped.
    pub heading: Rect,
    /// The points.
    pub map: Rect,
    /// The line that says what the colours mean.
    pub legend: Rect,
    /// The picture of the point under the cursor.
    pub point: PictureGrid,
    /// The line that says which point that is.
    pub words: Rect,
    /// The pictures of the nearest items.
    pub items: PictureGrid,
}

/// Columns of the narrowest and of the widest strip beside the map.
const SIDE: (u16, u16) = (20, 58);
/// Rows of an item's picture on a small screen and on a large one.
const ITEM_ROWS: (u16, u16) = (5, 8);

/// Divides the inside of the pane: the map, and beside it a strip of pictures.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let [heading, body, legend] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    let width = (area.width / 3).clamp(SIDE.0, SIDE.1).min(area.width / 2);
    let [map, _, side] = Layout::horizontal([
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(width),
    ])
    .areas(body);
    let item_rows = if is_tall(area) { ITEM_ROWS.1 } else { ITEM_ROWS.0 };
    let point_rows = (side.height / 2).min(side.width / 2).max(1);
    let [point, words, items] = Layout::vertical([
        Constraint::Length(point_rows + 1),
        Constraint::Length(2),
        Constraint::Min(0),
    ])
    .areas(side);
    Geometry {
        heading,
        map,
        legend,
        point: PictureGrid::new(point, shape, point_rows),
        words,
        items: PictureGrid::new(items, shape, item_rows),
    }
}
