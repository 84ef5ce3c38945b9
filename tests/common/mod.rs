//! A small data set of drawn shapes, a model made by hand, and a run of it: everything known, on every processor.
#![allow(dead_code, reason = "every test file uses a part of it")]

pub mod picture;

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::evaluation::{MeasurementContext, lower_bound};
use vae_tui::learning::settings::TABLE;
use vae_tui::learning::{Configuration, Preset, StepReport, Training, Workers};
use vae_tui::model::Vae;
use vae_tui::objective::BoundTerms;
use vae_tui::run::curve::CurvePoint;
use vae_tui::run::film::{Bytes, Frame, PICTURES};
use vae_tui::run::probe::{Parameters, answer};
use vae_tui::run::{Answer, Answered, Event, Question, RunId, RunState, State, Summary, Told};
use vae_tui::session::{Comparison, KeptRun, RunFacts, RunFiles, SessionError};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::frame;
use vae_tui::tui::message::{Effect, Message, Opened};
use vae_tui::tui::panes;
use vae_tui::tui::saver::{Manner, SaveFault};
use vae_tui::tui::workspace::{AfterSave, Workspace};

pub const SIDE: usize = 28;
pub const PIXELS: usize = SIDE * SIDE;

/// The intensity of a shape at a place: a disc, a ring, a bar or a cross, shifted a little from image to image.
fn shape(index: usize, row: usize, column: usize) -> f32 {
    let (right, down) = ((index / 4 % 5) as f32 - 2.0, 2.0 * (index % 3) as f32 - 2.0);
    let (y, x) = (row as f32 - 13.5 - down, column as f32 - 13.5 - right);
    let radius = (x * x + y * y).sqrt();
    let inside = match index % 4 {
        0 => 8.0 - radius,
        1 => 2.0 - (radius - 8.0).abs(),
        2 => (2.5 - x.abs()).min(10.0 - y.abs()),
        _ => (2.0 - x.abs().min(y.abs())).min(9.0 - x.abs().max(y.abs())),
    };
    (inside + 0.5).clamp(0.0, 1.0)
}

fn split(points: usize, first: usize) -> Split {
    let pixel = |i: usize| {
        let (image, pixel) = (first + i / PIXELS, i % PIXELS);
        (255.0 * shape(image, pixel / SIDE, pixel % SIDE)) as u8
    };
    Split::of_bytes(
        (0..points * PIXELS).map(pixel).collect(),
        (0..points).map(|image| ((first + image) % 4) as u16).collect(),
        PIXELS,
    )
}

/// 200 training and 60 test images of shapes.
pub fn shapes() -> Arc<Dataset> {
    Arc::new(Dataset {
        classes: ["0", "1", "2", "3"].map(str::to_owned).to_vec(),
        ..Dataset::new(
            "shapes",
            ItemShape::grey(SIDE, SIDE),
            split(200, 0),
            split(60, 200),
        )
    })
}

/// How far below the first field of the form a setting's stands.
pub fn field_of(setting: &str) -> usize {
    let field = TABLE.iter().position(|row| row.name == setting);
    field.expect("a setting of that name")
}

/// A small run on the shapes.
pub fn configuration() -> Configuration {
    Configuration {
        data: "shapes".into(),
        hidden: 8.into(),
        latent: 6,
        batch: 20,
        goal: 20_000,
        evaluate_every: 2_000,
        ..Preset::Mnist.configuration(2)
    }
}

