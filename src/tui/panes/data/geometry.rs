//! Where everything stands in the data browser.

use ratatui::layout::Rect;

use crate::data::ItemShape;
use crate::pictures::item;
use crate::tui::layout::{affordable, columns_for, sheet};

/// The data browser: a line that says what is listed, and below it rows of pictures, each over a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Rows of a picture; its label stands on the line below.
    pub image_rows: u16,
    /// Columns of a picture, behind which one is free.
    pub image_columns: u16,
    /// Pictures beside one another.
    pub columns: usize,
    /// Rows of pictures.
    pub rows: usize,
}

/// Rows of a picture on a small screen and on a large one.
const SMALL_IMAGE_ROWS: u16 = 6;
const LARGE_IMAGE_ROWS: u16 = 8;
/// Rows of a pane that is large.
const LARGE: u16 = 40;

impl Geometry {
    /// Items on a page.
    pub fn page(&self) -> usize {
        self.columns * self.rows
    }
}

/// Divides the inside of the data browser for items of a shape.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let usual = if area.height >= LARGE {
        LARGE_IMAGE_ROWS
    } else {
        SMALL_IMAGE_ROWS
    };
    let image_rows = usual.min(area.height.saturating_sub(2)).max(1);
    let (width, height) = item::size(shape);
    let image_columns = columns_for(image_rows, width, height, area.width);
    let (columns, rows) = sheet(
        area.width.saturating_add(1) / (image_columns + 1),
        area.height.saturating_sub(1) / (image_rows + 1),
        affordable(shape.numbers(), 1),
    );
    Geometry {
        image_rows,
        image_columns,
        columns,
        rows,
    }
}
