//! A sweep on disk: what was asked for in `sweep.ron`, a session file for each run in `runs/`, and what engines left in `engine/`.

use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ron::ser::PrettyConfig;

use super::{Specification, SweepRun};
use crate::files::{open_regular, read_text, shown, write_whole};
use crate::learning::Configuration;

/// What was asked for.
const SPECIFICATION: &str = "sweep.ron";
/// The folder of the runs' files.
const RUNS: &str = "runs";
/// The folder of the engines.
const ENGINE: &str = "engine";
/// Bytes of a specification at most.
const LARGEST_SPECIFICATION: u64 = 1 << 20;

/// A sweep in its folder.
#[derive(Clone, Debug)]
pub struct SweepFolder {
    /// The folder, from the root on.
    pub path: PathBuf,
    /// What was asked for.
    pub specification: Specification,
    /// The runs that it makes.
    pub runs: Vec<SweepRun>,
}

impl SweepFolder {
    /// The sweep that lies in a folder.
    ///
    /// # Errors
    /// If none does, or it can't be understood.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let specification = read(&path.join(SPECIFICATION))?;
        let runs = specification
            .runs()
            .with_context(|| format!("the sweep in {}", shown(path)))?;
        Ok(Self {
            path: std::path::absolute(path)?,
            specification,
            runs,
        })
    }

    /// Begins a sweep in a folder, or goes on with the one that lies there; what is worth knowing of it comes back beside it.
    ///
    /// # Errors
    /// If the folder can't be written, no run could be trained, or another sweep lies there.
    pub fn begin(path: &Path, asked: Specification) -> anyhow::Result<(Self, Option<String>)> {
        let runs = asked.runs()?;
        let path = std::path::absolute(path)?;
        let new = Self {
            path: path.clone(),
            specification: asked,
            runs,
        };
        let before = match open_regular(&path.join(SPECIFICATION)) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            _ => Some(Self::open(&path)?),
        };
        let note = match before {
            Some(before) if before.specification == new.specification => None,
            Some(before) => {
                before.check_extension(&new)?;
                let (old, count) = (before.runs.len(), new.runs.len());
                Some(format!(
                    "the sweep in {} grows from {old} to {count} runs",
                    shown(&path)
                ))
            }
            None => None,
        };
        new.write()
            .with_context(|| format!("{} can't be written", shown(&path.join(SPECIFICATION))))?;
        Ok((new, note))
    }

    /// Whether another sweep has all runs of this one, and may have more.
    fn check_extension(&self, other: &Self) -> anyhow::Result<()> {
        let others: HashMap<&str, &Configuration> = other
            .runs
            .iter()
            .map(|run| (run.name.as_str(), &run.configuration))
            .collect();
        let here = shown(&self.path);
        for run in &self.runs {
            match others.get(run.name.as_str()) {
                Some(configuration) if **configuration == run.configuration => {}
                Some(configuration) => bail!(
                    "{here} holds another sweep: of its run {} {}; --out can name another folder",
                    run.name,
                    run.configuration.differences(configuration)
                ),
                None => bail!(
                    "{here} holds another sweep: its run {} is not among those that are asked for; --out can name another folder",
                    run.name
                ),
            }
        }
        if self.specification.halving != other.specification.halving || self.specification.halving.is_some() {
            bail!(
                "{here} holds a sweep by halving or is to become one, and such a sweep can't be changed; --out can name another folder"
            );
        }
        Ok(())
    }

    fn write(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(self.path.join(RUNS))?;
        let text = ron::ser::to_string_pretty(&self.specification, PrettyConfig::new())?;
        write_whole(&self.path.join(SPECIFICATION), |file| {
            writeln!(file, "// vae-tui sweep, {} runs\n{text}", self.runs.len())
        })?;
        Ok(())
    }

    /// The session file of a run.
    pub fn file(&self, run: &str) -> PathBuf {
        self.path.join(RUNS).join(format!("{run}.ron"))
    }

    /// The folder for what engines need and write, made where there is none.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn engine(&self) -> anyhow::Result<PathBuf> {
        let folder = self.path.join(ENGINE);
        std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", shown(&folder)))?;
        Ok(folder)
    }

    /// The run of that name.
    ///
    /// # Errors
    /// If there is none.
    pub fn run(&self, name: &str) -> anyhow::Result<&SweepRun> {
        let run = self.runs.iter().find(|run| run.name == name);
        run.with_context(|| format!("the sweep in {} has no run {name:?}", shown(&self.path)))
    }

    /// The sweep whose runs lie in a folder; none where they are of none that can be understood.
    pub fn of_runs(folder: &Path) -> Option<Self> {
        let folder = std::path::absolute(folder).ok()?;
        let is_of_runs = folder.file_name()? == RUNS;
        is_of_runs.then(|| Self::open(folder.parent()?).ok())?
    }
}

