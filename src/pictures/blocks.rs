//! Pictures as block characters: how large, what each cell covers, and which character it is.
//!
//! A terminal cell is about twice as high as it is wide, and is divided into points, by characters that have ink in some of them:
//!
//! ```text
//! ▀  half block: 1 x 2      ▚  quadrants: 2 x 2      🬣  sextants: 2 x 3      𜵊  octants: 2 x 4
//! ```
//!
//! Each has two colours, so that most cells are not the picture itself but the [`Cell`] nearest to it. Without colours the points
//! are dithered. What is here knows no screen: the widget of the workbench and [`text`] both draw with it.

use std::fmt::Write;

use super::cell::Cell;
use super::light;
use super::palette::{TerminalColour, nearest};
use super::patterns::character;
use super::raster::Raster;
use crate::terminal_facts::{Blocks, ColourDepth, Glyphs, Graphics};

/// The thresholds of an ordered dither, in sixteenths.
const BAYER: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];
/// A cell from black to white.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
/// The same in ASCII.
const LETTERS: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// What the cells of a picture are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// Points in two colours.
    Colours(Blocks),
    /// Points with ink or without, dithered.
    Dots(Blocks),
    /// A shade for each cell.
    Shades,
    /// A letter for each cell, the brighter the more ink it has.
    Letters,
}

impl Drawing {
    /// What is drawn with where somebody chose `graphics` and the terminal's best are `best`. The console has half blocks only.
    pub fn of(graphics: Graphics, best: Blocks, depth: ColourDepth, glyphs: Glyphs) -> Self {
        match (depth, glyphs) {
            (_, Glyphs::Ascii) => Self::Letters,
            (ColourDepth::Monochrome, Glyphs::Console) => Self::Shades,
            (ColourDepth::Monochrome, Glyphs::Unicode) => {
                Self::Dots(graphics.chosen().unwrap_or(Blocks::Braille))
            }
            (_, Glyphs::Console) => Self::Colours(Blocks::Half),
            (_, Glyphs::Unicode) => Self::Colours(graphics.chosen().unwrap_or(best)),
        }
    }

    /// Columns and rows of points in a cell.
    pub fn grid(self) -> (usize, usize) {
        match self {
            Self::Colours(blocks) | Self::Dots(blocks) => blocks.grid(),
            Self::Shades | Self::Letters => (1, 1),
        }
    }
}

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

/// A plane of numbers at another size: every new one is the mean of the area of the old ones that it covers.
///
/// # Panics
/// If there are not `width` x `height` numbers, or none.
pub fn scaled(plane: &[f32], (width, height): (usize, usize), (columns, rows): (usize, usize)) -> Vec<f32> {
    let across = coverage(width, columns);
    let narrowed: Vec<f32> = plane[..width * height]
        .chunks_exact(width)
        .flat_map(|row| {
            let covered = |(first, shares): &(usize, Vec<f32>)| {
                row[*first..]
                    .iter()
                    .zip(shares)
                    .map(|(number, share)| number * share)
                    .sum::<f32>()
            };
            across.iter().map(covered)
        })
        .collect();
    let mut scaled = Vec::with_capacity(columns * rows);
    for (first, shares) in coverage(height, rows) {
        let start = scaled.len();
        scaled.resize(start + columns, 0.0);
        for (row, share) in narrowed[first * columns..].chunks_exact(columns).zip(shares) {
            for (sum, number) in scaled[start..].iter_mut().zip(row) {
                *sum += share * number;
            }
        }
    }
    scaled
}

/// Levels from 0 to 1 at another size: the light of every new one is the mean of the area that it covers.
///
/// # Panics
/// As [`scaled`].
pub fn scaled_light(levels: &[f32], size: (usize, usize), new: (usize, usize)) -> Vec<f32> {
    let lit: Vec<f32> = levels.iter().map(|&level| light::light(level)).collect();
    let mut scaled = scaled(&lit, size, new);
    scaled.iter_mut().for_each(|light| *light = light::level(*light));
    scaled
}

/// For each of `new` equal parts of a line of `old` pixels: the first that it covers, and what share of the part it and those that
/// follow it have.
fn coverage(old: usize, new: usize) -> Vec<(usize, Vec<f32>)> {
    let part = old as f32 / new as f32;
    let of_part = |index: usize| {
        let (start, end) = (index as f32 * part, ((index + 1) as f32 * part).min(old as f32));
        let first = (start as usize).min(old - 1);
        let last = ((end.ceil() as usize).max(first + 1) - 1).min(old - 1);
        let share =
            |pixel: usize| (end.min(pixel as f32 + 1.0) - start.max(pixel as f32)).max(0.0) / (end - start);
        (first, (first..=last).map(share).collect())
    };
    (0..new).map(of_part).collect()
}

