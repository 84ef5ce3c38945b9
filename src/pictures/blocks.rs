//! Pictures as block characters: how large, what each cell covers, and which character it is.
//!
//! A terminal cell is about twice as high as it is wide, so a half block makes two square pixels of one cell:
//!
//! ```text
//! ▀  upper pixel: foreground, lower pixel: background
//! ```
//!
//! Without colours, a cell holds 2 x 4 braille dots instead, dithered, or a shade where there is no braille. What is here knows
//! no screen: the widget of the workbench and [`text`] both draw with it.

use std::fmt::Write;

use super::palette::{TerminalColour, nearest};
use super::raster::Raster;
use crate::terminal_facts::{ColourDepth, Glyphs};

/// The upper half of a cell.
pub const HALF_BLOCK: char = '▀';

/// The thresholds of an ordered dither, in sixteenths.
const BAYER: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
/// The bit of every braille dot, by row and column.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// A cell from black to white.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// Columns and rows of the most cells among `columns` x `rows` that an image of `width` x `height` pixels fills in its
/// proportions; none of either where there is no image or no room.
pub fn fit((width, height): (usize, usize), (columns, rows): (u16, u16)) -> (u16, u16) {
    if width == 0 || height == 0 || columns == 0 || rows == 0 {
        return (0, 0);
    }
    // In units of a cell's width; a cell is two of them high.
    let factor = (f64::from(columns) / width as f64).min(2.0 * f64::from(rows) / height as f64);
    let of = |size: f64, most: u16| (size.round() as u16).clamp(1, most);
    (
        of(width as f64 * factor, columns),
        of(height as f64 * factor / 2.0, rows),
    )
}

/// An image at another size: every new pixel is the mean of the area of the old image that it covers.
///
/// # Panics
/// If there are not `width` x `height` pixels, or none.
pub fn scaled(pixels: &[f32], (width, height): (usize, usize), (columns, rows): (usize, usize)) -> Vec<f32> {
    let horizontal = coverage(width, columns);
    let vertical = coverage(height, rows);
    let mut scaled = Vec::with_capacity(columns * rows);
    for covered_rows in &vertical {
        for covered_columns in &horizontal {
            let mut sum = 0.0;
            for &(y, y_share) in covered_rows {
                for &(x, x_share) in covered_columns {
                    sum += pixels[y * width + x] * y_share * x_share;
                }
            }
            scaled.push(sum);
        }
    }
    scaled
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

/// The braille character of the cell at (`column`, `row`), of an image that is `columns` cells wide and has 2 x 4 values for
/// each, from 0 to 1.
pub fn dots(scaled: &[f32], columns: usize, (column, row): (usize, usize)) -> char {
    let mut dots = 0;
    for (dy, bits) in DOTS.iter().enumerate() {
        for (dx, bit) in bits.iter().enumerate() {
            let (x, y) = (2 * column + dx, 4 * row + dy);
            let threshold = (f32::from(BAYER[y % 4][x % 4]) + 0.5) / 16.0;
            if scaled[y * 2 * columns + x] > threshold {
                dots |= bit;
            }
        }
    }
    char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ')
}

/// The shade of a value from 0 to 1.
pub fn shade(value: f32) -> char {
    SHADES[(value.clamp(0.0, 1.0) * (SHADES.len() - 1) as f32).round() as usize]
}

/// A picture as lines of text, at most `most_columns` wide: one pixel is as wide as a cell, unless there is less room.
///
/// Colours are escape sequences, and end with every line.
pub fn text(raster: &Raster, most_columns: u16, depth: ColourDepth, glyphs: Glyphs) -> String {
    let size = (raster.width, raster.height());
    let wanted = u16::try_from(size.0).unwrap_or(u16::MAX).min(most_columns.max(1));
    let (columns, rows) = fit(size, (wanted, u16::MAX));
    let (columns, rows) = (usize::from(columns), usize::from(rows));
    if columns == 0 {
        return String::new();
    }
    let brightness = |wide: usize, high: usize| {
        let pixels: Vec<f32> = raster.pixels.iter().map(|&pixel| luminance(pixel)).collect();
        scaled(&pixels, size, (wide * columns, high * rows))
    };
    let lines: Vec<String> = match (depth, glyphs) {
        (ColourDepth::Monochrome, Glyphs::Unicode) => {
            let values = brightness(2, 4);
            let line = |row| {
                (0..columns)
                    .map(|column| dots(&values, columns, (column, row)))
                    .collect()
            };
            (0..rows).map(line).collect()
        }
        (ColourDepth::Monochrome, Glyphs::Console) => {
            let values = brightness(1, 1);
            values
                .chunks_exact(columns)
                .map(|line| line.iter().map(|&value| shade(value)).collect())
                .collect()
        }
        _ => half_blocks(raster, (columns, rows), depth),
    };
    lines.join("\n")
}

/// How bright a colour is, from 0 to 1 (the weights of ITU-R BT.601).
fn luminance([red, green, blue]: [u8; 3]) -> f32 {
    (0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)) / 255.0
}

