//! vae-tui: a terminal workbench around the variational autoencoder of Kingma and Welling (arXiv 1312.6114).
//!
//! The rooms, from the ground up; a room uses only rooms above it in this list, which `tests/layering.rs` holds:
//!
//! - [`words`]: text for people
//! - [`platform`]: what one system does otherwise than another
//! - [`language`]: the languages of the workbench, and its texts in them
//! - [`process`]: how this process is ended, and what it says on the way
//! - [`terminal_facts`]: what the terminal can show, as far as it says
//! - [`files`]: regular files, and their names for people to read
//! - [`folders`]: where the system keeps what belongs to this program
//! - [`journal`]: what the program does, for whoever looks for a fault in it
//! - [`panics`]: what is left of a panic, and how a thread outlives one
//! - [`cancel`]: a wish that work be broken off
//! - [`choices`]: enumerations as words
//! - [`entries`]: the entries of a RON struct as text
//! - [`dims`]: named tensor dimensions whose sizes are chosen at run time
//! - [`random`]: random numbers as a function of where they are used
//! - [`hmc`]: Hamiltonian Monte Carlo
//! - [`kernels`]: arithmetic on slices
//! - [`nn`]: differentiable operations, layers, optimizers
//! - [`data`]: images, and the MNIST that travels inside the program
//! - [`model`]: encoder and decoder, of which family and likelihood
//! - [`objective`]: what is maximised, as named terms
//! - [`evaluation`]: how good a model is, in numbers
//! - [`learning`]: the training step
//! - [`pictures`]: items as characters, and curves and images as files
//! - [`config`]: what a person set for every start
//! - [`explore`]: a model looked into: traversals and reconstructions
//! - [`coding`]: items packed without loss by a trained model
//! - [`exchange`]: parameters, posteriors and curves in the formats of other programs
//! - [`run`]: a run behind a mailbox: commands and questions, events and answers
//! - [`session`]: everything needed to go on, in one RON file
//! - [`remote`]: a run that goes on without its screen, and the way back to it
//! - [`outputs`]: what a run is written as for people and other programs
//! - [`paper`]: the paper's figures, made again
//! - [`sweep`]: many runs that differ in some settings
//! - [`cli`]: the command line, and the commands without a screen
//! - [`tui`]: the workbench on the screen

// `println!` and `eprintln!` panic when nobody is left to read: `cli::print_line` and `process::say` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod cancel;
pub mod choices;
pub mod cli;
pub mod coding;
pub mod config;
pub mod data;
pub mod dims;
pub mod entries;
pub mod evaluation;
pub mod exchange;
pub mod explore;
pub mod files;
pub mod folders;
pub mod hmc;
pub mod journal;
pub mod kernels;
pub mod language;
pub mod learning;
pub mod model;
pub mod nn;
pub mod objective;
pub mod outputs;
pub mod panics;
pub mod paper;
pub mod pictures;
pub mod platform;
pub mod process;
pub mod random;
pub mod remote;
pub mod run;
pub mod session;
pub mod sweep;
pub mod terminal_facts;
pub mod tui;
pub mod words;
