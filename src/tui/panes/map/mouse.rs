//! A press on the map moves the cursor; where it stands already, it chooses what is there.

use ratatui::layout::Rect;

use super::scatter::Frame;
use super::{KIND, Map, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let area = geometry(area, workspace.data.shape).map;
    if !area.contains(press.at) {
        return Vec::new();
    }
    let map = app.pane::<Map>();
    let frame = Frame::around(map.positions());
    let size = (usize::from(area.width), usize::from(area.height));
    let place = (usize::from(press.at.x - area.x), usize::from(press.at.y - area.y));
    if frame.place(map.cursor, size) == Some(place) && press.had_focus && !press.is_drag {
        return enter(app, &KIND);
    }
    let map = app.pane_mut::<Map>();
    (map.cursor, map.on) = (frame.middle(place, size), None);
    Vec::new()
}
