//! Normalisation of what a layer adds up, before its nonlinearity.

use dfdx::prelude::*;

use super::gradient::Gradient;
use super::ops;
use super::parameters::{Named, Parameter, Role};

/// Normalisation over an axis `D`, the last one of a tensor: to a mean of 0 and a variance of 1, then times a gain, plus a shift.
#[derive(Clone, Debug)]
pub enum Normalisation<D: Dim> {
    /// Every row by its own moments over `D` (Ba, Kiros and Hinton 2016).
    Layer(Scale<D>),
    /// Every place of `D` by its moments over all rows (Ioffe and Szegedy 2015): those of the shard while learning, running ones
    /// else.
    Batch {
        /// Gain and shift.
        scale: Scale<D>,
        /// What was [seen](follow): means, variances, and the number of updates.
        running: Tensor<(usize,), f32, Cpu>,
        /// Whether the running moments are used even on a tape.
        is_at_rest: bool,
    },
}

/// A gain and a shift of every place.
#[derive(Clone, Debug)]
pub struct Scale<D: Dim> {
    /// Multiplies what was normalised.
    pub gain: Tensor<(D,), f32, Cpu>,
    /// Is added.
    pub shift: Tensor<(D,), f32, Cpu>,
}

impl<D: Dim> Scale<D> {
    fn zeros(device: &Cpu, size: D) -> Self {
        Self {
            gain: device.zeros_like(&(size,)),
            shift: device.zeros_like(&(size,)),
        }
    }
}

/// How fast running moments follow, once they have seen ten updates; before, they are the mean of what they saw.
const RATE: f32 = 0.1;

impl<D: Dim> Normalisation<D> {
    /// Layer normalisation of zeros; who makes the model gives it its first values.
    pub fn layer(device: &Cpu, size: D) -> Self {
        Self::Layer(Scale::zeros(device, size))
    }

    /// Batch normalisation of zeros.
    pub fn batch(device: &Cpu, size: D) -> Self {
        Self::Batch {
            scale: Scale::zeros(device, size),
            running: device.zeros_like(&(running_numbers(size.size()),)),
            is_at_rest: false,
        }
    }

    /// Normalises `x`, whose last axis is `D`.
    pub fn forward<S: Shape, T: Tape<f32, Cpu>>(&self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        match self {
            Self::Layer(scale) => ops::layer_normalised(x, scale),
            Self::Batch {
                scale,
                running,
                is_at_rest,
            } => {
                if T::OWNS_TAPE && !is_at_rest {
                    ops::batch_normalised(x, scale, running)
                } else {
                    ops::normalised_by_running_moments(x, scale, running)
                }
            }
        }
    }

    /// Has the running moments used from here on, even on a tape: for whoever differentiates a model that is not learning.
    pub fn rest(&mut self) {
        if let Self::Batch { is_at_rest, .. } = self {
            *is_at_rest = true;
        }
    }

    /// Gain and shift, and what was seen.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let (scale, running) = match self {
            Self::Layer(scale) => (scale, None),
            Self::Batch { scale, running, .. } => (scale, Some(running)),
        };
        let named = |name: &str, role, parameter| Named {
            name: name.into(),
            role,
            parameter,
        };
        let mut parameters = vec![
            named("gain", Role::Gain, &scale.gain as &dyn Parameter),
            named("shift", Role::Bias, &scale.shift),
        ];
        parameters.extend(running.map(|running| named("running", Role::Running, running as &dyn Parameter)));
        parameters
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let (scale, running) = match self {
            Self::Layer(scale) => (scale, None),
            Self::Batch { scale, running, .. } => (scale, Some(running)),
        };
        let mut parameters = vec![
            Named {
                name: "gain".to_owned(),
                role: Role::Gain,
                parameter: &mut scale.gain as &mut dyn Parameter,
            },
            Named {
                name: "shift".to_owned(),
                role: Role::Bias,
                parameter: &mut scale.shift,
            },
        ];
        parameters.extend(running.map(|running| Named {
            name: "running".to_owned(),
            role: Role::Running,
            parameter: running as &mut dyn Parameter,
        }));
        parameters
    }
}

/// The running numbers of so many places: a mean and a variance of each, and how often they were updated.
pub const fn running_numbers(places: usize) -> usize {
    2 * places + 1
}

/// Running moments that have seen nothing: means of 0, variances of 1.
pub fn begin(running: &mut [f32]) {
    let places = running.len() / 2;
    running.fill(0.0);
    running[places..2 * places].fill(1.0);
}

/// Has running moments follow what the shards of a minibatch saw: the sums over their rows of their own means and variances, and
/// the number of rows. Shards are weighed by their rows and added in their order, so that the number of shards decides the bits and
/// the number of threads does not. Variances are those within the shards.
pub fn follow(running: &mut [f32], seen: &Gradient) {
    let mut sums = vec![0.0; running.len()];
    seen.add_to(&mut sums);
    let (Some(rows), Some((updates, moments))) = (sums.pop(), running.split_last_mut()) else {
        return;
    };
    // A network that was not used saw nothing.
    if rows == 0.0 {
        return;
    }
    let rate = RATE.max(1.0 / (*updates + 1.0));
    for (moment, sum) in moments.iter_mut().zip(sums) {
        *moment += rate * (sum / rows - *moment);
    }
    *updates += 1.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_moments_are_means_at_first_and_then_follow() {
        let mut running = [f32::NAN; 3];
        begin(&mut running);
        assert_eq!(running, [0.0, 1.0, 0.0]);
        // Two shards of 30 rows and 10.
        let seen = |mean: f32, variance: f32| {
            Gradient::of_sums(
                Role::Running,
                vec![
                    vec![30.0 * (mean + 1.0), 30.0 * variance, 30.0],
                    vec![10.0 * (mean - 3.0), 10.0 * variance, 10.0],
                ],
            )
        };
        follow(&mut running, &seen(4.0, 9.0));
        assert_eq!(running, [4.0, 9.0, 1.0]);
        follow(&mut running, &seen(6.0, 11.0));
        assert_eq!(running, [5.0, 10.0, 2.0]);
        running[2] = 1_000.0;
        follow(&mut running, &seen(15.0, 20.0));
        assert_eq!(running, [6.0, 11.0, 1_001.0]);
        let before = running;
        follow(
            &mut running,
            &Gradient::of_sums(Role::Running, vec![vec![0.0; 3]]),
        );
        assert_eq!(running, before);
    }
}
