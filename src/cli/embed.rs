//! `vae-tui embed`: the posterior of every item.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail, ensure};
use clap::Args;

use super::choice::choice;
use super::{STANDARD_OUTPUT, progress_bar, resume, write_to_standard_output};
use crate::choices::Choose;
use crate::data::{Dataset, Part};
use crate::evaluation::MeasurementContext;
use crate::exchange::embedding::{Form, Table, posteriors};
use crate::files::{shown, write_whole};
use crate::learning::default_threads;
use crate::model::Vae;
use crate::process::ending_flag;
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
    let form = match path.extension().and_then(|end| end.to_str()) {
        _ if to_standard_output => Form::Csv,
        Some("csv") => Form::Csv,
        Some("npy") => Form::Npy,
        _ => bail!("{} ends in neither .npy nor .csv", shown(path)),
    };
    let Resumed { state, data, .. } = resume(&arguments.file, arguments.data.as_deref())?;
    let embedding = Embedding {
        model: &state.training.model,
        data: &data,
        part: arguments.split,
        context: state.training.noise(),
        form,
    };
    let stop = ending_flag().context("listening for signals")?;
    if to_standard_output {
        return write_to_standard_output(|output| embedding.write(output, &stop));
    }
    write_whole(path, |output| embedding.write(output, &stop))
        .with_context(|| format!("{} is not written", shown(path)))
}

/// What is written, and how.
struct Embedding<'a> {
    model: &'a Vae,
    data: &'a Dataset,
    part: Part,
    context: MeasurementContext,
    form: Form,
}

impl Embedding<'_> {
    /// Writes the whole table, or fails as soon as somebody wants an end of it.
    fn write(&self, output: impl Write + Send, stop: &AtomicBool) -> anyhow::Result<()> {
        let split = self.data.split(self.part);
        let sizes = (split.points(), self.model.architecture().latent);
        let classes = &self.data.classes;
        let mut table = Table::begin(output, self.form, sizes, classes)?;
        let bar = progress_bar(split.points() as u64, "items");
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(default_threads())
            .build()?;
        pool.install(|| {
            posteriors(self.model, split, self.context, |item, moments| {
                ensure!(
                    !stop.load(Ordering::Relaxed),
                    "ended by a signal after {item} items"
                );
                bar.set_position(item as u64 + 1);
                let class = self.data.class(self.part, item);
                table
                    .item(item, class, moments)
                    .context("the table can't be written")
            })
        })?;
        bar.finish_and_clear();
        Ok(table.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Binarisation, ItemShape, Split};
    use crate::model::{Activation, Architecture, Initialisation, Likelihood, Observation, Recognition};

    #[test]
    fn who_asks_for_the_end_finds_nothing_half_written() {
        let architecture = Architecture {
            pixels: 6,
            hidden: 4.into(),
            latent: 2,
            activation: Activation::Tanh,
            likelihood: Likelihood::Bernoulli,
            observation: Observation::default(),
            recognition: Recognition::Encoder,
        };
        let model = Vae::new(architecture, Initialisation::PyTorch, 2);
        let split = |byte| Split::of_bytes(vec![byte; 60], Vec::new(), 6);
        let data = Dataset::new("any", ItemShape::grey(2, 3), split(7), split(9));
        let embedding = Embedding {
            model: &model,
            data: &data,
            part: Part::Test,
            context: MeasurementContext {
                seed: 1,
                binarisation: Binarisation::None,
            },
            form: Form::Npy,
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("z.npy");
        let write = |stop: bool| write_whole(&path, |output| embedding.write(output, &stop.into()));
        let ended = write(true).unwrap_err().to_string();
        assert_eq!(ended, "ended by a signal after 0 items");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        write(false).unwrap();
        assert!(path.exists());
    }
}
