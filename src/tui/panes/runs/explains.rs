//! What the numbers of the table of runs mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "test",
        unit: "nats per data point",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "The lower bound of the test set when the run was measured last. Bounds of other data, or of another \
               likelihood, can't be compared.",
    },
    Explanation {
        name: "samples, seconds",
        unit: "",
        equation: "",
        source: "",
        text: "Training points that the run has seen, and the time that it has spent in training steps.",
    },
    Explanation {
        name: "less 1st",
        unit: "",
        equation: "E[x|z]_k - E[x|z]_1",
        source: "",
        text: "Where what a run makes of the item is brighter or darker than what the first of them makes of it.",
    },
];
