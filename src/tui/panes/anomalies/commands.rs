//! What can be done among the anomalies.

use ratatui::crossterm::event::KeyCode;

use super::{Anomalies, Geometry, KIND, QUANTILES};
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "anomalies.left", keys: &[plain(KeyCode::Left), character('h')], help: "previous item", footer: Some("item"), run: |app| select(app, |place, _| place.saturating_sub(1)) },
    Command { name: "anomalies.right", keys: &[plain(KeyCode::Right), character('l')], help: "next item", footer: None, run: |app| select(app, |place, _| place + 1) },
    Command { name: "anomalies.up", keys: &[plain(KeyCode::Up), character('k')], help: "the row of items above", footer: None, run: |app| select(app, |place, page| place.checked_sub(page.columns()).unwrap_or(place)) },
    Command { name: "anomalies.down", keys: &[plain(KeyCode::Down), character('j')], help: "the row of items below", footer: None, run: |app| select(app, |place, page| place + page.columns()) },
    Command { name: "anomalies.previous-page", keys: &[plain(KeyCode::PageUp), character('K')], help: "previous page of items", footer: None, run: |app| select(app, |place, page| place.saturating_sub(page.page())) },
    Command { name: "anomalies.next-page", keys: &[plain(KeyCode::PageDown), character('J')], help: "next page of items", footer: Some("page"), run: |app| select(app, |place, page| place + page.page()) },
    Command { name: "anomalies.first", keys: &[plain(KeyCode::Home)], help: "the first item", footer: None, run: |app| select(app, |_, _| 0) },
    Command { name: "anomalies.last", keys: &[plain(KeyCode::End)], help: "the last item", footer: None, run: |app| select(app, |_, _| usize::MAX) },
    Command { name: "anomalies.turn-over", keys: &[character('v')], help: "the most unusual first, or the least unusual", footer: Some("order"), run: |app| change(app, |pane| pane.from_best = !pane.from_best) },
    Command { name: "anomalies.next-score", keys: &[character('i')], help: "rank by the next score: bound, importance-weighted bound, reconstruction term, KL term", footer: Some("score"), run: |app| change(app, |pane| pane.score = pane.score.next()) },
    Command { name: "anomalies.next-quantile", keys: &[character('y')], help: "the threshold above 95, 99 or 99.9 % of the training items", footer: Some("threshold"), run: |app| change(app, |pane| pane.quantile = (pane.quantile + 1) % QUANTILES.len()) },
    Command { name: "anomalies.next-class", keys: &[character('c')], help: "how well the score finds the next class; after the last, none", footer: Some("class"), run: |app| turn_class(app, 1) },
    Command { name: "anomalies.previous-class", keys: &[character('C')], help: "how well it finds the previous class", footer: None, run: |app| turn_class(app, -1) },
    Command { name: "anomalies.toggle-surprise", keys: &[character('d')], help: "beside each item, how unlikely each of its values is", footer: Some("surprise"), run: |app| change(app, |pane| pane.shows_surprise = !pane.shows_surprise) },
    Command { name: "anomalies.score-anew", keys: &[character('g')], help: "score everything with the present parameters; Ctrl-G breaks it off", footer: None, run: |app| change(app, |pane| pane.scoring = None) },
    Command { name: "anomalies.switch-part", keys: &[character('t')], help: "training items instead of test items, and back", footer: Some("train/test"), run: switch_part },
    Command { name: "anomalies.traverse", keys: &[plain(KeyCode::Enter)], help: "start the traversal at this item", footer: Some("traverse"), run: traverse },
];

/// Moves to another place; what lies beyond the last item is the last item.
fn select(app: &mut App, moved: impl Fn(usize, &Geometry) -> usize) -> Vec<Effect> {
    if let (Some(workspace), Some(area)) = (app.workspace(), app.visible(KIND.name)) {
        let pane = app.pane::<Anomalies>();
        let last = pane.verdict.ranked.len().saturating_sub(1);
        let place = moved(pane.place(), &pane.geometry(workspace, area)).min(last);
        app.pane_mut::<Anomalies>().place = place;
    }
    Vec::new()
}

/// Changes what is ranked or how; the first item is selected then.
fn change(app: &mut App, change: impl FnOnce(&mut Anomalies)) -> Vec<Effect> {
    let pane = app.pane_mut::<Anomalies>();
    change(pane);
    pane.place = 0;
    pane.judge();
    Vec::new()
}

fn turn_class(app: &mut App, places: isize) -> Vec<Effect> {
    let present = app.pane::<Anomalies>().odd_class;
    let labelled = app
        .workspace()
        .filter(|workspace| !workspace.data.classes.is_empty());
    let Some(next) = labelled.map(|workspace| workspace.turned_class(present, places)) else {
        app.say(tr!("the data has no labels"));
        return Vec::new();
    };
    let pane = app.pane_mut::<Anomalies>();
    pane.odd_class = next;
    pane.judge();
    Vec::new()
}

fn switch_part(app: &mut App) -> Vec<Effect> {
    change(app, |pane| {
        pane.part = pane.part.other();
    })
}

fn traverse(app: &mut App) -> Vec<Effect> {
    if !app.pane::<Anomalies>().verdict.ranked.is_empty() {
        app.selection.point = app.pointed();
        app.focus = &traversal::KIND;
    }
    Vec::new()
}
