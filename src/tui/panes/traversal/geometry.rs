//! Where everything stands in the traversal pane.

use crate::data::ItemShape;
use crate::pictures::item;
use ratatui::layout::{Constraint, Layout, Rect};

use crate::tui::layout::{affordable, columns_for, sheet};

/// The traversal pane: the big image and its numbers above, one strip of images per latent dimension below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The decoded image.
    pub image: Rect,
    /// The text beside it.
    pub text: Rect,
    /// All strips together.
    pub strips: Rect,
    /// Rows of a strip's images; its label stands on a line above.
    pub strip_rows: u16,
    /// Columns of one image of a strip.
    pub strip_columns: u16,
    /// Images of a strip, an odd number, so that the middle one is at 0.
    pub steps: usize,
    /// Strips that fit.
    pub count: usize,
    /// Images beside and above one another on a sheet, below a line of text; each has a column free on its left.
    pub sheet: (usize, usize),
}

/// Divides the inside of the traversal pane for images of `width` x `height` pixels.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let (width, height) = item::size(shape);
    let strip_rows = if area.width >= 100 && area.height >= 40 {
        5
    } else {
        4
    };
    let strip_columns = columns_for(strip_rows, width, height, area.width.saturating_sub(1));
    // The text beside the image keeps half of the width.
    let rows_by_width = usize::from(area.width / 2) * height / (2 * width.max(1));
    let rows_by_height = usize::from(area.height) * 9 / 20;
    let image_rows = rows_by_height.min(rows_by_width).clamp(1, 28) as u16;
    let image_columns = columns_for(image_rows, width, height, area.width);
    let [upper, strips] = Layout::vertical([Constraint::Length(image_rows), Constraint::Min(0)]).areas(area);
    let [image, _, text] = Layout::horizontal([
        Constraint::Length(image_columns),
        Constraint::Length(2),
        Constraint::Min(0),
    ])
    .areas(upper);
    let fitting = usize::from(area.width.saturating_add(1) / (strip_columns + 1)).clamp(1, 13);
    let most = affordable(width, height);
    let steps = (fitting - (1 - fitting % 2)).min(most - (1 - most % 2));
    Geometry {
        image,
        text,
        strips,
        strip_rows,
        strip_columns,
        steps,
        count: usize::from(strips.height / (strip_rows + 1)).min(most / steps),
        sheet: sheet(
            area.width / (strip_columns + 1),
            strips.height.saturating_sub(1) / strip_rows,
            most,
        ),
    }
}
