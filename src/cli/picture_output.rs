//! Where the pictures of commands go: to the terminal as blocks, or into a file.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::choice::choice;
use super::print_line;
use crate::config;
use crate::files::{shown, write_whole};
use crate::pictures::blocks::{self, Drawing};
use crate::pictures::format::{self, PictureFormat};
use crate::pictures::pixels;
use crate::pictures::raster::Raster;
use crate::platform::window_size;
use crate::terminal_facts::{Blocks, ColourDepth, Glyphs, Graphics, cell_pixels};

/// Columns of a line that an item has at least, where it has as many pixels: rather than be one of two or three in a row, a large
/// one is shown smaller.
const LEAST_COLUMNS: usize = 14;
/// Columns of a line where no terminal says how many it has.
const USUAL_COLUMNS: u16 = 80;
/// Pixels along a side of a file's picture beyond which nothing is enlarged.
const LARGE: usize = 4_000;

/// The flags that say where a picture goes.
#[derive(Args, Debug)]
pub(super) struct PictureOutput {
    /// Write the picture to FILE: .png, .gif (which moves where the picture has a direction) or .svg, by its ending
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Pixels of the file for each pixel of an item, along each side
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u8).range(1..=32))]
    enlarge: u8,
    /// Colours to use, where the terminal does not say what it can
    #[arg(long, value_name = "COLOURS", value_parser = choice::<ColourDepth>())]
    colours: Option<ColourDepth>,
    /// How the terminal draws pictures
    #[arg(long, value_name = "GRAPHICS", value_parser = choice::<Graphics>())]
    graphics: Option<Graphics>,
}

/// Items to show.
pub(super) struct Picture {
    /// Row after row, all of one size.
    pub items: Vec<Raster>,
    /// Items of a row; none for as many as there is room.
    pub columns: Option<usize>,
    /// Whether each row shows one thing that changes, so that a GIF shows it changing.
    pub moves: bool,
}

impl PictureOutput {
    /// Makes sure that the file's ending says what is to be written, before anything takes time.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        self.out
            .as_deref()
            .map_or(Ok(()), |out| PictureFormat::of(out).map(drop))
    }

    /// How many items of so many pixels' width stand beside one another, at most `most`, where nobody says how many.
    pub(super) fn columns(&self, width: usize, most: usize) -> usize {
        if self.out.is_some() {
            return most;
        }
        (usize::from(self.line()) / (width.min(LEAST_COLUMNS) + 1)).clamp(1, most)
    }

    /// Shows the picture where the flags say.
    ///
    /// # Errors
    /// If the file can't be written, which then is as it was, or the reader of standard output has left.
    pub(super) fn show(&self, picture: &Picture) -> anyhow::Result<()> {
        let Picture {
            items,
            columns,
            moves,
        } = picture;
        let width = items.first().map_or(1, |item| item.width);
        let Some(out) = &self.out else {
            let columns = columns.unwrap_or_else(|| self.columns(width, items.len().max(1)));
            let sheet = Raster::sheet(items, columns);
            let graphics = self.graphics();
            if let Some(protocol) = graphics.protocol() {
                let cells = blocks::fit((sheet.width, sheet.height()), (self.line(), u16::MAX));
                return print_line(&pixels::encoded(protocol, &sheet, cells, cell_pixels(), None)?);
            }
            let (depth, drawing) = self.terminal(graphics);
            return print_line(&blocks::text(&sheet, self.line(), depth, drawing));
        };
        let columns = columns.unwrap_or_else(|| items.len().isqrt().max(1));
        let bytes = match PictureFormat::of(out)? {
            PictureFormat::Png => format::png(&self.enlarged(&Raster::sheet(items, columns)))?,
            PictureFormat::Svg => format::svg(&self.enlarged(&Raster::sheet(items, columns)))?.into_bytes(),
            PictureFormat::Gif if *moves => {
                let frames: Vec<Raster> = frames(items, columns)
                    .iter()
                    .map(|frame| self.enlarged(frame))
                    .collect();
                format::gif(&frames)?
            }
            PictureFormat::Gif => format::gif(&[self.enlarged(&Raster::sheet(items, columns))])?,
        };
        write_whole(out, |file| file.write_all(&bytes))
            .with_context(|| format!("{} can't be written", shown(out)))
    }

    fn enlarged(&self, raster: &Raster) -> Raster {
        let longest = raster.width.max(raster.height()).max(1);
        raster.enlarged(usize::from(self.enlarge).min(LARGE / longest).max(1))
    }

    /// Columns of a line of standard output.
    fn line(&self) -> u16 {
        window_size().map_or(USUAL_COLUMNS, |(columns, _)| columns)
    }

    /// How pictures are drawn: what a configuration says of the terminal, it says of nothing else.
    fn graphics(&self) -> Graphics {
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let configured = || config::load().config.graphics;
        let usual = std::io::stdout()
            .is_terminal()
            .then(configured)
            .unwrap_or_default();
        self.graphics.unwrap_or(usual.here(variable))
    }

    /// What standard output can show: no colours where it is no terminal, unless somebody asks for them.
    fn terminal(&self, graphics: Graphics) -> (ColourDepth, Drawing) {
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        if !std::io::stdout().is_terminal() {
            let depth = self.colours.unwrap_or(ColourDepth::Monochrome);
            return (depth, Drawing::of(graphics, Blocks::Half, depth, Glyphs::Unicode));
        }
        let colours = self.colours.or_else(|| config::load().config.colours);
        let depth = colours.unwrap_or_else(|| ColourDepth::detect(variable).0);
        let (best, glyphs) = (Blocks::detect(variable).0, Glyphs::detect(variable).0);
        (depth, Drawing::of(graphics, best, depth, glyphs))
    }
}

/// The frames of rows that change from left to right, and back again: what stands in each column.
fn frames(items: &[Raster], columns: usize) -> Vec<Raster> {
    let rows = items.len() / columns.max(1);
    let frame = |column: usize| {
        let of_rows: Vec<Raster> = items.iter().skip(column).step_by(columns).cloned().collect();
        Raster::sheet(&of_rows, rows.isqrt().max(1))
    };
    let there = 0..columns;
    let back = (1..columns.saturating_sub(1)).rev();
    there.chain(back).map(frame).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_goes_there_and_back() {
        let items: Vec<Raster> = (0..8).map(|grey| Raster::filled(1, 1, [grey; 3])).collect();
        let shown: Vec<[u8; 2]> = frames(&items, 4)
            .iter()
            .map(|frame| [frame.at(0, 0)[0], frame.at(0, 2)[0]])
            .collect();
        assert_eq!(shown, [[0, 4], [1, 5], [2, 6], [3, 7], [2, 6], [1, 5]]);
        assert_eq!(frames(&items[..1], 1).len(), 1);
        assert_eq!(frames(&items[..2], 2).len(), 2);
    }
}
