//! What reaches the application from outside, and what it asks for in return.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use crate::data::ItemPlace;
use crate::data::listing::Listing;
use crate::explore::reconstruction::Reconstruction;
use crate::learning::Configuration;
use crate::learning::advice::{Advice, Basis};
use crate::outputs::Output;
use crate::pictures::raster::Raster;
use crate::remote::{Description, News};
use crate::run::{Answered, Command, Event, Summary, Told};
use crate::session::folder::SessionEntry;
use crate::session::{KeptRun, QueuedRun, RunFacts, RunFiles, View};
use crate::sweep;
use crate::tui::attachment::Joined;
use crate::tui::input::answers::Answer;
use crate::tui::notification::Ended;
use crate::tui::overlays::form::Fork;
use crate::tui::overlays::sessions::Intent;
use crate::tui::recognition::Recognised;
use crate::tui::saver::{Manner, SaveFault};
use crate::tui::workspace::AfterSave;

/// What [`update`](super::update::update) takes in, one at a time, in the order of its coming.
pub enum Message {
    /// A key went down, was repeated or was let go, where the terminal tells them apart; only the first counts.
    Key(KeyEvent),
    /// A text that the terminal marked as pasted: none of its letters is a key.
    Pasted(String),
    /// The mouse was moved, or a button of it, while the program listens to it.
    Mouse(MouseEvent),
    /// The terminal answered this, and when that was read.
    TerminalAnswered(Answer, Instant),
    /// What is known of the terminal by now, from its own answers.
    Recognised(Recognised),
    /// So many bytes were written to the terminal, in so much time.
    Sent(usize, Duration),
    /// The terminal can't be read from any more: nobody is left to ask, so what is not saved is saved and the program ends.
    TerminalGone,
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The window changed; its newest size counts.
    WindowChanged,
    /// Another process asks this one to stop until it is continued.
    SuspendAsked,
    /// The terminal is this program's again, with unknown content.
    Continued,
    /// Data is being read for the run that was asked for with this number.
    Reading {
        /// The request's number.
        request: u64,
        /// What is done with which data.
        what: String,
        /// How far it is, from 0 to 1.
        fraction: f32,
    },
    /// The run that was asked for with this number is ready, and waits to be shown.
    Arrived(u64),
    /// A run takes the place of the one on the screen.
    Opened(Box<Opened>),
    /// The run that was asked for with this number could not be opened, for this reason; where none is on the screen yet, that
    /// ends the program.
    OpenFailed(u64, String),
    /// An event of a run, which may be one that is no longer on the screen.
    Told(Told),
    /// The process of the run on the screen said something.
    News(News),
    /// The runs that go on in other processes, and what is wrong with those that can't be asked; or why there is no list.
    Running(Result<(Vec<Description>, Vec<String>), String>),
    /// Another process goes on with the run, under that name; or why it does not.
    HandedOver {
        /// Whether it was training.
        trains: bool,
        /// The name, or the reason.
        handed: Result<String, String>,
    },
    /// A thread of this program without which it can't go on panicked, and said this.
    Panicked(String),
    /// A thread panicked that was to do one thing, and said this.
    Faulted(String),
    /// A save that was asked for came to its end, maybe after its run had left the screen.
    Saved {
        /// The files of the run that was saved, by which it is known.
        files: RunFiles,
        /// Where it lies.
        path: PathBuf,
        /// Training points that the saved state had seen; the run may be further by now.
        samples: u64,
        /// What follows.
        after: AfterSave,
    },
    /// The queue could not be kept, and why.
    QueueUnkept(String),
    /// A save came to nothing.
    SaveFailed {
        /// The files of its run.
        files: RunFiles,
        /// How it was to be saved.
        manner: Manner,
        /// What was to follow.
        after: AfterSave,
        /// Why not.
        fault: SaveFault,
    },
    /// The list that was asked for, the newest first, and what one of it is chosen for.
    Sessions(Vec<SessionEntry>, Intent),
    /// Something of the run is being written, and so many percent of it are done.
    Writing(Output, u64),
    /// What came of that.
    Written(Output, Written),
    /// Which likelihood suits the data that was asked about.
    Advised(Basis, Advice),
    /// What lies near the path that was asked about, or why that can't be listed.
    Files(String, Result<Listing, String>),
    /// The curve of a saved run, for the comparison.
    CurveRead(Box<KeptRun>),
    /// A curve could not be read, in a sentence with the file.
    CurveUnread(String),
    /// A picture was written to this file, or why not.
    PictureSaved(Result<PathBuf, String>),
    /// The saved runs, the newest first, and what is wrong with files that could not be read.
    Runs(Vec<RunFacts>, Vec<String>),
    /// How far the sweep is to which the open run's folder belongs; none where it belongs to none.
    Sweep(Option<sweep::Progress>),
    /// What a run of the queue tells that is trained beside the one on the screen, by its number.
    Beside(u64, BesideNews),
    /// What became of a saved run.
    Kept(Result<Tidied, String>),
    /// What saved runs make of an item, or why one of them can't say, in the order in which they were asked.
    LookedInto(u64, Vec<Result<Reconstruction, String>>),
    /// Time passed while something moves by itself.
    Tick,
    /// Saved runs that somebody else may be training were last looked at a while ago.
    LookDue,
    /// The time between two copies of an unsaved run is over.
    AutosaveDue,
    /// The program must end now; what would be lost is saved already.
    End,
}

