//! What can be done in the log.

use ratatui::crossterm::event::KeyCode;

use super::{KIND, Log, lines};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;
use crate::tui::widgets::text_field::TextField;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "log.up", keys: &[plain(KeyCode::Up), character('k')], help: "earlier lines", footer: Some("scroll"), run: |app| scroll(app, 1) },
    Command { name: "log.down", keys: &[plain(KeyCode::Down), character('j')], help: "later lines", footer: None, run: |app| scroll(app, -1) },
    Command { name: "log.far-up", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten lines earlier", footer: None, run: |app| scroll(app, 10) },
    Command { name: "log.far-down", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten lines later", footer: None, run: |app| scroll(app, -10) },
    Command { name: "log.first", keys: &[plain(KeyCode::Home)], help: "the first line", footer: None, run: |app| scroll(app, isize::MAX) },
    Command { name: "log.last", keys: &[plain(KeyCode::End)], help: "the last line, and follow the run", footer: None, run: |app| scroll(app, isize::MIN) },
    Command { name: "log.search", keys: &[character('/')], help: "show only lines with some text", footer: Some("search"), run: search },
    Command { name: "log.end-search", keys: &[plain(KeyCode::Enter)], help: "end writing that text", footer: None, run: end_search },
    Command { name: "log.clear-search", keys: &[plain(KeyCode::Esc)], help: "show all lines again", footer: None, run: clear_search },
];

fn scroll(app: &mut App, lines_up: isize) -> Vec<Effect> {
    let shown = app.visible(KIND.name).map_or(0, |area| usize::from(area.height));
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let searched = app.pane::<Log>().search.value();
    let all = lines::found(lines::lines(&workspace.progress.log), searched).len();
    let below = &mut app.pane_mut::<Log>().below;
    *below = below
        .saturating_add_signed(lines_up)
        .min(all.saturating_sub(shown));
    Vec::new()
}

fn search(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Log>();
    (pane.is_writing, pane.below) = (true, 0);
    Vec::new()
}

fn end_search(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Log>().is_writing = false;
    Vec::new()
}

fn clear_search(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Log>();
    (pane.is_writing, pane.below, pane.search) = (false, 0, TextField::default());
    Vec::new()
}
