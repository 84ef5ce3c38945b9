//! A press in the anomalies pane selects an item; the selected one starts the traversal.

use ratatui::layout::Rect;

use super::{Anomalies, KIND};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let pane = app.pane::<Anomalies>();
    let geometry = pane.geometry(workspace, area);
    let Some(picture) = geometry.grid.at(press.at) else {
        return Vec::new();
    };
    let column = picture % geometry.grid.columns / geometry.per_item;
    let row = picture / geometry.grid.columns;
    let place = pane.first(geometry.page()) + row * geometry.columns() + column;
    if column >= geometry.columns() || place >= pane.verdict.ranked.len() {
        return Vec::new();
    }
    if place == pane.place() && press.had_focus && !press.is_drag {
        return enter(app, &KIND);
    }
    app.pane_mut::<Anomalies>().place = place;
    Vec::new()
}
