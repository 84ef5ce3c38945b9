//! Looking into a model: pure functions from a model, and a point of its latent space or items, to images and numbers.
//!
//! They know neither terminals nor threads; a screen calls them with the newest snapshot, and whoever asks may break them off.

pub mod attribute;
pub mod browse;
pub mod directions;
pub mod encoding;
pub mod interpolate;
pub mod manifold;
pub mod neighbour_map;
pub mod neighbours;
pub mod prediction;
pub mod projection;
pub mod reconstruction;
pub mod repair;
pub mod samples;
pub mod sheet;
pub mod surprise;
pub mod traversal;
