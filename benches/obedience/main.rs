//! How long a run under way takes to obey, from a command on its handle to the event that says so, where a step takes long.
//!
//! Every command is sent at another moment of a step. `cargo bench --bench obedience`, followed by `--` and the name
//! of a situation for that one alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vae_tui::data::{Dataset, mnist};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Configuration, Method, Preset, Training, default_threads};
use vae_tui::run::protocol::{Command, Event, State};
use vae_tui::run::{RunHandle, RunState};

/// Commands that are timed in each situation.
const TRIES: u32 = 40;
/// The latest moment at which a command is sent, after the one before was obeyed.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

fn main() {
    let only = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    #[expect(clippy::expect_used, reason = "the embedded data is tested to unpack")]
    let data = Arc::new(mnist::load(|_| {}).expect("the embedded data"));
    println!("{} threads, {TRIES} commands each", default_threads());
    for (name, method, batch, mc_samples) in [
        ("AEVB 1000 x 100", Method::Aevb, 1_000, 100),
        ("AEVB 10000 x 1", Method::Aevb, 10_000, 1),
        ("AEVB 10000 x 10", Method::Aevb, 10_000, 10),
        ("AEVB 10000 x 100", Method::Aevb, 10_000, 100),
        ("Wake-Sleep 10000 x 10", Method::WakeSleep, 10_000, 10),
        ("MCEM 10000", Method::Mcem, 10_000, 1),
    ] {
        if only.as_deref().is_none_or(|only| only == name) {
            let configuration = Configuration {
                method,
                batch,
                mc_samples,
                goal: u64::MAX,
                evaluate_every: u64::MAX,
                ..Preset::Mnist.configuration(default_threads())
            };
            situation(name, configuration, &data);
        }
    }
}

/// Trains, gives commands, and prints how long they took to be obeyed.
#[expect(
    clippy::expect_used,
    reason = "a bench without its threads has nothing to tell"
)]
fn situation(name: &str, configuration: Configuration, data: &Arc<Dataset>) {
    let training = Training::new(configuration, data);
    let (run, _) = RunHandle::start(RunState::new(training), data.clone()).expect("threads");
    run.send(Command::Start);
    let started = Instant::now();
    wait_for(&run, |event| matches!(event, Event::Steps { .. }));
    let step = started.elapsed();

    let mut times: Vec<f64> = (0..TRIES)
        .map(|index| {
            // The golden ratio spreads the moments evenly, however many there are.
            let moment = (f64::from(index) * 0.618_034).fract();
            std::thread::sleep(step.min(LONGEST_WAIT).mul_f64(moment));
            let sent = Instant::now();
            if index % 2 == 0 {
                run.send(Command::Change(vec![Assignment {
                    setting: "learning-rate".into(),
                    value: format!("{}", 1e-3 + f64::from(index) * 1e-6),
                }]));
                wait_for(&run, |event| matches!(event, Event::Changed { .. }));
                sent.elapsed().as_secs_f64()
            } else {
                run.send(Command::Pause);
                wait_for(&run, |event| matches!(event, Event::State(State::Paused)));
                let obeyed = sent.elapsed().as_secs_f64();
                run.send(Command::Start);
                obeyed
            }
        })
        .collect();
    let sent = Instant::now();
    drop(run);
    let end = sent.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    println!(
        "{name:<22} first step {:>6.2} s; to obey: median {:>5.1} ms, longest {:>5.1} ms; to end: {:>5.1} ms",
        step.as_secs_f64(),
        1e3 * times[times.len() / 2],
        1e3 * times[times.len() - 1],
        1e3 * end,
    );
}

#[expect(clippy::expect_used, reason = "the run lasts as long as its handle")]
fn wait_for(run: &RunHandle, is_it: impl Fn(&Event) -> bool) {
    while !is_it(&run.events().recv().expect("a run that goes on").event) {}
}
