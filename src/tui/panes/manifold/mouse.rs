//! A press on the plane moves the cursor; the picture under it becomes the point.

use ratatui::layout::Rect;

use super::{KIND, Manifold, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let plane = geometry(area, workspace.data.shape).plane;
    let Some(place) = plane.at(press.at) else {
        return Vec::new();
    };
    let pane = app.pane_mut::<Manifold>();
    if pane.cursor((plane.columns, plane.rows)) == place && press.had_focus && !press.is_drag {
        return enter(app, &KIND);
    }
    pane.cursor = Some(place);
    Vec::new()
}
