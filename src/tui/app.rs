//! Everything the screen shows, as plain data. Only [`update`](super::update) changes it.

use std::any::Any;
use std::collections::BTreeMap;

use ratatui::layout::Rect;
use ron::value::RawValue;

use super::colour::ColourDepth;
use super::command::History;
use super::command::keymap::Keymap;
use super::glyphs::Glyphs;
use super::layout::{self, Arrangement, Plan};
use super::message::Effect;
use super::mouse::Held;
use super::overlays::Overlay;
use super::panes::{self, Kind, Pane, Place};
use super::queue::Queue;
use super::theme::{self, Theme};
use super::tour::{self, Tour};
use super::workspace::Workspace;
use crate::data::ItemPlace;
use crate::entries;
use crate::explore::attribute::Applied;
use crate::language::{Language, tr};
use crate::learning::advice::Basis;
use crate::outputs::Output;
use crate::pictures::blocks::Drawing;
use crate::pictures::colour_map::ColourMap;
use crate::run::protocol::Origin;
use crate::run::{Answered, Question, State};
use crate::session::{Bookmark, Marked, View};
use crate::terminal_facts::{Blocks, Graphics, Protocol};

/// Everything that a frame is drawn from, and nothing else: no handle, no file, no model.
pub struct App {
    /// The part of the terminal that is drawn on.
    pub area: Rect,
    /// The colours that the terminal has.
    pub depth: ColourDepth,
    /// The characters that it has.
    pub glyphs: Glyphs,
    /// The language of what it says.
    pub language: Language,
    /// How pictures are drawn, as somebody chose.
    pub graphics: Graphics,
    /// The best blocks that it is known to have.
    pub best_blocks: Blocks,
    /// The protocol in which it answers that it draws pixels.
    pub pixels: Option<Protocol>,
    /// The colours of pictures that are grey by themselves.
    pub colour_map: ColourMap,
    /// Whether the terminal reports what the mouse does; else it selects text with it.
    pub mouse: bool,
    /// What a button of the mouse holds.
    pub held: Option<Held>,
    /// How a large screen is divided.
    pub plan: Plan,
    /// The pane that keys go to.
    pub focus: &'static Kind,
    /// Whether it fills the screen.
    pub zoomed: bool,
    /// The colours by what they mean; fewer of them are shown where `depth` has fewer.
    pub theme: Theme,
    /// What is selected, which panes share.
    pub selection: Selection,
    /// Whether the axes of curves are logarithmic.
    pub log_axis: bool,
    /// Whether the paper's curves are drawn, where it has one.
    pub paper: bool,
    /// Which key runs which command.
    pub keymap: Keymap,
    /// How selection and live settings were before the last commands.
    pub history: History,
    /// Commands that were run from the palette, the newest last.
    pub typed: Vec<String>,
    /// The panes, in the order of the registry.
    panes: Vec<Box<dyn Pane>>,
    /// States of panes as they were read: what this program doesn't understand of them is saved as it was.
    saved: BTreeMap<String, Saved>,
    /// The run, once it is there.
    pub stage: Stage,
    /// What stands in front of the panes.
    pub overlay: Option<Overlay>,
    /// The overlay that comes back once the question before it is answered.
    pub behind: Option<Overlay>,
    /// The tour, while a person is on it.
    pub tour: Option<Tour>,
    /// The last thing worth saying.
    pub notice: Option<Notice>,
    /// Whether something visible changed since the last frame.
    pub changed: bool,
    /// What is being written of a run.
    pub writing: Option<Output>,
    /// What advice was given about last: it is not given twice.
    pub advised: Option<Basis>,
    /// The run that was asked for and has not arrived.
    pub awaited: Option<Awaited>,
    /// Runs that wait for the one on the screen to reach its goal.
    pub queue: Queue,
    /// Runs that were asked for so far.
    requests: u64,
    /// Set when the program is to end: with an error, if it could not begin.
    pub ending: Option<Result<(), String>>,
    /// What is said once the screen is gone.
    pub farewell: Option<String>,
}

