//! Anomalies: the items that a model finds most unusual, by a score, and how many lie beyond what training items score.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;
mod scoring;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use geometry::{Geometry, geometry};
use scoring::Extent;
pub use scoring::{Ranked, Score, Scoring, Verdict};

use super::{Kind, Pane, Place};
use crate::data::{ItemPlace, Part};
use crate::explore::browse::{BrowsedItem, Page};
use crate::explore::surprise::Surprise;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "anomalies",
    title: "Anomalies",
    heading: "Anomalies",
    letter: 'a',
    place: Place::Whole,
    everywhere: &[Command {
        name: "anomalies.show",
        keys: &[],
        help: "what the model finds unusual, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Anomalies::default()),
};

/// What is ranked and how, where a person is in it, and the newest answers.
pub struct Anomalies {
    /// Which part.
    pub part: Part,
    /// By which number.
    pub score: Score,
    /// Whether the least unusual items come first.
    pub from_best: bool,
    /// The place among [`QUANTILES`] of the share of the training items below the threshold.
    pub quantile: usize,
    /// The class that ought to be unusual, by its place among the data's.
    pub odd_class: Option<u16>,
    /// Whether each item has its surprise beside it.
    pub shows_surprise: bool,
    /// The place of the selected item in the ranking.
    place: usize,
    extent: Extent,
    /// The numbers so far.
    scoring: Option<Scoring>,
    /// What follows from them, kept since it takes a sort.
    verdict: Verdict,
    page: Option<Shown>,
    surprises: Vec<Surprise>,
}

/// Shares of the training items that lie below the threshold.
pub const QUANTILES: [f64; 3] = [0.95, 0.99, 0.999];

/// The newest page that was handed out.
struct Shown {
    number: u64,
    part: Part,
    places: Vec<usize>,
    items: Vec<BrowsedItem>,
}

impl Default for Anomalies {
    fn default() -> Self {
        Self {
            part: Part::Test,
            score: Score::default(),
            from_best: false,
            quantile: 1,
            odd_class: None,
            shows_surprise: false,
            place: 0,
            extent: Extent::default(),
            scoring: None,
            verdict: Verdict::default(),
            page: None,
            surprises: Vec::new(),
        }
    }
}

impl Anomalies {
    /// The share of the training items below the threshold.
    fn quantile(&self) -> f64 {
        QUANTILES[self.quantile.min(QUANTILES.len() - 1)]
    }

    /// The numbers of what is looked at, as far as they are known.
    pub fn scoring(&self) -> Option<&Scoring> {
        self.scoring
            .as_ref()
            .filter(|scoring| scoring.is_of(self.part, self.score.needs_importance()))
    }

    fn no_numbers(&self) -> Scoring {
        Scoring::new(self.part, self.score.needs_importance(), self.extent)
    }

    /// What follows from the numbers so far.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Ranks anew: the numbers or what is made of them are different.
    fn judge(&mut self) {
        let verdict = self
            .scoring()
            .map(|scoring| scoring.judge(self.score, self.quantile(), self.odd_class));
        self.verdict = verdict.unwrap_or_default();
        if self.from_best {
            self.verdict.ranked.reverse();
        }
    }

    /// The place of the selected item in the ranking.
    pub fn place(&self) -> usize {
        self.place.min(self.verdict.ranked.len().saturating_sub(1))
    }

    /// The first place of the page that the selected item is on, when `length` items are on a page.
    fn first(&self, length: usize) -> usize {
        let place = self.place();
        place - place.checked_rem(length).unwrap_or(0)
    }

    /// The items of that page, by their places in the part.
    fn places(&self, length: usize) -> Vec<usize> {
        let ranked = self.verdict.ranked.iter().skip(self.first(length)).take(length);
        ranked.map(|ranked| ranked.item).collect()
    }

    fn geometry(&self, workspace: &Workspace, area: Rect) -> Geometry {
        geometry(area, workspace.data.shape, self.shows_surprise)
    }
}

impl Pane for Anomalies {
    fn begin(&mut self, workspace: &Workspace) {
        *self = Self {
            extent: Extent::of(workspace),
            ..Self::default()
        };
    }

    fn turn_to_moment(&mut self) {
        self.scoring = None;
    }

    /// Numbers first, some items at a time, so that others are answered in between; then the surprise of what is on the page.
    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let next = match self.scoring() {
            None => self.no_numbers().next(),
            Some(scoring) if !scoring.is_stopped => scoring.next(),
            Some(_) => None,
        };
        next.or_else(|| {
            let length = self.geometry(workspace, area).page();
            let items = self.places(length);
            let part = self.part;
            (self.shows_surprise && !items.is_empty()).then_some(Question::Surprise { part, items })
        })
    }

    fn cursor_question(&self, app: &App, area: Rect) -> Option<Question> {
        let length = self.geometry(app.workspace()?, area).page();
        let items = self.places(length);
        let part = self.part;
        (!items.is_empty()).then_some(Question::Browse {
            part,
            page: Page::Items(items),
        })
    }

    fn break_off(&mut self) -> bool {
        match &mut self.scoring {
            Some(scoring) if scoring.is_under_way() => {
                scoring.is_stopped = true;
                true
            }
            _ => false,
        }
    }

    fn answered(&mut self, answered: Answered) {
        let Answered {
            number,
            samples,
            question,
            answer,
            ..
        } = answered;
        match (question, answer) {
            (question @ Question::Score { .. }, Answer::Scored(scored)) => {
                if self.scoring().is_none() {
                    self.scoring = Some(self.no_numbers());
                }
                if let Some(scoring) = &mut self.scoring {
                    scoring.take_in(&question, scored, samples);
                }
                self.judge();
            }
            (
                Question::Browse {
                    part,
                    page: Page::Items(places),
                },
                Answer::Browsed(items),
            ) => {
                let is_overtaken = self.page.as_ref().is_some_and(|page| page.number > number);
                if !is_overtaken {
                    self.page = Some(Shown {
                        number,
                        part,
                        places,
                        items,
                    });
                }
            }
            (Question::Surprise { .. }, Answer::Surprised(surprises)) => self.surprises = surprises,
            _ => {}
        }
    }

    fn pointed(&self, _app: &App) -> Option<Origin> {
        let item = self.verdict.ranked.get(self.place())?.item;
        let part = self.part;
        Some(Origin::item(ItemPlace { part, item }))
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
