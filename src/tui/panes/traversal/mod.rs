//! The traversal pane: a latent vector, its image, and many images around it.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;
use serde::{Deserialize, Serialize};

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::data::ItemPlace;
use crate::explore::manifold::Window;
use crate::explore::samples::{Draws, Source};
use crate::explore::sheet::{self, SheetImages};
use crate::pictures::raster::Raster;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::layout;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::block_image::{BlockImage, Scale};
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "traversal",
    title: "Traversal",
    heading: "Traversal",
    letter: 'v',
    place: Place::Right,
    everywhere: &[Command {
        name: "traversal.show",
        keys: &[character('2')],
        help: "traversal on the whole screen, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Traversal::default()),
};

/// What is shown around the latent vector, and the newest answer.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Traversal {
    /// What stands below the image.
    pub sheet: SheetKind,
    /// Whether the selected dimension moves by itself, and in which direction.
    #[serde(skip)]
    pub playing: Option<f32>,
    /// Draws made from the prior so far.
    #[serde(skip)]
    pub draws: u64,
    /// Some of them with their seed, where the prior is learned: the newest answer about it.
    #[serde(skip)]
    pub learned: Option<(u64, Vec<Vec<f32>>)>,
    /// The newest answer.
    #[serde(skip)]
    pub shown: Option<Shown>,
}

/// Draws from a learned prior that are asked for together.
const DRAWS_TOGETHER: u64 = 16;

/// What the traversal shows below its image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SheetKind {
    /// A row of images for every latent dimension.
    #[default]
    Dimensions,
    /// Draws from the prior (paper, figure 5).
    Draws,
    /// The plane of the two most informative dimensions (paper, figure 4).
    Plane,
}

/// What the pane shows: the newest answer that belongs to its question.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    number: u64,
    /// Training points that the parameters had seen.
    pub samples: u64,
    /// The item that was started from; none for the centre of the latent space.
    pub item: Option<ItemPlace>,
    /// The latent vector of the start.
    pub start: Vec<f32>,
    /// The image of the latent vector.
    pub image: Vec<f32>,
    /// Which images stand below.
    pub sheet: sheet::Sheet,
    /// Those images.
    pub images: SheetImages,
}

impl Traversal {
    /// The latent vector at which the traversal starts; empty until it is known.
    pub fn start(&self, app: &App) -> &[f32] {
        let known = self
            .shown
            .as_ref()
            .filter(|shown| shown.item == app.selection.point.item);
        known.map_or(&[], |shown| &shown.start)
    }

    /// The latent vector that is shown; empty until it is known.
    pub fn latent<'a>(&'a self, app: &'a App) -> &'a [f32] {
        match &app.selection.point.latent {
            Some(latent) => latent,
            None => self.start(app),
        }
    }

    /// The seed of the draws from a learned prior among which the next one is, in a run with this `seed`.
    fn seed_of_draws(&self, seed: u64) -> u64 {
        seed.wrapping_add(self.draws / DRAWS_TOGETHER)
    }

    /// The next draw from a learned prior, in a run with this `seed`; none until it is known.
    fn learned_draw(&self, seed: u64) -> Option<Vec<f32>> {
        let known = self.learned.as_ref();
        let (_, draws) = known.filter(|(of_draws, _)| *of_draws == self.seed_of_draws(seed))?;
        draws.get((self.draws % DRAWS_TOGETHER) as usize).cloned()
    }

    fn sheet(&self, app: &App, workspace: &Workspace, area: Rect) -> sheet::Sheet {
        let geometry = geometry(area, workspace.data.shape, app.drawing());
        let (columns, rows) = geometry.sheet;
        let order = workspace.order();
        match (self.sheet, &order[..]) {
            (SheetKind::Draws, _) => sheet::Sheet::Draws(columns * rows),
            (SheetKind::Plane, &[right, down, ..]) => sheet::Sheet::Plane {
                right,
                down,
                columns,
                rows,
                window: Window::WHOLE,
            },
            // A single dimension has no plane.
            (SheetKind::Dimensions | SheetKind::Plane, _) => {
                let selected = workspace.selected(&app.selection);
                let place = order.iter().position(|&dimension| dimension == selected);
                let first = layout::window(place.unwrap_or(0), geometry.count, order.len());
                sheet::Sheet::Dimensions {
                    dimensions: order.into_iter().skip(first).take(geometry.count).collect(),
                    steps: geometry.steps,
                }
            }
        }
    }
}

