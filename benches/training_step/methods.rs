//! The other methods' steps beside AEVB's, and one batched move of a minibatch's chains beside a move of each alone.

use dfdx::prelude::*;
use vae_tui::data::Dataset;
use vae_tui::dims::{Batch, Pixels};
use vae_tui::hmc::{Chains, Leapfrog};
use vae_tui::learning::{Configuration, Method};
use vae_tui::model::Vae;
use vae_tui::model::recognition::ImageLikelihood;
use vae_tui::nn::view::tensor_of;
use vae_tui::random::{Purpose, generator};

use super::{Ours, configuration, race};

/// Chains of a minibatch.
const CHAINS: usize = 100;

/// Prints how long a step of every method takes, in steps of AEVB, and what batching the chains is worth.
pub fn compare(data: &Dataset, threads: usize) {
    let step = |method| {
        let configuration = Configuration {
            method,
            ..configuration(threads, 500, 20, 100)
        };
        Ours::new(configuration, data)
    };
    let mut aevb = step(Method::Aevb);
    let mut wake_sleep = step(Method::WakeSleep);
    let mut mcem = step(Method::Mcem);
    let times = race(&mut [&mut || aevb.step(), &mut || wake_sleep.step(), &mut || {
        mcem.step()
    }]);
    println!("step of Wake-Sleep / AEVB = {:.2}", times[1] / times[0]);
    println!("step of MCEM / AEVB = {:.2}", times[2] / times[0]);

    let model = &aevb.training.model;
    let together = images(data, 0..CHAINS);
    let one_by_one: Vec<Images> = (0..CHAINS).map(|image| images(data, image..image + 1)).collect();
    let moves = race(&mut [&mut || advance(model, &together), &mut || {
        one_by_one.iter().for_each(|image| advance(model, image))
    }]);
    println!(
        "HMC move of {CHAINS} chains, one by one / together = {:.1}",
        moves[1] / moves[0]
    );
}

type Images = Tensor<(Batch, Pixels), f32, Cpu>;

fn images(data: &Dataset, images: std::ops::Range<usize>) -> Images {
    let mut pixels = vec![0.0; 784 * images.len()];
    for (image, row) in images.clone().zip(pixels.chunks_exact_mut(784)) {
        data.train.fill_row(image, row);
    }
    tensor_of(&Cpu::default(), (Batch(images.len()), Pixels(784)), &pixels)
}

/// One move of ten leapfrog steps, a chain an image.
fn advance(model: &Vae, images: &Images) {
    let likelihood = ImageLikelihood::new(model, images);
    let mut chains = Chains::new(&likelihood, vec![0.1; 20 * images.shape().0.0], 20);
    let leapfrog = Leapfrog {
        steps: 10,
        size: 0.01,
    };
    std::hint::black_box(chains.advance(leapfrog, |chain| generator(1, Purpose::Chain, 0, chain as u64)));
}
