//! The latent plane (paper, figure 4): evenly spaced points of the unit square, through the inverse Gaussian CDF, so that
//! every image stands for as much of the prior as any other.

use statrs::distribution::{ContinuousCDF, Normal};

/// `rows` rows of `columns` points, one after the other: the first coordinate rises from left to right, the second from top
/// to bottom. The values of each divide `N(0, 1)` into equal parts and stand in the middle of each.
pub fn plane(columns: usize, rows: usize) -> Vec<(f32, f32)> {
    let standard = Normal::standard();
    let values = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|index| standard.inverse_cdf((index as f64 + 0.5) / count as f64) as f32)
            .collect()
    };
    let (right, down) = (values(columns), values(rows));
    let row = |&down: &f32| right.iter().map(move |&right| (right, down));
    down.iter().flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_is_divided_evenly_and_read_row_by_row() {
        let plane = plane(5, 2);
        // The deciles 0.1, 0.3, 0.5, 0.7, 0.9 and the quartiles 0.25, 0.75 of the standard normal.
        let deciles = [-1.281_552, -0.524_401, 0.0, 0.524_401, 1.281_552];
        let quartiles = [-0.674_490, 0.674_490];
        assert_eq!(plane.len(), 10);
        for (index, (right, down)) in plane.into_iter().enumerate() {
            let (exact_right, exact_down) = (deciles[index % 5], quartiles[index / 5]);
            assert!((right - exact_right).abs() < 1e-5, "{right} for {exact_right}");
            assert!((down - exact_down).abs() < 1e-5, "{down} for {exact_down}");
        }
    }
}
