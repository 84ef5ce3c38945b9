//! What comes from the other end of a socket, held against what is known of the run. What is refused here would panic or take
//! memory without bound: a question that no screen asks, or the answer of a process that is not what it claims to be.

use super::standing::Standing;
use crate::data::Part;
use crate::evaluation::LowerBound;
use crate::explore::attribute::{Attribute, Group};
use crate::explore::browse::{BrowsedItem, Page};
use crate::explore::projection::Projection;
use crate::explore::reconstruction::Reconstruction;
use crate::explore::sheet::Sheet;
use crate::run::film::{Film, Frame};
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, DataFacts, Event, Question, Summary};

/// Numbers that the answer to a question has at most.
const MOST_NUMBERS: usize = 8 << 20;
/// Items, pictures or places that one question may be about.
const MOST_PLACES: usize = 100_000;
/// Samples per item, or rounds, that may be asked for.
const MOST_ROUNDS: usize = 10_000;
/// Numbers that an item may have.
const MOST_NUMBERS_OF_AN_ITEM: usize = 1 << 24;

/// What a question, an event or an answer must fit.
#[derive(Clone, Debug)]
pub struct Facts {
    data: DataFacts,
    latent: usize,
    /// Numbers of an item.
    numbers: usize,
}

/// What is wrong, in words.
type Fault = Result<(), String>;

fn ensure(holds: bool, fault: &str) -> Fault {
    if holds { Ok(()) } else { Err(fault.into()) }
}

fn finite(values: &[f32]) -> bool {
    values.iter().all(|value| value.is_finite())
}

impl Facts {
    /// Of the run of a summary.
    ///
    /// # Errors
    /// If that can be no run.
    pub fn of(summary: &Summary) -> Result<Self, String> {
        summary.configuration.check().map_err(|error| error.to_string())?;
        let facts = Self {
            data: summary.data.clone(),
            latent: summary.configuration.latent_dimensions(),
            numbers: (summary.data.shape.checked_numbers())
                .filter(|numbers| (1..=MOST_NUMBERS_OF_AN_ITEM).contains(numbers))
                .ok_or("its items are too large")?,
        };
        facts.summary(summary)?;
        Ok(facts)
    }

    /// A run as it stands.
    ///
    /// # Errors
    /// If it is not the run of these facts, or none at all.
    pub fn standing(&self, standing: &Standing) -> Fault {
        self.summary(&standing.summary)?;
        standing.newest.iter().try_for_each(|event| self.event(event))
    }

    fn summary(&self, summary: &Summary) -> Fault {
        ensure(summary.data == self.data, "it is about other data")?;
        summary.configuration.check().map_err(|error| error.to_string())?;
        ensure(
            summary.configuration.latent_dimensions() == self.latent,
            "it has another latent space",
        )?;
        ensure(
            summary.learning_rate.is_finite() && summary.seconds.is_finite(),
            "its counters are not finite",
        )?;
        summary.log.film.check(self.numbers, self.latent)
    }

    /// Something that a run tells.
    ///
    /// # Errors
    /// If the run of these facts can't have told it.
    pub fn event(&self, event: &Event) -> Fault {
        match event {
            Event::Evaluated { test, .. } => self.measurement(test),
            Event::Filmed(frame) => self.frame(frame),
            Event::WentBack(summary) => self.summary(summary),
            Event::Changed { configuration, .. } => {
                configuration.check().map_err(|error| error.to_string())?;
                ensure(
                    configuration.latent_dimensions() == self.latent,
                    "it has another latent space",
                )
            }
            Event::Answered(answered) => self.answer(answered),
            Event::Steps { .. }
            | Event::Checkpoints(_)
            | Event::Estimated(_)
            | Event::BrokenOff(_)
            | Event::Refused { .. }
            | Event::State(_)
            | Event::Diverged(_)
            | Event::Panicked { .. }
            | Event::Diagnosed(_)
            | Event::Happened(_) => Ok(()),
        }
    }

    fn measurement(&self, test: &LowerBound) -> Fault {
        let lengths = [test.kl_per_dimension.len(), test.mean_variance.len()];
        ensure(
            lengths == [self.latent; 2],
            "a measurement is of another latent space",
        )
    }

    fn frame(&self, frame: &Frame) -> Fault {
        let mut film = Film::default();
        film.push(frame.clone());
        film.check(self.numbers, self.latent)
    }

