//! `vae-tui decompress`: the items that `vae-tui compress` packed.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::compress::write;
use super::{STANDARD_OUTPUT, progress_bar};
use crate::coding::{self, Codec};
use crate::data::STANDARD_INPUT;
use crate::files::{open_regular, shown};
use crate::learning::default_threads;
use crate::session;

/// The flags of `vae-tui decompress`.
#[derive(Args, Debug)]
#[command(after_help = "Example: vae-tui decompress images.bb --session run.ron -o images.npy")]
pub struct Arguments {
    /// What vae-tui compress wrote, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The session whose model packed it
    #[arg(long, value_name = "FILE")]
    session: PathBuf,
    /// Where the items go: a name that ends in .npy (NumPy) or .idx (MNIST's format), or - for standard output (NumPy)
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
}

/// Reads the session and the file, unpacks, checks, writes.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let out = arguments.out.as_path();
    let is_idx = match out.extension().and_then(|end| end.to_str()) {
        Some("idx") => true,
        Some("npy") => false,
        _ if out == Path::new(STANDARD_OUTPUT) => false,
        _ => bail!("{} ends in neither .npy nor .idx", shown(out)),
    };
    let is_standard_input = arguments.file == Path::new(STANDARD_INPUT);
    let name = if is_standard_input {
        "standard input".into()
    } else {
        shown(&arguments.file)
    };
    let refused = || format!("{name} can't be unpacked");
    let bytes = if is_standard_input {
        coding::read(std::io::stdin().lock())
    } else {
        coding::read(open_regular(&arguments.file).with_context(refused)?)
    };
    let bytes = bytes.with_context(refused)?;
    let model = session::load(&arguments.session)?.into_model_of_bytes()?;
    let codec = Codec::new(&model).with_context(|| format!("{} can't unpack", shown(&arguments.session)))?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(default_threads())
        .build()?;
    let bar = progress_bar(0, "items");
    let items = pool.install(|| codec.unpack(&bytes, |count| bar.set_length(count), || bar.inc(1)));
    bar.finish_and_clear();
    let items = items.with_context(refused)?;
    write(out, |mut output| {
        if is_idx {
            items.write_idx(&mut output)
        } else {
            items.write_npy(&mut output)
        }
    })
}
