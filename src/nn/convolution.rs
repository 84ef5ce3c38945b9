//! Convolutional layers, plain and transposed.

use dfdx::prelude::*;

use super::ops::{self, Maps};
use super::parameters::{Named, Parameter, Role};
use crate::dims::{Channels, Patch};
use crate::kernels::Window;

/// A window that is moved over maps: from the maps to a place for every window, or back.
///
/// Only maps go through it; a latent vector of as many numbers does not compile:
///
/// ```
/// # use dfdx::prelude::*;
/// # use vae_tui::dims::{Batch, Channels, Height, Latent, Width};
/// # use vae_tui::{kernels::Window, nn::Convolution};
/// # let window = Window { height: 8, width: 8, channels: 1, kernel: 3, stride: 1 };
/// # let convolution = Convolution::zeros(&Cpu::default(), window, Channels(2));
/// let shape = (Batch(1), Height(8), Width(8), Channels(1));
/// let maps: Tensor<(Batch, Height, Width, Channels), f32, Cpu> = Cpu::default().zeros_like(&shape);
/// convolution.forward(maps);
/// ```
///
/// ```compile_fail,E0308
/// # use dfdx::prelude::*;
/// # use vae_tui::dims::{Batch, Channels, Height, Latent, Width};
/// # use vae_tui::{kernels::Window, nn::Convolution};
/// # let window = Window { height: 8, width: 8, channels: 1, kernel: 3, stride: 1 };
/// # let convolution = Convolution::zeros(&Cpu::default(), window, Channels(2));
/// let z: Tensor<(Batch, Latent), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Latent(64)));
/// convolution.forward(z);
/// ```
///
/// Its gradient is left whole, not as factors as that of a [`Weight`](super::Weight): it has far more rows than columns.
#[derive(Clone, Debug)]
pub struct Convolution {
    window: Window,
    /// Shape (patch, channels of a window's place): one row a number of the window.
    kernel: Tensor<(Patch, Channels), f32, Cpu>,
    bias: Tensor<(Channels,), f32, Cpu>,
}

impl Convolution {
    /// A convolution of zeros to so many channels.
    pub fn zeros(device: &Cpu, window: Window, channels: Channels) -> Self {
        Self {
            window,
            kernel: device.zeros_like(&(Patch(window.patch()), channels)),
            bias: device.zeros_like(&(channels,)),
        }
    }

    /// A transposed convolution of zeros, from so many channels to those of the window.
    pub fn transposed_zeros(device: &Cpu, window: Window, channels: Channels) -> Self {
        Self {
            window,
            kernel: device.zeros_like(&(Patch(window.patch()), channels)),
            bias: device.zeros_like(&(Channels(window.channels),)),
        }
    }

    /// Applies it to data, which needs no gradient: the tape starts here.
    pub fn forward_data<T: Tape<f32, Cpu>>(&self, x: Maps, tape: T) -> Maps<T> {
        ops::convolution_of_data(x, self.window, &self.kernel, &self.bias, tape)
    }

    /// Applies it inside a network.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Maps<T>) -> Maps<T> {
        ops::convolution(x, self.window, &self.kernel, &self.bias)
    }

    /// Applies it the other way: from a place for every window to the maps.
    pub fn transposed<T: Tape<f32, Cpu>>(&self, x: Maps<T>) -> Maps<T> {
        ops::transposed_convolution(x, self.window, &self.kernel, &self.bias)
    }

    /// Kernel, then bias.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        vec![
            Named {
                name: "weight".into(),
                role: Role::Weight,
                parameter: &self.kernel,
            },
            Named {
                name: "bias".into(),
                role: Role::Bias,
                parameter: &self.bias,
            },
        ]
    }

    /// Kernel, then bias, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        vec![
            Named {
                name: "weight".into(),
                role: Role::Weight,
                parameter: &mut self.kernel,
            },
            Named {
                name: "bias".into(),
                role: Role::Bias,
                parameter: &mut self.bias,
            },
        ]
    }
}
