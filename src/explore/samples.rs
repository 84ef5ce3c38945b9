//! Draws from the prior, hotter or colder.

use super::traversal::prior_sample;

/// `count` latent vectors from `N(0, temperature^2 I)`: 1 for the prior itself, less for what is more typical. The same seed gives
/// the same draws, the first ones whatever the count.
pub fn draws(latent: usize, count: usize, temperature: f32, seed: u64) -> Vec<Vec<f32>> {
    let draw = |index: usize| {
        let mut z = prior_sample(latent, seed, index as u64);
        z.iter_mut().for_each(|value| *value *= temperature);
        z
    };
    (0..count).map(draw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temperature_scales_the_same_draws() {
        let (warm, cold) = (draws(5, 3, 1.0, 7), draws(5, 4, 0.5, 7));
        for (warm, cold) in warm.iter().zip(&cold) {
            assert!(warm.iter().zip(cold).all(|(warm, cold)| *cold == 0.5 * warm));
        }
        assert_eq!(draws(5, 2, 0.0, 7), vec![vec![0.0; 5]; 2]);
        assert_ne!(draws(5, 1, 1.0, 8), draws(5, 1, 1.0, 7));
    }
}
