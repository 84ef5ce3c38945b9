//! Optimizer updates, one pass over memory.

use super::vectorised;

/// The numbers of one Adam step.
#[derive(Clone, Copy, Debug)]
pub struct AdamStep {
    /// Step size.
    pub learning_rate: f32,
    /// Decay of the mean of the gradient.
    pub beta1: f32,
    /// Decay of the mean of the squared gradient.
    pub beta2: f32,
    /// Added to the root, after the bias correction.
    pub epsilon: f32,
    /// Which step this is, from 1.
    pub step: u64,
    /// Added to the gradient, times the parameter.
    pub weight_prior: f32,
    /// By how much a parameter is multiplied before it is moved: 1 for no decay.
    pub kept: f32,
}

/// The numbers of one Adagrad step.
#[derive(Clone, Copy, Debug)]
pub struct AdagradStep {
    /// Step size.
    pub learning_rate: f32,
    /// Added to the root.
    pub epsilon: f32,
    /// Added to the gradient, times the parameter.
    pub weight_prior: f32,
    /// By how much a parameter is multiplied before it is moved: 1 for no decay.
    pub kept: f32,
    /// Whether parameters change; if not, only the squares accumulate.
    pub update: bool,
}

/// Adam (Kingma and Ba 2014, algorithm 1) against the sum of `gradients`, one slice per shard.
///
/// `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`,
/// `w = kept * w - learning_rate * m' / (sqrt(v') + epsilon)` with the bias-corrected `m'` and `v'`.
pub fn adam(values: &mut [f32], gradients: &[&[f32]], first: &mut [f32], second: &mut [f32], step: AdamStep) {
    assert!(
        values.len() == first.len() && values.len() == second.len(),
        "memory for every parameter"
    );
    let AdamStep {
        learning_rate,
        beta1,
        beta2,
        epsilon,
        step,
        weight_prior,
        kept,
    } = step;
    let power = i32::try_from(step).unwrap_or(i32::MAX);
    let step_size = (f64::from(learning_rate) / (1.0 - f64::from(beta1).powi(power))) as f32;
    let root_scale = (1.0 / (1.0 - f64::from(beta2).powi(power)).sqrt()) as f32;

    let blocks = values
        .chunks_mut(BLOCK)
        .zip(first.chunks_mut(BLOCK).zip(second.chunks_mut(BLOCK)));
    vectorised(
        #[inline(always)]
        || {
            for (index, (values, (first, second))) in blocks.enumerate() {
                let gradient = &sum_of_shards(gradients, index * BLOCK, values.len())[..values.len()];
                let memory = first.iter_mut().zip(second);
                for ((value, &gradient), (first, second)) in values.iter_mut().zip(gradient).zip(memory) {
                    let gradient = gradient + weight_prior * *value;
                    *first = beta1 * *first + (1.0 - beta1) * gradient;
                    *second = beta2 * *second + (1.0 - beta2) * gradient * gradient;
                    *value = kept * *value - step_size * *first / (second.sqrt() * root_scale + epsilon);
                }
            }
        },
    );
}

/// Adagrad (Duchi, Hazan and Singer 2011) against the sum of `gradients`, one slice per shard.
///
/// `s += g^2`, `w = kept * w - learning_rate * g / (sqrt(s) + epsilon)`.
pub fn adagrad(values: &mut [f32], gradients: &[&[f32]], squares: &mut [f32], step: AdagradStep) {
    assert_eq!(values.len(), squares.len(), "memory for every parameter");
    let AdagradStep {
        learning_rate,
        epsilon,
        weight_prior,
        kept,
        update,
    } = step;
    let (learning_rate, kept) = if update { (learning_rate, kept) } else { (0.0, 1.0) };
    let blocks = values.chunks_mut(BLOCK).zip(squares.chunks_mut(BLOCK));
    vectorised(
        #[inline(always)]
        || {
            for (index, (values, squares)) in blocks.enumerate() {
                let gradient = &sum_of_shards(gradients, index * BLOCK, values.len())[..values.len()];
                for ((value, &gradient), square) in values.iter_mut().zip(gradient).zip(squares) {
                    let gradient = gradient + weight_prior * *value;
                    *square += gradient * gradient;
                    *value = kept * *value - learning_rate * gradient / (square.sqrt() + epsilon);
                }
            }
        },
    );
}

/// Parameters that are updated together: their gradients are summed in a buffer that stays in the first-level cache.
const BLOCK: usize = 1_024;

/// The sum over the shards of `count` elements from `start`, in the order of the shards.
#[inline(always)]
fn sum_of_shards(gradients: &[&[f32]], start: usize, count: usize) -> [f32; BLOCK] {
    let mut sums = [0.0; BLOCK];
    for shard in gradients {
        for (sum, gradient) in sums[..count].iter_mut().zip(&shard[start..start + count]) {
            *sum += gradient;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two shards over more than one block, with a prior, against the definitions in f64.
    fn shards() -> (Vec<f32>, Vec<f32>, Vec<f32>) {
        let numbers = |factor: f32| (0..1_500).map(|i| ((i as f32) * factor).sin()).collect();
        (numbers(0.1), numbers(0.7), numbers(1.3))
    }

    #[test]
    fn adam_follows_its_definition() {
        let (mut values, one, two) = shards();
        let (mut first, mut second) = (vec![0.0; 1_500], vec![0.0; 1_500]);
        let mut exact: Vec<(f64, f64, f64)> = values.iter().map(|&w| (f64::from(w), 0.0, 0.0)).collect();
        let numbers = AdamStep {
            learning_rate: 0.01,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            step: 0,
            weight_prior: 0.1,
            kept: 0.99,
        };
        for step in 1..=5 {
            adam(
                &mut values,
                &[&one, &two],
                &mut first,
                &mut second,
                AdamStep { step, ..numbers },
            );
            for ((w, m, v), (a, b)) in exact.iter_mut().zip(one.iter().zip(&two)) {
                let g = f64::from(*a) + f64::from(*b) + 0.1 * *w;
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                let corrected = (
                    *m / (1.0 - 0.9_f64.powi(step as i32)),
                    *v / (1.0 - 0.999_f64.powi(step as i32)),
                );
                *w = 0.99 * *w - 0.01 * corrected.0 / (corrected.1.sqrt() + 1e-8);
            }
        }
        for (value, (expected, ..)) in values.iter().zip(&exact) {
            assert!(
                (f64::from(*value) - expected).abs() < 2e-5,
                "{value} for {expected}"
            );
        }
    }

    #[test]
    fn adagrad_follows_its_definition_and_only_accumulates_while_warming_up() {
        let (start, one, two) = shards();
        let (mut values, mut squares) = (start.clone(), vec![0.0; 1_500]);
        let step = AdagradStep {
            learning_rate: 0.05,
            epsilon: 1e-8,
            weight_prior: 0.1,
            kept: 0.99,
            update: false,
        };
        adagrad(&mut values, &[&one, &two], &mut squares, step);
        assert_eq!(values, start);
        adagrad(
            &mut values,
            &[&one, &two],
            &mut squares,
            AdagradStep { update: true, ..step },
        );
        for (index, value) in values.iter().enumerate() {
            let g = f64::from(one[index]) + f64::from(two[index]) + 0.1 * f64::from(start[index]);
            let expected = 0.99 * f64::from(start[index]) - 0.05 * g / ((2.0 * g * g).sqrt() + 1e-8);
            assert!(
                (f64::from(*value) - expected).abs() < 1e-6,
                "{value} for {expected}"
            );
        }
    }
}
