//! Encoder and decoder as ONNX graphs, which runtimes of any language compute without this program.
//!
//! The encoder reads `x` (batch, pixels) and says `mean` and `log_variance` of `q(z|x)` (batch, latent); the decoder reads `z`
//! (batch, latent) and says `decoded`, all numbers of `p(x|z)`, as its last layer has them: for Bernoullis (batch, pixels)
//! logits. The batch may have any size.

mod schema;

use prost::Message;

use self::schema::{
    ATTRIBUTE_FLOAT, ATTRIBUTE_INT, AttributeProto, Dimension, FLOAT, GraphProto, INT64, ModelProto,
    NodeProto, OperatorSetIdProto, StringStringEntryProto, TensorProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto,
};
use super::{Metadata, NamedArray, Parameters};
use crate::kernels::scalar::LEAK;
use crate::model::posterior::FlowKind;
use crate::model::{Activation, Architecture, Recognition, Vae};

/// The version of ONNX's operators: the first in which Split takes its sizes as an input.
pub const OPSET: i64 = 13;
/// The version of the file format that came with those operators.
const IR_VERSION: i64 = 7;
/// More than a protocol buffer can hold.
const TOO_LARGE: usize = i32::MAX as usize;

/// A network of a model has no file in ONNX.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnnxError {
    /// Monte Carlo EM trains none.
    #[error("the model has no encoder: Markov chains take its place")]
    NoEncoder,
    /// The encoder's graph says moments, which a flow goes on from.
    #[error(
        "the posterior goes on after the encoder in a normalising flow, for which there is no graph; the decoder has one"
    )]
    Flow,
    /// There is more between the layers than their nonlinearity, or the layers are others.
    #[error(
        "only plain fully connected layers are written as graphs, and this model has others; its parameters can be exported as \
         safetensors and NPZ"
    )]
    OtherNetworks,
    /// The format says sizes in 31 bits.
    #[error("the network has more than the 2 GiB that an ONNX file can hold")]
    TooLarge,
}

/// The file of the encoder.
///
/// # Errors
/// If there is no encoder, its layers are no plain ones, a flow follows it, or it is too large.
pub fn encoder(model: &Vae, parameters: &Parameters) -> Result<Vec<u8>, OnnxError> {
    let &Architecture {
        pixels,
        latent,
        recognition,
        ..
    } = model.architecture();
    if recognition == Recognition::Chains {
        return Err(OnnxError::NoEncoder);
    }
    if model.architecture().latents.flow != FlowKind::None {
        return Err(OnnxError::Flow);
    }
    check_networks(model)?;
    let mut graph = layers(
        "encoder",
        "x",
        "moments",
        model.architecture().activation,
        parameters,
    )?;
    graph.input = vec![rows("x", pixels)];
    let sizes = [latent as i64; 2].into_iter().flat_map(i64::to_le_bytes);
    graph.initializer.push(TensorProto {
        dims: vec![2],
        data_type: INT64,
        name: "sizes".into(),
        raw_data: sizes.collect(),
    });
    graph.node.push(NodeProto {
        input: vec!["moments".into(), "sizes".into()],
        output: vec!["mean".into(), "log_variance".into()],
        name: "split".into(),
        op_type: "Split".into(),
        attribute: vec![whole_number("axis", 1)],
    });
    graph.output = vec![rows("mean", latent), rows("log_variance", latent)];
    Ok(file(graph, parameters.metadata.as_ref()))
}

/// The file of the decoder. What it learned beside its layers, such as one log-variance for all values, is an output too.
///
/// # Errors
/// If its layers are no plain ones, or it is too large.
pub fn decoder(model: &Vae, parameters: &Parameters) -> Result<Vec<u8>, OnnxError> {
    check_networks(model)?;
    let architecture = model.architecture();
    let mut graph = layers("decoder", "z", "decoded", architecture.activation, parameters)?;
    graph.input = vec![rows("z", architecture.latent)];
    graph.output = vec![rows("decoded", width_of_last_layer(&graph))];
    for name in beside_layers(&graph) {
        let output = name.trim_start_matches("decoder.").to_owned();
        graph.output.push(numbers(&output, 1));
        graph.node.push(NodeProto {
            input: vec![name],
            output: vec![output.clone()],
            name: output,
            op_type: "Identity".into(),
            attribute: Vec::new(),
        });
    }
    Ok(file(graph, parameters.metadata.as_ref()))
}

