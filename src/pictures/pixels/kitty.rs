//! kitty's graphics protocol (<https://sw.kovidgoyal.net/kitty/graphics-protocol/>): a PNG file in base64, in pieces.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::pictures::format::png;
use crate::pictures::raster::Raster;

/// Letters of a piece, at most, as the protocol wants it.
const PIECE: usize = 4096;

/// The sequence that sends a picture and draws it over so many columns and rows; the terminal says nothing about it (`q=2`). With a
/// number, a picture of that number before is replaced, and the cursor stays where it is (`C=1`).
///
/// # Errors
/// As [`png`].
pub fn encoded(raster: &Raster, (columns, rows): (u16, u16), id: Option<u32>) -> anyhow::Result<String> {
    let data = BASE64_STANDARD.encode(png(raster)?);
    let mut sequence = String::with_capacity(data.len() + 64);
    let place = id.map_or(String::new(), |id| format!("i={id},p=1,C=1,"));
    let mut start = 0;
    while start < data.len() {
        let end = (start + PIECE).min(data.len());
        let first = format!("a=T,f=100,c={columns},r={rows},q=2,{place}");
        let keys = if start == 0 { first.as_str() } else { "" };
        let more = u8::from(end < data.len());
        sequence.push_str(&format!("\x1b_G{keys}m={more};{}\x1b\\", &data[start..end]));
        start = end;
    }
    Ok(sequence)
}

/// The sequence that takes away a picture by its number, and frees its pixels.
pub fn removed(id: u32) -> String {
    format!("\x1b_Ga=d,d=I,i={id},q=2\x1b\\")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::pixels::tests::{noise, read_png};

    #[test]
    fn the_pieces_are_the_pixels() {
        let raster = noise(160, 60);
        let sequence = encoded(&raster, (12, 5), None).unwrap();
        let pieces: Vec<(&str, &str)> = sequence
            .split_terminator("\x1b\\")
            .map(|piece| piece.strip_prefix("\x1b_G").unwrap().split_once(';').unwrap())
            .collect();
        assert!(pieces.len() > 2 && pieces[0].0 == "a=T,f=100,c=12,r=5,q=2,m=1");
        let (last, others) = pieces.split_last().unwrap();
        assert!(
            others[1..]
                .iter()
                .all(|(keys, data)| *keys == "m=1" && data.len() == PIECE)
        );
        assert_eq!(last.0, "m=0");
        let data: String = pieces.iter().map(|(_, data)| *data).collect();
        assert_eq!(read_png(&BASE64_STANDARD.decode(data).unwrap()), raster);
        assert!(encoded(&noise(0, 0), (1, 1), None).is_err());
        let placed = encoded(&raster, (12, 5), Some(7)).unwrap();
        assert!(placed.starts_with("\x1b_Ga=T,f=100,c=12,r=5,q=2,i=7,p=1,C=1,m=1;"));
    }
}
