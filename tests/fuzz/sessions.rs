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
use crate::mutation::{place, rounds};
use crate::ron_text::{self, tokens};

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
            if random.gen_bool(0.1) {
                text = numbers(&text, random);
                continue;
            }
            match ron_text::changed(text, &self.valid, random) {
                Ok(changed) => text = changed,
                Err(no_text) => return no_text,
            }
        }
        text.into_bytes()
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let sentence = |error: session::SessionError| harness::check_sentence(&error.to_string(), NAME);
        let most = MOST + 8 * input.len();
        let session = match harness::within(most, || parse(input.to_vec(), &self.path))? {
            Ok(session) => session,
            Err(error) => return sentence(error),
        };
        let view = session.view().clone();
        let state = match harness::within(most, || session.into_state(&self.data))? {
            Ok(state) => state,
            Err(error) => return sentence(error),
        };
        // Most of what is read is what is read otherwise: the rest of it takes a hundred times as long.
        if !harness::is_one_in(4, input) {
            return Ok(());
        }
        let curve = match parse(input.to_vec(), &self.path) {
            Ok(again) => again.into_kept_run(),
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
            difference: None,
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
