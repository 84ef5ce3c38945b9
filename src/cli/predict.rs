//! `vae-tui predict`: how a sequence goes on, what lies in a gap of it, or what leads from one to another.

use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

use super::items::ItemName;
use super::looking::{BROKEN_OFF, Looking, SessionArguments};
use super::picture_output::{Picture, PictureOutput};
use super::{choice::choice, print_line, progress_bar};
use crate::cancel::Cancel;
use crate::choices::Choose;
use crate::data::{ItemShape, Part};
use crate::explore::prediction::{NextStep, filled, next_step};
use crate::pictures::item::picture;

/// The flags of `vae-tui predict`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  vae-tui predict chorales.ron --item test:3 --steps 16            how it goes on\n  vae-tui predict chorales.ron --item test:3 --missing 5-8         steps 5 to 8 filled in\n  vae-tui predict chorales.ron --item test:3 --then test:4         what leads from the one to the other\n  vae-tui predict faces.ron --score                                how far the next step is from what was said"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// The sequence: test:17, train:3, FILE, FILE:5 (its fifth) or -
    #[arg(
        long,
        value_name = "ITEM",
        default_value = "test:0",
        allow_hyphen_values = true
    )]
    item: ItemName,
    /// Steps behind its end, or between it and the next [default: 8, or none with --missing]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    steps: Option<u16>,
    /// Steps that are taken away and filled in, counted from 1: 5-8, or 7
    #[arg(long, value_name = "STEPS", value_parser = gap)]
    missing: Option<Gap>,
    /// The sequence to which the steps lead
    #[arg(long, value_name = "ITEM", conflicts_with = "missing")]
    then: Option<ItemName>,
    /// Draws of which each prediction is the mean
    #[arg(long, value_name = "L", default_value = "200", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    draws: u32,
    /// How far the predicted next step is from the one that came, over all steps of the items, beside repeating the last
    #[arg(long, conflicts_with_all = ["steps", "missing", "then"])]
    score: bool,
    /// The items that are scored
    #[arg(long, value_parser = choice::<Part>(), default_value = Part::Test.word())]
    split: Part,
    /// Items that are scored, the first ones [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    points: Option<u32>,
    /// One JSON object on standard output, with a list of the model's numbers for every step
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    output: PictureOutput,
}

/// The first and the last step of a gap, counted from 1.
type Gap = (usize, usize);

/// Numbers of a sequence, at the most.
const MOST_NUMBERS: usize = 1 << 22;

/// A gap as it is typed.
fn gap(text: &str) -> Result<Gap, String> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|&step| step > 0);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => Ok((first, last)),
        _ => Err("steps are counted from 1, such as 5-8 or 7".into()),
    }
}

/// A sequence as it was predicted.
#[derive(Serialize)]
struct Predicted<'a> {
    item: &'a str,
    /// For every step whether it was seen.
    seen: Vec<bool>,
    steps: Vec<&'a [f32]>,
}

/// Predicts and shows.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let looking = arguments.session.open()?;
    ensure!(
        looking.model().architecture().steps.is_some(),
        "this model knows no time: --family markov learns sequences"
    );
    if arguments.score {
        return score(arguments, &looking);
    }
    let features = looking.shape().of_step().numbers();
    let mut items = looking.items();
    let mut sequence = |name: &ItemName| -> anyhow::Result<(Vec<f32>, String)> {
        let item = items.find(name)?;
        let mut values = looking.context().item(item.split(), item.index);
        values.truncate(item.split().numbers_of(item.index));
        Ok((values, item.name))
    };
    let (mut values, name) = sequence(&arguments.item)?;
    if let Some((first, last)) = arguments.missing {
        let steps = values.len() / features;
        ensure!(
            last <= steps,
            "missing is {first}-{last}, but {name} has {steps} steps"
        );
        values[(first - 1) * features..last * features].fill(f32::NAN);
    }
    let usual = if arguments.missing.is_some() { 0 } else { 8 };
    let more = arguments.steps.map_or(usual, usize::from);
    let next = arguments.then.as_ref().map(&mut sequence).transpose()?;
    let (next, _) = next.unwrap_or_default();
    let numbers = values.len() + more * features + next.len();
    ensure!(
        numbers <= MOST_NUMBERS,
        "{numbers} numbers of a sequence are more than the {MOST_NUMBERS} that are predicted"
    );
    values.resize(values.len() + more * features, f32::NAN);
    values.extend(next);
    let predicted = filled(
        looking.model(),
        &values,
        arguments.draws as usize,
        looking.context().seed,
        &Cancel::default(),
    )
    .context(BROKEN_OFF)?;
    if arguments.json {
        let is_seen = |step: &[f32]| step.iter().all(|value| !value.is_nan());
        let said = Predicted {
            item: &name,
            seen: values.chunks_exact(features).map(is_seen).collect(),
            steps: predicted.chunks_exact(features).collect(),
        };
        print_line(&crate::words::plain_json(&serde_json::to_string(&said)?))?;
        if arguments.output.out.is_none() {
            return Ok(());
        }
    }
    show(&looking, &predicted, features, &arguments.output)
}

/// Frame by frame where steps are images, else as one picture over time.
fn show(looking: &Looking, values: &[f32], features: usize, output: &PictureOutput) -> anyhow::Result<()> {
    let of_step = looking.shape().of_step();
    if matches!(of_step, ItemShape::Image { .. }) {
        let frames: Vec<_> = values
            .chunks_exact(features)
            .map(|frame| picture(frame, of_step))
            .collect();
        return output.show(&Picture {
            columns: Some(output.columns(frames[0].width, frames.len())),
            items: frames,
            moves: true,
        });
    }
    let shape = looking.shape().with_steps(values.len() / features);
    output.show(&Picture {
        items: vec![picture(values, shape)],
        columns: Some(1),
        moves: false,
    })
}

fn score(arguments: &Arguments, looking: &Looking) -> anyhow::Result<()> {
    let split = looking.data().split(arguments.split);
    let count = arguments
        .points
        .map_or(usize::MAX, |points| points as usize)
        .min(split.points());
    let items: Vec<usize> = (0..count).collect();
    let bar = progress_bar(count as u64, "items");
    let errors = next_step(
        looking.model(),
        split,
        &items,
        looking.context(),
        &Cancel::default(),
        |done| {
            bar.set_position(done as u64);
            true
        },
    );
    bar.finish_and_clear();
    let errors = errors.context(BROKEN_OFF)?;
    ensure!(
        errors.steps > 0,
        "no sequence has a second step that could be predicted"
    );
    let NextStep {
        model,
        last_step,
        steps,
    } = errors;
    print_line(&if arguments.json {
        serde_json::to_string(&errors)?
    } else {
        format!(
            "next step       {model:>12.6} mean squared error of a value ({steps} steps of {count} sequences)\n\
             the last again  {last_step:>12.6}\n\
             ratio           {:>12.3}",
            model / last_step
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_read_as_they_are_typed() {
        assert_eq!((gap("5-8"), gap("7")), (Ok((5, 8)), Ok((7, 7))));
        for wrong in ["", "0", "8-5", "a", "5-"] {
            assert!(gap(wrong).is_err(), "{wrong}");
        }
    }
}
