//! Every operation, and what networks make of them, against central differences of the same function in 64 bits.

use dfdx::prelude::*;

use super::{
    affine, affine_of_data, affine_of_data_in_classes, batch_normalised, bounded_log_variances, convolution,
    elu, gated, layer_normalised, leaky_relu, normalised_by_running_moments, numbers_of_values, relu,
    reshaped, sigmoid, softplus, sum as sum_of, tanh, transposed_convolution,
};
use crate::dims::{Batch, Channels, Classes, Height, Hidden, Joined, Latent, Moments, Patch, Width};
use crate::kernels::Window;
use crate::nn::Weight;
use crate::nn::normalisation::Scale;
use crate::nn::parameters::Parameter;
use crate::nn::view::elements_mut;
use crate::nn::weight::gradient_rows;

const ROWS: usize = 4;
const WIDTH: usize = 3;

/// Numbers without a pattern, from -1 to 1.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let number =
        |i: u32| (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count as u32).map(number).collect()
}

/// `x W + b` in 64 bits; the sizes of `x` are (ROWS, inputs), of `b` (outputs).
fn affine_of(x: &[f64], w: &[f64], b: &[f64]) -> Vec<f64> {
    let (inputs, outputs) = (x.len() / ROWS, b.len());
    let element = |row: usize, output: usize| -> f64 {
        let products = (0..inputs).map(|input| x[row * inputs + input] * w[input * outputs + output]);
        products.sum::<f64>() + b[output]
    };
    (0..ROWS * outputs)
        .map(|index| element(index / outputs, index % outputs))
        .collect()
}

fn map(x: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter().copied().map(f).collect()
}

fn sum(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x + y).collect()
}

/// The loss of every test: the sum of the squares.
fn squares(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

/// The layer that every test uses: input, weight, bias.
struct Layer {
    x: Tensor<(Batch, Hidden), f32, Cpu>,
    weight: Weight<Hidden, Hidden>,
    bias: Tensor<(Hidden,), f32, Cpu>,
}

impl Layer {
    fn new() -> Self {
        let device = Cpu::default();
        Self {
            x: device.tensor_from_vec(numbers(ROWS * WIDTH, 1), (Batch(ROWS), Hidden(WIDTH))),
            weight: Weight::new(
                device.tensor_from_vec(numbers(WIDTH * WIDTH, 2), (Hidden(WIDTH), Hidden(WIDTH))),
            ),
            bias: device.tensor_from_vec(numbers(WIDTH, 3), (Hidden(WIDTH),)),
        }
    }

    fn apply<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        affine(x, &self.weight, &self.bias)
    }

    /// Compares the loss of `ours`, and its gradients, with those of `reference(x, weight, bias)`.
    fn compare(
        &self,
        ours: Tensor<Rank0, f32, Cpu, OwnedTape<f32, Cpu>>,
        reference: impl Fn(&[f64], &[f64], &[f64]) -> f64,
        of_data: bool,
    ) {
        self.compare_with(ours, &self.weight, reference, of_data);
    }

    /// The same where `ours` has used another object with the weights.
    fn compare_with(
        &self,
        ours: Tensor<Rank0, f32, Cpu, OwnedTape<f32, Cpu>>,
        weight: &dyn Parameter,
        reference: impl Fn(&[f64], &[f64], &[f64]) -> f64,
        of_data: bool,
    ) {
        let inputs = [self.x.as_vec(), self.weight.tensor().as_vec(), self.bias.as_vec()];
        let inputs = inputs.map(|values| values.into_iter().map(f64::from).collect::<Vec<f64>>());
        let value = |inputs: &[Vec<f64>; 3]| reference(&inputs[0], &inputs[1], &inputs[2]);
        let (loss, exact) = (f64::from(ours.as_vec()[0]), value(&inputs));
        assert!(
            (loss - exact).abs() < 1e-5 * exact.abs().max(1.0),
            "{loss} for {exact}"
        );

        let mut gradients = ours.backward();
        let gradients = [
            self.x.take_gradient(&mut gradients),
            whole_gradient(weight, &mut gradients),
            self.bias.take_gradient(&mut gradients),
        ];
        for (which, gradient) in gradients.iter().enumerate().skip(usize::from(of_data)) {
            for (index, &gradient) in gradient.iter().enumerate() {
                let at = |by: f64| {
                    let mut moved = inputs.clone();
                    moved[which][index] += by;
                    value(&moved)
                };
                let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!(
                    (f64::from(gradient) - difference).abs() < 2e-5 * difference.abs().max(1.0),
                    "input {which}, element {index}: {gradient} for {difference}"
                );
            }
        }
    }
}

