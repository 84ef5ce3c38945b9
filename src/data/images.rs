//! Images as a file has them: first what its header says of them, then, if they can be used, the pixels.

use std::io::Read;

use super::packed::fill;

/// Every so many images, one is held out for the test set where the data has none of its own.
pub(super) const HELD_OUT: usize = 10;
/// The largest images that can be used.
const MOST_PIXELS: usize = 1 << 16;
/// The most that the images of one file may take: 4 GiB.
const MOST_BYTES: u64 = 4 << 30;
/// How much memory is asked for at the least while reading.
const STRETCH: usize = 1 << 20;

/// Images of one size, one after the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Images {
    /// Pixels, row by row.
    pub pixels: Vec<u8>,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
}

/// How many images there are, and of what size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub count: usize,
    pub height: usize,
    pub width: usize,
}

impl Shape {
    /// A shape as a header claims it, if it can be used.
    pub(super) fn checked(count: usize, height: usize, width: usize) -> Result<Self, String> {
        // Fewer would leave no test set.
        if count < HELD_OUT {
            return Err(format!(
                "it has {count} images, but at least {HELD_OUT} are needed"
            ));
        }
        let pixels = height
            .checked_mul(width)
            .filter(|pixels| (1..=MOST_PIXELS).contains(pixels));
        let Some(pixels) = pixels else {
            return Err(format!(
                "its images have {height} x {width} pixels, but 1 to {MOST_PIXELS} can be used"
            ));
        };
        let shape = Self { count, height, width };
        let bytes = count.checked_mul(pixels);
        if bytes.is_none_or(|bytes| bytes as u64 > MOST_BYTES) {
            return Err(format!("its {shape} are more than the 4 GiB that are read"));
        }
        Ok(shape)
    }

    /// Pixels of one image.
    pub(super) fn pixels(self) -> usize {
        self.height * self.width
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(
            formatter,
            "{} images of {} x {} pixels",
            self.count, self.height, self.width
        )
    }
}

/// Images whose header was read; their pixels are still to come.
pub(super) struct Announced<'a> {
    pub shape: Shape,
    /// Begins with the pixels.
    pub body: Box<dyn Read + 'a>,
    /// How many bytes may follow them.
    pub padding: usize,
}

impl Announced<'_> {
    /// Reads the pixels, and no more than one byte beyond what belongs to them.
    pub(super) fn read(mut self) -> Result<Images, String> {
        let claim = format!("its header says {}", self.shape);
        let Shape { height, width, .. } = self.shape;
        let count = self.shape.count * self.shape.pixels();
        let pixels = read_claimed(&mut self.body, count, self.padding, &claim)?;
        Ok(Images {
            pixels,
            height,
            width,
        })
    }
}

/// The `count` bytes that a header claims, after which at most `padding` more may come.
///
/// Memory grows with what arrives, so that a claim alone takes none, and is never more than `count`.
pub(super) fn read_claimed(
    input: &mut impl Read,
    count: usize,
    padding: usize,
    claim: &str,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let room = (count - bytes.len()).min(bytes.len().max(STRETCH));
        if bytes.try_reserve_exact(room).is_err() {
            return Err(format!("{claim}, for which there is not enough memory"));
        }
        let read = input.take(room as u64).read_to_end(&mut bytes);
        if read.map_err(|error| error.to_string())? < room {
            return Err(format!("{claim}, but {} bytes follow", bytes.len()));
        }
    }
    let mut rest = vec![0; padding + 1];
    if fill(input, &mut rest).map_err(|error| error.to_string())? > padding {
        return Err(format!("{claim}, but more than {count} bytes follow"));
    }
    Ok(bytes)
}
