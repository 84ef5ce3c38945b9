//! The nearest colour that a terminal has.

use crate::terminal_facts::ColourDepth;

/// A colour as a terminal is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalColour {
    /// In 24 bits.
    Rgb([u8; 3]),
    /// A place in the palette.
    Indexed(u8),
    /// The terminal's own: there are no others.
    Own,
}

/// The nearest colour that `depth` has; a grey stays a grey.
pub fn nearest(depth: ColourDepth, colour: [u8; 3]) -> TerminalColour {
    match depth {
        ColourDepth::TrueColour => TerminalColour::Rgb(colour),
        ColourDepth::Indexed256 => TerminalColour::Indexed(nearest_index(16..=255, colour)),
        ColourDepth::Ansi16 => TerminalColour::Indexed(nearest_index(0..=15, colour)),
        ColourDepth::Monochrome => TerminalColour::Own,
    }
}

fn nearest_index(range: std::ops::RangeInclusive<u8>, wanted: [u8; 3]) -> u8 {
    // A grey stays a grey: the cube's tints are never nearer in hue.
    let grey = wanted[0] == wanted[1] && wanted[1] == wanted[2];
    let distance = |index: u8| -> u32 {
        let colour = palette(index);
        wanted
            .iter()
            .zip(colour)
            .map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum()
    };
    let is_grey = |index: u8| palette(index).windows(2).all(|pair| pair[0] == pair[1]);
    range
        .filter(|&index| !grey || is_grey(index))
        .min_by_key(|&index| distance(index))
        .unwrap_or_default()
}

/// The usual red, green and blue of a palette entry (xterm's).
fn palette(index: u8) -> [u8; 3] {
    const ANSI: [[u8; 3]; 16] = [
        [0, 0, 0],
        [205, 0, 0],
        [0, 205, 0],
        [205, 205, 0],
        [0, 0, 238],
        [205, 0, 205],
        [0, 205, 205],
        [229, 229, 229],
        [127, 127, 127],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [92, 92, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ];
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..=15 => ANSI[usize::from(index)],
        16..=231 => {
            let index = usize::from(index - 16);
            [LEVELS[index / 36], LEVELS[index / 6 % 6], LEVELS[index % 6]]
        }
        232..=255 => [8 + 10 * (index - 232); 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greys_stay_grey_and_cube_colours_stay_themselves() {
        let index = |depth, colour| match nearest(depth, colour) {
            TerminalColour::Indexed(index) => index,
            other => panic!("{other:?}"),
        };
        for level in 0..=255 {
            for depth in [ColourDepth::Indexed256, ColourDepth::Ansi16] {
                let [red, green, blue] = palette(index(depth, [level; 3]));
                assert!(red == green && green == blue);
            }
        }
        for place in 16..=231 {
            let found = index(ColourDepth::Indexed256, palette(place));
            assert_eq!(palette(found), palette(place));
        }
    }
}
