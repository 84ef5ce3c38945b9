//! How much memory a run needs at least, known from its sizes before any of it is taken: what can't fit is refused in a sentence,
//! where else the system would end the program in the middle of a step.

use thiserror::Error;

use super::Configuration;
use super::pieces::points_of_a_piece;
use crate::language::tr;
use crate::model::Architecture;
use crate::model::convolutions::ConvolutionalLayer;
use crate::nn::optimizer::OptimizerKind;
use crate::process::available_memory;

/// Bytes of a number.
const NUMBER: u64 = 4;

/// Bytes that a run needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed {
    /// For the parameters and the optimizer's memory of them, as they are and as they were when the run was last known to be well,
    /// and for the parameters that questions are answered from.
    pub parameters: u64,
    /// For what a step keeps of its minibatch until the gradients are known.
    pub step: u64,
}

/// A run needs more memory than there is.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{}", self.sentence())]
pub struct NoMemory {
    needed: Needed,
    available: u64,
}

impl Needed {
    /// For a run of this configuration, whose model has that architecture.
    pub fn by(configuration: &Configuration, architecture: &Architecture) -> Self {
        // A Gaussian has a mean and a variance.
        let of_each = 1 + u64::from(configuration.method.has_weight_posterior());
        let numbers = of_each * architecture.parameter_count() as u64;
        let memories = match configuration.optimizer {
            OptimizerKind::Adam => 2,
            OptimizerKind::Adagrad => 1,
        };
        let copies = 2 * (1 + memories) + 1;
        Self {
            parameters: NUMBER * copies * numbers,
            step: NUMBER * step_numbers(configuration, architecture),
        }
    }

    /// All of it.
    pub fn bytes(self) -> u64 {
        self.parameters.saturating_add(self.step)
    }

    /// Whether there is so much memory.
    ///
    /// # Errors
    /// Both numbers, if not.
    pub fn check(self, available: u64) -> Result<(), NoMemory> {
        let needed = self;
        match needed.bytes() <= available {
            true => Ok(()),
            false => Err(NoMemory { needed, available }),
        }
    }

    /// Whether the machine has so much memory left; where it doesn't say, it is taken to have.
    ///
    /// # Errors
    /// Both numbers, if not.
    pub fn check_here(self) -> Result<(), NoMemory> {
        self.check(available_memory().unwrap_or(u64::MAX))
    }
}

/// Numbers that the tapes of a step keep at the same time: what every layer reads, and its gradient.
fn step_numbers(configuration: &Configuration, architecture: &Architecture) -> u64 {
    let (batch, samples) = (configuration.batch, configuration.mc_samples);
    // A shard that is too large for one tape is worked through in pieces, a tape and a sum of gradients for every thread.
    let (points, sums) = match points_of_a_piece(batch, samples) {
        Some(points) => (
            (points * configuration.threads).min(batch),
            configuration.threads * architecture.parameter_count(),
        ),
        None => (batch, 0),
    };
    let sums_per_unit = architecture.activation.sums_per_unit();
    let hidden: usize = architecture.hidden.units().iter().sum();
    let depth = architecture.hidden.units().len();
    let between = architecture.latents.units_between(depth);
    let upper: usize = between.iter().flatten().sum();
    let maps = architecture.convolutions.iter().flat_map(|convolutions| {
        let of_layer = |layer: ConvolutionalLayer| {
            let (height, width) = layer.window.places();
            height * width * layer.channels
        };
        convolutions.layers().into_iter().map(of_layer)
    });
    // Networks of sequences are there for every step.
    let (steps, recurrent) = match &architecture.steps {
        Some(steps) => (steps.count, steps.count * steps.recurrent),
        None => (1, 0),
    };
    let units = sums_per_unit * (steps * hidden + upper + maps.sum::<usize>());
    let (outputs, _) = architecture
        .likelihood
        .layer_numbers(&architecture.observation, architecture.pixels);
    let encoder = architecture.pixels + units + recurrent + 2 * architecture.latent;
    let decoder = architecture.latent + units + outputs;
    // Where a label is missing, every class is tried.
    let ways = architecture.classes.max(1);
    let of_points = points as u64 * (encoder as u64 + (samples * ways) as u64 * decoder as u64);
    2 * of_points + sums as u64
}

impl NoMemory {
    fn sentence(&self) -> String {
        let Needed { parameters, step } = self.needed;
        let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
        tr!(
            "the run needs at least {needed} of memory ({parameters} for its model, {step} for a step), but {available} are free: fewer units, a smaller minibatch or fewer posterior samples need less",
            needed = gigabytes(self.needed.bytes()),
            parameters = gigabytes(parameters),
            step = gigabytes(step),
            available = gigabytes(self.available)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Preset;
    use crate::learning::settings::Assignment;
    use crate::model::architecture::Steps;

    fn needed(settings: &[(&str, &str)]) -> Needed {
        let settings: Vec<_> = settings
            .iter()
            .map(|(name, value)| Assignment::new(name, value))
            .collect();
        let configuration = Preset::Mnist.configuration(2).with(&settings).expect("settings");
        configuration.check().expect("a run that could be");
        let architecture = Architecture {
            hidden: configuration.hidden.clone(),
            latent: configuration.latent,
            activation: configuration.activation,
            ..Architecture::default()
        };
        Needed::by(&configuration, &architecture)
    }

    #[test]
    fn a_usual_run_fits_everywhere_and_what_a_row_takes_is_what_it_was_measured_to_take() {
        let usual = needed(&[("hidden", "500"), ("latent", "20")]);
        assert!(usual.bytes() < 64 << 20, "{usual:?}");
        assert_eq!(usual.check(1 << 30), Ok(()));
        assert_eq!(usual.check_here(), Ok(()));
        let of_a_row = usual.step / 100;
        assert!((18_000..24_000).contains(&of_a_row), "some 20 kB, not {of_a_row}");
    }

    #[test]
    fn a_run_that_is_too_large_by_far_is_refused_with_both_numbers() {
        let layers = vec!["4096"; 16].join(",");
        let deep = needed(&[("hidden", &layers), ("batch", "10000"), ("mc-samples", "10")]);
        assert!(
            deep.parameters > 10_000_000_000 && deep.step > 50_000_000_000,
            "{deep:?}"
        );
        let said = deep
            .check(8_000_000_000)
            .expect_err("8 GB are too few")
            .to_string();
        assert!(
            said.contains("8.0 GB are free") && said.contains("at least"),
            "{said}"
        );
    }

    #[test]
    fn weights_that_are_gaussians_are_two_numbers_each() {
        let (plain, gaussians) = (needed(&[]), needed(&[("method", "full-vb")]));
        assert_eq!(gaussians.parameters, 2 * plain.parameters);
    }

    #[test]
    fn a_step_of_a_markov_model_keeps_its_layers_for_every_step_of_a_sequence() {
        let of_steps = |count: usize| {
            let architecture = Architecture {
                pixels: 88 * count,
                latent: 4 * count,
                steps: Some(Steps { count, recurrent: 50 }),
                ..Architecture::default()
            };
            Needed::by(&Configuration::default(), &architecture).step
        };
        assert_eq!(of_steps(40), 40 * of_steps(1));
    }

    #[test]
    fn more_posterior_samples_than_a_tape_has_room_for_are_taken_in_pieces() {
        let whole = needed(&[("batch", "1000"), ("mc-samples", "100")]);
        let in_pieces = needed(&[("batch", "1000"), ("mc-samples", "1000")]);
        assert!(in_pieces.step < whole.step, "{in_pieces:?} and {whole:?}");
    }
}
