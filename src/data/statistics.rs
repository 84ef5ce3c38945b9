//! What the values of many items are like: their range, mean and deviation, and where values are missing.

/// Of every feature what its values are like, from one pass over the items.
pub(super) struct Statistics {
    features: Vec<Feature>,
}

/// What the values of one feature are like; those that are missing apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Feature {
    pub(super) least: f64,
    pub(super) largest: f64,
    pub(super) mean: f64,
    count: f64,
    /// The sum of squared distances from the mean so far.
    squares: f64,
}

impl Feature {
    /// The standard deviation, of the items as a whole population.
    pub(super) fn deviation(&self) -> f64 {
        (self.squares / self.count.max(1.0)).sqrt()
    }
}

impl Statistics {
    pub(super) fn new(numbers: usize) -> Self {
        let feature = Feature {
            least: f64::INFINITY,
            largest: f64::NEG_INFINITY,
            mean: 0.0,
            count: 0.0,
            squares: 0.0,
        };
        Self {
            features: vec![feature; numbers],
        }
    }

    /// Takes in one more item, by Welford's update of mean and variance (1962).
    pub(super) fn take_in(&mut self, row: &[f32]) {
        for (feature, &value) in self.features.iter_mut().zip(row) {
            if value.is_nan() {
                continue;
            }
            let value = f64::from(value);
            feature.least = feature.least.min(value);
            feature.largest = feature.largest.max(value);
            feature.count += 1.0;
            let distance = value - feature.mean;
            feature.mean += distance / feature.count;
            feature.squares += distance * (value - feature.mean);
        }
    }

    /// Every feature, in order.
    pub(super) fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The least and the largest of all values.
    pub(super) fn range(&self) -> (f64, f64) {
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        self.features.iter().fold(start, |(least, largest), feature| {
            (feature.least.min(least), feature.largest.max(largest))
        })
    }

    /// The mean of every feature.
    pub(super) fn means(&self) -> Vec<f32> {
        self.features.iter().map(|feature| feature.mean as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_the_formulas_even_far_from_zero() {
        let mut statistics = Statistics::new(2);
        let rows = [[1e6, 1.0], [1e6 + 2.0, f32::NAN], [1e6 + 4.0, 3.0]];
        rows.iter().for_each(|row| statistics.take_in(row));
        let [first, second] = statistics.features() else {
            panic!("two features")
        };
        assert!((first.mean - 1_000_002.0).abs() < 1e-6);
        assert!((first.deviation() - (8.0_f64 / 3.0).sqrt()).abs() < 1e-6);
        assert_eq!((second.mean, second.deviation()), (2.0, 1.0));
        assert_eq!(statistics.range(), (1.0, 1e6 + 4.0));
        assert_eq!(statistics.means(), [1_000_002.0, 2.0]);
    }
}
