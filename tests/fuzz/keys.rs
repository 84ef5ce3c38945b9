//! Keys, sizes of the terminal and messages, in any order, on any screen with any images.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use rand::Rng;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Rect;
use vae_tui::data::{Dataset, ItemShape, Part, Split};
use vae_tui::evaluation::{Estimates, LowerBound, MarginalLikelihood};
use vae_tui::learning::{Configuration, Preset, StepReport, Training};
use vae_tui::nn::optimizer::OptimizerKind;
use vae_tui::objective::BoundTerms;
use vae_tui::run::curve::{CurvePoint, MarginalPoint};
use vae_tui::run::protocol::Measurement;
use vae_tui::run::{Answer, Answered, Entry, Event, Happening, Question, RunId, RunState, State, Told};
use vae_tui::session::folder::SessionEntry;
use vae_tui::session::{KeptRun, RunFiles, SessionError};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::command::{self, keys::Key};
use vae_tui::tui::frame;
use vae_tui::tui::message::{Effect, Message, Opened};
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::saver::Manner;
use vae_tui::tui::workspace::AfterSave;

use crate::common::{self, update};
use crate::harness::{Random, Target, fuzz, is_one_in};

/// Heights and widths of images.
const ITEMS: [(usize, usize); 10] = [
    (4, 3),
    (1, 1),
    (2, 2),
    (1, 40),
    (40, 1),
    (28, 20),
    (9, 300),
    (300, 9),
    (2, 9_000),
    (9_000, 2),
];
/// Latent dimensions.
const LATENT: [usize; 4] = [1, 2, 3, 12];
/// Bytes of an event in the input: what it is, and three numbers for it.
const EVENT: usize = 4;
/// Bytes before the first event: the images, the latent dimensions, the colours, the first size, whether a run is open.
const HEAD: usize = 8;

struct Keys {
    keys: Vec<Key>,
    /// A run with every kind of images and every number of latent dimensions.
    runs: Vec<(RunState, Arc<Dataset>)>,
}

#[test]
fn keys() {
    fuzz(|| {
        let of_item = |(height, width)| {
            let data = Arc::new(images(height, width));
            LATENT.map(|latent| (run(latent, &data), data.clone()))
        };
        Keys {
            keys: command::all()
                .flat_map(|(_, command)| command.keys)
                .copied()
                .collect(),
            runs: ITEMS.into_iter().flat_map(of_item).collect(),
        }
    });
}

impl Target for Keys {
    const NAME: &'static str = "keys";
    const USUAL: u64 = 4_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let events = random.gen_range(1..8);
        (0..HEAD + EVENT * events).map(|_| random.r#gen()).collect()
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        // A frame takes longer than what leads to it: one script in four is watched frame after frame.
        let is_watched = is_one_in(4, input);
        let Some((head, events)) = input.split_first_chunk::<HEAD>() else {
            return Ok(());
        };
        // Large images take long to decode: one script in some has them.
        let item = if head[0] < 240 {
            usize::from(head[0]) % 8
        } else {
            8 + usize::from(head[0]) % 2
        };
        let (state, data) = &self.runs[item * LATENT.len() + usize::from(head[1]) % LATENT.len()];
        let depths = [
            ColourDepth::TrueColour,
            ColourDepth::Indexed256,
            ColourDepth::Ansi16,
            ColourDepth::Monochrome,
        ];
        let size = size([head[3], head[4], head[5]]);
        let mut app = App::new(
            Rect::new(0, 0, size.0, size.1),
            depths[usize::from(head[2]) % depths.len()],
        );
        if is_watched {
            draw(&mut app);
        }
        if head[6] < 240 {
            let opened = Opened {
                path: (head[7] < 128).then(|| PathBuf::from(TEXTS[usize::from(head[7]) % TEXTS.len()])),
                ..common::opened(state, data)
            };
            self.tell(&mut app, Message::Opened(Box::new(opened)), is_watched);
        }
        for event in events.as_chunks::<EVENT>().0 {
            let message = self.message(*event, &state.training.configuration, &app);
            self.tell(&mut app, message, is_watched);
        }
        draw(&mut app);
        Ok(())
    }
}

/// What is to follow a save.
fn after(byte: u8) -> AfterSave {
    let choices = [
        AfterSave::GoOn,
        AfterSave::Quit,
        AfterSave::HandOver { trains: true },
        AfterSave::HandOver { trains: false },
    ];
    choices[usize::from(byte) % choices.len()]
}

