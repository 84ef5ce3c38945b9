//! Where everything stands, for every size of the terminal.
//!
//! ```text
//! header                                header
//! +- Training ----+- Traversal ---+     +- Training --------------+
//! |               |               |     |                         |
//! +---------------+               |     |   (one pane below       |
//! +- Reconstruct.-+               |     |    100 x 30, or zoomed) |
//! |               |               |     |                         |
//! +---------------+---------------+     +-------------------------+
//! footer                                footer
//! ```
//!
//! The comparison always has the whole screen, which it is opened for.
//!
//! The update needs the same geometry as the panes, to know how many images to decode; so it stands here.

use ratatui::layout::{Constraint, Layout, Margin, Rect};

use crate::session::{Pane, View};

/// The smallest terminal that shows three panes.
const THREE_PANES: (u16, u16) = (100, 30);

/// The parts of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// The line at the top.
    pub header: Rect,
    /// The visible panes with their frames.
    pub panes: Vec<(Pane, Rect)>,
    /// The line at the bottom.
    pub footer: Rect,
}

/// Divides the screen.
pub fn arrange(area: Rect, view: &View) -> Arrangement {
    let [header, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    let is_large = area.width >= THREE_PANES.0 && area.height >= THREE_PANES.1;
    let three = is_large && !view.zoomed && view.pane != Pane::Comparison;
    let panes = if three {
        let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(body);
        let reconstruction = 15.max(body.height / 2);
        let [upper, lower] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(reconstruction)]).areas(left);
        vec![
            (Pane::Training, upper),
            (Pane::Traversal, right),
            (Pane::Reconstruction, lower),
        ]
    } else {
        vec![(view.pane, body)]
    };
    Arrangement {
        header,
        panes,
        footer,
    }
}

/// The inside of a pane's frame.
pub fn inside(pane: Rect) -> Rect {
    pane.inner(Margin::new(1, 1))
}

/// The area inside the frame of `pane`, if it is on the screen.
pub fn visible(area: Rect, view: &View, pane: Pane) -> Option<Rect> {
    let arrangement = arrange(area, view);
    let found = arrangement
        .panes
        .into_iter()
        .find(|(candidate, _)| *candidate == pane);
    found
        .map(|(_, area)| inside(area))
        .filter(|area| !area.is_empty())
}

/// Columns that an image of `width` x `height` pixels takes when it is `rows` cells high, at least one and at most
/// `most`: wider images are lower, to keep their proportions.
fn columns_for(rows: u16, width: usize, height: usize, most: u16) -> u16 {
    let columns = (2.0 * f64::from(rows) * width as f64 / height.max(1) as f64).round();
    (columns as u16).min(most).max(1)
}

/// Images of so many pixels that are decoded for one pane: a screen full of thin ones would take seconds.
fn affordable(width: usize, height: usize) -> usize {
    const PIXELS: usize = 1 << 22;
    (PIXELS / (width * height).max(1)).max(1)
}

/// At most `columns` by `rows` images, and not more than `most` of them.
fn sheet(columns: u16, rows: u16, most: usize) -> (usize, usize) {
    let columns = usize::from(columns).min(most);
    (columns, usize::from(rows).min(most / columns.max(1)))
}

/// The training pane: numbers above, the curve and the KL terms below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainingGeometry {
    /// The lines of numbers.
    pub numbers: Rect,
    /// The training curve.
    pub curve: Rect,
    /// The heading of the KL terms.
    pub bars_title: Rect,
    /// One bar a latent dimension and line.
    pub bars: Rect,
}

/// Lines of numbers above the training curve: three, and one for log p(x) once it was estimated.
const NUMBERS: u16 = 3;
/// Columns of the KL bars, where there is room for them.
const BARS: u16 = 24;

/// Divides the inside of the training pane, with a line for estimates of log p(x) or without.
pub fn training(area: Rect, has_estimates: bool) -> TrainingGeometry {
    let numbers = NUMBERS + u16::from(has_estimates);
    let [numbers, rest] = Layout::vertical([Constraint::Length(numbers), Constraint::Min(0)]).areas(area);
    let bars = BARS.min(area.width / 3);
    let [curve, _, right] = Layout::horizontal([
        Constraint::Min(0),
        Constraint::Length(1),
        Constraint::Length(bars),
    ])
    .areas(rest);
    let [bars_title, bars] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(right);
    TrainingGeometry {
        numbers,
        curve,
        bars_title,
        bars,
    }
}

/// The traversal pane: the big image and its numbers above, one strip of images a latent dimension below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraversalGeometry {
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
pub fn traversal(area: Rect, width: usize, height: usize) -> TraversalGeometry {
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
    TraversalGeometry {
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

/// The comparison pane: the legend above, the curves below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComparisonGeometry {
    /// What the cursor reads: a line of titles, one a run.
    pub legend: Rect,
    /// The curves.
    pub chart: Rect,
}

/// Divides the inside of the comparison pane for so many runs, which scroll where they take more than a third of it.
pub fn comparison(area: Rect, runs: usize) -> ComparisonGeometry {
    let rows = u16::try_from(runs)
        .unwrap_or(u16::MAX)
        .min(area.height / 3)
        .max(1);
    let [legend, chart] = Layout::vertical([Constraint::Length(1 + rows), Constraint::Min(0)]).areas(area);
    ComparisonGeometry { legend, chart }
}

/// The first of `shown` rows out of `all` so that `selected` stands in the middle where it can.
pub fn window(selected: usize, shown: usize, all: usize) -> usize {
    selected.saturating_sub(shown / 2).min(all.saturating_sub(shown))
}

/// The reconstruction pane: columns of input, output and difference, each with a line for its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReconstructionGeometry {
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

impl ReconstructionGeometry {
    /// Test images on a page.
    pub fn page(&self) -> usize {
        self.columns * self.rows
    }
}

/// Divides the inside of the reconstruction pane for images of `width` x `height` pixels; its last line is for text.
pub fn reconstruction(area: Rect, width: usize, height: usize) -> ReconstructionGeometry {
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
    ReconstructionGeometry {
        image_rows,
        image_columns,
        columns,
        rows,
        group_rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_keeps_the_selection_inside() {
        for all in 0..30 {
            for shown in 0..12 {
                for selected in 0..all {
                    let first = window(selected, shown, all);
                    assert!(shown == 0 || (first..first + shown).contains(&selected));
                    assert!(first + shown <= all.max(shown));
                }
            }
        }
    }
}
