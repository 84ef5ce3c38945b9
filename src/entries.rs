//! The entries of a RON struct, each with its name and the text of its value, whatever they are.

use std::fmt;

use ron::error::SpannedError;
use ron::value::RawValue;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The entries of `(name: value, …)`, in order; each value is a part of `text`.
///
/// # Errors
/// If the text is something else.
pub fn of(text: &str) -> Result<Vec<(String, &RawValue)>, SpannedError> {
    ron::from_str::<Entries>(text).map(|entries| entries.0)
}

/// The struct `newer`, and of `older` what `newer` has no entries for; `newer` alone where one of them is no struct.
pub fn merged(newer: &RawValue, older: &RawValue) -> Box<RawValue> {
    let both = of(newer.get_ron()).ok().zip(of(older.get_ron()).ok());
    let text = both.map(|(mut entries, older)| {
        let is_new = |name: &str| !entries.iter().any(|(other, _)| other == name);
        let kept: Vec<_> = older.into_iter().filter(|(name, _)| is_new(name)).collect();
        entries.extend(kept);
        let entries = entries
            .iter()
            .map(|(name, value)| format!("{name}:{}", value.get_ron().trim()));
        format!("({})", entries.collect::<Vec<_>>().join(","))
    });
    let merged = text.and_then(|text| RawValue::from_boxed_ron(text.into_boxed_str()).ok());
    merged.unwrap_or_else(|| newer.to_owned())
}

/// The entries: `(name: value, …)`.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("entries in round brackets")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    entries.push((name, value));
                }
                Ok(entries)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
        }
        deserializer.deserialize_struct("", &[], Reader).map(Entries)
    }
}

/// The name of an entry, whatever it is.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name of an entry")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.into()))
            }
        }
        deserializer.deserialize_identifier(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        RawValue::from_ron(text).expect("RON")
    }

    #[test]
    fn what_the_newer_one_does_not_know_is_kept() {
        let merged = merged(
            raw("(a:1,b:[2])"),
            raw("( b: [9], glow: Deep(3, \"x\"), c: (d: 4) )"),
        );
        assert_eq!(merged.get_ron(), "(a:1,b:[2],glow:Deep(3, \"x\"),c:(d: 4))");
    }

    #[test]
    fn what_is_no_struct_is_replaced() {
        assert_eq!(merged(raw("(a:1)"), raw("[1, 2]")).get_ron(), "(a:1)");
        assert_eq!(merged(raw("3"), raw("(a:1)")).get_ron(), "3");
        assert!(of("(a: 1").is_err());
    }
}
