//! The map: where the items lie in the latent space, and what stands at the place where the cursor is.

mod colours;
mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;
mod scatter;
mod search;

use std::cell::{Ref, RefCell};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;
use serde::{Deserialize, Serialize};

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::data::{ItemPlace, Part};
use crate::explore::browse::BrowsedItem;
use crate::explore::neighbour_map::{EPOCHS, NeighbourMap};
use crate::explore::projection::{Projected, Projection};
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::text_field::TextField;
use crate::tui::workspace::Workspace;
use scatter::{Cell, Frame};

/// In the registry.
pub const KIND: Kind = Kind {
    name: "map",
    title: "Map",
    heading: "Map of the latent space",
    letter: 'm',
    place: Place::Whole,
    everywhere: &[Command {
        name: "map.show",
        keys: &[character('7')],
        help: "the map of the latent space, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Map::default()),
};

/// What is mapped and how, where the cursor is, and the newest answers.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Map {
    /// From which side.
    pub view: View,
    /// What the colours say.
    pub colouring: Colouring,
    /// Which part.
    pub part: Part,
    /// The dimensions to the right and upwards; none for the two most informative ones.
    pub axes: Option<(usize, usize)>,
    /// Where the cursor is, in the units of the view.
    #[serde(skip)]
    pub cursor: [f32; 2],
    /// The item that the cursor was put on; none once it moved on.
    #[serde(skip)]
    pub on: Option<usize>,
    /// What is searched for.
    #[serde(skip)]
    pub search: TextField,
    /// Whether that is being written.
    #[serde(skip)]
    pub is_writing: bool,
    #[serde(skip)]
    projected: Option<Seen>,
    #[serde(skip)]
    neighbours: Option<Neighbours>,
    #[serde(skip)]
    bounds: Option<Bounds>,
    #[serde(skip)]
    beside: Option<Beside>,
    /// How often positions or bounds became others.
    #[serde(skip)]
    answers: u64,
    /// The cells of the points as they were drawn last.
    #[serde(skip)]
    drawn: RefCell<Option<Drawn>>,
}

/// Cells of points, and what they were made of.
struct Drawn {
    of: Basis,
    cells: Vec<Cell>,
}

/// What the cells of the points depend on: which answers, from which side, coloured how, in an area of how many columns and rows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis {
    answers: u64,
    part: Part,
    view: View,
    colouring: Colouring,
    size: (u16, u16),
}

/// The side from which the latent space is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// Along two of its dimensions.
    #[default]
    Dimensions,
    /// Along the two principal components of the posterior means.
    Principal,
    /// Not from a side: items that are neighbours lie near one another.
    Neighbours,
}

/// What the colours say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colouring {
    /// The class of the items.
    #[default]
    Class,
    /// Their lower bound.
    Bound,
}

/// The newest projection that was handed out.
struct Seen {
    number: u64,
    samples: u64,
    part: Part,
    projection: Projection,
    found: Projected,
}

/// The map of neighbours. It is asked for, and stays while training goes on.
struct Neighbours {
    part: Part,
    /// Training points that the parameters had seen when it was begun; none before its first answer.
    samples: Option<u64>,
    map: Option<Box<NeighbourMap>>,
    is_unfolding: bool,
}

/// The lower bound of every item in nats, in the order of the part.
struct Bounds {
    part: Part,
    of_items: Vec<f32>,
    /// The bounds below and above which all items have the same colour.
    scale: (f32, f32),
}

/// The share of the items that lie below the scale of colours, and of those above it.
const TAILS: f64 = 0.02;

impl Bounds {
    fn new(part: Part, of_items: Vec<f32>) -> Self {
        let mut sorted: Vec<f32> = of_items.iter().copied().filter(|bound| !bound.is_nan()).collect();
        let tail = (TAILS * sorted.len() as f64) as usize;
        sorted.sort_unstable_by(f32::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(0.0);
        Self {
            part,
            scale: (at(tail), at(sorted.len().saturating_sub(tail + 1))),
            of_items,
        }
    }
}

/// The newest answer about the cursor.
struct Beside {
    number: u64,
    from: Origin,
    start: Vec<f32>,
    image: Vec<f32>,
    items: Vec<BrowsedItem>,
}

/// Items that are shown beside the cursor.
const BESIDE: usize = 5;

impl Default for Map {
    fn default() -> Self {
        Self {
            view: View::default(),
            colouring: Colouring::default(),
            part: Part::Test,
            axes: None,
            cursor: [0.0; 2],
            on: None,
            search: TextField::default(),
            is_writing: false,
            projected: None,
            neighbours: None,
            bounds: None,
            beside: None,
            answers: 0,
            drawn: RefCell::new(None),
        }
    }
}

impl Map {
    /// The dimensions to the right and upwards.
    pub fn dimensions(&self, workspace: &Workspace) -> (usize, usize) {
        let order = workspace.order();
        let most = (order[0], order.get(1).copied().unwrap_or(order[0]));
        self.axes
            .filter(|axes| axes.0.max(axes.1) < order.len())
            .unwrap_or(most)
    }

