//! Numbers as files hold them: of which type, and in which order of bytes.

/// The type of the numbers of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// Whole or not, signed or not, and how wide.
    pub kind: ElementKind,
    /// Whether the most significant byte comes first.
    pub is_big_endian: bool,
}

/// What a number is, and how many bits it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// A truth value: one byte, 0 or 1.
    Bool,
    /// Whole, not negative, 8 bits.
    U8,
    /// Whole, 8 bits.
    I8,
    /// Whole, not negative, 16 bits.
    U16,
    /// Whole, 16 bits.
    I16,
    /// Whole, not negative, 32 bits.
    U32,
    /// Whole, 32 bits.
    I32,
    /// Whole, not negative, 64 bits.
    U64,
    /// Whole, 64 bits.
    I64,
    /// A float of 16 bits (IEEE 754 binary16).
    F16,
    /// A float of 32 bits.
    F32,
    /// A float of 64 bits.
    F64,
}

impl Element {
    /// One byte a number.
    pub const U8: Self = Self {
        kind: ElementKind::U8,
        is_big_endian: false,
    };

    /// Bytes of a number.
    pub fn size(self) -> usize {
        match self.kind {
            ElementKind::Bool | ElementKind::U8 | ElementKind::I8 => 1,
            ElementKind::U16 | ElementKind::I16 | ElementKind::F16 => 2,
            ElementKind::U32 | ElementKind::I32 | ElementKind::F32 => 4,
            ElementKind::U64 | ElementKind::I64 | ElementKind::F64 => 8,
        }
    }

    /// Whether its numbers may have a fraction.
    pub fn is_float(self) -> bool {
        matches!(self.kind, ElementKind::F16 | ElementKind::F32 | ElementKind::F64)
    }

    /// Whether a number is a byte as it stands.
    pub fn is_byte(self) -> bool {
        matches!(self.kind, ElementKind::Bool | ElementKind::U8)
    }

    /// The number in [`Element::size`] bytes; whole numbers beyond 2^53 are rounded to the nearest double.
    pub fn number(self, bytes: &[u8]) -> f64 {
        let mut low = [0; 8];
        let size = bytes.len().min(8);
        low[..size].copy_from_slice(&bytes[..size]);
        if self.is_big_endian {
            low[..size].reverse();
        }
        let bits = u64::from_le_bytes(low);
        match self.kind {
            ElementKind::Bool | ElementKind::U8 | ElementKind::U16 | ElementKind::U32 | ElementKind::U64 => {
                bits as f64
            }
            ElementKind::I8 => f64::from(bits as u8 as i8),
            ElementKind::I16 => f64::from(bits as u16 as i16),
            ElementKind::I32 => f64::from(bits as u32 as i32),
            ElementKind::I64 => bits.cast_signed() as f64,
            ElementKind::F16 => half(bits as u16),
            ElementKind::F32 => f64::from(f32::from_bits(bits as u32)),
            ElementKind::F64 => f64::from_bits(bits),
        }
    }
}

impl Element {
    /// The numbers in `bytes`, one for each of `row`; the common types without a detour.
    pub fn numbers(self, bytes: &[u8], row: &mut [f32]) {
        match (self.kind, self.is_big_endian) {
            (ElementKind::U8 | ElementKind::Bool, _) => {
                row.iter_mut()
                    .zip(bytes)
                    .for_each(|(value, &byte)| *value = f32::from(byte));
            }
            (ElementKind::F32, false) => {
                let floats = bytes.as_chunks::<4>().0;
                row.iter_mut()
                    .zip(floats)
                    .for_each(|(value, &float)| *value = f32::from_le_bytes(float));
            }
            _ => {
                let numbers = bytes.chunks_exact(self.size());
                row.iter_mut()
                    .zip(numbers)
                    .for_each(|(value, number)| *value = self.number(number) as f32);
            }
        }
    }
}

/// A float of 16 bits: a sign, five bits of exponent with bias 15, ten of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match i32::from(bits >> 10 & 0x1f) {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1.0 + fraction / 1_024.0) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_type_are_read_in_both_orders() {
        let cases: [(ElementKind, Vec<u8>, f64); 13] = [
            (ElementKind::Bool, vec![1], 1.0),
            (ElementKind::U8, vec![200], 200.0),
            (ElementKind::I8, vec![200], -56.0),
            (ElementKind::U16, 40_000_u16.to_le_bytes().to_vec(), 40_000.0),
            (ElementKind::I16, (-3_i16).to_le_bytes().to_vec(), -3.0),
            (ElementKind::U32, 4_000_000_000_u32.to_le_bytes().to_vec(), 4e9),
            (ElementKind::I32, (-70_000_i32).to_le_bytes().to_vec(), -70_000.0),
            (
                ElementKind::U64,
                (1_u64 << 40).to_le_bytes().to_vec(),
                1_099_511_627_776.0,
            ),
            (ElementKind::I64, (-5_i64).to_le_bytes().to_vec(), -5.0),
            (
                ElementKind::F16,
                0x3555_u16.to_le_bytes().to_vec(),
                0.333_251_953_125,
            ),
            (
                ElementKind::F32,
                0.1_f32.to_le_bytes().to_vec(),
                f64::from(0.1_f32),
            ),
            (ElementKind::F64, 0.1_f64.to_le_bytes().to_vec(), 0.1),
            (ElementKind::F16, 0xc000_u16.to_le_bytes().to_vec(), -2.0),
        ];
        for (kind, mut bytes, expected) in cases {
            let mut element = Element {
                kind,
                is_big_endian: false,
            };
            assert_eq!(bytes.len(), element.size());
            assert_eq!(element.number(&bytes), expected, "{kind:?}");
            bytes.reverse();
            element.is_big_endian = true;
            assert_eq!(element.number(&bytes), expected, "{kind:?}, big-endian");
            let mut row = [0.5];
            element.numbers(&bytes, &mut row);
            assert_eq!(row, [expected as f32], "{kind:?}, in a row");
        }
    }

    #[test]
    fn halves_have_small_numbers_infinities_and_no_numbers() {
        assert_eq!(half(1), 2_f64.powi(-24));
        assert_eq!(half(0x03ff), 1_023.0 * 2_f64.powi(-24));
        assert_eq!(half(0x0400), 2_f64.powi(-14));
        assert_eq!(half(0x7bff), 65_504.0);
        assert_eq!(half(0x7c00), f64::INFINITY);
        assert_eq!(half(0xfc00), f64::NEG_INFINITY);
        assert!(half(0x7e00).is_nan());
    }
}
