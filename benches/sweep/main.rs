//! What a sweep gains by runs side by side: the same runs one after the other on all threads, and as many at a time as there are
//! cores on one thread each. Both take turns within one process, and all of a run counts but reading the data: training, measuring,
//! saving.
//!
//! `cargo bench --bench sweep` prints for each size of model and minibatch the samples per second of both and the ratio of each round.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that fails says where"
)]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use vae_tui::learning::default_threads;
use vae_tui::paper::Audience;
use vae_tui::sweep::{Specification, SweepFolder, Task, Trainer};

/// Turns of each side.
const ROUNDS: usize = 5;

/// Hidden units, latent dimensions and data points of a minibatch, and samples of each run: some seconds for all.
const SIZES: [(&str, &str, &str, &str); 7] = [
    ("500", "20", "100", "60000"),
    ("500", "2", "100", "60000"),
    ("200", "20", "100", "120000"),
    ("64", "2", "100", "240000"),
    ("500", "20", "20", "20000"),
    ("200", "10", "20", "60000"),
    ("32", "2", "20", "120000"),
];

/// Nobody.
struct Silence;

impl Audience for Silence {
    fn begin(&self, _name: &str, _goal: u64) -> Box<dyn Fn(u64) + Send + Sync> {
        Box::new(|_| {})
    }

    fn say(&self, words: &str) {
        assert!(words.starts_with("note: "), "{words}");
    }
}

fn main() {
    let cores = default_threads();
    println!("{cores} cores, {cores} runs of each sweep, {ROUNDS} rounds");
    println!(
        "hidden latent batch   all threads, one by one   one thread, side by side   ratio: median (range)"
    );
    for (hidden, latent, batch, samples) in SIZES {
        let mut rounds: Vec<[f64; 2]> = (0..ROUNDS)
            .map(|_| {
                [(cores, 1), (1, cores)]
                    .map(|(threads, jobs)| samples_per_second(hidden, latent, batch, samples, threads, jobs))
            })
            .collect();
        rounds.sort_by(|a, b| (a[1] / a[0]).total_cmp(&(b[1] / b[0])));
        let ratio = |round: [f64; 2]| round[1] / round[0];
        let [by_one, beside] = rounds[ROUNDS / 2];
        println!(
            "{hidden:>6} {latent:>6} {batch:>5} {by_one:>25.0} {beside:>26.0}   {:.2} ({:.2} to {:.2})",
            ratio(rounds[ROUNDS / 2]),
            ratio(rounds[0]),
            ratio(rounds[ROUNDS - 1])
        );
    }
}

/// Of a sweep with as many seeds as there are cores.
fn samples_per_second(
    hidden: &str,
    latent: &str,
    batch: &str,
    samples: &str,
    threads: usize,
    jobs: usize,
) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let mut asked = Specification {
        seeds: default_threads() as u32,
        ..Specification::default()
    };
    let threads = threads.to_string();
    for (setting, value) in [
        ("hidden", hidden),
        ("latent", latent),
        ("batch", batch),
        ("samples", samples),
        ("threads", &threads),
    ] {
        asked.set.insert(setting.into(), value.into());
    }
    let (sweep, _) = SweepFolder::begin(folder.path(), asked).expect("a sweep");
    let tasks: Vec<Task> = sweep
        .runs
        .iter()
        .map(|run| Task {
            run: run.clone(),
            samples: run.configuration.goal,
        })
        .collect();
    let trainer = Trainer::new(&sweep, Arc::new(AtomicBool::new(false)), &Silence);
    // The data is read once, whatever the sweep: not counted.
    let first = batch.parse().expect("a number");
    trainer
        .train(&Task {
            samples: first,
            run: tasks[0].run.clone(),
        })
        .expect("a minibatch");
    let started = Instant::now();
    trainer.train_all(&tasks, jobs);
    let trained = tasks.iter().map(|task| task.samples).sum::<u64>() - first;
    trained as f64 / started.elapsed().as_secs_f64()
}
