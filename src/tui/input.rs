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
use ratatui::crossterm::event::{self, Event, KeyEvent, MouseEvent};

use super::message::Message;
use crate::panics::switch;
use crate::platform::{Typed, next_typed};
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
    /// Its window has another size.
    Resized,
}

impl From<Input> for Message {
    fn from(input: Input) -> Self {
        match input {
            Input::Key(key) => Self::Key(key),
            Input::Pasted(text) => Self::Pasted(text),
            Input::Mouse(mouse) => Self::Mouse(mouse),
            Input::Answer(answer) => Self::TerminalAnswered(answer, Instant::now()),
            Input::Resized => Self::WindowChanged,
        }
    }
}

/// Reads the terminal until it is gone, which is said, or nobody listens any more.
pub fn read(messages: &Sender<Message>) {
    let mut decoder = decoder::Decoder::default();
    let mut bytes = [0; 4096];
    loop {
        let inputs = match next_typed(&mut bytes, decoder.patience(), event::read) {
            Ok(Typed::Bytes(0)) | Err(_) => {
                // Whoever listened may be gone with the terminal.
                let _ = messages.send(Message::TerminalGone);
                return;
            }
            Ok(Typed::Bytes(count)) => decoder.feed(&bytes[..count]),
            Ok(Typed::Nothing) => decoder.silence(),
            Ok(Typed::Event(event)) => understood(event).into_iter().collect(),
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

/// What a system understood by itself; none of what means nothing here.
fn understood(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => Some(Input::Key(key)),
        Event::Paste(text) => Some(Input::Pasted(text)),
        Event::Mouse(mouse) => Some(Input::Mouse(mouse)),
        Event::Resize(..) => Some(Input::Resized),
        Event::FocusGained | Event::FocusLost => None,
    }
}
