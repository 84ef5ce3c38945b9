//! What a report of the mouse says, in the encoding that xterm calls SGR (mode 1006):
//! `ESC [ < button ; column ; row M`, or `m` where a button is let go.

use ratatui::crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// The bits of the first number beside those of the button.
const SHIFT: u16 = 4;
const ALT: u16 = 8;
const CONTROL: u16 = 16;
const MOTION: u16 = 32;
const WHEEL: u16 = 64;
/// Anything above stands for buttons that hardly a mouse has.
const KNOWN: u16 = 128;

/// The event of a report with these parameters (what stands between `<` and the last byte) and this `end`; none where that is no
/// such report, or of a button that nothing here listens to.
pub(super) fn of_report(parameters: &[u8], end: u8) -> Option<MouseEvent> {
    let text = std::str::from_utf8(parameters).ok()?;
    let numbers: Vec<u16> = text
        .split(';')
        .map(|number| number.parse::<u16>().ok())
        .collect::<Option<_>>()?;
    let [button, column, row] = numbers[..] else {
        return None;
    };
    if button >= KNOWN {
        return None;
    }
    let modifiers = [
        (SHIFT, KeyModifiers::SHIFT),
        (ALT, KeyModifiers::ALT),
        (CONTROL, KeyModifiers::CONTROL),
    ];
    let modifiers = modifiers.into_iter().filter(|(bit, _)| button & bit != 0);
    Some(MouseEvent {
        kind: kind(button, end)?,
        // Terminals count from 1.
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
        modifiers: modifiers.fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier),
    })
}

fn kind(button: u16, end: u8) -> Option<MouseEventKind> {
    let pressed = match button & 3 {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    match (button & WHEEL != 0, button & MOTION != 0, end) {
        (true, false, b'M') => Some(match button & 3 {
            0 => MouseEventKind::ScrollUp,
            1 => MouseEventKind::ScrollDown,
            2 => MouseEventKind::ScrollLeft,
            _ => MouseEventKind::ScrollRight,
        }),
        (false, true, b'M') => Some(pressed.map_or(MouseEventKind::Moved, MouseEventKind::Drag)),
        (false, false, b'M') => pressed.map(MouseEventKind::Down),
        (false, _, b'm') => pressed.map(MouseEventKind::Up),
        _ => None,
    }
}
