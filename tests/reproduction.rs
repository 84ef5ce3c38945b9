//! The paper's figures, made again in short: files, verdict, going on with runs that were left.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use vae_tui::paper::{Audience, Figure, Laboratory};
use vae_tui::session;

struct Nobody;

impl Audience for Nobody {
    fn begin(&self, _name: &str, _goal: u64) -> Box<dyn Fn(u64) + Send + Sync> {
        Box::new(|_| {})
    }

    fn say(&self, _words: &str) {}
}

fn laboratory(folder: &Path, samples: u64) -> Laboratory {
    Laboratory {
        folder: folder.to_owned(),
        data: None,
        samples: Some(samples),
        learning_rate: None,
        warm_up: None,
        points: 50,
        jobs: 2,
        threads: 1,
        budget: None,
        seeds: 1,
        stop: Arc::new(AtomicBool::new(false)),
        audience: Box::new(Nobody),
    }
}

fn make(figure: Figure, panel: &str, laboratory: &Laboratory) -> Result<String, String> {
    figure
        .make(&[panel.to_owned()], laboratory)
        .map_err(|error| format!("{error:#}"))
}

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn a_figure_trains_what_is_missing_and_goes_on_with_what_is_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let verdict = make(Figure::Figure2, "mnist-3", &laboratory(folder.path(), 400)).expect("it trains");
    assert!(
        verdict.contains("| mnist-3 | 1e7 | - | -138.0 |"),
        "no figure is made up: {verdict}"
    );
    assert_eq!(read(folder.path(), "figure2.md"), verdict);
    for file in ["figure2.png", "figure2.svg", "runs/mnist-3-wake-sleep.ron"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
    let rows = |table: &str, of: &str| -> Vec<String> {
        let ours = table.lines().filter(|line| line.starts_with(of));
        // Without the seconds, which differ from run to run.
        ours.map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            [&cells[..5], &cells[6..7]].concat().join(",")
        })
        .collect()
    };
    let table = read(folder.path(), "figure2.csv");
    let short = rows(&table, "mnist-3,vae-tui,AEVB,test,");
    assert!(
        short[0].starts_with("mnist-3,vae-tui,AEVB,test,100,-5"),
        "{short:?}"
    );
    assert!(short.len() >= 3 && short[short.len() - 1].contains(",400,"));
    assert!(!rows(&table, "mnist-3,paper,Wake-Sleep,train,").is_empty());

    make(Figure::Figure2, "mnist-3", &laboratory(folder.path(), 1_000)).expect("it goes on");
    let gone_on = rows(&read(folder.path(), "figure2.csv"), "mnist-3,vae-tui,AEVB,test,");
    assert_eq!(
        gone_on[..short.len()],
        short,
        "what was measured is kept, not computed again"
    );
    let whole = tempfile::tempdir().expect("a temporary folder");
    make(Figure::Figure2, "mnist-3", &laboratory(whole.path(), 1_000)).expect("it trains");
    let at_once = rows(&read(whole.path(), "figure2.csv"), "mnist-3,vae-tui,AEVB,test,");
    assert_eq!(
        gone_on.last(),
        at_once.last(),
        "interrupted or not, a run is the same run"
    );
}

#[test]
fn several_seeds_are_runs_of_their_own_whose_range_is_shaded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let three = Laboratory {
        seeds: 3,
        ..laboratory(folder.path(), 100)
    };
    let verdict = make(Figure::Figure2, "mnist-3", &three).expect("it trains");
    assert!(
        verdict.starts_with("Figure 2") && verdict.contains("the mean of the seeds"),
        "{verdict}"
    );
    for run in [
        "mnist-3-aevb.ron",
        "mnist-3-aevb-seed2.ron",
        "mnist-3-wake-sleep-seed3.ron",
    ] {
        assert!(folder.path().join("runs").join(run).exists(), "{run}");
    }
    let table = read(folder.path(), "figure2.csv");
    let at_the_end: std::collections::BTreeSet<&str> = table
        .lines()
        .filter(|line| line.starts_with("mnist-3,vae-tui,AEVB,test,100,"))
        .filter_map(|line| line.split(',').nth(6))
        .collect();
    assert_eq!(at_the_end.len(), 3, "three seeds, three bounds: {table}");
}

