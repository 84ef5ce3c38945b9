//! Every way to end: the line drops, signals, a full disk, nobody listens. Nothing that was learned is lost, and what can't
//! be kept is said. The loops are short here; `VAE_TUI_DROPS=200 cargo test --test endings` makes them long.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;
#[path = "common/terminal.rs"]
mod terminal;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use program::errors;
use terminal::{Terminal, data, samples, sessions, status, wait_until};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vae-tui");

/// A small run that never reaches its goal, and is rarely measured.
const ENDLESS: &str =
    "train --hidden 16 --latent 3 --threads 1 --samples 1000000000 --evaluate-every 1000000000";

/// How often a drop of each kind is tried.
fn drops() -> usize {
    std::env::var("VAE_TUI_DROPS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(3)
}

/// Waits until the workbench has trained a little.
fn train(terminal: &mut Terminal) {
    terminal.press(" ");
    terminal.wait("training", |screen| {
        screen.contains("/3M samples") && !screen.contains("│0/3M samples")
    });
}

/// The one session in the usual folder; nothing else may lie there.
fn only_session(data: &Path) -> PathBuf {
    let files = sessions(data);
    let [session] = &files[..] else {
        panic!("one session, not {files:?}")
    };
    session.clone()
}

/// Runs a shell command in `folder` to its end; `$V` is the program.
fn shell(folder: &Path, command: &str) -> Output {
    spawned(folder, command).wait_with_output().expect("it ends")
}

fn spawned(folder: &Path, command: &str) -> std::process::Child {
    Command::new("bash")
        .args(["-c", command])
        .current_dir(folder)
        .env("V", PROGRAM)
        .env("XDG_DATA_HOME", folder)
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("there is a shell")
}

fn kill(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

/// Closes a dialog that says something.
fn close(terminal: &mut Terminal, said: &str) {
    terminal.press("\x1b");
    terminal.wait("the panes", |screen| !screen.contains(said));
}

/// Waits for the copy of an unsaved run.
fn wait_for_copy(data: &Path) {
    wait_until("a copy", || {
        sessions(data)
            .iter()
            .any(|path| path.extension().is_some_and(|end| end == "ron"))
    });
}

fn temporary_files(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).expect("a folder");
    let paths = files.flatten().map(|file| file.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "saving"))
        .collect()
}

#[test]
fn a_workbench_whose_line_drops_saves_what_it_learned() {
    for _ in 0..drops() {
        let data = data();
        let mut terminal = Terminal::workbench(data.path(), (100, 30), &[]);
        train(&mut terminal);
        let mut child = terminal.hang_up("\x0c");
        assert!(status(&mut child).success());
        assert!(samples(&only_session(data.path())) > 0);
    }
}

#[test]
fn a_suspended_workbench_whose_line_drops_saves_what_it_learned() {
    for _ in 0..drops() {
        let data = data();
        let mut shell = Terminal::start(data.path(), (100, 30), "bash", &["--norc", "--noprofile", "-i"]);
        shell.press(&format!("PS1='ready> '; {PROGRAM}\n"));
        shell.wait_for("space starts training");
        train(&mut shell);
        shell.press("\x1a");
        shell.wait_for("Stopped");
        shell.hang_up("\x0c");
        wait_until("the session", || {
            let files = sessions(data.path());
            !files.is_empty() && temporary_files(&data.path().join("vae-tui/sessions")).is_empty()
        });
        assert!(samples(&only_session(data.path())) > 0);
    }
}

#[test]
fn a_train_whose_line_drops_saves_what_it_learned() {
    for _ in 0..drops() {
        let data = data();
        let arguments: Vec<&str> = ENDLESS.split(' ').chain(["--out", "run.ron"]).collect();
        let terminal = Terminal::start(data.path(), (100, 30), PROGRAM, &arguments);
        terminal.wait("training", |screen| {
            screen.contains("samples") && !screen.contains(" 0/1,000")
        });
        let mut child = terminal.hang_up("x");
        assert_eq!(status(&mut child).exit_code(), 1);
        assert!(samples(&data.path().join("run.ron")) > 0);
        assert_eq!(temporary_files(data.path()), [] as [PathBuf; 0]);
    }
}

