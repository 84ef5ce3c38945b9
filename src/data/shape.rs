//! What kind of item a data set has, and of what size: what decides how an item is drawn, and nothing else of the model.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::found::MOST_NUMBERS;
use super::{ImageLayout, ReadingRules};

/// The kind and the size of every item of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ItemShape {
    /// An image, row by row; the channels of a pixel follow one another.
    Image {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// 1 for grey, 3 for red, green and blue.
        channels: usize,
    },
    /// Features without an order in space or time.
    Vector {
        /// How many.
        features: usize,
    },
    /// Features at every step of time, step by step. A shorter sequence ends in zeros.
    Sequence {
        /// Steps of the longest sequence.
        steps: usize,
        /// Features at each step.
        features: usize,
    },
    /// Images that follow one another, each as an image by itself. A shorter film ends in black ones.
    Film {
        /// Images of the longest film.
        frames: usize,
        /// Rows of each.
        height: usize,
        /// Columns of each.
        width: usize,
        /// 1 for grey, 3 for red, green and blue.
        channels: usize,
    },
}

impl ItemShape {
    /// A grey image.
    pub fn grey(height: usize, width: usize) -> Self {
        Self::Image {
            height,
            width,
            channels: 1,
        }
    }

    /// Rows and columns of the picture of an item.
    pub fn picture(self) -> (usize, usize) {
        match self {
            Self::Image { height, width, .. } => (height, width),
            Self::Vector { features } => (1, features),
            Self::Sequence { steps, features } => (features, steps),
            Self::Film {
                frames,
                height,
                width,
                ..
            } => (height, frames * width),
        }
    }

    /// The shape of items that an array of more than one dimension holds, its first dimension the items: of `sizes` the
    /// others. The shape that a person states decides where it has as many numbers; else two sizes are rows and columns of grey
    /// images, three those of images with channels, which come last or first by the rules, and one the pixels of a square image where
    /// it can be, else features.
    ///
    /// # Errors
    /// If they are no such sizes, or the stated shape does not fit; the sentence begins with "it".
    pub fn of_sizes(sizes: &[usize], rules: &ReadingRules) -> Result<Self, String> {
        let numbers = sizes
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size));
        if let Some(wish) = rules.shape
            && wish.steps() > 0
            && sizes.first() == Some(&wish.steps())
            && numbers == wish.checked_numbers()
        {
            return Ok(wish);
        }
        let is_first = rules.layout == ImageLayout::ChannelsFirst;
        let found = match *sizes {
            [numbers] => {
                let side = numbers.isqrt();
                if side * side == numbers {
                    Self::grey(side, side)
                } else {
                    Self::Vector { features: numbers }
                }
            }
            [height, width] => Self::grey(height, width),
            [height, width, channels @ (1 | 3)] if !is_first => Self::Image {
                height,
                width,
                channels,
            },
            [channels @ (1 | 3), height, width] if is_first => Self::Image {
                height,
                width,
                channels,
            },
            _ => {
                let hint = match sizes {
                    [1 | 3, _, _] => "; --layout channels-first reads (images, channels, rows, columns)",
                    _ => "",
                };
                return Err(format!(
                    "its array has {} dimension(s) of sizes {sizes:?} after the first, but 1 to 3 are needed: (items, features), \
                     (images, rows, columns), or (images, rows, columns, 1 or 3 channels){hint}",
                    sizes.len()
                ));
            }
        };
        match rules.shape {
            Some(wish) if Some(wish.numbers()) != found.checked_numbers() => {
                Err(format!("it has {found}, which can't be {wish}"))
            }
            Some(wish) => Ok(wish),
            None => Ok(found),
        }
    }

    /// What items are called, many and one.
    fn nouns(self) -> [&'static str; 2] {
        match self {
            Self::Image { .. } => ["images", "image"],
            Self::Vector { .. } => ["vectors", "vector"],
            Self::Sequence { .. } | Self::Film { .. } => ["sequences", "sequence"],
        }
    }

    /// What items are called: images, vectors or sequences.
    pub fn noun(self) -> &'static str {
        self.nouns()[0]
    }

    /// What one item is called.
    pub fn noun_of_one(self) -> &'static str {
        self.nouns()[1]
    }

    /// As a person types it: `28x28`, `32x32x3`, `64`.
    pub fn typed(self) -> String {
        match self {
            Self::Image {
                height,
                width,
                channels: 1,
            } => format!("{height}x{width}"),
            Self::Image {
                height,
                width,
                channels,
            } => format!("{height}x{width}x{channels}"),
            Self::Vector { features } => features.to_string(),
            Self::Sequence { steps, features } => format!("{steps}:{features}"),
            Self::Film { frames, .. } => format!("{frames}:{}", self.of_step().typed()),
        }
    }

    /// The numbers that an item has, if that is a number at all: for sizes that a file claims.
    pub fn checked_numbers(self) -> Option<usize> {
        match self {
            Self::Image {
                height,
                width,
                channels,
            } => height.checked_mul(width)?.checked_mul(channels),
            Self::Vector { features } => Some(features),
            Self::Sequence { steps, features } => steps.checked_mul(features),
            Self::Film {
                frames,
                height,
                width,
                channels,
            } => frames
                .checked_mul(height)?
                .checked_mul(width)?
                .checked_mul(channels),
        }
    }

    /// Sequences of so many steps each of which is what this is; none of what has steps already.
    pub fn in_sequences(self, steps: usize) -> Option<Self> {
        match self {
            Self::Vector { features } => Some(Self::Sequence { steps, features }),
            Self::Image {
                height,
                width,
                channels,
            } => Some(Self::Film {
                frames: steps,
                height,
                width,
                channels,
            }),
            Self::Sequence { .. } | Self::Film { .. } => None,
        }
    }

    /// What every step of a sequence is; an item without steps is its only one.
    pub fn of_step(self) -> Self {
        match self {
            Self::Sequence { features, .. } => Self::Vector { features },
            Self::Film {
                height,
                width,
                channels,
                ..
            } => Self::Image {
                height,
                width,
                channels,
            },
            other => other,
        }
    }

    /// The same sequences with so many steps; what has none as it is.
    pub fn with_steps(self, steps: usize) -> Self {
        self.of_step()
            .in_sequences(steps)
            .filter(|_| self.steps() > 0)
            .unwrap_or(self)
    }

    /// The steps of a sequence with its padding; 0 where items are none.
    pub fn steps(self) -> usize {
        match self {
            Self::Sequence { steps, .. } | Self::Film { frames: steps, .. } => steps,
            Self::Image { .. } | Self::Vector { .. } => 0,
        }
    }

    /// The numbers that an item has.
    pub fn numbers(self) -> usize {
        match self {
            Self::Image {
                height,
                width,
                channels,
            } => height * width * channels,
            Self::Vector { features } => features,
            Self::Sequence { steps, features } => steps * features,
            Self::Film {
                frames,
                height,
                width,
                channels,
            } => frames * height * width * channels,
        }
    }
}

