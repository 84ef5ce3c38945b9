//! The workbench at full speed with somebody at the keyboard, for long: memory, threads and open files stay as they are, and
//! what the screen was told is what the run did.
//!
//! 80 seconds here, of which the first half fills what is bounded, or more on a slow machine; an hour by `VAE_TUI_LONG=3600 cargo test --test long_run -- --nocapture`.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;
#[path = "common/terminal.rs"]
mod terminal;

use std::time::{Duration, Instant};

use program::{errors, vae_tui};
use terminal::{Terminal, data, samples, sessions, status};
use vae_tui::run::film::MOST_FRAMES;

/// What a person does again and again: panes, scrubbing, help, the palette, the map, a save, marks; it ends where it began.
const SCRIPT: [&str; 17] = [
    "\t", "LLLLHHHH", "jk", "?", "\x1b", "3", "lll", "3", "7", "llhh", "1", "1", "I", "\x1b", ":", "\x1b",
    "s",
];

/// Training points between two measurements, each of which leaves a frame in the film, and how many have filled that.
const BETWEEN: u64 = 2_500;
const FULL: u64 = BETWEEN * MOST_FRAMES as u64;
/// The longest time beyond the run's own that this may take.
const LONGEST: Duration = Duration::from_secs(600);

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    kilobytes: i64,
    threads: usize,
    files: usize,
}

fn held(process: u32) -> Held {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let number = |name: &str| -> i64 {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("Linux says it");
        line.split_whitespace()
            .next()
            .and_then(|number| number.parse().ok())
            .expect("a number")
    };
    let files = std::fs::read_dir(format!("/proc/{process}/fd"))
        .expect("it runs")
        .count();
    Held {
        kilobytes: number("VmRSS:"),
        threads: number("Threads:") as usize,
        files,
    }
}

fn middle(mut numbers: Vec<i64>) -> i64 {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

/// What is held at every moment: a thread that listens during a measurement and a file that is being written come and go, and
/// how much of the time they are there depends on the machine; one that never goes raises this.
fn least(numbers: Vec<i64>) -> i64 {
    numbers.into_iter().min().expect("the run was looked at")
}

#[test]
fn a_long_run_holds_no_more_in_the_end_than_at_the_start() {
    let seconds = std::env::var("VAE_TUI_LONG")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    let length = Duration::from_secs(seconds.unwrap_or(80));
    let data = data();
    // A small model: what is bounded is soon full, and a save that is under way is no growth.
    std::fs::create_dir_all(data.path().join("vae-tui/sessions")).expect("the folder can be written");
    let begin = "train --hidden 100 --samples 100 --threads 1 --out vae-tui/sessions/run.ron";
    let begun = vae_tui(data.path(), &begin.split(' ').collect::<Vec<_>>());
    assert!(begun.status.success(), "{}", errors(&begun));
    let session = data.path().join("vae-tui/sessions/run.ron");
    // What is freed goes back to the system: else the allocator's own stores grow until they have seen everything.
    let mut terminal = Terminal::start_with(
        data.path(),
        (100, 30),
        env!("CARGO_BIN_EXE_vae-tui"),
        &[session.to_str().expect("a plain path")],
        &[
            ("MALLOC_ARENA_MAX", "1"),
            ("MALLOC_MMAP_THRESHOLD_", "65536"),
            ("MALLOC_TRIM_THRESHOLD_", "65536"),
        ],
    );
    terminal.wait_for("784-100-20-100-784");
    terminal.press(":set samples 1000000000000\r");
    terminal.press(&format!(":set evaluate-every {BETWEEN}\r"));
    terminal.press(" ");
    terminal.wait_for("running");
    let process = terminal.child.process_id().expect("a running process");
    let act = |terminal: &mut Terminal, seen: &mut Vec<Held>| {
        for keys in SCRIPT {
            terminal.press(keys);
            // An escape and the key behind it are two keys, for a busy machine too.
            let pause = if keys == "\x1b" { 250 } else { 60 };
            std::thread::sleep(Duration::from_millis(pause));
            seen.push(held(process));
        }
    };
    // The first half fills what is bounded: buffers, the curve, and last of all the film.
    let since = Instant::now();
    while since.elapsed() < length / 2 || samples(&session) < FULL {
        act(&mut terminal, &mut Vec::new());
        assert!(
            since.elapsed() < length + LONGEST,
            "{} samples",
            samples(&session)
        );
    }
    let (since, mut seen) = (Instant::now(), Vec::new());
    while since.elapsed() < length / 2 {
        act(&mut terminal, &mut seen);
    }
    let (start, end) = seen.split_at(seen.len() / 2);
    type Part = fn(&Held) -> i64;
    type Level = fn(Vec<i64>) -> i64;
    for (what, part, level, most) in [
        (
            "kilobytes",
            (|held| held.kilobytes) as Part,
            middle as Level,
            5 * 1024,
        ),
        ("threads", |held| held.threads as i64, least, 0),
        ("files", |held| held.files as i64, least, 0),
    ] {
        let of = |held: &[Held]| level(held.iter().map(part).collect());
        let (before, after) = (of(start), of(end));
        println!("{what}: {before}, then {after}");
        assert!(after - before <= most, "{what} grow from {before} to {after}");
    }
    // Nothing that the run told was lost: what it saves when it is paused is what the screen says.
    terminal.press(" ");
    terminal.wait_for("paused");
    terminal.press("s");
    // The script saved too, before more was learned.
    terminal.wait("the save", |screen| {
        screen.contains("saved to") && !screen.contains(".ron*")
    });
    let screen = terminal.screen();
    terminal.press("q");
    status(&mut terminal.child);
    let [session] = &sessions(data.path())[..] else {
        panic!("one session, not {:?}", sessions(data.path()))
    };
    let data = vae_tui::data::mnist::load(|_| {}).expect("the embedded data unpacks");
    let saved = vae_tui::session::load(session).expect("what was saved is whole");
    let state = saved.into_state(&data).expect("the same data");
    let buckets = state.log.trace.buckets();
    let steps: u64 = buckets.iter().map(|bucket| u64::from(bucket.steps)).sum();
    // Every step stands in the curve, which ends where the run does, and where the screen says.
    let samples = state.training.samples;
    assert_eq!(buckets.last().map(|bucket| bucket.samples), Some(samples));
    assert_eq!(samples, 100 * steps, "a step of 100 items is missing");
    println!("{samples} samples in {steps} steps");
    let shown = format!("{}/", vae_tui::tui::widgets::axis::short(samples as f64));
    assert!(screen.contains(&shown), "{samples}: {screen}");
}
