//! What the numbers of the map mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "z3 0.4  z7 -1.2",
        unit: "standard deviations of the prior",
        equation: "μ(x), of q(z|x)",
        source: "Paper, appendix C.2",
        text: "Where the cursor stands on the two dimensions of the map. A point of the map is the posterior mean of an item, \
               which the encoder computes.",
    },
    Explanation {
        name: "Principal components",
        unit: "",
        equation: "",
        source: "Pearson 1901",
        text: "The two directions along which the posterior means vary most, in place of two dimensions.",
    },
    Explanation {
        name: "Neighbours (UMAP)",
        unit: "",
        equation: "",
        source: "McInnes, Healy and Melville 2018",
        text: "A map on which items lie near those that are their neighbours in the latent space. Distances between groups, \
               and the axes, mean nothing.",
    },
    Explanation {
        name: "The lower bound",
        unit: "nats",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z))",
        source: "Paper, equation 3",
        text: "With colours by bound: the lower bound of each item, the brightest for the highest.",
    },
    Explanation {
        name: "nearest on the map",
        unit: "",
        equation: "",
        source: "",
        text: "The items whose points lie nearest to the cursor on the map, as it is shown.",
    },
];
