//! Pictures of many decoded images: grids side by side, as PNG, and the same pixels inside an SVG.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use plotters::prelude::*;

use super::curves::{FONT, register_fonts, write_png};
use crate::files::{shown, write_whole};

/// A grid of images.
pub struct Grid {
    /// What stands above it.
    pub title: String,
    /// Intensities in `[0, 1]`, image after image, each row by row.
    pub pixels: Vec<f32>,
    /// Images in a row.
    pub columns: usize,
    /// Columns of an image.
    pub width: usize,
    /// Rows of an image.
    pub height: usize,
}

/// Pixels of the picture that one pixel of an image becomes, on each side.
const SCALE: u32 = 2;
const MARGIN: u32 = 12;
const TITLE: u32 = 30;

impl Grid {
    fn size(&self) -> (u32, u32) {
        let images = self.pixels.len() / (self.width * self.height).max(1);
        let rows = images.div_ceil(self.columns.max(1));
        (
            SCALE * (self.columns * self.width) as u32,
            SCALE * (rows * self.height) as u32,
        )
    }

    /// The grey at a place of the picture.
    fn grey(&self, x: u32, y: u32) -> u8 {
        let (x, y) = ((x / SCALE) as usize, (y / SCALE) as usize);
        let image = y / self.height * self.columns + x / self.width;
        let pixel = image * self.width * self.height + y % self.height * self.width + x % self.width;
        let intensity = self.pixels.get(pixel).copied().unwrap_or(1.0);
        (255.0 * intensity.clamp(0.0, 1.0)).round() as u8
    }
}

/// Writes the grids side by side to `<stem>.png` and `<stem>.svg`.
///
/// # Errors
/// If a file can't be written.
pub fn write(stem: &Path, grids: &[Grid]) -> anyhow::Result<()> {
    register_fonts();
    let sizes: Vec<(u32, u32)> = grids.iter().map(Grid::size).collect();
    let width = MARGIN + sizes.iter().map(|(width, _)| width + MARGIN).sum::<u32>();
    let height = TITLE + MARGIN + sizes.iter().map(|&(_, height)| height).max().unwrap_or(0);
    let mut pixels = vec![255; 3 * width as usize * height as usize];
    let failed = |error: &dyn std::fmt::Display| anyhow!("the picture can't be drawn: {error}");
    {
        let canvas = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        let mut left = MARGIN;
        for (grid, size) in grids.iter().zip(&sizes) {
            let text = (FONT, 18).into_font().color(&BLACK);
            canvas
                .draw(&Text::new(grid.title.clone(), (left as i32, 6), text))
                .map_err(|error| failed(&error))?;
            left += size.0 + MARGIN;
        }
        canvas.present().map_err(|error| failed(&error))?;
    }
    let mut left = MARGIN;
    for (grid, size) in grids.iter().zip(sizes) {
        for (x, y) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y))) {
            let at = 3 * ((TITLE + y) * width + left + x) as usize;
            pixels[at..at + 3].fill(grid.grey(x, y));
        }
        left += size.0 + MARGIN;
    }
    let path = super::file(stem, "png");
    write_png(&path, &pixels, (width, height))?;

    let unread = || format!("{} can't be read", path.display());
    let encoded = BASE64_STANDARD.encode(std::fs::read(&path).with_context(unread)?);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
         <image width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{encoded}\"/></svg>\n"
    );
    let path = super::file(stem, "svg");
    write_whole(&path, |file| file.write_all(svg.as_bytes()))
        .with_context(|| format!("{} can't be written", shown(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_stand_in_rows_under_their_title() {
        let folder = tempfile::tempdir().unwrap();
        let stem = folder.path().join("figure");
        // Three images of 2 x 1 pixels in two columns: the fourth place stays white.
        let grid = Grid {
            title: "N_z = 2".into(),
            pixels: vec![0.0, 1.0, 0.2, 0.4, 0.6, -1.0],
            columns: 2,
            width: 2,
            height: 1,
        };
        assert_eq!(grid.size(), (8, 4));
        let row = |y| (0..4).map(|x| grid.grey(2 * x, y)).collect::<Vec<_>>();
        assert_eq!(row(0), [0, 255, 51, 102]);
        assert_eq!(row(3), [153, 0, 255, 255]);
        write(&stem, &[grid]).unwrap();
        let svg = std::fs::read_to_string(stem.with_extension("svg")).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("base64,iVBOR"));
    }
}
