//! A map on which neighbours stay neighbours: uniform manifold approximation and projection (UMAP; McInnes, Healy and Melville 2018).
//!
//! It is made in two parts. A graph says how near the nearest neighbours of every point are ([`begin`]); then points that are
//! joined in it pull at one another, and others push, epoch after epoch ([`unfold`]). What has come about so far is a plain
//! value, so that whoever asks goes on with it, or doesn't, and sees it unfold.

use std::sync::Arc;

use rand::Rng;
use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::projection::{self, Projection};
use crate::cancel::{Cancel, checkpoint};
use crate::kernels::{Matrix, matmul};
use crate::random::{Purpose, generator};

/// Neighbours of every point.
const NEIGHBOURS: usize = 15;
/// Epochs until the map is done.
pub const EPOCHS: u32 = 200;
/// Points whose neighbours one thread looks for at a time.
const BLOCK: usize = 128;
/// Points that are pushed away for each that is pulled near.
const PUSHED: usize = 5;
/// The curve `1 / (1 + a d^(2 b))` by which distances on the map count, fitted to a least distance of 0.1.
const A: f32 = 1.577;
const B: f32 = 0.895;
/// The largest step along one axis.
const LONGEST_STEP: f32 = 4.0;
/// Half of the width with which the map begins.
const FIRST_REACH: f32 = 10.0;

/// A map on its way. A clone shares the graph.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NeighbourMap {
    /// Epochs that are done, of [`EPOCHS`].
    pub epoch: u32,
    /// Where every point lies by now.
    pub positions: Vec<[f32; 2]>,
    #[serde(serialize_with = "write_graph", deserialize_with = "read_graph")]
    graph: Arc<Graph>,
}

/// Which points are neighbours, and how much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Graph {
    edges: Vec<Edge>,
}

/// Two points and their weight from 0 to 1: the fuzzy union of how much each is the other's neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Edge {
    from: u32,
    to: u32,
    weight: f32,
}

impl NeighbourMap {
    /// Whether a map that came from elsewhere can be unfolded further.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn check(&self) -> Result<(), String> {
        let points = self.positions.len();
        let is_there = |point: u32| (point as usize) < points;
        let is_sound =
            |edge: &Edge| is_there(edge.from) && is_there(edge.to) && (0.0..=1.0).contains(&edge.weight);
        if !self.positions.iter().flatten().all(|x| x.is_finite()) {
            return Err("a map of neighbours has places that are not finite".into());
        }
        if !self.graph.edges.iter().all(is_sound) {
            return Err(format!(
                "a map of neighbours joins others than its {points} points"
            ));
        }
        Ok(())
    }
}

impl PartialEq for NeighbourMap {
    /// Maps that share a graph are compared often, as each question is with the one before.
    fn eq(&self, other: &Self) -> bool {
        let has_same_graph = Arc::ptr_eq(&self.graph, &other.graph) || self.graph == other.graph;
        self.epoch == other.epoch && self.positions == other.positions && has_same_graph
    }
}

fn write_graph<S: Serializer>(graph: &Arc<Graph>, serializer: S) -> Result<S::Ok, S::Error> {
    graph.serialize(serializer)
}

fn read_graph<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Graph>, D::Error> {
    Graph::deserialize(deserializer).map(Arc::new)
}

