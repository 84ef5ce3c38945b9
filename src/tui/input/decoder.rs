//! From the bytes of a terminal to keys, pasted text and what the mouse does, however the bytes are split over reads.
//!
//! ```text
//! q                  a key                     ESC q               Alt-q
//! ESC [ 1 ; 5 A      Ctrl-Up                   ESC O P             F1
//! ESC [ 200 ~ … ESC [ 201 ~                    a paste
//! ESC [ < 0 ; 10 ; 20 M                        a button of the mouse
//! ESC [ ? 1 ; 2 c    an answer                 ESC ] 11 ; … BEL    an answer to another program: nothing
//! ```
//!
//! Escape sequences follow ECMA-48, so that one that is not known is still swallowed whole. Silence tells a lone Esc
//! from the start of a sequence, and ends what was begun and never finished.

use std::time::Duration;

use ratatui::crossterm::event::{KeyEvent, KeyModifiers};

use super::{Input, answers, keys, mouse};

/// How long a lone Esc waits for the rest of a sequence.
const ESCAPE_PATIENCE: Duration = Duration::from_millis(50);
/// How long the rest of a sequence may take; then it is given up, so that it can't swallow the keyboard.
const SEQUENCE_PATIENCE: Duration = Duration::from_secs(1);
/// The same for a paste, of which nothing may be taken for keys when the line stalls.
const PASTE_PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of a string that are kept: no answer that was asked for has more.
const LONGEST_ANSWER: usize = 256;
/// Bytes of a control sequence that are kept: no key has more.
const LONGEST_PARAMETERS: usize = 64;
/// Bytes of a paste that are kept.
const LONGEST_PASTE: usize = 1 << 20;

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;
const CANCEL: u8 = 0x18;
const SUBSTITUTE: u8 = 0x1a;
/// The end of a string in one byte.
const STRING_TERMINATOR: u8 = 0x9c;
/// The sequences that stand around a paste.
const PASTE_BEGINS: &[u8] = b"200";
const PASTE_ENDS: &[u8] = b"\x1b[201~";

/// What was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing.
    #[default]
    Ground,
    /// A character of several bytes.
    Character(Vec<u8>),
    /// `ESC`.
    Escape,
    /// `ESC O`, and parameters.
    SingleShift(Vec<u8>),
    /// `ESC [`, parameters and intermediate bytes.
    ControlSequence(Vec<u8>),
    /// `ESC [ [`, of the Linux console.
    LinuxConsole,
    /// So many bytes of a report of the mouse are still to come, of any value: the old encoding, which nobody asked for.
    Mouse(u8),
    /// A string that `ESC \` ends, or one of `ends`.
    String(Text),
    /// `ESC` within such a string.
    StringEscape(Text),
    /// Pasted text.
    Paste(Vec<u8>),
}

/// A string so far.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Text {
    /// The letter behind its `ESC`.
    introducer: u8,
    ends: &'static [u8],
    body: Vec<u8>,
}

/// Keeps what is begun until its end comes.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// Whether an `ESC` stands before what was begun: Alt, if that is a key.
    after_escape: bool,
    found: Vec<Input>,
}

