//! The list of runs that go on in other processes, found by some letters.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::data::short_name;
use crate::language::tr;
use crate::remote::Description;
use crate::run::State;
use crate::tui::overlays::search::fitting;
use crate::tui::widgets::axis::short;
use crate::tui::widgets::text_field::TextField;
use crate::tui::{layout, text, theme};

/// Columns of the list with its frame, and its rows at most.
const WIDTH: u16 = 90;
const HEIGHT: u16 = 20;

/// The runs, and what is typed to find one.
#[derive(Debug)]
pub struct RunningList {
    input: TextField,
    runs: Vec<Description>,
    /// Places in `runs` of those that fit, the best first.
    found: Vec<usize>,
    selected: usize,
}

/// What a key leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The list stays open.
    Open,
    /// It is closed.
    Cancelled,
    /// The run of this name was chosen.
    Chosen(String),
}

impl RunningList {
    /// A list of `runs`, the first selected.
    pub fn new(runs: Vec<Description>) -> Self {
        Self {
            input: TextField::default(),
            found: (0..runs.len()).collect(),
            runs,
            selected: 0,
        }
    }

    /// Types, moves, chooses or leaves.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        let last = self.found.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Enter => {
                if let Some(&place) = self.found.get(self.selected) {
                    return Outcome::Chosen(self.runs[place].name.clone());
                }
            }
            KeyCode::Down | KeyCode::Tab => self.selected = (self.selected + 1).min(last),
            KeyCode::Up | KeyCode::BackTab => self.selected = self.selected.saturating_sub(1),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            _ if self.input.key(key) => self.search(),
            _ => {}
        }
        Outcome::Open
    }

    /// Adds what was pasted, and searches for all of it.
    pub fn paste(&mut self, pasted: &str) {
        self.input.paste(pasted);
        self.search();
    }

    fn search(&mut self) {
        self.selected = 0;
        let typed = self.input.value().trim();
        let words: Vec<String> = self
            .runs
            .iter()
            .map(|run| format!("{} {} {}", run.name, run.data, run.model))
            .collect();
        self.found = fitting(typed, words.iter().map(String::as_str));
    }

    /// Selects the run under the mouse; whether it was selected already.
    pub fn select_at(&mut self, area: Rect, at: Position) -> bool {
        let inside = super::inside(WIDTH, HEIGHT, area);
        let (first, shown) = self.window(inside);
        let row = super::row_at(inside, at).and_then(|row| row.checked_sub(1));
        let entry = row.filter(|&row| row < shown).map(|row| first + row);
        super::select(
            &mut self.selected,
            entry.filter(|&entry| entry < self.found.len()),
        )
    }

    /// The first run that is shown, and how many are.
    fn window(&self, inside: Rect) -> (usize, usize) {
        // The first row is what is typed.
        let shown = usize::from(inside.height.saturating_sub(1));
        (layout::window(self.selected, shown, self.found.len()), shown)
    }

    /// Draws what is typed, and the runs that fit, a line each.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let hint = tr!("Enter attach, Esc close");
        let inside = super::frame(tr!("Runs without a screen"), hint, WIDTH, HEIGHT, area, buffer);
        let width = usize::from(inside.width);
        let mut line = Line::from(Span::styled("/", theme::selected()));
        line.spans.extend(self.input.spans(width.saturating_sub(1)));
        let mut lines = vec![line];
        if self.found.is_empty() {
            lines.push(Line::styled(tr!("no run fits that"), theme::dim()));
        }
        let (first, shown) = self.window(inside);
        for (row, &place) in self.found.iter().enumerate().skip(first).take(shown) {
            lines.push(self.row(&self.runs[place], row == self.selected, width));
        }
        Paragraph::new(lines).render(inside, buffer);
    }

    fn row(&self, run: &Description, is_selected: bool, width: usize) -> Line<'static> {
        let (marker, style) = if is_selected {
            ("▶ ", theme::selected())
        } else {
            ("  ", theme::plain_text())
        };
        let state = match run.state {
            State::Running => tr!("running"),
            State::Paused => tr!("paused"),
            State::Finished => tr!("goal reached"),
        };
        let test = run.test.map_or(String::new(), |bound| format!("  {bound:.2}"));
        let facts = format!(
            "  {state}  {}/{}{test}  {} {}",
            short(run.samples as f64),
            short(run.goal as f64),
            short_name(&run.data),
            run.model
        );
        let name = text::printable(&run.name).into_owned();
        let name = text::cut_middle(&name, width.saturating_sub(2) / 2).into_owned();
        let room = width.saturating_sub(text::columns(&name) + 2);
        let facts = text::cut(&text::printable(&facts), room).into_owned();
        Line::from(vec![
            Span::styled(marker, style),
            Span::styled(name, style),
            Span::styled(facts, theme::dim()),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> RunningList {
        let run = |name: &str, data: &str| Description {
            name: name.into(),
            session: "/runs/x.ron".into(),
            process: 1,
            data: data.into(),
            model: "4-2-4".into(),
            state: State::Running,
            samples: 100,
            goal: 1_000,
            seconds: 1.0,
            test: None,
            saved: 0,
            viewers: 0,
        };
        RunningList::new(vec![
            run("mnist-20d-1", "mnist"),
            run("faces-3d", "/data/faces.npy"),
        ])
    }

    #[test]
    fn a_run_is_found_by_some_letters() {
        for (typed, expected) in [("", "mnist-20d-1"), ("fac", "faces-3d"), ("npy", "faces-3d")] {
            let mut list = list();
            list.paste(typed);
            let chosen = list.key(KeyEvent::from(KeyCode::Enter));
            assert_eq!(chosen, Outcome::Chosen(expected.into()), "{typed}");
        }
        let mut list = list();
        list.paste("zzz");
        assert_eq!(list.key(KeyEvent::from(KeyCode::Enter)), Outcome::Open);
        assert_eq!(list.key(KeyEvent::from(KeyCode::Esc)), Outcome::Cancelled);
    }
}
