//! A screen's end of the line to a run in another process.

use std::io::Write;
use std::net::Shutdown;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use thiserror::Error;

use super::check::Facts;
use super::folder::{FolderError, RuntimeFolder};
use super::frame::{
    FrameError, GreetingError, LONGEST_REPLY, LONGEST_REQUEST, acquaint, frame, introduce, read,
};
use super::link::News;
use super::message::{Description, Reply, Request, Steering};
use super::outbox::{Next, Outbox};
use super::standing::Standing;
use crate::platform::UnixStream;
use crate::run::{Command, Event, Question, RunId, Told};
use crate::words::plain;

/// Time that a process has to say who it is, and to answer what it can answer at once.
const PATIENCE: Duration = Duration::from_secs(5);
/// News that may wait for the screen; after that the line itself waits, and the run's end of it forgets what it can't send.
const NEWS: usize = 256;
/// Time that the last words have to be taken.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why a run can't be reached.
#[derive(Debug, Error)]
pub enum AttachError {
    /// There is no such run, or its folder can't be trusted.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its process speaks another language, or none.
    #[error("the run {name} can't be reached: {cause}")]
    Greeting {
        /// The name of the run.
        name: String,
        /// Why.
        cause: GreetingError,
    },
    /// The line broke, or something senseless was said.
    #[error("the run {name} can't be reached: {cause}")]
    Line {
        /// The name of the run.
        name: String,
        /// Why.
        cause: FrameError,
    },
    /// Its process wants none of it.
    #[error("the run {name} can't be reached: {reason}")]
    Refused {
        /// The name of the run.
        name: String,
        /// Why, in its words.
        reason: String,
    },
    /// The thread that reads could not be started.
    #[error("the thread that listens to the run could not be started: {0}")]
    Thread(std::io::Error),
}

/// The line to a run; it closes when this is dropped, and the run goes on.
pub struct Client {
    outbox: Arc<Outbox>,
    news: Receiver<News>,
    stream: UnixStream,
    threads: Vec<JoinHandle<()>>,
}

impl Client {
    /// Joins the run of that name; how it stands comes back beside the line, with an id of this process's own.
    ///
    /// # Errors
    /// If there is no such run, or its process can't be understood.
    pub fn attach(
        folder: &RuntimeFolder,
        name: &str,
    ) -> Result<(Self, Box<Standing>, Steering), AttachError> {
        let mut line = Line::open(folder, name)?;
        line.say(&Request::Join)?;
        let (mut standing, steering) = match line.hear()? {
            Reply::Joined(standing, steering) => (standing, steering),
            Reply::Refused(reason) => return Err(line.refused(reason)),
            _ => return Err(line.nonsense("it didn't say how the run stands")),
        };
        let facts = Facts::of(&standing.summary)
            .and_then(|facts| facts.standing(&standing).map(|()| facts))
            .map_err(|words| line.nonsense(&words))?;
        let run = RunId::new();
        standing.summary.run = run;
        let stream = line.stream;
        let broken = |error| AttachError::Line {
            name: name.into(),
            cause: FrameError::Broken(error),
        };
        stream.set_read_timeout(None).map_err(broken)?;
        stream.set_write_timeout(None).map_err(broken)?;
        let outbox = Arc::new(Outbox::default());
        let (sender, news) = bounded(NEWS);
        let reader = std::thread::Builder::new().name("line".into()).spawn({
            let stream = stream.try_clone().map_err(broken)?;
            move || listen(&stream, run, &facts, &sender)
        });
        let writer = std::thread::Builder::new().name("line-writer".into()).spawn({
            let (stream, outbox) = (stream.try_clone().map_err(broken)?, outbox.clone());
            move || speak(&stream, &outbox)
        });
        let threads = [reader, writer].into_iter().collect::<std::io::Result<_>>();
        let client = Self {
            outbox,
            news,
            stream,
            threads: threads.map_err(AttachError::Thread)?,
        };
        Ok((client, standing, steering))
    }

    /// Where news arrives.
    pub fn news(&self) -> &Receiver<News> {
        &self.news
    }

    /// Puts a command into the run's mailbox, if this screen steers; [`News::NotSteering`] comes if it doesn't.
    pub fn send(&self, command: Command) {
        self.say(&Request::Command(command));
    }

