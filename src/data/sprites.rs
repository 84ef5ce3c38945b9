//! Images that the program draws itself: a shape on black, of which everything is known that makes it what it is.
//!
//! Five factors decide an image: shape, scale, rotation, and the two places, drawn evenly and independently of one another. They are
//! those of dSprites (Matthey, Higgins, Hassabis and Lerchner 2017), with fewer values; edges are grey, and rotations end before a
//! quarter turn, so that unlike factors never give the same image of a square. What is drawn depends on the item's part and place
//! alone, so that a name is all that a session keeps.

use rand::Rng;

use super::{Dataset, ItemShape, Part, Split};
use crate::random::{Purpose, generator};

/// The name of the data set in sessions and on the command line; `sprites:5000` has so many training images.
pub const NAME: &str = "sprites";
/// Rows and columns of an image.
pub const SIDE: usize = 64;
/// Training images where the name says no other number.
const USUAL_POINTS: usize = 20_000;
/// The most: 400 MB of pixels.
pub const MOST_POINTS: usize = 100_000;
/// For so many training images there is one for the test.
const TRAIN_PER_TEST: usize = 10;

const SHAPES: [&str; 3] = ["square", "ellipse", "heart"];

/// What decides an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What it is called.
    pub name: &'static str,
    /// How many values it has, from 0 up.
    pub values: usize,
}

/// All of them, in the order of [`values`].
pub const FACTORS: [Factor; 5] = [
    Factor {
        name: "shape",
        values: SHAPES.len(),
    },
    Factor {
        name: "scale",
        values: 6,
    },
    Factor {
        name: "rotation",
        values: 8,
    },
    Factor {
        name: "x",
        values: 16,
    },
    Factor {
        name: "y",
        values: 16,
    },
];

/// The training images of the data set of that name; none where it is another, or the number is none from 10 to
/// [`MOST_POINTS`].
pub fn training_points(name: &str) -> Option<usize> {
    let rest = name.strip_prefix(NAME)?;
    if rest.is_empty() {
        return Some(USUAL_POINTS);
    }
    let points = rest.strip_prefix(':')?.parse().ok()?;
    (TRAIN_PER_TEST..=MOST_POINTS).contains(&points).then_some(points)
}

/// The value of every factor of an item.
pub fn values(part: Part, item: usize) -> [usize; 5] {
    let part = match part {
        Part::Train => 0,
        Part::Test => 1,
    };
    let mut generator = generator(0, Purpose::Drawing, part, item as u64);
    FACTORS.map(|factor| generator.gen_range(0..factor.values))
}

/// Draws the data set of that name with so many [training images](training_points); `progress` hears the fraction done, from 0 to 1.
pub fn load(name: &str, train: usize, mut progress: impl FnMut(f32)) -> Dataset {
    let test = train / TRAIN_PER_TEST;
    let total = (train + test) as f32;
    let mut draw_part = |part: Part, points: usize, done_before: usize| {
        let mut pixels = vec![0; points * SIDE * SIDE];
        let mut labels = Vec::with_capacity(points);
        for (item, image) in pixels.chunks_exact_mut(SIDE * SIDE).enumerate() {
            let values = values(part, item);
            draw(values, image);
            labels.push(values[0] as u16);
            if item % 1_000 == 999 {
                progress((done_before + item + 1) as f32 / total);
            }
        }
        Split::of_bytes(pixels, labels, SIDE * SIDE)
    };
    let (train_split, test_split) = (
        draw_part(Part::Train, train, 0),
        draw_part(Part::Test, test, train),
    );
    Dataset {
        classes: SHAPES.map(str::to_owned).to_vec(),
        ..Dataset::new(name, ItemShape::grey(SIDE, SIDE), train_split, test_split)
    }
}

/// Samples of a pixel along each axis, of which the share inside the shape is its grey.
const SAMPLES: usize = 4;

/// Draws the image of these values.
fn draw([shape, scale, rotation, x, y]: [usize; 5], image: &mut [u8]) {
    // Half the extent in pixels, and the centre: whatever the values are, the shape lies inside the image.
    let half = 5.0 + scale as f32;
    let place = |value: usize| 18.0 + value as f32 * 28.0 / 15.0;
    let (centre_x, centre_y) = (place(x), place(y));
    let turn = rotation as f32 * std::f32::consts::FRAC_PI_2 / 8.0;
    let (sine, cosine) = turn.sin_cos();
    // The corner of a square is furthest away.
    let reach = half * std::f32::consts::SQRT_2 + 1.0;
    let span = |centre: f32| (centre - reach) as usize..((centre + reach) as usize + 1).min(SIDE);
    for row in span(centre_y) {
        for column in span(centre_x) {
            let mut inside = 0;
            for sample in 0..SAMPLES * SAMPLES {
                let within = |index: usize| (index as f32 + 0.5) / SAMPLES as f32;
                let dx = column as f32 + within(sample % SAMPLES) - centre_x;
                let dy = row as f32 + within(sample / SAMPLES) - centre_y;
                let (u, v) = ((cosine * dx + sine * dy) / half, (cosine * dy - sine * dx) / half);
                inside += usize::from(is_inside(shape, u, v));
            }
            image[row * SIDE + column] = (inside * 255 / (SAMPLES * SAMPLES)) as u8;
        }
    }
}

