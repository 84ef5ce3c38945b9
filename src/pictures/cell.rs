//! The two colours and the pattern of a cell that are nearest to a picture.
//!
//! A cell covers some points of the picture, each the mean of the area that it stands for. Any pattern divides them in two sets,
//! and the best colour of a set is its mean, or what the terminal has nearest to that. The squared error that is left, over red,
//! green and blue as they are sent, is the least of all patterns and colours:
//!
//! - greys are sorted, and divided between two of them: with any two colours each grey is nearest to one, which is one end of the
//!   line, so no other division can be better;
//! - colours have no order, so all divisions are tried, 128 of 8 points, each differing from the one before in one point;
//! - where there are sixteen colours, all pairs of them are tried instead, each point having the nearer one.

use super::palette::{self, distance};
use crate::terminal_facts::ColourDepth;

/// The most points of a cell.
const MOST: usize = 8;

/// How a cell is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// A bit for every point that has the ink; the last point never has, so that there is one way to write each cell.
    pub pattern: u8,
    /// The colour of those points.
    pub ink: [u8; 3],
    /// The colour of the others.
    pub paper: [u8; 3],
}

/// A division of the points, with the squared error that it leaves.
#[derive(Clone, Copy)]
struct Division {
    pattern: u8,
    error: f32,
    ink: [u8; 3],
    paper: [u8; 3],
}

/// What is known of the points of a cell: their number, their mean, and their squared distances from it.
#[derive(Clone, Copy)]
struct Points {
    count: usize,
    mean: [f32; 3],
    spread: f32,
    depth: ColourDepth,
}

impl Cell {
    /// The best for some points, at most 8, whose red, green and blue lie between 0 and 255, with the colours that `depth` has.
    pub fn nearest(colours: &[[f32; 3]], depth: ColourDepth) -> Self {
        let colours = &colours[..colours.len().min(MOST)];
        let count = colours.len();
        let share = 1.0 / count.max(1) as f32;
        let sum = colours.iter().fold([0.0; 3], |sum, colour| add(sum, *colour));
        let mean = sum.map(|part| part * share);
        // Distances from the mean keep the sums small, and those of the two sets opposite.
        let mut centred = [[0.0; 3]; MOST];
        for (centred, colour) in centred.iter_mut().zip(colours) {
            *centred = std::array::from_fn(|part| colour[part] - mean[part]);
        }
        let centred = &centred[..count];
        let points = Points {
            count,
            mean,
            spread: centred.iter().map(squared).sum(),
            depth,
        };
        let paper = palette::nearest_rgb(depth, mean);
        let mut best = Division {
            pattern: 0,
            error: points.spread + count as f32 * distance(paper, mean),
            ink: paper,
            paper,
        };
        if points.spread > as_one(depth) {
            if colours
                .iter()
                .all(|[red, green, blue]| red == green && green == blue)
            {
                points.divide_greys(centred, &mut best);
            } else if depth == ColourDepth::Ansi16 {
                choose_pair(colours, &mut best);
            } else {
                points.divide_colours(centred, &mut best);
            }
        }
        best.cell(count)
    }
}

/// The spread up to which points are all of one colour, as most of a picture's ground is: with 24 bits what rounding to them takes
/// away, in a palette, whose colours lie far apart and may part what is nearly equal, no more than the rounding of the points.
fn as_one(depth: ColourDepth) -> f32 {
    match depth {
        ColourDepth::TrueColour | ColourDepth::Monochrome => 0.5,
        ColourDepth::Indexed256 | ColourDepth::Ansi16 => 1e-4,
    }
}

