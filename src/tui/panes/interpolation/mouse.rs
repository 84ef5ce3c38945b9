//! A press on the strip of the interpolation, or on its curve, goes to that place of the way.

use ratatui::layout::Rect;

use super::{Interpolation, draw, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let geometry = geometry(area, workspace.data.shape);
    let pane = app.pane::<Interpolation>();
    let chart = draw::chart(pane);
    let position = match geometry.strip.at(press.at) {
        Some(picture) => {
            let last = geometry.strip.columns.saturating_sub(1).max(1);
            Some(picture as f32 / last as f32)
        }
        None => chart
            .position(geometry.chart, press.at)
            .map(|position| chart.x.value(position) as f32),
    };
    if let Some(position) = position {
        app.pane_mut::<Interpolation>().position = position;
    }
    Vec::new()
}
