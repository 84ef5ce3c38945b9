//! What can be done in the edit pane.

use ratatui::crossterm::event::KeyCode;

use super::Edit;
use crate::explore::attribute::{Applied, Attribute, Group};
use crate::language::tr;
use crate::session::Marked;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "edit.weaken", keys: &[plain(KeyCode::Left), character('h')], help: "less of the selected attribute, by a tenth of the difference", footer: Some("strength"), run: |app| strengthen(app, -FINE) },
    Command { name: "edit.strengthen", keys: &[plain(KeyCode::Right), character('l')], help: "more of it", footer: None, run: |app| strengthen(app, FINE) },
    Command { name: "edit.weaken-far", keys: &[shift(KeyCode::Left), character('H')], help: "less of it by half the difference", footer: None, run: |app| strengthen(app, -COARSE) },
    Command { name: "edit.strengthen-far", keys: &[shift(KeyCode::Right), character('L')], help: "more of it by half the difference", footer: None, run: |app| strengthen(app, COARSE) },
    Command { name: "edit.up", keys: &[plain(KeyCode::Up), character('k')], help: "the attribute above", footer: Some("attribute"), run: |app| select(app, -1) },
    Command { name: "edit.down", keys: &[plain(KeyCode::Down), character('j')], help: "the attribute below", footer: None, run: |app| select(app, 1) },
    Command { name: "edit.add", keys: &[character('i')], help: "add an attribute: one class less another", footer: Some("add"), run: add_classes },
    Command { name: "edit.next-towards", keys: &[character('c')], help: "the selected attribute is that of the next class", footer: Some("class"), run: |app| turn_towards(app, 1) },
    Command { name: "edit.previous-towards", keys: &[character('C')], help: "the selected attribute is that of the previous class", footer: None, run: |app| turn_towards(app, -1) },
    Command { name: "edit.next-away", keys: &[character('w')], help: "it is the difference from the next class; after the last, from the prior's mean", footer: Some("less"), run: |app| turn_away(app, 1) },
    Command { name: "edit.previous-away", keys: &[character('W')], help: "it is the difference from the previous class", footer: None, run: |app| turn_away(app, -1) },
    Command { name: "edit.add-marked", keys: &[character('x')], help: "add the difference of the items marked with ] and those marked with [", footer: Some("marked"), run: add_marked },
    Command { name: "edit.remove", keys: &[character('d'), plain(KeyCode::Delete)], help: "remove the selected attribute", footer: Some("remove"), run: remove },
    Command { name: "edit.none", keys: &[character('0')], help: "nothing of the selected attribute", footer: None, run: |app| set(app, |_| 0.0) },
    Command { name: "edit.reset", keys: &[plain(KeyCode::Backspace), character('z')], help: "nothing of any attribute", footer: None, run: reset },
    Command { name: "edit.choose", keys: &[plain(KeyCode::Enter)], help: "what came of it becomes the point, and the attributes are back at nothing", footer: Some("choose"), run: choose },
];

/// Fine and coarse steps of a strength, in differences of the two sets.
const FINE: f32 = 0.1;
const COARSE: f32 = 0.5;
/// The greatest strength.
const LIMIT: f32 = 5.0;
/// Attributes that can be added.
const MOST: usize = 20;

/// Changes the selected attribute.
fn change(app: &mut App, change: impl FnOnce(&mut Applied)) -> Vec<Effect> {
    let place = app.pane::<Edit>().place(app);
    match app.selection.attributes.get_mut(place) {
        Some(applied) => change(applied),
        None => app.say(tr!("i adds an attribute; x adds that of marked items")),
    }
    Vec::new()
}

fn set(app: &mut App, strength: impl FnOnce(f32) -> f32) -> Vec<Effect> {
    change(app, |applied| applied.strength = strength(applied.strength))
}

