//! The latent plane (paper, figure 4): evenly spaced points of the unit square, through the inverse Gaussian CDF, so that
//! every image stands for as much of the prior as any other.

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

/// A square part of the unit square, in which a place to the right and down stands for the share of the prior that lies to the left
/// of a latent value, or below it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Where it begins on the left, from 0.
    pub left: f64,
    /// Where it begins at the top, from 0.
    pub top: f64,
    /// Its side, up to 1.
    pub side: f64,
}

/// The smallest side of a window: within it, the values of single precision still differ.
const LEAST_SIDE: f64 = 1e-3;

impl Window {
    /// The unit square.
    pub const WHOLE: Self = Self {
        left: 0.0,
        top: 0.0,
        side: 1.0,
    };

    /// A window with this side, or the nearest that there is, that has what stands at `at` (shares of the window, from 0 to 1) where
    /// it was, as far as the unit square reaches.
    pub fn zoomed(self, side: f64, (x, y): (f64, f64)) -> Self {
        let side = side.clamp(LEAST_SIDE, 1.0);
        let grown = self.side - side;
        Self {
            left: self.left + grown * x,
            top: self.top + grown * y,
            side,
        }
        .within()
    }

    /// A window moved by shares of its side, as far as the unit square reaches.
    pub fn moved(self, right: f64, down: f64) -> Self {
        Self {
            left: self.left + right * self.side,
            top: self.top + down * self.side,
            ..self
        }
        .within()
    }

    /// Whether it is a part of the unit square, and not too small: what comes from a file may be anything.
    pub fn is_usable(self) -> bool {
        let Self { left, top, side } = self;
        let is_start = |start: f64| (0.0..=1.0 - side).contains(&start);
        (LEAST_SIDE..=1.0).contains(&side) && is_start(left) && is_start(top)
    }

    fn within(self) -> Self {
        let last = 1.0 - self.side;
        Self {
            left: self.left.clamp(0.0, last),
            top: self.top.clamp(0.0, last),
            ..self
        }
    }

    /// Where the latent values to the right and down stand in it, as shares of its side: from 0 to 1 within it.
    pub fn place(self, (right, down): (f32, f32)) -> (f64, f64) {
        let share = |z: f32| Normal::standard().cdf(f64::from(z));
        (
            (share(right) - self.left) / self.side,
            (share(down) - self.top) / self.side,
        )
    }

    /// The latent value at the middle of part `index` of `count` equal parts of a side that begins at `start`.
    fn value(self, start: f64, index: usize, count: usize) -> f32 {
        let share = start + self.side * (index as f64 + 0.5) / count as f64;
        Normal::standard().inverse_cdf(share) as f32
    }
}

/// The plane through `z` in which two of its dimensions change: `rows` rows of `columns` points, one after the other; the
/// first dimension rises from left to right, the second from top to bottom. The values of each divide what the `window` has of
/// `N(0, 1)` into equal parts and stand in the middle of each.
pub fn plane(
    z: &[f32],
    (right, down): (usize, usize),
    (columns, rows): (usize, usize),
    window: Window,
) -> Vec<Vec<f32>> {
    let values = |start: f64, count: usize| -> Vec<f32> {
        (0..count)
            .map(|index| window.value(start, index, count))
            .collect()
    };
    let along = values(window.left, columns);
    let point = |x: f32, y: f32| {
        let mut point = z.to_vec();
        (point[right], point[down]) = (x, y);
        point
    };
    let row = |y: f32| along.iter().map(move |&x| point(x, y));
    values(window.top, rows).into_iter().flat_map(row).collect()
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
        let plane = plane(&[9.0, 0.25, 9.0], (2, 0), (5, 2), Window::WHOLE);
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
    fn a_window_has_the_parts_of_the_whole_that_lie_in_it() {
        let whole = plane(&[0.0, 0.0], (0, 1), (8, 8), Window::WHOLE);
        let window = Window::WHOLE.zoomed(0.5, (0.5, 1.0));
        assert_eq!((window.left, window.top, window.side), (0.25, 0.5, 0.5));
        let part = plane(&[0.0, 0.0], (0, 1), (4, 4), window);
        for (index, point) in part.iter().enumerate() {
            assert_eq!(*point, whole[8 * (index / 4 + 4) + index % 4 + 2]);
            let (x, y) = window.place((point[0], point[1]));
            let expected = (((index % 4) as f64 + 0.5) / 4.0, ((index / 4) as f64 + 0.5) / 4.0);
            assert!((x - expected.0).abs() < 1e-6 && (y - expected.1).abs() < 1e-6);
        }
    }

    #[test]
    fn a_window_never_leaves_the_unit_square() {
        let small = Window::WHOLE.zoomed(0.25, (0.5, 0.5));
        assert_eq!(
            small.moved(-9.0, 9.0),
            Window {
                left: 0.0,
                top: 0.75,
                side: 0.25
            }
        );
        assert_eq!(small.moved(1.0, 0.0).left, 0.625);
        assert_eq!(small.zoomed(7.0, (0.3, 0.3)), Window::WHOLE);
        assert_eq!(small.zoomed(0.0, (0.0, 0.0)).side, LEAST_SIDE);
        assert!(small.is_usable() && Window::WHOLE.is_usable());
        for side in [f64::NAN, 0.0, 1.5, -1.0] {
            assert!(!Window { side, ..small }.is_usable(), "{side}");
        }
        assert!(!Window { left: 0.8, ..small }.is_usable());
    }

    #[test]
    fn the_nearest_point_is_found() {
        let plane = plane(&[0.0, 0.0], (0, 1), (3, 3), Window::WHOLE);
        assert_eq!(nearest(&plane, &[0.1, -0.1]), Some(4));
        assert_eq!(nearest(&plane, &[7.0, -7.0]), Some(2));
        assert_eq!(nearest(&[], &[0.0, 0.0]), None);
    }
}
