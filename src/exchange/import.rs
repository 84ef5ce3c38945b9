//! Parameters out of a file that others may have written, into a model of the same sizes.

use std::io::Read;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{npz, safetensors};
use crate::files::{open_regular, shown};
use crate::model::Vae;
use crate::words::plain;

/// Parameters could not be read from a file.
#[derive(Debug, Error)]
#[error("{} can't be imported: {cause}", shown(path))]
pub struct ImportError {
    path: PathBuf,
    /// What is wrong, in words without anything that a terminal obeys.
    cause: String,
}

/// What a file may have beside its numbers: names, shapes, metadata.
const AROUND: u64 = 1 << 20;
/// Bytes of the widest number that is read.
const WIDEST: u64 = 8;

/// Gives `model` the parameters in the file `path`, in safetensors or NPZ: all of them, or none.
///
/// # Errors
/// If the file can't be read, is something else, or does not hold exactly the finite numbers that the model needs.
pub fn import(path: &Path, model: &mut Vae) -> Result<(), ImportError> {
    let limit = WIDEST * model.architecture().parameter_count() as u64 + AROUND;
    read(path, limit)
        .and_then(|bytes| install(&bytes, limit, model))
        .map_err(|cause| ImportError {
            path: path.to_owned(),
            cause: plain(&cause),
        })
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let mut file = open_regular(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let read = file.by_ref().take(limit + 1).read_to_end(&mut bytes);
    if read.map_err(|error| error.to_string())? as u64 > limit {
        return Err(format!(
            "it has more than the {limit} bytes that the model's parameters can have"
        ));
    }
    Ok(bytes)
}

/// By content, whatever the file is called.
fn install(bytes: &[u8], limit: u64, model: &mut Vae) -> Result<(), String> {
    let parameters = if bytes.starts_with(npz::MAGIC) {
        npz::parse(bytes, limit)
    } else if bytes.get(8) == Some(&b'{') {
        safetensors::parse(bytes)
    } else if bytes.is_empty() {
        Err("it is empty".into())
    } else {
        Err("it is neither a safetensors nor an NPZ file".into())
    };
    parameters?.install(model)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;

    use super::super::{NamedArray, Parameters};
    use super::*;
    use crate::data::ItemShape;
    use crate::model::{Activation, Architecture, Initialisation};

    const LIMIT: u64 = 1 << 16;

    fn model() -> Vae {
        let architecture = Architecture {
            pixels: 4,
            hidden: 3.into(),
            latent: 2,
            activation: Activation::Relu,
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::Paper, 5)
    }

    fn values(model: &Vae) -> Vec<f32> {
        let parameters = model.parameters().into_iter();
        parameters
            .flat_map(|named| named.parameter.values().to_vec())
            .collect()
    }

    /// The same parameters in either format.
    fn files(parameters: &Parameters) -> [Vec<u8>; 2] {
        let (mut first, mut second) = (Vec::new(), Cursor::new(Vec::new()));
        safetensors::write(parameters, &mut first).unwrap();
        npz::write(parameters, &mut second).unwrap();
        [first, second.into_inner()]
    }

    fn exported() -> [Vec<u8>; 2] {
        files(&Parameters::of(&model(), ItemShape::grey(2, 2)))
    }

    fn read_back(bytes: &[u8]) -> Result<Vec<f32>, String> {
        let mut target = Vae::zeros(model().architecture().clone());
        install(bytes, LIMIT, &mut target)?;
        Ok(values(&target))
    }

    #[test]
    fn what_was_exported_comes_back_to_the_bit() {
        for file in exported() {
            assert_eq!(read_back(&file), Ok(values(&model())));
        }
        assert_eq!(exported(), exported(), "equal parameters make equal files");
    }

    #[test]
    fn files_of_other_programs_have_no_metadata() {
        let parameters = Parameters {
            metadata: None,
            ..Parameters::of(&model(), ItemShape::grey(2, 2))
        };
        for file in files(&parameters) {
            assert_eq!(read_back(&file), Ok(values(&model())));
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_refused() {
        for file in exported() {
            for length in 0..file.len() {
                assert!(read_back(&file[..length]).is_err(), "{length} of {}", file.len());
            }
        }
    }

    /// Some bits mean nothing (the day on which a file in an archive was written); whatever is read is what was exported.
    #[test]
    fn a_changed_bit_is_refused_or_means_nothing() {
        let expected = values(&model());
        for file in exported() {
            let mut harmless = 0;
            for bit in 0..8 * file.len() {
                let mut changed = file.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                match read_back(&changed) {
                    Ok(found) => {
                        assert_eq!(found, expected, "bit {bit}");
                        harmless += 1;
                    }
                    Err(words) => assert!(!words.contains('\n') && words.len() < 400, "{words}"),
                }
            }
            assert!(harmless < 8 * file.len() / 2, "{harmless} of {}", 8 * file.len());
        }
    }

    #[test]
    fn an_archive_that_unpacks_to_more_than_the_model_needs_is_read_no_further() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let packed =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file("encoder.0.weight.npy", packed).unwrap();
        archive.write_all(&vec![0; 64 << 20]).unwrap();
        let file = archive.finish().unwrap().into_inner();
        assert!(file.len() < 1 << 17);
        let words = read_back(&file).unwrap_err();
        assert_eq!(
            words,
            "its arrays have more than the 65536 bytes that the model's parameters can have"
        );
    }

    #[test]
    fn packed_archives_are_read() {
        let parameters = Parameters::of(&model(), ItemShape::grey(2, 2));
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let packed =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        for array in &parameters.arrays {
            archive.start_file(format!("{}.npy", array.name), packed).unwrap();
            super::super::npy::write(&mut archive, array).unwrap();
        }
        let file = archive.finish().unwrap().into_inner();
        assert_eq!(read_back(&file), Ok(values(&model())));
    }

    #[test]
    fn sizes_that_lie_are_refused_without_their_memory() {
        // A header of safetensors as long as its length can say, and a shape whose product no number holds.
        let mut file = u64::MAX.to_le_bytes().to_vec();
        file.extend_from_slice(b"{\"a\":0}");
        assert!(read_back(&file).is_err());
        let header = r#"{"a":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,8]}}"#;
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(header.as_bytes());
        file.extend_from_slice(&[0; 8]);
        assert!(read_back(&file).is_err());
    }

    #[test]
    fn what_is_no_file_of_parameters_is_said_with_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a\u{1b}[2J.npz");
        let say = || import(&path, &mut model()).unwrap_err().to_string();
        assert!(say().contains("a\\u{1b}[2J.npz can't be imported: No such file"));
        for (content, cause) in [
            (&b""[..], "it is empty"),
            (b"# a session", "it is neither a safetensors nor an NPZ file"),
        ] {
            std::fs::write(&path, content).unwrap();
            assert!(say().ends_with(cause), "{}", say());
        }
        std::fs::write(&path, vec![0; 2 << 20]).unwrap();
        assert!(say().contains("bytes that the model's parameters can have"));
        assert!(
            import(folder.path(), &mut model())
                .unwrap_err()
                .to_string()
                .ends_with("it is a folder, not a file")
        );
    }

    #[test]
    fn names_in_a_file_are_shown_and_not_obeyed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut parameters = Parameters::of(&model(), ItemShape::grey(2, 2));
        parameters.arrays.push(NamedArray {
            name: "\u{1b}[2J\n".into(),
            sizes: vec![1],
            values: vec![0.0],
        });
        for file in files(&parameters) {
            std::fs::write(&path, file).unwrap();
            let said = import(&path, &mut model()).unwrap_err().to_string();
            assert!(!said.contains(char::is_control), "{said:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0..3) {
            match kind {
                0 if bytes.len() > 8 => bytes[8] = b'{',
                1 if bytes.len() > 4 => bytes[..4].copy_from_slice(npz::MAGIC),
                _ => {}
            }
            prop_assert!(read_back(&bytes).is_err());
        }
    }
}
