//! An inverse autoregressive step (Kingma et al. 2016, equation 10): `z'_j = m_j + sigma_j z_j`, where `m_j` and `sigma_j`
//! depend on the dimensions before `j` alone, so that the log-determinant is `sum_j log sigma_j`.
//!
//! `m` and `log sigma` come from a network with one hidden layer whose weights are masked (Germain et al. 2015, MADE): every
//! hidden unit has a degree, sees the dimensions below it, and is seen by those from it on. Odd steps count the dimensions from the
//! last. `log sigma` goes through `tanh`, so that no step scales by more than e, and parameters of zero are the identity.

use std::sync::Arc;

use dfdx::prelude::*;

use super::{LatentRows, PerRow, Posterior};
use crate::dims::{Hidden, Latent, Moments};
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::view::{elements, elements_mut, tensor_of};
use crate::nn::{Linear, ops};

/// A step: shift and scale of every dimension from those before it, and from the posterior's moments.
#[derive(Clone, Debug)]
pub struct Autoregressive {
    /// What the moments say to the hidden layer.
    context: Linear<Moments<Latent>, Hidden>,
    /// From the dimensions to the hidden layer, whose bias is the context's.
    inwards: Tensor<(Latent, Hidden), f32, Cpu>,
    inwards_mask: Arc<[f32]>,
    /// From the hidden layer to shift and log-scale.
    outwards: Tensor<(Hidden, Moments<Latent>), f32, Cpu>,
    outwards_bias: Tensor<(Moments<Latent>,), f32, Cpu>,
    outwards_mask: Arc<[f32]>,
}

impl Autoregressive {
    /// The identity; `from_last` says whether the dimensions are counted from the last.
    pub fn zeros(device: &Cpu, latent: Latent, hidden: usize, from_last: bool) -> Self {
        let dimensions = latent.0;
        let place = |dimension: usize| {
            if from_last {
                dimensions - 1 - dimension
            } else {
                dimension
            }
        };
        // Degrees 1 to N_z - 1 in turn: a unit of degree d sees the d first places. One dimension alone depends on none.
        let degree = |unit: usize| {
            if dimensions > 1 {
                1 + unit % (dimensions - 1)
            } else {
                0
            }
        };
        let mask = |there: bool| f32::from(u8::from(there));
        let inwards_mask = (0..dimensions)
            .flat_map(|dimension| (0..hidden).map(move |unit| mask(place(dimension) < degree(unit))))
            .collect();
        let outwards_mask = (0..hidden)
            .flat_map(|unit| {
                let of_unit = (0..dimensions).map(move |dimension| mask(degree(unit) <= place(dimension)));
                of_unit.clone().chain(of_unit)
            })
            .collect();
        Self {
            context: Linear::zeros(device, Moments(latent), Hidden(hidden)),
            inwards: device.zeros_like(&(latent, Hidden(hidden))),
            inwards_mask,
            outwards: device.zeros_like(&(Hidden(hidden), Moments(latent))),
            outwards_bias: device.zeros_like(&(Moments(latent),)),
            outwards_mask,
        }
    }

    /// Numbers of a step for so many dimensions and hidden units.
    pub fn parameter_count(latent: usize, hidden: usize) -> usize {
        (2 * latent + 1) * hidden + latent * hidden + (hidden + 1) * 2 * latent
    }

    /// Moves every row; the log-determinants of the rows come with it. Shapes: moments (R, 2 N_z), z (R, N_z).
    pub fn apply<T: Tape<f32, Cpu>>(
        &self,
        moments: Posterior<T>,
        z: LatentRows<T>,
    ) -> (LatentRows<T>, PerRow<T>) {
        let context = self.context.forward(moments);
        let of_z = ops::masked_affine(z.retaped::<T>(), &self.inwards, &self.inwards_mask, None);
        let hidden = ops::tanh(context + of_z);
        let says = ops::masked_affine(
            hidden,
            &self.outwards,
            &self.outwards_mask,
            Some(&self.outwards_bias),
        );
        scaled(says, z)
    }

