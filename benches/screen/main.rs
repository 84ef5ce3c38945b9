//! From a start to the first frame, and from a key to the frame that shows what it did, in a pseudo-terminal, with the real
//! program; what a screen that trains sends, the memory that it takes, and how fast it trains with each pane open.
//!
//! A start is timed from before the process is made to reading the output with the first text. A latent value is moved to and fro,
//! in the traversal or on the map, while the program trains, saves, opens and estimates; what is timed is from writing the key to
//! reading the output that shows the new value. `cargo bench --bench screen`, or a part of it: `cargo bench --bench screen -- keys`,
//! of `lines`, `starts`, `keys`, `memory` and `speed`, the last with the names of panes where not all are wanted.

mod journal;
mod memory;
mod speed;
mod workbench;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use workbench::Workbench;

/// Keys that are timed in each situation.
const KEYS: usize = 120;
/// Time between a frame and the next key.
const PAUSE: Duration = Duration::from_millis(40);

/// What the program is at.
struct Situation {
    name: &'static str,
    /// Flags of the run that is trained.
    flags: &'static [&'static str],
    /// The key of the pane in which a latent value is moved.
    pane: &'static str,
    /// Keys that are pressed every now and then: what they begin goes on meanwhile.
    meanwhile: &'static str,
}

const SITUATIONS: [Situation; 5] = [
    Situation {
        name: "training, 20 latent dimensions",
        flags: &["--latent", "20"],
        pane: "",
        meanwhile: "",
    },
    Situation {
        name: "training, a map of 10 000 items",
        flags: &["--latent", "20"],
        pane: "7",
        meanwhile: "",
    },
    Situation {
        name: "training, 200 latent dimensions",
        flags: &["--latent", "200"],
        pane: "",
        meanwhile: "",
    },
    Situation {
        name: "Monte Carlo EM, 500 hidden units",
        flags: &["--latent", "20", "--method", "mcem", "--train-size", "5000"],
        pane: "",
        meanwhile: "",
    },
    Situation {
        name: "a save, a list and an estimate under way",
        flags: &["--latent", "20"],
        pane: "",
        meanwhile: "sm",
    },
];

/// Lines to the terminal, in bytes per second; ten bits make a byte at 9 600 baud.
const LINES: [(&str, Option<usize>); 3] = [
    ("none", None),
    ("1 Mbit/s", Some(125_000)),
    ("9 600 baud", Some(960)),
];
/// Time for which a screen is looked on.
const WATCHED: Duration = Duration::from_secs(20);

/// A part of the bench by its name, which does its work in a folder.
type Part = (&'static str, fn(&Path));

/// Starts that are timed at each size.
const STARTS: usize = 200;
/// Milliseconds to the first frame, at most.
const FIRST_FRAME_GOAL: f64 = 10.0;

const SIZES: [(u16, u16, f64); 2] = [(100, 30, 8.0), (200, 60, 16.0)];

#[allow(
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]
fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let parts: [Part; 5] = [
        ("lines", lines),
        ("starts", first_frames),
        ("keys", keys),
        ("memory", memory::memory),
        ("speed", speed::speed),
    ];
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            part(folder.path());
        }
    }
}

/// Prints how long keys take in each situation, and the bytes of their frames.
#[allow(
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]
fn keys(folder: &Path) {
    println!(
        "{:<42} {:>8} {:>9} {:>9} {:>9} {:>12}",
        "situation", "screen", "p50 ms", "p99 ms", "goal ms", "bytes/frame"
    );
    for situation in &SITUATIONS {
        let session = folder.join("run.ron");
        train(&session, situation.flags);
        for (columns, rows, goal) in SIZES {
            // The workbench saves to its file when it is made to end.
            let copy = folder.join("copy.ron");
            std::fs::copy(&session, &copy).expect("the folder can be written");
            let mut workbench = Workbench::open(folder, (columns, rows), &copy, None);
            workbench.show(situation.pane);
            let (mut times, mut bytes) = workbench.measure(KEYS, PAUSE, situation.meanwhile);
            times.sort_by(f64::total_cmp);
            bytes.sort_unstable();
            println!(
                "{:<42} {:>8} {:>9.2} {:>9.2} {goal:>9.0} {:>12}",
                situation.name,
                format!("{columns}x{rows}"),
                1e3 * quantile(&times, 0.5),
                1e3 * quantile(&times, 0.99),
                bytes[bytes.len() / 2],
            );
            workbench.close();
        }
    }
    println!();
}

/// Prints what a screen that trains sends on lines of some speeds, untouched, and how long a key takes there.
#[allow(
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]
fn lines(folder: &Path) {
    println!(
        "{:<42} {:>8} {:>12} {:>9} {:>12} {:>9}",
        "line, training", "screen", "bytes/frame", "frames/s", "key, p50 ms", "most ms"
    );
    let session = folder.join("line.ron");
    train(&session, &["--latent", "20"]);
    for (name, rate) in LINES {
        for (columns, rows, _) in SIZES {
            let copy = folder.join("copy.ron");
            std::fs::copy(&session, &copy).expect("the folder can be written");
            let mut workbench = Workbench::open(folder, (columns, rows), &copy, rate);
            // The first screen is another matter.
            workbench.watch(WATCHED / 2);
            let frames = workbench.watch(WATCHED);
            let (mut times, _) = workbench.measure(KEYS / 10, PAUSE * 10, "");
            times.sort_by(f64::total_cmp);
            println!(
                "{name:<42} {:>8} {:>12} {:>9.1} {:>12.1} {:>9.1}",
                format!("{columns}x{rows}"),
                frames.iter().sum::<usize>() / frames.len().max(1),
                frames.len() as f64 / WATCHED.as_secs_f64(),
                1e3 * quantile(&times, 0.5),
                1e3 * quantile(&times, 1.0),
            );
            workbench.close();
        }
    }
    println!();
}

/// Prints how long it takes from a start to the first frame.
fn first_frames(folder: &Path) {
    println!(
        "{:<42} {:>8} {:>9} {:>9} {:>9} {:>9}",
        "first frame", "screen", "least ms", "p50 ms", "p99 ms", "goal ms"
    );
    for (columns, rows, _) in SIZES {
        let start = |_| workbench::first_frame(folder, (columns, rows));
        let mut times: Vec<f64> = (0..STARTS).map(start).collect();
        times.sort_by(f64::total_cmp);
        println!(
            "{:<42} {:>8} {:>9.2} {:>9.2} {:>9.2} {FIRST_FRAME_GOAL:>9.0}",
            format!("{STARTS} starts"),
            format!("{columns}x{rows}"),
            1e3 * times[0],
            1e3 * quantile(&times, 0.5),
            1e3 * quantile(&times, 0.99),
        );
    }
    println!();
}

/// A run that was interrupted, so that the workbench opens with a model that shows something, and has far to go.
#[allow(
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]
fn train(session: &Path, flags: &[&str]) {
    let mut training = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args([
            "train",
            "--samples",
            "1000000000",
            "--evaluate-every",
            "1000000000",
            "--out",
        ])
        .arg(session)
        .args(flags)
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    std::thread::sleep(Duration::from_secs(4));
    let interrupted = Command::new("kill")
        .args(["-INT", &training.id().to_string()])
        .status();
    assert!(interrupted.is_ok_and(|status| status.success()));
    training.wait().expect("it ends");
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len() - 1;
    sorted[(share * last as f64).ceil() as usize]
}
