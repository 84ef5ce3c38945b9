//! The variational autoencoder of Kingma and Welling (2013), section 3 and appendix C, on named dimensions.
//!
//! [`Vae`] joins an encoder `q(z|x)` and a decoder `p(x|z)` of some [family](families) of networks. [`posterior`] and
//! [`likelihood`] hold the densities, each beside its gradient; [`recognition`] finds the posterior of given images. What is
//! maximised, and how, is not known here.

pub mod activation;
pub mod architecture;
mod families;
mod initialisation;
mod layers;
pub mod likelihood;
pub mod posterior;
pub mod recognition;
mod vae;
mod weight_posterior;

pub use activation::Activation;
pub use architecture::{Architecture, Recognition};
pub use initialisation::Initialisation;
pub use layers::{DEPTH_RANGE, HIDDEN_RANGE, Layers};
pub use likelihood::{Decoded, Likelihood, Observation};
pub use vae::Vae;