/// A model whose every latent dimension does something to be seen: the first shifts light from left to right, the
/// second from top to bottom, the third makes a ring of a disc; the others do less and less, the last nothing.
pub fn model_by_hand() -> Vae {
    let configuration = configuration();
    let (hidden, latent) = (configuration.hidden.units()[0], configuration.latent);
    let mut model = Vae::zeros(configuration.architecture(&shapes()));
    for named in model.parameters_mut() {
        let values = named.parameter.values_mut();
        match named.name.as_str() {
            // Three hidden units see how far right, how far down and how large a shape is; the rest see nothing.
            "encoder.hidden.weight" => {
                for (pixel, weights) in values.chunks_exact_mut(hidden).enumerate() {
                    weights[0] = (pixel % SIDE) as f32 / 800.0 - 0.017;
                    weights[1] = (pixel / SIDE) as f32 / 800.0 - 0.017;
                    weights[2] = 0.01;
                }
            }
            "encoder.hidden.bias" => values[2] = -1.5,
            "encoder.moments.weight" => {
                values[0] = 3.0;
                values[3] = -0.6;
                values[2 * latent + 1] = 2.5;
                values[2 * 2 * latent + 2] = 1.2;
            }
            "encoder.moments.bias" => {
                let means = [0.0, 0.0, 0.8, -0.4, 0.05, 0.0];
                let log_variances = [-3.0, -2.6, -2.0, -1.0, -0.05, 0.0];
                values[..latent].copy_from_slice(&means);
                values[latent..].copy_from_slice(&log_variances);
            }
            "decoder.hidden.weight" => {
                for dimension in 0..latent {
                    values[dimension * hidden + dimension] = 0.7;
                }
            }
            "decoder.logits.weight" => {
                let effect = |unit: usize, y: f32, x: f32| {
                    let radius = (x * x + y * y).sqrt();
                    match unit {
                        0 => 0.6 * x,
                        1 => 0.6 * y,
                        2 => 1.1 * (radius - 5.0),
                        3 => 0.25 * (x + y),
                        4 => 0.1 * x,
                        _ => 0.0,
                    }
                };
                for (index, value) in values.iter_mut().enumerate() {
                    let (unit, pixel) = (index / PIXELS, index % PIXELS);
                    let (y, x) = ((pixel / SIDE) as f32 - 13.5, (pixel % SIDE) as f32 - 13.5);
                    *value = effect(unit, y, x);
                }
            }
            "decoder.logits.bias" => {
                for (pixel, value) in values.iter_mut().enumerate() {
                    let (y, x) = ((pixel / SIDE) as f32 - 13.5, (pixel % SIDE) as f32 - 13.5);
                    *value = 6.0 - 0.9 * (x * x + y * y).sqrt();
                }
            }
            _ => {}
        }
    }
    model
}

/// Makes so many steps, each of which stands in the log.
pub fn train(RunState { training, log, .. }: &mut RunState, data: &Dataset, steps: usize) {
    let workers = Workers::new(training.configuration.threads).expect("threads can be started");
    for _ in 0..steps {
        let report = workers
            .run(|| training.step(data, &workers, &Cancel::default()))
            .expect("a small model on easy data stays finite");
        log.take_in_step(&report);
    }
}

/// The values of all parameters, one after the other.
pub fn numbers(model: &Vae) -> Vec<f32> {
    let parameters = model.parameters();
    let values = parameters.iter().flat_map(|named| named.parameter.values());
    values.copied().collect()
}

/// A run that has come to 9 000 of 20 000 samples with the model made by hand.
pub fn state(data: &Dataset) -> RunState {
    let mut state = RunState::new(Training::new(configuration(), data));
    let RunState { training, log, .. } = &mut state;
    training.model = model_by_hand();
    for step in 1..=450_u64 {
        let noise = 6.0 * ((step * 7_919) % 13) as f32 / 13.0 - 3.0;
        let spike = if step == 300 { -40.0 } else { 0.0 };
        let bound = -120.0 - 400.0 * (-(step as f32) / 25.0).exp() + noise + spike;
        log.trace.push(20 * step, bound);
    }
    for evaluation in 1..=4_u32 {
        let samples = 2_000 * u64::from(evaluation);
        let elbo = -120.0 - 60.0 * 0.3_f64.powi(evaluation as i32);
        log.evaluations.push(CurvePoint {
            samples,
            seconds: samples as f64 / 1_000.0,
            elbo_train: elbo - 2.0,
            elbo_test: elbo,
            reconstruction: elbo + 20.0,
            kl: 20.0,
            learning_rate: 1e-3,
        });
    }
    (training.samples, training.steps, training.seconds) = (9_000, 450, 9.0);
    training.optimizer.steps = 450;
    state
}