/// The map of some latent vectors before its first epoch: their principal components, and who is whose neighbour. On the threads of
/// the pool it is called in; `None` as soon as it is cancelled.
pub fn begin(points: &[Vec<f32>], cancel: &Cancel) -> Option<NeighbourMap> {
    let latent = points.first().map_or(0, Vec::len);
    let plane = projection::plane(points, latent, Projection::Principal, cancel)?;
    let mut positions: Vec<[f32; 2]> = points.iter().map(|point| plane.position(point)).collect();
    let reach = positions
        .iter()
        .flatten()
        .fold(0.0_f32, |reach, x| reach.max(x.abs()));
    let scale = if reach > 0.0 { FIRST_REACH / reach } else { 1.0 };
    for (index, position) in positions.iter_mut().enumerate() {
        // Points in one place would pull and push along no direction: a golden angle tells them apart.
        let angle = index as f32 * 2.399_963;
        position[0] = scale * position[0] + 1e-3 * angle.cos();
        position[1] = scale * position[1] + 1e-3 * angle.sin();
    }
    Some(NeighbourMap {
        epoch: 0,
        positions,
        graph: Arc::new(Graph {
            edges: edges(&nearest(points, cancel)?),
        }),
    })
}

/// The map after so many more epochs, [`EPOCHS`] at most; `seed` decides which points push. `None` as soon as it is cancelled.
pub fn unfold(map: &NeighbourMap, epochs: u32, seed: u64, cancel: &Cancel) -> Option<NeighbourMap> {
    let last = map.epoch.saturating_add(epochs).min(EPOCHS);
    let mut positions = map.positions.clone();
    cancel.run(|| {
        for epoch in map.epoch..last {
            checkpoint();
            make_epoch(&map.graph.edges, &mut positions, epoch, seed);
        }
    })?;
    Some(NeighbourMap {
        epoch: last,
        positions,
        graph: map.graph.clone(),
    })
}

/// Pulls at the ends of every edge as often as its weight says, and pushes one of them away from others (algorithm 5).
fn make_epoch(edges: &[Edge], positions: &mut [[f32; 2]], epoch: u32, seed: u64) {
    let step = 1.0 - epoch as f32 / EPOCHS as f32;
    let heaviest = edges
        .iter()
        .map(|edge| edge.weight)
        .fold(f32::MIN_POSITIVE, f32::max);
    let mut random = generator(seed, Purpose::Map, epoch.into(), 0);
    for edge in edges {
        // The weight is a frequency: an edge of half the weight is used in every other epoch.
        let uses = |epochs: u32| (epochs as f32 * edge.weight / heaviest) as u32;
        if uses(epoch + 1) == uses(epoch) {
            continue;
        }
        let (from, to) = (edge.from as usize, edge.to as usize);
        let pull = moves(positions[from], positions[to], |squared| {
            -2.0 * A * B * squared.powf(B - 1.0) / (1.0 + A * squared.powf(B))
        });
        for axis in 0..2 {
            positions[from][axis] += step * pull[axis];
            positions[to][axis] -= step * pull[axis];
        }
        // The ends take turns at being pushed.
        let pushed = if uses(epoch + 1).is_multiple_of(2) {
            from
        } else {
            to
        };
        for _ in 0..PUSHED {
            let other = random.gen_range(0..positions.len());
            let push = moves(positions[pushed], positions[other], |squared| {
                2.0 * B / ((1e-3 + squared) * (1.0 + A * squared.powf(B)))
            });
            for axis in 0..2 {
                positions[pushed][axis] += step * push[axis];
            }
        }
    }
}

/// The way that one point goes because of another: along what is between them, times a factor of their squared distance.
fn moves(from: [f32; 2], to: [f32; 2], factor: impl Fn(f32) -> f32) -> [f32; 2] {
    let between = [from[0] - to[0], from[1] - to[1]];
    let squared = between[0] * between[0] + between[1] * between[1];
    if squared == 0.0 {
        return [0.0; 2];
    }
    let factor = factor(squared);
    between.map(|part| (factor * part).clamp(-LONGEST_STEP, LONGEST_STEP))
}

/// A neighbour and its distance.
type Neighbour = (u32, f32);

