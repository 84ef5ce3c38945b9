//! A moving average that does not lie: on all the data, without a lag at the start, exact on a constant.

/// The exponential moving average that looks back about `length` steps, after each `(value, steps)` in turn.
///
/// Corrected for its start as Adam's means are, so the first value is itself. A length of 0 or 1 changes nothing.
pub fn smoothed(values: impl Iterator<Item = (f64, u32)>, length: u32) -> impl Iterator<Item = f64> {
    let decay = 1.0 - 1.0 / f64::from(length.max(1));
    let (mut mean, mut weight) = (0.0, 0.0);
    values.map(move |(value, steps)| {
        let kept = decay.powi(steps as i32);
        weight = kept * weight + (1.0 - kept);
        // Moving towards the value, rather than summing and dividing, keeps a constant to the bit.
        mean += (value - mean) * (1.0 - kept) / weight;
        mean
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], length: u32) -> Vec<f64> {
        smoothed(values.iter().map(|&value| (value, 1)), length).collect()
    }

    #[test]
    fn a_constant_stays_and_a_step_is_approached_from_the_right_side() {
        assert_eq!(of(&[-104.3; 50], 20), [-104.3; 50]);
        assert_eq!(of(&[1.0, 5.0, 2.0], 0), [1.0, 5.0, 2.0]);
        let step = of(&[0.0, 0.0, 1.0, 1.0, 1.0], 3);
        assert_eq!(step[..2], [0.0, 0.0]);
        assert!(step[2..].is_sorted() && step[4] < 1.0 && step[2] > 0.0);
    }

    #[test]
    fn several_steps_at_once_weigh_as_much_as_one_by_one() {
        let one_by_one = of(&[2.0, 7.0, 7.0, 7.0], 5);
        let at_once: Vec<f64> = smoothed([(2.0, 1), (7.0, 3)].into_iter(), 5).collect();
        assert!((one_by_one[3] - at_once[1]).abs() < 1e-12);
    }
}
