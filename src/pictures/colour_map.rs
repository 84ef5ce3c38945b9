//! Colour maps: the colours in which brightness is shown, from 0 to 1.

use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::raster::Raster;

/// A colour map for what is grey by itself.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum ColourMap {
    /// From black to white.
    #[default]
    Grey,
    /// From violet over green to yellow.
    Viridis,
    /// From black over red to pale yellow.
    Magma,
}

/// Every sixteenth of the maps of Stéfan van der Walt and Nathaniel Smith (2015), which their authors gave to the public domain
/// (CC0): equal steps look equal, to colour-blind people too.
type Table = [[u8; 3]; 17];

const VIRIDIS: Table = [
    [68, 1, 84],
    [72, 24, 106],
    [71, 45, 123],
    [66, 64, 134],
    [59, 82, 139],
    [51, 99, 141],
    [44, 114, 142],
    [38, 130, 142],
    [33, 145, 140],
    [31, 159, 136],
    [39, 173, 129],
    [61, 188, 116],
    [92, 200, 99],
    [129, 211, 77],
    [170, 220, 50],
    [213, 226, 26],
    [253, 231, 37],
];
const MAGMA: Table = [
    [0, 0, 4],
    [10, 8, 34],
    [29, 17, 71],
    [54, 16, 107],
    [81, 18, 124],
    [106, 28, 129],
    [131, 38, 129],
    [156, 46, 127],
    [183, 55, 121],
    [207, 64, 112],
    [229, 80, 100],
    [244, 105, 92],
    [251, 135, 97],
    [254, 165, 113],
    [254, 194, 135],
    [253, 224, 161],
    [252, 253, 191],
];

impl ColourMap {
    /// Red, green and blue, from 0 to 255, of a level from 0 to 1; what lies outside is shown at the edge, what is no number as 0.
    pub fn colour(self, level: f32) -> [f32; 3] {
        let level = if level.is_nan() {
            0.0
        } else {
            level.clamp(0.0, 1.0)
        };
        let table = match self {
            Self::Grey => return [255.0 * level; 3],
            Self::Viridis => &VIRIDIS,
            Self::Magma => &MAGMA,
        };
        let place = level * (table.len() - 1) as f32;
        let below = (place as usize).min(table.len() - 2);
        let share = place - below as f32;
        let between = |part: usize| {
            let [low, high] = [table[below], table[below + 1]].map(|colour| f32::from(colour[part]));
            low + share * (high - low)
        };
        std::array::from_fn(between)
    }

    /// A grey picture in the colours of this map.
    pub fn applied(self, grey: Raster) -> Raster {
        let colour = |[level, _, _]: [u8; 3]| {
            self.colour(f32::from(level) / 255.0)
                .map(|part| part.round() as u8)
        };
        Raster {
            width: grey.width,
            pixels: grey.pixels.into_iter().map(colour).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn grey_stays_and_the_others_get_brighter_all_the_way() {
        let raster = Raster {
            width: 256,
            pixels: (0..=255).map(|level| [level; 3]).collect(),
        };
        assert_eq!(ColourMap::Grey.applied(raster.clone()), raster);
        for map in ColourMap::VARIANTS {
            // The weights of ITU-R BT.709.
            let brightness = |level: f32| {
                let [red, green, blue] = map.colour(level);
                0.2126 * red + 0.7152 * green + 0.0722 * blue
            };
            let steps =
                (0..64).map(|step| brightness((step + 1) as f32 / 64.0) - brightness(step as f32 / 64.0));
            assert!(steps.into_iter().all(|step| step > 0.0), "{map:?}");
            assert_eq!(map.colour(f32::NAN), map.colour(-3.0));
            assert_eq!(map.colour(2.0), map.colour(1.0));
        }
        assert_eq!(ColourMap::Viridis.colour(0.5), [33.0, 145.0, 140.0]);
        assert_eq!(ColourMap::Magma.colour(1.0), [252.0, 253.0, 191.0]);
    }
}
