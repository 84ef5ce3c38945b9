//! When a run began and ended, as the program's own journal tells.

#![allow(
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]

use std::path::Path;
use std::time::{Duration, Instant};

/// Longer than a run that is timed takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// The variables of the environment by which a program keeps its journal in a folder.
pub fn variables(folder: &Path) -> [(&'static str, String); 2] {
    [
        ("XDG_STATE_HOME", folder.display().to_string()),
        ("VAE_TUI_LOG", "vae_tui::run=info".into()),
    ]
}

/// Waits for the end of the training of a process; seconds from its last start.
pub fn seconds_of_training(folder: &Path, process: u32) -> f64 {
    let journal = folder.join("vae-tui/vae-tui_rCURRENT.log");
    let since = Instant::now();
    loop {
        // It begins with the first thing that is told.
        let told = std::fs::read_to_string(&journal).unwrap_or_default();
        let of_process = |line: &&str| line.contains(&format!(" {process} ")) && line.contains(" is ");
        let mut states = told.lines().rev().filter(of_process);
        let end = states.next().filter(|line| line.ends_with("is Finished"));
        let start = states.find(|line| line.ends_with("is Running"));
        if let (Some(end), Some(start)) = (end.and_then(time_of_day), start.and_then(time_of_day)) {
            return (end - start).rem_euclid(86_400.0);
        }
        assert!(since.elapsed() < PATIENCE, "the training ends");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The seconds since midnight in a line that begins with `2026-11-26T19:02:50.336+00:00`.
fn time_of_day(line: &str) -> Option<f64> {
    let time = line.split_once('T')?.1.split('+').next()?;
    let mut parts = time.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(hours * 3_600.0 + minutes * 60.0 + seconds)
}