    /// The projection that the view asks for; beside a map of neighbours the principal components, which say the classes.
    fn projection(&self, workspace: &Workspace) -> Projection {
        match self.view {
            View::Dimensions => {
                let (right, up) = self.dimensions(workspace);
                Projection::Dimensions { right, up }
            }
            View::Principal | View::Neighbours => Projection::Principal,
        }
    }

    /// The newest projection of the part, whichever it is.
    fn seen(&self) -> Option<&Seen> {
        self.projected.as_ref().filter(|seen| seen.part == self.part)
    }

    /// The map of neighbours of the part, if it is looked at.
    fn neighbours(&self) -> Option<&Neighbours> {
        let neighbours = self.neighbours.as_ref().filter(|_| self.view == View::Neighbours);
        neighbours.filter(|neighbours| neighbours.part == self.part)
    }

    /// Where the items lie, in the order of the part; none before that is known.
    pub fn positions(&self) -> &[[f32; 2]] {
        match self.neighbours() {
            Some(neighbours) => neighbours.map.as_ref().map_or(&[], |map| &map.positions),
            None => self.seen().map_or(&[], |seen| &seen.found.positions),
        }
    }

    /// The class of each of them.
    fn classes(&self) -> &[Option<u16>] {
        self.seen().map_or(&[], |seen| &seen.found.classes)
    }

    /// The bound of each of them, where that is shown and known.
    fn bounds(&self) -> Option<&Bounds> {
        let bounds = self
            .bounds
            .as_ref()
            .filter(|_| self.colouring == Colouring::Bound);
        bounds.filter(|bounds| bounds.part == self.part)
    }

    /// The cells in which the points lie, in an area: as they were drawn last, unless that was something else.
    fn cells(&self, group: impl Fn(usize) -> u32, area: Rect) -> Ref<'_, [Cell]> {
        let of = Basis {
            answers: self.answers,
            part: self.part,
            view: self.view,
            colouring: self.colouring,
            size: (area.width, area.height),
        };
        let is_drawn = self.drawn.borrow().as_ref().is_some_and(|drawn| drawn.of == of);
        if !is_drawn {
            let cells = scatter::cells(self.positions(), group, area);
            *self.drawn.borrow_mut() = Some(Drawn { of, cells });
        }
        Ref::map(self.drawn.borrow(), |drawn| {
            drawn.as_ref().map_or(&[][..], |drawn| &drawn.cells)
        })
    }

    /// Has the bounds asked for anew: they are of parameters that are not looked at any more.
    fn forget_bounds(&mut self) {
        self.bounds = None;
        self.answers += 1;
    }

    /// How far the map of neighbours is, from 0 to 1, while it unfolds.
    pub fn unfolding(&self) -> Option<f32> {
        let unfolding = self.neighbours().filter(|neighbours| neighbours.is_unfolding)?;
        Some(
            unfolding
                .map
                .as_ref()
                .map_or(0.0, |map| map.epoch as f32 / EPOCHS as f32),
        )
    }

    /// The items nearest to the cursor as the map shows it, the nearest first.
    pub fn nearest(&self) -> Vec<usize> {
        let positions = self.positions();
        Frame::around(positions).nearest(positions, self.cursor, BESIDE)
    }

    /// The item that the cursor stands on: where it was put, and the nearest one on a map that has no places between items.
    fn standing_on(&self) -> Option<ItemPlace> {
        let item = match self.neighbours() {
            Some(_) => self.nearest().first().copied(),
            None => self.on,
        };
        let part = self.part;
        item.map(|item| ItemPlace { part, item })
    }

    /// The latent vector that the selected point has; none before it is known.
    fn selected_latent<'a>(&'a self, app: &'a App) -> Option<&'a [f32]> {
        let point = &app.selection.point;
        let known = self
            .beside
            .as_ref()
            .filter(|beside| beside.from.item == point.item);
        let latent = point.latent.as_deref().or(known.map(|beside| &beside.start[..]));
        latent.filter(|latent| !latent.is_empty())
    }

    /// What the cursor stands on, an item or a point of the plane: through the selected point for two dimensions, through the mean
    /// of all for the principal components. Until the selected point is known, that itself.
    pub fn at_cursor(&self, app: &App) -> Option<Origin> {
        if let Some(item) = self.standing_on() {
            return Some(Origin::item(item));
        }
        let plane = &self.seen()?.found.plane;
        let point = &app.selection.point;
        let latent = match self.view {
            View::Dimensions => self.selected_latent(app).map(|z| plane.moved(z, self.cursor)),
            View::Principal | View::Neighbours => Some(plane.moved(&plane.origin, self.cursor)),
        };
        Some(Origin {
            item: point.item,
            latent: latent.or_else(|| point.latent.clone()),
        })
    }

