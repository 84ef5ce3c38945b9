//! What the hidden units of a model say of some items: those that say the same of all have nothing to learn from.

use dfdx::prelude::*;

use crate::data::Split;
use crate::dims::{Batch, Latent, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::nn::view::{elements, elements_mut};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Items that are looked at, at most.
const ITEMS: usize = 100;

/// The hidden layers of a model, the encoder's first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenUnits {
    /// One after the other.
    pub layers: Vec<HiddenLayer>,
}

/// A hidden layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenLayer {
    /// What it is part of: `encoder` or `decoder`.
    pub name: &'static str,
    /// Its units.
    pub units: usize,
    /// Those that are [stuck](crate::model::Activation::is_stuck_at) for every item that was looked at.
    pub stuck: usize,
}

impl HiddenUnits {
    /// For the first items of a split, and as many draws from the prior for the decoder.
    pub fn of(model: &Vae, split: &Split, context: MeasurementContext) -> Self {
        let architecture = model.architecture();
        let items = ITEMS.min(split.points());
        // dfdx has no tensors without elements.
        if items == 0 {
            return Self { layers: Vec::new() };
        }
        let device = Cpu::default();
        let pixels: Vec<f32> = (0..items).flat_map(|item| context.item(split, item)).collect();
        let x = device.tensor_from_vec(pixels, (Batch(items), Pixels(split.numbers_per_item)));
        let mut z = device.zeros_like(&(Batch(items), Latent(architecture.latent)));
        fill_standard_normal(
            &mut generator(context.seed, Purpose::Evaluation, 3, 0),
            elements_mut(&mut z),
        );
        let is_stuck = |value: f32| architecture.activation.is_stuck_at(value);
        let of_layer = |(name, values): (&'static str, Tensor<(Batch, crate::dims::Hidden), f32, Cpu>)| {
            let units = values.shape().1.size();
            let rows = elements(&values);
            let stuck = |unit: &usize| rows.chunks_exact(units).all(|row| is_stuck(row[*unit]));
            HiddenLayer {
                name,
                units,
                stuck: (0..units).filter(stuck).count(),
            }
        };
        Self {
            layers: model.hidden(&x, z).into_iter().map(of_layer).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::model::{Activation, Architecture, Initialisation, Layers};

    /// A model whose first hidden unit of the encoder has this bias.
    fn layers(activation: Activation, bias: f32) -> Vec<HiddenLayer> {
        let architecture = Architecture {
            pixels: 4,
            hidden: Layers::new(vec![3, 2]),
            latent: 2,
            activation,
            ..Architecture::default()
        };
        let mut model = Vae::new(architecture, Initialisation::Glorot, 1);
        for named in model.parameters_mut() {
            if named.name == "encoder.hidden.bias" {
                named.parameter.values_mut()[0] = bias;
            }
        }
        let split = Split::of_bytes((0..40).map(|value| value * 6).collect(), Vec::new(), 4);
        let context = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        HiddenUnits::of(&model, &split, context).layers
    }

    #[test]
    fn units_that_say_the_same_of_every_item_are_counted_by_layer() {
        for (activation, bias) in [
            (Activation::Relu, -50.0),
            (Activation::Tanh, -50.0),
            (Activation::Softplus, -50.0),
            (Activation::Sigmoid, 50.0),
            (Activation::Elu, -50.0),
        ] {
            let found = layers(activation, bias);
            let names: Vec<_> = found.iter().map(|layer| (layer.name, layer.units)).collect();
            assert_eq!(
                names,
                [("encoder", 3), ("encoder", 2), ("decoder", 2), ("decoder", 3)]
            );
            assert!(found[0].stuck >= 1, "{found:?}");
            assert!(found[0].stuck > layers(activation, 0.1)[0].stuck);
        }
    }
}
