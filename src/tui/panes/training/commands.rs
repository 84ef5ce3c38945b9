//! What can be done in the training pane.

use ratatui::crossterm::event::KeyCode;

use super::{KIND, Training, geometry};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::widgets::curve_window::CurveWindow;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "training.toggle-axis", keys: &[character('x')], help: "samples axis linear or logarithmic", footer: Some("log axis"), run: App::toggle_axis },
    Command { name: "training.cycle-smoothing", keys: &[character('w')], help: "smooth the minibatch curve over 0, 20, 100, 500 steps", footer: Some("smooth"), run: cycle_smoothing },
    Command { name: "training.toggle-paper", keys: &[character('p')], help: "draw the paper's own curve, dashed, where it has one", footer: Some("paper"), run: App::toggle_paper },
    Command { name: "training.left", keys: &[plain(KeyCode::Left), character('h')], help: "move the cursor on the curves to the left; it reads them", footer: None, run: |app| read(app, |looking| looking.move_cursor(-0.01)) },
    Command { name: "training.right", keys: &[plain(KeyCode::Right), character('l')], help: "move it to the right", footer: None, run: |app| read(app, |looking| looking.move_cursor(0.01)) },
    Command { name: "training.far-left", keys: &[shift(KeyCode::Left), character('H')], help: "move it a tenth of the width to the left", footer: None, run: |app| read(app, |looking| looking.move_cursor(-0.1)) },
    Command { name: "training.far-right", keys: &[shift(KeyCode::Right), character('L')], help: "move it a tenth of the width to the right", footer: None, run: |app| read(app, |looking| looking.move_cursor(0.1)) },
    Command { name: "training.nearer", keys: &[character('z')], help: "show half as much, around the cursor", footer: None, run: |app| read(app, |looking| looking.zoom(0.5)) },
    Command { name: "training.farther", keys: &[character('Z')], help: "show twice as much", footer: None, run: |app| read(app, |looking| looking.zoom(2.0)) },
    Command { name: "training.show-all", keys: &[character('0')], help: "show all of the curves, without the cursor", footer: None, run: show_all },
    Command { name: "training.bars-up", keys: &[plain(KeyCode::Up), character('k')], help: "scroll the KL bars up", footer: None, run: |app| scroll(app, -1) },
    Command { name: "training.bars-down", keys: &[plain(KeyCode::Down), character('j')], help: "scroll the KL bars down", footer: None, run: |app| scroll(app, 1) },
    Command { name: "training.bars-far-up", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten bars up", footer: None, run: |app| scroll(app, -10) },
    Command { name: "training.bars-far-down", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten bars down", footer: None, run: |app| scroll(app, 10) },
];

/// Looks at the curves otherwise, and shows what the cursor reads.
fn read(app: &mut App, change: impl FnOnce(&mut CurveWindow)) -> Vec<Effect> {
    let pane = app.pane_mut::<Training>();
    change(&mut pane.looking);
    pane.reads = true;
    Vec::new()
}

fn show_all(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Training>();
    (pane.looking, pane.reads) = (CurveWindow::default(), false);
    Vec::new()
}

fn cycle_smoothing(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Training>();
    let lengths = [0, 20, 100, 500];
    let next = lengths.into_iter().find(|&length| length > pane.smoothing);
    pane.smoothing = next.unwrap_or(0);
    Vec::new()
}

fn scroll(app: &mut App, bars: isize) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let progress = &workspace.progress;
    let (has_estimates, has_finding) = (progress.marginal().is_some(), !progress.findings.is_empty());
    let latent = workspace.progress.configuration.latent_dimensions();
    let shown = app.visible(KIND.name).map_or(0, |area| {
        usize::from(geometry(area, has_estimates, has_finding).bars.height)
    });
    let last = latent.saturating_sub(shown);
    let first = &mut app.pane_mut::<Training>().first_bar;
    *first = last.min(*first).saturating_add_signed(bars).min(last);
    Vec::new()
}
