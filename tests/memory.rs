//! Memory does not grow with the length of a run. One test, so that nothing else takes memory meanwhile.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test that fails says where")]

use vae_tui::data;
use vae_tui::evaluation::{from_posterior_samples, importance_weighted};
use vae_tui::learning::{Configuration, Method, Preset, Training, Workers};

/// Kilobytes that the process holds.
fn resident() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn memory_stays_as_it_is_however_long_a_run() {
    let data = data::load("mnist", |_| {}).expect("MNIST is built in");
    for (method, steps) in [
        (Method::Aevb, 60_000),
        (Method::WakeSleep, 60_000),
        (Method::Mcem, 2_000),
    ] {
        let configuration = Configuration {
            method,
            hidden: 4,
            latent: 2,
            batch: 2,
            goal: u64::MAX,
            train_size: Some(100),
            ..Preset::PaperMnist.configuration(1)
        };
        let workers = Workers::new(1, 2).expect("a thread");
        let mut training = Training::new(configuration, &data);
        let mut run = |steps: usize| {
            workers.run(|| {
                for _ in 0..steps {
                    training.step(&data, &workers).expect("it learns");
                }
                let noise = training.noise();
                let estimated =
                    importance_weighted(&training.model, &data.test, steps / 50, 500, noise, |_| true);
                assert!(estimated.is_some());
                let sampled =
                    from_posterior_samples(&training.model, &data.test, steps / 200, 5, noise, |_| true);
                assert!(sampled.is_ok());
            });
        };
        run(steps / 4);
        let before = resident();
        run(steps);
        let grown = resident() - before;
        assert!(grown < 1_500, "{method:?}: {grown} kB in {steps} steps");
    }
}