/// The points of the cell at (`column`, `row`) of a picture that is `columns` cells wide.
fn points(
    (column, row): (usize, usize),
    columns: usize,
    (across, down): (usize, usize),
) -> impl Iterator<Item = usize> {
    let start = row * down * columns * across + column * across;
    (0..down).flat_map(move |y| (0..across).map(move |x| start + y * columns * across + x))
}

/// The cells of a picture, row by row, that is `columns` of them wide; `colour` says what each point has, from 0 to 255.
pub fn cells(
    columns: usize,
    rows: usize,
    blocks: Blocks,
    depth: ColourDepth,
    colour: impl Fn(usize) -> [f32; 3],
) -> impl Iterator<Item = (char, Cell)> {
    let places = (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)));
    places.map(move |place| {
        let (mut colours, mut count) = ([[0.0; 3]; 8], 0);
        for point in points(place, columns, blocks.grid()) {
            colours[count] = colour(point);
            count += 1;
        }
        let cell = Cell::nearest(&colours[..count], depth);
        (character(blocks, cell.pattern), cell)
    })
}

/// The characters of a picture without colours, row by row, that is `columns` cells wide and as bright at its points as `levels`
/// say, from 0 to 1.
pub fn dots(levels: &[f32], columns: usize, blocks: Blocks) -> impl Iterator<Item = char> {
    let (across, down) = blocks.grid();
    let wide = (columns * across).max(1);
    let rows = levels.len() / wide / down;
    let places = (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)));
    places.map(move |place| {
        let dot = |(bit, point): (usize, usize)| {
            let threshold = (f32::from(BAYER[point / wide % 4][point % wide % 4]) + 0.5) / 16.0;
            u8::from(levels[point] > threshold) << bit
        };
        let pattern = points(place, columns, (across, down)).enumerate().map(dot).sum();
        character(blocks, pattern)
    })
}

/// The shade of a value from 0 to 1, or the letter.
pub fn shade(value: f32, drawing: Drawing) -> char {
    let shades = match drawing {
        Drawing::Letters => &LETTERS[..],
        _ => &SHADES[..],
    };
    shades[(value.clamp(0.0, 1.0) * (shades.len() - 1) as f32).round() as usize]
}

/// A picture as lines of text, at most `most_columns` wide: one pixel is as wide as a cell, unless there is less room.
///
/// Colours are escape sequences, and end with every line.
pub fn text(raster: &Raster, most_columns: u16, depth: ColourDepth, drawing: Drawing) -> String {
    let size = (raster.width, raster.height());
    let wanted = u16::try_from(size.0).unwrap_or(u16::MAX).min(most_columns.max(1));
    let (columns, rows) = fit(size, (wanted, u16::MAX));
    let (columns, rows) = (usize::from(columns), usize::from(rows));
    if columns == 0 {
        return String::new();
    }
    let (across, down) = drawing.grid();
    let scaled = |level: &dyn Fn([u8; 3]) -> f32| {
        let levels: Vec<f32> = raster.pixels.iter().map(|&pixel| level(pixel)).collect();
        scaled_light(&levels, size, (across * columns, down * rows))
    };
    let lines = |characters: Vec<char>| {
        let lines = characters.chunks_exact(columns).map(|line| line.iter().collect());
        lines.collect::<Vec<String>>().join("\n")
    };
    match drawing {
        Drawing::Dots(blocks) => lines(dots(&scaled(&luminance), columns, blocks).collect()),
        Drawing::Shades | Drawing::Letters => {
            let shaded = |value| shade(value, drawing);
            lines(scaled(&luminance).into_iter().map(shaded).collect())
        }
        Drawing::Colours(blocks) => {
            let planes: [Vec<f32>; 3] =
                std::array::from_fn(|part| scaled(&|pixel| f32::from(pixel[part]) / 255.0));
            let colour = |point: usize| std::array::from_fn(|part| 255.0 * planes[part][point]);
            let cells: Vec<(char, Cell)> = cells(columns, rows, blocks, depth, colour).collect();
            let lines = cells.chunks_exact(columns).map(|line| coloured(line, depth));
            lines.collect::<Vec<String>>().join("\n")
        }
    }
}

/// How bright a colour is, from 0 to 1 (the weights of ITU-R BT.601).
fn luminance([red, green, blue]: [u8; 3]) -> f32 {
    (0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)) / 255.0
}