impl Points {
    fn divide_greys(&self, centred: &[[f32; 3]], best: &mut Division) {
        let mut order: [u8; MOST] = [0, 1, 2, 3, 4, 5, 6, 7];
        let order = &mut order[..centred.len()];
        order.sort_unstable_by(|&a, &b| centred[usize::from(a)][0].total_cmp(&centred[usize::from(b)][0]));
        let (mut sum, mut pattern) = ([0.0; 3], 0);
        for (place, &point) in order[..self.count - 1].iter().enumerate() {
            sum = add(sum, centred[usize::from(point)]);
            pattern |= 1 << point;
            self.consider(pattern, place + 1, sum, best);
        }
    }

    fn divide_colours(&self, centred: &[[f32; 3]], best: &mut Division) {
        let (mut sum, mut pattern, mut inked) = ([0.0; 3], 0_u8, 0_usize);
        // A Gray code: every number changes one point. The last point stays out, since a division and its opposite are one.
        for number in 1_u32..1 << (self.count - 1) {
            let point = number.trailing_zeros() as usize;
            pattern ^= 1 << point;
            let colour = centred[point];
            if pattern >> point & 1 == 1 {
                sum = add(sum, colour);
                inked += 1;
            } else {
                sum = std::array::from_fn(|part| sum[part] - colour[part]);
                inked -= 1;
            }
            self.consider(pattern, inked, sum, best);
        }
    }

    /// Takes a division if it is better: `inked` points, whose distances from the mean have this sum, from 1 to all but one.
    fn consider(&self, pattern: u8, inked: usize, sum: [f32; 3], best: &mut Division) {
        let (inked, others) = (inked as f32, (self.count - inked) as f32);
        // What the two means explain of the spread.
        let within = self.spread - squared(&sum) * (1.0 / inked + 1.0 / others);
        if within >= best.error {
            return;
        }
        let mean = |share: f32| std::array::from_fn(|part| self.mean[part] + share * sum[part]);
        let (ink_mean, paper_mean) = (mean(1.0 / inked), mean(-1.0 / others));
        let ink = palette::nearest_rgb(self.depth, ink_mean);
        let paper = palette::nearest_rgb(self.depth, paper_mean);
        let error = match self.depth {
            // Rounding to 24 bits is beneath what is told apart.
            ColourDepth::TrueColour | ColourDepth::Monochrome => within,
            ColourDepth::Indexed256 | ColourDepth::Ansi16 => {
                within + inked * distance(ink, ink_mean) + others * distance(paper, paper_mean)
            }
        };
        if error < best.error {
            *best = Division {
                pattern,
                error,
                ink,
                paper,
            };
        }
    }
}

/// Takes the pair of the sixteen colours that is nearest to the points.
fn choose_pair(colours: &[[f32; 3]], best: &mut Division) {
    let distances = palette::sixteen().map(|colour| {
        let mut of_points = [0.0; MOST];
        for (of_point, wanted) in of_points.iter_mut().zip(colours) {
            *of_point = distance(colour, *wanted);
        }
        (colour, of_points)
    });
    for (place, (paper, of_paper)) in distances.iter().enumerate() {
        for (ink, of_ink) in &distances[place + 1..] {
            let (mut pattern, mut error) = (0, 0.0);
            for point in 0..colours.len() {
                pattern |= u8::from(of_ink[point] < of_paper[point]) << point;
                error += of_ink[point].min(of_paper[point]);
            }
            if error < best.error {
                *best = Division {
                    pattern,
                    error,
                    ink: *ink,
                    paper: *paper,
                };
            }
        }
    }
}

impl Division {
    fn cell(self, count: usize) -> Cell {
        let Self {
            pattern, ink, paper, ..
        } = self;
        let all = (1_u16 << count).wrapping_sub(1) as u8;
        let last = all ^ (all >> 1);
        if ink == paper || pattern == all {
            Cell {
                pattern: 0,
                ink,
                paper: ink,
            }
        } else if pattern & last != 0 {
            Cell {
                pattern: all ^ pattern,
                ink: paper,
                paper: ink,
            }
        } else {
            Cell { pattern, ink, paper }
        }
    }
}

