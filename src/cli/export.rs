//! `vae-tui export`: what a model has learned, for other programs.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;

use super::{ending, resume};
use crate::exchange::Parameters;
use crate::files::shown;
use crate::model::Recognition;
use crate::outputs::parameters::{Format, write, write_check, write_graphs};
use crate::process::say;
use crate::session::Resumed;

/// The flags of `vae-tui export`.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: vae-tui export run.ron -o model.safetensors --onnx graphs\nThe module of PyTorch's that loads such a file as it is stands in docs/python."
)]
pub struct Arguments {
    /// The session
    file: PathBuf,
    /// Where the parameters go, named and laid out as PyTorch has them: a name that ends in .safetensors or .npz
    #[arg(short, long, value_name = "FILE", required_unless_present_any = ["onnx", "check"])]
    out: Option<PathBuf>,
    /// A folder for encoder.onnx and decoder.onnx; it is made where there is none
    #[arg(long, value_name = "DIR")]
    onnx: Option<PathBuf>,
    /// Also write the first 1 000 items of the test set, noise, and what the model says of them, so that another program can
    /// check that it computes the same: a name that ends in .npz
    #[arg(long, value_name = "FILE.npz")]
    check: Option<PathBuf>,
    /// Where its data is now, or - for standard input, where that is not as it was saved
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
}

/// Reads the session, writes what was asked for; nothing is left half-written where that is to end before.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let format = arguments.out.as_deref().map(Format::of).transpose()?;
    if let Some(check) = &arguments.check {
        ensure!(
            matches!(Format::of(check), Ok(Format::Npz)),
            "{} does not end in .npz",
            shown(check)
        );
    }
    let Resumed { state, data, .. } = resume(&arguments.file, arguments.data.as_deref())?;
    let model = &state.training.model;
    let parameters = Parameters::of(model, data.shape);
    let cancel = ending()?;
    if let Some((path, format)) = arguments.out.as_ref().zip(format) {
        write(path, format, &parameters, &cancel)?;
    }
    if let Some(folder) = &arguments.onnx {
        write_graphs(folder, model, &parameters, &cancel)?;
        if model.architecture().recognition == Recognition::Chains {
            say("note: the model has no encoder, so that only decoder.onnx is written");
        }
    }
    if let Some(path) = &arguments.check {
        write_check(path, &state.training, &data, &cancel)?;
    }
    Ok(())
}
