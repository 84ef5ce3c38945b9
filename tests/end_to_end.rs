//! The real program in a pseudo-terminal, used as a person uses it.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/terminal.rs"]
mod terminal;

use std::time::{Duration, Instant};

use terminal::{PATIENCE, Terminal, data, sessions};

/// What stands before "/3M samples": the training points seen so far.
fn samples(screen: &str) -> Option<&str> {
    screen
        .split("/3M samples")
        .next()?
        .rsplit(|c: char| c == '│' || c.is_whitespace())
        .next()
}

#[test]
fn train_scrub_save_quit_and_go_on() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &[]);
    let screen = terminal.wait_for("space starts training");
    assert!(
        screen.contains("784-500-20-500-784 tanh") && screen.contains("Reconstruction"),
        "{screen}"
    );

    terminal.press(" ");
    terminal.wait("training", |screen| {
        let is_timed = screen.contains("ETA ") && !screen.contains("ETA -");
        screen.contains("running") && is_timed && samples(screen) != Some("0")
    });
    terminal.press(" ");
    terminal.wait_for("paused");

    // Scrub: the second pane, the value up by one, its image changes.
    terminal.press("\t");
    let before = terminal.wait_for("←→ value");
    let value = |screen: &str| {
        screen
            .split(" = ")
            .find_map(|rest| rest.get(..5)?.parse::<f32>().ok())
    };
    terminal.press("L");
    let shown = |screen: &str| screen.contains("moved from test image 0");
    terminal.wait("the moved value", shown);
    assert!(value(&before).is_some(), "{before}");
    terminal.press("3");
    terminal.wait("the large pane", |screen| {
        screen.contains("Reconstruction") && !screen.contains("Training")
    });
    terminal.press("3");
    let paused = terminal.wait("three panes", |screen| screen.contains("Training"));
    let seen = samples(&paused).expect("the samples").to_owned();

    terminal.press("s");
    terminal.wait_for("saved to");
    terminal.press("q");
    let (status, _) = terminal.end();
    assert!(status.success());
    let [session] = &sessions(data.path())[..] else {
        panic!("one session, not {:?}", sessions(data.path()))
    };
    assert!(session.ends_with("mnist-20d-1.ron"));

    let path = session.to_str().expect("a plain name");
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &[path]);
    let screen = terminal.wait_for("space goes on with training");
    assert_eq!(samples(&screen), Some(&*seen), "{screen}");
    assert!(screen.contains("mnist-20d-1.ron"), "{screen}");
    assert!(
        screen.contains("moved from test image 0"),
        "the view comes back: {screen}"
    );

    // More training is not saved: leaving asks, and `s` saves to the same file.
    terminal.press(".");
    terminal.wait("one step", |screen| screen.contains("mnist-20d-1.ron*"));
    terminal.press("q");
    terminal.wait_for("This session is not saved.");
    terminal.press("s");
    assert!(terminal.end().0.success());
    assert_eq!(sessions(data.path()).len(), 1);
}

#[test]
fn signals_save_and_leave_a_clean_terminal() {
    for signal in ["-TERM", "-HUP"] {
        let data = data();
        let mut terminal = Terminal::workbench(data.path(), (80, 24), &[]);
        terminal.press(" ");
        terminal.wait("training", |screen| {
            samples(screen).is_some_and(|samples| samples != "0")
        });
        terminal.signal(signal);
        let since = Instant::now();
        while terminal.child.try_wait().expect("a child process").is_none() {
            assert!(since.elapsed() < PATIENCE, "{signal} does not end the program");
            std::thread::sleep(Duration::from_millis(10));
        }
        let [session] = &sessions(data.path())[..] else {
            panic!("{signal}: one session, not {:?}", sessions(data.path()))
        };
        vae_tui::session::load(session).expect("what a signal saves is whole");
    }
}

#[test]
fn a_resize_shows_more_and_less() {
    let data = data();
    let terminal = Terminal::workbench(data.path(), (80, 24), &["--threads", "1"]);
    for (columns, rows) in [(200, 60), (20, 5), (1, 1), (100, 30)] {
        terminal.resize(columns, rows);
        if columns >= 100 {
            terminal.wait("three panes", |screen| {
                ["Training", "Traversal", "Reconstruction"]
                    .iter()
                    .all(|pane| screen.contains(pane))
            });
        }
    }
    terminal.signal("-TERM");
    assert!(terminal.end().0.success());
}

