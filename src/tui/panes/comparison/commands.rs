//! What can be done in the comparison pane, and keeping the open run's curve for it.

use ratatui::crossterm::event::KeyCode;

use super::{Comparison, runs};
use crate::language::tr;
use crate::run::curve::HorizontalAxis;
use crate::session;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::overlays::sessions::Intent;
use crate::tui::widgets::curve_window::CurveWindow;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "comparison.add", keys: &[plain(KeyCode::Enter)], help: "add the curve of a saved session", footer: Some("add"), run: |_| vec![Effect::ListSessions(Intent::Compare)] },
    Command { name: "comparison.remove", keys: &[character('d'), plain(KeyCode::Delete)], help: "remove the selected curve", footer: Some("remove"), run: remove },
    Command { name: "comparison.up", keys: &[plain(KeyCode::Up), character('k')], help: "select the run above", footer: Some("select"), run: |app| select(app, -1) },
    Command { name: "comparison.down", keys: &[plain(KeyCode::Down), character('j')], help: "select the run below", footer: None, run: |app| select(app, 1) },
    Command { name: "comparison.left", keys: &[plain(KeyCode::Left), character('h')], help: "move the cursor to the left", footer: Some("cursor"), run: |app| look(app, |window| window.move_cursor(-0.01)) },
    Command { name: "comparison.right", keys: &[plain(KeyCode::Right), character('l')], help: "move it to the right", footer: None, run: |app| look(app, |window| window.move_cursor(0.01)) },
    Command { name: "comparison.far-left", keys: &[shift(KeyCode::Left), character('H')], help: "move it a tenth of the width to the left", footer: None, run: |app| look(app, |window| window.move_cursor(-0.1)) },
    Command { name: "comparison.far-right", keys: &[shift(KeyCode::Right), character('L')], help: "move it a tenth of the width to the right", footer: None, run: |app| look(app, |window| window.move_cursor(0.1)) },
    Command { name: "comparison.nearer", keys: &[character('z')], help: "show half as much, around the cursor", footer: Some("nearer"), run: |app| look(app, |window| window.zoom(0.5)) },
    Command { name: "comparison.farther", keys: &[character('Z')], help: "show twice as much", footer: None, run: |app| look(app, |window| window.zoom(2.0)) },
    Command { name: "comparison.show-all", keys: &[character('0')], help: "show everything", footer: Some("all"), run: |app| look(app, |window| window.zoom(f64::INFINITY)) },
    Command { name: "comparison.toggle-seconds", keys: &[character('t')], help: "axis in training points or in seconds", footer: Some("seconds"), run: |app| change(app, toggle_seconds) },
    Command { name: "comparison.cycle-bounds", keys: &[character('v')], help: "test bounds, training bounds, or both", footer: Some("bounds"), run: |app| change(app, |comparison| comparison.bounds = comparison.bounds.next()) },
    Command { name: "comparison.toggle-axis", keys: &[character('x')], help: "axis linear or logarithmic", footer: Some("log axis"), run: App::toggle_axis },
    Command { name: "comparison.toggle-paper", keys: &[character('p')], help: "draw the paper's curve for the open run, dashed, where it has one", footer: None, run: App::toggle_paper },
];

/// Keeps the open run's curve as it is now.
pub(super) const KEEP: Command = Command {
    name: "comparison.keep",
    keys: &[character('b')],
    help: "keep this run's curve, to compare later runs with it",
    footer: None,
    run: keep,
};

fn keep(app: &mut App) -> Vec<Effect> {
    match app.workspace().and_then(runs::keep) {
        Some(run) => {
            app.say(tr!("the curve of {name} is kept; 4 compares", name = run.name));
            app.pane_mut::<Comparison>().0.keep(run);
        }
        None => app.complain(tr!("there is no curve to keep yet: e measures the test set")),
    }
    Vec::new()
}

fn change(app: &mut App, change: impl FnOnce(&mut session::Comparison)) -> Vec<Effect> {
    change(&mut app.pane_mut::<Comparison>().0);
    Vec::new()
}

fn look(app: &mut App, change: impl FnOnce(&mut CurveWindow)) -> Vec<Effect> {
    app.pane_mut::<Comparison>().0.look(change);
    Vec::new()
}

fn remove(app: &mut App) -> Vec<Effect> {
    match app.pane_mut::<Comparison>().0.remove_selected() {
        Some(run) => app.say(tr!(
            "{name} is removed from the comparison; its file stays",
            name = run.name
        )),
        None => app.say(tr!("the open run stays; the arrows select another")),
    }
    Vec::new()
}

fn select(app: &mut App, rows: isize) -> Vec<Effect> {
    change(app, |comparison| {
        let selected = comparison.selected.saturating_add_signed(rows);
        comparison.selected = selected.min(comparison.runs.len());
    })
}

fn toggle_seconds(comparison: &mut session::Comparison) {
    comparison.against = match comparison.against {
        HorizontalAxis::Samples => HorizontalAxis::Seconds,
        HorizontalAxis::Seconds => HorizontalAxis::Samples,
    };
}
