//! Everything the screen shows, as plain data. Only [`update`](super::update) changes it.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::colour::ColourDepth;
use super::glyphs::Glyphs;
use super::layout::{self, TraversalGeometry};
use super::message::Opened;
use super::overlays::Overlay;
use crate::cancel::Cancel;
use crate::data::{Dataset, Part};
use crate::evaluation::MeasurementContext;
use crate::evaluation::{ACTIVE_VARIANCE, LowerBound};
use crate::explore::reconstruction::{Reconstruction, reconstruct};
use crate::explore::{manifold, traversal};
use crate::learning::curve::{CurvePoint, MarginalPoint, Trace};
use crate::learning::mcem::Sampling;
use crate::learning::trainer::State;
use crate::learning::{Configuration, StepReport};
use crate::model::Vae;
use crate::objective::BoundTerms;
use crate::session::{Pane, RunFiles, Sheet, View};

/// The state of the screen.
pub struct App {
    /// The part of the terminal that is drawn on.
    pub area: Rect,
    /// The colours that the terminal has.
    pub depth: ColourDepth,
    /// The characters that it has.
    pub glyphs: Glyphs,
    /// What is selected and how it is shown.
    pub view: View,
    /// The run, once it is there.
    pub stage: Stage,
    /// What stands in front of the panes.
    pub overlay: Option<Overlay>,
    /// The overlay that comes back once the question before it is answered.
    pub behind: Option<Overlay>,
    /// The last thing worth saying.
    pub notice: Option<Notice>,
    /// Whether something visible changed since the last frame.
    pub changed: bool,
    /// Whether the selected dimension moves by itself, and in which direction.
    pub playing: Option<f32>,
    /// Draws made from the prior, and of random images, so far.
    pub draws: u64,
    /// Set when the program is to end: with an error, if it could not begin.
    pub ending: Option<Result<(), String>>,
}

/// How far the program has come.
pub enum Stage {
    /// The data is being read: what is done with which, and how far it is, from 0 to 1.
    Loading(String, f32),
    /// A run is on the screen.
    Ready(Box<Workspace>),
}

/// What is said in the footer; each error is a line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In passing, in one line.
    Said,
    /// To be read as a whole.
    Noted,
    /// Something went wrong: it stays until a key is pressed.
    Failed,
}

/// A run, and what is decoded from its newest parameters.
pub struct Workspace {
    /// What it trains on.
    pub data: Arc<Dataset>,
    /// The newest parameters.
    pub model: Arc<Vae>,
    /// How training goes.
    pub progress: Progress,
    /// The file of this session.
    pub path: Option<PathBuf>,
    /// Where it is saved.
    pub files: RunFiles,
    /// Training points seen when it was last saved, or when it was new.
    pub saved_at: Option<u64>,
    /// Whether the program ends once the save that is under way is done.
    pub quit_when_saved: bool,
    /// What the traversal pane shows.
    pub traversal: Traversal,
    /// What the reconstruction pane shows.
    pub reconstructions: Vec<Reconstruction>,
    /// The images whose reconstructions those are under the present parameters.
    reconstructed: Vec<usize>,
}

/// How training goes.
pub struct Progress {
    /// What the run started from, with the present goal.
    pub configuration: Configuration,
    /// Whether the trainer is at work.
    pub state: State,
    /// Training points seen.
    pub samples: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// The present learning rate.
    pub learning_rate: f32,
    /// Every evaluation.
    pub evaluations: Vec<CurvePoint>,
    /// The last estimate of the marginal likelihood.
    pub marginal: Option<MarginalPoint>,
    /// The bound of every minibatch.
    pub trace: Trace,
    /// The bounds of the last minibatches.
    pub recent: VecDeque<f64>,
    /// The terms of the last minibatch.
    pub latest: Option<BoundTerms>,
    /// How the chains move, for Monte Carlo EM.
    pub sampling: Option<Sampling>,
    /// Samples and seconds at the last reports, for the speed.
    pub reports: VecDeque<(u64, f64)>,
    /// The last measurement of the test set.
    pub test: Option<LowerBound>,
    /// Seconds that a measurement takes.
    pub evaluation_seconds: f64,
    /// The first bar of the KL terms that is shown.
    pub first_bar: usize,
}

