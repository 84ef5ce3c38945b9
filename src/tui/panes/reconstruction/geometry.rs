//! Where everything stands in the reconstruction pane.

use crate::data::ItemShape;
use crate::pictures::item;
use ratatui::layout::{Position, Rect};

use crate::tui::layout::{affordable, columns_for, sheet};

/// The reconstruction pane: columns of input, output and difference, each with a line for its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Rows of one image.
    pub image_rows: u16,
    /// Columns of one image.
    pub image_columns: u16,
    /// Images beside one another.
    pub columns: usize,
    /// Groups of three images above one another.
    pub rows: usize,
    /// Lines of one group.
    pub group_rows: u16,
}

/// Rows of an image in the reconstruction pane: enough to read a digit, and every pixel of one.
const USUAL_IMAGE_ROWS: u16 = 7;
const LARGEST_IMAGE_ROWS: u16 = 14;

impl Geometry {
    /// Test images on a page.
    pub fn page(&self) -> usize {
        self.columns * self.rows
    }

    /// The place of the group under the mouse, in a pane that begins at `area`.
    pub fn at(&self, area: Rect, at: Position) -> Option<usize> {
        let (x, y) = (at.x.checked_sub(area.x)?, at.y.checked_sub(area.y)?);
        let column = usize::from(x / (self.image_columns + 1));
        let row = usize::from(y / self.group_rows);
        (column < self.columns && row < self.rows).then(|| row * self.columns + column)
    }
}

/// Divides the inside of the reconstruction pane for images of `width` x `height` pixels; its last line is for text.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let (width, height) = item::size(shape);
    // As many groups as fit at the usual size, then as large as their number allows.
    let rows = (area.height / (3 * USUAL_IMAGE_ROWS + 1)).max(1);
    let image_rows = ((area.height / rows).saturating_sub(1) / 3).clamp(1, LARGEST_IMAGE_ROWS);
    let image_columns = columns_for(image_rows, width, height, area.width);
    let group_rows = 3 * image_rows + 1;
    let (columns, rows) = sheet(
        area.width.saturating_add(1) / (image_columns + 1),
        (area.height / group_rows).min(rows),
        affordable(width, height),
    );
    Geometry {
        image_rows,
        image_columns,
        columns,
        rows,
        group_rows,
    }
}
