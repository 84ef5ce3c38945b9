//! Questions before something is lost.

use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use crate::learning::Configuration;
use crate::tui::theme;

/// What would be done.
#[derive(Clone, Debug)]
pub enum Question {
    /// Throw the run away and begin it anew.
    Reset,
    /// End the program with an unsaved run.
    Quit,
    /// Leave an unsaved run for a new one.
    Replace(Box<Configuration>),
    /// Leave an unsaved run for a saved one.
    Open(PathBuf),
}

impl Question {
    fn text(&self) -> [&'static str; 2] {
        match self {
            Self::Reset => [
                "Start this run over? What it has learned is lost.",
                "y start over    Esc go on",
            ],
            Self::Quit => [
                "This session is not saved.",
                "s save and quit    y quit without    Esc stay",
            ],
            Self::Replace(_) | Self::Open(_) => [
                "This session is not saved.",
                "y leave it anyway    Esc stay (then s saves)",
            ],
        }
    }
}

/// Draws the question.
pub fn render(question: &Question, area: Rect, buffer: &mut Buffer) {
    let [text, keys] = question.text();
    let inside = super::frame("Sure?", "", 56, 5, area, buffer);
    // The keys are seen whatever the size.
    let lines = [
        Line::raw(text),
        Line::default(),
        Line::styled(keys, theme::selected()),
    ];
    let lines = match inside.height {
        0 | 1 => lines[2..].to_vec(),
        2 => vec![lines[0].clone(), lines[2].clone()],
        _ => lines.to_vec(),
    };
    Paragraph::new(lines).render(inside, buffer);
}