fn add(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    std::array::from_fn(|part| a[part] + b[part])
}

fn squared([red, green, blue]: &[f32; 3]) -> f32 {
    red * red + green * green + blue * blue
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(cell: Cell, colours: &[[f32; 3]]) -> f32 {
        let of = |(point, colour): (usize, &[f32; 3])| {
            let drawn = if cell.pattern >> point & 1 == 1 {
                cell.ink
            } else {
                cell.paper
            };
            distance(drawn, *colour)
        };
        colours.iter().enumerate().map(of).sum()
    }

    /// The least error of all patterns, each with the colours nearest to its means.
    fn least(colours: &[[f32; 3]], depth: ColourDepth) -> f32 {
        let mean = |set: &[[f32; 3]]| {
            let sum = set.iter().fold([0.0; 3], |sum, colour| add(sum, *colour));
            sum.map(|part| part / set.len().max(1) as f32)
        };
        let of_pattern = |pattern: u8| {
            let set = |bit: u8| -> Vec<[f32; 3]> {
                let points = colours.iter().enumerate();
                points
                    .filter(|(point, _)| pattern >> point & 1 == bit)
                    .map(|(_, colour)| *colour)
                    .collect()
            };
            let [paper, ink] = [set(0), set(1)].map(|set| palette::nearest_rgb(depth, mean(&set)));
            error(Cell { pattern, ink, paper }, colours)
        };
        (0..1_u16 << colours.len())
            .map(|pattern| of_pattern(pattern as u8))
            .fold(f32::INFINITY, f32::min)
    }

    fn grey(levels: &[f32]) -> Vec<[f32; 3]> {
        levels.iter().map(|&level| [level; 3]).collect()
    }

    #[test]
    fn two_colours_are_kept_and_one_is_paper() {
        let cell = Cell::nearest(&grey(&[10.0, 200.0, 200.0, 10.0]), ColourDepth::TrueColour);
        assert_eq!(
            cell,
            Cell {
                pattern: 0b0110,
                ink: [200; 3],
                paper: [10; 3]
            }
        );
        let cell = Cell::nearest(&grey(&[7.0; 8]), ColourDepth::TrueColour);
        assert_eq!(
            cell,
            Cell {
                pattern: 0,
                ink: [7; 3],
                paper: [7; 3]
            }
        );
        let (red, blue) = ([255.0, 0.0, 0.0], [0.0, 0.0, 255.0]);
        let cell = Cell::nearest(&[red, blue, blue, blue, red, red], ColourDepth::TrueColour);
        assert_eq!(
            cell,
            Cell {
                pattern: 0b1110,
                ink: [0, 0, 255],
                paper: [255, 0, 0]
            }
        );
        assert_eq!(Cell::nearest(&[], ColourDepth::TrueColour).pattern, 0);
    }

    #[test]
    fn what_the_terminal_cannot_tell_apart_is_one_colour() {
        let cell = Cell::nearest(&grey(&[0.0, 51.0]), ColourDepth::Ansi16);
        assert_eq!(
            cell,
            Cell {
                pattern: 0,
                ink: [0; 3],
                paper: [0; 3]
            }
        );
    }

    proptest! {
        #[test]
        fn no_pattern_is_nearer(
            levels in proptest::collection::vec(0_f32..=255.0, 1..=8),
            colours in proptest::collection::vec(proptest::array::uniform3(0_f32..=255.0), 1..=6),
        ) {
            for depth in [ColourDepth::TrueColour, ColourDepth::Indexed256, ColourDepth::Ansi16] {
                for points in [&grey(&levels), &colours] {
                    let found = error(Cell::nearest(points, depth), points);
                    let least = least(points, depth);
                    // Colours are rounded to bytes, half a level of each part of each of 8 points, and nearly equal points are one.
                    prop_assert!(found <= least * 1.001 + 8.0, "{depth:?}: {found} instead of {least}");
                }
            }
        }
    }
}
