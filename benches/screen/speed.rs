//! How much of its speed a run keeps with each pane open.
//!
//! The workbench and `vae-tui train` do the same stretch of training at once, with one thread each, each on a core of its own, then
//! the same with the cores swapped: a machine whose speed changes from second to second changes it for both.

#![allow(
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use vae_tui::session::RunFacts;
use vae_tui::tui::panes::KINDS;

use super::workbench::Workbench;
use super::{journal, train};

/// Training points that a run is timed over, and how often each is.
const STRETCH: u64 = 200_000;
const ROUNDS: usize = 3;
/// Time that a pane has for what it asks when it is opened.
const OPENING: Duration = Duration::from_secs(4);
/// The least share of its speed without a screen that a run keeps.
const GOAL: f64 = 0.97;
const SIZE: (u16, u16) = (200, 60);

/// Prints, pane by pane, the share of the speed of `vae-tui train` that a run keeps with it open, the median of the rounds and their
/// range; and the processor time of all threads but the one that trains, per second of the training. The first line is
/// `vae-tui train` beside itself, which says how exact such a share is here. Nobody reads the screen meanwhile, as the terminal of a
/// person is another machine's.
pub fn speed(folder: &Path) {
    let session = folder.join("speed.ron");
    train(&session, &["--latent", "20", "--threads", "1"]);
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
    print_rounds("none, without a screen", |core| {
        let mut other = without_screen(folder, &session, "other.ron", goal, core);
        let mut training = without_screen(folder, &session, "one.ron", goal, 1 - core);
        let without = journal::seconds_of_training(folder, training.id());
        let with = journal::seconds_of_training(folder, other.id());
        training.wait().expect("it ends");
        other.wait().expect("it ends");
        [with, without, 0.0]
    });
    for kind in kinds {
        print_rounds(kind.name, |core| {
            beside_workbench(folder, &session, goal, kind.letter, core)
        });
    }
    println!();
}

/// The seconds with and without a screen, and what was taken of a core.
type Times = [f64; 3];

/// Prints what came of the rounds of one pane, in each of which either core has the screen once.
fn print_rounds(name: &str, on_core: impl Fn(usize) -> Times) {
    let mut rounds: Vec<Times> = (0..ROUNDS)
        .map(|_| {
            let [one, other] = [on_core(0), on_core(1)];
            [0, 1, 2].map(|number| f64::midpoint(one[number], other[number]))
        })
        .collect();
    let share = |[with, without, _]: &Times| without / with;
    rounds.sort_by(|one, other| share(one).total_cmp(&share(other)));
    let [with, without, taken] = rounds[ROUNDS / 2];
    let range = format!("{:.3} to {:.3}", share(&rounds[0]), share(&rounds[ROUNDS - 1]));
    println!(
        "{name:<28} {with:>9.2} {without:>9.2} {:>9.3} {range:>15} {GOAL:>6.2} {taken:>9.4}",
        without / with
    );
}

fn beside_workbench(folder: &Path, session: &Path, goal: u64, pane: char, core: usize) -> Times {
    let copy = folder.join("copy.ron");
    std::fs::copy(session, &copy).expect("the folder can be written");
    let mut workbench = Workbench::opened(folder, SIZE, &copy, None);
    workbench.keep_on(core);
    workbench.press(&format!("f{pane}"));
    workbench.watch(OPENING);
    workbench.press(&format!(":set samples {goal}\r"));
    let mut training = without_screen(folder, session, "one.ron", goal, 1 - core);
    workbench.press(" ");
    let before = workbench.seconds_beside_training();
    let with = journal::seconds_of_training(folder, workbench.process());
    let taken = (workbench.seconds_beside_training() - before) / with;
    let without = journal::seconds_of_training(folder, training.id());
    workbench.close();
    training.wait().expect("it ends");
    [with, without, taken]
}

/// Begins the stretch without a screen.
fn without_screen(folder: &Path, session: &Path, out: &str, goal: u64, core: usize) -> Child {
    Command::new("taskset")
        .args(["--cpu-list", &core.to_string(), env!("CARGO_BIN_EXE_vae-tui")])
        .args(["train", "--samples", &goal.to_string(), "--resume"])
        .arg(session)
        .arg("--out")
        .arg(folder.join(out))
        .envs(journal::variables(folder))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("taskset of util-linux runs the program")
}