#[test]
fn two_new_runs_saved_at_once_are_two_files() {
    for _ in 0..drops() {
        let data = data();
        let mut both = [(); 2].map(|()| Terminal::workbench(data.path(), (80, 24), &["--threads", "1"]));
        for terminal in &both {
            terminal.wait_for("space starts training");
        }
        for terminal in &mut both {
            terminal.press("s");
        }
        for terminal in &both {
            terminal.wait_for("saved to");
        }
        let mut files = sessions(data.path());
        files.sort();
        let names: Vec<_> = files.iter().filter_map(|path| path.file_name()).collect();
        assert_eq!(names, ["mnist-20d-1.ron", "mnist-20d-2.ron"]);
    }
}

#[test]
fn what_another_program_saved_is_noticed_and_kept() {
    let data = data();
    let folder = data.path();
    let trained = shell(
        folder,
        "$V train --hidden 16 --latent 3 --threads 1 --samples 1000 --out run.ron",
    );
    assert!(trained.status.success(), "{}", errors(&trained));
    let mut terminal = Terminal::workbench(folder, (100, 30), &["run.ron"]);
    terminal.wait_for("space goes on with training");
    terminal.press(".");
    terminal.wait_for("run.ron*");

    let resumed = shell(folder, "$V train --resume run.ron --samples 5000");
    assert!(resumed.status.success(), "{}", errors(&resumed));
    terminal.press("s");
    terminal.wait_for("changed by another program");
    assert_eq!(samples(&folder.join("run.ron")), 5_000, "it is not replaced");
    terminal.press("s");
    terminal.wait_for("saved to");
    assert_eq!(samples(&folder.join("mnist-3d-1.ron")), 1_100, "another name");
    assert_eq!(samples(&folder.join("run.ron")), 5_000);

    // Whoever decides to replace it can; nothing else is in the way after that.
    let mut second = Terminal::workbench(folder, (100, 30), &["run.ron"]);
    second.wait_for("space goes on with training");
    let resumed = shell(folder, "$V train --resume run.ron --samples 6000");
    assert!(resumed.status.success(), "{}", errors(&resumed));
    second.press(".");
    second.wait_for("run.ron*");
    second.press("s");
    second.wait_for("y replace it");
    second.press("y");
    second.wait_for("saved to");
    assert_eq!(samples(&folder.join("run.ron")), 5_100);
}

#[test]
fn a_file_that_another_program_trains_into_is_refused_at_the_start() {
    let data = data();
    let folder = data.path();
    let mut first = spawned(folder, &format!("exec $V {ENDLESS} --autosave 1 --out run.ron"));
    let run = folder.join("run.ron");
    wait_until("the first save", || {
        std::fs::metadata(&run).is_ok_and(|run| run.len() > 0)
    });
    for command in [
        "$V train --samples 100 --out run.ron",
        "$V train --resume run.ron --samples 2000000000",
    ] {
        let second = shell(folder, command);
        assert_eq!(second.status.code(), Some(1));
        let said = errors(&second);
        assert!(
            said.contains("run.ron is in use") && said.lines().count() == 1,
            "{said}"
        );
    }
    kill("-TERM", first.id());
    assert_eq!(first.wait().expect("it ends").code(), Some(1));
    assert!(samples(&run) > 0);
}

#[test]
fn train_saves_by_time_whatever_the_evaluations_are() {
    let data = data();
    let mut child = spawned(
        data.path(),
        &format!("exec $V {ENDLESS} --autosave 1 --out run.ron"),
    );
    let run = data.path().join("run.ron");
    wait_until("the first save", || {
        std::fs::metadata(&run).is_ok_and(|run| run.len() > 0)
    });
    kill("-KILL", child.id());
    child.wait().expect("it ends");
    assert!(samples(&run) > 0);
}

