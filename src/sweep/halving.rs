//! Successive halving (Jamieson and Talwalkar 2016): all combinations are trained a little, and of those at each rung only the best
//! are trained further, measured by the lower bound of the test set.

use std::collections::HashMap;

use anyhow::ensure;

use super::{Progress, SweepRun};
use crate::learning::settings::{Setting, TABLE};
use crate::learning::{Configuration, ScheduleKind};

/// What a person means who doesn't say which share goes on.
pub const USUAL_ETA: u32 = 3;

/// Settings between whose values bounds can't be compared: they say what the data is, or its density.
const INCOMPARABLE: [&str; 5] = ["data", "reading", "likelihood", "classes", "binarize"];

/// How far some combinations are trained before it is decided which of them go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Training points seen.
    pub samples: u64,
    /// Combinations that are trained so far.
    pub combinations: usize,
}

/// The rungs for so many combinations: each goes `eta` times as far as the one before with one of `eta` combinations, the last to
/// the goal. None is shorter than one minibatch.
pub fn rungs(combinations: usize, goal: u64, batch: usize, eta: u32) -> Vec<Rung> {
    let mut rungs = Vec::new();
    let mut left = combinations.max(1);
    loop {
        rungs.push(Rung {
            samples: 0,
            combinations: left,
        });
        if left == 1 {
            break;
        }
        left = (left / eta as usize).max(1);
    }
    let mut samples = goal;
    for rung in rungs.iter_mut().rev() {
        rung.samples = samples;
        samples = samples.div_ceil(u64::from(eta)).max(batch as u64).min(goal);
    }
    // Rungs of equal length would train nothing before they choose.
    rungs.dedup_by(|later, earlier| later.samples == earlier.samples);
    rungs
}

/// The rungs of a sweep's runs.
pub fn rungs_of(runs: &[SweepRun], eta: u32) -> Vec<Rung> {
    let Some(SweepRun { configuration, .. }) = runs.first() else {
        return Vec::new();
    };
    let mut points: Vec<_> = runs.iter().map(|run| &run.point).collect();
    points.sort_unstable();
    points.dedup();
    rungs(points.len(), configuration.goal, configuration.batch, eta)
}

/// Whether runs can be chosen among by their bounds on the way.
///
/// # Errors
/// If they differ in what is measured or in how far they go, or the way depends on its end.
pub fn check(runs: &[SweepRun], eta: u32) -> anyhow::Result<()> {
    ensure!(
        eta >= 2,
        "halving keeps one of {eta}, but must keep one of at least 2"
    );
    let differ = |setting: &&Setting| {
        let mut values = runs.iter().map(|run| setting.value(&run.configuration));
        let first = values.next();
        values.any(|value| Some(&value) != first.as_ref())
    };
    let named = |names: &'static [&str]| TABLE.iter().filter(move |setting| names.contains(&setting.name));
    if let Some(setting) = named(&INCOMPARABLE).find(differ) {
        anyhow::bail!(
            "halving compares bounds, which mean nothing between different values of {}: one sweep for each of them",
            setting.name
        );
    }
    ensure!(
        !named(&["samples"]).any(|setting| differ(&setting)),
        "halving says itself how far each run goes, so samples can't be an axis"
    );
    let on_the_way = |kind: ScheduleKind| [ScheduleKind::Constant, ScheduleKind::Iwae].contains(&kind);
    ensure!(
        runs.iter().all(|run| on_the_way(run.configuration.schedule)),
        "halving moves the goal from rung to rung, on which the schedules exponential and cosine depend"
    );
    Ok(())
}

/// The combinations that did best at a rung, as many as the next one trains: by the mean over their seeds of the test bound there.
/// A run that diverged before counts as the worst.
pub fn best(
    progress: &Progress,
    alive: &[Vec<(String, String)>],
    at: u64,
    keep: usize,
) -> Vec<Vec<(String, String)>> {
    let mut sums: HashMap<&[(String, String)], (f64, f64)> = HashMap::new();
    for run in &progress.runs {
        let bound = run
            .bound_at(at)
            .filter(|bound| bound.is_finite())
            .unwrap_or(f64::NEG_INFINITY);
        let (sum, count) = sums.entry(&run.point).or_default();
        (*sum, *count) = (*sum + bound, *count + 1.0);
    }
    let mean = |point: &Vec<(String, String)>| {
        sums.get(point.as_slice())
            .map_or(f64::NEG_INFINITY, |(sum, count)| sum / count)
    };
    let mut ordered = alive.to_vec();
    ordered.sort_by(|a, b| mean(b).total_cmp(&mean(a)));
    ordered.truncate(keep);
    ordered
}

/// A run's configuration on its way to a rung.
pub fn on_the_way(configuration: &Configuration, samples: u64) -> Configuration {
    Configuration {
        goal: samples,
        ..configuration.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::Specification;

    fn of(rungs: &[Rung]) -> Vec<(u64, usize)> {
        rungs
            .iter()
            .map(|rung| (rung.samples, rung.combinations))
            .collect()
    }

    #[test]
    fn each_rung_goes_further_with_fewer_and_the_last_to_the_goal() {
        assert_eq!(
            of(&rungs(27, 2_700_000, 100, 3)),
            [(100_000, 27), (300_000, 9), (900_000, 3), (2_700_000, 1)]
        );
        assert_eq!(
            of(&rungs(10, 1_000, 10, 2)),
            [(125, 10), (250, 5), (500, 2), (1_000, 1)]
        );
        assert_eq!(of(&rungs(1, 1_000, 10, 3)), [(1_000, 1)]);
    }

    #[test]
    fn no_rung_is_shorter_than_a_minibatch_or_as_long_as_another() {
        for combinations in [2, 9, 100, 1_000] {
            let rungs = rungs(combinations, 500, 100, 3);
            assert!(
                rungs.is_sorted_by(|a, b| a.samples < b.samples && a.combinations > b.combinations),
                "{rungs:?}"
            );
            assert!(rungs[0].samples >= 100 && rungs[0].combinations == combinations);
            assert_eq!(rungs.last().map(|rung| rung.samples), Some(500));
        }
    }

    #[test]
    fn what_can_not_be_compared_is_refused() {
        let refused = |grid: &str, set: &[(&str, &str)]| {
            let text = format!("(grid: {{{grid}}}, halving: 3)");
            let mut sweep = Specification::parse(&text).unwrap();
            sweep.set = set
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect();
            sweep.runs().err().map(|error| error.to_string())
        };
        assert!(
            refused(r#""likelihood": "bernoulli,gaussian""#, &[])
                .unwrap()
                .contains("likelihood")
        );
        assert!(
            refused(r#""samples": "1000,2000""#, &[])
                .unwrap()
                .contains("samples")
        );
        assert!(
            refused(r#""latent": "2,3""#, &[("schedule", "cosine")])
                .unwrap()
                .contains("cosine")
        );
        assert_eq!(refused(r#""latent": "2,3""#, &[]), None);
    }
}
