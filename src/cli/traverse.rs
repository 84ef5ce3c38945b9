//! `vae-tui traverse`: one latent dimension moves, the rest stay.

use anyhow::ensure;
use clap::Args;

use super::items::ItemName;
use super::looking::{SessionArguments, finite};
use super::picture_output::{Picture, PictureOutput};
use crate::explore::traversal;

/// The flags of `vae-tui traverse`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Example: vae-tui traverse saves/mnist-20d.ron --item test:17 --dimension 3 --out traversal.gif"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// Where it starts: test:17, train:3, FILE, FILE:5 (its fifth) or - [default: the centre of the latent space]
    #[arg(long, value_name = "ITEM", allow_hyphen_values = true)]
    item: Option<ItemName>,
    /// The dimension that moves [default: each in turn, a row each]
    #[arg(long, value_name = "I")]
    dimension: Option<usize>,
    /// It moves from -R to R
    #[arg(long, value_name = "R", default_value = "3", value_parser = finite)]
    range: f32,
    /// Values of it [default: 11, or fewer where the terminal is narrow]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    steps: Option<u16>,
    #[command(flatten)]
    output: PictureOutput,
}

/// Traverses and shows.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let range = arguments.range;
    ensure!(range > 0.0, "range is {range}, but must be positive");
    let looking = arguments.session.open()?;
    let dimensions: Vec<usize> = match arguments.dimension {
        Some(dimension) => {
            looking.check_dimension(dimension)?;
            vec![dimension]
        }
        None => (0..looking.latent()).collect(),
    };
    let start = match &arguments.item {
        Some(name) => looking.mean_of(&looking.items().find(name)?)?,
        None => vec![0.0; looking.latent()],
    };
    let fitting = || arguments.output.columns(looking.picture_width(), 11);
    let steps = arguments.steps.map_or_else(fitting, usize::from);
    let values = traversal::steps_within(range, steps);
    let mut items = Vec::new();
    for dimension in dimensions {
        let moved = |&value: &f32| {
            let mut point = start.clone();
            point[dimension] = value;
            point
        };
        let points: Vec<Vec<f32>> = values.iter().map(moved).collect();
        items.extend(looking.pictures_at(&points)?);
    }
    arguments.output.show(&Picture {
        items,
        columns: Some(steps),
        moves: true,
    })
}
