//! Arranging the panes of a large screen: which stands where, and how much room it has.

use crate::language::{said, tr};
use crate::tui::app::App;
use crate::tui::layout::{Border, Plan};
use crate::tui::message::Effect;
use crate::tui::panes::Place;

/// Columns and rows by which a border moves at once.
const STEP: (i16, i16) = (4, 2);

/// Puts the pane with the focus into a place.
pub fn place(app: &mut App, place: Place) -> Vec<Effect> {
    app.plan.put(app.focus, place);
    app.zoomed = false;
    let words = match place {
        Place::UpperLeft => tr!("in the upper left"),
        Place::LowerLeft => tr!("in the lower left"),
        Place::Right => tr!("on the right"),
        Place::Whole => tr!("on a screen of its own"),
    };
    let is_alone = app.arrangement().panes.len() == 1;
    let where_seen = if is_alone {
        tr!(", on terminals of 100 x 30 and larger")
    } else {
        ""
    };
    let name = said(app.focus.heading);
    app.say(tr!(
        "{name} stands {place}{where_seen}; layout.reset puts all panes back",
        name = name,
        place = words,
        where_seen = where_seen
    ));
    Vec::new()
}

/// Puts everything back.
pub fn reset(app: &mut App) -> Vec<Effect> {
    app.plan = Plan::default();
    app.say(tr!("all panes are in their usual places"));
    Vec::new()
}

/// Makes the pane with the focus wider, or narrower where `steps` is negative.
pub fn widen(app: &mut App, steps: i16) -> Vec<Effect> {
    let steps = match app.plan.place(app.focus) {
        Place::Right => -steps,
        _ => steps,
    };
    move_border(app, Border::Upright, steps * STEP.0)
}

/// Makes it higher, or lower where `steps` is negative.
pub fn heighten(app: &mut App, steps: i16) -> Vec<Effect> {
    match app.plan.place(app.focus) {
        Place::Right => {
            app.say(tr!("this pane has the whole height"));
            Vec::new()
        }
        Place::UpperLeft => move_border(app, Border::Level, -steps * STEP.1),
        _ => move_border(app, Border::Level, steps * STEP.1),
    }
}

fn move_border(app: &mut App, border: Border, by: i16) -> Vec<Effect> {
    let arrangement = app.arrangement();
    match arrangement.border(border) {
        Some(cells) => app
            .plan
            .move_border(border, cells.saturating_add_signed(by), arrangement.body),
        None => app.say(tr!("one pane fills the screen: there is no border to move")),
    }
    Vec::new()
}
