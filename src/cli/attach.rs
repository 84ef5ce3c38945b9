//! `vae-tui attach`: the workbench on a run that goes on in another process.

use anyhow::bail;
use clap::Args;

use super::choice::choice;
use crate::language::Language;
use crate::process::say;
use crate::remote::client::describe;
use crate::remote::folder::RuntimeFolder;
use crate::remote::{Description, running};
use crate::terminal_facts::{ColourDepth, Graphics};

/// Which run, and how it is shown.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Its name, as `vae-tui list` shows it; without one, the only run there is, or a list to choose from
    pub name: Option<String>,
    /// The language of the workbench [default: that of the configuration, or of the locale]
    #[arg(long = "lang", value_name = "LANGUAGE", value_parser = choice::<Language>())]
    pub language: Option<Language>,
    /// Colours to use, where the terminal does not say what it can
    #[arg(long, value_name = "COLOURS", value_parser = choice::<ColourDepth>())]
    pub colours: Option<ColourDepth>,
    /// How pictures are drawn
    #[arg(long, value_name = "GRAPHICS", value_parser = choice::<Graphics>())]
    pub graphics: Option<Graphics>,
}

impl Arguments {
    /// The runs that may be meant, one at least.
    ///
    /// # Errors
    /// If there is none, or the one that was named can't be reached.
    pub fn meant(&self) -> anyhow::Result<Vec<Description>> {
        if let Some(name) = &self.name {
            return Ok(vec![describe(&RuntimeFolder::usual()?, name)?]);
        }
        let (runs, faults) = running()?;
        for fault in faults {
            say(format_args!("vae-tui: {fault}"));
        }
        if runs.is_empty() {
            bail!(
                "no run goes on without a screen; `vae-tui train --detach` begins one, and Ctrl-D in the workbench leaves one"
            );
        }
        Ok(runs)
    }
}
