//! A model's parameters as PyTorch names and lays them out.
//!
//! Encoder and decoder are an `nn.Sequential` each: `Linear`, nonlinearity, `Linear`, and so on to the last `Linear`. So the
//! layers are numbered 0, 2, 4: `encoder.0.weight`, `encoder.0.bias`, `encoder.2.weight`. A weight of PyTorch's has a row per
//! output, ours a row per input. A parameter that belongs to no layer keeps its name.

use super::{Metadata, NamedArray, transposed};
use crate::data::ItemShape;
use crate::model::Vae;
use crate::nn::parameters::{Named, Parameter, Role};

/// All parameters of a model, with what it takes to use them.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// One array per parameter, in the order of the model.
    pub arrays: Vec<NamedArray>,
    /// The model they belong to; files of other programs have none.
    pub metadata: Option<Metadata>,
}

impl Parameters {
    /// Those of `model`, whose items have that shape.
    pub fn of(model: &Vae, shape: ItemShape) -> Self {
        let parameters = means(model.parameters());
        let names = names(&parameters);
        let array = |(name, named): (String, &Named<&dyn Parameter>)| {
            let (sizes, values) = (named.parameter.sizes(), named.parameter.values());
            match sizes[..] {
                [inputs, outputs] if named.role == Role::Weight => NamedArray {
                    name,
                    sizes: vec![outputs, inputs],
                    values: transposed(values, inputs, outputs),
                },
                _ => NamedArray {
                    name,
                    sizes,
                    values: values.to_vec(),
                },
            }
        };
        let arrays: Vec<NamedArray> = names.into_iter().zip(&parameters).map(array).collect();
        let checksum = checksum(&arrays);
        Self {
            arrays,
            metadata: Some(Metadata::new(model.architecture(), shape, checksum)),
        }
    }

    /// Gives `model` these parameters, whatever their order: all of them, or none.
    ///
    /// # Errors
    /// Which parameter is missing, has no place in the model or another shape than the model needs, or where a number is not
    /// finite; or that the file was changed since it was exported.
    pub(super) fn install(mut self, model: &mut Vae) -> Result<(), String> {
        if let Some(metadata) = &self.metadata {
            metadata.check(model.architecture())?;
        }
        let parameters = means(model.parameters());
        let mut arrays = Vec::with_capacity(parameters.len());
        for (name, named) in names(&parameters).into_iter().zip(&parameters) {
            let mut sizes = named.parameter.sizes();
            if named.role == Role::Weight {
                sizes.reverse();
            }
            let place = self.arrays.iter().position(|array| array.name == name);
            let place = place.ok_or_else(|| format!("it has no {name}, which must be of shape {sizes:?}"))?;
            let array = self.arrays.swap_remove(place);
            if array.sizes != sizes {
                return Err(format!(
                    "{name} has the shape {:?}, but {sizes:?} is needed",
                    array.sizes
                ));
            }
            if let Some(place) = array.values.iter().position(|value| !value.is_finite()) {
                return Err(format!(
                    "number {place} of {name} is {}, but must be finite",
                    array.values[place]
                ));
            }
            arrays.push(array);
        }
        if let Some(array) = self.arrays.first() {
            return Err(format!(
                "it has {:?}, for which a model {} has no place",
                array.name,
                model.architecture()
            ));
        }
        let metadata = self.metadata.as_ref();
        if metadata.is_some_and(|metadata| metadata.checksum != checksum(&arrays)) {
            return Err("its numbers do not fit the checksum that it says of them".into());
        }
        for (named, array) in means(model.parameters_mut()).into_iter().zip(arrays) {
            let values = named.parameter.values_mut();
            match array.sizes[..] {
                [outputs, inputs] if named.role == Role::Weight => {
                    values.copy_from_slice(&transposed(&array.values, outputs, inputs));
                }
                _ => values.copy_from_slice(&array.values),
            }
        }
        Ok(())
    }
}

/// The parameters without log-variances: of weights that are Gaussians other programs have the means.
fn means<P>(parameters: Vec<Named<P>>) -> Vec<Named<P>> {
    let mut parameters = parameters;
    parameters.retain(|named| named.role != Role::LogVariance);
    parameters
}

/// The names under which PyTorch knows these parameters.
fn names<'a, P>(parameters: &'a [Named<P>]) -> Vec<String> {
    let mut layers: Vec<(&str, &str)> = Vec::new();
    let name = |named: &'a Named<P>| {
        let parts: Vec<&str> = named.name.split('.').collect();
        let [network, layer, kind] = parts[..] else {
            return named.name.clone();
        };
        // Networks between stochastic layers are no part of a sequence.
        if layer.starts_with("layer") {
            return named.name.clone();
        }
        let of_network: Vec<&str> = layers
            .iter()
            .filter(|(other, _)| *other == network)
            .map(|(_, layer)| *layer)
            .collect();
        let place = of_network.iter().position(|other| *other == layer);
        let place = place.unwrap_or_else(|| {
            layers.push((network, layer));
            of_network.len()
        });
        // Between two layers stands a nonlinearity.
        format!("{network}.{}.{kind}", 2 * place)
    };
    parameters.iter().map(name).collect()
}

