//! The paper's figures, made again: what each needs is trained, or gone on with where it was left; the curves go into a
//! table and a picture beside the paper's own, and a verdict says how far apart they are.
//!
//! [`runs`] trains, several runs at a time; one file a figure says which runs it needs and what it makes of them. Sessions of runs are ordinary sessions: they open in the workbench.

mod figure2;
mod figure3;
mod figure4;
mod figure5;
pub mod runs;
mod verdict;

use plotters::style::RGBColor;

pub use self::runs::{Laboratory, Run};
use crate::learning::Method;

/// The horizontal axis of the figures.
const TRAINING_POINTS: &str = "training points seen";

/// What a method's curves are drawn in.
fn colour(method: Method) -> RGBColor {
    match method {
        Method::Aevb => RGBColor(214, 39, 40),
        Method::WakeSleep => RGBColor(44, 130, 44),
        Method::Mcem => RGBColor(31, 97, 180),
    }
}

/// A figure of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Figure {
    /// The lower bound of AEVB and Wake-Sleep against training points seen.
    Figure2,
    /// The marginal likelihood of AEVB, Wake-Sleep and Monte Carlo EM.
    Figure3,
    /// The images of a latent plane.
    Figure4,
    /// Draws from the prior.
    Figure5,
}

impl Figure {
    /// The names of its panels, in order.
    pub fn panels(self) -> Vec<String> {
        match self {
            Self::Figure2 => figure2::panels().iter().map(ToString::to_string).collect(),
            Self::Figure3 => figure3::SIZES.map(figure3::name).to_vec(),
            Self::Figure4 => figure4::PANELS.iter().map(ToString::to_string).collect(),
            Self::Figure5 => figure5::PANELS.iter().map(ToString::to_string).collect(),
        }
    }

    /// Trains what the chosen `panels` need, writes the table and the pictures, and returns the verdict in words.
    ///
    /// # Errors
    /// If a panel has another name, data is missing, a file can't be read or written, a run diverges, or the work is
    /// interrupted.
    pub fn make(self, panels: &[String], laboratory: &Laboratory) -> anyhow::Result<String> {
        let known = self.panels();
        if let Some(unknown) = panels.iter().find(|panel| !known.contains(panel)) {
            anyhow::bail!("there is no panel {unknown}; the panels are {}", known.join(", "));
        }
        let is_wanted = |name: &str| panels.is_empty() || panels.iter().any(|panel| panel == name);
        let verdict = match self {
            Self::Figure2 => figure2::make(is_wanted, laboratory),
            Self::Figure3 => figure3::make(is_wanted, laboratory),
            Self::Figure4 => figure4::make(is_wanted, laboratory),
            Self::Figure5 => figure5::make(is_wanted, laboratory),
        }?;
        laboratory.write(self, "md", &verdict)?;
        Ok(verdict)
    }

    /// The stem of its files.
    fn stem(self) -> &'static str {
        match self {
            Self::Figure2 => "figure2",
            Self::Figure3 => "figure3",
            Self::Figure4 => "figure4",
            Self::Figure5 => "figure5",
        }
    }
}
