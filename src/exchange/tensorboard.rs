//! Curves as TensorBoard reads them: protocol buffers of events, each in a record of TFRecord with two checksums.

use std::io::{Result as IoResult, Write};

use prost::Message;

/// What a file of events must be called, as TensorBoard finds it by a part of the name.
pub const FILE_NAME: &str = "events.out.tfevents.vae-tui";

/// A number at a place of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scalar {
    /// The curve: `elbo/test`. What stands before the slash is drawn in one group.
    pub tag: &'static str,
    /// Its place: training points evaluated.
    pub step: i64,
    /// Its place in time, in seconds of training.
    pub seconds: f64,
    /// The number.
    pub value: f32,
}

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<SummaryValue>,
}

#[derive(Clone, PartialEq, Message)]
struct SummaryValue {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

/// Writes a file of events, one per scalar.
///
/// # Errors
/// If `output` can't be written.
pub fn write(scalars: &[Scalar], output: &mut impl Write) -> IoResult<()> {
    let first = Event {
        file_version: Some("brain.Event:2".into()),
        ..Event::default()
    };
    write_record(output, &first.encode_to_vec())?;
    for scalar in scalars {
        let value = SummaryValue {
            tag: scalar.tag.into(),
            simple_value: Some(scalar.value),
        };
        let event = Event {
            wall_time: scalar.seconds,
            step: scalar.step,
            file_version: None,
            summary: Some(Summary { value: vec![value] }),
        };
        write_record(output, &event.encode_to_vec())?;
    }
    Ok(())
}

/// The length, its checksum, the bytes, their checksum.
fn write_record(output: &mut impl Write, bytes: &[u8]) -> IoResult<()> {
    let length = (bytes.len() as u64).to_le_bytes();
    output.write_all(&length)?;
    output.write_all(&masked_checksum(&length).to_le_bytes())?;
    output.write_all(bytes)?;
    output.write_all(&masked_checksum(bytes).to_le_bytes())
}

/// CRC-32C, turned and shifted as TFRecord wants it, so that a checksum of bytes with checksums in them stays one.
fn masked_checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a file, by the definition of TFRecord.
    fn records(mut file: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some((length, rest)) = file.split_first_chunk::<8>() {
            let (checksum, rest) = rest.split_first_chunk::<4>().unwrap();
            assert_eq!(u32::from_le_bytes(*checksum), masked_checksum(length));
            let (bytes, rest) = rest.split_at(u64::from_le_bytes(*length) as usize);
            let (checksum, rest) = rest.split_first_chunk::<4>().unwrap();
            assert_eq!(u32::from_le_bytes(*checksum), masked_checksum(bytes));
            events.push(Event::decode(bytes).unwrap());
            file = rest;
        }
        assert!(file.is_empty());
        events
    }

    #[test]
    fn the_checksum_is_castagnoli_s_masked() {
        // The check value of CRC-32C (RFC 3720), and the mask undone.
        let masked = masked_checksum(b"123456789");
        assert_eq!(masked.wrapping_sub(0xa282_ead8).rotate_left(15), 0xe306_9283);
    }

    #[test]
    fn every_scalar_is_an_event_behind_the_version() {
        let scalars = [
            Scalar {
                tag: "elbo/test",
                step: 60_000,
                seconds: 3.5,
                value: -101.25,
            },
            Scalar {
                tag: "learning_rate",
                step: 0,
                seconds: 0.0,
                value: 0.0,
            },
        ];
        let mut file = Vec::new();
        write(&scalars, &mut file).unwrap();
        let events = records(&file);
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].file_version.as_deref(), Some("brain.Event:2"));
        for (event, scalar) in events[1..].iter().zip(scalars) {
            assert_eq!((event.step, event.wall_time), (scalar.step, scalar.seconds));
            let value = &event.summary.as_ref().unwrap().value[0];
            assert_eq!(
                (value.tag.as_str(), value.simple_value),
                (scalar.tag, Some(scalar.value))
            );
        }
    }
}
