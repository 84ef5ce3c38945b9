//! What can be done on the map.

use ratatui::crossterm::event::KeyCode;

use super::scatter::Frame;
use super::{Colouring, KIND, Map, Neighbours, View, geometry, search};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "map.left", keys: &[plain(KeyCode::Left), character('h')], help: "move the cursor to the left", footer: Some("cursor"), run: |app| move_cursor(app, -1.0, 0.0) },
    Command { name: "map.right", keys: &[plain(KeyCode::Right), character('l')], help: "move it to the right", footer: None, run: |app| move_cursor(app, 1.0, 0.0) },
    Command { name: "map.up", keys: &[plain(KeyCode::Up), character('k')], help: "move it up", footer: None, run: |app| move_cursor(app, 0.0, 1.0) },
    Command { name: "map.down", keys: &[plain(KeyCode::Down), character('j')], help: "move it down", footer: None, run: |app| move_cursor(app, 0.0, -1.0) },
    Command { name: "map.far-left", keys: &[shift(KeyCode::Left), character('H')], help: "move it far to the left", footer: None, run: |app| move_cursor(app, -COARSE, 0.0) },
    Command { name: "map.far-right", keys: &[shift(KeyCode::Right), character('L')], help: "move it far to the right", footer: None, run: |app| move_cursor(app, COARSE, 0.0) },
    Command { name: "map.far-up", keys: &[shift(KeyCode::Up), character('K')], help: "move it far up", footer: None, run: |app| move_cursor(app, 0.0, COARSE / 2.0) },
    Command { name: "map.far-down", keys: &[shift(KeyCode::Down), character('J')], help: "move it far down", footer: None, run: |app| move_cursor(app, 0.0, -COARSE / 2.0) },
    Command { name: "map.to-nearest", keys: &[character('i')], help: "put it on the nearest item", footer: Some("nearest"), run: to_nearest },
    Command { name: "map.choose", keys: &[plain(KeyCode::Enter)], help: "make what is under it the point of all panes and look around it in the traversal; ends a search", footer: Some("choose"), run: choose },
    Command { name: "map.search", keys: &[character('/')], help: "go to an item: #123, train:17, or the next one of a class", footer: Some("search"), run: search },
    Command { name: "map.leave-search", keys: &[plain(KeyCode::Esc)], help: "stop searching", footer: None, run: leave_search },
    Command { name: "map.cycle-view", keys: &[character('v')], help: "two dimensions, principal components, or the map of neighbours once there is one", footer: Some("view"), run: cycle_view },
    Command { name: "map.unfold", keys: &[character('g')], help: "make the map of neighbours from the present parameters; Ctrl-G breaks it off", footer: Some("neighbours"), run: unfold },
    Command { name: "map.next-right", keys: &[character('x')], help: "the next dimension to the right", footer: Some("axes"), run: |app| turn_axis(app, 1, 0) },
    Command { name: "map.previous-right", keys: &[character('X')], help: "the previous one", footer: None, run: |app| turn_axis(app, -1, 0) },
    Command { name: "map.next-up", keys: &[character('y')], help: "the next dimension upwards", footer: None, run: |app| turn_axis(app, 0, 1) },
    Command { name: "map.previous-up", keys: &[character('Y')], help: "the previous one", footer: None, run: |app| turn_axis(app, 0, -1) },
    Command { name: "map.switch-colours", keys: &[character('c')], help: "colours by class or by bound", footer: Some("colours"), run: switch_colours },
    Command { name: "map.switch-part", keys: &[character('t')], help: "training items instead of test items, and back", footer: Some("train/test"), run: switch_part },
];

/// Columns of a coarse step.
const COARSE: f32 = 8.0;

