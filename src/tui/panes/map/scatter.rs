//! Points as dots, eight to a cell, and which of their groups each cell has most of.

use ratatui::layout::Rect;

/// The rectangle that some points fill, with a margin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Its lower left corner.
    low: [f32; 2],
    /// Its upper right corner.
    high: [f32; 2],
}

/// The margin, as a share of the width.
const MARGIN: f32 = 0.03;

impl Frame {
    /// Around some points; of width 1 at least, for few of them.
    pub fn around(points: &[[f32; 2]]) -> Self {
        let (mut low, mut high) = ([-0.5_f32; 2], [0.5_f32; 2]);
        for point in points.iter().filter(|point| point.iter().all(|x| x.is_finite())) {
            for axis in 0..2 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        for axis in 0..2 {
            let margin = MARGIN * (high[axis] - low[axis]);
            (low[axis], high[axis]) = (low[axis] - margin, high[axis] + margin);
        }
        Self { low, high }
    }

    /// The width and the height.
    pub fn size(&self) -> [f32; 2] {
        [self.high[0] - self.low[0], self.high[1] - self.low[1]]
    }

    /// The point within it that is nearest to one.
    pub fn clamped(&self, point: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| point[axis].clamp(self.low[axis], self.high[axis]))
    }

    /// The place of a point among so many columns and rows, the first row at the top; none of a point outside.
    pub fn place(&self, point: [f32; 2], (columns, rows): (usize, usize)) -> Option<(usize, usize)> {
        let size = self.size();
        let share = [0, 1].map(|axis| (point[axis] - self.low[axis]) / size[axis]);
        if !share.iter().all(|share| (0.0..=1.0).contains(share)) || columns == 0 || rows == 0 {
            return None;
        }
        let place = |share: f32, count: usize| ((share * count as f32) as usize).min(count - 1);
        Some((place(share[0], columns), place(1.0 - share[1], rows)))
    }

    /// The middle of a cell among so many columns and rows: a point that has this [place](Self::place).
    pub fn middle(&self, place: (usize, usize), (columns, rows): (usize, usize)) -> [f32; 2] {
        let share = |place: usize, count: usize| (place as f32 + 0.5) / count.max(1) as f32;
        let shares = [share(place.0, columns), 1.0 - share(place.1, rows)];
        let size = self.size();
        [0, 1].map(|axis| self.low[axis] + shares[axis] * size[axis])
    }

    /// The `count` points nearest to one, the nearest first, by distances as they are seen: in shares of the frame.
    pub fn nearest(&self, points: &[[f32; 2]], to: [f32; 2], count: usize) -> Vec<usize> {
        let size = self.size();
        let distance = |point: &[f32; 2]| -> f32 {
            let parts = [0, 1].map(|axis| (point[axis] - to[axis]) / size[axis]);
            parts[0] * parts[0] + parts[1] * parts[1]
        };
        let mut found: Vec<(usize, f32)> = Vec::with_capacity(count + 1);
        for (index, point) in points.iter().enumerate() {
            let distance = distance(point);
            let is_farther = found.len() == count && found.last().is_some_and(|last| last.1 <= distance);
            if !is_farther && distance.is_finite() {
                let place = found.partition_point(|nearer| nearer.1 <= distance);
                found.insert(place, (index, distance));
                found.truncate(count);
            }
        }
        found.into_iter().map(|(index, _)| index).collect()
    }
}

/// What lies in one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its column and row, from the upper left.
    pub place: (usize, usize),
    /// The points that lie there.
    pub points: usize,
    /// The dots that they make, as bits of a braille character.
    pub dots: u8,
    /// The group that most of them are of.
    pub group: u32,
}

/// The bit of the dot at a column and a row of a braille character.
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The cells of an area in which points lie, each point of a group.
pub fn cells(points: &[[f32; 2]], group: impl Fn(usize) -> u32, area: Rect) -> Vec<Cell> {
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let frame = Frame::around(points);
    let dot = |(index, &point): (usize, &[f32; 2])| {
        let (x, y) = frame.place(point, (2 * columns, 4 * rows))?;
        let cell = y / 4 * columns + x / 2;
        Some((cell, group(index), DOTS[y % 4][x % 2]))
    };
    let mut dots: Vec<(usize, u32, u8)> = points.iter().enumerate().filter_map(dot).collect();
    dots.sort_unstable();
    let of_cell = |dots: &[(usize, u32, u8)]| {
        let groups = dots.chunk_by(|a, b| a.1 == b.1);
        // Of two as large ones the first.
        let largest = groups.rev().max_by_key(|same| same.len());
        Cell {
            place: (dots[0].0 % columns, dots[0].0 / columns),
            points: dots.len(),
            dots: dots.iter().fold(0, |all, dot| all | dot.2),
            group: largest.map_or(0, |same| same[0].1),
        }
    };
    dots.chunk_by(|a, b| a.0 == b.0).map(of_cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_shows_the_dots_of_its_points_and_the_group_of_most() {
        // The corners of the frame, and three points in the cell of the upper right one.
        let points = [[-10.0, -10.0], [10.0, 10.0], [10.0, 10.0], [10.0, 9.9]];
        let groups = [7, 1, 2, 2];
        let found = cells(&points, |index| groups[index], Rect::new(0, 0, 10, 5));
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].place, found[0].points, found[0].group), ((9, 0), 3, 2));
        assert_eq!((found[1].place, found[1].points, found[1].group), ((0, 4), 1, 7));
        assert_eq!((found[0].dots.count_ones(), found[1].dots.count_ones()), (1, 1));
    }

    #[test]
    fn places_run_from_the_upper_left_to_the_lower_right() {
        let frame = Frame::around(&[[-2.0, -1.0], [2.0, 1.0]]);
        assert_eq!(frame.place([-2.0, 1.0], (40, 20)), Some((1, 0)));
        assert_eq!(frame.place([2.0, -1.0], (40, 20)), Some((38, 19)));
        assert_eq!(frame.place([3.0, 0.0], (40, 20)), None);
        assert_eq!(frame.place([f32::NAN, 0.0], (40, 20)), None);
        assert_eq!(frame.place([0.0, 0.0], (0, 0)), None);
        assert_eq!(frame.clamped([9.0, 0.5]), [2.12, 0.5]);
        for place in [(0, 0), (39, 19), (7, 12)] {
            assert_eq!(frame.place(frame.middle(place, (40, 20)), (40, 20)), Some(place));
        }
    }

    #[test]
    fn the_nearest_are_those_that_look_nearest() {
        // Ten times as wide as high: a step to the right is a tenth of one upwards.
        let points = [[0.0, 0.0], [10.0, 0.0], [0.0, 1.5], [100.0, 10.0]];
        let frame = Frame::around(&points);
        assert_eq!(frame.nearest(&points, [0.0, 0.0], 3), [0, 1, 2]);
        assert_eq!(
            frame.nearest(&[[f32::NAN; 2]], [0.0, 0.0], 3),
            Vec::<usize>::new()
        );
    }
}
