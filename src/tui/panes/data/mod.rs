//! The data browser: pages of training or test items, of a class or of all, in the order of the data or of their bounds.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use geometry::geometry;

use super::{Kind, Pane, Place};
use crate::data::{ItemPlace, Part};
use crate::explore::browse::{BrowsedItem, Page};
use crate::pictures::raster::Raster;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, DataFacts, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::block_image::{BlockImage, Scale};
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "data",
    title: "Data browser",
    heading: "Data browser",
    letter: 'd',
    place: Place::Whole,
    everywhere: &[Command {
        name: "data.show",
        keys: &[character('6')],
        help: "the data, page by page, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(DataBrowser::default()),
};

/// What is listed, where in it a person is, and the newest answers.
pub struct DataBrowser {
    /// Which part.
    pub part: Part,
    /// Only items of this class, by its place among the data's.
    pub class: Option<u16>,
    /// In which order.
    pub order: Order,
    /// The place of the selected item among those that are listed.
    place: usize,
    ranking: Option<Ranking>,
    shown: Option<Shown>,
}

/// The order of what is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// That of the data.
    #[default]
    Place,
    /// The lowest bound first: what the model explains worst.
    LowestBound,
    /// The highest bound first.
    HighestBound,
}

/// Items in the order of their bounds. It stays while training goes on, so that no item moves away from under the eye.
struct Ranking {
    part: Part,
    class: Option<u16>,
    /// Training points that the parameters had seen.
    samples: u64,
    /// The lowest bound first.
    items: Vec<usize>,
}

/// The newest page that was handed out.
struct Shown {
    number: u64,
    /// Training points that the parameters had seen.
    samples: u64,
    part: Part,
    page: Page,
    items: Vec<BrowsedItem>,
}

impl Default for DataBrowser {
    /// All test items, which the other panes show too, in their order.
    fn default() -> Self {
        Self {
            part: Part::Test,
            class: None,
            order: Order::default(),
            place: 0,
            ranking: None,
            shown: None,
        }
    }
}

impl DataBrowser {
    /// The ranking of what is listed, where it is wanted and known.
    fn ranking(&self) -> Option<&Ranking> {
        let ranking = self.ranking.as_ref().filter(|_| self.order != Order::Place);
        ranking.filter(|ranking| (ranking.part, ranking.class) == (self.part, self.class))
    }

    /// How many items are listed: those of the class, or as many of them as were ranked.
    fn listed(&self, data: &DataFacts) -> usize {
        let members = data.items(self.part, self.class);
        self.ranking().map_or(members, |ranking| ranking.items.len())
    }

    /// The place of the selected item among those that are listed, of which there may be fewer than before.
    pub fn place(&self, data: &DataFacts) -> usize {
        self.place.min(self.listed(data).saturating_sub(1))
    }

    /// The place of the first item of the page that the selected one is on, when `length` items are on a page.
    fn first(&self, data: &DataFacts, length: usize) -> usize {
        let place = self.place(data);
        place - place.checked_rem(length).unwrap_or(0)
    }

    /// The page that the selected item is on, in an `area` of this size; none where there is no room or no item, and before
    /// their order is known.
    fn page(&self, data: &DataFacts, area: Rect) -> Option<Page> {
        let length = geometry(area, data.shape).page();
        let first = self.first(data, length);
        let count = length.min(self.listed(data) - first);
        if count == 0 {
            return None;
        }
        if self.order == Order::Place {
            let class = self.class;
            return Some(Page::Stretch { class, first, count });
        }
        let items = &self.ranking()?.items;
        Some(Page::Items(match self.order {
            Order::HighestBound => items.iter().rev().skip(first).take(count).copied().collect(),
            Order::Place | Order::LowestBound => items[first..first + count].to_vec(),
        }))
    }

    /// The items of the page that the selected one is on, and when they were looked at; none before they are known.
    fn shown(&self, data: &DataFacts, area: Rect) -> Option<&Shown> {
        let page = self.page(data, area)?;
        let shown = self.shown.as_ref()?;
        (shown.part == self.part && shown.page == page).then_some(shown)
    }

    /// The selected item and those that follow it on its page; none before they are known.
    pub fn from_selected(&self, data: &DataFacts, area: Rect) -> &[BrowsedItem] {
        let first = self.first(data, geometry(area, data.shape).page());
        let items = self.shown(data, area).map_or(&[][..], |shown| &shown.items);
        items.get(self.place(data) - first..).unwrap_or_default()
    }
}

impl Pane for DataBrowser {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn turn_to_moment(&mut self) {
        self.ranking = None;
    }

    /// The order first, where it is not known yet; then the page.
    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let data = &app.workspace()?.data;
        let (part, class) = (self.part, self.class);
        if self.order != Order::Place && self.ranking().is_none() {
            return (data.items(part, class) > 0).then_some(Question::Rank { part, class });
        }
        let page = self.page(data, area)?;
        Some(Question::Browse { part, page })
    }

    fn answered(&mut self, answered: Answered) {
        let is_overtaken = self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.number > answered.number);
        let samples = answered.samples;
        match (answered.question, answered.answer) {
            (Question::Browse { part, page }, Answer::Browsed(items)) if !is_overtaken => {
                self.shown = Some(Shown {
                    number: answered.number,
                    samples,
                    part,
                    page,
                    items,
                });
            }
            (Question::Rank { part, class }, Answer::Ranked(items)) => {
                self.ranking = Some(Ranking {
                    part,
                    class,
                    samples,
                    items: items.into_iter().map(|(item, _)| item).collect(),
                });
            }
            _ => {}
        }
    }

    fn pointed(&self, app: &App) -> Option<Origin> {
        let area = app.visible(KIND.name)?;
        let item = self.from_selected(&app.workspace()?.data, area).first()?.item;
        let part = self.part;
        Some(Origin::item(ItemPlace { part, item }))
    }

    fn picture(&self, app: &App, area: Rect) -> Option<Raster> {
        let data = &app.workspace()?.data;
        let items = self.shown(data, area)?.items.iter();
        let rasters =
            items.map(|found| BlockImage::of(app, &found.values, data.shape, Scale::Values).raster());
        let rasters: Vec<Raster> = rasters.collect::<Option<_>>()?;
        (!rasters.is_empty()).then(|| Raster::sheet(&rasters, geometry(area, data.shape).columns))
    }

    /// The lower bound of the selected item, in nats.
    fn value(&self, app: &App) -> Option<String> {
        let items = self.from_selected(&app.workspace()?.data, app.visible(KIND.name)?);
        Some(items.first()?.terms.lower_bound().to_string())
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
