//! The samples pane: items that the model makes up, those that a person kept first, each with its nearest training item.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;
use serde::{Deserialize, Serialize};

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::explore::samples::{Draws, Sample, Source};
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "samples",
    title: "Samples",
    heading: "Samples",
    letter: 's',
    place: Place::Whole,
    everywhere: &[Command {
        name: "samples.show",
        keys: &[character('8')],
        help: "items that the model makes up, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Samples::default()),
};

/// The highest temperature: beyond, a decoder has seen nothing.
pub const HOTTEST: f32 = 3.0;
/// Samples that can be kept.
pub const MOST_KEPT: usize = 50;

/// What is drawn, what was kept, and the newest answer.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Samples {
    /// Where from.
    pub source: Source,
    /// The standard deviation of the noise, from 0 to [`HOTTEST`].
    pub temperature: f32,
    /// Which draws.
    pub seed: u64,
    /// Whether values are drawn from `p(x|z)`; else its mean is shown.
    pub draws_values: bool,
    /// Whether the nearest training item stands below each.
    pub shows_nearest: bool,
    /// The latent vectors of what was kept, the oldest first.
    pub kept: Vec<Vec<f32>>,
    /// The selected one of those that are shown.
    #[serde(skip)]
    pub selected: usize,
    /// The newest answer.
    #[serde(skip)]
    shown: Option<Shown>,
}

/// The newest samples that were handed out.
struct Shown {
    number: u64,
    /// Training points that the parameters had seen.
    samples: u64,
    /// How many of them were kept; they come first.
    kept: usize,
    list: Vec<Sample>,
}

impl Default for Samples {
    /// The prior as it is.
    fn default() -> Self {
        Self {
            source: Source::Prior,
            temperature: 1.0,
            seed: 0,
            draws_values: false,
            shows_nearest: false,
            kept: Vec::new(),
            selected: 0,
            shown: None,
        }
    }
}

impl Samples {
    /// What is shown, what was kept first.
    pub fn list(&self) -> &[Sample] {
        self.shown.as_ref().map_or(&[], |shown| &shown.list)
    }

    /// The selected sample; none before any is known.
    pub fn sample(&self) -> Option<&Sample> {
        self.list().get(self.place())
    }

    /// The place of the selected one, of which there may be fewer than before.
    fn place(&self) -> usize {
        self.selected.min(self.list().len().saturating_sub(1))
    }

    /// Whether decoders can be drawn, because the run learns a distribution of the weights.
    fn has_decoders(workspace: &Workspace) -> bool {
        workspace.progress.configuration.method.has_weight_posterior()
    }

    /// Whether the run's model knows classes.
    fn knows_classes(workspace: &Workspace) -> bool {
        workspace.progress.configuration.method.has_classes()
    }

    /// Where draws come from; a class that the data doesn't have is none, and there may be no decoders to draw, or no classes to go through.
    fn source(&self, workspace: &Workspace) -> Source {
        match self.source {
            Source::Class(class) if usize::from(class) >= workspace.data.classes.len() => Source::Posterior,
            Source::Decoders if !Self::has_decoders(workspace) => Source::Around,
            Source::Classes if !Self::knows_classes(workspace) => Source::Around,
            source => source,
        }
    }

    fn draws(&self, workspace: &Workspace, area: Rect) -> Draws {
        let geometry = geometry(area, workspace.data.shape, self.shows_nearest);
        let latent = workspace.progress.configuration.latent_dimensions();
        let is_usable = |z: &&Vec<f32>| z.len() == latent && z.iter().all(|z| z.is_finite());
        let kept: Vec<Vec<f32>> = self.kept.iter().filter(is_usable).cloned().collect();
        Draws {
            source: self.source(workspace),
            temperature: self.temperature,
            // A row of draws has room below whatever was kept.
            count: geometry.page().saturating_sub(kept.len()).max(geometry.columns()),
            seed: self.seed,
            draws_values: self.draws_values,
            nearest: self.shows_nearest,
            kept,
        }
    }
}

impl Pane for Samples {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(self).ok()
    }

    fn restore(&mut self, saved: &RawValue) -> bool {
        let Ok(state) = saved.into_rust::<Self>() else {
            return false;
        };
        *self = state;
        if !(0.0..=HOTTEST).contains(&self.temperature) {
            self.temperature = 1.0;
        }
        self.kept.truncate(MOST_KEPT);
        true
    }

    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn pointed(&self, _app: &App) -> Option<Origin> {
        let latent = Some(self.sample()?.latent.clone());
        Some(Origin { item: None, latent })
    }

    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let draws = self.draws(workspace, area);
        // Where the point is changes nothing of other draws.
        let around = match draws.source {
            Source::Around | Source::Decoders | Source::Classes => app.selection.point.clone(),
            Source::Prior | Source::Posterior | Source::Class(_) => Origin::default(),
        };
        Some(Question::Sample { around, draws })
    }

    fn answered(&mut self, answered: Answered) {
        let is_overtaken = self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.number > answered.number);
        if let (false, Question::Sample { draws, .. }, Answer::Sampled(list)) =
            (is_overtaken, answered.question, answered.answer)
        {
            let (before, kept) = (
                self.shown.as_ref().map_or(0, |shown| shown.kept),
                draws.kept.len(),
            );
            // The cursor stays on its draw.
            if self.selected >= before {
                self.selected = self.selected - before + kept;
            }
            self.shown = Some(Shown {
                number: answered.number,
                samples: answered.samples,
                kept,
                list,
            });
        }
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
