//! What the numbers of the manifold mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "→ z3 +0.35",
        unit: "standard deviations of the prior",
        equation: "z = Φ⁻¹(u),  0 < u < 1",
        source: "Paper, figure 4",
        text: "The two dimensions of the plane, and where the cursor stands on it. Pictures have the same part of the prior \
               between them, not the same distance; all other dimensions are those of the point A.",
    },
    Explanation {
        name: "% of the prior each way",
        unit: "",
        equation: "",
        source: "",
        text: "How much of the prior the window shows, of each of its two dimensions.",
    },
];
