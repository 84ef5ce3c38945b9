//! Keys of the comparison pane.

use crate::run::curve::Against;
use crate::tui::app::App;
use crate::tui::comparison;
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::overlays::sessions::Intent;

/// Keeps the open run's curve as it is now.
pub(super) fn keep_curve(app: &mut App) {
    match app.workspace().and_then(comparison::keep) {
        Some(run) => {
            app.say(format!("the curve of {} is kept; 4 compares", run.name));
            app.view.comparison.keep(run);
        }
        None => app.complain("there is no curve to keep yet: e measures the test set"),
    }
}

pub(super) fn compare(app: &mut App, action: Action) -> Vec<Effect> {
    let comparison = &mut app.view.comparison;
    match action {
        Action::AddCurve => return vec![Effect::ListSessions(Intent::Compare)],
        Action::RemoveCurve => match comparison.remove_selected() {
            Some(run) => app.say(format!(
                "{} is removed from the comparison; its file stays",
                run.name
            )),
            None => app.say("the open run stays; the arrows select another"),
        },
        Action::Up => comparison.selected = comparison.selected.saturating_sub(1),
        Action::Down => comparison.selected = (comparison.selected + 1).min(comparison.runs.len()),
        Action::Left => comparison.move_cursor(-0.01),
        Action::Right => comparison.move_cursor(0.01),
        Action::FarLeft => comparison.move_cursor(-0.1),
        Action::FarRight => comparison.move_cursor(0.1),
        Action::ZoomIn => comparison.zoom(0.5),
        Action::ZoomOut => comparison.zoom(2.0),
        Action::ShowAll => comparison.zoom(f64::INFINITY),
        Action::ToggleSeconds => {
            comparison.against = match comparison.against {
                Against::Samples => Against::Seconds,
                Against::Seconds => Against::Samples,
            };
        }
        Action::CycleBounds => comparison.bounds = comparison.bounds.next(),
        Action::ToggleAxis => app.view.log_axis = !app.view.log_axis,
        Action::TogglePaper => app.view.paper = !app.view.paper,
        _ => {}
    }
    Vec::new()
}