/// The nearest [`NEIGHBOURS`] of every point, the nearest first.
fn nearest(points: &[Vec<f32>], cancel: &Cancel) -> Option<Vec<Vec<Neighbour>>> {
    let latent = points.first().map_or(0, Vec::len);
    let rows: Vec<f32> = points.concat();
    let squares: Vec<f32> = points
        .iter()
        .map(|point| point.iter().map(|value| value * value).sum())
        .collect();
    let all = Matrix::new(&rows, points.len(), latent);
    let of_block = |first: usize| {
        let count = BLOCK.min(points.len() - first);
        let block = Matrix::new(&rows[first * latent..][..count * latent], count, latent);
        let mut products = vec![0.0; count * points.len()];
        matmul(&[(block, all.transposed())], &mut products);
        let rows = products.chunks_exact(points.len()).enumerate();
        rows.map(|(row, products)| {
            let point = first + row;
            let squared = |other: usize| squares[point] + squares[other] - 2.0 * products[other];
            nearest_of(point, points.len(), squared)
        })
        .collect::<Vec<_>>()
    };
    let firsts: Vec<usize> = (0..points.len()).step_by(BLOCK).collect();
    let blocks: Option<Vec<_>> = firsts
        .par_iter()
        .map(|&first| cancel.run(|| of_block(first)))
        .collect();
    Some(blocks?.into_iter().flatten().collect())
}

fn nearest_of(point: usize, points: usize, squared: impl Fn(usize) -> f32) -> Vec<Neighbour> {
    let mut found: Vec<Neighbour> = Vec::with_capacity(NEIGHBOURS + 1);
    for other in (0..points).filter(|&other| other != point) {
        let distance = squared(other);
        if found.len() == NEIGHBOURS && found.last().is_some_and(|last| last.1 <= distance) {
            continue;
        }
        let place = found.partition_point(|nearer| nearer.1 <= distance);
        found.insert(place, (other as u32, distance));
        found.truncate(NEIGHBOURS);
    }
    found
        .into_iter()
        .map(|(other, squared)| (other, squared.max(0.0).sqrt()))
        .collect()
}

/// The graph of some neighbours: `w = p + q - p q` of how much one is the other's neighbour and the other way round, each
/// `exp(-(d - rho) / sigma)`, with `rho` the distance of the nearest neighbour and `sigma` such that a point has `log2 k` neighbours in
/// all (section 3.1).
fn edges(neighbours: &[Vec<Neighbour>]) -> Vec<Edge> {
    let mut directed: Vec<(u32, u32, f32)> = Vec::new();
    for (point, neighbours) in neighbours.iter().enumerate() {
        let nearest = neighbours.first().map_or(0.0, |nearest| nearest.1);
        let sigma = width(neighbours, nearest);
        for &(other, distance) in neighbours {
            let weight = (-(distance - nearest) / sigma).exp();
            let (low, high) = ((point as u32).min(other), (point as u32).max(other));
            directed.push((low, high, weight));
        }
    }
    directed.sort_unstable_by_key(|&(low, high, _)| (low, high));
    directed
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .map(|same| {
            let missing: f32 = same.iter().map(|(.., weight)| 1.0 - weight).product();
            Edge {
                from: same[0].0,
                to: same[0].1,
                weight: 1.0 - missing,
            }
        })
        .collect()
}

