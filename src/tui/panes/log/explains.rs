//! What the numbers of the log mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "When",
        unit: "training points, and time",
        equation: "",
        source: "",
        text: "Training points that the run had seen, and the time that it had spent in training steps.",
    },
    Explanation {
        name: "test … = … - KL …",
        unit: "nats per data point",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "The lower bound of the test set with its two terms, that of the minibatches since the measurement before (train), and the learning \
               rate (lr).",
    },
];
