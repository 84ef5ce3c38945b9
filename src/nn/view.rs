//! Tensors seen as slices: the one place that reaches into dfdx's storage.
//!
//! dfdx hands out references to single elements only: a tensor's storage is a private field, `as_vec` and `copy_into` copy, and
//! the whole vectors that `Gradients` lends are those of gradients. That a pointer made from such a reference may be moved on to its neighbours is
//! what the aliasing model Tree Borrows says (a reference claims the bytes it points to, and its provenance is the whole
//! allocation); the older Stacked Borrows would want a pointer to the whole storage, which dfdx keeps private.
#![allow(unsafe_code)]

use dfdx::prelude::*;

/// The elements of a tensor in memory order.
///
/// Nothing in this crate permutes or broadcasts a tensor, so for a matrix that is row by row.
pub fn elements<S: Shape, T>(tensor: &Tensor<S, f32, Cpu, T>) -> &[f32] {
    let Some((first, last)) = ends(tensor.shape()) else {
        return &[];
    };
    let count = tensor.shape().num_elements();
    let (first, last): (*const f32, *const f32) = (&tensor[first], &tensor[last]);
    assert!(
        last == first.wrapping_add(count - 1),
        "a broadcast tensor has no slice of its elements"
    );
    // SAFETY: both ends lie in the tensor's storage, one initialised `Vec<f32>` behind an `Arc`, `count - 1` elements
    // apart, so everything between is in it too, and `count` elements of it are less than `isize::MAX` bytes. The borrow
    // of `tensor` keeps the storage alive and unchanged for as long as the slice lives: only `IndexMut` writes, and it
    // wants the tensor, or a clone that it gives a storage of its own first.
    unsafe { std::slice::from_raw_parts(first, count) }
}

/// The elements of a tensor, to write to; storage shared with a clone is copied first.
pub fn elements_mut<S: Shape, T>(tensor: &mut Tensor<S, f32, Cpu, T>) -> &mut [f32] {
    let Some((first, last)) = ends(tensor.shape()) else {
        return &mut [];
    };
    let count = tensor.shape().num_elements();
    let last: *mut f32 = &mut tensor[last];
    let first: *mut f32 = &mut tensor[first];
    assert!(
        last == first.wrapping_add(count - 1),
        "a broadcast tensor has no slice of its elements"
    );
    // SAFETY: as in `elements`; `IndexMut` made the storage unique (`Arc::make_mut`) at the first call and left it in
    // place at the second, and the exclusive borrow of `tensor` lasts as long as the slice.
    unsafe { std::slice::from_raw_parts_mut(first, count) }
}

/// A tensor with these elements, in memory that the device has to spare and gets back.
///
/// dfdx's own way in from a vector does neither: a device that keeps spare memory would keep every such vector for ever.
pub fn tensor_of<S: Shape>(device: &Cpu, shape: S, values: &[f32]) -> Tensor<S, f32, Cpu> {
    let mut tensor = device.zeros_like(&shape);
    elements_mut(&mut tensor).copy_from_slice(values);
    tensor
}

/// The indices of a shape's first and last element; none where it has no elements.
fn ends<S: Shape>(shape: &S) -> Option<(S::Concrete, S::Concrete)> {
    let mut last = shape.concrete();
    for axis in 0..S::NUM_DIMS {
        last[axis] = last[axis].checked_sub(1)?;
    }
    Some((Default::default(), last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dims::{Batch, Latent};

    #[test]
    fn a_slice_has_every_element_in_row_order() {
        let device = Cpu::default();
        let values: Vec<f32> = (0..6).map(|i| i as f32).collect();
        let mut tensor = device.tensor_from_vec(values.clone(), (Batch(2), Latent(3)));
        assert_eq!(elements(&tensor), values);
        elements_mut(&mut tensor)[4] = 9.0;
        assert_eq!(tensor[[1, 1]], 9.0);
        assert!(elements(&device.tensor_from_vec(vec![], (Batch(0), Latent(3)))).is_empty());
    }

    #[test]
    fn writing_leaves_a_clone_as_it_was() {
        let device = Cpu::default();
        let mut tensor = device.tensor_from_vec(vec![1.0; 4], (Latent(4),));
        let snapshot = tensor.clone();
        elements_mut(&mut tensor).fill(2.0);
        assert_eq!(elements(&snapshot), [1.0; 4]);
    }

    #[test]
    #[should_panic(expected = "broadcast")]
    fn a_broadcast_tensor_is_refused() {
        let row: Tensor<Rank1<4>, f32, Cpu> = Cpu::default().zeros();
        elements(&row.broadcast::<Rank2<3, 4>, _>());
    }
}