/// What the traversal pane shows, decoded.
#[derive(Default)]
pub struct Traversal {
    /// The posterior mean of the start image.
    pub start: Vec<f32>,
    /// The image whose mean that is under the present parameters; finding it may take chains.
    start_of: Option<usize>,
    /// The image of the present latent vector.
    pub image: Vec<f32>,
    /// The latent dimensions that have strips, in order.
    pub dimensions: Vec<usize>,
    /// The values along a strip.
    pub values: Vec<f32>,
    /// The images of all strips, or of the sheet in their place, one after the other.
    pub strips: Vec<f32>,
    /// What those images are.
    pub below: Below,
}

/// What stands below the image of the traversal.
#[derive(Default)]
pub enum Below {
    /// A strip for each of some dimensions.
    #[default]
    Strips,
    /// Draws from the prior.
    Draws,
    /// A plane of two dimensions, and which of its images is nearest to the present latent vector.
    Plane {
        /// The dimension that rises to the right.
        right: usize,
        /// The dimension that rises downwards.
        down: usize,
        /// The index of that image.
        nearest: Option<usize>,
    },
}

/// Errors that are shown at once.
const ERRORS: usize = 4;
/// Minibatch bounds that the sparkline remembers.
const RECENT: usize = 512;
/// Minibatches whose spread is shown.
const SPREAD: usize = 100;
/// Reports over which the speed is measured: about two seconds.
const REPORTS: usize = 20;

impl App {
    /// The state before anything is loaded.
    pub fn new(area: Rect, depth: ColourDepth) -> Self {
        Self {
            area,
            depth,
            glyphs: Glyphs::Unicode,
            view: View::default(),
            stage: Stage::Loading("opening".into(), 0.0),
            overlay: None,
            behind: None,
            notice: None,
            changed: true,
            playing: None,
            draws: 0,
            ending: None,
        }
    }

    /// The run, once it is there.
    pub fn workspace(&self) -> Option<&Workspace> {
        match &self.stage {
            Stage::Ready(workspace) => Some(workspace),
            Stage::Loading(..) => None,
        }
    }

    /// Whether the trainer is at work.
    pub(super) fn is_running(&self) -> bool {
        self.workspace()
            .is_some_and(|workspace| workspace.progress.state == State::Running)
    }

    /// Says something in the footer, unless an error stands there: that stays until a key is pressed.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.tell(text.into(), Tone::Said);
    }

    /// Says something that is to be read as a whole, in the same place.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.tell(text.into(), Tone::Noted);
    }

    fn tell(&mut self, text: String, tone: Tone) {
        if !self.has_failure() {
            self.notice = Some(Notice { text, tone });
        }
    }

    /// Whether the footer says that something went wrong.
    pub fn has_failure(&self) -> bool {
        self.notice
            .as_ref()
            .is_some_and(|notice| notice.tone == Tone::Failed)
    }

    /// Says in the footer that something went wrong, below what went wrong before and was not answered yet.
    pub(super) fn complain(&mut self, text: impl Into<String>) {
        let text = text.into();
        let earlier = self
            .notice
            .take()
            .filter(|notice| notice.tone == Tone::Failed && notice.text != text);
        let text = match earlier {
            Some(earlier) if earlier.text.lines().any(|line| line == text) => earlier.text,
            Some(earlier) => {
                let lines: Vec<&str> = earlier.text.lines().chain([&*text]).collect();
                lines[lines.len().saturating_sub(ERRORS)..].join("\n")
            }
            None => text,
        };
        self.notice = Some(Notice {
            text,
            tone: Tone::Failed,
        });
    }

    /// Decodes what the visible panes show from the newest parameters.
    pub(super) fn decode(&mut self) {
        let Stage::Ready(workspace) = &mut self.stage else {
            return;
        };
        if let Some(area) = layout::visible(self.area, &self.view, Pane::Traversal) {
            workspace.decode_traversal(area, &mut self.view);
        }
        if let Some(area) = layout::visible(self.area, &self.view, Pane::Reconstruction) {
            workspace.decode_reconstructions(area, &mut self.view);
        }
    }
}

