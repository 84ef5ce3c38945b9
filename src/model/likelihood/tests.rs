//! What every likelihood promises: its gradient, that it sums or integrates to one, its mean, its samples, and that nothing a
//! decoder can say makes it anything but a number.

use dfdx::prelude::*;
use strum::VariantArray;

use super::*;
use crate::dims::{Batch, Outputs, Pixels};
use crate::nn::view::elements;
use crate::random::{Purpose, generator};

/// Every likelihood as it is used, with each choice that it has.
fn every_likelihood() -> Vec<(Likelihood, Observation)> {
    let bytes = Observation::default();
    let gaussian = |mean, variance| {
        (
            Likelihood::Gaussian,
            Observation {
                mean,
                variance,
                ..bytes
            },
        )
    };
    let counts = Observation {
        counts_per_unit: 1.0,
        ..bytes
    };
    let mut all: Vec<_> = Likelihood::VARIANTS
        .iter()
        .map(|&likelihood| (likelihood, bytes))
        .collect();
    all.extend([
        gaussian(Mean::Real, Variance::Learned),
        gaussian(Mean::Unit, Variance::Shared),
        gaussian(Mean::Real, Variance::Fixed),
        (Likelihood::Poisson, counts),
        (Likelihood::NegativeBinomial, counts),
        (Likelihood::Categorical, Observation { classes: 3, ..counts }),
    ]);
    all
}

/// Numbers without a pattern, from -scale to scale.
fn numbers(count: usize, scale: f32, seed: u32) -> Vec<f32> {
    let number =
        |i: u32| (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count as u32).map(|i| number(i) * scale).collect()
}

/// Values that a likelihood is over: what lies between for densities, whole numbers for the others.
fn values(likelihood: Likelihood, observation: &Observation, count: usize, seed: u32) -> Vec<f32> {
    let unit = numbers(count, 1.0, seed).into_iter().map(f32::abs);
    let counts = observation.counts_per_unit;
    match likelihood {
        Likelihood::Bernoulli | Likelihood::ContinuousBernoulli => unit.collect(),
        Likelihood::Gaussian if observation.mean == Mean::Unit => unit.collect(),
        Likelihood::Gaussian => unit.map(|x| 6.0 * x - 3.0).collect(),
        Likelihood::Categorical => {
            let classes = observation.classes as f32;
            let class = |x: f32| (x * classes).floor().min(classes - 1.0);
            unit.map(|x| class(x) / observation.classes_per_unit()).collect()
        }
        Likelihood::DiscretisedLogistic
        | Likelihood::BetaBinomial
        | Likelihood::Poisson
        | Likelihood::NegativeBinomial => {
            let most = if counts == 1.0 { 12.0 } else { counts };
            unit.map(|x| (x * most).round() / counts).collect()
        }
    }
}

fn tensor<D: Dim>(values: Vec<f32>, rows: usize, width: D) -> Tensor<(Batch, D), f32, Cpu> {
    Cpu::default().tensor_from_vec(values, (Batch(rows), width))
}

/// `log p(x)` of every row of single values, all of them given the same numbers.
fn log_likelihoods(
    likelihood: Likelihood,
    observation: Observation,
    numbers: &[f32],
    x: Vec<f32>,
) -> Vec<f64> {
    let rows = x.len();
    let outputs = tensor(numbers.repeat(rows), rows, Outputs(numbers.len()));
    let decoded = Decoded::new(likelihood, observation, Pixels(1), outputs);
    decoded.log_likelihoods(&tensor(x, rows, Pixels(1)))
}

/// The numbers of one value in the ways that matter: near 0, and towards every end.
fn places(count: usize) -> Vec<Vec<f32>> {
    let near = (0..4).map(|seed| numbers(count, 1.0, seed));
    let far = (4..10).map(|seed| numbers(count, 4.0, seed));
    near.chain(far).chain([vec![0.0; count]]).collect()
}

