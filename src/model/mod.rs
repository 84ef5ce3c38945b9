//! The variational autoencoder of Kingma and Welling (2013), section 3 and appendix C, on named dimensions.
//!
//! [`Vae`] joins an encoder `q(z|x)` and a decoder `p(x|z)` of some [family](families) of networks with a [`prior`].
//! [`posterior`], [`prior`] and [`likelihood`] hold the densities, each beside its gradient; [`draws`] draws latent vectors with what they
//! cost, [`recognition`] finds the posterior of given images. What is maximised, and how, is not known here.

pub mod activation;
pub mod architecture;
pub mod convolutions;
pub mod draws;
mod families;
mod initialisation;
mod latents;
mod layers;
pub mod likelihood;
mod normalisation;
pub mod posterior;
pub mod prior;
pub mod recognition;
mod vae;
mod weight_posterior;

pub use activation::Activation;
pub use architecture::{Architecture, Recognition};
pub use convolutions::{Convolutions, FamilyKind};
pub use families::hierarchical as hierarchy;
pub use families::markov;
pub use families::{in_class, largest};
pub use initialisation::Initialisation;
pub use latents::{Latents, LatentsError};
pub use layers::{DEPTH_RANGE, HIDDEN_RANGE, Layers};
pub use likelihood::{Decoded, Likelihood, Observation};
pub use normalisation::NormalisationKind;
pub use vae::Vae;
