//! A press on a line of the table selects that direction; one on an item of a strip moves the point to where it stands.

use ratatui::layout::Rect;

use super::{Directions, geometry, scrub};
use crate::explore::traversal::steps;
use crate::tui::app::App;
use crate::tui::layout::window;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let geometry = geometry(area, workspace.data.shape);
    let pane = app.pane::<Directions>();
    let (count, selected) = (pane.found(app).len(), pane.selected(app));
    if geometry.table.contains(press.at) {
        let rows = usize::from(geometry.table.height);
        let row = usize::from(press.at.y - geometry.table.y);
        let chosen = window(selected, rows, count) + row;
        if chosen < count {
            app.pane_mut::<Directions>().selected = chosen;
        }
        return Vec::new();
    }
    let Some(picture) = geometry.strips.at(press.at) else {
        return Vec::new();
    };
    let columns = geometry.strips.columns.max(1);
    let chosen = pane.first(app, &geometry) + picture / columns;
    let distance = steps(geometry.steps).get(picture % columns).copied();
    if let Some(distance) = distance.filter(|_| chosen < count) {
        app.pane_mut::<Directions>().selected = chosen;
        scrub(app, |_| distance);
    }
    Vec::new()
}
