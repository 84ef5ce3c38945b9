//! The latent plane (paper, figure 4): evenly spaced points of the unit square, through the inverse Gaussian CDF, so that
//! every image stands for as much of the prior as any other.

use statrs::distribution::{ContinuousCDF, Normal};

/// The plane through `z` in which two of its dimensions change: `rows` rows of `columns` points, one after the other; the
/// first dimension rises from left to right, the second from top to bottom. The values of each divide `N(0, 1)` into equal
/// parts and stand in the middle of each.
pub fn plane(z: &[f32], (right, down): (usize, usize), (columns, rows): (usize, usize)) -> Vec<Vec<f32>> {
    let standard = Normal::standard();
    let values = |count: usize| -> Vec<f32> {
        (0..count)
            .map(|index| standard.inverse_cdf((index as f64 + 0.5) / count as f64) as f32)
            .collect()
    };
    let along = values(columns);
    let point = |x: f32, y: f32| {
        let mut point = z.to_vec();
        (point[right], point[down]) = (x, y);
        point
    };
    let row = |y: f32| along.iter().map(move |&x| point(x, y));
    values(rows).into_iter().flat_map(row).collect()
}

/// Which of some points is nearest to `z`.
pub fn nearest(points: &[Vec<f32>], z: &[f32]) -> Option<usize> {
    let distance = |point: &Vec<f32>| -> f32 { point.iter().zip(z).map(|(a, b)| (a - b).powi(2)).sum() };
    let distances = points.iter().map(distance).enumerate();
    distances
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_is_divided_evenly_and_read_row_by_row() {
        let plane = plane(&[9.0, 0.25, 9.0], (2, 0), (5, 2));
        // The deciles 0.1, 0.3, 0.5, 0.7, 0.9 and the quartiles 0.25, 0.75 of the standard normal.
        let deciles = [-1.281_552, -0.524_401, 0.0, 0.524_401, 1.281_552];
        let quartiles = [-0.674_490, 0.674_490];
        assert_eq!(plane.len(), 10);
        for (index, point) in plane.iter().enumerate() {
            let (right, down) = (point[2], point[0]);
            assert_eq!(point[1], 0.25, "the other dimensions stay");
            let (exact_right, exact_down) = (deciles[index % 5], quartiles[index / 5]);
            assert!((right - exact_right).abs() < 1e-5, "{right} for {exact_right}");
            assert!((down - exact_down).abs() < 1e-5, "{down} for {exact_down}");
        }
    }

    #[test]
    fn the_nearest_point_is_found() {
        let plane = plane(&[0.0, 0.0], (0, 1), (3, 3));
        assert_eq!(nearest(&plane, &[0.1, -0.1]), Some(4));
        assert_eq!(nearest(&plane, &[7.0, -7.0]), Some(2));
        assert_eq!(nearest(&[], &[0.0, 0.0]), None);
    }
}
