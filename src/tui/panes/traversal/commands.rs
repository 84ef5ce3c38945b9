//! What can be done in the traversal pane, and the dimension that moves by itself.

use ratatui::crossterm::event::KeyCode;

use super::{SheetKind, Traversal};
use crate::data::ItemPlace;
use crate::explore::traversal::{REACH, in_other_class, prior_sample};
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::workspace::Workspace;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "traversal.lower", keys: &[plain(KeyCode::Left), character('h')], help: "lower the selected dimension by 0.1", footer: Some("value"), run: |app| move_value(app, -FINE) },
    Command { name: "traversal.raise", keys: &[plain(KeyCode::Right), character('l')], help: "raise it by 0.1", footer: None, run: |app| move_value(app, FINE) },
    Command { name: "traversal.lower-far", keys: &[shift(KeyCode::Left), character('H')], help: "lower it by 1", footer: None, run: |app| move_value(app, -COARSE) },
    Command { name: "traversal.raise-far", keys: &[shift(KeyCode::Right), character('L')], help: "raise it by 1", footer: None, run: |app| move_value(app, COARSE) },
    Command { name: "traversal.dimension-up", keys: &[plain(KeyCode::Up), character('k')], help: "previous dimension", footer: Some("dimension"), run: |app| select(app, -1) },
    Command { name: "traversal.dimension-down", keys: &[plain(KeyCode::Down), character('j')], help: "next dimension", footer: None, run: |app| select(app, 1) },
    Command { name: "traversal.dimension-far-up", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten dimensions up", footer: None, run: |app| select(app, -10) },
    Command { name: "traversal.dimension-far-down", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten dimensions down", footer: None, run: |app| select(app, 10) },
    Command { name: "traversal.earlier", keys: &[character('(')], help: "the same dimension of the time step before, of a model of sequences", footer: None, run: |app| step(app, -1) },
    Command { name: "traversal.later", keys: &[character(')')], help: "the same dimension of the next time step", footer: None, run: |app| step(app, 1) },
    Command { name: "traversal.reset-dimension", keys: &[character('0')], help: "put the selected dimension back", footer: None, run: reset_dimension },
    Command { name: "traversal.reset", keys: &[plain(KeyCode::Backspace), character('z')], help: "put all dimensions back to the start image's posterior mean", footer: Some("reset"), run: reset },
    Command { name: "traversal.centre", keys: &[character('c')], help: "go to the centre of the latent space", footer: None, run: centre },
    Command { name: "traversal.draw", keys: &[character('g')], help: "draw a point from the prior", footer: Some("random"), run: draw },
    Command { name: "traversal.next-class", keys: &[character('y')], help: "the same style in the next class, of a run that learns classes", footer: None, run: |app| turn_class(app, 1) },
    Command { name: "traversal.previous-class", keys: &[character('Y')], help: "the same style in the previous class", footer: None, run: |app| turn_class(app, -1) },
    Command { name: "traversal.play", keys: &[character('p')], help: "move the selected dimension to and fro by itself", footer: Some("play"), run: toggle_play },
    Command { name: "traversal.cycle-sheet", keys: &[character('v')], help: "below: a row per dimension, draws from the prior, or the plane of two dimensions", footer: Some("view"), run: cycle_sheet },
];

/// Fine and coarse steps of a latent value.
const FINE: f32 = 0.1;
const COARSE: f32 = 1.0;
/// Latent values that can be reached by hand.
const LIMIT: f32 = 5.0;

fn move_value(app: &mut App, change: f32) -> Vec<Effect> {
    set_value(app, |value| (value + change).clamp(-LIMIT, LIMIT));
    Vec::new()
}

fn select(app: &mut App, rows: isize) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let order = workspace.order();
    let selected = workspace.selected(&app.selection);
    let place = order
        .iter()
        .position(|&dimension| dimension == selected)
        .unwrap_or(0);
    let place = place.saturating_add_signed(rows).min(order.len() - 1);
    app.selection.dimension = Some(order[place]);
    Vec::new()
}

