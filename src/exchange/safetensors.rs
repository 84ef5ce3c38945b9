//! The safetensors format: the length of a header, the header in JSON, and the numbers of all arrays without gaps.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Error, Result as IoResult, Write};

use safetensors::{Dtype, SafeTensorError, SafeTensors, View};

use super::{Metadata, NamedArray, Parameters, npy};

/// The entry of the header's texts that holds the [`Metadata`]. One entry alone, so that equal parameters make equal files.
const METADATA: &str = "vae-tui";

/// Writes parameters.
///
/// # Errors
/// If `output` can't be written.
pub fn write(parameters: &Parameters, mut output: impl Write) -> IoResult<()> {
    let metadata = parameters.metadata.as_ref().map(Metadata::json).transpose()?;
    let texts = metadata.map(|json| HashMap::from([(METADATA.to_owned(), json)]));
    let arrays = parameters.arrays.iter().map(|array| (array.name.as_str(), array));
    let bytes = safetensors::serialize(arrays, texts).map_err(Error::other)?;
    output.write_all(&bytes)
}

impl View for &NamedArray {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.sizes
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.bytes().into()
    }

    fn data_len(&self) -> usize {
        size_of_val(&self.values[..])
    }
}

/// The parameters in the bytes of a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Parameters, String> {
    let said = |error: SafeTensorError| match error {
        SafeTensorError::InvalidHeaderDeserialization(error) => {
            format!("its header says nothing of arrays at column {}", error.column())
        }
        other => other.to_string(),
    };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(said)?;
    let texts = header.metadata().as_ref();
    let metadata = texts.and_then(|texts| texts.get(METADATA));
    let metadata = metadata.map(|json| Metadata::parse(json)).transpose()?;
    let file = SafeTensors::deserialize(bytes).map_err(said)?;
    let mut arrays = Vec::new();
    for (name, view) in file.iter() {
        let element = match view.dtype() {
            Dtype::F32 => "<f4",
            Dtype::F64 => "<f8",
            other => {
                return Err(format!(
                    "{name} has numbers of the type {other:?}, but floats of 32 or 64 bits (F32, F64) are needed"
                ));
            }
        };
        arrays.push(NamedArray {
            name: name.to_owned(),
            sizes: view.shape().to_vec(),
            values: npy::values(element, view.data())?,
        });
    }
    Ok(Parameters { arrays, metadata })
}
