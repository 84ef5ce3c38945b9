//! What a terminal sends: keys, pastes, the mouse and answers, cut anywhere and mixed with what is none of them.

use std::time::{Duration, Instant};

use rand::Rng;
use rand::seq::SliceRandom;
use ratatui::layout::Rect;
use vae_tui::terminal_facts::Questions;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::input::{Input, decoder::Decoder};
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::recognition::Recognition;
use vae_tui::tui::update::update;

use crate::common;
use crate::harness::{Random, Target, fuzz, is_one_in, within};
use crate::mutation::{change, rounds};

/// Pieces of what terminals send.
const PIECES: [&[u8]; 32] = [
    b"q",
    b" ",
    b"\r",
    b"\x03",
    b"\t",
    "面".as_bytes(),
    b"\x1b[A",
    b"\x1b[1;5C",
    b"\x1bOP",
    b"\x1b[24;2~",
    b"\x1b[97;5u",
    b"\x9bA",
    b"\x1b[[A",
    b"\x1b[<0;10;20M",
    b"\x1b[<0;10;20m",
    b"\x1b[<32;11;21M",
    b"\x1b[<65;1;1M",
    b"\x1b[<0;65535;65535M",
    b"\x1b[M !!",
    b"\x1b[200~some text\x1b[2J\x1b[201~",
    b"\x1b[200~",
    b"\x1b[201~",
    b"\x1b[0n",
    b"\x1b[?62;4;22c",
    b"\x1bP>|kitty(0.40.1)\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[?2026;2$y",
    b"\x1b[6;20;10t",
    b"\x1b[6;0;65535t",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b]0;never ended",
    b"\x18",
];
/// Memory beside what was sent.
const PLENTY: usize = 1 << 20;

struct Typing {
    pieces: Vec<Vec<u8>>,
    opened: Opened,
}

#[test]
fn typing() {
    fuzz(|| {
        let data = common::shapes();
        let opened = common::opened(&common::state(&data), &data);
        Typing {
            pieces: PIECES.iter().map(|piece| piece.to_vec()).collect(),
            opened,
        }
    });
}

impl Target for Typing {
    const NAME: &'static str = "typing";
    const USUAL: u64 = 10_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let count = random.gen_range(1..8);
        let mut bytes = Vec::new();
        for _ in 0..count {
            bytes.extend(self.pieces.choose(random).into_iter().flatten());
        }
        if random.gen_bool(0.6) {
            for _ in 0..rounds(random) {
                change(&mut bytes, &self.pieces, random);
            }
        }
        bytes
    }

    /// The same at every cut, and nothing of it disturbs the screen.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let whole = within(PLENTY + 64 * input.len(), || read([input]))?;
        for cut in [1, input.len() / 2, input.len().saturating_sub(1)] {
            let cut = cut.min(input.len());
            let parts = read([&input[..cut], &input[cut..]]);
            if parts != whole {
                return Err(format!("{whole:?}, but cut at {cut} {parts:?}"));
            }
        }
        let now = Instant::now();
        let mut recognition = Recognition::new(Questions::Everything);
        recognition.ask(now);
        for input in &whole {
            if let Input::Answer(answer) = input {
                recognition.answered(answer.clone(), now + Duration::from_millis(10));
            }
        }
        // What follows from keys is for the target of them; here it is but that the screen takes in whatever was read.
        if is_one_in(16, input) {
            let mut app = fresh(&self.opened);
            for input in whole {
                update(&mut app, Message::from(input));
            }
            common::screen(&app);
        }
        Ok(())
    }
}

/// A screen with that run on it.
fn fresh(opened: &Opened) -> App {
    let mut app = App::new(Rect::new(0, 0, 80, 24), ColourDepth::TrueColour);
    update(&mut app, Message::Opened(Box::new(opened.clone())));
    app
}

/// What is read of bytes that come in these pieces, and then nothing more.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Input> {
    let mut decoder = Decoder::default();
    let mut found: Vec<Input> = pieces.into_iter().flat_map(|piece| decoder.feed(piece)).collect();
    // Silence ends what was begun, and what that began.
    found.extend(decoder.silence());
    found.extend(decoder.silence());
    found
}
