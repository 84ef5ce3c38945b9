//! A planar step (Rezende and Mohamed 2015, equations 10 to 12): `z' = z + u^ tanh(w^T z + b)`, with the log-determinant
//! `log |1 + u^T^ w (1 - tanh^2(w^T z + b))|`.
//!
//! The step is invertible where `w^T u^ > -1`; so of a given `u` only the part along `w` is changed, to
//! `w^T u^ = m(w^T u)` with `m(s) = log(1 + (e - 1) e^s) - 1`. That is the publication's `m`, moved so that `m(0) = 0`: parameters
//! of zero are the identity.

use dfdx::prelude::*;

use super::{LatentRows, PerRow, Posterior};
use crate::cancel::checkpoint;
use crate::dims::{Batch, Latent, Moments};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};
use crate::nn::view::{elements, elements_mut, tensor_of};

/// `w`, `u` and `b` of a step, one after the other: 2 D + 1 numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PlanarParameters(Latent);

impl Dim for PlanarParameters {
    fn size(&self) -> usize {
        2 * self.0.0 + 1
    }
    fn from_size(size: usize) -> Option<Self> {
        (size % 2 == 1).then_some(Self(Latent(size / 2)))
    }
}

/// A step whose `w`, `u` and `b` are an affine map of the posterior's moments.
#[derive(Clone, Debug)]
pub struct Planar {
    parameters: Linear<Moments<Latent>, PlanarParameters>,
}

impl Planar {
    /// The identity.
    pub fn zeros(device: &Cpu, latent: Latent) -> Self {
        Self {
            parameters: Linear::zeros(device, Moments(latent), PlanarParameters(latent)),
        }
    }

    /// Numbers of a step for so many dimensions.
    pub fn parameter_count(latent: usize) -> usize {
        (2 * latent + 1) * (2 * latent + 1)
    }

    /// Moves every row; the log-determinants of the rows come with it. Shapes: moments (R, 2 N_z), z (R, N_z).
    pub fn apply<T: Tape<f32, Cpu>>(
        &self,
        moments: Posterior<T>,
        z: LatentRows<T>,
    ) -> (LatentRows<T>, PerRow<T>) {
        bent(self.parameters.forward(moments), z)
    }

    /// Weights and bias of the affine map.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        self.parameters.parameters()
    }

    /// Weights and bias of the affine map, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        self.parameters.parameters_mut()
    }
}

/// `z'` and its log-determinant of every row, whose `w`, `u` and `b` are `parameters`.
fn bent<T: Tape<f32, Cpu>>(
    parameters: Tensor<(Batch, PlanarParameters), f32, Cpu, T>,
    z: LatentRows<T>,
) -> (LatentRows<T>, PerRow<T>) {
    let ((parameters, tape), (z, tape_of_z)) = (parameters.split_tape(), z.split_tape());
    let mut tape = tape.merge(tape_of_z);
    let (rows, Latent(latent)) = *z.shape();
    let width = 2 * latent + 1;
    let mut moved = z.device().zeros_like(z.shape());
    let mut log_determinants = Vec::with_capacity(rows.0);
    let of_rows = elements(&parameters)
        .chunks_exact(width)
        .zip(elements(&z).chunks_exact(latent));
    for ((parameters, z), moved) in of_rows.zip(elements_mut(&mut moved).chunks_exact_mut(latent)) {
        checkpoint();
        let row = Row::new(parameters, z);
        for (index, moved) in moved.iter_mut().enumerate() {
            *moved = (f64::from(z[index]) + row.hat(index) * row.tanh) as f32;
        }
        log_determinants.push(row.determinant().ln() as f32);
    }
    let log_determinant = tensor_of(z.device(), (rows,), &log_determinants);

    let (of_moved, of_determinant) = (moved.ghost(), log_determinant.ghost());
    tape.add_backward_op(move |gradients| {
        let d_moved = std::mem::take(&mut **gradients.get_or_alloc_mut(&of_moved)?);
        let d_determinant = std::mem::take(&mut **gradients.get_or_alloc_mut(&of_determinant)?);
        let mut dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&z)?);
        let d_parameters = gradients.get_or_alloc_mut(&parameters)?;
        let of_rows = elements(&parameters)
            .chunks_exact(width)
            .zip(elements(&z).chunks_exact(latent));
        for (index, (parameters, z)) in of_rows.enumerate() {
            checkpoint();
            Row::new(parameters, z).add_gradients(
                &d_moved[index * latent..][..latent],
                f64::from(d_determinant[index]),
                &mut dz[index * latent..][..latent],
                &mut d_parameters[index * width..][..width],
            );
        }
        **gradients.get_or_alloc_mut(&z)? = dz;
        **gradients.get_or_alloc_mut(&of_moved)? = d_moved;
        **gradients.get_or_alloc_mut(&of_determinant)? = d_determinant;
        Ok(())
    });
    (moved.put_tape(tape), log_determinant.put_tape(T::default()))
}

