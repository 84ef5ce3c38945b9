//! The character for each pattern of points in a cell.
//!
//! A pattern has a bit for every point, row by row from the upper left, the lowest first: a set one is drawn in the ink. Unicode
//! has a character for each pattern of quadrants, sextants and octants, but those that older characters already were are left
//! out of the newer blocks, in which the others follow one another in the order of their patterns.

use crate::terminal_facts::Blocks;

/// Quadrants by pattern.
const QUADRANTS: [char; 16] = [
    ' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█',
];
/// The points of an octant cell that each quadrant covers.
const QUADRANT_POINTS: [u8; 4] = [0b0000_0101, 0b0000_1010, 0b0101_0000, 0b1010_0000];
/// Octants that are neither quadrants nor in the block of octants, with their patterns.
const QUARTERS: [(u8, char); 10] = [
    (0b0000_0001, '\u{1cea8}'),
    (0b0000_0010, '\u{1ceab}'),
    (0b0000_0011, '\u{1fb82}'),
    (0b0001_0100, '\u{1fbe6}'),
    (0b0010_1000, '\u{1fbe7}'),
    (0b0011_1111, '\u{1fb85}'),
    (0b0100_0000, '\u{1cea3}'),
    (0b1000_0000, '\u{1cea0}'),
    (0b1100_0000, '▂'),
    (0b1111_1100, '▆'),
];
/// Octants by pattern (Unicode 16, Symbols for Legacy Computing Supplement).
const OCTANTS: [char; 256] = octants();
/// Sextants by pattern (Unicode 13, Symbols for Legacy Computing).
const SEXTANTS: [char; 64] = sextants();
/// The bit of every braille dot, by the place of the point.
const DOTS: [u8; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

const fn octants() -> [char; 256] {
    let mut table = ['\0'; 256];
    let mut quadrants = 0;
    while quadrants < 16 {
        let (mut points, mut quadrant) = (0, 0);
        while quadrant < 4 {
            if quadrants >> quadrant & 1 == 1 {
                points |= QUADRANT_POINTS[quadrant];
            }
            quadrant += 1;
        }
        table[points as usize] = QUADRANTS[quadrants];
        quadrants += 1;
    }
    let mut quarter = 0;
    while quarter < QUARTERS.len() {
        table[QUARTERS[quarter].0 as usize] = QUARTERS[quarter].1;
        quarter += 1;
    }
    fill(table, 0x1cd00)
}

const fn sextants() -> [char; 64] {
    let mut table = ['\0'; 64];
    table[0] = ' ';
    table[0b01_0101] = '▌';
    table[0b10_1010] = '▐';
    table[0b11_1111] = '█';
    fill(table, 0x1fb00)
}

/// Puts the characters from `first` on into the places that are still empty.
const fn fill<const N: usize>(mut table: [char; N], first: u32) -> [char; N] {
    let (mut pattern, mut next) = (0, first);
    while pattern < N {
        if table[pattern] == '\0' {
            if let Some(character) = char::from_u32(next) {
                table[pattern] = character;
            }
            next += 1;
        }
        pattern += 1;
    }
    table
}

/// The character of a pattern; bits beyond the points of a cell say nothing.
pub fn character(blocks: Blocks, pattern: u8) -> char {
    let pattern = usize::from(pattern);
    match blocks {
        Blocks::Half => [' ', '▀', '▄', '█'][pattern % 4],
        Blocks::Quadrant => QUADRANTS[pattern % 16],
        Blocks::Sextant => SEXTANTS[pattern % 64],
        Blocks::Octant => OCTANTS[pattern % 256],
        Blocks::Braille => {
            let dots = DOTS
                .iter()
                .enumerate()
                .map(|(point, dot)| dot * (pattern >> point & 1) as u8);
            char::from_u32(0x2800 + dots.map(u32::from).sum::<u32>()).unwrap_or(' ')
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The numbers in `BLOCK OCTANT-234` are those of the points, counted from 1.
    fn points(numbers: &str) -> u8 {
        let digits = numbers.chars().filter_map(|digit| digit.to_digit(10));
        digits.map(|number| 1 << (number - 1)).sum()
    }

    #[test]
    fn octants_are_as_unicode_names_them() {
        for (code, numbers) in [
            (0x1cd00, "3"),
            (0x1cd01, "23"),
            (0x1cd02, "123"),
            (0x1cd03, "4"),
            (0x1cd17, "12345"),
            (0x1cd35, "23456"),
            (0x1cd36, "17"),
            (0x1cd70, "1234567"),
            (0x1cd9b, "23468"),
            (0x1cde4, "1345678"),
            (0x1cde5, "2345678"),
            // Left half upper one quarter, upper one quarter, middle right one quarter, lower three quarters block.
            (0x1cea8, "1"),
            (0x1fb82, "12"),
            (0x1fbe7, "46"),
            (0x2586, "345678"),
            (0x258c, "1357"),
            (0x259a, "1368"),
        ] {
            let character = character(Blocks::Octant, points(numbers));
            assert_eq!(
                u32::from(character),
                code,
                "BLOCK OCTANT-{numbers} is {character:?}"
            );
        }
    }

    #[test]
    fn sextants_are_as_unicode_names_them() {
        for (code, numbers) in [
            (0x1fb00, "1"),
            (0x1fb13, "35"),
            (0x1fb14, "235"),
            (0x1fb27, "146"),
            (0x1fb28, "1246"),
            (0x1fb3b, "23456"),
            (0x258c, "135"),
            (0x2590, "246"),
        ] {
            let character = character(Blocks::Sextant, points(numbers));
            assert_eq!(
                u32::from(character),
                code,
                "BLOCK SEXTANT-{numbers} is {character:?}"
            );
        }
    }

    #[test]
    fn every_pattern_has_a_character_of_its_own() {
        for (blocks, count) in [
            (Blocks::Half, 4),
            (Blocks::Quadrant, 16),
            (Blocks::Sextant, 64),
            (Blocks::Octant, 256),
            (Blocks::Braille, 256),
        ] {
            let characters: BTreeSet<char> = (0..count)
                .map(|pattern| character(blocks, pattern as u8))
                .collect();
            assert_eq!(characters.len(), count, "{blocks:?}");
            assert!(!characters.contains(&'\0'), "{blocks:?}");
        }
        let last = OCTANTS
            .iter()
            .filter(|character| (0x1cd00..=0x1cde5).contains(&u32::from(**character)));
        assert_eq!(last.count(), 230);
    }
}
