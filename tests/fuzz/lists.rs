//! Lists of runs to be trained: the workbench's queue, and a sweep's specification.

use std::collections::BTreeSet;

use ron::ser::PrettyConfig;
use vae_tui::learning::Preset;
use vae_tui::session::{KeptQueue, QueuedRun};
use vae_tui::sweep::{Specification, read};
use vae_tui::tui::app::App;

use crate::common;
use crate::harness::{self, Random, Target, check_line, fuzz, is_one_in, within};
use crate::ron_text;

/// Memory that reading a list may take beside its text.
const PLENTY: usize = 1 << 20;

struct Queue {
    folder: tempfile::TempDir,
    valid: Vec<String>,
    app: App,
}

#[test]
fn queue() {
    fuzz(|| {
        let waiting: QueuedRun = Preset::PaperMnist.configuration(2).into();
        let begun = QueuedRun {
            file: Some("/a/b.ron".into()),
            ..Preset::Mnist.configuration(1).into()
        };
        let text = ron::ser::to_string_pretty(&vec![waiting, begun], PrettyConfig::new().depth_limit(3));
        let mut app = common::app(80, 24);
        common::focus(&mut app, "runs");
        Queue {
            folder: harness::folder(),
            valid: vec![text.expect("a list"), "[]".into()],
            app,
        }
    });
}

impl Target for Queue {
    const NAME: &'static str = "queue";
    const USUAL: u64 = 5_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        ron_text::mutated(&self.valid, random)
    }

    /// A list that is read is kept as it was, says what is wrong with its runs, and is shown.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let said = |error: std::io::Error| error.to_string();
        let folder = self.folder.path();
        std::fs::create_dir_all(folder.join("queue")).map_err(said)?;
        std::fs::write(folder.join("queue/queue.ron"), input).map_err(said)?;
        let opened = within(PLENTY + 64 * input.len(), || KeptQueue::open(folder))?;
        let (file, runs) = match opened {
            Ok(Some(queue)) => queue,
            Ok(None) => return Err("nobody else has it".into()),
            Err(error) => return check_line(&vae_tui::words::plain(&error.to_string())),
        };
        for run in &runs {
            if let Err(error) = run.configuration.check() {
                check_line(&error.to_string())?;
            }
        }
        file.keep(&runs).map_err(said)?;
        drop(file);
        let again = KeptQueue::open(folder).map_err(said)?;
        // As text, in which a number that is none is like itself.
        if again.map(|(_, again)| format!("{again:?}")) != Some(format!("{runs:?}")) {
            return Err("not what was kept".into());
        }
        if is_one_in(16, input) {
            self.app.queue.waiting = runs.into();
            common::screen(&self.app);
        }
        Ok(())
    }
}

struct Sweeps {
    folder: tempfile::TempDir,
    valid: Vec<String>,
}

#[test]
fn sweeps() {
    fuzz(|| {
        Sweeps {
        folder: harness::folder(),
        valid: [
            "(\n    set: {\"samples\": \"1e5\", \"preset\": \"mnist\"},\n    grid: {\"latent\": \"2,5\", \"hidden\": \"[20,20],50\"},\n    \
             halving: 3,\n    seeds: 3,\n)",
            "(grid: {\"learning-rate\": \"1e-4..1e-2:log:5\", \"activation\": \"relu,tanh\"}, random: 4, random_seed: 7)",
            "(grid: {\"latent\": \"1..5\", \"data\": \"mnist,/a/b.npz\"}, set: {\"optimizer\": \"adam\"})",
        ]
        .map(str::to_owned)
        .to_vec(),
    }
    });
}

impl Target for Sweeps {
    const NAME: &'static str = "sweeps";
    const USUAL: u64 = 5_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        ron_text::mutated(&self.valid, random)
    }

    /// What is read has runs with names that files can have, and reads as it is written.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let path = self.folder.path().join("sweep.ron");
        std::fs::write(&path, input).map_err(|error| error.to_string())?;
        let specification = match within(PLENTY + 64 * input.len(), || read(&path))? {
            Ok(specification) => specification,
            Err(error) => {
                let said = vae_tui::words::plain(&format!("{error:#}"));
                return check_line(&said).and_then(|()| {
                    said.contains("sweep.ron")
                        .then_some(())
                        .ok_or(format!("the sentence does not name the file: {said}"))
                });
            }
        };
        // Ten thousand runs are as well checked as a few, and take a thousand times as long.
        let few = Specification {
            seeds: specification.seeds.min(3),
            random: specification.random.map(|count| count.min(20)),
            ..specification.clone()
        };
        match few.runs() {
            Ok(runs) => {
                let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
                let is_plain = |name: &&str| {
                    name.len() <= 200 && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/')
                };
                if names.len() < runs.len() || !names.iter().all(is_plain) {
                    return Err(format!("no names for files: {names:?}"));
                }
            }
            Err(error) => check_line(&vae_tui::words::plain(&format!("{error:#}")))?,
        }
        let written = ron::ser::to_string_pretty(&specification, PrettyConfig::new());
        match written.map(|text| Specification::parse(&text)) {
            Ok(Ok(again)) if again == specification => Ok(()),
            other => Err(format!("{specification:?} comes back as {other:?}")),
        }
    }
}
