//! Hamiltonian Monte Carlo (Duane, Kennedy, Pendleton and Roweth 1987; Neal 2011): many chains of latent vectors, moved
//! together.
//!
//! A chain samples `z` from a density proportional to `p(z) p(x|z)^power`: the prior `p(z)`, usually `N(0, I)`, and the likelihood
//! of some data point of its own. With power 1 that is the posterior, with power 0 the prior. Every chain has a momentum
//! of unit mass, drawn afresh for each move; since that draw is symmetric, it is also a random direction of time. A dimension's
//! step may be longer or shorter than another's, which is a mass of its own in other words.

use rand::Rng;

use crate::random::fill_standard_normal;

/// The share of accepted moves that step sizes are tuned to (the paper, appendix E).
pub const GOAL_ACCEPTANCE: f64 = 0.9;

/// The least scale of a dimension: chains that are all in one place still move.
const LEAST_SCALE: f32 = 1e-4;

/// `log p(x|z)` as a function of `z`, for one data point a chain.
pub trait LogLikelihood {
    /// Writes the value of every chain, and its gradient; shapes: z and gradient (chains, latent), values (chains).
    fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]);

    /// Writes the logarithm of the prior, up to a constant, and its gradient: `N(0, I)`, where nothing else is said.
    fn prior(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
        standard_normal(z, gradient, values);
    }
}

/// `-z^2/2` of every chain, and its gradient: `log N(0, I)` up to a constant.
pub fn standard_normal(z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
    for (gradient, z) in gradient.iter_mut().zip(z) {
        *gradient = -z;
    }
    let latent = z.len() / values.len().max(1);
    for (value, z) in values.iter_mut().zip(z.chunks_exact(latent.max(1))) {
        *value = -half_squares(z);
    }
}

fn half_squares(values: &[f32]) -> f64 {
    values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / 2.0
}

/// Chains and where they are.
pub struct Chains<'a, L> {
    likelihood: &'a L,
    latent: usize,
    /// The power of the likelihood in the density that is sampled.
    pub power: f64,
    /// The scale of every dimension, by which its steps are multiplied; ones, where nothing is known.
    pub scales: Vec<f32>,
    here: Place,
}

/// Where all chains are, and what the likelihood says of it.
#[derive(Clone)]
struct Place {
    z: Vec<f32>,
    log_likelihoods: Vec<f64>,
    gradient: Vec<f32>,
    log_priors: Vec<f64>,
    prior_gradient: Vec<f32>,
}

/// How a move is made.
#[derive(Clone, Copy, Debug)]
pub struct Leapfrog {
    /// Steps of a move.
    pub steps: usize,
    /// Time of a step.
    pub size: f32,
}

impl<'a, L: LogLikelihood> Chains<'a, L> {
    /// Chains that begin at `z`, shape (chains, latent), and sample the posterior.
    pub fn new(likelihood: &'a L, z: Vec<f32>, latent: usize) -> Self {
        let mut here = Place {
            gradient: vec![0.0; z.len()],
            log_likelihoods: vec![0.0; z.len() / latent],
            prior_gradient: vec![0.0; z.len()],
            log_priors: vec![0.0; z.len() / latent],
            z,
        };
        here.evaluate(likelihood);
        Self {
            likelihood,
            latent,
            power: 1.0,
            scales: vec![1.0; latent],
            here,
        }
    }

    /// Where the chains are, shape (chains, latent).
    pub fn positions(&self) -> &[f32] {
        &self.here.z
    }

    /// Lets every dimension's scale follow the spread of the chains around one another, where several are in the same density: chain
    /// `i` in that of `i % densities`. A share of what the variances were stays.
    pub fn follow_spread(&mut self, densities: usize, kept: f32) {
        let latent = self.latent;
        let rounds = self.here.z.len() / latent / densities;
        if rounds < 2 {
            return;
        }
        let mut squares = vec![0.0; latent];
        for density in 0..densities {
            let rows = self.here.z.chunks_exact(latent).skip(density).step_by(densities);
            for (dimension, squares) in squares.iter_mut().enumerate() {
                let mean = rows.clone().map(|z| z[dimension]).sum::<f32>() / rounds as f32;
                *squares += rows.clone().map(|z| (z[dimension] - mean).powi(2)).sum::<f32>();
            }
        }
        for (scale, squares) in self.scales.iter_mut().zip(squares) {
            let variance = squares / (densities * (rounds - 1)) as f32;
            *scale = (kept * *scale * *scale + (1.0 - kept) * variance)
                .sqrt()
                .max(LEAST_SCALE);
        }
    }