/// The gradient of a weight, from the factors that the tape left.
fn whole_gradient(weight: &dyn Parameter, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32> {
    let sizes = weight.sizes();
    let mut whole = vec![f32::NAN; sizes[0] * sizes[1]];
    let factors = weight.take_gradient(gradients);
    gradient_rows(&[&factors], (sizes[0], sizes[1]), 0..sizes[0], &mut whole);
    whole
}

#[test]
fn an_affine_map() {
    let layer = Layer::new();
    let loss = layer.apply(layer.x.leaky_trace()).square().sum();
    layer.compare(loss, |x, w, b| squares(&affine_of(x, w, b)), false);
}

#[test]
fn an_affine_map_of_data() {
    let layer = Layer::new();
    let y = affine_of_data(&layer.x, &layer.weight, &layer.bias, OwnedTape::default());
    layer.compare(y.square().sum(), |x, w, b| squares(&affine_of(x, w, b)), true);
}

/// Two rounds of two data points with one input and two classes: what an affine map makes of them with their classes written out.
#[test]
fn an_affine_map_of_data_in_classes() {
    let layer = Layer::new();
    let classes = [0, 1, 1, 1];
    let points = [0.3, -0.8];
    let device = Cpu::default();
    let weight = Weight::new(device.tensor_from_vec(
        numbers(WIDTH * WIDTH, 2),
        (Joined(Hidden(1), Classes(2)), Hidden(WIDTH)),
    ));
    let rows = classes.iter().enumerate().flat_map(|(row, &class)| {
        let of_class = |place: usize| f32::from(u8::from(place == class));
        [points[row % 2], of_class(0), of_class(1)]
    });
    let joined = Layer {
        x: device.tensor_from_vec(rows.collect(), (Batch(ROWS), Hidden(WIDTH))),
        ..layer
    };
    let x = device.tensor(points).reshape_like(&(Batch(2), Hidden(1)));
    let y = affine_of_data_in_classes(&x, classes.to_vec(), &weight, &joined.bias, OwnedTape::default());
    let loss = y.square().sum();
    joined.compare_with(loss, &weight, |x, w, b| squares(&affine_of(x, w, b)), true);
}

type Taped = Tensor<(Batch, Hidden), f32, Cpu, OwnedTape<f32, Cpu>>;
type Ours = fn(Taped) -> Taped;
type Exact = fn(f64) -> f64;
/// Every element-wise activation, and its definition.
const ACTIVATIONS: [(Ours, Exact); 6] = [
    (tanh, f64::tanh),
    (relu, |x| x.max(0.0)),
    (leaky_relu, |x| x.max(x / 100.0)),
    (elu, |x| if x < 0.0 { x.exp_m1() } else { x }),
    (sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
    (softplus, |x| x.exp().ln_1p()),
];

#[test]
fn activations() {
    for (activation, exact) in ACTIVATIONS {
        let layer = Layer::new();
        let loss = activation(layer.apply(layer.x.leaky_trace())).square().sum();
        layer.compare(loss, |x, w, b| squares(&map(&affine_of(x, w, b), exact)), false);
    }
}

/// The units of a layer of four, of which the second two are the gates of the first two.
#[test]
fn gated_units() {
    let device = Cpu::default();
    let mut layer = Layer::new();
    layer.weight = Weight::new(device.tensor_from_vec(numbers(WIDTH * 4, 2), (Hidden(WIDTH), Hidden(4))));
    layer.bias = device.tensor_from_vec(numbers(4, 3), (Hidden(4),));
    let y = gated(layer.apply(layer.x.leaky_trace()));
    assert_eq!(*y.shape(), (Batch(ROWS), Hidden(2)));
    let reference = |x: &[f64], w: &[f64], b: &[f64]| {
        let sums = affine_of(x, w, b);
        let units = sums.chunks(4).flat_map(|row| {
            let unit = |unit: usize| row[unit] / (1.0 + (-row[unit + 2]).exp());
            [unit(0), unit(1)]
        });
        squares(&units.collect::<Vec<f64>>())
    };
    layer.compare(y.square().sum(), reference, false);
}

fn scale() -> Scale<Hidden> {
    let device = Cpu::default();
    Scale {
        gain: device.tensor_from_vec(numbers(WIDTH, 7), (Hidden(WIDTH),)),
        shift: device.tensor_from_vec(numbers(WIDTH, 8), (Hidden(WIDTH),)),
    }
}

/// `gain (x - mean) / sqrt(variance + epsilon) + shift`, in 64 bits, with the moments of the group that `group` makes of a row
/// and a column.
fn normalised(x: &[f64], scale: &[Vec<f64>; 2], group: impl Fn(usize, usize) -> usize) -> Vec<f64> {
    let place = |index: usize| group(index / WIDTH, index % WIDTH);
    let of_group = |wanted: usize| {
        let members = x.iter().enumerate();
        let members: Vec<f64> = members
            .filter(|(index, _)| place(*index) == wanted)
            .map(|(_, x)| *x)
            .collect();
        let mean = members.iter().sum::<f64>() / members.len() as f64;
        let variance = members.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / members.len() as f64;
        (mean, variance)
    };
    let value = |(index, x): (usize, &f64)| {
        let (mean, variance) = of_group(place(index));
        let column = index % WIDTH;
        scale[0][column] * (x - mean) / (variance + 1e-5).sqrt() + scale[1][column]
    };
    x.iter().enumerate().map(value).collect()
}

/// Compares the gradients of gain and shift, and with [`Layer::compare`] all others. The squares weigh the outputs unlike.
#[test]
fn normalisation_by_the_moments_of_rows_and_of_columns() {
    type Group = fn(usize, usize) -> usize;
    let groups: [Group; 2] = [|row, _| row, |_, column| column];
    for (which, group) in groups.into_iter().enumerate() {
        let (layer, scale) = (Layer::new(), scale());
        let running = Cpu::default().zeros_like(&(2 * WIDTH + 1,));
        let loss = || {
            let sums = layer.apply(layer.x.leaky_trace());
            let y = match which {
                0 => layer_normalised(sums, &scale),
                _ => batch_normalised(sums, &scale, &running),
            };
            tanh(y).square().sum()
        };
        let exact_scale = [&scale.gain, &scale.shift];
        let exact_scale = exact_scale.map(|tensor| tensor.as_vec().into_iter().map(f64::from).collect());
        let reference = |x: &[f64], w: &[f64], b: &[f64], scale: &[Vec<f64>; 2]| {
            let y = normalised(&affine_of(x, w, b), scale, group);
            squares(&map(&y, f64::tanh))
        };
        layer.compare(loss(), |x, w, b| reference(x, w, b, &exact_scale), false);

        let mut gradients = loss().backward();
        let exact = |values: Vec<f32>| -> Vec<f64> { values.into_iter().map(f64::from).collect() };
        let (x, w, b) = (
            exact(layer.x.as_vec()),
            exact(layer.weight.tensor().as_vec()),
            exact(layer.bias.as_vec()),
        );
        for (part, tensor) in [&scale.gain, &scale.shift].into_iter().enumerate() {
            for (index, gradient) in tensor.take_gradient(&mut gradients).into_iter().enumerate() {
                let at = |by: f64| {
                    let mut moved: [Vec<f64>; 2] = exact_scale.clone();
                    moved[part][index] += by;
                    reference(&x, &w, &b, &moved)
                };
                let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!(
                    (f64::from(gradient) - difference).abs() < 2e-5,
                    "{gradient} for {difference}"
                );
            }
        }
        // What a shard saw stands in the place of a gradient.
        let seen = running.take_gradient(&mut gradients);
        let sums = affine_of(&x, &w, &b);
        let rows = if which == 0 { 0.0 } else { ROWS as f32 };
        assert_eq!(seen[2 * WIDTH], rows);
        for (column, seen) in seen[..WIDTH].iter().enumerate() {
            let total: f64 = sums.iter().skip(column).step_by(WIDTH).sum();
            let expected = if which == 0 { 0.0 } else { total };
            assert!((f64::from(*seen) - expected).abs() < 1e-5);
        }
    }
}

#[test]
fn normalisation_by_running_moments_is_affine() {
    let (layer, scale) = (Layer::new(), scale());
    let moments = [0.3, -0.2, 0.1, 0.5, 2.0, 1.5, 9.0];
    let running = Cpu::default().tensor_from_vec(moments.to_vec(), (2 * WIDTH + 1,));
    let sums = layer.apply(layer.x.leaky_trace());
    let y = normalised_by_running_moments(sums, &scale, &running);
    let (gain, shift) = (scale.gain.as_vec(), scale.shift.as_vec());
    let reference = |x: &[f64], w: &[f64], b: &[f64]| {
        let sums = affine_of(x, w, b);
        let value = |(index, sum): (usize, &f64)| {
            let [gain, shift, mean, variance] = [
                gain[index % WIDTH],
                shift[index % WIDTH],
                moments[index % WIDTH],
                moments[WIDTH + index % WIDTH],
            ]
            .map(f64::from);
            gain * (sum - mean) / (variance + 1e-5).sqrt() + shift
        };
        squares(&sums.iter().enumerate().map(value).collect::<Vec<f64>>())
    };
    layer.compare(y.square().sum(), reference, false);
}

#[test]
fn what_a_layer_makes_of_its_input_is_added_to_it() {
    let layer = Layer::new();
    let (h, tape) = tanh(layer.apply(layer.x.leaky_trace())).split_tape();
    let loss = sum_of(&h, layer.apply(h.clone().put_tape(tape))).square().sum();
    let reference = |x: &[f64], w: &[f64], b: &[f64]| {
        let h = map(&affine_of(x, w, b), f64::tanh);
        squares(&sum(&h, &affine_of(&h, w, b)))
    };
    layer.compare(loss, reference, false);
}

#[test]
fn weights_that_are_used_twice() {
    let layer = Layer::new();
    let once = tanh(layer.apply(layer.x.leaky_trace()));
    let loss = tanh(layer.apply(once)).square().sum();
    let reference = |x: &[f64], w: &[f64], b: &[f64]| {
        let once = map(&affine_of(x, w, b), f64::tanh);
        squares(&map(&affine_of(&once, w, b), f64::tanh))
    };
    layer.compare(loss, reference, false);
}

/// An activation's input is used again: written over, it would be wrong forwards, and with its identity, backwards.
#[test]
fn residual_blocks() {
    for (activation, exact) in ACTIVATIONS {
        let layer = Layer::new();
        let h = layer.apply(layer.x.leaky_trace());
        let loss = (h.with_empty_tape() + activation(h)).square().sum();
        let reference = |x: &[f64], w: &[f64], b: &[f64]| {
            let h = affine_of(x, w, b);
            squares(&sum(&h, &map(&h, exact)))
        };
        layer.compare(loss, reference, false);
    }

    let layer = Layer::new();
    let h = tanh(layer.apply(layer.x.leaky_trace()));
    let loss = (h.with_empty_tape() + tanh(layer.apply(h))).square().sum();
    let reference = |x: &[f64], w: &[f64], b: &[f64]| {
        let h = map(&affine_of(x, w, b), f64::tanh);
        squares(&sum(&h, &map(&affine_of(&h, w, b), f64::tanh)))
    };
    layer.compare(loss, reference, false);
}

#[test]
fn a_head_that_never_reaches_the_loss_has_a_gradient_of_zeros() {
    let layer = Layer::new();
    let device = Cpu::default();
    let head = Weight::new(device.tensor_from_vec(numbers(WIDTH * 2, 4), (Hidden(WIDTH), Latent(2))));
    let head_bias = device.tensor_from_vec(numbers(2, 5), (Latent(2),));
    let h = tanh(layer.apply(layer.x.leaky_trace()));
    let (unused, tape) = affine(h.retaped::<OwnedTape<f32, Cpu>>(), &head, &head_bias).split_tape();
    let (h, rest) = h.split_tape();
    let loss: Tensor<Rank0, f32, Cpu, _> = h.put_tape(rest.merge(tape)).square().sum();
    assert_eq!(unused.shape().0, Batch(ROWS));
    let mut gradients = loss.backward();
    assert_eq!(whole_gradient(&head, &mut gradients), [0.0; WIDTH * 2]);
    assert_eq!(head_bias.take_gradient(&mut gradients), [0.0; 2]);

    // And one that was never applied.
    let never = Weight::new(device.tensor_from_vec(numbers(WIDTH * 2, 6), (Hidden(WIDTH), Latent(2))));
    assert_eq!(whole_gradient(&never, &mut gradients), [0.0; WIDTH * 2]);
    let loss = tanh(layer.apply(layer.x.leaky_trace())).square().sum();
    layer.compare(
        loss,
        |x, w, b| squares(&map(&affine_of(x, w, b), f64::tanh)),
        false,
    );
}

/// Maps of four items through a convolution and its transpose, whose gradients are compared along random directions.
#[test]
fn convolutions_and_transposed_ones() {
    let device = Cpu::default();
    let window = Window {
        height: 3,
        width: 5,
        channels: 2,
        kernel: 3,
        stride: 2,
    };
    let kernel = || {
        device.tensor_from_vec(
            numbers(window.patch() * 3, 1),
            (Patch(window.patch()), Channels(3)),
        )
    };
    let inputs = [
        numbers(ROWS * 30, 2),
        numbers(window.patch() * 3, 1),
        numbers(3, 3),
        numbers(2, 4),
    ];
    // The whole computation: from the maps to smaller ones and back, through the hyperbolic tangent both times.
    let loss = |inputs: &[Vec<f32>; 4]| {
        let shape = (Batch(ROWS), Height(3), Width(5), Channels(2));
        let x = device.tensor_from_vec(inputs[0].clone(), shape);
        let mut weight = kernel();
        elements_mut(&mut weight).copy_from_slice(&inputs[1]);
        let bias = device.tensor_from_vec(inputs[2].clone(), (Channels(3),));
        let back = device.tensor_from_vec(inputs[3].clone(), (Channels(2),));
        let maps = tanh(convolution(x.leaky_trace(), window, &weight, &bias));
        assert_eq!(*maps.shape(), (Batch(ROWS), Height(2), Width(3), Channels(3)));
        let y = tanh(transposed_convolution(maps, window, &weight, &back));
        let outputs = numbers_of_values(y, 1);
        let all = reshaped(outputs, (Hidden(ROWS * 30),));
        let weights = device.tensor_from_vec(numbers(ROWS * 30, 9), (Hidden(ROWS * 30),));
        let loss: Tensor<Rank0, f32, Cpu, _> = (all * weights).sum();
        (loss, x, weight, bias, back)
    };
    let value = |inputs: &[Vec<f32>; 4]| f64::from(loss(inputs).0.as_vec()[0]);
    let (ours, x, weight, bias, back) = loss(&inputs);
    let mut gradients = ours.backward();
    let parameters: [&dyn Parameter; 4] = [&x, &weight, &bias, &back];
    for (which, parameter) in parameters.into_iter().enumerate() {
        let gradient = parameter.take_gradient(&mut gradients);
        for seed in 20..24 {
            let direction = numbers(gradient.len(), seed);
            let at = |by: f32| {
                let mut moved = inputs.clone();
                moved[which]
                    .iter_mut()
                    .zip(&direction)
                    .for_each(|(value, d)| *value += by * d);
                value(&moved)
            };
            let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
            let slope: f64 = gradient
                .iter()
                .zip(&direction)
                .map(|(g, d)| f64::from(g * d))
                .sum();
            assert!(
                (slope - difference).abs() < 1e-2 * difference.abs().max(0.3),
                "input {which}: {slope} for {difference}"
            );
        }
    }
}

#[test]
fn the_numbers_of_a_value_stand_apart_from_one_another() {
    let device = Cpu::default();
    // One item of two places with two channels, of which each value has two numbers.
    let maps = device.tensor_from_vec(
        vec![1.0, 2.0, 10.0, 20.0, 3.0, 4.0, 30.0, 40.0],
        (Batch(1), Height(1), Width(2), Channels(4)),
    );
    let outputs = numbers_of_values(maps, 2);
    assert_eq!(outputs.as_vec(), [1.0, 2.0, 3.0, 4.0, 10.0, 20.0, 30.0, 40.0]);
}

#[test]
fn a_log_variance_beyond_the_bound_is_the_bound_and_goes_no_further() {
    let values = vec![0.5, -100.0, 3.0, 20.0, 7.0, 90.0, -15.0, -16.0];
    let moments: Tensor<(Batch, Moments<Latent>), f32, Cpu> =
        Cpu::default().tensor_from_vec(values, (Batch(2), Moments(Latent(2))));
    let bounded = bounded_log_variances(moments.leaky_trace(), 15.0);
    assert_eq!(
        bounded.as_vec(),
        [0.5, -100.0, 3.0, 15.0, 7.0, 90.0, -15.0, -15.0]
    );
    let gradients = bounded.square().sum().backward();
    let slopes = gradients.get(&moments).as_vec();
    assert_eq!(slopes, [1.0, -200.0, 6.0, 0.0, 14.0, 180.0, -30.0, 0.0]);
}
