//! Everything that the configuration folder holds: the configuration, a theme, how the panes are arranged.

use std::path::PathBuf;

use rand::Rng;
use vae_tui::config::{self, Loaded};

use crate::harness::{self, Random, Target, check_line, fuzz, within};
use crate::ron_text;

/// The files of the folder, each with valid ones.
const FILES: [(&str, &[&str]); 3] = [
    (
        "config.ron",
        &[
            "(\n    theme: \"mine\",\n    keys: {\"session.save\": [\"Ctrl-S\", \"F2\"], \"quit\": [\"Alt-q\"]},\n    colours: \"256\",\n    \
             language: \"ja\",\n    graphics: \"sextant\",\n    colour_map: \"magma\",\n    mouse: false,\n    notify: \"desktop\",\n)\n",
            "(preset: \"paper-mnist\", threads: 3, autosave: 30, hang_up: \"detach\", journal: \"warn, vae_tui::run=debug\")",
        ],
    ),
    (
        "themes/mine.ron",
        &[
            "(\n    based_on: \"light\",\n    accent: \"#5fd7ff\",\n    dim: \"bright-black\",\n    good: \"reset\",\n)\n",
        ],
    ),
    (
        "layout.ron",
        &[
            "(\n    upper_left: \"map\",\n    lower_left: \"training\",\n    right: \"data\",\n    left: 612,\n    lower: Some(400),\n)\n",
        ],
    ),
];
/// Memory that reading the folder may take beside its files.
const PLENTY: usize = 1 << 20;

struct Configuration {
    folder: tempfile::TempDir,
    valid: Vec<Vec<String>>,
}

#[test]
fn configuration() {
    fuzz(|| {
        let folder = harness::folder();
        std::fs::create_dir(folder.path().join("themes")).expect("a folder");
        let valid = FILES.map(|(name, texts)| {
            std::fs::write(folder.path().join(name), texts[0]).expect("a file");
            texts.iter().map(|text| (*text).to_owned()).collect()
        });
        Configuration {
            folder,
            valid: valid.to_vec(),
        }
    });
}

impl Target for Configuration {
    const NAME: &'static str = "configuration";
    const USUAL: u64 = 10_000;

    /// The number of a file, and what stands in it.
    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let file = random.gen_range(0..FILES.len());
        let mut input = vec![file as u8];
        input.extend(ron_text::mutated(&self.valid[file], random));
        input
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let Some((&file, text)) = input.split_first() else {
            return Ok(());
        };
        let file = usize::from(file) % FILES.len();
        let path = self.folder.path().join(FILES[file].0);
        let written = |bytes: &[u8]| std::fs::write(&path, bytes).map_err(|error| error.to_string());
        written(text)?;
        let checked = self.read(text.len());
        written(self.valid[file][0].as_bytes())?;
        checked
    }
}

impl Configuration {
    /// What is wrong is said; the rest holds, and is what its own text says.
    fn read(&self, size: usize) -> Result<(), String> {
        let loaded = within(PLENTY + 64 * size, || config::load_from(self.folder.path()))?;
        loaded.faults.iter().try_for_each(|fault| check_line(fault))?;
        let not_done = vae_tui::tui::faults(&loaded.config);
        not_done.iter().try_for_each(|fault| check_line(fault))?;
        let text = loaded.text();
        text.lines().try_for_each(check_line)?;
        let again = config::parse(&text, &PathBuf::from("/c/config.ron"));
        let without_files = |loaded: &Loaded| config::Config {
            theme_file: None,
            layout: None,
            ..loaded.config.clone()
        };
        if !again.faults.is_empty() || without_files(&again) != without_files(&loaded) {
            return Err(format!(
                "{text:?} is read as {:?} with {:?}",
                again.config, again.faults
            ));
        }
        Ok(())
    }
}
