//! A press on an attribute of the list selects it; one on a picture of the strip gives it the strength that it shows.

use ratatui::layout::Rect;

use super::{Edit, geometry};
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
    let (pane, count) = (app.pane::<Edit>(), app.selection.attributes.len());
    let place = pane.place(app);
    if geometry.list.contains(press.at) {
        // The first line says what is edited.
        let Some(row) = usize::from(press.at.y - geometry.list.y).checked_sub(1) else {
            return Vec::new();
        };
        let rows = usize::from(geometry.list.height.saturating_sub(1)).max(1);
        let chosen = window(place, rows, count) + row;
        if chosen < count {
            app.pane_mut::<Edit>().selected = chosen;
        }
        return Vec::new();
    }
    let strengths = pane.shown.as_ref().map_or(&[][..], |shown| &shown.strengths);
    let picture = geometry.strip.at(press.at);
    let strength = picture.and_then(|picture| strengths.get(picture).copied());
    if let (Some(strength), Some(applied)) = (strength, app.selection.attributes.get_mut(place)) {
        applied.strength = strength;
    }
    Vec::new()
}
