//! Importance weighted autoencoders (Burda, Grosse and Salakhutdinov 2016, table 1): MNIST, binarised anew each time, with one and two
//! stochastic layers.

use super::tables::Row;
use crate::learning::{Configuration, Preset};
use crate::model::Layers;
use crate::objective::Estimator;

/// The rows, the best last of each number of layers.
pub fn rows(threads: usize) -> Vec<Row> {
    let one =
        |name, published, mc_samples| one_layer(Preset::IwaeMnist, threads, name, published, mc_samples);
    let two = |name, published, mc_samples| {
        let row = one(name, published, mc_samples);
        Row {
            configuration: Configuration {
                latent: 100,
                upper_latent: Layers::new(vec![50]),
                upper_hidden: 100.into(),
                ..row.configuration
            },
            ..row
        }
    };
    vec![
        in_closed_form(one("vae", 86.76, 1)),
        one("iwae-5", 85.54, 5),
        one("iwae-50", 84.78, 50),
        // With one sample the importance-weighted bound is that of the VAE.
        two("vae-two-layers", 85.33, 1),
        two("iwae-50-two-layers", 82.90, 50),
    ]
}

/// The rows of one layer after 400 000 steps of 100, beside those of a published implementation (github.com/abdulfatir/IWAE-tensorflow).
pub fn short_rows(threads: usize) -> Vec<Row> {
    let row =
        |name, published, mc_samples| one_layer(Preset::IwaeShort, threads, name, published, mc_samples);
    vec![
        in_closed_form(row("vae", 90.26, 1)),
        row("iwae-5", 88.49, 5),
        row("iwae-50", 87.34, 50),
    ]
}

fn one_layer(preset: Preset, threads: usize, name: &'static str, published: f64, mc_samples: usize) -> Row {
    Row {
        name,
        published: Some(published),
        configuration: Configuration {
            mc_samples,
            ..preset.configuration(threads)
        },
    }
}

/// The row with the KL term of its bound in closed form.
fn in_closed_form(row: Row) -> Row {
    Row {
        configuration: Configuration {
            estimator: Estimator::B,
            ..row.configuration
        },
        ..row
    }
}
