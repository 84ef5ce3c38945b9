//! `vae-tui manifold`: the plane of two latent dimensions, through the inverse Gaussian CDF (paper, figure 4).

use anyhow::ensure;
use clap::Args;

use super::items::ItemName;
use super::looking::SessionArguments;
use super::picture_output::{Picture, PictureOutput};
use crate::explore::manifold::{self, Window};

/// The flags of `vae-tui manifold`.
#[derive(Args, Debug)]
#[command(after_help = "Example: vae-tui manifold saves/mnist-2d.ron --side 20 --out manifold.png")]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// The dimension that rises to the right, and the one that rises downwards
    #[arg(long, value_name = "I,J", value_delimiter = ',', default_value = "0,1")]
    dimensions: Vec<usize>,
    /// Items along each side [default: 20, or fewer where the terminal is narrow]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    side: Option<u16>,
    /// Where the other dimensions stay: test:17, train:3, FILE, FILE:5 (its fifth) or - [default: the centre]
    #[arg(long, value_name = "ITEM", allow_hyphen_values = true)]
    item: Option<ItemName>,
    #[command(flatten)]
    output: PictureOutput,
}

/// Decodes the plane and shows it.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let [right, down] = arguments.dimensions[..] else {
        anyhow::bail!(
            "dimensions has {} numbers, but must be two, such as 0,1",
            arguments.dimensions.len()
        );
    };
    ensure!(
        right != down,
        "dimensions is {right},{down}, but must be two different ones"
    );
    let looking = arguments.session.open()?;
    looking.check_dimension(right)?;
    looking.check_dimension(down)?;
    let around = match &arguments.item {
        Some(name) => looking.mean_of(&looking.items().find(name)?)?,
        None => vec![0.0; looking.latent()],
    };
    let fitting = || arguments.output.columns(looking.picture_width(), 20);
    let side = arguments.side.map_or_else(fitting, usize::from);
    let points = manifold::plane(&around, (right, down), (side, side), Window::WHOLE);
    arguments.output.show(&Picture {
        items: looking.pictures_at(&points)?,
        columns: Some(side),
        moves: false,
    })
}
