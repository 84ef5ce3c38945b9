//! Optimizer steps: one pass over a parameter, its gradient and what the optimizer remembers of earlier gradients.
//!
//! Gradients are of the quantity to minimise. They arrive as one slice per shard of the minibatch, summed on the way.

use super::dispatch::{fma, kernel};

/// The constants of one step of Adam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Step size `alpha`.
    pub learning_rate: f32,
    /// Decay of the average gradient.
    pub beta1: f32,
    /// Decay of the average squared gradient.
    pub beta2: f32,
    /// Keeps the division finite; added after the root, to the bias-corrected average.
    pub epsilon: f32,
    /// Precision of a Gaussian prior over the parameters: `weight_decay * parameter` joins the gradient, which makes the
    /// optimum the maximum a posteriori one.
    pub weight_decay: f32,
    /// How many steps have been taken, this one included: 1 for the first. The averages start at 0, and this decides
    /// how much of that is still in them.
    pub step: u64,
}

/// The constants of one step of Adagrad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdagradStep {
    /// Global step size.
    pub learning_rate: f32,
    /// Added to the root of the accumulator. Must be above 0 if a gradient can be 0 from the first step on.
    pub epsilon: f32,
    /// As in [`AdamStep`].
    pub weight_decay: f32,
    /// False to accumulate only: a warm-up, so that the first updates are not the largest.
    pub update: bool,
}

/// How many sums of gradients are formed before they are used: few enough to stay in the fastest cache.
const BLOCK: usize = 512;

/// Calls `update(start, gradients)` for one block after the other, with `gradients` the sum over `shards` of the
/// elements from `start` on.
#[inline(always)]
fn for_each_block(length: usize, shards: &[&[f32]], mut update: impl FnMut(usize, &[f32])) {
    for shard in shards {
        assert_eq!(shard.len(), length, "a shard's gradient is as long as the parameter");
    }
    let mut block = [0.0; BLOCK];
    for start in (0..length).step_by(BLOCK) {
        let sums = &mut block[..BLOCK.min(length - start)];
        sums.fill(0.0);
        for shard in shards {
            for (sum, gradient) in sums.iter_mut().zip(&shard[start..]) {
                *sum += gradient;
            }
        }
        update(start, sums);
    }
}

kernel! {
    /// One step of Adam (Kingma and Ba, 2015), as PyTorch arranges it: with `g` the sum of `gradients` plus
    /// `weight_decay * parameter`,
    ///
    /// ```text
    /// m = beta1 m + (1 - beta1) g
    /// v = beta2 v + (1 - beta2) g^2
    /// parameter -= learning_rate (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + epsilon)
    /// ```
    pub fn adam<S>(
        parameters: &mut [f32],
        gradients: &[&[f32]],
        first_moment: &mut [f32],
        second_moment: &mut [f32],
        step: AdamStep,
    ) {
        assert_eq!(first_moment.len(), parameters.len());
        assert_eq!(second_moment.len(), parameters.len());
        let AdamStep { learning_rate, beta1, beta2, epsilon, weight_decay, step } = step;
        let unbias = |beta: f32| 1.0 - f64::from(beta).powf(step as f64);
        let rate = (f64::from(learning_rate) / unbias(beta1)) as f32;
        let root_scale = unbias(beta2).sqrt().recip() as f32;

        for_each_block(parameters.len(), gradients, #[inline(always)] |start, gradients| {
            let elements = parameters[start..]
                .iter_mut()
                .zip(&mut first_moment[start..])
                .zip(&mut second_moment[start..])
                .zip(gradients);
            for (((parameter, m), v), &gradient) in elements {
                let g = fma::<S>(weight_decay, *parameter, gradient);
                *m = fma::<S>(beta1, *m, (1.0 - beta1) * g);
                *v = fma::<S>(beta2, *v, (1.0 - beta2) * g * g);
                *parameter -= rate * *m / fma::<S>(v.sqrt(), root_scale, epsilon);
            }
        });
    }
}

kernel! {
    /// One step of Adagrad (Duchi, Hazan and Singer, 2010): with `g` the sum of `gradients` plus
    /// `weight_decay * parameter`,
    ///
    /// ```text
    /// accumulator += g^2
    /// parameter -= learning_rate g / (sqrt(accumulator) + epsilon)      (where `update` is set)
    /// ```
    pub fn adagrad<S>(parameters: &mut [f32], gradients: &[&[f32]], accumulator: &mut [f32], step: AdagradStep) {
        assert_eq!(accumulator.len(), parameters.len());
        let AdagradStep { learning_rate, epsilon, weight_decay, update } = step;

        for_each_block(parameters.len(), gradients, #[inline(always)] |start, gradients| {
            let elements = parameters[start..].iter_mut().zip(&mut accumulator[start..]).zip(gradients);
            for ((parameter, accumulator), &gradient) in elements {
                let g = fma::<S>(weight_decay, *parameter, gradient);
                *accumulator = fma::<S>(g, g, *accumulator);
                if update {
                    *parameter -= learning_rate * g / (accumulator.sqrt() + epsilon);
                }
            }
        });
    }
}
