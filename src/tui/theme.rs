//! The few colours and styles of the workbench, by what they mean.
//!
//! Everything is drawn on one thread, with the theme that [`set`] says; the functions of this file say what has which colour
//! in it. The colours of the usual theme sit exactly on entries of the 256-colour cube, so that it looks the same over every
//! connection.

use std::cell::Cell;
use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};

use crate::config::ThemeFile;
use crate::words::plain;

/// The colours of one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// What asks for attention: the focused pane, the selected row.
    pub accent: Color,
    /// Things that stand behind others.
    pub dim: Color,
    /// Frames of panes without focus.
    pub frame: Color,
    /// The training bound.
    pub train: Color,
    /// The minibatch bound behind it.
    pub minibatch: Color,
    /// The smoothed minibatch bound.
    pub smoothed: Color,
    /// The test bound.
    pub test: Color,
    /// Something went well.
    pub good: Color,
    /// Something went wrong.
    pub bad: Color,
    /// Runs that are compared, one after the other.
    pub runs: [Color; 7],
    /// More than the input, in a difference image.
    pub more: [u8; 3],
    /// Less than the input, in a difference image.
    pub less: [u8; 3],
}

const fn rgb(red: u8, green: u8, blue: u8) -> Color {
    Color::Rgb(red, green, blue)
}

/// For terminals with a dark background.
pub const DARK: Theme = Theme {
    accent: rgb(95, 215, 255),
    dim: rgb(135, 135, 135),
    frame: rgb(95, 95, 95),
    train: rgb(255, 175, 95),
    minibatch: rgb(135, 95, 0),
    smoothed: rgb(215, 135, 0),
    test: rgb(95, 255, 135),
    good: rgb(95, 215, 95),
    bad: rgb(255, 95, 95),
    runs: [
        rgb(95, 255, 135),
        rgb(255, 175, 95),
        rgb(95, 215, 255),
        rgb(255, 135, 215),
        rgb(215, 215, 95),
        rgb(175, 135, 255),
        rgb(255, 95, 95),
    ],
    more: [255, 135, 95],
    less: [95, 175, 255],
};

/// For terminals with a light background.
pub const LIGHT: Theme = Theme {
    accent: rgb(0, 95, 175),
    dim: rgb(95, 95, 95),
    frame: rgb(175, 175, 175),
    train: rgb(175, 95, 0),
    minibatch: rgb(215, 175, 135),
    smoothed: rgb(215, 135, 0),
    test: rgb(0, 135, 0),
    good: rgb(0, 135, 0),
    bad: rgb(175, 0, 0),
    runs: [
        rgb(0, 135, 0),
        rgb(175, 95, 0),
        rgb(0, 95, 175),
        rgb(175, 0, 135),
        rgb(95, 95, 0),
        rgb(95, 0, 215),
        rgb(175, 0, 0),
    ],
    ..DARK
};

/// For whoever needs more contrast, on a dark background.
pub const HIGH_CONTRAST: Theme = Theme {
    accent: rgb(0, 255, 255),
    dim: rgb(215, 215, 215),
    frame: rgb(175, 175, 175),
    train: rgb(255, 215, 0),
    minibatch: rgb(175, 135, 0),
    smoothed: rgb(255, 175, 0),
    test: rgb(0, 255, 0),
    good: rgb(0, 255, 0),
    bad: rgb(255, 135, 135),
    runs: [
        rgb(0, 255, 0),
        rgb(255, 215, 0),
        rgb(0, 255, 255),
        rgb(255, 135, 255),
        rgb(255, 255, 175),
        rgb(175, 175, 255),
        rgb(255, 135, 135),
    ],
    ..DARK
};

/// Colours that stay apart for people who see red and green alike (Okabe and Ito 2008), on a dark background.
pub const COLOUR_BLIND: Theme = Theme {
    accent: rgb(86, 180, 233),
    train: rgb(230, 159, 0),
    minibatch: rgb(120, 90, 20),
    smoothed: rgb(180, 125, 20),
    test: rgb(0, 158, 115),
    good: rgb(0, 158, 115),
    bad: rgb(240, 228, 66),
    runs: [
        rgb(0, 158, 115),
        rgb(230, 159, 0),
        rgb(86, 180, 233),
        rgb(240, 228, 66),
        rgb(0, 114, 178),
        rgb(204, 121, 167),
        rgb(255, 255, 255),
    ],
    more: [230, 159, 0],
    less: [86, 180, 233],
    ..DARK
};

