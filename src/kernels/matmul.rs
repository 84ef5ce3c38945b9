//! The matrix product.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ops::Range;
use std::sync::Once;

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
use super::amx;
use super::precision::{Products, rounded};
use crate::cancel::checkpoint;

/// A view of a matrix, possibly transposed, possibly some columns of a larger one.
///
/// Every element lies inside `values`: [`Matrix::new`] checks it, and nothing made from a matrix reaches further.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    pub(super) values: &'a [f32],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: usize,
    pub(super) column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `values` as `rows` rows of `columns` numbers, row by row.
    ///
    /// # Panics
    /// If there are more or fewer values.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert_eq!(
            Some(values.len()),
            rows.checked_mul(columns),
            "a matrix of {rows} x {columns}"
        );
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

    /// Some neighbouring rows.
    pub fn rows(self, range: Range<usize>) -> Self {
        self.transposed().columns(range).transposed()
    }

    /// Some neighbouring columns.
    pub fn columns(self, range: Range<usize>) -> Self {
        assert!(
            range.start <= range.end && range.end <= self.columns,
            "columns of the matrix"
        );
        // The first of the columns begins inside the values, except in a matrix without rows, which has no numbers to
        // begin at. A stride is a size that was multiplied once already, so saturating is never wrong.
        let start = range
            .start
            .saturating_mul(self.column_stride)
            .min(self.values.len());
        Self {
            values: &self.values[start..],
            columns: range.len(),
            ..self
        }
    }

    /// The numbers that this is a view of, each [rounded].
    fn rounded(self) -> Vec<f32> {
        self.values.iter().map(|&value| rounded(value)).collect()
    }

    /// The same view of as many other numbers.
    fn of_values(self, values: &'a [f32]) -> Self {
        assert_eq!(values.len(), self.values.len(), "as many numbers");
        Self { values, ..self }
    }
}

/// Columns of the result that the widest vector instructions compute at a time.
const VECTOR: usize = 16;
const PANEL: usize = 4 * VECTOR;

/// Multiplications between two looks at whether a product is still wanted: a few milliseconds.
const MULTIPLICATIONS: usize = 1 << 26;
/// Rows and columns of the smallest blocks into which a product is divided. The library adds up in an order that depends on
/// the inner size alone as long as more than 64 rows or columns are asked for at a time, so a product in blocks has the same
/// bits as a whole one.
const LEAST_ROWS: usize = 80;
const LEAST_COLUMNS: usize = 2 * PANEL;

/// `product = left_1 right_1 + left_2 right_2 + ...`, on one thread; large ones with [checkpoints](checkpoint).
///
/// Shapes: each left (m, k), each right (k, n) row by row, where k may differ from term to term; product (m, n).
pub fn matmul(terms: &[(Matrix, Matrix)], product: &mut [f32]) {
    matmul_in_blocks(terms, product, MULTIPLICATIONS);
}

fn matmul_in_blocks(terms: &[(Matrix, Matrix)], product: &mut [f32], multiplications: usize) {
    let Some((left, right)) = terms.first() else {
        product.fill(0.0);
        return;
    };
    let (rows, columns) = (left.rows, right.columns);
    let depth = terms.iter().map(|(left, _)| left.columns).sum::<usize>().max(1);
    let layout = Layout {
        row_stride: columns,
        column_stride: 1,
    };
    let by_row = blocks(rows, multiplications / depth / columns.max(1), LEAST_ROWS, 1);
    for rows in by_row {
        let terms: Vec<(Matrix, Matrix)> = terms
            .iter()
            .map(|&(left, right)| (left.rows(rows.clone()), right))
            .collect();
        let product = &mut product[rows.start * columns..rows.end * columns];
        let wanted_columns = multiplications / depth / rows.len().max(1);
        if columns.is_multiple_of(VECTOR) || columns < PANEL {
            for columns in blocks(columns, wanted_columns, LEAST_COLUMNS, PANEL) {
                sum(&terms, product, columns, layout);
            }
        } else {
            // A ragged last panel would make `gemm` pack the whole operand. So the last panel is a full one that computes
            // some columns a second time; both times they come out the same.
            for columns in blocks(columns - columns % PANEL, wanted_columns, LEAST_COLUMNS, PANEL) {
                sum(&terms, product, columns, layout);
            }
            sum(&terms, product, columns - PANEL..columns, layout);
        }
    }
}

