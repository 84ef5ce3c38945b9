//! System calls that fail, one after the other, while a session is saved: by `strace`, which makes the calls of the real
//! program fail. Where there is no `strace` these tests say so and pass, but not in CI.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/terminal.rs"]
mod terminal;

use std::path::Path;
use std::process::{Command, Output};

use terminal::{Terminal, data, sessions};

/// Whether calls can be made to fail here.
fn has_strace() -> bool {
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(works || std::env::var_os("CI").is_none(), "CI needs strace");
    if !works {
        eprintln!("SKIPPED: no strace here, so no system call was made to fail");
    }
    works
}

/// Trains to 6 000 samples in `folder`, saving to `run.ron`, while calls fail as `injection` says.
fn train(folder: &Path, injection: &str) -> Output {
    let calls = injection.split(':').next().expect("the calls come first");
    Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}")])
        .args(["-e", &format!("inject={injection}")])
        .arg(env!("CARGO_BIN_EXE_vae-tui"))
        .args([
            "train",
            "--hidden",
            "8",
            "--latent",
            "2",
            "--threads",
            "1",
            "--samples",
            "6000",
        ])
        .args(["--seed", "7", "--out", "run.ron"])
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("home"))
        .env("TMPDIR", folder.join("tmp"))
        .output()
        .expect("strace starts")
}

fn temporary_files(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    files
        .filter(|file| file.path().extension().is_some_and(|end| end == "saving"))
        .count()
}

/// Every call that a save needs fails: the file of an earlier run stays as it was or the new one is whole, nothing half
/// written stays, and the exit status and the words say which.
#[test]
fn whatever_call_fails_nothing_is_lost() {
    if !has_strace() {
        return;
    }
    for (injection, is_saved_elsewhere) in [
        ("fsync:error=EIO:when=1", true),
        ("fsync:error=ENOSPC", false),
        ("rename:error=EXDEV", true),
        ("rename:error=EPERM", true),
        ("rename,renameat2:error=EIO", false),
        ("flock:error=EOPNOTSUPP", true),
        ("fchown:error=EPERM", true),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("tmp")).expect("a folder");
        let run = folder.path().join("run.ron");
        let first = train(folder.path(), "fsync:error=EIO:when=1000");
        assert!(
            first.status.success(),
            "{}",
            String::from_utf8_lossy(&first.stderr)
        );
        let text = std::fs::read_to_string(&run).expect("a session");
        // An earlier run, which is told apart by its seed.
        let earlier = text.replace("seed: 7", "seed: 8");
        std::fs::write(&run, &earlier).expect("the folder can be written");

        let output = train(folder.path(), injection);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let now = std::fs::read_to_string(&run).expect("a session");
        let is_saved = now != earlier;
        vae_tui::session::load(&run).unwrap_or_else(|error| panic!("{injection}: {error}"));
        assert_eq!(output.status.success(), is_saved, "{injection}: {said}");
        assert_eq!(temporary_files(folder.path()), 0, "{injection}");
        if is_saved {
            assert!(now.contains("seed: 7"), "{injection}");
            continue;
        }
        let elsewhere = folder.path().join("mnist-2d-1.ron");
        assert_eq!(elsewhere.exists(), is_saved_elsewhere, "{injection}: {said}");
        if is_saved_elsewhere {
            assert!(said.contains("mnist-2d-1.ron instead"), "{injection}: {said}");
            vae_tui::session::load(&elsewhere).unwrap_or_else(|error| panic!("{injection}: {error}"));
        } else {
            assert!(
                said.contains("nor could it be saved anywhere"),
                "{injection}: {said}"
            );
        }
    }
}

/// Threads that can't be started, from the first on, the second on, and so on: the workbench either says so and leaves the
/// terminal as it was, or goes on without; what was trained is saved in any case.
#[test]
fn whatever_thread_cannot_be_started_the_terminal_is_restored_and_nothing_is_lost() {
    if !has_strace() {
        return;
    }
    for from in 1..12 {
        let data = data();
        let injection = format!("inject=clone3:error=EAGAIN:when={from}+");
        let arguments = [
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=clone3",
            "-e",
            &injection,
        ];
        let program = [env!("CARGO_BIN_EXE_vae-tui"), "--threads", "2"];
        let arguments: Vec<&str> = arguments.into_iter().chain(program).collect();
        let mut terminal = Terminal::start(data.path(), (100, 30), "strace", &arguments);
        let opens = terminal.wait("the panes or the end", |screen| {
            screen.contains("space starts training") || screen.contains("temporarily unavailable")
        });
        if opens.contains("space starts training") {
            terminal.press(".");
            terminal.wait("one step", |screen| screen.contains("100/3M samples"));
            terminal.press("o");
            let none = "No session was saved yet";
            let listed = terminal.wait("the list or why not", |screen| {
                screen.contains(none) || screen.contains("starting the list thread")
            });
            if listed.contains(none) {
                terminal.press("\x1b");
                terminal.wait("the panes", |screen| !screen.contains(none));
            }
            terminal.press("s");
            terminal.wait_for("saved to");
            terminal.press("q");
            assert!(terminal.end().0.success(), "from thread {from} on");
            assert_eq!(sessions(data.path()).len(), 1, "from thread {from} on");
        } else {
            let (status, screen) = terminal.end();
            assert_eq!(status.exit_code(), 1, "from thread {from} on: {screen}");
            assert!(screen.contains("vae-tui: "), "from thread {from} on: {screen}");
        }
    }
}
