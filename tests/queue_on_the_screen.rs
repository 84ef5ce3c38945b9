//! Runs one after the other in the real program, in a pseudo-terminal: the queue, a fork of a checkpoint, an item through both in
//! turns, and a queue that outlives the program.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;
#[path = "common/terminal.rs"]
mod terminal;

use std::fmt::Write;
use std::path::Path;

use program::{errors, vae_tui};
use terminal::{Terminal, data, samples, sessions};

const SIZE: (u16, u16) = (120, 40);

/// A folder with a small run on a few points, `first.ron`, that has reached its goal. It has more threads than a machine has cores,
/// so that nothing is trained beside it.
fn with_a_run() -> tempfile::TempDir {
    let data = data();
    let mut rows = String::new();
    for row in 0..300_u32 {
        let value = |factor: u32| f64::from(row * factor % 97) / 97.0;
        let (a, b) = (value(31), value(57));
        writeln!(rows, "{a:.3},{b:.3},{a:.3},{b:.3},{a:.3},{b:.3}").expect("a string grows");
    }
    std::fs::write(data.path().join("points.csv"), rows).expect("a folder that can be written");
    let flags = "train --data points.csv --likelihood continuous-bernoulli --hidden 4 --latent 2 --threads 64 --samples 400 \
                 --evaluate-every 200 --out first.ron";
    let arguments: Vec<&str> = flags.split_whitespace().collect();
    let trained = vae_tui(data.path(), &arguments);
    assert!(trained.status.success(), "{}", errors(&trained));
    data
}

/// Runs a command of the palette.
fn command(terminal: &mut Terminal, typed: &str) {
    terminal.press(&format!(":{typed}"));
    terminal.wait_for(typed);
    terminal.press("\r");
    terminal.wait("the palette is closed", |screen| !screen.contains("Enter run"));
}

/// Adds a run like the present one to the queue.
fn queue(terminal: &mut Terminal) {
    command(terminal, "run.queue");
    terminal.wait_for("A run for the queue");
    terminal.press("\r");
}

/// The names of the sessions in the usual folder.
fn names(data: &Path) -> Vec<String> {
    let mut names: Vec<String> = sessions(data)
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn the_next_run_takes_the_screen_and_a_fork_of_its_checkpoint_lies_beside_it() {
    let data = with_a_run();
    let mut terminal = Terminal::workbench(data.path(), SIZE, &["first.ron"]);
    terminal.wait_for("goal reached");
    command(&mut terminal, "set samples 3000");
    terminal.wait("the goal", |screen| {
        screen.contains("400/3k samples") && screen.contains("paused")
    });
    queue(&mut terminal);
    terminal.wait_for("1 in the queue");
    assert!(
        terminal.screen().contains("400/3k samples"),
        "it waits for its turn"
    );

    // The first run ends and is saved; the next one has the screen, until it ends too.
    terminal.press(" ");
    let screen = terminal.wait("the next run", |screen| {
        screen.contains("goal reached") && screen.contains("not saved yet")
    });
    assert!(screen.contains("3k/3k samples"), "{screen}");
    assert_eq!(samples(&data.path().join("first.ron")), 3_000);
    assert!(
        names(data.path()).is_empty(),
        "what took the screen is saved by hand"
    );
    terminal.press("s");
    terminal.wait_for("saved to");
    assert_eq!(names(data.path()), ["points-2d-1.ron"]);

    // A change keeps a checkpoint, from which a fork goes on.
    command(&mut terminal, "set learning-rate 0.002");
    command(&mut terminal, "set samples 5000");
    terminal.wait_for("3k/5k samples");
    terminal.press(" ");
    terminal.wait("the second goal", |screen| {
        screen.contains("5k/5k samples") && screen.contains("goal reached")
    });
    terminal.press("s");
    terminal.wait("a second save", |_| samples(&sessions(data.path())[0]) == 5_000);
    command(&mut terminal, "run.fork");
    terminal.wait_for("Fork at 5k samples");
    terminal.press("\x1bOQ");
    terminal.wait_for("Fork at 3k samples");
    terminal.press("\r");
    // It has the settings that the run had there, and its goal.
    terminal.wait("the fork", |screen| {
        screen.contains("points-2d-1-fork.ron*") && screen.contains("3k/3k samples")
    });
    terminal.press("s");
    terminal.wait_for("saved to");
    assert_eq!(names(data.path()), ["points-2d-1-fork.ron", "points-2d-1.ron"]);
    assert_eq!(
        samples(&data.path().join("vae-tui/sessions/points-2d-1-fork.ron")),
        3_000
    );

    // Both are marked; the third view is an item through each, one in the place of the other.
    terminal.press("fu");
    terminal.wait_for("2 runs");
    terminal.press("x");
    terminal.wait_for("1 marked");
    terminal.press("jx");
    terminal.wait_for("2 marked");
    terminal.press("v");
    terminal.wait_for("samples seen");
    terminal.press("v");
    let front = |screen: &str| {
        let after = screen.split("in front: ").nth(1)?;
        after.split_whitespace().next().map(str::to_owned)
    };
    let first = front(&terminal.wait_for("in front: ")).expect("a name");
    terminal.press("z");
    let other = terminal.wait("the other run", |screen| {
        front(screen).is_some_and(|name| name != first)
    });
    let mut shown = [first, front(&other).expect("a name")];
    shown.sort_unstable();
    assert_eq!(shown, ["points-2d-1", "points-2d-1-fork"]);
    terminal.press("q");
    assert!(terminal.end().0.success(), "nothing is asked: both are saved");
}

#[test]
fn a_queue_is_asked_about_kept_and_gone_on_with_after_a_restart() {
    let data = with_a_run();
    let mut terminal = Terminal::workbench(data.path(), SIZE, &["first.ron"]);
    terminal.wait_for("goal reached");
    command(&mut terminal, "set samples 1000000000");
    terminal.wait_for("400/1G samples");
    queue(&mut terminal);
    terminal.wait_for("1 in the queue");
    terminal.press(" ");
    terminal.wait("training", |screen| {
        screen.contains("running") && !screen.contains("│400/1G samples")
    });
    terminal.press("q");
    terminal.wait("the question", |screen| {
        screen.contains("This session is not saved.") && screen.contains("1 run is in the queue. It is kept")
    });
    terminal.press("\x1b");
    terminal.wait("the panes", |screen| !screen.contains("is in the queue"));
    terminal.press("q");
    terminal.wait_for("s save and quit");
    terminal.press("s");
    assert!(terminal.end().0.success());
    assert!(samples(&data.path().join("first.ron")) > 400);
    assert!(
        names(data.path()).is_empty(),
        "the run of the queue did not begin"
    );

    // It begins by itself, and is no part of the queue any more: who leaves it unsaved leaves nothing behind.
    let mut terminal = Terminal::workbench(data.path(), SIZE, &[]);
    terminal.wait("the run of the queue", |screen| {
        screen.contains("running") && screen.contains("6-4-2-4-6") && !screen.contains("│0/1G samples")
    });
    terminal.press(" ");
    terminal.wait_for("paused");
    terminal.press("q");
    let asked = terminal.wait_for("This session is not saved.");
    assert!(!asked.contains("in the queue"), "{asked}");
    terminal.press("y");
    assert!(terminal.end().0.success());
    let mut terminal = Terminal::workbench(data.path(), SIZE, &[]);
    terminal.wait_for("space starts training");
    assert!(!terminal.screen().contains("6-4-2-4-6"));
    terminal.press("q");
    assert!(terminal.end().0.success());
}
