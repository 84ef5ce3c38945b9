//! All runs of the folder: a table to filter, sort and mark, what differs between marked ones, and the same item through each of
//! them; and the queue.

mod commands;
mod draw;
mod explains;
mod mouse;
mod table;
mod wishes;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use table::Column;
pub use wishes::{LOOK, kept, look_again, looks_on, wishes};

use super::{Kind, Pane, Place};
use crate::data::ItemPlace;
use crate::explore::reconstruction::Reconstruction;
use crate::session::RunFacts;
use crate::sweep;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::text_field::TextField;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "runs",
    title: "Runs",
    heading: "Runs",
    letter: 'u',
    place: Place::Whole,
    everywhere: &[Command {
        name: "runs.show",
        keys: &[],
        help: "all saved runs and the queue, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Runs::default()),
};

/// The saved runs, and how they are looked at.
#[derive(Default)]
pub struct Runs {
    /// Those that were found, the newest first; none before the first look.
    found: Option<Vec<RunFacts>>,
    /// What is wrong with files that could not be read.
    faults: Vec<String>,
    /// Whether that is how it is now, or was asked for.
    pub is_listed: bool,
    /// What is shown.
    pub view: View,
    /// What the table is sorted by, and whether that falls.
    pub column: Column,
    /// Whether the largest comes first.
    pub falls: bool,
    /// The selected row.
    pub selected: usize,
    /// The files of marked runs.
    pub marked: BTreeSet<PathBuf>,
    /// Only runs of which all of these words are true are shown.
    pub filter: TextField,
    /// A text that is being written.
    pub writing: Option<Writing>,
    /// Runs that were thrown away: where they lie, and where they lay; the last one comes back first.
    thrown: Vec<(PathBuf, PathBuf)>,
    /// What was asked about an item last, by its number, and what came of it.
    looks: Option<Looks>,
    /// Which of the pictures stands in front.
    pub flicker: usize,
    /// How far the sweep is to which the open run's folder belongs.
    pub sweep: Option<sweep::Progress>,
}

/// What the pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// A row for every run.
    #[default]
    Table,
    /// The settings in which marked runs differ.
    Differences,
    /// An item through each of the marked runs.
    Pictures,
}

/// What is being written.
#[derive(Debug)]
pub enum Writing {
    /// The filter.
    Filter,
    /// Another name for the selected run.
    Name(PathBuf, TextField),
}

/// An item through some runs.
#[derive(Debug)]
pub struct Looks {
    number: u64,
    /// The runs.
    pub paths: Vec<PathBuf>,
    /// The item.
    pub item: ItemPlace,
    /// What each of them makes of it; nothing yet while that is on its way.
    pub found: Vec<Result<Reconstruction, String>>,
}

/// Runs that an item is sent through at once.
const MOST_LOOKS: usize = 6;

impl Runs {
    /// Takes in what was found.
    pub fn take_in(&mut self, found: Vec<RunFacts>, faults: Vec<String>) {
        self.marked
            .retain(|path| found.iter().any(|run| run.path == *path));
        (self.found, self.faults) = (Some(found), faults);
    }

    /// The runs that are shown, in their order.
    pub fn shown(&self) -> Vec<&RunFacts> {
        let found = self.found.iter().flatten();
        let mut shown: Vec<&RunFacts> = found
            .filter(|run| table::fits(run, self.filter.value()))
            .collect();
        shown.sort_by(|a, b| self.column.compare(a, b));
        if self.falls {
            shown.reverse();
        }
        shown
    }

    /// The selected run.
    pub fn selected(&self) -> Option<&RunFacts> {
        let shown = self.shown();
        shown
            .get(self.selected.min(shown.len().saturating_sub(1)))
            .copied()
    }

    /// The marked runs among those that are shown, or the selected one alone where none is marked.
    pub fn meant(&self) -> Vec<&RunFacts> {
        let shown = self.shown();
        let marked: Vec<&RunFacts> = shown
            .into_iter()
            .filter(|run| self.marked.contains(&run.path))
            .collect();
        if marked.is_empty() {
            return self.selected().into_iter().collect();
        }
        marked
    }

    /// What saved runs make of an item, if it was asked with this number.
    pub fn looked(&mut self, number: u64, found: Vec<Result<Reconstruction, String>>) {
        if let Some(looks) = self.looks.as_mut().filter(|looks| looks.number == number) {
            looks.found = found;
        }
    }

    fn renamed(&mut self, from: &Path, to: &Path) {
        if self.marked.remove(from) {
            self.marked.insert(to.to_owned());
        }
    }
}

impl Pane for Runs {
    /// The runs are the same whichever is open; what was seen of an item is not.
    fn begin(&mut self, _workspace: &Workspace) {
        (self.looks, self.is_listed) = (None, false);
    }

    fn text(&mut self) -> Option<&mut TextField> {
        match &mut self.writing {
            Some(Writing::Filter) => Some(&mut self.filter),
            Some(Writing::Name(_, name)) => Some(name),
            None => None,
        }
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
