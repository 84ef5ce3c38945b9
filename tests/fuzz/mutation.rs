//! Changes that any format suffers.

use rand::Rng;
use rand::seq::SliceRandom;

use crate::harness::Random;

/// Whole numbers at which something may turn over.
pub const EXTREMES: [u32; 16] = [
    0,
    1,
    2,
    7,
    9,
    10,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff0,
    0xffff_ffff,
];

/// How many changes an input gets: mostly few, so that what it was is still to be seen.
pub fn rounds(random: &mut Random) -> usize {
    1 + (0..6).take_while(|_| random.gen_bool(0.4)).count()
}

/// A place within `length`, or its end.
pub fn place(random: &mut Random, length: usize) -> usize {
    random.gen_range(0..=length)
}

/// A range within `length`, mostly short.
pub fn range(random: &mut Random, length: usize) -> std::ops::Range<usize> {
    let start = place(random, length);
    let longest = if random.gen_bool(0.8) { 16 } else { length };
    start..(start + random.gen_range(0..=longest)).min(length)
}

/// One change to bytes: turned, overwritten, cut, doubled, put in, taken from another input, ended.
pub fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    let length = bytes.len();
    match random.gen_range(0..8) {
        0 if length > 0 => bytes[random.gen_range(0..length)] ^= 1 << random.gen_range(0..8),
        1 if length > 0 => bytes[random.gen_range(0..length)] = random.r#gen(),
        2 if length >= 4 => {
            let at = random.gen_range(0..=length - 4);
            let number = EXTREMES.choose(random).copied().unwrap_or(0);
            let number = if random.r#gen() {
                number.to_be_bytes()
            } else {
                number.to_le_bytes()
            };
            bytes[at..at + 4].copy_from_slice(&number);
        }
        3 => drop(bytes.drain(range(random, length))),
        4 => {
            let doubled = bytes[range(random, length)].to_vec();
            let at = place(random, length);
            bytes.splice(at..at, doubled);
        }
        5 => {
            let put_in: Vec<u8> = (0..random.gen_range(1..16)).map(|_| random.r#gen()).collect();
            let at = place(random, length);
            bytes.splice(at..at, put_in);
        }
        6 => {
            if let Some(other) = others.choose(random) {
                let (ours, theirs) = (range(random, length), range(random, other.len()));
                bytes.splice(ours, other[theirs].iter().copied());
            }
        }
        _ => bytes.truncate(place(random, length)),
    }
}
