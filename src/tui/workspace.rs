//! A run as the screen knows it: what it has told, and where it is saved.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::app::Selection;
use super::attachment::{Attachment, Joined};
use super::message::{Effect, Opened};
use super::text;
use super::widgets::axis::short;
use crate::data::Part;
use crate::evaluation::{ACTIVE_VARIANCE, LowerBound};
use crate::language::tr;
use crate::learning::mcem::Sampling;
use crate::learning::settings::Assignment;
use crate::learning::{Configuration, StepReport};
use crate::objective::BoundTerms;
use crate::run::curve::MarginalPoint;
use crate::run::diagnosis::Finding;
use crate::run::{Command, DataFacts, Event, RunId, RunLog, State, Summary};
use crate::session::{RunFiles, View};

/// A run, as far as it has told, and the last answers to what was asked about it.
pub struct Workspace {
    /// Which run it is: what others tell changes nothing here.
    pub run: RunId,
    /// What it trains on.
    pub data: DataFacts,
    /// The sizes of its layers, in words.
    pub model: String,
    /// What the run has told: counters, measurements, the log.
    pub progress: Progress,
    /// The moment of its film whose model the panes ask about, in training points seen; none for the present. It follows the
    /// [`Selection`], as far as models are kept.
    pub moment: Option<u64>,
    /// The file of this session.
    pub path: Option<PathBuf>,
    /// Where it is saved.
    pub files: RunFiles,
    /// Training points seen when it was last saved, or when it was new.
    pub saved_at: Option<u64>,
    /// Whether a save is under way after which the run is left: no other one takes its place before that.
    pub is_parting: bool,
    /// Of a run in another process: what is known of that.
    pub attached: Option<Attachment>,
}

/// What follows a save.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterSave {
    /// The run goes on.
    #[default]
    GoOn,
    /// The program ends.
    Quit,
    /// Another process goes on with the run.
    HandOver {
        /// Whether it trains there at once.
        trains: bool,
    },
}

impl AfterSave {
    /// What makes up for the pause where nothing comes of it: a run that trained goes on here.
    pub fn undone(self) -> Option<Effect> {
        let trained = self == Self::HandOver { trains: true };
        trained.then_some(Effect::Command(Command::Start))
    }
}

/// How far a run has come, as far as it has told; [`Progress::take_in`] is the only way it changes but for settings that
/// are shown before the run confirms them.
pub struct Progress {
    /// What the run started from, with the present goal.
    pub configuration: Configuration,
    /// Whether the trainer is at work.
    pub state: State,
    /// What it was asked to become, in the order of the commands, until it says that it is.
    pub asked: Vec<State>,
    /// Training points evaluated so far, at the last report.
    pub samples: u64,
    /// Seconds spent in training steps, at the last report; evaluation and loading apart.
    pub seconds: f64,
    /// The present learning rate.
    pub learning_rate: f32,
    /// What it has told.
    pub log: RunLog,
    /// Lower bounds of the last minibatches in nats per data point, the newest last.
    pub recent: VecDeque<f64>,
    /// Reconstruction and KL term of the last minibatch, in nats per data point; none before the first of this session.
    pub latest: Option<BoundTerms>,
    /// How the chains move, for Monte Carlo EM.
    pub sampling: Option<Sampling>,
    /// Samples and seconds at the last reports, for the speed.
    pub reports: VecDeque<(u64, f64)>,
    /// The last measurement of the test set; none before the first.
    pub test: Option<LowerBound>,
    /// Seconds that the last measurement took, for the time that is left.
    pub evaluation_seconds: f64,
    /// What seems to be wrong, the most urgent first.
    pub findings: Vec<Finding>,
    /// The checkpoints that the run keeps of itself, by the training points that each had seen.
    pub checkpoints: Vec<u64>,
}

/// Minibatches after which an answer is old.
const OLD: u64 = 1_000;
/// Minibatch bounds that the sparkline remembers.
const RECENT: usize = 512;
/// Minibatches whose spread is shown.
const SPREAD: usize = 100;
/// Reports over which the speed is measured: about two seconds.
const REPORTS: usize = 20;

impl Workspace {
    /// A run as it was opened, and how it was looked at.
    pub fn new(opened: Opened) -> (Self, View) {
        let Opened {
            summary,
            view,
            path,
            files,
            is_saved,
            joined,
            ..
        } = opened;
        let (run, data, model) = (summary.run, summary.data.clone(), summary.model.clone());
        let mut saved_at = is_saved.then_some(summary.samples);
        let (mut attached, mut newest) = (None, Vec::new());
        if let Some(joined) = joined {
            let Joined {
                name,
                steering,
                saved,
                ..
            } = joined;
            (saved_at, newest) = (Some(saved), joined.newest);
            attached = Some(Attachment::new(name, steering));
        }
        let workspace = Self {
            run,
            data,
            model,
            saved_at,
            is_parting: false,
            moment: None,
            progress: Progress::joined(summary, newest),
            path,
            files,
            attached,
        };
        (workspace, view)
    }

