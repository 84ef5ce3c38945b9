//! Lossless compression by a trained model: bits-back coding (Townsend, Bird and Barber 2019, arXiv 1901.04866) with an
//! asymmetric numeral system.
//!
//! An item goes onto a [stack] in three moves: its latent variables are popped by `q(z|x)`, its pixels are pushed by
//! `p(x|z)`, the latent variables are pushed by `p(z)`. The first gives bits back that the items before it have taken, so that
//! an item costs `log q(z|x) - log p(x, z)` nats: on average the lower bound with its sign turned. To unpack, every move is
//! undone in reverse.
//!
//! That works only if whoever unpacks computes the same numbers to the last bit: [`network`] has arithmetic that does, and
//! [`frequencies`] the rule by which its results become whole numbers.

mod container;
mod cumulative;
mod frequencies;
mod items;
mod latent;
mod likelihood;
mod network;
mod stack;
#[cfg(test)]
mod tests;

pub use container::read;
pub use items::Items;

use rayon::prelude::*;
use thiserror::Error;

use crate::choices::Choose;
use crate::data::Split;
use crate::model::Vae;
use container::Container;
use latent::{Buckets, Prior};
use likelihood::PixelCoder;
use network::Network;
use stack::Stack;

/// Items that share a stream: streams are what threads work on side by side, and each begins with start-up bits.
const ITEMS_PER_STREAM: usize = 1_250;
/// The most that the items of one file may take: 4 GiB.
const MOST_BYTES: u64 = 4 << 30;

