//! What every flow promises: the identity from zeros, the log-determinant of its own Jacobian, and gradients.

use dfdx::prelude::*;
use strum::VariantArray;

use super::flow::Flow;
use super::gaussian::{log_density, log_density_of_samples, reparameterise};
use super::planar::Planar;
use super::*;
use crate::dims::Moments;
use crate::model::{Architecture, Initialisation, Latents, Vae};
use crate::nn::ops;
use crate::nn::parameters::{Parameter, Role};
use crate::nn::view::elements;

const LATENT: usize = 3;

fn numbers(count: usize, scale: f32, seed: u32) -> Vec<f32> {
    let number =
        |i: u32| (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count as u32).map(|i| number(i) * scale).collect()
}

fn architecture(flow: FlowKind) -> Architecture {
    Architecture {
        pixels: 4,
        hidden: 7.into(),
        latent: LATENT,
        latents: Latents {
            flow,
            flow_steps: 3,
            ..Latents::default()
        },
        ..Architecture::default()
    }
}

/// Those whose steps know nothing of the model.
fn flows() -> impl Iterator<Item = FlowKind> {
    let all = FlowKind::VARIANTS.iter().copied();
    all.filter(|kind| !matches!(kind, FlowKind::None | FlowKind::Hamiltonian))
}

/// Draws moved by such a flow.
fn bent<T: Tape<f32, Cpu>>(
    flow: &Flow,
    moments: Posterior<T>,
    z: LatentRows<T>,
    log_q: PerRow<T>,
) -> (LatentRows<T>, PerRow<T>) {
    let noise = z.retaped::<NoneTape>();
    flow.apply(|z| z, moments, &noise, z, log_q)
}

/// A flow with parameters everywhere, masked weights among them.
fn flow(kind: FlowKind, scale: f32) -> Flow {
    let mut flow = Vae::new(architecture(kind), Initialisation::PyTorch, 2).flow;
    for (index, named) in flow.parameters_mut().enumerate() {
        let values = named.parameter.values_mut();
        values.copy_from_slice(&numbers(values.len(), scale, index as u32));
    }
    flow
}

fn moments(rows: usize) -> Posterior {
    Cpu::default().tensor_from_vec(
        numbers(rows * 2 * LATENT, 1.0, 31),
        (Batch(rows), Moments(Latent(LATENT))),
    )
}

fn latent(values: Vec<f32>) -> Tensor<(Batch, Latent), f32, Cpu> {
    let rows = values.len() / LATENT;
    Cpu::default().tensor_from_vec(values, (Batch(rows), Latent(LATENT)))
}

fn zeros(rows: usize) -> PerRow {
    Cpu::default().zeros_like(&(Batch(rows),))
}

#[test]
fn a_flow_of_zeros_is_the_identity() {
    for kind in flows() {
        let z = latent(numbers(4 * LATENT, 2.0, 5));
        let flow = Vae::zeros(architecture(kind)).flow;
        assert!(flow.parameters().next().is_some());
        let (moved, log_q) = bent(&flow, moments(2), z.clone(), zeros(4));
        assert_eq!(elements(&moved), elements(&z), "{kind:?}");
        assert_eq!(elements(&log_q), [0.0; 4], "{kind:?}");
    }
}

