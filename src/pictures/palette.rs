//! The nearest colour that a terminal has.

use crate::terminal_facts::ColourDepth;

/// The levels of each part in the cube of 6 x 6 x 6 colours.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What lies halfway between a level of the cube and the next.
const MIDDLES: [f32; 5] = [47.5, 115.0, 155.0, 195.0, 235.0];

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
        ColourDepth::Monochrome => TerminalColour::Own,
        _ => nearest_index(depth, colour.map(f32::from))
            .map_or(TerminalColour::Rgb(colour), TerminalColour::Indexed),
    }
}

/// The nearest colour that `depth` has, of parts from 0 to 255; where it has no palette, the colour itself.
///
/// The parts are not rounded before: halfway between two colours of a palette, a rounded part would lie nearer to the farther one.
pub fn nearest_rgb(depth: ColourDepth, colour: [f32; 3]) -> [u8; 3] {
    nearest_index(depth, colour).map_or_else(|| colour.map(|part| part.round() as u8), palette)
}

/// The place of the nearest colour in the palette that `depth` has, if any.
fn nearest_index(depth: ColourDepth, wanted: [f32; 3]) -> Option<u8> {
    match depth {
        ColourDepth::Indexed256 => Some(nearest_of_256(wanted)),
        ColourDepth::Ansi16 => Some(nearest_of_16(wanted)),
        ColourDepth::TrueColour | ColourDepth::Monochrome => None,
    }
}

/// The nearest of the cube and the greys: in the cube each part by itself, of the greys the one nearest to the mean.
fn nearest_of_256(wanted: [f32; 3]) -> u8 {
    let level = |part: f32| MIDDLES.iter().map(|&middle| u8::from(part > middle)).sum::<u8>();
    let [red, green, blue] = wanted.map(level);
    let cube = 16 + 36 * red + 6 * green + blue;
    let mean = wanted.iter().sum::<f32>() / 3.0;
    // The greys begin at 8 with steps of 10; halfway, the darker one.
    let grey = 232 + ((mean - 13.0) / 10.0).ceil().clamp(0.0, 23.0) as u8;
    if distance(palette(grey), wanted) < distance(palette(cube), wanted) {
        grey
    } else {
        cube
    }
}

/// The nearest of the sixteen; a grey stays a grey, since a tint is never nearer in hue.
fn nearest_of_16(wanted: [f32; 3]) -> u8 {
    let is_grey = wanted[0] == wanted[1] && wanted[1] == wanted[2];
    (0..16)
        .filter(|&index| {
            let [red, green, blue] = palette(index);
            !is_grey || red == green && green == blue
        })
        .min_by(|&a, &b| distance(palette(a), wanted).total_cmp(&distance(palette(b), wanted)))
        .unwrap_or_default()
}

/// The squared distance of a colour from a wanted one.
pub fn distance(colour: [u8; 3], wanted: [f32; 3]) -> f32 {
    let parts = wanted.iter().zip(colour);
    parts.map(|(&a, b)| (a - f32::from(b)).powi(2)).sum()
}

/// The sixteen colours of old, as terminals usually show them.
pub fn sixteen() -> [[u8; 3]; 16] {
    std::array::from_fn(|index| palette(index as u8))
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

    #[test]
    fn nothing_of_the_256_is_nearer() {
        // Halfway between two greys lie 13, 153 and 233, halfway between two levels of the cube 47.5 and 115.
        let parts = [
            0.0, 3.0, 12.9, 13.1, 47.4, 47.6, 90.0, 95.0, 114.9, 115.1, 127.0, 152.9, 153.1, 155.3, 200.0,
            233.4, 234.0, 236.0, 255.0,
        ];
        for red in parts {
            for green in parts {
                for blue in parts {
                    let wanted = [red, green, blue];
                    let least = (16..=255)
                        .map(|index| distance(palette(index), wanted))
                        .fold(f32::INFINITY, f32::min);
                    let found = distance(palette(nearest_of_256(wanted)), wanted);
                    assert!(found <= least * 1.00001, "{wanted:?}: {found} for {least}");
                }
            }
        }
    }
}
