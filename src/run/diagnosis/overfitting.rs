//! Overfitting: the bound of the training points rises on while that of the test set falls.
//!
//! A bound that stays where it is goes up and down, and in a long run its best measurement lies above all later ones by chance. So stretches
//! of a quarter of the run are compared, and what one has lost has to be more than measurements differ from their neighbours.

use super::{Evidence, Finding, mean, median};
use crate::language::tr;
use crate::learning::Method;
use crate::run::curve::CurvePoint;

/// Stretches in which the measurements of a run are compared.
const STRETCHES: usize = 4;
/// The fewest measurements of a stretch.
const LEAST_OF_A_STRETCH: usize = 4;
/// The share of the bound that the fall is at least.
const LEAST_FALL: f64 = 0.003;
/// How many times the standard error of a difference of two stretches the fall is at least.
const LEAST_ERRORS: f64 = 4.0;
/// The least weight decay that is tried.
const DECAY: f32 = 0.01;
/// Bounds nearer to zero than this are said to a hundredth, so that a fall shows.
const SMALL: f64 = 30.0;

pub fn find(evidence: &Evidence) -> Option<Finding> {
    // Its training curve is of the joint density, which is no bound.
    if evidence.configuration.method == Method::Mcem {
        return None;
    }
    let evaluations = &evidence.log.evaluations;
    let of_a_stretch = LEAST_OF_A_STRETCH.max(evaluations.len() / STRETCHES);
    let mut stretches = evaluations.rchunks_exact(of_a_stretch);
    let test = |stretch: &&[CurvePoint]| mean(stretch.iter().map(|point| point.elbo_test));
    let train = |stretch: &[CurvePoint]| mean(stretch.iter().map(|point| point.elbo_train));
    let newest = stretches.next()?;
    let best = stretches.max_by(|a, b| test(a).total_cmp(&test(b)))?;
    let fall = test(&best) - test(&newest);
    let error = deviation(&evaluations[evaluations.len() / 2..])? * (2.0 / of_a_stretch as f64).sqrt();
    // Nothing is at least what is no number.
    let has_fallen = fall >= LEAST_FALL * test(&best).abs() && fall >= LEAST_ERRORS * error;
    let is_rising = train(newest) > train(best);
    if !(has_fallen && is_rising) {
        return None;
    }
    let now = newest.last()?;
    let at_best = best.iter().max_by(|a, b| a.elbo_test.total_cmp(&b.elbo_test))?;
    let decimals = if at_best.elbo_test.abs() < SMALL { 2 } else { 1 };
    let decay = (4.0 * evidence.configuration.weight_decay).max(DECAY);
    let text = tr!(
        "overfitting: test {now} was {best} at {samples} samples, while train has risen to {train}; decay the weights, or stop there",
        now = format_args!("{:.decimals$}", now.elbo_test),
        best = format_args!("{:.decimals$}", at_best.elbo_test),
        samples = at_best.samples,
        train = format_args!("{:.decimals$}", now.elbo_train)
    );
    Some(Finding::new(
        "overfitting",
        text,
        format!("set weight-decay {decay}"),
    ))
}

/// The standard deviation of a measurement from what its neighbours let one expect: of three independent ones the second difference deviates
/// by the root of six times as much, and its median size is 0.6745 of that. A curve that falls or rises evenly has none.
fn deviation(evaluations: &[CurvePoint]) -> Option<f64> {
    let differences = evaluations
        .windows(3)
        .map(|three| (three[0].elbo_test - 2.0 * three[1].elbo_test + three[2].elbo_test).abs());
    median(differences).map(|size| size / (0.6745 * 6.0_f64.sqrt()))
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use rand_distr::StandardNormal;

    use super::super::tests::found_in;
    use super::*;
    use crate::random::{Purpose, generator};
    use crate::run::RunLog;

    /// What is found of a run measured so many times, whose training bound rises by a hundredth each time, and whose test bound is `test` plus
    /// noise with a standard deviation of a tenth.
    fn found(seed: u64, measurements: u32, test: impl Fn(f64) -> f64) -> Option<Finding> {
        let mut log = RunLog::default();
        let mut generator = generator(seed, Purpose::Noise, 0, 0);
        for place in 0..measurements {
            let at = f64::from(place);
            let noise: f64 = generator.sample(StandardNormal);
            log.evaluations.push(CurvePoint {
                samples: 1_000 * u64::from(place),
                seconds: at,
                elbo_train: -14.0 + 0.01 * at,
                elbo_test: test(at) + 0.1 * noise,
                reconstruction: 0.0,
                kl: 0.0,
                learning_rate: 1e-3,
            });
        }
        found_in(&log, find)
    }

    #[test]
    fn a_bound_that_goes_up_and_down_is_not_overfitted_however_long_the_run() {
        for measurements in [8, 20, 60, 200, 1_000] {
            for slope in [0.0, 0.01] {
                let told =
                    (0..100).filter(|&seed| found(seed, measurements, |at| -16.6 + slope * at).is_some());
                let told = told.count();
                assert!(told <= 3, "{told} of 100 runs with {measurements} measurements");
            }
        }
    }

    #[test]
    fn a_bound_that_falls_from_its_best_is_told_with_numbers_that_differ() {
        for measurements in [12, 20, 60, 200] {
            let turn = f64::from(measurements) / 2.0;
            let finding = found(1, measurements, |at| -16.0 - 3.0 * (at - turn).abs() / turn);
            let finding = finding.unwrap_or_else(|| panic!("none after {measurements} measurements"));
            assert!(
                finding.text.contains("test -1") && finding.text.contains(" was -1"),
                "{finding}"
            );
            assert_eq!(finding.command, "set weight-decay 0.01");
        }
        let broken = found(1, 20, |at| if at < 15.0 { -16.0 } else { f64::NAN });
        assert_eq!(broken, None);
        let slight =
            found(1, 400, |at| -16.0 - 0.2 * (at - 200.0).max(0.0) / 200.0).expect("half a per cent in all");
        let numbers: Vec<&str> = slight
            .text
            .split(' ')
            .filter(|word| word.starts_with("-1"))
            .take(2)
            .collect();
        assert!(numbers[0] != numbers[1], "{slight}");
    }
}
