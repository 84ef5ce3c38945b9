//! Pictures as pixels: sequences that some terminals draw in place of characters, a file for each protocol.
//!
//! Each sequence begins where the cursor stands and covers so many columns and rows of cells. A terminal that does not know it shows
//! nothing, or letters, so it is sent to nobody who did not ask for it.

pub mod iterm2;
pub mod kitty;
pub mod sixel;

use super::raster::Raster;
use crate::terminal_facts::Protocol;

/// The sequence that draws a picture over `cells`, columns and rows, each of which is `cell` pixels wide and high.
///
/// `id` is its number for kitty, by which another can replace it.
///
/// # Errors
/// If the picture has no pixels, or more than the format can hold.
pub fn encoded(
    protocol: Protocol,
    raster: &Raster,
    cells: (u16, u16),
    cell: (u16, u16),
    id: Option<u32>,
) -> anyhow::Result<String> {
    let pixels = |cells: u16, cell: u16| usize::from(cells) * usize::from(cell);
    let (wide, high) = (pixels(cells.0, cell.0), pixels(cells.1, cell.1));
    // These terminals fit a picture to its cells, and make it smooth; whole squares stay sharp.
    let squares = || {
        let factor = (wide / raster.width.max(1)).min(high / raster.height().max(1));
        raster.enlarged(factor.max(1))
    };
    match protocol {
        Protocol::Kitty => kitty::encoded(&squares(), cells, id),
        Protocol::Iterm2 => iterm2::encoded(&squares(), cells),
        Protocol::Sixel => sixel::encoded(&raster.resized(wide, high)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels without any order, of 216 colours.
    pub(super) fn noise(width: usize, height: usize) -> Raster {
        let mut state = 1_u64;
        let mut part = || {
            // Knuth's multiplier of a linear congruential generator.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 40) % 6 * 51) as u8
        };
        Raster {
            width,
            pixels: (0..width * height).map(|_| [part(), part(), part()]).collect(),
        }
    }

    pub(super) fn read_png(bytes: &[u8]) -> Raster {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        Raster {
            width: info.width as usize,
            pixels: pixels
                .chunks_exact(3)
                .map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect(),
        }
    }

    #[test]
    fn a_picture_fills_its_cells() {
        let raster = noise(4, 3);
        let sixels = encoded(Protocol::Sixel, &raster, (2, 1), (10, 20), None).unwrap();
        assert!(sixels.contains("\"1;1;20;20"), "{sixels:?}");
        let kitty = encoded(Protocol::Kitty, &raster, (2, 1), (10, 20), Some(3)).unwrap();
        assert_eq!(
            kitty,
            kitty::encoded(&raster.enlarged(5), (2, 1), Some(3)).unwrap()
        );
    }
}
