//! Where everything stands in the film.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::run::film::PICTURES;
use crate::tui::widgets::picture_grid::PictureGrid;

/// Rows of the pane from which on the curve has room, and those from which on the items stand above what came back.
const WITH_CURVE: u16 = 26;
const WITH_ITEMS: u16 = 40;
/// The share of the rows that the curve takes.
const CURVE: u16 = 5;
/// Rows of a picture that still shows something.
const LEAST_IMAGE_ROWS: u16 = 4;

/// A line on top, rows of pictures, and the curve below.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// The line on top.
    pub heading: Rect,
    /// The items as they are, where there is room.
    pub items: Option<PictureGrid>,
    /// What came back of them, the most informative dimension, and draws from the prior.
    pub made: [PictureGrid; 3],
    /// The curve.
    pub curve: Rect,
}

impl Geometry {
    /// The rows of pictures from top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = PictureGrid> {
        self.items.into_iter().chain(self.made)
    }
}

/// Divides the inside of the pane.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let curve = if area.height >= WITH_CURVE {
        area.height / CURVE
    } else {
        0
    };
    let [heading, pictures, curve] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(curve),
    ])
    .areas(area);
    let has_items = pictures.height >= WITH_ITEMS - WITH_ITEMS / CURVE;
    let above = u16::from(has_items);
    let height = pictures.height / (3 + above);
    let place = |row: u16| Rect {
        y: pictures.y + row * height,
        height,
        ..pictures
    };
    let grid = |row, image_rows| PictureGrid::new(place(row), shape, image_rows);
    // All of them beside one another, unless they would be too small to be seen.
    let mut image_rows = (LEAST_IMAGE_ROWS..height).rev();
    let image_rows = image_rows.find(|&rows| grid(0, rows).columns >= PICTURES);
    let image_rows = image_rows.unwrap_or(height.saturating_sub(1));
    Geometry {
        heading,
        items: has_items.then(|| grid(0, image_rows)),
        made: [0, 1, 2].map(|row| grid(above + row, image_rows)),
        curve,
    }
}