    /// `log p(x|z)` of every chain.
    pub fn log_likelihoods(&self) -> &[f64] {
        &self.here.log_likelihoods
    }

    /// Moves every chain once, or leaves it where it is; returns the share of chains that moved. Chain `i` draws its
    /// momentum, and whether it moves, from `generator(i)`.
    pub fn advance<R: Rng>(&mut self, leapfrog: Leapfrog, generator: impl Fn(usize) -> R) -> f64 {
        let mut generators: Vec<R> = (0..self.here.log_likelihoods.len()).map(generator).collect();
        let mut momentum = vec![0.0; self.here.z.len()];
        for (momentum, generator) in momentum.chunks_exact_mut(self.latent).zip(&mut generators) {
            fill_standard_normal(generator, momentum);
        }
        let before = self.energies(&self.here, &momentum);
        let mut there = self.here.clone();
        self.leapfrog(&mut there, &mut momentum, leapfrog);
        let after = self.energies(&there, &momentum);

        let mut moved = 0;
        let chains = before.iter().zip(&after).zip(&mut generators);
        for (chain, ((before, after), generator)) in chains.enumerate() {
            // An energy that is not a number is refused too.
            if generator.r#gen::<f64>() < (before - after).exp() {
                moved += 1;
                self.here.take_chain(chain, &there, self.latent);
            }
        }
        moved as f64 / generators.len().max(1) as f64
    }

    /// Follows Hamilton's equations for a while: half a step of momentum, whole steps of position and momentum in turn,
    /// half a step of momentum. Reversible, and keeps the energy up to the square of the step size.
    fn leapfrog(&self, place: &mut Place, momentum: &mut [f32], Leapfrog { steps, size }: Leapfrog) {
        self.kick(place, momentum, 0.5 * size);
        for step in 1..=steps {
            let scales = self.scales.iter().cycle();
            for ((z, momentum), scale) in place.z.iter_mut().zip(&*momentum).zip(scales) {
                *z += size * scale * momentum;
            }
            place.evaluate(self.likelihood);
            self.kick(place, momentum, if step < steps { size } else { 0.5 * size });
        }
    }

    /// Changes the momentum by the force, the gradient of the log-density.
    fn kick(&self, place: &Place, momentum: &mut [f32], time: f32) {
        let power = self.power as f32;
        let scales = self.scales.iter().cycle();
        let forces = place.prior_gradient.iter().zip(&place.gradient);
        for ((momentum, (prior, gradient)), scale) in momentum.iter_mut().zip(forces).zip(scales) {
            *momentum += time * scale * (power * gradient + prior);
        }
    }

    /// The energy of every chain: the negative log-density, up to a constant, and half the squared momentum.
    fn energies(&self, place: &Place, momentum: &[f32]) -> Vec<f64> {
        let priors = place.log_priors.iter();
        priors
            .zip(momentum.chunks_exact(self.latent))
            .zip(&place.log_likelihoods)
            .map(|((log_prior, momentum), log_likelihood)| {
                half_squares(momentum) - log_prior - self.power * log_likelihood
            })
            .collect()
    }
}

impl Place {
    fn evaluate(&mut self, likelihood: &impl LogLikelihood) {
        likelihood.evaluate(&self.z, &mut self.gradient, &mut self.log_likelihoods);
        likelihood.prior(&self.z, &mut self.prior_gradient, &mut self.log_priors);
    }

    /// Puts one chain where it is in `other`.
    fn take_chain(&mut self, chain: usize, other: &Self, latent: usize) {
        let range = chain * latent..(chain + 1) * latent;
        self.z[range.clone()].copy_from_slice(&other.z[range.clone()]);
        self.gradient[range.clone()].copy_from_slice(&other.gradient[range.clone()]);
        self.prior_gradient[range.clone()].copy_from_slice(&other.prior_gradient[range]);
        self.log_priors[chain] = other.log_priors[chain];
        self.log_likelihoods[chain] = other.log_likelihoods[chain];
    }
}

