//! Images as block characters: the one widget that draws them all. The characters are those of
//! [`blocks`](crate::pictures::blocks); the image is scaled by one factor and centred.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::pictures::blocks::{self, HALF_BLOCK, dots, shade};
use crate::tui::colour::ColourDepth;
use crate::tui::glyphs::Glyphs;
use crate::tui::theme;

/// What the numbers of an image mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From 0, black, to 1, white.
    Grey,
    /// From -1 to 1, in two hues on black: the difference of two images.
    Difference,
}

/// Pixels in row-major order, and what there is to draw them with.
#[derive(Clone, Copy, Debug)]
pub struct BlockImage<'a> {
    /// Pixels, row by row.
    pub pixels: &'a [f32],
    /// Pixels of a row.
    pub width: usize,
    /// What the pixels mean.
    pub scale: Scale,
    /// The colours that the terminal has.
    pub depth: ColourDepth,
    /// The characters that it has.
    pub glyphs: Glyphs,
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

impl BlockImage<'_> {
    /// Draws the image in the middle of `area`, as large as it fits there with its proportions: two pixels a cell where there are
    /// colours, otherwise dots or shades.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let height = self.pixels.len().checked_div(self.width).unwrap_or(0);
        let area = fit(self.width, height, area.intersection(buffer.area));
        if area.is_empty() {
            return;
        }
        match (self.depth, self.glyphs) {
            (ColourDepth::Monochrome, Glyphs::Unicode) => self.render_dots(height, area, buffer),
            (ColourDepth::Monochrome, Glyphs::Console) => self.render_shades(height, area, buffer),
            _ => self.render_half_blocks(height, area, buffer),
        }
    }

    fn render_half_blocks(&self, height: usize, area: Rect, buffer: &mut Buffer) {
        let scaled = self.scaled(height, usize::from(area.width), 2 * usize::from(area.height));
        let row_length = usize::from(area.width);
        for (y, rows) in scaled.chunks_exact(2 * row_length).enumerate() {
            let (upper, lower) = rows.split_at(row_length);
            for (x, (&upper, &lower)) in upper.iter().zip(lower).enumerate() {
                let cell = &mut buffer[(area.x + x as u16, area.y + y as u16)];
                cell.set_char(HALF_BLOCK)
                    .set_fg(self.colour(upper))
                    .set_bg(self.colour(lower));
            }
        }
    }

    fn render_dots(&self, height: usize, area: Rect, buffer: &mut Buffer) {
        let columns = usize::from(area.width);
        let scaled = self.scaled(height, 2 * columns, 4 * usize::from(area.height));
        let strength: Vec<f32> = scaled.into_iter().map(f32::abs).collect();
        for position in area.positions() {
            let cell = (usize::from(position.x - area.x), usize::from(position.y - area.y));
            buffer[position].set_char(dots(&strength, columns, cell));
        }
    }

    fn render_shades(&self, height: usize, area: Rect, buffer: &mut Buffer) {
        let scaled = self.scaled(height, usize::from(area.width), usize::from(area.height));
        for (position, value) in area.positions().zip(scaled) {
            buffer[position].set_char(shade(value.abs()));
        }
    }

    fn scaled(&self, height: usize, columns: usize, rows: usize) -> Vec<f32> {
        blocks::scaled(self.pixels, (self.width, height), (columns, rows))
    }

    fn colour(&self, value: f32) -> Color {
        let value = if value.is_nan() { 0.0 } else { value };
        match self.scale {
            Scale::Grey => {
                let level = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
                Color::Rgb(level, level, level)
            }
            Scale::Difference => {
                let hue = if value > 0.0 {
                    theme::colours().more
                } else {
                    theme::colours().less
                };
                // The root makes small differences visible.
                let strength = value.abs().min(1.0).sqrt();
                let [red, green, blue] = hue.map(|part| (f32::from(part) * strength).round() as u8);
                Color::Rgb(red, green, blue)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn image(pixels: &[f32], width: usize, depth: ColourDepth) -> BlockImage<'_> {
        BlockImage {
            pixels,
            width,
            scale: Scale::Grey,
            depth,
            glyphs: Glyphs::Unicode,
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

    proptest! {
        #[test]
        fn any_size_draws_and_the_mean_is_kept(
            width in 0_usize..40, height in 0_usize..40, columns in 0_u16..50, rows in 0_u16..30,
        ) {
            let pixels: Vec<f32> = (0..width * height).map(|i| (i % 7) as f32 / 6.0).collect();
            for depth in [ColourDepth::TrueColour, ColourDepth::Monochrome] {
                let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 20));
                image(&pixels, width, depth).render(Rect::new(5, 3, columns, rows), &mut buffer);
            }
            if !pixels.is_empty() && columns > 0 && rows > 0 {
                let scaled = image(&pixels, width, ColourDepth::TrueColour)
                    .scaled(height, columns.into(), rows.into());
                let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
                prop_assert!((mean(&scaled) - mean(&pixels)).abs() < 1e-3);
            }
        }
    }
}
