//! What the paper published of runs like this one.

use super::DataFacts;
use crate::data::{ItemShape, mnist};
use crate::evaluation::published::{PaperData, Published, figure_2};
use crate::learning::Configuration;
use crate::model::Likelihood;

/// The paper's curves for this method, data and number of latent dimensions.
pub fn published(configuration: &Configuration, data: &DataFacts) -> Option<Published> {
    let method = configuration.method.published()?;
    let paper_data = match configuration.likelihood {
        Likelihood::Bernoulli if data.name == mnist::NAME => PaperData::Mnist,
        Likelihood::Gaussian if data.shape == ItemShape::grey(28, 20) => PaperData::FreyFace,
        _ => return None,
    };
    figure_2(paper_data, configuration.latent, method)
}