/// The files of the open run, or those of another.
fn files(app: &App, chance: u8) -> RunFiles {
    let open = app.workspace().filter(|_| chance < 128);
    open.map_or_else(RunFiles::default, |workspace| workspace.files.clone())
}

impl Keys {
    /// Takes a message in, with what it leads to at once, and draws where it is watched.
    fn tell(&self, app: &mut App, message: Message, is_watched: bool) {
        for effect in update(app, message) {
            if let Effect::ListSessions(intent) = effect {
                update(app, Message::Sessions(entries(intent), intent));
            }
        }
        if is_watched {
            draw(app);
        }
    }

    /// What four bytes stand for.
    fn message(&self, [kind, a, b, c]: [u8; EVENT], configuration: &Configuration, app: &App) -> Message {
        let text = TEXTS[usize::from(a) % TEXTS.len()].to_owned();
        let number = NUMBERS[usize::from(b) % NUMBERS.len()];
        match kind {
            0..=139 => {
                let Key(code, modifiers) = self.keys[usize::from(a) % self.keys.len()];
                Message::Key(KeyEvent::new(code, modifiers))
            }
            140..=169 => Message::Key(any_key(a, b, c)),
            170..=199 => {
                let (width, height) = size([a, b, c]);
                Message::Resized(width, height)
            }
            200..=209 => told(
                app,
                Event::Evaluated {
                    point: (a < 200).then(|| point(u64::from(c) * 50, number)),
                    test: LowerBound {
                        terms: terms(number),
                        kl_per_dimension: vec![number; configuration.latent],
                        mean_variance: vec![number; configuration.latent],
                        points: usize::from(a),
                    },
                    seconds: number,
                },
            ),
            210..=219 => told(
                app,
                Event::Steps {
                    reports: (0..a % 4)
                        .map(|step| StepReport {
                            samples: u64::from(c) * 100 + u64::from(step),
                            terms: terms(number),
                            sampling: None,
                        })
                        .collect(),
                    seconds: number,
                },
            ),
            220..=224 => {
                let state = [State::Running, State::Paused, State::Finished][usize::from(a) % 3];
                told(app, Event::State(state))
            }
            225..=229 => told(app, Event::Estimated(estimates(number, a))),
            230..=234 => Message::CurveRead(Box::new(KeptRun {
                name: text,
                configuration: Configuration {
                    latent: usize::from(c),
                    ..configuration.clone()
                },
                evaluations: (0..u64::from(b % 5)).map(|at| point(at * 100, number)).collect(),
            })),
            235 => Message::CurveUnread(text),
            236 => {
                let fault = SessionError::InUse { path: text.into() };
                let manner = if a < 128 { Manner::Usual } else { Manner::Autosave };
                common::failure(files(app, b), manner, after(c), fault)
            }
            237 => Message::OpenFailed(u64::from(a % 4), text),
            238 => Message::Saved {
                files: files(app, c),
                path: text.into(),
                samples: u64::from(b),
                after: after(a),
            },
            239 => Message::Continued,
            240 => Message::Reading {
                request: u64::from(a % 4),
                what: text,
                fraction: f32::from(b) / 255.0,
            },
            241 => told(
                app,
                match a % 4 {
                    0 => {
                        Event::BrokenOff([Measurement::Evaluation, Measurement::Estimate][usize::from(b) % 2])
                    }
                    1 => Event::Refused {
                        number: b.into(),
                        reason: text,
                    },
                    2 => Event::Changed {
                        configuration: Box::new(configuration.clone()),
                        learning_rate: number as f32,
                    },
                    _ => Event::Happened(Entry {
                        samples: c.into(),
                        seconds: number,
                        what: Happening::Warned(text),
                    }),
                },
            ),
            // An answer that was overtaken, or one about another run.
            242..=245 => {
                let answered = Event::Answered(Box::new(Answered {
                    asker: text,
                    number: b.into(),
                    moment: (a % 2 == 0).then_some(c.into()),
                    samples: c.into(),
                    took: number,
                    question: Question::Reconstruct { items: Vec::new() },
                    answer: Answer::Reconstructed(Vec::new()),
                }));
                if a < 128 {
                    told(app, answered)
                } else {
                    of_another_run(answered)
                }
            }
            246..=248 => Message::Pasted(text),
            _ => Message::Tick,
        }
    }
}

/// What the run on the screen tells.
fn told(app: &App, event: Event) -> Message {
    match app.workspace() {
        Some(workspace) => Message::Told(Told {
            run: workspace.run,
            event,
        }),
        None => of_another_run(event),
    }
}

