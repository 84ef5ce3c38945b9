//! What the numbers of the samples mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "|z|",
        unit: "standard deviations of the prior",
        equation: "|z| = sqrt(Σ_d z_d²)",
        source: "",
        text: "The length of the latent vector that was drawn. Under the prior its square is about the number of dimensions: \
               a much shorter one is more typical than the data, a much longer one less.",
    },
    Explanation {
        name: "temperature",
        unit: "",
        equation: "z = t ε,  ε ~ N(0, I)",
        source: "Paper, figure 5, with t = 1",
        text: "What the standard deviation of a draw is multiplied by: below 1 draws are more alike and more typical, above 1 \
               more varied and stranger. Where draws come from items, it multiplies that of their posteriors.",
    },
    Explanation {
        name: "nearest",
        unit: "",
        equation: "min_x |x - x'|",
        source: "",
        text: "With w: the training item that is nearest to what was drawn, by the Euclidean distance of the values. A \
               distance near 0 is a copy.",
    },
    Explanation {
        name: "seed",
        unit: "",
        equation: "",
        source: "",
        text: "Which draws: the same seed makes the same ones.",
    },
];
