//! The runs behind the figures: trained several at a time, saved about every minute, and gone on with where they were
//! left.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};

use super::{Figure, step_size};
use crate::cancel::Cancel;
use crate::choices::Choose;
use crate::data::{self, Dataset};
use crate::evaluation::lower_bound;
use crate::files::{make_folder, shown, write_whole};
use crate::learning::{Configuration, Method, Preset, StepFault, Training, Workers};
use crate::run::RunState;
use crate::session::{self, Kept, SessionFile, View};

/// The data sets of the paper.
pub use crate::evaluation::published::PaperData;

/// Time between two saves of a run.
const SAVE_INTERVAL: Duration = Duration::from_secs(60);

/// Where the figures are made, and with what.
pub struct Laboratory {
    /// The folder for tables, pictures, and the sessions of runs.
    pub folder: PathBuf,
    /// Where the data is that is no part of the program: the Frey faces, or the chorales.
    pub data: Option<String>,
    /// The goal of every run, in training points seen, where a person names one.
    pub samples: Option<u64>,
    /// The step size of every run, where a person names one.
    pub learning_rate: Option<f32>,
    /// The epochs of warm-up of a table's rows that have one, where a person says how many.
    pub warm_up: Option<f32>,
    /// Data points of each set whose marginal likelihood is estimated.
    pub points: usize,
    /// Runs that are trained at a time.
    pub jobs: usize,
    /// Threads of each.
    pub threads: usize,
    /// How long the runs of a table may take; none for their whole schedules.
    pub budget: Option<Duration>,
    /// How many seeds every curve of figure 2 and every row of a table has.
    pub seeds: u64,
    /// Set from outside to end the work; what was trained is saved.
    pub stop: Arc<AtomicBool>,
    /// Who is told how far the runs are.
    pub audience: Box<dyn Audience>,
}

/// Who is told how far the runs are, which several threads do at once.
pub trait Audience: Send + Sync {
    /// A run of this name begins, which ends at so many training points seen; what comes back is told where it is.
    fn begin(&self, name: &str, goal: u64) -> Box<dyn Fn(u64) + Send + Sync>;

    /// Something worth knowing.
    fn say(&self, words: &str);
}

/// A run that a figure needs.
#[derive(Clone, Debug)]
pub struct PaperRun {
    /// The stem of its session file.
    pub name: String,
    /// What it computes, and how far it goes.
    pub configuration: Configuration,
    /// Whether its step size is [chosen](super::step_size) by its first minibatches, as the paper did.
    pub chooses_step_size: bool,
    /// What is measured along the way.
    pub measure: Measure,
}

/// What is measured along the way, at training points seen that are evenly spaced on a logarithmic axis.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Training points before the first measurement.
    pub from: u64,
    /// Measurements between 10^k and 10^(k+1) training points.
    pub a_decade: u32,
    /// Takes a measurement and keeps it in the run; nothing is kept of one that was interrupted.
    pub take: fn(&Laboratory, &mut RunState, &Dataset),
    /// Training points seen at the last measurement.
    pub last: fn(&RunState) -> Option<u64>,
}

impl PaperRun {
    /// The same run with the seeds 1 to `seeds`; that of seed 1 has the name alone.
    pub fn with_seeds(self, seeds: u64) -> Vec<Self> {
        let with_seed = |seed: u64| Self {
            name: match seed {
                1 => self.name.clone(),
                _ => format!("{}-seed{seed}", self.name),
            },
            configuration: Configuration {
                seed,
                ..self.configuration.clone()
            },
            ..self.clone()
        };
        (1..=seeds).map(with_seed).collect()
    }
}

impl Measure {
    /// The same, at the goal of a run alone.
    pub const fn at_the_goal(self) -> Self {
        Self {
            from: u64::MAX,
            a_decade: 1,
            ..self
        }
    }

    /// The lower bound of the test set, as often as the paper's curves have points.
    pub const LOWER_BOUND: Self = Self {
        from: 0,
        a_decade: 10,
        take: |laboratory, state, data| {
            let go_on = |_| !laboratory.is_stopped();
            let test = lower_bound(
                &state.training.model,
                &data.test,
                state.training.noise(),
                &Cancel::default(),
                go_on,
            );
            if let Some(test) = test {
                let point = state.curve_point(&test);
                state.log.evaluations.extend(point);
            }
        },
        last: |state| state.log.evaluations.last().map(|point| point.samples),
    };

