//! The file that packed items lie in: a header, the streams, and a checksum of it all; every number little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `vaetuiBB` |
//! | 2 | version of the format, and of all that decides what a stream means: the arithmetic, the frequencies, the buckets |
//! | 4 | the model's identity |
//! | 1, 3 x 4 | kind of the items (0 image, 1 vector, 2 sequence) and their sizes; a size that the kind doesn't have is 0 |
//! | 1 | the byte that one step of a symbol is: white, where items are black and white |
//! | 8, 4 | number of items; CRC-32 of their bytes |
//! | 4 | number of streams |
//! | 4 each | words of a stream |
//! | 8, then 4 each | of every stream, the state and the words below it |
//! | 4 | CRC-32 of everything before |

use std::io::Read;

use super::CodingError;
use crate::data::ItemShape;

/// What every file begins with.
const MAGIC: [u8; 8] = *b"vaetuiBB";
/// The format that is written and read.
const VERSION: u16 = 1;
/// The largest file that is read: 4 GiB.
const MOST_BYTES: u64 = 4 << 30;
/// Bytes of the header before the sizes of the streams.
const HEADER: usize = 44;

/// Packed items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Container {
    /// The identity of the model.
    pub model: u32,
    /// The shape of the items.
    pub shape: ItemShape,
    /// The byte that one step of a symbol is.
    pub unit: u8,
    /// How many items there are.
    pub count: u64,
    /// CRC-32 of the items' bytes.
    pub checksum: u32,
    /// The state and the words of every stream.
    pub streams: Vec<(u64, Vec<u32>)>,
}

impl Container {
    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.model.to_le_bytes());
        let (kind, sizes) = sizes(self.shape);
        bytes.push(kind);
        sizes.iter().for_each(|size| bytes.extend(size.to_le_bytes()));
        bytes.push(self.unit);
        bytes.extend(self.count.to_le_bytes());
        bytes.extend(self.checksum.to_le_bytes());
        bytes.extend((self.streams.len() as u32).to_le_bytes());
        for (_, words) in &self.streams {
            bytes.extend((words.len() as u32).to_le_bytes());
        }
        for (state, words) in &self.streams {
            bytes.extend(state.to_le_bytes());
            words.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        }
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// If they are something else, of another version, cut or changed; the sentence begins with "it".
    pub fn parse(bytes: &[u8]) -> Result<Self, CodingError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(CodingError::Foreign);
        }
        let cut = |expected| CodingError::Cut {
            expected,
            found: bytes.len() as u64,
        };
        if bytes.len() < HEADER {
            return Err(cut(HEADER as u64));
        }
        let mut rest = Fields(&bytes[MAGIC.len()..]);
        let version = u16::from_le_bytes(rest.take()?);
        if version != VERSION {
            return Err(CodingError::Version {
                found: version,
                read: VERSION,
            });
        }
        let model = u32::from_le_bytes(rest.take()?);
        let [kind] = rest.take()?;
        let sizes = [rest.take()?, rest.take()?, rest.take()?].map(u32::from_le_bytes);
        let [unit] = rest.take()?;
        let count = u64::from_le_bytes(rest.take()?);
        let checksum = u32::from_le_bytes(rest.take()?);
        let streams = u32::from_le_bytes(rest.take()?);
        let lengths = rest.0.get(..4 * streams as usize);
        let lengths = lengths.ok_or_else(|| cut(HEADER as u64 + 4 * u64::from(streams)))?;
        let lengths: Vec<u64> = words(lengths).map(u64::from).collect();
        let of_streams: u64 = lengths.iter().map(|length| 4 + 8 + 4 * length).sum();
        let expected = HEADER as u64 + of_streams + 4;
        if bytes.len() as u64 != expected {
            return Err(cut(expected));
        }
        let (before, sum) = bytes.split_at(bytes.len() - 4);
        if crc32fast::hash(before).to_le_bytes() != sum {
            return Err(CodingError::Damaged);
        }
        rest.0 = &rest.0[4 * lengths.len()..];
        let mut stream = |length: &u64| {
            let state = u64::from_le_bytes(rest.take()?);
            let (of_stream, after) = rest.0.split_at(4 * *length as usize);
            rest.0 = after;
            Ok((state, words(of_stream).collect()))
        };
        let streams = lengths
            .iter()
            .map(&mut stream)
            .collect::<Result<_, CodingError>>()?;
        let shape = shape(kind, sizes).ok_or(CodingError::Damaged)?;
        Ok(Self {
            model,
            shape,
            unit,
            count,
            checksum,
            streams,
        })
    }
}

/// Reads a file of packed items; of something else, no more than its beginning.
///
/// # Errors
/// If it can't be read, is something else, or larger than any that is written.
pub fn read(mut input: impl Read) -> Result<Vec<u8>, CodingError> {
    let mut bytes = Vec::new();
    (&mut input).take(MAGIC.len() as u64).read_to_end(&mut bytes)?;
    if bytes != MAGIC {
        return Err(CodingError::Foreign);
    }
    (&mut input).take(MOST_BYTES).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(CodingError::TooLarge);
    }
    Ok(bytes)
}

/// What is left of a file.
struct Fields<'b>(&'b [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], CodingError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(CodingError::Damaged)?;
        self.0 = rest;
        Ok(*field)
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks().0.iter().map(|&word| u32::from_le_bytes(word))
}

fn sizes(shape: ItemShape) -> (u8, [u32; 3]) {
    let (kind, sizes) = match shape {
        ItemShape::Image {
            height,
            width,
            channels,
        } => (0, [height, width, channels]),
        ItemShape::Vector { features } => (1, [features, 0, 0]),
        ItemShape::Sequence { steps, features } => (2, [steps, features, 0]),
        ItemShape::Film {
            frames,
            height,
            width,
            channels,
        } => (2 + channels as u8, [frames, height, width]),
    };
    (kind, sizes.map(|size| size as u32))
}

fn shape(kind: u8, sizes: [u32; 3]) -> Option<ItemShape> {
    // So that no product of three overflows.
    if sizes.iter().any(|&size| size > 1 << 20) {
        return None;
    }
    let [first, second, third] = sizes.map(|size| size as usize);
    match (kind, second, third) {
        (0, width, channels) => Some(ItemShape::Image {
            height: first,
            width,
            channels,
        }),
        (1, 0, 0) => Some(ItemShape::Vector { features: first }),
        (2, features, 0) => Some(ItemShape::Sequence {
            steps: first,
            features,
        }),
        (3 | 5, height, width) => Some(ItemShape::Film {
            frames: first,
            height,
            width,
            channels: usize::from(kind) - 2,
        }),
        _ => None,
    }
}