/// The screen with that run on it, measured and paused.
pub fn app(width: u16, height: u16) -> App {
    app_with_depth(width, height, ColourDepth::TrueColour)
}

/// The same for a terminal with other colours.
pub fn app_with_depth(width: u16, height: u16, depth: ColourDepth) -> App {
    let data = shapes();
    let state = state(&data);
    app_of(state, data, width, height, depth)
}

/// A run of a kind that the paper has, a hundred times as long: 900 000 of two million samples.
pub fn app_like_the_paper(width: u16, height: u16, depth: ColourDepth) -> App {
    let data = Arc::new(Dataset {
        name: vae_tui::data::mnist::NAME.into(),
        ..(*shapes()).clone()
    });
    let mut state = state(&data);
    let RunState { training, log, .. } = &mut state;
    log.trace = Default::default();
    training.samples *= 100;
    let configuration = &mut training.configuration;
    configuration.data = data.name.clone();
    configuration.latent = 3;
    configuration.goal *= 100;
    for step in 1..=450_u64 {
        log.trace
            .push(2_000 * step, -120.0 - 100.0 * (-(step as f32) / 60.0).exp());
    }
    for point in &mut log.evaluations {
        point.samples *= 100;
    }
    app_of(state, data, width, height, depth)
}

/// The screen with a run on it, measured and paused.
pub fn app_of(state: RunState, data: Arc<Dataset>, width: u16, height: u16, depth: ColourDepth) -> App {
    let mut app = App::new(Rect::new(0, 0, width, height), depth);
    let training = &state.training;
    let noise = MeasurementContext {
        seed: 1,
        binarisation: training.configuration.binarisation,
    };
    let mut test = lower_bound(&training.model, &data.test, noise, &Cancel::default(), |_| true)
        .expect("there are test images");
    test.mean_variance
        .truncate(training.configuration.latent_dimensions());
    update(&mut app, Message::Opened(Box::new(opened(&state, &data))));
    tell(
        &mut app,
        Event::Evaluated {
            point: None,
            test,
            seconds: 0.5,
        },
    );
    app
}

/// Opens a run that has learned nothing yet in place of the one on the screen.
pub fn open_new_run(app: &mut App) {
    let data = shapes();
    let state = RunState::new(Training::new(configuration(), &data));
    update(app, Message::Opened(Box::new(opened(&state, &data))));
}

/// What answers for a run on the screen of a test.
struct Oracle {
    run: RunId,
    parameters: Parameters,
    data: Arc<Dataset>,
    /// The last question of every pane with its answer: most keys change no question.
    answers: HashMap<String, (Question, Answer)>,
}

impl Oracle {
    fn answer(&mut self, asker: &str, question: &Question) -> Answer {
        if let Some((_, answer)) = self.answers.get(asker).filter(|(known, _)| known == question) {
            return answer.clone();
        }
        let found = answer(question, &self.parameters, &self.data, &Cancel::default());
        let answer = found.expect("nobody cancels");
        self.answers
            .insert(asker.into(), (question.clone(), answer.clone()));
        answer
    }
}

thread_local! {
    /// Those of the runs that this test opened last.
    static ORACLES: RefCell<VecDeque<Oracle>> = const { RefCell::new(VecDeque::new()) };
}

/// Runs that a test has on its screens at the same time, at most.
const RUNS: usize = 16;

