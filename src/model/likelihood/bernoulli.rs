//! A Bernoulli in every value (appendix C.1): `log p(x|z) = sum_i x_i l_i - softplus(l_i)`, which no logit `l` overflows;
//! gradient `x - y` with the mean `y = sigmoid(l)`. A grey `x` is taken for the probability of white, so that the sum is
//! the mean over all black and white images that it stands for.

use rand::{Rng, RngCore};

use super::distribution::{Layer, TwiceDifferentiable, ValueDistribution};
use crate::kernels::scalar;

#[derive(Clone, Copy)]
pub(super) struct Bernoulli;

impl ValueDistribution<1> for Bernoulli {
    fn layer(&self) -> Layer {
        Layer::new("logits", 1)
    }

    #[inline(always)]
    fn log_likelihood(&self, [logit]: [f32; 1], x: f32) -> (f32, [f32; 1]) {
        let (softplus, sigmoid) = scalar::softplus_and_sigmoid(logit);
        (x * logit - softplus, [x - sigmoid])
    }

    #[inline(always)]
    fn mean(&self, [logit]: [f32; 1]) -> f32 {
        scalar::sigmoid(logit)
    }

    fn sample(&self, logit: [f32; 1], generator: &mut dyn RngCore) -> f32 {
        f32::from(u8::from(generator.r#gen::<f32>() < self.mean(logit)))
    }
}

impl TwiceDifferentiable<1> for Bernoulli {
    fn second_derivatives(&self, [logit]: [f32; 1], _: f32) -> [[f32; 1]; 1] {
        let y = scalar::sigmoid(logit);
        [[-y * (1.0 - y)]]
    }
}
