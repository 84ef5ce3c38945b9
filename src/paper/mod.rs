//! The paper's figures, made again: what each needs is trained, or gone on with where it was left; the curves go into a
//! table and a picture beside the paper's own, and a verdict says how far apart they are.
//!
//! `tables` does the same for tables of publications that followed, with a file each for their rows.
//!
//! [`runs`] trains, several runs at a time; one file per figure says which runs it needs and what it makes of them, and
//! `plates` what the figures of images share. Sessions of runs are ordinary sessions: they open in the workbench.

mod dmm;
mod figure2;
mod figure3;
mod figure4;
mod figure5;
mod iwae;
mod ladder;
mod plates;
mod rounds;
pub mod runs;
mod ssl;
mod step_size;
mod tables;
#[cfg(test)]
mod testing;
mod vamp;
mod vb;
mod verdict;

use plotters::style::RGBColor;
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

pub use self::runs::{Audience, Laboratory, PaperRun};
use crate::learning::Method;

/// The horizontal axis of the figures.
const TRAINING_POINTS: &str = "training points seen";

/// What a method's curves are drawn in.
fn colour(method: Method) -> RGBColor {
    match method {
        Method::Aevb => RGBColor(214, 39, 40),
        Method::WakeSleep => RGBColor(44, 130, 44),
        Method::Mcem => RGBColor(31, 97, 180),
        Method::FullVb => RGBColor(148, 103, 189),
        Method::M2 => RGBColor(140, 86, 75),
    }
}

/// What the curves of a table's row with this place are drawn in.
fn colour_of_row(place: usize) -> RGBColor {
    const COLOURS: [RGBColor; 5] = [
        RGBColor(31, 97, 180),
        RGBColor(214, 39, 40),
        RGBColor(44, 130, 44),
        RGBColor(140, 86, 75),
        RGBColor(120, 60, 170),
    ];
    COLOURS[place % COLOURS.len()]
}

/// A figure of the paper, or a table of a publication that followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Figure {
    /// The lower bound of AEVB and Wake-Sleep against training points seen.
    Figure2,
    /// The marginal likelihood of AEVB, Wake-Sleep and Monte Carlo EM.
    Figure3,
    /// The images of a latent plane.
    Figure4,
    /// Draws from the prior.
    Figure5,
    /// Likelihoods of importance-weighted autoencoders (Burda, Grosse and Salakhutdinov 2016).
    Iwae,
    /// The same after 400 000 steps of 100 data points.
    IwaeShort,
    /// Likelihoods with the VampPrior (Tomczak and Welling 2018).
    Vamp,
    /// Likelihoods of ladders (Sonderby et al. 2016).
    Ladder,
    /// Likelihoods of deep Markov models (Krishnan, Shalit and Sontag 2017), in nats per time step.
    Dmm,
    /// Full variational Bayes (the paper's appendix F): what it does to the gap between training and test bound.
    Vb,
    /// Test errors with few labels (Kingma, Rezende, Mohamed and Welling 2014).
    Ssl,
}

impl Figure {
    /// Trains what the chosen `panels` need, writes the table and the pictures, and returns the verdict in words.
    ///
    /// # Errors
    /// If a panel has another name, data is missing, a file can't be read or written, a run diverges, or the work is
    /// interrupted.
    pub fn make(self, panels: &[String], laboratory: &Laboratory) -> anyhow::Result<String> {
        let verdict = match self {
            Self::Figure2 => figure2::make(&chosen(figure2::panels(), panels)?, laboratory),
            Self::Figure3 => figure3::make(&chosen(figure3::SIZES.to_vec(), panels)?, laboratory),
            Self::Figure4 => figure4::PLATES.make(&chosen(figure4::PANELS.to_vec(), panels)?, laboratory),
            Self::Figure5 => figure5::PLATES.make(&chosen(figure5::PANELS.to_vec(), panels)?, laboratory),
            Self::Iwae => tables::make(self, &chosen(iwae::rows(laboratory.threads), panels)?, laboratory),
            Self::IwaeShort => tables::make(
                self,
                &chosen(iwae::short_rows(laboratory.threads), panels)?,
                laboratory,
            ),
            Self::Vamp => tables::make(self, &chosen(vamp::rows(laboratory.threads), panels)?, laboratory),
            Self::Dmm => tables::make(self, &chosen(dmm::rows(laboratory)?, panels)?, laboratory),
            Self::Ladder => tables::make(
                self,
                &chosen(ladder::rows(laboratory.threads), panels)?,
                laboratory,
            ),
            Self::Vb => vb::make(&chosen(figure3::SIZES.to_vec(), panels)?, laboratory),
            Self::Ssl => ssl::make(&chosen(ssl::rows(), panels)?, laboratory),
        }?;
        laboratory.write(self, "md", &verdict)?;
        Ok(verdict)
    }
}

/// The panels of those names, in the figure's order; all where none is named.
///
/// # Errors
/// If there is no panel of a name.
fn chosen<P: ToString>(panels: Vec<P>, names: &[String]) -> anyhow::Result<Vec<P>> {
    let known: Vec<String> = panels.iter().map(ToString::to_string).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        anyhow::bail!("there is no panel {unknown}; the panels are {}", known.join(", "));
    }
    let named = panels.into_iter().zip(known);
    Ok(named
        .filter(|(_, name)| names.is_empty() || names.contains(name))
        .map(|(panel, _)| panel)
        .collect())
}
