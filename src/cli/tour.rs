//! `vae-tui tour`: the workbench with a small run, for somebody who has never met a variational autoencoder.

use clap::Args;

use super::choice::choice;
use crate::config::Config;
use crate::language::Language;
use crate::learning::{Configuration, Preset, default_threads};
use crate::model::Layers;
use crate::terminal_facts::ColourDepth;

/// How the tour is shown.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The language of the workbench [default: that of the configuration, or of the locale]
    #[arg(long = "lang", value_name = "LANGUAGE", value_parser = choice::<Language>())]
    pub language: Option<Language>,
    /// Colours to use, where the terminal does not say what it can
    #[arg(long, value_name = "COLOURS", value_parser = choice::<ColourDepth>())]
    pub colours: Option<ColourDepth>,
}

impl Arguments {
    /// A run on MNIST that is small enough to show much of its learning while somebody reads a few sentences, and whose five
    /// latent dimensions fit on any screen.
    pub fn new_run(config: &Config) -> Configuration {
        let threads = config.threads.map_or_else(default_threads, usize::from);
        Configuration {
            latent: 5,
            hidden: Layers::from(200),
            goal: 600_000,
            evaluate_every: 20_000,
            ..Preset::Mnist.configuration(threads)
        }
    }
}
