//! The real program without a terminal: arguments in, lines and an exit status out.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in `folder`, which is its data folder too, to its end.
pub fn vae_tui(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder)
        .output()
        .expect("the program starts")
}

/// What it said on standard error.
pub fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