    /// The first moment after a measurement at `samples` at which to measure.
    fn next(self, samples: u64) -> u64 {
        let a_decade = f64::from(self.a_decade);
        let at = |k: f64| 10_f64.powf(k / a_decade).round() as u64;
        let first = (samples.max(1) as f64).log10() * a_decade;
        let mut moments = (0..).map(|further| at(first.floor() + f64::from(further)));
        moments
            .find(|&moment| moment > samples && moment >= self.from)
            .unwrap_or(u64::MAX)
    }
}

impl Laboratory {
    /// Whether somebody asked for the end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// A file of a figure.
    pub(super) fn file(&self, figure: Figure, extension: &str) -> PathBuf {
        self.folder.join(figure.word()).with_extension(extension)
    }

    /// Writes a text file of a figure.
    ///
    /// # Errors
    /// If the file can't be written.
    pub(super) fn write(&self, figure: Figure, extension: &str, text: &str) -> anyhow::Result<()> {
        let path = self.file(figure, extension);
        write_whole(&path, |file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} can't be written", shown(&path)))
    }

    /// The paper's run on `data` with `latent` dimensions.
    ///
    /// # Errors
    /// If the faces are needed and nobody said where they are.
    pub(super) fn configuration(
        &self,
        data: PaperData,
        latent: usize,
        method: Method,
    ) -> anyhow::Result<Configuration> {
        let preset = match data {
            PaperData::Mnist => Preset::PaperMnist,
            PaperData::FreyFace => Preset::PaperFrey,
        };
        let configuration = preset.configuration(self.threads);
        Ok(Configuration {
            data: match data {
                PaperData::Mnist => configuration.data,
                PaperData::FreyFace => data::absolute_name(self.data.as_deref().context(
                    "the Frey faces are not part of this program: --data says where frey_rawface.mat is",
                )?),
            },
            latent,
            method,
            goal: self.samples.unwrap_or(configuration.goal),
            ..configuration
        })
    }

