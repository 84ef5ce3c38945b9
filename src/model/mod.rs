//! The variational autoencoder of Kingma and Welling (2013), section 3 and appendix C, on named dimensions.
//!
//! [`Vae`] is an [`Encoder`] `q(z|x)` and a [`Decoder`] `p(x|z)`; [`Vae::negative_lower_bound`] reads like the paper.
//! [`posterior`] and [`likelihood`] hold the densities, each beside its gradient; [`recognition`] finds the posterior of
//! given images. How a model is trained is not known here.

pub mod architecture;

mod decoder;
mod encoder;

mod initialisation;
pub mod likelihood;
pub mod posterior;
pub mod recognition;
pub mod vae;

pub use architecture::{Activation, Architecture, Recognition};
pub use decoder::Decoder;
pub use encoder::Encoder;
pub use initialisation::Initialisation;
pub use likelihood::{Decoded, Likelihood};
pub use vae::{Estimator, Vae};
