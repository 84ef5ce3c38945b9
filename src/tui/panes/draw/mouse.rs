//! The mouse on the canvas: the left button paints, the right one erases; of data without images a press sets the value under it.

use ratatui::crossterm::event::MouseButton;
use ratatui::layout::Rect;

use super::{Draw, geometry};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let grid = geometry(area, workspace.data.shape).canvas;
    let picture = grid.picture(0);
    let draw = app.pane_mut::<Draw>();
    let (reach, Some(canvas)) = (draw.reach, &mut draw.canvas) else {
        return Vec::new();
    };
    if grid.page() == 0 || !picture.contains(press.at) {
        return Vec::new();
    }
    let (columns, rows) = canvas.size();
    let share = |at: u16, of: u16| (f64::from(at) + 0.5) / f64::from(of);
    let (x, y) = (
        share(press.at.x - picture.x, picture.width),
        share(press.at.y - picture.y, picture.height),
    );
    let place = |share: f64, count: usize| ((share * count as f64) as usize).min(count.saturating_sub(1));
    if canvas.is_image() {
        canvas.brush = (place(x, columns), place(y, rows));
        match press.button {
            MouseButton::Left => canvas.paint(reach, 1.0),
            MouseButton::Right => canvas.paint(reach, 0.0),
            MouseButton::Middle => {}
        }
    } else {
        canvas.brush.0 = place(x, columns);
        if rows <= 1 {
            canvas.paint(reach, 1.0 - y as f32);
        }
    }
    Vec::new()
}
