//! Where everything stands among the anomalies.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::layout::is_tall;
use crate::tui::widgets::picture_grid::PictureGrid;

/// The parts of the inside of the pane.
pub struct Geometry {
    /// The lines that say what is ranked, and what lies above the threshold.
    pub heading: Rect,
    /// The pictures.
    pub grid: PictureGrid,
    /// Pictures of an item beside one another.
    pub per_item: usize,
}

/// Rows of a picture on a small screen and on a large one.
const SMALL_IMAGE_ROWS: u16 = 5;
const LARGE_IMAGE_ROWS: u16 = 7;

/// Divides the inside of the pane: two lines of words, and below them rows of pictures, two of each item where its surprise is
/// shown.
pub fn geometry(area: Rect, shape: ItemShape, shows_surprise: bool) -> Geometry {
    let [heading, body] = Layout::vertical([Constraint::Length(2), Constraint::Min(0)]).areas(area);
    let usual = if is_tall(area) {
        LARGE_IMAGE_ROWS
    } else {
        SMALL_IMAGE_ROWS
    };
    let grid = PictureGrid::new(body, shape, usual);
    // A pane too narrow for two pictures shows the items alone.
    let per_item = if shows_surprise && grid.columns >= 2 { 2 } else { 1 };
    Geometry {
        heading,
        grid,
        per_item,
    }
}

impl Geometry {
    /// Items beside one another.
    pub fn columns(&self) -> usize {
        self.grid.columns / self.per_item
    }

    /// Items on a page.
    pub fn page(&self) -> usize {
        self.columns() * self.grid.rows
    }

    /// Pictures at the end of a row that belong to no item.
    pub fn left_over(&self) -> usize {
        self.grid.columns - self.columns() * self.per_item
    }

    /// The place of an item's first picture among those of the grid.
    pub fn picture_of(&self, item: usize) -> usize {
        let columns = self.columns().max(1);
        item / columns * self.grid.columns + item % columns * self.per_item
    }
}
