//! Which training points a step sees.

use rand::seq::SliceRandom;

use crate::random::{Purpose, generator};

/// An endless walk over the training points: every epoch in an order of its own, one after the other.
///
/// The position is the number of points seen so far, so nothing else needs to be saved. A minibatch may span the end
/// of an epoch.
#[derive(Clone, Debug)]
pub struct MinibatchOrder {
    seed: u64,
    order: Vec<u32>,
    epoch: u64,
}

impl MinibatchOrder {
    /// The walk over the training points with these numbers.
    pub fn new(seed: u64, points: Vec<u32>) -> Self {
        let mut walk = Self {
            seed,
            order: points,
            epoch: 0,
        };
        walk.shuffle();
        walk
    }

    /// How many training points an epoch has.
    pub fn points(&self) -> usize {
        self.order.len()
    }

    /// The indices of the `count` training points that follow the first `seen`.
    pub fn indices(&mut self, seen: u64, count: usize) -> Vec<usize> {
        let points = self.order.len() as u64;
        (seen..seen + count as u64)
            .map(|position| {
                if position / points != self.epoch {
                    self.epoch = position / points;
                    self.shuffle();
                }
                self.order[(position % points) as usize] as usize
            })
            .collect()
    }

    /// As many of the indices of the `count` training points behind the first `seen` as belong to the epoch of the last ones.
    pub fn upcoming(&self, seen: u64, count: usize) -> impl Iterator<Item = usize> {
        let points = self.order.len() as u64;
        let positions =
            (seen..seen + count as u64).take_while(move |position| position / points == self.epoch);
        positions.map(move |position| self.order[(position % points) as usize] as usize)
    }

    fn shuffle(&mut self) {
        // From the sorted order each time, so that an epoch's order does not depend on the epochs before it.
        self.order.sort_unstable();
        self.order
            .shuffle(&mut generator(self.seed, Purpose::Shuffle, self.epoch, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_point_once_and_the_next_in_another_order() {
        let mut walk = MinibatchOrder::new(1, (0..1_000).collect());
        let first = walk.indices(0, 1_000);
        let second = walk.indices(1_000, 1_000);
        let sorted = |mut indices: Vec<usize>| {
            indices.sort_unstable();
            indices
        };
        assert_eq!(sorted(first.clone()), (0..1_000).collect::<Vec<_>>());
        assert_eq!(sorted(second.clone()), sorted(first.clone()));
        assert_ne!(first, second);
    }

    #[test]
    fn what_comes_next_is_known_up_to_the_end_of_the_epoch() {
        let mut walk = MinibatchOrder::new(1, (0..10).collect());
        let of_epoch = walk.indices(0, 10);
        walk.indices(0, 4);
        assert_eq!(walk.upcoming(4, 4).collect::<Vec<_>>(), of_epoch[4..8]);
        assert_eq!(walk.upcoming(8, 4).collect::<Vec<_>>(), of_epoch[8..]);
        assert_eq!(walk.upcoming(10, 4).count(), 0);
    }

    #[test]
    fn points_that_are_left_out_are_never_seen() {
        let mut walk = MinibatchOrder::new(1, vec![3, 5, 8]);
        let mut seen = walk.indices(3, 3);
        seen.sort_unstable();
        assert_eq!((walk.points(), seen), (3, vec![3, 5, 8]));
    }

    #[test]
    fn the_walk_depends_on_the_position_alone() {
        let mut whole = MinibatchOrder::new(1, (0..70).collect());
        let whole: Vec<usize> = (0..10).flat_map(|step| whole.indices(step * 30, 30)).collect();
        let mut resumed = MinibatchOrder::new(1, (0..70).collect());
        assert_eq!(resumed.indices(210, 90), whole[210..]);
    }
}
