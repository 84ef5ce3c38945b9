//! The matrix product.
#![allow(unsafe_code)]

use super::Write;

/// A view of a matrix, possibly transposed.
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
}

/// `product = left right`, or `product += left right`, on one thread.
///
/// Shapes: left (m, k), right (k, n), product (m, n) row by row.
pub fn matmul(left: Matrix, right: Matrix, product: &mut [f32], write: Write) {
    let (rows, depth, columns) = (left.rows, left.columns, right.columns);
    assert_eq!(depth, right.rows, "the inner sizes of a product");
    assert_eq!(product.len(), rows * columns, "a product of {rows} x {columns}");
    // SAFETY: `Matrix` covers exactly rows x columns elements of its slice with its strides, and the product covers
    // exactly rows x columns elements of its own, which is borrowed exclusively; all sizes were checked above. With
    // `read_dst` false the old numbers of the product are not read.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            product.as_mut_ptr(),
            1,
            columns as isize,
            write == Write::Add,
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
        fn products_in_every_layout_equal_the_definition(m in 1_usize..40, k in 1_usize..40, n in 1_usize..40) {
            let (a, b, start) = (numbers(m * k, 1), numbers(k * n, 2), numbers(m * n, 3));
            let (a_t, b_t) = (transpose(&a, m, k), transpose(&b, k, n));
            for (left, right) in [
                (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
                (Matrix::new(&a_t, k, m).transposed(), Matrix::new(&b, k, n)),
                (Matrix::new(&a, m, k), Matrix::new(&b_t, n, k).transposed()),
            ] {
                for write in [Write::Overwrite, Write::Add] {
                    let mut product = start.clone();
                    matmul(left, right, &mut product, write);
                    for (index, &value) in product.iter().enumerate() {
                        let (i, j) = (index / n, index % n);
                        let sum: f64 = (0..k).map(|p| f64::from(a[i * k + p]) * f64::from(b[p * n + j])).sum();
                        let expected = sum + if write == Write::Add { f64::from(start[index]) } else { 0.0 };
                        prop_assert!((f64::from(value) - expected).abs() < 1e-5);
                    }
                }
            }
        }
    }
}