#[test]
fn every_gradient_is_the_difference_quotient() {
    let (rows, pixels) = (2, 19);
    for (likelihood, observation) in every_likelihood() {
        let width = likelihood.numbers_per_value(&observation) * pixels;
        let x = tensor(
            values(likelihood, &observation, rows * pixels, 3),
            rows,
            Pixels(pixels),
        );
        for scale in [0.5, 3.0] {
            let outputs = numbers(rows * width, scale, 1);
            let decoded = |outputs: &[f32]| {
                let outputs = tensor(outputs.to_vec(), rows, Outputs(width));
                Decoded::new(likelihood, observation, Pixels(pixels), outputs)
            };
            let row_sum = |outputs: &[f32], row: usize| decoded(outputs).log_likelihoods(&x)[row];
            let traced = tensor(outputs.clone(), rows, Outputs(width));
            let value = Decoded::new(likelihood, observation, Pixels(pixels), traced.leaky_trace())
                .log_likelihood(&x);
            let total: f64 = decoded(&outputs).log_likelihoods(&x).iter().sum();
            let ours = f64::from(elements(&value)[0]);
            assert!(
                (ours - total).abs() < 1e-5 * total.abs().max(1.0),
                "{likelihood:?}: {ours} for {total}"
            );
            let gradient = value.backward().get(&traced).as_vec();
            for (index, gradient) in gradient.iter().enumerate() {
                // So small that the curvature hardly counts, so large that the rounding of the row's sum does not.
                let step = 4e-3_f32;
                let at = |by: f32| {
                    let mut moved = outputs.clone();
                    moved[index] += by;
                    (row_sum(&moved, index / width), f64::from(moved[index]))
                };
                let ((above, high), (below, low)) = (at(step), at(-step));
                let difference = (above - below) / (high - low);
                let rounding = 1e-6 * above.abs() / f64::from(step);
                let allowed = 5e-3 * difference.abs().max(1.0) + rounding;
                assert!(
                    (f64::from(*gradient) - difference).abs() < allowed,
                    "{likelihood:?} {observation:?}, number {index}: {gradient} for {difference}"
                );
            }
        }
    }
}

/// The places where values are looked at, and the weight of each in a sum or an integral.
fn support(likelihood: Likelihood, observation: &Observation, numbers: &[f32]) -> (Vec<f32>, f64) {
    let whole = |last: usize, per_unit: f32| (0..=last).map(|count| count as f32 / per_unit).collect();
    let counts = observation.counts_per_unit;
    match likelihood {
        Likelihood::Bernoulli => (vec![0.0, 1.0], 1.0),
        Likelihood::ContinuousBernoulli => {
            let steps = 20_000;
            let middle = |step: usize| (step as f32 + 0.5) / steps as f32;
            ((0..steps).map(middle).collect(), 1.0 / steps as f64)
        }
        Likelihood::Gaussian => {
            let outputs = tensor(numbers.to_vec(), 1, Outputs(2));
            let centre = Decoded::new(likelihood, *observation, Pixels(1), outputs)
                .means()
                .as_vec()[0];
            let deviation = (0.5 * numbers[1].max(LEAST_LOG_VARIANCE)).exp();
            let step = deviation / 50.0;
            let places = (-500..=500).map(|place| centre + place as f32 * step);
            (places.collect(), f64::from(step))
        }
        Likelihood::DiscretisedLogistic | Likelihood::BetaBinomial => (whole(255, counts), 1.0),
        Likelihood::Categorical => (
            whole(observation.classes - 1, observation.classes_per_unit()),
            1.0,
        ),
        // Far into the tail of every place that is looked at.
        Likelihood::Poisson => (whole(1_000, counts), 1.0),
        Likelihood::NegativeBinomial => (whole(100_000, counts), 1.0),
    }
}

#[test]
fn every_distribution_sums_or_integrates_to_one_and_has_the_mean_that_is_shown() {
    for (likelihood, observation) in every_likelihood() {
        for numbers in places(likelihood.numbers_per_value(&observation)) {
            let (x, weight) = support(likelihood, &observation, &numbers);
            let logs = log_likelihoods(likelihood, observation, &numbers, x.clone());
            let probabilities: Vec<f64> = logs.iter().map(|log| log.exp() * weight).collect();
            let total: f64 = probabilities.iter().sum();
            let moment = |power: i32| -> f64 {
                let pairs = probabilities.iter().zip(&x);
                pairs.map(|(p, &x)| p * f64::from(x).powi(power)).sum()
            };
            let what = format!("{likelihood:?} {observation:?} at {numbers:?}");
            assert!((total - 1.0).abs() < 2e-5, "{what}: {total}");

            let outputs = tensor(numbers.clone(), 1, Outputs(numbers.len()));
            let shown = Decoded::new(likelihood, observation, Pixels(1), outputs.clone())
                .means()
                .as_vec();
            let mean = f64::from(shown[0]);
            let deviation = (moment(2) - moment(1).powi(2)).max(0.0).sqrt();
            assert!(
                (mean - moment(1)).abs() < 1e-4 * (moment(1).abs() + deviation) + 1e-6,
                "{what}: {mean} for {}",
                moment(1)
            );

            // The mean of many samples, within five standard errors.
            let drawn = 4_000;
            let outputs = tensor(numbers.repeat(drawn), drawn, Outputs(numbers.len()));
            let decoded = Decoded::new(likelihood, observation, Pixels(1), outputs);
            let samples = decoded
                .sample(|row| generator(7, Purpose::Dream, 0, row as u64))
                .as_vec();
            let of_samples = samples.iter().map(|&x| f64::from(x)).sum::<f64>() / drawn as f64;
            let error = deviation / (drawn as f64).sqrt();
            assert!(
                (of_samples - mean).abs() < 5.0 * error + 1e-4 * (mean.abs() + 1e-2),
                "{what}: {of_samples} for {mean} with a deviation of {deviation}"
            );
            if likelihood != Likelihood::Gaussian && likelihood != Likelihood::ContinuousBernoulli {
                let logs = log_likelihoods(likelihood, observation, &numbers, samples);
                assert!(
                    logs.iter().all(|log| log.is_finite()),
                    "{what}: a sample that can't be"
                );
            }
        }
    }
}

