//! Which key a byte or an escape sequence stands for, after xterm, rxvt and the Linux console.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The key of a character. Control characters are the keys that make them; those without a key are none.
pub(super) fn of_character(character: char, modifiers: KeyModifiers) -> Option<KeyEvent> {
    let control = |offset: u8, byte: u8| {
        let code = KeyCode::Char(char::from(byte + offset));
        KeyEvent::new(code, modifiers | KeyModifiers::CONTROL)
    };
    let plain = |code| KeyEvent::new(code, modifiers);
    Some(match character {
        '\r' => plain(KeyCode::Enter),
        '\t' => plain(KeyCode::Tab),
        '\x1b' => plain(KeyCode::Esc),
        '\x7f' | '\x08' => plain(KeyCode::Backspace),
        '\0' => KeyEvent::new(KeyCode::Char(' '), modifiers | KeyModifiers::CONTROL),
        '\x01'..='\x1a' => control(b'a' - 1, character as u8),
        // As they are written on keyboards: Ctrl-4 to Ctrl-7.
        '\x1c'..='\x1f' => control(b'4' - 0x1c, character as u8),
        _ if character.is_control() => return None,
        _ => plain(KeyCode::Char(character)),
    })
}

/// The key of `ESC O` with `parameters` and `end`, which keypads and function keys send.
pub(super) fn of_single_shift(parameters: &[u8], end: u8) -> Option<KeyEvent> {
    let modifiers = match numbers(parameters)?[..] {
        [] => KeyModifiers::NONE,
        [.., number] => modifiers(number),
    };
    let code = match end {
        b'A'..=b'D' | b'F' | b'H' | b'P' | b'Q' | b'S' => named(end)?,
        b'R' => KeyCode::F(3),
        // rxvt's arrows with Control.
        b'a'..=b'd' => {
            let code = named(end.to_ascii_uppercase())?;
            return Some(KeyEvent::new(code, modifiers | KeyModifiers::CONTROL));
        }
        b'I' => KeyCode::Tab,
        b'M' => KeyCode::Enter,
        b' ' => KeyCode::Char(' '),
        b'X' => KeyCode::Char('='),
        b'j'..=b'y' => KeyCode::Char(char::from(end - b'j' + b'*')),
        _ => return None,
    };
    Some(KeyEvent::new(code, modifiers))
}

/// The key of `ESC [` with `parameters` (all that stands before the last byte) and `end`.
pub(super) fn of_control_sequence(parameters: &[u8], end: u8) -> Option<KeyEvent> {
    let numbers = numbers(parameters)?;
    let number = numbers.first().copied().unwrap_or(1);
    let modified = numbers
        .get(1)
        .map_or(KeyModifiers::NONE, |&number| modifiers(number));
    let key = |code, modifiers| Some(KeyEvent::new(code, modifiers));
    match end {
        b'A'..=b'D' | b'F' | b'H' | b'P' | b'Q' | b'S' if number == 1 => key(named(end)?, modified),
        // `ESC [ 1 ; 2 R` may be F3 or tell where the cursor is; nothing is lost with F3.
        b'Z' => key(KeyCode::BackTab, modified | KeyModifiers::SHIFT),
        // rxvt's arrows with Shift.
        b'a'..=b'd' if numbers.is_empty() => key(named(end.to_ascii_uppercase())?, KeyModifiers::SHIFT),
        // xterm's modifyOtherKeys.
        b'~' if number == 27 => of_code(*numbers.get(2)?, modified),
        b'~' => key(numbered(number)?, modified),
        // rxvt's keys with Control, and with Shift too.
        b'^' => key(numbered(number)?, KeyModifiers::CONTROL),
        b'@' => key(numbered(number)?, KeyModifiers::CONTROL | KeyModifiers::SHIFT),
        // The keyboard protocol of fixterms and kitty.
        b'u' if !numbers.is_empty() => of_code(number, modified),
        _ => None,
    }
}

/// The key of `ESC [ [` and `end`: a function key of the Linux console.
pub(super) fn of_linux_console(end: u8) -> Option<KeyEvent> {
    matches!(end, b'A'..=b'E').then(|| KeyEvent::from(KeyCode::F(end - b'A' + 1)))
}

/// The numbers between semicolons, where a missing one is 1; none if there is anything else, as there is in answers
/// (`?`, `>`, `$`), and where a key is let go (`1;1:3`).
fn numbers(parameters: &[u8]) -> Option<Vec<u32>> {
    if parameters.is_empty() {
        return Some(Vec::new());
    }
    let text = std::str::from_utf8(parameters).ok()?;
    let number = |part: &str| match part.split_once(':') {
        Some((number, "1" | "2")) => number.parse().ok(),
        Some(_) => None,
        None if part.is_empty() => Some(1),
        None => part.parse().ok(),
    };
    text.split(';').map(number).collect()
}

/// The modifiers behind a number: one more than the sum of their bits.
fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    [
        KeyModifiers::SHIFT,
        KeyModifiers::ALT,
        KeyModifiers::CONTROL,
        KeyModifiers::SUPER,
        KeyModifiers::HYPER,
        KeyModifiers::META,
    ]
    .into_iter()
    .enumerate()
    .filter(|(bit, _)| bits >> bit & 1 == 1)
    .fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier)
}

/// A key that is sent as the number of its character.
fn of_code(number: u32, modifiers: KeyModifiers) -> Option<KeyEvent> {
    let character = char::from_u32(number)?;
    // Keys without a character have numbers in the private area.
    let is_private = ('\u{e000}'..='\u{f8ff}').contains(&character);
    let code = match character {
        '\t' if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        _ if is_private => return None,
        'a'..='z' if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::Char(character.to_ascii_uppercase()),
        _ => of_character(character, modifiers)?.code,
    };
    Some(KeyEvent::new(code, modifiers))
}

fn named(end: u8) -> Option<KeyCode> {
    Some(match end {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        _ => return None,
    })
}

fn numbered(number: u32) -> Option<KeyCode> {
    let function = |offset: u32| u8::try_from(number - offset).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28 | 29 => function(13),
        31..=34 => function(14),
        _ => None,
    }
}