fn strengthen(app: &mut App, by: f32) -> Vec<Effect> {
    // Tenths stay tenths, however often they are added.
    set(app, |strength| {
        (((strength + by) * 10.0).round() / 10.0).clamp(-LIMIT, LIMIT)
    })
}

fn select(app: &mut App, places: isize) -> Vec<Effect> {
    let last = app.selection.attributes.len().saturating_sub(1);
    let place = app.pane::<Edit>().place(app).saturating_add_signed(places);
    app.pane_mut::<Edit>().selected = place.min(last);
    Vec::new()
}

/// Adds an attribute and selects it.
fn add(app: &mut App, towards: Group, away: Option<Group>) {
    let attributes = &mut app.selection.attributes;
    if attributes.len() == MOST {
        return app.say(tr!(
            "no more than {most} attributes are added: d removes one",
            most = MOST
        ));
    }
    attributes.push(Applied {
        attribute: Attribute { towards, away },
        strength: 0.0,
    });
    app.pane_mut::<Edit>().selected = usize::MAX;
}

fn classes(app: &App) -> u16 {
    let classes = app
        .workspace()
        .map_or(0, |workspace| workspace.data.classes.len());
    u16::try_from(classes).unwrap_or(u16::MAX)
}

fn add_classes(app: &mut App) -> Vec<Effect> {
    match classes(app) {
        0 => app.say(tr!(
            "the data has no labels: mark items with ] and [ in any pane, and x adds their difference"
        )),
        1 => add(app, Group::Class(0), None),
        _ => add(app, Group::Class(0), Some(Group::Class(1))),
    }
    Vec::new()
}

fn add_marked(app: &mut App) -> Vec<Effect> {
    let Marked { towards, away } = app.selection.marked.clone();
    if towards.is_empty() {
        app.say(tr!(
            "] marks items that have the attribute, and [ those that lack it, in any pane"
        ));
        return Vec::new();
    }
    let away = (!away.is_empty()).then(|| Group::Items(away.into_iter().collect()));
    add(app, Group::Items(towards.into_iter().collect()), away);
    Vec::new()
}

fn turn_towards(app: &mut App, places: i32) -> Vec<Effect> {
    let classes = classes(app);
    if classes == 0 {
        app.say(tr!("the data has no labels"));
        return Vec::new();
    }
    change(app, |applied| {
        let towards = &mut applied.attribute.towards;
        *towards = Group::Class(match towards {
            Group::Class(class) => turned(*class, places, classes),
            Group::Items(_) => 0,
        });
    })
}

fn turn_away(app: &mut App, places: i32) -> Vec<Effect> {
    let classes = classes(app);
    if classes == 0 {
        app.say(tr!("the data has no labels"));
        return Vec::new();
    }
    change(app, |applied| {
        let away = &mut applied.attribute.away;
        // The prior's mean stands after the last class.
        let present = match away {
            Some(Group::Class(class)) => *class,
            Some(Group::Items(_)) | None => classes,
        };
        let next = turned(present, places, classes.saturating_add(1));
        *away = (next < classes).then_some(Group::Class(next));
    })
}

/// So many places further of `count`, which go round.
fn turned(place: u16, places: i32, count: u16) -> u16 {
    let next = (i32::from(place) + places).rem_euclid(i32::from(count.max(1)));
    u16::try_from(next).unwrap_or(0)
}

fn remove(app: &mut App) -> Vec<Effect> {
    let place = app.pane::<Edit>().place(app);
    if place < app.selection.attributes.len() {
        app.selection.attributes.remove(place);
    }
    Vec::new()
}

fn reset(app: &mut App) -> Vec<Effect> {
    for applied in &mut app.selection.attributes {
        applied.strength = 0.0;
    }
    Vec::new()
}

fn choose(app: &mut App) -> Vec<Effect> {
    if app.pane::<Edit>().edited().is_some() {
        app.selection.point = app.pointed();
        app.say(tr!("this is the point now, in all panes"));
        reset(app);
    }
    Vec::new()
}
