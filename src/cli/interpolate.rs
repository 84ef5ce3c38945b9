//! `vae-tui interpolate`: the way from one item to another through the latent space.

use clap::Args;

use super::items::ItemName;
use super::looking::SessionArguments;
use super::picture_output::{Picture, PictureOutput};
use crate::explore::interpolate;

/// The flags of `vae-tui interpolate`.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: vae-tui interpolate saves/mnist-20d.ron test:3 test:17 --steps 24 --out morph.gif"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// Where the way begins: test:17, train:3, FILE, FILE:5 (its fifth) or -
    a: ItemName,
    /// Where it ends
    b: ItemName,
    /// Places on the way, both ends included [default: 11, or fewer where the terminal is narrow]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=1_000))]
    steps: Option<u16>,
    /// Along the arc between the two directions instead of the straight line
    #[arg(long)]
    spherical: bool,
    #[command(flatten)]
    output: PictureOutput,
}

/// Goes the way and shows it.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let looking = arguments.session.open()?;
    let mut items = looking.items();
    let a = looking.mean_of(&items.find(&arguments.a)?)?;
    let b = looking.mean_of(&items.find(&arguments.b)?)?;
    let fitting = || arguments.output.columns(looking.picture_width(), 11).max(2);
    let steps = arguments.steps.map_or_else(fitting, usize::from);
    let points = if arguments.spherical {
        interpolate::spherical(&a, &b, steps)
    } else {
        interpolate::straight(&a, &b, steps)
    };
    arguments.output.show(&Picture {
        items: looking.pictures_at(&points)?,
        columns: Some(steps),
        moves: true,
    })
}