/// The determinant of a 3 x 3 matrix.
fn determinant(m: [[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

/// Rows of derivatives of every output of the flow at `z`, by central differences.
fn jacobian(flow: &Flow, z: &[f32]) -> [[f64; 3]; 3] {
    let step = 4e-3;
    let mut jacobian = [[0.0; 3]; 3];
    for input in 0..LATENT {
        let at = |by: f32| {
            let mut moved = z.to_vec();
            moved[input] += by;
            let (z, _) = bent(flow, moments(1), latent(moved), zeros(1));
            elements(&z).to_vec()
        };
        let (above, below) = (at(step), at(-step));
        for output in 0..LATENT {
            jacobian[output][input] = f64::from(above[output] - below[output]) / f64::from(2.0 * step);
        }
    }
    jacobian
}

#[test]
fn the_log_determinant_is_that_of_the_numeric_jacobian() {
    for kind in flows() {
        let flow = flow(kind, 0.8);
        for seed in 0..5 {
            let z = numbers(LATENT, 1.5, 40 + seed);
            let (_, log_q) = bent(&flow, moments(1), latent(z.clone()), zeros(1));
            let exact = determinant(jacobian(&flow, &z)).ln();
            let ours = -f64::from(elements(&log_q)[0]);
            assert!(exact.abs() > 1e-3, "{kind:?}: the flow does nothing at {z:?}");
            assert!((ours - exact).abs() < 5e-3, "{kind:?}: {ours} for {exact}");
        }
    }
}

/// One step: no dimension moves with those after it. Two steps count from either end, and all move with all.
#[test]
fn an_autoregressive_step_looks_back_alone() {
    let one = super::autoregressive::Autoregressive::zeros;
    for from_last in [false, true] {
        let mut step = one(&Cpu::default(), Latent(LATENT), 6, from_last);
        for (index, named) in step.parameters_mut().into_iter().enumerate() {
            let values = named.parameter.values_mut();
            values.copy_from_slice(&numbers(values.len(), 1.0, index as u32));
        }
        let moved = |z: Vec<f32>| elements(&step.apply(moments(1), latent(z)).0).to_vec();
        let here = moved(vec![0.3, -0.7, 1.1]);
        for input in 0..LATENT {
            let mut z = vec![0.3, -0.7, 1.1];
            z[input] += 0.5;
            let there = moved(z);
            for output in 0..LATENT {
                let may_depend = if from_last {
                    output <= input
                } else {
                    output >= input
                };
                assert_eq!(
                    here[output] != there[output],
                    may_depend,
                    "{from_last} {input} {output}"
                );
            }
        }
    }
}

/// However `u` points against `w`, the determinant stays positive.
#[test]
fn a_planar_step_is_invertible_for_every_parameter() {
    let mut step = Planar::zeros(&Cpu::default(), Latent(LATENT));
    for scale in [1.0, 30.0] {
        for named in step.parameters_mut() {
            let bias = [1.0, 2.0, -1.0, -1.0, -2.0, 1.0, 0.0].map(|value| scale * value);
            match named.parameter.sizes()[..] {
                [_] => named.parameter.values_mut().copy_from_slice(&bias),
                _ => named.parameter.values_mut().fill(0.0),
            }
        }
        let (z, log_determinant) = step.apply(moments(3), latent(numbers(3 * LATENT, 0.1, 3)));
        for value in elements(&z).iter().chain(elements(&log_determinant)) {
            assert!(value.is_finite(), "{scale}: {value}");
        }
    }
}

/// The gradients of a loss of draws and densities for draws, moments and parameters, several draws per data point.
#[test]
fn every_gradient_of_a_flow_is_its_difference_quotient() {
    for kind in flows() {
        let flow = flow(kind, 0.6);
        let (moments, z) = (moments(2), latent(numbers(6 * LATENT, 1.2, 77)));
        let weights = numbers(6, 1.0, 9);
        let loss = |flow: &Flow, moments: &Posterior, z: &Tensor<(Batch, Latent), f32, Cpu>| -> f64 {
            let (moved, log_q) = bent(flow, moments.clone(), z.clone(), zeros(6));
            let squares: f64 = elements(&moved).iter().map(|z| f64::from(*z).powi(2)).sum();
            let densities = elements(&log_q).iter().zip(&weights);
            squares + densities.map(|(q, w)| f64::from(q * w)).sum::<f64>()
        };
        let (moved, log_q) = bent(
            &flow,
            moments.leaky_trace(),
            z.leaky_trace(),
            zeros(6).leaky_trace(),
        );
        let of_tape = moved.square().sum::<Rank0, _>() + ops::weighted_sum(log_q, weights.clone());
        let mut gradients = of_tape.backward();

        let compare = |what: &str, gradient: &[f32], at: &dyn Fn(usize, f32) -> f64| {
            for (index, &gradient) in gradient.iter().enumerate() {
                let difference = (at(index, 2e-3) - at(index, -2e-3)) / 4e-3;
                assert!(
                    (f64::from(gradient) - difference).abs() < 1e-2 * difference.abs().max(1.0),
                    "{kind:?} {what} {index}: {gradient} for {difference}"
                );
            }
        };
        compare("moment", &moments.take_gradient(&mut gradients), &|index, by| {
            let mut moved = moments.clone();
            moved.values_mut()[index] += by;
            loss(&flow, &moved, &z)
        });
        compare("draw", &z.take_gradient(&mut gradients), &|index, by| {
            let mut moved = z.clone();
            moved.values_mut()[index] += by;
            loss(&flow, &moments, &moved)
        });
        // Of the layers with factors the objectives' tests tell.
        for (place, named) in flow
            .parameters()
            .enumerate()
            .filter(|(_, named)| named.role == Role::Bias)
        {
            let gradient = named.parameter.take_gradient(&mut gradients);
            compare(&named.name, &gradient, &|index, by| {
                let mut moved = flow.clone();
                if let Some(named) = moved.parameters_mut().nth(place) {
                    named.parameter.values_mut()[index] += by;
                }
                loss(&moved, &moments, &z)
            });
        }
    }
}

#[test]
fn a_density_at_its_own_samples_is_the_density() {
    let (moments, noise) = (moments(2), latent(numbers(2 * LATENT, 2.0, 8)));
    let z = reparameterise(moments.clone(), &noise);
    let (ours, expected) = (
        log_density_of_samples(moments.clone(), &noise),
        log_density(moments, z),
    );
    for (ours, expected) in elements(&ours).iter().zip(elements(&expected)) {
        assert!((ours - expected).abs() < 1e-5, "{ours} for {expected}");
    }
}

/// Without a force draws drift, and with the exact guess of the momentum the density is that of the Gaussian: `v` stays, so that
/// `z_0 = z_K - K size v`.
#[test]
fn hamiltonian_steps_keep_volumes() {
    use super::hamiltonian::{Hamiltonian, momentum};
    let steps = Hamiltonian::zeros(&Cpu::default(), Latent(LATENT), 5, 4);
    let z = latent(numbers(2 * LATENT, 1.0, 3));
    let v = momentum(&z);
    let nothing = |z: LatentRows| z.device().zeros_like(z.shape());
    let (moved, log_q) = steps.apply(nothing, moments(2), &v, z.clone(), zeros(2));
    for ((moved, z), v) in elements(&moved).iter().zip(elements(&z)).zip(elements(&v)) {
        assert!((moved - z - 0.4 * v).abs() < 1e-6, "{moved} {z} {v}");
    }
    // The guess of zeros is N(0, I), of which the momentum still is.
    assert!(
        elements(&log_q).iter().all(|value| value.abs() < 1e-5),
        "{log_q:?}"
    );
    // Under a harmonic force the energy stays nearly what it was.
    let force = |z: LatentRows| -z;
    let (there, log_q) = steps.apply(force, moments(2), &v, z.clone(), zeros(2));
    let energies = elements(&there)
        .chunks_exact(LATENT)
        .zip(elements(&z).chunks_exact(LATENT));
    for ((there, here), log_q) in energies.zip(elements(&log_q)) {
        let half = |z: &[f32]| z.iter().map(|z| z * z).sum::<f32>() / 2.0;
        // log N(v_0) - log N(v_K) is the change of the kinetic energy.
        assert!(
            (half(there) - half(here) + log_q).abs() < 0.02,
            "{there:?} {here:?} {log_q}"
        );
    }
}

#[test]
fn the_momentum_is_standard_normal_and_depends_on_the_noise_alone() {
    use super::hamiltonian::momentum;
    let mut noise = vec![0.0; 3_000 * LATENT];
    let mut generator = crate::random::generator(1, crate::random::Purpose::Noise, 0, 0);
    crate::random::fill_standard_normal(&mut generator, &mut noise);
    let noise = latent(noise);
    let v = momentum(&noise);
    assert_eq!(elements(&momentum(&noise)), elements(&v));
    let count = elements(&v).len() as f64;
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        let pairs = elements(&v).iter().zip(elements(&noise));
        pairs
            .map(|(&v, &eps)| of(f64::from(v), f64::from(eps)))
            .sum::<f64>()
            / count
    };
    // 9 000 numbers: within four standard errors.
    assert!(mean(&|v, _| v).abs() < 0.043 && mean(&|v, eps| v * eps).abs() < 0.043);
    assert!((mean(&|v, _| v * v) - 1.0).abs() < 0.06);
}
