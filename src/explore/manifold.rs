//! The images of a whole latent plane (paper, figure 4): evenly spaced points of the unit square, through the inverse
//! Gaussian CDF, so that every image stands for as much of the prior as any other.

use statrs::distribution::{ContinuousCDF, Normal};

use super::traversal::decode;
use crate::model::Vae;

/// `side` values that divide `N(0, 1)` into equal parts: the middle of each.
pub fn quantiles(side: usize) -> Vec<f32> {
    let standard = Normal::standard();
    (0..side)
        .map(|index| standard.inverse_cdf((index as f64 + 0.5) / side as f64) as f32)
        .collect()
}

/// `side` rows of `side` images of a model with two latent dimensions, one after the other: the first dimension rises
/// from left to right, the second from top to bottom.
pub fn manifold(model: &Vae, side: usize) -> Vec<f32> {
    let values = quantiles(side);
    let points: Vec<Vec<f32>> = values
        .iter()
        .flat_map(|&down| values.iter().map(move |&right| vec![right, down]))
        .collect();
    decode(model, &points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Architecture, Initialisation, Likelihood, Recognition};

    #[test]
    fn the_plane_is_divided_evenly_and_read_row_by_row() {
        let values = quantiles(5);
        // The deciles 0.1, 0.3, 0.5 of the standard normal.
        for (ours, exact) in values
            .iter()
            .zip([-1.281_552, -0.524_401, 0.0, 0.524_401, 1.281_552])
        {
            assert!((ours - exact).abs() < 1e-5, "{ours} for {exact}");
        }
        let architecture = Architecture {
            pixels: 6,
            hidden: 5,
            latent: 2,
            activation: Activation::Tanh,
            likelihood: Likelihood::Bernoulli,
            recognition: Recognition::Encoder,
        };
        let model = Vae::new(architecture, Initialisation::Glorot, 1);
        let images = manifold(&model, 5);
        let third_row_second_column = &images[(2 * 5 + 1) * 6..][..6];
        assert_eq!(
            third_row_second_column,
            decode(&model, &[vec![values[1], values[2]]])
        );
    }
}
