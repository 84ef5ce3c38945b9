//! Session files: read, made a run of, looked at, gone on with, saved and read again.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use rand::Rng;
use rand::seq::SliceRandom;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemPlace, ItemShape, Part, Split};
use vae_tui::evaluation::{Estimates, MarginalLikelihood, lower_bound};
use vae_tui::learning::{Configuration, Method, Preset, Training, Workers};
use vae_tui::nn::optimizer::OptimizerKind;
use vae_tui::run::RunState;
use vae_tui::run::curve::MarginalPoint;
use vae_tui::run::protocol::Origin;
use vae_tui::session::{self, Comparison, KeptRun, View, parse};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::frame;
use vae_tui::tui::message::{Message, Opened};

use crate::common::{self, update};
use crate::harness::{self, Random, Target, fuzz};
use crate::mutation::{change, place, range, rounds};

struct Sessions {
    data: Arc<Dataset>,
    workers: Workers,
    valid: Vec<String>,
    path: PathBuf,
    again: PathBuf,
    _folder: tempfile::TempDir,
}

#[test]
fn sessions() {
    fuzz(|| {
        let folder = harness::folder();
        let data = Arc::new(tiny());
        let workers = Workers::new(1).expect("a thread");
        let path = folder.path().join(NAME);
        let runs = [
            (Method::Aevb, OptimizerKind::Adam),
            (Method::WakeSleep, OptimizerKind::Adagrad),
            (Method::Mcem, OptimizerKind::Adam),
        ];
        let valid = runs.map(|(method, rule)| {
            let (state, view) = run(method, rule, &data, &workers);
            session::save(&state, &view, &path).expect("the folder can be written");
            std::fs::read_to_string(&path).expect("a session is text")
        });
        Sessions {
            data,
            workers,
            valid: valid.to_vec(),
            again: folder.path().join("again.ron"),
            path,
            _folder: folder,
        }
    });
}

/// The name of the file, which errors must have.
const NAME: &str = "session.ron";
/// Memory that reading a session may take: what it holds, its text, and what it becomes.
const MOST: usize = 2 << 20;

impl Target for Sessions {
    const NAME: &'static str = "sessions";
    const USUAL: u64 = 15_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let mut text = self.valid.choose(random).cloned().unwrap_or_default();
        for _ in 0..rounds(random) {
            text = match random.gen_range(0..10) {
                0..=3 => token(&text, random),
                4 => numbers(&text, random),
                5 | 6 => self.line(&text, random),
                7 => nested(text, random),
                8 => ended(text, random),
                _ => {
                    let mut bytes = text.into_bytes();
                    change(&mut bytes, &[], random);
                    match String::from_utf8(bytes) {
                        Ok(text) => text,
                        Err(not_text) => return not_text.into_bytes(),
                    }
                }
            };
        }
        text.into_bytes()
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let sentence = |error: session::SessionError| harness::check_sentence(&error.to_string(), NAME);
        let most = MOST + 8 * input.len();
        let read = harness::within(most, || parse(input.to_vec(), &self.path))?;
        let (session, curve) = match (read, parse(input.to_vec(), &self.path)) {
            (Ok(session), Ok(again)) => (session, again.into_kept_run()),
            (Err(error), _) | (_, Err(error)) => return sentence(error),
        };
        let view = session.view().clone();
        let state = match harness::within(most, || session.into_state(&self.data))? {
            Ok(state) => state,
            Err(error) => return sentence(error),
        };
        self.comes_back(&state, &view)?;
        self.goes_on(state.clone());
        self.is_shown(&state, view, curve);
        Ok(())
    }
}

impl Sessions {
    /// What was read is what is read again after it was saved.
    fn comes_back(&self, state: &RunState, view: &View) -> Result<(), String> {
        let failed = |error: session::SessionError| format!("what was read can't be kept: {error}");
        match session::save(state, view, &self.path) {
            // What is not finite can be looked at, and takes no finite state's place.
            Err(session::SessionError::NotFinite { .. }) => return Ok(()),
            saved => saved.map_err(failed)?,
        };
        let session = session::load(&self.path).map_err(failed)?;
        let view = session.view().clone();
        let state = session.into_state(&self.data).map_err(failed)?;
        session::save(&state, &view, &self.again).map_err(failed)?;
        let [first, second] =
            [&self.path, &self.again].map(|path| std::fs::read_to_string(path).unwrap_or_default());
        let differing = first
            .lines()
            .zip(second.lines())
            .find(|(first, second)| first != second);
        match differing {
            Some((first, second)) => Err(format!("not what was saved: {first:?} came back as {second:?}")),
            None => Ok(()),
        }
    }