/// Whether a point, in units of half the extent, lies in a shape.
fn is_inside(shape: usize, u: f32, v: f32) -> bool {
    match shape {
        0 => u.abs().max(v.abs()) <= 0.9,
        1 => u * u + 4.0 * v * v <= 1.0,
        _ => {
            // The heart curve (a^2 + b^2 - 1)^3 = a^2 b^3, with its tip down.
            let (a, b) = (1.25 * u, -1.25 * v);
            let round = a * a + b * b - 1.0;
            round * round * round <= a * a * b * b * b
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(values: [usize; 5]) -> Vec<u8> {
        let mut image = vec![0; SIDE * SIDE];
        draw(values, &mut image);
        image
    }

    /// The mass of an image in pixels, and its centre.
    fn mass_and_centre(image: &[u8]) -> (f64, [f64; 2]) {
        let (mut mass, mut centre) = (0.0, [0.0; 2]);
        for (place, &value) in image.iter().enumerate() {
            let value = f64::from(value) / 255.0;
            mass += value;
            centre[0] += value * ((place % SIDE) as f64 + 0.5);
            centre[1] += value * ((place / SIDE) as f64 + 0.5);
        }
        (mass, centre.map(|sum| sum / mass))
    }

    #[test]
    fn a_name_says_how_many_there_are_and_what_each_is() {
        for (name, points) in [
            ("sprites", Some(20_000)),
            ("sprites:50", Some(50)),
            ("sprites:100000", Some(100_000)),
            ("sprites:100001", None),
            ("sprites:9", None),
            ("sprites:", None),
            ("sprites.npy", None),
            ("mnist", None),
        ] {
            assert_eq!(training_points(name), points, "{name}");
        }
        let (few, more) = (load("sprites:50", 50, |_| ()), load("sprites:80", 80, |_| ()));
        assert_eq!((few.train.points(), few.test.points()), (50, 5));
        for item in [0, 4] {
            assert_eq!(few.test.shown(item), more.test.shown(item));
        }
        assert_eq!(few.train.shown(49), more.train.shown(49));
        assert_ne!(few.train.shown(0), few.test.shown(0));
        for item in 0..50 {
            let values = values(Part::Train, item);
            assert_eq!(few.class(Part::Train, item), Some(SHAPES[values[0]]));
            assert!(
                values
                    .iter()
                    .zip(FACTORS)
                    .all(|(&value, factor)| value < factor.values)
            );
        }
    }

    #[test]
    fn every_factor_does_what_it_is_called() {
        let of = |values| mass_and_centre(&image(values));
        for shape in 0..3 {
            let (mass, [x, y]) = of([shape, 2, 3, 5, 9]);
            let (larger, _) = of([shape, 5, 3, 5, 9]);
            // Areas grow as the square of the scale, from half an extent of 7 to one of 10.
            assert!(
                (larger / mass - (10.0_f64 / 7.0).powi(2)).abs() < 0.05,
                "{shape}: {mass} {larger}"
            );
            let (_, [right, same_y]) = of([shape, 2, 3, 6, 9]);
            let (_, [same_x, down]) = of([shape, 2, 3, 5, 10]);
            for (moved, from, stays) in [(right, x, (same_y, y)), (down, y, (same_x, x))] {
                assert!(
                    (moved - from - 28.0 / 15.0).abs() < 0.1,
                    "{shape}: {moved} from {from}"
                );
                assert!((stays.0 - stays.1).abs() < 0.1);
            }
            let (turned_mass, _) = of([shape, 2, 4, 5, 9]);
            assert!((turned_mass / mass - 1.0).abs() < 0.03);
            assert_ne!(image([shape, 2, 4, 5, 9]), image([shape, 2, 3, 5, 9]));
        }
        // At both ends of every factor the shape lies inside the image.
        for ends in [
            [0, 5, 4, 0, 0],
            [0, 5, 4, 15, 15],
            [2, 5, 7, 0, 15],
            [1, 5, 0, 15, 0],
        ] {
            let image = image(ends);
            let edge = |place: usize| {
                place.is_multiple_of(SIDE)
                    || place % SIDE == SIDE - 1
                    || place / SIDE == 0
                    || place / SIDE == SIDE - 1
            };
            assert!(
                image
                    .iter()
                    .enumerate()
                    .all(|(place, &value)| !edge(place) || value == 0)
            );
        }
        let (square, _) = of([0, 5, 0, 8, 8]);
        assert!((square - 18.0 * 18.0).abs() < 8.0, "{square}");
        let (ellipse, _) = of([1, 5, 0, 8, 8]);
        assert!(
            (ellipse - std::f64::consts::PI * 10.0 * 5.0).abs() < 4.0,
            "{ellipse}"
        );
    }
}