fn half_blocks(raster: &Raster, (columns, rows): (usize, usize), depth: ColourDepth) -> Vec<String> {
    let size = (raster.width, raster.height());
    let channels: [Vec<f32>; 3] = std::array::from_fn(|channel| {
        let pixels: Vec<f32> = raster
            .pixels
            .iter()
            .map(|pixel| f32::from(pixel[channel]))
            .collect();
        scaled(&pixels, size, (columns, 2 * rows))
    });
    let colour = |column: usize, row: usize| {
        let rgb: [u8; 3] =
            std::array::from_fn(|channel| channels[channel][row * columns + column].round() as u8);
        nearest(depth, rgb)
    };
    let line = |row: usize| {
        let mut line = String::new();
        let mut before = None;
        for column in 0..columns {
            let both = (colour(column, 2 * row), colour(column, 2 * row + 1));
            if before != Some(both) {
                line.push_str("\u{1b}[");
                push_colour(&mut line, 38, both.0);
                line.push(';');
                push_colour(&mut line, 48, both.1);
                line.push('m');
                before = Some(both);
            }
            line.push(HALF_BLOCK);
        }
        line.push_str("\u{1b}[0m");
        line
    };
    (0..rows).map(line).collect()
}

/// Writes the numbers that set a colour; `role` is 38 for the foreground and 48 for the background.
fn push_colour(line: &mut String, role: u8, colour: TerminalColour) {
    // Writing to text can't fail.
    let _ = match colour {
        TerminalColour::Rgb([red, green, blue]) => write!(line, "{role};2;{red};{green};{blue}"),
        TerminalColour::Indexed(index) => write!(line, "{role};5;{index}"),
        TerminalColour::Own => write!(line, "{}", role + 1),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(width: usize, greys: &[u8]) -> Raster {
        Raster {
            width,
            pixels: greys.iter().map(|&grey| [grey; 3]).collect(),
        }
    }

    #[test]
    fn proportions_are_kept() {
        assert_eq!(fit((28, 28), (100, 14)), (28, 14));
        assert_eq!(fit((20, 28), (20, 50)), (20, 14));
        assert_eq!(fit((28, 28), (0, 9)), (0, 0));
    }

    #[test]
    fn a_pixel_is_half_a_cell_in_its_own_colour() {
        let picture = raster(2, &[0, 255, 51, 153]);
        let with = |depth| text(&picture, 80, depth, Glyphs::Unicode);
        assert_eq!(
            with(ColourDepth::TrueColour),
            "\u{1b}[38;2;0;0;0;48;2;51;51;51m▀\u{1b}[38;2;255;255;255;48;2;153;153;153m▀\u{1b}[0m"
        );
        assert_eq!(
            with(ColourDepth::Ansi16),
            "\u{1b}[38;5;0;48;5;0m▀\u{1b}[38;5;15;48;5;8m▀\u{1b}[0m"
        );
    }

    #[test]
    fn without_colours_there_is_nothing_that_a_terminal_obeys() {
        let picture = raster(4, &[0, 0, 255, 255].repeat(4));
        assert_eq!(
            text(&picture, 80, ColourDepth::Monochrome, Glyphs::Unicode),
            "⠀⠀⣿⣿\n⠀⠀⣿⣿"
        );
        assert_eq!(
            text(&picture, 80, ColourDepth::Monochrome, Glyphs::Console),
            "  ██\n  ██"
        );
        assert_eq!(text(&picture, 2, ColourDepth::Monochrome, Glyphs::Console), " █");
        assert_eq!(
            text(&raster(0, &[]), 80, ColourDepth::TrueColour, Glyphs::Unicode),
            ""
        );
    }

    #[test]
    fn the_mean_is_kept_at_every_size() {
        let pixels: Vec<f32> = (0..12 * 7).map(|i| (i % 7) as f32 / 6.0).collect();
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        for size in [(1, 1), (5, 3), (12, 7), (30, 40)] {
            assert!(
                (mean(&scaled(&pixels, (12, 7), size)) - mean(&pixels)).abs() < 1e-4,
                "{size:?}"
            );
        }
    }
}
