//! What other programs take and give: parameters as safetensors and NPZ, the networks as ONNX graphs, the posteriors of items
//! as NPY and CSV, curves as TensorBoard events.
//!
//! [`parameters`] knows how PyTorch names and lays out what a model has learned; one file per format writes that, and reads
//! it back where the format is one that [`import`] takes. Everything read is somebody else's: sizes are checked against what
//! the model needs before memory is taken, and a fault is one sentence.

pub mod check;
pub mod embedding;
mod import;
mod metadata;
mod npy;
pub mod npz;
pub mod onnx;
pub mod parameters;
pub mod safetensors;
pub mod tensorboard;

pub use import::{ImportError, import};
pub use metadata::Metadata;
pub use parameters::Parameters;

/// Numbers with a name, in C order: the last index moves fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray {
    /// What the array is called where it is written.
    pub name: String,
    /// The sizes of its axes.
    pub sizes: Vec<usize>,
    /// As many numbers as the sizes say.
    pub values: Vec<f32>,
}

impl NamedArray {
    /// The numbers as files have them: little-endian, one after the other.
    fn bytes(&self) -> Vec<u8> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect()
    }
}

/// The numbers of a file in C order, out of a matrix of so many rows and columns in Fortran order: its transpose.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut transposed = Vec::with_capacity(values.len());
    for column in 0..columns {
        transposed.extend((0..rows).map(|row| values[row * columns + column]));
    }
    transposed
}
