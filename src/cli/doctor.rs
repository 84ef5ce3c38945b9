//! `vae-tui doctor`: what the program finds where it runs, and what it makes of that.

use std::io::IsTerminal;
use std::path::Path;

use super::{NAME, print_line};
use crate::choices::Choose;
use crate::files::shown;
use crate::folders;
use crate::language::Language;
use crate::learning::default_threads;
use crate::platform::window_size;
use crate::session::folder;
use crate::terminal_facts::{Blocks, ColourDepth, Glyphs};
use crate::words::plain;

/// Columns of what something is called.
const NAME_COLUMNS: usize = 15;

/// Prints a line for everything that the program depends on.
pub(super) fn run() -> anyhow::Result<()> {
    let variable = |name: &str| std::env::var_os(name).map(|value| plain(&value.to_string_lossy()));
    let set = |name: &str| variable(name).unwrap_or_else(|| "not set".into());
    let (depth, depth_reason) = ColourDepth::detect(variable);
    let (glyphs, glyphs_reason) = Glyphs::detect(variable);
    let glyphs = match glyphs {
        Glyphs::Unicode => "Unicode, with braille",
        Glyphs::Console => "those of the console",
        Glyphs::Ascii => "those of ASCII",
    };
    let (blocks, blocks_reason) = Blocks::detect(variable);
    let blocks = match blocks {
        Blocks::Half => "half blocks",
        Blocks::Quadrant => "quadrants",
        Blocks::Sextant => "sextants",
        Blocks::Octant => "octants",
        Blocks::Braille => "braille",
    };
    let sessions = folder::sessions().map_or_else(|error| error.to_string(), |folder| place(&folder));
    let configuration = folders::configuration();
    let configuration = configuration.map_or("the home folder is not known".into(), |folder| place(&folder));
    let lines = [
        ("version", format!("{NAME} {}", env!("CARGO_PKG_VERSION"))),
        (
            "system",
            format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH),
        ),
        ("threads", default_threads().to_string()),
        ("processor", processor_features()),
        ("terminal", terminal()),
        ("TERM", set("TERM")),
        ("COLORTERM", set("COLORTERM")),
        ("NO_COLOR", set("NO_COLOR")),
        (
            "colours",
            format!("{} ({depth_reason}; --colours says otherwise)", depth.word()),
        ),
        ("characters", format!("{glyphs} ({glyphs_reason})")),
        (
            "pictures",
            format!("{blocks} ({blocks_reason}; --graphics says otherwise)"),
        ),
        ("locale", locale(variable)),
        (
            "language",
            format!(
                "{} (as the locale says; --lang says otherwise)",
                Language::detect(variable).word()
            ),
        ),
        ("sessions", sessions),
        ("configuration", configuration),
    ];
    let lines = lines.map(|(name, found)| format!("{name:NAME_COLUMNS$}{found}"));
    print_line(&lines.join("\n"))
}

/// Whether there is a terminal to draw on, and its size.
fn terminal() -> String {
    if !std::io::stdin().is_terminal() {
        return "none on standard input, which the workbench needs".into();
    }
    if !std::io::stdout().is_terminal() {
        return "none on standard output, which the workbench needs".into();
    }
    match window_size() {
        Some((columns, rows)) => format!("{columns} x {rows}"),
        None => "of unknown size".into(),
    }
}

/// The locale for characters, by the order in which the system looks for it.
fn locale(variable: impl Fn(&str) -> Option<String>) -> String {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let mut found = names.filter_map(|name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(|value| (name, value))
    });
    let Some((name, value)) = found.next() else {
        return "not set: characters beyond ASCII may not be shown".into();
    };
    let lower = value.to_ascii_lowercase();
    if lower.contains("utf-8") || lower.contains("utf8") {
        format!("{value} ({name})")
    } else {
        format!("{value} ({name}), which is not UTF-8: characters beyond ASCII may not be shown")
    }
}

/// A folder, and whether it can be written; nothing is left there, nor is it made.
fn place(folder: &Path) -> String {
    let there = folder.ancestors().find(|ancestor| ancestor.exists());
    let written = match there {
        Some(there) => tempfile::tempfile_in(there)
            .map(drop)
            .map_err(|error| error.to_string()),
        None => Err("no part of it is there".into()),
    };
    let state = match (written, there == Some(folder)) {
        (Ok(()), true) => "can be written".into(),
        (Ok(()), false) => "not there yet, can be made".into(),
        (Err(cause), _) => format!("can't be written: {cause}"),
    };
    format!("{} ({state})", shown(folder))
}

/// What the kernels choose by.
fn processor_features() -> String {
    let features: &[(&str, bool)] = &[
        #[cfg(target_arch = "x86_64")]
        ("AVX2", std::arch::is_x86_feature_detected!("avx2")),
        #[cfg(target_arch = "x86_64")]
        ("FMA", std::arch::is_x86_feature_detected!("fma")),
        #[cfg(target_arch = "x86_64")]
        ("AVX-512F", std::arch::is_x86_feature_detected!("avx512f")),
        #[cfg(target_arch = "aarch64")]
        ("NEON", std::arch::is_aarch64_feature_detected!("neon")),
    ];
    let there: Vec<&str> = features
        .iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(name, _)| *name)
        .collect();
    if there.is_empty() {
        "no vector features that are made use of".into()
    } else {
        there.join(", ")
    }
}
