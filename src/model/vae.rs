//! The autoencoder: an encoder and a decoder.

use dfdx::prelude::*;

use super::families::{ClassConditional, Family, HiddenValues, Networks, without_gaps};
use super::posterior::Posterior;
use super::posterior::flow::Flow;
use super::prior::Prior;
use super::{Architecture, Decoded, Initialisation};
use crate::dims::{Batch, Classes, Latent, Moments, Pixels, Style};
use crate::nn::parameters::{Named, Parameter};
use crate::random::{Purpose, generator};

/// The stream of the prior's first values, far from those of the parameters, which are counted from 0.
const PRIOR: u64 = 1 << 32;

/// A variational autoencoder.
///
/// A clone is a snapshot: it shares the parameters until one of the two is changed, and only then copies them.
///
/// Only latent variables can be decoded; pixels do not compile:
///
/// ```
/// use dfdx::prelude::*;
/// use vae_tui::dims::{Batch, Latent, Pixels};
/// # use vae_tui::model::{Architecture, Decoded, Initialisation, Vae};
/// # let architecture = Architecture { pixels: 4, hidden: 3.into(), latent: 2, ..Architecture::default() };
/// # let vae = Vae::new(architecture, Initialisation::Glorot, 0);
/// let z: Tensor<(Batch, Latent), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Latent(2)));
/// let decoded: Decoded<NoneTape> = vae.decode(z);
/// ```
///
/// ```compile_fail,E0308
/// use dfdx::prelude::*;
/// use vae_tui::dims::{Batch, Latent, Pixels};
/// # use vae_tui::model::{Architecture, Decoded, Initialisation, Vae};
/// # let architecture = Architecture { pixels: 4, hidden: 3.into(), latent: 2, ..Architecture::default() };
/// # let vae = Vae::new(architecture, Initialisation::Glorot, 0);
/// let x: Tensor<(Batch, Pixels), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Pixels(4)));
/// let decoded: Decoded<NoneTape> = vae.decode(x);
/// ```
#[derive(Clone, Debug)]
pub struct Vae {
    pub(super) architecture: Architecture,
    pub(super) networks: Networks,
    pub(super) prior: Prior,
    pub(super) flow: Flow,
}

impl Vae {
    /// A model with its first values drawn from `seed`.
    pub fn new(architecture: Architecture, initialisation: Initialisation, seed: u64) -> Self {
        let mut model = Self::zeros(architecture);
        initialisation.apply(&mut model, seed);
        if let Networks::Markov(markov) = &mut model.networks {
            markov.begin();
        }
        let mut generator = generator(seed, Purpose::Initialisation, PRIOR, 0);
        match &mut model.prior {
            Prior::Standard => {}
            Prior::Vamp(vamp) => vamp.scatter(&mut generator),
            Prior::Mixture(mixture) => mixture.scatter(&mut generator),
        }
        model
    }

    /// A model of zeros, for values that come from a file.
    pub fn zeros(architecture: Architecture) -> Self {
        // Without dfdx's store of freed memory, unlike the devices of threads: several threads allocate on a model's device,
        // for its gradients, and that store panics when two of them take its last piece at once.
        let device = Cpu::default();
        let networks = Networks::zeros(&device, &architecture);
        Self {
            networks,
            prior: Prior::zeros(&device, &architecture),
            flow: Flow::zeros(&device, &architecture),
            architecture,
        }
    }

    /// A model of so many pixels, hidden units and latent dimensions, with a Bernoulli decoder, for tests that want one like any
    /// other.
    #[cfg(test)]
    pub(crate) fn small((pixels, hidden, latent): (usize, usize, usize), seed: u64) -> Self {
        let architecture = Architecture {
            pixels,
            hidden: hidden.into(),
            latent,
            ..Architecture::default()
        };
        Self::new(architecture, Initialisation::Glorot, seed)
    }

