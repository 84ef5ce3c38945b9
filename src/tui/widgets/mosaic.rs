//! Pictures close together, with nothing written between them: what belongs together as one, such as a plane of the latent space.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::data::ItemShape;
use crate::pictures::item;
use crate::tui::app::App;
use crate::tui::layout::{affordable, columns_for, sheet};
use crate::tui::widgets::block_image::{BlockImage, Scale};

/// Where the pictures stand; each has a column free on its left, where marks have room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mosaic {
    area: Rect,
    shape: ItemShape,
    image_rows: u16,
    image_columns: u16,
    /// Pictures beside one another.
    pub columns: usize,
    /// Rows of pictures.
    pub rows: usize,
}

impl Mosaic {
    /// Divides an area for items of a shape, whose pictures are so many rows high where there is room.
    pub fn new(area: Rect, shape: ItemShape, usual_rows: u16) -> Self {
        let image_rows = usual_rows.min(area.height).max(1);
        let (width, height) = item::size(shape);
        let image_columns = columns_for(image_rows, width, height, area.width.saturating_sub(1));
        let (columns, rows) = sheet(
            area.width / (image_columns + 1),
            area.height / image_rows,
            affordable(shape.numbers(), 1),
        );
        Self {
            area,
            shape,
            image_rows,
            image_columns,
            columns,
            rows,
        }
    }

    /// The place of a picture, of which there are `columns` times `rows`.
    pub fn cell(&self, index: usize) -> Rect {
        let columns = self.columns.max(1);
        let (column, row) = ((index % columns) as u16, (index / columns) as u16);
        Rect {
            x: self.area.x + column * (self.image_columns + 1) + 1,
            y: self.area.y + row * self.image_rows,
            width: self.image_columns,
            height: self.image_rows,
        }
    }

    /// The column and the row of the picture under the mouse.
    pub fn at(&self, at: Position) -> Option<(usize, usize)> {
        let (x, y) = (at.x.checked_sub(self.area.x)?, at.y.checked_sub(self.area.y)?);
        let column = usize::from(x / (self.image_columns + 1));
        let row = usize::from(y / self.image_rows);
        (column < self.columns && row < self.rows).then_some((column, row))
    }

    /// What all pictures cover together.
    pub fn covered(&self) -> Rect {
        Rect {
            width: self.columns as u16 * (self.image_columns + 1),
            height: self.rows as u16 * self.image_rows,
            ..self.area
        }
    }

    /// Draws pictures whose numbers stand one after the other, as many as there is room for.
    pub fn render(&self, app: &App, pixels: &[f32], buffer: &mut Buffer) {
        let pictures = pixels.chunks_exact(self.shape.numbers().max(1));
        for (index, values) in pictures.take(self.columns * self.rows).enumerate() {
            BlockImage::of(app, values, self.shape, Scale::Values).render(self.cell(index), buffer);
        }
    }

    /// Marks a picture on its left.
    pub fn mark(&self, index: usize, style: Style, buffer: &mut Buffer) {
        let cell = self.cell(index);
        let bar = Rect {
            x: cell.x - 1,
            width: 1,
            ..cell
        };
        for position in bar.intersection(buffer.area).positions() {
            buffer[position].set_symbol("▌").set_style(style);
        }
    }
}
