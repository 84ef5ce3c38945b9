//! Makes inputs, watches what the program does with them, and keeps the one that fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::MEMORY;

/// Where an input's chances come from.
pub type Random = Xoshiro256PlusPlus;

/// Something that takes input.
pub trait Target {
    /// Its name, which is the name of its test too.
    const NAME: &'static str;
    /// Executions in `cargo test`.
    const USUAL: u64;

    /// An input, from a valid one.
    fn input(&mut self, random: &mut Random) -> Vec<u8>;

    /// What must hold of it, or what does not.
    fn check(&mut self, input: &[u8]) -> Result<(), String>;
}

/// Held by the target that runs, so that the memory that is counted is its own.
static ALONE: Mutex<()> = Mutex::new(());
/// What the last panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Makes a target, with nothing else at work, and runs it as often as the environment says.
///
/// - `VAE_TUI_FUZZ`: executions, in place of the usual number
/// - `VAE_TUI_FUZZ_SECONDS`: as many as there is time for, in place of a number
/// - `VAE_TUI_FUZZ_SEED`: the seed of the first; each following one has the next
/// - `VAE_TUI_FUZZ_INPUT`: a file to check alone
pub fn fuzz<T: Target>(make: impl FnOnce() -> T) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut target = make();
    if let Some(path) = std::env::var_os("VAE_TUI_FUZZ_INPUT") {
        let input = std::fs::read(path).expect("VAE_TUI_FUZZ_INPUT names a file");
        return target.check(&input).expect("the input is harmless");
    }
    let longest = number("VAE_TUI_FUZZ_SECONDS").map(Duration::from_secs);
    let most = match longest {
        Some(_) => u64::MAX,
        None => number("VAE_TUI_FUZZ").unwrap_or(T::USUAL),
    };
    let first = number("VAE_TUI_FUZZ_SEED").unwrap_or(1);
    let usual_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string().replace('\n', " ");
    }));
    let (started, mut executions, mut failed) = (Instant::now(), 0, None);
    while executions < most && longest.is_none_or(|longest| started.elapsed() < longest) {
        let seed = first.wrapping_add(executions);
        executions += 1;
        let mut random = Random::seed_from_u64(seed);
        let input = target.input(&mut random);
        if let Err(fault) = outcome(&mut target, &input) {
            failed = Some((seed, fault, input));
            break;
        }
    }
    std::panic::set_hook(usual_hook);
    let name = T::NAME;
    if let Some((seed, fault, input)) = failed {
        let path = kept::<T>(seed, &input);
        panic!(
            "{name}, seed {seed}: {fault}\nthe input is in {path}; this shows it again:\n\
             VAE_TUI_FUZZ_INPUT={path} cargo test --test fuzz {name} -- --nocapture",
            path = path.display()
        );
    }
    let seconds = started.elapsed().as_secs_f64();
    // A row of the table in docs/reliability.md, on a line of its own behind whatever the test runner has begun.
    println!(
        "\n| {name} | {executions} | {seconds:.0} s | {:.0} | none |",
        executions as f64 / seconds.max(1e-3)
    );
}

/// Runs `work` and says so if it takes more memory at a time than `most` bytes.
pub fn within<R>(most: usize, work: impl FnOnce() -> R) -> Result<R, String> {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = work();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    if taken > most {
        return Err(format!(
            "memory out of proportion: {taken} bytes, where {most} are plenty"
        ));
    }
    Ok(result)
}

/// Whether an input is one of those, about one in `many`, on which what takes long is done: which they are is a matter of the
/// input, so that one that fails does so again.
pub fn is_one_in(many: u32, input: &[u8]) -> bool {
    crc32fast::hash(input).is_multiple_of(many)
}

/// A folder in memory where there is one: most targets write every input to a file.
pub fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.expect("a temporary folder")
}

/// One line for people, with nothing in it that a terminal obeys.
pub fn check_line(said: &str) -> Result<(), String> {
    if said.trim().is_empty() || said.chars().any(vae_tui::words::is_obeyed) {
        return Err(format!("not one line: {said:?}"));
    }
    Ok(())
}

/// One sentence for people: it names the file and speaks no Rust.
pub fn check_sentence(said: &str, file: &str) -> Result<(), String> {
    const RUST: [&str; 25] = [
        "u8",
        "u16",
        "u32",
        "u64",
        "usize",
        "i32",
        "i64",
        "f32",
        "f64",
        "bool",
        "str",
        "String",
        "Vec",
        "Option",
        "struct",
        "enum",
        "tuple",
        "serde",
        "recursion",
        "Document",
        "CurvePoint",
        "BoundTerms",
        "StoredParameter",
        "KeptRun",
        "Configuration",
    ];
    check_line(said)?;
    if !said.contains(file) {
        return Err(format!("the sentence does not name {file}: {said:?}"));
    }
    // A unit alone is also how the mean of a Gaussian may be bounded.
    if ["unit value", "unit variant", "unit struct"]
        .iter()
        .any(|phrase| said.contains(phrase))
    {
        return Err(format!("the sentence speaks Rust: {said:?}"));
    }
    // What is quoted stands in the file, and an image in the format PAM has a tuple type.
    let own: Vec<&str> = said.split('"').step_by(2).collect();
    let own = own.join(" ").replace("tuple type", "");
    let mut words = own.split(|c: char| !c.is_alphanumeric() && c != '_');
    match words.find(|word| RUST.contains(word)) {
        Some(word) => Err(format!("the sentence speaks Rust ({word}): {said:?}")),
        None => Ok(()),
    }
}

fn outcome<T: Target>(target: &mut T, input: &[u8]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| target.check(input))).unwrap_or_else(|_| {
        let panic = PANIC.lock().unwrap_or_else(PoisonError::into_inner);
        Err(panic.clone())
    })
}

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is {value:?}, but must be a number")),
    )
}

fn kept<T: Target>(seed: u64, input: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("vae-tui-fuzz-{}-{seed}", T::NAME));
    std::fs::write(&path, input).expect("the temporary folder can be written");
    path
}
