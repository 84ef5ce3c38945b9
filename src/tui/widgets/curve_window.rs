//! How a person looks at a plot: which part of its horizontal axis is visible, and where on it values are read.

use serde::{Deserialize, Serialize};

use super::axis::Axis;

/// The visible part of an axis, and the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurveWindow {
    /// Where it begins and ends, in fractions of the whole.
    pub window: (f64, f64),
    /// Where values are read: a fraction of what is visible, from the left.
    pub cursor: f64,
}

/// The smallest part of an axis that can be looked at.
const SMALLEST: f64 = 1.0 / 256.0;

impl Default for CurveWindow {
    fn default() -> Self {
        Self {
            window: (0.0, 1.0),
            cursor: 1.0,
        }
    }
}

impl CurveWindow {
    /// What is usual in the place of what a damaged file may say.
    pub fn checked(mut self) -> Self {
        let (start, end) = self.window;
        if !(0.0 <= start && start < end && end <= 1.0) {
            self.window = Self::default().window;
        }
        if !(0.0..=1.0).contains(&self.cursor) {
            self.cursor = Self::default().cursor;
        }
        self
    }

    /// The visible part of an axis.
    pub fn axis(&self, whole: Axis) -> Axis {
        let (start, end) = self.window;
        Axis {
            start: whole.value(start),
            end: whole.value(end),
            ..whole
        }
    }

    /// The same with the cursor `at` a fraction of the whole; the window moves as far as it takes to show it.
    pub fn showing(self, at: f64) -> Self {
        let (start, end) = self.window;
        let width = end - start;
        let start = start.min(at).max(at - width).clamp(0.0, 1.0 - width);
        Self {
            window: (start, start + width),
            cursor: ((at - start) / width).clamp(0.0, 1.0),
        }
    }

    /// The fraction of the whole that lies under the cursor.
    pub fn at(&self) -> f64 {
        let (start, end) = self.window;
        start + self.cursor * (end - start)
    }

    /// Moves the cursor by a fraction of what is visible; at an edge the window moves along.
    pub fn move_cursor(&mut self, by: f64) {
        let (start, end) = self.window;
        // Without what rounding adds, steps to and fro end where they began.
        let to = ((self.cursor + by) * 1e6).round() / 1e6;
        self.cursor = to.clamp(0.0, 1.0);
        let width = end - start;
        let start = (start + (to - self.cursor) * width).clamp(0.0, 1.0 - width);
        self.window = (start, start + width);
    }

    /// Shows `factor` times as much of the axis; what is under the cursor stays there where it can.
    pub fn zoom(&mut self, factor: f64) {
        let (start, end) = self.window;
        let width = end - start;
        let at = start + self.cursor * width;
        let width = (factor * width).clamp(SMALLEST, 1.0);
        let start = (at - self.cursor * width).clamp(0.0, 1.0 - width);
        self.window = (start, start + width);
        self.cursor = ((at - start) / width).clamp(0.0, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_under_the_cursor_stays_there_through_any_zoom(moves in prop::collection::vec((-0.3_f64..0.3, 0.2_f64..4.0), 1..30)) {
            let mut looking = CurveWindow::default();
            for (by, factor) in moves {
                looking.move_cursor(by);
                let before = looking.at();
                looking.zoom(factor);
                prop_assert!((looking.at() - before).abs() < 1e-9);
                prop_assert_eq!(looking.checked(), looking);
            }
        }
    }

    #[test]
    fn the_window_moves_as_far_as_it_takes_to_show_a_place() {
        let looking = CurveWindow {
            window: (0.25, 0.5),
            cursor: 0.0,
        };
        for (at, window) in [
            (0.0, (0.0, 0.25)),
            (0.25, (0.25, 0.5)),
            (0.375, (0.25, 0.5)),
            (0.5, (0.25, 0.5)),
            (0.75, (0.5, 0.75)),
            (1.0, (0.75, 1.0)),
        ] {
            let showing = looking.showing(at);
            assert_eq!((showing.window, showing.at()), (window, at));
        }
    }

    #[test]
    fn the_window_follows_the_cursor_beyond_its_edge() {
        let mut looking = CurveWindow::default();
        looking.move_cursor(-0.5);
        looking.zoom(0.5);
        assert_eq!((looking.window, looking.cursor), ((0.25, 0.75), 0.5));
        looking.move_cursor(0.75);
        assert_eq!((looking.window, looking.cursor), ((0.375, 0.875), 1.0));
        looking.move_cursor(9.0);
        assert_eq!((looking.window, looking.cursor), ((0.5, 1.0), 1.0));
    }

    #[test]
    fn what_a_damaged_file_says_is_not_looked_at() {
        for (window, cursor) in [((0.5, 0.5), 0.5), ((-1.0, 2.0), f64::NAN), ((f64::NAN, 1.0), 7.0)] {
            let checked = CurveWindow { window, cursor }.checked();
            assert_eq!(checked.window, (0.0, 1.0));
            assert!((0.0..=1.0).contains(&checked.cursor));
        }
    }
}
