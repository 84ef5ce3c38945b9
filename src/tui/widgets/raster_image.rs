//! Pictures in colour as block characters: items of any kind, as [`pictures`](crate::pictures) makes them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use super::block_image::{BlockImage, Scale, fit};
use crate::pictures::blocks::{HALF_BLOCK, luminance, scaled};
use crate::pictures::raster::Raster;
use crate::tui::colour::ColourDepth;
use crate::tui::glyphs::Glyphs;

/// A picture, and what there is to draw it with.
#[derive(Clone, Copy, Debug)]
pub struct RasterImage<'a> {
    /// The picture.
    pub raster: &'a Raster,
    /// Whether it keeps its proportions; bars and lines fill whatever room there is.
    pub keeps_proportions: bool,
    /// The colours that the terminal has.
    pub depth: ColourDepth,
    /// The characters that it has.
    pub glyphs: Glyphs,
}

impl RasterImage<'_> {
    /// Draws the picture in `area`: in its middle where it keeps its proportions, all over it where not; two pixels a cell where
    /// there are colours, otherwise dots or shades.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let size = (self.raster.width, self.raster.height());
        let area = area.intersection(buffer.area);
        let area = if self.keeps_proportions {
            fit(size.0, size.1, area)
        } else {
            area
        };
        if area.is_empty() || self.raster.pixels.is_empty() {
            return;
        }
        let (columns, rows) = (usize::from(area.width), usize::from(area.height));
        let channel = |of: &dyn Fn([u8; 3]) -> f32, wanted: (usize, usize)| {
            let pixels: Vec<f32> = self.raster.pixels.iter().map(|&pixel| of(pixel)).collect();
            scaled(&pixels, size, wanted)
        };
        if self.depth == ColourDepth::Monochrome {
            // At the proportions of the area, so that all of it is filled: a cell has 2 x 4 dots.
            let pixels = channel(&luminance, (2 * columns, 4 * rows));
            let image = BlockImage {
                pixels: &pixels,
                width: 2 * columns,
                scale: Scale::Grey,
                depth: self.depth,
                glyphs: self.glyphs,
            };
            return image.render(area, buffer);
        }
        let channels: [Vec<f32>; 3] =
            std::array::from_fn(|of| channel(&|pixel| f32::from(pixel[of]), (columns, 2 * rows)));
        let colour = |column: usize, row: usize| {
            let [red, green, blue] = [0, 1, 2].map(|of| channels[of][row * columns + column].round() as u8);
            Color::Rgb(red, green, blue)
        };
        for position in area.positions() {
            let (column, row) = (usize::from(position.x - area.x), usize::from(position.y - area.y));
            buffer[position]
                .set_char(HALF_BLOCK)
                .set_fg(colour(column, 2 * row))
                .set_bg(colour(column, 2 * row + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drawn(raster: &Raster, keeps_proportions: bool, area: Rect, depth: ColourDepth) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 8));
        let image = RasterImage {
            raster,
            keeps_proportions,
            depth,
            glyphs: Glyphs::Unicode,
        };
        image.render(area, &mut buffer);
        buffer
    }

    #[test]
    fn a_pixel_is_half_a_cell_in_its_own_colour() {
        let (red, blue) = ([200, 0, 0], [0, 0, 100]);
        let raster = Raster {
            width: 1,
            pixels: vec![red, blue],
        };
        let buffer = drawn(&raster, true, Rect::new(2, 1, 1, 1), ColourDepth::TrueColour);
        let cell = &buffer[(2, 1)];
        assert_eq!(
            (cell.symbol(), cell.fg, cell.bg),
            ("▀", Color::Rgb(200, 0, 0), Color::Rgb(0, 0, 100))
        );
        assert_eq!(buffer[(3, 1)].symbol(), " ");
    }

    #[test]
    fn only_what_keeps_no_proportions_fills_its_area() {
        let raster = Raster::filled(30, 1, [255; 3]);
        for depth in [ColourDepth::TrueColour, ColourDepth::Monochrome] {
            let cells = |keeps_proportions| {
                let buffer = drawn(&raster, keeps_proportions, Rect::new(0, 0, 10, 4), depth);
                buffer.content.iter().filter(|cell| cell.symbol() != " ").count()
            };
            assert_eq!((cells(true), cells(false)), (10, 40), "{depth:?}");
        }
    }

    proptest! {
        #[test]
        fn any_size_draws(width in 0_usize..20, height in 0_usize..20, columns in 0_u16..20, rows in 0_u16..20) {
            let raster = Raster::filled(width, height, [90, 10, 250]);
            for depth in [ColourDepth::TrueColour, ColourDepth::Monochrome] {
                for keeps_proportions in [true, false] {
                    drawn(&raster, keeps_proportions, Rect::new(3, 2, columns, rows), depth);
                }
            }
        }
    }
}