/// Divides `length` into ranges of about `wanted`, but at least `least` each, that begin at multiples of `multiple`; `least`
/// is such a multiple too. One range, the whole, where that is not much longer.
fn blocks(length: usize, wanted: usize, least: usize, multiple: usize) -> impl Iterator<Item = Range<usize>> {
    let step = wanted.max(least) / multiple * multiple;
    let count = (length / step).max(1);
    (0..count).map(move |block| {
        let end = if block + 1 == count {
            length
        } else {
            (block + 1) * step
        };
        block * step..end
    })
}

/// `sums += left right^T`, on one thread; large ones with [checkpoints](checkpoint).
///
/// Shapes: left (m, k), right (n, k), sums (m, n). The right operand is read where it lies and the small product is
/// turned, which beats packing the large operand.
pub fn add_matmul_transposed(left: Matrix, right: Matrix, sums: &mut [f32]) {
    add_transposed_in_blocks(left, right, sums, MULTIPLICATIONS);
}

fn add_transposed_in_blocks(left: Matrix, right: Matrix, sums: &mut [f32], multiplications: usize) {
    let (rows, columns, depth) = (left.rows, right.rows, left.columns.max(1));
    assert_eq!(
        Some(sums.len()),
        rows.checked_mul(columns),
        "a sum of {rows} x {columns}"
    );
    for block in blocks(rows, multiplications / depth / columns.max(1), LEAST_ROWS, 1) {
        let rows = block.len();
        let sums = &mut sums[block.start * columns..block.end * columns];
        with_scratch(sums.len(), |turned| {
            let layout = Layout {
                row_stride: 1,
                column_stride: rows,
            };
            sum(
                &[(left.rows(block.clone()), right.transposed())],
                turned,
                0..columns,
                layout,
            );
            for (row, sums) in sums.chunks_exact_mut(columns.max(1)).enumerate() {
                for (sum, product) in sums.iter_mut().zip(turned[row..].iter().step_by(rows)) {
                    *sum += product;
                }
            }
        });
    }
}

/// Lends a buffer that this thread keeps; what it holds is left over from earlier uses.
pub fn with_scratch<R>(length: usize, work: impl FnOnce(&mut [f32]) -> R) -> R {
    thread_local! {
        static SCRATCH: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
    }
    // Taken out while it is in use, so that a use within a use gets a buffer of its own.
    let mut scratch = SCRATCH.take();
    if scratch.len() < length {
        scratch.resize(length, 0.0);
    }
    let result = work(&mut scratch[..length]);
    SCRATCH.set(scratch);
    result
}

/// Where the elements of a product lie.
#[derive(Clone, Copy)]
struct Layout {
    row_stride: usize,
    column_stride: usize,
}

impl Layout {
    /// The place of an element; none where no slice could have one.
    fn place(self, row: usize, column: usize) -> Option<usize> {
        let of_row = row.checked_mul(self.row_stride)?;
        of_row.checked_add(column.checked_mul(self.column_stride)?)
    }
}

