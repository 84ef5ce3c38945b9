//! Where everything stands in the samples pane.

use ratatui::layout::Rect;

use crate::data::ItemShape;
use crate::tui::layout::is_tall;
use crate::tui::widgets::picture_grid::PictureGrid;

/// Rows of a picture on a small screen, where it has another below, and on a large one.
const SMALL_IMAGE_ROWS: u16 = 5;
const SMALL_PAIR_ROWS: u16 = 4;
const LARGE_IMAGE_ROWS: u16 = 7;

/// A line that says what is drawn, and below it rows of pictures, of which every second may be of nearest training items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// All pictures.
    pub grid: PictureGrid,
    /// Rows of the grid that belong to a row of samples: 2 where each has its nearest item below.
    pub rows_per_sample: usize,
}

/// Divides the inside of the pane.
pub fn geometry(area: Rect, shape: ItemShape, shows_nearest: bool) -> Geometry {
    let usual = match (is_tall(area), shows_nearest) {
        (true, _) => LARGE_IMAGE_ROWS,
        (false, true) => SMALL_PAIR_ROWS,
        (false, false) => SMALL_IMAGE_ROWS,
    };
    let body = Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    let grid = PictureGrid::new(body, shape, usual);
    Geometry {
        grid,
        rows_per_sample: if shows_nearest && grid.rows >= 2 { 2 } else { 1 },
    }
}

impl Geometry {
    /// Samples beside one another.
    pub fn columns(&self) -> usize {
        self.grid.columns
    }

    /// Rows of samples that are seen at once.
    pub fn rows(&self) -> usize {
        self.grid.rows / self.rows_per_sample
    }

    /// Samples that are seen at once.
    pub fn page(&self) -> usize {
        self.columns() * self.rows()
    }
}