/// A line of cells; a colour is written where it is another than before.
fn coloured(cells: &[(char, Cell)], depth: ColourDepth) -> String {
    let mut line = String::new();
    let mut before = None;
    for &(character, cell) in cells {
        let both = (nearest(depth, cell.ink), nearest(depth, cell.paper));
        if before != Some(both) {
            line.push_str("\u{1b}[");
            push_colour(&mut line, 38, both.0);
            line.push(';');
            push_colour(&mut line, 48, both.1);
            line.push('m');
            before = Some(both);
        }
        line.push(character);
    }
    line.push_str("\u{1b}[0m");
    line
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
        let with = |depth| text(&picture, 80, depth, Drawing::Colours(Blocks::Half));
        assert_eq!(
            with(ColourDepth::TrueColour),
            "\u{1b}[38;2;0;0;0;48;2;51;51;51m▀\u{1b}[38;2;255;255;255;48;2;153;153;153m▀\u{1b}[0m"
        );
        assert_eq!(
            with(ColourDepth::Ansi16),
            "\u{1b}[38;5;0;48;5;0m \u{1b}[38;5;15;48;5;8m▀\u{1b}[0m"
        );
        // Two pixels of each of two cells: the points of quadrants are pixels.
        let picture = raster(4, &[0, 255, 9, 9, 255, 0, 9, 9]);
        assert_eq!(
            text(
                &picture,
                2,
                ColourDepth::TrueColour,
                Drawing::Colours(Blocks::Quadrant)
            ),
            "\u{1b}[38;2;255;255;255;48;2;0;0;0m▞\u{1b}[38;2;9;9;9;48;2;9;9;9m \u{1b}[0m"
        );
    }

    #[test]
    fn without_colours_there_is_nothing_that_a_terminal_obeys() {
        let picture = raster(4, &[0, 0, 255, 255].repeat(4));
        assert_eq!(
            text(
                &picture,
                80,
                ColourDepth::Monochrome,
                Drawing::Dots(Blocks::Braille)
            ),
            "⠀⠀⣿⣿\n⠀⠀⣿⣿"
        );
        assert_eq!(
            text(
                &picture,
                80,
                ColourDepth::Monochrome,
                Drawing::Dots(Blocks::Octant)
            ),
            "  ██\n  ██"
        );
        assert_eq!(
            text(&picture, 80, ColourDepth::Monochrome, Drawing::Shades),
            "  ██\n  ██"
        );
        assert_eq!(text(&picture, 2, ColourDepth::Monochrome, Drawing::Shades), " █");
        assert_eq!(text(&picture, 2, ColourDepth::Monochrome, Drawing::Letters), " @");
        assert_eq!(
            text(
                &raster(0, &[]),
                80,
                ColourDepth::TrueColour,
                Drawing::Colours(Blocks::Half)
            ),
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

    #[test]
    fn a_fine_pattern_keeps_its_light_when_it_is_made_smaller() {
        let checks: Vec<f32> = (0..64)
            .map(|pixel| f32::from((pixel + pixel / 8) as u8 % 2))
            .collect();
        let small = scaled_light(&checks, (8, 8), (2, 2));
        assert!(
            small.iter().all(|&level| (255.0 * level).round() == 188.0),
            "{small:?}"
        );
        let plain = [0.2, 0.4, 0.6, 0.8];
        let same = scaled_light(&plain, (2, 2), (2, 2));
        assert!(plain.iter().zip(same).all(|(a, b)| (a - b).abs() < 1e-3));
    }

    #[test]
    fn the_terminal_and_the_choice_decide_what_is_drawn_with() {
        use Drawing::{Colours, Dots, Letters, Shades};
        let of = |graphics, depth, glyphs| Drawing::of(graphics, Blocks::Sextant, depth, glyphs);
        let (unicode, console) = (Glyphs::Unicode, Glyphs::Console);
        let (colours, none) = (ColourDepth::Ansi16, ColourDepth::Monochrome);
        assert_eq!(of(Graphics::Auto, colours, unicode), Colours(Blocks::Sextant));
        assert_eq!(of(Graphics::Octant, colours, unicode), Colours(Blocks::Octant));
        assert_eq!(of(Graphics::Octant, colours, console), Colours(Blocks::Half));
        assert_eq!(of(Graphics::Auto, none, unicode), Dots(Blocks::Braille));
        assert_eq!(of(Graphics::Quadrant, none, unicode), Dots(Blocks::Quadrant));
        assert_eq!(of(Graphics::Octant, none, console), Shades);
        assert_eq!(of(Graphics::Octant, colours, Glyphs::Ascii), Letters);
    }
}
