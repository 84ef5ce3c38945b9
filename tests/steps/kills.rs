//! A program that saves in a loop is killed at random moments: what it said it had saved is there.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use vae_tui::session::{self, SessionFile, View, generations};

use crate::common::{shapes, state};

const FILE: &str = "VAE_TUI_TEST_FILE";

/// How often a program is killed.
fn kills() -> u64 {
    let given = std::env::var("VAE_TUI_KILLS").ok();
    given.and_then(|count| count.parse().ok()).unwrap_or(50)
}

/// Saves in a loop until it is killed, in a process of its own: it says of every state that it is saved, once it is.
#[test]
fn saves_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let data = shapes();
    let mut state = state(&data);
    let path = Path::new(&path);
    let file = match session::load(path) {
        Ok(session) => {
            let known = session.identity().clone();
            state.training.samples = samples(path);
            SessionFile::opened(path.to_owned(), known)
        }
        Err(_) => SessionFile::chosen(path.to_owned()),
    };
    let mut output = std::io::stdout().lock();
    loop {
        state.training.samples += 1;
        file.save(file.ticket(), &state, &View::default())
            .expect("a good disk");
        // Whoever reads may have had enough.
        let _ = writeln!(output, "saved {}", state.training.samples);
        let _ = output.flush();
    }
}

/// The training points in a session, which must be whole.
fn samples(path: &Path) -> u64 {
    let session = session::load(path).unwrap_or_else(|error| panic!("{error}"));
    session
        .into_state(&shapes())
        .unwrap_or_else(|error| panic!("{error}"))
        .training
        .samples
}

#[test]
fn a_program_that_is_killed_while_it_saves_loses_nothing_that_it_said_was_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.ron");
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let (mut saves, mut in_a_save) = (0, 0);
    for _ in 0..kills() {
        let mut child = Command::new(std::env::current_exe().expect("a program"))
            .args(["kills::saves_until_it_is_killed", "--exact", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = Vec::new();
        // The first words come when it has begun; then any moment is as good as another.
        let is_news = |line: &String| line.contains("saved ");
        said.extend(lines.by_ref().map_while(Result::ok).find(is_news));
        std::thread::sleep(Duration::from_micros(random.gen_range(0..30_000)));
        child.kill().expect("it lives");
        child.wait().expect("it is gone");
        said.extend(lines.map_while(Result::ok).filter(is_news));
        let number = |line: &String| line.rsplit(' ').next()?.parse::<u64>().ok();
        let promised = said.last().and_then(number).expect("it saved once at least");
        let there = samples(&path);
        assert!(
            there == promised || there == promised + 1,
            "{promised} was saved, {there} is there"
        );
        let earlier = generations::list(&path);
        assert!(earlier.len() <= generations::KEPT + 1, "{earlier:?}");
        // Between the moment in which a state becomes an earlier one and that in which the new one takes its place it is both.
        assert!(earlier.iter().all(|earlier| samples(&earlier.path) <= there));
        saves += said.len();
        in_a_save += usize::from(left(folder.path()) > 0 || there > promised);
        // What a killed save left is swept once it is old enough; here it has to be at once.
        forget(folder.path());
    }
    println!(
        "{} kills, {saves} saves, {in_a_save} kills in the middle of one; none lost",
        kills()
    );
}

fn temporary(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(folder)
        .expect("a folder")
        .flatten()
        .map(|file| file.path());
    files.filter(|path| crate::kinds::is_temporary(path)).collect()
}

fn left(folder: &Path) -> usize {
    temporary(folder).len()
}

fn forget(folder: &Path) {
    for path in temporary(folder) {
        std::fs::remove_file(path).expect("nobody holds it");
    }
}
