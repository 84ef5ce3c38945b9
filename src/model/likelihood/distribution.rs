//! What a likelihood is: a distribution of a row of values, given what the decoder says of them.

use rand::RngCore;

use crate::kernels::likelihood::{log_likelihood, log_likelihood_and_gradients, of_every_value};

/// What the decoder has to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    /// The name of the decoder's last layer, under which sessions keep it.
    pub name: &'static str,
    /// The numbers that it has for every value.
    pub numbers: usize,
    /// One number more, the same for every value of every item.
    pub common: Option<Common>,
}

impl Layer {
    /// A layer with so many numbers for every value, and nothing else.
    pub fn new(name: &'static str, numbers: usize) -> Self {
        Self {
            name,
            numbers,
            common: None,
        }
    }
}

/// A number that all values have in common.
#[derive(Clone, Copy, Debug)]
pub(super) enum Common {
    /// A parameter of this name, which is learned.
    Learned(&'static str),
    /// A constant.
    Fixed(f32),
}

/// A distribution of rows of values.
///
/// Rows of `outputs` have the first number of every value, then the second number of every value, and so on, the common
/// number in every place where the layer has one; `columns` are the values of a row. Log-likelihoods are in nats.
pub(super) trait Distribution {
    /// What the decoder has to say.
    fn layer(&self) -> Layer;

    /// The log-likelihood of every row; `x` has as many rows as `outputs`, or fewer, which then repeat.
    fn log_likelihood(&self, outputs: &[f32], x: &[f32], columns: usize, per_row: &mut [f64]);

    /// The log-likelihood of every row, and its gradient in the place of every output; `x` has as many rows.
    fn log_likelihood_and_gradients(
        &self,
        outputs: &mut [f32],
        x: &[f32],
        columns: usize,
        per_row: &mut [f64],
    );

    /// The mean of every value, in units of `x`.
    fn means(&self, outputs: &[f32], columns: usize, means: &mut [f32]);

    /// One row drawn, in units of `x`.
    fn sample(&self, outputs: &[f32], generator: &mut dyn RngCore, row: &mut [f32]);
}

/// A distribution of one value given `N` numbers: whoever implements it is a [`Distribution`] of rows of such values, which
/// are independent given their numbers.
///
/// What runs for every value of a minibatch wants `#[inline(always)]` and no branches, so that the loop around it vectorises. It is
/// copied into that loop: behind a reference, a setting would be read anew for every value.
pub(super) trait ValueDistribution<const N: usize>: Copy {
    /// What the decoder has to say.
    fn layer(&self) -> Layer;

    /// `log p(x)` in nats, and its derivative with respect to each number.
    fn log_likelihood(&self, numbers: [f32; N], x: f32) -> (f32, [f32; N]);

    /// The mean of `x`.
    fn mean(&self, numbers: [f32; N]) -> f32;

    /// Draws `x`.
    fn sample(&self, numbers: [f32; N], generator: &mut dyn RngCore) -> f32;
}

/// The distribution of rows of independent values.
pub(super) fn independent<const N: usize>(
    of_value: impl ValueDistribution<N> + 'static,
) -> Box<dyn Distribution> {
    Box::new(Independent(of_value))
}

struct Independent<D, const N: usize>(D);

impl<const N: usize, D: ValueDistribution<N>> Distribution for Independent<D, N> {
    fn layer(&self) -> Layer {
        self.0.layer()
    }

    fn log_likelihood(&self, outputs: &[f32], x: &[f32], columns: usize, per_row: &mut [f64]) {
        let of_value = self.0;
        log_likelihood(
            outputs,
            x,
            columns,
            per_row,
            #[inline(always)]
            move |numbers, x| of_value.log_likelihood(numbers, x),
        );
    }

    fn log_likelihood_and_gradients(
        &self,
        outputs: &mut [f32],
        x: &[f32],
        columns: usize,
        per_row: &mut [f64],
    ) {
        let of_value = self.0;
        log_likelihood_and_gradients(
            outputs,
            x,
            columns,
            per_row,
            #[inline(always)]
            move |numbers, x| of_value.log_likelihood(numbers, x),
        );
    }

    fn means(&self, outputs: &[f32], columns: usize, means: &mut [f32]) {
        let of_value = self.0;
        of_every_value(
            outputs,
            columns,
            means,
            #[inline(always)]
            move |numbers| of_value.mean(numbers),
        );
    }

    fn sample(&self, outputs: &[f32], generator: &mut dyn RngCore, row: &mut [f32]) {
        let columns = row.len();
        for (column, value) in row.iter_mut().enumerate() {
            let numbers = std::array::from_fn(|number| outputs[number * columns + column]);
            *value = self.0.sample(numbers, generator);
        }
    }
}

/// A distribution of one value whose second derivatives are known too, for what learns from a gradient of its gradient.
pub(super) trait TwiceDifferentiable<const N: usize>: ValueDistribution<N> {
    /// The second derivatives of `log p(x)` with respect to the numbers.
    fn second_derivatives(&self, numbers: [f32; N], x: f32) -> [[f32; N]; N];
}

/// The second derivatives of the log-likelihoods of rows, as products with directions.
pub(super) trait Curvature {
    /// Adds to `products` what the gradient of every row's log-likelihood changes by per step along `directions`, all shaped as
    /// `outputs`; `x` has as many rows.
    fn add_products(
        &self,
        outputs: &[f32],
        x: &[f32],
        columns: usize,
        directions: &[f32],
        products: &mut [f32],
    );
}

/// That of rows of independent values.
pub(super) fn curvature<const N: usize>(
    of_value: impl TwiceDifferentiable<N> + 'static,
) -> Box<dyn Curvature> {
    Box::new(Independent(of_value))
}

impl<const N: usize, D: TwiceDifferentiable<N>> Curvature for Independent<D, N> {
    fn add_products(
        &self,
        outputs: &[f32],
        x: &[f32],
        columns: usize,
        directions: &[f32],
        products: &mut [f32],
    ) {
        let width = N * columns;
        let rows = outputs.chunks_exact(width).zip(x.chunks_exact(columns));
        let along = directions
            .chunks_exact(width)
            .zip(products.chunks_exact_mut(width));
        for ((outputs, x), (directions, products)) in rows.zip(along) {
            for (column, &x) in x.iter().enumerate() {
                // What is not there says nothing.
                if x.is_nan() {
                    continue;
                }
                let numbers = std::array::from_fn(|number| outputs[number * columns + column]);
                let second = self.0.second_derivatives(numbers, x);
                for (number, second) in second.iter().enumerate() {
                    let terms = second.iter().enumerate();
                    products[number * columns + column] += terms
                        .map(|(other, second)| second * directions[other * columns + column])
                        .sum::<f32>();
                }
            }
        }
    }
}
