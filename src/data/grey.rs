//! What grey values tell about how a file was made.

use super::ItemShape;
use super::stored::Stored;
use super::values::Values;

/// The brightest pixel of images that are worth a word: 255 is white.
const DIM: u8 = 127;

/// What is said where 1 is made white.
fn ones(shape: ItemShape) -> String {
    let all = match shape {
        ItemShape::Image { .. } | ItemShape::Film { .. } => "pixels",
        ItemShape::Vector { .. } | ItemShape::Sequence { .. } => "values",
    };
    format!("all {all} are 0 or 1: 1 is taken as white")
}

/// The same for values that stay in their file, as far as the first item that is no such tells: floats from 0 to 1 are grey
/// values where items are images, and so are whole numbers up to 255 of every type.
fn whiten_stored(stored: &mut Stored, shape: ItemShape) -> Option<String> {
    let is_image = matches!(shape, ItemShape::Image { .. });
    if stored.all_within(0.0..=1.0, true) {
        stored.white = Some(1.0);
        return Some(ones(shape));
    }
    if stored.element.is_float() {
        stored.white = (is_image && stored.all_within(0.0..=1.0, false)).then_some(1.0);
    } else if !stored.element.is_byte() {
        stored.white = stored.all_within(0.0..=255.0, true).then_some(255.0);
    }
    None
}

/// Makes values of zeros and ones black and white, and says so; says also if they are nearly black or all alike. Only bytes
/// are grey values.
pub(super) fn whiten(values: &mut Values, shape: ItemShape) -> Option<String> {
    let bytes = match values {
        Values::Bytes(bytes) => bytes,
        Values::Stored(stored) => return whiten_stored(stored, shape),
        Values::Floats(_) => return None,
    };
    let darkest = bytes.iter().copied().min()?;
    let brightest = bytes.iter().copied().max()?;
    let (all, one) = match shape {
        ItemShape::Image { .. } | ItemShape::Film { .. } => ("pixels", "pixel"),
        ItemShape::Vector { .. } | ItemShape::Sequence { .. } => ("values", "value"),
    };
    match (darkest, brightest) {
        (1, 1) | (0, 1) => {
            bytes.iter_mut().for_each(|byte| *byte *= u8::MAX);
            Some(ones(shape))
        }
        (darkest, brightest) if darkest == brightest => Some(format!("all {all} are {darkest}")),
        (_, brightest @ ..=DIM) => Some(format!(
            "the brightest {one} is {brightest}, and 255 is white: the {} are dark",
            shape.noun()
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_become_white_and_dark_images_are_told() {
        for (pixels, scaled, said) in [
            (
                vec![0, 1, 1, 0],
                vec![0, 255, 255, 0],
                Some("1 is taken as white"),
            ),
            (vec![1, 1], vec![255, 255], Some("1 is taken as white")),
            (vec![0, 0], vec![0, 0], Some("all pixels are 0")),
            (vec![200, 200], vec![200, 200], Some("all pixels are 200")),
            (vec![0, 15], vec![0, 15], Some("the brightest pixel is 15")),
            (vec![0, 127], vec![0, 127], Some("the brightest pixel is 127")),
            (vec![0, 128], vec![0, 128], None),
            (vec![0, 255], vec![0, 255], None),
            (vec![], vec![], None),
        ] {
            let mut values = Values::Bytes(pixels);
            let note = whiten(&mut values, ItemShape::grey(1, 1));
            assert_eq!(values, Values::Bytes(scaled));
            assert_eq!(note.is_some(), said.is_some(), "{note:?}");
            assert!(note.unwrap_or_default().contains(said.unwrap_or_default()));
        }
    }
}
