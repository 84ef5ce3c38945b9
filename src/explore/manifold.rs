//! The latent plane (paper, figure 4): evenly spaced points of the unit square, through the inverse Gaussian CDF, so that
//! every image stands for as much of the prior as any other.

use statrs::distribution::{ContinuousCDF, Normal};

/// `side` rows of `side` latent vectors of two dimensions, one after the other: the first dimension rises from left to
/// right, the second from top to bottom. The values divide `N(0, 1)` into equal parts and stand in the middle of each.
pub fn plane(side: usize) -> Vec<Vec<f32>> {
    let standard = Normal::standard();
    let values: Vec<f32> = (0..side)
        .map(|index| standard.inverse_cdf((index as f64 + 0.5) / side as f64) as f32)
        .collect();
    let row = |&down: &f32| values.iter().map(move |&right| vec![right, down]);
    values.iter().flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_is_divided_evenly_and_read_row_by_row() {
        let plane = plane(5);
        // The deciles 0.1, 0.3, 0.5, 0.7, 0.9 of the standard normal.
        let deciles = [-1.281_552, -0.524_401, 0.0, 0.524_401, 1.281_552];
        assert_eq!(plane.len(), 25);
        for (index, point) in plane.iter().enumerate() {
            let exact = [deciles[index % 5], deciles[index / 5]];
            for (ours, exact) in point.iter().zip(exact) {
                assert!((ours - exact).abs() < 1e-5, "{ours} for {exact}");
            }
        }
    }
}