impl Display for ItemShape {
    fn fmt(&self, formatter: &mut Formatter) -> std::fmt::Result {
        match self {
            Self::Image {
                height,
                width,
                channels: 1,
            } => write!(formatter, "images of {height} x {width} pixels"),
            Self::Image {
                height,
                width,
                channels,
            } => write!(
                formatter,
                "images of {height} x {width} pixels in {channels} channels"
            ),
            Self::Vector { features } => write!(formatter, "vectors of {features} features"),
            Self::Sequence { steps, features } => {
                write!(
                    formatter,
                    "sequences of up to {steps} steps of {features} features"
                )
            }
            Self::Film { frames, .. } => write!(formatter, "sequences of up to {frames} {}", self.of_step()),
        }
    }
}

/// What is no shape as it is typed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a shape is 28x28 or 32x32x3 for images, 64 for vectors, 100:3 for sequences of 100 steps of 3 features, or 20:28x28 for \
     sequences of 20 images"
)]
pub struct NoShape;

impl FromStr for ItemShape {
    type Err = NoShape;

    fn from_str(text: &str) -> Result<Self, NoShape> {
        let size = |text: &str| {
            text.trim()
                .parse()
                .ok()
                .filter(|&size: &usize| size > 0)
                .ok_or(NoShape)
        };
        let shape = if let Some((steps, of_step)) = text.split_once(':') {
            let steps = size(steps)?;
            let of_step: Self = of_step.parse()?;
            of_step.in_sequences(steps).ok_or(NoShape)?
        } else {
            let sizes = text
                .split('x')
                .map(size)
                .collect::<Result<Vec<usize>, NoShape>>()?;
            match sizes[..] {
                [features] => Self::Vector { features },
                [height, width] => Self::grey(height, width),
                [height, width, channels @ (1 | 3)] => Self::Image {
                    height,
                    width,
                    channels,
                },
                _ => return Err(NoShape),
            }
        };
        let numbers = shape.checked_numbers().ok_or(NoShape)?;
        if numbers > MOST_NUMBERS {
            Err(NoShape)
        } else {
            Ok(shape)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_read_as_they_are_typed() {
        for text in ["28x28", "32x32x3", "64", "100:3", "20:28x20", "5:8x8x3"] {
            assert_eq!(text.parse().map(ItemShape::typed), Ok(text.to_owned()));
        }
        for wrong in [
            "",
            "x",
            "28x",
            "0x3",
            "3x3x2",
            "2x2x2x2",
            "1:2:3",
            "-4",
            "99999x99999",
        ] {
            assert_eq!(wrong.parse::<ItemShape>(), Err(NoShape), "{wrong}");
        }
    }

    #[test]
    fn an_array_has_the_shape_of_its_sizes_or_the_one_that_a_person_wishes() {
        let of = |sizes: &[usize], wish: Option<&str>| {
            let rules = ReadingRules {
                shape: wish.map(|wish| wish.parse().unwrap()),
                ..ReadingRules::default()
            };
            ItemShape::of_sizes(sizes, &rules).map(ItemShape::typed)
        };
        let first = ReadingRules {
            layout: ImageLayout::ChannelsFirst,
            ..ReadingRules::default()
        };
        let colour = ItemShape::of_sizes(&[3, 8, 4], &first);
        assert_eq!(colour.map(ItemShape::typed).as_deref(), Ok("8x4x3"));
        assert!(
            of(&[3, 8, 4], None)
                .unwrap_err()
                .ends_with("--layout channels-first reads (images, channels, rows, columns)")
        );
        assert_eq!(of(&[16], None).unwrap(), "4x4");
        assert_eq!(of(&[15], None).unwrap(), "15");
        assert_eq!(of(&[8, 2, 3], None).unwrap(), "8x2x3");
        assert_eq!(of(&[8, 2, 5], Some("8:10")).unwrap(), "8:10");
        assert_eq!(of(&[9, 4, 2, 3], Some("9:4x2x3")).unwrap(), "9:4x2x3");
        assert!(of(&[9, 4, 2], Some("8:9")).is_err());
        assert_eq!(of(&[16], Some("2x8")).unwrap(), "2x8");
        assert_eq!(of(&[4, 4], Some("16")).unwrap(), "16");
        assert!(of(&[16], Some("3x3")).unwrap_err().contains("can't be"));
        assert!(of(&[1, 2, 2], None).unwrap_err().contains("dimension"));
    }
}
