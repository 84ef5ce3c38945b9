//! The objective of a model with classes, of which some data points have one (Kingma, Rezende, Mohamed and Welling 2014,
//! arXiv 1406.5298, equations 6 to 9).
//!
//! With a class: `L(x, y) = E_q(z|x,y)[log p(x|y, z)] + log p(y) - KL(q(z|x, y) || p(z))`. Without one:
//! `U(x) = sum_y q(y|x) (L(x, y) - log q(y|x))`. What is maximised is the sum of both and `alpha` times `log q(y|x)` of those with a
//! class. The divergence is in closed form, the reconstruction estimated with one sample for every class.
//!
//! What stands on the tape of `U` is `sum_y w_y L(x, y)` with the weights `w_y = q(y|x)` held fast, and
//! `sum_y q(y|x) (l_y - log q(y|x))` with the bounds `l_y` held fast, which together have its gradient.

use dfdx::prelude::*;

use super::{BoundTerms, Loss, tape_of};
use crate::dims::{Batch, Classes, Moments, Pixels, Style};
use crate::kernels;
use crate::model::Vae;
use crate::model::posterior::gaussian;
use crate::nn::view::{elements, tensor_of};

/// Data points with a class, and what they count.
pub struct Labelled<'a> {
    /// Their values, one row each.
    pub x: &'a Tensor<(Batch, Pixels), f32, Cpu>,
    /// Their classes.
    pub classes: &'a [usize],
    /// By how much their bounds are multiplied.
    pub bound_weight: f32,
    /// By how much `log q(y|x)` is, the `alpha` of equation 9.
    pub classifier_weight: f32,
}

/// The negative objective, summed over data points of which the class is not known and `labelled` ones; and the terms of the bound on
/// the former, whose KL term has the choice of the class in it.
///
/// Shapes: x (B, pixels); `noise` is standard normal and has a row for every class of every data point of `x`, class by class, and
/// behind them one for every labelled one, of as many numbers as the style has.
pub fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    labelled: &Labelled,
    noise: &[f32],
    gradients: Gradients<f32, Cpu>,
) -> (Loss, BoundTerms, f64) {
    let classes = model.architecture().classes;
    let points = x.shape().0.0;
    let style = model.architecture().latent - classes;
    let (of_unknown, of_labelled) = noise.split_at(points * classes * style);

    let logits = model.classify(x, tape_of(gradients));
    let log_q = log_softmax(elements(&logits), classes);
    // Row `y points + i` is class `y` of point `i`.
    let weights: Vec<f32> = (0..classes * points)
        .map(|row| log_q[row % points * classes + row / points].exp() as f32)
        .collect();
    let (weighted, reconstructions, kl) = weighted_bound(model, x, |row| row / points, weights, of_unknown);
    let log_prior = -(classes as f64).ln();
    let bound = |point: usize, class: usize| {
        let row = class * points + point;
        reconstructions[row] + log_prior - kl[row]
    };
    let bounds: Vec<f64> = (0..points * classes)
        .map(|place| bound(place / classes, place % classes))
        .collect();
    let (choice, sum) = expected_bound(logits, bounds, &log_q);
    let reconstruction = (0..points * classes)
        .map(|place| log_q[place].exp() * reconstructions[place % classes * points + place / classes])
        .sum();
    let terms = BoundTerms {
        reconstruction,
        kl: reconstruction - sum,
    };

    let weights = vec![labelled.bound_weight; labelled.classes.len()];
    let class = |row: usize| labelled.classes[row];
    let (of_known, reconstructions, kl) = weighted_bound(model, labelled.x, class, weights, of_labelled);
    let logits = model.classify(labelled.x, OwnedTape::default());
    let (classified, log_q_of_classes) = classification(logits, labelled.classes, labelled.classifier_weight);
    let of_rows = reconstructions.iter().zip(&kl);
    let bounds: f64 = of_rows.map(|(value, kl)| value + log_prior - kl).sum();
    let objective = sum
        + f64::from(labelled.bound_weight) * bounds
        + f64::from(labelled.classifier_weight) * log_q_of_classes;
    (-(weighted + choice + of_known + classified), terms, objective)
}

