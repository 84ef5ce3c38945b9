//! Which combinations of values a sweep tries: all of them, or so many that are drawn (Bergstra and Bengio 2012).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};

use super::Axis;
use crate::random::{Purpose, generator};

/// A value of every axis, by the axes' settings.
pub type Combination = Vec<(String, String)>;

/// Draws for each combination that is still wanted, after which a sweep is content with fewer.
const ATTEMPTS: u64 = 100;

/// Every combination, the last axis moving fastest.
///
/// # Errors
/// If an axis does not say which values it has, or there would be more than `most` combinations.
pub fn grid(axes: &BTreeMap<String, Axis>, most: usize) -> anyhow::Result<Vec<Combination>> {
    let mut combinations = vec![Combination::new()];
    for (setting, axis) in axes {
        let values = axis.values().with_context(|| setting.clone())?;
        let count = combinations.len().saturating_mul(values.len());
        ensure!(
            count <= most,
            "it would be {count} runs or more, and {most} is the most"
        );
        let longer = |shorter: &Combination| {
            let with = |value: &String| {
                shorter
                    .iter()
                    .cloned()
                    .chain([(setting.clone(), value.clone())])
                    .collect()
            };
            values.iter().map(with).collect::<Vec<Combination>>()
        };
        combinations = combinations.iter().flat_map(longer).collect();
    }
    Ok(combinations)
}

/// So many combinations that are drawn, no two of which are `written` alike; fewer where there are no more.
///
/// # Errors
/// If an axis does not say which values it has, or no run can have one of its values.
pub fn random(
    axes: &BTreeMap<String, Axis>,
    count: u32,
    seed: u64,
    written: impl Fn(&[(String, String)]) -> anyhow::Result<Combination>,
) -> anyhow::Result<Vec<Combination>> {
    ensure!(count > 0, "random is 0, but must be at least 1");
    let all: Option<usize> = axes
        .values()
        .map(Axis::count)
        .try_fold(1_usize, |all, count| Some(all.saturating_mul(count?)));
    let wanted = all.map_or(count as usize, |all| all.min(count as usize));
    let (mut combinations, mut known) = (Vec::new(), BTreeSet::new());
    for index in 0..ATTEMPTS * u64::from(count) {
        if combinations.len() == wanted {
            break;
        }
        let draw = |(row, (setting, axis)): (u64, (&String, &Axis))| {
            let value = axis
                .draw(&mut generator(seed, Purpose::Sweep, index, row))
                .with_context(|| setting.clone())?;
            anyhow::Ok((setting.clone(), value))
        };
        let combination: Combination = (0..).zip(axes).map(draw).collect::<anyhow::Result<_>>()?;
        if known.insert(written(&combination)?) {
            combinations.push(combination);
        }
    }
    Ok(combinations)
}
