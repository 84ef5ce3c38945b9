//! `vae-tui edit`: an item moved towards an attribute, such as another class.

use clap::Args;

use super::items::ItemName;
use super::looking::{Group, SessionArguments, finite};
use super::picture_output::{Picture, PictureOutput};
use crate::explore::attribute;

/// The flags of `vae-tui edit`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Example: vae-tui edit saves/mnist-20d.ron --item test:17 --towards label:4 --away label:9 --strength 1.5"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// What is edited: test:17, train:3, FILE, FILE:5 (its fifth) or -
    #[arg(long, value_name = "ITEM", allow_hyphen_values = true)]
    item: ItemName,
    /// What it becomes more like: label:CLASS (the training items of a class), or a file of items
    #[arg(long, value_name = "SET")]
    towards: Group,
    /// What it becomes less like [default: the centre of the latent space]
    #[arg(long, value_name = "SET")]
    away: Option<Group>,
    /// How far it goes along the difference of the two means: 1 is the whole difference
    #[arg(long, value_name = "S", default_value = "1", value_parser = finite)]
    strength: f32,
    /// Places on the way, the item as it comes back included [default: 7, or fewer where the terminal is narrow]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1_000))]
    steps: Option<u16>,
    #[command(flatten)]
    output: PictureOutput,
}

/// Edits and shows.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let looking = arguments.session.open()?;
    let mut items = looking.items();
    let z = looking.mean_of(&items.find(&arguments.item)?)?;
    let towards = arguments.towards.mean(&looking, &mut items)?;
    let away = match &arguments.away {
        Some(away) => Some(away.mean(&looking, &mut items)?),
        None => None,
    };
    let direction = attribute::direction(&towards, away.as_deref());
    let fitting = || arguments.output.columns(looking.picture_width(), 7).max(2);
    let steps = arguments.steps.map_or_else(fitting, usize::from);
    let at = |step: usize| {
        let share = step as f32 / (steps - 1) as f32;
        attribute::moved(&z, &direction, share * arguments.strength)
    };
    let points: Vec<Vec<f32>> = (0..steps).map(at).collect();
    arguments.output.show(&Picture {
        items: looking.pictures_at(&points)?,
        columns: Some(steps),
        moves: true,
    })
}
