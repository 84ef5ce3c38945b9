//! What can be done in the samples pane.

use ratatui::crossterm::event::KeyCode;

use super::{HOTTEST, KIND, MOST_KEPT, Samples, geometry};
use crate::explore::samples::Source;
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "samples.left", keys: &[plain(KeyCode::Left), character('h')], help: "previous sample", footer: Some("sample"), run: |app| select(app, |place, _| place.saturating_sub(1)) },
    Command { name: "samples.right", keys: &[plain(KeyCode::Right), character('l')], help: "next sample", footer: None, run: |app| select(app, |place, _| place + 1) },
    Command { name: "samples.up", keys: &[plain(KeyCode::Up), character('k')], help: "the row above", footer: None, run: |app| select(app, |place, columns| place.checked_sub(columns).unwrap_or(place)) },
    Command { name: "samples.down", keys: &[plain(KeyCode::Down), character('j')], help: "the row below", footer: None, run: |app| select(app, |place, columns| place + columns) },
    Command { name: "samples.redraw", keys: &[character('g')], help: "other draws", footer: Some("reseed"), run: |app| reseed(app, 1) },
    Command { name: "samples.redraw-back", keys: &[character('G')], help: "the draws before these", footer: None, run: |app| reseed(app, -1) },
    Command { name: "samples.cycle-source", keys: &[character('v')], help: "from the prior, from where the training data lies, from one class of it, around the point, or at it: by decoders drawn from the weights' distribution, in every class that the model knows", footer: Some("source"), run: cycle_source },
    Command { name: "samples.next-class", keys: &[character('c')], help: "from where the next class lies", footer: Some("class"), run: |app| turn_class(app, 1) },
    Command { name: "samples.previous-class", keys: &[character('C')], help: "from where the previous class lies", footer: None, run: |app| turn_class(app, -1) },
    Command { name: "samples.colder", keys: &[character('<')], help: "lower the temperature by 0.1: more typical", footer: Some("colder"), run: |app| heat(app, -STEP) },
    Command { name: "samples.hotter", keys: &[character('>')], help: "raise it by 0.1: more varied", footer: Some("hotter"), run: |app| heat(app, STEP) },
    Command { name: "samples.toggle-nearest", keys: &[character('w')], help: "below each the nearest training item, so that copying shows", footer: Some("nearest"), run: toggle_nearest },
    Command { name: "samples.toggle-values", keys: &[character('p')], help: "values drawn from p(x|z) instead of their mean, and back", footer: None, run: toggle_values },
    Command { name: "samples.keep", keys: &[character('x')], help: "keep this sample on top, or let it go again", footer: Some("keep"), run: keep },
    Command { name: "samples.traverse", keys: &[plain(KeyCode::Enter)], help: "start the traversal at this sample", footer: Some("traverse"), run: traverse },
];

/// A step of the temperature.
const STEP: f32 = 0.1;

fn select(app: &mut App, moved: impl Fn(usize, usize) -> usize) -> Vec<Effect> {
    if let (Some(workspace), Some(area)) = (app.workspace(), app.visible(KIND.name)) {
        let pane = app.pane::<Samples>();
        let columns = geometry(area, workspace.data.shape, pane.shows_nearest).columns();
        let last = pane.list().len().saturating_sub(1);
        let place = moved(pane.place(), columns).min(last);
        app.pane_mut::<Samples>().selected = place;
    }
    Vec::new()
}

fn reseed(app: &mut App, by: i64) -> Vec<Effect> {
    let seed = &mut app.pane_mut::<Samples>().seed;
    *seed = seed.wrapping_add_signed(by);
    Vec::new()
}

fn cycle_source(app: &mut App) -> Vec<Effect> {
    let has_classes = has_classes(app);
    let has_decoders = app.workspace().is_some_and(Samples::has_decoders);
    let knows_classes = app.workspace().is_some_and(Samples::knows_classes);
    let source = &mut app.pane_mut::<Samples>().source;
    *source = match *source {
        Source::Prior => Source::Posterior,
        Source::Posterior if has_classes => Source::Class(0),
        Source::Posterior | Source::Class(_) => Source::Around,
        Source::Around if has_decoders => Source::Decoders,
        Source::Around if knows_classes => Source::Classes,
        Source::Around | Source::Decoders | Source::Classes => Source::Prior,
    };
    Vec::new()
}

fn has_classes(app: &App) -> bool {
    app.workspace()
        .is_some_and(|workspace| !workspace.data.classes.is_empty())
}

fn turn_class(app: &mut App, places: isize) -> Vec<Effect> {
    if !has_classes(app) {
        app.say(tr!("the data has no labels"));
        return Vec::new();
    }
    let classes = app
        .workspace()
        .map_or(1, |workspace| workspace.data.classes.len());
    let source = &mut app.pane_mut::<Samples>().source;
    let next = match (*source, places > 0) {
        (Source::Class(class), _) => (usize::from(class) + classes).saturating_add_signed(places) % classes,
        (_, true) => 0,
        (_, false) => classes - 1,
    };
    *source = u16::try_from(next).map_or(Source::Posterior, Source::Class);
    Vec::new()
}

fn heat(app: &mut App, by: f32) -> Vec<Effect> {
    let temperature = &mut app.pane_mut::<Samples>().temperature;
    // Tenths stay tenths, however often they are added.
    *temperature = (((*temperature + by) * 10.0).round() / 10.0).clamp(0.0, HOTTEST);
    Vec::new()
}

fn toggle_nearest(app: &mut App) -> Vec<Effect> {
    let shows_nearest = &mut app.pane_mut::<Samples>().shows_nearest;
    *shows_nearest = !*shows_nearest;
    Vec::new()
}

fn toggle_values(app: &mut App) -> Vec<Effect> {
    let draws_values = &mut app.pane_mut::<Samples>().draws_values;
    *draws_values = !*draws_values;
    Vec::new()
}

fn keep(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Samples>();
    let Some(latent) = pane.sample().map(|sample| sample.latent.clone()) else {
        return Vec::new();
    };
    if let Some(place) = pane.kept.iter().position(|kept| *kept == latent) {
        pane.kept.remove(place);
    } else if pane.kept.len() < MOST_KEPT {
        pane.kept.push(latent);
    } else {
        app.say(tr!(
            "no more than {most} samples are kept: x lets one go",
            most = MOST_KEPT
        ));
    }
    Vec::new()
}

fn traverse(app: &mut App) -> Vec<Effect> {
    if app.pane::<Samples>().sample().is_some() {
        app.selection.point = app.pointed();
        app.focus = &traversal::KIND;
    }
    Vec::new()
}
