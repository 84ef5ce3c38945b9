//! Where everything stands, for every size of the terminal.
//!
//! ```text
//! header                                header
//! +- Training ----+- Traversal ---+     +- Training --------------+
//! |               |               |     |                         |
//! +---------------+               |     |   (one pane below       |
//! +- Reconstruct.-+               |     |    100 x 30, or zoomed) |
//! |               |               |     |                         |
//! +---------------+---------------+     +-------------------------+
//! footer                                footer
//! ```
//!
//! Which pane stands in which of the three places, and where the borders run, a person may change: the [`Plan`]. What a pane does
//! with its place stands in its own folder.

use ratatui::layout::{Constraint, Layout, Margin, Position, Rect};

use super::panes::{self, KINDS, Kind, Place};
use crate::config::layout::LayoutFile;

/// The smallest terminal that shows panes beside one another.
const SEVERAL_PANES: (u16, u16) = (100, 30);
/// The fewest columns and rows that a pane beside others has, its frame included.
const LEAST_PANE: (u16, u16) = (20, 5);
/// The places, in the order in which a plan has their panes.
const PLACES: [Place; 3] = [Place::UpperLeft, Place::LowerLeft, Place::Right];
/// Parts of a width or a height in which a border is kept.
const WHOLE: u16 = 1_000;

/// How a large screen is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The names of the panes in [`PLACES`].
    panes: [&'static str; 3],
    /// The part of the width that the left has, in thousandths.
    left: u16,
    /// The part of the height that the lower left has; none for the usual height.
    lower: Option<u16>,
}

/// A border that can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Between left and right.
    Upright,
    /// Between the upper and the lower left.
    Level,
}

impl Default for Plan {
    /// Every pane in the place that it has in the registry.
    fn default() -> Self {
        let of_place = |place| KINDS.iter().find(|kind| kind.place == place);
        Self {
            panes: PLACES.map(|place| of_place(place).unwrap_or(&KINDS[0]).name),
            left: WHOLE / 2,
            lower: None,
        }
    }
}

impl Plan {
    /// The plan that a person made.
    ///
    /// # Errors
    /// If it names a pane that is none, or one pane twice: in a sentence.
    pub fn of(file: &LayoutFile) -> Result<Self, String> {
        let LayoutFile {
            upper_left,
            lower_left,
            right,
            left,
            lower,
        } = file;
        let usual = "the panes stand in their usual places";
        let mut found = Self::default();
        for (place, name) in [upper_left, lower_left, right].into_iter().enumerate() {
            let kind = panes::kind(name).ok_or(format!("layout.ron: there is no pane {name:?}; {usual}"))?;
            if found.panes[..place].contains(&kind.name) {
                return Err(format!("layout.ron: {name:?} stands in two places; {usual}"));
            }
            found.panes[place] = kind.name;
        }
        (found.left, found.lower) = (*left, *lower);
        Ok(found)
    }

    /// The same as a file.
    pub fn file(&self) -> LayoutFile {
        let [upper_left, lower_left, right] = self.panes.map(str::to_owned);
        LayoutFile {
            upper_left,
            lower_left,
            right,
            left: self.left,
            lower: self.lower,
        }
    }

    /// Where a pane stands.
    pub fn place(&self, kind: &Kind) -> Place {
        let place = self.panes.iter().position(|name| *name == kind.name);
        place.map_or(Place::Whole, |place| PLACES[place])
    }

