//! The same model written with stock dfdx 0.13: its layers, its operations, its Adam.

use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use vae_tui::data::Split;

type Encoder<const H: usize> = (Linear<784, H>, Tanh);
type Decoder<const H: usize, const Z: usize> = (Linear<Z, H>, Tanh, Linear<H, 784>);
/// Encoder, mean, log-variance, decoder.
type Model<const H: usize, const Z: usize> = (Encoder<H>, Linear<H, Z>, Linear<H, Z>, Decoder<H, Z>);
type Built<const H: usize, const Z: usize> = <Model<H, Z> as BuildOnDevice<Cpu, f32>>::Built;

/// A stock model with its optimizer.
pub struct Stock<const H: usize, const Z: usize> {
    device: Cpu,
    model: Built<H, Z>,
    gradients: Option<Gradients<f32, Cpu>>,
    optimizer: Adam<Built<H, Z>, f32, Cpu>,
}

impl<const H: usize, const Z: usize> Stock<H, Z> {
    pub fn new() -> Self {
        let device = Cpu::default();
        device.enable_cache();
        let model = device.build_module::<Model<H, Z>, f32>();
        let optimizer = Adam::new(
            &model,
            AdamConfig {
                lr: 1e-3,
                ..Default::default()
            },
        );
        Self {
            gradients: Some(model.alloc_grads()),
            device,
            model,
            optimizer,
        }
    }

    /// One step of AEVB on these images, its minibatch made from bytes as ours is.
    pub fn step(&mut self, split: &Split, images: &[usize]) -> f32 {
        let pixels = images
            .iter()
            .flat_map(|&image| split.shown(image))
            .map(|value| value / 255.0);
        let x: Tensor<(usize, Const<784>), f32, _> = self
            .device
            .tensor_from_vec(pixels.collect(), (images.len(), Const));
        let noise = self.device.sample_like::<_, rand_distr::StandardNormal>(
            &(images.len(), Const::<Z>),
            rand_distr::StandardNormal,
        );

        let gradients = self.gradients.take().unwrap_or_else(|| self.model.alloc_grads());
        let h = self.model.0.forward(x.clone().traced(gradients));
        let mean = self.model.1.forward(h.with_empty_tape());
        let log_variance = self.model.2.forward(h);

        let kl = (mean.with_empty_tape().square() + log_variance.with_empty_tape().exp()
            - log_variance.with_empty_tape()
            - 1.0)
            .sum::<Rank0, _>()
            * 0.5;
        let z = mean + (log_variance * 0.5).exp() * noise;
        let logits = self.model.3.forward(z);
        // Stock's loss is a mean over all elements.
        let count = (images.len() * 784) as f32;
        let loss = binary_cross_entropy_with_logits_loss(logits, x) * count + kl;
        let value = loss.array();

        let mut gradients = loss.backward();
        #[expect(clippy::expect_used, reason = "every parameter reaches the loss")]
        self.optimizer
            .update(&mut self.model, &gradients)
            .expect("every parameter has a gradient");
        self.model.zero_grads(&mut gradients);
        self.gradients = Some(gradients);
        value
    }
}