/// Moves the cursor by so many columns and rows.
fn move_cursor(app: &mut App, columns: f32, rows: f32) -> Vec<Effect> {
    let (Some(workspace), Some(area)) = (app.workspace(), app.visible(KIND.name)) else {
        return Vec::new();
    };
    let area = geometry(area, workspace.data.shape).map;
    let map = app.pane_mut::<Map>();
    let frame = Frame::around(map.positions());
    let [width, height] = frame.size();
    map.cursor = frame.clamped([
        map.cursor[0] + columns * width / f32::from(area.width.max(1)),
        map.cursor[1] + rows * height / f32::from(area.height.max(1)),
    ]);
    map.on = None;
    Vec::new()
}

fn put_on(map: &mut Map, item: usize) {
    map.on = Some(item);
    map.stay_on_item();
}

fn to_nearest(app: &mut App) -> Vec<Effect> {
    let map = app.pane_mut::<Map>();
    if let Some(&nearest) = map.nearest().first() {
        put_on(map, nearest);
    }
    Vec::new()
}

fn choose(app: &mut App) -> Vec<Effect> {
    if app.pane::<Map>().is_writing {
        return end_search(app);
    }
    app.selection.point = app.pointed();
    app.focus = &traversal::KIND;
    Vec::new()
}

fn search(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Map>().is_writing = true;
    Vec::new()
}

fn leave_search(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Map>().is_writing = false;
    Vec::new()
}

fn end_search(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Map>().is_writing = false;
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let map = app.pane::<Map>();
    let searched = map.search.value();
    match search::find(searched, workspace, map.part, map.classes(), map.on) {
        Ok(place) => {
            let map = app.pane_mut::<Map>();
            map.part = place.part;
            put_on(map, place.item);
        }
        Err(reason) => app.say(reason),
    }
    Vec::new()
}

fn cycle_view(app: &mut App) -> Vec<Effect> {
    let map = app.pane_mut::<Map>();
    // What lay under the cursor stays there.
    let kept = map.on.or_else(|| map.nearest().first().copied());
    map.view = match map.view {
        View::Dimensions => View::Principal,
        View::Principal if map.neighbours.is_some() => View::Neighbours,
        View::Principal | View::Neighbours => View::Dimensions,
    };
    map.on = kept;
    map.stay_on_item();
    Vec::new()
}

fn unfold(app: &mut App) -> Vec<Effect> {
    let map = app.pane_mut::<Map>();
    map.on = map.on.or_else(|| map.nearest().first().copied());
    map.view = View::Neighbours;
    map.neighbours = Some(Neighbours {
        part: map.part,
        samples: None,
        map: None,
        is_unfolding: true,
    });
    Vec::new()
}

/// Another dimension to the right or upwards, in the order of how informative they are; the two stay different.
fn turn_axis(app: &mut App, right: isize, up: isize) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let order = workspace.order();
    let present = app.pane::<Map>().dimensions(workspace);
    let turned = |dimension: usize, by: isize, taken: usize| {
        let place = order.iter().position(|&other| other == dimension).unwrap_or(0);
        let next = |by: isize| order[(place + order.len()).saturating_add_signed(by) % order.len()];
        if by != 0 && next(by) == taken {
            next(2 * by)
        } else {
            next(by)
        }
    };
    let axes = if order.len() > 1 {
        (
            turned(present.0, right, present.1),
            turned(present.1, up, present.0),
        )
    } else {
        present
    };
    let map = app.pane_mut::<Map>();
    map.on = map.on.or_else(|| map.nearest().first().copied());
    (map.axes, map.view) = (Some(axes), View::Dimensions);
    Vec::new()
}

fn switch_colours(app: &mut App) -> Vec<Effect> {
    let map = app.pane_mut::<Map>();
    map.colouring = match map.colouring {
        Colouring::Class => {
            // The parameters are others by now.
            map.forget_bounds();
            Colouring::Bound
        }
        Colouring::Bound => Colouring::Class,
    };
    Vec::new()
}

fn switch_part(app: &mut App) -> Vec<Effect> {
    let map = app.pane_mut::<Map>();
    map.part = map.part.other();
    map.on = None;
    Vec::new()
}
