//! Hidden units that say the same of everything: rectified ones that are always 0, or units at an end of their range.

use super::{Evidence, Finding, times};
use crate::language::{said, tr};
use crate::model::activation::Stuck;

/// The share of a layer's units that is too many.
const TOO_MANY: f64 = 0.5;

pub fn find(evidence: &Evidence) -> Option<Finding> {
    let units = evidence.signs.units.as_ref()?;
    let share = |stuck: usize, units: usize| stuck as f64 / units.max(1) as f64;
    let of_layers = units.layers.iter().enumerate();
    let (_, worst) =
        of_layers.max_by(|(_, a), (_, b)| share(a.stuck, a.units).total_cmp(&share(b.stuck, b.units)))?;
    if share(worst.stuck, worst.units) <= TOO_MANY {
        return None;
    }
    let kind = evidence.configuration.activation.stuck_kind()?;
    let (name, what, advice) = match kind {
        Stuck::Dead => (
            "dead-units",
            tr!("0 for every item, and learn no more"),
            tr!("such units stay so: begin anew with a lower learning rate"),
        ),
        Stuck::Saturated => (
            "saturated-units",
            tr!("at their ends for every item, where they hardly learn"),
            tr!("lower the learning rate, or begin anew with a lower one"),
        ),
    };
    let rate = times(evidence.configuration.learning_rate, 0.25);
    let text = tr!(
        "{stuck} of {units} hidden units of the {layer} are {what}; {advice}",
        stuck = worst.stuck,
        units = worst.units,
        layer = said(worst.name),
        what = what,
        advice = advice
    );
    let command = match kind {
        Stuck::Dead => "run.new".to_owned(),
        Stuck::Saturated => format!("set learning-rate {rate}"),
    };
    Some(Finding::new(name, text, command))
}