fn check_networks(model: &Vae) -> Result<(), OnnxError> {
    match model.architecture().is_plain() {
        true => Ok(()),
        false => Err(OnnxError::OtherNetworks),
    }
}

/// Numbers that the last layer says.
fn width_of_last_layer(graph: &GraphProto) -> usize {
    let mut weights = graph.initializer.iter().filter(|tensor| tensor.dims.len() == 2);
    weights.next_back().map_or(0, |weight| weight.dims[0] as usize)
}

/// The names of parameters that no operation reads.
fn beside_layers(graph: &GraphProto) -> Vec<String> {
    let is_read = |name: &String| graph.node.iter().any(|node| node.input.contains(name));
    let names = graph.initializer.iter().map(|tensor| tensor.name.clone());
    names.filter(|name| !is_read(name)).collect()
}

/// The layers of a network, with the nonlinearity between them, from its input to its output.
fn layers(
    network: &str,
    input: &str,
    output: &str,
    activation: Activation,
    parameters: &Parameters,
) -> Result<GraphProto, OnnxError> {
    let of_network = |array: &&NamedArray| array.name.split('.').next() == Some(network);
    let arrays: Vec<&NamedArray> = parameters.arrays.iter().filter(of_network).collect();
    let numbers: usize = arrays.iter().map(|array| array.values.len()).sum();
    // Names and nodes are far smaller than one number per parameter.
    if numbers.saturating_mul(size_of::<f32>()) > TOO_LARGE - (1 << 20) {
        return Err(OnnxError::TooLarge);
    }
    let weights = arrays.iter().filter(|array| array.name.ends_with(".weight"));
    let layers: Vec<&str> = weights
        .filter_map(|array| array.name.strip_suffix(".weight"))
        .collect();
    let mut nodes = Vec::new();
    let mut value = input.to_owned();
    for (index, layer) in layers.iter().enumerate() {
        let is_last = index + 1 == layers.len();
        let affine = if is_last {
            output.to_owned()
        } else {
            format!("{layer}.output")
        };
        nodes.push(NodeProto {
            input: vec![value, format!("{layer}.weight"), format!("{layer}.bias")],
            output: vec![affine.clone()],
            name: (*layer).into(),
            op_type: "Gemm".into(),
            attribute: vec![whole_number("transB", 1)],
        });
        value = affine;
        if !is_last {
            let activated = format!("{layer}.activated");
            nodes.extend(nonlinearity(activation, layer, value, &activated));
            value = activated;
        }
    }
    let initializer = arrays.into_iter().map(|array| TensorProto {
        dims: array.sizes.iter().map(|&size| size as i64).collect(),
        data_type: FLOAT,
        name: array.name.clone(),
        raw_data: array.bytes(),
    });
    Ok(GraphProto {
        node: nodes,
        name: network.into(),
        initializer: initializer.collect(),
        input: Vec::new(),
        output: Vec::new(),
    })
}

/// The nonlinearity behind a layer, from the value `input` to the value `output`.
fn nonlinearity(activation: Activation, layer: &str, input: String, output: &str) -> Vec<NodeProto> {
    let node = |op_type: &str, input: Vec<String>, output: Vec<String>, attribute| NodeProto {
        name: format!("{}.{op_type}", output.concat()),
        input,
        output,
        op_type: op_type.into(),
        attribute,
    };
    let op_type = match activation {
        Activation::Tanh => "Tanh",
        Activation::Relu => "Relu",
        Activation::Softplus => "Softplus",
        Activation::LeakyRelu => "LeakyRelu",
        Activation::Elu => "Elu",
        Activation::Sigmoid => "Sigmoid",
        Activation::Gated => {
            let of_layer = |what: &str| format!("{layer}.{what}");
            let (values, gates, opening) = (of_layer("values"), of_layer("gates"), of_layer("opening"));
            // Without sizes, Split makes equal parts.
            let halves = vec![values.clone(), gates.clone()];
            return vec![
                node("Split", vec![input], halves, vec![whole_number("axis", 1)]),
                node("Sigmoid", vec![gates], vec![opening.clone()], Vec::new()),
                node("Mul", vec![values, opening], vec![output.into()], Vec::new()),
            ];
        }
    };
    let attribute = match activation {
        Activation::LeakyRelu => vec![real_number("alpha", LEAK)],
        Activation::Elu => vec![real_number("alpha", 1.0)],
        _ => Vec::new(),
    };
    vec![node(op_type, vec![input], vec![output.into()], attribute)]
}

