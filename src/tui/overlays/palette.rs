//! The command palette: any command, found by some letters of its name or of what it does.

use std::collections::HashMap;

use frizbee::{Config, Matcher};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};
use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::command::keymap::Keymap;
use crate::tui::command::{self, Command, Scope};
use crate::tui::{layout, text, theme};

/// Columns of a command's name: of the longest one.
const NAME: usize = 28;

/// What is typed, and the commands that fit it.
#[derive(Debug)]
pub struct Palette {
    input: Input,
    entries: Vec<Entry>,
    /// Places in `entries` of those that fit, the best first.
    found: Vec<usize>,
    selected: usize,
    history: Vec<String>,
    /// How far back in the history the input is.
    recalled: usize,
}

/// A command as the palette shows it.
#[derive(Debug)]
struct Entry {
    command: &'static Command,
    keys: String,
    /// What is looked through: its name and its help.
    words: String,
}

/// What a key leads to.
#[derive(Debug)]
pub enum Outcome {
    /// The palette stays.
    Open,
    /// It is closed.
    Cancelled,
    /// A command was chosen.
    Chosen(&'static Command),
}

impl Palette {
    /// With the commands that work while the pane `focus` has the focus, before what was typed earlier, the newest last.
    pub fn new(keymap: &Keymap, focus: &str, history: Vec<String>) -> Self {
        let works =
            |scope: Scope| scope == Scope::Everywhere || matches!(scope, Scope::In(pane) if pane == focus);
        let entries: Vec<Entry> = command::all()
            .filter(|(scope, command)| works(*scope) && command.name != "palette")
            .map(|(_, command)| Entry {
                command,
                keys: keymap.label(command),
                words: format!("{} {}", command.name, command.help),
            })
            .collect();
        let mut palette = Self {
            input: Input::default(),
            entries,
            found: Vec::new(),
            selected: 0,
            recalled: history.len(),
            history,
        };
        palette.search();
        palette
    }

    /// Types, moves, chooses or leaves.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        let last = self.found.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Backspace if self.input.value().is_empty() => return Outcome::Cancelled,
            KeyCode::Enter => {
                if let Some(&place) = self.found.get(self.selected) {
                    return Outcome::Chosen(self.entries[place].command);
                }
            }
            KeyCode::Down | KeyCode::Tab => self.selected = (self.selected + 1).min(last),
            KeyCode::Up if self.selected == 0 => self.recall(),
            KeyCode::Up | KeyCode::BackTab => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            code => {
                if let Some(request) = request(code) {
                    self.input.handle(request);
                    self.search();
                }
            }
        }
        Outcome::Open
    }

    /// Adds what was pasted.
    pub fn paste(&mut self, pasted: &str) {
        for character in pasted.chars().filter(|character| !character.is_control()) {
            self.input.handle(InputRequest::InsertChar(character));
        }
        self.search();
    }

    /// Puts what was typed the time before in the place of the input.
    fn recall(&mut self) {
        if let Some(before) = self.recalled.checked_sub(1) {
            self.recalled = before;
            self.input = Input::new(self.history[before].clone());
            self.search();
        }
    }

    fn search(&mut self) {
        self.selected = 0;
        let typed = self.input.value().trim();
        if typed.is_empty() {
            let recent: HashMap<&str, usize> = self.history.iter().map(String::as_str).zip(0..).collect();
            self.found = (0..self.entries.len()).collect();
            // What was run last stands first.
            self.found.sort_by_key(|&place| {
                std::cmp::Reverse(recent.get(self.entries[place].command.name).map(|&at| at + 1))
            });
            return;
        }
        let words: Vec<&str> = self.entries.iter().map(|entry| entry.words.as_str()).collect();
        let mut matcher = Matcher::new(typed, &Config::default());
        let matches = matcher.match_list(&words);
        self.found = matches.iter().map(|found| found.index as usize).collect();
        // A name that is another's beginning, written out, means itself.
        self.found
            .sort_by_key(|&place| self.entries[place].command.name != typed);
    }

    /// Draws the palette.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let inside = super::frame(
            "Command",
            "Enter run, ↑ earlier, Esc close",
            90,
            area.height.min(20),
            area,
            buffer,
        );
        let width = usize::from(inside.width);
        let mut lines = vec![self.typed(width)];
        let shown = usize::from(inside.height.saturating_sub(1));
        if self.found.is_empty() {
            lines.push(Line::styled("no command fits that", theme::dim()));
        }
        let first = layout::window(self.selected, shown, self.found.len());
        for (row, &place) in self.found.iter().enumerate().skip(first).take(shown) {
            lines.push(self.row(&self.entries[place], row == self.selected, width));
        }
        Paragraph::new(lines).render(inside, buffer);
    }

    /// What is typed, with the cursor on it; what stands before the cursor is seen from its end where it is long.
    fn typed(&self, width: usize) -> Line<'static> {
        let value = self.input.value();
        let cursor = value.char_indices().nth(self.input.cursor());
        let (before, after) = value.split_at(cursor.map_or(value.len(), |(place, _)| place));
        let (before, after) = (text::printable(before), text::printable(after));
        let mut rest = after.graphemes(true);
        // Nothing stands there at the end, and a mark by itself takes no column.
        let under = rest
            .next()
            .filter(|under| text::columns(under) > 0)
            .unwrap_or(" ");
        let room = width.saturating_sub(1 + text::columns(under));
        Line::from(vec![
            Span::styled(":", theme::selected()),
            Span::raw(text::end(&before, room).to_owned()),
            Span::styled(under.to_owned(), Style::new().add_modifier(Modifier::REVERSED)),
            Span::raw(rest.as_str().to_owned()),
        ])
    }

    fn row(&self, entry: &Entry, is_selected: bool, width: usize) -> Line<'static> {
        let (marker, style) = if is_selected {
            ("▶ ", theme::selected())
        } else {
            ("  ", theme::plain())
        };
        let keys = format!("  {}", entry.keys);
        let room = width.saturating_sub(text::columns(marker) + text::columns(&keys));
        let name = text::cut(entry.command.name, room).into_owned();
        let name = text::padded(&name, NAME.min(room));
        let help = text::cut(entry.command.help, room.saturating_sub(text::columns(&name) + 1)).into_owned();
        let help = text::padded(&help, room.saturating_sub(text::columns(&name) + 1));
        Line::from(vec![
            Span::styled(marker, style),
            Span::styled(format!("{name} "), style),
            Span::styled(help, theme::dim()),
            Span::styled(keys, theme::strong()),
        ])
    }
}

