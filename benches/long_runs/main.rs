//! What it costs a run to be saved while it trains, and to have gone on for long.
//!
//! - The pause: the trainer copies its state between two steps, and the step after that takes longer, since what both share is
//!   copied when it changes. What is told is both together, beside a step that nobody disturbs.
//! - The curve of ten million steps beside that of a thousand: drawing the training pane, and saving the session.
//!
//! `cargo bench --bench long_runs`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, mnist};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Preset, Training, Workers, default_threads};
use vae_tui::run::curve::CurvePoint;
use vae_tui::run::{RunId, RunState, Summary, curve};
use vae_tui::session::{self, View};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::frame;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::update::update;

/// Copies that are timed of each model.
const COPIES: usize = 40;
/// Milliseconds of a pause, at most.
const PAUSE_GOAL: f64 = 20.0;
/// Steps of the curves.
const STEPS: [u64; 2] = [1_000, 10_000_000];
/// Frames and saves that are timed of each.
const TIMES: usize = 60;

fn main() {
    #[expect(clippy::expect_used, reason = "the embedded data is tested to unpack")]
    let data = Arc::new(mnist::load(|_| {}).expect("the embedded data"));
    println!("{} threads, medians", default_threads());
    for (name, settings) in [
        ("784-500-20-500-784", &[("latent", "20")][..]),
        ("784-500-500-20-500-500-784", &[("hidden", "500,500")]),
        (
            "784-1000-1000-50-1000-1000-784",
            &[("hidden", "1000,1000"), ("latent", "50")],
        ),
        (
            "convolutions c32-c64, 500 units",
            &[("family", "convolutional"), ("activation", "relu")],
        ),
    ] {
        pause(name, settings, &data);
    }
    long_curves(&data);
}

/// Times the pause that a copy of the state makes.
#[expect(
    clippy::expect_used,
    reason = "a bench without its threads has nothing to tell"
)]
fn pause(name: &str, settings: &[(&str, &str)], data: &Dataset) {
    let settings: Vec<_> = settings
        .iter()
        .map(|(name, value)| Assignment::new(name, value))
        .collect();
    let configuration = Preset::Mnist.configuration(default_threads());
    let configuration = configuration.with(&settings).expect("settings");
    let workers = Workers::new(configuration.threads).expect("threads");
    let mut state = RunState::new(Training::new(configuration, data));
    let step = |state: &mut RunState| {
        let begun = Instant::now();
        let report = workers.run(|| state.training.step(data, &workers, &Cancel::default()));
        state.log.take_in_step(&report.expect("it stays finite"));
        1e3 * begun.elapsed().as_secs_f64()
    };
    for _ in 0..10 {
        step(&mut state);
    }
    let (mut alone, mut copied) = (Vec::new(), Vec::new());
    // By turns, since a machine is not as fast at every moment.
    for _ in 0..COPIES {
        alone.push(step(&mut state));
        let begun = Instant::now();
        let copy = Box::new(state.clone());
        let copying = 1e3 * begun.elapsed().as_secs_f64();
        copied.push(copying + step(&mut state));
        // By whoever saves it, on another thread.
        std::thread::spawn(move || drop(copy)).join().expect("a thread");
    }
    let (alone, copied) = (median(alone), median(copied));
    let pause = copied - alone;
    let verdict = if pause <= PAUSE_GOAL { "within" } else { "beyond" };
    println!(
        "{name:<32} a step {alone:>7.2} ms, with a copy {copied:>7.2} ms: a pause of {pause:>5.2} ms, {verdict} {PAUSE_GOAL} ms"
    );
}

/// Times frames and saves with a short and a long curve.
#[expect(clippy::expect_used, reason = "a bench without its files has nothing to tell")]
fn long_curves(data: &Arc<Dataset>) {
    let folder = tempfile::tempdir().expect("a folder");
    let times = STEPS.map(|steps| {
        let state = with_curve(steps, data);
        let drawn = drawing(&state, data);
        let saved = saving(&state, &folder.path().join("run.ron"));
        println!("a curve of {steps:>8} steps: a frame in {drawn:.2} ms, a save in {saved:.1} ms");
        (drawn, saved)
    });
    let [short, long] = times;
    println!(
        "long beside short: a frame {:.2} times, a save {:.2} times",
        long.0 / short.0,
        long.1 / short.1
    );
}

fn with_curve(steps: u64, data: &Dataset) -> RunState {
    let configuration = Preset::Mnist.configuration(default_threads());
    let mut state = RunState::new(Training::new(configuration, data));
    let batch = 100;
    for step in 1..=steps {
        let noise = (step * 7_919 % 13) as f32;
        state
            .log
            .trace
            .push(batch * step, -100.0 - 400.0 / step as f32 - noise);
    }
    // Measured a thousand times.
    for evaluation in 1..=1_000 {
        let samples = batch * steps * evaluation / 1_000;
        let bound = -100.0 - 400.0 / evaluation as f64;
        let point = CurvePoint {
            samples,
            seconds: samples as f64 / 1e4,
            elbo_train: bound,
            elbo_test: bound - 1.0,
            reconstruction: bound + 20.0,
            kl: 20.0,
            learning_rate: 1e-3,
        };
        curve::add(&mut state.log.evaluations, point);
    }
    (state.training.samples, state.training.steps) = (batch * steps, steps);
    state
}

fn drawing(state: &RunState, data: &Arc<Dataset>) -> f64 {
    let area = Rect::new(0, 0, 100, 30);
    let mut app = App::new(area, ColourDepth::TrueColour);
    let opened = Opened::new(Summary::of(RunId::new(), state, data));
    update(&mut app, Message::Opened(Box::new(opened)));
    let frame = |_| {
        let mut buffer = Buffer::empty(area);
        let begun = Instant::now();
        frame::render(&app, area, &mut buffer);
        1e3 * begun.elapsed().as_secs_f64()
    };
    median((0..TIMES).map(frame).collect())
}

#[expect(clippy::expect_used, reason = "a bench without its files has nothing to tell")]
fn saving(state: &RunState, path: &Path) -> f64 {
    let save = |_| {
        let begun = Instant::now();
        session::save(state, &View::default(), path).expect("the folder can be written");
        1e3 * begun.elapsed().as_secs_f64()
    };
    median((0..TIMES).map(save).collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