impl Decoder {
    /// What these bytes complete, in order.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        for &byte in bytes {
            self.byte(byte);
        }
        std::mem::take(&mut self.found)
    }

    /// How long to wait for more; none if nothing was begun.
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape => Some(ESCAPE_PATIENCE),
            State::Paste(_) => Some(PASTE_PATIENCE),
            _ => Some(SEQUENCE_PATIENCE),
        }
    }

    /// What is there if nothing more comes: a lone Esc, and the paste so far. Anything else is given up.
    pub fn silence(&mut self) -> Vec<Input> {
        match std::mem::take(&mut self.state) {
            State::Escape => {
                self.escape_alone();
                self.character('\x1b');
            }
            State::Paste(bytes) => self.pasted(&bytes),
            _ => self.escape_alone(),
        }
        std::mem::take(&mut self.found)
    }

    fn byte(&mut self, byte: u8) {
        self.state = match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte),
            State::Character(bytes) => self.next_of_character(bytes, byte),
            State::Escape => self.escaped(byte),
            State::SingleShift(parameters) => self.single_shift(parameters, byte),
            State::ControlSequence(parameters) => self.control_sequence(parameters, byte),
            State::LinuxConsole => {
                self.key(keys::of_linux_console(byte));
                State::Ground
            }
            State::Mouse(more) if more > 1 => State::Mouse(more - 1),
            State::Mouse(_) => State::Ground,
            State::String(text) => self.next_of_string(text, byte),
            State::StringEscape(text) if byte == b'\\' => self.string_ended(&text),
            // The string was broken off.
            State::StringEscape(_) => self.escaped(byte),
            State::Paste(bytes) => self.next_of_paste(bytes, byte),
        };
    }

    fn ground(&mut self, byte: u8) -> State {
        match byte {
            ESCAPE => State::Escape,
            0x00..=0x7f => {
                self.character(char::from(byte));
                State::Ground
            }
            0x80..=0x9f => self.introduced(byte),
            _ => State::Character(vec![byte]),
        }
    }

    fn next_of_character(&mut self, mut bytes: Vec<u8>, byte: u8) -> State {
        bytes.push(byte);
        match std::str::from_utf8(&bytes) {
            Ok(text) => match text.chars().next() {
                Some(character @ '\u{80}'..='\u{9f}') => self.introduced(character as u8),
                Some(character) => {
                    self.character(character);
                    State::Ground
                }
                None => State::Ground,
            },
            Err(error) if error.error_len().is_none() => State::Character(bytes),
            // No character begins so; the new byte may be one itself.
            Err(_) => {
                self.after_escape = false;
                if byte.is_ascii() || byte >= 0xc2 {
                    self.ground(byte)
                } else {
                    State::Ground
                }
            }
        }
    }

    /// One of the control characters that stand for `ESC` and a letter. A string that begins so may end so: in others
    /// that byte may be part of a character.
    fn introduced(&mut self, byte: u8) -> State {
        match byte {
            0x8f | 0x9b => self.escaped(byte - 0x40),
            0x9d => self.string(b']', &[BELL, STRING_TERMINATOR]),
            0x90 | 0x98 | 0x9e | 0x9f => self.string(byte - 0x40, &[STRING_TERMINATOR]),
            _ => State::Ground,
        }
    }

    fn string(&mut self, introducer: u8, ends: &'static [u8]) -> State {
        self.escape_alone();
        State::String(Text {
            introducer,
            ends,
            body: Vec::new(),
        })
    }

    fn next_of_string(&mut self, mut text: Text, byte: u8) -> State {
        match byte {
            ESCAPE => State::StringEscape(text),
            CANCEL | SUBSTITUTE => State::Ground,
            _ if text.ends.contains(&byte) => self.string_ended(&text),
            _ => {
                // One byte more tells that it is too long.
                if text.body.len() <= LONGEST_ANSWER {
                    text.body.push(byte);
                }
                State::String(text)
            }
        }
    }

    fn string_ended(&mut self, text: &Text) -> State {
        let known = text.body.len() <= LONGEST_ANSWER;
        let answer = known.then(|| answers::of_string(text.introducer, &text.body));
        self.found.extend(answer.flatten().map(Input::Answer));
        State::Ground
    }

    /// What follows an `ESC`.
    fn escaped(&mut self, byte: u8) -> State {
        match byte {
            b'[' => State::ControlSequence(Vec::new()),
            b'O' => State::SingleShift(Vec::new()),
            b']' => self.string(byte, &[BELL]),
            // DCS, SOS, PM, APC.
            b'P' | b'X' | b'^' | b'_' => self.string(byte, &[]),
            // The first was a key; or it is Alt of the sequence that begins with the second.
            ESCAPE => {
                self.escape_alone();
                self.after_escape = true;
                State::Escape
            }
            _ => {
                self.escape_alone();
                self.after_escape = true;
                self.ground(byte)
            }
        }
    }

    fn single_shift(&mut self, mut parameters: Vec<u8>, byte: u8) -> State {
        match byte {
            b'0'..=b'9' | b';' => {
                keep(&mut parameters, byte);
                State::SingleShift(parameters)
            }
            0x20..=0x7e => {
                self.key(keys::of_single_shift(&parameters, byte));
                State::Ground
            }
            _ => self.broken_off(byte),
        }
    }

    fn control_sequence(&mut self, mut parameters: Vec<u8>, byte: u8) -> State {
        match byte {
            0x20..=0x3f => {
                keep(&mut parameters, byte);
                State::ControlSequence(parameters)
            }
            b'[' if parameters.is_empty() => State::LinuxConsole,
            b'M' if parameters.is_empty() => {
                self.escape_alone();
                State::Mouse(3)
            }
            b'~' if parameters == PASTE_BEGINS => {
                self.escape_alone();
                State::Paste(Vec::new())
            }
            b'M' | b'm' if parameters.first() == Some(&b'<') => {
                self.escape_alone();
                let known = parameters.len() < LONGEST_PARAMETERS;
                let event = known.then(|| mouse::of_report(&parameters[1..], byte));
                self.found.extend(event.flatten().map(Input::Mouse));
                State::Ground
            }
            0x40..=0x7e => {
                let known = parameters.len() < LONGEST_PARAMETERS;
                let answer = known.then(|| answers::of_control_sequence(&parameters, byte));
                let key = known.then(|| keys::of_control_sequence(&parameters, byte));
                self.key(key.flatten());
                self.found.extend(answer.flatten().map(Input::Answer));
                State::Ground
            }
            _ => self.broken_off(byte),
        }
    }

    /// A byte that can't be part of what was begun begins something itself.
    fn broken_off(&mut self, byte: u8) -> State {
        self.escape_alone();
        self.ground(byte)
    }

    fn next_of_paste(&mut self, mut bytes: Vec<u8>, byte: u8) -> State {
        if bytes.len() == LONGEST_PASTE {
            // Room for the end, which is still looked for.
            bytes.copy_within(
                LONGEST_PASTE - PASTE_ENDS.len() + 1..,
                LONGEST_PASTE - PASTE_ENDS.len(),
            );
            bytes.pop();
        }
        bytes.push(byte);
        match bytes.strip_suffix(PASTE_ENDS) {
            Some(text) => {
                self.pasted(text);
                State::Ground
            }
            None => State::Paste(bytes),
        }
    }

    fn pasted(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.found.push(Input::Pasted(text));
    }

    fn character(&mut self, character: char) {
        self.key(keys::of_character(character, KeyModifiers::NONE));
    }

    /// A key, if the sequence that ends here is one.
    fn key(&mut self, key: Option<KeyEvent>) {
        match key {
            Some(mut key) => {
                if std::mem::take(&mut self.after_escape) {
                    key.modifiers |= KeyModifiers::ALT;
                }
                self.found.push(Input::Key(key));
            }
            None => self.escape_alone(),
        }
    }

    /// An `ESC` that stands before no key was one itself.
    fn escape_alone(&mut self) {
        if std::mem::take(&mut self.after_escape) {
            self.character('\x1b');
        }
    }
}

/// Keeps a byte of a sequence, as long as it may be a key.
fn keep(parameters: &mut Vec<u8>, byte: u8) {
    if parameters.len() < LONGEST_PARAMETERS {
        parameters.push(byte);
    }
}

#[cfg(test)]
mod tests;
