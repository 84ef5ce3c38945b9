//! The layers of a hierarchy as types, so that what belongs to one can't be handed to its neighbours.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use dfdx::shapes::Dim;

/// A stochastic layer. Layers are odd and even in turn, since a program has finitely many types and a model any number of
/// layers: the first, from which the data is decoded, is odd, the one above it even, and so on.
pub trait Layer: Copy + Debug + PartialEq + Eq + Hash + Send + Sync + 'static {}

/// The first layer, the third, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Odd;

/// The second layer, the fourth, and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Even;

impl Layer for Odd {}
impl Layer for Even {}

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
