//! A table of what terminals send, whole and split at every byte.

use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::tui::input::answers::Answer;

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CONTROL: KeyModifiers = KeyModifiers::CONTROL;

/// Sequences that are a key, each with that key.
const KEYS: &[(&[u8], KeyCode, KeyModifiers)] = &[
    (b"q", KeyCode::Char('q'), NONE),
    (b"Q", KeyCode::Char('Q'), NONE),
    (b" ", KeyCode::Char(' '), NONE),
    ("é".as_bytes(), KeyCode::Char('é'), NONE),
    ("日".as_bytes(), KeyCode::Char('日'), NONE),
    ("🦀".as_bytes(), KeyCode::Char('🦀'), NONE),
    (b"\r", KeyCode::Enter, NONE),
    (b"\t", KeyCode::Tab, NONE),
    (b"\x7f", KeyCode::Backspace, NONE),
    (b"\x08", KeyCode::Backspace, NONE),
    (b"\x03", KeyCode::Char('c'), CONTROL),
    (b"\x1a", KeyCode::Char('z'), CONTROL),
    (b"\x0c", KeyCode::Char('l'), CONTROL),
    (b"\0", KeyCode::Char(' '), CONTROL),
    (b"\x1c", KeyCode::Char('4'), CONTROL),
    (b"\x1bq", KeyCode::Char('q'), ALT),
    (b"\x1b(", KeyCode::Char('('), ALT),
    (b"\x1b ", KeyCode::Char(' '), ALT),
    (b"\x1b\r", KeyCode::Enter, ALT),
    (b"\x1b\x7f", KeyCode::Backspace, ALT),
    (b"\x1b\\", KeyCode::Char('\\'), ALT),
    ("\x1bé".as_bytes(), KeyCode::Char('é'), ALT),
    (b"\x1b\x03", KeyCode::Char('c'), ALT.union(CONTROL)),
    (b"\x1b[A", KeyCode::Up, NONE),
    (b"\x1bOA", KeyCode::Up, NONE),
    (b"\x1b[B", KeyCode::Down, NONE),
    (b"\x1b[C", KeyCode::Right, NONE),
    (b"\x1b[D", KeyCode::Left, NONE),
    (b"\x1bOD", KeyCode::Left, NONE),
    (b"\x1b[1;5A", KeyCode::Up, CONTROL),
    (b"\x1b[1;2D", KeyCode::Left, SHIFT),
    (b"\x1b[1;3C", KeyCode::Right, ALT),
    (b"\x1b[1;8C", KeyCode::Right, ALT.union(CONTROL).union(SHIFT)),
    (b"\x1b[1;9C", KeyCode::Right, KeyModifiers::SUPER),
    (b"\x1bO5A", KeyCode::Up, CONTROL),
    (b"\x1bO1;5A", KeyCode::Up, CONTROL),
    (b"\x1b[a", KeyCode::Up, SHIFT),
    (b"\x1bOc", KeyCode::Right, CONTROL),
    (b"\x1b\x1b[A", KeyCode::Up, ALT),
    (b"\x1b[H", KeyCode::Home, NONE),
    (b"\x1bOH", KeyCode::Home, NONE),
    (b"\x1b[1~", KeyCode::Home, NONE),
    (b"\x1b[7~", KeyCode::Home, NONE),
    (b"\x1b[F", KeyCode::End, NONE),
    (b"\x1b[4~", KeyCode::End, NONE),
    (b"\x1b[8~", KeyCode::End, NONE),
    (b"\x1b[2~", KeyCode::Insert, NONE),
    (b"\x1b[3~", KeyCode::Delete, NONE),
    (b"\x1b[3;5~", KeyCode::Delete, CONTROL),
    (b"\x1b[3^", KeyCode::Delete, CONTROL),
    (b"\x1b[3@", KeyCode::Delete, CONTROL.union(SHIFT)),
    (b"\x1b[5~", KeyCode::PageUp, NONE),
    (b"\x1b[6~", KeyCode::PageDown, NONE),
    (b"\x1b[6;2~", KeyCode::PageDown, SHIFT),
    (b"\x1b[Z", KeyCode::BackTab, SHIFT),
    (b"\x1bOP", KeyCode::F(1), NONE),
    (b"\x1bOQ", KeyCode::F(2), NONE),
    (b"\x1bOR", KeyCode::F(3), NONE),
    (b"\x1bOS", KeyCode::F(4), NONE),
    (b"\x1b[1;5P", KeyCode::F(1), CONTROL),
    (b"\x1b[[A", KeyCode::F(1), NONE),
    (b"\x1b[[E", KeyCode::F(5), NONE),
    (b"\x1b[11~", KeyCode::F(1), NONE),
    (b"\x1b[15~", KeyCode::F(5), NONE),
    (b"\x1b[17~", KeyCode::F(6), NONE),
    (b"\x1b[21~", KeyCode::F(10), NONE),
    (b"\x1b[24~", KeyCode::F(12), NONE),
    (b"\x1b[24;2~", KeyCode::F(12), SHIFT),
    (b"\x1b[34~", KeyCode::F(20), NONE),
    (b"\x1bOM", KeyCode::Enter, NONE),
    (b"\x1bOq", KeyCode::Char('1'), NONE),
    (b"\x1bOk", KeyCode::Char('+'), NONE),
    (b"\x1b[97;5u", KeyCode::Char('a'), CONTROL),
    (b"\x1b[97;2u", KeyCode::Char('A'), SHIFT),
    (b"\x1b[113;9u", KeyCode::Char('q'), KeyModifiers::SUPER),
    (b"\x1b[27u", KeyCode::Esc, NONE),
    (b"\x1b[9;2u", KeyCode::BackTab, SHIFT),
    (b"\x1b[27;5;13~", KeyCode::Enter, CONTROL),
    (b"\x9bA", KeyCode::Up, NONE),
    (b"\xc2\x9bA", KeyCode::Up, NONE),
];

