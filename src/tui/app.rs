//! Everything the screen shows, as plain data. Only [`update`](super::update) changes it.

use std::collections::VecDeque;
use std::path::PathBuf;

use ratatui::layout::Rect;

use super::colour::ColourDepth;
use super::glyphs::Glyphs;
use super::layout;
use super::message::Opened;
use super::overlays::Overlay;
use crate::data::Part;
use crate::evaluation::{ACTIVE_VARIANCE, LowerBound};
use crate::explore::sheet::{self, SheetImages};
use crate::learning::mcem::Sampling;
use crate::learning::{Configuration, StepReport};
use crate::model::vae::BoundTerms;
use crate::run::curve::MarginalPoint;
use crate::run::protocol::{ItemReconstruction, Origin};
use crate::run::{Answer, Answered, DataFacts, Event, Question, RunId, RunLog, State, Summary};
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
    /// The run that was asked for and has not arrived.
    pub awaited: Option<Awaited>,
    /// Runs that were asked for so far.
    requests: u64,
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

/// A run that was asked for, to take the place of the one on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The request's number; of two requests the later one counts.
    pub request: u64,
    /// Whether a person agreed that what is not saved of the present run is lost; until it goes on all the same.
    pub agreed: bool,
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

/// A run, as far as it has told, and the last answers to what was asked about it.
pub struct Workspace {
    /// Which run it is: what others tell changes nothing here.
    pub run: RunId,
    /// What it trains on.
    pub data: DataFacts,
    /// The sizes of its layers, in words.
    pub model: String,
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
    pub traversal: Option<Traversal>,
    /// What the reconstruction pane shows.
    pub reconstructions: Option<Reconstructions>,
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
    /// What it has told.
    pub log: RunLog,
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

/// The newest answer to what the traversal pane asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Traversal {
    /// The question's number.
    number: u64,
    /// Training points that the parameters had seen.
    pub samples: u64,
    /// The test item that was started from; none for the centre of the latent space.
    pub item: Option<usize>,
    /// The latent vector of the start.
    pub start: Vec<f32>,
    /// The image of the latent vector.
    pub image: Vec<f32>,
    /// Which images stand below.
    pub sheet: sheet::Sheet,
    /// Those images.
    pub images: SheetImages,
}

/// The newest answer to what the reconstruction pane asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstructions {
    number: u64,
    /// Training points that the parameters had seen.
    pub samples: u64,
    /// Items and what came back.
    pub items: Vec<ItemReconstruction>,
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
            awaited: None,
            requests: 0,
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

    /// The number of a request for a run, which is awaited from now on instead of any other.
    pub(super) fn await_run(&mut self, agreed: bool) -> u64 {
        self.requests += 1;
        self.awaited = Some(Awaited {
            request: self.requests,
            agreed,
        });
        self.requests
    }

    /// Fits the selection to what there is and to the room that there is.
    pub(super) fn settle(&mut self) {
        let Stage::Ready(workspace) = &self.stage else {
            return;
        };
        if let Some(area) = layout::visible(self.area, &self.view, Pane::Reconstruction) {
            workspace.fill_page(area, &mut self.view);
        }
    }

    /// What the visible panes want to know of the newest parameters, each under its own name.
    pub fn wishes(&self) -> Vec<(&'static str, Question)> {
        let Stage::Ready(workspace) = &self.stage else {
            return Vec::new();
        };
        let visible = |pane| layout::visible(self.area, &self.view, pane);
        let traversal = visible(Pane::Traversal).map(|area| workspace.traversal_question(area, &self.view));
        let reconstruction = visible(Pane::Reconstruction)
            .and_then(|area| workspace.reconstruction_question(area, &self.view));
        let traversal = traversal.map(|question| (TRAVERSAL, question));
        let reconstruction = reconstruction.map(|question| (RECONSTRUCTION, question));
        traversal.into_iter().chain(reconstruction).collect()
    }
}

/// Who asks.
const TRAVERSAL: &str = "traversal";
const RECONSTRUCTION: &str = "reconstruction";

impl Workspace {
    /// A run as it was opened.
    pub fn new(opened: Opened) -> (Self, View) {
        let Opened {
            summary,
            mut view,
            path,
            files,
            is_saved,
            ..
        } = opened;
        let (latent, items) = (summary.configuration.latent, summary.data.test_items);
        view.dimension = view.dimension.filter(|&dimension| dimension < latent);
        view.images.retain(|&image| image < items);
        view.start_image = view.start_image.filter(|&image| image < items);
        view.comparison = view.comparison.checked();
        if view.latent.len() != latent || view.latent.iter().any(|z| !z.is_finite()) {
            view.latent.clear();
        }
        let workspace = Self {
            run: summary.run,
            data: summary.data.clone(),
            model: summary.model.clone(),
            saved_at: is_saved.then_some(summary.samples),
            progress: Progress::of(summary),
            path,
            files,
            quit_when_saved: false,
            traversal: None,
            reconstructions: None,
        };
        (workspace, view)
    }