impl Workspace {
    /// A run as it was opened.
    pub fn new(opened: Opened) -> (Self, View) {
        let Opened {
            training,
            data,
            mut view,
            path,
            files,
            is_saved,
            ..
        } = opened;
        view.dimension = view
            .dimension
            .filter(|&dimension| dimension < training.configuration.latent);
        view.images.retain(|&image| image < data.test.points());
        view.start_image = view.start_image.filter(|&image| image < data.test.points());
        view.comparison = view.comparison.checked();
        if view.latent.len() != training.configuration.latent || view.latent.iter().any(|z| !z.is_finite()) {
            view.latent.clear();
        }
        let progress = Progress {
            state: if training.is_finished() {
                State::Finished
            } else {
                State::Paused
            },
            samples: training.samples,
            seconds: training.seconds,
            learning_rate: training.optimizer.learning_rate,
            evaluations: training.evaluations,
            marginal: training
                .marginals
                .iter()
                .rfind(|point| point.part == Part::Test)
                .copied(),
            recent: training
                .trace
                .buckets()
                .iter()
                .map(|bucket| f64::from(bucket.mean))
                .collect(),
            trace: training.trace,
            latest: None,
            sampling: training.chains.map(|chains| chains.sampling),
            reports: VecDeque::new(),
            test: None,
            evaluation_seconds: 0.0,
            first_bar: 0,
            configuration: training.configuration,
        };
        let workspace = Self {
            data,
            model: Arc::new(training.model),
            saved_at: is_saved.then_some(progress.samples),
            progress,
            path,
            files,
            quit_when_saved: false,
            traversal: Traversal::default(),
            reconstructions: Vec::new(),
            reconstructed: Vec::new(),
        };
        (workspace, view)
    }

    /// Takes the newest parameters: what was found with the last ones is found anew.
    pub(super) fn set_model(&mut self, model: Arc<Vae>) {
        self.model = model;
        self.traversal.start_of = None;
        self.reconstructed.clear();
    }

    /// Whether something would be lost.
    pub fn is_unsaved(&self) -> bool {
        self.saved_at != Some(self.progress.samples)
    }

