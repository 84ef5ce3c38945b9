//! Images, and films of them, whose file has one channel after the other, turned into pixel after pixel.

use super::formats::order::row_by_row;
use super::stored::Layout;
use super::{Found, ItemShape, Values};

/// The items with the channels of a pixel one after the other, where a file has all values of the first channel first.
///
/// # Errors
/// If the items are no images and no films, or there is not enough memory; the sentence begins with "it".
pub(super) fn last(found: Found) -> Result<Found, String> {
    let ItemShape::Image {
        height,
        width,
        channels,
    } = found.shape.of_step()
    else {
        return Err(format!(
            "it has {}, which have no channels to come first",
            found.shape
        ));
    };
    if channels == 1 {
        return Ok(found);
    }
    let pixels = height * width;
    let of_pixel = |pixel: usize| (0..channels).map(move |channel| channel * pixels + pixel);
    let of_image: Vec<usize> = (0..pixels).flat_map(of_pixel).collect();
    let images = (0..found.shape.steps().max(1)).map(|image| image * of_image.len());
    let places: Vec<usize> = images
        .flat_map(|first| of_image.iter().map(move |place| first + place))
        .collect();
    let count = found.count();
    let values = match found.values {
        Values::Stored(mut stored) => {
            stored.layout = match stored.layout {
                Layout::Rows(_) => Layout::Turned(places),
                Layout::Columns(columns) => {
                    Layout::Columns(places.into_iter().map(|place| columns[place]).collect())
                }
                turned @ Layout::Turned(_) => turned,
            };
            Values::Stored(stored)
        }
        values => row_by_row(values, count, &places, places.len())?,
    };
    Ok(Found { values, ..found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_pixel_come_together() {
        let shape = ItemShape::Image {
            height: 1,
            width: 2,
            channels: 3,
        };
        let found = |shape| Found::new(shape, Values::Bytes((0..12).collect()));
        let turned = last(found(shape)).unwrap();
        assert_eq!(
            turned.values,
            Values::Bytes(vec![0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
        );
        assert_eq!(
            last(found(ItemShape::grey(2, 3))).unwrap(),
            found(ItemShape::grey(2, 3))
        );
        let film = shape.in_sequences(2).unwrap();
        assert_eq!(last(found(film)).unwrap().values, turned.values, "image by image");
        let said = last(found(ItemShape::Vector { features: 6 })).unwrap_err();
        assert!(said.contains("vectors of 6 features"), "{said}");
    }
}
