//! Commands that work whatever pane has the focus.

use ratatui::crossterm::event::KeyCode;

use super::keys::{character, control, plain, with_control};
use super::{Command, arranging, pointing, sharing, steering, time, undo};
use crate::choices::Choose;
use crate::language::{self, tr};
use crate::session::Side;
use crate::tui::answering::{ask, is_unsaved};
use crate::tui::app::App;
use crate::tui::attachment;
use crate::tui::message::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::confirm::Confirmation;
use crate::tui::overlays::palette::Palette;
use crate::tui::overlays::sessions::Intent;
use crate::tui::panes::Place;
use crate::tui::theme::THEMES;
use crate::tui::tour;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "training.toggle", keys: &[character(' ')], help: "start or pause training", footer: Some("start/pause"), run: steering::toggle },
    Command { name: "training.step", keys: &[character('.')], help: "train one minibatch", footer: None, run: steering::step },
    Command { name: "learning-rate.raise", keys: &[character('+'), character('=')], help: "raise the learning rate by a quarter", footer: None, run: steering::raise_learning_rate },
    Command { name: "learning-rate.lower", keys: &[character('-')], help: "lower the learning rate by a fifth", footer: None, run: steering::lower_learning_rate },
    Command { name: "estimator.switch", keys: &[character('a')], help: "switch between SGVB estimators A and B", footer: None, run: steering::switch_estimator },
    Command { name: "test.measure", keys: &[character('e')], help: "measure the test set now", footer: None, run: steering::measure },
    Command { name: "likelihood.estimate", keys: &[character('m')], help: "estimate log p(x) of test images in three ways", footer: None, run: steering::estimate },
    Command { name: "measurement.stop", keys: &[control('g')], help: "break off what is being measured or written", footer: None, run: steering::break_off },
    Command { name: "run.go-back", keys: &[character('B')], help: "go back to before the last change of a setting", footer: None, run: steering::go_back },
    Command { name: "run.halve", keys: &[character('!')], help: "go back to the newest checkpoint, if there is one, halve the learning rate and train on", footer: None, run: steering::halve },
    Command { name: "run.restart", keys: &[character('r')], help: "start this run over (asks first)", footer: None, run: steering::restart },
    Command { name: "run.new", keys: &[character('n')], help: "new run: choose sizes, optimizer, seed, goal", footer: Some("new"), run: steering::new_run },
    Command { name: "run.queue", keys: &[], help: "add a run to the queue: it begins when the one on the screen has reached its goal and is saved", footer: None, run: steering::queue_run },
    Command { name: "run.fork", keys: &[], help: "go on apart from this run, from now or from a checkpoint, with other settings", footer: None, run: steering::fork },
    Command { name: "run.detach", keys: &[control('d')], help: "leave the run to a process of its own, which no hang-up reaches; `vae-tui attach` comes back", footer: None, run: attachment::detach },
    Command { name: "run.attach", keys: &[], help: "show a run that goes on without a screen", footer: None, run: |_| vec![Effect::ListRunning] },
    Command { name: "run.steer", keys: &[control('t')], help: "of an attached run: take over the steering, or pass it on to the next screen", footer: None, run: attachment::steer },
    Command { name: "session.save", keys: &[character('s')], help: "save the session", footer: Some("save"), run: steering::save },
    Command { name: "session.open", keys: &[character('o')], help: "open a saved session", footer: Some("open"), run: open_sessions },
    Command { name: "session.restore", keys: &[], help: "open what the session was before: one of the last three states that a save replaced", footer: None, run: |_| vec![Effect::ListSessions(Intent::Restore)] },
    Command { name: "undo", keys: &[character('u')], help: "undo what was moved, selected or set last", footer: None, run: undo::undo },
    Command { name: "redo", keys: &[control('r')], help: "do it again", footer: None, run: undo::redo },
    Command { name: "point.other", keys: &[character('O')], help: "what is pointed at becomes B, the other point", footer: None, run: pointing::make_other },
    Command { name: "point.swap", keys: &[], help: "A becomes B, and B becomes A", footer: None, run: pointing::swap },
    Command { name: "mark.towards", keys: &[character(']')], help: "mark the item as one that has the attribute; again: unmark it", footer: None, run: |app| pointing::mark(app, Side::Towards) },
    Command { name: "mark.away", keys: &[character('[')], help: "mark the item as one that lacks the attribute; again: unmark it", footer: None, run: |app| pointing::mark(app, Side::Away) },
    Command { name: "mark.clear", keys: &[], help: "unmark all items", footer: None, run: pointing::unmark_all },
    Command { name: "bookmark.add", keys: &[character('\'')], help: "give what is pointed at a name", footer: None, run: pointing::name },
    Command { name: "bookmark.open", keys: &[character('"')], help: "the list of points with a name", footer: None, run: pointing::open_bookmarks },
    Command { name: "time.earlier", keys: &[character('{')], help: "show in all panes what the model was at an earlier moment of its training", footer: None, run: time::earlier },
    Command { name: "time.later", keys: &[character('}')], help: "the moment after that, in the end the present", footer: None, run: time::later },
    Command { name: "time.now", keys: &[character('\\')], help: "back to the present", footer: None, run: time::now },
    Command { name: "pane.next", keys: &[plain(KeyCode::Tab)], help: "next pane", footer: Some("pane"), run: next_pane },
    Command { name: "pane.previous", keys: &[plain(KeyCode::BackTab)], help: "previous pane", footer: None, run: previous_pane },
    Command { name: "pane.choose", keys: &[character('f')], help: "the list of panes: a letter goes to each", footer: Some("panes"), run: choose_pane },
    Command { name: "layout.wider", keys: &[with_control(KeyCode::Right)], help: "make the pane wider", footer: None, run: |app| arranging::widen(app, 1) },
    Command { name: "layout.narrower", keys: &[with_control(KeyCode::Left)], help: "make it narrower", footer: None, run: |app| arranging::widen(app, -1) },
    Command { name: "layout.higher", keys: &[with_control(KeyCode::Up)], help: "make it higher", footer: None, run: |app| arranging::heighten(app, 1) },
    Command { name: "layout.lower", keys: &[with_control(KeyCode::Down)], help: "make it lower", footer: None, run: |app| arranging::heighten(app, -1) },
    Command { name: "layout.place-upper-left", keys: &[], help: "put the pane into the upper left of a large screen", footer: None, run: |app| arranging::place(app, Place::UpperLeft) },
    Command { name: "layout.place-lower-left", keys: &[], help: "put it into the lower left", footer: None, run: |app| arranging::place(app, Place::LowerLeft) },
    Command { name: "layout.place-right", keys: &[], help: "put it on the right", footer: None, run: |app| arranging::place(app, Place::Right) },
    Command { name: "layout.reset", keys: &[], help: "all panes in their usual places and sizes", footer: None, run: arranging::reset },
    Command { name: "palette", keys: &[character(':')], help: "any command by its name, or `set SETTING VALUE`", footer: None, run: palette },
    Command { name: "theme.next", keys: &[character('T')], help: "the next theme, until the program ends", footer: None, run: next_theme },
    Command { name: "graphics.next", keys: &[character('P')], help: "draw pictures in the next kind of blocks, until the program ends", footer: None, run: next_graphics },
    Command { name: "colour-map.next", keys: &[control('p')], help: "grey pictures in the next colour map, until the program ends", footer: None, run: next_colour_map },
    Command { name: "mouse.toggle", keys: &[character('M')], help: "leave the mouse to the terminal, which selects text with it, or take it back; Shift selects always", footer: None, run: toggle_mouse },
    Command { name: "picture.save", keys: &[character('S')], help: "save the pane's picture as a PNG file", footer: None, run: sharing::save_picture },
    Command { name: "copy.value", keys: &[character('V')], help: "copy the pane's number or vector to the clipboard", footer: None, run: sharing::copy_value },
    Command { name: "copy.command-line", keys: &[control('y')], help: "copy the command that makes what the pane shows", footer: None, run: sharing::copy_command_line },
    Command { name: "help", keys: &[character('?')], help: "this help", footer: Some("help"), run: help },
    Command { name: "explain", keys: &[character('I')], help: "what each number of this pane means", footer: None, run: explain },
    Command { name: "tour.start", keys: &[plain(KeyCode::F(1))], help: "what a variational autoencoder is, in eight steps; again ends it", footer: None, run: tour::toggle },
    Command { name: "language.next", keys: &[], help: "the next language, until the program ends", footer: None, run: next_language },
    Command { name: "quit", keys: &[character('q'), control('c')], help: "quit (asks if there is something to save)", footer: Some("quit"), run: quit },
    Command { name: "suspend", keys: &[control('z')], help: "suspend; `fg` comes back", footer: None, run: |_| vec![Effect::Suspend] },
    Command { name: "repaint", keys: &[control('l')], help: "draw the screen anew", footer: None, run: |_| vec![Effect::Repaint] },
];

