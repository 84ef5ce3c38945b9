//! How well a score tells some items from others: the area under the ROC curve, the average precision, and quantiles.

/// The value below which a share `q` of `values` lies, between two of them on the straight line; none of no values.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = q.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    Some(if below == above {
        below
    } else {
        below + place.fract() * (above - below)
    })
}

/// The chance that the score of a positive item is higher than that of a negative one, half of it where they are the same
/// (Mann and Whitney 1947): the area under the receiver operating characteristic. None where all items are of one kind.
pub fn auroc(scores: &[f64], is_positive: &[bool]) -> Option<f64> {
    let mut better = 0.0;
    let (mut positives, mut negatives) = (0.0, 0.0);
    // From the lowest score up, so that the negatives so far are those below.
    for (in_tie, not_in_tie) in ties(scores, is_positive).into_iter().rev() {
        better += in_tie * (negatives + not_in_tie / 2.0);
        positives += in_tie;
        negatives += not_in_tie;
    }
    (positives > 0.0 && negatives > 0.0).then(|| better / (positives * negatives))
}

/// The mean precision over the positive items, each taken at the threshold that just finds it: `sum_n (R_n - R_(n-1)) P_n` with
/// recall `R_n` and precision `P_n` at the n-th highest distinct score. None where no item is positive.
pub fn average_precision(scores: &[f64], is_positive: &[bool]) -> Option<f64> {
    let all = is_positive.iter().filter(|&&positive| positive).count() as f64;
    let (mut found, mut looked_at, mut sum) = (0.0, 0.0, 0.0);
    for (positives, negatives) in ties(scores, is_positive) {
        found += positives;
        looked_at += positives + negatives;
        sum += positives / all * (found / looked_at);
    }
    (all > 0.0).then_some(sum)
}

/// How many positive and negative items have each distinct score, the highest first.
fn ties(scores: &[f64], is_positive: &[bool]) -> Vec<(f64, f64)> {
    let mut items: Vec<(f64, bool)> = scores.iter().copied().zip(is_positive.iter().copied()).collect();
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let count = |tie: &[(f64, bool)]| {
        let positives = tie.iter().filter(|item| item.1).count();
        (positives as f64, (tie.len() - positives) as f64)
    };
    items.chunk_by(|a, b| a.0 == b.0).map(count).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_lie_between_the_values() {
        let values = [3.0, 1.0, 2.0, 4.0];
        for (q, expected) in [(0.0, 1.0), (1.0, 4.0), (0.5, 2.5), (0.25, 1.75)] {
            assert_eq!(quantile(&values, q), Some(expected));
        }
        assert_eq!((quantile(&[], 0.5), quantile(&[7.0], 0.01)), (None, Some(7.0)));
        assert_eq!(quantile(&[f64::NEG_INFINITY; 2], 0.5), Some(f64::NEG_INFINITY));
    }

    #[test]
    fn small_cases_have_their_closed_forms() {
        let (yes, no) = (true, false);
        for (scores, positive, area, precision) in [
            (
                &[4.0, 3.0, 2.0, 1.0][..],
                &[yes, yes, no, no][..],
                Some(1.0),
                Some(1.0),
            ),
            // Below both negatives: precision 1/3 and 2/4 at the two recalls.
            (
                &[4.0, 3.0, 2.0, 1.0],
                &[no, no, yes, yes],
                Some(0.0),
                Some((1.0 / 3.0 + 0.5) / 2.0),
            ),
            // Nothing is told apart: chance, and the share of the positives.
            (&[1.0, 1.0, 1.0, 1.0], &[yes, no, no, no], Some(0.5), Some(0.25)),
            // Pairs: (3, 2) right, (3, 1) right, (2, 2) even, (2, 1) right.
            (
                &[3.0, 2.0, 2.0, 1.0],
                &[yes, yes, no, no],
                Some(3.5 / 4.0),
                Some((1.0 + 2.0 / 3.0) / 2.0),
            ),
            (&[1.0, 2.0], &[no, no], None, None),
            (&[1.0, 2.0], &[yes, yes], None, Some(1.0)),
        ] {
            let close = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() < 1e-12,
                (found, expected) => found == expected,
            };
            assert!(close(auroc(scores, positive), area), "{scores:?} {positive:?}");
            assert!(
                close(average_precision(scores, positive), precision),
                "{scores:?} {positive:?}"
            );
        }
    }

    proptest! {
        /// Over all pairs, as it is defined.
        #[test]
        fn the_area_counts_pairs(items in prop::collection::vec((0_u8..6, any::<bool>()), 0..40)) {
            let scores: Vec<f64> = items.iter().map(|item| f64::from(item.0)).collect();
            let positive: Vec<bool> = items.iter().map(|item| item.1).collect();
            let of = |kind: bool| items.iter().filter(move |item| item.1 == kind).map(|item| item.0);
            let pairs: Vec<f64> = of(true)
                .flat_map(|a| of(false).map(move |b| if a == b { 0.5 } else { f64::from(u8::from(a > b)) }))
                .collect();
            let expected = (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64);
            match (auroc(&scores, &positive), expected) {
                (Some(found), Some(expected)) => prop_assert!((found - expected).abs() < 1e-12),
                (found, expected) => prop_assert_eq!(found, expected),
            }
        }
    }
}