/// The state of a pane as it was read.
enum Saved {
    /// The pane took it; it may hold more than the pane knows.
    Understood(Box<RawValue>),
    /// The pane could not: it is saved as it is, unless the pane has another state by then than it had instead.
    Unread {
        saved: Box<RawValue>,
        instead: Option<Box<RawValue>>,
    },
}

/// What is selected, in whichever pane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The point of the latent space that panes look at, and the item that it came from.
    pub point: Origin,
    /// The other point, B: where a way through the latent space ends.
    pub other: Option<Origin>,
    /// Items that were marked, in two sets.
    pub marked: Marked,
    /// Points that were given a name, the oldest first.
    pub bookmarks: Vec<Bookmark>,
    /// Attributes that are added to the point, each with its strength.
    pub attributes: Vec<Applied>,
    /// The latent dimension; none for the most informative one.
    pub dimension: Option<usize>,
    /// The moment of training that is looked at, in training points seen; none for the present.
    pub time: Option<u64>,
    /// The test items on the page of reconstructions.
    pub images: Vec<usize>,
    /// The selected one of them.
    pub selected_image: usize,
}

/// How far the program has come.
pub enum Stage {
    /// The data is being read: what is done with which, and how far it is, from 0 to 1.
    Loading(String, f32),
    /// A run is on the screen.
    Ready(Box<Workspace>),
}

/// A run that was asked for, to take the place of the one on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The request's number; of two requests the later one counts.
    pub request: u64,
    /// Whether a person agreed that what is not saved of the present run is lost; until it goes on all the same.
    pub agreed: bool,
}

/// What is said in the footer; each error is a line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it says.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a notice is meant, which decides how much of it is shown and how long it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In passing, in one line.
    Said,
    /// To be read as a whole.
    Noted,
    /// Something went wrong: it stays until a key is pressed.
    Failed,
}

/// What follows a pane's name where its cursor asks.
const CURSOR: &str = ".cursor";

/// Errors that are shown at once.
const ERRORS: usize = 4;

impl App {
    /// The state before anything is loaded: the usual theme and keys, and a run that nobody has asked for yet.
    pub fn new(area: Rect, depth: ColourDepth) -> Self {
        Self {
            area,
            depth,
            glyphs: Glyphs::Unicode,
            language: Language::English,
            graphics: Graphics::Auto,
            best_blocks: Blocks::Quadrant,
            pixels: None,
            colour_map: ColourMap::Grey,
            mouse: true,
            held: None,
            plan: Plan::default(),
            focus: panes::KINDS[0],
            zoomed: false,
            theme: theme::DARK,
            selection: Selection::default(),
            log_axis: false,
            paper: true,
            keymap: Keymap::default(),
            history: History::default(),
            typed: Vec::new(),
            panes: panes::all(),
            saved: BTreeMap::new(),
            stage: Stage::Loading(tr!("opening").into(), 0.0),
            overlay: None,
            behind: None,
            tour: None,
            notice: None,
            changed: true,
            writing: None,
            advised: None,
            awaited: None,
            queue: Queue::default(),
            requests: 0,
            ending: None,
            farewell: None,
        }
    }

    /// What pictures are drawn with.
    pub fn drawing(&self) -> Drawing {
        Drawing::of(self.graphics, self.best_blocks, self.depth, self.glyphs)
    }

    /// The protocol in which pictures are drawn as pixels; none where they are characters.
    pub fn protocol(&self) -> Option<Protocol> {
        match self.graphics {
            // Pixels have colours.
            Graphics::Auto if self.depth != ColourDepth::Monochrome => self.pixels,
            chosen => chosen.protocol(),
        }
    }

    /// The run, once it is there.
    pub fn workspace(&self) -> Option<&Workspace> {
        match &self.stage {
            Stage::Ready(workspace) => Some(workspace),
            Stage::Loading(..) => None,
        }
    }

    /// Whether the trainer is at work.
    pub(super) fn is_running(&self) -> bool {
        self.workspace()
            .is_some_and(|workspace| workspace.progress.state == State::Running)
    }