#[test]
fn work_that_is_interrupted_is_kept_and_another_run_is_not_taken_for_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stopped = laboratory(folder.path(), 1_000);
    stopped.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let error = make(Figure::Figure2, "mnist-20", &stopped).expect_err("it was stopped");
    assert!(error.contains("interrupted"), "{error}");
    let run = folder.path().join("runs/mnist-20-aevb.ron");
    assert!(session::load(&run).is_ok());

    let other = folder.path().join("runs/mnist-10-aevb.ron");
    std::fs::copy(&run, &other).expect("the folder can be written");
    let before = std::fs::read(&other).expect("a session");
    let error = make(Figure::Figure2, "mnist-10", &laboratory(folder.path(), 1_000))
        .expect_err("it is a run with 20 dimensions");
    assert!(
        error.contains("mnist-10-aevb.ron is another run than the figure needs: latent is 20, not 10"),
        "{error}"
    );
    assert_eq!(std::fs::read(&other).expect("a session"), before);
}

#[test]
fn the_marginal_likelihood_is_measured_by_both_estimates_for_all_three_methods() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let few = Laboratory {
        points: 2,
        ..laboratory(folder.path(), 100)
    };
    let verdict = make(Figure::Figure3, "n1000", &few).expect("it trains");
    assert!(verdict.contains("| n1000 | MCEM | test | 2 | "), "{verdict}");
    for method in ["AEVB", "Wake-Sleep", "MCEM"] {
        assert!(verdict.contains(method), "{verdict}");
        for split in ["train", "test"] {
            let table = read(folder.path(), "figure3.csv");
            let start = format!("n1000,{method},{split},100,");
            let row = table.lines().find(|line| line.starts_with(&start));
            let cells: Vec<f64> = row
                .unwrap_or_else(|| panic!("{start} in {table}"))
                .split(',')
                .skip(3)
                .map(|cell| cell.parse().expect("a number"))
                .collect();
            assert_eq!(cells.len(), 6);
            assert!(cells[2] < -100.0 && cells[3] > 0.0 && cells[4] < -100.0 && cells[5] > 0.0);
        }
    }
}

#[test]
fn full_variational_bayes_is_judged_by_its_gap() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let verdict = make(Figure::Vb, "n1000", &laboratory(folder.path(), 200)).expect("it trains");
    for words in ["| n1000 | AEVB |", "| n1000 | full VB |", "n1000: the gap is"] {
        assert!(verdict.contains(words), "{words} in {verdict}");
    }
    for file in [
        "vb.csv",
        "vb.svg",
        "runs/vb-n1000-full-vb.ron",
        "runs/vb-n1000-aevb.ron",
    ] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn manifolds_and_draws_are_pictures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (figure, stem) in [(Figure::Figure4, "figure4"), (Figure::Figure5, "figure5")] {
        make(figure, "mnist-2", &laboratory(folder.path(), 300)).expect("it trains");
        for extension in ["png", "svg", "csv", "md"] {
            let path = folder.path().join(stem).with_extension(extension);
            assert!(path.exists(), "{}", path.display());
        }
        let file = std::fs::File::open(folder.path().join(stem).with_extension("png")).expect("a picture");
        let mut picture = png::Decoder::new(std::io::BufReader::new(file))
            .read_info()
            .expect("it is a PNG");
        let mut pixels = vec![0; picture.output_buffer_size().expect("a size")];
        picture.next_frame(&mut pixels).expect("it is whole");
        let greys: std::collections::BTreeSet<u8> = pixels.into_iter().collect();
        assert!(greys.len() > 50, "{stem} has {} greys", greys.len());
    }
}

#[test]
fn unknown_panels_and_missing_faces_are_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let laboratory = laboratory(folder.path(), 100);
    let error = make(Figure::Figure2, "mnist-7", &laboratory).expect_err("there is none");
    assert!(
        error.contains("no panel mnist-7") && error.contains("mnist-20"),
        "{error}"
    );
    let error = make(Figure::Figure4, "frey-2", &laboratory).expect_err("no faces");
    assert!(error.contains("--data"), "{error}");
    assert_eq!(
        std::fs::read_dir(folder.path()).map(Iterator::count).ok(),
        Some(0)
    );
}
