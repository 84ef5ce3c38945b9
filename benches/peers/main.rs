//! The training step beside the same step in JAX and in PyTorch, which take turns with ours in one run.
//!
//! ```sh
//! python3 -m venv peers && peers/bin/pip install -r benches/peers/requirements.txt
//! PEERS_PYTHON=peers/bin/python cargo bench --bench peers
//! ```
//!
//! The items are random bytes: how long a step takes does not depend on them.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::RngCore;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::learning::{Configuration, Preset, Training, Workers};
use vae_tui::model::{Activation, FamilyKind, Layers, Likelihood};
use vae_tui::objective::Estimator;
use vae_tui::random::{Purpose, generator};

/// Rounds in which the contestants take turns.
const ROUNDS: usize = 15;
/// Time that each contestant gets in a round.
const TURN: Duration = Duration::from_millis(150);
/// Items to train on.
const ITEMS: usize = 10_000;

/// Where the step is timed.
struct Point {
    side: (usize, usize),
    hidden: usize,
    latent: usize,
    batch: usize,
    likelihood: Likelihood,
    kind: Kind,
}

/// What is learned in a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The paper's networks and bound.
    Plain,
    /// The importance-weighted bound with 50 samples, on two hidden layers.
    Weighted,
    /// Two convolutions of 4 x 4 pixels with 32 and 64 channels, and a hidden layer of relus.
    Convolutional,
    /// The deep Markov model of the chorales: 600 recurrent units, an emitter of 100 and as many relus as gate and proposal have; every
    /// row is a step.
    Markov,
}

impl Kind {
    /// What the peers call it.
    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Weighted => "weighted",
            Self::Convolutional => "convolutional",
            Self::Markov => "markov",
        }
    }

    /// What it changes of a configuration with one hidden layer.
    fn configure(self, plain: Configuration) -> Configuration {
        match self {
            Self::Plain => plain,
            Self::Weighted => Configuration {
                hidden: Layers::new([plain.hidden.units(), plain.hidden.units()].concat()),
                estimator: Estimator::ImportanceWeighted,
                mc_samples: 50,
                ..plain
            },
            Self::Convolutional => Configuration {
                family: FamilyKind::Convolutional,
                channels: Layers::new(vec![32, 64]),
                kernel: 4,
                stride: 2,
                activation: Activation::Relu,
                ..plain
            },
            Self::Markov => Configuration {
                family: FamilyKind::Markov,
                hidden: Layers::new([plain.hidden.units(), &[100]].concat()),
                recurrent: 600,
                activation: Activation::Relu,
                ..plain
            },
        }
    }

    /// What an item of so many rows and columns is.
    fn shape(self, (rows, columns): (usize, usize)) -> ItemShape {
        match self {
            Self::Markov => ItemShape::Sequence {
                steps: rows,
                features: columns,
            },
            Self::Plain | Self::Weighted | Self::Convolutional => ItemShape::grey(rows, columns),
        }
    }
}

impl Point {
    fn digits(hidden: usize, latent: usize, batch: usize) -> Self {
        Self {
            side: (28, 28),
            hidden,
            latent,
            batch,
            likelihood: Likelihood::Bernoulli,
            kind: Kind::Plain,
        }
    }
}

