//! What the values of pixels tell about how a file was made.

/// The brightest pixel of images that are worth a word: 255 is white.
const DIM: u8 = 127;

/// Makes images of zeros and ones black and white, and says so; says also if they are nearly black or all alike.
pub(super) fn scale(pixels: &mut [u8]) -> Option<String> {
    let darkest = pixels.iter().copied().min()?;
    let brightest = pixels.iter().copied().max()?;
    match (darkest, brightest) {
        (1, 1) | (0, 1) => {
            pixels.iter_mut().for_each(|pixel| *pixel *= u8::MAX);
            Some("all pixels are 0 or 1: 1 is taken as white".into())
        }
        (darkest, brightest) if darkest == brightest => Some(format!("all pixels are {darkest}")),
        (_, brightest @ ..=DIM) => Some(format!(
            "the brightest pixel is {brightest}, and 255 is white: the images are dark"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_become_white_and_dark_images_are_told() {
        for (mut pixels, scaled, said) in [
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
            let note = scale(&mut pixels);
            assert_eq!(pixels, scaled);
            assert_eq!(note.is_some(), said.is_some(), "{note:?}");
            assert!(note.unwrap_or_default().contains(said.unwrap_or_default()));
        }
    }
}
