//! How the cost of a training step grows with the number of items, pixels, hidden units, latent dimensions and threads, each alone
//! beside a step of 784-500-20-500-784 with minibatches of 100.
//!
//! `cargo bench --bench growth` prints the milliseconds of a step at each size (the median of the rounds, in which all sizes of an axis
//! take turns) and the exponent of the power law that fits them best, and draws both in `growth.svg` and `growth.png` in the folder
//! `docs/figures`, or in the one that is named: `cargo bench --bench growth -- FOLDER`.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that fails says where"
)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use plotters::style::RGBColor;
use rand::RngCore;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::learning::{Configuration, Preset, Training, Workers, default_threads};
use vae_tui::pictures::curves::{Curve, Panel, write};
use vae_tui::random::{Purpose, generator};

/// Rounds in which the sizes take turns.
const ROUNDS: usize = 5;
/// Time that each size gets in a round, one step at least.
const TURN: Duration = Duration::from_millis(200);

/// One size among those that grow.
#[derive(Clone, Copy)]
struct Size {
    items: usize,
    side: usize,
    hidden: usize,
    latent: usize,
    threads: usize,
}

/// What grows: its name, its sizes, and how a size is changed to have it.
type Axis = (&'static str, Vec<usize>, fn(&mut Size, usize));

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let folder = named.map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/figures"),
        PathBuf::from,
    );
    let cores = default_threads();
    let threads = (0..)
        .map(|power| 1 << power)
        .take_while(|&threads| threads <= 2 * cores);
    let axes: [Axis; 5] = [
        (
            "items",
            vec![1_000, 4_000, 16_000, 64_000, 256_000],
            |size, items| size.items = items,
        ),
        // Sides of square images.
        ("pixels", vec![7, 14, 28, 56, 112], |size, side| size.side = side),
        (
            "hidden units",
            vec![64, 128, 256, 512, 1_024, 2_048],
            |size, hidden| size.hidden = hidden,
        ),
        ("latent dimensions", vec![2, 8, 32, 128, 512], |size, latent| {
            size.latent = latent
        }),
        ("threads", threads.collect(), |size, threads| {
            size.threads = threads
        }),
    ];
    println!("{cores} cores; milliseconds per step, the median of {ROUNDS} rounds");
    let panels: Vec<Panel> = axes.into_iter().map(|axis| measured(axis, cores)).collect();
    write(&folder.join("growth"), &panels, 3).expect("the figure can be written");
}

/// Measures an axis, prints it, and draws it.
fn measured((name, sizes, change): Axis, cores: usize) -> Panel {
    let mut runs: Vec<Run> = sizes
        .iter()
        .map(|&value| {
            let mut size = Size {
                items: 10_000,
                side: 28,
                hidden: 500,
                latent: 20,
                threads: cores,
            };
            change(&mut size, value);
            Run::new(size)
        })
        .collect();
    let mut times = vec![Vec::new(); runs.len()];
    runs.iter_mut().for_each(|run| {
        run.milliseconds();
    });
    for _ in 0..ROUNDS {
        for (run, times) in runs.iter_mut().zip(&mut times) {
            times.push(run.milliseconds());
        }
    }
    let value = |size: usize| {
        if name == "pixels" {
            (size * size) as f64
        } else {
            size as f64
        }
    };
    let points: Vec<(f64, f64)> = sizes
        .iter()
        .zip(times)
        .map(|(&size, mut times)| {
            times.sort_by(f64::total_cmp);
            (value(size), times[ROUNDS / 2])
        })
        .collect();
    let (exponent, at_one) = power_law(&points);
    println!("\n{name}: exponent {exponent:.2}");
    for (value, time) in &points {
        println!("  {value:>9} {time:>9.3} ms");
    }
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let curve = |name: String, dashed, points| Curve {
        name,
        colour: RGBColor(31, 119, 180),
        pale: false,
        dashed,
        points,
        range: Vec::new(),
    };
    let of_fit = |value: f64| (value, exponent * value.log10() + at_one);
    Panel {
        title: format!("log10 ms per step, exponent {exponent:.2}"),
        axis: name,
        start: first,
        curves: vec![
            curve(
                "measured".into(),
                false,
                points
                    .iter()
                    .map(|&(value, time)| (value, time.log10()))
                    .collect(),
            ),
            curve("power law".into(), true, vec![of_fit(first), of_fit(last)]),
        ],
    }
}

/// The exponent of the power law that fits best, by least squares of the logarithms, and its decimal logarithm at 1.
fn power_law(points: &[(f64, f64)]) -> (f64, f64) {
    let logarithms = points.iter().map(|&(x, y)| (x.log10(), y.log10()));
    let count = points.len() as f64;
    let (sum_x, sum_y) = logarithms
        .clone()
        .fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x, sum.1 + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let (mut products, mut squares) = (0.0, 0.0);
    for (x, y) in logarithms {
        products += (x - mean_x) * (y - mean_y);
        squares += (x - mean_x).powi(2);
    }
    let exponent = products / squares;
    (exponent, mean_y - exponent * mean_x)
}

/// A run whose steps are timed.
struct Run {
    training: Training,
    workers: Workers,
    data: Dataset,
}

impl Run {
    fn new(size: Size) -> Self {
        let pixels = size.side * size.side;
        let mut bytes = vec![0; size.items * pixels];
        generator(1, Purpose::Noise, 0, 0).fill_bytes(&mut bytes);
        let train = Split::of_bytes(bytes, Vec::new(), pixels);
        let test = train.first(10);
        let data = Dataset::new("noise", ItemShape::grey(size.side, size.side), train, test);
        let configuration = Configuration {
            hidden: size.hidden.into(),
            latent: size.latent,
            batch: 100,
            ..Preset::Mnist.configuration(size.threads)
        };
        Self {
            workers: Workers::new(size.threads).expect("threads"),
            training: Training::new(configuration, &data),
            data,
        }
    }

    /// Of a step, the mean over a turn.
    fn milliseconds(&mut self) -> f64 {
        let Self {
            training,
            workers,
            data,
        } = self;
        let (started, mut steps) = (Instant::now(), 0);
        while steps == 0 || started.elapsed() < TURN {
            workers
                .run(|| training.step(data, workers, &Cancel::default()))
                .expect("a finite loss");
            steps += 1;
        }
        1e3 * started.elapsed().as_secs_f64() / f64::from(steps)
    }
}