/// Selects the same dimension so many time steps later.
fn step(app: &mut App, steps: isize) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let configuration = &workspace.progress.configuration;
    if configuration.time_steps == 1 {
        app.say(tr!(
            "this model knows no time: the family markov learns sequences"
        ));
        return Vec::new();
    }
    let (selected, latent) = (workspace.selected(&app.selection), configuration.latent);
    let last = configuration.time_steps - 1;
    let step = (selected / latent).saturating_add_signed(steps).min(last);
    app.selection.dimension = Some(step * latent + selected % latent);
    Vec::new()
}

fn reset_dimension(app: &mut App) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let selected = workspace.selected(&app.selection);
    // Where nothing was decoded yet, nothing was moved.
    let start = app.pane::<Traversal>().start(app).get(selected).copied();
    if let Some(start) = start {
        set_value(app, |_| start);
    }
    Vec::new()
}

fn reset(app: &mut App) -> Vec<Effect> {
    let point = &mut app.selection.point;
    point.latent = None;
    point.item = point.item.or(Some(ItemPlace::test(0)));
    Vec::new()
}

fn centre(app: &mut App) -> Vec<Effect> {
    if let Some(workspace) = app.workspace() {
        app.selection.point.latent = Some(vec![0.0; workspace.progress.configuration.latent_dimensions()]);
    }
    Vec::new()
}

fn draw(app: &mut App) -> Vec<Effect> {
    let draws = app.pane::<Traversal>().draws;
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let configuration = &workspace.progress.configuration;
    let drawn = if configuration.has_standard_prior() {
        Some(prior_sample(
            configuration.latent_dimensions(),
            configuration.seed,
            draws,
        ))
    } else {
        app.pane::<Traversal>().learned_draw(configuration.seed)
    };
    // Draws from a learned prior are asked for, and may not be there yet.
    if let Some(z) = drawn {
        app.selection.point.latent = Some(z);
        app.pane_mut::<Traversal>().draws += 1;
    }
    Vec::new()
}

fn turn_class(app: &mut App, places: isize) -> Vec<Effect> {
    let classes = app.workspace().map_or(0, Workspace::classes_of_latents);
    let z = app.pane::<Traversal>().latent(app);
    if classes > 0 && z.len() > classes {
        app.selection.point.latent = Some(in_other_class(z, classes, places));
    }
    Vec::new()
}

fn toggle_play(app: &mut App) -> Vec<Effect> {
    let playing = &mut app.pane_mut::<Traversal>().playing;
    *playing = if playing.is_some() { None } else { Some(FINE) };
    Vec::new()
}

fn cycle_sheet(app: &mut App) -> Vec<Effect> {
    let latent = app.workspace().map_or(0, |workspace| {
        workspace.progress.configuration.latent_dimensions()
    });
    let sheet = &mut app.pane_mut::<Traversal>().sheet;
    *sheet = match *sheet {
        SheetKind::Dimensions => SheetKind::Draws,
        SheetKind::Draws if latent > 1 => SheetKind::Plane,
        SheetKind::Draws | SheetKind::Plane => SheetKind::Dimensions,
    };
    Vec::new()
}

/// Changes the selected latent value, from the start's own vector where nothing was changed before.
pub(super) fn set_value(app: &mut App, change: impl Fn(f32) -> f32) {
    let Some(selected) = app
        .workspace()
        .map(|workspace| workspace.selected(&app.selection))
    else {
        return;
    };
    let mut z = app.pane::<Traversal>().latent(app).to_vec();
    if let Some(value) = z.get_mut(selected) {
        *value = change(*value);
        app.selection.point.latent = Some(z);
    }
}

/// One step of a dimension that moves by itself, turning at the ends of its range.
pub fn play(app: &mut App) {
    let Some(speed) = app.pane::<Traversal>().playing else {
        return;
    };
    let Some(selected) = app
        .workspace()
        .map(|workspace| workspace.selected(&app.selection))
    else {
        return;
    };
    set_value(app, |value| (value + speed).clamp(-REACH, REACH));
    let z = app.selection.point.latent.as_ref();
    let value = z.and_then(|z| z.get(selected)).copied().unwrap_or_default();
    if value.abs() >= REACH {
        app.pane_mut::<Traversal>().playing = Some(-FINE * value.signum());
    }
}