/// What a step does to one row, in double precision.
struct Row<'a> {
    w: &'a [f32],
    u: &'a [f32],
    z: &'a [f32],
    /// `tanh(w^T z + b)`.
    tanh: f64,
    /// `w^T u`.
    along: f64,
    /// `w^T w`.
    squares: f64,
}

/// Below this `w` has no direction, and nothing of `u` lies along it.
const LEAST_SQUARES: f64 = 1e-12;

impl<'a> Row<'a> {
    fn new(parameters: &'a [f32], z: &'a [f32]) -> Self {
        let (w, rest) = parameters.split_at(z.len());
        let (u, b) = rest.split_at(z.len());
        let product = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        Self {
            tanh: (product(w, z) + f64::from(b[0])).tanh(),
            along: product(w, u),
            squares: product(w, w),
            w,
            u,
            z,
        }
    }

    /// `m(s) - s` and its derivative, `s` being `w^T u`.
    fn correction(&self) -> (f64, f64) {
        // log(1 + (e - 1) e^s) = softplus(s + log(e - 1)), for either sign without overflow.
        let x = self.along + (std::f64::consts::E - 1.0).ln();
        let softplus = x.max(0.0) + (-x.abs()).exp().ln_1p();
        let sigmoid = 1.0 / (1.0 + (-x).exp());
        (softplus - 1.0 - self.along, sigmoid - 1.0)
    }

    /// By how much of `w` the vector `u^` differs from `u`.
    fn share(&self) -> f64 {
        if self.squares < LEAST_SQUARES {
            return 0.0;
        }
        self.correction().0 / self.squares
    }

    /// `u^` of one dimension.
    fn hat(&self, index: usize) -> f64 {
        f64::from(self.u[index]) + self.share() * f64::from(self.w[index])
    }

    /// `1 + w^T u^ (1 - tanh^2)`, which is positive.
    fn determinant(&self) -> f64 {
        1.0 + self.along_hat() * (1.0 - self.tanh * self.tanh)
    }

    /// `w^T u^`.
    fn along_hat(&self) -> f64 {
        self.along + self.share() * self.squares
    }

    /// Adds the gradients of a loss whose gradient for `z'` is `d_moved`, and for the log-determinant `d_determinant`.
    fn add_gradients(&self, d_moved: &[f32], d_determinant: f64, dz: &mut [f32], d_parameters: &mut [f32]) {
        let latent = self.z.len();
        let slope = 1.0 - self.tanh * self.tanh;
        let d_log = d_determinant / self.determinant();
        let hats = (0..latent).map(|index| self.hat(index));
        let along_moved: f64 = hats.zip(d_moved).map(|(hat, d)| hat * f64::from(*d)).sum();
        // Of the argument a = w^T z + b: the slope of tanh is 1 - tanh^2, the slope of that -2 tanh (1 - tanh^2).
        let d_argument = along_moved * slope - 2.0 * d_log * self.along_hat() * self.tanh * slope;
        // Of u^ through z', and of w^T u^ through the determinant.
        let d_along_hat = d_log * slope;
        let (correction, correction_slope) = self.correction();
        let has_direction = self.squares >= LEAST_SQUARES;
        // w^T u^ = s + (m(s) - s), and u^ = u + (m(s) - s) w / w^T w.
        let w_moved: f64 = self
            .w
            .iter()
            .zip(d_moved)
            .map(|(w, d)| f64::from(*w) * f64::from(*d))
            .sum::<f64>()
            * self.tanh;
        let d_correction = if has_direction {
            w_moved / self.squares + d_along_hat
        } else {
            0.0
        };
        let d_along = d_along_hat + d_correction * correction_slope;
        let d_squares = if has_direction {
            -correction * w_moved / (self.squares * self.squares)
        } else {
            0.0
        };
        let share = self.share();
        for index in 0..latent {
            let (w, u, z) = (
                f64::from(self.w[index]),
                f64::from(self.u[index]),
                f64::from(self.z[index]),
            );
            let d_hat = f64::from(d_moved[index]) * self.tanh;
            dz[index] += (f64::from(d_moved[index]) + d_argument * w) as f32;
            d_parameters[index] +=
                (d_argument * z + d_along * u + share * d_hat + 2.0 * d_squares * w) as f32;
            d_parameters[latent + index] += (d_hat + d_along * w) as f32;
        }
        d_parameters[2 * latent] += d_argument as f32;
    }
}
