//! A press on the curves of the comparison moves the cursor, which follows while the button is held.

use ratatui::layout::Rect;

use super::{Comparison, draw};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let comparison = &app.pane::<Comparison>().0;
    let position = app
        .workspace()
        .and_then(|workspace| draw::position(comparison, app, workspace, area, press.at));
    if let Some(position) = position {
        app.pane_mut::<Comparison>().0.cursor = position;
    }
    Vec::new()
}
