//! Keys of the training pane.

use crate::session::Pane;
use crate::tui::app::{App, Stage};
use crate::tui::keymap::Action;
use crate::tui::layout;

pub(super) fn look_at_training(app: &mut App, action: Action) {
    let Stage::Ready(workspace) = &mut app.stage else {
        return;
    };
    let has_estimates = workspace.progress.marginal().is_some();
    let shown = layout::visible(app.area, &app.view, Pane::Training).map_or(0, |area| {
        usize::from(layout::training(area, has_estimates).bars.height)
    });
    let last = workspace.progress.configuration.latent.saturating_sub(shown);
    let bar = &mut workspace.progress.first_bar;
    match action {
        Action::ToggleAxis => app.view.log_axis = !app.view.log_axis,
        Action::TogglePaper => app.view.paper = !app.view.paper,
        Action::CycleSmoothing => {
            let lengths = [0, 20, 100, 500];
            let next = lengths.into_iter().find(|&length| length > app.view.smoothing);
            app.view.smoothing = next.unwrap_or(0);
        }
        Action::Up => *bar = last.min(*bar).saturating_sub(1),
        Action::Down => *bar = (*bar + 1).min(last),
        Action::FarUp => *bar = last.min(*bar).saturating_sub(10),
        Action::FarDown => *bar = (*bar + 10).min(last),
        _ => {}
    }
}
