//! The canvas: values that a person draws, with some of them hidden.

use crate::data::ItemShape;
use crate::pictures::item;
use crate::random::{Purpose, fill_standard_normal, generator};

/// Values as a model reads them, which of them are hidden, and where the brush is.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    shape: ItemShape,
    /// The values.
    pub values: Vec<f32>,
    /// Which of them the model is not shown.
    pub hidden: Vec<bool>,
    /// The column and the row of the brush, from the upper left; of features without a second dimension the row is 0.
    pub brush: (usize, usize),
}

/// The standard deviation of the noise that is added at once.
const NOISE: f32 = 0.3;

impl Canvas {
    /// Blank, with the brush in the middle.
    pub fn blank(shape: ItemShape) -> Self {
        let numbers = shape.numbers();
        let mut canvas = Self {
            shape,
            values: vec![0.0; numbers],
            hidden: vec![false; numbers],
            brush: (0, 0),
        };
        let (columns, rows) = canvas.size();
        canvas.brush = (columns / 2, rows / 2);
        canvas
    }

    /// Whether it is drawn on as on paper, in two dimensions; else single values are raised and lowered.
    pub fn is_image(&self) -> bool {
        matches!(self.shape, ItemShape::Image { .. } | ItemShape::Film { .. })
    }

    /// Takes over the values of an item, none of them hidden.
    pub fn show(&mut self, values: &[f32]) {
        if values.len() == self.values.len() {
            self.values = values.to_vec();
            self.hidden.fill(false);
        }
    }

    /// Columns and rows in which the brush moves: of images the pixels of the picture that is shown, else the values.
    pub fn size(&self) -> (usize, usize) {
        if self.is_image() {
            return item::size(self.shape);
        }
        let (rows, columns) = self.shape.picture();
        (columns, rows)
    }

    /// Moves the brush by so many columns and rows, within the canvas.
    pub fn step(&mut self, columns: isize, rows: isize) {
        let (width, height) = self.size();
        let moved = |place: usize, by: isize, count: usize| {
            place.saturating_add_signed(by).min(count.saturating_sub(1))
        };
        self.brush = (
            moved(self.brush.0, columns, width),
            moved(self.brush.1, rows, height),
        );
    }

    /// The places of the values of one column and row: all channels of a pixel, or one feature; none behind the last frame of a film.
    fn values_at(&self, column: usize, row: usize) -> std::ops::Range<usize> {
        let (first, count) = match self.shape {
            ItemShape::Image { width, channels, .. } => ((row * width + column) * channels, channels),
            ItemShape::Vector { .. } => (column, 1),
            ItemShape::Sequence { features, .. } => (column * features + row, 1),
            ItemShape::Film {
                height,
                width,
                channels,
                ..
            } => match item::in_frame(self.shape, (column, row)) {
                Some((frame, (column, row))) => {
                    (((frame * height + row) * width + column) * channels, channels)
                }
                None => return 0..0,
            },
        };
        first.min(self.values.len())..(first + count).min(self.values.len())
    }

    /// The places of the values under a brush that reaches so many pixels around its own.
    fn under(&self, reach: usize) -> Vec<usize> {
        let (width, height) = self.size();
        let (x, y) = self.brush;
        let around = |place: usize, count: usize| place.saturating_sub(reach)..(place + reach + 1).min(count);
        let rows = around(y, height);
        let pixels = rows.flat_map(|row| around(x, width).map(move |column| (column, row)));
        pixels
            .flat_map(|(column, row)| self.values_at(column, row))
            .collect()
    }

    /// Paints what is under the brush with a value from 0 to 1.
    pub fn paint(&mut self, reach: usize, value: f32) {
        for place in self.under(reach) {
            (self.values[place], self.hidden[place]) = (value, false);
        }
    }

    /// Hides what is under the brush, or shows it again where all of it is hidden.
    pub fn hide(&mut self, reach: usize) {
        let under = self.under(reach);
        let are_hidden = under.iter().all(|&place| self.hidden[place]);
        for place in under {
            self.hidden[place] = !are_hidden;
        }
    }

    /// Raises what is under the brush, within 0 and 1.
    pub fn raise(&mut self, reach: usize, by: f32) {
        for place in self.under(reach) {
            self.values[place] = (self.values[place] + by).clamp(0.0, 1.0);
        }
    }

    /// The value under the brush, or the mean of its channels.
    pub fn value(&self) -> f32 {
        let (x, y) = self.brush;
        let under = &self.values[self.values_at(x, y)];
        under.iter().sum::<f32>() / under.len().max(1) as f32
    }

