//! Keys that are named on the screen are buttons for the mouse: those on the lower edge of what stands in front of the panes, those
//! below a question, and those of the last line.
//!
//! ```text
//! ╰ Enter start, Esc cancel, ↑ ↓ field, F2 data ╯
//!   ^^^^^^^^^^^  ^^^^^^^^^^  ^ ^        ^^^^^^^
//! ```
//!
//! What is drawn decides, so that nothing can be pressed that isn't seen.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Position;

use super::app::App;
use super::command::keys::Key;
use super::overlays::Overlay;
use super::{frame, overlays, text, tour};

/// A character of a line, and its column.
type Drawn = (u16, String);

/// The key that is named where the mouse is.
pub fn key_at(app: &App, at: Position) -> Option<KeyEvent> {
    let mut buffer = Buffer::empty(app.area);
    if !buffer.area.contains(at) {
        return None;
    }
    let (room, below) = tour::divide(app, app.area);
    let is_named = match (&app.tour, &app.overlay) {
        (Some(tour), _) if below.contains(at) => {
            tour::render(app, tour, below, &mut buffer);
            is_edge(&row(&buffer, at.y))
        }
        (_, Some(overlay)) => {
            overlays::render(app, overlay, room, &mut buffer);
            let is_question = matches!(overlay, Overlay::Confirm(_));
            is_edge(&row(&buffer, at.y)) || is_question && is_edge(&row(&buffer, at.y + 1))
        }
        // A notice stands in its place.
        (_, None) => {
            let footer = app.arrangement().footer;
            if app.notice.is_none() && app.workspace().is_some() {
                frame::render_hints(app, footer, &mut buffer);
            }
            footer.contains(at)
        }
    };
    let line = row(&buffer, at.y);
    is_named.then(|| named(&line, at.x)).flatten()
}

/// The characters of a row; one of two columns once.
fn row(buffer: &Buffer, y: u16) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let mut x = buffer.area.left();
    while x < buffer.area.right() && y < buffer.area.bottom() {
        let symbol = buffer[(x, y)].symbol();
        drawn.push((x, symbol.to_owned()));
        x += text::columns(symbol).max(1) as u16;
    }
    drawn
}

/// Whether this is the lower edge of a frame.
fn is_edge(line: &[Drawn]) -> bool {
    let has = |corner: &str| line.iter().any(|(_, symbol)| symbol == corner);
    has("╰") && has("╯")
}

/// The key named by the words of a line that stand at a column: those up to the next comma, point or wide space.
fn named(line: &[Drawn], column: u16) -> Option<KeyEvent> {
    let is_break = |place: usize| {
        let symbol = |place: usize| line.get(place).map_or(" ", |(_, symbol)| symbol.as_str());
        match symbol(place) {
            "," | ";" | "、" | "。" | "─" | "╰" | "╯" | "│" => true,
            " " => symbol(place + 1) == " " || place == 0 || symbol(place - 1) == " ",
            _ => false,
        }
    };
    let place = line.iter().rposition(|(x, _)| *x <= column)?;
    if is_break(place) {
        return None;
    }
    let start = (0..place)
        .rev()
        .find(|&place| is_break(place))
        .map_or(0, |place| place + 1);
    let end = (place..line.len())
        .find(|&place| is_break(place))
        .unwrap_or(line.len());
    // The words that name keys come first; of several the one under the mouse counts.
    let mut keys = Vec::new();
    for word in line[start..end]
        .split(|(_, symbol)| symbol == " ")
        .filter(|word| !word.is_empty())
    {
        let of = |part: &[Drawn]| {
            let text: String = part.iter().map(|(_, symbol)| symbol.as_str()).collect();
            let (first, last) = (part.first()?.0, part.last()?.0);
            Some((first..=last, Key::parse(&text)?))
        };
        let is_arrows = word.iter().all(|(_, symbol)| "←→↑↓".contains(symbol.as_str()));
        match of(word) {
            Some(key) => keys.push(key),
            // A pair of them.
            None if is_arrows => keys.extend(word.chunks(1).filter_map(of)),
            None => break,
        }
    }
    let under = keys.iter().find(|(columns, _)| columns.contains(&column));
    let (_, Key(code, modifiers)) = under.or(keys.first())?;
    Some(KeyEvent::new(*code, *modifiers))
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn at(line: &str, column: u16) -> Option<KeyCode> {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 60, 1));
        buffer.set_string(0, 0, line, ratatui::style::Style::new());
        let found = named(&row(&buffer, 0), column);
        found.map(|key| {
            assert_eq!(key.modifiers, KeyModifiers::NONE);
            key.code
        })
    }

    #[test]
    fn a_phrase_is_the_key_that_it_begins_with() {
        let edge = "╰ Enter start, Esc cancel, ↑ ↓ field, F2 data ───╯";
        for (column, key) in [
            (0, None),
            (2, Some(KeyCode::Enter)),
            (9, Some(KeyCode::Enter)),
            (15, Some(KeyCode::Esc)),
            (21, Some(KeyCode::Esc)),
            (27, Some(KeyCode::Up)),
            (29, Some(KeyCode::Down)),
            (33, Some(KeyCode::Up)),
            (40, Some(KeyCode::F(2))),
            (47, None),
        ] {
            assert_eq!(at(edge, column), key, "{column}");
        }
    }

    #[test]
    fn wide_spaces_part_the_answers_to_a_question_and_the_hints_of_the_last_line() {
        let answers = "s save and quit    y quit without    Esc stay (then s saves)";
        assert_eq!(at(answers, 8), Some(KeyCode::Char('s')));
        assert_eq!(at(answers, 17), None);
        assert_eq!(at(answers, 30), Some(KeyCode::Char('y')));
        assert_eq!(at(answers, 52), Some(KeyCode::Esc));
        let hints = " ←→ step  p play  ? help ";
        assert_eq!(at(hints, 1), Some(KeyCode::Left));
        assert_eq!(at(hints, 2), Some(KeyCode::Right));
        assert_eq!(at(hints, 12), Some(KeyCode::Char('p')));
        assert_eq!(at("y 保存せず終了   Esc 戻る", 8), Some(KeyCode::Char('y')));
        assert_eq!(at("╰ Enter 実行、Esc 閉じる ╯", 15), Some(KeyCode::Esc));
    }

    #[test]
    fn words_that_begin_with_no_key_are_no_button() {
        assert_eq!(at("╰ press its letter, Esc stays ╯", 8), None);
        assert_eq!(at("", 3), None);
    }
}
