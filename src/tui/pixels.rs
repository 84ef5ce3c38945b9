//! Pictures as pixels on the screen, where the terminal answers that it draws them or somebody chose so.
//!
//! Every picture is drawn in block characters first, like everything else, and says where it stands ([`want`]). Whoever sends the
//! frame then sends its pixels to that place instead of the characters, once, and leaves the place alone until another picture
//! stands there, or something stands in front of it. What does not fit into the bytes that may be sent stays as it is meanwhile:
//! characters, or the picture before.

use std::cell::RefCell;
use std::time::Instant;

use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;

use super::changes::{REST, VISIBLE, hash_of_cells};
use crate::pictures::pixels::{encoded, kitty};
use crate::pictures::raster::Raster;
use crate::terminal_facts::{Protocol, cell_pixels};

/// Bytes of pixels that may be sent in a second while the line was not measured.
const BYTES_PER_SECOND: f64 = 500_000.0;
/// The share of what the line takes that is for pixels; frames need the rest.
const SHARE: f64 = 0.5;

/// A picture of the frame that is being drawn.
pub struct Wanted {
    /// Where it stands.
    pub area: Rect,
    /// Its pixels, where they are asked for.
    raster: Option<Raster>,
    /// The cells as the picture drew them.
    cells: u64,
}

/// The pictures of the frame that a thread draws.
struct Collecting {
    wanted: Vec<Wanted>,
    /// Whether their pixels are asked for.
    rasters: bool,
}

thread_local! {
    /// The pictures of the frame that this thread draws; none where nobody asks.
    static COLLECTING: RefCell<Option<Collecting>> = const { RefCell::new(None) };
}

/// Says that the cells of `area`, which are drawn already, stand for a picture.
pub fn want(area: Rect, buffer: &Buffer, raster: impl FnOnce() -> Option<Raster>) {
    COLLECTING.with_borrow_mut(|collecting| {
        if let Some(Collecting { wanted, rasters }) = collecting {
            wanted.push(Wanted {
                area,
                raster: rasters.then(raster).flatten(),
                cells: hash_of_cells(area, buffer),
            });
        }
    });
}

/// Draws a frame and returns its pictures, with their pixels if `rasters` are asked for.
pub fn collect(rasters: bool, draw: impl FnOnce()) -> Vec<Wanted> {
    let wanted = Vec::new();
    COLLECTING.set(Some(Collecting { wanted, rasters }));
    draw();
    COLLECTING
        .take()
        .map_or_else(Vec::new, |collecting| collecting.wanted)
}

/// A picture that stands on the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Placed {
    protocol: Protocol,
    area: Rect,
    /// Its pixels there.
    raster: Raster,
    /// Its pixels as they are wanted by now, and since when.
    wanted: Raster,
    since: Instant,
    /// Its number for the terminal.
    id: u32,
}

/// What stands on the terminal as pixels, and how much more may be sent.
pub struct Pixels {
    placed: Vec<Placed>,
    budget: f64,
    refilled_at: Instant,
    next_id: u32,
    /// Pixels of a cell, across and down; what the system says where the terminal does not.
    pub cell: Option<(u16, u16)>,
}