/// A report of the mouse, and what it says: the column and the row from 0.
type Report = (&'static [u8], MouseEventKind, (u16, u16), KeyModifiers);

/// Reports of the mouse.
const MOUSE: &[Report] = &[
    (
        b"\x1b[<0;1;1M",
        MouseEventKind::Down(MouseButton::Left),
        (0, 0),
        NONE,
    ),
    (
        b"\x1b[<0;10;20m",
        MouseEventKind::Up(MouseButton::Left),
        (9, 19),
        NONE,
    ),
    (
        b"\x1b[<1;10;20M",
        MouseEventKind::Down(MouseButton::Middle),
        (9, 19),
        NONE,
    ),
    (
        b"\x1b[<2;10;20M",
        MouseEventKind::Down(MouseButton::Right),
        (9, 19),
        NONE,
    ),
    (
        b"\x1b[<32;200;60M",
        MouseEventKind::Drag(MouseButton::Left),
        (199, 59),
        NONE,
    ),
    (
        b"\x1b[<34;3;4M",
        MouseEventKind::Drag(MouseButton::Right),
        (2, 3),
        NONE,
    ),
    (b"\x1b[<35;3;4M", MouseEventKind::Moved, (2, 3), NONE),
    (b"\x1b[<64;3;4M", MouseEventKind::ScrollUp, (2, 3), NONE),
    (b"\x1b[<65;3;4M", MouseEventKind::ScrollDown, (2, 3), NONE),
    (b"\x1b[<66;3;4M", MouseEventKind::ScrollLeft, (2, 3), NONE),
    (b"\x1b[<67;3;4M", MouseEventKind::ScrollRight, (2, 3), NONE),
    (
        b"\x1b[<4;3;4M",
        MouseEventKind::Down(MouseButton::Left),
        (2, 3),
        SHIFT,
    ),
    (
        b"\x1b[<8;3;4M",
        MouseEventKind::Down(MouseButton::Left),
        (2, 3),
        ALT,
    ),
    (
        b"\x1b[<16;3;4M",
        MouseEventKind::Down(MouseButton::Left),
        (2, 3),
        CONTROL,
    ),
    (
        b"\x1b[<93;3;4M",
        MouseEventKind::ScrollDown,
        (2, 3),
        SHIFT.union(ALT).union(CONTROL),
    ),
    (
        b"\x9b<0;65535;65535M",
        MouseEventKind::Down(MouseButton::Left),
        (65_534, 65_534),
        NONE,
    ),
];

/// Sequences that are none, and no answer that is asked for.
const OTHERS: &[&[u8]] = &[
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]11;rgb:ffff/ffff/ffff\x07",
    b"\x1b]10;rgb:0000/0000/0000\x07",
    b"\x1b]52;c;cXVlcnkgcQ==\x07",
    b"\x1b]4;0;rgb:00/00/00\x1b\\",
    b"\x1b]0;a title with q, r and n\x07",
    "\x1b]2;œ ✓ 日本\x1b\\".as_bytes(),
    b"\x1bP1$r0m\x1b\\",
    b"\x1bP!|7E565445\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1bP0;1|17/ab;q\x07r\x1b\\",
    b"\x1b^private q\x1b\\",
    b"\x1bXstring q\x1b\\",
    b"\x1bX\x1b\\",
    b"\x1b[>0;276;0c",
    b"\x1b[>84;0;0c",
    b"\x1b[=1;0c",
    b"\x1b[4;2$y",
    b"\x1b[?2026;2y",
    b"\x1b[?2026$y",
    b"\x1b[?1;65536c",
    b"\x1b[?c",
    b"\x1b[?;c",
    b"\x1b[3n",
    b"\x1b[6;20;10;1t",
    b"\x1b[6;99999;10t",
    b"\x1b_Gi=32;OK\x1b\\",
    b"\x1b_Gi=31\x1b\\",
    b"\x1b_Ai=31;OK\x1b\\",
    b"\x1bP>x\x1b\\",
    b"\x1bP>|\xff\x1b\\",
    b"\x1bP>|broken off\x18",
    b"\x1b[24;80R",
    b"\x1b[1;1R",
    b"\x1b[?24;80;1R",
    b"\x1b[?997;1n",
    b"\x1b[8;30;100t",
    b"\x1b[4;600;800t",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[M !!",
    b"\x1b[Mqqq",
    b"\x1b[M \xf0\xff",
    b"\x1b[M\x1b\x1bq",
    // Buttons beyond the third, places before the first and after the last, and what is no number.
    b"\x1b[<128;1;1M",
    b"\x1b[<3;1;1M",
    b"\x1b[<0;0;1M",
    b"\x1b[<0;1;0m",
    b"\x1b[<0;65536;1M",
    b"\x1b[<0;1;99999999999999999999M",
    b"\x1b[<-1;1;1M",
    b"\x1b[<0;1M",
    b"\x1b[<0;1;1;1M",
    b"\x1b[<;;M",
    b"\x1b[<M",
    b"\x1b[<64;1;1m",
    b"\x1b[<96;1;1M",
    b"\x1b[32;10;20M",
    b"\x1b[?0u",
    b"\x1b[97;1:3u",
    b"\x1b[1;1:3A",
    b"\x1b[57441;2u",
    b"\x1b[201~",
    b"\x1b[999~",
    b"\x1b[5i",
    b"\x1b[?1$p",
    b"\x1b[ q",
    b"\x1b[>4;1m",
    b"\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33;34;35x",
    b"\x1bOz",
    b"\x1b[[Z",
    b"\x9d11;rgb:1e1e/1e1e/2e2e\x9c",
    b"\xc2\x9dq\xc2\x9c",
];

/// What is asked for, and what it says.
fn answers() -> Vec<(&'static [u8], Answer)> {
    vec![
        (b"\x1b[0n", Answer::Ready),
        (b"\x1b[?1;2c", Answer::Attributes(vec![1, 2])),
        (b"\x9b?6c", Answer::Attributes(vec![6])),
        (b"\x1b[?62;4;6;22c", Answer::Attributes(vec![62, 4, 6, 22])),
        // kitty, without and with the clipboard.
        (b"\x1b[?62;c", Answer::Attributes(vec![62])),
        (b"\x1b[?62;52;c", Answer::Attributes(vec![62, 52])),
        (b"\x1b[?2026;2$y", Answer::Mode(2026, 2)),
        (b"\x1b[?65535;0$y", Answer::Mode(65_535, 0)),
        (b"\x1b[6;20;10t", Answer::CellPixels(10, 20)),
        (b"\x1b[6;0;65535t", Answer::CellPixels(65_535, 0)),
        (b"\x1bP>|XTerm(370)\x1b\\", Answer::Name("XTerm(370)".into())),
        (b"\x90>|q\x9c", Answer::Name("q".into())),
        (b"\x1bP>|\x1b\\", Answer::Name(String::new())),
        (b"\x1b_Gi=31;OK\x1b\\", Answer::KittyGraphics(true)),
        (b"\x1b_Gp=1,i=31;EINVAL:q\x1b\\", Answer::KittyGraphics(false)),
    ]
}

#[test]
fn every_answer_is_known_however_it_is_split() {
    for (bytes, answer) in answers() {
        assert_eq!(
            decoded(bytes),
            [Input::Answer(answer)],
            "{}",
            bytes.escape_ascii()
        );
    }
    // An Esc before an answer was a key.
    let found = decoded(b"\x1b\x1b[0n");
    assert_eq!(found, [key(KeyCode::Esc, NONE), Input::Answer(Answer::Ready)]);
    // What is longer than any answer is none, and takes no more memory than one.
    for length in [LONGEST_ANSWER - 2, LONGEST_ANSWER - 1, 1_000_000] {
        let name = "n".repeat(length);
        let mut decoder = Decoder::default();
        let found = decoder.feed(format!("\x1bP>|{name}\x1b\\q").as_bytes());
        let (expected, more) = (Input::Answer(Answer::Name(name)), length + 2 > LONGEST_ANSWER);
        assert_eq!(found.len(), 2 - usize::from(more), "{length}");
        assert!(more || found[0] == expected);
        decoder.feed(b"\x1bP");
        decoder.feed(&vec![b'x'; length]);
        assert!(matches!(&decoder.state, State::String(text) if text.body.len() <= LONGEST_ANSWER + 1));
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    Input::Key(KeyEvent::new(code, modifiers))
}

/// What the bytes are, whole, cut in two at every byte, and one by one: the same each time, with nothing left over.
fn decoded(bytes: &[u8]) -> Vec<Input> {
    let in_parts = |parts: &[&[u8]]| -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut inputs: Vec<Input> = parts.iter().flat_map(|part| decoder.feed(part)).collect();
        assert_eq!(decoder.state, State::Ground, "{bytes:?}");
        assert!(decoder.patience().is_none());
        inputs.extend(decoder.silence());
        inputs
    };
    let whole = in_parts(&[bytes]);
    for at in 0..=bytes.len() {
        let (start, end) = bytes.split_at(at);
        assert_eq!(in_parts(&[start, end]), whole, "{bytes:?} split at {at}");
    }
    assert_eq!(in_parts(&bytes.chunks(1).collect::<Vec<_>>()), whole, "{bytes:?}");
    whole
}

#[test]
fn every_key_is_known_however_it_is_split() {
    for &(bytes, code, modifiers) in KEYS {
        assert_eq!(
            decoded(bytes),
            [key(code, modifiers)],
            "{:?}",
            bytes.escape_ascii()
        );
    }
}

#[test]
fn every_report_of_the_mouse_is_known_however_it_is_split() {
    for &(bytes, kind, (column, row), modifiers) in MOUSE {
        let event = MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        assert_eq!(decoded(bytes), [Input::Mouse(event)], "{}", bytes.escape_ascii());
    }
    // An Esc before a report was a key.
    let found = decoded(b"\x1b\x1b[<64;3;4M");
    assert!(matches!(found[..], [Input::Key(_), Input::Mouse(_)]), "{found:?}");
}

#[test]
fn whatever_is_no_key_is_swallowed_whole_however_it_is_split() {
    for bytes in OTHERS {
        assert_eq!(decoded(bytes), [], "{}", bytes.escape_ascii());
    }
}

#[test]
fn a_paste_is_one_text() {
    let pasted = |text: &str| [Input::Pasted(text.into())];
    assert_eq!(decoded(b"\x1b[200~query\x1b[201~"), pasted("query"));
    assert_eq!(decoded(b"\x1b[200~\x1b[201~"), pasted(""));
    assert_eq!(
        decoded("\x1b[200~日\n\x1b[A\x1b[201~".as_bytes()),
        pasted("日\n\x1b[A")
    );
    let long = [b"\x1b[200~", &[b'q'; LONGEST_PASTE + 1_000][..], b"\x1b[201~"].concat();
    let mut decoder = Decoder::default();
    let [Input::Pasted(text)] = &decoder.feed(&long)[..] else {
        panic!("one paste")
    };
    assert!(text.len() <= LONGEST_PASTE && text.bytes().all(|byte| byte == b'q'));
    assert_eq!(decoder.state, State::Ground);
}

#[test]
fn silence_makes_a_key_of_a_lone_escape() {
    let mut decoder = Decoder::default();
    assert_eq!(decoder.feed(b"\x1b"), []);
    assert_eq!(decoder.patience(), Some(ESCAPE_PATIENCE));
    assert_eq!(decoder.silence(), [key(KeyCode::Esc, NONE)]);
    assert_eq!(decoder.patience(), None);
    assert_eq!(decoder.feed(b"\x1b\x1b\x1b"), [key(KeyCode::Esc, NONE)]);
    assert_eq!(
        decoder.silence(),
        [key(KeyCode::Esc, NONE), key(KeyCode::Esc, NONE)]
    );
    assert_eq!(
        decoder.feed(b"\x1b\x1bq"),
        [key(KeyCode::Esc, NONE), key(KeyCode::Char('q'), ALT)]
    );
    // What follows was no key, so the first was one.
    assert_eq!(decoder.feed(b"\x1b\x1b[4;2$y"), [key(KeyCode::Esc, NONE)]);
    assert_eq!(
        decoder.feed(b"\x1b\x1b]11;?\x07q"),
        [key(KeyCode::Esc, NONE), key(KeyCode::Char('q'), NONE)]
    );
}

#[test]
fn what_never_ends_does_not_keep_the_keyboard() {
    for bytes in [
        b"\x1b]11;rgb" as &[u8],
        b"\x1bP",
        b"\x1b_q",
        b"\x1b[",
        b"\x1b[1;",
        b"\x1bO",
        b"\x1b[M!",
        b"\x1b[[",
        b"\xe6\x97",
        b"\x1b]x\x1b",
    ] {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.feed(bytes), []);
        assert_eq!(
            decoder.patience(),
            Some(SEQUENCE_PATIENCE),
            "{}",
            bytes.escape_ascii()
        );
        assert_eq!(decoder.silence(), []);
        assert_eq!(decoder.feed(b"?"), [key(KeyCode::Char('?'), NONE)]);
    }
    let mut decoder = Decoder::default();
    decoder.feed(b"\x1b[200~half");
    assert_eq!(decoder.silence(), [Input::Pasted("half".into())]);
    assert_eq!(decoder.feed(b"?"), [key(KeyCode::Char('?'), NONE)]);
}

