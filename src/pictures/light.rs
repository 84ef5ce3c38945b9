//! Levels as they are sent to a screen, and the light that they make there.
//!
//! Between two levels lies the mean of their light, not of their numbers: a picture that is made smaller by means of numbers gets
//! darker where it is fine. The curve is that of sRGB (IEC 61966-2-1), levels and light both from 0 to 1.

use std::sync::LazyLock;

/// Places of the table between no light and all of it.
const STEPS: usize = 4096;

/// The light of every level that a byte can say.
static LIGHT: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|level| exact_light(level as f32 / 255.0)));
/// The level of light at even distances. The curve is straight where it is steepest.
static LEVELS: LazyLock<Vec<f32>> = LazyLock::new(|| {
    (0..=STEPS)
        .map(|step| exact_level(step as f32 / STEPS as f32))
        .collect()
});

/// The light of a level, as near as a byte can say it; what is no number is dark.
pub fn light(level: f32) -> f32 {
    LIGHT[usize::from((255.0 * level).round() as u8)]
}

/// The level that makes so much light.
pub fn level(light: f32) -> f32 {
    let place = light.clamp(0.0, 1.0) * STEPS as f32;
    let below = (place as usize).min(STEPS - 1);
    let share = place - below as f32;
    LEVELS[below] + share * (LEVELS[below + 1] - LEVELS[below])
}

fn exact_light(level: f32) -> f32 {
    if level <= 0.04045 {
        level / 12.92
    } else {
        ((level + 0.055) / 1.055).powf(2.4)
    }
}

fn exact_level(light: f32) -> f32 {
    if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_come_back_and_half_the_light_is_the_known_level() {
        for byte in 0..=255_u8 {
            let there = f32::from(byte) / 255.0;
            assert!((level(light(there)) - there).abs() < 0.1 / 255.0, "{byte}");
        }
        assert_eq!((255.0 * level(0.5)).round(), 188.0);
        assert_eq!([light(f32::NAN), light(-1.0), light(2.0)], [0.0, 0.0, 1.0]);
    }
}