#[test]
fn a_workbench_that_is_killed_leaves_a_copy_to_go_on_with() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &["--autosave", "1"]);
    train(&mut terminal);
    wait_for_copy(data.path());
    terminal.signal("-KILL");
    status(&mut terminal.child);
    let copy = only_session(data.path());
    assert!(copy.ends_with("mnist-20d-1.autosave.ron"), "{}", copy.display());
    let learned = samples(&copy);
    assert!(learned > 0);

    let mut terminal = Terminal::workbench(data.path(), (100, 30), &["--autosave", "1"]);
    terminal.wait_for("left a copy of an unsaved run");
    terminal.press("o");
    terminal.wait_for("mnist-20d-1.autosave.ron");
    terminal.press("\r");
    terminal.wait_for("space goes on with training");
    terminal.press("q");
    terminal.wait_for("This session is not saved.");
    terminal.press("s");
    assert!(terminal.end().0.success());
    let session = only_session(data.path());
    assert!(session.ends_with("mnist-20d-1.ron"), "{}", session.display());
    assert_eq!(samples(&session), learned);
}

#[test]
fn an_unsaved_run_is_copied_before_something_risky() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &["--autosave", "86400"]);
    train(&mut terminal);
    terminal.press(":set learning-rate 0.002\r");
    wait_for_copy(data.path());
    terminal.signal("-KILL");
    status(&mut terminal.child);
    assert!(samples(&only_session(data.path())) > 0);
}

#[test]
fn a_copy_is_gone_when_the_run_is_saved_or_left_on_purpose() {
    for keys in ["s", "qy"] {
        let data = data();
        let mut terminal = Terminal::workbench(data.path(), (100, 30), &["--autosave", "1"]);
        train(&mut terminal);
        wait_for_copy(data.path());
        terminal.press(" ");
        terminal.wait_for("paused");
        for key in keys.chars() {
            terminal.press(&key.to_string());
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        if keys == "s" {
            terminal.wait_for("saved to");
            terminal.press("q");
        }
        assert!(terminal.end().0.success());
        let files = sessions(data.path());
        let names: Vec<_> = files.iter().filter_map(|path| path.file_name()).collect();
        let expected: &[&str] = if keys == "s" { &["mnist-20d-1.ron"] } else { &[] };
        assert_eq!(names, expected);
    }
}

#[test]
fn a_save_that_fails_is_a_warning_and_tried_again() {
    let data = data();
    // The limit of 8 kB on the size of files is like a full disk.
    let output = shell(
        data.path(),
        "ulimit -f 8; exec $V train --hidden 16 --latent 3 --threads 1 --samples 300000 --evaluate-every 300000 \
         --autosave 1 --out run.ron",
    );
    let said = errors(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("nor could it be saved anywhere else"), "{said}");
    assert!(
        said.contains("300000 samples"),
        "training went on to its goal: {said}"
    );
    assert!(
        !data.path().join("run.ron").exists(),
        "nothing half written stays"
    );
    assert_eq!(temporary_files(data.path()), [] as [PathBuf; 0]);
    assert_eq!(sessions(data.path()), [] as [PathBuf; 0]);
}

#[test]
fn a_run_that_cannot_be_saved_where_it_belongs_is_saved_elsewhere() {
    let data = data();
    let folder = data.path().join("sub");
    std::fs::create_dir(&folder).expect("a folder");
    let mut child = spawned(
        data.path(),
        &format!("exec $V {ENDLESS} --autosave 1 --out sub/run.ron"),
    );
    wait_until("the first save", || {
        std::fs::metadata(folder.join("run.ron")).is_ok_and(|run| run.len() > 0)
    });
    // Its folder is replaced by a file.
    std::fs::remove_dir_all(&folder).expect("it can be removed");
    std::fs::write(&folder, "in the way").expect("a file");
    let mut said = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut stderr, &mut said).expect("text");
    assert!(said.contains("training goes on"), "{said}");
    kill("-TERM", child.id());
    said.clear();
    std::io::Read::read_to_string(&mut stderr, &mut said).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(said.contains("instead"), "{said}");
    let session = only_session(data.path());
    assert!(said.contains(&session.display().to_string()), "{said}");
    assert!(samples(&session) > 0);
}