#[test]
fn what_breaks_a_sequence_off_is_taken_for_itself() {
    let up = key(KeyCode::Up, NONE);
    for bytes in [
        b"\x1b]11;?\x1b[A" as &[u8],
        b"\x1bPq\x1b[A",
        b"\x1b[1;\x1b[A",
        b"\x1bO\x1b[A",
        b"\xe6\x97\x1b[A",
    ] {
        assert_eq!(
            decoded(bytes),
            std::slice::from_ref(&up),
            "{}",
            bytes.escape_ascii()
        );
    }
    assert_eq!(decoded(b"\x1b[1;\x03"), [key(KeyCode::Char('c'), CONTROL)]);
    assert_eq!(decoded(b"\x1b]11;\x18q"), [key(KeyCode::Char('q'), NONE)]);
    assert_eq!(decoded(b"\xffq"), [key(KeyCode::Char('q'), NONE)]);
}

fn any_string() -> impl Strategy<Value = Vec<u8>> {
    // Anything but what ends a string.
    let payload = prop::collection::vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..=0xff, Just(b'\n')], 0..30);
    (prop::sample::select(&b"]PX^_"[..]), payload, any::<bool>()).prop_map(|(introducer, payload, bell)| {
        let end: &[u8] = if bell && introducer == b']' {
            b"\x07"
        } else {
            b"\x1b\\"
        };
        [b"\x1b", &[introducer][..], &payload, end].concat()
    })
}

