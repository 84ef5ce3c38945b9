//! Beginning a process that belongs to no terminal.
//!
//! No hang-up reaches it: it begins in a group of its own, which a shell doesn't know, and that begins another one in a session
//! of its own, since whoever leads a group can't begin a session.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::folders;
use crate::platform::{begin_group, begin_session, call, leads_group, redirect_errors, redirect_output};
use crate::words::plain;

/// The name of the command that the process runs.
const COMMAND: &str = "serve";
/// The flag by which it trains at once.
const TRAINS: &str = "--train";
/// The flag of the time between two saves, in seconds.
const AUTOSAVE: &str = "--autosave";

/// The first word of the line by which it says that it can be reached, before its name.
const READY: &str = "ready ";

/// Begins such a process, which goes on with a saved run, trains at once if it is to, and saves it that often. Its name comes back once
/// it can be reached.
///
/// # Errors
/// If it can't be started, or says why it ended.
pub fn begin(session: &Path, trains: bool, autosave: Duration) -> anyhow::Result<String> {
    let session = std::path::absolute(session).context("finding the session's folder")?;
    let mut command = this_program()?;
    command.arg(COMMAND);
    if trains {
        command.arg(TRAINS);
    }
    command.arg(AUTOSAVE).arg(autosave.as_secs().max(1).to_string());
    command.arg("--").arg(session);
    begin_group(&mut command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting a process for the run")?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        let read = BufReader::new(output).read_line(&mut line);
        read.context("hearing from the process of the run")?;
    }
    // It is but the one that begins the other.
    let _ = child.wait();
    match line.trim_end().strip_prefix(READY) {
        Some(name) => Ok(plain(name)),
        None if line.is_empty() => bail!("the process of the run ended without a word"),
        None => bail!("{}", plain(line.trim_end())),
    }
}

/// The program that runs now, also where another one was put in its place meanwhile.
fn this_program() -> anyhow::Result<Command> {
    let linked = Path::new("/proc/self/exe");
    let program = if linked.exists() {
        linked.to_owned()
    } else {
        std::env::current_exe().context("finding this program's own file")?
    };
    let mut command = Command::new(program);
    call(&mut command, "vae-tui");
    Ok(command)
}

/// Makes this process one of a session of its own. Where it leads a group and can't, the same command begins once more below it;
/// then there is nothing left to be done here, and the answer is false.
///
/// # Errors
/// If that can't be done.
pub fn leave_terminal() -> anyhow::Result<bool> {
    if leads_group() {
        this_program()?
            .args(std::env::args_os().skip(1))
            .spawn()
            .context("starting a process for the run")?;
        return Ok(false);
    }
    begin_session().context("leaving the terminal")?;
    Ok(true)
}

/// Says to whoever began this process that screens can come. From then on nobody hears what it prints, and what goes wrong is
/// written to its log.
///
/// # Errors
/// If the streams can't be given up.
pub fn say_ready(name: &str) -> anyhow::Result<()> {
    let null = File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .context("opening /dev/null")?;
    let log = log_of(name).and_then(|path| {
        std::fs::create_dir_all(path.parent()?).ok()?;
        File::create(path).ok()
    });
    redirect_errors(log.as_ref().unwrap_or(&null)).context("opening the log")?;
    // Whoever began it may have left.
    let mut output = std::io::stdout().lock();
    let _ = writeln!(output, "{READY}{name}").and_then(|()| output.flush());
    redirect_output(&null).context("closing standard output")?;
    Ok(())
}

/// Where the process of that name writes what goes wrong; none where the home folder is not known.
fn log_of(name: &str) -> Option<PathBuf> {
    Some(
        folders::state()?
            .join("detached")
            .join(name)
            .with_extension("log"),
    )
}
