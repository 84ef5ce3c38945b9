//! vae-tui: a terminal workbench around the variational autoencoder of Kingma and Welling (arXiv 1312.6114).
//!
//! The rooms, from the ground up; a room uses only rooms above it in this list:
//!
//! - [`words`]: text for people
//! - [`process`]: how this process is ended, and what it says on the way
//! - [`cancel`]: a wish that long work be broken off
//! - [`dims`]: named tensor dimensions whose sizes are chosen at run time
//! - [`random`]: random numbers as a function of where they are used
//! - [`hmc`]: Hamiltonian Monte Carlo
//! - [`kernels`]: arithmetic on slices
//! - [`nn`]: differentiable operations, layers, optimizers
//! - [`files`]: regular files, and their names for people to read
//! - [`data`]: images, and the MNIST that travels inside the program
//! - [`model`]: encoder and decoder, of which family and likelihood
//! - [`objective`]: what is maximised, as named terms
//! - [`evaluation`]: how good a model is, in numbers
//! - [`learning`]: the training step, and the thread that repeats it
//! - [`explore`]: a model looked into: traversals and reconstructions
//! - [`session`]: everything needed to go on, in one RON file
//! - [`pictures`]: curves and images as PNG and SVG files
//! - [`paper`]: the paper's figures, made again
//! - [`cli`]: the command line, and the commands without a screen
//! - [`tui`]: the workbench on the screen

// `println!` and `eprintln!` panic when nobody is left to read: `cli::print_line` and `process::say` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod cancel;
pub mod cli;
pub mod data;
pub mod dims;
pub mod evaluation;
pub mod explore;
pub mod files;
pub mod hmc;
pub mod kernels;
pub mod learning;
pub mod model;
pub mod nn;
pub mod objective;
pub mod paper;
pub mod pictures;
pub mod process;
pub mod random;
pub mod session;
pub mod tui;
pub mod words;
