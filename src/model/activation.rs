//! The nonlinearities of hidden layers.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use crate::nn::ops;

/// The nonlinearity of a hidden layer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Activation {
    /// Hyperbolic tangent, as in the paper.
    Tanh,
    /// `max(0, x)`.
    Relu,
    /// `ln(1 + e^x)`, a smooth relu.
    Softplus,
    /// `max(x, x / 100)`, a relu that is never dead.
    LeakyRelu,
    /// The exponential linear unit: x where that is positive, else `e^x - 1`.
    Elu,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// Gated linear units: a times the sigmoid of b, where each unit has weights for an a and a b.
    Gated,
}

/// Where a unit says the same of everything, and learns little or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// It lets nothing through, and nothing back: dead.
    Dead,
    /// It is at an end, where it hardly changes: saturated.
    Saturated,
}

impl Activation {
    /// Applies the nonlinearity. Gated units halve the last axis, whose first half are the values and whose second half the
    /// gates.
    pub fn apply<S: Shape, T: Tape<f32, Cpu>>(self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        match self {
            Self::Tanh => ops::tanh(x),
            Self::Relu => ops::relu(x),
            Self::Softplus => ops::softplus(x),
            Self::LeakyRelu => ops::leaky_relu(x),
            Self::Elu => ops::elu(x),
            Self::Sigmoid => ops::sigmoid(x),
            Self::Gated => ops::gated(x),
        }
    }

    /// Its slope from what it says; none of gated units, whose value doesn't tell the slope.
    pub fn slope(self) -> Option<ops::Slope> {
        let slope = |of, derivative| Some(ops::Slope { of, derivative });
        match self {
            Self::Tanh => slope(|y| 1.0 - y * y, |y| -2.0 * y),
            Self::Relu => slope(|y| f32::from(u8::from(y > 0.0)), |_| 0.0),
            // 1 - e^-y, of y = ln(1 + e^x).
            Self::Softplus => slope(|y| -(-y).exp_m1(), |y| (-y).exp()),
            Self::LeakyRelu => slope(|y| if y >= 0.0 { 1.0 } else { 0.01 }, |_| 0.0),
            Self::Elu => slope(
                |y| if y >= 0.0 { 1.0 } else { y + 1.0 },
                |y| f32::from(u8::from(y < 0.0)),
            ),
            Self::Sigmoid => slope(|y| y * (1.0 - y), |y| 1.0 - 2.0 * y),
            Self::Gated => None,
        }
    }

    /// How many sums of its inputs a unit needs.
    pub fn sums_per_unit(self) -> usize {
        match self {
            Self::Gated => 2,
            _ => 1,
        }
    }

    /// How units of this kind get stuck; none where they don't, or their values can't tell.
    pub fn stuck_kind(self) -> Option<Stuck> {
        match self {
            Self::Tanh | Self::Sigmoid | Self::Elu => Some(Stuck::Saturated),
            Self::Relu | Self::Softplus => Some(Stuck::Dead),
            Self::LeakyRelu | Self::Gated => None,
        }
    }

    /// Whether a unit that says `value` of everything is stuck: its slope is 0, or less than a fiftieth of the largest.
    pub fn is_stuck_at(self, value: f32) -> bool {
        match self {
            Self::Tanh => value.abs() > 0.99,
            Self::Sigmoid => (2.0 * value - 1.0).abs() > 0.99,
            Self::Relu => value == 0.0,
            Self::Softplus => value < 0.02,
            Self::Elu => value < -0.98,
            Self::LeakyRelu | Self::Gated => false,
        }
    }
}