    /// It trains on, or says that it can't, and can be measured.
    fn goes_on(&self, mut state: RunState) {
        let configuration = &state.training.configuration;
        if configuration.batch * configuration.mc_samples > 1_000 {
            return;
        }
        self.workers.run(|| {
            // What diverges is told; nothing is to be asserted of numbers that came from anywhere.
            let _ = state.training.step(&self.data, &self.workers, &Cancel::default());
            state.is_evaluation_due();
            let training = &state.training;
            if let Some(test) = lower_bound(
                &training.model,
                &self.data.test,
                training.noise(),
                &Cancel::default(),
                |_| true,
            ) {
                state.curve_point(&test);
            }
        });
    }

    /// The workbench opens it, and draws every pane.
    fn is_shown(&self, state: &RunState, view: View, curve: KeptRun) {
        let area = Rect::new(0, 0, 100, 24);
        let mut app = App::new(area, ColourDepth::TrueColour);
        let opened = Opened {
            view,
            ..common::opened(state, &self.data)
        };
        update(&mut app, Message::Opened(Box::new(opened)));
        let mut buffer = Buffer::empty(area);
        frame::render(&app, area, &mut buffer);
        update(&mut app, Message::CurveRead(Box::new(curve)));
        frame::render(&app, area, &mut buffer);
    }

    /// A line deleted, doubled, moved, or taken from another session.
    fn line(&self, text: &str, random: &mut Random) -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return String::new();
        }
        let (at, to) = (random.gen_range(0..lines.len()), random.gen_range(0..lines.len()));
        let other = self.valid.choose(random).map_or("", String::as_str);
        match random.gen_range(0..5) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[to]),
            2 => lines.swap(at, to),
            3 => lines[at] = other.lines().nth(at).unwrap_or(""),
            _ => {
                let count = lines.len();
                let theirs: Vec<&str> = other.lines().collect();
                let part = range(random, theirs.len());
                lines.splice(range(random, count), theirs[part].iter().copied());
            }
        }
        lines.join("\n")
    }
}

/// A run of two latent dimensions and two hidden units, with everything that a session can hold.
fn run(method: Method, optimizer: OptimizerKind, data: &Dataset, workers: &Workers) -> (RunState, View) {
    let configuration = Configuration {
        data: "tiny".into(),
        method,
        optimizer,
        hidden: 2.into(),
        latent: 2,
        batch: 4,
        goal: 100,
        evaluate_every: 8,
        train_size: (method == Method::Mcem).then_some(10),
        ..Preset::Mnist.configuration(1)
    };
    let mut state = RunState::new(Training::new(configuration, data));
    workers.run(|| {
        for _ in 0..6 {
            let RunState { training, log, .. } = &mut state;
            let report = training
                .step(data, workers, &Cancel::default())
                .expect("it learns");
            log.take_in_step(&report);
            if state.is_evaluation_due() {
                let training = &state.training;
                let test = lower_bound(
                    &training.model,
                    &data.test,
                    training.noise(),
                    &Cancel::default(),
                    |_| true,
                );
                let point = state.curve_point(&test.expect("test points"));
                state.log.evaluations.extend(point);
            }
        }
    });
    let estimate = MarginalLikelihood {
        mean: -9.5,
        standard_error: Some(0.25),
        points: 4,
    };
    state.log.marginals.push(MarginalPoint {
        samples: 24,
        part: Part::Test,
        estimates: Estimates {
            importance_weighted: estimate,
            posterior_samples: Some(estimate),
            annealed: None,
        },
    });
    let mut comparison = Comparison::default();
    comparison.keep(KeptRun {
        name: "another run".into(),
        configuration: state.training.configuration.clone(),
        evaluations: state.log.evaluations.clone(),
    });
    let view = View {
        point: Origin {
            item: Some(ItemPlace::test(1)),
            latent: Some(vec![0.5, -0.5]),
        },
        dimension: Some(1),
        images: vec![0, 1, 2],
        panes: [(
            "comparison".into(),
            RawValue::from_rust(&comparison).expect("it is data"),
        )]
        .into(),
        ..View::default()
    };
    (state, view)
}

/// 16 images of 2 x 2 pixels.
fn tiny() -> Dataset {
    let split = |points: usize| {
        Split::of_bytes(
            (0..4 * points).map(|pixel| (pixel * 37 % 256) as u8).collect(),
            Vec::new(),
            4,
        )
    };
    Dataset::new("tiny", ItemShape::grey(2, 2), split(12), split(4))
}

/// What stands in a session: a number, a word, a text in quotes, or a mark.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+');
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'"' => rest
                .iter()
                .skip(1)
                .position(|&byte| byte == b'"')
                .map_or(rest.len(), |end| end + 2),
            byte if is_word(byte) => rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len()),
            _ => 1,
        };
        let end = (at + length..=text.len())
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(text.len());
        if !rest[0].is_ascii_whitespace() && text.is_char_boundary(at) {
            tokens.push(at..end);
        }
        at = end;
    }
    tokens
}