/// What a key does to the text that is typed.
fn request(code: KeyCode) -> Option<InputRequest> {
    Some(match code {
        KeyCode::Char(character) => InputRequest::InsertChar(character),
        KeyCode::Backspace => InputRequest::DeletePrevChar,
        KeyCode::Delete => InputRequest::DeleteNextChar,
        KeyCode::Left => InputRequest::GoToPrevChar,
        KeyCode::Right => InputRequest::GoToNextChar,
        KeyCode::Home => InputRequest::GoToStart,
        KeyCode::End => InputRequest::GoToEnd,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::KeyModifiers;

    use super::*;

    fn press(palette: &mut Palette, code: KeyCode) -> Outcome {
        palette.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn typed(palette: &mut Palette, text: &str) {
        for character in text.chars() {
            press(palette, KeyCode::Char(character));
        }
    }

    #[test]
    fn a_command_is_found_by_letters_of_its_name_and_of_its_help() {
        for (text, name) in [
            ("sessave", "session.save"),
            ("logarithmic", "training.toggle-axis"),
            ("quit", "quit"),
        ] {
            let mut palette = Palette::new(&Keymap::default(), "training", Vec::new());
            typed(&mut palette, text);
            let Outcome::Chosen(command) = press(&mut palette, KeyCode::Enter) else {
                panic!("{text} finds nothing");
            };
            assert_eq!(command.name, name, "{text}");
        }
    }

    #[test]
    fn what_was_typed_comes_back() {
        let history = vec!["session.save".into(), "quit".into()];
        let mut palette = Palette::new(&Keymap::default(), "training", history);
        press(&mut palette, KeyCode::Up);
        assert_eq!(palette.input.value(), "quit");
        press(&mut palette, KeyCode::Up);
        press(&mut palette, KeyCode::Up);
        assert_eq!(palette.input.value(), "session.save");
    }

    #[test]
    fn only_what_works_here_is_offered() {
        let names = |focus| -> Vec<&str> {
            let palette = Palette::new(&Keymap::default(), focus, Vec::new());
            palette.entries.iter().map(|entry| entry.command.name).collect()
        };
        assert!(names("traversal").contains(&"traversal.raise"));
        assert!(!names("training").contains(&"traversal.raise"));
        assert!(names("training").contains(&"run.new"));
    }
}
