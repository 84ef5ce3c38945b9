//! Images as block characters: the one widget that draws them all.
//!
//! A terminal cell is about twice as high as it is wide, so a half block makes two square pixels of one cell:
//!
//! ```text
//! ▀  upper pixel: foreground, lower pixel: background
//! ```
//!
//! Without colours, a cell holds 2 x 4 braille dots instead, dithered, or a shade where there is no braille. The image keeps its proportions: it is scaled
//! by one factor, averaging over the area of every pixel, and centred.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

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

/// The thresholds of an ordered dither, in sixteenths.
const BAYER: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
/// The bit of every braille dot, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// A cell from black to white.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// The largest rectangle within `area`, centred, that an image of `width` x `height` pixels fills in its proportions.
pub fn fit(width: usize, height: usize, area: Rect) -> Rect {
    if width == 0 || height == 0 || area.is_empty() {
        return Rect {
            width: 0,
            height: 0,
            ..area
        };
    }
    // In units of a cell's width; a cell is two of them high.
    let factor = (f64::from(area.width) / width as f64).min(2.0 * f64::from(area.height) / height as f64);
    let columns = ((width as f64 * factor).round() as u16).clamp(1, area.width);
    let rows = ((height as f64 * factor / 2.0).round() as u16).clamp(1, area.height);
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
                cell.set_symbol("▀")
                    .set_fg(self.colour(upper))
                    .set_bg(self.colour(lower));
            }
        }
    }

    fn render_dots(&self, height: usize, area: Rect, buffer: &mut Buffer) {
        let (columns, rows) = (2 * usize::from(area.width), 4 * usize::from(area.height));
        let scaled = self.scaled(height, columns, rows);
        for position in area.positions() {
            let (left, top) = (
                2 * usize::from(position.x - area.x),
                4 * usize::from(position.y - area.y),
            );
            let mut dots = 0;
            for (dy, bits) in DOTS.iter().enumerate() {
                for (dx, bit) in bits.iter().enumerate() {
                    let (x, y) = (left + dx, top + dy);
                    let threshold = (f32::from(BAYER[y % 4][x % 4]) + 0.5) / 16.0;
                    if scaled[y * columns + x].abs() > threshold {
                        dots |= bit;
                    }
                }
            }
            let symbol = char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ');
            buffer[position].set_char(symbol);
        }
    }

    fn render_shades(&self, height: usize, area: Rect, buffer: &mut Buffer) {
        let scaled = self.scaled(height, usize::from(area.width), usize::from(area.height));
        for (position, value) in area.positions().zip(scaled) {
            let shade = (value.abs().clamp(0.0, 1.0) * (SHADES.len() - 1) as f32).round() as usize;
            buffer[position].set_char(SHADES[shade]);
        }
    }

    /// The image at another size: every new pixel is the mean of the area of the old image that it covers.
    fn scaled(&self, height: usize, columns: usize, rows: usize) -> Vec<f32> {
        let horizontal = coverage(self.width, columns);
        let vertical = coverage(height, rows);
        let mut scaled = Vec::with_capacity(columns * rows);
        for covered_rows in &vertical {
            for covered_columns in &horizontal {
                let mut sum = 0.0;
                for &(y, y_share) in covered_rows {
                    for &(x, x_share) in covered_columns {
                        sum += self.pixels[y * self.width + x] * y_share * x_share;
                    }
                }
                scaled.push(sum);
            }
        }
        scaled
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

/// For each of `new` equal parts of a line of `old` pixels: the pixels it covers, and what share of the part each has.
fn coverage(old: usize, new: usize) -> Vec<Vec<(usize, f32)>> {
    let part = old as f32 / new as f32;
    let of_part = |index: usize| {
        let (start, end) = (index as f32 * part, ((index + 1) as f32 * part).min(old as f32));
        let first = (start as usize).min(old - 1);
        let last = ((end.ceil() as usize).max(first + 1) - 1).min(old - 1);
        let share =
            |pixel: usize| (end.min(pixel as f32 + 1.0) - start.max(pixel as f32)).max(0.0) / (end - start);
        (first..=last).map(|pixel| (pixel, share(pixel))).collect()
    };
    (0..new).map(of_part).collect()
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
