//! Which cells of a frame are sent now: what a person would notice first, as much as the line takes, and everything in the end.
//!
//! While a run trains, every look changes every pixel of every picture a little. A cell of a picture that moves is sent only once
//! it differs visibly from what stands there, in greys of which the terminal has short names, and in those that the pen has
//! already where they are near; so what stands there is never visibly wrong, and never gets worse. A picture that rests is sent as
//! it is.
//!
//! Where a frame is more than the line takes, what a key did comes first, then what has waited longest, text before pictures.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use foldhash::fast::FixedState;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr;

use super::pen::Pen;
use crate::pictures::patterns::character;
use crate::terminal_facts::Blocks;

/// Time without a change after which a picture rests: longer than lies between two looks at a run that trains, but for pictures that
/// take long to compute.
pub const REST: Duration = Duration::from_secs(1);
/// The least root of the mean squared difference of a cell, in levels of 256, that is seen while pictures move.
pub const VISIBLE: f32 = 20.0;
/// The first of the palette's greys, which are 8, 18, … 238, and its black and its white.
const GREYS: u8 = 232;
const BLACK: u8 = 16;
const WHITE: u8 = 231;
/// Levels of 256 by which a colour that the pen has already may be another than the wanted one while pictures move: to the next of
/// the palette's greys.
const NEAR: f32 = 10.0;

/// What stands on the terminal, and what was held back.
pub struct Changes {
    shown: Buffer,
    /// Pictures of the last frame.
    pictures: Vec<Seen>,
    /// The frame in which a row began to wait, for text and pictures; none where nothing waits.
    waiting: Vec<[Option<u64>; 2]>,
    /// What a key changed since the last frame.
    touched: HashSet<Position, FixedState>,
    frames: u64,
}

/// A picture as it was wanted last.
#[derive(Clone, Copy)]
struct Seen {
    area: Rect,
    /// What its cells are.
    cells: u64,
    /// When they became that; none for what was there from the first.
    since: Option<Instant>,
}

/// What stands in a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A picture that rests.
    Picture,
    /// One that moves.
    Moving,
}

/// What is sent of a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// The bytes.
    pub bytes: String,
    /// Whether nothing was held back.
    pub complete: bool,
}

/// A cell that is to be sent, in the order of what matters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    /// What a key changed comes first.
    untouched: bool,
    since: u64,
    is_picture: bool,
    y: u16,
    x: u16,
}

impl Changes {
    /// Of an empty screen.
    pub fn new(area: Rect) -> Self {
        Self {
            shown: Buffer::empty(area),
            pictures: Vec::new(),
            waiting: vec![[None; 2]; area.height.into()],
            touched: HashSet::default(),
            frames: 0,
        }
    }

    /// The part of the terminal that is drawn on.
    pub fn area(&self) -> Rect {
        self.shown.area
    }

    /// Says that a key made `after` of `before`, two frames: that is sent first.
    pub fn touched(&mut self, before: &Buffer, after: &Buffer) {
        let changed = before.diff(after);
        self.touched
            .extend(changed.iter().map(|&(x, y, _)| Position { x, y }));
    }

