//! Sixel graphics (DEC, VT340 Graphics Programming, chapter 14): rows of six pixels, one colour after the other.
//!
//! A letter says in which of six pixels above one another a colour stands, `?` in none; `!12~` is twelve times `~`. `$` goes back to
//! the left for the next colour, `-` down to the next six rows. There are up to 256 colours, each part of which is said in percent.

use std::fmt::Write;

use anyhow::{Context, ensure};

use crate::pictures::raster::Raster;

/// Rows that are drawn at once.
const BAND: usize = 6;

/// The sequence that draws a picture, pixel for pixel; where it has more than 256 colours, they are brought down to so many.
///
/// # Errors
/// If the picture has no pixels, or more than 65 535 along a side.
pub fn encoded(raster: &Raster) -> anyhow::Result<String> {
    let too_large = "the picture is too large for sixels, which have at most 65535 pixels along a side here";
    let width = u16::try_from(raster.width).context(too_large)?;
    let height = u16::try_from(raster.height()).context(too_large)?;
    ensure!(width > 0 && height > 0, "the picture has no pixels");
    let frame = gif::Frame::from_rgb(width, height, raster.bytes());
    let palette = frame.palette.context("the picture has no palette")?;
    // Pixels that are not drawn stay as they are; the proportions are those of the pixels.
    let mut sequence = format!("\x1bP0;1;0q\"1;1;{width};{height}");
    for (index, colour) in palette.chunks_exact(3).enumerate() {
        let [red, green, blue] = [0, 1, 2].map(|part| (u32::from(colour[part]) * 100 + 127) / 255);
        // Writing to text can't fail.
        let _ = write!(sequence, "#{index};2;{red};{green};{blue}");
    }
    for (number, band) in frame.buffer.chunks(BAND * usize::from(width)).enumerate() {
        if number > 0 {
            sequence.push('-');
        }
        push_band(&mut sequence, band, width.into());
    }
    sequence.push_str("\x1b\\");
    Ok(sequence)
}

/// Up to six rows: for each colour in them where it stands.
fn push_band(sequence: &mut String, band: &[u8], width: usize) {
    let mut present = [false; 256];
    band.iter()
        .for_each(|&colour| present[usize::from(colour)] = true);
    let colours = (0..=u8::MAX).filter(|&colour| present[usize::from(colour)]);
    for (number, colour) in colours.enumerate() {
        if number > 0 {
            sequence.push('$');
        }
        let _ = write!(sequence, "#{colour}");
        let letter = |column: usize| {
            let rows = band.chunks_exact(width).enumerate();
            let bits: u8 = rows
                .map(|(row, pixels)| u8::from(pixels[column] == colour) << row)
                .sum();
            char::from(b'?' + bits)
        };
        let mut column = 0;
        while column < width {
            let here = letter(column);
            let end = (column..width)
                .find(|&other| letter(other) != here)
                .unwrap_or(width);
            match end - column {
                count @ 1..=3 => sequence.extend(std::iter::repeat_n(here, count)),
                count => drop(write!(sequence, "!{count}{here}")),
            }
            column = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::pixels::tests::noise;

    /// Draws a sequence as a terminal would: the colours of its pixels, in percent.
    fn draw(sequence: &str) -> Vec<Vec<Option<[u32; 3]>>> {
        let inside = sequence.strip_prefix("\x1bP0;1;0q\"1;1;").unwrap();
        let inside = inside.strip_suffix("\x1b\\").unwrap();
        let sizes = inside.split('#').next().unwrap().split(';');
        let sizes: Vec<usize> = sizes.map(|size| size.parse().unwrap()).collect();
        let mut pixels = vec![vec![None; sizes[0]]; sizes[1]];
        let mut palette = vec![[0; 3]; 256];
        let (mut colour, mut column, mut band, mut repeat) = (0, 0, 0, 1);
        let mut rest = &inside[inside.find('#').unwrap()..];
        let number = |rest: &mut &str| -> usize {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let found = rest[..end].parse().unwrap();
            *rest = &rest[end..];
            found
        };
        while let Some(letter) = rest.chars().next() {
            rest = &rest[1..];
            match letter {
                '#' => {
                    colour = number(&mut rest);
                    if rest.starts_with(';') {
                        let parts = [0; 4].map(|_: u8| {
                            rest = &rest[1..];
                            number(&mut rest) as u32
                        });
                        assert_eq!(parts[0], 2, "red, green and blue");
                        palette[colour] = [parts[1], parts[2], parts[3]];
                    }
                }
                '!' => repeat = number(&mut rest),
                '$' => column = 0,
                '-' => (column, band) = (0, band + 1),
                letter => {
                    let bits = letter as u8 - b'?';
                    for _ in 0..std::mem::replace(&mut repeat, 1) {
                        for row in (0..6).filter(|row| bits >> row & 1 == 1) {
                            pixels[6 * band + row][column] = Some(palette[colour]);
                        }
                        column += 1;
                    }
                }
            }
        }
        pixels
    }

    #[test]
    fn the_letters_are_the_pixels() {
        let greys = Raster {
            width: 16,
            pixels: (0..=255).map(|level| [level; 3]).collect(),
        };
        for raster in [greys, Raster::filled(5, 7, [9, 200, 90]), noise(13, 15)] {
            let drawn = draw(&encoded(&raster).unwrap());
            assert_eq!((drawn[0].len(), drawn.len()), (raster.width, raster.height()));
            for (pixel, percent) in raster.pixels.iter().zip(drawn.iter().flatten()) {
                for (part, percent) in pixel.iter().zip(percent.unwrap()) {
                    let level = f32::from(*part) / 2.55;
                    assert!((level - percent as f32).abs() <= 0.6, "{pixel:?}: {percent} %");
                }
            }
        }
        assert!(encoded(&noise(0, 0)).is_err());
        assert!(encoded(&Raster::filled(70_000, 1, [0; 3])).is_err());
    }
}