#[test]
fn suspended_and_brought_back_by_a_shell() {
    let data = data();
    let mut shell = Terminal::start(data.path(), (100, 30), "bash", &["--norc", "--noprofile", "-i"]);
    shell.press(&format!("PS1='ready> '; {}\n", env!("CARGO_BIN_EXE_vae-tui")));
    shell.wait_for("space starts training");
    shell.press("\x1a");
    shell.wait_for("Stopped");
    shell.wait_for_plain_screen();
    shell.press("fg\n");
    shell.wait("the workbench again", |screen| {
        screen.contains("Traversal") && screen.contains("Training")
    });
    shell.press("?");
    shell.wait_for("start or pause training");
    shell.press("\x1b");
    shell.wait("the help closes", |screen| {
        !screen.contains("start or pause training")
    });
    shell.press("q");
    shell.wait("the prompt", |screen| screen.trim_end().ends_with("ready>"));
    shell.press("exit\n");
    shell.end();
}

#[test]
fn a_session_that_cannot_be_opened_is_one_clear_sentence() {
    let data = data();
    let program = env!("CARGO_BIN_EXE_vae-tui");
    let terminal = Terminal::start(data.path(), (80, 24), program, &["missing.ron"]);
    let (status, screen) = terminal.end();
    assert_eq!(status.exit_code(), 1);
    assert!(
        screen.contains("vae-tui: missing.ron can't be read: No such file"),
        "{screen}"
    );
}

#[test]
fn stopped_from_outside_and_brought_back_by_a_shell() {
    for signal in ["-TSTP", "-STOP"] {
        let data = data();
        let mut shell = Terminal::start(data.path(), (100, 30), "bash", &["--norc", "--noprofile", "-i"]);
        let program = env!("CARGO_BIN_EXE_vae-tui");
        shell.press(&format!(
            "PS1='ready> '; bash -c 'echo $$ > id; exec {program}'\n"
        ));
        shell.wait_for("space starts training");
        let id = std::fs::read_to_string(data.path().join("id")).expect("the process");
        let sent = std::process::Command::new("kill")
            .args([signal, id.trim()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()));
        if signal == "-TSTP" {
            shell.wait_for_plain_screen();
        }
        shell.wait_for("Stopped");
        // What the terminal answered to a program that could no longer read it stands on the shell's line: Ctrl-U takes it away.
        shell.press("\x15fg\n");
        shell.wait_for("Traversal");
        // A key acts at once, without Enter.
        shell.press("?");
        shell.wait_for("start or pause training");
        shell.press("q");
        shell.wait("the help closes", |screen| {
            !screen.contains("start or pause training")
        });
        shell.press("q");
        shell.wait("the prompt", |screen| screen.trim_end().ends_with("ready>"));
        shell.wait_for_plain_screen();
        shell.press("exit\n");
        shell.end();
    }
}

#[test]
fn ctrl_z_where_no_shell_waits_does_not_stop_for_ever() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &[]);
    terminal.wait_for("space starts training");
    terminal.press("\x1a");
    terminal.wait_for("Ctrl-Z does nothing");
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn a_terminal_that_does_not_know_its_size_is_drawn_on() {
    let data = data();
    let mut terminal = Terminal::start(data.path(), (0, 0), env!("CARGO_BIN_EXE_vae-tui"), &[]);
    terminal.wait_for("space starts training");
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn of_a_window_that_is_dragged_only_the_newest_size_counts() {
    let data = data();
    let terminal = Terminal::workbench(data.path(), (200, 60), &[]);
    terminal.wait_for("space starts training");
    let frame = terminal.written.load(std::sync::atomic::Ordering::SeqCst);
    let sizes = 100;
    for step in (0..sizes).rev() {
        let (rows, columns) = (30 + step % 30, 100 + step);
        terminal.resize(columns, rows);
    }
    terminal.wait("the smallest size", |screen| {
        screen.contains("Reconstruction") && screen.lines().count() == 30
    });
    let written = terminal.written.load(std::sync::atomic::Ordering::SeqCst) - frame;
    assert!(
        written < usize::from(sizes) / 4 * frame,
        "{written} bytes, a frame has {frame}"
    );
    terminal.signal("-TERM");
    assert!(terminal.end().0.success());
}