    /// Those of the context, then of the masked layers. A masked weight counts as a bias: its gradient is whole, and like a bias
    /// it starts at zero, so that the flow starts as the identity.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let masked: [(&str, &dyn Parameter); 3] = [
            ("inwards", &self.inwards),
            ("outwards", &self.outwards),
            ("outwards_bias", &self.outwards_bias),
        ];
        let context = self.context.parameters().into_iter();
        context
            .map(|named| named.within("context"))
            .chain(masked.map(|(name, parameter)| of_masked(name, parameter)))
            .collect()
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let masked: [(&str, &mut dyn Parameter); 3] = [
            ("inwards", &mut self.inwards),
            ("outwards", &mut self.outwards),
            ("outwards_bias", &mut self.outwards_bias),
        ];
        let context = self.context.parameters_mut().into_iter();
        context
            .map(|named| named.within("context"))
            .chain(masked.map(|(name, parameter)| of_masked(name, parameter)))
            .collect()
    }
}

fn of_masked<P>(name: &str, parameter: P) -> Named<P> {
    Named {
        name: name.into(),
        role: Role::Bias,
        parameter,
    }
}

/// `z'_j = m_j + exp(tanh(s_j)) z_j` and `sum_j tanh(s_j)` of every row, `m` and then `s` being what the network says.
fn scaled<T: Tape<f32, Cpu>>(says: Posterior<T>, z: LatentRows<T>) -> (LatentRows<T>, PerRow<T>) {
    let ((says, tape), (z, tape_of_z)) = (says.split_tape(), z.split_tape());
    let mut tape = tape.merge(tape_of_z);
    let (rows, Latent(latent)) = *z.shape();
    let mut moved = z.device().zeros_like(z.shape());
    let mut log_determinants = Vec::with_capacity(rows.0);
    let of_rows = elements(&says)
        .chunks_exact(2 * latent)
        .zip(elements(&z).chunks_exact(latent));
    for ((says, z), moved) in of_rows.zip(elements_mut(&mut moved).chunks_exact_mut(latent)) {
        let (shifts, log_scales) = says.split_at(latent);
        let mut log_determinant = 0.0;
        for (((moved, z), shift), log_scale) in moved.iter_mut().zip(z).zip(shifts).zip(log_scales) {
            let bounded = log_scale.tanh();
            *moved = shift + bounded.exp() * z;
            log_determinant += bounded;
        }
        log_determinants.push(log_determinant);
    }
    let log_determinant = tensor_of(z.device(), (rows,), &log_determinants);

    let (of_moved, of_determinant) = (moved.ghost(), log_determinant.ghost());
    tape.add_backward_op(move |gradients| {
        let d_moved = std::mem::take(&mut **gradients.get_or_alloc_mut(&of_moved)?);
        let d_determinant = std::mem::take(&mut **gradients.get_or_alloc_mut(&of_determinant)?);
        let mut dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&z)?);
        let d_says = gradients.get_or_alloc_mut(&says)?;
        for (row, d_determinant) in d_determinant.iter().enumerate() {
            let says = &elements(&says)[row * 2 * latent..][..2 * latent];
            let d_says = &mut d_says[row * 2 * latent..][..2 * latent];
            for dimension in 0..latent {
                let place = row * latent + dimension;
                let bounded = says[latent + dimension].tanh();
                let scale = bounded.exp();
                d_says[dimension] += d_moved[place];
                d_says[latent + dimension] += (d_moved[place] * scale * elements(&z)[place] + d_determinant)
                    * (1.0 - bounded * bounded);
                dz[place] += d_moved[place] * scale;
            }
        }
        **gradients.get_or_alloc_mut(&z)? = dz;
        **gradients.get_or_alloc_mut(&of_moved)? = d_moved;
        **gradients.get_or_alloc_mut(&of_determinant)? = d_determinant;
        Ok(())
    });
    (moved.put_tape(tape), log_determinant.put_tape(T::default()))
}
