//! A picture as pixels in red, green and blue, whatever it will be shown on.

/// Pixels in red, green and blue, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    /// Columns.
    pub width: usize,
    /// As many rows as there are pixels for.
    pub pixels: Vec<[u8; 3]>,
}

/// The colour between the pictures of a sheet: neither black nor white, which items have at their edges.
const GAP: [u8; 3] = [70, 70, 70];

impl Raster {
    /// One colour everywhere.
    pub fn filled(width: usize, height: usize, colour: [u8; 3]) -> Self {
        Self {
            width,
            pixels: vec![colour; width * height],
        }
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.pixels.len().checked_div(self.width).unwrap_or(0)
    }

    /// The colour at a place.
    ///
    /// # Panics
    /// If the place is outside.
    pub fn at(&self, column: usize, row: usize) -> [u8; 3] {
        self.pixels[row * self.width + column]
    }

    /// Every pixel as a square of `factor` x `factor` pixels.
    pub fn enlarged(&self, factor: usize) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len() * factor * factor);
        for row in self.pixels.chunks_exact(self.width.max(1)) {
            let wide: Vec<[u8; 3]> = row
                .iter()
                .flat_map(|&pixel| std::iter::repeat_n(pixel, factor))
                .collect();
            (0..factor).for_each(|_| pixels.extend_from_slice(&wide));
        }
        Self {
            width: self.width * factor,
            pixels,
        }
    }

    /// The picture at another size, every new pixel as the old one in its middle.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let (old_width, old_height) = (self.width, self.height());
        let old = |new: usize, old_size: usize, new_size: usize| (2 * new + 1) * old_size / (2 * new_size);
        let pixel = |place: usize| {
            let (column, row) = (place % width, place / width);
            self.at(old(column, old_width, width), old(row, old_height, height))
        };
        let count = if self.pixels.is_empty() { 0 } else { width * height };
        Self {
            width,
            pixels: (0..count).map(pixel).collect(),
        }
    }

    /// Pictures in rows of `columns`, a line between them; each place is as large as the largest needs.
    pub fn sheet(pictures: &[Self], columns: usize) -> Self {
        let columns = columns.clamp(1, pictures.len().max(1));
        let width = pictures.iter().map(|picture| picture.width).max().unwrap_or(0);
        let height = pictures.iter().map(Self::height).max().unwrap_or(0);
        let rows = pictures.len().div_ceil(columns);
        let along = |count: usize, size: usize| (count * (size + 1)).saturating_sub(1);
        let mut sheet = Self::filled(along(columns, width), along(rows, height), GAP);
        for (index, picture) in pictures.iter().enumerate() {
            let (left, top) = (index % columns * (width + 1), index / columns * (height + 1));
            for (y, row) in picture.pixels.chunks_exact(picture.width.max(1)).enumerate() {
                sheet.pixels[(top + y) * sheet.width + left..][..row.len()].copy_from_slice(row);
            }
        }
        sheet
    }

    /// All pixels as bytes: red, green and blue of the first, and so on.
    pub fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_a_line_between_its_pictures_and_keeps_their_pixels() {
        let of = |grey: u8| Raster::filled(2, 1, [grey; 3]);
        let sheet = Raster::sheet(&[of(1), of(2), of(3)], 2);
        assert_eq!((sheet.width, sheet.height()), (5, 3));
        let row = |row: usize| (0..5).map(|column| sheet.at(column, row)[0]).collect::<Vec<_>>();
        let gap = GAP[0];
        assert_eq!(row(0), [1, 1, gap, 2, 2]);
        assert_eq!(row(1), [gap; 5]);
        assert_eq!(row(2), [3, 3, gap, gap, gap]);
        assert!(Raster::sheet(&[], 3).pixels.is_empty());
    }

    #[test]
    fn an_enlarged_picture_has_squares() {
        let raster = Raster {
            width: 2,
            pixels: vec![[1; 3], [2; 3]],
        };
        let large = raster.enlarged(2);
        assert_eq!((large.width, large.height()), (4, 2));
        assert_eq!(large.pixels, [[1; 3], [1; 3], [2; 3], [2; 3]].repeat(2));
        assert_eq!(large.bytes().len(), 24);
        assert_eq!(raster.resized(4, 2), large);
        assert_eq!(large.resized(2, 1), raster);
        assert_eq!(raster.resized(3, 1).pixels, [[1; 3], [2; 3], [2; 3]]);
    }
}
