//! What goes over a socket: first who speaks, in bytes that never change, then frames of limited length.
//!
//! A frame is its length (four bytes, little-endian) and a value in MessagePack, with the names of its fields, so that what is left
//! out there has its usual value. Nothing is believed that is read: no memory is taken by a length before the bytes are there.

use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::words::plain;

/// What every conversation begins with, whatever the version.
const MAGIC: [u8; 8] = *b"vae-tui\n";
/// The version of what is said after that; raised whenever a [`Request`](super::message::Request) or a
/// [`Reply`](super::message::Reply) changes.
pub const PROTOCOL: u32 = 2;
/// Bytes of the longest frame that a run may be sent: a map of neighbours that is unfolded further.
pub const LONGEST_REQUEST: usize = 16 << 20;
/// Bytes of the longest frame that a run sends: a log with its film, or a page of large pictures.
pub const LONGEST_REPLY: usize = 64 << 20;

/// Why nothing more can be read from the other end.
#[derive(Debug, Error)]
pub enum FrameError {
    /// It hung up, or the line broke.
    #[error("the line broke: {0}")]
    Broken(#[from] std::io::Error),
    /// It said something that makes no sense.
    #[error("it said something that makes no sense: {0}")]
    Nonsense(String),
}

/// Why no conversation began.
#[derive(Debug, Error)]
pub enum GreetingError {
    /// The line broke, or nothing was said in time.
    #[error("it doesn't answer: {0}")]
    Silent(#[from] std::io::Error),
    /// Another kind of program is at the other end.
    #[error("it is no run of vae-tui")]
    Foreign,
    /// Another version of this program is there.
    #[error(
        "it belongs to vae-tui {program} with protocol {protocol}, but this is vae-tui {} with protocol {PROTOCOL}: use that version, or stop it there",
        env!("CARGO_PKG_VERSION")
    )]
    OtherVersion {
        /// The version of the program.
        program: String,
        /// The version of what it says.
        protocol: u32,
    },
}

/// Says which program this is.
///
/// # Errors
/// If the other end takes nothing.
pub fn introduce(output: &mut impl Write) -> std::io::Result<()> {
    output.write_all(&greeting(PROTOCOL, env!("CARGO_PKG_VERSION")))?;
    output.flush()
}

/// The bytes by which a program of a version says which it is.
pub fn greeting(protocol: u32, program: &str) -> Vec<u8> {
    let program = &program.as_bytes()[..program.len().min(usize::from(u8::MAX))];
    let length = u8::try_from(program.len()).unwrap_or(u8::MAX);
    [&MAGIC[..], &protocol.to_le_bytes(), &[length], program].concat()
}

/// Hears which program the other one is, and whether the two understand each other.
///
/// # Errors
/// If they don't, or nothing is said.
pub fn acquaint(input: &mut impl Read) -> Result<(), GreetingError> {
    let mut head = [0; MAGIC.len() + 5];
    input.read_exact(&mut head)?;
    let Some(([a, b, c, d, length], magic)) =
        head.split_last_chunk::<5>().map(|(magic, rest)| (*rest, magic))
    else {
        return Err(GreetingError::Foreign);
    };
    if magic != MAGIC {
        return Err(GreetingError::Foreign);
    }
    let mut program = vec![0; usize::from(length)];
    input.read_exact(&mut program)?;
    let protocol = u32::from_le_bytes([a, b, c, d]);
    if protocol == PROTOCOL {
        return Ok(());
    }
    Err(GreetingError::OtherVersion {
        program: plain(&String::from_utf8_lossy(&program)),
        protocol,
    })
}

/// A value as a frame, which many may be sent.
///
/// # Errors
/// If it is longer than `longest`, or can't be written in MessagePack.
pub fn frame(value: &impl Serialize, longest: usize) -> Result<Arc<[u8]>, FrameError> {
    let mut bytes = vec![0; 4];
    let written = value.serialize(&mut rmp_serde::Serializer::new(&mut bytes).with_struct_map());
    written.map_err(|error| FrameError::Nonsense(error.to_string()))?;
    let length = bytes.len() - 4;
    match u32::try_from(length).ok().filter(|_| length <= longest) {
        Some(said) => bytes[..4].copy_from_slice(&said.to_le_bytes()),
        None => return Err(too_long(length, longest)),
    }
    Ok(bytes.into())
}

/// The next value; none once the other end has hung up between two frames.
///
/// # Errors
/// If the line breaks within a frame, it is longer than `longest`, or it is no such value.
pub fn read<T: DeserializeOwned>(input: &mut impl Read, longest: usize) -> Result<Option<T>, FrameError> {
    let mut length = [0; 4];
    match input.read(&mut length[..1]) {
        Ok(0) => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::Interrupted => return read(input, longest),
        Err(error) => return Err(error.into()),
    }
    input.read_exact(&mut length[1..])?;
    let length = u32::from_le_bytes(length) as usize;
    if length > longest {
        return Err(too_long(length, longest));
    }
    // Memory grows with what arrives.
    let mut bytes = Vec::new();
    input.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length {
        return Err(FrameError::Broken(ErrorKind::UnexpectedEof.into()));
    }
    parse(&bytes).map(Some)
}

