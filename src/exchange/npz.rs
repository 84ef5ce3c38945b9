//! NumPy's NPZ format: a ZIP archive with an NPY file for every array, and here one with the [`Metadata`].

use std::io::{Cursor, Read, Result as IoResult, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Metadata, NamedArray, Parameters, npy};

/// The beginning of every ZIP archive that holds a file.
pub(super) const MAGIC: &[u8] = b"PK\x03\x04";
/// The file in the archive that is no array.
const METADATA: &str = "vae-tui.json";
/// What follows an array's name.
const ENDING: &str = ".npy";
/// Bytes of one file in an archive from which on the archive needs its newer form.
const LARGE: usize = u32::MAX as usize;

/// Writes parameters.
///
/// # Errors
/// If `output` can't be written.
pub fn write(parameters: &Parameters, output: impl Write + Seek) -> IoResult<()> {
    let mut archive = ZipWriter::new(output);
    if let Some(metadata) = &parameters.metadata {
        archive.start_file(METADATA, options(0))?;
        archive.write_all(metadata.json()?.as_bytes())?;
    }
    write_into(archive, &parameters.arrays)
}

/// Writes arrays.
///
/// # Errors
/// If `output` can't be written.
pub fn write_arrays(arrays: &[NamedArray], output: impl Write + Seek) -> IoResult<()> {
    write_into(ZipWriter::new(output), arrays)
}

fn write_into(mut archive: ZipWriter<impl Write + Seek>, arrays: &[NamedArray]) -> IoResult<()> {
    for array in arrays {
        let bytes = size_of_val(&array.values[..]);
        archive.start_file(format!("{}{ENDING}", array.name), options(bytes))?;
        npy::write(&mut archive, array)?;
    }
    archive.finish()?.flush()
}

/// As `numpy.savez` has it: what was learned hardly packs.
fn options(bytes: usize) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(bytes >= LARGE / 2)
}

/// The parameters in the bytes of a file, whose arrays may take `limit` bytes unpacked.
pub(super) fn parse(bytes: &[u8], limit: u64) -> Result<Parameters, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let (mut arrays, mut metadata) = (Vec::new(), None);
    let mut left = limit;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(|error| error.to_string())?;
        let name = file.name().map_err(|error| error.to_string())?.into_owned();
        let mut unpacked = Vec::new();
        let read = file.by_ref().take(left + 1).read_to_end(&mut unpacked);
        let read = read.map_err(|error| format!("{name} can't be unpacked: {error}"))? as u64;
        left = left.checked_sub(read).ok_or_else(|| {
            format!("its arrays have more than the {limit} bytes that the model's parameters can have")
        })?;
        if name == METADATA {
            let json = std::str::from_utf8(&unpacked).map_err(|_| "its metadata is not text".to_owned())?;
            metadata = Some(Metadata::parse(json)?);
        } else {
            let name = name.strip_suffix(ENDING).unwrap_or(&name).to_owned();
            arrays.push(npy::parse(name, &unpacked)?);
        }
    }
    Ok(Parameters { arrays, metadata })
}
