//! What can be learned, seen without its shape: named tensors that an optimizer updates and a session saves.
//!
//! dfdx visits parameters through constructors that need constant shapes; ours are chosen at run time, so a model
//! lists its parameters as `&dyn Parameter` instead.

use dfdx::prelude::*;

use super::view::{elements, elements_mut};

/// A tensor of parameters, whatever its shape.
pub trait Parameter: Send + Sync {
    /// The values, row by row.
    fn values(&self) -> &[f32];
    /// The values, to write to.
    fn values_mut(&mut self) -> &mut [f32];
    /// The sizes of the axes.
    fn sizes(&self) -> Vec<usize>;
    /// Inputs and outputs of a [`Weight`](super::Weight), whose gradient a tape leaves as its two factors; none of what has its
    /// gradient left whole.
    fn factor_sizes(&self) -> Option<(usize, usize)> {
        None
    }
    /// Takes out what a tape left as the gradient: the gradient itself, zeros where there is none, or its
    /// [factors](super::weight).
    fn take_gradient(&self, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32>;
    /// Puts back what was taken, so that the next step finds its memory.
    fn give_back_gradient(&self, gradients: &mut Gradients<f32, Cpu>, gradient: Vec<f32>);
}

impl<S: Shape> Parameter for Tensor<S, f32, Cpu> {
    fn values(&self) -> &[f32] {
        elements(self)
    }

    fn values_mut(&mut self) -> &mut [f32] {
        elements_mut(self)
    }

    fn sizes(&self) -> Vec<usize> {
        self.shape().concrete().as_ref().to_vec()
    }

    fn take_gradient(&self, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32> {
        std::mem::take(buffer(self, gradients))
    }

    fn give_back_gradient(&self, gradients: &mut Gradients<f32, Cpu>, gradient: Vec<f32>) {
        *buffer(self, gradients) = gradient;
    }
}

fn buffer<'g, S: Shape>(
    tensor: &Tensor<S, f32, Cpu>,
    gradients: &'g mut Gradients<f32, Cpu>,
) -> &'g mut Vec<f32> {
    let allocated = gradients.get_or_alloc_mut(tensor);
    #[expect(
        clippy::expect_used,
        reason = "dfdx's vectors in main memory either allocate or abort"
    )]
    &mut *allocated.expect("a vector in main memory")
}

/// What a parameter does in its layer: the prior of the paper's MAP objective acts on weights alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Multiplies an input.
    Weight,
    /// Is added.
    Bias,
    /// Multiplies what was normalised; it begins at 1.
    Gain,
    /// What batch normalisation has seen: it is not learned but [follows](super::normalisation::follow). What a tape leaves for it
    /// is no gradient.
    Running,
    /// `log sigma^2` of the weights and biases of a layer, where these are Gaussians: one row an input, and the biases' behind
    /// them. What a tape leaves is the gradient of the variances, whose update multiplies it by them.
    LogVariance,
}

/// A parameter with its place in the model.
pub struct Named<P> {
    /// The path to it: `encoder.hidden.weight`.
    pub name: String,
    /// What it does in its layer.
    pub role: Role,
    /// The tensor.
    pub parameter: P,
}

/// The parameters of some layers, each within the name of its layer.
pub fn of_layers<'n, P>(layers: impl IntoIterator<Item = (&'n str, Vec<Named<P>>)>) -> Vec<Named<P>> {
    let of_layer = |(name, parameters): (&'n str, Vec<Named<P>>)| {
        let parameters = parameters.into_iter();
        parameters.map(move |named| named.within(name))
    };
    layers.into_iter().flat_map(of_layer).collect()
}

impl<P> Named<P> {
    /// The same parameter, one level further up the model.
    pub fn within(self, part: &str) -> Self {
        Self {
            name: format!("{part}.{}", self.name),
            ..self
        }
    }
}
