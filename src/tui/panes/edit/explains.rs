//! What the numbers of the edit pane mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "4 - 9",
        unit: "",
        equation: "a = mean_{x has it} μ(x) - mean_{x lacks it} μ(x)",
        source: "White 2016, section 3",
        text: "An attribute: the mean of the posterior means of items that have it, less that of items that lack it, or less \
               the mean of the prior (centre).",
    },
    Explanation {
        name: "The strength of an attribute",
        unit: "",
        equation: "z = μ(x) + Σ_k s_k a_k",
        source: "",
        text: "How often the difference is added to the point A: 1 adds all of it, 0 nothing.",
    },
];
