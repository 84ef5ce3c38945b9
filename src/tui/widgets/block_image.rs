//! Items as block characters: the one widget that draws them all. What an item looks like says
//! [`item`](crate::pictures::item), the characters are those of [`blocks`](crate::pictures::blocks); the picture is scaled by
//! one factor and centred.

use std::borrow::Cow;
use std::hash::Hash;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::data::ItemShape;
use crate::pictures::blocks::{self, Drawing, cells, dots, shade};
use crate::pictures::colour_map::ColourMap;
use crate::pictures::item;
use crate::pictures::raster::Raster;
use crate::terminal_facts::Blocks;
use crate::tui::app::App;
use crate::tui::colour::ColourDepth;
use crate::tui::pixels;
use crate::tui::theme;
use crate::tui::widgets::kept_cells::with_cells;

/// What the numbers of an item mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Values, from 0, black or the foot of a bar, to 1, white or its top.
    Values,
    /// From -1 to 1, in two hues on black: the difference of two items.
    Difference,
}

/// An item's numbers, and what there is to draw them with.
#[derive(Clone, Copy, Debug)]
pub struct BlockImage<'a> {
    /// The item's numbers; fewer than the shape has are not drawn.
    pub values: &'a [f32],
    /// The kind and the size of the item.
    pub shape: ItemShape,
    /// What the numbers mean.
    pub scale: Scale,
    /// The colours that the terminal has.
    pub depth: ColourDepth,
    /// What cells are made of.
    pub drawing: Drawing,
    /// The colours of what is grey.
    pub map: ColourMap,
}

/// The largest rectangle within `area`, centred, that an image of `width` x `height` pixels fills in its proportions.
pub fn fit(width: usize, height: usize, area: Rect) -> Rect {
    let (columns, rows) = blocks::fit((width, height), (area.width, area.height));
    Rect {
        x: area.x + (area.width - columns) / 2,
        y: area.y + (area.height - rows) / 2,
        width: columns,
        height: rows,
    }
}

impl<'a> BlockImage<'a> {
    /// A picture drawn with what this terminal has.
    pub fn of(app: &App, values: &'a [f32], shape: ItemShape, scale: Scale) -> Self {
        Self {
            values,
            shape,
            scale,
            depth: app.depth,
            drawing: app.drawing(),
            map: app.colour_map,
        }
    }
}

