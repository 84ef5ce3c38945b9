//! `vae-tui compress`: items packed without loss by a saved model.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use super::choice::choice;
use super::{STANDARD_OUTPUT, print_line, progress_bar, resume, say_notes, write_to_standard_output};
use crate::cancel::Cancel;
use crate::coding::{Codec, Items};
use crate::data::{Binarisation, Part, ReadingRules, STANDARD_INPUT, Values, file};
use crate::evaluation::{MeasurementContext, lower_bound};
use crate::files::{shown, write_whole};
use crate::learning::{Configuration, default_threads};
use crate::model::Vae;
use crate::outputs::Watch;
use crate::outputs::packing::{as_packed, pack};
use crate::process::{ending_flag, say};
use crate::session::{self, Resumed};

/// The flags of `vae-tui compress`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  vae-tui compress --session run.ron images.idx -o images.bb\n  vae-tui compress --session run.ron --split test -o test.bb --json\n\n\
                  Only the same session unpacks the file: vae-tui decompress images.bb --session run.ron -o images.npy"
)]
pub struct Arguments {
    /// The items: all that a file has, or - for standard input
    #[arg(value_name = "ITEMS", required_unless_present = "split")]
    items: Option<PathBuf>,
    /// The session whose model packs them
    #[arg(long, value_name = "FILE")]
    session: PathBuf,
    /// Pack a part of the session's own data instead
    #[arg(long, value_parser = choice::<Part>(), conflicts_with = "items")]
    split: Option<Part>,
    /// Where the session's own data is now
    #[arg(long, value_name = "PATH", requires = "split")]
    data: Option<String>,
    /// The file to write, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// One JSON object on standard output (on standard error, where the file goes there)
    #[arg(long)]
    json: bool,
}

/// What packing came to.
#[derive(Serialize)]
struct Report {
    items: usize,
    numbers_per_item: usize,
    bytes: usize,
    bits_per_dimension: f64,
    bound_bits_per_dimension: f64,
    streams: usize,
    start_up_bits: u64,
}

/// Reads the session and the items, packs, writes, reports.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (model, items, context) = read(arguments)?;
    let refused = || format!("{} can't pack these items", shown(&arguments.session));
    let codec = Codec::new(&model).with_context(refused)?;
    let (items, are_made_so) = as_packed(&codec, items, context);
    if are_made_so {
        say_notes(&[
            "the grey items are made black and white as the session does; that is what is packed".into(),
        ]);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(default_threads())
        .build()?;
    let bar = progress_bar(items.count() as u64, "items");
    let watch = Watch {
        cancel: &Cancel::default(),
        progress: &|done, _| bar.set_position(done),
    };
    let packed = pool.install(|| pack(&codec, &items, watch));
    bar.finish_and_clear();
    let packed = packed.with_context(refused)?;

    let seen = codec.seen(&items).with_context(refused)?;
    let as_they_are = MeasurementContext {
        binarisation: Binarisation::None,
        ..context
    };
    let bound = pool.install(|| lower_bound(&model, &seen, as_they_are, &Cancel::default(), |_| true));
    let bound = bound.context("there are no items")?;

    write(&arguments.out, |output| output.write_all(&packed.bytes))?;
    let dimensions = items.bytes.len() as f64;
    let numbers_per_item = items.shape.numbers();
    let report = Report {
        items: items.count(),
        numbers_per_item,
        bytes: packed.bytes.len(),
        bits_per_dimension: 8.0 * packed.bytes.len() as f64 / dimensions,
        bound_bits_per_dimension: -bound.terms.lower_bound()
            / std::f64::consts::LN_2
            / numbers_per_item as f64,
        streams: packed.streams,
        start_up_bits: packed.start_up_bits,
    };
    let report = if arguments.json {
        serde_json::to_string(&report)?
    } else {
        words(&report)
    };
    if arguments.out == Path::new(STANDARD_OUTPUT) {
        say(format_args!("{report}"));
        return Ok(());
    }
    print_line(&report)
}

/// The model, what it packs, and how the run sees its data.
fn read(arguments: &Arguments) -> anyhow::Result<(Vae, Items, MeasurementContext)> {
    let context = |configuration: &Configuration| MeasurementContext {
        seed: configuration.seed,
        binarisation: configuration.binarisation,
    };
    if let Some(part) = arguments.split {
        let Resumed { state, data, .. } = resume(&arguments.session, arguments.data.as_deref())?;
        let items = Items::of(&data, part)?;
        let context = context(&state.training.configuration);
        return Ok((state.training.model, items, context));
    }
    let session = session::load(&arguments.session)?;
    let context = context(session.configuration());
    let model = session.into_model_of_bytes()?;
    let items = items(arguments.items.as_deref().unwrap_or(Path::new(STANDARD_INPUT)))?;
    Ok((model, items, context))
}

/// All items of a file or of standard input, in the order in which they stand there.
fn items(path: &Path) -> anyhow::Result<Items> {
    let found = file::found(path, &ReadingRules::default(), &mut Vec::new())?;
    let Values::Bytes(bytes) = found.values else {
        bail!(
            "{} can't be packed: its values are not whole numbers up to 255",
            shown(path)
        );
    };
    Ok(Items {
        shape: found.shape,
        bytes,
    })
}

/// Writes a file as a whole, or to standard output; who asks the program to end meanwhile leaves nothing half-written.
pub(super) fn write(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    if path == Path::new(STANDARD_OUTPUT) {
        return write_to_standard_output(|output| Ok(write(output)?));
    }
    let _asked_to_end = ending_flag().context("listening for signals")?;
    write_whole(path, |output| write(output)).with_context(|| format!("{} can't be written", shown(path)))
}

/// The report for a person.
fn words(report: &Report) -> String {
    let Report {
        items,
        numbers_per_item,
        bytes,
        bits_per_dimension,
        bound_bits_per_dimension,
        streams,
        start_up_bits,
    } = report;
    let more = 100.0 * (bits_per_dimension / bound_bits_per_dimension - 1.0);
    format!(
        "packed    {items} items of {numbers_per_item} numbers into {bytes} bytes\n\
         rate      {bits_per_dimension:.4} bits per dimension\n\
         bound     {bound_bits_per_dimension:.4} bits per dimension, the model's; the rate is {more:+.2} % of it away\n\
         start-up  {start_up_bits} bits for {streams} streams, which the rate includes"
    )
}
