//! Several runs in the real program, in a pseudo-terminal: a fork, an item through two runs in turns, and a queue that outlives
//! the program.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/terminal.rs"]
mod terminal;

use terminal::{Terminal, data, sessions};

/// Trains a little, so that there is something to save.
fn train_a_little(terminal: &mut Terminal) {
    terminal.press(" ");
    terminal.wait("training", |screen| {
        screen.contains("running") && !screen.contains(" 0/3M samples")
    });
    terminal.press(" ");
    terminal.wait_for("paused");
}

/// Runs a command by its name.
fn command(terminal: &mut Terminal, name: &str) {
    terminal.press(&format!(":{name}"));
    terminal.wait_for(name);
    terminal.press("\r");
}

#[test]
fn a_fork_lies_beside_its_run_and_an_item_flickers_through_both() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (120, 40), &[]);
    terminal.wait_for("space starts training");
    train_a_little(&mut terminal);
    terminal.press("s");
    terminal.wait_for("saved to");
    command(&mut terminal, "run.fork");
    terminal.wait_for("Fork at");
    terminal.press("\r");
    terminal.wait("the fork", |screen| {
        !screen.contains("Fork at") && screen.contains("not saved yet")
    });
    terminal.press("s");
    terminal.wait_for("saved to");
    terminal.wait("both files", |_| sessions(data.path()).len() == 2);
    // Both are marked; the third view is an item through each.
    terminal.press("fu");
    terminal.wait_for("2 runs");
    terminal.press("xjx");
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
    let other = front(&terminal.wait("the other run", |screen| {
        front(screen).is_some_and(|name| name != first)
    }));
    terminal.press("z");
    terminal.wait("the first run", |screen| front(screen).as_ref() == Some(&first));
    let mut names = [first, other.expect("a name")];
    names.sort_unstable();
    assert_eq!(names, ["mnist-20d-1", "mnist-20d-1-fork"]);
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn a_queue_is_asked_about_kept_and_gone_on_with_after_a_restart() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (120, 40), &[]);
    terminal.wait_for("space starts training");
    for count in 1..=2 {
        command(&mut terminal, "run.queue");
        terminal.wait_for("A run for the queue");
        terminal.press("\r");
        terminal.wait_for(&format!("{count} in the queue"));
    }
    terminal.press("q");
    terminal.wait_for("2 runs are in the queue");
    terminal.press("\x1b");
    terminal.wait("the question is gone", |screen| {
        !screen.contains("runs are in the queue")
    });
    terminal.press("q");
    terminal.wait_for("They are kept");
    terminal.press("y");
    assert!(terminal.end().0.success());
    assert!(sessions(data.path()).is_empty(), "nothing was learned yet");

    // The first of them begins by itself, the second one waits for it.
    let mut terminal = Terminal::workbench(data.path(), (120, 40), &[]);
    terminal.wait("the next run", |screen| {
        screen.contains("running") && !screen.contains(" 0/3M samples")
    });
    terminal.press("fu");
    terminal.wait_for("queue: mnist 20d");
    terminal.press("q");
    terminal.wait_for("This session is not saved.");
    terminal.press("s");
    assert!(terminal.end().0.success());
    assert_eq!(sessions(data.path()).len(), 1);

    // So does the second one now, until somebody leaves it on purpose; then nothing is left.
    let mut terminal = Terminal::workbench(data.path(), (120, 40), &[]);
    terminal.wait("the last run", |screen| {
        screen.contains("running") && !screen.contains(" 0/3M samples")
    });
    terminal.press(" ");
    terminal.wait_for("paused");
    terminal.press("q");
    terminal.wait_for("This session is not saved.");
    terminal.press("y");
    assert!(terminal.end().0.success());
    let terminal = Terminal::workbench(data.path(), (120, 40), &[]);
    terminal.wait_for("space starts training");
    assert!(!terminal.screen().contains("running"));
    terminal.signal("-TERM");
    assert!(terminal.end().0.success());
}