    /// The latent dimensions, the most informative first: by their KL term, as far as it was measured.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.progress.configuration.latent).collect();
        if let Some(test) = &self.progress.test {
            order.sort_by(|&a, &b| test.kl_per_dimension[b].total_cmp(&test.kl_per_dimension[a]));
        }
        order
    }

    /// The selected latent dimension.
    pub fn selected(&self, view: &View) -> usize {
        view.dimension
            .or_else(|| self.order().first().copied())
            .unwrap_or(0)
    }

    /// Whether a latent dimension carries nothing; none before the first measurement.
    pub fn is_dead(&self, dimension: usize) -> Option<bool> {
        self.progress
            .test
            .as_ref()
            .map(|test| test.mean_variance[dimension] <= ACTIVE_VARIANCE)
    }

    /// The latent vector that the traversal shows.
    pub fn latent<'a>(&'a self, view: &'a View) -> &'a [f32] {
        if view.latent.is_empty() {
            &self.traversal.start
        } else {
            &view.latent
        }
    }

    fn decode_traversal(&mut self, area: Rect, view: &mut View) {
        let geometry = layout::traversal(area, self.data.width, self.data.height);
        match view.start_image {
            Some(image) if self.traversal.start_of == Some(image) => {}
            Some(image) => {
                let mean = traversal::posterior_mean(
                    &self.model,
                    &self.data.test,
                    image,
                    self.measurement(),
                    &Cancel::default(),
                );
                self.traversal.start = mean.unwrap_or_default();
            }
            None => self.traversal.start = vec![0.0; self.progress.configuration.latent],
        }
        self.traversal.start_of = view.start_image;
        let z = self.latent(view).to_vec();
        self.traversal.image = self.decode(std::slice::from_ref(&z));

        let order = self.order();
        match (view.sheet, &order[..]) {
            (Sheet::Draws, _) => {
                let seed = self.progress.configuration.seed;
                let count = (geometry.sheet.0 * geometry.sheet.1) as u64;
                let draws = (0..count).map(|draw| traversal::prior_sample(&self.model, seed, draw));
                self.traversal.strips = self.decode(&draws.collect::<Vec<_>>());
                self.traversal.below = Below::Draws;
            }
            (Sheet::Plane, &[right, down, ..]) => {
                let plane = manifold::plane(&z, (right, down), geometry.sheet);
                let nearest = manifold::nearest(&plane, &z);
                self.traversal.strips = self.decode(&plane);
                self.traversal.below = Below::Plane { right, down, nearest };
            }
            // A single dimension has no plane.
            (Sheet::Dimensions | Sheet::Plane, _) => self.decode_strips(&z, order, geometry, view),
        }
    }

    /// How this run's model is measured.
    fn measurement(&self) -> MeasurementContext {
        MeasurementContext {
            seed: self.progress.configuration.seed,
            binarisation: self.progress.configuration.binarisation,
        }
    }

    fn decode(&self, points: &[Vec<f32>]) -> Vec<f32> {
        traversal::decode(&self.model, points, &Cancel::default()).unwrap_or_default()
    }

    fn decode_strips(&mut self, z: &[f32], order: Vec<usize>, geometry: TraversalGeometry, view: &View) {
        let selected = self.selected(view);
        let selected = order
            .iter()
            .position(|&dimension| dimension == selected)
            .unwrap_or(0);
        let first = layout::window(selected, geometry.count, order.len());
        self.traversal.dimensions = order.into_iter().skip(first).take(geometry.count).collect();
        self.traversal.values = traversal::steps(geometry.steps);
        let (dimensions, values) = (&self.traversal.dimensions, &self.traversal.values);
        let strips = traversal::traverse(&self.model, z, dimensions, values, &Cancel::default());
        self.traversal.strips = strips.unwrap_or_default();
        self.traversal.below = Below::Strips;
    }

    fn decode_reconstructions(&mut self, area: Rect, view: &mut View) {
        let page = layout::reconstruction(area, self.data.width, self.data.height).page();
        let points = self.data.test.points();
        // A larger page shows the images that follow.
        let mut next = view.images.last().map_or(0, |&image| image + 1);
        while view.images.len() < page && points > 0 {
            view.images.push(next % points);
            next += 1;
        }
        view.selected_image = view.selected_image.min(page.saturating_sub(1));
        let shown: Vec<usize> = view.images.iter().copied().take(page).collect();
        if shown == self.reconstructed {
            return;
        }
        let (test, context) = (&self.data.test, self.measurement());
        let reconstructions = reconstruct(&self.model, test, &shown, context, &Cancel::default());
        self.reconstructions = reconstructions.unwrap_or_default();
        self.reconstructed = shown;
    }
}

impl Progress {
    /// Takes in what one more minibatch told.
    pub(super) fn push(&mut self, report: StepReport) {
        let StepReport {
            samples,
            terms,
            sampling,
        } = report;
        self.samples = samples;
        self.sampling = sampling;
        self.trace.push(samples, terms.lower_bound() as f32);
        self.recent.push_back(terms.lower_bound());
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.latest = Some(terms);
    }

    /// Takes in how long training took so far.
    pub(super) fn clock(&mut self, seconds: f64) {
        self.seconds = seconds;
        self.reports.push_back((self.samples, seconds));
        if self.reports.len() > REPORTS {
            self.reports.pop_front();
        }
    }

    /// The standard deviation of the bounds of the last minibatches; none before the second.
    pub fn spread(&self) -> Option<f64> {
        let last: Vec<f64> = self.recent.iter().rev().take(SPREAD).copied().collect();
        let count = last.len() as f64;
        let mean = last.iter().sum::<f64>() / count;
        let squares: f64 = last.iter().map(|bound| (bound - mean).powi(2)).sum();
        (last.len() > 1).then(|| (squares / (count - 1.0)).sqrt())
    }

    /// Training points a second, over the last reports.
    pub fn samples_per_second(&self) -> Option<f64> {
        let ((first, start), (last, end)) = (self.reports.front()?, self.reports.back()?);
        (end > start).then(|| last.saturating_sub(*first) as f64 / (end - start))
    }

    /// Seconds to the goal, with the evaluations that are still to come.
    pub fn seconds_left(&self) -> Option<f64> {
        let left = self.configuration.goal.saturating_sub(self.samples);
        let every = self.configuration.evaluate_every;
        let evaluations = self.configuration.goal / every - self.samples.min(self.configuration.goal) / every;
        Some(left as f64 / self.samples_per_second()? + evaluations as f64 * self.evaluation_seconds)
    }
}
