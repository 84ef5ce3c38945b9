//! A press on a run of the table selects it, and opens the selected one; one on the title of a column sorts by it.

use ratatui::layout::Rect;

use super::{KIND, Runs, View, draw};
use crate::tui::app::App;
use crate::tui::layout::window;
use crate::tui::message::Effect;
use crate::tui::mouse::{Press, enter};

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let pane = app.pane::<Runs>();
    let table = draw::table(pane, app, area);
    if press.is_drag || pane.view != View::Table || pane.writing.is_some() || !table.contains(press.at) {
        return Vec::new();
    }
    let (column, row) = (press.at.x - table.x, press.at.y - table.y);
    let Some(row) = usize::from(row).checked_sub(1) else {
        let column = draw::column_at(pane, usize::from(table.width), usize::from(column));
        let pane = app.pane_mut::<Runs>();
        match column {
            Some(column) if column == pane.column => pane.falls = !pane.falls,
            Some(column) => pane.column = column,
            None => {}
        }
        return Vec::new();
    };
    let count = pane.shown().len();
    let selected = pane.selected.min(count.saturating_sub(1));
    let room = usize::from(table.height.saturating_sub(1));
    let chosen = window(selected, room, count) + row;
    if chosen >= count {
        return Vec::new();
    }
    app.pane_mut::<Runs>().selected = chosen;
    if chosen == selected && press.had_focus {
        return enter(app, &KIND);
    }
    Vec::new()
}
