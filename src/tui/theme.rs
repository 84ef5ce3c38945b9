//! The few colours and styles of the workbench. Each colour sits exactly on an entry of the 256-colour cube, so that
//! it looks the same over every connection.

use ratatui::style::{Color, Modifier, Style};

/// What asks for attention: the focused pane, the selected row.
pub const ACCENT: Color = Color::Rgb(95, 215, 255);
/// Things that stand behind others.
pub const DIM: Color = Color::Rgb(135, 135, 135);
/// Frames of panes without focus.
pub const FRAME: Color = Color::Rgb(95, 95, 95);
/// The training bound.
pub const TRAIN: Color = Color::Rgb(255, 175, 95);
/// The minibatch bound behind it.
pub const RAW: Color = Color::Rgb(135, 95, 0);
/// The smoothed minibatch bound.
pub const RAW_SMOOTH: Color = Color::Rgb(215, 135, 0);
/// The test bound.
pub const TEST: Color = Color::Rgb(95, 255, 135);
/// Runs that are compared, one after the other.
pub const RUNS: [Color; 7] = [
    TEST,
    TRAIN,
    ACCENT,
    Color::Rgb(255, 135, 215),
    Color::Rgb(215, 215, 95),
    Color::Rgb(175, 135, 255),
    Color::Rgb(255, 95, 95),
];
/// Something went well.
pub const GOOD: Color = Color::Rgb(95, 215, 95);
/// Something went wrong.
pub const BAD: Color = Color::Rgb(255, 95, 95);
/// More than the input, in a difference image.
pub const MORE: [u8; 3] = [255, 135, 95];
/// Less than the input, in a difference image.
pub const LESS: [u8; 3] = [95, 175, 255];

/// Ordinary text.
pub fn plain() -> Style {
    Style::new()
}

/// Text that stands behind other text.
pub fn dim() -> Style {
    Style::new().fg(DIM)
}

/// Headings and keys.
pub fn strong() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

/// The selected row or field.
pub fn selected() -> Style {
    Style::new().fg(ACCENT).add_modifier(Modifier::BOLD)
}
