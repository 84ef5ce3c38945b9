//! A task array of HyperQueue: <https://it4innovations.github.io/hyperqueue/stable/jobs/arrays/>.

use super::{EngineSettings, Handed, argument, log_folder, logs, submitted, threads, write_array};
use crate::sweep::{Task, Trainer};

/// Submits the tasks as one array. A task whose worker is lost is started again by HyperQueue, and goes on from its run's file.
pub fn train(
    settings: &EngineSettings,
    tasks: &[Task],
    trainer: &Trainer,
    waits: bool,
) -> anyhow::Result<Handed> {
    let script = write_array(settings, tasks, trainer, "HQ_TASK_ID", "hyperqueue.sh")?;
    let folder = log_folder(trainer)?;
    let log = folder.join("hyperqueue-%{JOB_ID}-%{TASK_ID}.txt");
    let mut arguments = vec![
        "--output-mode=quiet".to_owned(),
        "submit".into(),
        "--name=vae-tui-sweep".into(),
        format!("--array=0-{}", tasks.len() - 1),
        format!("--cpus={}", threads(tasks)),
        argument("--stdout", &log),
        argument("--stderr", &log.with_extension("errors.txt")),
    ];
    if waits {
        arguments.push("--wait".into());
    }
    arguments.extend(settings.options.iter().cloned());
    arguments.extend(["--".into(), "bash".into(), script.to_string_lossy().into_owned()]);
    let job = submitted("hq", &arguments, waits)?;
    if waits {
        let errors = |task| folder.join(format!("hyperqueue-{job}-{task}.errors.txt"));
        return Ok(logs(tasks, errors));
    }
    Ok(Handed::Over(format!(
        "{} runs are HyperQueue's job {job}",
        tasks.len()
    )))
}
