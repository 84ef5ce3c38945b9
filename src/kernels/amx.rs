//! Products of numbers with 8 significant bits (bf16) on the tiles of Intel processors (AMX; "Intel 64 and IA-32 Architectures
//! Software Developer's Manual", volume 1, chapter 18): sixteen rows of 64 bytes each, of which one instruction multiplies two
//! and adds the product to a third.
//!
//! A tile of the left factor holds 16 of its rows over 32 inner places, one of the right factor 16 of its columns over the same
//! places, two places side by side. Both are packed and rounded first. Every element of a product is added up in the order of
//! the inner places, 32 at a time, wherever it stands, so a product in blocks has the same bits as a whole one.
#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::*;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::LazyLock;

use super::matmul::Matrix;

/// Rows or columns of a tile.
const LINES: usize = 16;
/// Inner places of a tile.
const PLACES: usize = 32;

/// Whether this processor has such tiles, and the system lets the process use them.
pub fn is_available() -> bool {
    static AVAILABLE: LazyLock<bool> = LazyLock::new(|| {
        let vectors = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512bf16");
        // Leaf 7: bit 22 of EDX for bf16 products, bit 24 for tiles.
        const TILES: u32 = 1 << 22 | 1 << 24;
        vectors && __cpuid_count(7, 0).edx & TILES == TILES && is_permitted()
    });
    *AVAILABLE
}

/// Asks the system for the state of tiles, which it keeps for threads that may have some only.
fn is_permitted() -> bool {
    const ARCH_REQ_XCOMP_PERM: libc::c_int = 0x1023;
    const XFEATURE_XTILEDATA: libc::c_ulong = 18;
    // SAFETY: the call takes two numbers and changes nothing in memory.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0 }
}

/// Sixteen rows of sixteen pairs of rounded numbers.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Tile([__m512i; LINES]);

/// A block of a product: two by two tiles.
#[repr(C, align(64))]
struct Block([f32; 4 * LINES * LINES]);

/// How the tiles are shaped, as `ldtilecfg` reads it: all of the largest size.
#[repr(C, align(64))]
struct Shapes([u8; 64]);

const SHAPES: Shapes = {
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let mut tile = 0;
    while tile < 8 {
        bytes[16 + 2 * tile] = 64;
        bytes[48 + tile] = LINES as u8;
        tile += 1;
    }
    Shapes(bytes)
};

/// The tiles of a whole factor, and those of some lines of the other.
#[derive(Default)]
struct Packed {
    whole: Vec<Tile>,
    some: Vec<Tile>,
}

/// Writes `left right` to `product`, or adds it where `is_further`; `product` is row by row, `row_stride` numbers a row.
///
/// Shapes: left (m, k), right (k, n), product at least (m, n).
///
/// # Panics
/// If the tiles are not [available](is_available), or the sizes don't fit together.
pub fn product(left: Matrix, right: Matrix, product: &mut [f32], row_stride: usize, is_further: bool) {
    thread_local! {
        static PACKED: RefCell<Packed> = RefCell::default();
    }
    let (rows, columns) = (left.rows, right.columns);
    assert!(is_available(), "tiles on this processor");
    assert_eq!(left.columns, right.rows, "the inner sizes of a product");
    if rows == 0 || columns == 0 {
        return;
    }
    let last = (rows - 1)
        .checked_mul(row_stride)
        .and_then(|row| row.checked_add(columns - 1));
    assert!(
        last.is_some_and(|last| last < product.len()),
        "an element for every row and column"
    );
    PACKED.with_borrow_mut(|packed| {
        // SAFETY: the processor has the instructions, as `is_available` said.
        unsafe {
            in_blocks(left, right.transposed(), packed, |(row, column), block| {
                write(
                    block,
                    (row, column),
                    (rows, columns),
                    product,
                    row_stride,
                    is_further,
                );
            })
        }
    });
}

