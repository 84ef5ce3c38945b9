//! The matrix product.
#![allow(unsafe_code)]

use std::ops::Range;
use std::sync::Once;

/// A view of a matrix, possibly transposed, possibly some columns of a larger one.
///
/// Every element lies inside `values`: [`Matrix::new`] checks it, and nothing made from a matrix reaches further.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `values` as `rows` rows of `columns` numbers, row by row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a matrix of {rows} x {columns}");
        Self {
            values,
            rows,
            columns,
            row_stride: columns,
            column_stride: 1,
        }
    }

    /// The same numbers with rows and columns exchanged; nothing is moved.
    pub fn transposed(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// Some neighbouring columns.
    pub fn columns(self, range: Range<usize>) -> Self {
        assert!(
            range.start <= range.end && range.end <= self.columns,
            "columns of the matrix"
        );
        // A matrix without rows has no numbers to begin at.
        let start = (range.start * self.column_stride).min(self.values.len());
        Self {
            values: &self.values[start..],
            columns: range.len(),
            ..self
        }
    }
}

/// Columns of the result that the widest vector instructions compute at a time.
const VECTOR: usize = 16;
const PANEL: usize = 4 * VECTOR;

/// `product = left_1 right_1 + left_2 right_2 + ...`, on one thread.
///
/// Shapes: each left (m, k), each right (k, n), where k may differ from term to term; product (m, n) row by row.
pub fn matmul(terms: &[(Matrix, Matrix)], product: &mut [f32]) {
    let Some(&(left, right)) = terms.first() else {
        product.fill(0.0);
        return;
    };
    let (rows, columns) = (left.rows, right.columns);
    assert_eq!(product.len(), rows * columns, "a product of {rows} x {columns}");
    if right.row_stride < right.column_stride {
        // Reading the transposed operand in place and turning the small product beats packing the large operand.
        let mut turned = vec![0.0; product.len()];
        sum(terms, &mut turned, 0..columns, 1, rows);
        for (row, values) in product.chunks_exact_mut(columns.max(1)).enumerate() {
            for (value, turned) in values.iter_mut().zip(turned[row..].iter().step_by(rows)) {
                *value = *turned;
            }
        }
    } else if columns.is_multiple_of(VECTOR) || columns < PANEL {
        sum(terms, product, 0..columns, columns, 1);
    } else {
        // A ragged last panel would make `gemm` pack the whole operand. So the last panel is a full one that computes
        // some columns a second time; both times they come out the same.
        sum(terms, product, 0..columns - columns % PANEL, columns, 1);
        sum(terms, product, columns - PANEL..columns, columns, 1);
    }
}

/// Computes the columns `range` of a sum of products; `product` has an element for every row and column of the whole.
fn sum(
    terms: &[(Matrix, Matrix)],
    product: &mut [f32],
    range: Range<usize>,
    row_stride: usize,
    column_stride: usize,
) {
    static PACKING: Once = Once::new();
    // Operands as small as a minibatch are read in place faster than they are packed.
    PACKING.call_once(|| gemm::set_lhs_packing_threshold_single_thread(256));

    for (index, &(left, right)) in terms.iter().enumerate() {
        let right = right.columns(range.clone());
        let (rows, depth, columns) = (left.rows, left.columns, right.columns);
        assert_eq!(depth, right.rows, "the inner sizes of a product");
        if rows == 0 || columns == 0 {
            continue;
        }
        let last = (rows - 1) * row_stride + (range.end - 1) * column_stride;
        assert!(last < product.len(), "an element for every row and column");
        let first = &mut product[range.start * column_stride..];
        // SAFETY: every element of a `Matrix` lies in its slice. The elements of the product from `first` on lie in
        // theirs, which is borrowed exclusively: the furthest was checked just now. With `read_dst` false the old
        // numbers of the product are not read.
        unsafe {
            gemm::gemm(
                rows,
                columns,
                depth,
                first.as_mut_ptr(),
                column_stride as isize,
                row_stride as isize,
                index > 0,
                left.values.as_ptr(),
                left.column_stride as isize,
                left.row_stride as isize,
                right.values.as_ptr(),
                right.column_stride as isize,
                right.row_stride as isize,
                1.0,
                1.0,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 16) as f32 / 65_536.0 - 0.5)
            .collect()
    }

    fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns)
            .map(|i| values[i % rows * columns + i / rows])
            .collect()
    }

    proptest! {
        #[test]
        fn sums_of_products_in_every_layout_equal_the_definition(
            m in 1_usize..40, k in 1_usize..40, n in 1_usize..150, terms in 1_usize..4,
        ) {
            let of_term = |term: u32| (numbers(m * k, 2 * term), numbers(k * n, 2 * term + 1));
            let operands: Vec<_> = (0..terms as u32).map(of_term).collect();
            let transposed: Vec<_> =
                operands.iter().map(|(a, b)| (transpose(a, m, k), transpose(b, k, n))).collect();
            for (left_turned, right_turned) in [(false, false), (true, false), (false, true), (true, true)] {
                let views: Vec<(Matrix, Matrix)> = operands
                    .iter()
                    .zip(&transposed)
                    .map(|((a, b), (a_t, b_t))| {
                        let left = Matrix::new(a, m, k);
                        let right = Matrix::new(b, k, n);
                        (
                            if left_turned { Matrix::new(a_t, k, m).transposed() } else { left },
                            if right_turned { Matrix::new(b_t, n, k).transposed() } else { right },
                        )
                    })
                    .collect();
                // What is there before does not matter.
                let mut product = vec![f32::NAN; m * n];
                matmul(&views, &mut product);
                for (index, &value) in product.iter().enumerate() {
                    let (i, j) = (index / n, index % n);
                    let expected: f64 = operands
                        .iter()
                        .flat_map(|(a, b)| (0..k).map(move |p| f64::from(a[i * k + p]) * f64::from(b[p * n + j])))
                        .sum();
                    prop_assert!((f64::from(value) - expected).abs() < 1e-5);
                }
            }
        }

        #[test]
        fn columns_of_an_operand_are_a_matrix_of_their_own(m in 1_usize..20, k in 1_usize..20, first in 0_usize..20) {
            let (a, b) = (numbers(m * (k + first), 1), numbers(m * 30, 2));
            let view = Matrix::new(&a, m, k + first).columns(first..first + k).transposed();
            let mut product = vec![0.0; k * 30];
            matmul(&[(view, Matrix::new(&b, m, 30))], &mut product);
            for (index, &value) in product.iter().enumerate() {
                let (i, j) = (index / 30, index % 30);
                let expected: f32 = (0..m).map(|p| a[p * (k + first) + first + i] * b[p * 30 + j]).sum();
                prop_assert!((value - expected).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn nothing_to_add_is_zero() {
        let mut product = [1.0; 6];
        matmul(&[], &mut product);
        assert_eq!(product, [0.0; 6]);
        let nothing = Matrix::new(&[], 0, 0);
        matmul(&[(nothing, nothing)], &mut []);
    }
}
