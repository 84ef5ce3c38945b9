//! The name of a file that something of the run is to be written to.

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use crate::language::tr;
use crate::outputs::Output;
use crate::tui::widgets::text_field::TextField;
use crate::tui::{text, theme};

/// What is written, and the name as it is typed.
#[derive(Debug)]
pub struct Naming {
    output: Output,
    input: TextField,
    /// Whether it was not found out yet what lies at that name.
    is_awaited: bool,
    /// A name, and what lies there already: it is replaced if that name is entered once more.
    replaced: Option<(String, String)>,
    /// Why nothing was written to the name that was entered.
    fault: Option<String>,
}

/// What a key leads to.
#[derive(Debug)]
pub enum Outcome {
    /// The question stays open.
    Open,
    /// Nothing is written.
    Cancelled,
    /// It is written to this name, in place of what lies there if that is agreed to.
    Write {
        /// What is written.
        output: Output,
        /// The name as it was typed.
        name: String,
        /// Whether a person agreed to that.
        replace: bool,
    },
}

/// Columns of the question, and rows of it besides what is said below the name.
const WIDTH: u16 = 76;
const ROWS: usize = 4;

impl Naming {
    /// Asks where `output` goes, and offers `name`.
    pub fn new(output: Output, name: &str) -> Self {
        Self {
            output,
            input: TextField::new(name),
            is_awaited: false,
            replaced: None,
            fault: None,
        }
    }

    /// What it asks about.
    pub fn output(&self) -> Output {
        self.output
    }

    /// Writes into the name, enters it, or leaves.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        self.fault = None;
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Enter if !self.is_awaited && !self.input.value().trim().is_empty() => {
                self.is_awaited = true;
                let name = self.input.value().trim().to_owned();
                let replace = self.replaced.as_ref().is_some_and(|(asked, _)| *asked == name);
                return Outcome::Write {
                    output: self.output,
                    name,
                    replace,
                };
            }
            _ => drop(self.input.key(key)),
        }
        Outcome::Open
    }

    /// Adds what was pasted to the name.
    pub fn paste(&mut self, pasted: &str) {
        self.input.paste(pasted);
    }

    /// Asks for another name, since nothing could be written to that one.
    pub fn refuse(&mut self, fault: String) {
        self.is_awaited = false;
        self.fault = Some(fault);
    }

    /// Asks once more, since `file` lies where `name` would be written.
    pub fn ask_to_replace(&mut self, name: String, file: &Path) {
        self.is_awaited = false;
        self.replaced = Some((name, file.to_string_lossy().into_owned()));
    }

    /// Draws the name, and below it what its ending decides, or what it would replace.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let name = self.input.value().trim();
        let wrong = Style::new().fg(theme::colours().bad);
        let (words, style) = match (&self.fault, &self.replaced) {
            _ if self.is_awaited => (tr!("looking whether something lies there").into(), theme::dim()),
            (Some(fault), _) => (text::printable(fault).into_owned(), wrong),
            (None, Some((asked, file))) if asked == name => (
                tr!(
                    "{file} is there already: Enter replaces it",
                    file = text::printable(file)
                ),
                wrong,
            ),
            _ => (
                tr!("the name ends in {endings}", endings = self.output.endings()),
                theme::dim(),
            ),
        };
        let width = usize::from(WIDTH.min(area.width).saturating_sub(4));
        let rows = text::wrapped(&words, width).len();
        let height = u16::try_from(ROWS + rows).unwrap_or(u16::MAX);
        let title = tr!("Write {what}", what = self.output.noun());
        let inside = super::frame(&title, tr!("Enter write, Esc don't"), WIDTH, height, area, buffer);
        let room = usize::from(inside.height).saturating_sub(2).max(1);
        let mut lines = vec![Line::from(self.input.spans(usize::from(inside.width)))];
        // A free line, where there is room for one.
        lines.extend((usize::from(inside.height) > rows + 1).then(Line::default));
        let said = text::fitted(&words, usize::from(inside.width), room);
        lines.extend(said.into_iter().map(|line| Line::styled(line, style)));
        Paragraph::new(lines).render(inside, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(naming: &mut Naming) -> (String, bool) {
        match naming.key(KeyEvent::from(KeyCode::Enter)) {
            Outcome::Write { name, replace, .. } => (name, replace),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_lies_there_is_replaced_only_when_the_same_name_is_entered_again() {
        let mut naming = Naming::new(Output::Scores, "a.csv");
        assert_eq!(entered(&mut naming), ("a.csv".into(), false));
        assert!(
            matches!(naming.key(KeyEvent::from(KeyCode::Enter)), Outcome::Open),
            "it is looked for"
        );
        naming.ask_to_replace("a.csv".into(), Path::new("a.csv"));
        assert_eq!(entered(&mut naming), ("a.csv".into(), true));
        naming.ask_to_replace("a.csv".into(), Path::new("a.csv"));
        naming.key(KeyEvent::from(KeyCode::Char('x')));
        assert_eq!(entered(&mut naming), ("a.csvx".into(), false));
        assert!(matches!(
            naming.key(KeyEvent::from(KeyCode::Esc)),
            Outcome::Cancelled
        ));
    }

    #[test]
    fn any_size_draws_and_no_name_reaches_the_terminal_as_a_command() {
        let mut naming = Naming::new(Output::Parameters, "a\u{1b}[2J.npz");
        naming.ask_to_replace("a\u{1b}[2J.npz".into(), Path::new("a\u{1b}[2J.npz"));
        for width in 0..90 {
            for height in 0..12 {
                let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
                naming.render(buffer.area, &mut buffer);
                assert!(
                    buffer
                        .content
                        .iter()
                        .all(|cell| !cell.symbol().contains('\u{1b}'))
                );
            }
        }
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 10));
        naming.render(buffer.area, &mut buffer);
        let shown: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert!(shown.contains("is there already: Enter replaces it"), "{shown}");
    }
}
