//! What the numbers of the training pane mean.

use crate::tui::panes::Explanation;

/// In the order in which they stand there.
pub const EXPLAINS: &[Explanation] = &[
    Explanation {
        name: "samples",
        unit: "training points",
        equation: "",
        source: "Paper, figure 2: its horizontal axis",
        text: "Training points that were evaluated so far, of those until the goal: each counts every time that it is in a \
               minibatch, times the posterior samples of it. Behind it stands how many of them a second sees, the time spent in training \
               steps, and the time that is left, with the evaluations still to come.",
    },
    Explanation {
        name: "batch -101.2 = -75.1 - KL 26.1",
        unit: "nats per data point",
        equation: "L(x) = E_q(z|x)[log p(x|z)] - KL(q(z|x) || p(z)) <= log p(x)",
        source: "Paper, equation 3; estimated as in equations 6 to 8",
        text: "The lower bound (ELBO) of the last minibatch, and its two terms: the reconstruction term says how probable the items \
               are when decoded from their own latent vectors, the KL term how far the posterior q(z|x) is from the prior. Higher is better. \
               A nat is 1.44 bits.",
    },
    Explanation {
        name: "±",
        unit: "nats per data point",
        equation: "",
        source: "Paper, section 2.3: B usually varies less than A",
        text: "The standard deviation of the bounds of the last hundred minibatches: how noisy the estimator is. The small curve behind it \
               is those bounds.",
    },
    Explanation {
        name: "test",
        unit: "nats per data point",
        equation: "",
        source: "Paper, equation 3",
        text: "The same bound and terms of the whole test set, which the model does not learn from. Where it falls while the training \
               bound rises, the model learns the training items by heart.",
    },
    Explanation {
        name: "active 20/20",
        unit: "dimensions",
        equation: "Var_x(E_q(z|x)[z_d]) > 0.01",
        source: "Burda, Grosse and Salakhutdinov 2016, section 5",
        text: "Latent dimensions whose posterior mean differs from item to item, of all. The others carry nothing: their posterior is the prior.",
    },
    Explanation {
        name: "KL per dimension",
        unit: "nats per data point",
        equation: "KL_d = -1/2 (1 + log σ_d² - μ_d² - σ_d²)",
        source: "Paper, appendix B",
        text: "What each latent dimension carries, on average over the test set; together they are the KL term.",
    },
    Explanation {
        name: "log p IW",
        unit: "nats per data point",
        equation: "log 1/K Σ_k p(x, z_k) / q(z_k|x),  z_k ~ q(z|x)",
        source: "Burda, Grosse and Salakhutdinov 2016, equation 8",
        text: "The marginal likelihood of test items by importance weights, which lies above the bound, and below log p(x) on average. ± is the standard \
               error over the items.",
    },
    Explanation {
        name: "log p D",
        unit: "nats per data point",
        equation: "p(x) ≈ (1/L Σ_l q(z_l) / (p(z_l) p(x|z_l)))⁻¹,  z_l ~ p(z|x)",
        source: "Paper, appendix D",
        text: "The same from posterior samples, which Hamiltonian Monte Carlo draws; reliable for fewer than five latent dimensions.",
    },
    Explanation {
        name: "log p AIS",
        unit: "nats per data point",
        equation: "",
        source: "Neal 2001; Wu, Burda, Salakhutdinov and Grosse 2017",
        text: "The same by annealing from the prior to the posterior: the most trustworthy where the three differ.",
    },
    Explanation {
        name: "lr",
        unit: "",
        equation: "",
        source: "Paper, section 5: 0.01, 0.02 or 0.1 with Adagrad",
        text: "In the header: the present learning rate, by which every update of the weights is multiplied.",
    },
];
