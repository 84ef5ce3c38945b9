//! What can be done in the training pane.

use ratatui::crossterm::event::KeyCode;

use super::{KIND, Training, geometry};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "training.toggle-axis", keys: &[character('x')], help: "samples axis linear or logarithmic", footer: Some("log axis"), run: App::toggle_axis },
    Command { name: "training.cycle-smoothing", keys: &[character('w')], help: "smooth the minibatch curve over 0, 20, 100, 500 steps", footer: Some("smooth"), run: cycle_smoothing },
    Command { name: "training.toggle-paper", keys: &[character('p')], help: "draw the paper's own curve, dashed, where it has one", footer: Some("paper"), run: App::toggle_paper },
    Command { name: "training.bars-up", keys: &[plain(KeyCode::Up), character('k')], help: "scroll the KL bars up", footer: None, run: |app| scroll(app, -1) },
    Command { name: "training.bars-down", keys: &[plain(KeyCode::Down), character('j')], help: "scroll the KL bars down", footer: None, run: |app| scroll(app, 1) },
    Command { name: "training.bars-far-up", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten bars up", footer: None, run: |app| scroll(app, -10) },
    Command { name: "training.bars-far-down", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten bars down", footer: None, run: |app| scroll(app, 10) },
];

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
    let latent = workspace.progress.configuration.latent;
    let shown = app.visible(KIND.name).map_or(0, |area| {
        usize::from(geometry(area, has_estimates, has_finding).bars.height)
    });
    let last = latent.saturating_sub(shown);
    let first = &mut app.pane_mut::<Training>().first_bar;
    *first = last.min(*first).saturating_add_signed(bars).min(last);
    Vec::new()
}
