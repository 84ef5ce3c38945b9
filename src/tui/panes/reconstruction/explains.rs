//! What the numbers of the reconstruction pane mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "The number below an item",
        unit: "nats",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "The lower bound (ELBO) of this item. Items that the model explains badly have low ones; simple items, such as a thin 1, have high ones \
               in any case.",
    },
    Explanation {
        name: "ELBO -98.0 = -75.1 - KL 22.9",
        unit: "nats",
        equation: "",
        source: "Paper, equation 3",
        text: "On the lower edge, of the selected item: its bound, its reconstruction term (how probable it is, decoded from its own latent vector), \
               and its KL term (what its description costs).",
    },
    Explanation {
        name: "The middle row",
        unit: "",
        equation: "E[x|z],  z = μ(x)",
        source: "Paper, appendix C",
        text: "What the decoder makes of the mean of the item's posterior.",
    },
    Explanation {
        name: "The difference",
        unit: "",
        equation: "E[x|z] - x",
        source: "",
        text: "Below: one colour where what came back is too bright, another where it is too dark.",
    },
];
