//! Pictures as pixels on the screen, where somebody chose a protocol.
//!
//! Every picture is drawn in block characters first, like everything else, and says where it stands ([`want`]). Whoever sends the
//! frame then sends its pixels to that place instead of the characters, once, and leaves the place alone until another picture
//! stands there, or something stands in front of it. What does not fit into the bytes that may be sent stays as it is meanwhile:
//! characters, or the picture before.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;

use crate::pictures::pixels::{encoded, kitty};
use crate::pictures::raster::Raster;
use crate::terminal_facts::{Protocol, cell_pixels};

/// Bytes of pixels that may be sent in a second, and at once after a while of silence: what a slow line takes beside the frames.
const BYTES_PER_SECOND: f64 = 500_000.0;

/// A picture of the frame that is being drawn.
pub struct Wanted {
    area: Rect,
    raster: Raster,
    /// The cells as the picture drew them.
    cells: u64,
}

thread_local! {
    /// The pictures of the frame that this thread draws; none where they stay characters.
    static WANTED: RefCell<Option<Vec<Wanted>>> = const { RefCell::new(None) };
}

/// Says that the cells of `area`, which are drawn already, stand for a picture.
pub fn want(area: Rect, buffer: &Buffer, raster: impl FnOnce() -> Option<Raster>) {
    WANTED.with_borrow_mut(|wanted| {
        if let Some(wanted) = wanted
            && let Some(raster) = raster()
        {
            let cells = hash_of_cells(area, buffer);
            wanted.push(Wanted { area, raster, cells });
        }
    });
}

/// Draws a frame and returns its pictures.
pub fn collect(draw: impl FnOnce()) -> Vec<Wanted> {
    WANTED.set(Some(Vec::new()));
    draw();
    WANTED.take().unwrap_or_default()
}

fn hash_of_cells(area: Rect, buffer: &Buffer) -> u64 {
    let mut hasher = DefaultHasher::new();
    for position in area.positions() {
        let cell = &buffer[position];
        (cell.symbol(), cell.fg, cell.bg, cell.modifier).hash(&mut hasher);
    }
    hasher.finish()
}

/// A picture that stands on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Placed {
    protocol: Protocol,
    area: Rect,
    /// Of its pixels.
    hash: u64,
    /// Its number for the terminal.
    id: u32,
}

/// What stands on the terminal as pixels, and how much more may be sent.
pub struct Pixels {
    placed: Vec<Placed>,
    budget: f64,
    refilled_at: Instant,
    next_id: u32,
}

impl Default for Pixels {
    fn default() -> Self {
        Self {
            placed: Vec::new(),
            budget: BYTES_PER_SECOND,
            refilled_at: Instant::now(),
            next_id: 1,
        }
    }
}

/// What is to be sent after the cells of a frame.
pub struct Sending {
    /// Sequences, each for its place.
    pub sequences: String,
    /// Whether all pictures are there now; the others are for a later frame.
    pub complete: bool,
}

impl Pixels {
    /// Decides about the pictures of a frame, whose cells under a picture that stands or is sent are left out of what is sent.
    pub fn place(&mut self, protocol: Protocol, wanted: Vec<Wanted>, frame: &mut Buffer) -> Sending {
        self.refill(self.refilled_at.elapsed());
        let mut sending = Sending {
            sequences: String::new(),
            complete: true,
        };
        let mut standing = Vec::new();
        // What stands in front of a picture makes characters of it.
        let in_front = wanted
            .into_iter()
            .filter(|wanted| hash_of_cells(wanted.area, frame) == wanted.cells);
        for Wanted { area, raster, .. } in in_front.collect::<Vec<_>>() {
            let mut hasher = DefaultHasher::new();
            raster.pixels.hash(&mut hasher);
            let hash = hasher.finish();
            let before = self
                .placed
                .iter()
                .find(|placed| (placed.protocol, placed.area) == (protocol, area));
            let before = before.copied();
            let placed = match before {
                Some(placed) if placed.hash == hash => Some(placed),
                before => match self.send(protocol, area, &raster, before, &mut sending) {
                    Some(id) => Some(Placed {
                        protocol,
                        area,
                        hash,
                        id,
                    }),
                    None => before,
                },
            };
            if let Some(placed) = placed {
                for position in area.positions() {
                    frame[position].set_diff_option(CellDiffOption::Skip);
                }
                standing.push(placed);
            }
        }
        for gone in self
            .placed
            .iter()
            .filter(|placed| standing.iter().all(|other| other.id != placed.id))
        {
            if gone.protocol == Protocol::Kitty {
                sending.sequences.push_str(&kitty::removed(gone.id));
            }
        }
        self.placed = standing;
        sending
    }

    /// Nothing stands on the terminal any more once what comes back was sent.
    pub fn clear(&mut self) -> String {
        let placed = self
            .placed
            .drain(..)
            .filter(|placed| placed.protocol == Protocol::Kitty);
        placed.map(|placed| kitty::removed(placed.id)).collect()
    }

