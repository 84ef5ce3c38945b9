//! Posterior collapse: the encoder says the same of every item, so that the decoder can't use it (Bowman et al. 2016).

use super::{Evidence, Finding};
use crate::language::tr;
use crate::objective::Estimator;

/// A KL term below so many nats per data point tells nothing of an item.
const NOTHING: f64 = 0.05;
pub fn find(evidence: &Evidence) -> Option<Finding> {
    let test = evidence.signs.test.as_ref()?;
    let has_collapsed = test.active_units() == 0 || test.terms.kl < NOTHING;
    if !has_collapsed || !evidence.is_past_the_beginning() {
        return None;
    }
    let weight = evidence.configuration.kl_weight;
    let (advice, command) = match evidence.configuration.estimator {
        // It has no KL term to be weighed.
        Estimator::ImportanceWeighted => (tr!("weigh it in estimator B"), "set estimator b".to_owned()),
        _ if weight > 1.0 => (
            tr!("take the weight of the lower bound"),
            "set kl-weight 1".to_owned(),
        ),
        _ => (
            tr!("weigh the KL term less for a while"),
            format!("set kl-weight {}", weight / 2.0),
        ),
    };
    let text = tr!(
        "posterior collapse: {active} of {latent} latent dimensions are active, KL {kl} nats; {advice}",
        active = test.active_units(),
        latent = test.mean_variance.len(),
        kl = format_args!("{:.2}", test.terms.kl),
        advice = advice
    );
    Some(Finding::new("posterior-collapse", text, command))
}
