//! Named dimensions: the type says what an axis means, the value how long it is.
//!
//! dfdx's [`Dim`] is an open trait, so `Tensor<(Batch, Pixels), f32, Cpu>` and `Tensor<(Batch, Latent), f32, Cpu>`
//! are different types while `Latent(20)` is still chosen at run time. Handing pixels to a layer that reads latent
//! variables does not compile (see `Decoder` in the model room).

use dfdx::shapes::Dim;

macro_rules! dimension {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub usize);

        impl Dim for $name {
            fn size(&self) -> usize {
                self.0
            }
            fn from_size(size: usize) -> Option<Self> {
                Some(Self(size))
            }
        }
    };
}

dimension!(
    /// Rows of a matrix: one data point (or one posterior sample of one) each.
    Batch
);
dimension!(
    /// Pixels of an image, row by row.
    Pixels
);
dimension!(
    /// Hidden units of an encoder or decoder.
    Hidden
);
dimension!(
    /// Latent dimensions `N_z`.
    Latent
);
dimension!(
    /// Classes of data points.
    Classes
);
dimension!(
    /// Latent dimensions that are not the classes'.
    Style
);
dimension!(
    /// What a decoder says of a row of pixels: some numbers for each.
    Outputs
);

dimension!(
    /// Values of one step of a sequence.
    Features
);

/// Those of `A`, and those of `B` behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Joined<A, B>(pub A, pub B);

impl<A: Dim, B: Dim> Dim for Joined<A, B> {
    fn size(&self) -> usize {
        self.0.size() + self.1.size()
    }
    /// None: a size does not say where the one ends and the other begins.
    fn from_size(_: usize) -> Option<Self> {
        None
    }
}
dimension!(
    /// Rows of feature maps.
    Height
);
dimension!(
    /// Columns of feature maps.
    Width
);
dimension!(
    /// Channels of a place of feature maps.
    Channels
);
dimension!(
    /// Numbers of a patch of feature maps: row by row, the channels of a place beside one another.
    Patch
);
dimension!(
    /// Feature maps of an item in one row: row by row, the channels of a place beside one another.
    Flattened
);

/// One more than `D`: the inputs of a layer, and the 1 that its biases are multiplied by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WithBias<D>(pub D);

impl<D: Dim> Dim for WithBias<D> {
    fn size(&self) -> usize {
        self.0.size() + 1
    }
    fn from_size(size: usize) -> Option<Self> {
        D::from_size(size.checked_sub(1)?).map(Self)
    }
}

/// Two values for every one of `D`: a Gaussian's mean, then its log-variance.
///
/// One layer of this width instead of two heads: dfdx's `backward` needs every tensor on the tape to reach the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moments<D>(pub D);

impl<D: Dim> Dim for Moments<D> {
    fn size(&self) -> usize {
        2 * self.0.size()
    }
    fn from_size(size: usize) -> Option<Self> {
        (size.is_multiple_of(2))
            .then(|| D::from_size(size / 2))
            .flatten()
            .map(Self)
    }
}
