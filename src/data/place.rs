//! One item among all of a data set.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Part;

/// Where an item stands in its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemPlace {
    /// The part that it is in.
    pub part: Part,
    /// Its place there, counted from 0.
    pub item: usize,
}

impl ItemPlace {
    /// An item of the test set.
    pub fn test(item: usize) -> Self {
        let part = Part::Test;
        Self { part, item }
    }
}

/// As it is typed: `test:17`.
impl fmt::Display for ItemPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.part.name(), self.item)
    }
}
