//! A press on the curves of the training pane puts the cursor there, which follows while the button is held.

use ratatui::layout::Rect;

use super::{Training, draw};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let pane = app.pane::<Training>();
    let position = app
        .workspace()
        .and_then(|workspace| draw::position(pane, app, workspace, area, press.at));
    if let Some(position) = position {
        let pane = app.pane_mut::<Training>();
        (pane.looking.cursor, pane.reads) = (position, true);
    }
    Vec::new()
}
