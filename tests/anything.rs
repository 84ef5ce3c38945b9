//! Ten thousand keys, commands, movements of the mouse, sizes, pastes and events of runs, one after the other: whatever comes, the
//! state fits together, and what is drawn is characters.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::collections::VecDeque;
use std::sync::Arc;

use common::{opened, workspace};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use vae_tui::cancel::Cancel;
use vae_tui::data::listing::{Entry as Listed, EntryKind, Listing};
use vae_tui::data::{Dataset, ItemPlace, ItemShape, Split};
use vae_tui::evaluation::{MeasurementContext, lower_bound};
use vae_tui::learning::{Configuration, Diverged, Preset, StepReport, Training};
use vae_tui::objective::BoundTerms;
use vae_tui::outputs::Output;
use vae_tui::run::curve::CurvePoint;
use vae_tui::run::film::{Bytes, Frame, PICTURES};
use vae_tui::run::past::MOST_MODEL_BYTES;
use vae_tui::run::protocol::{Measurement, Origin};
use vae_tui::run::{Entry, Event, Happening, RunId, RunState, State, Told};
use vae_tui::session::KeptRun;
use vae_tui::session::folder::SessionEntry;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::command;
use vae_tui::tui::frame;
use vae_tui::tui::glyphs::Glyphs;
use vae_tui::tui::message::{Message, Written};
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes;
use vae_tui::tui::saver::{Manner, SaveFault};
use vae_tui::tui::workspace::AfterSave;

/// Things that happen in each sequence.
const EVENTS: usize = 10_000;
/// One event in so many is followed by a look at the screen; answers come after one in so many.
const LOOK: u32 = 8;
const ANSWERS: u32 = 4;
/// What happened last, which a failure tells.
const REMEMBERED: usize = 30;

/// Text from outside with all that a terminal might obey, wide characters and some without a width.
const HOSTILE: &str = "a\x1b[2J\u{9b}31m\x07\r\n\tb\u{202e}\u{200b}日本\u{301}\0q";

/// A small data set: grey images with classes, or vectors without any.
fn data(images: bool) -> Arc<Dataset> {
    let (shape, numbers) = if images {
        (ItemShape::grey(6, 5), 30)
    } else {
        (ItemShape::Vector { features: 7 }, 7)
    };
    let split = |items: usize, first: usize| {
        let value = |place: usize| ((place * 37 + first * 11 + place / numbers * 53) % 256) as u8;
        let classes = (0..items).map(|item| (item % 3) as u16);
        Split::of_bytes(
            (0..items * numbers).map(value).collect(),
            if images { classes.collect() } else { Vec::new() },
            numbers,
        )
    };
    let classes = if images {
        vec![HOSTILE, "1", "2"]
    } else {
        Vec::new()
    };
    Arc::new(Dataset {
        classes: classes.into_iter().map(str::to_owned).collect(),
        ..Dataset::new(HOSTILE, shape, split(14, 0), split(9, 1))
    })
}

fn configuration(latent: usize) -> Configuration {
    Configuration {
        data: HOSTILE.into(),
        hidden: 3.into(),
        latent,
        batch: 5,
        goal: 2_000,
        evaluate_every: 500,
        ..Preset::Mnist.configuration(1)
    }
}

/// Somebody, or something, without any purpose.
struct Chance {
    random: Xoshiro256PlusPlus,
    keys: Vec<(KeyCode, KeyModifiers)>,
    names: Vec<&'static str>,
    /// What happens next before anything else.
    queue: VecDeque<Message>,
}

impl Chance {
    fn new(seed: u64) -> Self {
        let commands = || command::all().map(|(_, command)| command);
        let of_commands = commands().flat_map(|command| command.keys);
        let others = [
            KeyCode::Esc,
            KeyCode::Enter,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Insert,
            KeyCode::F(7),
        ];
        let others = others.into_iter().map(|code| (code, KeyModifiers::NONE));
        Self {
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            keys: of_commands.map(|key| (key.0, key.1)).chain(others).collect(),
            names: commands().map(|command| command.name).collect(),
            queue: VecDeque::new(),
        }
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.random.gen_ratio(1, count)
    }

