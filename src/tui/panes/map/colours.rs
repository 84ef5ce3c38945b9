//! What the points of the map look like: a colour for every class as long as they can be told apart, a character for each where
//! there are more, and colours from dark to light for bounds.

use ratatui::style::Color;

use crate::tui::app::App;
use crate::tui::colour::ColourDepth;
use crate::tui::theme;

/// Classes that have a colour each.
pub const MOST_COLOURS: usize = 10;
/// Steps of the scale of bounds.
pub const STEPS: u32 = 10;

/// The colours of the classes, one after the other: those of runs that are compared, and three more.
pub fn of_classes() -> [Color; MOST_COLOURS] {
    let runs = theme::colours().runs;
    let more = [(175, 135, 95), (0, 175, 175), (135, 135, 215)].map(|(r, g, b)| Color::Rgb(r, g, b));
    std::array::from_fn(|class| match runs.get(class) {
        Some(&colour) => colour,
        None => more[class - runs.len()],
    })
}

/// Whether so many classes can be told apart by their colours; else a character says which one it is.
pub fn suffice(app: &App, classes: usize) -> bool {
    let colours = of_classes();
    let wanted = &colours[..classes.min(MOST_COLOURS)];
    app.depth != ColourDepth::Monochrome
        && classes <= MOST_COLOURS
        && app.depth.distinct(wanted).len() == wanted.len()
}

/// A character for a class: digits, then letters; from the first again where there are more classes than those.
pub fn character(class: u32) -> char {
    const CHARACTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char::from(CHARACTERS[class as usize % CHARACTERS.len()])
}

/// The colour of a step of the scale, from dark and blue to light and yellow, through colours that lie between five of the map
/// viridis (van der Walt and Smith 2015).
pub fn of_step(step: u32) -> Color {
    const STOPS: [[f32; 3]; 5] = [
        [68.0, 58.0, 128.0],
        [59.0, 110.0, 160.0],
        [33.0, 145.0, 140.0],
        [94.0, 201.0, 98.0],
        [253.0, 231.0, 37.0],
    ];
    let place = step.min(STEPS - 1) as f32 / (STEPS - 1) as f32 * (STOPS.len() - 1) as f32;
    let below = (place as usize).min(STOPS.len() - 2);
    let share = place - below as f32;
    let [red, green, blue] = [0, 1, 2].map(|channel| {
        let (low, high) = (STOPS[below][channel], STOPS[below + 1][channel]);
        (low + share * (high - low)).round() as u8
    });
    Color::Rgb(red, green, blue)
}

/// A colour with less light, where fewer points lie: from `share` 0, a little more than half of it, to 1.
pub fn dimmed(colour: Color, share: f32) -> Color {
    match colour {
        Color::Rgb(red, green, blue) => {
            let factor = 0.55 + 0.45 * share.clamp(0.0, 1.0);
            let [red, green, blue] = [red, green, blue].map(|part| (factor * f32::from(part)) as u8);
            Color::Rgb(red, green, blue)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_classes_have_one_colour_in_any_theme() {
        for (name, theme) in theme::THEMES {
            theme::set(theme);
            let colours = of_classes();
            for (index, colour) in colours.iter().enumerate() {
                assert!(!colours[..index].contains(colour), "{name}: {colour}");
            }
        }
        theme::set(theme::DARK);
    }

    #[test]
    fn the_scale_grows_lighter_step_by_step() {
        let light = |step| match of_step(step) {
            Color::Rgb(red, green, blue) => {
                0.2126 * f32::from(red) + 0.7152 * f32::from(green) + 0.0722 * f32::from(blue)
            }
            _ => 0.0,
        };
        assert!((1..STEPS).all(|step| light(step) > light(step - 1)));
        assert_eq!(
            (of_step(0), of_step(99)),
            (Color::Rgb(68, 58, 128), Color::Rgb(253, 231, 37))
        );
    }
}
