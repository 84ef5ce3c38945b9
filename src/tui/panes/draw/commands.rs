//! What can be done on the canvas.

use ratatui::crossterm::event::KeyCode;

use super::{Canvas, Draw, ROUNDS};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "draw.left", keys: &[plain(KeyCode::Left), character('h')], help: "move the brush to the left", footer: Some("brush"), run: |app| step(app, -1, 0) },
    Command { name: "draw.right", keys: &[plain(KeyCode::Right), character('l')], help: "move it to the right", footer: None, run: |app| step(app, 1, 0) },
    Command { name: "draw.up", keys: &[plain(KeyCode::Up), character('k')], help: "move it up; in data without images, raise the value under it by 0.1", footer: None, run: |app| up_or_down(app, -1) },
    Command { name: "draw.down", keys: &[plain(KeyCode::Down), character('j')], help: "move it down; in data without images, lower the value by 0.1", footer: None, run: |app| up_or_down(app, 1) },
    Command { name: "draw.stroke-left", keys: &[shift(KeyCode::Left), character('H')], help: "draw a stroke to the left", footer: None, run: |app| stroke(app, -1, 0) },
    Command { name: "draw.stroke-right", keys: &[shift(KeyCode::Right), character('L')], help: "draw a stroke to the right", footer: None, run: |app| stroke(app, 1, 0) },
    Command { name: "draw.stroke-up", keys: &[shift(KeyCode::Up), character('K')], help: "draw a stroke upwards", footer: None, run: |app| stroke(app, 0, -1) },
    Command { name: "draw.stroke-down", keys: &[shift(KeyCode::Down), character('J')], help: "draw a stroke downwards", footer: None, run: |app| stroke(app, 0, 1) },
    Command { name: "draw.paint", keys: &[character('d')], help: "paint what is under the brush", footer: Some("paint"), run: |app| paint(app, 1.0) },
    Command { name: "draw.erase", keys: &[character('x')], help: "erase what is under it", footer: Some("erase"), run: |app| paint(app, 0.0) },
    Command { name: "draw.hide", keys: &[character('i')], help: "hide what is under it from the model, which fills it in; again, show it", footer: Some("hide"), run: hide },
    Command { name: "draw.next-brush", keys: &[character('y')], help: "a brush of 1, 3, 5 or 9 pixels", footer: Some("size"), run: next_brush },
    Command { name: "draw.next-rounds", keys: &[character('v')], help: "fill in what is hidden in 1, 5, 20 or 100 rounds", footer: Some("rounds"), run: next_rounds },
    Command { name: "draw.add-noise", keys: &[character('g')], help: "add noise to all of it", footer: Some("noise"), run: add_noise },
    Command { name: "draw.take-item", keys: &[character('t')], help: "begin with the selected item or point", footer: Some("take item"), run: take_item },
    Command { name: "draw.blank", keys: &[character('z'), plain(KeyCode::Backspace)], help: "a blank canvas", footer: Some("blank"), run: blank },
    Command { name: "draw.take-repair", keys: &[character('c')], help: "what was filled in takes the place of what is hidden", footer: None, run: take_repair },
    Command { name: "draw.traverse", keys: &[plain(KeyCode::Enter)], help: "start the traversal at the point that the canvas is encoded as", footer: Some("traverse"), run: traverse },
];

/// Pixels that the brush reaches around its own, one brush after the other.
const REACHES: [usize; 4] = [0, 1, 2, 4];
/// One press of the keys that raise and lower a value.
const STEP: f32 = 0.1;

/// Changes the canvas with the reach of the brush.
fn change(app: &mut App, change: impl FnOnce(&mut Canvas, usize)) -> Vec<Effect> {
    let draw = app.pane_mut::<Draw>();
    if let Some(canvas) = &mut draw.canvas {
        change(canvas, draw.reach);
    }
    Vec::new()
}

fn step(app: &mut App, columns: isize, rows: isize) -> Vec<Effect> {
    change(app, |canvas, _| canvas.step(columns, rows))
}

fn up_or_down(app: &mut App, rows: isize) -> Vec<Effect> {
    change(app, |canvas, reach| match canvas.is_image() {
        true => canvas.step(0, rows),
        false => canvas.raise(reach, -STEP * rows as f32),
    })
}

fn stroke(app: &mut App, columns: isize, rows: isize) -> Vec<Effect> {
    change(app, |canvas, reach| {
        canvas.paint(reach, 1.0);
        canvas.step(columns, rows);
        canvas.paint(reach, 1.0);
    })
}

fn paint(app: &mut App, value: f32) -> Vec<Effect> {
    change(app, |canvas, reach| canvas.paint(reach, value))
}

fn hide(app: &mut App) -> Vec<Effect> {
    change(app, Canvas::hide)
}

fn next_brush(app: &mut App) -> Vec<Effect> {
    let reach = &mut app.pane_mut::<Draw>().reach;
    let present = REACHES.iter().position(|other| other == reach).unwrap_or(0);
    *reach = REACHES[(present + 1) % REACHES.len()];
    Vec::new()
}

fn next_rounds(app: &mut App) -> Vec<Effect> {
    let rounds = &mut app.pane_mut::<Draw>().rounds;
    *rounds = (*rounds + 1) % ROUNDS.len();
    Vec::new()
}

fn add_noise(app: &mut App) -> Vec<Effect> {
    let draw = app.pane_mut::<Draw>();
    draw.noises += 1;
    let noise = draw.noises;
    change(app, |canvas, _| canvas.add_noise(noise))
}

fn take_item(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Draw>().wanted = Some(app.selection.point.clone());
    Vec::new()
}

fn blank(app: &mut App) -> Vec<Effect> {
    change(app, |canvas, _| {
        canvas.values.fill(0.0);
        canvas.hidden.fill(false);
    })
}

fn take_repair(app: &mut App) -> Vec<Effect> {
    let Some(filled) = app
        .pane::<Draw>()
        .restored()
        .map(|restored| restored.filled.clone())
    else {
        return Vec::new();
    };
    change(app, |canvas, _| canvas.show(&filled))
}

fn traverse(app: &mut App) -> Vec<Effect> {
    app.selection.point = app.pointed();
    app.focus = &traversal::KIND;
    Vec::new()
}
