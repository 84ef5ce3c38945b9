//! The training step beside the same model in stock dfdx, beside the machine's matrix-product peak, and beside the steps
//! of the other methods.
//!
//! Every figure is a ratio of two things that were timed alternately in one run, so that what else the machine does
//! meets both. `cargo bench --bench training_step`.

mod methods;
mod stock;

use std::time::{Duration, Instant};

use stock::Stock;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Binarisation, Dataset, mnist};
use vae_tui::evaluation::{MeasurementContext, importance_weighted, lower_bound};
use vae_tui::kernels::{Matrix, matmul};
use vae_tui::learning::{Configuration, Preset, Training, Workers};

/// Rounds in which the contestants take turns.
const ROUNDS: usize = 15;
/// Time that each contestant gets in a round.
const TURN: Duration = Duration::from_millis(120);

/// Times the contestants in turns and returns the seconds of one call of each in its best turn: what else the machine
/// does only ever adds to a time.
fn race(contestants: &mut [&mut dyn FnMut()]) -> Vec<f64> {
    let mut times = vec![Vec::with_capacity(ROUNDS); contestants.len()];
    contestants.iter_mut().for_each(|contestant| contestant());
    for _ in 0..ROUNDS {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let (started, mut calls) = (Instant::now(), 0);
            while started.elapsed() < TURN {
                contestant();
                calls += 1;
            }
            times.push(started.elapsed().as_secs_f64() / f64::from(calls));
        }
    }
    times.into_iter().map(fastest).collect()
}

fn fastest(times: Vec<f64>) -> f64 {
    times.into_iter().fold(f64::INFINITY, f64::min)
}

fn highest(rates: Vec<f64>) -> f64 {
    rates.into_iter().fold(0.0, f64::max)
}

/// Our step, on its own pool of threads.
struct Ours<'a> {
    training: Training,
    workers: Workers,
    data: &'a Dataset,
}

impl<'a> Ours<'a> {
    #[expect(
        clippy::expect_used,
        reason = "a bench that can't start its threads has nothing to tell"
    )]
    fn new(configuration: Configuration, data: &'a Dataset) -> Self {
        Self {
            workers: Workers::new(configuration.threads).expect("threads"),
            training: Training::new(configuration, data),
            data,
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "MNIST with the usual learning rate does not diverge"
    )]
    fn step(&mut self) {
        let Self {
            training,
            workers,
            data,
        } = self;
        workers
            .run(|| training.step(data, workers, &Cancel::default()))
            .expect("a finite loss");
    }
}

fn configuration(threads: usize, hidden: usize, latent: usize, batch: usize) -> Configuration {
    Configuration {
        hidden: hidden.into(),
        latent,
        batch,
        ..Preset::Mnist.configuration(threads)
    }
}

/// Floating-point operations of the matrix products of one step: forward, and backward to weights and inputs, except
/// that nobody needs the gradient of the pixels.
fn operations(hidden: usize, latent: usize, batch: usize) -> f64 {
    let weights = 784 * hidden + hidden * 2 * latent + latent * hidden + hidden * 784;
    (6 * batch * weights - 2 * batch * 784 * hidden) as f64
}

/// Operations a second that `threads` threads reach together on a square product that fits the caches.
fn peak(threads: usize) -> impl FnMut() -> f64 {
    const SIDE: usize = 384;
    let left = vec![0.5; SIDE * SIDE];
    let right = vec![0.25; SIDE * SIDE];
    move || {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut product = vec![0.0; SIDE * SIDE];
                    for _ in 0..60 {
                        let factors = (Matrix::new(&left, SIDE, SIDE), Matrix::new(&right, SIDE, SIDE));
                        matmul(&[factors], &mut product);
                    }
                    std::hint::black_box(&product);
                });
            }
        });
        (2 * SIDE.pow(3) * 60 * threads) as f64 / started.elapsed().as_secs_f64()
    }
}