    /// Adds noise `N(0, 0.3^2)` to every value, within 0 and 1; `draw` tells one noise from the next.
    pub fn add_noise(&mut self, draw: u64) {
        let mut noise = vec![0.0; self.values.len()];
        fill_standard_normal(&mut generator(0, Purpose::Exploration, draw, 2), &mut noise);
        for (value, noise) in self.values.iter_mut().zip(noise) {
            *value = (*value + NOISE * noise).clamp(0.0, 1.0);
        }
    }

    /// What the model is shown: the values, those that are hidden in the middle between 0 and 1.
    pub fn shown(&self) -> Vec<f32> {
        let values = self.values.iter().zip(&self.hidden);
        values
            .map(|(&value, &hidden)| if hidden { 0.5 } else { value })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brush_paints_what_it_covers_and_stays_on_the_canvas() {
        let mut canvas = Canvas::blank(ItemShape::grey(4, 5));
        assert_eq!(canvas.brush, (2, 2));
        canvas.paint(0, 1.0);
        assert_eq!(
            canvas.values.iter().position(|&value| value == 1.0),
            Some(2 * 5 + 2)
        );
        canvas.step(100, -100);
        assert_eq!(canvas.brush, (4, 0));
        canvas.paint(1, 0.5);
        let painted: Vec<usize> = (0..20).filter(|&place| canvas.values[place] == 0.5).collect();
        assert_eq!(painted, [3, 4, 8, 9], "the edge cuts the brush off");
    }

    #[test]
    fn hidden_values_are_grey_until_they_are_shown_again() {
        let mut canvas = Canvas::blank(ItemShape::grey(3, 3));
        canvas.hide(0);
        assert!(canvas.hidden[4] && canvas.shown()[4] == 0.5 && canvas.shown()[0] == 0.0);
        canvas.hide(1);
        assert!(
            canvas.hidden.iter().all(|&hidden| hidden),
            "a part was seen, so all is hidden"
        );
        canvas.hide(1);
        assert!(canvas.hidden.iter().all(|&hidden| !hidden));
        canvas.hide(0);
        canvas.paint(0, 1.0);
        assert!(!canvas.hidden[4], "what is painted is seen");
    }

    #[test]
    fn single_features_are_raised_and_lowered() {
        let mut canvas = Canvas::blank(ItemShape::Sequence {
            steps: 3,
            features: 2,
        });
        canvas.step(1, 0);
        assert_eq!((canvas.size(), canvas.brush), ((3, 2), (2, 1)));
        for _ in 0..3 {
            canvas.raise(0, 0.4);
        }
        assert_eq!((canvas.value(), canvas.values[5]), (1.0, 1.0));
        let mut canvas = Canvas::blank(ItemShape::Image {
            height: 1,
            width: 2,
            channels: 3,
        });
        canvas.raise(0, 0.25);
        assert_eq!(canvas.values, [0.0, 0.0, 0.0, 0.25, 0.25, 0.25]);
    }

    #[test]
    fn the_pixels_of_a_film_are_those_of_its_picture() {
        let shape = ItemShape::Film {
            frames: 5,
            height: 3,
            width: 4,
            channels: 3,
        };
        let mut canvas = Canvas::blank(shape);
        let (columns, rows) = canvas.size();
        let mut painted = 0;
        for row in 0..rows {
            for column in 0..columns {
                canvas.values.fill(0.0);
                canvas.brush = (column, row);
                canvas.paint(0, 1.0);
                let picture = item::picture(&canvas.values, shape);
                let white: Vec<usize> = (0..picture.pixels.len())
                    .filter(|&place| picture.pixels[place] != [0; 3])
                    .collect();
                // Behind the last frame there is nothing to paint.
                assert!(white.is_empty() || white == [row * columns + column]);
                painted += white.len();
            }
        }
        assert_eq!(painted, 5 * 3 * 4);
    }

    #[test]
    fn noise_stays_within_the_scale_and_is_not_the_same_twice() {
        let mut first = Canvas::blank(ItemShape::grey(20, 20));
        first.values.fill(0.5);
        let mut second = first.clone();
        first.add_noise(1);
        second.add_noise(2);
        assert_ne!(first, second);
        assert!(first.values.iter().all(|value| (0.0..=1.0).contains(value)));
        let spread = first
            .values
            .iter()
            .map(|value| (value - 0.5).powi(2))
            .sum::<f32>()
            / 400.0;
        assert!((0.05..0.09).contains(&spread), "{spread}");
    }
}
