//! iTerm2's inline images (<https://iterm2.com/documentation-images.html>), which WezTerm and others know too: a PNG file in base64.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::pictures::format::png;
use crate::pictures::raster::Raster;

/// The sequence that draws a picture over so many columns and rows.
///
/// # Errors
/// As [`png`].
pub fn encoded(raster: &Raster, (columns, rows): (u16, u16)) -> anyhow::Result<String> {
    let bytes = png(raster)?;
    Ok(format!(
        "\x1b]1337;File=inline=1;size={};width={columns};height={rows};preserveAspectRatio=0:{}\x07",
        bytes.len(),
        BASE64_STANDARD.encode(&bytes)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::pixels::tests::{noise, read_png};

    #[test]
    fn the_file_is_the_pixels() {
        let raster = noise(9, 7);
        let sequence = encoded(&raster, (12, 5)).unwrap();
        let inside = sequence.strip_prefix("\x1b]1337;File=").unwrap();
        let (keys, data) = inside.strip_suffix('\x07').unwrap().split_once(':').unwrap();
        let bytes = BASE64_STANDARD.decode(data).unwrap();
        let size = format!("size={}", bytes.len());
        let expected = ["inline=1", &size, "width=12", "height=5", "preserveAspectRatio=0"];
        assert_eq!(keys.split(';').collect::<Vec<_>>(), expected);
        assert_eq!(read_png(&bytes), raster);
    }
}
