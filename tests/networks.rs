//! Every kind of network in a whole run: learned, saved, gone on with, measured.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{configuration, numbers, shapes, train};
use strum::VariantArray;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::evaluation::{importance_weighted, lower_bound};
use vae_tui::learning::{Configuration, Training};
use vae_tui::model::hierarchy::Inference;
use vae_tui::model::prior::PriorKind;
use vae_tui::model::{Activation, FamilyKind, Layers, NormalisationKind};
use vae_tui::objective::Estimator;
use vae_tui::run::RunState;
use vae_tui::session::{self, View};

fn every_configuration() -> Vec<Configuration> {
    let usual = Configuration {
        learning_rate: 3e-3,
        hidden: Layers::new(vec![12, 12]),
        ..configuration()
    };
    let mut all = Vec::new();
    for (normalisation, residual, activation) in [
        (NormalisationKind::None, true, Activation::Elu),
        (NormalisationKind::Layer, false, Activation::Gated),
        (NormalisationKind::Batch, true, Activation::LeakyRelu),
    ] {
        all.push(Configuration {
            normalisation,
            residual,
            activation,
            ..usual.clone()
        });
    }
    for (channels, kernel, stride, normalisation, residual) in [
        (vec![4, 6], 4, 2, NormalisationKind::None, false),
        (vec![4], 3, 2, NormalisationKind::Layer, true),
    ] {
        all.push(Configuration {
            family: FamilyKind::Convolutional,
            channels: Layers::new(channels),
            kernel,
            stride,
            normalisation,
            residual,
            activation: Activation::Elu,
            hidden: 16.into(),
            ..usual.clone()
        });
    }
    all.extend(Inference::VARIANTS.iter().map(|&inference| Configuration {
        upper_latent: 2.into(),
        upper_hidden: 8.into(),
        inference,
        estimator: Estimator::A,
        normalisation: NormalisationKind::Batch,
        ..usual.clone()
    }));
    all
}

fn name(configuration: &Configuration) -> String {
    configuration.architecture(&shapes()).to_string()
}

#[test]
fn a_run_goes_on_from_its_session_to_the_bit_whatever_its_networks() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("half.ron");
    for configuration in every_configuration() {
        let mut whole = RunState::new(Training::new(configuration.clone(), &data));
        train(&mut whole, &data, 20);
        let mut half = RunState::new(Training::new(configuration.clone(), &data));
        train(&mut half, &data, 10);
        session::save(&half, &View::default(), &path).expect("the folder can be written");
        let session = session::load(&path).expect("what was saved can be read");
        let mut resumed = session.into_state(&data).expect("the run goes on");
        assert_eq!(
            resumed.training.model.architecture(),
            half.training.model.architecture()
        );
        train(&mut resumed, &data, 10);
        assert_eq!(
            numbers(&resumed.training.model),
            numbers(&whole.training.model),
            "{}",
            name(&configuration)
        );
        assert_ne!(numbers(&half.training.model), numbers(&whole.training.model));
    }
}

#[test]
fn every_bound_rises_and_lies_below_the_importance_weighted_one() {
    let data = shapes();
    let cancel = Cancel::default();
    for configuration in every_configuration() {
        let what = name(&configuration);
        let mut state = RunState::new(Training::new(configuration, &data));
        let noise = state.training.noise();
        let elbo = |state: &RunState| {
            let bound = lower_bound(&state.training.model, &data.test, noise, &cancel, |_| true);
            bound.expect("there are test images").terms.lower_bound()
        };
        let before = elbo(&state);
        train(&mut state, &data, 150);
        let after = elbo(&state);
        assert!(after > before + 20.0, "{what}: from {before} to {after}");
        let weighted = importance_weighted(&state.training.model, &data.test, 60, 50, noise, &cancel, |_| {
            true
        });
        let weighted = weighted.expect("not cancelled").mean;
        assert!(weighted > after, "{what}: {weighted} for a bound of {after}");
    }
}

#[test]
fn what_can_not_be_normalised_or_joined_is_refused_with_its_setting() {
    let refused = |change: &dyn Fn(&mut Configuration)| {
        let mut configuration = configuration();
        change(&mut configuration);
        configuration.check().expect_err("it is refused").to_string()
    };
    let said = refused(&|configuration| {
        (configuration.normalisation, configuration.batch) = (NormalisationKind::Batch, 1);
    });
    assert!(
        said.starts_with("normalisation is batch, but must be none or layer"),
        "{said}"
    );
    let said = refused(&|configuration| {
        (configuration.normalisation, configuration.prior) = (NormalisationKind::Batch, PriorKind::Vamp);
    });
    assert!(said.contains("with a VampPrior the encoder sees more"), "{said}");
    let said = refused(&|configuration| {
        (configuration.residual, configuration.hidden) = (true, Layers::new(vec![8, 9]));
    });
    assert!(said.starts_with("residual is yes, but must be no"), "{said}");
    let said = refused(&|configuration| {
        (configuration.family, configuration.kernel) = (FamilyKind::Convolutional, 1);
    });
    assert!(
        said.starts_with("stride is 2, but must be at most the kernel"),
        "{said}"
    );

    let convolutional = Configuration {
        family: FamilyKind::Convolutional,
        ..configuration()
    };
    let refused = |shape: ItemShape, change: &dyn Fn(&mut Configuration)| {
        let mut configuration = convolutional.clone();
        change(&mut configuration);
        let split = Split::of_bytes(vec![0; shape.numbers()], Vec::new(), shape.numbers());
        let data = Dataset::new("data", shape, split.clone(), split);
        let checked = configuration.check_convolutions(&data);
        checked.map_err(|error| error.to_string())
    };
    assert_eq!(refused(ItemShape::grey(28, 28), &|_| ()), Ok(()));
    for (shape, said) in [
        (
            ItemShape::Vector { features: 64 },
            "mlp for vectors, which are no images",
        ),
        (
            ItemShape::grey(7, 28),
            "mlp for images of 7 x 28 pixels: convolutions are for 8 x 8 to 128 x 128",
        ),
        (ItemShape::grey(129, 9), "mlp for images of 129 x 9 pixels"),
    ] {
        let error = refused(shape, &|_| ()).expect_err("it is refused");
        assert!(
            error.starts_with("family is convolutional") && error.contains(said),
            "{error}"
        );
    }
    let error = refused(ItemShape::grey(12, 8), &|configuration| configuration.kernel = 9);
    assert_eq!(
        error.expect_err("it is refused"),
        "kernel is 9, but must be at most 8 for images of 12 x 8 pixels"
    );
    let error = refused(ItemShape::grey(8, 8), &|configuration| {
        configuration.channels = Layers::new(vec![2; 5]);
    });
    assert_eq!(
        error.expect_err("it is refused"),
        "channels is 2-2-2-2-2, but must be at most 3 layers, behind which steps of 2 leave one pixel of 8 x 8"
    );
}
