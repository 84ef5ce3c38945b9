//! Where everything stands in the traversal pane.

use crate::data::ItemShape;
use crate::pictures::blocks::Drawing;
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

/// Points that an image of a strip has from top to bottom, at least: fewer don't show which digit it is.
const POINTS: u16 = 16;
/// Rows of an image of a strip.
const STRIP_ROWS: std::ops::RangeInclusive<u16> = 4..=8;
/// Images of a strip, at least, where they can be narrower for it.
const LEAST_STEPS: u16 = 3;

/// Divides the inside of the traversal pane for items of a shape, drawn with `drawing`: the fewer points a cell has, the higher is
/// a strip.
pub fn geometry(area: Rect, shape: ItemShape, drawing: Drawing) -> Geometry {
    let (width, height) = item::size(shape);
    let wanted = POINTS.div_ceil(drawing.grid().1 as u16);
    let is_large = area.width >= 100 && area.height >= 40;
    let strip_rows = (wanted.max(*STRIP_ROWS.start()) + u16::from(is_large))
        .min(*STRIP_ROWS.end())
        .min((area.height / 2).saturating_sub(1).max(*STRIP_ROWS.start()));
    let widest = ((area.width + 1) / LEAST_STEPS).saturating_sub(1);
    let strip_columns = columns_for(strip_rows, width, height, widest);
    // As many strips as leave a third to the image, and at least as much as an image of a strip has; what remains is the image's.
    let least = (area.height / 3).max(*STRIP_ROWS.end()).min(area.height / 2);
    let count = (area.height - least) / (strip_rows + 1);
    // The text beside the image keeps half of the width.
    let rows_by_width = usize::from(area.width / 2) * height / (2 * width.max(1));
    let rows_by_height = usize::from(area.height - count * (strip_rows + 1));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal_facts::Blocks;
    use crate::tui::layout;
    use crate::tui::panes::training;

    #[test]
    fn a_digit_has_sixteen_points_by_sixteen_on_a_screen_of_100_by_30() {
        let arrangement = layout::arrange(
            Rect::new(0, 0, 100, 30),
            &layout::Plan::default(),
            &training::KIND,
            false,
        );
        let pane = arrangement
            .panes
            .iter()
            .find(|(kind, _)| kind.name == "traversal");
        let area = layout::inside(pane.unwrap().1);
        for blocks in [Blocks::Half, Blocks::Quadrant, Blocks::Sextant, Blocks::Octant] {
            let geometry = geometry(area, ItemShape::grey(28, 28), Drawing::Colours(blocks));
            let (across, down) = blocks.grid();
            let points = (
                usize::from(geometry.strip_columns) * across,
                usize::from(geometry.strip_rows) * down,
            );
            // A half block is as wide as a cell, and a strip has at least three images.
            assert!(points.0 >= 15 && points.1 >= 16, "{blocks:?}: {points:?}");
            assert!(points.0 >= 16 || blocks == Blocks::Half, "{blocks:?}: {points:?}");
            assert!(
                geometry.count >= 2 && geometry.steps >= 3,
                "{blocks:?}: {geometry:?}"
            );
            let strip = geometry.steps as u16 * (geometry.strip_columns + 1) - 1;
            assert!(strip <= area.width, "{blocks:?}: {strip} columns");
        }
    }

    #[test]
    fn everything_lies_inside_at_any_size() {
        for (width, height) in (0..130).flat_map(|width| (0..60).map(move |height| (width, height))) {
            let area = Rect::new(1, 1, width, height);
            for shape in [
                ItemShape::grey(28, 28),
                ItemShape::Vector { features: 300 },
                ItemShape::grey(200, 3),
            ] {
                let geometry = geometry(area, shape, Drawing::Colours(Blocks::Quadrant));
                for part in [geometry.image, geometry.text, geometry.strips] {
                    assert_eq!(part.intersection(area), part, "{area}: {geometry:?}");
                }
                let strips = geometry.count as u16 * (geometry.strip_rows + 1);
                assert!(strips <= geometry.strips.height, "{area}: {geometry:?}");
            }
        }
    }
}
