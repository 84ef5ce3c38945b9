//! Where everything stands among the directions.

use ratatui::layout::{Constraint, Layout, Rect};

use crate::data::ItemShape;
use crate::tui::layout::{affordable, is_tall};
use crate::tui::widgets::picture_grid::PictureGrid;

/// The parts of the inside of the pane.
pub struct Geometry {
    /// The line that says how the directions were found.
    pub heading: Rect,
    /// The picture of the selected point.
    pub point: PictureGrid,
    /// The table of the directions, one a line.
    pub table: Rect,
    /// The items along the directions that are listed: a row each, over a line that says which it is.
    pub strips: PictureGrid,
    /// Items along each.
    pub steps: usize,
    /// Directions that are listed with their items.
    pub count: usize,
}

/// Rows of an item in a strip on a small screen and on a large one.
const SMALL_STRIP_ROWS: u16 = 3;
const LARGE_STRIP_ROWS: u16 = 5;
/// The most items along a direction.
const MOST_STEPS: usize = 13;

/// Divides the inside of the pane: the point and the table beside one another, and below them the strips.
pub fn geometry(area: Rect, shape: ItemShape) -> Geometry {
    let is_large = is_tall(area);
    let point_rows = (area.height / 5 * 2).min(area.width / 4).max(1);
    let [heading, upper, strips] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(point_rows + 1),
        Constraint::Min(0),
    ])
    .areas(area);
    let point = PictureGrid::new(upper, shape, point_rows);
    let [point_area, _, table] = Layout::horizontal([
        Constraint::Length(point.image_columns.min(area.width / 2)),
        Constraint::Length(2),
        Constraint::Min(0),
    ])
    .areas(upper);
    let rows = if is_large {
        LARGE_STRIP_ROWS
    } else {
        SMALL_STRIP_ROWS
    };
    let grid = PictureGrid::new(strips, shape, rows);
    let most = affordable(shape.numbers(), 1);
    // As many to one side as to the other, with the point itself between them.
    let odd = |count: usize| count - (1 - count % 2).min(count);
    let steps = odd(grid.columns.clamp(1, MOST_STEPS).min(most));
    Geometry {
        heading,
        point: PictureGrid::new(point_area, shape, point_rows),
        table,
        count: grid.rows.min(most / steps.max(1)).max(1),
        strips: grid,
        steps,
    }
}
