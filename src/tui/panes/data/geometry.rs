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
const SMALL_IMAGE_ROWS: u16 = 5;
const LARGE_IMAGE_ROWS: u16 = 7;
/// Rows of a pane that is large.
const LARGE: u16 = 40;
/// Columns of a picture of bars or lines, which need no proportions: enough for a few values and their label.
const CHART_COLUMNS: (usize, usize) = (10, 38);

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
    let image_columns = match shape {
        ItemShape::Image { .. } => columns_for(image_rows, width, height, area.width),
        ItemShape::Vector { .. } | ItemShape::Sequence { .. } => {
            let columns = width.clamp(CHART_COLUMNS.0, CHART_COLUMNS.1);
            (columns as u16).min(area.width).max(1)
        }
    };
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
