//! Attributes as directions of the latent space: the difference of the means of two sets of items (Larsen et al. 2016, White 2016).

/// The mean of some latent vectors; none of none.
pub fn mean(vectors: &[Vec<f32>]) -> Option<Vec<f32>> {
    let mut sums = vec![0.0_f64; vectors.first()?.len()];
    for vector in vectors {
        for (sum, &value) in sums.iter_mut().zip(vector) {
            *sum += f64::from(value);
        }
    }
    Some(
        sums.into_iter()
            .map(|sum| (sum / vectors.len() as f64) as f32)
            .collect(),
    )
}

/// The way from the mean `away` to the mean `towards`; from the origin, which is the prior's mean, where there is no `away`.
pub fn direction(towards: &[f32], away: Option<&[f32]>) -> Vec<f32> {
    match away {
        Some(away) => towards
            .iter()
            .zip(away)
            .map(|(towards, away)| towards - away)
            .collect(),
        None => towards.to_vec(),
    }
}

/// `z + strength * direction`.
pub fn moved(z: &[f32], direction: &[f32], strength: f32) -> Vec<f32> {
    z.iter()
        .zip(direction)
        .map(|(z, direction)| z + strength * direction)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_direction_leads_from_one_mean_to_the_other() {
        let one = mean(&[vec![1.0, 2.0], vec![3.0, -2.0]]).unwrap();
        let other = mean(&[vec![5.0, 5.0]]).unwrap();
        assert_eq!(
            (one.as_slice(), other.as_slice()),
            (&[2.0, 0.0][..], &[5.0, 5.0][..])
        );
        assert_eq!(mean(&[]), None);
        let direction = direction(&other, Some(&one));
        assert_eq!(moved(&one, &direction, 1.0), other);
        assert_eq!(moved(&one, &direction, -2.0), [-4.0, -10.0]);
        assert_eq!(moved(&one, &direction, 0.0), one);
        assert_eq!(super::direction(&other, None), other);
    }
}
