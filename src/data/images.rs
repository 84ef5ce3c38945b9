//! Images as a file has them, and what its header may say of them.

/// Every so many images, one is held out for the test set where the data has none of its own.
pub(super) const HELD_OUT: usize = 10;

/// Images of one size, one after the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Images {
    /// Pixels, row by row.
    pub pixels: Vec<u8>,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
}

/// Checks what a header says of images against what can be used and the bytes that are there.
pub(super) fn check_shape(count: usize, height: usize, width: usize, available: usize) -> Result<(), String> {
    const MOST_PIXELS: usize = 1 << 16;
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
    let claimed = count.checked_mul(pixels);
    if claimed != Some(available) {
        return Err(format!(
            "its header says {count} images of {height} x {width} pixels, but {available} bytes follow"
        ));
    }
    Ok(())
}