    /// Selects of `frame`, in which `pictures` stand, as many cells as `budget` bytes draw, if there is one.
    pub fn select(
        &mut self,
        mut frame: Buffer,
        pictures: &[Rect],
        budget: Option<usize>,
        pen: &mut Pen,
        now: Instant,
    ) -> (Selected, Buffer) {
        self.frames += 1;
        let kinds = self.kinds(&mut frame, pictures, now);
        let kind = |position: Position| kinds[self.shown.index_of(position.x, position.y)];
        let mut selected = Selected {
            bytes: String::new(),
            complete: !kinds.contains(&Kind::Moving),
        };
        let (mut held_back, mut due) = (Vec::new(), Vec::new());
        for (x, y, cell) in self.shown.diff(&frame) {
            let position = Position { x, y };
            if kind(position) == Kind::Moving && !differs(&self.shown[position], cell) {
                held_back.push(position);
                continue;
            }
            let is_picture = kind(position) != Kind::Text;
            due.push(Due {
                untouched: !self.touched.contains(&position),
                since: self.waiting[usize::from(y)][usize::from(is_picture)].unwrap_or(self.frames),
                is_picture,
                y,
                x,
            });
        }
        if budget.is_some() {
            due.sort_unstable();
        }
        self.waiting.fill([None; 2]);
        for Due {
            since,
            is_picture,
            y,
            x,
            ..
        } in due
        {
            if budget.is_none_or(|budget| selected.bytes.len() < budget) {
                let moves = kinds[self.shown.index_of(x, y)] == Kind::Moving;
                let cell = &mut frame[(x, y)];
                if moves {
                    save_colours(cell, pen);
                }
                pen.draw((x, y), cell, &mut selected.bytes);
            } else {
                self.waiting[usize::from(y)][usize::from(is_picture)] = Some(since);
                selected.complete = false;
                held_back.push(Position { x, y });
            }
        }
        for Position { x, y } in held_back {
            // The second column of a wide character goes with the first.
            let width = |cell: &Cell| cell.symbol().width().max(1) as u16;
            let width = width(&frame[(x, y)]).max(width(&self.shown[(x, y)]));
            for x in x..x.saturating_add(width).min(self.shown.area.right()) {
                frame[(x, y)] = self.shown[(x, y)].clone();
            }
        }
        self.touched.clear();
        (selected, std::mem::replace(&mut self.shown, frame))
    }

    /// What stands in each cell of a frame. Pictures that move get colours with short names.
    fn kinds(&mut self, frame: &mut Buffer, pictures: &[Rect], now: Instant) -> Vec<Kind> {
        let mut kinds = vec![Kind::Text; frame.content.len()];
        let seen = pictures.iter().map(|&area| {
            let cells = hash_of_cells(area, frame);
            let since = match self.pictures.iter().find(|seen| seen.area == area) {
                Some(seen) if seen.cells == cells => seen.since,
                Some(_) => Some(now),
                None => None,
            };
            Seen { area, cells, since }
        });
        self.pictures = seen.collect();
        for Seen { area, since, .. } in &self.pictures {
            let moves = since.is_some_and(|since| now.saturating_duration_since(since) < REST);
            for position in area.positions() {
                let place = frame.index_of(position.x, position.y);
                kinds[place] = if moves { Kind::Moving } else { Kind::Picture };
                if moves {
                    let cell = &mut frame.content[place];
                    (cell.fg, cell.bg) = (short(cell.fg), short(cell.bg));
                }
            }
        }
        kinds
    }
}

/// What the cells of an area are, as a number.
pub fn hash_of_cells(area: Rect, buffer: &Buffer) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    for position in area.positions() {
        let cell = &buffer[position];
        (cell.symbol(), cell.fg, cell.bg, cell.modifier).hash(&mut hasher);
    }
    hasher.finish()
}

/// A grey as the nearest that the palette has, which is at most 8 levels away; anything else as it is.
fn short(colour: Color) -> Color {
    match colour {
        Color::Rgb(red, green, blue) if red == green && green == blue => match red {
            0..=3 => Color::Indexed(BLACK),
            4..=246 => Color::Indexed(GREYS + ((red - 3) / 10).min(23)),
            247.. => Color::Indexed(WHITE),
        },
        other => other,
    }
}

