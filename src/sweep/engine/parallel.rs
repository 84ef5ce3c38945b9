//! GNU parallel, on this machine or over SSH on others that have the sweep's folder and this program at the same places:
//! <https://www.gnu.org/software/parallel/>.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::Context;

use super::{EngineSettings, Handed, argument, default_jobs, unstarted};
use crate::sweep::{Task, Trainer};

/// What a run gets when the end is asked for: time to save, in milliseconds, before it is killed.
const TERMINATION: &str = "--termseq=TERM,30000,KILL,25";

/// Does the tasks, and waits for them.
pub fn train(settings: &EngineSettings, tasks: &[Task], trainer: &Trainer) -> anyhow::Result<Handed> {
    let mut arguments = vec![
        "--no-notice".to_owned(),
        "--line-buffer".into(),
        TERMINATION.into(),
        argument("--joblog", &trainer.folder.engine()?.join("parallel.txt")),
        format!("--jobs={}", settings.jobs.unwrap_or_else(|| default_jobs(tasks))),
    ];
    if !settings.hosts.is_empty() {
        arguments.push(format!("--sshlogin={}", settings.hosts.join(",")));
    }
    arguments.extend(settings.options.iter().cloned());
    arguments.extend(settings.words(trainer, &tasks[0], "{}"));
    let mut parallel = Command::new("parallel")
        .args(&arguments)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| unstarted("parallel", &error))?;
    let names = tasks
        .iter()
        .map(|task| task.run.name.as_str())
        .collect::<Vec<_>>()
        .join("\n");
    if let Some(mut input) = parallel.stdin.take() {
        // A program that ends at once says why itself.
        let _ = input.write_all(names.as_bytes());
    }
    // Its status counts the runs that failed, each of which has said why.
    parallel.wait().context("waiting for parallel")?;
    Ok(Handed::Back { logs: Vec::new() })
}