/// The program's own themes, by their names.
pub const THEMES: [(&str, Theme); 4] = [
    ("dark", DARK),
    ("light", LIGHT),
    ("high-contrast", HIGH_CONTRAST),
    ("colour-blind", COLOUR_BLIND),
];

impl Theme {
    /// The theme of this name, with what a person's file changes; what can't be done is said in a sentence each.
    pub fn chosen(name: &str, file: Option<&ThemeFile>) -> (Self, Vec<String>) {
        let own = |name: &str| {
            THEMES
                .iter()
                .find(|(own, _)| *own == name)
                .map(|(_, theme)| *theme)
        };
        let names = THEMES.map(|(name, _)| name).join(", ");
        let Some(file) = file else {
            return match own(name) {
                Some(theme) => (theme, Vec::new()),
                None => {
                    let fault = format!(
                        "theme: there is no theme {:?}, nor a file of that name; there are {names}",
                        plain(name)
                    );
                    (DARK, vec![fault])
                }
            };
        };
        let mut faults = Vec::new();
        let place = plain(&file.path.to_string_lossy());
        let mut theme = match &file.based_on {
            None => own(name).unwrap_or(DARK),
            Some(base) => own(base).unwrap_or_else(|| {
                faults.push(format!(
                    "{place}: based_on: there is no theme {:?}; there are {names}",
                    plain(base)
                ));
                DARK
            }),
        };
        faults.extend(
            theme
                .change(&file.colours)
                .into_iter()
                .map(|fault| format!("{place}: {fault}")),
        );
        (theme, faults)
    }

    fn change(&mut self, colours: &BTreeMap<String, String>) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, written) in colours {
            let listed: Option<Vec<[u8; 3]>> = written.split_whitespace().map(colour).collect();
            let Some([first, others @ ..]) = listed.as_deref() else {
                faults.push(format!(
                    "{}: {:?} is no colour, such as \"#5fd7ff\"",
                    plain(name),
                    plain(written)
                ));
                continue;
            };
            let [red, green, blue] = *first;
            let one = Color::Rgb(red, green, blue);
            match name.as_str() {
                "accent" => self.accent = one,
                "dim" => self.dim = one,
                "frame" => self.frame = one,
                "train" => self.train = one,
                "minibatch" => self.minibatch = one,
                "smoothed" => self.smoothed = one,
                "test" => self.test = one,
                "good" => self.good = one,
                "bad" => self.bad = one,
                "more" => self.more = *first,
                "less" => self.less = *first,
                "runs" => {
                    let given = std::iter::once(first).chain(others);
                    for (run, &[red, green, blue]) in self.runs.iter_mut().zip(given) {
                        *run = Color::Rgb(red, green, blue);
                    }
                }
                _ => faults.push(format!(
                    "{}: nothing is called that; there are accent, dim, frame, train, minibatch, smoothed, test, good, \
                     bad, more, less and runs",
                    plain(name)
                )),
            }
        }
        faults
    }
}

