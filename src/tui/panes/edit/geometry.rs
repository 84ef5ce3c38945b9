//! Where everything stands in the edit pane.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::widgets::picture_grid::PictureGrid;

/// Rows of a picture of the strip, and rows of the pane from which on that has them.
const STRIP_ROWS: [(u16, u16); 2] = [(7, 40), (6, 20)];
/// Rows of a picture of the strip in a lower pane.
const LEAST_STRIP_ROWS: u16 = 4;
/// Columns of the list at most.
const LIST: u16 = 40;
/// Before, after, and what is different.
const PICTURES: usize = 3;

/// The list of attributes on the left, three pictures beside it, and a strip of strengths below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// The list.
    pub list: Rect,
    /// Before, after, and what is different.
    pub pictures: PictureGrid,
    /// The line above the strip.
    pub strip_heading: Rect,
    /// Pictures with other strengths of the selected attribute.
    pub strip: PictureGrid,
}

/// Divides the inside of the pane.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let fitting = STRIP_ROWS.into_iter().find(|&(_, pane)| area.height >= pane);
    let strip_rows = fitting.map_or(LEAST_STRIP_ROWS, |(rows, _)| rows);
    let [upper, strip_heading, strip] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(strip_rows + 1),
    ])
    .areas(area);
    let [list, _, pictures] = Layout::horizontal([
        Constraint::Length(LIST.min(area.width / 3)),
        Constraint::Length(2),
        Constraint::Min(0),
    ])
    .areas(upper);
    Geometry {
        list,
        pictures: largest(pictures, shape),
        strip_heading,
        strip: PictureGrid::new(strip, shape, strip_rows),
    }
}

/// The largest pictures of which three fit beside one another.
fn largest(area: Rect, shape: ItemShape) -> PictureGrid {
    let with_rows = |rows: u16| PictureGrid::new(area, shape, rows);
    let mut sizes = (1..area.height).rev().map(with_rows);
    sizes
        .find(|grid| grid.columns >= PICTURES)
        .unwrap_or_else(|| with_rows(1))
}

impl Geometry {
    /// Strengths of the strip: an odd number, so that the middle one is 0.
    pub fn steps(&self) -> usize {
        let fitting = self.strip.columns.max(1);
        fitting - (1 - fitting % 2)
    }
}
