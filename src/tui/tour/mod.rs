//! The tour: eight steps on the live screen, for somebody who has never met a variational autoencoder.
//!
//! A step says what is seen, and asks for one thing; once a person has done that, the next step shows by itself. Its box stands
//! below everything else, which has so much less room: nothing that it talks about is covered. To add a step, write a row
//! in `steps.rs`.

mod draw;
mod steps;

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::app::App;
use super::message::Effect;
use super::overlays::Overlay;
use super::panes;
use super::panes::data::DataBrowser;
use super::panes::traversal::Traversal;
use crate::language::tr;
use crate::run::State;

pub use draw::{divide, render};
pub use steps::{STEPS, Step};

/// How far a person has come.
#[derive(Debug, Default)]
pub struct Tour {
    /// The place of the step in [`STEPS`].
    step: usize,
    /// How the screen was when the step began.
    start: Facts,
    /// How it was when it was looked at last.
    seen: Facts,
}

/// What a person's doing changes, as far as steps ask for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The place of the selected item in the data browser.
    browsed: usize,
    /// Training points that were seen.
    pub samples: u64,
    /// Whether the run has reached its goal.
    pub is_finished: bool,
    /// The first of the test items that are reconstructed: how many there are depends on the room.
    first_image: Option<usize>,
    /// How often other items were turned to since the step began, in either pane.
    pub turns: usize,
    /// The latent vector that a person went to.
    latent: Option<Vec<f32>>,
    /// Points drawn from the prior.
    pub draws: u64,
    /// Whether the explanations were read since the step began.
    pub has_explained: bool,
    /// Whether the selected dimension carries most.
    pub is_first_dimension: bool,
    /// Whether that which carries least was selected since the step began.
    pub has_been_last: bool,
    /// Training points that the saved state had seen; none where there is no file.
    pub saved_at: Option<u64>,
}

impl Facts {
    /// As they are now; what was done since the step began is added to what was `seen` before.
    fn of(app: &App, seen: &Self) -> Self {
        let Some(workspace) = app.workspace() else {
            return Self::default();
        };
        let order = workspace.order();
        let selected = Some(workspace.selected(&app.selection));
        let (browsed, first_image) = (
            app.pane::<DataBrowser>().place(&workspace.data),
            app.selection.images.first().copied(),
        );
        let is_turned = (browsed, first_image) != (seen.browsed, seen.first_image);
        Self {
            browsed,
            turns: seen.turns + usize::from(is_turned),
            samples: workspace.progress.samples,
            is_finished: workspace.progress.state == State::Finished,
            first_image,
            latent: app.selection.point.latent.clone(),
            draws: app.pane::<Traversal>().draws,
            has_explained: seen.has_explained || matches!(app.overlay, Some(Overlay::Explain(_))),
            is_first_dimension: order.first().copied() == selected,
            has_been_last: seen.has_been_last || order.last().copied() == selected,
            saved_at: workspace.saved_at.filter(|_| workspace.path.is_some()),
        }
    }

    /// How far a person has moved the latent vector since `before`, in its widest dimension; nothing before he has moved it at all.
    pub fn moved_since(&self, before: &Self) -> f32 {
        let (Some(now), Some(before)) = (&self.latent, &before.latent) else {
            return 0.0;
        };
        let distances = now.iter().zip(before).map(|(now, before)| (now - before).abs());
        distances.fold(0.0, f32::max)
    }
}

impl Tour {
    /// The step that a person is at.
    pub fn step(&self) -> &'static Step {
        &STEPS[self.step]
    }

    /// Its number, from 1.
    pub fn number(&self) -> usize {
        self.step + 1
    }
}

/// Begins the tour, or ends it.
pub fn toggle(app: &mut App) -> Vec<Effect> {
    if app.tour.take().is_none() {
        app.tour = Some(Tour::default());
        resume(app);
    }
    Vec::new()
}

/// Begins the present step anew: with another run on the screen, what was done before counts no more.
pub fn resume(app: &mut App) {
    if let Some(step) = app.tour.as_ref().map(|tour| tour.step) {
        enter(app, step);
    }
}

/// Begins a step with the pane that it talks about in front.
fn enter(app: &mut App, step: usize) {
    if let Some(pane) = panes::kind(STEPS[step].pane) {
        app.focus = pane;
    }
    // Another box leaves other room, and so may select other items.
    app.tour = Some(Tour {
        step,
        ..Tour::default()
    });
    app.settle();
    let start = Facts {
        turns: 0,
        has_explained: false,
        has_been_last: false,
        ..Facts::of(app, &Facts::default())
    };
    let seen = start.clone();
    app.tour = Some(Tour { step, start, seen });
}

/// Goes on to the step after this one; after the last, the tour is over.
fn go_on(app: &mut App, step: usize) {
    if step + 1 < STEPS.len() {
        return enter(app, step + 1);
    }
    app.tour = None;
    app.say(tr!("the tour is over: ? shows every key, F1 begins it again"));
}

/// A key that the tour takes for itself: Esc skips a step, Backspace goes back by one.
pub fn take(app: &mut App, key: KeyEvent) -> bool {
    let Some(step) = app.tour.as_ref().map(|tour| tour.step) else {
        return false;
    };
    match key.code {
        KeyCode::Esc => go_on(app, step),
        KeyCode::Backspace => enter(app, step.saturating_sub(1)),
        _ => return false,
    }
    true
}

/// Notices what was done, and goes on once that is what the step asked for; not behind something that is being read.
pub fn look(app: &mut App) {
    let Some(now) = app.tour.as_ref().map(|tour| Facts::of(app, &tour.seen)) else {
        return;
    };
    let is_reading = app.overlay.is_some();
    let Some(tour) = &mut app.tour else {
        return;
    };
    tour.seen.clone_from(&now);
    // A person's own point of the latent space begins with his first move.
    if tour.start.latent.is_none() {
        tour.start.latent.clone_from(&now.latent);
    }
    let step = tour.step;
    if !is_reading && (STEPS[step].is_done)(&tour.start, &now) {
        go_on(app, step);
    }
}