    fn number(&mut self) -> f64 {
        let usual = self.random.gen_range(-200.0..0.0);
        *[usual, usual, usual, f64::NAN, f64::NEG_INFINITY, 1e300]
            .choose(&mut self.random)
            .expect("there are some")
    }

    fn key(&mut self) -> Message {
        let (code, modifiers) = match self.random.gen_range(0..10) {
            0 => {
                let character = char::from(self.random.gen_range(b' '..=b'~'));
                (KeyCode::Char(character), KeyModifiers::NONE)
            }
            1 => (KeyCode::Esc, KeyModifiers::NONE),
            2 => {
                let &(code, _) = self.keys.choose(&mut self.random).expect("there are keys");
                let modifiers = [KeyModifiers::ALT, KeyModifiers::CONTROL, KeyModifiers::SHIFT];
                (code, *modifiers.choose(&mut self.random).expect("three"))
            }
            _ => *self.keys.choose(&mut self.random).expect("there are keys"),
        };
        Message::Key(KeyEvent::new(code, modifiers))
    }

    fn mouse(&mut self, area: Rect) -> Message {
        let buttons = [
            MouseButton::Left,
            MouseButton::Left,
            MouseButton::Right,
            MouseButton::Middle,
        ];
        let button = *buttons.choose(&mut self.random).expect("four");
        let kinds = [
            MouseEventKind::Down(button),
            MouseEventKind::Down(button),
            MouseEventKind::Drag(button),
            MouseEventKind::Drag(button),
            MouseEventKind::Up(button),
            MouseEventKind::Moved,
            MouseEventKind::ScrollUp,
            MouseEventKind::ScrollDown,
            MouseEventKind::ScrollLeft,
            MouseEventKind::ScrollRight,
        ];
        let place = |random: &mut Xoshiro256PlusPlus, most: u16| match random.gen_range(0..20) {
            0 => u16::MAX,
            _ => random.gen_range(0..=most),
        };
        Message::Mouse(MouseEvent {
            kind: *kinds.choose(&mut self.random).expect("ten"),
            column: place(&mut self.random, area.width),
            row: place(&mut self.random, area.height),
            modifiers: KeyModifiers::NONE,
        })
    }

    fn size(&mut self) -> Message {
        let sizes = [
            (0, 0),
            (1, 1),
            (0, 7),
            (1, 50),
            (200, 1),
            (12, 5),
            (40, 12),
            (80, 24),
            (100, 30),
            (100, 30),
            (130, 44),
        ];
        let (width, height) = *sizes.choose(&mut self.random).expect("some");
        Message::Resized(width, height)
    }

    /// A command by its name, from the palette.
    fn command(&mut self) -> Message {
        let name = *self.names.choose(&mut self.random).expect("there are commands");
        let key = |code| Message::Key(KeyEvent::new(code, KeyModifiers::NONE));
        self.queue.extend([
            key(KeyCode::Char(':')),
            Message::Pasted(name.into()),
            key(KeyCode::Enter),
        ]);
        key(KeyCode::Esc)
    }

    fn paste(&mut self) -> Message {
        let texts = [
            HOSTILE,
            "",
            "0.5",
            "set learning-rate 1e-3",
            "#3",
            "quit\n",
            "99999999999999999999",
        ];
        let text = *texts.choose(&mut self.random).expect("some");
        Message::Pasted(text.repeat(self.random.gen_range(1..4)))
    }

