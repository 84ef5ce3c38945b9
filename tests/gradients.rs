//! The differentiable operations and the lower bound against stock dfdx operations and finite differences.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

use dfdx::prelude::*;
use strum::VariantArray;
use vae_tui::dims::{Batch, Hidden, Latent, Moments, Outputs, Pixels};
use vae_tui::model::likelihood::Variance;
use vae_tui::model::{
    Activation, Architecture, Decoded, Initialisation, Likelihood, Observation, Vae, posterior,
};
use vae_tui::nn::parameters::Parameter;
use vae_tui::nn::view::elements;
use vae_tui::nn::weight::gradient_rows;
use vae_tui::nn::{Weight, ops};
use vae_tui::objective::{Estimator, Objective};

/// Numbers without a pattern, from -scale to scale.
fn numbers(count: usize, scale: f32, seed: u32) -> Vec<f32> {
    let number =
        |i: u32| (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count as u32).map(|i| number(i) * scale).collect()
}

fn assert_close(ours: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (index, (ours, expected)) in ours.iter().zip(expected).enumerate() {
        let allowed = tolerance * expected.abs().max(1.0);
        assert!(
            (ours - expected).abs() <= allowed,
            "{what}, element {index}: {ours} for {expected}"
        );
    }
}

/// The whole gradient of a weight, from the factors that the tape left.
fn whole_gradient(weight: &dyn Parameter, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32> {
    let sizes = weight.sizes();
    let mut whole = vec![0.0; sizes[0] * sizes[1]];
    let factors = weight.take_gradient(gradients);
    gradient_rows(&[&factors], (sizes[0], sizes[1]), 0..sizes[0], &mut whole);
    whole
}

/// A hidden layer of ours and the same of stock dfdx: values and all gradients.
#[test]
fn affine_and_activations_equal_stock_dfdx() {
    let (rows, inputs, outputs) = (7, 5, 11);
    let device = Cpu::default();
    let (x, w, b) = (
        numbers(rows * inputs, 1.0, 1),
        numbers(inputs * outputs, 1.0, 2),
        numbers(outputs, 1.0, 3),
    );
    let (w2, b2) = (numbers(outputs * 3, 1.0, 4), numbers(3, 1.0, 5));
    for relu in [false, true] {
        let x_ours = device.tensor_from_vec(x.clone(), (Batch(rows), Pixels(inputs)));
        let w_ours = Weight::new(device.tensor_from_vec(w.clone(), (Pixels(inputs), Hidden(outputs))));
        let b_ours = device.tensor_from_vec(b.clone(), (Hidden(outputs),));
        let w2_ours = Weight::new(device.tensor_from_vec(w2.clone(), (Hidden(outputs), Latent(3))));
        let b2_ours = device.tensor_from_vec(b2.clone(), (Latent(3),));
        let h = ops::affine_of_data(&x_ours, &w_ours, &b_ours, OwnedTape::default());
        let h = if relu { ops::relu(h) } else { ops::tanh(h) };
        let y = ops::affine(h, &w2_ours, &b2_ours);
        let y_ours = elements(&y).to_vec();
        let mut ours = y.square().sum::<Rank0, _>().backward();

        let x_stock = device.tensor_from_vec(x.clone(), (rows, inputs));
        let w_stock = device.tensor_from_vec(w.clone(), (inputs, outputs));
        let b_stock = device.tensor_from_vec(b.clone(), (outputs,));
        let w2_stock = device.tensor_from_vec(w2.clone(), (outputs, 3));
        let b2_stock = device.tensor_from_vec(b2.clone(), (3,));
        let h = x_stock.leaky_trace().matmul(w_stock.clone());
        let h = h + b_stock
            .leaky_trace()
            .broadcast_like::<_, Axis<0>>(&(rows, outputs));
        let h = if relu { h.relu() } else { h.tanh() };
        let y = h.matmul(w2_stock.clone()) + b2_stock.leaky_trace().broadcast_like::<_, Axis<0>>(&(rows, 3));
        let y_stock = y.as_vec();
        let stock = y.square().sum::<Rank0, _>().backward();

        assert_close(&y_ours, &y_stock, 1e-5, "output");
        assert_close(
            &whole_gradient(&w_ours, &mut ours),
            &stock.get(&w_stock).as_vec(),
            1e-4,
            "dW",
        );
        assert_close(
            &ours.get(&b_ours).as_vec(),
            &stock.get(&b_stock).as_vec(),
            1e-4,
            "db",
        );
        assert_close(
            &whole_gradient(&w2_ours, &mut ours),
            &stock.get(&w2_stock).as_vec(),
            1e-4,
            "dW2",
        );
        assert_close(
            &ours.get(&b2_ours).as_vec(),
            &stock.get(&b2_stock).as_vec(),
            1e-4,
            "db2",
        );
    }
}

/// What these outputs say of rows of bytes.
fn decoded<T: Tape<f32, Cpu>>(
    likelihood: Likelihood,
    pixels: usize,
    outputs: Tensor<(Batch, Outputs), f32, Cpu, T>,
) -> Decoded<T> {
    Decoded::new(likelihood, Observation::default(), Pixels(pixels), outputs)
}

#[test]
fn the_bernoulli_log_likelihood_equals_stock_dfdx() {
    let (rows, pixels) = (6, 9);
    let device = Cpu::default();
    let logits = numbers(rows * pixels, 8.0, 1);
    let x: Vec<f32> = numbers(rows * pixels, 1.0, 2).iter().map(|x| x.abs()).collect();
    let l_ours = device.tensor_from_vec(logits.clone(), (Batch(rows), Outputs(pixels)));
    let x_ours = device.tensor_from_vec(x.clone(), (Batch(rows), Pixels(pixels)));
    let value = decoded(Likelihood::Bernoulli, pixels, l_ours.leaky_trace()).log_likelihood(&x_ours);
    let l_stock = device.tensor_from_vec(logits, (rows, pixels));
    let x_stock = device.tensor_from_vec(x, (rows, pixels));
    // dfdx's loss is the negative mean over all elements.
    let stock = dfdx::losses::binary_cross_entropy_with_logits_loss(l_stock.leaky_trace(), x_stock)
        * -((rows * pixels) as f32);
    assert_close(elements(&value), &stock.as_vec(), 1e-5, "log-likelihood");
    let (ours, stock) = (value.backward(), stock.backward());
    assert_close(
        &ours.get(&l_ours).as_vec(),
        &stock.get(&l_stock).as_vec(),
        1e-5,
        "d logits",
    );
}

#[test]
fn the_gaussian_log_likelihood_equals_stock_dfdx() {
    let (rows, pixels) = (6, 9);
    let device = Cpu::default();
    let (means, raws) = (numbers(rows * pixels, 3.0, 1), numbers(rows * pixels, 4.0, 2));
    let x: Vec<f32> = numbers(rows * pixels, 1.0, 3).iter().map(|x| x.abs()).collect();
    let row = |values: &[f32], row: usize| values[row * pixels..][..pixels].to_vec();
    let moments = (0..rows)
        .flat_map(|i| [row(&means, i), row(&raws, i)].concat())
        .collect();
    let moments = device.tensor_from_vec(moments, (Batch(rows), Outputs(2 * pixels)));
    let x_ours = device.tensor_from_vec(x.clone(), (Batch(rows), Pixels(pixels)));
    let value = decoded(Likelihood::Gaussian, pixels, moments.leaky_trace()).log_likelihood(&x_ours);

    // So far above the floor of the variance, the raw log-variance is the log-variance.
    let m = device.tensor_from_vec(means, (rows, pixels));
    let v = device.tensor_from_vec(raws, (rows, pixels));
    let x = device.tensor_from_vec(x, (rows, pixels));
    let square = (m.leaky_trace().sigmoid() - x).square() / v.leaky_trace().exp();
    let constant = (2.0 * std::f32::consts::PI).ln() * (rows * pixels) as f32;
    let stock = ((square + v.leaky_trace()).sum::<Rank0, _>() + constant) * -0.5;
    assert_close(elements(&value), &stock.as_vec(), 1e-4, "log-likelihood");
    let (ours, stock) = (value.backward(), stock.backward());
    let ours = ours.get(&moments).as_vec();
    let (dm, dv) = (stock.get(&m).as_vec(), stock.get(&v).as_vec());
    for i in 0..rows {
        assert_close(&ours[i * 2 * pixels..][..pixels], &row(&dm, i), 1e-3, "d mean");
        assert_close(
            &ours[i * 2 * pixels + pixels..][..pixels],
            &row(&dv, i),
            1e-3,
            "d log sigma^2",
        );
    }
}

/// KL and reparameterised sample written with stock dfdx: two separate tensors for mean and log-variance.
#[test]
fn the_gaussian_terms_equal_stock_dfdx() {
    let (rows, latent) = (5, 4);
    let device = Cpu::default();
    let (mean, log_variance) = (numbers(rows * latent, 2.0, 1), numbers(rows * latent, 1.5, 2));
    let (noise, weight) = (
        numbers(2 * rows * latent, 2.0, 3),
        numbers(2 * rows * latent, 1.0, 4),
    );
    let row = |values: &[f32], row: usize| values[row * latent..][..latent].to_vec();
    let moments = (0..rows)
        .flat_map(|i| [row(&mean, i), row(&log_variance, i)].concat())
        .collect();

    let moments = device.tensor_from_vec(moments, (Batch(rows), Moments(Latent(latent))));
    let noise_ours = device.tensor_from_vec(noise.clone(), (Batch(2 * rows), Latent(latent)));
    let weight_ours = device.tensor_from_vec(weight.clone(), (Batch(2 * rows), Latent(latent)));
    let traced = moments.leaky_trace();
    let kl = posterior::gaussian::kl_from_standard_normal(traced.retaped::<OwnedTape<f32, Cpu>>(), 0.0).0;
    let z = posterior::gaussian::reparameterise(traced, &noise_ours);
    let ours = (z * weight_ours).sum::<Rank0, _>() + kl;

    let m = device.tensor_from_vec(mean, (rows, latent));
    let v = device.tensor_from_vec(log_variance, (rows, latent));
    let sample = |index: usize| {
        let part = |values: &[f32]| {
            let values = values[index * rows * latent..][..rows * latent].to_vec();
            device.tensor_from_vec(values, (rows, latent))
        };
        let z = m.leaky_trace() + (v.leaky_trace() * 0.5).exp() * part(&noise);
        (z * part(&weight)).sum::<Rank0, _>()
    };
    let kl =
        (m.leaky_trace().square() + v.leaky_trace().exp() - v.leaky_trace() - 1.0).sum::<Rank0, _>() * 0.5;
    let stock = sample(0) + sample(1) + kl;

    assert_close(elements(&ours), &stock.as_vec(), 1e-5, "value");
    let (ours, stock) = (ours.backward(), stock.backward());
    let ours = ours.get(&moments).as_vec();
    let (dm, dv) = (stock.get(&m).as_vec(), stock.get(&v).as_vec());
    for i in 0..rows {
        assert_close(&ours[i * 2 * latent..][..latent], &row(&dm, i), 1e-5, "d mu");
        assert_close(
            &ours[i * 2 * latent + latent..][..latent],
            &row(&dv, i),
            1e-5,
            "d log sigma^2",
        );
    }
}

/// Every parameter's gradient along random directions against the central differences of the loss itself.
#[test]
fn the_lower_bound_equals_finite_differences() {
    let observation = Observation::default();
    let with_variance = |variance| {
        let observation = Observation {
            variance,
            ..observation
        };
        (
            Activation::Tanh,
            2,
            (Likelihood::Gaussian, observation),
            Estimator::B,
        )
    };
    let mut cases = vec![
        (
            Activation::Tanh,
            3,
            (Likelihood::Bernoulli, observation),
            Estimator::B,
        ),
        (
            Activation::Relu,
            2,
            (Likelihood::Bernoulli, observation),
            Estimator::A,
        ),
        with_variance(Variance::Shared),
        with_variance(Variance::Fixed),
    ];
    cases.extend(
        Likelihood::VARIANTS
            .iter()
            .map(|&likelihood| (Activation::Tanh, 1, (likelihood, observation), Estimator::B)),
    );
    cases.extend(Activation::VARIANTS.iter().map(|&activation| {
        let bernoulli = (Likelihood::Bernoulli, observation);
        (activation, 1, bernoulli, Estimator::B)
    }));
    for (activation, samples, (likelihood, observation), estimator) in cases {
        let architecture = Architecture {
            pixels: 12,
            hidden: 8.into(),
            latent: 3,
            activation,
            likelihood,
            observation,
            ..Architecture::default()
        };
        let model = Vae::new(architecture, Initialisation::PyTorch, 5);
        let device = Cpu::default();
        let x: Vec<f32> = numbers(4 * 12, 1.0, 1).iter().map(|x| x.abs()).collect();
        let x = device.tensor_from_vec(x, (Batch(4), Pixels(12)));
        let noise = device.tensor_from_vec(numbers(samples * 4 * 3, 1.5, 2), (Batch(samples * 4), Latent(3)));
        let loss = |model: &Vae| -> f64 {
            let (_, terms) = Objective::from(estimator).negative(model, &x, &noise, Gradients::leaky());
            -terms.lower_bound()
        };
        let mut gradients = Objective::from(estimator)
            .negative(&model, &x, &noise, Gradients::leaky())
            .0
            .backward();
        for index in 0..model.parameters().len() {
            let parameters = model.parameters();
            let parameter = parameters[index].parameter;
            let gradient = match parameter.factor_sizes() {
                Some(_) => whole_gradient(parameter, &mut gradients),
                None => parameter.take_gradient(&mut gradients),
            };
            let name = &parameters[index].name;
            let step = 5e-4;
            // The reconstruction term comes in single precision, of which the quotient takes a small difference.
            let rounding = f64::from(f32::EPSILON) * loss(&model).abs() / f64::from(step);
            let slopes = (0..6).map(|seed| {
                let direction = numbers(gradient.len(), 1.0, 11 + index as u32 + 100 * seed);
                let moved = |by: f32| {
                    let mut model = model.clone();
                    let values = model.parameters_mut().swap_remove(index);
                    values
                        .parameter
                        .values_mut()
                        .iter_mut()
                        .zip(&direction)
                        .for_each(|(value, d)| *value += by * d);
                    loss(&model)
                };
                let along = gradient.iter().zip(&direction);
                let slope: f64 = along.map(|(g, d)| f64::from(g * d)).sum();
                (slope, (moved(step) - moved(-step)) / f64::from(2.0 * step))
            });
            let slopes: Vec<(f64, f64)> = slopes.collect();
            // Against the steepest of the directions: one along which little changes shows nothing.
            let steepest = slopes
                .iter()
                .map(|(_, difference)| difference.abs())
                .fold(0.0, f64::max);
            assert!(steepest > 0.05, "{name} hardly matters here: {slopes:?}");
            for (slope, difference) in &slopes {
                assert!(
                    (slope - difference).abs() < 2e-2 * steepest + rounding,
                    "{name}: {slope} for {difference}, {slopes:?}"
                );
            }
        }
    }
}