fn open_sessions(_: &mut App) -> Vec<Effect> {
    vec![Effect::ListSessions(Intent::Open)]
}

fn next_pane(app: &mut App) -> Vec<Effect> {
    app.focus_beside(1)
}

fn previous_pane(app: &mut App) -> Vec<Effect> {
    app.focus_beside(-1)
}

fn choose_pane(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Panes);
    Vec::new()
}

fn palette(app: &mut App) -> Vec<Effect> {
    let settings = undo::live_settings(app);
    let palette = Palette::new(&app.keymap, app.focus.name, settings, app.typed.clone());
    app.overlay = Some(Overlay::Palette(Box::new(palette)));
    Vec::new()
}

fn next_theme(app: &mut App) -> Vec<Effect> {
    let present = THEMES.iter().position(|(_, theme)| *theme == app.theme);
    let (name, theme) = THEMES[present.map_or(0, |place| (place + 1) % THEMES.len())];
    app.theme = theme;
    app.say(tr!(
        "theme {name}: theme: \"{name}\" in the configuration keeps it",
        name = name
    ));
    Vec::new()
}

fn next_graphics(app: &mut App) -> Vec<Effect> {
    app.graphics = next(app.graphics);
    // A terminal that knows no pixels would show holes.
    while app.graphics.protocol().is_some() {
        app.graphics = next(app.graphics);
    }
    let word = app.graphics.word();
    app.say(tr!(
        "pictures {word}: graphics: \"{word}\" in the configuration keeps it",
        word = word
    ));
    Vec::new()
}

