//! Choices as `clap` reads them: each word with its help.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::choices::{Choice, Choose};

/// Reads one of the words of `T`.
pub(super) fn choice<T: Choose + Send + Sync + 'static>() -> impl TypedValueParser<Value = T> {
    words(&T::choices()).try_map(|word| T::from_str(&word))
}

/// Reads one of the words of `choices`, as text.
pub(super) fn words(choices: &[Choice]) -> PossibleValuesParser {
    let value = |choice: &Choice| {
        let aliases = choice
            .spellings
            .iter()
            .filter(|&&spelling| spelling != choice.name);
        let value = PossibleValue::new(choice.name).aliases(aliases.copied());
        if choice.help.is_empty() {
            value
        } else {
            value.help(&choice.help)
        }
    };
    PossibleValuesParser::new(choices.iter().map(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Binarisation, Part};
    use crate::kernels::Products;
    use crate::learning::{Method, Preset};
    use crate::model::posterior::FlowKind;
    use crate::model::prior::PriorKind;
    use crate::model::{Activation, FamilyKind, Initialisation, Likelihood, NormalisationKind};
    use crate::nn::optimizer::OptimizerKind;
    use crate::objective::Estimator;
    use crate::paper::Figure;
    use crate::pictures::colour_map::ColourMap;
    use crate::run::curve::HorizontalAxis;
    use crate::terminal_facts::{ColourDepth, Graphics};

    /// Scripts hold them: they stay as they are.
    #[test]
    fn the_words_are_those_of_the_command_line() {
        fn words<T: Choose + std::fmt::Debug>(expected: &[&str]) {
            let choices = T::choices();
            let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
            assert_eq!(names, expected);
            for (choice, variant) in choices.iter().zip(T::VARIANTS) {
                assert!(!choice.help.is_empty(), "{}", choice.name);
                for spelling in choice.spellings {
                    assert!(
                        T::from_str(spelling).is_ok_and(|read| read == *variant),
                        "{spelling}"
                    );
                }
            }
        }
        words::<Method>(&["aevb", "wake-sleep", "mcem", "full-vb", "m2"]);
        words::<Preset>(&[
            "mnist",
            "paper-mnist",
            "paper-frey",
            "pytorch-mnist",
            "iwae-mnist",
            "iwae-short",
            "vamp-mnist",
            "ladder-mnist",
            "dmm-jsb",
            "paper-full-vb",
            "m1-mnist",
            "m2-mnist",
            "m2-on-m1",
        ]);
        words::<Activation>(&[
            "tanh",
            "relu",
            "softplus",
            "leaky-relu",
            "elu",
            "sigmoid",
            "gated",
        ]);
        words::<Likelihood>(&[
            "bernoulli",
            "gaussian",
            "continuous-bernoulli",
            "discretised-logistic",
            "beta-binomial",
            "poisson",
            "negative-binomial",
            "categorical",
        ]);
        words::<Initialisation>(&["paper", "paper-variance", "glorot", "pytorch"]);
        words::<OptimizerKind>(&["adagrad", "adam"]);
        words::<Products>(&["f32", "bf16"]);
        words::<FamilyKind>(&["mlp", "convolutional", "markov"]);
        words::<NormalisationKind>(&["none", "layer", "batch"]);
        words::<PriorKind>(&["standard", "vamp", "mixture"]);
        words::<FlowKind>(&["none", "planar", "iaf", "hamiltonian"]);
        words::<Estimator>(&["a", "b", "iwae", "beta-tcvae"]);
        words::<Binarisation>(&["none", "static", "dynamic"]);
        words::<HorizontalAxis>(&["samples", "seconds"]);
        words::<Part>(&["train", "test"]);
        words::<ColourDepth>(&["truecolour", "256", "16", "none"]);
        words::<Graphics>(&[
            "auto", "half", "quadrant", "sextant", "octant", "braille", "kitty", "iterm2", "sixel",
        ]);
        words::<ColourMap>(&["grey", "viridis", "magma"]);
        words::<Figure>(&[
            "figure2",
            "figure3",
            "figure4",
            "figure5",
            "iwae",
            "iwae-short",
            "vamp",
            "ladder",
            "dmm",
            "vb",
            "ssl",
        ]);
    }
}
