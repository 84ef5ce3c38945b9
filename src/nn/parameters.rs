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
    /// The gradient with respect to this tensor; zeros where none was computed.
    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> &'g mut Vec<f32>;
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

    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> &'g mut Vec<f32> {
        let allocated = gradients.get_or_alloc_mut(self);
        #[expect(
            clippy::expect_used,
            reason = "dfdx's vectors in main memory either allocate or abort"
        )]
        &mut *allocated.expect("a vector in main memory")
    }
}

/// What a parameter does in its layer: the prior of the paper's MAP objective acts on weights alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Multiplies an input.
    Weight,
    /// Is added.
    Bias,
}

/// A parameter with its place in the model.
pub struct Named<P> {
    /// The path to it: `encoder.hidden.weight`.
    pub name: String,
    /// Weight or bias.
    pub role: Role,
    /// The tensor.
    pub parameter: P,
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
