//! The values of items as the data has them, before any scaling.

use super::stored::Stored;

/// Numbers, item after item.
#[derive(Debug, PartialEq)]
pub enum Values {
    /// Whole numbers up to 255.
    Bytes(Vec<u8>),
    /// Any numbers; a value that is missing is NaN.
    Floats(Vec<f32>),
    /// Numbers that stay in their file.
    Stored(Stored),
}

impl Values {
    /// Numbers of any kind: bytes where all are whole and up to 255, as integers of every width may be.
    pub fn of_numbers(numbers: Vec<f32>) -> Self {
        let is_byte = |&number: &f32| (0.0..=255.0).contains(&number) && number.fract() == 0.0;
        if numbers.iter().all(is_byte) {
            Self::Bytes(numbers.into_iter().map(|number| number as u8).collect())
        } else {
            Self::Floats(numbers)
        }
    }

    /// How many numbers there are, over all items.
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Floats(floats) => floats.len(),
            Self::Stored(stored) => stored.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every one is a whole number up to 255.
    pub fn are_bytes(&self) -> bool {
        match self {
            Self::Bytes(_) => true,
            Self::Floats(_) => false,
            Self::Stored(stored) => stored.white.is_some() || stored.element.is_byte(),
        }
    }

    /// Why an item could not be read, where values stay in their file.
    pub(super) fn fault(&self) -> Option<&str> {
        match self {
            Self::Stored(stored) => stored.fault.get().map(String::as_str),
            _ => None,
        }
    }

    /// Says which items will be read soon, where values stay in their file.
    pub(super) fn announce(&self, items: impl Iterator<Item = usize>) {
        if let Self::Stored(stored) = self {
            stored.announce(items);
        }
    }

    /// Writes the values of an item of `row.len()` numbers to `row`.
    pub fn fill(&self, item: usize, row: &mut [f32]) {
        let place = item * row.len()..(item + 1) * row.len();
        match self {
            Self::Bytes(bytes) => {
                for (value, &byte) in row.iter_mut().zip(&bytes[place]) {
                    *value = f32::from(byte);
                }
            }
            Self::Floats(floats) => row.copy_from_slice(&floats[place]),
            Self::Stored(stored) => stored.fill(item, row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_up_to_255_are_bytes() {
        assert_eq!(Values::of_numbers(vec![0.0, 255.0]), Values::Bytes(vec![0, 255]));
        for other in [256.0, -1.0, 0.5] {
            assert_eq!(
                Values::of_numbers(vec![0.0, other]),
                Values::Floats(vec![0.0, other])
            );
        }
        assert!(!Values::of_numbers(vec![1.0, f32::NAN]).are_bytes());
    }
}