    /// What a run tells, sometimes one that is not on the screen.
    fn told(&mut self, app: &App) -> Option<Message> {
        let workspace = app.workspace()?;
        let progress = &workspace.progress;
        let run = if self.one_in(20) {
            RunId(u64::MAX)
        } else {
            workspace.run
        };
        let point = |chance: &mut Self| CurvePoint {
            samples: progress.samples,
            seconds: progress.seconds,
            elbo_train: chance.number(),
            elbo_test: chance.number(),
            reconstruction: chance.number(),
            kl: chance.number(),
            learning_rate: 1e-3,
        };
        let entry = |what| Entry {
            samples: progress.samples,
            seconds: progress.seconds,
            what,
        };
        let event = match self.random.gen_range(0..13) {
            12 => {
                let pictures = Bytes::of(&vec![0.5; PICTURES * workspace.data.shape.numbers()]);
                let bytes = [0, 1_000, MOST_MODEL_BYTES / 3, MOST_MODEL_BYTES];
                let newest = progress
                    .log
                    .film
                    .frames()
                    .last()
                    .map_or(0, |frame| frame.samples + 1);
                Event::Filmed(Frame {
                    samples: progress.samples.max(newest),
                    reconstructed: pictures.clone(),
                    dimension: self.random.gen_range(0..progress.configuration.latent),
                    traversed: pictures.clone(),
                    drawn: pictures,
                    model_bytes: *bytes.choose(&mut self.random).expect("four"),
                })
            }
            0..4 => {
                let steps = self.random.gen_range(0..30);
                let report = |step: u64, chance: &mut Self| StepReport {
                    samples: progress.samples + 5 * (step + 1),
                    terms: BoundTerms {
                        reconstruction: chance.number(),
                        kl: chance.number(),
                    },
                    sampling: None,
                };
                Event::Steps {
                    reports: (0..steps).map(|step| report(step, self)).collect(),
                    seconds: progress.seconds + self.random.gen_range(0.0..1.0),
                }
            }
            4 => {
                let mut test = progress.test.clone()?;
                for kl in &mut test.kl_per_dimension {
                    *kl = self.number();
                }
                let point = (!self.one_in(3)).then(|| point(self));
                Event::Evaluated {
                    point,
                    test,
                    seconds: self.random.gen_range(0.0..2.0),
                }
            }
            5 => Event::BrokenOff(Measurement::Estimate),
            6 => Event::Changed {
                configuration: Box::new(progress.configuration.clone()),
                learning_rate: 1e-2,
            },
            7 => Event::Refused {
                number: self.random.r#gen(),
                reason: HOSTILE.into(),
            },
            8 => {
                let states = [State::Running, State::Running, State::Paused, State::Finished];
                Event::State(*states.choose(&mut self.random).expect("four"))
            }
            9 => Event::Diverged(Diverged {
                step: 3,
                samples: progress.samples,
                place: "decoder.logits.bias".into(),
                items: (0..100).collect(),
            }),
            10 => Event::Happened(entry(Happening::Changed {
                setting: HOSTILE.into(),
                from: HOSTILE.into(),
                to: HOSTILE.into(),
            })),
            _ => Event::Happened(entry(Happening::Warned(HOSTILE.into()))),
        };
        Some(Message::Told(Told { run, event }))
    }

