//! What the numbers of the canvas mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "5,7: 0.50",
        unit: "",
        equation: "",
        source: "",
        text: "Where the brush is, and the value under it, from 0 to 1.",
    },
    Explanation {
        name: "ELBO -98.0 = -75.1 - KL 22.9",
        unit: "nats",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "The lower bound of what is on the canvas, and its two terms: what the model has not seen while training mostly \
               has a low one.",
    },
    Explanation {
        name: "filled in",
        unit: "",
        equation: "x_hidden ← E[x|z],  z ~ q(z|x)",
        source: "Rezende, Mohamed and Wierstra 2014, appendix F",
        text: "In each round a point is drawn from the posterior of what is there, and what is hidden becomes what is decoded from it; the last \
               round takes the mean of the posterior. What is not hidden stays.",
    },
];
