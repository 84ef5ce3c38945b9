//! What goes into a run's mailbox and what comes out: plain values that can be written down and sent anywhere.
//!
//! Whoever stands outside a run sends [`Command`]s and asks [`Question`]s, each with the run's id and a number of its own. What comes
//! back says which run it is of, and an answer which question it belongs to and with which parameters it was found: what
//! belongs to another run, or was overtaken, changes nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::curve::{CurvePoint, MarginalPoint};
use super::diagnosis::Finding;
use super::film::Frame;
use super::log::{Entry, Happening};
use super::summary::Summary;
use crate::data::{ItemPlace, Part};
use crate::evaluation::{ItemScore, LowerBound};
use crate::explore::attribute::{Attribute, Edited};
use crate::explore::browse::{BrowsedItem, Page};
use crate::explore::directions::{Direction, Search};
use crate::explore::encoding::Located;
use crate::explore::interpolate::{Step, Way};
use crate::explore::neighbour_map::NeighbourMap;
use crate::explore::projection::{Projected, Projection};
use crate::explore::reconstruction::Reconstruction;
use crate::explore::repair::Restored;
use crate::explore::samples::{Draws, Sample};
use crate::explore::sheet::{Sheet, SheetImages};
use crate::explore::surprise::Surprise;
use crate::language::tr;
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
    /// Go back to the newest checkpoint, if there is one, halve the learning rate, and train: what helps a run that diverged.
    Halve,
    /// Write this into the log.
    Record(Happening),
}

/// What can be asked about the newest parameters, or about those of an earlier moment.
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
    /// Items that the model makes up.
    Sample {
        /// The point around which some are drawn.
        around: Origin,
        /// Which.
        draws: Draws,
    },
    /// The way from one point to another.
    Interpolate {
        /// Where it begins.
        from: Origin,
        /// Where it ends; none for the next test item of another class than that of the item of `from`.
        to: Option<Origin>,
        /// Along which line.
        way: Way,
        /// Places on the way, both ends included.
        steps: usize,
    },
    /// The directions of some attributes.
    Direct(Vec<Attribute>),
    /// A point with some directions added to it.
    Edit {
        /// The point.
        from: Origin,
        /// The directions, each with its strength.
        directions: Vec<(Vec<f32>, f32)>,
        /// One of them by its place, and other strengths of it.
        strip: Option<(usize, Vec<f32>)>,
    },
    /// Where the first items of a part lie.
    Locate {
        /// Which part.
        part: Part,
        /// So many items at most.
        most: usize,
    },
    /// The first items of a part, seen along a plane of the latent space.
    Project {
        /// Which part.
        part: Part,
        /// Along which plane.
        projection: Projection,
    },
    /// The next epochs of a map on which neighbours stay neighbours. Each takes a fraction of a second, so that others are
    /// answered in between.
    Unfold {
        /// Of the first items of which part.
        part: Part,
        /// How far it has come; none to begin it with the newest parameters.
        map: Option<Box<NeighbourMap>>,
    },
    /// The picture of a point, and items to see beside it.
    Beside {
        /// Where.
        from: Origin,
        /// The part that the items are in.
        part: Part,
        /// Which items.
        items: Vec<usize>,
    },
    /// How unusual items are, in numbers.
    Score {
        /// Which part.
        part: Part,
        /// Which items of it.
        items: Vec<usize>,
        /// Samples per item behind the importance-weighted bound, where that is wanted.
        importance_samples: Option<usize>,
    },
    /// Directions along which something happens, found rather than guessed.
    FindDirections {
        /// Where they lead from.
        from: Origin,
        /// The part whose items are looked at.
        part: Part,
        /// How they are found.
        search: Search,
    },
    /// The items along some directions.
    Along {
        /// Where they lead from.
        from: Origin,
        /// The directions, each of length 1.
        directions: Vec<Vec<f32>>,
        /// Items along each, from -[`REACH`](crate::explore::traversal::REACH) to as far on the other side.
        steps: usize,
    },
    /// What comes back of values that are no item of the data, and what stands in for those that are missing.
    Restore {
        /// The values, as many as an item has.
        values: Vec<f32>,
        /// Which of them are missing; as many.
        missing: Vec<bool>,
        /// Rounds in which they are filled in.
        rounds: usize,
    },
    /// The training items that are most like some values.
    Resemble {
        /// The values, as many as an item has.
        values: Vec<f32>,
        /// How many items.
        count: usize,
    },
    /// How unlikely each value of some items is.
    Surprise {
        /// Which part.
        part: Part,
        /// Which items of it.
        items: Vec<usize>,
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

/// As it is said of a point: its item, or how it was reached.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.item, &self.latent) {
            (Some(item), None) => write!(f, "{item}"),
            (Some(item), Some(_)) => f.write_str(&tr!("a point reached from {item}", item = item)),
            (None, Some(_)) => f.write_str(tr!("a point")),
            (None, None) => f.write_str(tr!("the centre")),
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
    /// To [`Question::Sample`]: what was kept first.
    Sampled(Vec<Sample>),
    /// To [`Question::Interpolate`].
    Interpolated {
        /// Where the way ends.
        to: Origin,
        /// The places on it.
        steps: Vec<Step>,
    },
    /// To [`Question::Direct`]: one of each attribute, none of one that has a set without items.
    Directed(Vec<Option<Vec<f32>>>),
    /// To [`Question::Edit`].
    Edited(Edited),
    /// To [`Question::Locate`].
    Located(Vec<Located>),
    /// To [`Question::Project`].
    Projected(Projected),
    /// To [`Question::Unfold`].
    Unfolded(Box<NeighbourMap>),
    /// To [`Question::Beside`].
    Beside {
        /// The latent vector of the start.
        start: Vec<f32>,
        /// The image of the latent vector that was asked for.
        image: Vec<f32>,
        /// The items.
        items: Vec<BrowsedItem>,
    },
    /// To [`Question::Score`]: one for every item.
    Scored(Vec<ScoredItem>),
    /// To [`Question::FindDirections`], the strongest first.
    FoundDirections(Vec<Direction>),
    /// To [`Question::Along`]: the items of the first direction, then those of the next.
    Along(Vec<f32>),
    /// To [`Question::Restore`].
    Restored(Box<Restored>),
    /// To [`Question::Resemble`], the most similar first.
    Resembling(Vec<BrowsedItem>),
    /// To [`Question::Surprise`]: one for every item.
    Surprised(Vec<Surprise>),
}

/// An item in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredItem {
    /// Its place in the part.
    pub item: usize,
    /// Its class, by its place among the data's, where it has one.
    pub class: Option<u16>,
    /// The numbers.
    pub score: ItemScore,
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
    /// The moment that was asked about, in training points seen; none for the newest parameters.
    pub moment: Option<u64>,
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
    /// Steps were made since the last of these events; at most four of these per second.
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
    /// A thread of the run panicked, which is a fault of this program. The trainer stands still then, with what it had learned
    /// before the step in which it happened; a question is left without an answer.
    Panicked {
        /// The thread: `trainer` or `probe`.
        thread: String,
        /// What was said.
        words: String,
    },
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
