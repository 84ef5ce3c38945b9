//! A likelihood for other values than the data has: a density over black and white, whose bound grows without limit, or a
//! Bernoulli over what is neither.

use super::{Evidence, Finding};
use crate::choices::Choose;
use crate::data::{self, Binarisation};
use crate::language::tr;
use crate::model::Likelihood;

pub fn find(evidence: &Evidence) -> Option<Finding> {
    let configuration = &evidence.configuration;
    let suited = evidence.signs.suited.as_ref()?;
    let is_drawn = configuration.binarisation != Binarisation::None;
    let are_black_or_white = is_drawn || suited.likelihood == Likelihood::Bernoulli;
    let likelihood = configuration.likelihood;
    let is_misfit = match likelihood {
        // Grey levels as probabilities of white, as the paper takes those of MNIST, and the program those of the edges that it draws.
        Likelihood::Bernoulli => !are_black_or_white && !data::is_own(&configuration.data),
        // Two classes are as good as a coin.
        Likelihood::Categorical => false,
        _ => are_black_or_white,
    };
    if !is_misfit {
        return None;
    }
    let (why, settings) = if are_black_or_white {
        (
            tr!(
                "every value is black or white, which {likelihood} is not for",
                likelihood = likelihood.word()
            ),
            "likelihood bernoulli".to_owned(),
        )
    } else {
        let settings = suited.settings().into_iter();
        let settings: Vec<String> = settings.map(|(name, value)| format!("{name} {value}")).collect();
        (
            tr!("a bernoulli only ever draws 0 or 1, and the values are others").to_owned(),
            settings.join(tr!(" and ")),
        )
    };
    let text = tr!(
        "the likelihood does not fit the data: {why}; begin a run with {settings}",
        why = why,
        settings = settings
    );
    Some(Finding::new("likelihood", text, "run.new".into()))
}
