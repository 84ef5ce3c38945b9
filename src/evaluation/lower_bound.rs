//! The lower bound of a whole split.

use dfdx::prelude::*;
use rayon::prelude::*;

use super::{device, interruptible};
use crate::cancel::Cancel;
use crate::data::{Binarisation, Split};
use crate::dims::{Batch, Latent, Pixels};
use crate::kernels;
use crate::model::{Recognition, Vae};
use crate::nn::view::{elements, elements_mut};
use crate::objective::BoundTerms;
use crate::random::{Purpose, fill_standard_normal, generator};

/// A latent dimension is active if the variance of its posterior mean over the data exceeds this
/// (Burda, Grosse and Salakhutdinov 2015).
pub const ACTIVE_VARIANCE: f64 = 0.01;

/// Where an evaluation's random numbers come from, and how it reads pixels.
#[derive(Clone, Copy, Debug)]
pub struct MeasurementContext {
    /// The run's seed; evaluations of one run all use the same noise, so that they can be compared.
    pub seed: u64,
    /// How grey pixels are read.
    pub binarisation: Binarisation,
}

impl MeasurementContext {
    /// The pixels of an item, as they are measured.
    pub fn item(self, split: &Split, item: usize) -> Vec<f32> {
        let mut pixels = vec![0.0; split.numbers_per_item];
        self.binarisation.fill_row(split, item, self.seed, 0, &mut pixels);
        pixels
    }
}

/// The lower bound of a split: one posterior sample a data point, in nats per data point.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LowerBound {
    /// Reconstruction and KL term.
    pub terms: BoundTerms,
    /// The KL term of each latent dimension: of the Gaussian with the posterior's moments from `N(0, 1)`. With a learned prior or a
    /// flow the KL term itself is no sum over dimensions.
    pub kl_per_dimension: Vec<f64>,
    /// For each latent dimension, the variance over the data of the posterior mean.
    pub mean_variance: Vec<f64>,
    /// Data points that were evaluated.
    pub points: usize,
}

impl LowerBound {
    /// How many latent dimensions are active.
    pub fn active_units(&self) -> usize {
        self.mean_variance
            .iter()
            .filter(|&&variance| variance > ACTIVE_VARIANCE)
            .count()
    }
}

/// Data points that are measured where chains take the place of an encoder: as many as the paper's figure 3 has.
pub const MOST_BY_CHAINS: usize = 1_000;

/// Data points that one thread evaluates at a time: few enough that what they become stays near the processor.
const BLOCK: usize = 125;
/// Blocks for every thread between two looks at the caller's wishes.
const BLOCKS_A_ROUND: usize = 4;

/// The lower bound of `split`, on the threads of the pool it is called in; of its first [`MOST_BY_CHAINS`] points where
/// the model has no encoder.
///
/// After every round of blocks `go_on` hears how many points are done; if it says no, or as soon as it is cancelled, the
/// answer is `None`. It does not depend on the number of threads.
pub fn lower_bound(
    model: &Vae,
    split: &Split,
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl FnMut(usize) -> bool,
) -> Option<LowerBound> {
    lower_bound_of_first(model, split, split.points(), noise, cancel, go_on)
}

/// The same of the first `points` of a split.
pub fn lower_bound_of_first(
    model: &Vae,
    split: &Split,
    points: usize,
    noise: MeasurementContext,
    cancel: &Cancel,
    mut go_on: impl FnMut(usize) -> bool,
) -> Option<LowerBound> {
    let mut sums = Sums::default();
    let points = match model.architecture().recognition {
        Recognition::Encoder => points.min(split.points()),
        Recognition::Chains => points.min(split.points()).min(MOST_BY_CHAINS),
    };
    let firsts: Vec<usize> = (0..points).step_by(BLOCK).collect();
    for round in firsts.chunks(BLOCKS_A_ROUND * rayon::current_num_threads()) {
        let of_block = |&first: &usize| {
            let count = BLOCK.min(points - first);
            interruptible(cancel, || Sums::of_block(model, split, first, count, noise))
        };
        let blocks: Option<Vec<Sums>> = round.par_iter().map(of_block).collect();
        blocks?.iter().for_each(|block| sums.add(block));
        if !go_on(sums.points) {
            return None;
        }
    }
    sums.finish()
}

/// The sums behind a [`LowerBound`], over the data points seen so far.
#[derive(Clone, Debug, Default)]
struct Sums {
    terms: BoundTerms,
    kl_per_dimension: Vec<f64>,
    means: Vec<f64>,
    squared_means: Vec<f64>,
    points: usize,
}

impl Sums {
    /// The sums over the data points `first..first + count` of `split`.
    fn of_block(model: &Vae, split: &Split, first: usize, count: usize, noise: MeasurementContext) -> Self {
        let architecture = model.architecture();
        let (pixels, latent) = (architecture.pixels, architecture.latent);
        let device = device();

        let mut x = device.zeros_like(&(Batch(count), Pixels(pixels)));
        for (row, index) in elements_mut(&mut x).chunks_exact_mut(pixels).zip(first..) {
            noise.binarisation.fill_row(split, index, noise.seed, 0, row);
        }
        let mut eps = device.zeros_like(&(Batch(count), Latent(latent)));
        for (row, index) in elements_mut(&mut eps).chunks_exact_mut(latent).zip(first..) {
            fill_standard_normal(
                &mut generator(noise.seed, Purpose::Evaluation, 0, index as u64),
                row,
            );
        }

        let moments = model.recognise(&x, noise.seed);
        let mut sums = Self {
            kl_per_dimension: vec![0.0; latent],
            means: vec![0.0; latent],
            squared_means: vec![0.0; latent],
            points: count,
            ..Self::default()
        };
        kernels::gaussian_kl_per_dimension(elements(&moments), latent, &mut sums.kl_per_dimension);
        for row in elements(&moments).chunks_exact(2 * latent) {
            for ((&mean, sum), squares) in row.iter().zip(&mut sums.means).zip(&mut sums.squared_means) {
                *sum += f64::from(mean);
                *squares += f64::from(mean) * f64::from(mean);
            }
        }
        let (z, kl) = model.draw_with_kl(&x, || moments, &eps);
        sums.terms.kl = if model.has_closed_form() {
            sums.kl_per_dimension.iter().sum()
        } else {
            kl.iter().sum()
        };

        let per_point = model.decode(z).log_likelihoods(&x);
        sums.terms.reconstruction = per_point.iter().sum();
        sums
    }

    /// Adds the sums over other data points.
    fn add(&mut self, other: &Self) {
        self.terms += other.terms;
        self.points += other.points;
        for (sums, others) in [
            (&mut self.kl_per_dimension, &other.kl_per_dimension),
            (&mut self.means, &other.means),
            (&mut self.squared_means, &other.squared_means),
        ] {
            sums.resize(others.len(), 0.0);
            for (sum, other) in sums.iter_mut().zip(others) {
                *sum += other;
            }
        }
    }

    /// The bound over the data points seen so far; `None` before the first.
    fn finish(&self) -> Option<LowerBound> {
        let points = self.points as f64;
        (self.points > 0).then(|| LowerBound {
            terms: self.terms.per_point(self.points as u64),
            kl_per_dimension: self.kl_per_dimension.iter().map(|kl| kl / points).collect(),
            mean_variance: self
                .means
                .iter()
                .zip(&self.squared_means)
                .map(|(mean, squares)| (squares / points - (mean / points).powi(2)).max(0.0))
                .collect(),
            points: self.points,
        })
    }
}
