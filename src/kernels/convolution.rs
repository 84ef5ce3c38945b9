//! Convolutions as products of matrices: the patches of an image as rows ("im2col"), and rows of patches added up to an image.
//!
//! An image lies row by row, the channels of a place beside one another, and so does a patch. A convolution is
//! `patches(x) W`; a transposed one, its gradient with respect to `x`, is `add_patches(x W)`.

use super::matmul::{Matrix, matmul, with_scratch};
use crate::cancel::checkpoint;

/// A square window that is moved over images by whole steps, so that `ceil(size / stride)` of them lie beside one another. What
/// reaches over the edges of an image is split evenly between both, the odd place behind it, and reads zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Channels of a place of it.
    pub channels: usize,
    /// Rows and columns of the window.
    pub kernel: usize,
    /// Rows and columns from one window to the next; at most those of the window.
    pub stride: usize,
}

/// Numbers of patches that are made at a time: they stay in the second-level cache.
const PATCHES: usize = 64 * 1024;

impl Window {
    /// Windows above one another, and beside one another.
    pub fn places(self) -> (usize, usize) {
        (
            self.height.div_ceil(self.stride),
            self.width.div_ceil(self.stride),
        )
    }

    /// Numbers of a patch.
    pub fn patch(self) -> usize {
        self.kernel * self.kernel * self.channels
    }

    /// Numbers of an image.
    fn image(self) -> usize {
        self.height * self.width * self.channels
    }

    /// Windows of an image.
    fn windows(self) -> usize {
        let (rows, columns) = self.places();
        rows * columns
    }

    /// Rows or columns of zeros before the first of `size`.
    fn before(self, size: usize) -> usize {
        let reach = (size.div_ceil(self.stride) - 1) * self.stride + self.kernel;
        reach.saturating_sub(size) / 2
    }

    /// Images whose patches are made at a time; the same for every number of images, since it decides the order of summation.
    fn images_at_a_time(self) -> usize {
        (PATCHES / (self.windows() * self.patch())).max(1)
    }

    /// Calls `visit` for every row of every window of an image that lies in it: the place of its numbers among all patches, their
    /// place in the image, and how many there are.
    #[inline(always)]
    fn for_each_row(self, mut visit: impl FnMut(usize, usize, usize)) {
        let (rows, columns) = self.places();
        let (above, left) = (self.before(self.height), self.before(self.width));
        for row in 0..rows {
            for column in 0..columns {
                let patch = (row * columns + column) * self.patch();
                let first = (column * self.stride).saturating_sub(left);
                let end = (column * self.stride + self.kernel - left).min(self.width);
                // Columns of the window that lie left of the image.
                let skipped = left.saturating_sub(column * self.stride);
                for within in 0..self.kernel {
                    let y = (row * self.stride + within).wrapping_sub(above);
                    if y < self.height && first < end {
                        visit(
                            patch + (within * self.kernel + skipped) * self.channels,
                            (y * self.width + first) * self.channels,
                            (end - first) * self.channels,
                        );
                    }
                }
            }
        }
    }

    /// Writes the patches of some images: one row a window, window after window, image after image.
    ///
    /// Shapes: images (B, height, width, channels), patches (B windows, patch).
    fn patches(self, images: &[f32], patches: &mut [f32]) {
        patches.fill(0.0);
        let of_images = patches.chunks_exact_mut(self.windows() * self.patch());
        for (image, patches) in images.chunks_exact(self.image()).zip(of_images) {
            self.for_each_row(|patch, place, count| {
                patches[patch..patch + count].copy_from_slice(&image[place..place + count]);
            });
        }
    }

    /// Adds patches to the places of the images that they are of: the transpose of [`Window::patches`].
    fn add_patches(self, patches: &[f32], images: &mut [f32]) {
        let of_images = patches.chunks_exact(self.windows() * self.patch());
        for (image, patches) in images.chunks_exact_mut(self.image()).zip(of_images) {
            self.for_each_row(|patch, place, count| {
                let from = &patches[patch..patch + count];
                for (sum, value) in image[place..place + count].iter_mut().zip(from) {
                    *sum += value;
                }
            });
        }
    }

