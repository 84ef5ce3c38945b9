//! Overfitting: the bound of the training points rises on while that of the test set falls.

use super::{Evidence, Finding};
use crate::language::tr;
use crate::learning::Method;

/// Measurements in a row below the best one.
const IN_A_ROW: usize = 3;
/// The share of the bound that the fall is at least.
const LEAST_FALL: f64 = 0.003;
/// The least weight decay that is tried.
const DECAY: f32 = 0.01;

pub fn find(evidence: &Evidence) -> Option<Finding> {
    // Its training curve is of the joint density, which is no bound.
    if evidence.configuration.method == Method::Mcem {
        return None;
    }
    let evaluations = &evidence.log.evaluations;
    let best = (0..evaluations.len()).max_by(|&a, &b| {
        let bound = |index: usize| evaluations[index].elbo_test;
        bound(a).total_cmp(&bound(b))
    })?;
    let (at_best, now) = (&evaluations[best], evaluations.last()?);
    let fall = at_best.elbo_test - now.elbo_test;
    let is_rising = now.elbo_train > at_best.elbo_train;
    if evaluations.len() - 1 - best < IN_A_ROW || fall < LEAST_FALL * at_best.elbo_test.abs() || !is_rising {
        return None;
    }
    let decay = (4.0 * evidence.configuration.weight_decay).max(DECAY);
    let text = tr!(
        "overfitting: test {now} was {best} at {samples} samples, while train has risen to {train}; decay the weights, or stop there",
        now = format_args!("{:.1}", now.elbo_test),
        best = format_args!("{:.1}", at_best.elbo_test),
        samples = at_best.samples,
        train = format_args!("{:.1}", now.elbo_train)
    );
    Some(Finding::new(
        "overfitting",
        text,
        format!("set weight-decay {decay}"),
    ))
}