/// Computes the product of `left` (m, k) and the transposed `right` (n, k) in blocks of two by two tiles, and hands over each
/// with the row and the column of its first element. What is beyond the edges is zero.
///
/// # Safety
/// The processor has tiles and the vector instructions of [`is_available`].
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn in_blocks(
    left: Matrix,
    right: Matrix,
    packed: &mut Packed,
    mut take: impl FnMut((usize, usize), &Block),
) {
    let deep = left.columns.div_ceil(PLACES).max(1);
    // The factor with fewer lines is packed as a whole and stays in the cache; of the other one two tiles' lines at a time.
    let whole_is_left = left.rows <= right.rows;
    let (whole, some) = if whole_is_left {
        (left, right)
    } else {
        (right, left)
    };
    let zero = Tile([_mm512_setzero_si512(); LINES]);
    let pairs = whole.rows.div_ceil(2 * LINES);
    packed.whole.resize(2 * pairs * deep, zero);
    for (line, tiles) in packed.whole.chunks_exact_mut(deep).enumerate() {
        pack(whole, line * LINES, whole_is_left, tiles);
    }
    packed.some.resize(2 * deep, zero);
    let mut block = Block([0.0; 4 * LINES * LINES]);
    // SAFETY: the shapes are valid ones; the tiles are used by nobody else on this thread, and released below.
    unsafe { asm!("ldtilecfg [{}]", in(reg) &SHAPES, options(nostack)) };
    for first in (0..some.rows).step_by(2 * LINES) {
        for (line, tiles) in packed.some.chunks_exact_mut(deep).enumerate() {
            pack(some, first + line * LINES, !whole_is_left, tiles);
        }
        for (pair, tiles) in packed.whole.chunks_exact(2 * deep).enumerate() {
            let of_whole = 2 * LINES * pair;
            if whole_is_left {
                multiply(tiles, &packed.some, &mut block);
                take((of_whole, first), &block);
            } else {
                multiply(&packed.some, tiles, &mut block);
                take((first, of_whole), &block);
            }
        }
    }
    // SAFETY: the tiles hold nothing that is still needed.
    unsafe { asm!("tilerelease", options(nostack)) };
}

/// Packs the lines from `first` on, over all inner places, as tiles of the left or of the right factor. `matrix` has a row for
/// every line; lines and places beyond it are zero.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn pack(matrix: Matrix, first: usize, is_left: bool, tiles: &mut [Tile]) {
    let lines = first.min(matrix.rows)..(first + LINES).min(matrix.rows);
    for (index, tile) in tiles.iter_mut().enumerate() {
        let places = (index * PLACES).min(matrix.columns)..((index + 1) * PLACES).min(matrix.columns);
        // Numbers that lie side by side are read together: of a line, or of a place.
        if matrix.column_stride == 1 {
            let by_line = lines_of(matrix, lines.clone(), places);
            *tile = if is_left { by_line } else { turned(by_line) };
        } else {
            let by_place = places_of(matrix, lines.clone(), places);
            *tile = if is_left { turned(by_place) } else { by_place };
        }
    }
}

/// Row i: the pairs of places of line i.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn lines_of(matrix: Matrix, lines: Range<usize>, places: Range<usize>) -> Tile {
    let mut tile = Tile([_mm512_setzero_si512(); LINES]);
    for (row, line) in tile.0.iter_mut().zip(lines) {
        let start = (line * matrix.row_stride + places.start).min(matrix.values.len());
        let values = &matrix.values[start..][..places.len()];
        let (low, high) = values.split_at(values.len().min(LINES));
        *row = rounded(load(low), load(high));
    }
    tile
}

/// Row i: the pair of places 2 i and 2 i + 1 of every line.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
fn places_of(matrix: Matrix, lines: Range<usize>, places: Range<usize>) -> Tile {
    const PAIRED: [u16; 2 * LINES] = {
        let mut places = [0; 2 * LINES];
        let mut line = 0;
        while line < LINES {
            places[2 * line] = line as u16;
            places[2 * line + 1] = (LINES + line) as u16;
            line += 1;
        }
        places
    };
    // SAFETY: an array of 64 bytes, read unaligned.
    let paired = unsafe { _mm512_loadu_epi16(PAIRED.as_ptr().cast()) };
    let of_place = |place: usize| {
        if !places.contains(&place) {
            return _mm512_setzero_ps();
        }
        let start = (place * matrix.column_stride + lines.start * matrix.row_stride).min(matrix.values.len());
        load(&matrix.values[start..][..lines.len()])
    };
    let mut tile = Tile([_mm512_setzero_si512(); LINES]);
    for (pair, row) in tile.0.iter_mut().enumerate() {
        let place = places.start + 2 * pair;
        *row = _mm512_permutexvar_epi16(paired, rounded(of_place(place), of_place(place + 1)));
    }
    tile
}

/// At most sixteen numbers; zeros behind them.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(values: &[f32]) -> __m512 {
    let there = 0xffff_u16.checked_shr((LINES - values.len()) as u32).unwrap_or(0);
    // SAFETY: only as many numbers are read as the slice has.
    unsafe { _mm512_maskz_loadu_ps(there, values.as_ptr()) }
}

