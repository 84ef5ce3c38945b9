//! A frame as a text that a person can read in a diff: what stands in every cell, then how it is drawn.

use std::collections::BTreeSet;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use vae_tui::pictures::patterns::character;
use vae_tui::terminal_facts::Blocks;
use vae_tui::tui::app::App;
use vae_tui::tui::theme;

/// From dark to light.
const SHADES: [char; 5] = [' ', '░', '▒', '▓', '█'];
/// One for every way of drawing; a full stop is the terminal's own.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Pixels of images, whose values the text has: `#` grey, `+` and `-` differences.
const PIXELS: [char; 3] = ['#', '+', '-'];

/// The symbols of a frame, with images as shades; below, a letter for the style of every cell, and what they mean.
pub fn picture(app: &App) -> String {
    let buffer = super::frame(app);
    let styles: BTreeSet<String> = buffer
        .content
        .iter()
        .filter(|cell| pixel(cell).is_none())
        .map(style)
        .collect();
    let named: Vec<(char, &String)> = LETTERS
        .chars()
        .zip(styles.iter().filter(|style| !style.is_empty()))
        .collect();
    assert_eq!(
        named.len() + usize::from(styles.contains("")),
        styles.len(),
        "more styles than letters"
    );
    let letter = |cell: &Cell| {
        let style = style(cell);
        let found = named.iter().find(|(_, name)| **name == style);
        pixel(cell).map_or_else(|| found.map_or('.', |(letter, _)| *letter), |(kind, _)| kind)
    };
    let symbol =
        |cell: &Cell| pixel(cell).map_or_else(|| cell.symbol().to_owned(), |(_, shade)| shade.to_string());
    let legend: Vec<String> = named
        .iter()
        .map(|(letter, style)| format!("{letter} {style}"))
        .collect();
    format!(
        "{}\n\n{}\n\n{}",
        rows(&buffer, symbol),
        rows(&buffer, |cell| letter(cell).to_string()),
        legend.join("\n")
    )
}

fn rows(buffer: &Buffer, shown: impl Fn(&Cell) -> String) -> String {
    let row = |cells: &[Cell]| {
        cells
            .iter()
            .map(&shown)
            .collect::<String>()
            .trim_end_matches([' ', '.'])
            .to_owned()
    };
    let width = usize::from(buffer.area.width.max(1));
    buffer
        .content
        .chunks(width)
        .map(row)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What kind of image a cell is a part of, and its shade; none if it is no part of an image.
fn pixel(cell: &Cell) -> Option<(char, char)> {
    let both = [value(cell.fg)?, value(cell.bg)?];
    let symbol = cell.symbol().chars().next()?;
    let pattern = (0..16).find(|&pattern| character(Blocks::Quadrant, pattern) == symbol)?;
    // Text has an ink of its own.
    if pattern == 0 && cell.fg != cell.bg {
        return None;
    }
    let ink = pattern.count_ones() as f32 / 4.0;
    let [ink_level, paper_level] = both.map(|[red, green, blue]| red.max(green).max(blue));
    let mean = ink * ink_level + (1.0 - ink) * paper_level;
    let shade = SHADES[(mean * (SHADES.len() - 1) as f32).round() as usize];
    let lean: f32 = both.iter().map(|[red, _, blue]| red - blue).sum();
    let kind = match lean {
        lean if lean > 0.02 => PIXELS[1],
        lean if lean < -0.02 => PIXELS[2],
        _ => PIXELS[0],
    };
    Some((kind, shade))
}

/// Red, green and blue from 0 to 1; none where the terminal chooses them.
fn value(colour: Color) -> Option<[f32; 3]> {
    match colour {
        Color::Rgb(red, green, blue) => Some([red, green, blue].map(|part| f32::from(part) / 255.0)),
        // The sixteen: a bit each for red, green and blue, and one for bright.
        Color::Indexed(index @ 0..=15) => {
            let level = if index == 8 {
                0.5
            } else if index > 8 {
                1.0
            } else {
                0.8
            };
            let bits = if index == 8 { 7 } else { index };
            Some([0, 1, 2].map(|bit| if bits >> bit & 1 == 1 { level } else { 0.0 }))
        }
        _ => None,
    }
}

/// How a cell is drawn, by the names of the theme; empty for the terminal's own way.
fn style(cell: &Cell) -> String {
    let bold = cell.modifier.contains(Modifier::BOLD).then(|| "bold".to_owned());
    let reversed = cell
        .modifier
        .contains(Modifier::REVERSED)
        .then(|| "reversed".to_owned());
    let foreground = (cell.fg != Color::Reset).then(|| name(cell.fg));
    let background = (cell.bg != Color::Reset).then(|| format!("on {}", name(cell.bg)));
    let words = [foreground, background, bold, reversed];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn name(colour: Color) -> String {
    let named = [
        (theme::colours().accent, "accent"),
        (theme::colours().dim, "dim"),
        (theme::colours().frame, "frame"),
        (theme::colours().train, "train"),
        (theme::colours().minibatch, "minibatch"),
        (theme::colours().smoothed, "smoothed"),
        (theme::colours().test, "test"),
        (theme::colours().good, "good"),
        (theme::colours().bad, "bad"),
    ];
    if let Color::Indexed(index) = colour {
        return format!("colour {index}");
    }
    let known = named.into_iter().find(|(known, _)| *known == colour);
    known.map_or_else(|| colour.to_string(), |(_, name)| name.to_owned())
}
