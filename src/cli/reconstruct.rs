//! `vae-tui reconstruct`: items as they go in, and what comes back through the posterior mean.

use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

use super::items::ItemName;
use super::looking::{BROKEN_OFF, SessionArguments};
use super::picture_output::{Picture, PictureOutput};
use super::{print_line, progress_bar};
use crate::cancel::Cancel;
use crate::data::Part;
use crate::explore::reconstruction::reconstruct;
use crate::pictures::raster::Raster;
use crate::words::plain_json;

/// The flags of `vae-tui reconstruct`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples: vae-tui reconstruct saves/mnist-20d.ron --item test:3,test:9\n          vae-tui reconstruct saves/mnist-20d.ron --data digits.idx --out both.png"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// The items: test:17, train:3, FILE, FILE:5 (its fifth) or -, with commas between them [default: the first ten of the test
    /// set]
    #[arg(long, value_name = "ITEM", value_delimiter = ',', allow_hyphen_values = true)]
    item: Vec<ItemName>,
    /// All items of a file, or - for those of standard input
    #[arg(long, value_name = "FILE", conflicts_with = "item")]
    data: Option<String>,
    /// The bound of every item and its terms as a JSON object a line, instead of a picture without --out
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    output: PictureOutput,
}

/// Items of a file that a picture shows.
const MOST: usize = 2_000;

/// An item in numbers, in nats.
#[derive(Serialize)]
struct Line<'a> {
    item: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    elbo: f64,
    reconstruction: f64,
    kl: f64,
}

/// Reconstructs and shows.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let looking = arguments.session.open()?;
    let mut items = looking.items();
    let names: Vec<ItemName> = match &arguments.data {
        Some(file) => {
            let count = items.file(file)?.test.points();
            ensure!(
                count <= MOST,
                "{count} items are more than the {MOST} that a picture shows"
            );
            (0..count)
                .map(|item| ItemName::InFile(file.clone(), item))
                .collect()
        }
        None if arguments.item.is_empty() => {
            let count = looking.data.test.points().min(10);
            (0..count).map(|item| ItemName::Of(Part::Test, item)).collect()
        }
        None => arguments.item.clone(),
    };
    let bar = progress_bar(names.len() as u64, "items");
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for name in &names {
        let item = items.find(name)?;
        let back = reconstruct(
            looking.model(),
            item.split(),
            &[item.index],
            looking.context(),
            &Cancel::default(),
        );
        let back = back.and_then(|mut back| back.pop()).context(BROKEN_OFF)?;
        if arguments.json {
            let line = Line {
                item: &item.name,
                label: item.class(),
                elbo: back.terms.lower_bound(),
                reconstruction: back.terms.reconstruction,
                kl: back.terms.kl,
            };
            print_line(&plain_json(&serde_json::to_string(&line)?))?;
        }
        inputs.extend(looking.pictures_of(&back.input));
        outputs.extend(looking.pictures_of(&back.output));
        bar.inc(1);
    }
    bar.finish_and_clear();
    if arguments.json && arguments.output.out.is_none() {
        return Ok(());
    }
    // A row of what went in above one of what came back.
    let columns = arguments
        .output
        .columns(looking.picture_width(), inputs.len().clamp(1, 20));
    let mut pictures = Vec::new();
    for (inputs, outputs) in inputs.chunks(columns).zip(outputs.chunks(columns)) {
        let empty = Raster::filled(inputs[0].width, inputs[0].height(), [0; 3]);
        for row in [inputs, outputs] {
            pictures.extend_from_slice(row);
            pictures.extend(std::iter::repeat_n(empty.clone(), columns - row.len()));
        }
    }
    arguments.output.show(&Picture {
        items: pictures,
        columns: Some(columns),
        moves: false,
    })
}