fn next_colour_map(app: &mut App) -> Vec<Effect> {
    app.colour_map = next(app.colour_map);
    let word = app.colour_map.word();
    app.say(tr!(
        "colour map {word}: colour_map: \"{word}\" in the configuration keeps it",
        word = word
    ));
    Vec::new()
}

fn toggle_mouse(app: &mut App) -> Vec<Effect> {
    app.mouse = !app.mouse;
    app.held = None;
    app.say(if app.mouse {
        tr!("the mouse points and scrolls; with Shift it selects text")
    } else {
        tr!("the mouse is the terminal's: it selects text; mouse: false in the configuration keeps it so")
    });
    Vec::new()
}

/// The word after this one; after the last, the first.
fn next<T: Choose + 'static>(present: T) -> T {
    let place = T::VARIANTS.iter().position(|variant| *variant == present);
    T::VARIANTS[place.map_or(0, |place| (place + 1) % T::VARIANTS.len())]
}

fn help(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Help(0));
    Vec::new()
}

fn explain(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Explain(0));
    Vec::new()
}

fn next_language(app: &mut App) -> Vec<Effect> {
    app.language = next(app.language);
    language::speak(app.language);
    app.say(tr!(
        "language {name}: language: \"{name}\" in the configuration keeps it",
        name = app.language.word()
    ));
    Vec::new()
}

fn quit(app: &mut App) -> Vec<Effect> {
    if let Some(effects) = attachment::ask_before_leaving(app) {
        return effects;
    }
    let (is_unsaved, queued) = (is_unsaved(app), app.queue.len());
    if is_unsaved || queued > 0 {
        let is_kept = app.queue.is_kept;
        return ask(
            app,
            Confirmation::Quit {
                is_unsaved,
                queued,
                is_kept,
            },
        );
    }
    vec![Effect::Quit]
}
