//! What a test needs that not every machine has.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::io::Write;
use std::path::{Path, PathBuf};

/// Says that a test is skipped, where everybody sees it; where `CI` is set, that is a failure.
pub fn skipped(why: &str) {
    assert!(
        std::env::var_os("CI").is_none(),
        "nothing may be skipped under CI: {why}"
    );
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not by `eprintln`, which is only shown for tests that fail.
    let _ = writeln!(std::io::stderr(), "\nSKIPPED {test}: {why}");
}

/// A file of the data that lies beside this project and is no part of it, or none, which is said.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/data").join(name);
    let path = std::path::absolute(path).expect("the working folder is known");
    if path.is_file() {
        return Some(path);
    }
    skipped(&format!("{} is not there", path.display()));
    None
}

/// Says that a test is skipped for want of a program that not every machine can have, also where `CI` is set.
pub fn unavailable(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "\nSKIPPED {test}: {why}");
}
