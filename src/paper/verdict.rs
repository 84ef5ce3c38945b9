//! How far two curves are apart at the places that are compared.

use std::fmt::Display;

use crate::run::curve::value_at;

/// Training points seen at which figure 2 is compared.
pub const PLACES: [f64; 2] = [1e6, 1e7];

/// The value of a curve at `samples`, between its neighbours on a logarithmic axis; none beyond its ends, up to a tenth.
pub fn at(curve: &[(f64, f64)], samples: f64) -> Option<f64> {
    let near = |point: &&(f64, f64)| (point.0 / samples).ln().abs() < 0.1;
    let ends = [curve.first(), curve.last()];
    value_at(curve, samples, f64::ln).or_else(|| ends.into_iter().flatten().find(near).map(|point| point.1))
}

/// A number with one decimal, or a dash.
pub fn cell(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:.1}"))
}

/// The same with its sign.
pub fn difference(value: Option<f64>) -> String {
    value.map_or("-".into(), |value| format!("{value:+.1}"))
}

/// How far one row is from another beside the published distance of the two, in a sentence of its own.
pub fn gap_in_words(one: impl Display, other: impl Display, gap: f64, published: f64) -> String {
    let same = if gap.signum() == published.signum() {
        "the same order"
    } else {
        "another order"
    };
    format!("\n{one} less {other}: {gap:+.2}, published {published:+.2}: {same}.\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_between_their_neighbours_and_nowhere_else() {
        let curve = [(1e5, -200.0), (1e7, -100.0)];
        assert!(at(&curve, 1e6).is_some_and(|value| (value + 150.0).abs() < 1e-9));
        assert_eq!(at(&curve, 1.05e7), Some(-100.0));
        assert_eq!(at(&curve, 9.8e4), Some(-200.0));
        assert_eq!(
            (at(&curve, 2e7), at(&curve, 1e4), at(&[], 1e6)),
            (None, None, None)
        );
        assert_eq!(
            (cell(Some(-1.04)), difference(Some(0.26)), cell(None)),
            ("-1.0".into(), "+0.3".into(), "-".into())
        );
    }
}
