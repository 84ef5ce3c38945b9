//! A press in the traversal: the slider sets the value, a strip the dimension, and a picture of it the value too.

use ratatui::layout::{Position, Rect};

use super::commands::set_value;
use super::draw::slider_width;
use super::{Geometry, Traversal, geometry};
use crate::explore::sheet::Sheet;
use crate::explore::traversal::{REACH, steps};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// The line of the text that is the slider, and the columns before it.
const SLIDER: (u16, u16) = (3, 1);

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let geometry = geometry(area, workspace.data.shape, app.drawing());
    if let Some(value) = slider_value(geometry.text, press) {
        set_value(app, |_| value);
        return Vec::new();
    }
    let shown = app.pane::<Traversal>().shown.as_ref();
    let Some(Sheet::Dimensions {
        dimensions,
        steps: count,
    }) = shown.map(|shown| &shown.sheet)
    else {
        return Vec::new();
    };
    // The strips move when another one is selected: what is under the mouse then is not what was meant.
    if let Some((strip, step)) = strip_at(&geometry, press.at).filter(|_| !press.is_drag)
        && let Some(&dimension) = dimensions.get(strip)
    {
        let value = step.and_then(|step| steps(*count).get(step).copied());
        app.selection.dimension = Some(dimension);
        if let Some(value) = value {
            set_value(app, |_| value);
        }
    }
    Vec::new()
}

/// The value that the slider has under the mouse; beyond its ends, that of the end. A hand that drags it needs not stay on its line.
fn slider_value(text: Rect, press: Press) -> Option<f32> {
    let width = slider_width(text.width);
    let (x, y) = (text.x + SLIDER.0, text.y + SLIDER.1);
    let is_near = press.at.y.abs_diff(y) <= u16::from(press.is_drag);
    if !text.contains(press.at) || !is_near {
        return None;
    }
    let share = f32::from(press.at.x.saturating_sub(x)) / f32::from(width - 1);
    Some(REACH * (2.0 * share.min(1.0) - 1.0))
}

/// The strip under the mouse, and which of its pictures; none of its label.
fn strip_at(geometry: &Geometry, at: Position) -> Option<(usize, Option<usize>)> {
    if !geometry.strips.contains(at) {
        return None;
    }
    let (x, y) = (at.x - geometry.strips.x, at.y - geometry.strips.y);
    let rows = geometry.strip_rows + 1;
    let step = usize::from(x / (geometry.strip_columns + 1));
    let is_label = y % rows == 0;
    Some((usize::from(y / rows), (!is_label).then_some(step)))
}