    /// `maps = patches(images) kernel`.
    ///
    /// Shapes: images (B, height, width, channels), kernel (patch, outputs), maps (B windows, outputs).
    pub fn convolve(self, images: &[f32], kernel: &[f32], maps: &mut [f32]) {
        let (patch, outputs) = self.sizes_of(images, kernel, maps);
        let kernel = Matrix::new(kernel, patch, outputs);
        self.in_stretches(images, maps, outputs, |images, maps, windows| {
            with_scratch(windows * patch, |patches| {
                self.patches(images, patches);
                matmul(&[(Matrix::new(patches, windows, patch), kernel)], maps);
            });
        });
    }

    /// `images += add_patches(maps kernel^T)`: the gradient of [`Window::convolve`] with respect to the images, and a transposed
    /// convolution.
    pub fn add_transposed(self, maps: &[f32], kernel: &[f32], images: &mut [f32]) {
        let (patch, outputs) = self.sizes_of(images, kernel, maps);
        let turned = turned(kernel, outputs);
        let turned = Matrix::new(&turned, outputs, patch);
        let stretch = self.images_at_a_time();
        let of_maps = maps.chunks(stretch * self.windows() * outputs);
        for (images, maps) in images.chunks_mut(stretch * self.image()).zip(of_maps) {
            checkpoint();
            let windows = maps.len() / outputs;
            with_scratch(windows * patch, |patches| {
                matmul(&[(Matrix::new(maps, windows, outputs), turned)], patches);
                self.add_patches(patches, images);
            });
        }
    }

    /// `kernel += patches(images)^T maps`: the gradient with respect to the kernel of either kind of convolution.
    pub fn add_kernel_gradient(self, images: &[f32], maps: &[f32], kernel: &mut [f32]) {
        let (patch, outputs) = self.sizes_of(images, kernel, maps);
        let stretch = self.images_at_a_time();
        let of_maps = maps.chunks(stretch * self.windows() * outputs);
        let mut product = vec![0.0; kernel.len()];
        for (images, maps) in images.chunks(stretch * self.image()).zip(of_maps) {
            checkpoint();
            let windows = maps.len() / outputs;
            with_scratch(windows * patch, |patches| {
                self.patches(images, patches);
                let patches = Matrix::new(patches, windows, patch).transposed();
                matmul(&[(patches, Matrix::new(maps, windows, outputs))], &mut product);
            });
            for (sum, value) in kernel.iter_mut().zip(&product) {
                *sum += value;
            }
        }
    }

    /// Calls `work` with some images at a time, their maps, and how many windows they have.
    fn in_stretches(
        self,
        images: &[f32],
        maps: &mut [f32],
        outputs: usize,
        work: impl Fn(&[f32], &mut [f32], usize),
    ) {
        let stretch = self.images_at_a_time();
        let of_maps = maps.chunks_mut(stretch * self.windows() * outputs);
        for (images, maps) in images.chunks(stretch * self.image()).zip(of_maps) {
            checkpoint();
            let windows = maps.len() / outputs;
            work(images, maps, windows);
        }
    }

    /// Numbers of a patch, and outputs of every window.
    fn sizes_of(self, images: &[f32], kernel: &[f32], maps: &[f32]) -> (usize, usize) {
        let patch = self.patch();
        assert!(
            kernel.len().is_multiple_of(patch),
            "a row of the kernel for every number of a patch"
        );
        let outputs = kernel.len() / patch;
        let count = images.len() / self.image();
        assert!(
            images.len() == count * self.image() && maps.len() == count * self.windows() * outputs,
            "outputs for every window of every image"
        );
        (patch, outputs)
    }
}

