//! What the numbers of the film mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "at 1.2M samples",
        unit: "training points",
        equation: "",
        source: "",
        text: "Training points that the run had seen when the frame was made. All panes show the model of that moment, or the one \
               kept last before it, until the newest frame is chosen again.",
    },
    Explanation {
        name: "test -104.6",
        unit: "nats per data point",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "The lower bound of the test set at that time.",
    },
    Explanation {
        name: "frame 3 of 12, and MB",
        unit: "",
        equation: "",
        source: "",
        text: "Which frame it is, of how many the model is kept too, and the memory that all of them take of what they may take: \
               where there are too many, every other one of the older ones is let go.",
    },
];
