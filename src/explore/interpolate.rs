//! The way from one latent vector to another.

/// `steps` points from `a` to `b`, both ends included, evenly spaced on the straight line: `(1 - t) a + t b`. One step alone is
/// half way.
pub fn straight(a: &[f32], b: &[f32], steps: usize) -> Vec<Vec<f32>> {
    let at = |t: f32| a.iter().zip(b).map(|(a, b)| (1.0 - t) * a + t * b).collect();
    fractions(steps).map(at).collect()
}

/// The same along the arc between their directions (Shoemake 1985): `(sin((1 - t) w) a + sin(t w) b) / sin w`, with `w` the angle
/// between them. It stays as far from the origin as draws from a prior of many dimensions are, where the straight line
/// doesn't. Where there is no arc (an end at the origin, the same or opposite directions) it is the straight line.
pub fn spherical(a: &[f32], b: &[f32], steps: usize) -> Vec<Vec<f32>> {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum::<f64>()
    };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    let angle = (dot(a, b) / lengths).clamp(-1.0, 1.0).acos();
    // Single precision can't tell smaller sines from 0.
    if lengths == 0.0 || angle.sin() < 1e-6 {
        return straight(a, b, steps);
    }
    let at = |t: f32| {
        let t = f64::from(t);
        let (of_a, of_b) = (
            ((1.0 - t) * angle).sin() / angle.sin(),
            (t * angle).sin() / angle.sin(),
        );
        let pairs = a.iter().zip(b);
        pairs
            .map(|(&a, &b)| (of_a * f64::from(a) + of_b * f64::from(b)) as f32)
            .collect()
    };
    fractions(steps).map(at).collect()
}

fn fractions(steps: usize) -> impl Iterator<Item = f32> {
    (0..steps).map(move |step| {
        if steps == 1 {
            0.5
        } else {
            step as f32 / (steps - 1) as f32
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[Vec<f32>], expected: &[[f32; 2]]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(near, "{found:?} for {expected:?}");
        }
    }

    #[test]
    fn the_straight_line_is_divided_evenly() {
        close(
            &straight(&[0.0, 2.0], &[4.0, 0.0], 3),
            &[[0.0, 2.0], [2.0, 1.0], [4.0, 0.0]],
        );
        close(&straight(&[0.0, 2.0], &[4.0, 0.0], 1), &[[2.0, 1.0]]);
        assert!(straight(&[0.0], &[1.0], 0).is_empty());
    }

    #[test]
    fn the_arc_keeps_its_radius_and_its_angles() {
        let (half, root) = (0.5, 0.75_f32.sqrt());
        // A quarter of a circle of radius 2 in thirds: 0, 30, 60 and 90 degrees.
        let expected = [
            [2.0, 0.0],
            [2.0 * root, 2.0 * half],
            [2.0 * half, 2.0 * root],
            [0.0, 2.0],
        ];
        close(&spherical(&[2.0, 0.0], &[0.0, 2.0], 4), &expected);
    }

    #[test]
    fn without_an_arc_the_way_is_straight() {
        for (a, b) in [
            ([1.0, 1.0], [3.0, 3.0]),
            ([1.0, 0.0], [-1.0, 0.0]),
            ([0.0, 0.0], [1.0, 2.0]),
        ] {
            assert_eq!(spherical(&a, &b, 5), straight(&a, &b, 5));
        }
    }
}