    /// What comes from the threads of the workbench, asked for or not.
    fn of_threads(&mut self, app: &App) -> Option<Message> {
        let files = app.workspace()?.files.clone();
        let intents = [Intent::Open, Intent::Compare, Intent::Restore];
        let intent = *intents.choose(&mut self.random).expect("three");
        Some(match self.random.gen_range(0..12) {
            0 => {
                let entry = |index: usize| SessionEntry {
                    path: format!("{index}{HOSTILE}.ron").into(),
                    summary: HOSTILE.into(),
                    modified: std::time::SystemTime::UNIX_EPOCH,
                };
                let count = self.random.gen_range(0..30);
                Message::Sessions((0..count).map(entry).collect(), intent)
            }
            1 => {
                let entry = |index: usize| Listed {
                    name: format!("{index}"),
                    kind: EntryKind::Other,
                };
                let listing = Listing {
                    folder: format!("/{HOSTILE}"),
                    entries: (0..self.random.gen_range(0..40)).map(entry).collect(),
                    is_partial: true,
                };
                Message::Files(HOSTILE.into(), Ok(listing))
            }
            2 => Message::Files(String::new(), Err(HOSTILE.into())),
            3 => {
                let progress = &app.workspace()?.progress;
                Message::CurveRead(Box::new(KeptRun {
                    name: HOSTILE.into(),
                    configuration: progress.configuration.clone(),
                    evaluations: progress.log.evaluations.clone(),
                }))
            }
            4 => Message::CurveUnread(HOSTILE.into()),
            5 => Message::PictureSaved(Ok(HOSTILE.into())),
            6 => Message::Written(Output::Parameters, Written::Done(HOSTILE.into())),
            7 => Message::Written(Output::Parameters, Written::Asked(HOSTILE.into(), HOSTILE.into())),
            8 => Message::Saved {
                files,
                path: HOSTILE.into(),
                samples: 1,
                after: AfterSave::GoOn,
            },
            9 => Message::SaveFailed {
                files,
                manner: Manner::Usual,
                after: AfterSave::GoOn,
                fault: SaveFault::NoState,
            },
            10 => Message::Reading {
                request: self.random.gen_range(0..4),
                what: HOSTILE.into(),
                fraction: f32::NAN,
            },
            _ => Message::Arrived(self.random.gen_range(0..4)),
        })
    }

    /// Another run takes the place of the one on the screen, looked at as that was.
    fn another_run(&mut self, app: &App) -> Message {
        let data = data(self.random.r#gen());
        let latent = self.random.gen_range(1..5);
        let state = RunState::new(Training::new(configuration(latent), &data));
        let mut opened = opened(&state, &data);
        if self.random.r#gen() && app.workspace().is_some() {
            // As it is read back from its file.
            let text = ron::to_string(&app.view()).expect("a view is text");
            opened.view = ron::from_str(&text).expect("which can be read");
        }
        let noise = MeasurementContext {
            seed: 1,
            binarisation: state.training.configuration.binarisation,
        };
        let test = lower_bound(
            &state.training.model,
            &data.test,
            noise,
            &Cancel::default(),
            |_| true,
        );
        let event = Event::Evaluated {
            point: None,
            test: test.expect("there are test items"),
            seconds: 0.1,
        };
        let run = opened.summary.run;
        self.queue.push_back(Message::Told(Told { run, event }));
        Message::Opened(Box::new(opened))
    }

    fn next(&mut self, app: &App) -> Message {
        if let Some(message) = self.queue.pop_front() {
            return message;
        }
        match self.random.gen_range(0..200) {
            0 => self.another_run(app),
            1..8 => self.size(),
            8..16 => self.paste(),
            16..26 => self.command(),
            26..80 => self.mouse(app.area),
            80..100 => self.told(app).unwrap_or(Message::Tick),
            100..108 => self.of_threads(app).unwrap_or(Message::Tick),
            108..115 => Message::Tick,
            115 => Message::LookDue,
            116 => Message::Continued,
            _ => self.key(),
        }
    }
}

/// What happened, in few words.
fn told(message: &Message) -> String {
    match message {
        Message::Key(key) => format!("{:?} {:?}", key.code, key.modifiers),
        Message::Mouse(mouse) => format!("{:?} at {},{}", mouse.kind, mouse.column, mouse.row),
        Message::Pasted(text) => format!("paste {text:?}"),
        Message::Resized(width, height) => format!("{width}x{height}"),
        Message::Told(told) => format!("{:?}", told.event).chars().take(80).collect(),
        Message::Opened(_) => "another run".into(),
        Message::Tick => "tick".into(),
        _ => "something from elsewhere".into(),
    }
}

