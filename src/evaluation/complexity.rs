//! How complex an item is, and what bound that leads one to expect: simple items are likely under any model of others.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// The bytes that the values of an item take after compression, each as one of 256 levels between 0 and 1: an upper bound of its
/// complexity (Serra et al. 2020, section 3).
pub fn compressed_bytes(item: &[f32]) -> usize {
    let levels: Vec<u8> = item.iter().map(|&value| (255.0 * value).round() as u8).collect();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Memory takes whatever is written.
    let _ = encoder.write_all(&levels);
    encoder.finish().map_or(levels.len(), |bytes| bytes.len())
}

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its height at 0.
    pub intercept: f64,
    /// How much it rises by 1.
    pub slope: f64,
}

impl Line {
    /// The line with the least squared distance, along the second axis, from some points; level where all of them lie above one
    /// another, and none through no points.
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / points.len() as f64;
        let (x, y) = (mean(|point| point.0), mean(|point| point.1));
        let sum = |of: &dyn Fn(f64, f64) -> f64| {
            points
                .iter()
                .map(|point| of(point.0 - x, point.1 - y))
                .sum::<f64>()
        };
        let variance = sum(&|x, _| x * x);
        let slope = if variance > 0.0 {
            sum(&|x, y| x * y) / variance
        } else {
            0.0
        };
        (!points.is_empty()).then_some(Self {
            intercept: y - slope * x,
            slope,
        })
    }

    /// Its height at a place.
    pub fn at(self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_is_simple() {
        let noise: Vec<f32> = (0..784_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as f32 / 255.0)
            .collect();
        let lines: Vec<f32> = (0..784).map(|i| (i / 28 % 2) as f32).collect();
        let [black, lines, noise] = [&vec![0.0; 784], &lines, &noise].map(|item| compressed_bytes(item));
        assert!(
            black < lines && lines < noise && noise > 600,
            "{black} {lines} {noise}"
        );
    }

    #[test]
    fn the_line_is_that_of_least_squares() {
        let through = Line::fit(&[(0.0, 1.0), (2.0, 5.0), (4.0, 9.0)]).unwrap();
        assert_eq!(
            (through.intercept, through.slope, through.at(-1.0)),
            (1.0, 2.0, -1.0)
        );
        // Means 1 and 2; covariance 2, variance 2: slope 1 between the points.
        let between = Line::fit(&[(0.0, 1.0), (1.0, 2.5), (1.0, 1.5), (2.0, 3.0)]).unwrap();
        assert_eq!((between.slope, between.intercept), (1.0, 1.0));
        let level = Line::fit(&[(3.0, 1.0), (3.0, 2.0)]).unwrap();
        assert_eq!((level.slope, level.at(7.0)), (0.0, 1.5));
        assert_eq!(Line::fit(&[]), None);
    }
}
