//! The thread that answers questions about the newest parameters, beside the one that changes them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::StartError;
use super::protocol::{
    Answer, Answered, Event, ItemReconstruction, Origin, Question, RunId, ScoredItem, Told,
};
use super::questions::{Asked, Questions};
pub use super::snapshot::Parameters;
use super::snapshot::Snapshot;
use crate::cancel::Cancel;
use crate::data::{Dataset, ItemPlace, Part};
use crate::evaluation::{item_scores, ranking};
use crate::explore::browse::Page;
use crate::explore::traversal::REACH;
use crate::explore::{
    attribute, browse, directions, encoding, interpolate, neighbour_map, neighbours, projection,
    reconstruction, repair, samples, surprise, traversal,
};
use crate::panics::{guarded, switch};

/// Answers that are kept: whoever comes back to a question finds its answer at once.
const KEPT: usize = 8;

/// Epochs of a map of neighbours that one answer has: they take about a tenth of a second.
const EPOCHS_AT_ONCE: u32 = 4;

/// How long an answer may take before a newer question breaks it off.
const PATIENCE: Duration = Duration::from_millis(100);

/// The thread; it ends when this is dropped.
pub struct Probe {
    questions: Arc<Questions>,
    snapshot: Arc<Snapshot>,
    thread: Option<JoinHandle<()>>,
}

impl Probe {
    pub(super) fn start(
        run: RunId,
        snapshot: Arc<Snapshot>,
        data: Arc<Dataset>,
        events: Sender<Told>,
    ) -> Result<Self, StartError> {
        let questions = Arc::new(Questions::new(PATIENCE));
        let desk = Desk {
            run,
            questions: questions.clone(),
            snapshot: snapshot.clone(),
            data,
            events,
            kept: VecDeque::new(),
            past: None,
        };
        let thread = std::thread::Builder::new()
            .name("probe".into())
            .spawn(move || desk.serve())
            .map_err(|error| StartError(error.to_string()))?;
        Ok(Self {
            questions,
            snapshot,
            thread: Some(thread),
        })
    }

