//! Keys of the traversal pane, and the dimension that moves by itself.

use crate::explore::traversal::{self, REACH};
use crate::session::{Sheet, View};
use crate::tui::app::{App, Stage, Workspace};
use crate::tui::keymap::Action;

/// Fine and coarse steps of a latent value.
const FINE: f32 = 0.1;
const COARSE: f32 = 1.0;
/// Latent values that can be reached by hand.
const LIMIT: f32 = 5.0;

pub(super) fn traverse(app: &mut App, action: Action) {
    let Stage::Ready(workspace) = &mut app.stage else {
        return;
    };
    let view = &mut app.view;
    let by = |change: f32| move |value: f32| (value + change).clamp(-LIMIT, LIMIT);
    match action {
        Action::Left => set_value(workspace, view, by(-FINE)),
        Action::Right => set_value(workspace, view, by(FINE)),
        Action::FarLeft => set_value(workspace, view, by(-COARSE)),
        Action::FarRight => set_value(workspace, view, by(COARSE)),
        Action::ResetDimension => {
            // Where nothing was decoded yet, nothing was moved.
            if let Some(&start) = workspace.start(view).get(workspace.selected(view)) {
                set_value(workspace, view, |_| start);
            }
        }
        Action::Up | Action::Down | Action::FarUp | Action::FarDown => {
            let order = workspace.order();
            let selected = workspace.selected(view);
            let at = order
                .iter()
                .position(|&dimension| dimension == selected)
                .unwrap_or(0);
            let at = match action {
                Action::Up => at.saturating_sub(1),
                Action::Down => at + 1,
                Action::FarUp => at.saturating_sub(10),
                _ => at + 10,
            };
            view.dimension = Some(order[at.min(order.len() - 1)]);
        }
        Action::ResetLatent => {
            view.latent.clear();
            view.start_image = view.start_image.or(Some(0));
        }
        Action::Origin => view.latent = vec![0.0; workspace.progress.configuration.latent],
        Action::Randomise => {
            let configuration = &workspace.progress.configuration;
            view.latent = traversal::prior_sample(configuration.latent, configuration.seed, app.draws);
            app.draws += 1;
        }
        Action::CycleSheet => {
            view.sheet = match view.sheet {
                Sheet::Dimensions => Sheet::Draws,
                Sheet::Draws if workspace.progress.configuration.latent > 1 => Sheet::Plane,
                Sheet::Draws | Sheet::Plane => Sheet::Dimensions,
            };
        }
        Action::Play => app.playing = if app.playing.is_some() { None } else { Some(FINE) },
        _ => {}
    }
}

/// Changes the selected latent value, from the start's own vector where nothing was changed before.
fn set_value(workspace: &Workspace, view: &mut View, change: impl Fn(f32) -> f32) {
    if view.latent.is_empty() {
        view.latent = workspace.start(view).to_vec();
    }
    let selected = workspace.selected(view);
    if let Some(value) = view.latent.get_mut(selected) {
        *value = change(*value);
    }
}

/// One step of a dimension that moves by itself, turning at the ends of its range.
pub(super) fn play(app: &mut App) {
    let (Some(speed), Stage::Ready(workspace)) = (app.playing, &app.stage) else {
        return;
    };
    set_value(workspace, &mut app.view, |value| {
        (value + speed).clamp(-REACH, REACH)
    });
    let selected = workspace.selected(&app.view);
    let value = app.view.latent.get(selected).copied().unwrap_or_default();
    if value.abs() >= REACH {
        app.playing = Some(-FINE * value.signum());
    }
}