fn main() -> Result<()> {
    let python = std::env::var_os("PEERS_PYTHON").unwrap_or_else(|| "python3".into());
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    println!(
        "{threads} threads; the median of {ROUNDS} rounds, in brackets the lowest and the highest ratio"
    );
    println!(
        "{:>24} {:>9} {:>22} {:>22}",
        "model, minibatch", "ours", "JAX / ours", "PyTorch / ours"
    );
    let faces = Point {
        side: (28, 20),
        hidden: 200,
        latent: 10,
        batch: 100,
        likelihood: Likelihood::Gaussian,
        kind: Kind::Plain,
    };
    let weighted = Point {
        kind: Kind::Weighted,
        ..Point::digits(200, 50, 20)
    };
    let convolutional = Point {
        kind: Kind::Convolutional,
        ..Point::digits(256, 20, 100)
    };
    // The chorales have 88 keys and 60 time steps on average.
    let markov = Point {
        side: (60, 88),
        kind: Kind::Markov,
        ..Point::digits(200, 100, 20)
    };
    for point in [
        Point::digits(500, 20, 100),
        Point::digits(500, 2, 100),
        Point::digits(500, 200, 100),
        Point::digits(200, 20, 100),
        Point::digits(500, 20, 20),
        Point::digits(500, 20, 500),
        faces,
        weighted,
        convolutional,
        markov,
    ] {
        let mut ours = Ours::new(&point, threads)?;
        let mut peers = [
            Peer::start(python.as_ref(), "jax_step.py", &point, threads)?,
            Peer::start(python.as_ref(), "pytorch_step.py", &point, threads)?,
        ];
        let (mut times, mut ratios) = (Vec::new(), [Vec::new(), Vec::new()]);
        for _ in 0..ROUNDS {
            let ours = ours.turn()?;
            times.push(1e3 * ours);
            for (peer, ratios) in peers.iter_mut().zip(&mut ratios) {
                ratios.push(peer.turn()? / ours);
            }
        }
        let Point {
            side,
            hidden,
            latent,
            batch,
            kind,
            ..
        } = point;
        let what = match kind {
            Kind::Plain => "",
            Kind::Weighted => "k = 50 ",
            Kind::Convolutional => "conv ",
            Kind::Markov => "markov ",
        };
        println!(
            "{:>24} {:>6.2} ms {:>22} {:>22}",
            format!("{what}{}-{hidden}-{latent}, {batch}", side.0 * side.1),
            spread(&mut times).0,
            ratio(&mut ratios[0]),
            ratio(&mut ratios[1]),
        );
    }
    Ok(())
}

/// Median, least and largest.
fn spread(values: &mut [f64]) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

fn ratio(ratios: &mut [f64]) -> String {
    let (median, least, largest) = spread(ratios);
    format!("{median:.2} ({least:.2} to {largest:.2})")
}

/// Our step.
struct Ours {
    training: Training,
    workers: Workers,
    data: Dataset,
}

impl Ours {
    fn new(point: &Point, threads: usize) -> Result<Self> {
        let (height, width) = point.side;
        let mut bytes = vec![0; ITEMS * height * width];
        generator(1, Purpose::Sampling, 0, 0).fill_bytes(&mut bytes);
        let test = Split::of_bytes(bytes[..height * width].to_vec(), Vec::new(), height * width);
        let train = Split::of_bytes(bytes, Vec::new(), height * width);
        let data = Dataset::new("random bytes", point.kind.shape(point.side), train, test);
        let configuration = point.kind.configure(Configuration {
            hidden: point.hidden.into(),
            latent: point.latent,
            batch: point.batch,
            likelihood: point.likelihood,
            ..Preset::Mnist.configuration(threads)
        });
        let workers = Workers::new(threads)?;
        Ok(Self {
            training: Training::new(configuration, &data),
            workers,
            data,
        })
    }

    /// Seconds of a step.
    fn turn(&mut self) -> Result<f64> {
        let Self {
            training,
            workers,
            data,
        } = self;
        let (started, mut steps) = (Instant::now(), 0);
        while started.elapsed() < TURN {
            workers.run(|| training.step(data, workers, &Cancel::default()))?;
            steps += 1;
        }
        Ok(started.elapsed().as_secs_f64() / f64::from(steps))
    }
}

/// Another program's step: a process that waits for its turn.
struct Peer {
    process: Child,
    turns: ChildStdin,
    times: BufReader<ChildStdout>,
}

impl Peer {
    fn start(python: &Path, script: &str, point: &Point, threads: usize) -> Result<Self> {
        let likelihood: &str = point.likelihood.into();
        let numbers = [
            point.side.0 * point.side.1,
            point.hidden,
            point.latent,
            point.batch,
        ];
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("benches/peers")
            .join(script);
        let mut process = Command::new(python)
            .arg(&script)
            .args(numbers.map(|number| number.to_string()))
            .args([likelihood, &threads.to_string(), point.kind.word()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| {
                format!(
                    "{} does not start: set PEERS_PYTHON to one that has benches/peers/requirements.txt",
                    python.display()
                )
            })?;
        let turns = process.stdin.take().context("a pipe to the peer")?;
        let times = BufReader::new(process.stdout.take().context("a pipe from the peer")?);
        Ok(Self {
            process,
            turns,
            times,
        })
    }

    /// Seconds of a step.
    fn turn(&mut self) -> Result<f64> {
        writeln!(self.turns, "{}", TURN.as_secs_f64())?;
        let mut line = String::new();
        self.times.read_line(&mut line)?;
        line.trim().parse().context("the peer ended without a time")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It has ended already where this fails.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