/// Stock dfdx and ours at one size.
fn compare<const H: usize, const Z: usize>(data: &Dataset, threads: usize, batch: usize) -> (f64, f64) {
    let images: Vec<usize> = (0..batch).collect();
    let mut stock = Stock::<H, Z>::new();
    let mut ours = Ours::new(configuration(threads, H, Z, batch), data);
    let times = race(&mut [
        &mut || {
            std::hint::black_box(stock.step(&data.train, &images));
        },
        &mut || ours.step(),
    ]);
    println!(
        "784-{H}-{Z}-{H}-784, batch {batch:>3}: stock dfdx {:>6.2} ms, ours {:>5.2} ms, ratio {:.2}",
        1e3 * times[0],
        1e3 * times[1],
        times[0] / times[1]
    );
    (times[0], times[1])
}

fn main() {
    #[expect(clippy::expect_used, reason = "the embedded data is tested to unpack")]
    let data = mnist::load(|_| {}).expect("the embedded data");
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    println!("{threads} threads");

    let (stock, ours) = compare::<500, 20>(&data, threads, 100);
    let others = [
        compare::<500, 2>(&data, threads, 100),
        compare::<500, 200>(&data, threads, 100),
        compare::<200, 20>(&data, threads, 100),
        compare::<500, 20>(&data, threads, 20),
        compare::<500, 20>(&data, threads, 500),
    ];
    let least = others
        .iter()
        .map(|(stock, ours)| stock / ours)
        .fold(f64::INFINITY, f64::min);

    let mut one = Ours::new(configuration(1, 500, 20, 100), &data);
    let mut two = Ours::new(configuration(2, 500, 20, 100), &data);
    let mut four = Ours::new(configuration(4, 500, 20, 100), &data);
    let by_threads = race(&mut [&mut || one.step(), &mut || two.step(), &mut || four.step()]);

    let mut peak_of_all = peak(threads);
    let mut peak_of_one = peak(1);
    let (mut peaks, mut peaks_of_one) = (Vec::new(), Vec::new());
    let mut step = Ours::new(configuration(threads, 500, 20, 100), &data);
    let timed = race(&mut [
        &mut || step.step(),
        &mut || peaks.push(peak_of_all()),
        &mut || {
            peaks_of_one.push(peak_of_one());
        },
    ]);
    let (peak, peak_of_one) = (highest(peaks), highest(peaks_of_one));
    let reached = operations(500, 20, 100) / timed[0];

    let model = &step.training.model;
    let noise = MeasurementContext {
        seed: 1,
        binarisation: Binarisation::None,
    };
    let part = data.test.first(1_000);
    let mut again = Ours::new(configuration(threads, 500, 20, 100), &data);
    let evaluation = race(&mut [
        &mut || {
            step.workers
                .run(|| lower_bound(model, &data.test, noise, &Cancel::default(), |_| true));
        },
        &mut || again.step(),
    ]);
    let importance = race(&mut [&mut || {
        step.workers
            .run(|| importance_weighted(model, &part, 4, 5_000, noise, &Cancel::default(), |_| true));
    }]);
    let decoder = (2 * 4 * 5_000 * (20 * 500 + 500 * 784_usize)) as f64 / importance[0];

    println!(
        "matrix-product peak: {:.0} GFLOPS on one thread, {:.0} on {threads}",
        peak_of_one / 1e9,
        peak / 1e9
    );
    println!("ratio stock_dfdx/ours = {:.2}", stock / ours);
    println!("least ratio at other sizes = {least:.2}");
    println!("fraction of peak = {:.2}", reached / peak);
    println!("threads 2/1 = {:.2}", by_threads[0] / by_threads[1]);
    println!("threads 4/2 = {:.2}", by_threads[1] / by_threads[2]);
    println!(
        "lower bound / training, per image = {:.2}",
        (evaluation[0] / 10_000.0) / (evaluation[1] / 100.0)
    );
    println!(
        "importance-weighted bound, fraction of peak = {:.2}",
        decoder / peak
    );
    methods::compare(&data, threads);
}
