//! Many `f32` or `f16` in one string: little-endian bytes and their CRC-32 in base64. Lossless, and a damaged digit shows.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use half::f16;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Numbers that are written as one string.
#[derive(Clone, Debug, PartialEq)]
pub struct Floats(pub Vec<f32>);

/// The same of numbers in half precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Halves(pub Arc<[f16]>);

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0.iter().flat_map(|value| value.to_le_bytes()), serializer)
    }
}

impl<'de> Deserialize<'de> for Floats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, f32::from_le_bytes).map(Self)
    }
}

impl Serialize for Halves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0.iter().flat_map(|value| value.to_le_bytes()), serializer)
    }
}

impl<'de> Deserialize<'de> for Halves {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, f16::from_le_bytes).map(|values| Self(values.into()))
    }
}

/// Writes bytes and their checksum.
fn write<S: Serializer>(bytes: impl Iterator<Item = u8>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes: Vec<u8> = bytes.collect();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    serializer.serialize_str(&BASE64_STANDARD_NO_PAD.encode(bytes))
}

/// Reads numbers of `N` bytes each, if the checksum fits them.
fn read<'de, D: Deserializer<'de>, const N: usize, T>(
    deserializer: D,
    number: fn([u8; N]) -> T,
) -> Result<Vec<T>, D::Error> {
    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
    let bytes = BASE64_STANDARD_NO_PAD
        .decode(text.as_bytes())
        .map_err(|_| D::Error::custom("some numbers are not in base64"))?;
    let Some((bytes, checksum)) = bytes.split_last_chunk::<4>() else {
        return Err(D::Error::custom("numbers without a checksum"));
    };
    if crc32fast::hash(bytes) != u32::from_le_bytes(*checksum) {
        return Err(D::Error::custom("the checksum of some numbers does not fit them"));
    }
    let (values, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(D::Error::custom("numbers that end in the middle of one"));
    }
    Ok(values.iter().map(|bytes| number(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_bit_pattern_comes_back(bits in proptest::collection::vec(any::<u32>(), 0..50)) {
            let floats = Floats(bits.iter().map(|&bits| f32::from_bits(bits)).collect());
            let text = ron::to_string(&floats).expect("a string");
            let back: Floats = ron::from_str(&text).expect("the same string");
            prop_assert_eq!(back.0.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), bits);
        }

        #[test]
        fn every_half_comes_back(bits in proptest::collection::vec(any::<u16>(), 0..50)) {
            let halves = Halves(bits.iter().map(|&bits| f16::from_bits(bits)).collect());
            let text = ron::to_string(&halves).expect("a string");
            let back: Halves = ron::from_str(&text).expect("the same string");
            prop_assert_eq!(back.0.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), bits);
        }

        #[test]
        fn one_changed_digit_is_refused(position in 1_usize..20, digit in "[A-Za-z0-9+/]") {
            let text = ron::to_string(&Floats(vec![1.5, -2.25, 1e-30])).expect("a string");
            let mut damaged = text.clone();
            damaged.replace_range(position..=position, &digit);
            prop_assume!(damaged != text);
            prop_assert!(ron::from_str::<Floats>(&damaged).is_err());
        }
    }
}
