//! Where everything stands in the interpolation pane.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::layout::{affordable, is_tall};
use crate::tui::widgets::picture_grid::PictureGrid;

/// Rows of a picture of the strip on a small screen and on a large one.
const SMALL_STRIP_ROWS: u16 = 4;
const LARGE_STRIP_ROWS: u16 = 7;
/// Places on the way for each picture of the strip, so that what moves by itself moves smoothly.
const FINENESS: usize = 4;

/// The present picture and words about it above, a strip of pictures from A to B, and a curve below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The line on top.
    pub heading: Rect,
    /// The present picture with its label.
    pub picture: PictureGrid,
    /// The words beside it.
    pub text: Rect,
    /// Pictures along the way.
    pub strip: PictureGrid,
    /// The curve.
    pub chart: Rect,
    /// Places on the way: those of the strip, and more between them.
    pub steps: usize,
}

/// Divides the inside of the pane.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let strip_rows = if is_tall(area) {
        LARGE_STRIP_ROWS
    } else {
        SMALL_STRIP_ROWS
    };
    let [heading, upper, strip, chart] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Percentage(40),
        Constraint::Length(strip_rows + 1),
        Constraint::Min(0),
    ])
    .areas(area);
    // The words beside the picture keep half of the width.
    let half = Rect {
        width: upper.width / 2,
        ..upper
    };
    let picture = PictureGrid::new(half, shape, upper.height.saturating_sub(1));
    let text = Rect {
        x: upper.x + picture.image_columns + 2,
        width: upper.width.saturating_sub(picture.image_columns + 2),
        ..upper
    };
    let strip = PictureGrid::new(strip, shape, strip_rows);
    let fine = strip.columns.saturating_sub(1) * FINENESS + 1;
    let steps = if fine <= affordable(shape.numbers(), 1) {
        fine
    } else {
        strip.columns
    };
    Geometry {
        heading,
        picture,
        text,
        strip,
        chart,
        steps,
    }
}
