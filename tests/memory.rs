//! Memory grows neither with the length of a run nor with the number of runs that were opened.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::layout::Rect;
use vae_tui::cancel::Cancel;
use vae_tui::data::{self, Dataset, ReadingRules};
use vae_tui::evaluation::{from_posterior_samples, importance_weighted};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Configuration, Method, Preset, Training, Workers};
use vae_tui::run::{self, Event, RunHandle, RunState, State};
use vae_tui::session::{self, View};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::update::update;

/// How many heaps the allocator has for the threads that live at the same time.
const HEAPS: &str = "MALLOC_ARENA_MAX";

/// Whether this is the process that is to be measured. If not, the test is run again in one, in which nothing else takes memory,
/// and whose threads share one heap: which of several heaps a thread gets is chance, and each grows by itself until it has seen
/// everything, which takes some hundreds of runs. What it `says` at its end shows that it was run: a name that no test has
/// succeeds too.
fn is_by_itself(test: &str, says: &str) -> bool {
    if std::env::var_os(HEAPS).is_some() {
        return true;
    }
    let ended = Command::new(std::env::current_exe().expect("this test is a program"))
        .args(["--exact", test, "--nocapture"])
        .env(HEAPS, "1")
        .output()
        .expect("it runs again");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.contains(says), "{said}");
    println!("{said}");
    false
}

/// Kilobytes that the process holds.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn memory_stays_as_it_is_however_long_a_run() {
    if !is_by_itself("memory_stays_as_it_is_however_long_a_run", "kB in 1000 steps") {
        return;
    }
    let data = data::load("mnist", &ReadingRules::default(), |_| {}).expect("MNIST is built in");
    for (method, steps) in [
        (Method::Aevb, 30_000),
        (Method::WakeSleep, 30_000),
        (Method::Mcem, 1_000),
    ] {
        let configuration = Configuration {
            method,
            hidden: 4.into(),
            latent: 2,
            batch: 2,
            goal: u64::MAX,
            train_size: Some(100),
            ..Preset::PaperMnist.configuration(1)
        };
        let workers = Workers::new(1).expect("a thread");
        let mut training = Training::new(configuration, &data);
        let mut run = |steps: usize| {
            workers.run(|| {
                for _ in 0..steps {
                    training
                        .step(&data, &workers, &Cancel::default())
                        .expect("it learns");
                }
                let noise = training.noise();
                let estimated = importance_weighted(
                    &training.model,
                    &data.test,
                    steps / 50,
                    500,
                    noise,
                    &Cancel::default(),
                    |_| true,
                );
                assert!(estimated.is_some());
                let sampled = from_posterior_samples(
                    &training.model,
                    &data.test,
                    steps / 200,
                    5,
                    noise,
                    &Cancel::default(),
                    |_| true,
                );
                assert!(sampled.expect("two dimensions").is_some());
            });
        };
        // The allocator has seen everything after that.
        run(steps);
        run(steps);
        let before = resident();
        run(steps);
        let grown = resident() - before;
        println!("{method:?}: {grown} kB in {steps} steps");
        assert!(grown < 1_500, "{method:?}: {grown} kB in {steps} steps");
    }
}

/// Opens a session as the workbench does, looks at it, trains a little, measures, and leaves it for the next.
fn opened_and_left(app: &mut App, path: &Path, data: &Arc<Dataset>) {
    let before = threads();
    let session = session::load(path).expect("what was saved can be read");
    let view = session.view().clone();
    let state = session.into_state(data).expect("the same data");
    let goal = vec![Assignment::new("samples", state.training.samples + 300)];
    let (run, summary) = RunHandle::start(state, data.clone()).expect("threads can be started");
    let opened = Opened {
        view,
        path: Some(path.to_owned()),
        ..Opened::new(summary)
    };
    update(app, Message::Opened(Box::new(opened)));
    for command in [
        run::Command::Change(goal),
        run::Command::Start,
        run::Command::Evaluate,
    ] {
        run.send(command);
    }
    let told_until = |app: &mut App, is_last: &dyn Fn(&Event) -> bool| {
        let mut ended = false;
        while !ended {
            let told = run.events().recv_timeout(Duration::from_secs(120));
            let told = told.expect("the run answers");
            ended = is_last(&told.event);
            update(app, Message::Told(told));
        }
    };
    told_until(app, &|event| matches!(event, Event::State(State::Finished)));
    for (asker, question) in app.wishes() {
        run.ask(&asker, None, question);
        told_until(app, &|event| matches!(event, Event::Answered(_)));
    }
    common::frame(app);
    drop(run);
    // Threads end a moment after their pool, and the allocator has a heap for every thread that lives at the same time:
    // people open runs seconds apart.
    let since = Instant::now();
    while threads() > before && since.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Threads of this process.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[test]
fn memory_stays_as_it_is_however_many_runs_are_opened() {
    if !is_by_itself(
        "memory_stays_as_it_is_however_many_runs_are_opened",
        "kB in 190 runs",
    ) {
        return;
    }
    let data = common::shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run.ron");
    let configuration = Configuration {
        hidden: 100.into(),
        latent: 10,
        batch: 40,
        ..common::configuration()
    };
    let state = RunState::new(Training::new(configuration, &data));
    session::save(&state, &View::default(), &path).expect("the folder can be written");
    let mut app = App::new(Rect::new(0, 0, 100, 30), ColourDepth::TrueColour);
    for _ in 0..10 {
        opened_and_left(&mut app, &path, &data);
    }
    let before = resident();
    for _ in 10..200 {
        opened_and_left(&mut app, &path, &data);
    }
    let grown = resident() - before;
    println!("{grown} kB in 190 runs");
    assert!(grown < 10_000, "{grown} kB in 190 runs");
}