/// A colour as it is written: `#5fd7ff`.
fn colour(written: &str) -> Option<[u8; 3]> {
    let digits = written.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

thread_local! {
    static THEME: Cell<Theme> = const { Cell::new(DARK) };
}

/// Draws with this theme from now on, on this thread.
pub fn set(theme: Theme) {
    THEME.set(theme);
}

/// The theme that is drawn with.
pub fn colours() -> Theme {
    THEME.get()
}

/// Ordinary text.
pub fn plain_text() -> Style {
    Style::new()
}

/// Text that stands behind other text.
pub fn dim() -> Style {
    Style::new().fg(colours().dim)
}

/// Headings and keys.
pub fn strong() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

/// The selected row or field.
pub fn selected() -> Style {
    Style::new().fg(colours().accent).add_modifier(Modifier::BOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels(colour: Color) -> [f64; 3] {
        let Color::Rgb(red, green, blue) = colour else {
            panic!("{colour} is not given by its channels");
        };
        [red, green, blue].map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.040_45 {
                channel / 12.92
            } else {
                ((channel + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// The contrast ratio of WCAG 2.
    fn contrast(colour: Color, background: Color) -> f64 {
        let luminance = |colour| {
            let [red, green, blue] = channels(colour);
            0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
        };
        let (a, b) = (luminance(colour), luminance(background));
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_stands_out_from_its_background() {
        for (name, theme) in THEMES {
            let (background, least) = match name {
                "light" => (Color::Rgb(255, 255, 255), 3.0),
                "high-contrast" => (Color::Rgb(0, 0, 0), 7.0),
                _ => (Color::Rgb(0, 0, 0), 3.0),
            };
            let Theme {
                accent,
                dim,
                train,
                test,
                good,
                bad,
                runs,
                ..
            } = theme;
            for colour in [accent, dim, train, test, good, bad].into_iter().chain(runs) {
                let ratio = contrast(colour, background);
                assert!(ratio >= least, "{name}: {colour} has a contrast of {ratio:.1}");
            }
        }
    }

    /// As somebody sees it who lacks the green cones, or the red ones (Viénot, Brettel and Mollon 1999): linear light.
    fn seen(colour: Color, lacks_green: bool) -> [f64; 3] {
        let [red, green, blue] = channels(colour);
        if lacks_green {
            let mixed = 0.292_75 * red + 0.707_25 * green;
            [mixed, mixed, -0.022_34 * red + 0.022_34 * green + blue]
        } else {
            let mixed = 0.112_38 * red + 0.887_62 * green;
            [mixed, mixed, 0.004_01 * red - 0.004_01 * green + blue]
        }
    }

    #[test]
    fn the_safe_theme_keeps_its_curves_apart_for_the_colour_blind() {
        // Compared as the eye does, roughly: by cube roots of light.
        let distance = |a: Color, b: Color, lacks_green: bool| -> f64 {
            let (a, b) = (seen(a, lacks_green), seen(b, lacks_green));
            let squares = a
                .iter()
                .zip(b)
                .map(|(a, b)| (a.max(0.0).cbrt() - b.max(0.0).cbrt()).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let nearest = |theme: Theme| {
            let pairs = (0..7).flat_map(|a| (0..a).map(move |b| (theme.runs[a], theme.runs[b])));
            let of_pair = |(a, b): (Color, Color)| distance(a, b, true).min(distance(a, b, false));
            pairs.map(of_pair).fold(f64::INFINITY, f64::min)
        };
        assert!(nearest(COLOUR_BLIND) > 0.1, "{}", nearest(COLOUR_BLIND));
        assert!(
            nearest(COLOUR_BLIND) > 1.5 * nearest(DARK),
            "{} {}",
            nearest(COLOUR_BLIND),
            nearest(DARK)
        );
    }

    #[test]
    fn a_file_gives_only_what_differs() {
        let file = |based_on: Option<&str>, colours: &[(&str, &str)]| ThemeFile {
            path: "themes/mine.ron".into(),
            based_on: based_on.map(Into::into),
            colours: colours
                .iter()
                .map(|(name, colour)| ((*name).into(), (*colour).into()))
                .collect(),
        };
        let mine = file(
            Some("light"),
            &[("accent", "#010203"), ("runs", "#000000 #ffffff")],
        );
        let (theme, faults) = Theme::chosen("mine", Some(&mine));
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!((theme.accent, theme.dim), (Color::Rgb(1, 2, 3), LIGHT.dim));
        assert_eq!(
            theme.runs[..3],
            [Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255), LIGHT.runs[2]]
        );

        let wrong = file(
            Some("sepia"),
            &[("accent", "blue"), ("glow", "#ffffff"), ("dim", "#0a0b0c")],
        );
        let (theme, faults) = Theme::chosen("mine", Some(&wrong));
        assert_eq!((theme.dim, theme.accent), (Color::Rgb(10, 11, 12), DARK.accent));
        assert_eq!(faults.len(), 3, "{faults:?}");
        for words in ["sepia", "accent: \"blue\" is no colour", "glow"] {
            assert!(faults.iter().any(|fault| fault.contains(words)), "{faults:?}");
        }
        assert_eq!(Theme::chosen("nothing", None).0, DARK);
        assert_eq!(Theme::chosen("nothing", None).1.len(), 1);
    }
}