/// Gives a cell of a picture that moves colours that the pen has already, where they are near the wanted ones; where that saves
/// more, with ink and ground exchanged, which look the same.
fn save_colours(cell: &mut Cell, pen: &Pen) {
    let Some((ink, ground)) = pen.colours() else {
        return;
    };
    let is_near = |have: Color, wanted: Color| match (levels(have), levels(wanted)) {
        (Some(have), Some(wanted)) => have
            .iter()
            .zip(&wanted)
            .all(|(have, wanted)| (have - wanted).abs() <= NEAR),
        _ => have == wanted,
    };
    // What is left to say, and what would be drawn.
    let drawn = |symbol: &str, fg: Color, bg: Color| {
        let covered = COVERED.get(symbol).copied();
        let (shows_ink, shows_ground) = (covered != Some(0), covered != Some(ALL));
        let keeps = (
            !shows_ink || is_near(ink, fg),
            !shows_ground || is_near(ground, bg),
        );
        let fg = if keeps.0 { ink } else { fg };
        let bg = if keeps.1 { ground } else { bg };
        (u8::from(!keeps.0) + u8::from(!keeps.1), fg, bg)
    };
    let as_it_is = drawn(cell.symbol(), cell.fg, cell.bg);
    let exchanged = EXCHANGED
        .get(cell.symbol())
        .map(|other| (other, drawn(other, cell.bg, cell.fg)));
    match exchanged {
        Some((other, (said, fg, bg))) if said < as_it_is.0 => {
            cell.set_symbol(other).set_fg(fg).set_bg(bg);
        }
        _ => {
            cell.set_fg(as_it_is.1).set_bg(as_it_is.2);
        }
    }
}

/// Whether a person sees the difference of two cells of a picture that moves.
fn differs(shown: &Cell, wanted: &Cell) -> bool {
    let Some(difference) = difference(shown, wanted) else {
        return shown != wanted;
    };
    difference > VISIBLE * VISIBLE
}

/// The mean squared difference of two cells over their points and parts; none where one is no cell of a picture.
fn difference(shown: &Cell, wanted: &Cell) -> Option<f32> {
    if shown.modifier != wanted.modifier {
        return None;
    }
    let ink = |cell: &Cell| COVERED.get(cell.symbol()).copied();
    let (shown_ink, wanted_ink) = (ink(shown)?, ink(wanted)?);
    let colours = |cell: &Cell, ink: u32| -> Option<[[f32; 3]; 2]> {
        // Where there is no ink, its colour is no matter.
        let foreground = if ink == 0 { cell.bg } else { cell.fg };
        Some([levels(cell.bg)?, levels(foreground)?])
    };
    let (before, after) = (colours(shown, shown_ink)?, colours(wanted, wanted_ink)?);
    let mut sum = 0.0;
    for (old, new) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let of = |ink: u32, wanted: usize| if wanted == 1 { ink } else { !ink & ALL };
        let points = (of(shown_ink, old) & of(wanted_ink, new)).count_ones();
        let parts = before[old].iter().zip(after[new]);
        let squared: f32 = parts.map(|(old, new)| (old - new).powi(2) / 3.0).sum();
        sum += points as f32 * squared;
    }
    Some(sum / ALL.count_ones() as f32)
}

fn levels(colour: Color) -> Option<[f32; 3]> {
    match colour {
        Color::Rgb(red, green, blue) => Some([red, green, blue].map(f32::from)),
        Color::Indexed(BLACK) => Some([0.0; 3]),
        Color::Indexed(WHITE) => Some([255.0; 3]),
        Color::Indexed(index @ GREYS..) => Some([8.0 + 10.0 * f32::from(index - GREYS); 3]),
        _ => None,
    }
}

/// Two columns and twelve rows of points, in which all kinds of blocks have whole numbers of them.
const ALL: u32 = 0xff_ffff;

/// For each character of blocks that fill a cell the one that covers the other points.
static EXCHANGED: LazyLock<HashMap<String, String, FixedState>> = LazyLock::new(|| {
    let all = [Blocks::Half, Blocks::Quadrant, Blocks::Sextant, Blocks::Octant];
    let pairs = all.into_iter().flat_map(|blocks| {
        let (columns, rows) = blocks.grid();
        let patterns = 1_u32 << (columns * rows);
        let of = move |pattern: u32| character(blocks, pattern as u8).to_string();
        (0..patterns).map(move |pattern| (of(pattern), of(patterns - 1 - pattern)))
    });
    pairs.collect()
});

