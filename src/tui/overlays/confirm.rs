//! Questions before something is lost.

use std::path::PathBuf;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Widget};

use crate::language::tr;
use crate::learning::Configuration;
use crate::tui::overlays::form::Fork;
use crate::tui::saver::SaveFault;
use crate::tui::workspace::AfterSave;
use crate::tui::{text, theme};

/// What would be done if the answer is yes, and what would be lost by it.
#[derive(Debug)]
pub enum Confirmation {
    /// Throw the run away and begin it anew.
    Reset,
    /// End the program with an unsaved run, with runs in the queue, or both.
    Quit {
        /// Whether the run on the screen is not saved.
        is_unsaved: bool,
        /// Runs that wait or are trained beside it.
        queued: usize,
        /// Whether a restart goes on with those.
        is_kept: bool,
    },
    /// Leave an unsaved run for a new one.
    Replace(Box<Configuration>),
    /// Leave an unsaved run for a saved one.
    Open(PathBuf),
    /// Leave an unsaved run for a fork of it.
    Fork(Box<Fork>),
    /// Leave a run that went on while another one was being opened, which is ready now.
    Show(u64),
    /// Save to another file than the run's own, which could not be written.
    SaveElsewhere {
        /// What stood in the way of the save.
        fault: SaveFault,
        /// What follows that.
        after: AfterSave,
    },
    /// Leave an unsaved run for one in another process.
    Attach(String),
    /// Leave a run in another process.
    Leave {
        /// Whether this screen steers it.
        steers: bool,
    },
}

impl Confirmation {
    /// What is at stake, a sentence or two for each matter, and what the keys do.
    fn text(&self) -> (Vec<String>, &'static str) {
        let unsaved = tr!("This session is not saved.");
        let (matter, keys) = match self {
            Self::Reset => (
                tr!("Start this run over? What it has learned is lost.").into(),
                tr!("y start over    Esc go on"),
            ),
            Self::Quit {
                is_unsaved,
                queued,
                is_kept,
            } => {
                let unsaved = is_unsaved.then(|| unsaved.to_owned());
                let matters = unsaved.into_iter().chain(of_queue(*queued, *is_kept));
                let keys = if *is_unsaved {
                    tr!("s save and quit    y quit without    Esc stay")
                } else {
                    tr!("y quit    Esc stay")
                };
                return (matters.collect(), keys);
            }
            Self::Replace(_) | Self::Open(_) | Self::Fork(_) | Self::Attach(_) => (
                unsaved.into(),
                tr!("y leave it anyway    Esc stay (then s saves)"),
            ),
            Self::Leave { steers } => (
                tr!("The run goes on without this screen.").into(),
                if *steers {
                    tr!("y leave it    s save and end it    Esc stay")
                } else {
                    tr!("y leave it    Esc stay")
                },
            ),
            Self::Show(_) => (
                tr!("The other run is ready, but this one has gone on and is not saved.").into(),
                tr!("y leave it anyway    Esc stay (then s saves)"),
            ),
            Self::SaveElsewhere { fault, .. } if fault.is_change() => (
                tr!("Not saved: {fault}.", fault = fault),
                tr!("s save to a new file    y replace it    Esc don't save"),
            ),
            Self::SaveElsewhere { fault, .. } => (
                tr!("Not saved: {fault}.", fault = fault),
                tr!("s save to a new file    Esc don't save"),
            ),
        };
        (vec![matter], keys)
    }
}

/// What becomes of so many runs of the queue when the program ends.
fn of_queue(queued: usize, is_kept: bool) -> Option<String> {
    Some(match (queued, is_kept) {
        (0, _) => return None,
        (1, true) => {
            tr!("1 run is in the queue. It is kept, and goes on when the workbench is opened again.").into()
        }
        (_, true) => tr!(
            "{count} runs are in the queue. They are kept, and go on when the workbench is opened again.",
            count = queued
        ),
        (1, false) => {
            tr!("1 run is in the queue, which can't be kept: if it did not begin, it is lost.").into()
        }
        (_, false) => tr!(
            "{count} runs are in the queue, which can't be kept: those that did not begin are lost.",
            count = queued
        ),
    })
}

/// Columns of the question's frame, and lines of it besides the text.
const WIDTH: u16 = 60;
const FRAME: u16 = 4;

/// Draws the question, as high as its text needs.
pub fn render(question: &Confirmation, area: Rect, buffer: &mut Buffer) {
    let (matters, keys) = question.text();
    let room = usize::from(WIDTH.min(area.width).saturating_sub(FRAME));
    let wrapped = |matter: &String| text::wrapped(&text::printable(matter), room);
    let lines: Vec<String> = matters.iter().flat_map(wrapped).collect();
    let height = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(FRAME);
    let inside = super::frame(tr!("Sure?"), "", WIDTH, height, area, buffer);
    // The keys are seen whatever the size, and then the text, and then a free line between them.
    let text_height = match inside.height {
        0..=2 => inside.height.saturating_sub(1),
        height => height - 2,
    };
    let above = Rect {
        height: text_height,
        ..inside
    };
    let below = Rect {
        y: inside.bottom().saturating_sub(1),
        height: inside.height.min(1),
        ..inside
    };
    let lines: Vec<Line> = lines.into_iter().map(Line::raw).collect();
    Paragraph::new(lines).render(above, buffer);
    Line::styled(keys, theme::selected()).render(below, buffer);
}
