//! What the panes cost: the memory of a workbench in which all were visited, and how fast a run trains with each of them open.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that can't run its program has nothing to tell"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use vae_tui::data::{Dataset, ReadingRules, load};
use vae_tui::learning::settings::Assignment;
use vae_tui::run::{Command, Event, RunHandle, State};
use vae_tui::session;
use vae_tui::tui::panes::KINDS;

use super::train;
use super::workbench::Workbench;

/// Time for which a pane is looked at.
const VISIT: Duration = Duration::from_secs(4);
/// Megabytes that the workbench takes at most with every pane visited.
const MEMORY_GOAL: f64 = 300.0;
/// Training points that a run is timed over, and how often each is.
const STRETCH: u64 = 150_000;
const ROUNDS: usize = 3;
/// The least share of its speed without a screen that a run keeps.
const SPEED_GOAL: f64 = 0.97;
const SIZE: (u16, u16) = (200, 60);

/// Prints the memory of a workbench that trains, before and after every pane was looked at for a while.
pub fn memory(folder: &Path) {
    let session = folder.join("memory.ron");
    train(&session, &["--latent", "20"]);
    let mut workbench = Workbench::open(folder, SIZE, &session, None);
    println!("{:<42} {:>8} {:>9} {:>9}", "memory", "screen", "MB", "goal MB");
    let size = format!("{}x{}", SIZE.0, SIZE.1);
    for kind in KINDS {
        workbench.press(&format!("f{}", kind.letter));
        workbench.watch(VISIT);
        println!(
            "{:<42} {size:>8} {:>9.0} {MEMORY_GOAL:>9.0}",
            format!("after {}", kind.name),
            workbench.megabytes("VmRSS"),
        );
    }
    println!(
        "{:<42} {size:>8} {:>9.0} {MEMORY_GOAL:>9.0}\n",
        "the most",
        workbench.megabytes("VmHWM"),
    );
    workbench.close();
}

/// Prints, pane by pane, how long a run takes for a stretch of its training with it open beside the same without a screen: the
/// shortest of as many rounds of each, in which they take turns. On a machine whose speed changes from round to round, what is taken
/// says more: the processor time of all threads but those that train, per second of the training, the median of the rounds. Since
/// the shards of a minibatch wait for one another, that share of a core is the most that the training loses.
pub fn speed(folder: &Path) {
    let session = folder.join("speed.ron");
    train(&session, &["--latent", "20"]);
    let data = load("mnist", &ReadingRules::default(), |_| {}).expect("MNIST is built in");
    let data = Arc::new(data);
    let goal = goal(&session, &data);
    println!(
        "{:<42} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "training with a pane open", "seconds", "without", "share", "goal", "taken"
    );
    for kind in KINDS {
        let (mut alone, mut seconds, mut taken) = (f64::INFINITY, f64::INFINITY, Vec::new());
        for _ in 0..ROUNDS {
            alone = alone.min(without_screen(&session, &data, goal));
            let copy = folder.join("copy.ron");
            std::fs::copy(&session, &copy).expect("the folder can be written");
            let mut workbench = Workbench::opened(folder, SIZE, &copy, None);
            workbench.press(&format!("f{}", kind.letter));
            workbench.watch(VISIT);
            workbench.press(&format!(":set samples {goal}\r"));
            workbench.press(" ");
            let before = workbench.seconds_beside_training();
            workbench.wait(|screen| screen.contains("goal reached"));
            let (beside, whole) = (
                workbench.seconds_beside_training() - before,
                workbench.seconds_of_training(folder),
            );
            seconds = seconds.min(whole);
            taken.push(beside / whole);
            workbench.close();
        }
        taken.sort_by(f64::total_cmp);
        println!(
            "{:<42} {seconds:>9.2} {alone:>9.2} {:>9.3} {SPEED_GOAL:>9.2} {:>9.4}",
            kind.name,
            alone / seconds,
            taken[ROUNDS / 2]
        );
    }
    println!();
}

/// The training points at which the stretch ends.
fn goal(session: &Path, data: &Dataset) -> u64 {
    let session = session::load(session).expect("a session");
    session.into_state(data).expect("its data").training.samples + STRETCH
}

/// Seconds that the stretch takes without a screen, with the measurement at its end.
fn without_screen(session: &Path, data: &Arc<Dataset>, goal: u64) -> f64 {
    let state = session::load(session)
        .expect("a session")
        .into_state(data)
        .expect("its data");
    let (run, _) = RunHandle::start(state, data.clone()).expect("threads");
    run.send(Command::Change(vec![Assignment::new("samples", goal)]));
    let started = Instant::now();
    run.send(Command::Start);
    let is_end = |event: &Event| matches!(event, Event::State(State::Finished));
    let mut events = run.events().iter();
    assert!(events.any(|told| is_end(&told.event)), "the run ends");
    started.elapsed().as_secs_f64()
}
