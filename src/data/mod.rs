//! What a model learns from: images as bytes, split into train and test, with labels where there are any.
//!
//! A [`Dataset`] keeps pixels as `u8` (MNIST: 55 MB) and hands out rows as `f32` in `[0, 1]` only for the data points
//! asked for. One file a format; [`mnist`] is the data set that travels inside the program.

mod binarisation;
pub mod mnist;

pub use binarisation::Binarisation;

use crate::nn::kernels;

/// Images of one size, split into train and test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The name that a session keeps, to find the data again: `mnist`.
    pub name: String,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// What the model is trained on.
    pub train: Split,
    /// What it is only measured on.
    pub test: Split,
}

/// One part of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Split {
    /// Pixels of all images, one image after the other, each row by row; 255 is white.
    pub pixels: Vec<u8>,
    /// One class label an image, or none at all.
    pub labels: Vec<u8>,
    /// Pixels of one image.
    pub pixels_per_image: usize,
}

/// Which part of a data set is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
pub enum Part {
    /// The points that the model is trained on.
    Train,
    /// The held-out points.
    Test,
}

impl Dataset {
    /// Pixels of one image: height times width.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// The train or the test split.
    pub fn split(&self, part: Part) -> &Split {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }
}

impl Split {
    /// How many data points there are.
    pub fn points(&self) -> usize {
        self.pixels.len() / self.pixels_per_image.max(1)
    }

    /// The bytes of image `index`.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * self.pixels_per_image..][..self.pixels_per_image]
    }

    /// Writes image `index` to `row` as intensities in `[0, 1]`.
    pub fn fill_row(&self, index: usize, row: &mut [f32]) {
        kernels::u8_to_unit(self.image(index), row);
    }

    /// The class label of image `index`, where the data has labels.
    pub fn label(&self, index: usize) -> Option<u8> {
        self.labels.get(index).copied()
    }
}
