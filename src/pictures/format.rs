//! Rasters as the bytes of PNG, GIF and SVG files.

use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::raster::Raster;
use crate::files::shown;

/// A format of picture files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// Without loss, one picture.
    Png,
    /// Moves: several pictures one after the other, of up to 256 colours each.
    Gif,
    /// The same pixels as a PNG inside, sharp at every size.
    Svg,
}

/// Hundredths of a second that a picture of a GIF is shown.
const DELAY: u16 = 12;

impl PictureFormat {
    /// The format that the ending of a file's name asks for.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("png") => Ok(Self::Png),
            Some("gif") => Ok(Self::Gif),
            Some("svg") => Ok(Self::Svg),
            _ => bail!(
                "{} ends in none of .png, .gif and .svg, which say what is written",
                shown(path)
            ),
        }
    }
}

/// A PNG file of 24 bits per pixel.
///
/// # Errors
/// If the picture has no pixels, or more than the format can hold.
pub fn png(raster: &Raster) -> anyhow::Result<Vec<u8>> {
    let too_large = "the picture is too large for a PNG file";
    let width = u32::try_from(raster.width).context(too_large)?;
    let height = u32::try_from(raster.height()).context(too_large)?;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder
        .write_header()
        .context("the picture can't be a PNG file")?;
    writer.write_image_data(raster.bytes())?;
    writer.finish()?;
    Ok(bytes)
}

/// A GIF file of some pictures of one size, which goes on for ever; one alone stands still. Where a picture has more than 256
/// colours, they are brought down to so many.
///
/// # Errors
/// If there are no pictures, or they are larger than the format can hold.
pub fn gif(frames: &[Raster]) -> anyhow::Result<Vec<u8>> {
    let too_large = "the picture is too large for a GIF file, which has at most 65535 pixels along a side";
    let first = frames.first().context("a GIF file has at least one picture")?;
    let width = u16::try_from(first.width).context(too_large)?;
    let height = u16::try_from(first.height()).context(too_large)?;
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[])?;
    if frames.len() > 1 {
        encoder.set_repeat(gif::Repeat::Infinite)?;
    }
    for raster in frames {
        let mut frame = gif::Frame::from_rgb(width, height, raster.bytes());
        frame.delay = DELAY;
        encoder.write_frame(&frame)?;
    }
    drop(encoder);
    Ok(bytes)
}

/// An SVG file with the picture in it, whose pixels stay squares at every size.
///
/// # Errors
/// As [`png`].
pub fn svg(raster: &Raster) -> anyhow::Result<String> {
    let encoded = BASE64_STANDARD.encode(png(raster)?);
    let (width, height) = (raster.width, raster.height());
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\
         <image width=\"{width}\" height=\"{height}\" style=\"image-rendering:pixelated\" \
         href=\"data:image/png;base64,{encoded}\"/></svg>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every colour of three channels in steps, so that a GIF has as many as it can hold.
    fn raster(count: usize) -> Raster {
        Raster {
            width: 16,
            pixels: (0..count)
                .map(|i| [(i % 7 * 40) as u8, (i / 7 % 6 * 50) as u8, (i / 42 * 30) as u8])
                .collect(),
        }
    }

    #[test]
    fn a_png_has_the_pixels() {
        let raster = raster(256);
        let mut reader = png::Decoder::new(std::io::Cursor::new(png(&raster).unwrap()))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (16, 16));
        assert_eq!(pixels, raster.bytes());
        let empty = Raster {
            width: 0,
            pixels: Vec::new(),
        };
        assert!(png(&empty).is_err());
    }

    #[test]
    fn a_gif_has_the_pixels_of_every_picture() {
        let frames = [raster(256), Raster::filled(16, 16, [9, 9, 9])];
        let bytes = gif(&frames).unwrap();
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(bytes.as_slice()).unwrap();
        for frame in &frames {
            let read = decoder.read_next_frame().unwrap().unwrap();
            let pixels: Vec<u8> = read
                .buffer
                .chunks_exact(4)
                .flat_map(|pixel| &pixel[..3])
                .copied()
                .collect();
            assert_eq!(pixels, frame.bytes());
            assert_eq!((read.delay, read.width, read.height), (DELAY, 16, 16));
        }
        assert!(decoder.read_next_frame().unwrap().is_none());
        assert!(gif(&[]).is_err());
        let wide = Raster::filled(70_000, 1, [0; 3]);
        assert!(gif(&[wide]).unwrap_err().to_string().contains("65535"));
    }

    #[test]
    fn an_svg_has_the_png_inside() {
        let raster = raster(32);
        let text = svg(&raster).unwrap();
        let encoded = text
            .split("base64,")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap();
        assert_eq!(BASE64_STANDARD.decode(encoded).unwrap(), png(&raster).unwrap());
        assert!(text.starts_with("<svg") && text.contains("width=\"16\" height=\"2\""));
    }

    #[test]
    fn the_ending_says_the_format() {
        for (name, format) in [
            ("a.png", PictureFormat::Png),
            ("b.x.GIF", PictureFormat::Gif),
            ("svg.svg", PictureFormat::Svg),
        ] {
            assert_eq!(PictureFormat::of(Path::new(name)).unwrap(), format);
        }
        for name in ["a", "a.jpg", ".png"] {
            assert!(PictureFormat::of(Path::new(name)).is_err(), "{name}");
        }
    }
}