    pub(super) fn ask(&self, asker: &str, number: u64, moment: Option<u64>, question: Question) {
        if moment.is_none() {
            self.snapshot.want();
        }
        self.questions.put(Asked {
            asker: asker.into(),
            number,
            moment,
            question,
            cancel: Cancel::default(),
        });
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.questions.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// The thread's side.
struct Desk {
    run: RunId,
    questions: Arc<Questions>,
    snapshot: Arc<Snapshot>,
    data: Arc<Dataset>,
    events: Sender<Told>,
    /// Questions with their answers and the step of the parameters that they are about, the newest last.
    kept: VecDeque<(u64, Question, Answer)>,
    /// Parameters of the earlier moment that was asked about last.
    past: Option<Arc<Parameters>>,
}

impl Desk {
    fn serve(mut self) {
        while let Some(asked) = self.questions.take() {
            let started = Instant::now();
            let Some(parameters) = self.parameters(asked.moment) else {
                continue;
            };
            let found = guarded(|| {
                switch("probe");
                self.find(&parameters, &asked)
            });
            let answer = match found {
                Ok(Some(answer)) => answer,
                Ok(None) => continue,
                Err(words) => {
                    let thread = "probe".into();
                    self.tell(Event::Panicked { thread, words });
                    continue;
                }
            };
            let answered = Answered {
                asker: asked.asker,
                number: asked.number,
                moment: asked.moment,
                samples: parameters.samples,
                took: started.elapsed().as_secs_f64(),
                question: asked.question,
                answer,
            };
            self.tell(Event::Answered(Box::new(answered)));
        }
    }

    fn tell(&self, event: Event) {
        // A listener that has left needs no answers; the questions end with it.
        let _ = self.events.send(Told { run: self.run, event });
    }

    /// The newest parameters, or those of a moment; none where these are not kept.
    fn parameters(&mut self, moment: Option<u64>) -> Option<Arc<Parameters>> {
        let Some(samples) = moment else {
            self.past = None;
            return Some(self.snapshot.newest());
        };
        if self.past.as_ref().is_none_or(|past| past.samples != samples) {
            self.past = self.snapshot.at(samples).map(Arc::new);
        }
        self.past.clone()
    }

    fn find(&mut self, parameters: &Parameters, asked: &Asked) -> Option<Answer> {
        let is_kept = |(step, question, _): &(u64, Question, Answer)| {
            *step == parameters.steps && *question == asked.question
        };
        if let Some((_, _, answer)) = self.kept.iter().find(|kept| is_kept(kept)) {
            return Some(answer.clone());
        }
        let answer = answer(&asked.question, parameters, &self.data, &asked.cancel)?;
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept
            .push_back((parameters.steps, asked.question.clone(), answer.clone()));
        Some(answer)
    }
}

/// The answer to a question; none if it was cancelled.
pub fn answer(
    question: &Question,
    parameters: &Parameters,
    data: &Dataset,
    cancel: &Cancel,
) -> Option<Answer> {
    let Parameters { model, context, .. } = parameters;
    match question {
        Question::Traverse { from, sheet } => {
            let start = start(from, parameters, data, cancel)?;
            let z = from.latent.as_ref().unwrap_or(&start);
            let image = traversal::decode(model, std::slice::from_ref(z), cancel)?;
            let sheet = sheet.images(model, z, context.seed, cancel)?;
            Some(Answer::Traversed { start, image, sheet })
        }
        Question::Reconstruct { items } => {
            let found = reconstruction::reconstruct(model, &data.test, items, *context, cancel)?;
            let of_item = |(&item, reconstruction)| ItemReconstruction {
                item,
                class: data.class(Part::Test, item).map(str::to_owned),
                reconstruction,
            };
            Some(Answer::Reconstructed(
                items.iter().zip(found).map(of_item).collect(),
            ))
        }
        Question::Browse { part, page } => {
            browse::page(model, data, *part, page, *context, cancel).map(Answer::Browsed)
        }
        Question::Rank { part, class } => {
            let split = data.split(*part);
            let members = browse::members(split, *class);
            ranking(model, split, members, *context, cancel).map(Answer::Ranked)
        }
        Question::Sample { around, draws } => {
            let z = latent(around, parameters, data, cancel)?;
            samples::sample(model, data, &z, draws, *context, cancel).map(Answer::Sampled)
        }
        Question::Interpolate { from, to, way, steps } => {
            let to = to.clone().unwrap_or_else(|| other_end(from, data));
            let a = latent(from, parameters, data, cancel)?;
            let b = latent(&to, parameters, data, cancel)?;
            let points = way.points(&a, &b, *steps);
            let steps = interpolate::decoded_along(model, points, context.seed, cancel)?;
            Some(Answer::Interpolated { to, steps })
        }
        Question::Direct(attributes) => {
            attribute::directions(model, data, attributes, *context, cancel).map(Answer::Directed)
        }
        Question::Edit {
            from,
            directions,
            strip,
        } => {
            let z = latent(from, parameters, data, cancel)?;
            let strip = strip.as_ref().map(|(place, strengths)| (*place, &strengths[..]));
            attribute::edit(model, &z, directions, strip, cancel).map(Answer::Edited)
        }
        Question::Locate { part, most } => {
            encoding::locate(model, data.split(*part), *most, *context, cancel).map(Answer::Located)
        }
        Question::Project { part, projection } => {
            projection::project(model, data.split(*part), *projection, *context, cancel)
                .map(Answer::Projected)
        }
        Question::Unfold { part, map } => {
            let split = data.split(*part);
            let map = match map {
                Some(map) => neighbour_map::unfold(map, EPOCHS_AT_ONCE, context.seed, cancel)?,
                None => {
                    let items: Vec<usize> = (0..encoding::shown_items(model, split)).collect();
                    let means = encoding::posterior_means(model, split, &items, *context, cancel)?;
                    neighbour_map::begin(&means, cancel)?
                }
            };
            Some(Answer::Unfolded(Box::new(map)))
        }
        Question::Beside { from, part, items } => {
            let start = start(from, parameters, data, cancel)?;
            let z = from.latent.as_ref().unwrap_or(&start);
            let image = traversal::decode(model, std::slice::from_ref(z), cancel)?;
            let page = Page::Items(items.clone());
            let items = browse::page(model, data, *part, &page, *context, cancel)?;
            Some(Answer::Beside { start, image, items })
        }
        Question::Score {
            part,
            items,
            importance_samples,
        } => {
            let split = data.split(*part);
            let scores = item_scores(model, split, items, *importance_samples, *context, cancel, |_| {
                true
            })?;
            let of_item = |(&item, score)| ScoredItem {
                item,
                class: split.label(item),
                score,
            };
            Some(Answer::Scored(items.iter().zip(scores).map(of_item).collect()))
        }
        Question::FindDirections { from, part, search } => {
            let z = latent(from, parameters, data, cancel)?;
            directions::directions(model, data.split(*part), &z, *search, *context, cancel)
                .map(Answer::FoundDirections)
        }
        Question::Along {
            from,
            directions,
            steps,
        } => {
            let z = latent(from, parameters, data, cancel)?;
            directions::along(model, &z, directions, (REACH, *steps), cancel).map(Answer::Along)
        }
        Question::Restore {
            values,
            missing,
            rounds,
        } => {
            let restored = repair::restore(model, values, missing, *rounds, context.seed, cancel)?;
            Some(Answer::Restored(Box::new(restored)))
        }
        Question::Resemble { values, count } => {
            let rows = neighbours::nearest(&data.train, values, *count, cancel)?;
            let page = Page::Items(rows.into_iter().flatten().map(|found| found.item).collect());
            browse::page(model, data, Part::Train, &page, *context, cancel).map(Answer::Resembling)
        }
        Question::Surprise { part, items } => {
            surprise::surprises(model, data.split(*part), items, *context, cancel).map(Answer::Surprised)
        }
    }
}

/// The next test item of another class than that of the item of a point; the centre where there is no test item.
fn other_end(from: &Origin, data: &Dataset) -> Origin {
    let place = from.item.unwrap_or(ItemPlace::test(0));
    let class = data.split(place.part).label(place.item);
    let next = interpolate::next_of_another_class(&data.test, place.item, class);
    next.map_or(Origin::default(), |item| Origin::item(ItemPlace::test(item)))
}

/// The latent vector of a point.
fn latent(point: &Origin, parameters: &Parameters, data: &Dataset, cancel: &Cancel) -> Option<Vec<f32>> {
    match &point.latent {
        Some(z) => Some(z.clone()),
        None => start(point, parameters, data, cancel),
    }
}

/// The latent vector at which a point's way started: its item's posterior mean, or the centre of the latent space.
fn start(from: &Origin, parameters: &Parameters, data: &Dataset, cancel: &Cancel) -> Option<Vec<f32>> {
    let Parameters { model, context, .. } = parameters;
    match from.item {
        Some(ItemPlace { part, item }) => {
            traversal::posterior_mean(model, data.split(part), item, *context, cancel)
        }
        None => Some(vec![0.0; model.architecture().latent]),
    }
}