impl Pane for Traversal {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(self).ok()
    }

    fn restore(&mut self, saved: &RawValue) -> bool {
        saved.into_rust().map(|state| *self = state).is_ok()
    }

    fn begin(&mut self, _workspace: &Workspace) {
        (self.playing, self.learned, self.shown) = (None, None, None);
    }

    fn motion(&self) -> Option<fn(&mut App)> {
        self.playing.is_some().then_some(commands::play)
    }

    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        Some(Question::Traverse {
            from: app.selection.point.clone(),
            sheet: self.sheet(app, workspace, area),
        })
    }

    /// Draws from the prior, where that is learned: the screen knows none but `N(0, I)`.
    fn cursor_question(&self, app: &App, _area: Rect) -> Option<Question> {
        let configuration = &app.workspace()?.progress.configuration;
        (!configuration.has_standard_prior()).then(|| Question::Sample {
            around: Origin::default(),
            draws: Draws {
                source: Source::Prior,
                temperature: 1.0,
                count: DRAWS_TOGETHER as usize,
                seed: self.seed_of_draws(configuration.seed),
                draws_values: false,
                nearest: false,
                kept: Vec::new(),
            },
        })
    }

    fn answered(&mut self, answered: Answered) {
        let Answered {
            number,
            samples,
            question,
            answer,
            ..
        } = answered;
        if let (Question::Sample { draws, .. }, Answer::Sampled(samples)) = (&question, &answer) {
            let latents = samples.iter().map(|sample| sample.latent.clone());
            self.learned = Some((draws.seed, latents.collect()));
            return;
        }
        let is_overtaken = self.shown.as_ref().is_some_and(|shown| shown.number > number);
        if let (
            false,
            Question::Traverse { from, sheet },
            Answer::Traversed {
                start,
                image,
                sheet: images,
            },
        ) = (is_overtaken, question, answer)
        {
            self.shown = Some(Shown {
                number,
                samples,
                item: from.item,
                start,
                image,
                sheet,
                images,
            });
        }
    }

    fn picture(&self, app: &App, area: Rect) -> Option<Raster> {
        let shape = app.workspace()?.data.shape;
        let shown = self.shown.as_ref()?;
        let columns = match shown.sheet {
            sheet::Sheet::Dimensions { steps, .. } => steps,
            sheet::Sheet::Plane { columns, .. } => columns,
            sheet::Sheet::Draws(_) => geometry(area, shape, app.drawing()).sheet.0,
        };
        let images = shown.images.pixels.chunks_exact(shape.numbers().max(1));
        let rasters = images.map(|image| BlockImage::of(app, image, shape, Scale::Values).raster());
        let rasters: Vec<Raster> = rasters.collect::<Option<_>>()?;
        (!rasters.is_empty()).then(|| Raster::sheet(&rasters, columns))
    }

    /// No command starts at a point that was moved to.
    fn command_line(&self, app: &App, session: &str) -> Option<String> {
        let shown = self.shown.as_ref()?;
        if let sheet::Sheet::Draws(count) = shown.sheet {
            let seed = app.workspace()?.progress.configuration.seed;
            return Some(format!("sample {session} --count {count} --seed {seed}"));
        }
        if self.latent(app) != self.start(app) {
            return None;
        }
        let item = shown
            .item
            .map_or(String::new(), |item| format!(" --item test:{item}"));
        Some(match shown.sheet {
            sheet::Sheet::Plane {
                right, down, columns, ..
            } => {
                format!("manifold {session}{item} --dimensions {right},{down} --side {columns}")
            }
            _ => {
                let dimension = app.workspace()?.selected(&app.selection);
                format!("traverse {session}{item} --dimension {dimension}")
            }
        })
    }

    fn value(&self, app: &App) -> Option<String> {
        let numbers: Vec<String> = self.latent(app).iter().map(f32::to_string).collect();
        (!numbers.is_empty()).then(|| numbers.join(","))
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
