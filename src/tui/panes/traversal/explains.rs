//! What the numbers of the traversal mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "z7 = +0.35",
        unit: "standard deviations of the prior",
        equation: "p(z) = N(0, I)",
        source: "Paper, section 3",
        text: "The value of the selected latent dimension. The prior is a standard normal distribution in every dimension, so that two thirds \
               of all items lie between -1 and 1, and almost all between -3 and 3.",
    },
    Explanation {
        name: "start",
        unit: "standard deviations of the prior",
        equation: "μ(x), of q(z|x) = N(μ(x), diag σ²(x))",
        source: "Paper, appendix C.2",
        text: "The value where the traversal began: the mean of the posterior of the start item, which the encoder computes, or 0 at the centre.",
    },
    Explanation {
        name: "The large picture",
        unit: "",
        equation: "E[x|z]",
        source: "Paper, appendix C",
        text: "The mean of what the decoder makes of the latent vector.",
    },
    Explanation {
        name: "KL of a row",
        unit: "nats per data point",
        equation: "KL_d = -1/2 (1 + log σ_d² - μ_d² - σ_d²)",
        source: "Paper, appendix B",
        text: "What the dimension carries, on average over the test set; the rows stand in the order of it. A dead one has a posterior mean \
               that is the same for all items (its variance is at most 0.01).",
    },
    Explanation {
        name: "The pictures of a row",
        unit: "",
        equation: "",
        source: "",
        text: "What is decoded when the dimension goes from -3 to 3 and the others stay where they are.",
    },
    Explanation {
        name: "The plane",
        unit: "",
        equation: "z = Φ⁻¹((i - 1/2) / n),  i = 1 … n",
        source: "Paper, figure 4",
        text: "In its place: two dimensions at such distances that between two pictures there is always the same part of the prior.",
    },
];
