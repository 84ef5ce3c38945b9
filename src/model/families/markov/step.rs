//! The latent variables of a step and of the step before it as types, so that the one can't be handed to what reads the other.

use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use dfdx::shapes::Dim;

/// A place in time, seen from a step.
pub trait Place: Copy + Debug + PartialEq + Eq + Hash + Send + Sync + 'static {}

/// The step itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Now;

/// The step before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Before;

impl Place for Now {}
impl Place for Before {}

/// The latent dimensions of a step at the place `P`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct At<P>(pub usize, PhantomData<P>);

impl<P> At<P> {
    /// So many dimensions.
    pub fn new(dimensions: usize) -> Self {
        Self(dimensions, PhantomData)
    }
}

impl<P: Place> Dim for At<P> {
    fn size(&self) -> usize {
        self.0
    }
    fn from_size(size: usize) -> Option<Self> {
        Some(Self::new(size))
    }
}
