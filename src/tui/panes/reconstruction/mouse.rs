//! A press in the reconstruction pane selects an image; the selected one starts the traversal.

use ratatui::layout::Rect;

use super::{KIND, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let found = geometry(area, workspace.data.shape).at(area, press.at);
    let Some(index) = found.filter(|&index| index < app.selection.images.len()) else {
        return Vec::new();
    };
    if index == app.selection.selected_image && press.had_focus && !press.is_drag {
        return enter(app, &KIND);
    }
    app.selection.selected_image = index;
    Vec::new()
}
