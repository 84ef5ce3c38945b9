//! How an item is shown, by its kind: an image as it is, a vector as bars or a line over its features, a sequence as lines or
//! rows of brightness over time, images that follow one another row by row.
//!
//! Values are those that a model reads and says: 0 is black, or the foot of a bar, and 1 white, or its top. What lies outside is
//! shown at the edge, what is no number as 0.

use super::colour_map::ColourMap;
use super::raster::Raster;
use crate::data::ItemShape;

/// Rows of a picture of bars or lines.
const HEIGHT: usize = 28;
/// Features that have a bar each; more are drawn as a line.
const MOST_BARS: usize = 32;
/// Columns of a bar, the gap behind it included.
const BAR: usize = 3;
/// Features of a sequence that have a line each; more are rows of brightness.
const MOST_LINES: usize = 6;

const GROUND: [u8; 3] = [0, 0, 0];
const INK: [u8; 3] = [230, 230, 230];
/// The colours of lines beside one another (Okabe and Ito's, which colour-blind people tell apart).
const LINES: [[u8; 3]; MOST_LINES] = [
    [86, 180, 233],
    [230, 159, 0],
    [0, 158, 115],
    [240, 228, 66],
    [204, 121, 167],
    [213, 94, 0],
];

/// The picture of an item.
///
/// # Panics
/// If there are fewer values than the shape has numbers.
pub fn picture(values: &[f32], shape: ItemShape) -> Raster {
    match shape {
        ItemShape::Image { width, channels, .. } => image(&values[..shape.numbers()], width, channels),
        ItemShape::Vector { features } if features <= MOST_BARS => bars(&values[..features]),
        ItemShape::Vector { features } => lines(&values[..features], 1),
        ItemShape::Sequence { features, .. } if features <= MOST_LINES => {
            lines(&values[..shape.numbers()], features)
        }
        ItemShape::Sequence { steps, features } => heat(&values[..shape.numbers()], steps, features),
        ItemShape::Film { width, channels, .. } => {
            let values = &values[..shape.numbers()];
            let frames = values.chunks_exact(shape.of_step().numbers().max(1));
            beside_one_another(frames.map(|frame| image(frame, width, channels)).collect(), shape)
        }
    }
}

/// Whether the picture of an item of that shape says by its brightness alone what there is to see, so that a colour map suits it.
pub fn is_grey(shape: ItemShape) -> bool {
    match shape {
        ItemShape::Image { channels, .. } | ItemShape::Film { channels, .. } => channels != 3,
        ItemShape::Vector { .. } => false,
        ItemShape::Sequence { features, .. } => features > MOST_LINES,
    }
}

/// The picture of an item, in the colours of `map` where it is grey.
///
/// # Panics
/// As [`picture`].
pub fn coloured(values: &[f32], shape: ItemShape, map: ColourMap) -> Raster {
    let picture = picture(values, shape);
    if is_grey(shape) {
        map.applied(picture)
    } else {
        picture
    }
}

/// Columns and rows of the picture of an item of that shape.
pub fn size(shape: ItemShape) -> (usize, usize) {
    match shape {
        ItemShape::Image { height, width, .. } => (width, height),
        ItemShape::Vector { features } if features <= MOST_BARS => ((BAR * features).max(1), HEIGHT),
        ItemShape::Vector { features } => (features, HEIGHT),
        ItemShape::Sequence { steps, features } if features <= MOST_LINES => (steps.max(1), HEIGHT),
        ItemShape::Sequence { steps, features } => (steps, features),
        ItemShape::Film { height, width, .. } => {
            let (columns, rows) = grid(shape);
            (columns * width, rows * height)
        }
    }
}

/// Columns and rows of the frames of a film, row by row: nearly twice as wide as high.
fn grid(shape: ItemShape) -> (usize, usize) {
    let ItemShape::Film {
        frames,
        height,
        width,
        ..
    } = shape
    else {
        return (1, 1);
    };
    let columns = (2.0 * frames as f64 * height as f64 / width.max(1) as f64)
        .sqrt()
        .round() as usize;
    let columns = columns.clamp(1, frames.max(1));
    (columns, frames.div_ceil(columns))
}