/// CRC-32 of the bytes of all arrays, one after the other.
fn checksum(arrays: &[NamedArray]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for array in arrays {
        hasher.update(&array.bytes());
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Architecture, Initialisation, Likelihood, Recognition};

    fn model(recognition: Recognition) -> Vae {
        let architecture = Architecture {
            pixels: 6,
            hidden: crate::model::Layers::new(vec![5, 4]),
            latent: 2,
            likelihood: Likelihood::Gaussian,
            recognition,
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::PyTorch, 3)
    }

    #[test]
    fn names_and_shapes_are_those_of_a_sequential_of_pytorch() {
        let parameters = Parameters::of(&model(Recognition::Encoder), ItemShape::grey(2, 3));
        let found: Vec<(&str, &[usize])> = parameters
            .arrays
            .iter()
            .map(|array| (array.name.as_str(), array.sizes.as_slice()))
            .collect();
        let expected: [(&str, &[usize]); 12] = [
            ("encoder.0.weight", &[5, 6]),
            ("encoder.0.bias", &[5]),
            ("encoder.2.weight", &[4, 5]),
            ("encoder.2.bias", &[4]),
            ("encoder.4.weight", &[4, 4]),
            ("encoder.4.bias", &[4]),
            ("decoder.0.weight", &[4, 2]),
            ("decoder.0.bias", &[4]),
            ("decoder.2.weight", &[5, 4]),
            ("decoder.2.bias", &[5]),
            ("decoder.4.weight", &[12, 5]),
            ("decoder.4.bias", &[12]),
        ];
        assert_eq!(found, expected);
        let without = Parameters::of(&model(Recognition::Chains), ItemShape::grey(2, 3));
        assert!(
            without
                .arrays
                .iter()
                .all(|array| array.name.starts_with("decoder."))
        );
    }

    #[test]
    fn a_weight_has_a_row_per_output() {
        let model = model(Recognition::Encoder);
        let parameters = Parameters::of(&model, ItemShape::grey(2, 3));
        let ours = model.parameters()[0].parameter.values().to_vec();
        let theirs = &parameters.arrays[0].values;
        for (input, output) in [(0, 0), (1, 0), (0, 1), (5, 4), (2, 3)] {
            assert_eq!(ours[input * 5 + output], theirs[output * 6 + input]);
        }
    }

    #[test]
    fn what_does_not_fit_is_named_and_changes_nothing() {
        let exported = Parameters::of(&model(Recognition::Encoder), ItemShape::grey(2, 3));
        let fault = |change: &dyn Fn(&mut Parameters)| {
            let mut parameters = exported.clone();
            change(&mut parameters);
            let mut target = Vae::zeros(model(Recognition::Encoder).architecture().clone());
            let fault = parameters.install(&mut target).unwrap_err();
            let untouched = target
                .parameters()
                .iter()
                .all(|named| named.parameter.values().iter().all(|&value| value == 0.0));
            assert!(untouched, "{fault}");
            fault
        };
        for (change, words) in [
            (
                (&|p: &mut Parameters| drop(p.arrays.remove(2))) as &dyn Fn(&mut Parameters),
                "it has no encoder.2.weight, which must be of shape [4, 5]",
            ),
            (
                &|p| p.arrays[1].sizes = vec![1, 5],
                "encoder.0.bias has the shape [1, 5], but [5] is needed",
            ),
            (
                &|p| p.arrays[3].values[2] = f32::NAN,
                "number 2 of encoder.2.bias is NaN, but must be finite",
            ),
            (
                &|p| {
                    p.arrays.push(NamedArray {
                        name: "more".into(),
                        ..p.arrays[1].clone()
                    })
                },
                "it has \"more\", for which a model 6-5-4-2-4-5-6 tanh gaussian has no place",
            ),
            (
                &|p| p.arrays[0].values[0] += 1.0,
                "its numbers do not fit the checksum that it says of them",
            ),
            (
                &|p| p.metadata.as_mut().unwrap().activation = "relu".into(),
                "its model has the activation \"relu\", but \"tanh\" is needed",
            ),
        ] {
            assert_eq!(fault(change), words);
        }
    }

    #[test]
    fn the_order_of_a_file_does_not_matter() {
        let source = model(Recognition::Encoder);
        let mut parameters = Parameters::of(&source, ItemShape::grey(2, 3));
        parameters.arrays.reverse();
        let mut target = Vae::zeros(source.architecture().clone());
        parameters.install(&mut target).unwrap();
        for (ours, theirs) in source.parameters().iter().zip(target.parameters()) {
            assert_eq!(
                ours.parameter.values(),
                theirs.parameter.values(),
                "{}",
                ours.name
            );
        }
    }
}