/// The points of a cell that each character covers.
static COVERED: LazyLock<HashMap<String, u32, FixedState>> = LazyLock::new(|| {
    let all = [
        Blocks::Half,
        Blocks::Quadrant,
        Blocks::Sextant,
        Blocks::Octant,
        Blocks::Braille,
    ];
    let covered = all.into_iter().flat_map(|blocks| {
        let (columns, rows) = blocks.grid();
        (0..1_u32 << (columns * rows)).map(move |pattern| {
            let points = (0..24).filter(|point| {
                let (column, row) = (point % 2 * columns / 2, point / 2 * rows / 12);
                pattern >> (row * columns + column) & 1 == 1
            });
            let points = points.map(|point| 1 << point).sum();
            (character(blocks, pattern as u8).to_string(), points)
        })
    });
    covered.collect()
});

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    const AREA: Rect = Rect::new(0, 0, 40, 6);
    const PICTURE: Rect = Rect::new(2, 1, 8, 4);

    fn grey(level: u8) -> Color {
        Color::Rgb(level, level, level)
    }

    /// A frame with a text and a picture of one grey.
    fn frame(text: &str, level: u8) -> Buffer {
        let mut frame = Buffer::empty(AREA);
        frame.set_string(0, 0, text, Style::new().fg(Color::Rgb(200, 100, 50)));
        for position in PICTURE.positions() {
            frame[position]
                .set_symbol("▀")
                .set_fg(grey(level))
                .set_bg(grey(level));
        }
        frame
    }

    struct Screen {
        changes: Changes,
        pen: Pen,
        start: Instant,
    }

    impl Screen {
        fn new() -> Self {
            Self {
                changes: Changes::new(AREA),
                pen: Pen::new(AREA.width),
                start: Instant::now(),
            }
        }

        fn send(&mut self, milliseconds: u64, frame: Buffer, budget: Option<usize>) -> Selected {
            let now = self.start + Duration::from_millis(milliseconds);
            let (selected, _) = self.changes.select(frame, &[PICTURE], budget, &mut self.pen, now);
            selected
        }

        fn picture(&self) -> (Color, Color) {
            let cell = &self.changes.shown[(5, 3)];
            (cell.fg, cell.bg)
        }
    }

    #[test]
    fn a_picture_that_moves_is_sent_where_it_differs_visibly_and_whole_when_it_rests() {
        let mut screen = Screen::new();
        let first = screen.send(0, frame("a", 100), None);
        assert!(
            first.complete && screen.picture() == (grey(100), grey(100)),
            "drawn as it is"
        );
        // A little lighter, again and again: what stands there is never visibly wrong.
        let (mut sent, mut frames) = (0, 0);
        for level in 101..=160 {
            frames += 1;
            let selected = screen.send(100 * frames, frame("a", level), None);
            sent += usize::from(!selected.bytes.is_empty());
            assert!(!selected.complete);
            let shown = levels(screen.picture().0).unwrap()[0];
            assert!(
                (shown - f32::from(level)).abs() <= VISIBLE + NEAR + 5.0,
                "{shown} stands for {level}"
            );
        }
        assert!(
            (2..=6).contains(&sent),
            "{sent} of {frames} frames redraw the picture"
        );
        let rest = screen.send(100 * frames + 1_100, frame("a", 160), None);
        assert!(rest.complete && screen.picture() == (grey(160), grey(160)));
        assert_eq!(screen.send(100 * frames + 1_300, frame("a", 160), None).bytes, "");
    }

    #[test]
    fn a_cell_that_moves_takes_colours_that_the_pen_has_where_they_are_near() {
        let mut pen = Pen::new(AREA.width);
        let cell = |symbol: &str, fg, bg| {
            let mut cell = Cell::default();
            cell.set_symbol(symbol).set_fg(grey(fg)).set_bg(grey(bg));
            cell
        };
        pen.draw((0, 0), &cell("▀", 100, 200), &mut String::new());
        for (wanted, sent) in [
            (cell("▀", 108, 195), cell("▀", 100, 200)),
            (cell("▀", 111, 195), cell("▀", 111, 200)),
            (cell("▀", 199, 101), cell("▄", 100, 200)),
            (cell("█", 195, 30), cell(" ", 100, 200)),
            (cell(" ", 195, 95), cell("█", 100, 200)),
            (cell(" ", 7, 60), cell(" ", 100, 60)),
            (cell("▚", 0, 60), cell("▚", 0, 60)),
        ] {
            let mut saved = wanted.clone();
            save_colours(&mut saved, &pen);
            assert_eq!(saved, sent, "{wanted:?}");
            assert!(difference(&saved, &wanted).is_some_and(|squared| squared <= NEAR * NEAR));
        }
    }

    #[test]
    fn text_in_front_of_a_picture_is_sent_at_once() {
        let mut screen = Screen::new();
        screen.send(0, frame("a", 100), None);
        let mut covered = frame("a", 101);
        covered.set_string(3, 2, "Save?", Style::new().fg(grey(100)).bg(grey(100)));
        let selected = screen.send(100, covered, None);
        assert!(selected.bytes.contains("Save?"), "{:?}", selected.bytes);
    }

    #[test]
    fn what_a_key_did_comes_first_then_what_waits_longest() {
        let mut screen = Screen::new();
        screen.send(0, Buffer::empty(AREA), None);
        let lines = |texts: &[(u16, &str)]| {
            let mut frame = Buffer::empty(AREA);
            for (row, text) in texts {
                frame.set_string(0, *row, text, Style::new());
            }
            frame
        };
        let all = [(0, "zero"), (1, "one"), (2, "two"), (5, "five")];
        let (before, after) = (lines(&all[..3]), lines(&all));
        screen.changes.touched(&before, &after);
        let first = screen.send(100, after.clone(), Some(1));
        assert!(first.bytes.ends_with('f') && !first.complete, "{first:?}");
        // The rest follows, row by row, whatever changes in the first one meanwhile.
        for number in 0..40 {
            let mut next = after.clone();
            next.set_string(10, 0, format!("{number}"), Style::new());
            screen.send(200, next, Some(6));
        }
        for (row, text) in &all[1..] {
            let shown = |x: usize| screen.changes.shown[(x as u16, *row)].symbol();
            assert_eq!((0..text.len()).map(shown).collect::<String>(), *text);
        }
    }

    #[test]
    fn a_frame_in_pieces_is_the_frame() {
        let mut screen = Screen::new();
        let mut wide = frame("日本 wide", 7);
        wide.set_string(12, 2, "本日本日", Style::new());
        let mut number = 0;
        loop {
            number += 1;
            let selected = screen.send(10_000 * number, wide.clone(), Some(3));
            if selected.complete && selected.bytes.is_empty() {
                break;
            }
            assert!(number < 1_000);
        }
        assert_eq!(screen.changes.shown, wide);
    }

    #[test]
    fn differences_are_those_of_the_points() {
        let cell = |symbol: &str, fg, bg| {
            let mut cell = Cell::default();
            cell.set_symbol(symbol).set_fg(grey(fg)).set_bg(grey(bg));
            cell
        };
        for (shown, wanted, expected) in [
            (cell("▀", 0, 100), cell("▄", 100, 0), 0.0),
            (cell(" ", 9, 30), cell("█", 30, 200), 0.0),
            (cell("▀", 0, 100), cell("▀", 10, 100), 50.0),
            (cell("▘", 60, 20), cell(" ", 0, 20), 400.0),
            (cell("🬂", 60, 0), cell("▀", 60, 0), 600.0),
        ] {
            assert_eq!(
                difference(&shown, &wanted),
                Some(expected),
                "{shown:?} {wanted:?}"
            );
        }
        assert_eq!(difference(&cell("a", 0, 0), &cell(" ", 0, 0)), None);
    }
}
