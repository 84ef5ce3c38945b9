//! Where everything stands in the data browser.

use ratatui::layout::Rect;

use crate::data::ItemShape;
use crate::tui::layout::is_tall;
use crate::tui::widgets::picture_grid::PictureGrid;

/// Rows of a picture on a small screen and on a large one.
const SMALL_IMAGE_ROWS: u16 = 6;
const LARGE_IMAGE_ROWS: u16 = 8;

/// Divides the inside of the data browser: a line that says what is listed, and below it rows of pictures.
pub fn geometry(area: Rect, shape: ItemShape) -> PictureGrid {
    let usual = if is_tall(area) {
        LARGE_IMAGE_ROWS
    } else {
        SMALL_IMAGE_ROWS
    };
    let body = Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    PictureGrid::new(body, shape, usual)
}
