//! Neural-network building blocks: kernels on slices, differentiable operations on the dfdx tape, layers, optimizers.
//!
//! Nothing here knows of images, autoencoders or terminals.

pub mod kernels;
