//! Pictures of items beside and above one another, each over a line of its own.
//!
//! ```text
//! ▄▄ ▄▄ ▄▄ ▄▄
//! 7 -98▲ 7 -97   …     a label for each; the selected one is marked
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::data::ItemShape;
use crate::pictures::item;
use crate::tui::app::App;
use crate::tui::layout::{affordable, columns_for, sheet};
use crate::tui::widgets::block_image::{BlockImage, Scale, fit};
use crate::tui::{text, theme};

/// Where the pictures stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureGrid {
    /// What is divided.
    area: Rect,
    shape: ItemShape,
    /// Rows of a picture; its label stands on the line below.
    pub image_rows: u16,
    /// Columns of a picture, behind which one is free.
    pub image_columns: u16,
    /// Pictures beside one another.
    pub columns: usize,
    /// Rows of pictures.
    pub rows: usize,
}

/// A picture of a grid and what stands below it.
pub struct Labelled<'a> {
    /// The item's numbers.
    pub values: &'a [f32],
    /// What they mean.
    pub scale: Scale,
    /// What is said of it, in one short line.
    pub label: String,
}

impl PictureGrid {
    /// Divides an area for items of a shape, whose pictures are so many rows high where there is room.
    pub fn new(area: Rect, shape: ItemShape, usual_rows: u16) -> Self {
        let image_rows = usual_rows.min(area.height.saturating_sub(1)).max(1);
        let (width, height) = item::size(shape);
        let image_columns = columns_for(image_rows, width, height, area.width);
        let (columns, rows) = sheet(
            area.width.saturating_add(1) / (image_columns + 1),
            area.height / (image_rows + 1),
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

    /// Items on a page.
    pub fn page(&self) -> usize {
        self.columns * self.rows
    }

    /// The place of a picture, of which there are [`page`](Self::page).
    pub fn cell(&self, index: usize) -> Rect {
        let columns = self.columns.max(1);
        let (column, row) = ((index % columns) as u16, (index / columns) as u16);
        Rect {
            x: self.area.x + column * (self.image_columns + 1),
            y: self.area.y + row * (self.image_rows + 1),
            width: self.image_columns,
            height: self.image_rows,
        }
    }

    /// What the picture there fills of its place, in its proportions.
    pub fn picture(&self, index: usize) -> Rect {
        let (width, height) = item::size(self.shape);
        fit(width, height, self.cell(index))
    }

    /// The place of the picture under the mouse; its label belongs to it.
    pub fn at(&self, at: Position) -> Option<usize> {
        let (x, y) = (at.x.checked_sub(self.area.x)?, at.y.checked_sub(self.area.y)?);
        let column = usize::from(x / (self.image_columns + 1));
        let row = usize::from(y / (self.image_rows + 1));
        (column < self.columns && row < self.rows).then(|| row * self.columns + column)
    }

    /// Draws as many pictures as there is room for, and marks the one that is `selected`.
    pub fn render<'a>(
        &self,
        app: &App,
        pictures: impl Iterator<Item = Labelled<'a>>,
        selected: Option<usize>,
        buffer: &mut Buffer,
    ) {
        let mut pictures = pictures.take(self.page()).enumerate().peekable();
        while let Some((index, picture)) = pictures.next() {
            let cell = self.cell(index);
            BlockImage::of(app, picture.values, self.shape, picture.scale).render(cell, buffer);
            // Behind the last picture of a row nothing else wants room. The mark of the selected item stands behind the label.
            let is_last = (index + 1).is_multiple_of(self.columns) || pictures.peek().is_none();
            let room = if is_last {
                self.area.right().saturating_sub(cell.x + 1).max(cell.width)
            } else {
                cell.width
            };
            let label = text::cut(&picture.label, usize::from(room));
            let line = Rect {
                y: cell.bottom(),
                width: cell.width.max(text::columns(&label) as u16) + 1,
                height: 1,
                ..cell
            };
            let (mark, style) = if selected == Some(index) {
                ("▲", theme::selected())
            } else {
                (" ", theme::dim())
            };
            Line::styled(format!("{label}{mark}"), style).render(line.intersection(self.area), buffer);
        }
    }
}
