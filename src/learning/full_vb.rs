//! Variational inference on the weights too (paper, appendix F): the gradient on one shard of a minibatch.
//!
//! Every weight and bias is a Gaussian, whose mean and variance ascend
//! `E_q(w)[sum_i L(w; x_i)] - KL(q(w) || N(0, I))`. The expectation is estimated with outputs of layers drawn instead of weights
//! (local reparameterisation, Kingma, Salimans and Welling 2015): every data point then has weights of its own, so that its
//! gradient varies less, and a shard leaves factors as for any other learner. The divergence is closed form, and each of the
//! minibatches of an epoch has its share: the optimizer adds it (`weight_kl` of its [`Numbers`](crate::nn::optimizer::Numbers)).
//!
//! The decoder's weights are the paper's `theta`. The encoder's are auxiliary variables with a prior of their own: the bound
//! stays one, a little looser, and an encoder can overfit no more than a decoder.

use super::StepContext;
use super::aevb;
use super::shard::{Shard, ShardGradient};
use crate::nn::WeightNoise;

/// The gradient of the negative lower bound under drawn weights, summed over the shard, and the bound's two terms.
pub fn gradient(shard: &Shard, context: StepContext) -> ShardGradient {
    let noise = WeightNoise {
        seed: context.seed,
        step: context.step,
        first_row: shard.first_row,
        points: shard.indices.len(),
    };
    noise.run(|| aevb::gradient(shard, context))
}

#[cfg(test)]
mod tests {
    use dfdx::prelude::*;

    use super::*;
    use crate::dims::{Batch, Hidden, Latent};
    use crate::nn::optimizer::{Numbers, Optimizer, OptimizerKind};
    use crate::nn::parameters::Role;
    use crate::nn::view::elements;
    use crate::nn::{Gradient, Linear};

    const ROWS: usize = 32;
    /// The variance of what is observed.
    const VARIANCE: f32 = 4.0;

    /// Linear regression with orthogonal inputs: the posterior of the weights is a Gaussian without covariances, which this one can
    /// be, with precision `1 + sum_n x_n^2 / variance` and mean `sum_n x_n y_n / variance` divided by it.
    #[test]
    fn linear_regression_finds_its_exact_posterior() {
        let device = Cpu::default();
        // Two inputs and the bias: columns of a Hadamard matrix, of three lengths.
        let row = |n: usize| {
            let sign = |bit: usize| if n >> bit & 1 == 0 { 1.0 } else { -1.0 };
            [0.7 * sign(0), 2.0 * sign(1)]
        };
        let inputs: Vec<f32> = (0..ROWS).flat_map(row).collect();
        let outputs: Vec<f32> = (0..ROWS)
            .map(|n| 0.8 * row(n)[0] - 0.5 * row(n)[1] + 0.3 + ((n * 37 % 11) as f32 - 5.0) / 3.0)
            .collect();
        let x = device.tensor_from_vec(inputs.clone(), (Batch(ROWS), Hidden(2)));
        let y = device.tensor_from_vec(outputs.clone(), (Batch(ROWS), Latent(1)));

        let mut layer = Linear::zeros(&device, Hidden(2), Latent(1));
        layer.spread(-7.0);
        let mut optimizer = Optimizer::new(OptimizerKind::Adam, 0.02, &[2, 1, 3]);
        let steps = 3_000;
        for step in 0..steps {
            let noise = WeightNoise {
                seed: 1,
                step,
                first_row: 0,
                points: ROWS,
            };
            let said = noise.run(|| layer.forward_data(&x, OwnedTape::default()));
            let loss = (said - y.clone()).square().sum::<Rank0, _>() / (2.0 * VARIANCE);
            let mut left = loss.backward();
            let gradients: Vec<Gradient> = layer
                .parameters()
                .into_iter()
                .map(|named| {
                    let shards = vec![named.parameter.take_gradient(&mut left)];
                    Gradient::new(named.parameter, named.role, shards)
                })
                .collect();
            let parameters = layer.parameters_mut();
            let numbers = Numbers {
                rate_factor: 1.0 - step as f32 / steps as f32,
                weight_prior: 0.0,
                weight_decay: 0.0,
                weight_kl: 1.0,
                products: crate::kernels::Products::F32,
            };
            optimizer.update(parameters, &gradients, numbers);
        }

        let parameters = layer.parameters();
        assert_eq!(parameters[2].role, Role::LogVariance);
        let means = [elements(layer.weight.tensor()), elements(&layer.bias)].concat();
        for (place, mean) in means.into_iter().enumerate() {
            let column = |n: usize| if place < 2 { row(n)[place] } else { 1.0 };
            let precision = 1.0 + (0..ROWS).map(|n| column(n).powi(2)).sum::<f32>() / VARIANCE;
            let exact = (0..ROWS).map(|n| column(n) * outputs[n]).sum::<f32>() / VARIANCE / precision;
            let deviation = 1.0 / precision.sqrt();
            assert!(
                (mean - exact).abs() < 0.1 * deviation,
                "mean {place}: {mean} for {exact}"
            );
            let ratio = parameters[2].parameter.values()[place].exp() * precision;
            assert!(
                (0.9..1.1).contains(&ratio),
                "variance {place}: {ratio} times the exact"
            );
        }
    }
}
