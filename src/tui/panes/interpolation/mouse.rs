//! A press on the strip of the interpolation goes to that place of the way.

use ratatui::layout::Rect;

use super::{Interpolation, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let strip = geometry(area, workspace.data.shape).strip;
    if let Some(picture) = strip.at(press.at) {
        let last = strip.columns.saturating_sub(1).max(1);
        app.pane_mut::<Interpolation>().position = picture as f32 / last as f32;
    }
    Vec::new()
}
