//! `vae-tui export`: what a model has learned, for other programs.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;

use super::resume;
use crate::exchange::{Parameters, check, npz, onnx, safetensors};
use crate::files::{shown, write_whole};
use crate::model::{Recognition, Vae};
use crate::process::{ending_flag, say};
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

/// A format of parameters.
#[derive(Clone, Copy)]
enum Format {
    Safetensors,
    Npz,
}

impl Format {
    /// By the end of the name.
    fn of(path: &Path) -> anyhow::Result<Self> {
        match path.extension().and_then(|end| end.to_str()) {
            Some("safetensors") => Ok(Self::Safetensors),
            Some("npz") => Ok(Self::Npz),
            _ => bail!("{} ends in neither .safetensors nor .npz", shown(path)),
        }
    }
}

/// Reads the session, writes what was asked for.
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
    // What is begun from here on is ended: nothing is left half-written.
    let _asked_to_end = ending_flag().context("listening for signals")?;
    if let Some((path, format)) = arguments.out.as_ref().zip(format) {
        write_whole(path, |output| match format {
            Format::Safetensors => safetensors::write(&parameters, output),
            Format::Npz => npz::write(&parameters, output),
        })
        .with_context(|| unwritten(path))?;
    }
    if let Some(folder) = &arguments.onnx {
        write_graphs(folder, model, &parameters)?;
    }
    if let Some(path) = &arguments.check {
        let arrays = check::arrays(model, &data.test, state.training.noise());
        write_whole(path, |output| npz::write_arrays(&arrays, output)).with_context(|| unwritten(path))?;
    }
    Ok(())
}

fn write_graphs(folder: &Path, model: &Vae, parameters: &Parameters) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| unwritten(folder))?;
    let write = |name: &str, graph: Vec<u8>| {
        let path = folder.join(name);
        write_whole(&path, |output| std::io::Write::write_all(output, &graph))
            .with_context(|| unwritten(&path))
    };
    match model.architecture().recognition {
        Recognition::Encoder => write("encoder.onnx", onnx::encoder(model, parameters)?)?,
        Recognition::Chains => say("note: the model has no encoder, so that only decoder.onnx is written"),
    }
    write("decoder.onnx", onnx::decoder(model, parameters)?)
}

fn unwritten(path: &Path) -> String {
    format!("{} can't be written", shown(path))
}
