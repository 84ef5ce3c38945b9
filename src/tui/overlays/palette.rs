//! The command palette: any command, found by some letters of its name or of what it does.

use std::collections::HashMap;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::{said, tr};
use crate::learning::settings::{Assignment, Setting, TABLE};
use crate::tui::command::keymap::Keymap;
use crate::tui::command::{self, Command, Scope};
use crate::tui::overlays::search::fitting;
use crate::tui::widgets::text_field::TextField;
use crate::tui::{layout, text, theme};

/// Columns of the palette with its frame, and its rows at most.
const WIDTH: u16 = 90;
const HEIGHT: u16 = 20;
/// Columns of a command's name: of the longest one.
const NAME: usize = 28;

/// What is typed, and the commands that fit it.
#[derive(Debug)]
pub struct Palette {
    input: TextField,
    entries: Vec<Entry>,
    /// Places in `entries` of those that fit, the best first.
    found: Vec<usize>,
    selected: usize,
    /// What may be set, and what it is.
    settings: Vec<Assignment>,
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
    /// A setting is to have another value.
    Set(Assignment),
}

impl Palette {
    /// With the commands that work while the pane `focus` has the focus, the present `settings`, and what was run earlier, the
    /// newest last.
    pub fn new(keymap: &Keymap, focus: &str, settings: Vec<Assignment>, history: Vec<String>) -> Self {
        let works =
            |scope: Scope| scope == Scope::Everywhere || matches!(scope, Scope::In(pane) if pane == focus);
        let entries: Vec<Entry> = command::all()
            .filter(|(scope, command)| works(*scope) && command.name != "palette")
            .map(|(_, command)| Entry {
                command,
                keys: keymap.label(command),
                words: format!("{} {}", command.name, said(command.help)),
            })
            .collect();
        let mut palette = Self {
            input: TextField::default(),
            entries,
            found: Vec::new(),
            selected: 0,
            settings,
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
            KeyCode::Enter if self.setting().is_some() => {
                if let Some(assignment) = self.assignment() {
                    return Outcome::Set(assignment);
                }
            }
            KeyCode::Tab if self.setting().is_some() => self.complete(),
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
            _ if self.input.key(key) => self.search(),
            _ => {}
        }
        Outcome::Open
    }

    /// Adds what was pasted at the cursor, and searches for all of it.
    pub fn paste(&mut self, pasted: &str) {
        self.input.paste(pasted);
        self.search();
    }

    /// Puts what was typed the time before in the place of the input.
    fn recall(&mut self) {
        if let Some(before) = self.recalled.checked_sub(1) {
            self.recalled = before;
            self.input = TextField::new(&self.history[before]);
            self.search();
        }
    }

    /// What is typed behind `set`, if that is typed.
    fn setting(&self) -> Option<&str> {
        self.input.value().trim_start().strip_prefix("set ")
    }

    /// What is to be set, once a setting and a value are typed: `set learning-rate 3e-4`, or with an equals sign.
    fn assignment(&self) -> Option<Assignment> {
        let typed = self.setting()?.trim();
        let (name, value) =
            typed.split_once(|character: char| character.is_whitespace() || character == '=')?;
        let value = value.trim_start_matches(|character: char| character.is_whitespace() || character == '=');
        (!value.is_empty()).then(|| Assignment::new(name, value))
    }