/// What a run tells that is not on the screen.
fn of_another_run(event: Event) -> Message {
    let run = RunId(u64::MAX);
    Message::Told(Told { run, event })
}

/// Values that bounds, seconds and variances may have.
const NUMBERS: [f64; 12] = [
    -101.5,
    0.0,
    -0.0,
    1.0,
    1e-300,
    1e300,
    -1e300,
    f64::MAX,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    59.9,
];
/// What a name or an error may say.
const TEXTS: [&str; 7] = [
    "run.ron",
    "",
    "a very long name that no footer has room for, with a reason at its end that nobody will ever be able to read: why",
    "\u{1b}[2J\u{7}\n\t\u{9b}",
    "面孔面孔面孔面孔面孔面孔",
    "e\u{301}\u{200d}\u{1f468}\u{200d}\u{1f469}\u{202e}",
    "/",
];

/// A size of the terminal, mostly small: what is tiny is what has no room.
fn size([a, b, c]: [u8; 3]) -> (u16, u16) {
    let (a, b) = (u16::from(a), u16::from(b));
    match c {
        0..=79 => (a % 30, b % 12),
        80..=159 => (a % 101, b % 31),
        160..=199 => (a % 101, b % 5),
        200..=239 => (a % 4, b % 61),
        240..=250 => (a % 201, b % 61),
        _ => (45 + a, b % 101),
    }
}

fn any_key(a: u8, b: u8, c: u8) -> KeyEvent {
    let codes = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Backspace,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Delete,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::F(a),
        KeyCode::Null,
        KeyCode::Char('面'),
        KeyCode::Char('\u{301}'),
        KeyCode::Char('\u{1b}'),
    ];
    let code = match usize::from(a) % 30 {
        index if index < codes.len() => codes[index],
        _ => KeyCode::Char(char::from(b % 128)),
    };
    let kind = [
        KeyEventKind::Press,
        KeyEventKind::Press,
        KeyEventKind::Repeat,
        KeyEventKind::Release,
    ];
    KeyEvent {
        kind: kind[usize::from(c) % 4],
        ..KeyEvent::new(
            code,
            KeyModifiers::from_bits_truncate(if c < 100 { 0 } else { c }),
        )
    }
}

fn draw(app: &mut App) {
    let mut buffer = Buffer::empty(app.area);
    frame::render(app, app.area, &mut buffer);
    app.depth.reduce(&mut buffer);
}

fn entries(intent: Intent) -> Vec<SessionEntry> {
    let count = if intent == Intent::Open { TEXTS.len() } else { 0 };
    let entry = |text: &&str| SessionEntry {
        path: PathBuf::from(*text),
        summary: (*text).to_owned(),
        modified: SystemTime::UNIX_EPOCH,
    };
    TEXTS.iter().take(count).map(entry).collect()
}

fn terms(number: f64) -> BoundTerms {
    BoundTerms {
        reconstruction: number,
        kl: 1.0,
    }
}

fn point(samples: u64, number: f64) -> CurvePoint {
    CurvePoint {
        samples,
        seconds: number,
        elbo_train: number,
        elbo_test: number,
        reconstruction: number,
        kl: number,
        learning_rate: number as f32,
    }
}

fn estimates(number: f64, points: u8) -> MarginalPoint {
    let estimate = MarginalLikelihood {
        mean: number,
        standard_error: (points > 1).then_some(number),
        points: points.into(),
    };
    MarginalPoint {
        samples: 100,
        part: Part::Test,
        estimates: Estimates {
            importance_weighted: estimate,
            posterior_samples: Some(estimate),
            annealed: None,
            difference: None,
        },
    }
}

fn images(height: usize, width: usize) -> Dataset {
    let pixels = height * width;
    let split = |points: usize| {
        Split::of_bytes(
            (0..pixels * points)
                .map(|pixel| (pixel * 37 % 256) as u8)
                .collect(),
            Vec::new(),
            pixels,
        )
    };
    Dataset::new("images", ItemShape::grey(height, width), split(10), split(3))
}

fn run(latent: usize, data: &Dataset) -> RunState {
    let configuration = Configuration {
        data: data.name.clone(),
        hidden: 2.into(),
        latent,
        batch: 4,
        optimizer: OptimizerKind::Adagrad,
        ..Preset::Mnist.configuration(1)
    };
    let mut state = RunState::new(Training::new(configuration, data));
    let log = &mut state.log;
    log.evaluations
        .extend((1..4).map(|at| point(at * 4, -100.0 / at as f64)));
    for step in 1..20 {
        log.trace.push(4 * step, -100.0 - step as f32);
    }
    state
}