/// Items can't be packed or unpacked. What is said of a file begins with "it".
#[derive(Debug, Error)]
pub enum CodingError {
    /// Markov chains find the posterior.
    #[error("the model has no encoder, whose posterior gives bits back")]
    NoEncoder,
    /// The prior is learned, or a flow follows the posterior.
    #[error(
        "the model's latent variables are not those that packing knows: a prior N(0, I) and posteriors that are Gaussians"
    )]
    OtherLatents,
    /// There is more between the layers than their nonlinearity, or the layers are others.
    #[error(
        "the model's networks are not plain fully connected layers, which are the only ones that packing computes: train one with \
         neither normalisation nor residual blocks"
    )]
    OtherNetworks,
    /// A weight or a bias is no number.
    #[error("a parameter of the {part} is not finite")]
    NotFinite {
        /// Encoder or decoder.
        part: String,
    },
    /// The likelihood has no probabilities for bytes.
    #[error(
        "the likelihood {likelihood} gives bytes no probabilities; bernoulli (for black and white), beta-binomial, \
         discretised-logistic and categorical with 256 classes do"
    )]
    Likelihood {
        /// Its word.
        likelihood: &'static str,
    },
    /// The items have other values.
    #[error("the items are not bytes, which are what is packed")]
    NoBytes,
    /// Items of another size than the model's.
    #[error("the items have {found} numbers each, but the model has {expected}")]
    OtherShape {
        /// Numbers of an item.
        found: usize,
        /// Numbers that the model has.
        expected: usize,
    },
    /// Somebody wished so.
    #[error("it was broken off")]
    BrokenOff,
    /// There is nothing to pack.
    #[error("there are no items")]
    NoItems,
    /// A black-and-white model is given grey items.
    #[error(
        "item {item} has the value {value} at number {number}, neither 0 nor {white}: a Bernoulli model packs black and white, \
         and was trained on grey values as they are; one trained with --binarisation static makes items black and white"
    )]
    Grey {
        /// Its place among the items.
        item: usize,
        /// The place within it.
        number: usize,
        /// The third value.
        value: u8,
        /// The largest value of all items.
        white: u8,
    },
    /// A file of another kind.
    #[error("it is no file that vae-tui compress wrote")]
    Foreign,
    /// A file of another version.
    #[error("it is in version {found} of the format, but version {read} is read")]
    Version {
        /// The file's.
        found: u16,
        /// This program's.
        read: u16,
    },
    /// Bytes are missing, or there are too many.
    #[error("it has {found} bytes, but {expected} belong to it as it begins: it was cut or changed")]
    Cut {
        /// Bytes by its header.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// Bytes are others than were written.
    #[error("it is damaged: its checksum does not fit its bytes")]
    Damaged,
    /// The file was made with another model.
    #[error(
        "it was packed with the model {packed:08x}, but this is {present:08x}: only the same model unpacks it"
    )]
    OtherModel {
        /// Identity of the model that it was packed with.
        packed: u32,
        /// Identity of the model at hand.
        present: u32,
    },
    /// What was unpacked is something else than was packed.
    #[error("what it unpacks to does not fit the checksum of what was packed, so nothing is written")]
    OtherItems,
    /// There is more than is read.
    #[error("it is larger than the 4 GiB that are read")]
    TooLarge,
    /// There is not enough memory for the items.
    #[error("there is not enough memory for the items that it claims")]
    Memory(#[from] std::collections::TryReserveError),
    /// The file can't be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A model as packing and unpacking use it.
pub struct Codec {
    network: Network,
    pixel_coder: PixelCoder,
    buckets: Buckets,
    identity: u32,
    numbers: usize,
    latent: usize,
}

/// Packed items and what they took.
pub struct Packed {
    /// The file.
    pub bytes: Vec<u8>,
    /// Streams that the items are divided among.
    pub streams: usize,
    /// Bits that the streams began with, all of them together: the first item of each had none to be given back from.
    pub start_up_bits: u64,
}

impl Codec {
    /// Prepares `model`.
    ///
    /// # Errors
    /// If bytes have no probabilities under it, or it has no encoder or other networks than fully connected ones.
    pub fn new(model: &Vae) -> Result<Self, CodingError> {
        let architecture = model.architecture();
        Ok(Self {
            pixel_coder: PixelCoder::of(architecture)?,
            network: Network::of(model)?,
            buckets: Buckets::new(),
            identity: identity(model),
            numbers: architecture.pixels,
            latent: architecture.latent,
        })
    }

    /// Whether items must be black and white.
    pub fn is_black_and_white(&self) -> bool {
        matches!(self.pixel_coder, PixelCoder::Bernoulli)
    }

    /// Packs `items`, on the threads of the pool it is called in; `packed` hears of every item that is done, and says whether
    /// to go on. The bytes do not depend on the number of threads.
    ///
    /// # Errors
    /// If there are no items, they don't fit the model, or it was not to go on.
    pub fn pack(&self, items: &Items, packed: impl Fn() -> bool + Sync) -> Result<Packed, CodingError> {
        let (symbols, unit) = self.symbols(items)?;
        let count = items.count();
        let stacks: Option<Vec<Stack>> = symbols
            .par_chunks(ITEMS_PER_STREAM * self.numbers)
            .enumerate()
            .map(|(stream, symbols)| {
                let mut stack = Stack::new(stream as u64);
                for item in symbols.chunks_exact(self.numbers) {
                    self.push(&mut stack, item);
                    if !packed() {
                        return None;
                    }
                }
                Some(stack)
            })
            .collect();
        let stacks = stacks.ok_or(CodingError::BrokenOff)?;
        let start_up_bits = stacks.iter().map(Stack::start_up_bits).sum();
        let container = Container {
            model: self.identity,
            shape: items.shape,
            unit,
            count: count as u64,
            checksum: crc32fast::hash(&items.bytes),
            streams: stacks.into_iter().map(Stack::into_parts).collect(),
        };
        Ok(Packed {
            bytes: container.bytes(),
            streams: container.streams.len(),
            start_up_bits,
        })
    }

    /// Unpacks what [`pack`](Self::pack) made with the same model, on the threads of the pool it is called in; `started`
    /// hears how many items there are, `unpacked` of every one that is done.
    ///
    /// # Errors
    /// If `file` is something else, was cut or changed, or was made with another model; wrong items are never returned.
    pub fn unpack(
        &self,
        file: &[u8],
        started: impl FnOnce(u64),
        unpacked: impl Fn() + Sync,
    ) -> Result<Items, CodingError> {
        let container = Container::parse(file)?;
        if container.model != self.identity {
            return Err(CodingError::OtherModel {
                packed: container.model,
                present: self.identity,
            });
        }
        let Container {
            shape, unit, count, ..
        } = container;
        if shape.numbers() != self.numbers {
            return Err(CodingError::OtherShape {
                found: shape.numbers(),
                expected: self.numbers,
            });
        }
        let size = count.checked_mul(self.numbers as u64);
        if size.is_none_or(|size| size > MOST_BYTES) {
            return Err(CodingError::TooLarge);
        }
        let streams = container.streams.len();
        if streams != (count as usize).div_ceil(ITEMS_PER_STREAM)
            || self.pixel_coder.most().checked_mul(unit).is_none()
        {
            return Err(CodingError::OtherItems);
        }
        started(count);
        let parts = container
            .streams
            .into_par_iter()
            .enumerate()
            .map(|(stream, (state, words))| {
                let count = (count as usize - stream * ITEMS_PER_STREAM).min(ITEMS_PER_STREAM);
                let mut stack = Stack::from_parts(state, words);
                let mut items = Vec::new();
                for _ in 0..count {
                    items.try_reserve(self.numbers)?;
                    self.pop(&mut stack, &mut items);
                    unpacked();
                }
                if !stack.began_with(stream as u64) {
                    return Err(CodingError::OtherItems);
                }
                Ok(items)
            });
        let parts = parts.collect::<Result<Vec<Vec<u8>>, CodingError>>()?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(count as usize * self.numbers)?;
        for mut part in parts {
            // The item that was pushed last was popped first.
            in_reverse(&mut part, self.numbers);
            bytes.extend(part.iter().map(|symbol| symbol * unit));
        }
        if crc32fast::hash(&bytes) != container.checksum {
            return Err(CodingError::OtherItems);
        }
        Ok(Items { shape, bytes })
    }

    /// `items` as the model sees them, to measure its bound on what is packed.
    ///
    /// # Errors
    /// As [`pack`](Self::pack) has them.
    pub fn seen(&self, items: &Items) -> Result<Split, CodingError> {
        let (mut symbols, _) = self.symbols(items)?;
        let white = u8::MAX / self.pixel_coder.most();
        symbols.iter_mut().for_each(|symbol| *symbol *= white);
        Ok(Split::of_bytes(symbols, Vec::new(), self.numbers))
    }

    /// A symbol for every byte, and the byte that one step of a symbol is.
    fn symbols(&self, items: &Items) -> Result<(Vec<u8>, u8), CodingError> {
        if items.shape.numbers() != self.numbers {
            return Err(CodingError::OtherShape {
                found: items.shape.numbers(),
                expected: self.numbers,
            });
        }
        if items.count() == 0 {
            return Err(CodingError::NoItems);
        }
        let unit = if self.is_black_and_white() {
            items.white()?
        } else {
            1
        };
        Ok((items.bytes.iter().map(|byte| byte / unit).collect(), unit))
    }

    /// Puts an item on the stack.
    fn push(&self, stack: &mut Stack, symbols: &[u8]) {
        let moments = self.network.encode(&self.values(symbols));
        let (means, log_variances) = moments.split_at(self.latent);
        let buckets: Vec<u32> = means
            .iter()
            .zip(log_variances)
            .map(|(&mean, &log_variance)| stack.pop(&self.buckets.posterior(mean, log_variance)))
            .collect();
        let decoded = self.network.decode(&self.middles(&buckets));
        self.pixel_coder.push(stack, &decoded, symbols);
        buckets
            .iter()
            .rev()
            .for_each(|&bucket| stack.push(bucket, &Prior));
    }

    /// Takes the item from the top of the stack and appends it to `items`.
    fn pop(&self, stack: &mut Stack, items: &mut Vec<u8>) {
        let buckets: Vec<u32> = (0..self.latent).map(|_| stack.pop(&Prior)).collect();
        let decoded = self.network.decode(&self.middles(&buckets));
        let before = items.len();
        items.resize(before + self.numbers, 0);
        let symbols = &mut items[before..];
        self.pixel_coder.pop(stack, &decoded, symbols);
        let moments = self.network.encode(&self.values(symbols));
        let (means, log_variances) = moments.split_at(self.latent);
        let moments = buckets.iter().zip(means).zip(log_variances);
        for ((&bucket, &mean), &log_variance) in moments.rev() {
            stack.push(bucket, &self.buckets.posterior(mean, log_variance));
        }
    }

    /// The numbers that the encoder sees of an item, from 0 to 1.
    fn values(&self, symbols: &[u8]) -> Vec<f32> {
        let most = f32::from(self.pixel_coder.most());
        symbols.iter().map(|&symbol| f32::from(symbol) / most).collect()
    }

    fn middles(&self, buckets: &[u32]) -> Vec<f32> {
        buckets
            .iter()
            .map(|&bucket| self.buckets.middle(bucket))
            .collect()
    }
}

/// Turns the order of items of `size` bytes around.
fn in_reverse(items: &mut [u8], size: usize) {
    items.reverse();
    items.chunks_exact_mut(size).for_each(<[u8]>::reverse);
}

/// CRC-32 of everything that decides what a model says: its architecture, and the name, the sizes and the values of every
/// parameter.
fn identity(model: &Vae) -> u32 {
    let architecture = model.architecture();
    let mut hasher = crc32fast::Hasher::new();
    for word in [architecture.activation.word(), architecture.likelihood.word()] {
        hasher.update(word.as_bytes());
    }
    for named in model.parameters() {
        hasher.update(named.name.as_bytes());
        for size in named.parameter.sizes() {
            hasher.update(&(size as u64).to_le_bytes());
        }
        for value in named.parameter.values() {
            hasher.update(&value.to_le_bytes());
        }
    }
    hasher.finalize()
}