/// The value that some bytes stand for, all of them.
///
/// # Errors
/// If they are no such value.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FrameError> {
    let nonsense = |error: rmp_serde::decode::Error| FrameError::Nonsense(plain(&error.to_string()));
    let mut rest = bytes;
    let value = rmp_serde::from_read(&mut rest).map_err(nonsense)?;
    if !rest.is_empty() {
        return Err(FrameError::Nonsense(format!("{} bytes follow it", rest.len())));
    }
    Ok(value)
}

fn too_long(length: usize, longest: usize) -> FrameError {
    FrameError::Nonsense(format!("{length} bytes at once, where {longest} are the most"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::remote::message::Request;
    use crate::run::{Command, Question};

    fn requests() -> Vec<Request> {
        vec![
            Request::Join,
            Request::Command(Command::Change(vec![])),
            Request::Ask {
                asker: "traversal".into(),
                moment: Some(7),
                question: Box::new(Question::Reconstruct { items: vec![1, 2] }),
            },
            Request::Save { view: "()".into() },
        ]
    }

    #[test]
    fn what_is_sent_arrives_one_after_the_other() {
        let sent = requests();
        let mut line = Vec::new();
        for request in &sent {
            line.extend_from_slice(&frame(request, 1_000).unwrap());
        }
        let mut input = &line[..];
        for request in &sent {
            let read: Request = read(&mut input, 1_000).unwrap().unwrap();
            assert_eq!(format!("{read:?}"), format!("{request:?}"));
        }
        assert!(read::<Request>(&mut input, 1_000).unwrap().is_none());
    }

    #[test]
    fn numbers_that_are_not_finite_arrive_as_they_are() {
        let sent = [f64::NAN, f64::INFINITY, -0.0, 0.1];
        let bytes = frame(&sent, 1_000).unwrap();
        let read: [f64; 4] = parse(&bytes[4..]).unwrap();
        assert_eq!(read.map(f64::to_bits), sent.map(f64::to_bits));
    }

    #[test]
    fn a_frame_that_claims_to_be_huge_takes_no_memory() {
        let said = read::<Request>(&mut &[0xff; 8][..], LONGEST_REPLY)
            .unwrap_err()
            .to_string();
        assert!(said.contains("4294967295 bytes at once"), "{said}");
        // The length is within bounds, the bytes never come.
        let mut claims = (LONGEST_REQUEST as u32).to_le_bytes().to_vec();
        claims.push(0xdd);
        let said = read::<Request>(&mut &claims[..], LONGEST_REQUEST)
            .unwrap_err()
            .to_string();
        assert!(said.contains("broke"), "{said}");
        // An array within the frame claims more than the frame has.
        let inner = [0xdd, 0xff, 0xff, 0xff, 0xff];
        assert!(parse::<Vec<f32>>(&inner).is_err());
    }

    #[test]
    fn a_frame_that_is_too_long_is_not_sent() {
        assert!(frame(&vec![1.5_f32; 1_000], 1_000).is_err());
    }

    #[test]
    fn greetings_tell_versions_apart() {
        let mut line = Vec::new();
        introduce(&mut line).unwrap();
        acquaint(&mut &line[..]).unwrap();
        let other = greeting(PROTOCOL + 6, "9.9.9\x1b[2J");
        let said = acquaint(&mut &other[..]).unwrap_err().to_string();
        assert!(said.contains("vae-tui 9.9.9\\u{1b}[2J with protocol 8"), "{said}");
        assert!(
            said.contains(concat!("vae-tui ", env!("CARGO_PKG_VERSION"), " with protocol 2")),
            "{said}"
        );
        assert!(matches!(
            acquaint(&mut &b"GET / HTTP/1.1\r\n"[..]),
            Err(GreetingError::Foreign)
        ));
        assert!(matches!(
            acquaint(&mut &b"vae"[..]),
            Err(GreetingError::Silent(_))
        ));
    }

    proptest! {
        #[test]
        fn a_line_that_is_cut_anywhere_is_no_value(cut in 0.0_f64..1.0, which in 0_usize..4) {
            let bytes = frame(&requests()[which], 1_000).unwrap();
            let cut = 1 + (cut * (bytes.len() - 1) as f64) as usize;
            let cut = cut.min(bytes.len() - 1);
            prop_assert!(read::<Request>(&mut &bytes[..cut], 1_000).is_err());
        }
    }
}
