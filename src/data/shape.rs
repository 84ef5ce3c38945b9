//! What kind of item a data set has, and of what size: what decides how an item is drawn, and nothing else of the model.

use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

/// The kind and the size of every item of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        }
    }
}