impl Message {
    /// Whether a person did this.
    pub fn is_of_a_person(&self) -> bool {
        matches!(self, Self::Key(_) | Self::Pasted(_) | Self::Mouse(_))
    }

    /// Whether a frame should follow at once: a person did something, or sees something move.
    pub fn is_urgent(&self) -> bool {
        self.is_of_a_person() || matches!(self, Self::Tick | Self::Continued)
    }

    /// What a run tells, in this process or another.
    fn event(&self) -> Option<&Event> {
        match self {
            Self::Told(told) | Self::News(News::Told(told)) => Some(&told.event),
            _ => None,
        }
    }

    /// The answer to a question, where it is one.
    pub fn answered(&self) -> Option<&Answered> {
        match self.event()? {
            Event::Answered(answered) => Some(answered),
            _ => None,
        }
    }

    /// Whether it comes by itself, again and again, while a run trains, something is read or written, or frames are sent: nobody waits
    /// for it.
    pub fn is_routine(&self) -> bool {
        matches!(
            self.event(),
            Some(
                Event::Steps { .. }
                    | Event::Evaluated { .. }
                    | Event::Filmed(_)
                    | Event::Checkpoints(_)
                    | Event::Diagnosed(_)
                    | Event::Happened(_)
            )
        ) || matches!(
            self,
            Self::TerminalAnswered(..) | Self::Sent(..) | Self::Reading { .. } | Self::Writing(..)
        )
    }
}

impl Effect {
    /// Whether a run that has something to lose is copied before this is done: it changes or replaces what was learned, takes
    /// memory for another model, or leaves this process to others. Stopping the program stops the thread that copies, too.
    pub fn is_risky(&self) -> bool {
        match self {
            Self::Command(command) => matches!(
                command,
                Command::Change(_) | Command::GoBack | Command::Halve | Command::Estimate
            ),
            Self::NewRun(..)
            | Self::Open(..)
            | Self::Attach(..)
            | Self::Fork(..)
            | Self::HandOver { .. }
            | Self::TrainBeside(..)
            | Self::LookInto { .. }
            | Self::Rename(..)
            | Self::ThrowAway(..)
            | Self::BringBack(..) => true,
            _ => false,
        }
    }
}

/// What came of something that was to be written.
#[derive(Debug)]
pub enum Written {
    /// It lies there; in words.
    Done(String),
    /// Somebody wished so; in words.
    BrokenOff(String),
    /// It could not be.
    Failed(anyhow::Error),
    /// Under the name as it was typed lies this already, which nobody agreed to replace.
    Asked(String, PathBuf),
}

/// What the screen needs to know of a run that it is to show: all but the way to it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// How far the run has come, and what it has told.
    pub summary: Summary,
    /// How it was looked at when it was saved; the usual way for a new one.
    pub view: View,
    /// The file it came from; none for a new run, and for a copy that a program left behind when it ended badly.
    pub path: Option<PathBuf>,
    /// Where it is saved.
    pub files: RunFiles,
    /// Whether nothing of it would be lost; false for such a copy.
    pub is_saved: bool,
    /// Whether such copies wait in the list of sessions.
    pub left_behind: bool,
    /// What is worth knowing of its data.
    pub notes: Vec<String>,
    /// Of a run in another process: what that said beyond the summary.
    pub joined: Option<Joined>,
}

impl Opened {
    /// A new run, which has no file yet and nothing to lose.
    pub fn new(summary: Summary) -> Self {
        Self {
            summary,
            view: View::default(),
            path: None,
            files: RunFiles::default(),
            is_saved: true,
            left_behind: false,
            notes: Vec::new(),
            joined: None,
        }
    }
}

