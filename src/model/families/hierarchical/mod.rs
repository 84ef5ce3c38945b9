//! Two and more stochastic layers: `p(x|z_1) p(z_1|z_2) ... p(z_L)`, with `p(z_L) = N(0, I)`.
//!
//! [`generative`] has what generates the layers, shared by the two ways of inference: from the [bottom up](bottom_up), or by a
//! [ladder]. The types of [`layer`] keep the layers apart. Outside, a row of latent variables has all layers, the first one's
//! dimensions first.

mod bottom_up;
mod conditional;
mod generative;
mod ladder;
mod layer;
#[cfg(test)]
mod tests;

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::stack::Stack;
use super::{Family, HiddenValues};
use crate::dims::{Batch, Hidden, Latent, Pixels};
use crate::model::likelihood::Head;
use crate::model::posterior::gaussian::{log_density_of_samples, reparameterise};
use crate::model::posterior::{LatentRows, PerRow};
use crate::model::{Architecture, Decoded};
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};
use bottom_up::BottomUp;
pub use conditional::Conditional;
pub use generative::Generative;
use ladder::Rung;
pub use layer::{Even, Layer, Odd, Stochastic};

/// The largest logarithm of a variance, and of one over it. What a layer says follows from what a layer beside it says, so that an
/// item unlike all others makes it more extreme from layer to layer, until `f32` has no such variance; and of a smaller variance than
/// this, differences of variables would be rounding.
const LARGEST_LOG_VARIANCE: f32 = 15.0;

/// How the posterior of several layers is inferred.
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
pub enum Inference {
    /// Each layer from the one below it (Burda, Grosse and Salakhutdinov 2016).
    #[default]
    BottomUp,
    /// A ladder: from the data and from the layer above (Sonderby et al. 2016).
    Ladder,
}

/// A model with several stochastic layers.
#[derive(Clone, Debug)]
pub struct Hierarchical {
    recognition: Recognition,
    generative: Generative<Odd, Even>,
    decoder: Stack<Stochastic<Odd>>,
    output: Head<Hidden>,
    first: Stochastic<Odd>,
}

#[derive(Clone, Debug)]
enum Recognition {
    BottomUp {
        /// `q(z_1|x)`.
        first: Box<Conditional<Pixels, Stochastic<Odd>>>,
        above: Box<BottomUp<Odd, Even>>,
    },
    Ladder(Box<Rung<Pixels, Odd, Even>>),
}

impl Hierarchical {
    /// A model of zeros whose architecture has two layers of latent variables at least.
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let groups = architecture.groups();
        let between = architecture
            .latents
            .units_between(architecture.hidden.units().len());
        let (pixels, first) = (Pixels(architecture.pixels), Stochastic::new(groups[0]));
        let hidden = || architecture.hidden.units().iter().copied();
        let recognition = match architecture.latents.inference {
            Inference::BottomUp => Recognition::BottomUp {
                first: Box::new(Conditional::zeros(device, pixels, hidden(), architecture, first)),
                above: Box::new(BottomUp::zeros(device, &groups, &between, architecture)),
            },
            Inference::Ladder => {
                let units = [vec![hidden().collect()], between.clone()].concat();
                Recognition::Ladder(Box::new(Rung::zeros(
                    device,
                    pixels,
                    &groups,
                    &units,
                    architecture,
                )))
            }
        };
        let decoder = Stack::zeros(device, first, hidden().rev(), architecture);
        Self {
            recognition,
            generative: Generative::zeros(device, &groups, &between, architecture),
            output: Head::zeros(
                device,
                decoder.width(),
                pixels,
                architecture.likelihood,
                architecture.observation,
            ),
            decoder,
            first,
        }
    }

    /// Draws from `q(z|x)`, rows of all layers, and `log q` of each.
    ///
    /// Shapes: x (B, pixels), noise (L B, N_z): the first sample of every data point, then the second, and so on.
    pub fn infer<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &LatentRows,
        tape: T,
    ) -> (LatentRows<T>, PerRow<T>) {
        let latent: Latent = noise.shape().1;
        match &self.recognition {
            Recognition::BottomUp { first, above } => {
                let moments = first.forward_data(x, tape);
                let eps = ops::columns(noise.clone(), 0, self.first);
                let log_q = log_density_of_samples(moments.retaped::<T>(), &eps);
                let z = reparameterise(moments, &eps);
                let (rest, log_q_of_rest) = above.infer(z.retaped::<T>(), noise, self.first.0);
                (ops::widened(z, 0, latent) + rest, log_q + log_q_of_rest)
            }
            Recognition::Ladder(rung) => {
                let h = rung.way_up.hidden.forward_data(x, tape);
                let (z, rest, log_q) = rung.infer(h, Some(&self.generative), noise, 0);
                let z = ops::widened(z, 0, latent);
                match rest {
                    Some(rest) => (z + rest, log_q),
                    None => (z, log_q),
                }
            }
        }
    }

    /// What generates the layers.
    pub fn generative(&self) -> &Generative<Odd, Even> {
        &self.generative
    }

    fn first_layer<T: Tape<f32, Cpu>>(
        &self,
        z: LatentRows<T>,
    ) -> Tensor<(Batch, Stochastic<Odd>), f32, Cpu, T> {
        ops::columns(z, 0, self.first)
    }
}

impl Family for Hierarchical {
    /// From the first layer alone.
    fn decode<T: Tape<f32, Cpu>>(&self, z: LatentRows<T>) -> Decoded<T> {
        self.output.forward(self.decoder.forward(self.first_layer(z)))
    }

    /// Those next to the data: of the encoder below the first layer, and of the decoder.
    fn hidden(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, z: LatentRows) -> Vec<HiddenValues> {
        let encoder = match &self.recognition {
            Recognition::BottomUp { first, .. } => first.layers(x.clone()),
            Recognition::Ladder(rung) => rung.way_up.hidden.layers(x.clone()),
        };
        let decoder = self.decoder.layers(self.first_layer(z)).into_iter();
        encoder
            .into_iter()
            .map(|values| ("encoder", values))
            .chain(decoder.map(|values| ("decoder", values)))
            .collect()
    }

    fn rest_moments(&mut self) {
        match &mut self.recognition {
            Recognition::BottomUp { first, above } => {
                first.rest_moments();
                above.rest_moments();
            }
            Recognition::Ladder(rung) => rung.rest_moments(),
        }
        self.generative.rest_moments();
        self.decoder.rest_moments();
    }

    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        match &self.recognition {
            Recognition::BottomUp { first, above } => {
                let mut all = first.parameters("layer1");
                all.extend(above.parameters(2));
                all
            }
            Recognition::Ladder(rung) => rung.parameters(1),
        }
    }

    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let mut all = self.generative.parameters(1);
        all.extend(self.decoder.parameters().chain(self.output.parameters()));
        all
    }

    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2] {
        let encoder = match &mut self.recognition {
            Recognition::BottomUp { first, above } => {
                let mut all = first.parameters_mut("layer1");
                all.extend(above.parameters_mut(2));
                all
            }
            Recognition::Ladder(rung) => rung.parameters_mut(1),
        };
        let mut decoder = self.generative.parameters_mut(1);
        decoder.extend(self.decoder.parameters_mut().chain(self.output.parameters_mut()));
        [encoder, decoder]
    }
}
