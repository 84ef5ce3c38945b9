//! Each step of each save fails with each error that it can have, or is the last before the program is stopped.

use std::fs::File;
use std::io::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use vae_tui::files::disk::{Disk, System, with_disk};

use crate::kinds::{KINDS, Kind, State, Tree, at_home, is_temporary, old_and_new, put, state_of, tree};

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The system refuses the step once, with this number.
    Error(i32),
    /// The system refuses this step and everything after it but to remove files, as a disk that is full does.
    Full,
    /// Less is written than was given.
    ShortWrite,
    /// The program ends in the middle of the step: nothing more is done, not even tidying up.
    Stop,
}

/// The numbers of Linux and the BSDs: interrupted, an input or output error, no permission, no space, a read-only file system.
const ERRORS: [i32; 5] = [4, 5, 13, 28, 30];
const INTERRUPTED: i32 = 4;
const FULL: i32 = 28;

/// A disk on which one step goes wrong.
struct Faulty {
    fault: Fault,
    /// Which, by its place among all steps.
    at: usize,
    steps: AtomicUsize,
    /// Whether it was reached.
    reached: AtomicBool,
    /// Whether it was a write, which a program tries again where it was interrupted.
    is_write: AtomicBool,
    /// Whether it was the removal of a temporary file, which nothing can make good at once.
    is_removal: AtomicBool,
}

impl Faulty {
    fn new(fault: Fault, at: usize) -> Arc<Self> {
        Arc::new(Self {
            fault,
            at,
            steps: AtomicUsize::new(0),
            reached: AtomicBool::new(false),
            is_write: AtomicBool::new(false),
            is_removal: AtomicBool::new(false),
        })
    }

    /// Whether this step is the one; an error if it, or one after it, is refused.
    fn step(&self) -> Result<bool> {
        let number = self.steps.fetch_add(1, Ordering::SeqCst);
        let is_it = number == self.at;
        self.reached.fetch_or(is_it, Ordering::SeqCst);
        match self.fault {
            Fault::Error(number) if is_it => Err(Error::from_raw_os_error(number)),
            Fault::Full if number >= self.at => Err(Error::from_raw_os_error(FULL)),
            Fault::Stop if number >= self.at => Err(Error::other("the program has ended")),
            _ => Ok(is_it),
        }
    }
}

impl Disk for Faulty {
    fn make_folder(&self, folder: &Path) -> Result<()> {
        self.step()?;
        System.make_folder(folder)
    }

    fn create(&self, path: &Path) -> Result<File> {
        self.step()?;
        System.create(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> Result<usize> {
        let step = self.step();
        let half = bytes.len().div_ceil(2);
        let is_it = self.steps.load(Ordering::SeqCst) == self.at + 1;
        self.is_write.fetch_or(is_it, Ordering::SeqCst);
        match (self.fault, step) {
            (Fault::ShortWrite, Ok(true)) => System.write(file, &bytes[..half]),
            // What the program was at is half done.
            (Fault::Stop | Fault::Full, Err(error)) if is_it => {
                System.write(file, &bytes[..half])?;
                Err(error)
            }
            (_, Err(error)) => Err(error),
            (_, Ok(_)) => System.write(file, bytes),
        }
    }

    fn flush(&self, file: &File) -> Result<()> {
        self.step()?;
        System.flush(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.step()?;
        System.rename(from, to)
    }

    fn rename_to_free(&self, from: &Path, to: &Path) -> Result<()> {
        self.step()?;
        System.rename_to_free(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> Result<()> {
        self.step()?;
        System.link(from, to)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        match self.step() {
            Err(error) if self.fault != Fault::Full => {
                self.is_removal.fetch_or(is_temporary(path), Ordering::SeqCst);
                Err(error)
            }
            _ => System.remove(path),
        }
    }

    fn flush_folder(&self, folder: &Path) -> Result<()> {
        self.step()?;
        System.flush_folder(folder)
    }
}

/// What must hold after a save that went wrong at a step.
fn check(disk: &Faulty, saved: &std::result::Result<(), String>, now: &Tree, (old, new): (&Tree, &Tree)) {
    let state = state_of(now, old, new).unwrap_or_else(|words| panic!("{words}"));
    let left = now.keys().any(|path| is_temporary(path));
    match (disk.fault, saved) {
        (Fault::Stop, _) => return,
        (_, Ok(())) => assert_eq!(state, State::New, "what is saved is said to be"),
        (Fault::Error(INTERRUPTED), Err(said)) if disk.is_write.load(Ordering::SeqCst) => {
            panic!("an interrupted write is to be gone on with: {said}")
        }
        (Fault::ShortWrite, Err(said)) => panic!("a short write is to be gone on with: {said}"),
        (Fault::Error(number), Err(said)) => {
            let cause = Error::from_raw_os_error(number).to_string();
            assert!(said.contains(&cause), "{said:?} names no {cause:?}");
        }
        (Fault::Full, Err(said)) => {
            let cause = Error::from_raw_os_error(FULL).to_string();
            assert!(said.contains(&cause), "{said:?} names no {cause:?}");
        }
    }
    assert!(
        !left || disk.is_removal.load(Ordering::SeqCst),
        "a temporary file stays: {:?}",
        now.keys()
    );
}

/// Has each step of a save go wrong, and says how many there are.
fn disturb(folder: &Path, kind: &Kind, fault: Fault, (old, new): (&Tree, &Tree)) -> usize {
    for at in 0.. {
        put(folder, old);
        let disk = Faulty::new(fault, at);
        let saved = with_disk(disk.clone(), || (kind.save)(folder));
        if !disk.reached.load(Ordering::SeqCst) {
            return at;
        }
        let checked = catch_unwind(AssertUnwindSafe(|| {
            check(&disk, &saved, &tree(folder), (old, new))
        }));
        assert!(
            checked.is_ok(),
            "{}: {fault:?} at step {at}: {saved:?}",
            kind.name
        );
    }
    unreachable!("a save has an end")
}

#[test]
fn whatever_step_fails_the_old_or_the_new_state_is_there_whole() {
    at_home(
        "faults::whatever_step_fails_the_old_or_the_new_state_is_there_whole",
        |home| {
            let errors = ERRORS.map(Fault::Error);
            let others = [Fault::Full, Fault::ShortWrite, Fault::Stop];
            let mut injected = 0;
            for kind in KINDS {
                let (old, new) = old_and_new(home, kind);
                for fault in errors.into_iter().chain(others) {
                    injected += disturb(home, kind, fault, (&old, &new));
                }
            }
            println!("{injected} faults at the steps of {} kinds of save", KINDS.len());
        },
    );
}