/// The width at which a point has `log2 k` neighbours in all, by bisection.
fn width(neighbours: &[Neighbour], nearest: f32) -> f32 {
    let wanted = (neighbours.len() as f32).log2();
    let count = |sigma: f32| -> f32 {
        neighbours
            .iter()
            .map(|(_, distance)| (-(distance - nearest) / sigma).exp())
            .sum()
    };
    let mean = neighbours.iter().map(|(_, distance)| distance).sum::<f32>() / neighbours.len().max(1) as f32;
    let (mut low, mut high) = (1e-6_f32.max(1e-3 * mean), 1e3_f32.max(1e3 * mean));
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if count(middle) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three clouds in five dimensions, far from one another, on no plane's axis.
    fn clouds() -> Vec<Vec<f32>> {
        let mut random = generator(3, Purpose::Exploration, 0, 0);
        let mut point = |cloud: usize| {
            let mut z: Vec<f32> = (0..5).map(|_| random.gen_range(-1.0..1.0)).collect();
            z[cloud] += 8.0;
            z
        };
        (0..150).map(|index| point(index % 3)).collect()
    }

    #[test]
    fn the_nearest_are_those_of_all_pairs() {
        let points = clouds();
        let found = nearest(&points, &Cancel::default()).unwrap();
        for (point, found) in found.iter().enumerate().step_by(13) {
            let distance = |other: usize| -> f32 {
                let squares = points[point]
                    .iter()
                    .zip(&points[other])
                    .map(|(a, b)| (a - b).powi(2));
                squares.sum::<f32>().sqrt()
            };
            let mut others: Vec<usize> = (0..points.len()).filter(|&other| other != point).collect();
            others.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)));
            assert!(
                found
                    .iter()
                    .map(|near| near.0 as usize)
                    .eq(others[..NEIGHBOURS].iter().copied())
            );
            assert!(
                found
                    .iter()
                    .all(|near| (near.1 - distance(near.0 as usize)).abs() < 1e-2)
            );
        }
    }

    #[test]
    fn every_point_has_the_neighbours_that_its_width_is_made_for() {
        let neighbours: Vec<Neighbour> = (1..=15).map(|index| (index, 0.3 + 0.1 * index as f32)).collect();
        let sigma = width(&neighbours, 0.4);
        let sum: f32 = neighbours.iter().map(|(_, d)| (-(d - 0.4) / sigma).exp()).sum();
        assert!((sum - 15.0_f32.log2()).abs() < 1e-3, "{sum}");
    }

    #[test]
    fn neighbours_stay_neighbours_on_the_map() {
        let points = clouds();
        let cancel = Cancel::default();
        let mut map = begin(&points, &cancel).unwrap();
        while map.epoch < EPOCHS {
            map = unfold(&map, 30, 1, &cancel).unwrap();
        }
        let squared = |a: usize, b: usize| {
            let (a, b) = (map.positions[a], map.positions[b]);
            (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
        };
        let kept: usize = (0..points.len())
            .map(|point| {
                let near = nearest_of(point, points.len(), |other| squared(point, other));
                near.iter()
                    .filter(|near| near.0 as usize % 3 == point % 3)
                    .count()
            })
            .sum();
        let share = kept as f32 / (NEIGHBOURS * points.len()) as f32;
        assert!(share > 0.95, "{share} of the neighbours are of the same cloud");
    }

    #[test]
    fn going_on_is_the_same_as_going_through_and_ends_at_the_end() {
        let cancel = Cancel::default();
        let begun = begin(&clouds(), &cancel).unwrap();
        let through = unfold(&begun, 20, 1, &cancel).unwrap();
        let half = unfold(&begun, 7, 1, &cancel).unwrap();
        assert_eq!(unfold(&half, 13, 1, &cancel).unwrap(), through);
        let last = NeighbourMap {
            epoch: EPOCHS - 1,
            ..through
        };
        assert_eq!(unfold(&last, 10, 1, &cancel).unwrap().epoch, EPOCHS);
        cancel.cancel();
        assert_eq!(
            (begin(&clouds(), &cancel), unfold(&begun, 1, 1, &cancel)),
            (None, None)
        );
    }

    #[test]
    fn few_points_and_points_in_one_place_are_a_map_too() {
        let cancel = Cancel::default();
        for points in [
            vec![],
            vec![vec![1.0, 2.0]],
            vec![vec![1.0, 2.0]; 40],
            vec![vec![0.5]; 3],
        ] {
            let map = begin(&points, &cancel).unwrap();
            let map = unfold(&map, 20, 1, &cancel).unwrap();
            assert_eq!(map.positions.len(), points.len());
            assert!(map.positions.iter().flatten().all(|x| x.is_finite()), "{map:?}");
        }
    }
}
