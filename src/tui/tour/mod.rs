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
    /// Whether the explanations were open since.
    has_explained: bool,
}

/// What a person's doing changes, as far as steps ask for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The place of the selected item in the data browser.
    pub browsed: usize,
    /// Training points that were seen.
    pub samples: u64,
    /// Whether the run has reached its goal.
    pub is_finished: bool,
    /// The first of the test items that are reconstructed: how many there are depends on the room.
    pub first_image: Option<usize>,
    /// The latent vector that a person went to.
    pub latent: Option<Vec<f32>>,
    /// Points drawn from the prior.
    pub draws: u64,
    /// Whether the explanations were read since the step began.
    pub has_explained: bool,
    /// Whether the selected dimension carries least.
    pub is_last_dimension: bool,
    /// Training points that the saved state had seen; none where there is no file.
    pub saved_at: Option<u64>,
}

impl Facts {
    fn of(app: &App, has_explained: bool) -> Self {
        let Some(workspace) = app.workspace() else {
            return Self::default();
        };
        Self {
            browsed: app.pane::<DataBrowser>().place(&workspace.data),
            samples: workspace.progress.samples,
            is_finished: workspace.progress.state == State::Finished,
            first_image: app.selection.images.first().copied(),
            latent: app.selection.point.latent.clone(),
            draws: app.pane::<Traversal>().draws,
            has_explained,
            is_last_dimension: workspace.order().last() == Some(&workspace.selected(&app.selection)),
            saved_at: workspace.saved_at.filter(|_| workspace.path.is_some()),
        }
    }

    /// How far a person has moved the latent vector since `before`, in its widest dimension; nothing before he has moved it at all.
    fn moved_since(&self, before: &Self) -> f32 {
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
    let start = Facts::of(app, false);
    app.tour = Some(Tour {
        step,
        start,
        has_explained: false,
    });
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
    let is_reading = app.overlay.is_some();
    let is_explaining = matches!(app.overlay, Some(Overlay::Explain(_)));
    let Some(tour) = &mut app.tour else {
        return;
    };
    tour.has_explained |= is_explaining;
    let (step, has_explained) = (tour.step, tour.has_explained);
    let now = Facts::of(app, has_explained);
    let Some(tour) = &mut app.tour else {
        return;
    };
    // A person's own point of the latent space begins with his first move.
    if tour.start.latent.is_none() {
        tour.start.latent.clone_from(&now.latent);
    }
    if !is_reading && (STEPS[step].is_done)(&tour.start, &now) {
        go_on(app, step);
    }
}
