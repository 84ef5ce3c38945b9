//! vae-tui: a terminal workbench around the variational autoencoder of Kingma and Welling (arXiv 1312.6114).
//!
//! The rooms, from the ground up; a room uses only rooms above it in this list:
//!
//! - [`dims`]: named tensor dimensions whose sizes are chosen at run time
//! - [`nn`]: kernels, differentiable operations, layers, optimizers
//! - [`tui`]: the workbench on the screen

pub mod dims;
pub mod nn;
pub mod tui;
