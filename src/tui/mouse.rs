//! What a person does with the mouse. The wheel scrolls what is under it, as its arrow keys do; a press gives the focus to the pane
//! under it and is for what stands there: the name of a key, a line of an overlay, a border between panes, or what the pane itself
//! knows of its place.

use ratatui::crossterm::event::{KeyCode, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::app::App;
use super::buttons;
use super::command::keys::plain;
use super::layout::{self, Border};
use super::message::Effect;
use super::overlays::{self, Overlay};
use super::panes::Kind;
use super::update::{pressed, run};
use crate::tui::command::Undoable;

/// A press of a button in a pane, or a movement while it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    /// Where: always inside the pane's frame.
    pub at: Position,
    /// Which button.
    pub button: MouseButton,
    /// Whether it was held before already, and the mouse moved.
    pub is_drag: bool,
    /// Whether the pane had the focus before. A press on what is selected goes on with it, as Enter does; not so the press that only
    /// gives the focus.
    pub had_focus: bool,
}

/// What a button of the mouse holds.
#[derive(Clone, Copy)]
pub enum Held {
    /// Something in this pane.
    Pane(&'static Kind),
    /// The border between panes.
    Border(Border),
}

/// What a press in a pane does: a function of the whole state, as that of a command is.
pub type Pressed = fn(&mut App, Rect, Press) -> Vec<Effect>;

/// Lines of the help for one step of the wheel.
const HELP_LINES: usize = 3;

/// Takes in what the mouse did.
pub(super) fn take_in(app: &mut App, event: MouseEvent) -> Vec<Effect> {
    // A report may still be on its way when nobody wants any more.
    if !app.mouse {
        return Vec::new();
    }
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::ScrollUp => scroll(app, at, KeyCode::Up),
        MouseEventKind::ScrollDown => scroll(app, at, KeyCode::Down),
        MouseEventKind::ScrollLeft => scroll(app, at, KeyCode::Left),
        MouseEventKind::ScrollRight => scroll(app, at, KeyCode::Right),
        MouseEventKind::Down(button) => {
            // Keys go to a text that is being written.
            let is_written = app.overlay.is_none() && app.focused().text().is_some();
            let key = buttons::key_at(app, at).filter(|_| !is_written);
            app.notice = None;
            match key {
                Some(key) => pressed(app, key),
                None if app.overlay.is_some() => choose_line(app, at),
                None => press(app, at, button),
            }
        }
        MouseEventKind::Drag(button) => drag(app, at, button),
        MouseEventKind::Up(_) => {
            app.held = None;
            Vec::new()
        }
        MouseEventKind::Moved => Vec::new(),
    }
}

/// The pane under a place, with its frame.
fn under(app: &App, at: Position) -> Option<(&'static Kind, Rect)> {
    app.workspace()?;
    let panes = app.arrangement().panes;
    panes.into_iter().find(|(_, area)| area.contains(at))
}

/// The wheel does what the arrow keys do in the overlay, or in the pane under the mouse, whichever has the focus.
fn scroll(app: &mut App, at: Position, key: KeyCode) -> Vec<Effect> {
    match &app.overlay {
        // Beyond its first line it would fetch what was typed earlier.
        Some(Overlay::Palette(palette)) if key == KeyCode::Up && palette.is_at_top() => Vec::new(),
        // Only keys go round from the last field to the first, and through the words of a choice.
        Some(Overlay::Form(form)) if form.ends_at(key) => Vec::new(),
        // An answer to a question is a key, not a movement.
        Some(Overlay::Confirm(_)) => Vec::new(),
        Some(Overlay::Help(_)) => (0..HELP_LINES)
            .flat_map(|_| pressed(app, KeyEvent::from(key)))
            .collect(),
        Some(_) => pressed(app, KeyEvent::from(key)),
        None => {
            let command = under(app, at).and_then(|(kind, _)| command(kind, key));
            command.map_or_else(Vec::new, |command| run(app, command))
        }
    }
}

/// The command of a pane that has this key, whatever a person put in its place.
fn command(kind: &Kind, key: KeyCode) -> Option<&'static super::command::Command> {
    kind.commands
        .iter()
        .find(|command| command.keys.contains(&plain(key)))
}

/// Selects the line of the overlay under the mouse; the selected one is chosen. In the form it is written in or changed.
fn choose_line(app: &mut App, at: Position) -> Vec<Effect> {
    let area = app.room();
    let bookmarks = app.selection.bookmarks.len();
    let is_chosen = match &mut app.overlay {
        Some(Overlay::Panes) => {
            if let Some(kind) = overlays::panes::at(area, at) {
                (app.focus, app.overlay) = (kind, None);
            }
            false
        }
        Some(Overlay::Palette(palette)) => palette.select_at(area, at),
        Some(Overlay::Sessions(list)) => list.select_at(area, at),
        Some(Overlay::Running(list)) => list.select_at(area, at),
        Some(Overlay::Files(picker)) => picker.select_at(area, at),
        Some(Overlay::Bookmarks(list)) => list.select_at(bookmarks, area, at),
        Some(Overlay::Form(form)) => {
            form.press(area, at);
            false
        }
        _ => false,
    };
    if is_chosen {
        pressed(app, KeyEvent::from(KeyCode::Enter))
    } else {
        Vec::new()
    }
}

fn press(app: &mut App, at: Position, button: MouseButton) -> Vec<Effect> {
    app.held = None;
    let Some((kind, area)) = under(app, at) else {
        return Vec::new();
    };
    let border = app.arrangement().border_at(at);
    let had_focus = app.focus.name == kind.name;
    app.focus = kind;
    let inside = layout::inside(area);
    if !inside.contains(at) {
        app.held = border.map(Held::Border);
        return Vec::new();
    }
    app.held = Some(Held::Pane(kind));
    let press = Press {
        at,
        button,
        is_drag: false,
        had_focus,
    };
    in_pane(app, kind, inside, press)
}

/// A movement with a button held moves the border that it holds, or belongs to the pane in which it was pressed, wherever it leads.
fn drag(app: &mut App, at: Position, button: MouseButton) -> Vec<Effect> {
    let kind = match app.held {
        None => return Vec::new(),
        Some(Held::Pane(kind)) => kind,
        Some(Held::Border(border)) => {
            let body = app.arrangement().body;
            let cells = match border {
                Border::Upright => at.x.saturating_sub(body.x),
                Border::Level => body.bottom().saturating_sub(at.y),
            };
            app.plan.move_border(border, cells, body);
            return Vec::new();
        }
    };
    let Some(inside) = app.visible(kind.name) else {
        return Vec::new();
    };
    let press = Press {
        at: Position::new(
            at.x.clamp(inside.left(), inside.right() - 1),
            at.y.clamp(inside.top(), inside.bottom() - 1),
        ),
        button,
        is_drag: true,
        had_focus: true,
    };
    in_pane(app, kind, inside, press)
}

fn in_pane(app: &mut App, kind: &Kind, inside: Rect, press: Press) -> Vec<Effect> {
    let mut panes = app.panes();
    let found = panes.find(|(other, _)| other.name == kind.name);
    let Some(pressed) = found.map(|(_, pane)| pane.pressed()) else {
        return Vec::new();
    };
    drop(panes);
    let before = Undoable::of(app);
    let effects = pressed(app, inside, press);
    let after = Undoable::of(app);
    app.history.remember(before, &after);
    effects
}

/// Does in a pane what Enter does there.
pub fn enter(app: &mut App, kind: &Kind) -> Vec<Effect> {
    command(kind, KeyCode::Enter).map_or_else(Vec::new, |command| (command.run)(app))
}