#[test]
fn nothing_that_a_decoder_says_is_more_than_a_number() {
    for (likelihood, observation) in every_likelihood() {
        let count = likelihood.numbers_per_value(&observation);
        let extremes = [-1e12_f32, -1e3, 0.0, 1e3, 1e12];
        let pixels = 37;
        for first in extremes {
            for second in extremes {
                let mut outputs = vec![second; count * pixels];
                outputs[..pixels].fill(first);
                let traced = tensor(outputs, 1, Outputs(count * pixels));
                let x = tensor(values(likelihood, &observation, pixels, 5), 1, Pixels(pixels));
                let what = format!("{likelihood:?} {observation:?} at {first} and {second}");
                let decoded = || Decoded::new(likelihood, observation, Pixels(pixels), traced.clone());
                assert!(decoded().log_likelihoods(&x)[0].is_finite(), "{what}");
                let means = decoded().means().as_vec();
                assert!(means.iter().all(|mean| mean.is_finite()), "{what}");
                let samples = decoded()
                    .sample(|row| generator(1, Purpose::Dream, 0, row as u64))
                    .as_vec();
                assert!(samples.iter().all(|x| x.is_finite()), "{what}");
                let value = Decoded::new(likelihood, observation, Pixels(pixels), traced.leaky_trace())
                    .log_likelihood(&x);
                let gradient = value.backward().get(&traced).as_vec();
                assert!(gradient.iter().all(|slope| slope.is_finite()), "{what}");
            }
        }
    }
}

#[test]
fn second_derivatives_are_the_difference_quotients_of_the_first() {
    let mut known = 0;
    for (likelihood, observation) in every_likelihood() {
        let Some(curvature) = likelihood.curvature(&observation) else {
            continue;
        };
        known += 1;
        let width = 5 * likelihood.numbers_per_value(&observation);
        let distribution = likelihood.distribution(&observation);
        let mut x = values(likelihood, &observation, 10, 3);
        x[2] = f32::NAN;
        let outputs = numbers(2 * width, 1.5, 4);
        let gradient = |outputs: &[f32]| {
            let mut gradient = outputs.to_vec();
            distribution.log_likelihood_and_gradients(&mut gradient, &x, 5, &mut [0.0; 2]);
            gradient
        };
        let directions = numbers(2 * width, 1.0, 5);
        let moved = |by: f32| -> Vec<f32> {
            let pairs = outputs.iter().zip(&directions);
            gradient(&pairs.map(|(output, d)| output + by * d).collect::<Vec<f32>>())
        };
        let mut products = vec![0.0; 2 * width];
        curvature.add_products(&outputs, &x, 5, &directions, &mut products);
        for ((ours, above), below) in products.iter().zip(moved(1e-2)).zip(moved(-1e-2)) {
            let difference = (above - below) / 2e-2;
            assert!(
                (ours - difference).abs() < 1e-2 * difference.abs().max(1.0),
                "{likelihood:?} {observation:?}: {ours} for {difference}"
            );
        }
    }
    // A Bernoulli, and a Gaussian with a variance of every value, its mean anywhere or not.
    assert_eq!(known, 3);
}

#[test]
fn the_number_of_a_mean_says_that_mean() {
    for (likelihood, observation) in every_likelihood() {
        let Some(number) = likelihood.number_of_mean(&observation, 0.2) else {
            assert!(!matches!(
                likelihood,
                Likelihood::Bernoulli | Likelihood::Gaussian
            ));
            continue;
        };
        let mut outputs = vec![0.3; likelihood.numbers_per_value(&observation)];
        outputs[0] = number;
        let mut means = [0.0];
        likelihood
            .distribution(&observation)
            .means(&outputs, 1, &mut means);
        assert!((means[0] - 0.2).abs() < 1e-5, "{likelihood:?}: {}", means[0]);
        for mean in [0.0, 1.0] {
            let number = likelihood.number_of_mean(&observation, mean);
            assert!(number.is_some_and(f32::is_finite));
        }
    }
}
