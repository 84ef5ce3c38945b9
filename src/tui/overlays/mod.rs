//! What stands in front of the panes and takes the keys while it does: help, questions, the form, lists.
//!
//! Each is data with a function from a key to what happens next, and a function that draws it.

pub mod bookmarks;
pub mod confirm;
pub mod explain;
pub mod files;
pub mod form;
pub mod help;
pub mod naming;
pub mod palette;
pub mod panes;
pub mod running;
mod search;
pub mod sessions;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::widgets::{Block, BorderType, Clear, Padding, Widget};

use self::bookmarks::{BookmarkList, BookmarkName};
use self::confirm::Confirmation;
use self::files::FilePicker;
use self::form::Form;
use self::naming::Naming;
use self::palette::Palette;
use self::running::RunningList;
use self::sessions::SessionList;
use super::app::App;
use super::theme;

/// What stands in front of the panes and takes the keys; one at a time.
#[derive(Debug)]
pub enum Overlay {
    /// The list of panes.
    Panes,
    /// The table of keys, scrolled down by so many lines.
    Help(usize),
    /// What the numbers of the pane with the focus mean, scrolled down by so many lines.
    Explain(usize),
    /// A question before something is lost.
    Confirm(Confirmation),
    /// The settings of a run that is to begin.
    Form(Box<Form>),
    /// Folders and files, to choose the form's data from.
    Files(Box<FilePicker>),
    /// The name of a file that something of the run is written to.
    Naming(Box<Naming>),
    /// The list of points with a name.
    Bookmarks(BookmarkList),
    /// The name of a point, as it is written.
    BookmarkName(BookmarkName),
    /// A list of sessions, to open one or to compare with it.
    Sessions(SessionList),
    /// The runs that go on in other processes.
    Running(RunningList),
    /// A search among the commands and the settings of a run under way.
    Palette(Box<Palette>),
}

/// Draws an overlay in the middle of an area.
pub fn render(app: &App, overlay: &Overlay, area: Rect, buffer: &mut Buffer) {
    match overlay {
        Overlay::Help(line) => help::render(&app.keymap, *line, area, buffer),
        Overlay::Explain(line) => explain::render(app.focus, *line, area, buffer),
        Overlay::Panes => panes::render(&app.keymap, app.focus, area, buffer),
        Overlay::Confirm(question) => confirm::render(question, area, buffer),
        Overlay::Form(form) => form.render(area, buffer),
        Overlay::Files(picker) => picker.render(area, buffer),
        Overlay::Naming(naming) => naming.render(area, buffer),
        Overlay::Bookmarks(list) => list.render(&app.selection.bookmarks, area, buffer),
        Overlay::BookmarkName(name) => name.render(area, buffer),
        Overlay::Sessions(list) => list.render(area, buffer),
        Overlay::Running(list) => list.render(area, buffer),
        Overlay::Palette(palette) => palette.render(area, buffer),
    }
}

/// The smallest area in which an overlay still has a frame: below, what it says needs the room.
const LEAST_FRAMED: (u16, u16) = (12, 5);

/// Where a frame of at most `width` x `height` stands, in the middle.
fn outside(width: u16, height: u16, area: Rect) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// Whether there is room for a frame.
fn is_framed(area: Rect) -> bool {
    area.width >= LEAST_FRAMED.0 && area.height >= LEAST_FRAMED.1
}

/// The inside of that frame.
fn inside(width: u16, height: u16, area: Rect) -> Rect {
    let outer = outside(width, height, area);
    if is_framed(area) {
        outer.inner(Margin::new(2, 1))
    } else {
        outer
    }
}

/// Which of the rows inside an overlay a place is on.
fn row_at(inside: Rect, at: Position) -> Option<usize> {
    inside.contains(at).then(|| usize::from(at.y - inside.y))
}

/// Selects the entry under the mouse, if there is one; whether it was selected already.
fn select(selected: &mut usize, entry: Option<usize>) -> bool {
    entry.is_some_and(|entry| std::mem::replace(selected, entry) == entry)
}

/// Draws an empty frame of at most `width` x `height` in the middle and returns its inside.
fn frame(title: &str, hint: &str, width: u16, height: u16, area: Rect, buffer: &mut Buffer) -> Rect {
    let outer = outside(width, height, area);
    Clear.render(outer, buffer);
    if !is_framed(area) {
        return outer;
    }
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme::selected())
        .title(format!(" {title} "))
        .padding(Padding::horizontal(1));
    if !hint.is_empty() {
        block = block.title_bottom(format!(" {hint} "));
    }
    block.render(outer, buffer);
    inside(width, height, area)
}
