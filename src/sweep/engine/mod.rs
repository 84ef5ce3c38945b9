//! Who trains the runs of a sweep: this process, or a program that exists for dividing work among machines; a file for each.
//!
//! To such a program a run is a command line, `vae-tui sweep --out DIR --only RUN`, which trains that run from where its file was
//! left and does nothing for a finished one: whatever is killed, requeued or handed out twice, nothing is trained twice.

mod hyperqueue;
mod parallel;
mod pool;
mod print;
mod slurm;

use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::{Task, Trainer};
use crate::files::{shown, write_whole};
use crate::learning::default_threads;
use crate::words::plain;

/// Who trains the runs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Engine {
    /// This program, several runs side by side.
    #[default]
    Pool,
    /// A job array of Slurm, by sbatch.
    Slurm,
    /// A task array of HyperQueue, by hq submit.
    Hyperqueue,
    /// GNU parallel, here or over SSH.
    Parallel,
    /// Nobody: the command lines are printed.
    Print,
}

/// Who trains the runs, and how.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Who.
    pub engine: Engine,
    /// Runs at a time; none for as many as the cores allow, or as the engine decides.
    pub jobs: Option<usize>,
    /// What the engine's own program is told beside what it needs.
    pub options: Vec<String>,
    /// Where GNU parallel trains; none for this machine.
    pub hosts: Vec<String>,
    /// What is run there for this program.
    pub program: PathBuf,
}

/// Where the work is after an engine was told.
pub enum Handed {
    /// With somebody else, who goes on with it; what they said.
    Over(String),
    /// Done, as far as it could be: what failed was said, or stands in the logs of the tasks, one for each.
    Back {
        /// Where each task wrote what it said; empty where it was said already.
        logs: Vec<PathBuf>,
    },
}

impl EngineSettings {
    /// Has the tasks done. An engine that works elsewhere is waited for only where something depends on it.
    ///
    /// # Errors
    /// If the engine's program can't be started or fails.
    pub fn train(&self, tasks: &[Task], trainer: &Trainer, waits: bool) -> anyhow::Result<Handed> {
        match self.engine {
            Engine::Pool => Ok(pool::train(self, tasks, trainer)),
            Engine::Slurm => slurm::train(self, tasks, trainer, waits),
            Engine::Hyperqueue => hyperqueue::train(self, tasks, trainer, waits),
            Engine::Parallel => parallel::train(self, tasks, trainer),
            Engine::Print => Ok(print::train(self, tasks, trainer)),
        }
    }

    /// The words of the command line that does a task; `run` stands for the run's name.
    fn words(&self, trainer: &Trainer, task: &Task, run: &str) -> Vec<String> {
        let folder = trainer.folder.path.to_string_lossy();
        let mut words = vec![
            quoted(&self.program.to_string_lossy()),
            "sweep".into(),
            "--out".into(),
            quoted(&folder),
        ];
        words.extend(["--only".into(), run.into()]);
        if task.samples != task.run.configuration.goal {
            words.extend(["--until".into(), task.samples.to_string()]);
        }
        words
    }
}

/// A word as a shell reads it: in quotes where it is not plain.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+=:,@%".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.into();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Threads that a task needs at least: those of the run that has the most.
fn threads(tasks: &[Task]) -> usize {
    tasks
        .iter()
        .map(|task| task.run.configuration.threads)
        .max()
        .unwrap_or(1)
}

/// Runs that have a core for each of their threads on a machine like this one.
fn default_jobs(tasks: &[Task]) -> usize {
    (default_threads() / threads(tasks)).max(1)
}

/// Writes the script of an array of tasks, which does the one whose number, from 0 on, is in a variable of the environment.
fn write_array(
    settings: &EngineSettings,
    tasks: &[Task],
    trainer: &Trainer,
    variable: &str,
    name: &str,
) -> anyhow::Result<PathBuf> {
    let path = trainer.folder.engine()?.join(name);
    let names: Vec<&str> = tasks.iter().map(|task| task.run.name.as_str()).collect();
    let command = settings
        .words(trainer, &tasks[0], "\"${runs[$number]}\"")
        .join(" ");
    write_whole(&path, |script| {
        writeln!(
            script,
            "#!/bin/bash\nset -u\nnumber=\"${variable}\"\nruns=(\n    {}\n)\nexec {command}",
            names.join("\n    ")
        )
    })
    .with_context(|| format!("{} can't be written", shown(&path)))?;
    Ok(path)
}

/// Submits an array by an engine's program, and returns the number of the job. Where it waits for the tasks, it fails when one of
/// them does, which their files and logs say better: by then they were submitted.
fn submitted(program: &str, arguments: &[impl AsRef<OsStr>], waits: bool) -> anyhow::Result<String> {
    let started = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = started.map_err(|error| unstarted(program, &error))?;
    let said = plain(String::from_utf8_lossy(&output.stderr).trim());
    let told = String::from_utf8_lossy(&output.stdout);
    // Slurm may write the cluster behind the number; whatever else is told comes in later lines.
    let job = told
        .lines()
        .next()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    let is_number = !job.is_empty() && job.chars().all(|character| character.is_ascii_digit());
    ensure!(
        output.status.success() || waits && is_number,
        "{program} failed: {said}"
    );
    Ok(job.to_owned())
}

/// The logs of the tasks of an array, of which each takes the number of the job and of the task.
fn logs(tasks: &[Task], log: impl Fn(usize) -> PathBuf) -> Handed {
    Handed::Back {
        logs: (0..tasks.len()).map(log).collect(),
    }
}

/// Why an engine's program does not run.
fn unstarted(program: &str, error: &std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        return anyhow::anyhow!("{program} is not installed here, or not in the PATH");
    }
    anyhow::anyhow!("{program} can't be started: {error}")
}

/// The folder for what the tasks of an engine say.
fn log_folder(trainer: &Trainer) -> anyhow::Result<PathBuf> {
    let folder = trainer.folder.engine()?.join("log");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", shown(&folder)))?;
    Ok(folder)
}

/// A path as an argument.
fn argument(flag: &str, path: &Path) -> String {
    format!("{flag}={}", path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_word_as_it_was() {
        for word in [
            "plain",
            "/a/b.ron",
            "two words",
            "it's",
            "$HOME",
            "a;b",
            "",
            "\"",
            "line\nbreak",
            "*",
        ] {
            let output = Command::new("sh")
                .arg("-c")
                .arg(format!("printf %s {}", quoted(word)))
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
        assert_eq!(quoted("/a/b-1.ron"), "/a/b-1.ron");
    }
}