impl BlockImage<'_> {
    /// The picture pixel for pixel, in the colours in which it is drawn; none if there are fewer values than the shape has.
    pub fn raster(&self) -> Option<Raster> {
        if self.values.len() < self.shape.numbers() {
            return None;
        }
        let planes = self.planes();
        let byte = |part: f32| part.round() as u8;
        let pixel = |place: usize| match &planes[..] {
            [red, green, blue] => [red, green, blue].map(|plane| byte(255.0 * plane[place])),
            _ => self.colour(planes[0][place]).map(byte),
        };
        Some(Raster {
            width: item::size(self.shape).0,
            pixels: (0..planes[0].len()).map(pixel).collect(),
        })
    }

    /// Draws the picture in the middle of `area`, as large as it fits there with its proportions.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let (width, height) = item::size(self.shape);
        let area = fit(width, height, area.intersection(buffer.area));
        if area.is_empty() || self.values.len() < self.shape.numbers() {
            return;
        }
        match self.drawing {
            Drawing::Colours(blocks) => self.render_colours(blocks, area, buffer),
            Drawing::Dots(blocks) => {
                let strength = self.strength(area);
                for (position, dots) in area.positions().zip(dots(&strength, area.width.into(), blocks)) {
                    buffer[position].set_char(dots);
                }
            }
            Drawing::Shades | Drawing::Letters => {
                for (position, value) in area.positions().zip(self.strength(area)) {
                    buffer[position].set_char(shade(value, self.drawing));
                }
            }
        }
        pixels::want(area, buffer, || self.raster());
    }

    fn render_colours(&self, blocks: Blocks, area: Rect, buffer: &mut Buffer) {
        let worked_out = || {
            let planes = self.points(area);
            let colour = |point: usize| match &planes[..] {
                [red, green, blue] => [red, green, blue].map(|plane| 255.0 * plane[point]),
                _ => self.colour(planes[0][point]),
            };
            cells(area.width.into(), area.height.into(), blocks, self.depth, colour).collect()
        };
        with_cells(self.decided_by(blocks, area), worked_out, |cells| {
            for (position, (character, cell)) in area.positions().zip(cells) {
                let [ink, paper] =
                    [cell.ink, cell.paper].map(|[red, green, blue]| Color::Rgb(red, green, blue));
                buffer[position].set_char(*character).set_fg(ink).set_bg(paper);
            }
        });
    }

    /// All that the cells depend on; where the picture stands is not among it.
    fn decided_by(&self, blocks: Blocks, area: Rect) -> impl Hash {
        let bits: Vec<u32> = self.values.iter().map(|value| value.to_bits()).collect();
        let hues = (self.scale == Scale::Difference).then(|| (theme::colours().more, theme::colours().less));
        let look = (self.scale, self.depth, blocks, self.map, hues);
        (bits, self.shape, look, area.as_size())
    }

    /// How much there is to see at each point.
    fn strength(&self, area: Rect) -> Vec<f32> {
        let planes = self.points(area);
        let share = 1.0 / planes.len() as f32;
        let mut strength = vec![0.0; planes[0].len()];
        for plane in &planes {
            for (sum, value) in strength.iter_mut().zip(plane) {
                *sum += share * value.abs();
            }
        }
        strength
    }

    /// The picture's planes with a number for each point of the cells of `area`.
    fn points(&self, area: Rect) -> Vec<Vec<f32>> {
        let (across, down) = self.drawing.grid();
        let size = item::size(self.shape);
        let new = (across * usize::from(area.width), down * usize::from(area.height));
        let scaled = |plane: &Cow<'_, [f32]>| match self.scale {
            Scale::Values => blocks::scaled_light(plane, size, new),
            // Differences are no light.
            Scale::Difference => blocks::scaled(plane, size, new),
        };
        self.planes().iter().map(scaled).collect()
    }

    /// The picture's numbers, row by row: one plane of grey or of differences, or red, green and blue.
    fn planes(&self) -> Vec<Cow<'_, [f32]>> {
        match (self.scale, self.shape) {
            (Scale::Values, ItemShape::Image { channels: 1, .. }) => {
                vec![Cow::Borrowed(&self.values[..self.shape.numbers()])]
            }
            (Scale::Values, shape) if item::is_grey(shape) => {
                let raster = item::picture(self.values, shape);
                let levels = raster.pixels.iter().map(|pixel| f32::from(pixel[0]) / 255.0);
                vec![Cow::Owned(levels.collect())]
            }
            (Scale::Values, shape) => {
                let raster = item::picture(self.values, shape);
                let plane = |channel: usize| {
                    let values = raster
                        .pixels
                        .iter()
                        .map(|pixel| f32::from(pixel[channel]) / 255.0);
                    Cow::Owned(values.collect())
                };
                (0..3).map(plane).collect()
            }
            (Scale::Difference, shape) => vec![Cow::Owned(item::differences(self.values, shape))],
        }
    }

    /// Red, green and blue, from 0 to 255, of a number of a plane that is alone.
    fn colour(&self, value: f32) -> [f32; 3] {
        match self.scale {
            Scale::Values => self.map.colour(value),
            Scale::Difference => {
                let hue = if value > 0.0 {
                    theme::colours().more
                } else {
                    theme::colours().less
                };
                // The root makes small differences visible; what is no number is none.
                let strength = value.abs().min(1.0).sqrt();
                let strength = if strength.is_nan() { 0.0 } else { strength };
                hue.map(|part| f32::from(part) * strength)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::VariantArray;

    use super::*;
    use crate::terminal_facts::{Glyphs, Graphics};

    fn image(pixels: &[f32], width: usize, depth: ColourDepth) -> BlockImage<'_> {
        BlockImage {
            values: pixels,
            shape: ItemShape::grey(pixels.len().checked_div(width).unwrap_or(0), width),
            scale: Scale::Values,
            depth,
            drawing: Drawing::of(Graphics::Auto, Blocks::Half, depth, Glyphs::Unicode),
            map: ColourMap::Grey,
        }
    }

    #[test]
    fn a_pixel_is_half_a_cell_and_keeps_its_grey() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        image(&[0.0, 1.0, 0.2, 0.6], 2, ColourDepth::TrueColour).render(buffer.area, &mut buffer);
        assert_eq!(buffer[(0, 0)].symbol(), "▀");
        assert_eq!(
            (buffer[(0, 0)].fg, buffer[(0, 0)].bg),
            (Color::Rgb(0, 0, 0), Color::Rgb(51, 51, 51))
        );
        assert_eq!(
            (buffer[(1, 0)].fg, buffer[(1, 0)].bg),
            (Color::Rgb(255, 255, 255), Color::Rgb(153, 153, 153))
        );
    }

    #[test]
    fn proportions_are_kept_and_the_picture_is_centred() {
        assert_eq!(fit(28, 28, Rect::new(0, 0, 100, 14)), Rect::new(36, 0, 28, 14));
        assert_eq!(fit(20, 28, Rect::new(0, 0, 20, 50)), Rect::new(0, 18, 20, 14));
        assert_eq!(fit(28, 28, Rect::new(3, 4, 0, 9)).area(), 0);
    }

    #[test]
    fn dots_are_as_dense_as_the_picture_is_bright() {
        for (grey, expected) in [(0.0, 0), (0.5, 400), (1.0, 800)] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 10));
            let pixels = vec![grey; 400];
            image(&pixels, 20, ColourDepth::Monochrome).render(Rect::new(0, 0, 10, 10), &mut buffer);
            let dots = |symbol: &str| {
                symbol
                    .chars()
                    .map(|c| (c as u32).saturating_sub(0x2800).count_ones())
                    .sum::<u32>()
            };
            let cells = (0..10).flat_map(|y| (0..10).map(move |x| (x, y)));
            let count: u32 = cells
                .map(|at| buffer[at].symbol().to_owned())
                .filter(|s| s != " ")
                .map(|s| dots(&s))
                .sum();
            // Ten columns of 20 x 20 pixels fill five rows.
            assert_eq!(count, expected / 2);
        }
    }

    #[test]
    fn differences_have_two_hues_on_black() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 1));
        let pixels = [1.0, -1.0];
        let image = BlockImage {
            scale: Scale::Difference,
            ..image(&pixels, 1, ColourDepth::TrueColour)
        };
        image.render(buffer.area, &mut buffer);
        let [[a, b, c], [d, e, f]] = [theme::colours().more, theme::colours().less];
        assert_eq!(
            (buffer[(0, 0)].fg, buffer[(0, 0)].bg),
            (Color::Rgb(a, b, c), Color::Rgb(d, e, f))
        );
    }

    #[test]
    fn colour_images_keep_their_colours_and_vectors_are_bars() {
        let draw = |values: &[f32], shape, depth| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 14));
            let image = BlockImage {
                shape,
                ..image(values, 1, depth)
            };
            image.render(buffer.area, &mut buffer);
            buffer
        };
        let shape = ItemShape::Image {
            height: 2,
            width: 1,
            channels: 3,
        };
        let colours = draw(&[1.0, 0.0, 0.0, 0.0, 0.2, 1.0], shape, ColourDepth::TrueColour);
        let cell = &colours[(3, 7)];
        assert_eq!(
            (colours[(3, 6)].fg, cell.bg),
            (Color::Rgb(255, 0, 0), Color::Rgb(0, 51, 255))
        );
        let bars = draw(
            &[1.0, 0.5],
            ItemShape::Vector { features: 2 },
            ColourDepth::TrueColour,
        );
        let is_ink = |x: u16, y: u16| bars[(x, y)].bg != Color::Rgb(0, 0, 0);
        assert!(is_ink(0, 0) && is_ink(0, 13) && !is_ink(3, 0) && is_ink(3, 13) && !is_ink(2, 13));
        // One number too few: nothing is drawn.
        let none = draw(&[1.0], ItemShape::Vector { features: 2 }, ColourDepth::TrueColour);
        assert_eq!(none[(0, 0)].symbol(), " ");
    }

    proptest! {
        #[test]
        fn any_size_draws(
            width in 0_usize..40, height in 0_usize..40, columns in 0_u16..50, rows in 0_u16..30,
        ) {
            let pixels: Vec<f32> = (0..width * height).map(|i| (i % 7) as f32 / 6.0).collect();
            for graphics in Graphics::VARIANTS {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 20));
                let image = |depth| BlockImage {
                    drawing: Drawing::of(*graphics, Blocks::Octant, depth, Glyphs::Unicode),
                    ..image(&pixels, width, depth)
                };
                image(ColourDepth::Monochrome).render(Rect::new(2, 1, columns, rows), &mut buffer);
                image(ColourDepth::TrueColour).render(Rect::new(5, 3, columns, rows), &mut buffer);
            }
        }
    }

    /// Another list of the same characters, made by others.
    #[test]
    fn the_characters_are_those_that_ratatui_has() {
        use ratatui::symbols::pixel::{OCTANTS, QUADRANTS, SEXTANTS};

        use crate::pictures::patterns::character;
        for (blocks, theirs) in [
            (Blocks::Quadrant, &QUADRANTS[..]),
            (Blocks::Sextant, &SEXTANTS[..]),
            (Blocks::Octant, &OCTANTS[..]),
        ] {
            for (pattern, &expected) in theirs.iter().enumerate() {
                assert_eq!(
                    character(blocks, pattern as u8),
                    expected,
                    "{blocks:?} {pattern:#b}"
                );
            }
        }
    }
}