/// Computes the columns `range` of a sum of products; `product` has an element for every row and column of the whole.
fn sum(terms: &[(Matrix, Matrix)], product: &mut [f32], range: Range<usize>, layout: Layout) {
    static PACKING: Once = Once::new();
    // Operands as small as a minibatch are read in place faster than they are packed.
    PACKING.call_once(|| gemm::set_lhs_packing_threshold_single_thread(256));

    checkpoint();
    for (index, &(left, right)) in terms.iter().enumerate() {
        let right = right.columns(range.clone());
        let (rows, depth, columns) = (left.rows, left.columns, right.columns);
        assert_eq!(depth, right.rows, "the inner sizes of a product");
        if rows == 0 || columns == 0 {
            continue;
        }
        let last = layout.place(rows - 1, range.end - 1);
        assert!(
            last.is_some_and(|last| last < product.len()),
            "an element for every row and column"
        );
        let first = &mut product[range.start * layout.column_stride..];
        let factors;
        let (left, right) = match Products::current() {
            Products::F32 => (left, right),
            #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
            Products::Bf16 if amx::is_available() => {
                if layout.column_stride == 1 {
                    amx::product(left, right, first, layout.row_stride, index > 0);
                } else {
                    let (left, right) = (right.transposed(), left.transposed());
                    amx::product(left, right, first, layout.column_stride, index > 0);
                }
                continue;
            }
            Products::Bf16 => {
                factors = (left.rounded(), right.rounded());
                (left.of_values(&factors.0), right.of_values(&factors.1))
            }
        };
        // SAFETY: every element of a `Matrix` lies in its slice: `Matrix::new` checked the product of its sizes, and a
        // transposed matrix or some of the columns have no element that the whole has not. The inner sizes are equal.
        // The elements of the product from `first` on lie in its slice, which is borrowed exclusively: the furthest was
        // checked just now, without overflow, and every other is nearer. A slice has at most `isize::MAX` bytes, so no
        // stride that reaches an element of one is lost in the conversion; a stride that reaches none (of a matrix with
        // one row or column) is multiplied by 0. With `read_dst` false the old numbers of the product are not read.
        unsafe {
            gemm::gemm(
                rows,
                columns,
                depth,
                first.as_mut_ptr(),
                layout.column_stride as isize,
                layout.row_stride as isize,
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
    use strum::VariantArray;

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
            m in 1_usize..80, k in 1_usize..80, n in 1_usize..150, terms in 1_usize..4,
            products in proptest::sample::select(Products::VARIANTS),
        ) {
            // What is rounded already is not rounded again: both kinds of products must be near the exact one.
            let numbers = |count, seed| -> Vec<f32> { numbers(count, seed).into_iter().map(rounded).collect() };
            let of_term = |term: u32| (numbers(m * k, 2 * term), numbers(k * n, 2 * term + 1));
            let operands: Vec<_> = (0..terms as u32).map(of_term).collect();
            let turned: Vec<Vec<f32>> = operands.iter().map(|(a, _)| transpose(a, m, k)).collect();
            let expected = |index: usize, terms: usize| -> f64 {
                let (i, j) = (index / n, index % n);
                let term = |(a, b): &(Vec<f32>, Vec<f32>)| -> f64 {
                    (0..k).map(|p| f64::from(a[i * k + p]) * f64::from(b[p * n + j])).sum()
                };
                operands[..terms].iter().map(term).sum()
            };
            for left_is_turned in [false, true] {
                let left = |(a, a_turned)| match left_is_turned {
                    true => Matrix::new(a_turned, k, m).transposed(),
                    false => Matrix::new(a, m, k),
                };
                let views: Vec<(Matrix, Matrix)> = operands
                    .iter()
                    .zip(&turned)
                    .map(|((a, b), a_turned)| (left((a, a_turned)), Matrix::new(b, k, n)))
                    .collect();
                // What is there before does not matter.
                let mut product = vec![f32::NAN; m * n];
                products.run(|| matmul(&views, &mut product));
                for (index, &value) in product.iter().enumerate() {
                    prop_assert!((f64::from(value) - expected(index, terms)).abs() < 1e-5);
                }
            }
            let (a, b) = &operands[0];
            let b_turned = transpose(b, k, n);
            let mut sums = vec![0.5; m * n];
            products.run(|| {
                add_matmul_transposed(Matrix::new(a, m, k), Matrix::new(&b_turned, n, k), &mut sums);
            });
            for (index, &value) in sums.iter().enumerate() {
                prop_assert!((f64::from(value) - 0.5 - expected(index, 1)).abs() < 1e-5);
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

    /// Factors are rounded, the products' sums are not.
    #[test]
    fn rounded_products_are_those_of_rounded_factors() {
        for (m, k, n) in [(1, 1, 1), (3, 31, 5), (50, 784, 500), (100, 50, 65), (16, 33, 16)] {
            let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
            let rounded_of =
                |values: &[f32]| -> Vec<f32> { values.iter().map(|&value| rounded(value)).collect() };
            let (a_rounded, b_rounded) = (rounded_of(&a), rounded_of(&b));
            let (mut ours, mut expected) = (vec![f32::NAN; m * n], vec![0.0; m * n]);
            Products::Bf16.run(|| matmul(&[(Matrix::new(&a, m, k), Matrix::new(&b, k, n))], &mut ours));
            matmul(
                &[(Matrix::new(&a_rounded, m, k), Matrix::new(&b_rounded, k, n))],
                &mut expected,
            );
            let mut exact = vec![0.0; m * n];
            matmul(&[(Matrix::new(&a, m, k), Matrix::new(&b, k, n))], &mut exact);
            let apart = |other: &[f32]| {
                ours.iter()
                    .zip(other)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f32::max)
            };
            assert!(apart(&expected) < 1e-5, "{m} x {k} x {n}: {}", apart(&expected));
            assert!(
                k == 1 || apart(&exact) > 1e-5,
                "{m} x {k} x {n}: nothing was rounded"
            );
        }
    }

    /// What is not finite stays so.
    #[test]
    fn rounded_products_hide_no_fault() {
        for fault in [f32::NAN, f32::INFINITY] {
            let mut a = numbers(40 * 70, 1);
            a[20 * 70 + 69] = fault;
            let b = numbers(70 * 33, 2);
            let mut product = vec![0.0; 40 * 33];
            Products::Bf16.run(|| {
                matmul(
                    &[(Matrix::new(&a, 40, 70), Matrix::new(&b, 70, 33))],
                    &mut product,
                )
            });
            let is_faulty = |row: &[f32]| row.iter().all(|value| !value.is_finite());
            let rows: Vec<usize> = (0..40)
                .filter(|row| is_faulty(&product[row * 33..][..33]))
                .collect();
            assert_eq!(rows, [20], "{fault}");
        }
    }

    /// A product in blocks has the same bits as a whole one, so that looking for a wish to end changes no run.
    #[test]
    fn blocks_change_no_bit() {
        for products in Products::VARIANTS {
            products.run(blocks_are_compared);
        }
    }

    fn blocks_are_compared() {
        // Tall, wide, deep, with a ragged last panel and without.
        for (m, k, n) in [
            (1_000, 784, 500),
            (333, 1_700, 40),
            (52, 5_000, 784),
            (20, 3_000, 513),
            (700, 20, 784),
        ] {
            let (a, b, b_turned) = (numbers(m * k, 1), numbers(k * n, 2), numbers(k * n, 3));
            let terms = [
                (Matrix::new(&a, m, k), Matrix::new(&b, k, n)),
                (Matrix::new(&a, m, k), Matrix::new(&b_turned, k, n)),
            ];
            let turned = [(Matrix::new(&a, k, m).transposed(), Matrix::new(&b, k, n))];
            for terms in [&terms[..], &turned[..]] {
                let (mut whole, mut divided) = (vec![0.0; m * n], vec![0.0; m * n]);
                matmul_in_blocks(terms, &mut whole, usize::MAX);
                matmul_in_blocks(terms, &mut divided, 1);
                assert!(whole == divided, "{m} x {k} x {n}");
            }
            let (left, right) = (Matrix::new(&a, m, k), Matrix::new(&b_turned, n, k));
            let (mut whole, mut divided) = (vec![0.5; m * n], vec![0.5; m * n]);
            add_transposed_in_blocks(left, right, &mut whole, usize::MAX);
            add_transposed_in_blocks(left, right, &mut divided, 1);
            assert!(whole == divided, "{m} x {k} x {n}, transposed");
        }
    }

    #[test]
    fn blocks_cover_the_whole_once_and_none_is_small() {
        for length in (0..3_000).step_by(7) {
            for (wanted, least, multiple) in [(0, 80, 1), (300, 80, 1), (0, 128, 64), (200, 128, 64)] {
                let ranges: Vec<Range<usize>> = blocks(length, wanted, least, multiple).collect();
                let ends: Vec<usize> = ranges.iter().map(|range| range.end).collect();
                let starts: Vec<usize> = ranges.iter().map(|range| range.start).collect();
                assert_eq!(starts[1..], ends[..ends.len() - 1]);
                assert_eq!((starts[0], ends.last()), (0, Some(&length)));
                let is_fair = |range: &Range<usize>| {
                    range.len() >= least
                        && range.len() < 2 * wanted.max(least)
                        && range.start.is_multiple_of(multiple)
                };
                assert!(ranges.len() == 1 || ranges.iter().all(is_fair), "{ranges:?}");
            }
        }
    }

    #[test]
    fn sizes_whose_product_overflows_are_refused() {
        let values = [0.0; 4];
        for (rows, columns) in [(usize::MAX / 2 + 3, 2), (1 << 63, 2), (usize::MAX, usize::MAX)] {
            let made = std::panic::catch_unwind(|| Matrix::new(&values, rows, columns));
            assert!(made.is_err(), "{rows} x {columns}");
        }
        let wide = Matrix::new(&[], 0, usize::MAX);
        let summed = std::panic::catch_unwind(|| {
            add_matmul_transposed(wide.transposed(), wide.transposed(), &mut [0.0; 1]);
        });
        assert!(summed.is_err(), "a product of more elements than memory has");
        assert!(
            Layout {
                row_stride: usize::MAX,
                column_stride: 1
            }
            .place(2, 0)
            .is_none()
        );
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
