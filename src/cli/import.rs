//! `vae-tui import`: parameters that another program made, as a session.

use std::path::PathBuf;

use clap::Args;

use super::choice::choice;
use super::{dataset, ensure_data, print_line, resume};
use crate::data::absolute_name;
use crate::exchange::import;
use crate::files::shown;
use crate::learning::settings::Assignment;
use crate::learning::{Configuration, Preset, Training, default_threads};
use crate::process::say;
use crate::run::RunState;
use crate::session::{self, Resumed, View, folder};

/// The flags of `vae-tui import`.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: vae-tui import model.safetensors --like run.ron -o new.ron\n         vae-tui import model.npz --preset mnist --set hidden=400 --set latent=10 -o new.ron"
)]
pub struct Arguments {
    /// The parameters, named and laid out as PyTorch has them, in safetensors or NPZ
    #[arg(value_name = "PARAMETERS")]
    file: PathBuf,
    /// A session whose configuration the new one has
    #[arg(long, value_name = "SESSION", required_unless_present = "preset")]
    like: Option<PathBuf>,
    /// What the new session's configuration starts from
    #[arg(long, value_parser = choice::<Preset>(), conflicts_with = "like")]
    preset: Option<Preset>,
    /// With --preset, a setting that is different, by its flag of `train`; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment, conflicts_with = "like")]
    set: Vec<Assignment>,
    /// What the new session is trained on; with --like, where that session's data is now
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Where the new session goes; one that lies there is replaced
    #[arg(short, long, value_name = "F.ron")]
    out: PathBuf,
}

fn assignment(text: &str) -> Result<Assignment, String> {
    let (setting, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
    Ok(Assignment::new(setting, value))
}

/// Makes a session with no samples seen and these parameters.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (configuration, data) = match &arguments.like {
        Some(path) => {
            let Resumed { state, data, .. } = resume(path, arguments.data.as_deref())?;
            (state.training.present(), data)
        }
        None => {
            let configuration = from_preset(arguments)?;
            let data = dataset(&configuration.data, &configuration.reading)?;
            configuration.check_on(&data)?;
            (configuration, data)
        }
    };
    let mut training = Training::new(configuration, &data);
    import(&arguments.file, &mut training.model)?;
    let words = training.model.architecture().to_string();
    let before = folder::summary(&arguments.out);
    session::save(&RunState::new(training), &View::default(), &arguments.out)?;
    if let Some(before) = before {
        say(format_args!(
            "note: this replaced what {} held before: {before}",
            shown(&arguments.out)
        ));
    }
    print_line(&format!("{words}, saved to {}", shown(&arguments.out)))
}

fn from_preset(arguments: &Arguments) -> anyhow::Result<Configuration> {
    let preset = arguments
        .preset
        .unwrap_or_default()
        .configuration(default_threads());
    let data = arguments.data.as_deref().map(absolute_name);
    let data = data.map(|name| Assignment::new("data", name));
    let assignments: Vec<Assignment> = arguments.set.iter().cloned().chain(data).collect();
    let configuration = preset.with(&assignments)?;
    ensure_data(&configuration)?;
    configuration.check()?;
    Ok(configuration)
}