    /// Where a point lies, if that is known.
    fn position_of(&self, point: &Origin) -> Option<[f32; 2]> {
        match (&point.latent, point.item) {
            (None, Some(place)) if place.part == self.part => self.positions().get(place.item).copied(),
            (Some(latent), _) if self.neighbours().is_none() => {
                Some(self.seen()?.found.plane.position(latent))
            }
            _ => None,
        }
    }
}

impl Pane for Map {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(self).ok()
    }

    fn restore(&mut self, saved: &RawValue) -> bool {
        saved.into_rust().map(|state| *self = state).is_ok()
    }

    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn turn_to_moment(&mut self) {
        self.forget_bounds();
    }

    fn pointed(&self, app: &App) -> Option<Origin> {
        self.at_cursor(app)
    }

    /// The projection first; then what is asked for once, a map of neighbours piece after piece and the bounds; then the projection
    /// again, as the run learns.
    fn question(&self, app: &App, _area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let part = self.part;
        if workspace.data.items(part, None) == 0 {
            return None;
        }
        let projection = self.projection(workspace);
        if self.seen().is_some() {
            if let Some(Neighbours {
                is_unfolding: true,
                map,
                ..
            }) = self.neighbours()
            {
                let map = map.clone();
                return Some(Question::Unfold { part, map });
            }
            if self.colouring == Colouring::Bound && self.bounds().is_none() {
                return Some(Question::Rank { part, class: None });
            }
            if self.neighbours().is_some() {
                return None;
            }
        }
        Some(Question::Project { part, projection })
    }

    fn cursor_question(&self, app: &App, _area: Rect) -> Option<Question> {
        Some(Question::Beside {
            from: self.at_cursor(app)?,
            part: self.part,
            items: self.nearest(),
        })
    }

    fn break_off(&mut self) -> bool {
        let unfolding = self
            .neighbours
            .as_mut()
            .filter(|neighbours| neighbours.is_unfolding);
        let Some(neighbours) = unfolding else {
            return false;
        };
        neighbours.is_unfolding = false;
        if neighbours.map.is_none() {
            self.neighbours = None;
            self.view = View::Principal;
        }
        true
    }

    fn answered(&mut self, answered: Answered) {
        let Answered {
            number,
            samples,
            question,
            answer,
            ..
        } = answered;
        // What stands under the cursor is no matter of the points.
        if !matches!(answer, Answer::Beside { .. }) {
            self.answers += 1;
        }
        match (question, answer) {
            (Question::Project { part, projection }, Answer::Projected(found)) => {
                let is_overtaken = self.projected.as_ref().is_some_and(|seen| seen.number > number);
                if !is_overtaken {
                    self.projected = Some(Seen {
                        number,
                        samples,
                        part,
                        projection,
                        found,
                    });
                    self.stay_on_item();
                }
            }
            (Question::Unfold { part, map: before }, Answer::Unfolded(map)) => {
                let neighbours = self.neighbours.as_mut();
                let awaited = neighbours.filter(|neighbours| {
                    neighbours.part == part && neighbours.is_unfolding && neighbours.map == before
                });
                if let Some(neighbours) = awaited {
                    neighbours.is_unfolding = map.epoch < EPOCHS;
                    neighbours.samples.get_or_insert(samples);
                    neighbours.map = Some(map);
                    self.stay_on_item();
                }
            }
            (Question::Rank { part, class: None }, Answer::Ranked(ranked)) => {
                let mut of_items = vec![f32::NAN; ranked.len()];
                for (item, bound) in ranked {
                    if let Some(place) = of_items.get_mut(item) {
                        *place = bound as f32;
                    }
                }
                self.bounds = Some(Bounds::new(part, of_items));
            }
            (Question::Beside { from, .. }, Answer::Beside { start, image, items }) => {
                let is_overtaken = self.beside.as_ref().is_some_and(|beside| beside.number > number);
                if !is_overtaken {
                    self.beside = Some(Beside {
                        number,
                        from,
                        start,
                        image,
                        items,
                    });
                }
            }
            _ => {}
        }
    }

    fn text(&mut self) -> Option<&mut TextField> {
        self.is_writing.then_some(&mut self.search)
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}

impl Map {
    /// Moves the cursor to where the item lies that it was put on.
    fn stay_on_item(&mut self) {
        if let Some(position) = self.on.and_then(|item| self.positions().get(item).copied()) {
            self.cursor = position;
        }
    }
}