/// A run to be shown, which has no threads: [`update`] answers what is asked about it.
pub fn opened(state: &RunState, data: &Arc<Dataset>) -> Opened {
    static OPENED: AtomicU64 = AtomicU64::new(1);
    let run = RunId(OPENED.fetch_add(1, Ordering::Relaxed));
    ORACLES.with_borrow_mut(|oracles| {
        oracles.truncate(RUNS - 1);
        oracles.push_front(Oracle {
            run,
            parameters: Parameters::of(&state.training),
            data: data.clone(),
            answers: HashMap::new(),
        });
    });
    Opened::new(Summary::of(run, state, data))
}

/// Tells the screen what its run told.
pub fn tell(app: &mut App, event: Event) -> Vec<Effect> {
    let run = workspace(app).run;
    update(app, Message::Told(Told { run, event }))
}

/// Tells the screen that something happened, and answers what it wants to know then.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    let effects = vae_tui::tui::update::update(app, message);
    answer_wishes(app);
    effects
}

fn answer_wishes(app: &mut App) {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    for (asker, question) in app.wishes() {
        let (run, moment) = (workspace(app).run, workspace(app).moment);
        let (samples, answer) = ORACLES.with_borrow_mut(|oracles| {
            let oracle = oracles
                .iter_mut()
                .find(|oracle| oracle.run == run)
                .expect("one of the runs that were opened last");
            (oracle.parameters.samples, oracle.answer(&asker, &question))
        });
        let answered = Answered {
            asker,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            moment,
            samples: moment.unwrap_or(samples),
            took: 0.0,
            question,
            answer,
        };
        let event = Event::Answered(Box::new(answered));
        vae_tui::tui::update::update(app, Message::Told(Told { run, event }));
    }
}

/// Tells the screen that training runs, at 1 000 samples a second.
pub fn run_a_little(app: &mut App) {
    tell(app, Event::State(State::Running));
    for report in 1..=2_u32 {
        let terms = BoundTerms {
            reconstruction: -100.0,
            kl: 20.5,
        };
        let report = Event::Steps {
            reports: vec![StepReport {
                samples: 9_000 + 20 * u64::from(report),
                terms,
                sampling: None,
            }],
            seconds: 9.0 + 0.02 * f64::from(report),
        };
        tell(app, report);
    }
}

/// Every way of pressing a key together with another, but for Shift.
pub const MODIFIED: [KeyModifiers; 6] = [
    KeyModifiers::CONTROL,
    KeyModifiers::ALT,
    KeyModifiers::SUPER,
    KeyModifiers::HYPER,
    KeyModifiers::META,
    KeyModifiers::CONTROL.union(KeyModifiers::ALT),
];

/// Presses a key and returns what it asks for.
pub fn press(app: &mut App, code: KeyCode) -> Vec<Effect> {
    press_with(app, code, KeyModifiers::NONE)
}

/// Presses a key together with Shift or Control.
pub fn press_with(app: &mut App, code: KeyCode, modifiers: KeyModifiers) -> Vec<Effect> {
    update(app, Message::Key(KeyEvent::new(code, modifiers)))
}

/// Presses a key that writes a character.
pub fn type_character(app: &mut App, character: char) -> Vec<Effect> {
    press(app, KeyCode::Char(character))
}

/// Two runs that the open one is compared with: a slower one that came further, and one that is ten nats behind.
pub fn comparison(app: &App) -> Comparison {
    let progress = &workspace(app).progress;
    let run = |name: &str, latent: usize, stretch: u64, below: f64| KeptRun {
        name: name.into(),
        configuration: Configuration {
            latent,
            ..progress.configuration.clone()
        },
        evaluations: progress
            .log
            .evaluations
            .iter()
            .map(|point| CurvePoint {
                samples: stretch * point.samples,
                seconds: 3.0 * stretch as f64 * point.seconds,
                elbo_train: point.elbo_train - below,
                elbo_test: point.elbo_test - below,
                ..*point
            })
            .collect(),
    };
    Comparison {
        runs: vec![run("shapes-20d-1", 20, 3, -4.0), run("shapes-2d-1", 2, 1, 10.0)],
        selected: 1,
        cursor: 0.3,
        ..Comparison::default()
    }
}

