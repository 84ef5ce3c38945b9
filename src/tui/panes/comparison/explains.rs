//! What the numbers of the comparison mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "The number of a run",
        unit: "nats per data point",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3 and figure 2",
        text: "The lower bound of its test or training items where the cursor stands, between two measurements on a straight line. Bounds \
               of other data, or of another likelihood, can't be compared.",
    },
    Explanation {
        name: "to 2",
        unit: "nats per data point",
        equation: "",
        source: "",
        text: "The last column: by how much the run is above the selected one there.",
    },
];
