//! Neural-network building blocks: differentiable operations on the dfdx tape, layers, optimizers.
//!
//! A tensor is dfdx's, with [named dimensions](crate::dims) for a shape; the arithmetic is ours. [`ops`] puts one
//! backward closure on the tape for each operation, and both directions are calls into [`kernels`](crate::kernels). Nothing here
//! knows of images, autoencoders or terminals.

mod convolution;
pub mod device;
pub mod gradient;
pub mod linear;
pub mod normalisation;
pub mod ops;
pub mod optimizer;
pub mod parameters;
pub mod schedule;
pub mod view;
pub mod weight;
pub mod weight_noise;

pub use convolution::Convolution;
pub use device::CachingDevice;
pub use gradient::Gradient;
pub use linear::Linear;
pub use normalisation::Normalisation;
pub use schedule::Schedule;
pub use weight::Weight;
pub use weight_noise::WeightNoise;