/// The frame of a film that a pixel of its picture belongs to, with the pixel's column and row there; none behind the last frame.
pub fn in_frame(shape: ItemShape, (column, row): (usize, usize)) -> Option<(usize, (usize, usize))> {
    let ItemShape::Film {
        frames,
        height,
        width,
        ..
    } = shape
    else {
        return None;
    };
    let frame = row.checked_div(height)? * grid(shape).0 + column.checked_div(width)?;
    (column < size(shape).0 && frame < frames).then_some((frame, (column % width, row % height)))
}

/// The frames of a film, row by row, and black behind the last.
fn beside_one_another(frames: Vec<Raster>, shape: ItemShape) -> Raster {
    let (width, height) = size(shape);
    let (columns, _) = grid(shape);
    let mut raster = Raster::filled(width, height, GROUND);
    for (index, frame) in frames.iter().enumerate() {
        let (left, top) = (index % columns * frame.width, index / columns * frame.height());
        for row in 0..frame.height() {
            let place = (top + row) * width + left;
            raster.pixels[place..place + frame.width]
                .copy_from_slice(&frame.pixels[row * frame.width..][..frame.width]);
        }
    }
    raster
}

/// The differences of two items' values at the places of the picture, row by row: of an image the mean over the channels, of
/// a bar or a place of a line over all of its height.
///
/// # Panics
/// If there are fewer values than the shape has numbers.
pub fn differences(values: &[f32], shape: ItemShape) -> Vec<f32> {
    let values = &values[..shape.numbers()];
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let over_height = |row: Vec<f32>| row.repeat(HEIGHT);
    match shape {
        ItemShape::Image { channels, .. } => values.chunks_exact(channels.max(1)).map(mean).collect(),
        ItemShape::Vector { features } if features <= MOST_BARS => {
            let bar = |&value| [[value; BAR - 1].as_slice(), &[0.0]].concat();
            over_height(values.iter().flat_map(bar).collect())
        }
        ItemShape::Vector { .. } => over_height(values.to_vec()),
        ItemShape::Sequence { features, .. } if features <= MOST_LINES => {
            over_height(values.chunks_exact(features.max(1)).map(mean).collect())
        }
        ItemShape::Sequence { steps, features } => (0..features)
            .flat_map(|feature| (0..steps).map(move |step| values[step * features + feature]))
            .collect(),
        ItemShape::Film {
            height,
            width,
            channels,
            ..
        } => {
            let ((columns, _), (all, high)) = (grid(shape), size(shape));
            let mut at_places = vec![0.0; all * high];
            for (index, pixel) in values.chunks_exact(channels.max(1)).enumerate() {
                let (frame, place) = (index / (height * width), index % (height * width));
                let row = frame / columns * height + place / width;
                let column = frame % columns * width + place % width;
                at_places[row * all + column] = mean(pixel);
            }
            at_places
        }
    }
}

/// A level between 0 and 1 of a value, whatever it is.
fn level(value: f32) -> f32 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}

fn byte(value: f32) -> u8 {
    (255.0 * level(value)).round() as u8
}

/// Channels other than three are shown by their mean.
fn image(values: &[f32], width: usize, channels: usize) -> Raster {
    let pixel = |values: &[f32]| match *values {
        [red, green, blue] => [red, green, blue].map(byte),
        _ => [byte(values.iter().sum::<f32>() / values.len() as f32); 3],
    };
    Raster {
        width,
        pixels: values.chunks_exact(channels.max(1)).map(pixel).collect(),
    }
}

/// A bar for every value.
fn bars(values: &[f32]) -> Raster {
    let mut raster = Raster::filled((BAR * values.len()).max(1), HEIGHT, GROUND);
    for (index, &value) in values.iter().enumerate() {
        let rows = (level(value) * HEIGHT as f32).round() as usize;
        for row in HEIGHT - rows..HEIGHT {
            let left = row * raster.width + index * BAR;
            raster.pixels[left..left + BAR - 1].fill(INK);
        }
    }
    raster
}

/// A line over the steps for each of `features`; the values of a step follow one another.
fn lines(values: &[f32], features: usize) -> Raster {
    let steps = values.len() / features.max(1);
    let mut raster = Raster::filled(steps.max(1), HEIGHT, GROUND);
    let row = |value: f32| HEIGHT - 1 - (level(value) * (HEIGHT - 1) as f32).round() as usize;
    for feature in 0..features {
        let colour = if features == 1 {
            INK
        } else {
            LINES[feature % LINES.len()]
        };
        let mut before = None;
        for step in 0..steps {
            let here = row(values[step * features + feature]);
            // From where the line was to where it is, so that a steep one has no holes.
            let from: usize = before.unwrap_or(here);
            for row in from.min(here)..=from.max(here) {
                raster.pixels[row * raster.width + step] = colour;
            }
            before = Some(here);
        }
    }
    raster
}

