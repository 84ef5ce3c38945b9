//! The hidden layers of a network, as a person writes them: `500`, or `500-200`.

use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Hidden sizes that are accepted.
pub const HIDDEN_RANGE: RangeInclusive<usize> = 1..=4096;
/// Numbers of hidden layers that are accepted.
pub const DEPTH_RANGE: RangeInclusive<usize> = 1..=16;

/// The hidden units of every layer, in the order in which the encoder has them; the decoder has them in reverse.
///
/// One layer is written as its number, so that files which know of one layer only stay what they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers(Vec<usize>);

impl Layers {
    /// These layers.
    pub fn new(units: Vec<usize>) -> Self {
        Self(units)
    }

    /// The units of every layer, seen from the pixels.
    pub fn units(&self) -> &[usize] {
        &self.0
    }
}

impl From<usize> for Layers {
    fn from(units: usize) -> Self {
        Self(vec![units])
    }
}

impl fmt::Display for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, units) in self.0.iter().enumerate() {
            write!(f, "{}{units}", if index == 0 { "" } else { "-" })?;
        }
        Ok(())
    }
}

impl Serialize for Layers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0[..] {
            [one] => one.serialize(serializer),
            _ => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Layers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrList)
    }
}

struct NumberOrList;

impl<'de> Visitor<'de> for NumberOrList {
    type Value = Layers;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a number of hidden units, or a list of them")
    }

    fn visit_u64<E: Error>(self, units: u64) -> Result<Layers, E> {
        usize::try_from(units).map(Layers::from).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Layers, A::Error> {
        let mut units = Vec::new();
        while let Some(one) = list.next_element()? {
            if units.len() == *DEPTH_RANGE.end() {
                return Err(A::Error::custom("too many hidden layers"));
            }
            units.push(one);
        }
        Ok(Layers(units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_layer_is_written_as_its_number_and_several_as_a_list() {
        for (layers, text) in [
            (Layers::from(500), "500"),
            (Layers::new(vec![500, 20]), "[500,20]"),
        ] {
            assert_eq!(ron::to_string(&layers).expect("numbers"), text);
            assert_eq!(ron::from_str::<Layers>(text), Ok(layers.clone()));
            assert_eq!(serde_json::to_string(&layers).expect("numbers"), text);
            assert_eq!(serde_json::from_str::<Layers>(text).expect("numbers"), layers);
        }
        assert_eq!(Layers::new(vec![500, 20]).to_string(), "500-20");
        for wrong in ["-5", "\"wide\"", "[1, -2]", "1.5", "()"] {
            assert!(ron::from_str::<Layers>(wrong).is_err(), "{wrong}");
        }
        let deep = format!("[{}]", "1,".repeat(1_000));
        assert!(ron::from_str::<Layers>(&deep).is_err());
    }
}
