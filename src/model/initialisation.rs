//! The first values of the parameters.

use rand::Rng;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::Vae;
use crate::nn::parameters::Role;
use crate::random::{Purpose, generator};

/// How a fresh model starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Initialisation {
    /// Every parameter from `N(0, 0.01)`, read as a standard deviation of 0.01 (section 5 of the paper leaves open
    /// which is meant).
    Paper,
    /// Weights from `N(0, 2 / (inputs + outputs))`, biases zero (Glorot and Bengio 2010).
    Glorot,
    /// Weights and biases from `U(-1/sqrt(inputs), 1/sqrt(inputs))`, the default of PyTorch's `Linear`.
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
                (Self::Paper, _) => fill(values, 0.01, &mut generator),
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