    /// The first of the panes that stand beside one another.
    pub fn first(&self) -> &'static Kind {
        panes::kind(self.panes[0]).unwrap_or(KINDS[0])
    }

    /// Puts a pane into a place. What stood there goes to where the pane came from, or to a screen of its own.
    pub fn put(&mut self, kind: &Kind, place: Place) {
        let Some(to) = PLACES.iter().position(|other| *other == place) else {
            return;
        };
        match self.panes.iter().position(|name| *name == kind.name) {
            Some(from) => self.panes.swap(from, to),
            None => self.panes[to] = kind.name,
        }
    }

    /// Moves a border so that the left has so many columns of `body`, or the lower left so many rows.
    pub fn move_border(&mut self, border: Border, cells: u16, body: Rect) {
        let part = |cells: u16, of: u16| {
            let of = u32::from(of.max(1));
            ((u32::from(cells) * u32::from(WHOLE) + of / 2) / of).min(u32::from(WHOLE)) as u16
        };
        match border {
            Border::Upright => {
                self.left = part(within(cells, LEAST_PANE.0, body.width), body.width);
            }
            Border::Level => {
                self.lower = Some(part(within(cells, LEAST_PANE.1, body.height), body.height));
            }
        }
    }

    /// The three places in `body`.
    fn divide(&self, body: Rect) -> [Rect; 3] {
        let cells = |part: u16, of: u16| {
            ((u32::from(part) * u32::from(of) + u32::from(WHOLE) / 2) / u32::from(WHOLE)) as u16
        };
        let left = within(cells(self.left, body.width), LEAST_PANE.0, body.width);
        let usual = USUAL_LOWER.max(body.height / 2);
        let lower = self.lower.map_or(usual, |part| cells(part, body.height));
        let lower = within(lower, LEAST_PANE.1, body.height);
        let [left, right] = Layout::horizontal([Constraint::Length(left), Constraint::Min(0)]).areas(body);
        let [upper, lower] = Layout::vertical([Constraint::Min(0), Constraint::Length(lower)]).areas(left);
        [upper, lower, right]
    }
}

/// The fewest rows of the lower left where nobody chose another height.
const USUAL_LOWER: u16 = 15;

/// So many cells out of `all` that at least `least` are on either side, where there are as many.
fn within(cells: u16, least: u16, all: u16) -> u16 {
    cells.min(all.saturating_sub(least)).max(least).min(all)
}