/// `sum_r w_r (log p(x|y, z_r) - KL_r)` over rows with classes and constant weights; and both parts of every row.
fn weighted_bound(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    class: impl Fn(usize) -> usize + Copy,
    weights: Vec<f32>,
    noise: &[f32],
) -> (Loss, Vec<f64>, Vec<f64>) {
    let rows = weights.len();
    let moments = model.encode_as(x, rows, class, OwnedTape::default());
    let again = moments.retaped::<OwnedTape<f32, Cpu>>();
    let width = (Batch(rows), moments.shape().1.0);
    let noise = tensor_of(moments.device(), width, noise);
    let style = gaussian::reparameterise(moments, &noise);
    let mut reconstructions = Vec::new();
    let weights_of_rows = weights.clone();
    let reconstruction = model
        .decode_as(style, class)
        .weighted_log_likelihood(x, |of_rows| {
            reconstructions = of_rows.to_vec();
            weights_of_rows
        });
    let (divergence, kl) = weighted_kl(again, weights);
    (reconstruction - divergence, reconstructions, kl)
}

type StyleMoments<T> = Tensor<(Batch, Moments<Style>), f32, Cpu, T>;

/// The divergences of the rows from `N(0, I)`, summed with constant weights; and of every row.
fn weighted_kl<T: Tape<f32, Cpu>>(
    moments: StyleMoments<T>,
    weights: Vec<f32>,
) -> (Tensor<Rank0, f32, Cpu, T>, Vec<f64>) {
    let (moments, mut tape) = moments.split_tape();
    let (Batch(rows), Moments(Style(style))) = *moments.shape();
    let mut by_row = vec![0.0; rows];
    kernels::gaussian_kl(elements(&moments), style, &mut by_row);
    let sum: f64 = by_row
        .iter()
        .zip(&weights)
        .map(|(kl, &weight)| kl * f64::from(weight))
        .sum();
    let kl = tensor_of(moments.device(), (), &[sum as f32]);
    let ghost = kl.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0];
        let d_moments = gradients.get_or_alloc_mut(&moments)?;
        let of_rows = elements(&moments)
            .chunks_exact(2 * style)
            .zip(d_moments.chunks_exact_mut(2 * style));
        for ((moments, d_moments), weight) in of_rows.zip(&weights) {
            kernels::gaussian_kl_backward(moments, style, scale * weight, d_moments);
        }
        Ok(())
    });
    (kl.put_tape(tape), by_row)
}

/// `log q(y|x)` of every class of every row of logits.
fn log_softmax(logits: &[f32], classes: usize) -> Vec<f64> {
    let of_row = |row: &[f32]| {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f64 = row.iter().map(|logit| f64::from(logit - largest).exp()).sum();
        let log_sum = f64::from(largest) + sum.ln();
        row.iter()
            .map(move |&logit| f64::from(logit) - log_sum)
            .collect::<Vec<f64>>()
    };
    logits.chunks_exact(classes).flat_map(of_row).collect()
}

type Logits<T> = Tensor<(Batch, Classes), f32, Cpu, T>;