/// Numbers that no run has.
const NUMBERS: [&str; 26] = [
    "512",
    "4096",
    "0",
    "1",
    "-1",
    "2",
    "7",
    "12",
    "255",
    "10000",
    "65536",
    "4294967295",
    "4294967296",
    "1099511627776",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.0",
    "-0.0",
    "1e-46",
    "1e39",
    "1e309",
    "-1e308",
    "NaN",
    "inf",
    "-inf",
];
/// Words that mean something somewhere.
const WORDS: [&str; 18] = [
    "true",
    "false",
    "None",
    "Some(1)",
    "Some(0)",
    "Adam",
    "Adagrad",
    "Mcem",
    "WakeSleep",
    "Aevb",
    "Gaussian",
    "Relu",
    "Dynamic",
    "Plane",
    "Comparison",
    "Seconds",
    "()",
    "[]",
];
/// Texts that no name is.
const TEXTS: [&str; 8] = [
    "\"\"",
    "\"mnist\"",
    "\"/dev/null\"",
    "\"a\\nb\"",
    "\"\\u{1b}[2J\"",
    "\"\u{202e}\u{1f600}\"",
    "\"AAAA\"",
    "\"AAAAAAAAAAA\"",
];

/// One token in the place of another.
fn token(text: &str, random: &mut Random) -> String {
    let tokens = tokens(text);
    let (Some(at), Some(other)) = (tokens.choose(random), tokens.choose(random)) else {
        return text.into();
    };
    let present = &text[at.clone()];
    let new = match (present.as_bytes()[0], random.gen_range(0..8)) {
        (_, 0) => &text[other.clone()],
        (_, 1) => "",
        (b'"', _) => TEXTS.choose(random).copied().unwrap_or_default(),
        (b'0'..=b'9' | b'-' | b'+' | b'.', _) => NUMBERS.choose(random).copied().unwrap_or_default(),
        (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => WORDS.choose(random).copied().unwrap_or_default(),
        _ => ["(", ")", "[", "]", ",", ":", "{", "}"]
            .choose(random)
            .copied()
            .unwrap_or_default(),
    };
    [&text[..at.start], new, &text[at.end..]].concat()
}

/// Other parameters, with the checksum that belongs to them.
fn numbers(text: &str, random: &mut Random) -> String {
    let stored: Vec<std::ops::Range<usize>> = tokens(text)
        .into_iter()
        .filter(|token| token.len() >= 8 && text.as_bytes()[token.start] == b'"')
        .collect();
    let Some(at) = stored.choose(random) else {
        return text.into();
    };
    let Ok(mut bytes) = BASE64_STANDARD_NO_PAD.decode(&text[at.start + 1..at.end - 1]) else {
        return text.into();
    };
    bytes.truncate(bytes.len().saturating_sub(4));
    let values = [
        f32::NAN,
        f32::INFINITY,
        f32::MAX,
        -f32::MAX,
        f32::MIN_POSITIVE,
        0.0,
        -1.0,
        1e-40,
        1e20,
    ];
    let values = values.map(f32::to_le_bytes);
    match random.gen_range(0..4) {
        0 => bytes.truncate(place(random, bytes.len())),
        1 => bytes.extend(values.iter().take(random.gen_range(1..5)).flatten()),
        _ => {
            for number in bytes.chunks_exact_mut(4) {
                if random.gen_bool(0.3) {
                    number.copy_from_slice(values.choose(random).unwrap_or(&[0; 4]));
                }
            }
        }
    }
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    [
        &text[..at.start],
        "\"",
        &BASE64_STANDARD_NO_PAD.encode(bytes),
        "\"",
        &text[at.end..],
    ]
    .concat()
}

/// Marks that open and never close, or a very long text, somewhere.
fn nested(mut text: String, random: &mut Random) -> String {
    let at = tokens(&text).choose(random).map_or(0, |token| token.start);
    let count = [1, 100, 300, 5_000].choose(random).copied().unwrap_or(1);
    let repeated = ["(", "[", "Some(", "{", "/*", "\"", "#![enable(", "9", "r#"]
        .choose(random)
        .copied();
    text.insert_str(at, &repeated.unwrap_or("(").repeat(count));
    text
}

/// Other ends of lines and of the file.
fn ended(text: String, random: &mut Random) -> String {
    match random.gen_range(0..5) {
        0 => format!("\u{feff}{text}"),
        1 => text.replace('\n', "\r\n"),
        2 => text.replacen("version: 1", "version: 0", 1),
        3 => text.replacen("version: 1", "version: 4294967295", 1),
        _ => {
            let at = place(random, text.len());
            text[..(at..).find(|&at| text.is_char_boundary(at)).unwrap_or(0)].into()
        }
    }
}
