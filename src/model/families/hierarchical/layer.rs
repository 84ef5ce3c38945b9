//! The layers of a hierarchy as types, so that what belongs to one can't be handed to another.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use dfdx::shapes::Dim;

/// A stochastic layer: the first is the one that the data is decoded from.
pub trait Layer: Copy + Debug + PartialEq + Eq + Hash + Send + Sync + 'static {
    /// The layer above it. From the fifth on layers share a type, so that the types are as many as a program can have.
    type Above: Layer;
}

macro_rules! layer {
    ($(#[$doc:meta])* $name:ident below $above:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name;

        impl Layer for $name {
            type Above = $above;
        }
    };
}

layer!(
    /// The layer that the data is decoded from.
    First below Second
);
layer!(
    /// The layer above the first.
    Second below Third
);
layer!(
    /// The layer above the second.
    Third below Fourth
);
layer!(
    /// The layer above the third.
    Fourth below Fifth
);
layer!(
    /// The layer above the fourth, and every further one.
    Fifth below Fifth
);

/// The latent dimensions of the layer `L`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stochastic<L>(pub usize, PhantomData<L>);

impl<L> Stochastic<L> {
    /// So many dimensions.
    pub fn new(dimensions: usize) -> Self {
        Self(dimensions, PhantomData)
    }
}

impl<L: Layer> Dim for Stochastic<L> {
    fn size(&self) -> usize {
        self.0
    }
    fn from_size(size: usize) -> Option<Self> {
        Some(Self::new(size))
    }
}
