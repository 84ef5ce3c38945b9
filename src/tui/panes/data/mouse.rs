//! A press in the data browser selects an item; the selected one starts the traversal.

use ratatui::layout::Rect;

use super::{DataBrowser, KIND, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let data = &workspace.data;
    let grid = geometry(area, data.shape);
    let browser = app.pane::<DataBrowser>();
    let found = grid
        .at(press.at)
        .map(|index| browser.first(data, grid.page()) + index);
    let Some(place) = found.filter(|&place| place < browser.listed(data)) else {
        return Vec::new();
    };
    if place == browser.place(data) && press.had_focus && !press.is_drag {
        return enter(app, &KIND);
    }
    app.pane_mut::<DataBrowser>().place = place;
    Vec::new()
}
