//! The cells of pictures that were drawn before: most stand unchanged from frame to frame, and working one out is most of the
//! time that a frame takes, which a training on the same cores loses.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;

use crate::pictures::cell::Cell;

/// Cells that a thread keeps at most, those of some hundred pictures; with the next picture it begins anew.
const MOST: usize = 1 << 17;

#[derive(Default)]
struct Kept {
    /// Cells, row by row, by the hash of all that decides them.
    pictures: HashMap<u64, Vec<(char, Cell)>>,
    /// How many there are in all.
    cells: usize,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Shows `show` the cells of a picture that `decided_by` tells from every other: as `cells` works them out, or as it did before.
pub fn with_cells(
    decided_by: impl Hash,
    cells: impl FnOnce() -> Vec<(char, Cell)>,
    show: impl FnOnce(&[(char, Cell)]),
) {
    let hash = FixedState::default().hash_one(decided_by);
    KEPT.with_borrow_mut(|kept| {
        if !kept.pictures.contains_key(&hash) {
            let cells = cells();
            if kept.cells + cells.len() > MOST {
                *kept = Kept::default();
            }
            kept.cells += cells.len();
            kept.pictures.insert(hash, cells);
        }
        show(&kept.pictures[&hash]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(grey: u8, count: usize) -> Vec<(char, Cell)> {
        let cell = Cell {
            pattern: 0,
            ink: [grey; 3],
            paper: [0; 3],
        };
        vec![(' ', cell); count]
    }

    #[test]
    fn a_picture_is_worked_out_once_and_another_is_not_taken_for_it() {
        let mut worked_out = 0;
        for (name, grey) in [("a", 1), ("b", 2), ("a", 1), ("b", 2)] {
            let cells = || {
                worked_out += 1;
                picture(grey, 4)
            };
            with_cells(name, cells, |shown| assert_eq!(shown, picture(grey, 4)));
        }
        assert_eq!(worked_out, 2);
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        for index in 0..10_u8 {
            with_cells(index, || picture(index, MOST / 3), |_| {});
            KEPT.with_borrow(|kept| {
                assert!(kept.cells <= MOST);
                assert_eq!(kept.cells, kept.pictures.values().map(Vec::len).sum::<usize>());
            });
        }
        // One that is larger than that is shown all the same.
        with_cells(
            "large",
            || picture(9, 2 * MOST),
            |shown| assert_eq!(shown.len(), 2 * MOST),
        );
    }
}
