//! The first values of the parameters.

use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::Vae;
use crate::nn::normalisation;
use crate::nn::parameters::Role;
use crate::random::{Purpose, generator};

/// How a fresh model starts.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Initialisation {
    /// Every parameter from `N(0, 0.01)`, read as a standard deviation of 0.01 (section 5 of the paper leaves open
    /// which is meant).
    Paper,
    /// The same, read as a variance of 0.01.
    PaperVariance,
    /// Weights from `N(0, 2 / (inputs + outputs))`, biases zero (Glorot and Bengio 2010).
    #[default]
    Glorot,
    /// Weights and biases from `U(-1/sqrt(inputs), 1/sqrt(inputs))`, the default of PyTorch's `Linear`.
    #[strum(serialize = "pytorch")]
    PyTorch,
}

impl Initialisation {
    /// Overwrites every parameter of `model`.
    pub(super) fn apply(self, model: &mut Vae, seed: u64) {
        let mut inputs = 1;
        for (index, named) in model.parameters_mut().into_iter().enumerate() {
            let mut generator = generator(seed, Purpose::Initialisation, index as u64, 0);
            let sizes = named.parameter.sizes();
            if named.role == Role::Weight {
                // A layer lists its weight before its bias, so the bias sees the inputs of its own layer.
                inputs = sizes[0];
            }
            let values = named.parameter.values_mut();
            match (self, named.role) {
                (_, Role::Gain) => values.fill(1.0),
                (_, Role::Running) => normalisation::begin(values),
                // They begin where the weights were spread.
                (_, Role::LogVariance) => {}
                (Self::Paper, _) => fill(values, 0.01, &mut generator),
                (Self::PaperVariance, _) => fill(values, 0.1, &mut generator),
                (Self::Glorot, Role::Bias) => values.fill(0.0),
                (Self::Glorot, Role::Weight) => {
                    fill(
                        values,
                        (2.0 / (sizes[0] + sizes[1]) as f32).sqrt(),
                        &mut generator,
                    );
                }
                (Self::PyTorch, _) => {
                    let bound = 1.0 / (inputs as f32).sqrt();
                    values.fill_with(|| generator.gen_range(-bound..bound));
                }
            }
        }
    }
}

fn fill(values: &mut [f32], standard_deviation: f32, generator: &mut impl Rng) {
    values.fill_with(|| generator.sample::<f32, _>(StandardNormal) * standard_deviation);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Architecture;

    /// Mean square of all weights, and of all biases.
    fn mean_squares(initialisation: Initialisation) -> [f64; 2] {
        let architecture = Architecture {
            pixels: 100,
            hidden: 50.into(),
            latent: 10,
            ..Architecture::default()
        };
        let model = Vae::new(architecture, initialisation, 1);
        [Role::Weight, Role::Bias].map(|role| {
            let parameters = model.parameters();
            let of_role = parameters.iter().filter(|named| named.role == role);
            let values: Vec<f64> = of_role
                .flat_map(|named| named.parameter.values())
                .map(|&value| f64::from(value))
                .collect();
            values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64
        })
    }

    #[test]
    fn the_paper_can_be_read_either_way() {
        for (initialisation, variance) in [
            (Initialisation::Paper, 1e-4),
            (Initialisation::PaperVariance, 1e-2),
        ] {
            // 11 500 weights and 220 biases: within four standard errors, sqrt(2 / n) of the variance.
            let [weights, biases] = mean_squares(initialisation);
            assert!((weights / variance - 1.0).abs() < 0.053, "{weights}");
            assert!((biases / variance - 1.0).abs() < 0.38, "{biases}");
        }
        let [weights, biases] = mean_squares(Initialisation::Glorot);
        // Layers of 100, 50, 20, 10 and 50, 100 units: between 2/150 and 2/60.
        assert!((2.0 / 150.0..2.0 / 60.0).contains(&weights) && biases == 0.0);
    }
}