    /// A question that is asked from elsewhere.
    ///
    /// # Errors
    /// If no answer to it is possible, or it would be too large.
    pub fn question(&self, question: &Question) -> Fault {
        match question {
            Question::Traverse { from, sheet } => {
                self.origin(from)?;
                match sheet {
                    Sheet::Dimensions { dimensions, steps } => {
                        dimensions
                            .iter()
                            .try_for_each(|&dimension| self.dimension(dimension))?;
                        self.pictures(&[dimensions.len(), *steps])
                    }
                    Sheet::Draws(count) => self.pictures(&[*count]),
                    Sheet::Plane {
                        right,
                        down,
                        columns,
                        rows,
                        window,
                    } => {
                        self.dimension(*right)?;
                        self.dimension(*down)?;
                        ensure(
                            window.is_usable(),
                            "a window is not a part of the unit square, or too small",
                        )?;
                        self.pictures(&[*columns, *rows])
                    }
                }
            }
            Question::Reconstruct { items } => {
                self.items(Part::Test, items)?;
                self.pictures(&[3, items.len()])
            }
            Question::Browse { page, .. } => page_of(page),
            Question::Rank { .. } => Ok(()),
            Question::Sample { around, draws } => {
                self.origin(around)?;
                draws.kept.iter().try_for_each(|z| self.point(z))?;
                ensure(draws.temperature.is_finite(), "a temperature is not finite")?;
                self.pictures(&[2, draws.count.saturating_add(draws.kept.len())])
            }
            Question::Interpolate { from, to, steps, .. } => {
                self.origin(from)?;
                to.iter().try_for_each(|to| self.origin(to))?;
                self.pictures(&[*steps])
            }
            Question::Direct(attributes) => {
                ensure(attributes.len() <= 1_000, "too many attributes")?;
                attributes.iter().try_for_each(attribute)
            }
            Question::Edit {
                from,
                directions,
                strip,
            } => {
                self.origin(from)?;
                directions.iter().try_for_each(|(direction, strength)| {
                    ensure(strength.is_finite(), "a strength is not finite")?;
                    self.point(direction)
                })?;
                let strengths = strip.as_ref().map_or(&[][..], |(_, strengths)| strengths);
                ensure(finite(strengths), "a strength is not finite")?;
                self.pictures(&[strengths.len().saturating_add(2)])
            }
            Question::Locate { .. } => Ok(()),
            Question::Project { projection, .. } => match *projection {
                Projection::Dimensions { right, up } => {
                    self.dimension(right)?;
                    self.dimension(up)
                }
                Projection::Principal => Ok(()),
            },
            Question::Unfold { map, .. } => map.iter().try_for_each(|map| {
                ensure(map.positions.len() <= MOST_PLACES, "a map of too many points")?;
                map.check()
            }),
            Question::Beside { from, items, .. } => {
                self.origin(from)?;
                page_of(&Page::Items(items.clone()))
            }
            Question::Score {
                part,
                items,
                importance_samples,
            } => {
                self.items(*part, items)?;
                let samples = importance_samples.unwrap_or(1);
                ensure(
                    (1..=MOST_ROUNDS).contains(&samples),
                    "too many samples per item, or none",
                )
            }
            Question::FindDirections { from, .. } => self.origin(from),
            Question::Along {
                from,
                directions,
                steps,
            } => {
                self.origin(from)?;
                directions
                    .iter()
                    .try_for_each(|direction| self.point(direction))?;
                self.pictures(&[directions.len(), *steps])
            }
            Question::Restore {
                values,
                missing,
                rounds,
            } => {
                self.values(values)?;
                ensure(missing.len() == self.numbers, "an item has other numbers")?;
                ensure(*rounds <= MOST_ROUNDS, "too many rounds")
            }
            Question::Resemble { values, count } => {
                self.values(values)?;
                self.pictures(&[*count])
            }
            Question::Surprise { items, .. } => self.pictures(&[items.len()]),
        }
    }

