//! What a model has learned, for PyTorch, NumPy and ONNX runtimes.

use std::io::Write;
use std::path::Path;

use super::whole::broken_off;
use super::{OutputError, write_file};
use crate::cancel::Cancel;
use crate::data::Dataset;
use crate::exchange::{Parameters, check, npz, onnx, safetensors};
use crate::files::{make_folder, shown};
use crate::language::tr;
use crate::learning::Training;
use crate::model::{Recognition, Vae};

/// A format of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Hugging Face's.
    Safetensors,
    /// NumPy's archive of arrays.
    Npz,
}

/// The graphs of both networks in their folder.
pub const GRAPHS: [&str; 2] = ["encoder.onnx", "decoder.onnx"];

impl Format {
    /// By the end of the name.
    ///
    /// # Errors
    /// If that says neither.
    pub fn of(path: &Path) -> Result<Self, OutputError> {
        match path.extension().and_then(|end| end.to_str()) {
            Some("safetensors") => Ok(Self::Safetensors),
            Some("npz") => Ok(Self::Npz),
            _ => Err(OutputError::Ending {
                path: shown(path),
                found: "neither .safetensors nor .npz",
            }),
        }
    }
}

/// Whether the name asks for a folder of graphs.
pub fn is_of_graphs(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "onnx")
}

/// Writes parameters to a file.
///
/// # Errors
/// If it can't be written, or was broken off.
pub fn write(
    path: &Path,
    format: Format,
    parameters: &Parameters,
    cancel: &Cancel,
) -> Result<(), OutputError> {
    write_file(path, cancel, |output| {
        match format {
            Format::Safetensors => safetensors::write(parameters, output)?,
            Format::Npz => npz::write(parameters, output)?,
        }
        Ok(())
    })
}

/// Writes both networks as graphs into a folder, which is made where there is none; how many they are: a model without an
/// encoder has a decoder alone.
///
/// # Errors
/// If the folder or a file can't be written, a network is of a kind that graphs are not made of, or it was broken off.
pub fn write_graphs(
    folder: &Path,
    model: &Vae,
    parameters: &Parameters,
    cancel: &Cancel,
) -> Result<usize, OutputError> {
    let [encoder, decoder] = GRAPHS;
    let has_encoder = model.architecture().recognition == Recognition::Encoder;
    let mut graphs = Vec::new();
    if has_encoder {
        graphs.push((encoder, onnx::encoder(model, parameters)?));
    }
    graphs.push((decoder, onnx::decoder(model, parameters)?));
    make_folder(folder).map_err(OutputError::unwritten(folder))?;
    for (name, graph) in &graphs {
        write_file(&folder.join(name), cancel, |output| Ok(output.write_all(graph)?))?;
    }
    Ok(graphs.len())
}

/// Writes items of the test set, noise, and what the model says of them, by which another program can check that it computes
/// the same: as NPZ.
///
/// # Errors
/// If it can't be written, or was broken off.
pub fn write_check(
    path: &Path,
    training: &Training,
    data: &Dataset,
    cancel: &Cancel,
) -> Result<(), OutputError> {
    let arrays = cancel.run(|| check::arrays(&training.model, &data.test, training.noise()));
    let arrays = arrays.ok_or_else(|| broken_off(path))?;
    write_file(path, cancel, |output| Ok(npz::write_arrays(&arrays, output)?))
}

/// Whether the name asks for graphs or for a format of parameters.
pub(super) fn check(path: &Path) -> Result<(), OutputError> {
    if is_of_graphs(path) || Format::of(path).is_ok() {
        return Ok(());
    }
    Err(OutputError::Ending {
        path: shown(path),
        found: "none of .safetensors, .npz and .onnx",
    })
}

/// Writes what the name asks for, and says what that is.
pub(super) fn write_any(
    path: &Path,
    training: &Training,
    data: &Dataset,
    cancel: &Cancel,
) -> Result<String, OutputError> {
    let parameters = || Parameters::of(&training.model, data.shape);
    if is_of_graphs(path) {
        let graphs = write_graphs(path, &training.model, &parameters(), cancel)?;
        return Ok(match graphs {
            1 => tr!("the decoder (there is no encoder) as a graph").into(),
            _ => tr!("encoder and decoder as graphs").into(),
        });
    }
    write(path, Format::of(path)?, &parameters(), cancel)?;
    Ok(tr!("parameters").into())
}
