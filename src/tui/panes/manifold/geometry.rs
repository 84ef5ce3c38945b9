//! Where everything stands in the manifold pane.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::layout::is_tall;
use crate::tui::widgets::mosaic::Mosaic;
use crate::tui::widgets::picture_grid::PictureGrid;

/// Rows of a picture of the plane on a small screen and on a large one.
const SMALL_IMAGE_ROWS: u16 = 4;
const LARGE_IMAGE_ROWS: u16 = 5;
/// Lines of the words.
const TEXT_ROWS: u16 = 9;

/// The plane on the left; on the right the picture under the cursor, large, and words below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The plane.
    pub plane: Mosaic,
    /// The picture under the cursor.
    pub picture: PictureGrid,
    /// The words below it.
    pub text: Rect,
}

/// Divides the inside of the pane.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let rows = if is_tall(area) {
        LARGE_IMAGE_ROWS
    } else {
        SMALL_IMAGE_ROWS
    };
    let [plane, _, side] =
        Layout::horizontal([Constraint::Fill(7), Constraint::Length(2), Constraint::Fill(3)]).areas(area);
    let most = side.height.saturating_sub(TEXT_ROWS).max(side.height / 3);
    let rows_by_width = side.width.saturating_sub(1) / 2;
    let picture = PictureGrid::new(
        Rect {
            height: most.min(rows_by_width + 1),
            ..side
        },
        shape,
        most.saturating_sub(1).min(rows_by_width),
    );
    let above = picture.image_rows + 1;
    Geometry {
        plane: Mosaic::new(plane, shape, rows),
        picture,
        text: Rect {
            y: side.y + above.min(side.height),
            height: side.height.saturating_sub(above),
            ..side
        },
    }
}
