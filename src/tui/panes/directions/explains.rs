//! What the numbers of the directions mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "The strength by the decoder",
        unit: "",
        equation: "σ_k of J = ∂E[x|z] / ∂z",
        source: "",
        text: "How much the values of what is decoded change for a small step along the direction: a singular value of the \
               decoder's Jacobian at the point.",
    },
    Explanation {
        name: "The strength by principal components",
        unit: "standard deviations of the prior",
        equation: "",
        source: "Pearson 1901",
        text: "The standard deviation of the posterior means of the test items along the direction.",
    },
    Explanation {
        name: "The strength by a class",
        unit: "",
        equation: "r",
        source: "",
        text: "The correlation between a dimension of the posterior mean and belonging to the class: from -1 to 1.",
    },
    Explanation {
        name: "at +0.5",
        unit: "standard deviations of the prior",
        equation: "",
        source: "",
        text: "How far along the direction the point lies from where the directions were found.",
    },
];
