//! `vae-tui sample`: items that the model makes up.

use anyhow::ensure;
use clap::Args;

use super::looking::{SessionArguments, finite};
use super::picture_output::{Picture, PictureOutput};
use crate::explore::samples;

/// The flags of `vae-tui sample`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Example: vae-tui sample saves/mnist-20d.ron --count 100 --temperature 0.8 --out samples.png"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// How many
    #[arg(long, value_name = "N", default_value = "40", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    count: u32,
    /// The standard deviation of the draws: 1 for the prior itself, less for what is more typical
    #[arg(long, value_name = "T", default_value = "1", value_parser = finite)]
    temperature: f32,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Decode every draw by N decoders, a row each, whose weights are drawn from their distribution, where the run learns one
    /// (full-vb)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    decoders: Option<u32>,
    #[command(flatten)]
    output: PictureOutput,
}

/// Draws, decodes and shows.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let temperature = arguments.temperature;
    ensure!(
        temperature >= 0.0,
        "temperature is {temperature}, but must not be negative"
    );
    let looking = arguments.session.open()?;
    let count = arguments.count as usize;
    let draws = samples::draws(looking.model(), count, temperature, arguments.seed);
    let (items, columns) = match arguments.decoders {
        Some(decoders) => (
            looking.pictures_by_decoders(&draws, decoders, arguments.seed)?,
            Some(decoders as usize),
        ),
        None => (looking.pictures_at(&draws)?, None),
    };
    arguments.output.show(&Picture {
        items,
        columns,
        moves: false,
    })
}
