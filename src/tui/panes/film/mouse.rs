//! A press on the curve of the film shows the frame that was made there, one on an item selects it.

use ratatui::layout::Rect;

use super::geometry::geometry;
use super::{Film, commands, draw};
use crate::data::ItemPlace;
use crate::run::film::PICTURES;
use crate::run::protocol::Origin;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::mouse::Press;

/// Takes in a press.
pub fn pressed(app: &mut App, area: Rect, press: Press) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let geometry = geometry(area, workspace.data.shape);
    let pane = app.pane::<Film>();
    let chart = draw::chart(pane, app, workspace);
    let position = chart.and_then(|chart| Some(chart.x.value(chart.position(geometry.curve, press.at)?)));
    if let Some(samples) = position {
        let frames = workspace.progress.log.film.frames();
        let distance = |place: &usize| (frames[*place].samples as f64 - samples).abs();
        let nearest = (0..frames.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        if let Some(place) = nearest {
            commands::show(app, place);
        }
        return Vec::new();
    }
    let mut of_items = geometry.items.into_iter().chain([geometry.made[0]]);
    if let Some(place) = of_items.find_map(|grid| grid.at(press.at)) {
        // The first is the selected one, where that is not filmed.
        let before = usize::from(pane.selected(app, workspace).is_some());
        let filmed = place.checked_sub(before).map(ItemPlace::test);
        if let Some(item) = filmed.filter(|item| item.item < PICTURES.min(workspace.data.test_items)) {
            app.selection.point = Origin::item(item);
        }
    }
    Vec::new()
}