/// `sum_y q_y (l_y - log q_y)`, summed over the rows, with constant bounds `l_y`. Gradient of a logit:
/// `q_y (l_y - log q_y - sum_k q_k (l_k - log q_k))`.
fn expected_bound<T: Tape<f32, Cpu>>(
    logits: Logits<T>,
    bounds: Vec<f64>,
    log_q: &[f64],
) -> (Tensor<Rank0, f32, Cpu, T>, f64) {
    let classes = logits.shape().1.0;
    let mut total = 0.0;
    let of_row = |(bounds, log_q): (&[f64], &[f64])| -> Vec<f32> {
        let gains: Vec<f64> = bounds
            .iter()
            .zip(log_q)
            .map(|(bound, log_q)| bound - log_q)
            .collect();
        let sum: f64 = gains
            .iter()
            .zip(log_q)
            .map(|(gain, log_q)| log_q.exp() * gain)
            .sum();
        total += sum;
        let gradients = gains
            .iter()
            .zip(log_q)
            .map(|(gain, log_q)| (log_q.exp() * (gain - sum)) as f32);
        gradients.collect()
    };
    let rows = bounds.chunks_exact(classes).zip(log_q.chunks_exact(classes));
    let slopes: Vec<f32> = rows.flat_map(of_row).collect();
    (with_slopes(logits, slopes, total), total)
}

/// `weight log q(y|x)` of the rows' classes, summed; and without the weight. Gradient of a logit: `weight ([k = y] - q_k)`.
pub fn classification<T: Tape<f32, Cpu>>(
    logits: Logits<T>,
    classes: &[usize],
    weight: f32,
) -> (Tensor<Rank0, f32, Cpu, T>, f64) {
    let width = logits.shape().1.0;
    let log_q = log_softmax(elements(&logits), width);
    let mut slopes: Vec<f32> = log_q.iter().map(|log_q| -weight * log_q.exp() as f32).collect();
    let mut sum = 0.0;
    for (row, &class) in classes.iter().enumerate() {
        slopes[row * width + class] += weight;
        sum += log_q[row * width + class];
    }
    (with_slopes(logits, slopes, f64::from(weight) * sum), sum)
}

