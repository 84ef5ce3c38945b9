//! What the values of many items are like: their range, mean and deviation, and where values are missing.

/// Of every feature what its values are like, from one pass over the items; an array per measure, so that a row is taken in
/// at once.
pub(super) struct Statistics {
    least: Vec<f32>,
    largest: Vec<f32>,
    mean: Vec<f64>,
    /// The sums of squared distances from the mean so far.
    squares: Vec<f64>,
    /// How many values were not missing.
    count: Vec<f64>,
}

/// What the values of one feature are like; those that are missing apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Feature {
    pub least: f64,
    pub largest: f64,
    pub mean: f64,
    /// The standard deviation, of the items as a whole population.
    pub deviation: f64,
}

impl Statistics {
    pub(super) fn new(numbers: usize) -> Self {
        Self {
            least: vec![f32::INFINITY; numbers],
            largest: vec![f32::NEG_INFINITY; numbers],
            mean: vec![0.0; numbers],
            squares: vec![0.0; numbers],
            count: vec![0.0; numbers],
        }
    }

    /// Takes in one more item, by Welford's update of mean and variance (1962). A value that is missing changes nothing.
    pub(super) fn take_in(&mut self, row: &[f32]) {
        for (least, &value) in self.least.iter_mut().zip(row) {
            *least = least.min(value);
        }
        for (largest, &value) in self.largest.iter_mut().zip(row) {
            *largest = largest.max(value);
        }
        let moments = self.mean.iter_mut().zip(&mut self.squares).zip(&mut self.count);
        for (((mean, squares), count), &value) in moments.zip(row) {
            let (is_there, value) = (f64::from(u8::from(!value.is_nan())), f64::from(value));
            *count += is_there;
            let distance = if is_there > 0.0 { value - *mean } else { 0.0 };
            let step = distance / count.max(1.0);
            *mean += step;
            *squares += distance * (distance - step);
        }
    }

    /// Every feature, in order.
    pub(super) fn features(&self) -> impl Iterator<Item = Feature> {
        // Of what no item has, such as the last step of a sequence that is longer than all others, nothing is known.
        let of_some = |number: usize, value: f32| {
            if self.count[number] > 0.0 {
                f64::from(value)
            } else {
                0.0
            }
        };
        (0..self.mean.len()).map(move |number| Feature {
            least: of_some(number, self.least[number]),
            largest: of_some(number, self.largest[number]),
            mean: self.mean[number],
            deviation: (self.squares[number] / self.count[number].max(1.0)).sqrt(),
        })
    }

    /// The least and the largest of all values.
    pub(super) fn range(&self) -> (f64, f64) {
        let least = self.least.iter().copied().fold(f32::INFINITY, f32::min);
        let largest = self.largest.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        (f64::from(least), f64::from(largest))
    }

    /// The mean of every feature.
    pub(super) fn means(&self) -> Vec<f32> {
        self.mean.iter().map(|&mean| mean as f32).collect()
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
        let features: Vec<Feature> = statistics.features().collect();
        let [first, second] = features[..] else {
            panic!("two features")
        };
        assert!((first.mean - 1_000_002.0).abs() < 1e-6);
        assert!((first.deviation - (8.0_f64 / 3.0).sqrt()).abs() < 1e-6);
        assert_eq!((second.mean, second.deviation), (2.0, 1.0));
        assert_eq!(statistics.range(), (1.0, 1e6 + 4.0));
        assert_eq!(statistics.means(), [1_000_002.0, 2.0]);
    }
}
