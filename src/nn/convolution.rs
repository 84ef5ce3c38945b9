//! Convolutional layers, plain and transposed.

use dfdx::prelude::*;

use super::ops::{self, Maps};
use super::parameters::{Named, Parameter, Role};
use crate::dims::{Channels, Patch};
use crate::kernels::Window;

/// A window that is moved over maps: from the maps to a place for every window, or back.
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