    /// The live settings whose names fit what is typed, the best first.
    fn settings(&self) -> Vec<&'static Setting> {
        let typed = self.setting().unwrap_or_default().trim();
        let name = typed.split([' ', '=']).next().unwrap_or_default();
        let live: Vec<&Setting> = TABLE.iter().filter(|setting| setting.is_live()).collect();
        let found = fitting(name, live.iter().map(|setting| setting.name));
        found.into_iter().map(|place| live[place]).collect()
    }

    /// Puts the name of the first setting that fits in the place of what is typed of it.
    fn complete(&mut self) {
        if let Some(first) = self.settings().first() {
            self.input = TextField::new(&format!("set {} ", first.name));
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
        self.found = fitting(typed, self.entries.iter().map(|entry| entry.words.as_str()));
        // A name that is another's beginning, written out, means itself, and a part of a name comes before words of a help. Names are
        // small letters.
        let typed = typed.to_lowercase();
        self.found.sort_by_key(|&place| {
            let name = self.entries[place].command.name;
            (name != typed, !name.contains(&typed))
        });
    }

    /// Whether the first of what fits is selected.
    pub fn is_at_top(&self) -> bool {
        self.selected == 0
    }

    /// Selects the command under the mouse; whether it was selected already.
    pub fn select_at(&mut self, area: Rect, at: Position) -> bool {
        if self.setting().is_some() {
            return false;
        }
        let inside = super::inside(WIDTH, HEIGHT, area);
        let shown = usize::from(inside.height.saturating_sub(1));
        let first = layout::window(self.selected, shown, self.found.len());
        // The first row is what is typed.
        let row = super::row_at(inside, at).and_then(|row| row.checked_sub(1));
        let entry = row
            .map(|row| first + row)
            .filter(|&entry| entry < self.found.len());
        super::select(&mut self.selected, entry)
    }

    /// Draws what is typed, and below it the commands or settings that fit, the best first.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let inside = super::frame(
            tr!("Command"),
            tr!("Enter run, ↑ earlier, Esc close"),
            WIDTH,
            HEIGHT,
            area,
            buffer,
        );
        let width = usize::from(inside.width);
        let mut line = Line::from(Span::styled(":", theme::selected()));
        line.spans.extend(self.input.spans(width.saturating_sub(1)));
        let mut lines = vec![line];
        let shown = usize::from(inside.height.saturating_sub(1));
        if self.setting().is_some() {
            let settings = self.settings();
            lines.extend(
                settings
                    .iter()
                    .take(shown)
                    .map(|setting| self.setting_row(setting, width)),
            );
            if settings.is_empty() {
                lines.push(Line::styled(
                    tr!("no setting that may change while training fits that"),
                    theme::dim(),
                ));
            }
            return Paragraph::new(lines).render(inside, buffer);
        }
        if self.found.is_empty() {
            lines.push(Line::styled(tr!("no command fits that"), theme::dim()));
        }
        let first = layout::window(self.selected, shown, self.found.len());
        for (row, &place) in self.found.iter().enumerate().skip(first).take(shown) {
            lines.push(self.row(&self.entries[place], row == self.selected, width));
        }
        Paragraph::new(lines).render(inside, buffer);
    }

    fn setting_row(&self, setting: &Setting, width: usize) -> Line<'static> {
        let value = self
            .settings
            .iter()
            .find(|assignment| assignment.setting == setting.name);
        let value = value.map_or("", |assignment| assignment.value.as_str());
        let name = text::padded(&text::cut(setting.name, width), 18.min(width));
        let value = text::padded(&text::cut(value, 12), 12);
        let bounds = format!("{}: {}", said(setting.help), setting.bounds());
        let room = width.saturating_sub(text::columns(&name) + text::columns(&value) + 2);
        let bounds = text::cut(&bounds, room).into_owned();
        Line::from(vec![
            Span::styled(format!("{name} "), theme::plain_text()),
            Span::styled(format!("{value} "), theme::strong()),
            Span::styled(bounds, theme::dim()),
        ])
    }

    fn row(&self, entry: &Entry, is_selected: bool, width: usize) -> Line<'static> {
        let (marker, style) = if is_selected {
            ("▶ ", theme::selected())
        } else {
            ("  ", theme::plain_text())
        };
        let keys = format!("  {}", entry.keys);
        let room = width.saturating_sub(text::columns(marker) + text::columns(&keys));
        let name = text::cut(entry.command.name, room).into_owned();
        let name = text::padded(&name, NAME.min(room));
        let help = text::cut(
            said(entry.command.help),
            room.saturating_sub(text::columns(&name) + 1),
        )
        .into_owned();
        let help = text::padded(&help, room.saturating_sub(text::columns(&name) + 1));
        Line::from(vec![
            Span::styled(marker, style),
            Span::styled(format!("{name} "), style),
            Span::styled(help, theme::dim()),
            Span::styled(keys, theme::strong()),
        ])
    }
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
            ("save", "picture.save"),
            ("Save", "picture.save"),
            ("QUIT", "quit"),
        ] {
            let mut palette = Palette::new(&Keymap::default(), "training", Vec::new(), Vec::new());
            typed(&mut palette, text);
            let Outcome::Chosen(command) = press(&mut palette, KeyCode::Enter) else {
                panic!("{text} finds nothing");
            };
            assert_eq!(command.name, name, "{text}");
        }
    }

    #[test]
    fn a_setting_is_found_completed_and_set() {
        let mut palette = Palette::new(&Keymap::default(), "training", Vec::new(), Vec::new());
        typed(&mut palette, "set lera");
        press(&mut palette, KeyCode::Tab);
        assert_eq!(palette.input.value(), "set learning-rate ");
        assert!(
            matches!(press(&mut palette, KeyCode::Enter), Outcome::Open),
            "a value is missing"
        );
        typed(&mut palette, "3e-4");
        let Outcome::Set(assignment) = press(&mut palette, KeyCode::Enter) else {
            panic!("nothing is set");
        };
        assert_eq!(assignment, Assignment::new("learning-rate", "3e-4"));
        let mut palette = Palette::new(&Keymap::default(), "training", Vec::new(), Vec::new());
        typed(&mut palette, "set batch=50");
        assert!(
            matches!(press(&mut palette, KeyCode::Enter), Outcome::Set(set) if set == Assignment::new("batch", 50))
        );
    }

    #[test]
    fn what_was_typed_comes_back() {
        let history = vec!["session.save".into(), "quit".into()];
        let mut palette = Palette::new(&Keymap::default(), "training", Vec::new(), history);
        press(&mut palette, KeyCode::Up);
        assert_eq!(palette.input.value(), "quit");
        press(&mut palette, KeyCode::Up);
        press(&mut palette, KeyCode::Up);
        assert_eq!(palette.input.value(), "session.save");
    }

    #[test]
    fn only_what_works_here_is_offered() {
        let names = |focus| -> Vec<&str> {
            let palette = Palette::new(&Keymap::default(), focus, Vec::new(), Vec::new());
            palette.entries.iter().map(|entry| entry.command.name).collect()
        };
        assert!(names("traversal").contains(&"traversal.raise"));
        assert!(!names("training").contains(&"traversal.raise"));
        assert!(names("training").contains(&"run.new"));
    }
}