    /// An answer, as it is drawn.
    fn answer(&self, answered: &Answered) -> Fault {
        ensure(
            answered.took.is_finite() && answered.took >= 0.0,
            "it took no time that there is",
        )?;
        match &answered.answer {
            Answer::Traversed { start, image, sheet } => {
                self.point(start)?;
                self.picture(image)?;
                self.whole(&sheet.pixels)
            }
            Answer::Reconstructed(found) => found
                .iter()
                .try_for_each(|found| self.reconstruction(&found.reconstruction)),
            Answer::Browsed(items) | Answer::Resembling(items) => self.browsed(items),
            Answer::Ranked(_) | Answer::Scored(_) => Ok(()),
            Answer::Sampled(samples) => samples.iter().try_for_each(|sample| {
                self.point(&sample.latent)?;
                self.picture(&sample.values)
            }),
            Answer::Interpolated { to, steps } => {
                self.origin(to)?;
                steps.iter().try_for_each(|step| {
                    self.point(&step.latent)?;
                    self.picture(&step.values)
                })
            }
            Answer::Directed(directions) => directions.iter().flatten().try_for_each(|z| self.point(z)),
            Answer::Edited(edited) => {
                self.point(&edited.latent)?;
                self.picture(&edited.before)?;
                self.picture(&edited.after)?;
                self.whole(&edited.strip)
            }
            Answer::Located(located) => located.iter().try_for_each(|found| self.point(&found.mean)),
            Answer::Projected(projected) => {
                let lengths = [projected.positions.len(), projected.classes.len()];
                ensure(lengths[0] == lengths[1], "items without a class or a place")?;
                let plane = &projected.plane;
                [&plane.origin, &plane.right, &plane.up]
                    .iter()
                    .try_for_each(|z| self.point(z))
            }
            Answer::Unfolded(map) => map.check(),
            Answer::Beside { start, image, items } => {
                self.point(start)?;
                self.picture(image)?;
                self.browsed(items)
            }
            Answer::FoundDirections(found) => found
                .iter()
                .try_for_each(|direction| self.point(&direction.vector)),
            Answer::Along(values) => self.whole(values),
            Answer::Restored(restored) => {
                self.reconstruction(&restored.reconstruction)?;
                self.picture(&restored.filled)?;
                self.point(&restored.latent)
            }
            Answer::Surprised(found) => found.iter().try_for_each(|found| self.picture(&found.of_values)),
        }
    }

    fn origin(&self, origin: &Origin) -> Fault {
        if let Some(place) = origin.item {
            self.items(place.part, &[place.item])?;
        }
        origin.latent.iter().try_for_each(|z| self.point(z))
    }

    fn items(&self, part: Part, items: &[usize]) -> Fault {
        let there = self.data.items(part, None);
        ensure(items.len() <= MOST_PLACES, "too many items at once")?;
        ensure(
            items.iter().all(|&item| item < there),
            "an item that there is not",
        )
    }

    fn dimension(&self, dimension: usize) -> Fault {
        ensure(dimension < self.latent, "a latent dimension that there is not")
    }

    fn point(&self, z: &[f32]) -> Fault {
        ensure(z.len() == self.latent, "a point of another latent space")?;
        ensure(finite(z), "a point that is not finite")
    }

    fn values(&self, values: &[f32]) -> Fault {
        self.picture(values)?;
        ensure(finite(values), "values that are not finite")
    }

    /// Values of one item, which may be missing.
    fn picture(&self, values: &[f32]) -> Fault {
        ensure(values.len() == self.numbers, "an item has other numbers")
    }

    /// Those of any number of items.
    fn whole(&self, values: &[f32]) -> Fault {
        ensure(
            values.len().is_multiple_of(self.numbers.max(1)),
            "an item has other numbers",
        )
    }

    fn reconstruction(&self, found: &Reconstruction) -> Fault {
        let all = [&found.input, &found.output, &found.difference];
        all.iter().try_for_each(|values| self.picture(values))
    }

    fn browsed(&self, items: &[BrowsedItem]) -> Fault {
        items.iter().try_for_each(|item| self.picture(&item.values))
    }

    /// So many pictures, the product of some counts.
    fn pictures(&self, counts: &[usize]) -> Fault {
        let numbers = counts
            .iter()
            .try_fold(self.numbers, |numbers, &count| numbers.checked_mul(count));
        let is_bounded = |numbers: usize| numbers <= MOST_NUMBERS;
        ensure(
            numbers.is_some_and(is_bounded),
            "more pictures than any screen shows",
        )
    }
}

fn page_of(page: &Page) -> Fault {
    match page {
        Page::Stretch { .. } => Ok(()),
        Page::Items(items) => ensure(items.len() <= MOST_PLACES, "too many items at once"),
    }
}

fn attribute(attribute: &Attribute) -> Fault {
    let groups = std::iter::once(&attribute.towards).chain(&attribute.away);
    let is_bounded = |group: &Group| match group {
        Group::Class(_) => true,
        Group::Items(items) => items.len() <= MOST_PLACES,
    };
    ensure(groups.into_iter().all(is_bounded), "too many items at once")
}
