//! What the numbers of the data browser mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "The number below an item",
        unit: "nats",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "The class of the item, or its place where there are no classes, and its lower bound (ELBO), by which the items can be put in order: \
               the lowest are those that the model explains worst.",
    },
    Explanation {
        name: "ELBO -98.0 = -75.1 - KL 22.9",
        unit: "nats",
        equation: "",
        source: "Paper, equation 3",
        text: "On the lower edge, of the selected item: its bound, its reconstruction term (how probable it is, decoded from its own latent vector), \
               and its KL term (what its description costs).",
    },
];
