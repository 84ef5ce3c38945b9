//! `vae-tui sweep`: many runs that differ in some settings, trained here or elsewhere, and how far they are.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::{ArgGroup, Args};
use indicatif::{ProgressBar, ProgressStyle};

use super::bars::Bars;
use super::choice::choice;
use super::data_flags::DataFlags;
use super::print_line;
use super::setting_flags::SettingFlags;
use crate::choices::Choose;
use crate::files::{shown, write_whole};
use crate::learning::Preset;
use crate::process::{ending_flag, say};
use crate::session::Catalogue;
use crate::sweep::{
    self, Axis, Column, Ending, Engine, EngineSettings, Outcome, PRESET, Progress, Specification,
    SweepFolder, Task, Trainer,
};
use crate::words::plain_json;

/// Where a sweep lies that is not told where.
const FOLDER: &str = "sweep";
/// The table for other programs, beside the runs.
const TABLE: &str = "results.csv";
/// Time between two looks into a folder that is watched.
const LOOK: Duration = Duration::from_secs(2);
/// Rows of the table while it is watched.
const ROWS: usize = 20;

/// The flags of `vae-tui sweep`.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
#[command(group = ArgGroup::new("asked").args(["specification", "grid", "random", "halving", "seeds", "preset"]).multiple(true))]
pub struct Arguments {
    /// What to train, a RON file: (grid: {"latent": "2,5,10"}, set: {"samples": "1e6"}, seeds: 3)
    #[arg(value_name = "SPEC.ron")]
    specification: Option<PathBuf>,
    /// A setting, data or preset, and its values: latent=2,5,10 or learning-rate=1e-4..1e-2:log:5 or hidden=[200,200],500; may be
    /// given several times, for every combination
    #[arg(long, value_name = "NAME=VALUES", value_parser = sweep::named_axis)]
    grid: Vec<(String, Axis)>,
    /// Only N combinations, drawn at random; of a range A..B:log any number then
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    random: Option<u32>,
    /// The seed of these draws [default: 0]
    #[arg(long, value_name = "N")]
    random_seed: Option<u64>,
    /// Train all a little and only the best one of ETA further, rung after rung [default of ETA: 3]
    #[arg(long, value_name = "ETA", num_args = 0..=1, default_missing_value = "3", value_parser = clap::value_parser!(u32).range(2..=100))]
    halving: Option<u32>,
    /// Runs of each combination, with one seed after the other [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: Option<u32>,
    /// What all runs start from, unless it is an axis [default: mnist]
    #[arg(long, value_parser = choice::<Preset>())]
    preset: Option<Preset>,
    /// Where the sweep lies, with a session file for each run; what is there already is gone on with
    #[arg(long, value_name = "DIR", default_value = FOLDER)]
    out: PathBuf,
    /// Who trains the runs
    #[arg(long, value_parser = choice::<Engine>(), default_value = Engine::default().word())]
    engine: Engine,
    /// Runs that are trained at a time [default: as many as the cores allow; elsewhere as the engine decides]
    #[arg(long, value_name = "J", value_parser = clap::value_parser!(u16).range(1..=4_096))]
    jobs: Option<u16>,
    /// Something more for the engine's program, such as --engine-option=--partition=long; may be given several times
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true)]
    engine_option: Vec<String>,
    /// The machines on which GNU parallel trains, as ssh knows them, separated by commas [default: this one]
    #[arg(long, value_name = "HOSTS", value_delimiter = ',')]
    hosts: Vec<String>,
    /// Show the sweep in DIR as it goes on, wherever it is trained, and train nothing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["asked", "only", "out"])]
    watch: Option<PathBuf>,
    /// What the table is sorted by: test, samples, seconds, stage, order, seed, or an axis
    #[arg(long, value_name = "COLUMN", default_value = "test")]
    sort: String,
    /// Only this run of the sweep in --out; for engines
    #[arg(long, value_name = "RUN", hide = true, conflicts_with = "asked")]
    only: Option<String>,
    /// Training points seen at which that run is left
    #[arg(long, value_name = "N", hide = true, requires = "only")]
    until: Option<u64>,
    /// One JSON object on standard output: the runs, and mean and range over the seeds; with --watch one for every change
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags<false>,
    #[command(flatten)]
    reading: DataFlags,
}

/// Watches, trains one run for an engine, or has a sweep carried out.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(folder) = &arguments.watch {
        return watch(&SweepFolder::open(folder)?, arguments);
    }
    let folder = folder(arguments)?;
    let column = column(arguments, &folder)?;
    let stop = ending_flag().context("listening for signals")?;
    let bars = Bars::default();
    let trainer = Trainer::new(&folder, stop, &bars);
    if let Some(name) = &arguments.only {
        return train_one(&trainer, name, arguments.until);
    }
    let settings = EngineSettings {
        engine: arguments.engine,
        jobs: arguments.jobs.map(usize::from),
        options: arguments.engine_option.clone(),
        hosts: arguments.hosts.clone(),
        program: std::env::current_exe().context("finding this program's own file")?,
    };
    match sweep::carry_out(&trainer, &settings)? {
        Ending::Complete(progress) => report(&progress, &folder, &column, arguments),
        Ending::Handed(words) => print_line(&words),
        Ending::Interrupted => {
            bail!("interrupted; what was trained is saved, and the same command goes on with it")
        }
        Ending::Incomplete => {
            bail!("some runs did not get to their ends, as is said above; the same command tries them again")
        }
    }
}

