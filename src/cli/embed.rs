//! `vae-tui embed`: the posterior of every item.

use std::path::{Path, PathBuf};

use clap::Args;

use super::choice::choice;
use super::{STANDARD_OUTPUT, ending, progress_bar, resume, write_to_standard_output};
use crate::choices::Choose;
use crate::data::Part;
use crate::exchange::embedding::Form;
use crate::learning::default_threads;
use crate::outputs::Watch;
use crate::outputs::embedding::{Embedding, form};
use crate::session::Resumed;

/// The flags of `vae-tui embed`.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: vae-tui embed run.ron --split test -o z.npy\nIn NumPy: z = numpy.load('z.npy'); z['mean'][z['label'] == '7']"
)]
pub struct Arguments {
    /// The session
    file: PathBuf,
    /// The data whose items are embedded, or - for standard input, where that is not what the session was trained on
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Which of its items
    #[arg(long, value_parser = choice::<Part>(), default_value = Part::Test.word())]
    split: Part,
    /// Where the means and log-variances go, with each item's number and label: a name that ends in .npy or .csv, or - for
    /// CSV on standard output
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads the session and writes the table, item by item.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let path = arguments.out.as_path();
    let to_standard_output = path == Path::new(STANDARD_OUTPUT);
    let form = if to_standard_output {
        Form::Csv
    } else {
        form(path)?
    };
    let Resumed { state, data, .. } = resume(&arguments.file, arguments.data.as_deref())?;
    let embedding = Embedding::of(&state.training, &data, arguments.split, form);
    let cancel = ending()?;
    let bar = progress_bar(data.split(arguments.split).points() as u64, "items");
    let watch = Watch {
        cancel: &cancel,
        progress: &|done, _| bar.set_position(done),
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(default_threads())
        .build()?;
    pool.install(|| {
        if to_standard_output {
            write_to_standard_output(|output| Ok(embedding.write(path, output, watch)?))
        } else {
            embedding.write_file(path, watch)?;
            Ok(())
        }
    })?;
    bar.finish_and_clear();
    Ok(())
}
