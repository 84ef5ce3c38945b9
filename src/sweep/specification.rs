//! What a sweep is: which settings take which values, how combinations of them are chosen, and which runs that makes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail, ensure};
use serde::{Deserialize, Serialize};

use super::{Axis, halving, name, search};
use crate::choices::Choose;
use crate::data::STANDARD_INPUT;
use crate::learning::settings::{Assignment, find};
use crate::learning::{Configuration, Preset};

/// The name under which what a run starts from is an axis, beside the settings.
pub const PRESET: &str = "preset";
/// The setting of which every combination has several values, so that what is chance shows.
pub const SEED: &str = "seed";
/// The most runs of a sweep.
const MOST_RUNS: usize = 100_000;

/// A sweep as it is asked for, and kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Specification {
    /// What all runs have in common, by the setting's name.
    pub set: BTreeMap<String, String>,
    /// The values of each setting that differs from run to run.
    pub grid: BTreeMap<String, Axis>,
    /// So many combinations that are drawn, in place of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random: Option<u32>,
    /// The seed of these draws.
    pub random_seed: u64,
    /// Train only one of so many further at each rung (successive halving), in place of all to the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halving: Option<u32>,
    /// Runs of each combination, with seeds one after the other.
    pub seeds: u32,
}

impl Default for Specification {
    fn default() -> Self {
        Self {
            set: BTreeMap::new(),
            grid: BTreeMap::new(),
            random: None,
            random_seed: 0,
            halving: None,
            seeds: 1,
        }
    }
}

/// One run of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRun {
    /// What it is called; its file without the ending.
    pub name: String,
    /// The values of the axes, without the seed, as settings write them.
    pub point: Vec<(String, String)>,
    /// Its seed.
    pub seed: u64,
    /// What it computes.
    pub configuration: Configuration,
}

impl Specification {
    /// Reads a specification that a person wrote.
    ///
    /// # Errors
    /// If it is no RON of this form; says the place.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let options =
            ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let read: Self = options.from_str(text)?;
        Ok(read)
    }

    /// All runs, in the order in which they are trained: every combination with the first seed, then with the next.
    ///
    /// # Errors
    /// If a setting does not exist, a run can't have its values, or it can't be said what is meant; nothing of the data is read.
    pub fn runs(&self) -> anyhow::Result<Vec<SweepRun>> {
        ensure!(self.seeds > 0, "seeds is 0, but must be at least 1");
        for (setting, axis) in &self.grid {
            ensure!(
                setting == PRESET || find(setting).is_some(),
                "there is no setting {setting:?}"
            );
            ensure!(
                !self.set.contains_key(setting),
                "{setting} has one value for all runs and is an axis too: {axis}"
            );
        }
        let is_seed_an_axis = self.grid.contains_key(SEED);
        ensure!(
            !is_seed_an_axis || self.seeds == 1,
            "the seed is an axis already, so it can't be said how many seeds there are too"
        );
        let combinations = match self.random {
            Some(count) => {
                search::random(&self.grid, count, self.random_seed, |values| self.written(values))?
            }
            None => search::grid(&self.grid, MOST_RUNS)?,
        };
        let count = combinations.len().saturating_mul(self.seeds as usize);
        ensure!(
            count <= MOST_RUNS,
            "it would be {count} runs, and {MOST_RUNS} is the most"
        );
        let mut runs: Vec<SweepRun> = Vec::with_capacity(count);
        let mut names = BTreeSet::new();
        for further in 0..u64::from(self.seeds) {
            for values in &combinations {
                let run = self.run(values, further)?;
                // Of a range of whole numbers, neighbours may have been rounded to the same.
                if names.insert(run.name.clone()) {
                    runs.push(run);
                }
            }
        }
        if let Some(eta) = self.halving {
            halving::check(&runs, eta)?;
        }
        Ok(runs)
    }

    /// The run with these values of the axes, and a seed so much further.
    fn run(&self, values: &[(String, String)], further: u64) -> anyhow::Result<SweepRun> {
        let mut configuration = self.configuration(values)?;
        let seed = configuration
            .seed
            .checked_add(further)
            .context("seed is too large for more of them")?;
        configuration.seed = seed;
        configuration
            .check()
            .with_context(|| format!("a run with {}", in_words(values)))?;
        ensure!(
            configuration.data != STANDARD_INPUT,
            "a sweep reads its data again when it goes on, so that can't be standard input"
        );
        ensure!(
            !configuration.data.is_empty(),
            "the preset paper-frey needs data with the path of frey_rawface.mat, which this program does not contain"
        );
        let mut point = self.written(values)?;
        point.retain(|(setting, _)| setting != SEED);
        let with_seed: Vec<_> = point
            .iter()
            .cloned()
            .chain([(SEED.into(), seed.to_string())])
            .collect();
        Ok(SweepRun {
            name: name::of(&with_seed),
            point,
            seed,
            configuration,
        })
    }

    /// What the settings and these values make of the preset. A run has one thread unless something else is said, so that it is
    /// the same wherever it is trained, and as many of them as there are cores side by side.
    fn configuration(&self, values: &[(String, String)]) -> anyhow::Result<Configuration> {
        let of_run = values.iter().map(|(setting, value)| (setting, value));
        let all: Vec<_> = self.set.iter().chain(of_run).collect();
        let mut configuration = Preset::default().configuration(1);
        if let Some((_, word)) = all.iter().find(|(setting, _)| *setting == PRESET) {
            let words = || {
                Preset::choices()
                    .iter()
                    .map(|choice| choice.name)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let preset: Preset = word
                .parse()
                .map_err(|_| anyhow::anyhow!("preset is {word:?}, but must be one of {}", words()))?;
            configuration = preset.configuration(1);
        }
        let others = all.iter().filter(|(setting, _)| *setting != PRESET);
        let assignments = others.map(|(setting, value)| assignment(setting, value));
        Ok(configuration.with(&assignments.collect::<Vec<_>>())?)
    }

    /// The values as settings write them: `1e-3` is 0.001, and the number of a range for a setting of whole ones is whole.
    fn written(&self, values: &[(String, String)]) -> anyhow::Result<Vec<(String, String)>> {
        let configuration = self.configuration(values)?;
        let written = |(setting, value): &(String, String)| {
            let written =
                find(setting).map_or_else(|| value.clone(), |setting| setting.value(&configuration));
            (setting.clone(), written)
        };
        Ok(values.iter().map(written).collect())
    }
}