#[test]
fn a_workbench_that_cannot_save_says_so_and_ends_with_1() {
    let data = data();
    let (home, temporary) = (data.path().join("home"), data.path().join("tmp"));
    std::fs::write(&home, "no folder").expect("a file");
    std::fs::create_dir(&temporary).expect("a folder");
    let plain = |path: &Path| path.to_str().expect("a plain path").to_owned();
    let variables = [("XDG_DATA_HOME", &*plain(&home)), ("TMPDIR", &*plain(&temporary))];
    let mut terminal = Terminal::start_with(data.path(), (100, 30), PROGRAM, &[], &variables);
    terminal.wait_for("space starts training");
    train(&mut terminal);
    terminal.signal("-TERM");
    let (status, screen) = terminal.end();
    assert_eq!(status.exit_code(), 1);
    assert!(screen.contains("instead"), "{screen}");
    assert!(samples(&temporary.join("mnist-20d-1.ron")) > 0);

    // Nowhere at all.
    std::fs::remove_dir_all(&temporary).expect("it can be removed");
    std::fs::write(&temporary, "no folder").expect("a file");
    let mut terminal = Terminal::start_with(data.path(), (100, 30), PROGRAM, &[], &variables);
    terminal.wait_for("space starts training");
    train(&mut terminal);
    terminal.press("s");
    terminal.wait_for("Not saved");
    terminal.signal("-TERM");
    let (status, screen) = terminal.end();
    assert_eq!(status.exit_code(), 1);
    assert!(screen.contains("nor could it be saved anywhere else"), "{screen}");
}

#[test]
fn whoever_listens_may_leave() {
    let data = data();
    let run = "$V train --hidden 16 --latent 3 --threads 1 --samples 20000 --evaluate-every 2000";
    let go_on = shell(
        data.path(),
        &format!("set -o pipefail; {run} --json --out a.ron | head -1"),
    );
    assert!(go_on.status.success(), "{}", errors(&go_on));
    assert_eq!(errors(&go_on), "");
    assert_eq!(samples(&data.path().join("a.ron")), 20_000);

    let endless = run.replace("20000", "1000000000");
    let quiet = shell(
        data.path(),
        &format!("set -o pipefail; {endless} --json | head -1"),
    );
    assert!(quiet.status.success(), "{}", errors(&quiet));
    assert_eq!(errors(&quiet), "");

    let deaf = shell(data.path(), &format!("{run} --out b.ron 2>/dev/full"));
    assert!(deaf.status.success());
    assert_eq!(samples(&data.path().join("b.ron")), 20_000);
    let left = shell(
        data.path(),
        &format!("set -o pipefail; {run} --out c.ron 2>&1 | head -1"),
    );
    assert!(left.status.success());
    assert_eq!(samples(&data.path().join("c.ron")), 20_000);

    let full = shell(data.path(), &format!("{run} --json --out d.ron >/dev/full"));
    assert_eq!(full.status.code(), Some(1), "the lines were asked for");
    assert!(
        errors(&full).contains("writing to standard output"),
        "{}",
        errors(&full)
    );
    assert_eq!(samples(&data.path().join("d.ron")), 20_000);

    for command in ["evaluate a.ron", "compare a.ron b.ron", "--help", "train --help"] {
        let piped = shell(data.path(), &format!("set -o pipefail; $V {command} | true"));
        assert!(piped.status.success(), "{command}: {}", errors(&piped));
        assert_eq!(errors(&piped), "", "{command}");
        let nobody = shell(data.path(), &format!("$V {command} >/dev/full 2>/dev/full"));
        assert_ne!(nobody.status.code(), Some(101), "{command}");
    }
}