/// Which part of the screen belongs to whom.
pub struct Arrangement {
    /// The line at the top.
    pub header: Rect,
    /// What lies between header and footer.
    pub body: Rect,
    /// The visible panes with their frames.
    pub panes: Vec<(&'static Kind, Rect)>,
    /// The line at the bottom.
    pub footer: Rect,
}

/// Divides the screen as planned; the pane with the `focus` may be `zoomed`.
pub fn arrange(area: Rect, plan: &Plan, focus: &'static Kind, zoomed: bool) -> Arrangement {
    let [header, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    let is_large = area.width >= SEVERAL_PANES.0 && area.height >= SEVERAL_PANES.1;
    let panes = if is_large && !zoomed && plan.place(focus) != Place::Whole {
        let kinds = plan.panes.into_iter().filter_map(panes::kind);
        kinds.zip(plan.divide(body)).collect()
    } else {
        vec![(focus, body)]
    };
    Arrangement {
        header,
        body,
        panes,
        footer,
    }
}

impl Arrangement {
    /// The border under a place: the frames of the panes on both of its sides.
    pub fn border_at(&self, at: Position) -> Option<Border> {
        let [(_, upper), (_, lower), (_, right)] = self.panes[..] else {
            return None;
        };
        let is_at = |at: u16, border: u16| at == border || at + 1 == border;
        if !self.body.contains(at) {
            None
        } else if is_at(at.x, right.x) {
            Some(Border::Upright)
        } else if is_at(at.y, lower.y) && upper.x <= at.x && at.x < right.x {
            Some(Border::Level)
        } else {
            None
        }
    }

    /// Cells that the left, or the lower left, has of the body; none where one pane fills it.
    pub fn border(&self, border: Border) -> Option<u16> {
        let [_, (_, lower), _] = self.panes[..] else {
            return None;
        };
        Some(match border {
            Border::Upright => lower.width,
            Border::Level => lower.height,
        })
    }
}

/// The inside of a pane's frame.
pub fn inside(pane: Rect) -> Rect {
    pane.inner(Margin::new(1, 1))
}

/// Whether the inside of a pane has the rows for pictures of the larger size.
pub fn is_tall(area: Rect) -> bool {
    area.height >= 40
}

/// Columns that an image of `width` x `height` pixels takes when it is `rows` cells high, at least one and at most
/// `most`: wider images are lower, to keep their proportions.
pub fn columns_for(rows: u16, width: usize, height: usize, most: u16) -> u16 {
    let columns = (2.0 * f64::from(rows) * width as f64 / height.max(1) as f64).round();
    (columns as u16).min(most).max(1)
}

/// Images of so many pixels that are decoded for one pane: a screen full of thin ones would take seconds.
pub fn affordable(width: usize, height: usize) -> usize {
    const PIXELS: usize = 1 << 22;
    (PIXELS / (width * height).max(1)).max(1)
}

/// At most `columns` by `rows` images, and not more than `most` of them.
pub fn sheet(columns: u16, rows: u16, most: usize) -> (usize, usize) {
    let columns = usize::from(columns).min(most);
    (columns, usize::from(rows).min(most / columns.max(1)))
}

/// The first of `shown` rows out of `all` so that `selected` stands in the middle where it can.
pub fn window(selected: usize, shown: usize, all: usize) -> usize {
    selected.saturating_sub(shown / 2).min(all.saturating_sub(shown))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pane_that_is_put_into_a_place_changes_places_with_what_stood_there() {
        let mut plan = Plan::default();
        let at = |plan: &Plan| plan.panes;
        assert_eq!(at(&plan), ["training", "reconstruction", "traversal"]);
        let kind = |name| panes::kind(name).unwrap();
        plan.put(kind("training"), Place::Right);
        assert_eq!(at(&plan), ["traversal", "reconstruction", "training"]);
        plan.put(kind("map"), Place::Right);
        assert_eq!(at(&plan), ["traversal", "reconstruction", "map"]);
        assert_eq!(plan.place(kind("training")), Place::Whole);
        assert_eq!(Plan::of(&plan.file()), Ok(plan));
    }

    #[test]
    fn a_file_that_makes_no_plan_says_why() {
        let file = |upper: &str, right: &str| LayoutFile {
            upper_left: upper.into(),
            right: right.into(),
            ..Plan::default().file()
        };
        for (file, word) in [
            (file("no such", "map"), "no such"),
            (file("map", "map"), "two places"),
            (file("", "map"), "no pane"),
            (file("training\x1b[2J", "map"), "no pane"),
        ] {
            let fault = Plan::of(&file).unwrap_err();
            assert!(fault.contains(word) && !fault.contains('\x1b'), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn panes_fill_the_body_and_a_border_stays_where_it_was_put(
            width in 0_u16..400,
            height in 0_u16..200,
            left in any::<u16>(),
            lower in any::<Option<u16>>(),
            to in (any::<u16>(), any::<u16>()),
        ) {
            let area = Rect::new(0, 0, width, height);
            let mut plan = Plan { left, lower, ..Plan::default() };
            for _ in 0..2 {
                let Arrangement { header, body, panes, footer } = arrange(area, &plan, KINDS[0], false);
                let cells = |area: &Rect| usize::from(area.width) * usize::from(area.height);
                let of_panes: usize = panes.iter().map(|(_, area)| cells(area)).sum();
                prop_assert_eq!(of_panes, cells(&body));
                prop_assert_eq!(of_panes + cells(&header) + cells(&footer), cells(&area));
                for (_, pane) in &panes {
                    prop_assert_eq!(pane.intersection(body), *pane);
                    let is_enough = pane.width >= LEAST_PANE.0 && pane.height >= LEAST_PANE.1;
                    prop_assert!(panes.len() == 1 || is_enough, "{:?}", pane);
                }
                if panes.len() == 3 {
                    let columns = to.0 % (body.width - 2 * LEAST_PANE.0) + LEAST_PANE.0;
                    let rows = to.1 % (body.height - 2 * LEAST_PANE.1) + LEAST_PANE.1;
                    plan.move_border(Border::Upright, columns, body);
                    plan.move_border(Border::Level, rows, body);
                    let moved = arrange(area, &plan, KINDS[0], false);
                    prop_assert_eq!(moved.border(Border::Upright), Some(columns));
                    prop_assert_eq!(moved.border(Border::Level), Some(rows));
                    let at = |x, y| moved.border_at(Position::new(x, y));
                    prop_assert_eq!(at(columns, 3), Some(Border::Upright));
                    prop_assert_eq!(at(columns - 1, 3), Some(Border::Upright));
                    prop_assert_eq!(at(3, body.bottom() - rows), Some(Border::Level));
                    prop_assert_eq!(at(3, body.bottom() - rows + 1), None);
                    prop_assert_eq!(at(columns, 0), None);
                }
            }
        }
    }

    #[test]
    fn the_window_keeps_the_selection_inside() {
        for all in 0..30 {
            for shown in 0..12 {
                for selected in 0..all {
                    let first = window(selected, shown, all);
                    assert!(shown == 0 || (first..first + shown).contains(&selected));
                    assert!(first + shown <= all.max(shown));
                }
            }
        }
    }
}
