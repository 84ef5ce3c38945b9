//! What goes into a run's mailbox and what comes out: plain values that can be written down and sent anywhere.
//!
//! Whoever stands outside a run sends [`Command`]s and asks [`Question`]s, each with the run's id and a number of its own. What comes
//! back says which run it is of, and an answer which question it belongs to and with which parameters it was found: what
//! belongs to another run, or was overtaken, changes nothing.

use serde::{Deserialize, Serialize};

use super::curve::{CurvePoint, MarginalPoint};
use super::diagnosis::Finding;
use super::film::Frame;
use super::log::{Entry, Happening};
use super::summary::Summary;
use crate::data::{ItemPlace, Part};
use crate::evaluation::LowerBound;
use crate::explore::browse::{BrowsedItem, Page};
use crate::explore::reconstruction::Reconstruction;
use crate::explore::sheet::{Sheet, SheetImages};
use crate::learning::settings::Assignment;
use crate::learning::{Diverged, StepReport};

/// Which run: no two in one process are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u64);

/// What a run can be told. What it can't go on with is refused, and changes nothing; everything else is obeyed within a
/// few hundredths of a second, whatever the run is doing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Command {
    /// Train until told otherwise or until the goal is reached.
    Start,
    /// Stop training, keep everything.
    Pause,
    /// Make one step, then pause.
    Step,
    /// Change settings from the next step on, all of them or none.
    Change(Vec<Assignment>),
    /// Measure the lower bound of the test set now.
    Evaluate,
    /// Estimate the marginal likelihood of test points now; starting, stepping or changing the run ends it.
    Estimate,
    /// Break off the measurement or estimate that is under way, or is to come.
    BreakOff,
    /// Go back to how the run was at its newest checkpoint, which is used up by that.
    GoBack,
    /// Write this into the log.
    Record(Happening),
}

/// What can be asked about the newest parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// The image of a latent vector, and a sheet of images around it.
    Traverse {
        /// Where.
        from: Origin,
        /// What stands below that image.
        sheet: Sheet,
    },
    /// Test items, and what comes back when they are sent through the model.
    Reconstruct {
        /// Which, by their place in the test set.
        items: Vec<usize>,
    },
    /// A page of the data.
    Browse {
        /// Which part.
        part: Part,
        /// Which items of it.
        page: Page,
    },
    /// The items of a part in the order of their bounds.
    Rank {
        /// Which part.
        part: Part,
        /// Those of one class, by its place among the data's, or of all.
        class: Option<u16>,
    },
}

/// A point of the latent space, and where it came from; usually its centre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The item whose posterior mean is the start; none for the centre of the latent space.
    pub item: Option<ItemPlace>,
    /// The latent vector that was reached from there; none if that is the start itself.
    pub latent: Option<Vec<f32>>,
}

impl Origin {
    /// The posterior mean of an item.
    pub fn item(item: ItemPlace) -> Self {
        Self {
            item: Some(item),
            latent: None,
        }
    }
}

/// An answer's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Question::Traverse`].
    Traversed {
        /// The latent vector of the start.
        start: Vec<f32>,
        /// The image of the latent vector that was asked for.
        image: Vec<f32>,
        /// The sheet below.
        sheet: SheetImages,
    },
    /// To [`Question::Reconstruct`]: one for every item.
    Reconstructed(Vec<ItemReconstruction>),
    /// To [`Question::Browse`].
    Browsed(Vec<BrowsedItem>),
    /// To [`Question::Rank`]: places of items in the part and their lower bounds in nats, the lowest first.
    Ranked(Vec<(usize, f64)>),
}

/// A test item and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemReconstruction {
    /// Its place in the test set.
    pub item: usize,
    /// The name of its class, where the data has labels.
    pub class: Option<String>,
    /// What came back.
    pub reconstruction: Reconstruction,
}

/// An answer and what it belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// Who asked.
    pub asker: String,
    /// The number that the question was given.
    pub number: u64,
    /// Training points that the parameters had seen.
    pub samples: u64,
    /// Seconds that finding the answer took.
    pub took: f64,
    /// What was asked.
    pub question: Question,
    /// What was found.
    pub answer: Answer,
}

/// What a run tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Steps were made since the last of these events; at most ten of these per second.
    Steps {
        /// One report for each step.
        reports: Vec<StepReport>,
        /// Seconds spent in training steps since the run began.
        seconds: f64,
    },
    /// The test set was measured.
    Evaluated {
        /// The new point of the curve; none if nothing was learned since the last.
        point: Option<CurvePoint>,
        /// The measurement.
        test: LowerBound,
        /// Seconds that the measurement took.
        seconds: f64,
    },
    /// This is what it looks like now.
    Filmed(Frame),
    /// The checkpoints that the run keeps of itself, by the training points that each had seen.
    Checkpoints(Vec<u64>),
    /// The marginal likelihood was estimated.
    Estimated(MarginalPoint),
    /// A measurement or an estimate was broken off.
    BrokenOff(Measurement),
    /// Settings are different from now on.
    Changed {
        /// What it computes now.
        configuration: Box<crate::learning::Configuration>,
        /// The present learning rate.
        learning_rate: f32,
    },
    /// A command asked for what the run can't go on with.
    Refused {
        /// The command's number.
        number: u64,
        /// Why.
        reason: String,
    },
    /// Training started or stopped.
    State(State),
    /// The step that would have come next was refused.
    Diverged(Diverged),
    /// The run went back to a checkpoint, and is like this now.
    WentBack(Box<Summary>),
    /// What seems to be wrong by now, the most urgent first; nothing where all is well.
    Diagnosed(Vec<Finding>),
    /// Something for the log.
    Happened(Entry),
    /// A question was answered.
    Answered(Box<Answered>),
}

/// What is measured beside training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measurement {
    /// The lower bound of the test set.
    Evaluation,
    /// The marginal likelihood.
    Estimate,
}

/// Whether a trainer is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Steps are being made.
    Running,
    /// Waiting for a command.
    Paused,
    /// Waiting for a command, with the goal reached.
    Finished,
}

/// An event, and which run tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The run.
    pub run: RunId,
    /// What it tells.
    pub event: Event,
}