#[test]
fn signals_that_are_ignored_at_the_start_stay_ignored() {
    let data = data();
    let run = format!("exec $V {ENDLESS} --autosave 1 --out run.ron");
    let mut child = spawned(data.path(), &format!("trap '' HUP INT; {run}"));
    let path = data.path().join("run.ron");
    let length = || std::fs::metadata(&path).map_or(0, |run| run.len());
    wait_until("the first save", || length() > 0);
    let before = samples(&path);
    kill("-HUP", child.id());
    kill("-INT", child.id());
    wait_until("it trains on", || samples(&path) > before);
    assert!(child.try_wait().expect("a child process").is_none());
    kill("-TERM", child.id());
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn what_cannot_be_saved_to_is_found_out_before_training() {
    let data = data();
    let folder = data.path();
    std::fs::write(folder.join("notes.ron"), "(shopping: [\"milk\"])").expect("a file");
    std::fs::create_dir(folder.join("folder")).expect("a folder");
    let prepared = shell(
        folder,
        "$V train --hidden 4 --latent 2 --samples 100 --out protected.ron && chmod 444 protected.ron && mkfifo pipe.ron \
         && ln -s ring.ron ring.ron",
    );
    assert!(prepared.status.success(), "{}", errors(&prepared));
    let protected = std::fs::read(folder.join("protected.ron")).expect("a session");
    let long = format!("{}.ron", "x".repeat(300));
    for (out, expected) in [
        ("notes.ron", "not a vae-tui session"),
        ("folder", "directory"),
        ("new/", "directory"),
        ("..", "directory"),
        (&long, "name"),
        ("protected.ron", "write-protected"),
        ("/dev/null", "no file but a device"),
        ("pipe.ron", "no file but a device"),
        ("ring.ron", "ring"),
    ] {
        // A run that would take hours: it is refused before that.
        let output = shell(folder, &format!("$V {ENDLESS} --out {out}"));
        let said = errors(&output);
        assert_eq!(output.status.code(), Some(1), "{out}: {said}");
        assert!(
            said.contains(expected) && said.lines().count() == 1,
            "{out}: {said}"
        );
    }
    let text = std::fs::read_to_string(folder.join("notes.ron")).expect("a file");
    assert_eq!(text, "(shopping: [\"milk\"])");
    assert_eq!(
        std::fs::read(folder.join("protected.ron")).expect("a session"),
        protected
    );
    assert!(!folder.join("new").exists());

    // Another run may be replaced, but not without a word.
    let new = "--hidden 4 --latent 2 --threads 1 --samples 200 --out twice.ron";
    for (arguments, said) in [
        (new, ""),
        (
            new,
            "note: the first save replaces twice.ron, which holds mnist 784-4-2-4-784 tanh, 200 samples",
        ),
        ("--resume twice.ron --out ./twice.ron --samples 300", ""),
    ] {
        let output = shell(folder, &format!("$V train --json {arguments}"));
        assert!(output.status.success(), "{arguments}: {}", errors(&output));
        assert!(
            errors(&output).starts_with(said),
            "{arguments}: {}",
            errors(&output)
        );
        assert_eq!(errors(&output).is_empty(), said.is_empty(), "{arguments}");
    }

    // Wrong settings leave nothing where the run would have gone.
    let output = shell(folder, "$V train --latent 0 --out fresh.ron");
    assert_eq!(output.status.code(), Some(1));
    assert!(!folder.join("fresh.ron").exists());
}

#[test]
fn an_abort_restores_the_terminal() {
    let data = data();
    let terminal = Terminal::workbench(data.path(), (80, 24), &[]);
    terminal.wait_for("space starts training");
    terminal.signal("-ABRT");
    let (status, screen) = terminal.end();
    assert!(!status.success());
    assert!(screen.contains("vae-tui: aborted"), "{screen}");
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_like_any_other() {
    let data = data();
    let command = format!("ulimit -f 8; exec {PROGRAM}");
    let mut terminal = Terminal::start(data.path(), (100, 30), "bash", &["-c", &command]);
    terminal.wait_for("space starts training");
    terminal.press(".");
    terminal.wait("one step", |screen| screen.contains("100/3M samples"));
    terminal.press("s");
    terminal.wait_for("Not saved");
    close(&mut terminal, "Not saved");
    terminal.press("q");
    terminal.wait_for("y quit without");
    terminal.press("y");
    assert!(terminal.end().0.success());
}

#[test]
fn a_pipe_among_the_sessions_is_no_session() {
    let data = data();
    let folder = data.path().join("vae-tui/sessions");
    std::fs::create_dir_all(&folder).expect("a folder");
    let made = shell(&folder, "mkfifo x.ron");
    assert!(made.status.success());
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &[]);
    terminal.wait_for("space starts training");
    terminal.press("o");
    terminal.wait_for("No session was saved yet");
    close(&mut terminal, "No session was saved yet");
    terminal.press("q");
    assert!(terminal.end().0.success());
    for command in ["evaluate", "train --resume", "compare"] {
        let output = shell(&folder, &format!("$V {command} x.ron"));
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(
            errors(&output).contains("x.ron can't be read: it is a FIFO"),
            "{}",
            errors(&output)
        );
    }
}