fn any_control_sequence() -> impl Strategy<Value = Vec<u8>> {
    // With a private marker or an intermediate byte no key begins.
    let parameters = prop::collection::vec(prop::sample::select(&b"0123456789:;"[..]), 0..90);
    let end = 0x40_u8..0x7f;
    prop_oneof![
        (
            prop::sample::select(&b"<=>?"[..]),
            parameters.clone(),
            end.clone()
        )
            .prop_map(|(marker, parameters, end)| [b"\x1b[", &[marker][..], &parameters, &[end]].concat()),
        (parameters, 0x20_u8..0x30, end).prop_map(|(parameters, intermediate, end)| [
            b"\x1b[",
            &parameters[..],
            &[intermediate, end]
        ]
        .concat()),
        (0x00_u8..=0xff, 0x00_u8..=0xff, 0x00_u8..=0xff).prop_map(|(button, x, y)| [
            b"\x1b[M",
            &[button, x, y][..]
        ]
        .concat()),
    ]
}

proptest! {
    #[test]
    fn junk_between_keys_leaves_exactly_the_keys(
        pieces in prop::collection::vec(
            prop_oneof![
                (0..KEYS.len()).prop_map(Ok),
                any_string().prop_map(Err),
                any_control_sequence().prop_map(Err),
                prop::sample::select(OTHERS).prop_map(|answer| Err(answer.to_vec())),
            ],
            0..30,
        ),
        cuts in prop::collection::vec(1_usize..9, 1..9),
    ) {
        let mut bytes = Vec::new();
        let mut expected = Vec::new();
        for piece in pieces {
            match piece {
                Ok(index) => {
                    let (written, code, modifiers) = KEYS[index];
                    bytes.extend(written);
                    expected.push(key(code, modifiers));
                }
                Err(junk) => bytes.extend(junk),
            }
        }
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        let mut rest = &bytes[..];
        for &cut in cuts.iter().cycle() {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            found.extend(decoder.feed(now));
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        // Digits may make a report of the mouse or an answer, which are no keys.
        found.retain(|input| !matches!(input, Input::Mouse(_) | Input::Answer(_)));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_bytes_do_no_harm_and_silence_frees_the_keyboard(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut decoder = Decoder::default();
        decoder.feed(&bytes);
        decoder.silence();
        prop_assert_eq!(decoder.feed(b"?"), [key(KeyCode::Char('?'), NONE)]);
    }
}