/// A number whose derivatives for the logits are known.
fn with_slopes<T: Tape<f32, Cpu>>(
    logits: Logits<T>,
    slopes: Vec<f32>,
    value: f64,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (logits, mut tape) = logits.split_tape();
    let number = tensor_of(logits.device(), (), &[value as f32]);
    let ghost = number.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0];
        kernels::add_scaled(&slopes, scale, gradients.get_or_alloc_mut(&logits)?);
        Ok(())
    });
    number.put_tape(tape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Architecture, Initialisation};
    use crate::nn::parameters::Role;
    use crate::nn::weight::gradient_rows;

    const POINTS: usize = 4;
    const LABELLED: usize = 3;
    const CLASSES: usize = 3;
    const STYLE: usize = 2;

    fn numbers(count: usize, scale: f32, seed: u32) -> Vec<f32> {
        let number = |i: u32| {
            (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count as u32).map(|i| number(i) * scale).collect()
    }

    fn model() -> Vae {
        let architecture = Architecture {
            pixels: 6,
            hidden: 5.into(),
            latent: STYLE + CLASSES,
            classes: CLASSES,
            ..Architecture::default()
        };
        assert_eq!(architecture.to_string(), "6-5-5-5-6 tanh 3 classes");
        let model = Vae::new(architecture.clone(), Initialisation::PyTorch, 5);
        let lengths = model
            .parameters()
            .into_iter()
            .map(|named| named.parameter.values().len());
        assert_eq!(lengths.sum::<usize>(), architecture.parameter_count());
        model
    }

    fn images(count: usize, seed: u32) -> Tensor<(Batch, Pixels), f32, Cpu> {
        let pixels = numbers(count * 6, 1.0, seed).iter().map(|x| x.abs()).collect();
        Cpu::default().tensor_from_vec(pixels, (Batch(count), Pixels(6)))
    }

    fn of(model: &Vae) -> (Loss, BoundTerms, f64) {
        let known = images(LABELLED, 2);
        let labelled = Labelled {
            x: &known,
            classes: &[2, 0, 1],
            bound_weight: 0.4,
            classifier_weight: 1.5,
        };
        let noise = numbers((POINTS * CLASSES + LABELLED) * STYLE, 1.5, 3);
        negative(model, &images(POINTS, 1), &labelled, &noise, Gradients::leaky())
    }

    #[test]
    fn every_gradient_is_the_difference_quotient_of_the_objective() {
        let model = model();
        let mut gradients = of(&model).0.backward();
        for (index, named) in model.parameters().into_iter().enumerate() {
            let left = named.parameter.take_gradient(&mut gradients);
            let gradient = if named.role == Role::Bias {
                left
            } else {
                let sizes = named.parameter.sizes();
                let mut whole = vec![0.0; sizes[0] * sizes[1]];
                gradient_rows(&[&left], (sizes[0], sizes[1]), 0..sizes[0], &mut whole);
                whole
            };
            let (mut steepest, mut worst): (f64, f64) = (0.0, 0.0);
            for seed in 0..5 {
                let direction = numbers(gradient.len(), 1.0, 11 + index as u32 + 100 * seed);
                let moved = |by: f32| {
                    let mut model = model.clone();
                    let named = model.parameters_mut().swap_remove(index);
                    let values = named.parameter.values_mut().iter_mut();
                    values.zip(&direction).for_each(|(value, d)| *value += by * d);
                    -of(&model).2
                };
                let difference = (moved(1e-3) - moved(-1e-3)) / 2e-3;
                let slope: f64 = gradient
                    .iter()
                    .zip(&direction)
                    .map(|(g, d)| f64::from(g * d))
                    .sum();
                steepest = steepest.max(difference.abs());
                worst = worst.max((slope - difference).abs());
            }
            assert!(
                worst < 2e-2 * steepest.max(0.05),
                "{}: off by {worst} of {steepest}",
                named.name
            );
        }
    }

    /// The bound of unlabelled points is the log-sum over the classes, less how far the classifier is from what would be best.
    #[test]
    fn the_bound_without_a_class_is_below_that_of_the_best_classifier() {
        let model = model();
        let (_, terms, _) = of(&model);
        let noise = numbers((POINTS * CLASSES + LABELLED) * STYLE, 1.5, 3);
        let weights = vec![1.0; POINTS * CLASSES];
        let noise = &noise[..POINTS * CLASSES * STYLE];
        let (_, reconstructions, kl) =
            weighted_bound(&model, &images(POINTS, 1), |row| row / POINTS, weights, noise);
        let best: f64 = (0..POINTS)
            .map(|point| {
                let of_class = |class: usize| {
                    let row = class * POINTS + point;
                    (reconstructions[row] - kl[row]).exp() / CLASSES as f64
                };
                (0..CLASSES).map(of_class).sum::<f64>().ln()
            })
            .sum();
        let bound = terms.lower_bound();
        assert!(bound < best && bound > best - POINTS as f64, "{bound} for {best}");
    }

    /// A latent vector in a class is decoded as one, and the posterior of an item lies in the class that is said of it.
    #[test]
    fn the_last_dimensions_are_the_class() {
        let model = model();
        let z = [0.4, -1.1, 0.0, 0.0, 0.0];
        let means = |z: Vec<f32>| {
            let z = Cpu::default().tensor_from_vec(z, (Batch(1), crate::dims::Latent(STYLE + CLASSES)));
            elements(&model.decode(z).means()).to_vec()
        };
        for (class, z) in model.in_every_class(&z).into_iter().enumerate() {
            let style = Cpu::default().tensor_from_vec(z[..STYLE].to_vec(), (Batch(1), Style(STYLE)));
            let as_class = model.decode_as(style, |_| class).means();
            assert_eq!(means(z), elements(&as_class));
        }
        let x = images(POINTS, 1);
        let said = model.predict(&x).expect("a model with classes");
        let moments = model.encode(&x, NoneTape);
        let rows = elements(&moments).chunks_exact(2 * (STYLE + CLASSES));
        for (row, class) in rows.zip(said) {
            let of_classes = &row[STYLE..STYLE + CLASSES];
            assert!((0..CLASSES).all(|other| other == class || of_classes[class] > of_classes[other] + 2.0));
        }
    }
}