/// The specification in a file, of a sweep or of a person.
///
/// # Errors
/// If it can't be read, or is no specification; names the file and the place.
pub fn read(path: &Path) -> anyhow::Result<Specification> {
    let unread = || format!("{} can't be read", shown(path));
    let text = read_text(path, LARGEST_SPECIFICATION).with_context(unread)?;
    Specification::parse(&text).with_context(|| format!("{} says no sweep", shown(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Specification {
        Specification::parse(text).unwrap()
    }

    #[test]
    fn a_sweep_is_kept_and_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweep");
        assert!(SweepFolder::open(&path).is_err());
        let first = asked(r#"(grid: {"latent": "2,5"}, seeds: 2)"#);
        let (sweep, note) = SweepFolder::begin(&path, first.clone()).unwrap();
        assert_eq!((sweep.runs.len(), note), (4, None));
        assert_eq!(SweepFolder::open(&path).unwrap().specification, first);
        let (_, note) = SweepFolder::begin(&path, first).unwrap();
        assert_eq!(note, None);
        let of_runs = |folder: &Path| SweepFolder::of_runs(folder).map(|sweep| sweep.path);
        assert_eq!(of_runs(&sweep.path.join("runs")), Some(sweep.path.clone()));
        assert_eq!(of_runs(&sweep.path), None);
    }

    #[test]
    fn a_changed_sweep_is_extended_or_refused_with_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        let begin = |text: &str| SweepFolder::begin(folder.path(), asked(text));
        begin(r#"(grid: {"latent": "2,5"})"#).unwrap();
        let (sweep, note) = begin(r#"(grid: {"latent": "2,5,10"}, seeds: 2)"#).unwrap();
        assert_eq!(sweep.runs.len(), 6);
        assert!(note.unwrap().contains("from 2 to 6 runs"));
        for (text, reason) in [
            (r#"(grid: {"latent": "2,5"})"#, "is not among"),
            (
                r#"(grid: {"latent": "2,5,10"}, seeds: 2, set: {"samples": "1000"})"#,
                "samples is 3000000, not 1000",
            ),
            (r#"(grid: {"latent": "2,5,10"}, seeds: 2, halving: 3)"#, "halving"),
            (r#"(grid: {"hidden": "10"})"#, "is not among"),
        ] {
            let said = format!("{:#}", begin(text).unwrap_err());
            assert!(said.contains(reason), "{text}: {said}");
        }
        assert_eq!(
            SweepFolder::open(folder.path()).unwrap().runs.len(),
            6,
            "and nothing changed"
        );
    }

    #[test]
    fn a_file_that_is_no_specification_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sweep.ron");
        std::fs::write(&path, "(grid: {\"latent\": 3})").unwrap();
        let said = format!("{:#}", SweepFolder::open(folder.path()).unwrap_err());
        assert!(said.contains("sweep.ron says no sweep: 1:"), "{said}");
    }
}