impl Default for Pixels {
    fn default() -> Self {
        Self {
            placed: Vec::new(),
            budget: BYTES_PER_SECOND,
            refilled_at: Instant::now(),
            next_id: 1,
            cell: None,
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
    /// Decides about the pictures of a frame, whose cells under a picture that stands or is sent are left out of what is sent. The
    /// line takes `rate` bytes in a second, as far as that is known.
    pub fn place(
        &mut self,
        protocol: Protocol,
        wanted: &[Wanted],
        frame: &mut Buffer,
        rate: Option<f64>,
        now: Instant,
    ) -> Sending {
        self.refill(rate.map_or(BYTES_PER_SECOND, |rate| SHARE * rate), now);
        let mut sending = Sending {
            sequences: String::new(),
            complete: true,
        };
        let mut before = std::mem::take(&mut self.placed);
        let mut standing = Vec::new();
        // What stands in front of a picture makes characters of it.
        let in_front: Vec<_> = wanted
            .iter()
            .filter(|wanted| hash_of_cells(wanted.area, frame) == wanted.cells)
            .filter_map(|wanted| Some((wanted.area, wanted.raster.as_ref()?)))
            .collect();
        for (area, raster) in in_front {
            let is_here = |placed: &Placed| (placed.protocol, placed.area) == (protocol, area);
            let before = before
                .iter()
                .position(is_here)
                .map(|place| before.swap_remove(place));
            if let Some(placed) = self.stand((protocol, area), raster, before, &mut sending, now) {
                for position in area.positions() {
                    frame[position].set_diff_option(CellDiffOption::Skip);
                }
                standing.push(placed);
            }
        }
        for gone in before.iter().filter(|gone| gone.protocol == Protocol::Kitty) {
            sending.sequences.push_str(&kitty::removed(gone.id));
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

    /// Lets what may be sent at once grow with time, to what the line takes in a second.
    fn refill(&mut self, rate: f64, now: Instant) {
        let elapsed = now.saturating_duration_since(self.refilled_at).as_secs_f64();
        self.budget = (self.budget + elapsed * rate).min(rate);
        self.refilled_at = now;
    }

    /// What stands at a place from now on, where another picture may have stood; none while nothing does.
    fn stand(
        &mut self,
        (protocol, area): (Protocol, Rect),
        raster: &Raster,
        mut before: Option<Placed>,
        sending: &mut Sending,
        now: Instant,
    ) -> Option<Placed> {
        if let Some(placed) = &mut before {
            if placed.wanted != *raster {
                (placed.wanted, placed.since) = (raster.clone(), now);
            }
            if placed.raster == *raster {
                return before;
            }
            // As with cells: what moves is sent again where it differs visibly, what rests as it is.
            let rests = now.saturating_duration_since(placed.since) >= REST;
            if !rests && difference(&placed.raster, raster) < VISIBLE / 2.0 {
                sending.complete = false;
                return before;
            }
        }
        match self.send(protocol, area, raster, before.as_ref(), sending) {
            Some(id) => Some(Placed {
                protocol,
                area,
                raster: raster.clone(),
                wanted: raster.clone(),
                since: now,
                id,
            }),
            None => before,
        }
    }

    /// The number under which a picture is sent to its place, in which another stands; none while it may not be sent, and where it
    /// can't be.
    fn send(
        &mut self,
        protocol: Protocol,
        area: Rect,
        raster: &Raster,
        before: Option<&Placed>,
        sending: &mut Sending,
    ) -> Option<u32> {
        if self.budget <= 0.0 {
            sending.complete = false;
            return None;
        }
        let id = before.map_or(self.next_id, |placed| placed.id);
        let cells = (area.width, area.height);
        let cell = self.cell.unwrap_or_else(cell_pixels);
        let sequence = encoded(protocol, raster, cells, cell, Some(id)).ok()?;
        self.next_id = self.next_id.max(id + 1);
        // A picture larger than the rest of the budget is sent as a whole, and those after it wait for longer.
        self.budget -= sequence.len() as f64;
        let place = format!("\x1b[{};{}H", area.y + 1, area.x + 1);
        sending.sequences.push_str(&place);
        sending.sequences.push_str(&sequence);
        Some(id)
    }
}

/// The root of the mean squared difference of two pictures over their pixels and parts; without an end where their sizes differ.
fn difference(one: &Raster, other: &Raster) -> f32 {
    if (one.width, one.pixels.len()) != (other.width, other.pixels.len()) {
        return f32::INFINITY;
    }
    let parts = one.pixels.iter().flatten().zip(other.pixels.iter().flatten());
    let squared: f32 = parts
        .map(|(&one, &other)| f32::from(one.abs_diff(other)).powi(2))
        .sum();
    (squared / (3 * one.pixels.len()).max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        let wanted = collect(true, || {
            for position in AREA.positions() {
                buffer[position].set_bg(Color::Rgb(1, 2, 3));
            }
            want(AREA, &buffer, || Some(picture(grey)));
            if covered {
                buffer.set_string(3, 1, "dialog", ratatui::style::Style::new());
            }
        });
        let now = pixels.refilled_at;
        let sending = pixels.place(protocol, &wanted, &mut buffer, None, now);
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
            let (other, skipped) = draw(&mut pixels, protocol, 40, false);
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
        let (late, skipped) = draw(&mut pixels, Protocol::Sixel, 40, false);
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
        pixels.refill(BYTES_PER_SECOND, pixels.refilled_at + Duration::from_secs(10_000));
        assert_eq!(pixels.budget, BYTES_PER_SECOND);
        pixels.refill(960.0 * SHARE, pixels.refilled_at);
        assert_eq!(pixels.budget, 480.0, "a slow line fills less at once");
        let (sent, _) = draw(&mut pixels, Protocol::Sixel, 40, false);
        assert!(sent.complete && !sent.sequences.is_empty());
    }

    #[test]
    fn a_picture_that_moves_is_sent_where_it_differs_visibly_and_when_it_rests() {
        let mut pixels = Pixels::default();
        let start = pixels.refilled_at;
        let mut at = |milliseconds: u64, grey: u8| {
            let mut buffer = frame();
            let wanted = collect(true, || want(AREA, &buffer, || Some(picture(grey))));
            let now = start + Duration::from_millis(milliseconds);
            let sending = pixels.place(Protocol::Kitty, &wanted, &mut buffer, None, now);
            (!sending.sequences.is_empty(), sending.complete)
        };
        assert_eq!(at(0, 100), (true, true));
        assert_eq!(at(100, 103), (false, false), "hardly another one");
        assert_eq!(at(200, 115), (true, true));
        assert_eq!(at(300, 117), (false, false));
        assert_eq!(at(1_400, 117), (true, true), "it rests");
        assert_eq!(at(1_500, 117), (false, true));
    }

    #[test]
    fn nothing_is_collected_where_nobody_asks() {
        want(AREA, &frame(), || panic!("no picture is made"));
    }
}