/// A matrix with so many columns, with rows and columns exchanged.
fn turned(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| values[column..].iter().step_by(columns).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 16) as f32 / 65_536.0 - 0.5)
            .collect()
    }

    /// A convolution by its definition, in 64 bits: at every place the sum over the window of what lies in the image.
    fn definition(window: Window, images: &[f32], kernel: &[f32], outputs: usize) -> Vec<f64> {
        let Window {
            height,
            width,
            channels,
            kernel: side,
            stride,
        } = window;
        let (rows, columns) = window.places();
        let before =
            |size: usize, places: usize| (((places - 1) * stride + side).saturating_sub(size) / 2) as isize;
        let (above, left) = (before(height, rows), before(width, columns));
        let mut maps = Vec::new();
        for image in images.chunks(height * width * channels) {
            for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
                for output in 0..outputs {
                    let mut sum = 0.0;
                    for (dy, dx) in (0..side).flat_map(|dy| (0..side).map(move |dx| (dy, dx))) {
                        let y = (row * stride + dy) as isize - above;
                        let x = (column * stride + dx) as isize - left;
                        if (0..height as isize).contains(&y) && (0..width as isize).contains(&x) {
                            for channel in 0..channels {
                                let value = image[(y as usize * width + x as usize) * channels + channel];
                                let weight =
                                    kernel[((dy * side + dx) * channels + channel) * outputs + output];
                                sum += f64::from(value) * f64::from(weight);
                            }
                        }
                    }
                    maps.push(sum);
                }
            }
        }
        maps
    }

    const WINDOWS: [Window; 6] = [
        Window {
            height: 7,
            width: 5,
            channels: 1,
            kernel: 3,
            stride: 2,
        },
        Window {
            height: 8,
            width: 8,
            channels: 3,
            kernel: 4,
            stride: 2,
        },
        Window {
            height: 4,
            width: 6,
            channels: 2,
            kernel: 3,
            stride: 1,
        },
        Window {
            height: 5,
            width: 5,
            channels: 1,
            kernel: 5,
            stride: 3,
        },
        Window {
            height: 3,
            width: 4,
            channels: 2,
            kernel: 1,
            stride: 1,
        },
        // A step that leaves the last rows without a window of their own.
        Window {
            height: 9,
            width: 2,
            channels: 1,
            kernel: 2,
            stride: 2,
        },
    ];

    #[test]
    fn a_convolution_is_its_definition() {
        for window in WINDOWS {
            let (count, outputs) = (3, 4);
            let images = numbers(count * window.image(), 1);
            let kernel = numbers(window.patch() * outputs, 2);
            let mut maps = vec![f32::NAN; count * window.windows() * outputs];
            window.convolve(&images, &kernel, &mut maps);
            for (ours, exact) in maps.iter().zip(definition(window, &images, &kernel, outputs)) {
                assert!(
                    (f64::from(*ours) - exact).abs() < 1e-5,
                    "{window:?}: {ours} for {exact}"
                );
            }
        }
    }

    /// `<convolve(x), m> = <x, transposed(m)> = <kernel, gradient>` for all of them, since each is linear.
    #[test]
    fn the_transposed_convolution_and_the_kernels_gradient_are_adjoint() {
        let inner = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        for window in WINDOWS {
            let (count, outputs) = (3, 4);
            let images = numbers(count * window.image(), 3);
            let kernel = numbers(window.patch() * outputs, 4);
            let along = numbers(count * window.windows() * outputs, 5);
            let mut maps = vec![0.0; along.len()];
            window.convolve(&images, &kernel, &mut maps);
            let (mut of_images, mut of_kernel) = (vec![0.0; images.len()], vec![0.0; kernel.len()]);
            window.add_transposed(&along, &kernel, &mut of_images);
            window.add_kernel_gradient(&images, &along, &mut of_kernel);
            let expected = inner(&maps, &along);
            for ours in [inner(&images, &of_images), inner(&kernel, &of_kernel)] {
                assert!(
                    (ours - expected).abs() < 1e-4,
                    "{window:?}: {ours} for {expected}"
                );
            }
        }
    }

    /// So many images that several stretches are needed.
    #[test]
    fn images_do_not_depend_on_who_else_is_there() {
        let window = Window {
            height: 28,
            width: 28,
            channels: 1,
            kernel: 4,
            stride: 2,
        };
        let count = 2 * window.images_at_a_time() + 1;
        let (images, kernel) = (numbers(count * window.image(), 1), numbers(window.patch() * 8, 2));
        let mut together = vec![0.0; count * window.windows() * 8];
        window.convolve(&images, &kernel, &mut together);
        let last = &images[(count - 1) * window.image()..];
        let mut alone = vec![0.0; window.windows() * 8];
        window.convolve(last, &kernel, &mut alone);
        for (together, alone) in together[(count - 1) * alone.len()..].iter().zip(&alone) {
            assert!((together - alone).abs() < 1e-6);
        }
    }
}