    /// The sizes of the layers.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The recognition model `q(z|x) = N(mu(x), diag(sigma^2(x)))` (appendix C.2), for methods that train one: `mu` and
    /// `log sigma^2`, one row per data point. The tape starts at the data.
    ///
    /// # Panics
    /// If the architecture has no encoder, because chains take its place, or several stochastic layers: [`Vae::recognise`] and
    /// [`Vae::infer`] do for all.
    #[expect(
        clippy::expect_used,
        reason = "a method that trains an encoder makes models that have one"
    )]
    pub fn encode<T: Tape<f32, Cpu>>(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, tape: T) -> Posterior<T> {
        self.networks.encode(x, tape).expect("a model with an encoder")
    }

    /// The generative model `p(x|z)` for every latent vector, one a row.
    pub fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        self.networks.decode(z)
    }

    /// The logits of `q(y|x)`, one row per data point, of a model that knows classes.
    ///
    /// # Panics
    /// If it knows none; so do [`Vae::encode_as`] and [`Vae::decode_as`].
    pub fn classify<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, Classes), f32, Cpu, T> {
        self.class_conditional().classify(&without_gaps(x), tape)
    }

    /// `mu` and `log sigma^2` of `q(z|x, y)` in so many rows, the class of row `i` being `class(i)`; rows beyond the data points are
    /// further rounds of them.
    pub fn encode_as<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        rows: usize,
        class: impl Fn(usize) -> usize,
        tape: T,
    ) -> Tensor<(Batch, Moments<Style>), f32, Cpu, T> {
        self.class_conditional()
            .encode_as(&without_gaps(x), rows, class, tape)
    }

    /// `p(x|y, z)` for every style, the class of row `i` being `class(i)`.
    pub fn decode_as<T: Tape<f32, Cpu>>(
        &self,
        style: Tensor<(Batch, Style), f32, Cpu, T>,
        class: impl Fn(usize) -> usize,
    ) -> Decoded<T> {
        self.class_conditional().decode_as(style, class)
    }

    /// The latent vectors with the style of `z`, one for every class that the model knows; `z` alone where it knows none.
    pub fn in_every_class(&self, z: &[f32]) -> Vec<Vec<f32>> {
        match &self.networks {
            Networks::ClassConditional(networks) => networks.in_every_class(z),
            _ => vec![z.to_vec()],
        }
    }

    /// The class that a model with classes says of every data point; none of a model without.
    pub fn predict(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Option<Vec<usize>> {
        match &self.networks {
            Networks::ClassConditional(networks) => Some(networks.predict(&without_gaps(x))),
            _ => None,
        }
    }

    #[expect(
        clippy::panic,
        reason = "a method that learns classes makes models that have them"
    )]
    fn class_conditional(&self) -> &ClassConditional {
        match &self.networks {
            Networks::ClassConditional(networks) => networks,
            _ => panic!("a model that knows classes"),
        }
    }

    /// What every hidden layer says, with the network that it belongs to: the encoder's of the data, where there is one, then the
    /// decoder's of the latent vectors.
    pub fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues> {
        self.networks.hidden(x, z)
    }

    /// Every parameter, in the order in which a session lists them.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let encoder = self.networks.encoder_parameters().into_iter();
        let decoder = self.networks.decoder_parameters().into_iter();
        encoder
            .map(|named| named.within("encoder"))
            .chain(decoder.map(|named| named.within("decoder")))
            .chain(
                self.prior
                    .parameters()
                    .into_iter()
                    .map(|named| named.within("prior")),
            )
            .chain(self.flow.parameters().map(|named| named.within("flow")))
            .collect()
    }

    /// Takes these rows for the pseudo-inputs of a VampPrior; a model with another prior stays what it is.
    ///
    /// `rows` is called with the number of rows that there are, and answers with as many, one after the other.
    pub fn begin_pseudo_inputs(&mut self, rows: impl FnOnce(usize) -> Vec<f32>) {
        if let Prior::Vamp(vamp) = &mut self.prior {
            let parameter = vamp.parameter_mut().parameter;
            let count = parameter.sizes()[0];
            for (value, given) in parameter.values_mut().iter_mut().zip(rows(count)) {
                *value = if given.is_nan() { 0.0 } else { given };
            }
        }
    }

    /// Makes a Markov model say the mean of the data in every step as long as its latent variables say nothing; a model of another
    /// family stays what it is.
    ///
    /// `means` is called with the number of values of a step, and answers with the mean of each, in units of `x`.
    pub fn begin_emitter(&mut self, means: impl FnOnce(usize) -> Vec<f32>) {
        if let Networks::Markov(markov) = &mut self.networks {
            let features = markov.features();
            markov.begin_emitter(&means(features));
        }
    }

    /// The decoder's parameters alone.
    pub(super) fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        self.networks.decoder_parameters()
    }

    /// Every parameter, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let [encoder, decoder] = self.networks.parameters_mut();
        let prior = self.prior.parameters_mut().into_iter();
        encoder
            .into_iter()
            .map(|named| named.within("encoder"))
            .chain(decoder.into_iter().map(|named| named.within("decoder")))
            .chain(prior.map(|named| named.within("prior")))
            .chain(self.flow.parameters_mut().map(|named| named.within("flow")))
            .collect()
    }
}