/// The next step size: `factor` times larger after a move that more than [`GOAL_ACCEPTANCE`] of the chains made, else
/// smaller.
pub fn tuned(size: f32, acceptance: f64, factor: f32) -> f32 {
    let size = if acceptance > GOAL_ACCEPTANCE {
        size * factor
    } else {
        size / factor
    };
    // Chains that can't move at all, or that nothing stops, end at a size that can still come back.
    size.clamp(1e-6, 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, generator};

    /// `log N(x; W z, s^2)` of one number, so that the posterior is a correlated Gaussian with known moments.
    struct Gaussian {
        slope: [f64; 2],
        x: f64,
        variance: f64,
    }

    impl Gaussian {
        /// Mean and covariance of the posterior: precision `I + W^T W / s^2`.
        fn posterior(&self) -> ([f64; 2], [[f64; 2]; 2]) {
            let [a, b] = self.slope;
            let (v, p) = (self.variance, 1.0 + (a * a + b * b) / self.variance);
            let covariance = [
                [(1.0 + b * b / v) / p, -a * b / v / p],
                [-a * b / v / p, (1.0 + a * a / v) / p],
            ];
            ([a, b].map(|w| w * self.x / v / p), covariance)
        }
    }

    impl LogLikelihood for Gaussian {
        fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
            let chains = z.chunks_exact(2).zip(gradient.chunks_exact_mut(2)).zip(values);
            for ((z, gradient), value) in chains {
                let residual = self.x - self.slope[0] * f64::from(z[0]) - self.slope[1] * f64::from(z[1]);
                *value = -0.5 * residual * residual / self.variance;
                for (gradient, slope) in gradient.iter_mut().zip(self.slope) {
                    *gradient = (slope * residual / self.variance) as f32;
                }
            }
        }
    }

    const TARGET: Gaussian = Gaussian {
        slope: [1.5, -0.8],
        x: 2.0,
        variance: 0.25,
    };

    #[test]
    fn a_gaussian_is_sampled_with_its_moments_from_far_away() {
        let count = 400;
        let mut chains = Chains::new(&TARGET, vec![5.0; 2 * count], 2);
        let mut size = 0.01;
        let mut samples = Vec::new();
        let mut accepted = 0.0;
        for step in 0..700 {
            let leapfrog = Leapfrog { steps: 10, size };
            let acceptance =
                chains.advance(leapfrog, |chain| generator(1, Purpose::Chain, step, chain as u64));
            if step < 300 {
                size = tuned(size, acceptance, 1.02);
            } else {
                accepted += acceptance / 400.0;
                samples.extend_from_slice(chains.positions());
            }
        }
        // The last step size lies on one side of the goal, and a trajectory of fixed length makes that a steep place.
        assert!((accepted - GOAL_ACCEPTANCE).abs() < 0.07, "{accepted}");
        let (mean, covariance) = TARGET.posterior();
        let count = (samples.len() / 2) as f64;
        let average = |f: &dyn Fn(f64, f64) -> f64| {
            samples
                .chunks_exact(2)
                .map(|z| f(f64::from(z[0]), f64::from(z[1])))
                .sum::<f64>()
                / count
        };
        // 160 000 samples, neighbours of which resemble one another: about 20 000 that do not, errors below 1/140.
        for (ours, exact) in [
            (average(&|a, _| a), mean[0]),
            (average(&|_, b| b), mean[1]),
            (average(&|a, _| (a - mean[0]).powi(2)), covariance[0][0]),
            (average(&|_, b| (b - mean[1]).powi(2)), covariance[1][1]),
            (average(&|a, b| (a - mean[0]) * (b - mean[1])), covariance[0][1]),
        ] {
            assert!((ours - exact).abs() < 0.03, "{ours} for {exact}");
        }
    }

    /// Detailed balance needs a proposal that its reverse undoes.
    #[test]
    fn a_trajectory_with_its_momentum_turned_round_comes_back() {
        let start = vec![0.3, -1.2, 2.0, 0.1];
        let chains = Chains::new(&TARGET, start.clone(), 2);
        let mut place = chains.here.clone();
        let kicked = [0.7, -0.4, -1.1, 0.2];
        let mut momentum = kicked;
        let leapfrog = Leapfrog { steps: 10, size: 0.1 };
        chains.leapfrog(&mut place, &mut momentum, leapfrog);
        assert!(
            place
                .z
                .iter()
                .zip(&start)
                .any(|(there, here)| (there - here).abs() > 0.3)
        );
        momentum.iter_mut().for_each(|momentum| *momentum = -*momentum);
        chains.leapfrog(&mut place, &mut momentum, leapfrog);
        let back = place.z.iter().chain(&momentum);
        let expected = start.iter().copied().chain(kicked.map(|momentum| -momentum));
        for (ours, expected) in back.zip(expected) {
            assert!((ours - expected).abs() < 1e-4, "{ours} for {expected}");
        }
    }

    /// Detailed balance holds for the whole move: of two halves of the plane, as many chains go one way as the other.
    #[test]
    fn as_many_chains_cross_a_line_one_way_as_the_other() {
        let count = 4_000;
        let mut chains = Chains::new(&TARGET, vec![0.0; 2 * count], 2);
        let leapfrog = Leapfrog { steps: 3, size: 0.3 };
        let advance = |chains: &mut Chains<Gaussian>, step| {
            chains.advance(leapfrog, |chain| generator(2, Purpose::Chain, step, chain as u64))
        };
        for step in 0..200 {
            advance(&mut chains, step);
        }
        let (mean, _) = TARGET.posterior();
        // An uneven line, so that both sides do not balance by symmetry.
        let above = |z: &[f32]| f64::from(z[0]) > mean[0] + 0.4;
        let (mut up, mut down) = (0.0, 0.0);
        for step in 200..260 {
            let before: Vec<bool> = chains.positions().chunks_exact(2).map(above).collect();
            advance(&mut chains, step);
            for (before, after) in before
                .into_iter()
                .zip(chains.positions().chunks_exact(2).map(above))
            {
                up += f64::from(u8::from(!before && after));
                down += f64::from(u8::from(before && !after));
            }
        }
        let (up, down): (f64, f64) = (up, down);
        assert!(
            up > 5_000.0 && (up - down).abs() < 5.0 * (up + down).sqrt(),
            "{up} {down}"
        );
    }

    /// A long and a short dimension: with one step size the long one is hardly explored.
    #[test]
    fn scales_follow_the_spread_and_leave_the_density_as_it_is() {
        struct Long;
        impl LogLikelihood for Long {
            fn evaluate(&self, _: &[f32], gradient: &mut [f32], values: &mut [f64]) {
                gradient.fill(0.0);
                values.fill(0.0);
            }

            fn prior(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
                let rows = z.chunks_exact(2).zip(gradient.chunks_exact_mut(2)).zip(values);
                for ((z, gradient), value) in rows {
                    for ((z, gradient), variance) in z.iter().zip(gradient).zip([25.0, 0.01]) {
                        *gradient = -z / variance;
                    }
                    *value = -0.5 * f64::from(z[0] * z[0] / 25.0 + z[1] * z[1] / 0.01);
                }
            }
        }
        let variances = |follows: bool| {
            let count = 2_000;
            let mut chains = Chains::new(&Long, vec![0.0; 2 * count], 2);
            for step in 0..60 {
                // The largest step that the shorter dimension bears.
                let size = if follows { 0.7 } else { 0.1 };
                chains.advance(Leapfrog { steps: 3, size }, |chain| {
                    generator(4, Purpose::Chain, step, chain as u64)
                });
                if follows {
                    chains.follow_spread(10, 0.8);
                }
            }
            let variance = |dimension: usize| {
                let squares = chains
                    .positions()
                    .chunks_exact(2)
                    .map(|z| f64::from(z[dimension]).powi(2));
                squares.sum::<f64>() / count as f64
            };
            [variance(0), variance(1)]
        };
        let [long, short] = variances(true);
        assert!(
            (long / 25.0 - 1.0).abs() < 0.15 && (short / 0.01 - 1.0).abs() < 0.15,
            "{long} {short}"
        );
        let [long, _] = variances(false);
        assert!(long < 12.0, "{long}");
    }

    #[test]
    fn the_energy_error_is_of_the_order_of_the_step_size_squared() {
        let error = |steps: usize, size: f32| {
            let chains = Chains::new(&TARGET, vec![1.0, 0.5], 2);
            let mut momentum = [0.9, 0.3];
            let before = chains.energies(&chains.here, &momentum)[0];
            let mut place = chains.here.clone();
            chains.leapfrog(&mut place, &mut momentum, Leapfrog { steps, size });
            (chains.energies(&place, &momentum)[0] - before).abs()
        };
        let (whole, half) = (error(5, 0.08), error(10, 0.04));
        assert!((3.3..4.8).contains(&(whole / half)), "{whole} {half}");
    }

    #[test]
    fn a_place_where_nothing_is_known_is_refused() {
        struct Cliff;
        impl LogLikelihood for Cliff {
            fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
                gradient.fill(0.0);
                for (z, value) in z.iter().zip(values) {
                    *value = if *z > 0.0 { f64::NAN } else { 0.0 };
                }
            }
        }
        let mut chains = Chains::new(&Cliff, vec![-0.1; 200], 1);
        let leapfrog = Leapfrog { steps: 4, size: 0.3 };
        for step in 0..20 {
            let moved = chains.advance(leapfrog, |chain| generator(3, Purpose::Chain, step, chain as u64));
            assert!(moved > 0.0 && moved < 1.0);
            assert!(chains.positions().iter().all(|&z| z <= 0.0));
        }
    }
}
