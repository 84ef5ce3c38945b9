//! Networks that know classes (Kingma, Rezende, Mohamed and Welling 2014, model M2): a classifier `q(y|x)`, an encoder
//! `q(z|x, y)` and a decoder `p(x|y, z)`.
//!
//! Of the latent dimensions the last ones are the classes', one each, and those before them the style `z`. A latent vector stands for
//! the class whose dimension is the largest: under the prior `N(0, I)` every class is as likely, as `p(y)` has it, and whatever
//! looks at latent vectors (traversals, draws from the prior, interpolation) moves through classes as well. The posterior of an item
//! lies where that dimension is the one that the classifier says, far enough from the others that hardly a draw is of another
//! class. Learning needs none of this: it asks for [`ClassConditional::encode_as`] and [`ClassConditional::decode_as`].

mod widths;

pub use widths::largest;

use dfdx::prelude::*;

use super::stack::{Network, Stack};
use super::{Family, HiddenValues};
use crate::dims::{Batch, Classes, Hidden, Joined, Latent, Moments, Pixels, Style};
use crate::model::likelihood::Head;
use crate::model::posterior::Posterior;
use crate::model::{Architecture, Decoded};
use crate::nn::parameters::{Named, Parameter};
use crate::nn::view::elements;
use crate::nn::{Linear, ops};

/// Where the posterior of the dimension of an item's class lies, and those of the others: mean and variance. A draw is of another
/// class about once in a thousand times; ten classes then cost 5.1 nats, where `p(y)` alone would cost `ln 10 = 2.3`.
const CLASS: [f32; 2] = [2.4, 0.1];
const OTHER_CLASSES: [f32; 2] = [-0.3, 0.45];

/// The latent vector with the style of `z` in one of so many classes, which the last dimensions stand for.
pub fn in_class(z: &[f32], classes: usize, class: usize) -> Vec<f32> {
    let mut z = z.to_vec();
    let style = z.len().saturating_sub(classes);
    z[style..].fill(OTHER_CLASSES[0]);
    z[style + class] = CLASS[0];
    z
}

/// Classifier, encoder and decoder.
#[derive(Clone, Debug)]
pub(in crate::model) struct ClassConditional {
    classes: Classes,
    style: Style,
    classifier: Network<Pixels, Classes>,
    encoder: Network<Joined<Pixels, Classes>, Moments<Style>>,
    decoder: (Stack<Joined<Style, Classes>>, Head<Hidden>),
}

impl ClassConditional {
    /// Networks of zeros.
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let pixels = Pixels(architecture.pixels);
        let classes = Classes(architecture.classes);
        let style = Style(architecture.latent.saturating_sub(classes.0));
        let units = || architecture.hidden.units().iter().copied();
        let decoder = Stack::zeros(device, Joined(style, classes), units().rev(), architecture);
        Self {
            classes,
            style,
            classifier: Network::zeros(device, pixels, units(), classes, architecture),
            encoder: Network::zeros(
                device,
                Joined(pixels, classes),
                units(),
                Moments(style),
                architecture,
            ),
            decoder: {
                let output = Head::zeros(
                    device,
                    decoder.width(),
                    pixels,
                    architecture.likelihood,
                    architecture.observation,
                );
                (decoder, output)
            },
        }
    }

    /// The latent vectors with the style of `z`, one for every class.
    pub fn in_every_class(&self, z: &[f32]) -> Vec<Vec<f32>> {
        let classes = self.classes.0;
        (0..classes).map(|class| in_class(z, classes, class)).collect()
    }

    /// The logits of `q(y|x)`, one row per data point.
    pub fn classify<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, Classes), f32, Cpu, T> {
        self.classifier.forward_data(x, tape)
    }

    /// `mu` and `log sigma^2` of `q(z|x, y)` for the data points, the class of row `i` being `class(i)`. Rows beyond the data points
    /// are further rounds of them.
    pub fn encode_as<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        rows: usize,
        class: impl Fn(usize) -> usize,
        tape: T,
    ) -> Tensor<(Batch, Moments<Style>), f32, Cpu, T> {
        let classes = (0..rows).map(class).collect();
        let sums = |first: &Linear<_, _>| {
            ops::affine_of_data_in_classes(x, classes, &first.weight, &first.bias, tape)
        };
        self.encoder.last.forward(self.encoder.hidden.forward_sums(sums))
    }

    /// `p(x|y, z)` for every style, the class of row `i` being `class(i)`.
    pub fn decode_as<T: Tape<f32, Cpu>>(
        &self,
        style: Tensor<(Batch, Style), f32, Cpu, T>,
        class: impl Fn(usize) -> usize,
    ) -> Decoded<T> {
        let joined = widths::with_classes(style, self.classes, class);
        let (hidden, output) = &self.decoder;
        output.forward(hidden.forward(joined))
    }

    /// The class that the classifier says of every data point.
    pub fn predict(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Vec<usize> {
        let logits = self.classify(x, NoneTape);
        elements(&logits)
            .chunks_exact(self.classes.0)
            .map(widths::largest)
            .collect()
    }
}

impl Family for ClassConditional {
    fn encode<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Option<Posterior<T>> {
        let classes = self.predict(x);
        let style = self.encode_as(x, classes.len(), |row| classes[row], tape);
        Some(widths::with_moments_of_classes(
            style,
            self.classes,
            &classes,
            [CLASS, OTHER_CLASSES],
        ))
    }

    /// None: no method that learns inputs knows classes.
    fn encode_input<T: Tape<f32, Cpu>>(
        &self,
        _: Tensor<(Batch, Pixels), f32, Cpu, T>,
    ) -> Option<Posterior<T>> {
        None
    }

    fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        let classes: Vec<usize> = elements(&z)
            .chunks_exact(z.shape().1.0)
            .map(|z| widths::largest(&z[self.style.0..]))
            .collect();
        self.decode_as(ops::columns(z, 0, self.style), |row| classes[row])
    }

    fn rest_moments(&mut self) {
        self.classifier.hidden.rest_moments();
        self.encoder.hidden.rest_moments();
        self.decoder.0.rest_moments();
    }

    fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues> {
        let classes: Vec<usize> = elements(&z)
            .chunks_exact(z.shape().1.0)
            .map(|z| widths::largest(&z[self.style.0..]))
            .collect();
        let joined = widths::with_classes(ops::columns(z, 0, self.style), self.classes, |row| classes[row]);
        let classifier = self.classifier.hidden.layers(x.clone()).into_iter();
        let decoder = self.decoder.0.layers(joined).into_iter();
        classifier
            .map(|values| ("encoder", values))
            .chain(decoder.map(|values| ("decoder", values)))
            .collect()
    }

    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let classifier = self.classifier.parameters("logits");
        classifier
            .map(|named| named.within("classifier"))
            .chain(self.encoder.parameters("moments"))
            .collect()
    }

    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let (decoder, output) = &self.decoder;
        decoder.parameters().chain(output.parameters()).collect()
    }

    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2] {
        let classifier = self.classifier.parameters_mut("logits");
        let encoder = classifier
            .map(|named| named.within("classifier"))
            .chain(self.encoder.parameters_mut("moments"));
        let (decoder, output) = &mut self.decoder;
        let decoder = decoder.parameters_mut().chain(output.parameters_mut());
        [encoder.collect(), decoder.collect()]
    }
}