    /// Asks about the newest parameters, or about those of an earlier `moment`, in place of what the same asker asked before.
    pub fn ask(&self, asker: &str, moment: Option<u64>, question: Question) {
        let request = Request::Ask {
            asker: asker.into(),
            moment,
            question: Box::new(question),
        };
        if let Ok(frame) = frame(&request, LONGEST_REQUEST) {
            self.outbox.replace(asker, frame);
        }
    }

    /// Takes over the steering, or passes it on.
    pub fn steer(&self) {
        self.say(&Request::Steer);
    }

    /// Has the run saved, looked at like that.
    pub fn save(&self, view: String) {
        self.say(&Request::Save { view });
    }

    /// Has the run saved and ended.
    pub fn stop(&self) {
        self.say(&Request::Stop);
    }

    /// Says how the run was looked at; nothing more is said after that.
    pub fn leave(&self, view: String) {
        self.say(&Request::Leave { view });
        self.outbox.close();
    }

    fn say(&self, request: &Request) {
        if let Ok(frame) = frame(request, LONGEST_REQUEST) {
            self.outbox.push(frame);
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.outbox.close();
        self.outbox.drained(LAST_WORDS);
        let _ = self.stream.shutdown(Shutdown::Both);
        // The reader may wait to be heard.
        self.news = crossbeam_channel::never();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The runs that go on, and those whose process could not be asked, with the reason.
pub type Running = (Vec<Description>, Vec<String>);

/// Asks every run what it is.
///
/// # Errors
/// If the folder can't be read.
pub fn running(folder: &RuntimeFolder) -> Result<Running, FolderError> {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for name in folder.names()? {
        match describe(folder, &name) {
            Ok(description) => found.push(description),
            // It ended just now.
            Err(AttachError::Folder(FolderError::NoSuchRun { .. })) => {}
            Err(error) => faults.push(error.to_string()),
        }
    }
    Ok((found, faults))
}

/// Asks a run what it is.
///
/// # Errors
/// If it can't be reached.
pub fn describe(folder: &RuntimeFolder, name: &str) -> Result<Description, AttachError> {
    let mut line = Line::open(folder, name)?;
    line.say(&Request::Describe)?;
    match line.hear()? {
        Reply::Described(description) => Ok(description),
        Reply::Refused(reason) => Err(line.refused(reason)),
        _ => Err(line.nonsense("it didn't say what it is")),
    }
}

/// Has a run saved and ended, and waits until that is done; what became of it comes back, in its words.
///
/// # Errors
/// If it can't be reached.
pub fn stop(folder: &RuntimeFolder, name: &str) -> Result<String, AttachError> {
    let mut line = Line::open(folder, name)?;
    line.say(&Request::Stop)?;
    // Large runs take their time to be saved.
    line.wait()?;
    loop {
        match line.hear()? {
            Reply::Ended(words) => {
                while folder.is_alive(name) {
                    std::thread::sleep(Duration::from_millis(10));
                }
                return Ok(plain(&words));
            }
            Reply::Refused(reason) => return Err(line.refused(reason)),
            _ => {}
        }
    }
}

/// Has a run saved as it is now, and waits until it is; the file comes back.
///
/// # Errors
/// If it can't be reached or saved.
pub fn save(folder: &RuntimeFolder, name: &str) -> Result<PathBuf, AttachError> {
    let session = describe(folder, name)?.session;
    let mut line = Line::open(folder, name)?;
    line.say(&Request::Save { view: String::new() })?;
    line.wait()?;
    loop {
        match line.hear()? {
            Reply::Saved(_) => return Ok(session.into()),
            Reply::SaveFailed(reason) | Reply::Refused(reason) => return Err(line.refused(reason)),
            Reply::Ended(_) => return Ok(session.into()),
            _ => {}
        }
    }
}

/// A line on which two take turns.
struct Line {
    name: String,
    stream: UnixStream,
}

impl Line {
    fn open(folder: &RuntimeFolder, name: &str) -> Result<Self, AttachError> {
        let stream = folder.connect(name)?;
        let mut line = Self {
            name: name.into(),
            stream,
        };
        let begun = line
            .stream
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| line.stream.set_write_timeout(Some(PATIENCE)))
            .and_then(|()| introduce(&mut line.stream))
            .map_err(GreetingError::Silent);
        // Who speaks otherwise says so before hanging up, also where nothing of this end is heard.
        match acquaint(&mut line.stream).and(begun) {
            Ok(()) => Ok(line),
            Err(cause) => Err(AttachError::Greeting {
                name: line.name,
                cause,
            }),
        }
    }

    fn say(&mut self, request: &Request) -> Result<(), AttachError> {
        let sent = frame(request, LONGEST_REQUEST)
            .and_then(|frame| self.stream.write_all(&frame).map_err(FrameError::Broken));
        sent.map_err(|cause| self.broken(cause))
    }

    fn hear(&mut self) -> Result<Reply, AttachError> {
        match read(&mut self.stream, LONGEST_REPLY) {
            Ok(Some(reply)) => Ok(reply),
            Ok(None) => Err(self.broken(FrameError::Broken(std::io::ErrorKind::UnexpectedEof.into()))),
            Err(cause) => Err(self.broken(cause)),
        }
    }

    /// From now on an answer may take as long as it likes.
    fn wait(&mut self) -> Result<(), AttachError> {
        let waiting = self.stream.set_read_timeout(None);
        waiting.map_err(|error| self.broken(FrameError::Broken(error)))
    }

    fn broken(&self, cause: FrameError) -> AttachError {
        AttachError::Line {
            name: self.name.clone(),
            cause,
        }
    }

    fn nonsense(&self, words: &str) -> AttachError {
        self.broken(FrameError::Nonsense(plain(words)))
    }

    fn refused(&self, reason: String) -> AttachError {
        AttachError::Refused {
            name: self.name.clone(),
            reason: plain(&reason),
        }
    }
}

/// Hears what the process says, until it or the screen hangs up.
fn listen(stream: &UnixStream, run: RunId, facts: &Facts, news: &Sender<News>) {
    let mut line = stream;
    loop {
        let heard = match read::<Reply>(&mut line, LONGEST_REPLY) {
            Ok(Some(reply)) => understand(reply, run, facts),
            Ok(None) => News::Lost("its process hung up".into()),
            Err(error) => News::Lost(error.to_string()),
        };
        let is_over = matches!(heard, News::Lost(_) | News::Ended(_));
        // The screen may have closed.
        if news.send(heard).is_err() || is_over {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

/// What the process said, if the run that was joined can say so.
fn understand(reply: Reply, run: RunId, facts: &Facts) -> News {
    let nonsense = |words: String| News::Lost(FrameError::Nonsense(plain(&words)).to_string());
    match reply {
        Reply::Told(mut event) => match facts.event(&event) {
            Ok(()) => {
                if let Event::WentBack(summary) = &mut *event {
                    summary.run = run;
                }
                News::Told(Told { run, event: *event })
            }
            Err(words) => nonsense(words),
        },
        Reply::Joined(mut standing, steering) => match facts.standing(&standing) {
            Ok(()) => {
                standing.summary.run = run;
                News::CaughtUp(standing, steering)
            }
            Err(words) => nonsense(words),
        },
        Reply::Steering(steering) => News::Steering(steering),
        Reply::Saved(samples) => News::Saved(samples),
        Reply::SaveFailed(reason) => News::SaveFailed(plain(&reason)),
        Reply::NotSteering => News::NotSteering,
        Reply::Ended(words) => News::Ended(plain(&words)),
        Reply::Refused(reason) => News::Lost(plain(&reason)),
        Reply::Described(_) => nonsense("it said again what it is".into()),
    }
}

/// Sends what waits, until nothing is left to be said or nobody takes it.
fn speak(mut stream: &UnixStream, outbox: &Outbox) {
    loop {
        match outbox.take() {
            Next::Frame(frame) if stream.write_all(&frame).is_ok() => {}
            Next::Closed => return,
            // It takes nothing any more: whoever waits for an answer is to know.
            Next::Frame(_) | Next::Behind => {
                outbox.discard();
                return drop(stream.shutdown(Shutdown::Both));
            }
        }
    }
}
