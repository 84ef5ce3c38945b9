//! Arrays as Fortran and MATLAB keep them, the first dimension fastest, turned into items one after the other, row by row.

use crate::data::Values;

/// Where the numbers of the first item stand, in the order row by row: of an item of `sizes`, kept with its first dimension
/// fastest and neighbours in that dimension `unit` apart.
pub(in crate::data) fn places(sizes: &[usize], unit: usize) -> Vec<usize> {
    let mut places = vec![0];
    let mut apart = unit;
    for &size in sizes {
        let along = |place: usize| (0..size).map(move |step| place + step * apart);
        places = places.into_iter().flat_map(along).collect();
        apart *= size;
    }
    places
}

/// The numbers of `count` items that are `apart` numbers from each other, each with its numbers at `places`.
///
/// # Errors
/// If there is not enough memory.
pub(in crate::data) fn row_by_row(
    values: Values,
    count: usize,
    places: &[usize],
    apart: usize,
) -> Result<Values, String> {
    let is_so_already = apart == places.len() && places.iter().enumerate().all(|(at, place)| at == *place);
    match values {
        values if is_so_already => Ok(values),
        Values::Bytes(bytes) => gathered(&bytes, count, places, apart).map(Values::Bytes),
        Values::Floats(floats) => gathered(&floats, count, places, apart).map(Values::Floats),
        stored @ Values::Stored(_) => Ok(stored),
    }
}

fn gathered<T: Copy>(numbers: &[T], count: usize, places: &[usize], apart: usize) -> Result<Vec<T>, String> {
    let mut gathered = Vec::new();
    gathered
        .try_reserve_exact(numbers.len())
        .map_err(|_| "its numbers have to be put in another order, for which there is not enough memory")?;
    for item in 0..count {
        gathered.extend(places.iter().map(|place| numbers[item * apart + place]));
    }
    Ok(gathered)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array of 2 x 3 x 4 numbers, each of which says its place, with the first dimension fastest.
    fn fortran() -> Values {
        let place = |number: usize| (number % 2 * 100 + number / 2 % 3 * 10 + number / 6) as u8;
        Values::Bytes((0..24).map(place).collect())
    }

    #[test]
    fn items_in_the_first_dimension_are_gathered() {
        let values = row_by_row(fortran(), 2, &places(&[3, 4], 2), 1).unwrap();
        let expected = (0..24).map(|at: u8| at / 12 * 100 + at / 4 % 3 * 10 + at % 4);
        assert_eq!(values, Values::Bytes(expected.collect()));
    }

    #[test]
    fn items_in_the_last_dimension_are_turned() {
        let values = row_by_row(fortran(), 4, &places(&[2, 3], 1), 6).unwrap();
        let expected = (0..24).map(|at: u8| at / 3 % 2 * 100 + at % 3 * 10 + at / 6);
        assert_eq!(values, Values::Bytes(expected.collect()));
        let columns = row_by_row(fortran(), 4, &places(&[6], 1), 6).unwrap();
        assert_eq!(columns, fortran());
    }
}