/// What always holds.
fn check(app: &App) {
    assert!(
        panes::kind(app.focus.name).is_some(),
        "the focus is in the registry"
    );
    let Some(workspace) = app.workspace() else {
        return;
    };
    let data = &workspace.data;
    let latent = workspace.progress.configuration.latent;
    let selection = &app.selection;
    let is_there = |place: &ItemPlace| place.item < data.items(place.part, None);
    let fits = |origin: &Origin| {
        origin.item.as_ref().is_none_or(is_there) && origin.latent.as_ref().is_none_or(|z| z.len() == latent)
    };
    assert!(fits(&selection.point), "{:?}", selection.point);
    assert!(selection.other.as_ref().is_none_or(fits), "{:?}", selection.other);
    assert!(selection.bookmarks.iter().all(|bookmark| fits(&bookmark.point)));
    assert!(selection.marked.towards.iter().all(is_there) && selection.marked.away.iter().all(is_there));
    assert!(selection.dimension.is_none_or(|dimension| dimension < latent));
    assert!(workspace.selected(selection) < latent);
    assert!(selection.images.iter().all(|&item| item < data.test_items));
    assert!(fits(&app.pointed()), "what is pointed at is there");
    for (_, question) in app.wishes() {
        assert!(!format!("{question:?}").is_empty());
    }
}

/// What is drawn: in the terminal's own area, and in one that is not what the state thinks.
fn look(app: &App) {
    for area in [app.area, Rect::new(0, 0, 20, 6)] {
        let mut buffer = Buffer::empty(area);
        frame::render(app, area, &mut buffer);
        app.depth.reduce(&mut buffer);
        for cell in &buffer.content {
            let has_control = cell.symbol().chars().any(char::is_control);
            assert!(!has_control, "{:?} is on the screen", cell.symbol());
        }
    }
}

fn live(seed: u64) {
    let mut chance = Chance::new(seed);
    let depths = [
        ColourDepth::TrueColour,
        ColourDepth::Ansi16,
        ColourDepth::Monochrome,
    ];
    let depth = depths[seed as usize % depths.len()];
    let mut app = App::new(Rect::new(0, 0, 100, 30), depth);
    if depth == ColourDepth::Monochrome {
        app.glyphs = Glyphs::Console;
    }
    let mut last: VecDeque<String> = VecDeque::new();
    let first = chance.another_run(&app);
    chance.queue.push_front(first);
    for event in 0..EVENTS {
        let message = chance.next(&app);
        last.push_back(told(&message));
        if last.len() > REMEMBERED {
            last.pop_front();
        }
        let (looks, answers) = (chance.one_in(LOOK), chance.one_in(ANSWERS));
        let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if answers {
                common::update(&mut app, message);
            } else {
                vae_tui::tui::update::update(&mut app, message);
            }
            check(&app);
            let moment = app.workspace().and_then(|workspace| workspace.moment);
            let film = app.workspace().map(|workspace| &workspace.progress.log.film);
            let kept = film
                .zip(app.selection.time)
                .and_then(|(film, time)| film.moment(time));
            assert_eq!(moment, kept, "the panes show the moment that is selected");
            if looks {
                look(&app);
            }
        }));
        assert!(
            lived.is_ok(),
            "seed {seed}, event {event}, after {last:#?}\non a screen of {}",
            app.area
        );
        assert!(app.ending.is_none(), "nothing here ends the program");
    }
    // As much as there is to undo, and more.
    app.overlay = None;
    for _ in 0..2_000 {
        let undo = command::named("undo").expect("a command");
        (undo.run)(&mut app);
    }
    check(&app);
    look(&app);
    assert!(!workspace(&app).data.name.is_empty());
}

#[test]
fn anything_may_happen_with_colours() {
    live(0);
}

#[test]
fn anything_may_happen_with_16_colours() {
    live(1);
}

#[test]
fn anything_may_happen_on_a_console_without_colours() {
    live(2);
}
