//! What is typed, pasted and pointed at at the terminal, read from standard input on a thread of its own.
//!
//! A terminal writes keys, pasted text and answers to questions (which another program may have asked) into one stream
//! of bytes. [`decoder`] tells them apart; what is no key, no paste, no report of the mouse and no answer that this program
//! could have asked for goes no further.

pub mod answers;
pub mod decoder;
mod keys;
mod mouse;

use std::time::Instant;

use crossbeam_channel::Sender;
use ratatui::crossterm::event::{KeyEvent, MouseEvent};

use super::message::Message;
#[cfg(unix)]
use crate::panics::switch;
use answers::Answer;

/// What a person did at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(KeyEvent),
    /// A text was pasted.
    Pasted(String),
    /// The mouse was moved, or a button of it.
    Mouse(MouseEvent),
    /// The terminal answered.
    Answer(Answer),
}

impl From<Input> for Message {
    fn from(input: Input) -> Self {
        match input {
            Input::Key(key) => Self::Key(key),
            Input::Pasted(text) => Self::Pasted(text),
            Input::Mouse(mouse) => Self::Mouse(mouse),
            Input::Answer(answer) => Self::TerminalAnswered(answer, Instant::now()),
        }
    }
}

/// Reads the terminal until it is gone, which is said, or nobody listens any more.
#[cfg(unix)]
pub fn read(messages: &Sender<Message>) {
    let mut decoder = decoder::Decoder::default();
    let mut bytes = [0; 4096];
    loop {
        let inputs = match next(&mut bytes, decoder.patience()) {
            Ok(Some(0)) | Err(_) => {
                // Whoever listened may be gone with the terminal.
                let _ = messages.send(Message::TerminalGone);
                return;
            }
            Ok(Some(count)) => decoder.feed(&bytes[..count]),
            Ok(None) => decoder.silence(),
        };
        for input in inputs {
            if matches!(input, Input::Key(_)) {
                switch("keys");
            }
            if messages.send(input.into()).is_err() {
                return;
            }
        }
    }
}

/// The next bytes of standard input, of which there are 0 at its end; none if nothing comes for as long as `patience`.
#[cfg(unix)]
fn next(bytes: &mut [u8], patience: Option<std::time::Duration>) -> std::io::Result<Option<usize>> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::{Errno, read};
    let stdin = rustix::stdio::stdin();
    let timeout = patience.map(|patience| Timespec {
        tv_sec: patience.as_secs() as _,
        tv_nsec: patience.subsec_nanos() as _,
    });
    loop {
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], timeout.as_ref()) {
            Ok(0) => return Ok(None),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match read(stdin, &mut *bytes) {
            Ok(count) => return Ok(Some(count)),
            // Another program that shares the terminal may have been quicker.
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Reads the terminal until it is gone, which is said, or nobody listens any more.
#[cfg(not(unix))]
pub fn read(messages: &Sender<Message>) {
    use ratatui::crossterm::event::{self, Event};
    while let Ok(event) = event::read() {
        let message = match event {
            Event::Key(key) => Input::Key(key).into(),
            Event::Paste(text) => Input::Pasted(text).into(),
            Event::Mouse(mouse) => Input::Mouse(mouse).into(),
            Event::Resize(..) => Message::WindowChanged,
            _ => continue,
        };
        if messages.send(message).is_err() {
            return;
        }
    }
    let _ = messages.send(Message::TerminalGone);
}