/// The sweep that is asked for, or the one in its folder where nothing is.
fn folder(arguments: &Arguments) -> anyhow::Result<SweepFolder> {
    let out = &arguments.out;
    let Some(asked) = asked(arguments)? else {
        return SweepFolder::open(out).with_context(|| {
            format!(
                "nothing is asked for, and no sweep lies in {}: --grid latent=2,5,10 makes one",
                shown(out)
            )
        });
    };
    let (folder, note) = SweepFolder::begin(out, asked)?;
    note.iter().for_each(|note| say(format_args!("note: {note}")));
    Ok(folder)
}

/// What the file and the flags ask for together; none where they say nothing.
fn asked(arguments: &Arguments) -> anyhow::Result<Option<Specification>> {
    let mut asked = match &arguments.specification {
        Some(path) => sweep::read(path)?,
        None => Specification::default(),
    };
    for (setting, axis) in &arguments.grid {
        let before = asked.grid.insert(setting.clone(), axis.clone());
        ensure!(
            before.is_none() || arguments.specification.is_some(),
            "{setting} is given twice: its values go into one --grid, with commas between"
        );
    }
    asked.random = arguments.random.or(asked.random);
    asked.random_seed = arguments.random_seed.unwrap_or(asked.random_seed);
    asked.halving = arguments.halving.or(asked.halving);
    asked.seeds = arguments.seeds.unwrap_or(asked.seeds);
    if let Some(preset) = arguments.preset {
        asked.set.insert(PRESET.into(), preset.word().into());
    }
    let given = arguments.settings.all().iter();
    asked
        .set
        .extend(given.map(|given| (given.setting.clone(), given.value.clone())));
    let rules = arguments.reading.over(&crate::data::ReadingRules::default());
    if rules != crate::data::ReadingRules::default() {
        asked.set.insert("reading".into(), rules.to_string());
    }
    // Data that a person names is named from here.
    if let Some(data) = asked.set.get_mut("data") {
        *data = crate::data::absolute_name(data);
    }
    if let Some(Axis::List(names)) = asked.grid.get_mut("data") {
        names
            .iter_mut()
            .for_each(|name| *name = crate::data::absolute_name(name));
    }
    let says_something = arguments.specification.is_some() || asked != Specification::default();
    Ok(says_something.then_some(asked))
}

/// What the table is sorted by.
fn column(arguments: &Arguments, folder: &SweepFolder) -> anyhow::Result<Column> {
    let column = Column::named(&arguments.sort);
    ensure!(
        column.is_of(&folder.runs),
        "the sweep has no column {:?}: test, samples, seconds, stage, order, seed, or an axis",
        arguments.sort
    );
    Ok(column)
}

/// The one run that an engine asks for.
fn train_one(trainer: &Trainer, name: &str, until: Option<u64>) -> anyhow::Result<()> {
    let run = trainer.folder.run(name)?.clone();
    let samples = until.unwrap_or(run.configuration.goal);
    match trainer.train(&Task { run, samples })? {
        Outcome::Trained => Ok(()),
        Outcome::InUse => bail!("another vae-tui trains {name}"),
        Outcome::Interrupted => {
            bail!("interrupted; what was trained is saved, and the same command goes on with it")
        }
    }
}

/// Says what came of a sweep, and writes it beside the runs.
fn report(
    progress: &Progress,
    folder: &SweepFolder,
    column: &Column,
    arguments: &Arguments,
) -> anyhow::Result<()> {
    let path = folder.path.join(TABLE);
    write_whole(&path, |file| sweep::write_csv(progress, file))
        .with_context(|| format!("{} can't be written", shown(&path)))?;
    if arguments.json {
        return print_line(&plain_json(&sweep::json(progress).to_string()));
    }
    print_tables(progress, column)?;
    say(format_args!(
        "done: {} and the runs' sessions lie in {}",
        TABLE,
        shown(&folder.path)
    ));
    Ok(())
}

/// Shows how far a sweep is, again and again until nothing more comes of it or somebody asks for the end.
fn watch(folder: &SweepFolder, arguments: &Arguments) -> anyhow::Result<()> {
    let column = column(arguments, folder)?;
    let stop = ending_flag().context("listening for signals")?;
    let screen = screen()?;
    let (mut catalogue, mut before) = (Catalogue::default(), None);
    let is_shown = std::io::stderr().is_terminal() && !arguments.json;
    loop {
        let progress = folder.progress(&mut catalogue);
        let is_new = before.as_ref() != Some(&progress);
        if is_new && arguments.json {
            print_line(&plain_json(&sweep::json(&progress).to_string()))?;
        } else if is_new && is_shown {
            screen.set_message(sweep::table(&progress, &column, ROWS));
        }
        if progress.is_complete() || stop.load(std::sync::atomic::Ordering::Relaxed) {
            screen.finish_and_clear();
            return if arguments.json {
                Ok(())
            } else {
                print_tables(&progress, &column)
            };
        }
        before = Some(progress);
        let waited_for = std::time::Instant::now() + LOOK;
        while std::time::Instant::now() < waited_for && !stop.load(std::sync::atomic::Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Every run, and mean and range over the seeds.
fn print_tables(progress: &Progress, column: &Column) -> anyhow::Result<()> {
    print_line(sweep::table(progress, column, usize::MAX).trim_end())?;
    print_line("")?;
    print_line(sweep::summary_table(progress).trim_end())
}

/// Lines on standard error that are replaced in place; nothing where that is no terminal.
fn screen() -> anyhow::Result<ProgressBar> {
    let screen = ProgressBar::new_spinner();
    screen.set_style(ProgressStyle::with_template("{msg}")?);
    Ok(screen)
}
