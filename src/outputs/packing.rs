//! Items packed without loss by a model.

use std::io::Write;
use std::path::Path;

use super::whole::broken_off;
use super::{OutputError, Watch, write_file};
use crate::coding::{Codec, CodingError, Items, Packed};
use crate::data::{Binarisation, Dataset, Part};
use crate::evaluation::MeasurementContext;
use crate::language::tr;
use crate::learning::Training;

/// Packs `items` on the threads of the pool it is called in.
///
/// # Errors
/// If there are none, they don't fit the model, or it was broken off.
pub fn pack(codec: &Codec, items: &Items, watch: Watch<'_>) -> Result<Packed, CodingError> {
    let done = std::sync::atomic::AtomicU64::new(0);
    let all = items.count() as u64;
    codec.pack(items, || {
        let before = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        (watch.progress)(before + 1, all);
        !watch.cancel.is_cancelled()
    })
}

/// The items as they are packed: grey ones become black and white where the model needs that and its run does so. Whether
/// they did stands beside them.
pub fn as_packed(codec: &Codec, items: Items, context: MeasurementContext) -> (Items, bool) {
    let is_grey = items.bytes.iter().any(|byte| ![0, 1, u8::MAX].contains(byte));
    if !codec.is_black_and_white() || !is_grey || context.binarisation == Binarisation::None {
        return (items, false);
    }
    (items.binarised(context), true)
}

/// Packs the test set into a file, and says what that is.
pub(super) fn write_test_set(
    path: &Path,
    training: &Training,
    data: &Dataset,
    watch: Watch<'_>,
) -> Result<String, OutputError> {
    let codec = Codec::new(&training.model)?;
    let (items, are_made_so) = as_packed(&codec, Items::of(data, Part::Test)?, training.noise());
    let packed = pack(&codec, &items, watch).map_err(|error| match error {
        CodingError::BrokenOff => broken_off(path),
        other => other.into(),
    })?;
    write_file(path, watch.cancel, |output| Ok(output.write_all(&packed.bytes)?))?;
    let kind = if are_made_so { tr!(" black-and-white") } else { "" };
    let packed_items = match items.count() {
        1 => tr!("1{kind} item", kind = kind),
        count => tr!("{count}{kind} items", count = count, kind = kind),
    };
    Ok(tr!(
        "{items} in {bytes} bytes ({rate} bits per dimension)",
        items = packed_items,
        bytes = packed.bytes.len(),
        rate = format_args!(
            "{:.3}",
            8.0 * packed.bytes.len() as f64 / items.bytes.len() as f64
        )
    ))
}
