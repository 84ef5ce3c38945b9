//! What the numbers of the interpolation mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "t",
        unit: "",
        equation: "z = (1 - t) a + t b",
        source: "",
        text: "How far the place is on the way from A (0) to B (1), along the straight line; along the arc it is (sin((1 - t) ω) a \
               + sin(t ω) b) / sin ω, with ω the angle between their directions (Shoemake 1985).",
    },
    Explanation {
        name: "L",
        unit: "nats",
        equation: "L(x̂) = E_q(z|x̂)[log p(x̂|z)] - KL(q(z|x̂) || p(z)),  x̂ = E[x|z]",
        source: "Paper, equation 3",
        text: "The lower bound of what is decoded there, encoded again: where it falls, the way leads through what the model \
               itself finds unlikely.",
    },
];
