//! A press in the samples pane selects a sample; the selected one starts the traversal.

use ratatui::layout::Rect;

use super::{KIND, Samples, geometry};
use crate::tui::app::App;
use crate::tui::layout;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let pane = app.pane::<Samples>();
    let geometry = geometry(area, workspace.data.shape, pane.shows_nearest);
    let Some(picture) = geometry.grid.at(press.at) else {
        return Vec::new();
    };
    let columns = geometry.columns();
    let first = layout::window(
        pane.place() / columns,
        geometry.rows(),
        pane.list().len().div_ceil(columns),
    );
    let row = picture / columns / geometry.rows_per_sample;
    let place = (first + row) * columns + picture % columns;
    if row >= geometry.rows() || place >= pane.list().len() {
        return Vec::new();
    }
    if place == pane.place() && press.had_focus && !press.is_drag {
        return enter(app, &KIND);
    }
    app.pane_mut::<Samples>().selected = place;
    Vec::new()
}