/// A row for every feature, as bright as it is at each step.
fn heat(values: &[f32], steps: usize, features: usize) -> Raster {
    let at = |feature: usize, step: usize| [byte(values[step * features + feature]); 3];
    Raster {
        width: steps,
        pixels: (0..features)
            .flat_map(|feature| (0..steps).map(move |step| at(feature, step)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_shown_as_they_are() {
        let grey = picture(&[0.0, 0.2, 1.0, 2.0, -1.0, f32::NAN], ItemShape::grey(2, 3));
        assert_eq!((grey.width, grey.height()), (3, 2));
        assert_eq!(grey.pixels, [0, 51, 255, 255, 0, 0].map(|level| [level; 3]));
        let shape = ItemShape::Image {
            height: 1,
            width: 2,
            channels: 3,
        };
        let colour = picture(&[1.0, 0.0, 0.0, 0.0, 0.2, 1.0], shape);
        assert_eq!(colour.pixels, [[255, 0, 0], [0, 51, 255]]);
    }

    #[test]
    fn every_kind_has_the_size_that_is_said() {
        for shape in [
            ItemShape::grey(3, 5),
            ItemShape::Image {
                height: 2,
                width: 4,
                channels: 3,
            },
            ItemShape::Vector { features: 7 },
            ItemShape::Vector { features: 50 },
            ItemShape::Sequence {
                steps: 9,
                features: 2,
            },
            ItemShape::Sequence {
                steps: 4,
                features: 20,
            },
            ItemShape::Film {
                frames: 7,
                height: 3,
                width: 2,
                channels: 3,
            },
        ] {
            let values: Vec<f32> = (0..shape.numbers()).map(|index| index as f32 / 100.0).collect();
            let raster = picture(&values, shape);
            assert_eq!(size(shape), (raster.width, raster.height()), "{shape}");
            assert_eq!(differences(&values, shape).len(), raster.pixels.len(), "{shape}");
        }
    }

    #[test]
    fn a_bar_is_as_high_as_its_value() {
        let raster = picture(&[0.0, 0.5, 1.0], ItemShape::Vector { features: 3 });
        let high = |column: usize| (0..HEIGHT).filter(|&row| raster.at(column, row) == INK).count();
        assert_eq!([high(0), high(BAR), high(2 * BAR)], [0, HEIGHT / 2, HEIGHT]);
        assert_eq!(high(BAR - 1), 0, "there is a gap behind a bar");
        assert_eq!(raster.at(BAR, HEIGHT - 1), INK, "a bar stands on the ground");
    }

    #[test]
    fn a_line_runs_over_the_features_without_holes() {
        let values: Vec<f32> = (0..100).map(|index| f32::from(u8::from(index >= 50))).collect();
        let raster = picture(&values, ItemShape::Vector { features: 100 });
        assert_eq!((raster.width, raster.height()), (100, HEIGHT));
        assert_eq!((raster.at(0, HEIGHT - 1), raster.at(99, 0)), (INK, INK));
        assert!((0..HEIGHT).all(|row| raster.at(50, row) == INK));
    }

    #[test]
    fn sequences_are_lines_or_rows_over_time() {
        let two = picture(
            &[0.0, 1.0, 0.0, 1.0, 1.0, 1.0],
            ItemShape::Sequence {
                steps: 3,
                features: 2,
            },
        );
        assert_eq!((two.width, two.height()), (3, HEIGHT));
        assert_eq!((two.at(0, HEIGHT - 1), two.at(0, 0)), (LINES[0], LINES[1]));
        let shape = ItemShape::Sequence {
            steps: 2,
            features: 10,
        };
        let values: Vec<f32> = (0..20).map(|index| if index == 13 { 1.0 } else { 0.0 }).collect();
        let many = picture(&values, shape);
        assert_eq!((many.width, many.height()), (2, 10));
        assert_eq!(many.at(1, 3), [255; 3], "step 1, feature 3");
        assert_eq!(many.pixels.iter().filter(|pixel| **pixel != [0; 3]).count(), 1);
    }
}
