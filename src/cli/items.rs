//! Items that a person names: of a session's data, of a file, or of standard input.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::ensure;

use super::say_notes;
use crate::data::{Dataset, Part, Split, file};
use crate::files::shown;

/// An item as it is typed: `test:17`, `train:3`, `FILE` (its first), `FILE:5` (its fifth), or `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ItemName {
    /// Of the session's data, counted from 0 as on the screen.
    Of(Part, usize),
    /// Of a file, counted from 0.
    InFile(String, usize),
}

impl FromStr for ItemName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = |name: &str| Part::BOTH.into_iter().find(|part| part.name() == name);
        match text.rsplit_once(':') {
            Some((name, number)) if part(name).is_some() => {
                let item = number
                    .parse()
                    .map_err(|_| format!("{number:?} is no number of an item"))?;
                Ok(Self::Of(part(name).unwrap_or(Part::Test), item))
            }
            // A name may have a colon of its own.
            Some((name, number)) if !Path::new(text).exists() => match number.parse::<usize>() {
                Ok(number) if number > 0 => Ok(Self::InFile(name.into(), number - 1)),
                _ => Err(format!(
                    "{text:?} names no item: it would be test:17, train:3, FILE, FILE:5 for its fifth, or -"
                )),
            },
            _ if text.is_empty() => Err("an item has a name".into()),
            _ => Ok(Self::InFile(text.into(), 0)),
        }
    }
}

/// An item with the data that it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Item {
    data: Arc<Dataset>,
    part: Part,
    /// Its place in its part.
    pub index: usize,
    /// As it was named.
    pub name: String,
}

impl Item {
    /// The part of the data that it is in.
    pub(super) fn split(&self) -> &Split {
        self.data.split(self.part)
    }

    /// The name of its class, where the data has labels.
    pub(super) fn class(&self) -> Option<&str> {
        self.data.class(self.part, self.index)
    }
}

/// Finds items; a file is read once.
pub(super) struct Items {
    data: Arc<Dataset>,
    files: BTreeMap<String, Arc<Dataset>>,
}

impl Items {
    /// Of a session with this data, whose model only takes items like those.
    pub(super) fn new(data: Arc<Dataset>) -> Self {
        Self {
            data,
            files: BTreeMap::new(),
        }
    }

    /// The item of that name.
    ///
    /// # Errors
    /// If there is no such item, or a file can't be read or has items of another kind or size.
    pub(super) fn find(&mut self, name: &ItemName) -> anyhow::Result<Item> {
        let (data, part, index, file) = match name {
            ItemName::Of(part, index) => (self.data.clone(), *part, *index, part.name()),
            ItemName::InFile(file, index) => (self.file(file)?, Part::Test, *index, file.as_str()),
        };
        let count = data.split(part).points();
        ensure!(
            index < count,
            "{} has {count} items, so there is no item {}",
            shown(Path::new(file)),
            if matches!(name, ItemName::Of(..)) {
                format!("{index} (they are counted from 0)")
            } else {
                (index + 1).to_string()
            }
        );
        let name = match name {
            ItemName::Of(part, index) => format!("{}:{index}", part.name()),
            ItemName::InFile(file, index) => format!("{}:{}", shown(Path::new(file)), index + 1),
        };
        Ok(Item {
            data,
            part,
            index,
            name,
        })
    }

    /// All items of a file, as the test part of data of its own.
    ///
    /// # Errors
    /// If it can't be read or has items of another kind or size.
    pub(super) fn file(&mut self, name: &str) -> anyhow::Result<Arc<Dataset>> {
        if let Some(data) = self.files.get(name) {
            return Ok(data.clone());
        }
        let data = file::items_like(&self.data, Path::new(name))?;
        say_notes(&data.notes);
        let data = Arc::new(data);
        self.files.insert(name.into(), data.clone());
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_named_by_part_or_file() {
        for (text, expected) in [
            ("test:17", ItemName::Of(Part::Test, 17)),
            ("train:0", ItemName::Of(Part::Train, 0)),
            ("faces.idx", ItemName::InFile("faces.idx".into(), 0)),
            ("a/b.idx:5", ItemName::InFile("a/b.idx".into(), 4)),
            ("-", ItemName::InFile("-".into(), 0)),
            ("-:3", ItemName::InFile("-".into(), 2)),
        ] {
            assert_eq!(ItemName::from_str(text), Ok(expected), "{text}");
        }
        for text in ["", "test:", "test:-1", "train:x", "a.idx:0", "a.idx:", "a.idx:-3"] {
            assert!(ItemName::from_str(text).is_err(), "{text}");
        }
    }
}