    /// Trains what is missing of `runs`, and returns all of them at their goals, in order.
    ///
    /// # Errors
    /// If a configuration can't be run, a session can't be read or written or is another run's, data is missing, a run
    /// diverges, or the work is interrupted.
    pub(super) fn train(&self, runs: &[PaperRun]) -> anyhow::Result<Vec<(RunState, Arc<Dataset>)>> {
        for run in runs {
            run.configuration.check()?;
        }
        make_folder(&self.folder).with_context(|| format!("{} can't be made", self.folder.display()))?;
        let mut sets: Vec<Arc<Dataset>> = Vec::new();
        for run in runs {
            if sets.iter().all(|data| data.name != run.configuration.data) {
                let data = data::load(&run.configuration.data, &run.configuration.reading, |_| {})?;
                data.notes
                    .iter()
                    .for_each(|note| self.audience.say(&format!("note: {note}")));
                sets.push(Arc::new(data));
            }
        }
        let waiting = Mutex::new(runs.iter().enumerate());
        let done = Mutex::new(Vec::new());
        let work = || {
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, run)) = next else { break };
                let data = sets.iter().find(|data| data.name == run.configuration.data);
                let result = data
                    .context("data that was loaded")
                    .and_then(|data| Ok((self.finish(run, data)?, data.clone())));
                let failed = result.is_err();
                done.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((index, result));
                if failed {
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.min(runs.len()) {
                scope.spawn(work);
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        // A failure comes before the runs that it interrupted.
        done.sort_by_key(|(index, result)| {
            (
                result.as_ref().err().is_none_or(|e| e.is::<Interrupted>()),
                *index,
            )
        });
        done.into_iter().map(|(_, result)| result).collect()
    }

    /// One run, from where it was left to its goal.
    fn finish(&self, run: &PaperRun, data: &Dataset) -> anyhow::Result<RunState> {
        let path = self.folder.join("runs").join(&run.name).with_extension("ron");
        // A run that was ended before its first save leaves an empty file.
        let was_saved = std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() > 0);
        let (mut state, file) = if was_saved {
            gone_on(run, &path, data)?
        } else {
            let mut configuration = run.configuration.clone();
            if run.chooses_step_size {
                configuration.learning_rate =
                    step_size::chosen(&configuration, data, || self.is_stopped())?.ok_or(Interrupted)?;
            }
            let state = RunState::new(Training::new(configuration, data));
            (state, SessionFile::chosen(path.clone()))
        };
        let goal = state.training.configuration.goal;
        let last_measured = |state: &RunState| (run.measure.last)(state).unwrap_or(0);
        if last_measured(&state) >= goal {
            return Ok(state);
        }
        file.claim()?;
        let workers =
            Workers::new(state.training.configuration.threads).context("starting the training threads")?;
        let show = self.audience.begin(&run.name, goal);
        let mut saved_at = Instant::now();
        while last_measured(&state) < goal && !self.is_stopped() {
            let moment = run.measure.next(last_measured(&state)).min(goal);
            let is_save_due = |saved_at: Instant| saved_at.elapsed() >= SAVE_INTERVAL;
            let diverged = workers.run(|| {
                while state.training.samples < moment && !self.is_stopped() && !is_save_due(saved_at) {
                    let report = state.training.step(data, &workers, &Cancel::default())?;
                    state.log.take_in_step(&report);
                    show(state.training.samples);
                }
                if state.training.samples >= moment {
                    (run.measure.take)(self, &mut state, data);
                }
                Ok::<_, StepFault>(())
            });
            if let Err(diverged) = diverged {
                let kept = file.save_at_last(file.ticket(), &state, &View::default());
                return Err(anyhow::Error::new(diverged).context(format!("{} stopped; {kept}", run.name)));
            }
            if is_save_due(saved_at) {
                saved_at = Instant::now();
                if let Err(error) = file.save(file.ticket(), &state, &View::default()) {
                    self.audience.say(&format!(
                        "vae-tui: {error}; training goes on, and is saved again in a minute"
                    ));
                }
            }
        }
        match file.save_at_last(file.ticket(), &state, &View::default()) {
            Kept::Saved(_) if self.is_stopped() && last_measured(&state) < goal => {
                return Err(anyhow!(Interrupted));
            }
            Kept::Saved(_) => {}
            other => return Err(anyhow!("{other}")),
        }
        drop(show);
        self.audience
            .say(&format!("{}: {goal} samples, {}", run.name, path.display()));
        Ok(state)
    }
}

/// Somebody asked for the end.
#[derive(Debug, thiserror::Error)]
#[error("interrupted; what was trained is saved, and the same command goes on with it")]
pub struct Interrupted;

/// A run as it was left, with the goal of now.
fn gone_on(run: &PaperRun, path: &Path, data: &Dataset) -> anyhow::Result<(RunState, SessionFile)> {
    let mut session = session::load(path)?;
    let file = SessionFile::opened(path.to_owned(), session.identity().clone());
    // The same images at another place are no other run.
    if session.knows(data) {
        session.adopt(data);
    }
    let mut state = session.into_state(data)?;
    let wanted = Configuration {
        // How far, how often measured and on how many threads: none of them makes it another run.
        goal: state.training.configuration.goal,
        evaluate_every: state.training.configuration.evaluate_every,
        threads: state.training.configuration.threads,
        learning_rate: if run.chooses_step_size {
            state.training.configuration.learning_rate
        } else {
            run.configuration.learning_rate
        },
        ..run.configuration.clone()
    };
    let differences = state.training.configuration.differences(&wanted);
    anyhow::ensure!(
        differences.is_empty(),
        "{} is another run than the figure needs: {differences}; --out can name another folder",
        path.display(),
    );
    state.training.configuration.goal = run.configuration.goal;
    Ok((state, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_evenly_spaced_on_a_logarithmic_axis() {
        let mut moments = vec![0];
        while moments.last().is_some_and(|&last| last < 10_000) {
            moments.push(Measure::LOWER_BOUND.next(moments[moments.len() - 1]));
        }
        assert!(moments.is_sorted_by(|a, b| a < b), "{moments:?}");
        let late: Vec<u64> = moments.into_iter().filter(|&moment| moment >= 1_000).collect();
        assert_eq!(
            late,
            [
                1_000, 1_259, 1_585, 1_995, 2_512, 3_162, 3_981, 5_012, 6_310, 7_943, 10_000
            ]
        );
    }
}
