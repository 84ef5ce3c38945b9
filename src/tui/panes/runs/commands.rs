//! What can be done with saved runs.

use std::path::PathBuf;

use ratatui::crossterm::event::KeyCode;

use super::{Runs, View, Writing};
use crate::data::ItemPlace;
use crate::language::tr;
use crate::run::protocol::Origin;
use crate::tui::answering::{ask, is_unsaved};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;
use crate::tui::overlays::confirm::Confirmation;
use crate::tui::widgets::text_field::TextField;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "runs.up", keys: &[plain(KeyCode::Up), character('k')], help: "the run above", footer: Some("run"), run: |app| select(app, -1) },
    Command { name: "runs.down", keys: &[plain(KeyCode::Down), character('j')], help: "the run below", footer: None, run: |app| select(app, 1) },
    Command { name: "runs.far-up", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten runs up", footer: None, run: |app| select(app, -10) },
    Command { name: "runs.far-down", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten runs down", footer: None, run: |app| select(app, 10) },
    Command { name: "runs.left", keys: &[plain(KeyCode::Left), character('h')], help: "sort by the column to the left; of pictures, the previous item", footer: Some("sort"), run: |app| sideways(app, -1) },
    Command { name: "runs.right", keys: &[plain(KeyCode::Right), character('l')], help: "sort by the column to the right; of pictures, the next item", footer: None, run: |app| sideways(app, 1) },
    Command { name: "runs.reverse", keys: &[character('i')], help: "the other way round", footer: None, run: reverse },
    Command { name: "runs.enter", keys: &[plain(KeyCode::Enter)], help: "open the selected run, or end writing", footer: Some("open"), run: enter },
    Command { name: "runs.escape", keys: &[plain(KeyCode::Esc)], help: "leave what is being written, or show all runs again", footer: None, run: escape },
    Command { name: "runs.filter", keys: &[character('/')], help: "only runs of which words are true: latent=20 method=aevb, or part of a name", footer: Some("filter"), run: filter },
    Command { name: "runs.mark", keys: &[character('x')], help: "mark the selected run, or no longer", footer: Some("mark"), run: mark },
    Command { name: "runs.cycle-view", keys: &[character('v')], help: "the table, what differs between marked runs, or an item through each of them", footer: Some("view"), run: cycle_view },
    Command { name: "runs.flicker", keys: &[character('z')], help: "of pictures, the next run's in the same place", footer: None, run: flicker },
    Command { name: "runs.compare", keys: &[character('c')], help: "add the curves of marked runs to the comparison", footer: Some("compare"), run: compare },
    Command { name: "runs.rename", keys: &[character('R')], help: "give the selected run another name", footer: None, run: rename },
    Command { name: "runs.delete", keys: &[character('d'), plain(KeyCode::Delete)], help: "throw the selected run away, into the trash folder beside it", footer: Some("delete"), run: delete },
    Command { name: "runs.bring-back", keys: &[character('U')], help: "bring back the run that was thrown away last", footer: None, run: bring_back },
    Command { name: "runs.unqueue", keys: &[character('D')], help: "take the last run out of the queue", footer: None, run: unqueue },
];

fn select(app: &mut App, rows: isize) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    let last = pane.shown().len().saturating_sub(1);
    pane.selected = pane.selected.min(last).saturating_add_signed(rows).min(last);
    Vec::new()
}

fn sideways(app: &mut App, places: isize) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    if pane.view == View::Pictures {
        return next_item(app, places);
    }
    pane.column = pane.column.beside(places);
    Vec::new()
}

/// Makes the next item of its part the chosen one of all panes.
fn next_item(app: &mut App, places: isize) -> Vec<Effect> {
    let present = app.selection.point.item.unwrap_or(ItemPlace::test(0));
    let last = app.workspace().map_or(0, |workspace| {
        workspace.data.items(present.part, None).saturating_sub(1)
    });
    app.selection.point = Origin::item(ItemPlace {
        item: present.item.saturating_add_signed(places).min(last),
        ..present
    });
    Vec::new()
}

fn reverse(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    pane.falls = !pane.falls;
    Vec::new()
}

fn enter(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    match pane.writing.take() {
        Some(Writing::Name(path, name)) => return vec![Effect::Rename(path, name.value().to_owned())],
        Some(Writing::Filter) => return Vec::new(),
        None => {}
    }
    let Some(path) = selected(app) else {
        return Vec::new();
    };
    if is_unsaved(app) {
        return ask(app, Confirmation::Open(path));
    }
    vec![Effect::Open(app.await_run(false), path)]
}

fn escape(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    if !matches!(pane.writing.take(), Some(Writing::Name(..))) {
        pane.filter = TextField::default();
    }
    Vec::new()
}

fn filter(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    (pane.writing, pane.selected) = (Some(Writing::Filter), 0);
    Vec::new()
}

fn mark(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    if let Some(path) = pane.selected().map(|run| run.path.clone())
        && !pane.marked.remove(&path)
    {
        pane.marked.insert(path);
    }
    Vec::new()
}

fn cycle_view(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Runs>();
    pane.view = match pane.view {
        View::Table => View::Differences,
        View::Differences => View::Pictures,
        View::Pictures => View::Table,
    };
    Vec::new()
}

fn flicker(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Runs>().flicker += 1;
    Vec::new()
}

fn compare(app: &mut App) -> Vec<Effect> {
    let meant = app.pane::<Runs>().meant();
    meant
        .into_iter()
        .map(|run| Effect::ReadCurve(run.path.clone()))
        .collect()
}

/// The file of the selected run.
fn selected(app: &App) -> Option<PathBuf> {
    app.pane::<Runs>().selected().map(|run| run.path.clone())
}

/// The same, unless it is the run on the screen, which saves itself there.
fn other(app: &mut App) -> Option<PathBuf> {
    let path = selected(app)?;
    let open = app.workspace().and_then(|workspace| workspace.path.as_deref());
    if open.is_some_and(|open| path.ends_with(open) || open == path) {
        app.complain(tr!("this run is open: what is on the screen is saved there"));
        return None;
    }
    Some(path)
}

fn rename(app: &mut App) -> Vec<Effect> {
    if let Some(path) = other(app) {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        app.pane_mut::<Runs>().writing = Some(Writing::Name(path, TextField::new(&name)));
    }
    Vec::new()
}

fn delete(app: &mut App) -> Vec<Effect> {
    other(app).map(Effect::ThrowAway).into_iter().collect()
}

fn bring_back(app: &mut App) -> Vec<Effect> {
    let Some((thrown, to)) = app.pane_mut::<Runs>().thrown.pop() else {
        app.say(tr!("nothing was thrown away"));
        return Vec::new();
    };
    vec![Effect::BringBack(thrown, to)]
}

fn unqueue(app: &mut App) -> Vec<Effect> {
    let words = match app.queue.waiting.pop_back() {
        Some(_) => tr!("{count} in the queue", count = app.queue.waiting.len()),
        None => tr!("the queue is empty: `run.queue` in the palette adds a run").to_owned(),
    };
    app.say(words);
    Vec::new()
}
