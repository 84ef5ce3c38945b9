//! What the numbers of the anomalies mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "The number below an item",
        unit: "nats",
        equation: "-L(x),  or -L_K(x), -E_q(z|x)[log p(x|z)], KL(q(z|x) || p(z))",
        source: "Paper, equation 3; Burda, Grosse and Salakhutdinov 2016",
        text: "How unusual the item is to the model, by the score that is chosen: higher is more unusual. Simple items have \
               low scores in any case.",
    },
    Explanation {
        name: "above … nats",
        unit: "nats",
        equation: "",
        source: "",
        text: "How many items lie above the threshold: that below which the stated part of the training items lies.",
    },
    Explanation {
        name: "AUROC",
        unit: "",
        equation: "P(s_class > s_other)",
        source: "Hanley and McNeil 1982",
        text: "How well the score finds the class: the probability that an item of the class has a higher score than one of \
               another. 0.5 is guessing, 1 perfect.",
    },
    Explanation {
        name: "surprise",
        unit: "nats",
        equation: "-log p(x_i|z),  z = μ(x)",
        source: "Paper, appendix C",
        text: "Beside each item: how unlikely each of its values is, decoded from its own latent vector.",
    },
];