    /// Says something in the footer, unless an error stands there: that stays until a key is pressed.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.tell(text.into(), Tone::Said);
    }

    /// Says something that is to be read as a whole, in the same place.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        self.tell(text.into(), Tone::Noted);
    }

    fn tell(&mut self, text: String, tone: Tone) {
        if !self.has_failure() {
            self.notice = Some(Notice { text, tone });
        }
    }

    /// Whether the footer says that something went wrong.
    pub fn has_failure(&self) -> bool {
        self.notice
            .as_ref()
            .is_some_and(|notice| notice.tone == Tone::Failed)
    }

    /// Says in the footer that something went wrong, below what went wrong before and was not answered yet.
    pub(super) fn complain(&mut self, text: impl Into<String>) {
        let text = text.into();
        let earlier = self
            .notice
            .take()
            .filter(|notice| notice.tone == Tone::Failed && notice.text != text);
        let text = match earlier {
            Some(earlier) if earlier.text.lines().any(|line| line == text) => earlier.text,
            Some(earlier) => {
                let lines: Vec<&str> = earlier.text.lines().chain([&*text]).collect();
                lines[lines.len().saturating_sub(ERRORS)..].join("\n")
            }
            None => text,
        };
        self.notice = Some(Notice {
            text,
            tone: Tone::Failed,
        });
    }

    /// The number of a request for a run, which is awaited from now on instead of any other.
    pub(super) fn await_run(&mut self, agreed: bool) -> u64 {
        self.requests += 1;
        self.awaited = Some(Awaited {
            request: self.requests,
            agreed,
        });
        self.requests
    }

    /// The request with this number, if the run that it asked for is still awaited: whatever comes of another was overtaken.
    pub(super) fn awaits(&self, request: u64) -> Option<Awaited> {
        self.awaited.filter(|awaited| awaited.request == request)
    }

    /// Whoever goes on with the present run has not left it, though another one is being opened.
    pub(super) fn go_on_with_this_run(&mut self) {
        if let Some(awaited) = &mut self.awaited {
            awaited.agreed = false;
        }
    }

    /// Puts a run on the screen, looked at as `view` says, as far as that fits the run.
    pub(super) fn begin(&mut self, workspace: Workspace, view: View) {
        let (latent, items) = (
            workspace.progress.configuration.latent_dimensions(),
            workspace.data.test_items,
        );
        let is_usable = |z: &Vec<f32>| z.len() == latent && z.iter().all(|z| z.is_finite());
        let is_there = |place: &ItemPlace| place.item < workspace.data.items(place.part, None);
        let usable = |point: Origin| Origin {
            item: point.item.filter(is_there),
            latent: point.latent.filter(is_usable),
        };
        let is_kept = |bookmark: &Bookmark| usable(bookmark.point.clone()) == bookmark.point;
        let is_finite = |applied: &Applied| applied.strength.is_finite();
        self.selection = Selection {
            point: usable(view.point),
            other: view.other.map(usable),
            marked: Marked {
                towards: view.marked.towards.into_iter().filter(is_there).collect(),
                away: view.marked.away.into_iter().filter(is_there).collect(),
            },
            bookmarks: view.bookmarks.into_iter().filter(is_kept).collect(),
            attributes: view.attributes.into_iter().filter(is_finite).collect(),
            dimension: view.dimension.filter(|&dimension| dimension < latent),
            time: view.time.filter(|_| !workspace.progress.log.film.is_empty()),
            images: view.images.into_iter().filter(|&item| item < items).collect(),
            selected_image: view.selected_image,
        };
        (self.zoomed, self.log_axis, self.paper) = (view.zoomed, view.log_axis, view.paper);
        self.focus = panes::kind(&view.focus).unwrap_or(panes::KINDS[0]);
        self.history = History::default();
        let mut saved = view.panes;
        self.saved.clear();
        for (kind, pane) in panes::KINDS.iter().zip(&mut self.panes) {
            pane.begin(&workspace);
            if let Some(saved) = saved.remove(kind.name) {
                let saved = if pane.restore(&saved) {
                    Saved::Understood(saved)
                } else {
                    let instead = pane.save();
                    Saved::Unread { saved, instead }
                };
                self.saved.insert(kind.name.into(), saved);
            }
        }
        let unknown = saved.into_iter().map(|(name, saved)| {
            let instead = None;
            (name, Saved::Unread { saved, instead })
        });
        self.saved.extend(unknown);
        self.stage = Stage::Ready(Box::new(workspace));
    }

    /// How the run is looked at, to be saved with it.
    pub fn view(&self) -> View {
        let states = panes::KINDS.iter().zip(&self.panes);
        let states = states.filter_map(|(kind, pane)| Some((kind.name.to_owned(), pane.save()?)));
        let mut panes: BTreeMap<_, _> = states.collect();
        for (name, saved) in &self.saved {
            let present = panes.get(name);
            let kept = match (saved, present) {
                (Saved::Understood(saved), Some(present)) => entries::merged(present, saved),
                (Saved::Unread { saved, instead }, present) if present == instead.as_ref() => saved.clone(),
                _ => continue,
            };
            panes.insert(name.clone(), kept);
        }
        let Selection {
            point,
            other,
            marked,
            bookmarks,
            attributes,
            dimension,
            time,
            images,
            selected_image,
        } = self.selection.clone();
        View {
            focus: self.focus.name.into(),
            zoomed: self.zoomed,
            log_axis: self.log_axis,
            paper: self.paper,
            point,
            other,
            marked,
            bookmarks,
            attributes,
            dimension,
            time,
            images,
            selected_image,
            panes,
        }
    }

    /// The state of the pane of this type.
    #[allow(clippy::expect_used, reason = "the registry has one of every kind of pane")]
    pub fn pane<P: Pane>(&self) -> &P {
        let mut panes = self.panes.iter();
        let found = panes.find_map(|pane| (&**pane as &dyn Any).downcast_ref());
        found.expect("the pane is in the registry")
    }

    /// The same, to be changed by a command of that pane.
    #[allow(clippy::expect_used, reason = "the registry has one of every kind of pane")]
    pub fn pane_mut<P: Pane>(&mut self) -> &mut P {
        let mut panes = self.panes.iter_mut();
        let found = panes.find_map(|pane| (&mut **pane as &mut dyn Any).downcast_mut());
        found.expect("the pane is in the registry")
    }

    /// The pane that keys go to.
    pub(super) fn focused(&mut self) -> &mut dyn Pane {
        let place = panes::KINDS.iter().position(|kind| kind.name == self.focus.name);
        &mut *self.panes[place.unwrap_or(0)]
    }

    /// The same, to be asked.
    pub(super) fn focused_pane(&self) -> &dyn Pane {
        let place = panes::KINDS.iter().position(|kind| kind.name == self.focus.name);
        &*self.panes[place.unwrap_or(0)]
    }

    /// Every pane with its place in the registry.
    pub fn panes(&self) -> impl Iterator<Item = (&'static Kind, &dyn Pane)> {
        panes::KINDS
            .iter()
            .copied()
            .zip(self.panes.iter().map(|pane| &**pane))
    }

    /// The part of the terminal that is left to the panes and to what stands in front of them: the tour stands below it.
    pub fn room(&self) -> Rect {
        tour::divide(self, self.area).0
    }

    /// How that is divided.
    pub fn arrangement(&self) -> Arrangement {
        layout::arrange(self.room(), &self.plan, self.focus, self.zoomed)
    }

    /// The area inside the frame of a pane, if it is on the screen.
    pub fn visible(&self, name: &str) -> Option<Rect> {
        let arrangement = self.arrangement();
        let found = arrangement.panes.into_iter().find(|(kind, _)| kind.name == name);
        found
            .map(|(_, area)| layout::inside(area))
            .filter(|area| !area.is_empty())
    }

    /// Has the pane with the focus break off what it works out, if it does; false if there is nothing.
    pub(super) fn break_off(&mut self) -> bool {
        self.focused().break_off()
    }

    /// Brings a pane to the front, on the whole screen; the second time, puts it back among the others.
    pub fn show(&mut self, name: &str) -> Vec<Effect> {
        let Some(kind) = panes::kind(name) else {
            return Vec::new();
        };
        let is_there = self.focus.name == name;
        match self.plan.place(kind) {
            Place::Whole if is_there => self.focus = self.plan.first(),
            Place::Whole => self.focus = kind,
            _ => {
                self.zoomed = !(self.zoomed && is_there);
                self.focus = kind;
            }
        }
        Vec::new()
    }

    /// What a person points at: what is under the cursor of the pane with the focus, or the selected point.
    pub fn pointed(&self) -> Origin {
        let mut panes = self.panes();
        let focused = panes.find(|(kind, _)| kind.name == self.focus.name);
        let pointed = focused.and_then(|(_, pane)| pane.pointed(self));
        pointed.unwrap_or_else(|| self.selection.point.clone())
    }

    /// What moves each pane on the screen in which something moves by itself.
    pub(super) fn motions(&self) -> Vec<fn(&mut App)> {
        let on_screen =
            |(kind, pane): (&Kind, &dyn Pane)| pane.motion().filter(|_| self.visible(kind.name).is_some());
        self.panes().filter_map(on_screen).collect()
    }

    /// Gives the focus to a pane so many places further in the registry.
    pub(super) fn focus_beside(&mut self, places: isize) -> Vec<Effect> {
        let kinds = panes::KINDS;
        let place = kinds
            .iter()
            .position(|kind| kind.name == self.focus.name)
            .unwrap_or(0);
        let count = isize::try_from(kinds.len()).unwrap_or(1);
        let next = (isize::try_from(place).unwrap_or(0) + places).rem_euclid(count);
        self.focus = kinds[next.unsigned_abs()];
        Vec::new()
    }

    /// Makes the horizontal axes of all curves logarithmic, or linear again.
    pub(super) fn toggle_axis(&mut self) -> Vec<Effect> {
        self.log_axis = !self.log_axis;
        Vec::new()
    }

    /// Draws the paper's curves, or leaves them out.
    pub(super) fn toggle_paper(&mut self) -> Vec<Effect> {
        self.paper = !self.paper;
        Vec::new()
    }

    /// Fits the selection to the room that there is.
    pub(super) fn settle(&mut self) {
        let settled = |(kind, pane): (&Kind, &dyn Pane)| pane.settled(self, self.visible(kind.name)?);
        let found = self.panes().find_map(settled);
        self.selection = found.unwrap_or_else(|| self.selection.clone());
    }

    /// What the visible panes want to know of the newest parameters, each under its own name, and their cursors under names of
    /// their own.
    pub fn wishes(&self) -> Vec<(String, Question)> {
        let of_pane = |(kind, pane): (&'static Kind, &dyn Pane)| {
            let area = self.visible(kind.name)?;
            let question = pane.question(self, area).map(|wish| (kind.name.into(), wish));
            let of_cursor = pane.cursor_question(self, area);
            let of_cursor = of_cursor.map(|wish| (format!("{}{CURSOR}", kind.name), wish));
            Some(question.into_iter().chain(of_cursor))
        };
        self.panes().filter_map(of_pane).flatten().collect()
    }

    /// Has the panes show the moment that is selected: what they keep of another one is forgotten.
    pub(super) fn follow_time(&mut self) {
        let Stage::Ready(workspace) = &mut self.stage else {
            return;
        };
        let film = &workspace.progress.log.film;
        let moment = self.selection.time.and_then(|time| film.moment(time));
        if std::mem::replace(&mut workspace.moment, moment) != moment {
            for pane in &mut self.panes {
                pane.turn_to_moment();
            }
        }
    }

    /// Hands an answer to the pane that asked, if it is about the moment that is looked at.
    pub(super) fn answered(&mut self, answered: Answered) {
        if self
            .workspace()
            .is_some_and(|workspace| workspace.moment != answered.moment)
        {
            return;
        }
        let asker = &answered.asker;
        let name = asker.strip_suffix(CURSOR).unwrap_or(asker);
        let mut panes = panes::KINDS.iter().zip(&mut self.panes);
        if let Some((_, pane)) = panes.find(|(kind, _)| kind.name == name) {
            pane.answered(answered);
        }
    }
}
