//! Where everything stands in the edit pane.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::widgets::picture_grid::PictureGrid;

/// The fewest rows of a picture of the strip.
const LEAST_STRIP_ROWS: u16 = 4;
/// Pictures of the strip that are beside one another at least, where they have those rows.
const LEAST_STEPS: usize = 7;
/// Rows that the list has, where there is room.
const LIST_ROWS: u16 = 8;
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
    // The pictures take what their width allows, the strip what they leave.
    let most = area
        .height
        .saturating_sub(LEAST_STRIP_ROWS + 2)
        .min(area.height / 3 * 2);
    let [_, _, beside] = upper_parts(Rect { height: most, ..area });
    let pictures = largest(beside, shape);
    let [upper, strip_heading, strip] = Layout::vertical([
        Constraint::Length((pictures.image_rows + 1).max(LIST_ROWS).min(most)),
        Constraint::Length(1),
        Constraint::Fill(1),
    ])
    .areas(area);
    let with_rows = |rows: u16| {
        let height = strip.height.min(rows + 1);
        PictureGrid::new(Rect { height, ..strip }, shape, rows)
    };
    let mut strips = (LEAST_STRIP_ROWS..strip.height).rev().map(with_rows);
    let strip = strips
        .find(|grid| grid.columns >= LEAST_STEPS)
        .unwrap_or_else(|| with_rows(LEAST_STRIP_ROWS));
    let [list, _, _] = upper_parts(upper);
    Geometry {
        list,
        pictures,
        strip_heading,
        strip,
    }
}

/// The list, a gap, and what stands beside it.
fn upper_parts(area: Rect) -> [Rect; 3] {
    Layout::horizontal([
        Constraint::Length(LIST.min(area.width / 3)),
        Constraint::Length(2),
        Constraint::Min(0),
    ])
    .areas(area)
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
