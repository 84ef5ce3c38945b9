//! What the panes cost: the memory of a workbench in which all were visited, and how fast a run trains with each of them open.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that can't run its program has nothing to tell"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use vae_tui::session::RunFacts;
use vae_tui::tui::panes::KINDS;

use super::workbench::Workbench;
use super::{journal, train};

/// Time for which a pane is looked at.
const VISIT: Duration = Duration::from_secs(4);
/// Megabytes that the workbench takes at most with every pane visited.
const MEMORY_GOAL: f64 = 300.0;
/// Training points that a run is timed over, and how often each is.
const STRETCH: u64 = 250_000;
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

/// Prints, pane by pane, how long a run takes for a stretch of its training with it open beside the same by `vae-tui train`, the
/// medians of as many rounds in which they take turns, and the median and range of the shares of the rounds. On a machine whose speed
/// changes from second to second, what is taken says more: the processor time of all threads but those that train, per second of the
/// training, the median of the rounds. Since the shards of a minibatch wait for one another, that share of a core is the most that
/// the training loses. Nobody reads the screen meanwhile, as the terminal of a person is another machine's.
pub fn speed(folder: &Path) {
    let session = folder.join("speed.ron");
    train(&session, &["--latent", "20"]);
    let goal = RunFacts::read(&session).expect("a session").samples + STRETCH;
    let named: Vec<String> = std::env::args().skip(1).collect();
    let mut kinds: Vec<_> = KINDS
        .iter()
        .filter(|kind| named.iter().any(|name| name == kind.name))
        .collect();
    if kinds.is_empty() {
        kinds = KINDS.iter().collect();
    }
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>15} {:>6} {:>9}",
        "training with a pane open", "seconds", "without", "share", "range", "goal", "taken"
    );
    for kind in kinds {
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let alone = without_screen(folder, &session, goal);
            let copy = folder.join("copy.ron");
            std::fs::copy(&session, &copy).expect("the folder can be written");
            let mut workbench = Workbench::opened(folder, SIZE, &copy, None);
            workbench.press(&format!("f{}", kind.letter));
            workbench.watch(VISIT);
            workbench.press(&format!(":set samples {goal}\r"));
            workbench.press(" ");
            let before = workbench.seconds_beside_training();
            let seconds = journal::seconds_of_training(folder, workbench.process());
            let taken = (workbench.seconds_beside_training() - before) / seconds;
            workbench.close();
            rounds.push([seconds, alone, alone / seconds, taken]);
        }
        let sorted = |column: usize| {
            let mut numbers: Vec<f64> = rounds.iter().map(|round| round[column]).collect();
            numbers.sort_by(f64::total_cmp);
            numbers
        };
        let [seconds, alone, shares, taken] = [0, 1, 2, 3].map(sorted);
        let range = format!("{:.3} to {:.3}", shares[0], shares[ROUNDS - 1]);
        let middle = ROUNDS / 2;
        println!(
            "{:<28} {:>9.2} {:>9.2} {:>9.3} {range:>15} {SPEED_GOAL:>6.2} {:>9.4}",
            kind.name, seconds[middle], alone[middle], shares[middle], taken[middle]
        );
    }
    println!();
}

/// Seconds that the stretch takes without a screen.
fn without_screen(folder: &Path, session: &Path, goal: u64) -> f64 {
    let mut training = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args(["train", "--samples", &goal.to_string(), "--resume"])
        .arg(session)
        .arg("--out")
        .arg(folder.join("headless.ron"))
        .envs(journal::variables(folder))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let seconds = journal::seconds_of_training(folder, training.id());
    training.wait().expect("it ends");
    seconds
}
