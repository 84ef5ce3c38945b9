//! Keys of the reconstruction pane.

use rand::Rng;

use crate::random::{Purpose, generator};
use crate::session::Pane;
use crate::tui::app::{App, Stage};
use crate::tui::keymap::Action;
use crate::tui::layout;

pub(super) fn browse(app: &mut App, action: Action) {
    let Some(area) = layout::visible(app.area, &app.view, Pane::Reconstruction) else {
        return;
    };
    let Stage::Ready(workspace) = &mut app.stage else {
        return;
    };
    let geometry = layout::reconstruction(area, workspace.data.width, workspace.data.height);
    let (page, points) = (geometry.page(), workspace.data.test_items);
    let view = &mut app.view;
    if page == 0 || points == 0 {
        return;
    }
    let last = page - 1;
    let first = view.images.first().copied().unwrap_or(0);
    match action {
        Action::Left => view.selected_image = view.selected_image.saturating_sub(1),
        Action::Right => view.selected_image = (view.selected_image + 1).min(last),
        Action::Up => view.selected_image = view.selected_image.saturating_sub(geometry.columns),
        Action::Down => view.selected_image = (view.selected_image + geometry.columns).min(last),
        Action::FarUp => {
            view.images = (0..page)
                .map(|i| (first + points - page % points + i) % points)
                .collect()
        }
        Action::FarDown => view.images = (0..page).map(|i| (first + page + i) % points).collect(),
        Action::Randomise => {
            let seed = workspace.progress.configuration.seed;
            let mut generator = generator(seed, Purpose::Exploration, app.draws, 1);
            view.images = (0..page).map(|_| generator.gen_range(0..points)).collect();
            app.draws += 1;
        }
        Action::UseAsStart => {
            view.start_image = view.images.get(view.selected_image).copied();
            view.latent.clear();
            view.pane = Pane::Traversal;
        }
        _ => {}
    }
}