/// The value for the setting; a number that it can't have because it is not whole is rounded.
fn assignment(setting: &str, value: &str) -> Assignment {
    let is_read = |text: &str| {
        let set = find(setting).map(|setting| setting.set(&mut Configuration::default(), text));
        matches!(set, Some(Ok(())))
    };
    let rounded = value.parse::<f64>().ok().map(|number| number.round().to_string());
    match rounded {
        Some(rounded) if !is_read(value) && is_read(&rounded) => Assignment::new(setting, rounded),
        _ => Assignment::new(setting, value),
    }
}

/// Values for people: `latent=2 seed=1`.
pub fn in_words(values: &[(String, String)]) -> String {
    if values.is_empty() {
        return "the usual settings".into();
    }
    values
        .iter()
        .map(|(setting, value)| format!("{setting}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads `NAME=VALUES` of the command line.
///
/// # Errors
/// If there is no `=`, or the values are no axis.
pub fn named_axis(text: &str) -> anyhow::Result<(String, Axis)> {
    let Some((setting, values)) = text.split_once('=') else {
        bail!("it must be NAME=VALUES, such as latent=2,5,10");
    };
    Ok((setting.trim().into(), values.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specification(grid: &[&str]) -> Specification {
        Specification {
            grid: grid.iter().map(|text| named_axis(text).unwrap()).collect(),
            ..Specification::default()
        }
    }

    fn names(specification: &Specification) -> Vec<String> {
        specification
            .runs()
            .unwrap()
            .into_iter()
            .map(|run| run.name)
            .collect()
    }

    #[test]
    fn a_grid_is_every_combination_with_every_seed() {
        let mut sweep = specification(&["latent=2,5", "learning-rate=1e-4..1e-2:log:3"]);
        sweep.seeds = 2;
        let runs = sweep.runs().unwrap();
        assert_eq!(runs.len(), 12);
        assert_eq!(runs[0].name, "latent-2_learning-rate-0.0001_seed-1");
        assert_eq!(runs[11].name, "latent-5_learning-rate-0.01_seed-2");
        let Configuration {
            latent,
            learning_rate,
            seed,
            threads,
            ..
        } = runs[11].configuration;
        assert_eq!((latent, learning_rate, seed, threads), (5, 0.01, 2, 1));
        assert!(
            runs[..6].iter().all(|run| run.seed == 1),
            "one seed after the other"
        );
        assert_eq!(names(&Specification::default()), ["seed-1"]);
    }

    #[test]
    fn every_setting_is_an_axis_and_so_are_preset_and_data() {
        for setting in crate::learning::settings::TABLE
            .iter()
            .filter(|setting| setting.name != "data")
        {
            let value = setting.value(&Configuration::default());
            let value = if value.is_empty() {
                continue;
            } else {
                format!("{}=[{value}]", setting.name)
            };
            assert_eq!(
                specification(&[&value]).runs().map(|runs| runs.len()).unwrap(),
                1,
                "{value}"
            );
        }
        let runs = specification(&["preset=mnist,pytorch-mnist", "data=mnist,/a/b.npz"])
            .runs()
            .unwrap();
        assert_eq!(runs.len(), 4);
        let hidden: BTreeSet<String> = runs
            .iter()
            .map(|run| run.configuration.hidden.to_string())
            .collect();
        assert_eq!(hidden.len(), 2);
        assert!(runs.iter().any(|run| run.configuration.data == "/a/b.npz"));
    }

    #[test]
    fn numbers_of_a_range_become_whole_where_they_must_and_are_not_trained_twice() {
        assert_eq!(
            names(&specification(&["latent=2..4:log:4"])),
            ["latent-2_seed-1", "latent-3_seed-1", "latent-4_seed-1"]
        );
        assert_eq!(names(&specification(&["learning-rate=1e-3,0.001"])).len(), 1);
    }

    #[test]
    fn draws_are_a_function_of_their_seed_and_more_of_them_begin_with_the_same() {
        let drawn = |count, seed| {
            let mut sweep = specification(&["latent=1..100", "learning-rate=1e-4..1e-2:log"]);
            (sweep.random, sweep.random_seed) = (Some(count), seed);
            names(&sweep)
        };
        assert_eq!(drawn(5, 1), drawn(8, 1)[..5]);
        assert_ne!(drawn(5, 1), drawn(5, 2));
        let mut few = specification(&["latent=2,3"]);
        few.random = Some(10);
        assert_eq!(names(&few).len(), 2, "there are no more combinations than that");
    }

    #[test]
    fn what_can_not_be_is_refused_in_a_sentence() {
        let refused = |sweep: &Specification| format!("{:#}", sweep.runs().unwrap_err());
        assert!(refused(&specification(&["depth=3"])).contains("no setting \"depth\""));
        assert!(refused(&specification(&["latent=0"])).contains("latent is 0"));
        assert!(refused(&specification(&["preset=x"])).contains("preset is \"x\""));
        assert!(refused(&specification(&["data=-"])).contains("standard input"));
        assert!(refused(&specification(&["batch=1..9000", "latent=1..500"])).contains("runs"));
        let mut twice = specification(&["seed=1..3"]);
        twice.seeds = 2;
        assert!(refused(&twice).contains("an axis already"));
        let mut both = specification(&["latent=2"]);
        both.set.insert("latent".into(), "3".into());
        assert!(refused(&both).contains("latent has one value"));
    }

    #[test]
    fn a_file_reads_as_it_is_written() {
        let text = r#"(set: {"samples": "1e5"}, grid: {"latent": "2,5", "hidden": "[200,200],500"}, halving: 3, seeds: 3)"#;
        let read = Specification::parse(text).unwrap();
        assert_eq!((read.seeds, read.halving, read.grid.len()), (3, Some(3), 2));
        let written = ron::ser::to_string_pretty(&read, ron::ser::PrettyConfig::new()).unwrap();
        assert_eq!(Specification::parse(&written).unwrap(), read);
        for wrong in [
            "(grids: {})",
            "(seeds: -1)",
            "[]",
            "(grid: {\"latent\": \"1..x\"})",
        ] {
            assert!(Specification::parse(wrong).is_err(), "{wrong}");
        }
    }
}