/// What a run tells that is trained beside the one on the screen.
#[derive(Clone, Debug)]
pub enum BesideNews {
    /// It is under way, and lies there.
    Began(PathBuf),
    /// It has seen so many training points.
    At(u64),
    /// Something worth knowing.
    Said(String),
    /// It reached its goal and lies there, or why not.
    Ended(Result<PathBuf, String>),
}

/// What became of a saved run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tidied {
    /// It has another name.
    Renamed {
        /// Where it lay.
        from: PathBuf,
        /// Where it lies now.
        to: PathBuf,
    },
    /// It was thrown away.
    ThrownAway {
        /// Where it lay.
        from: PathBuf,
        /// Where it lies now.
        to: PathBuf,
    },
    /// It was brought back to here.
    BroughtBack(PathBuf),
}

/// Something to be done outside the application's state.
#[derive(Debug)]
pub enum Effect {
    /// Put this into the mailbox of the run on the screen.
    Command(Command),
    /// Begin a new run, with the request's number.
    NewRun(u64, Box<Configuration>),
    /// Open a session, with the request's number.
    Open(u64, PathBuf),
    /// Show the run of this name, which goes on in another process, with the request's number.
    Attach(u64, String),
    /// Look for runs that go on in other processes, on a thread of its own; [`Message::Running`] follows.
    ListRunning,
    /// Let another process go on with the run that was saved there, on a thread of its own; [`Message::HandedOver`] follows.
    HandOver {
        /// The file.
        session: PathBuf,
        /// Whether it trains there at once.
        trains: bool,
    },
    /// Take over the steering of the run in another process, or pass it on.
    Steer,
    /// Have the run in another process saved and ended.
    Stop,
    /// Go on apart from the run on the screen, with the request's number.
    Fork(u64, Box<Fork>),
    /// Show the run that arrived with this number.
    Show(u64),
    /// End the run that arrived with this number without showing it.
    Forget(u64),
    /// Save the run as it is between two steps, on a thread of its own, and do something then; [`Message::Saved`] or
    /// [`Message::SaveFailed`] follows.
    Save(Manner, AfterSave),
    /// Look for sessions on a thread of its own; [`Message::Sessions`] follows.
    ListSessions(Intent),
    /// Look for data in a folder on a thread of its own; [`Message::Files`] follows.
    ListFiles(String),
    /// Look which likelihood suits data on a thread of its own; [`Message::Advised`] follows if the data can be read.
    Advise(Basis),
    /// Write something of the run on a thread of its own; [`Message::Writing`] and [`Message::Written`] follow.
    Write {
        /// What.
        output: Output,
        /// Where, as it was typed.
        name: String,
        /// Whether what lies there is replaced.
        replace: bool,
    },
    /// Break that off.
    BreakOffWriting,
    /// Read a session on a thread of its own; [`Message::CurveRead`] or [`Message::CurveUnread`] follows.
    ReadCurve(PathBuf),
    /// Write a picture beside a session, or in the present folder, under a name that begins like this; [`Message::PictureSaved`]
    /// follows.
    SavePicture {
        /// The file of the session.
        beside: Option<PathBuf>,
        /// What the name begins with.
        stem: String,
        /// The picture.
        picture: Raster,
    },
    /// Hand a text to the terminal's clipboard.
    Copy(String),
    /// Tell somebody who looks elsewhere that the run came to its end.
    Notify(Ended),
    /// Train a run of the queue beside the one on the screen, by this number; [`Message::Beside`] follows.
    TrainBeside(u64, Box<QueuedRun>),
    /// Look for saved runs and what they are, on a thread of its own; [`Message::Runs`] follows.
    ReadRuns,
    /// Send an item of the open run's data through saved runs' models, on a thread of its own; [`Message::LookedInto`] follows, with
    /// this number.
    LookInto {
        /// The number.
        number: u64,
        /// The runs.
        paths: Vec<PathBuf>,
        /// The item.
        item: ItemPlace,
    },
    /// Rename a saved run; [`Message::Kept`] follows.
    Rename(PathBuf, String),
    /// Throw a saved run away; [`Message::Kept`] follows.
    ThrowAway(PathBuf),
    /// Bring a run that was thrown away, the first path, back to the second; [`Message::Kept`] follows.
    BringBack(PathBuf, PathBuf),
    /// Stop this process until it is continued.
    Suspend,
    /// Clear the terminal and draw every cell: what stands there is not known any more.
    Repaint,
    /// End the program; whoever wanted to keep the run has saved it.
    Quit,
}
