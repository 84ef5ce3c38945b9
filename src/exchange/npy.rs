//! NumPy's NPY format: a magic, a header that is a Python dictionary, and the numbers. Layout: `numpy.lib.format`, version 1.0.
//!
//! Read is what NumPy itself writes of float arrays; the header's entries always stand in the same order there.

use std::io::{Result as IoResult, Write};

use super::{NamedArray, transposed};
use crate::data::formats::npy::{MAGIC, write_header};

/// Writes an array of floats of 32 bits.
pub(super) fn write(output: &mut impl Write, array: &NamedArray) -> IoResult<()> {
    write_header(output, "'<f4'", &array.sizes)?;
    output.write_all(&array.bytes())
}

/// The array in the bytes of a whole file.
pub(super) fn parse(name: String, bytes: &[u8]) -> Result<NamedArray, String> {
    let fault = |what: &str| format!("{name} {what}");
    let rest = bytes
        .strip_prefix(MAGIC)
        .ok_or_else(|| fault("is no array of NumPy's"))?;
    let (length, rest) = match rest {
        [1, 0, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, 0, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        _ => {
            return Err(fault(
                "is of no version of NPY that is read, which are 1.0 to 3.0",
            ));
        }
    };
    let (header, numbers) = rest
        .split_at_checked(length)
        .ok_or_else(|| fault("ends within its header"))?;
    let header = std::str::from_utf8(header).ok().and_then(Header::parse);
    let header = header.ok_or_else(|| fault("has a header that is not as NumPy writes it"))?;
    let values = values(header.element, numbers).map_err(|words| fault(&words))?;
    let count = header
        .sizes
        .iter()
        .try_fold(1_usize, |count, &size| count.checked_mul(size));
    if count != Some(values.len()) {
        return Err(fault(&format!(
            "has {} numbers, but its header says {:?}",
            values.len(),
            header.sizes
        )));
    }
    let values = match (header.is_fortran, &header.sizes[..]) {
        (true, &[rows, columns]) => transposed(&values, columns, rows),
        (true, sizes) if sizes.len() > 2 => {
            return Err(fault("is in Fortran order, which is read of matrices only"));
        }
        _ => values,
    };
    Ok(NamedArray {
        name,
        sizes: header.sizes,
        values,
    })
}

/// The numbers in so many bytes.
pub(super) fn values(element: &str, bytes: &[u8]) -> Result<Vec<f32>, String> {
    let cut = || "ends within a number".to_owned();
    match element {
        "<f4" => match bytes.as_chunks::<4>() {
            (numbers, []) => Ok(numbers.iter().map(|&number| f32::from_le_bytes(number)).collect()),
            _ => Err(cut()),
        },
        "<f8" => match bytes.as_chunks::<8>() {
            (numbers, []) => Ok(numbers
                .iter()
                .map(|&number| f64::from_le_bytes(number) as f32)
                .collect()),
            _ => Err(cut()),
        },
        _ => Err(format!(
            "has numbers of the type {element:?}, but floats of 32 or 64 bits (<f4, <f8) are needed"
        )),
    }
}

struct Header<'a> {
    element: &'a str,
    is_fortran: bool,
    sizes: Vec<usize>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (element, rest) = text
            .strip_prefix("{'descr': '")?
            .split_once("', 'fortran_order': ")?;
        let (truth, rest) = rest.split_once(", 'shape': (")?;
        let is_fortran = match truth {
            "True" => true,
            "False" => false,
            _ => return None,
        };
        let (sizes, rest) = rest.split_once(')')?;
        if rest.trim_end() != ", }" {
            return None;
        }
        let sizes = sizes
            .trim_end_matches(',')
            .split(", ")
            .filter(|size| !size.is_empty());
        let sizes: Option<Vec<usize>> = sizes.map(|size| size.parse().ok()).collect();
        Some(Self {
            element,
            is_fortran,
            sizes: sizes?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(sizes: &[usize]) -> NamedArray {
        let count = sizes.iter().product::<usize>() as u16;
        NamedArray {
            name: "a".into(),
            sizes: sizes.to_vec(),
            values: (0..count).map(|number| f32::from(number) - 1.5).collect(),
        }
    }

    #[test]
    fn a_header_is_as_numpy_writes_it() {
        for (sizes, shape) in [
            (&[][..], "()"),
            (&[3], "(3,)"),
            (&[2, 3], "(2, 3)"),
            (&[1, 2, 3], "(1, 2, 3)"),
        ] {
            let mut file = Vec::new();
            write(&mut file, &array(sizes)).unwrap();
            let text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
            assert_eq!(&file[10..10 + text.len()], text.as_bytes());
            let numbers = 10 + usize::from(u16::from_le_bytes([file[8], file[9]]));
            assert!(numbers.is_multiple_of(64) && file[numbers - 1] == b'\n');
            assert_eq!(parse("a".into(), &file), Ok(array(sizes)));
        }
    }

    #[test]
    fn doubles_and_fortran_order_are_read() {
        let file = |element: &str, order: &str, numbers: &[u8]| {
            let mut file = Vec::new();
            let element = format!("{element}', 'fortran_order': {order}");
            let header = format!("{{'descr': '{element}, 'shape': (2, 3), }}\n");
            file.extend_from_slice(MAGIC);
            file.extend_from_slice(&[2, 0]);
            file.extend((header.len() as u32).to_le_bytes());
            file.extend_from_slice(header.as_bytes());
            file.extend_from_slice(numbers);
            parse("a".into(), &file).unwrap().values
        };
        let doubles: Vec<u8> = [0.0_f64, 1.0, 2.0, 3.0, 4.0, 5.0]
            .iter()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        assert_eq!(file("<f8", "False", &doubles), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(file("<f8", "True", &doubles), [0.0, 2.0, 4.0, 1.0, 3.0, 5.0]);
    }

    #[test]
    fn a_header_that_lies_is_refused() {
        for (sizes, words) in [
            (&[7][..], "a has 6 numbers, but its header says [7]"),
            (
                &[usize::MAX, 2],
                "a has 6 numbers, but its header says [18446744073709551615, 2]",
            ),
        ] {
            let mut file = Vec::new();
            write_header(&mut file, "'<f4'", sizes).unwrap();
            file.extend([0; 24]);
            assert_eq!(parse("a".into(), &file).unwrap_err(), words);
        }
        let mut file = Vec::new();
        write_header(&mut file, "'<i8'", &[3]).unwrap();
        file.extend([0; 24]);
        assert!(
            parse("a".into(), &file)
                .unwrap_err()
                .contains("of the type \"<i8\"")
        );
    }
}