    /// The classes that the last latent dimensions stand for, where the run learns classes; else none.
    pub fn classes_of_latents(&self) -> usize {
        let knows_classes = self.progress.configuration.method.has_classes();
        if knows_classes { self.data.classes.len() } else { 0 }
    }

    /// How a latent dimension is called: `z7`, or after its class where it stands for one.
    pub fn dimension_name(&self, dimension: usize) -> String {
        let configuration = &self.progress.configuration;
        let style = configuration
            .latent_dimensions()
            .saturating_sub(self.classes_of_latents());
        match dimension
            .checked_sub(style)
            .and_then(|class| self.data.classes.get(class))
        {
            Some(class) if self.classes_of_latents() > 0 => {
                tr!("class {name}", name = text::printable(&class.name))
            }
            _ => configuration.latent_name(dimension),
        }
    }

    /// When an answer was true that was found after so many training points, in words, if that is long ago, or not at the moment that
    /// is looked at.
    pub fn age(&self, samples: u64) -> Option<String> {
        let learned = self.progress.samples.saturating_sub(samples);
        let steps = learned / self.progress.configuration.batch.max(1) as u64;
        let is_old = self.moment.map_or(steps >= OLD, |moment| moment != samples);
        is_old.then(|| tr!("at {samples} samples", samples = short(samples as f64)))
    }

    /// Whether something was learned since the last save, or since the run was new, that would be lost with this program; a run
    /// in another process is not.
    pub fn is_unsaved(&self) -> bool {
        self.attached.is_none() && self.saved_at != Some(self.progress.samples)
    }

    /// The class so many places further than the `present` one, by its place among the data's; none, which stands for all or for
    /// no class, comes before the first.
    pub fn turned_class(&self, present: Option<u16>, places: isize) -> Option<u16> {
        let count = 1 + self.data.classes.len();
        let place = present.map_or(0, |class| 1 + usize::from(class));
        let next = (place + count).saturating_add_signed(places) % count;
        next.checked_sub(1).and_then(|class| u16::try_from(class).ok())
    }

    /// The latent dimensions, the most informative first: by their KL term, as far as it was measured.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.progress.configuration.latent_dimensions()).collect();
        if let Some(test) = &self.progress.test {
            order.sort_by(|&a, &b| test.kl_per_dimension[b].total_cmp(&test.kl_per_dimension[a]));
        }
        order
    }

    /// The selected latent dimension.
    pub fn selected(&self, selection: &Selection) -> usize {
        selection
            .dimension
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
            asked: Vec::new(),
            sampling: summary.sampling,
            reports: VecDeque::new(),
            test: None,
            evaluation_seconds: 0.0,
            findings: Vec::new(),
            checkpoints: Vec::new(),
            configuration: summary.configuration,
        }
    }

    /// Of a run that somebody joins, and what that told last beyond its summary.
    pub(super) fn joined(summary: Summary, newest: Vec<Event>) -> Self {
        let mut progress = Self::of(summary);
        for event in newest {
            progress.take_in(event);
        }
        progress
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
            Event::Diagnosed(findings) => self.findings = findings,
            Event::Checkpoints(checkpoints) => self.checkpoints = checkpoints,
            Event::Changed {
                configuration,
                learning_rate,
            } => {
                self.configuration = *configuration;
                self.learning_rate = learning_rate;
                self.stand();
            }
            Event::State(state) => {
                self.state = state;
                self.reports.clear();
                let up_to = self.asked.iter().position(|&asked| asked == state);
                self.asked.drain(..up_to.map_or(0, |place| place + 1));
                if state == State::Finished {
                    self.asked.clear();
                }
            }
            Event::WentBack(summary) => {
                let test = self.test.take();
                *self = Self {
                    test,
                    evaluation_seconds: self.evaluation_seconds,
                    findings: std::mem::take(&mut self.findings),
                    ..Self::of(*summary)
                };
            }
            Event::Filmed(_)
            | Event::Estimated(_)
            | Event::BrokenOff(_)
            | Event::Refused { .. }
            | Event::Happened(_)
            | Event::Answered(_) => {}
            Event::Diverged(_) | Event::Panicked { .. } => self.asked.clear(),
        }
    }

    /// The configuration with the present learning rate in the place of that at the start.
    pub fn present(&self) -> Configuration {
        Configuration {
            learning_rate: self.learning_rate,
            ..self.configuration.clone()
        }
    }

    /// Shows settings as they will be once the run has changed them; what it will refuse stays.
    pub(super) fn assign(&mut self, assignments: &[Assignment]) {
        let Ok(changed) = self.present().with(assignments) else {
            return;
        };
        self.learning_rate = changed.learning_rate;
        self.configuration = Configuration {
            learning_rate: self.configuration.learning_rate,
            ..changed
        };
        self.stand();
    }

    /// Whether a run that stands still has reached its goal, which may have been moved.
    fn stand(&mut self) {
        if self.state != State::Running {
            self.state = if self.samples < self.configuration.goal {
                State::Paused
            } else {
                State::Finished
            };
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

    /// Training points per second, over the last reports.
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