/// Gives the focus to the pane of this name.
pub fn focus(app: &mut App, pane: &str) {
    app.focus = panes::kind(pane).expect("a pane of the registry");
}

/// What the comparison pane compares the open run with.
pub fn compared(app: &mut App) -> &mut Comparison {
    &mut app.pane_mut::<panes::comparison::Comparison>().0
}

/// Tells the screen what its run looked like 15 times, every 600 samples: pictures that grow brighter. The model of every third is kept.
pub fn film(app: &mut App) {
    for index in 1..=15_u32 {
        let pictures = Bytes::of(&vec![index as f32 / 15.0; PICTURES * PIXELS]);
        let frame = Frame {
            samples: 600 * u64::from(index),
            reconstructed: pictures.clone(),
            dimension: 0,
            traversed: pictures.clone(),
            drawn: pictures,
            model_bytes: if index % 3 == 0 { 1_000 } else { 0 },
        };
        tell(app, Event::Filmed(frame));
    }
}

/// Saved runs with other latent sizes each, as they are found in a folder.
pub fn saved_runs() -> Vec<RunFacts> {
    let run = |index: usize| RunFacts {
        path: format!("/runs/shapes-{index}.ron").into(),
        modified: std::time::SystemTime::UNIX_EPOCH,
        configuration: Configuration {
            latent: 2 * index,
            ..configuration()
        },
        samples: 1_000 * index as u64,
        seconds: index as f64,
        evaluations: vec![CurvePoint {
            samples: 1_000 * index as u64,
            seconds: index as f64,
            elbo_train: f64::NAN,
            elbo_test: -100.0 - index as f64,
            reconstruction: -90.0,
            kl: 10.0,
            learning_rate: 1e-3,
        }],
        last: None,
    };
    (1..=15).map(run).collect()
}

/// Shows the curves of [`comparison`] in their pane.
pub fn compare(app: &mut App) {
    *compared(app) = comparison(app);
}

/// One frame as its cells.
pub fn frame(app: &App) -> Buffer {
    let mut buffer = Buffer::empty(app.area);
    frame::render(app, app.area, &mut buffer);
    app.depth.reduce(&mut buffer);
    buffer
}

/// One frame as text.
pub fn screen(app: &App) -> String {
    let buffer = frame(app);
    let row = |y: u16| -> String {
        let symbols = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol());
        symbols.collect::<String>().trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect::<Vec<_>>().join("\n")
}

/// The run on the screen.
pub fn workspace(app: &App) -> &Workspace {
    app.workspace().expect("a run is open")
}

/// Tells the screen that its run was saved there.
pub fn saved(app: &mut App, path: &str, samples: u64) -> Vec<Effect> {
    saved_then(app, path, samples, AfterSave::GoOn)
}

/// Tells the screen that its run was saved there, after which something was to follow.
pub fn saved_then(app: &mut App, path: &str, samples: u64, after: AfterSave) -> Vec<Effect> {
    let message = Message::Saved {
        files: workspace(app).files.clone(),
        path: path.into(),
        samples,
        after,
    };
    update(app, message)
}

/// A disk without space.
pub fn full() -> SessionError {
    SessionError::Write {
        path: "/home/somebody/runs/mnist-20d-1.ron".into(),
        cause: std::io::ErrorKind::StorageFull.into(),
    }
}

/// Tells the screen that its run could not be saved.
pub fn save_failed(app: &mut App, error: SessionError) -> Vec<Effect> {
    let files = workspace(app).files.clone();
    update(app, failure(files, Manner::Usual, AfterSave::GoOn, error))
}

/// What the screen hears of a save that came to nothing.
pub fn failure(files: RunFiles, manner: Manner, after: AfterSave, error: SessionError) -> Message {
    Message::SaveFailed {
        files,
        manner,
        after,
        fault: SaveFault::Session(error),
    }
}
