//! The sizes of convolutional layers.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::Layers;
use crate::kernels::Window;

/// Channels of a convolution that are accepted.
pub const CHANNELS_RANGE: RangeInclusive<usize> = 1..=512;
/// Numbers of convolutions that are accepted.
pub const CONVOLUTIONS_RANGE: RangeInclusive<usize> = 1..=8;
/// Rows and columns of a window that are accepted.
pub const KERNEL_RANGE: RangeInclusive<usize> = 1..=15;
/// Steps of a window that are accepted.
pub const STRIDE_RANGE: RangeInclusive<usize> = 1..=8;
/// Rows and columns of the images that convolutional networks are for.
pub const SIDE_RANGE: RangeInclusive<usize> = 8..=128;
/// The window of a residual block.
const RESIDUAL_KERNEL: usize = 3;

/// Which networks encoder and decoder are.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum FamilyKind {
    /// Fully connected layers, as in the paper.
    #[default]
    Mlp,
    /// Convolutions before them, which the decoder has transposed and in reverse: for images.
    Convolutional,
    /// A chain of latent variables over the steps of sequences, inferred by a recurrent layer (a deep Markov model).
    Markov,
}

/// The convolutional layers of an encoder; the decoder has them transposed and in reverse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convolutions {
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Channels of an image.
    pub colours: usize,
    /// Channels of every layer, the first one's first.
    pub channels: Layers,
    /// Rows and columns of the window.
    pub kernel: usize,
    /// Rows and columns from one window to the next.
    pub stride: usize,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionalLayer {
    /// What it moves over the maps that it reads.
    pub window: Window,
    /// Channels of the maps that it makes.
    pub channels: usize,
}

impl ConvolutionalLayer {
    /// The window of a residual block over the maps that it makes.
    pub fn residual_window(&self) -> Window {
        let (height, width) = self.window.places();
        Window {
            height,
            width,
            channels: self.channels,
            kernel: RESIDUAL_KERNEL,
            stride: 1,
        }
    }
}

impl Convolutions {
    /// Every layer, the one that reads the image first.
    pub fn layers(&self) -> Vec<ConvolutionalLayer> {
        let (mut height, mut width, mut channels) = (self.height, self.width, self.colours);
        let mut layer = |&to: &usize| {
            let window = Window {
                height,
                width,
                channels,
                kernel: self.kernel,
                stride: self.stride,
            };
            ((height, width), channels) = (window.places(), to);
            ConvolutionalLayer { window, channels: to }
        };
        self.channels.units().iter().map(&mut layer).collect()
    }

    /// Numbers of an item behind the last of them.
    pub fn flattened(&self) -> usize {
        let last = self.layers().pop();
        last.map_or(0, |layer| {
            let (height, width) = layer.window.places();
            height * width * layer.channels
        })
    }
}