/// The numbers of `low`, then those of `high`, rounded to the nearest and of two to the even one.
#[inline]
#[target_feature(enable = "avx512f,avx512bf16")]
fn rounded(low: __m512, high: __m512) -> __m512i {
    // SAFETY: both types are 64 bytes of which every value is valid.
    unsafe { std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low)) }
}

/// Exchanges rows and columns of sixteen by sixteen pairs.
#[target_feature(enable = "avx512f")]
fn turned(tile: Tile) -> Tile {
    let rows = tile.0;
    let mut by_two = rows;
    for i in 0..LINES / 2 {
        by_two[2 * i] = _mm512_unpacklo_epi32(rows[2 * i], rows[2 * i + 1]);
        by_two[2 * i + 1] = _mm512_unpackhi_epi32(rows[2 * i], rows[2 * i + 1]);
    }
    let mut by_four = rows;
    for i in 0..LINES / 4 {
        for half in 0..2 {
            let (first, second) = (by_two[4 * i + half], by_two[4 * i + 2 + half]);
            by_four[4 * i + 2 * half] = _mm512_unpacklo_epi64(first, second);
            by_four[4 * i + 2 * half + 1] = _mm512_unpackhi_epi64(first, second);
        }
    }
    let mut by_eight = rows;
    for i in 0..4 {
        for half in 0..2 {
            let (first, second) = (by_four[8 * half + i], by_four[8 * half + 4 + i]);
            by_eight[8 * half + i] = _mm512_shuffle_i32x4::<0x88>(first, second);
            by_eight[8 * half + 4 + i] = _mm512_shuffle_i32x4::<0xdd>(first, second);
        }
    }
    let mut turned = rows;
    for i in 0..8 {
        let (first, second) = (by_eight[i], by_eight[8 + i]);
        turned[i] = _mm512_shuffle_i32x4::<0x88>(first, second);
        turned[8 + i] = _mm512_shuffle_i32x4::<0xdd>(first, second);
    }
    Tile(turned)
}

/// Multiplies two lines of tiles of the left factor by two of the right one: four products, each tile of a line of which is
/// loaded once. Both slices hold two lines of as many tiles.
fn multiply(left: &[Tile], right: &[Tile], block: &mut Block) {
    assert!(left.len() == right.len() && !left.is_empty() && left.len().is_multiple_of(2));
    let deep = left.len() / 2;
    // SAFETY: the pointers walk over `deep` tiles of 1024 bytes of each half of a slice, which have that many. The four
    // results are 16 rows of 64 bytes each, 128 bytes apart, within the block's 4096. The tiles were shaped, and the
    // registers 0 to 7 are used by nobody else.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{upper} + {tile_row}]",
            "tileloadd tmm6, [{first} + {tile_row}]",
            "tdpbf16ps tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{second} + {tile_row}]",
            "tdpbf16ps tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{lower} + {tile_row}]",
            "tdpbf16ps tmm2, tmm5, tmm6",
            "tdpbf16ps tmm3, tmm5, tmm7",
            "add {upper}, 1024",
            "add {lower}, 1024",
            "add {first}, 1024",
            "add {second}, 1024",
            "dec {deep}",
            "jnz 2b",
            "tilestored [{block} + {block_row}], tmm0",
            "tilestored [{block} + {block_row} + 64], tmm1",
            "tilestored [{low_block} + {block_row}], tmm2",
            "tilestored [{low_block} + {block_row} + 64], tmm3",
            upper = inout(reg) left.as_ptr() => _,
            lower = inout(reg) left[deep..].as_ptr() => _,
            first = inout(reg) right.as_ptr() => _,
            second = inout(reg) right[deep..].as_ptr() => _,
            deep = inout(reg) deep => _,
            block = in(reg) block.0.as_mut_ptr(),
            low_block = in(reg) block.0[2 * LINES * LINES..].as_mut_ptr(),
            tile_row = in(reg) 64_usize,
            block_row = in(reg) 128_usize,
            options(nostack),
        );
    }
}

/// Writes or adds what of a block lies within the product.
fn write(
    block: &Block,
    (first_row, first_column): (usize, usize),
    (rows, columns): (usize, usize),
    product: &mut [f32],
    row_stride: usize,
    is_further: bool,
) {
    let width = (columns - first_column).min(2 * LINES);
    let lines = block.0.chunks_exact(2 * LINES).zip(first_row..rows);
    for (computed, row) in lines {
        let there = &mut product[row * row_stride + first_column..][..width];
        if is_further {
            for (there, computed) in there.iter_mut().zip(computed) {
                *there += computed;
            }
        } else {
            there.copy_from_slice(&computed[..width]);
        }
    }
}
