//! How far a sweep is, read from its folder alone: no run is locked for that, and none need be trained on this machine.

use std::collections::HashSet;

use super::{SweepFolder, SweepRun, halving};
use crate::run::Happening;
use crate::run::curve::CurvePoint;
use crate::session::{Catalogue, RunFacts};

/// How far each run of a sweep is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The runs, in the order of the sweep.
    pub runs: Vec<RunProgress>,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub struct RunProgress {
    /// What it is called.
    pub name: String,
    /// Its values of the axes, without the seed.
    pub point: Vec<(String, String)>,
    /// Its seed.
    pub seed: u64,
    /// Training points seen.
    pub samples: u64,
    /// Training points seen at its end.
    pub goal: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// Its curve so far.
    pub evaluations: Vec<CurvePoint>,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It has no file yet.
    Waiting,
    /// It has a file: somebody trains it, or did.
    Begun,
    /// It is at its goal.
    Finished,
    /// Others did better on the way, so it stays where it is.
    Left,
    /// It can't go on: the reason.
    Stopped(String),
    /// Its file can't be read: the reason.
    Unreadable(String),
}

impl Stage {
    /// What lists say of it.
    pub fn words(&self) -> &str {
        match self {
            Self::Waiting => "waiting",
            Self::Begun => "begun",
            Self::Finished => "finished",
            Self::Left => "left behind",
            Self::Stopped(_) => "stopped",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether nothing more comes of it.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Finished | Self::Left | Self::Stopped(_))
    }
}

impl RunProgress {
    /// The bound of the test set at the last measurement, in nats per data point.
    pub fn test(&self) -> Option<f64> {
        self.evaluations.last().map(|point| point.elbo_test)
    }

    /// That at the first measurement after so many training points seen.
    pub fn bound_at(&self, samples: u64) -> Option<f64> {
        let point = self.evaluations.iter().find(|point| point.samples >= samples);
        point.map(|point| point.elbo_test)
    }
}

impl Progress {
    /// The run with the highest test bound so far.
    pub fn best(&self) -> Option<&RunProgress> {
        let measured = self
            .runs
            .iter()
            .filter(|run| run.test().is_some_and(f64::is_finite));
        measured.max_by(|a, b| {
            a.test()
                .unwrap_or(f64::NEG_INFINITY)
                .total_cmp(&b.test().unwrap_or(f64::NEG_INFINITY))
        })
    }

    /// Runs of which nothing more comes.
    pub fn ended(&self) -> usize {
        self.runs.iter().filter(|run| run.stage.is_final()).count()
    }

    /// Whether nothing more comes of any run.
    pub fn is_complete(&self) -> bool {
        self.ended() == self.runs.len()
    }
}

/// Where a run stands that is to be trained so far.
pub fn stage(facts: &RunFacts, goal: u64) -> Stage {
    match &facts.last {
        _ if facts.measured() >= goal => Stage::Finished,
        Some(Happening::Warned(words)) => Stage::Stopped(words.clone()),
        _ => Stage::Begun,
    }
}

impl SweepFolder {
    /// How far the sweep is now; of the files only those are read that changed.
    pub fn progress(&self, catalogue: &mut Catalogue) -> Progress {
        let mut progress = Progress {
            runs: self
                .runs
                .iter()
                .map(|run| read_run(catalogue, self, run))
                .collect(),
        };
        if let Some(eta) = self.specification.halving {
            leave_behind(&mut progress, self, eta);
        }
        progress
    }
}

fn read_run(catalogue: &mut Catalogue, folder: &SweepFolder, run: &SweepRun) -> RunProgress {
    let path = folder.file(&run.name);
    let mut progress = RunProgress {
        name: run.name.clone(),
        point: run.point.clone(),
        seed: run.seed,
        samples: 0,
        goal: run.configuration.goal,
        seconds: 0.0,
        evaluations: Vec::new(),
        stage: Stage::Waiting,
    };
    let Ok(metadata) = std::fs::metadata(&path) else {
        return progress;
    };
    if metadata.len() == 0 {
        // The name was taken for a run that is not saved yet.
        progress.stage = Stage::Begun;
        return progress;
    }
    match catalogue.facts(&path) {
        Ok(facts) => {
            progress.samples = facts.samples;
            progress.seconds = facts.seconds;
            progress.evaluations.clone_from(&facts.evaluations);
            progress.stage = stage(facts, progress.goal);
        }
        Err(words) => progress.stage = Stage::Unreadable(words.to_owned()),
    }
    progress
}

/// Says of runs by halving which of them others were better than.
fn leave_behind(progress: &mut Progress, folder: &SweepFolder, eta: u32) {
    let rungs = halving::rungs_of(&folder.runs, eta);
    let mut alive = combinations(progress);
    let mut set: HashSet<Vec<(String, String)>> = alive.iter().cloned().collect();
    for pair in rungs.windows(2) {
        let is_through = |run: &RunProgress| {
            matches!(run.stage, Stage::Stopped(_))
                || run.bound_at(pair[0].samples).is_some()
                || !set.contains(&run.point)
        };
        if !progress.runs.iter().all(is_through) {
            return;
        }
        alive = halving::best(progress, &alive, pair[0].samples, pair[1].combinations);
        set = alive.iter().cloned().collect();
        for run in &mut progress.runs {
            if run.stage == Stage::Begun && !set.contains(&run.point) {
                run.stage = Stage::Left;
            }
        }
    }
}

/// The combinations of a sweep, in its order.
pub fn combinations(progress: &Progress) -> Vec<Vec<(String, String)>> {
    let mut known = HashSet::new();
    let points = progress.runs.iter().map(|run| &run.point);
    points.filter(|point| known.insert(*point)).cloned().collect()
}
