//! Parameters of other programs, as safetensors and NPZ, and items that were packed by a model.

use std::io::Cursor;

use rand::Rng;
use vae_tui::coding::{self, Codec, CodingError, Items};
use vae_tui::data::ItemShape;
use vae_tui::exchange::{Parameters as Arrays, import, npz, safetensors};
use vae_tui::model::{Activation, Architecture, Initialisation, Likelihood, Vae};

use crate::harness::{self, Random, Target, check_line, check_sentence, fuzz, within};
use crate::mutation::{change, rounds};

/// The name of the file, which errors must have.
const NAME: &str = "parameters.file";
/// Memory beside what the model has.
const PLENTY: usize = 4 << 20;

fn model(likelihood: Likelihood) -> Vae {
    let architecture = Architecture {
        pixels: 4,
        hidden: 3.into(),
        latent: 2,
        activation: Activation::Relu,
        likelihood,
        ..Architecture::default()
    };
    Vae::new(architecture, Initialisation::Paper, 5)
}

struct Parameters {
    folder: tempfile::TempDir,
    model: Vae,
    valid: Vec<Vec<u8>>,
}

#[test]
fn parameters() {
    fuzz(|| {
        let model = model(Likelihood::default());
        let arrays = Arrays::of(&model, ItemShape::grey(2, 2));
        let (mut first, mut second) = (Vec::new(), Cursor::new(Vec::new()));
        safetensors::write(&arrays, &mut first).expect("memory");
        npz::write(&arrays, &mut second).expect("memory");
        Parameters {
            folder: harness::folder(),
            model,
            valid: vec![first, second.into_inner()],
        }
    });
}

impl Target for Parameters {
    const NAME: &'static str = "parameters";
    const USUAL: u64 = 10_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        changed(&self.valid, random)
    }

    /// All of them are read and finite, or none.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let path = self.folder.path().join(NAME);
        std::fs::write(&path, input).map_err(|error| error.to_string())?;
        let mut model = self.model.clone();
        let values = |model: &Vae| -> Vec<u32> {
            let parameters = model.parameters().into_iter();
            parameters
                .flat_map(|named| named.parameter.values().to_vec())
                .map(f32::to_bits)
                .collect()
        };
        match within(PLENTY + 64 * input.len(), || import(&path, &mut model))? {
            Ok(())
                if values(&model)
                    .into_iter()
                    .all(|bits| f32::from_bits(bits).is_finite()) =>
            {
                Ok(())
            }
            Ok(()) => Err("what was read is not finite".into()),
            Err(error) if values(&model) == values(&self.model) => check_sentence(&error.to_string(), NAME),
            Err(error) => Err(format!("half of it was read: {error}")),
        }
    }
}

struct Packed {
    codec: Codec,
    valid: Vec<Vec<u8>>,
}

#[test]
fn packed() {
    fuzz(|| {
        let codec = Codec::new(&model(Likelihood::BetaBinomial)).expect("bytes have probabilities");
        let items = |count: usize| Items {
            shape: ItemShape::grey(2, 2),
            bytes: (0..4 * count).map(|at| (at * 37 % 251) as u8).collect(),
        };
        let pack = |count| codec.pack(&items(count), || true).expect("items").bytes;
        Packed {
            valid: vec![pack(1), pack(4), pack(12)],
            codec,
        }
    });
}

impl Target for Packed {
    const NAME: &'static str = "packed";
    const USUAL: u64 = 10_000;

    /// Half of them with the checksum that belongs to them.
    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let mut bytes = changed(&self.valid, random);
        if random.r#gen()
            && let Some(end) = bytes.len().checked_sub(4)
        {
            let sum = crc32fast::hash(&bytes[..end]);
            bytes[end..].copy_from_slice(&sum.to_le_bytes());
        }
        bytes
    }

    /// Items that were packed, or a sentence.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let unpack = || coding::read(input).and_then(|bytes| self.codec.unpack(&bytes, |_| {}, || {}));
        match within(PLENTY + 64 * input.len(), unpack)? {
            Ok(items) if items.bytes.len() == items.count() * items.shape.numbers() => Ok(()),
            Ok(items) => Err(format!("{} bytes of {}", items.bytes.len(), items.shape)),
            Err(CodingError::Io(error)) => Err(format!("memory can be read: {error}")),
            Err(error) => check_line(&error.to_string()),
        }
    }
}

fn changed(valid: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = valid[random.gen_range(0..valid.len())].clone();
    for _ in 0..rounds(random) {
        change(&mut bytes, valid, random);
    }
    bytes
}