fn file(graph: GraphProto, metadata: Option<&Metadata>) -> Vec<u8> {
    let json = metadata.and_then(|metadata| metadata.json().ok());
    let entry = |value| StringStringEntryProto {
        key: "vae-tui".into(),
        value,
    };
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "vae-tui".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: OPSET,
        }],
        metadata_props: json.into_iter().map(entry).collect(),
    };
    model.encode_to_vec()
}

fn whole_number(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        f: 0.0,
        i: value,
        r#type: ATTRIBUTE_INT,
    }
}

fn real_number(name: &str, value: f32) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        f: value,
        i: 0,
        r#type: ATTRIBUTE_FLOAT,
    }
}

/// A matrix with any number of rows.
fn rows(name: &str, columns: usize) -> ValueInfoProto {
    let batch = Dimension {
        dim_value: None,
        dim_param: Some("batch".into()),
    };
    floats(name, vec![batch, of_size(columns)])
}

/// So many numbers.
fn numbers(name: &str, count: usize) -> ValueInfoProto {
    floats(name, vec![of_size(count)])
}

fn of_size(size: usize) -> Dimension {
    Dimension {
        dim_value: Some(size as i64),
        dim_param: None,
    }
}

fn floats(name: &str, dim: Vec<Dimension>) -> ValueInfoProto {
    let tensor = TensorTypeProto {
        elem_type: FLOAT,
        shape: Some(TensorShapeProto { dim }),
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto {
            tensor_type: Some(tensor),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use dfdx::prelude::*;
    use strum::VariantArray;

    use super::*;
    use crate::data::ItemShape;
    use crate::dims::{Batch, Latent, Pixels};
    use crate::model::{Initialisation, Layers, Likelihood, NormalisationKind};
    use crate::nn::view::elements;

    fn model(activation: Activation, likelihood: Likelihood, recognition: Recognition) -> Vae {
        let architecture = Architecture {
            pixels: 5,
            hidden: Layers::new(vec![4, 3]),
            latent: 2,
            activation,
            likelihood,
            recognition,
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::PyTorch, 8)
    }

    /// What a graph computes of some rows, by the definition of its operators.
    fn evaluate(file: &[u8], input: Vec<f32>) -> HashMap<String, Vec<f32>> {
        let graph = ModelProto::decode(file).unwrap().graph.unwrap();
        let floats = |tensor: &TensorProto| -> Vec<f32> {
            let (numbers, _) = tensor.raw_data.as_chunks::<4>();
            numbers.iter().map(|&number| f32::from_le_bytes(number)).collect()
        };
        let initial = |name: &str| {
            graph
                .initializer
                .iter()
                .find(|tensor| tensor.name == name)
                .unwrap()
        };
        let mut values = HashMap::from([(graph.input[0].name.clone(), input)]);
        for node in &graph.node {
            let Some(x) = values.get(&node.input[0]).cloned() else {
                assert_eq!(node.op_type, "Identity");
                values.insert(node.output[0].clone(), floats(initial(&node.input[0])));
                continue;
            };
            match node.op_type.as_str() {
                "Gemm" => {
                    let (weight, bias) = (initial(&node.input[1]), floats(initial(&node.input[2])));
                    let inputs = weight.dims[1] as usize;
                    let weight = floats(weight);
                    let dot = |row: &[f32], weights: &[f32]| -> f32 {
                        row.iter().zip(weights).map(|(x, w)| x * w).sum()
                    };
                    let y = x.chunks(inputs).flat_map(|row| {
                        let outputs = weight.chunks(inputs).zip(&bias);
                        outputs
                            .map(|(weights, bias)| dot(row, weights) + bias)
                            .collect::<Vec<f32>>()
                    });
                    values.insert(node.output[0].clone(), y.collect());
                }
                "Mul" => {
                    let other = &values[&node.input[1]];
                    let products = x.iter().zip(other).map(|(x, other)| x * other).collect();
                    values.insert(node.output[0].clone(), products);
                }
                "Split" => {
                    let width = x.len() / 3;
                    let part_width = width / node.output.len();
                    for (part, name) in node.output.iter().enumerate() {
                        let of_row = |row: &[f32]| row[part * part_width..][..part_width].to_vec();
                        values.insert(name.clone(), x.chunks(width).flat_map(of_row).collect());
                    }
                }
                activation => {
                    let alpha = node.attribute.first().map_or(f32::NAN, |alpha| alpha.f);
                    let of_every = |x: f32| match activation {
                        "Tanh" => x.tanh(),
                        "Relu" => x.max(0.0),
                        "Softplus" => x.exp().ln_1p(),
                        "Sigmoid" => 1.0 / (1.0 + (-x).exp()),
                        "LeakyRelu" if x < 0.0 => alpha * x,
                        "Elu" if x < 0.0 => alpha * x.exp_m1(),
                        "LeakyRelu" | "Elu" => x,
                        other => panic!("{other}"),
                    };
                    values.insert(node.output[0].clone(), x.into_iter().map(of_every).collect());
                }
            }
        }
        values
    }

    fn assert_close(ours: &[f32], theirs: &[f32]) {
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-5, "{ours} for {theirs}");
        }
    }

    #[test]
    fn graphs_compute_what_the_networks_do() {
        let device = Cpu::default();
        let x: Vec<f32> = (0..15).map(|i| (i % 4) as f32 / 3.0).collect();
        let z: Vec<f32> = (0..6).map(|i| i as f32 / 3.0 - 0.8).collect();
        for (index, &activation) in Activation::VARIANTS.iter().enumerate() {
            let likelihood = [Likelihood::Bernoulli, Likelihood::Gaussian][index % 2];
            let model = model(activation, likelihood, Recognition::Encoder);
            let parameters = Parameters::of(&model, ItemShape::grey(1, 5));
            let encoded = evaluate(&encoder(&model, &parameters).unwrap(), x.clone());
            let moments = model.encode(
                &device.tensor_from_vec(x.clone(), (Batch(3), Pixels(5))),
                NoneTape,
            );
            for (row, moments) in elements(&moments).chunks(4).enumerate() {
                assert_close(&encoded["mean"][2 * row..2 * row + 2], &moments[..2]);
                assert_close(&encoded["log_variance"][2 * row..2 * row + 2], &moments[2..]);
            }
            let decoded = evaluate(&decoder(&model, &parameters).unwrap(), z.clone());
            let ours = model.decode(device.tensor_from_vec(z.clone(), (Batch(3), Latent(2))));
            let width = decoded["decoded"].len() / 3;
            let logits = decoded["decoded"].chunks(width).flat_map(|row| &row[..5]);
            let means: Vec<f32> = logits.map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
            assert_close(&means, elements(&ours.means()));
        }
    }

    #[test]
    fn a_variance_that_all_values_share_is_an_output_of_its_own() {
        let mut architecture = model(Activation::Tanh, Likelihood::Gaussian, Recognition::Encoder)
            .architecture()
            .clone();
        architecture.observation.variance = crate::model::likelihood::Variance::Shared;
        let mut model = Vae::zeros(architecture);
        let shared = model.parameters_mut().pop().unwrap();
        assert_eq!(shared.name, "decoder.log_variance");
        shared.parameter.values_mut()[0] = -1.5;
        let parameters = Parameters::of(&model, ItemShape::grey(1, 5));
        assert_eq!(parameters.arrays.last().unwrap().name, "decoder.log_variance");
        let decoded = evaluate(&decoder(&model, &parameters).unwrap(), vec![0.0; 4]);
        assert_eq!(decoded["log_variance"], [-1.5]);
        assert_eq!(decoded["decoded"].len(), 2 * 5);
    }

    #[test]
    fn a_model_without_an_encoder_has_a_decoder_alone() {
        let model = model(Activation::Tanh, Likelihood::Bernoulli, Recognition::Chains);
        let parameters = Parameters::of(&model, ItemShape::grey(1, 5));
        assert_eq!(encoder(&model, &parameters), Err(OnnxError::NoEncoder));
        assert!(decoder(&model, &parameters).is_ok());
    }

    #[test]
    fn other_networks_than_plain_layers_are_refused() {
        let plain = model(Activation::Tanh, Likelihood::Bernoulli, Recognition::Encoder);
        for normalisation in [NormalisationKind::Layer, NormalisationKind::Batch] {
            let model = Vae::zeros(Architecture {
                normalisation,
                ..plain.architecture().clone()
            });
            let parameters = Parameters::of(&model, ItemShape::grey(1, 5));
            assert_eq!(encoder(&model, &parameters), Err(OnnxError::OtherNetworks));
            assert_eq!(decoder(&model, &parameters), Err(OnnxError::OtherNetworks));
        }
    }
}