    fn refill(&mut self, elapsed: Duration) {
        self.budget = (self.budget + elapsed.as_secs_f64() * BYTES_PER_SECOND).min(BYTES_PER_SECOND);
        self.refilled_at += elapsed;
    }

    /// The number under which a picture is sent to its place, in which another stands; none while it may not be sent, and where it
    /// can't be.
    fn send(
        &mut self,
        protocol: Protocol,
        area: Rect,
        raster: &Raster,
        before: Option<Placed>,
        sending: &mut Sending,
    ) -> Option<u32> {
        if self.budget <= 0.0 {
            sending.complete = false;
            return None;
        }
        let id = before.map_or(self.next_id, |placed| placed.id);
        let sequence = encoded(
            protocol,
            raster,
            (area.width, area.height),
            cell_pixels(),
            Some(id),
        )
        .ok()?;
        self.next_id = self.next_id.max(id + 1);
        // A picture larger than the rest of the budget is sent as a whole, and those after it wait for longer.
        self.budget -= sequence.len() as f64;
        let place = format!("\x1b[{};{}H", area.y + 1, area.x + 1);
        sending.sequences.push_str(&place);
        sending.sequences.push_str(&sequence);
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Color;

    use super::*;

    const AREA: Rect = Rect::new(2, 1, 4, 2);

    fn picture(grey: u8) -> Raster {
        Raster::filled(8, 8, [grey; 3])
    }

    fn frame() -> Buffer {
        Buffer::empty(Rect::new(0, 0, 10, 5))
    }

    /// Draws a picture, maybe something in front of it, and says what is sent; whether the cells are left out follows.
    fn draw(pixels: &mut Pixels, protocol: Protocol, grey: u8, covered: bool) -> (Sending, bool) {
        let mut buffer = frame();
        let wanted = collect(|| {
            for position in AREA.positions() {
                buffer[position].set_bg(Color::Rgb(1, 2, 3));
            }
            want(AREA, &buffer, || Some(picture(grey)));
            if covered {
                buffer.set_string(3, 1, "dialog", ratatui::style::Style::new());
            }
        });
        let sending = pixels.place(protocol, wanted, &mut buffer);
        let is_skipped = |position| buffer[position].diff_option == CellDiffOption::Skip;
        let skipped = AREA.positions().all(is_skipped);
        assert!(!is_skipped((0, 0).into()) && !is_skipped((9, 4).into()));
        (sending, skipped)
    }

    #[test]
    fn a_picture_is_sent_once_and_replaced_in_its_place() {
        for protocol in [Protocol::Kitty, Protocol::Iterm2, Protocol::Sixel] {
            let mut pixels = Pixels::default();
            let (first, skipped) = draw(&mut pixels, protocol, 9, false);
            assert!(skipped && first.complete && first.sequences.starts_with("\x1b[2;3H\x1b"));
            let (again, skipped) = draw(&mut pixels, protocol, 9, false);
            assert!(
                skipped && again.sequences.is_empty(),
                "{protocol:?}: it stands there"
            );
            let (other, skipped) = draw(&mut pixels, protocol, 10, false);
            assert!(skipped && !other.sequences.is_empty() && !other.sequences.contains("a=d"));
            assert_eq!(pixels.placed.len(), 1);
            assert_eq!(pixels.placed[0].id, 1, "the same place in the terminal's memory");
        }
    }

    #[test]
    fn what_stands_in_front_of_a_picture_makes_characters_of_it() {
        let mut pixels = Pixels::default();
        draw(&mut pixels, Protocol::Kitty, 9, false);
        let (covered, skipped) = draw(&mut pixels, Protocol::Kitty, 9, true);
        assert!(!skipped && covered.complete);
        assert_eq!(covered.sequences, kitty::removed(1));
        let (back, skipped) = draw(&mut pixels, Protocol::Kitty, 9, false);
        assert!(skipped && back.sequences.contains("i=2,"));
        assert_eq!(pixels.clear(), kitty::removed(2));
    }

    #[test]
    fn without_budget_the_picture_before_stays_until_there_is_some() {
        let mut pixels = Pixels::default();
        draw(&mut pixels, Protocol::Sixel, 9, false);
        pixels.budget = -1e9;
        let (late, skipped) = draw(&mut pixels, Protocol::Sixel, 10, false);
        assert!(
            !late.complete && late.sequences.is_empty() && skipped,
            "the one before stays"
        );
        let mut empty = Pixels {
            budget: -1e9,
            ..Pixels::default()
        };
        let (late, skipped) = draw(&mut empty, Protocol::Sixel, 10, false);
        assert!(!late.complete && !skipped, "characters stay");
        pixels.refill(Duration::from_secs(10_000));
        assert_eq!(pixels.budget, BYTES_PER_SECOND);
        let (sent, _) = draw(&mut pixels, Protocol::Sixel, 10, false);
        assert!(sent.complete && !sent.sequences.is_empty());
    }

    #[test]
    fn nothing_is_collected_where_nobody_asks() {
        want(AREA, &frame(), || panic!("no picture is made"));
    }
}
