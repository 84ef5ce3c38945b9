//! A job array of Slurm: <https://slurm.schedmd.com/job_array.html>.

use super::{EngineSettings, Handed, argument, log_folder, logs, submitted, threads, write_array};
use crate::sweep::{Task, Trainer};

/// Seconds before the end of a job's time at which it is told, so that it saves.
const NOTICE: u32 = 60;

/// Submits the tasks as one array. A job that is killed with its node or is requeued goes on from its run's file.
pub fn train(
    settings: &EngineSettings,
    tasks: &[Task],
    trainer: &Trainer,
    waits: bool,
) -> anyhow::Result<Handed> {
    let script = write_array(settings, tasks, trainer, "SLURM_ARRAY_TASK_ID", "slurm.sh")?;
    let most = settings.jobs.map_or(String::new(), |jobs| format!("%{jobs}"));
    let log = log_folder(trainer)?;
    let mut arguments = vec![
        "--parsable".to_owned(),
        "--job-name=vae-tui-sweep".into(),
        format!("--array=0-{}{most}", tasks.len() - 1),
        format!("--cpus-per-task={}", threads(tasks)),
        "--requeue".into(),
        // A requeued job goes on in the log of the one before.
        "--open-mode=append".into(),
        format!("--signal=TERM@{NOTICE}"),
        argument("--output", &log.join("slurm-%A-%a.txt")),
    ];
    if waits {
        arguments.push("--wait".into());
    }
    arguments.extend(settings.options.iter().cloned());
    arguments.push(script.to_string_lossy().into_owned());
    let job = submitted("sbatch", &arguments, waits)?;
    if waits {
        return Ok(logs(tasks, |task| log.join(format!("slurm-{job}-{task}.txt"))));
    }
    Ok(Handed::Over(format!(
        "{} runs are Slurm's job {job}",
        tasks.len()
    )))
}
