//! Importance weighted autoencoders (Burda, Grosse and Salakhutdinov 2016, table 1): MNIST, binarised anew each time, with one and two
//! stochastic layers.

use super::tables::Row;
use crate::learning::{Configuration, Preset};
use crate::model::Layers;
use crate::objective::Estimator;

/// The rows, the best last of each number of layers.
pub fn rows(threads: usize) -> Vec<Row> {
    let one = |name, published, mc_samples| Row {
        name,
        published: Some(published),
        configuration: Configuration {
            mc_samples,
            ..Preset::IwaeMnist.configuration(threads)
        },
    };
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
    let vae = one("vae", 86.76, 1);
    vec![
        Row {
            configuration: Configuration {
                estimator: Estimator::B,
                ..vae.configuration
            },
            ..vae
        },
        one("iwae-5", 85.54, 5),
        one("iwae-50", 84.78, 50),
        // With one sample the importance-weighted bound is that of the VAE.
        two("vae-two-layers", 85.33, 1),
        two("iwae-50-two-layers", 82.90, 50),
    ]
}