    /// Takes in an answer, unless a later question was answered already.
    pub(super) fn take_in(&mut self, answered: Answered) {
        let Answered {
            number,
            samples,
            question,
            answer,
            ..
        } = answered;
        match (question, answer) {
            (
                Question::Traverse { from, sheet },
                Answer::Traversed {
                    start,
                    image,
                    sheet: images,
                },
            ) => {
                if self.traversal.as_ref().is_none_or(|shown| shown.number < number) {
                    self.traversal = Some(Traversal {
                        number,
                        samples,
                        item: from.item,
                        start,
                        image,
                        sheet,
                        images,
                    });
                }
            }
            (Question::Reconstruct { .. }, Answer::Reconstructed(items)) => {
                if self
                    .reconstructions
                    .as_ref()
                    .is_none_or(|shown| shown.number < number)
                {
                    self.reconstructions = Some(Reconstructions {
                        number,
                        samples,
                        items,
                    });
                }
            }
            // No run answers what was not asked.
            (Question::Traverse { .. }, _) | (Question::Reconstruct { .. }, _) => {}
        }
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

    /// The latent vector at which the traversal starts; empty until it is known.
    pub fn start(&self, view: &View) -> &[f32] {
        let known = self
            .traversal
            .as_ref()
            .filter(|shown| shown.item == view.start_image);
        known.map_or(&[], |shown| &shown.start)
    }

    /// The latent vector that the traversal shows; empty until it is known.
    pub fn latent<'a>(&'a self, view: &'a View) -> &'a [f32] {
        if view.latent.is_empty() {
            self.start(view)
        } else {
            &view.latent
        }
    }

    fn traversal_question(&self, area: Rect, view: &View) -> Question {
        let geometry = layout::traversal(area, self.data.width, self.data.height);
        let order = self.order();
        let sheet = match (view.sheet, &order[..]) {
            (Sheet::Draws, _) => sheet::Sheet::Draws(geometry.sheet.0 * geometry.sheet.1),
            (Sheet::Plane, &[right, down, ..]) => sheet::Sheet::Plane {
                right,
                down,
                columns: geometry.sheet.0,
                rows: geometry.sheet.1,
            },
            // A single dimension has no plane.
            (Sheet::Dimensions | Sheet::Plane, _) => {
                let selected = self.selected(view);
                let place = order.iter().position(|&dimension| dimension == selected);
                let first = layout::window(place.unwrap_or(0), geometry.count, order.len());
                sheet::Sheet::Dimensions {
                    dimensions: order.into_iter().skip(first).take(geometry.count).collect(),
                    steps: geometry.steps,
                }
            }
        };
        Question::Traverse {
            from: Origin {
                item: view.start_image,
                latent: (!view.latent.is_empty()).then(|| view.latent.clone()),
            },
            sheet,
        }
    }

    fn reconstruction_question(&self, area: Rect, view: &View) -> Option<Question> {
        let page = layout::reconstruction(area, self.data.width, self.data.height).page();
        let items: Vec<usize> = view.images.iter().copied().take(page).collect();
        (!items.is_empty()).then_some(Question::Reconstruct { items })
    }

    /// A larger page shows the images that follow.
    fn fill_page(&self, area: Rect, view: &mut View) {
        let page = layout::reconstruction(area, self.data.width, self.data.height).page();
        let points = self.data.test_items;
        let mut next = view.images.last().map_or(0, |&image| image + 1);
        while view.images.len() < page && points > 0 {
            view.images.push(next % points);
            next += 1;
        }
        view.selected_image = view.selected_image.min(page.saturating_sub(1));
    }
}

impl Progress {
    /// Of a run that somebody joins.
    fn of(summary: Summary) -> Self {
        Self {
            state: if summary.is_finished {
                State::Finished
            } else {
                State::Paused
            },
            samples: summary.samples,
            seconds: summary.seconds,
            learning_rate: summary.learning_rate,
            recent: summary
                .log
                .trace
                .buckets()
                .iter()
                .map(|bucket| f64::from(bucket.mean))
                .collect(),
            log: summary.log,
            latest: None,
            sampling: summary.sampling,
            reports: VecDeque::new(),
            test: None,
            evaluation_seconds: 0.0,
            first_bar: 0,
            configuration: summary.configuration,
        }
    }

    /// Takes in what the run told.
    pub(super) fn take_in(&mut self, event: Event) {
        self.log.take_in(&event);
        match event {
            Event::Steps { reports, seconds } => {
                for report in reports {
                    self.push(report);
                }
                self.clock(seconds);
            }
            Event::Evaluated { test, seconds, .. } => {
                self.test = Some(test);
                self.evaluation_seconds = seconds;
            }
            Event::Changed {
                configuration,
                learning_rate,
            } => {
                self.configuration = *configuration;
                self.learning_rate = learning_rate;
            }
            Event::State(state) => {
                self.state = state;
                self.reports.clear();
            }
            Event::WentBack(summary) => {
                let (test, first_bar) = (self.test.take(), self.first_bar);
                *self = Self {
                    test,
                    evaluation_seconds: self.evaluation_seconds,
                    first_bar,
                    ..Self::of(*summary)
                };
            }
            Event::Estimated(_)
            | Event::BrokenOff(_)
            | Event::Refused { .. }
            | Event::Diverged(_)
            | Event::Happened(_)
            | Event::Answered(_) => {}
        }
    }

    /// The last estimate of the marginal likelihood of the test set.
    pub fn marginal(&self) -> Option<&MarginalPoint> {
        self.log.marginals.iter().rfind(|point| point.part == Part::Test)
    }

    fn push(&mut self, report: StepReport) {
        let StepReport {
            samples,
            terms,
            sampling,
        } = report;
        self.samples = samples;
        self.sampling = sampling;
        self.recent.push_back(terms.lower_bound());
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        self.latest = Some(terms);
    }

    fn clock(&mut self, seconds: f64) {
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
