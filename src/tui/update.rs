//! The only place where the state of the screen changes: something happened, so this is different, and that is to be
//! done.

use std::sync::Arc;

use rand::Rng;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use ratatui::layout::Rect;

use super::app::{App, Stage, Workspace};
use super::comparison;
use super::dialogs::confirm::Question;
use super::dialogs::form::{self, Form};
use super::dialogs::sessions::{self, Intent, SessionList};
use super::dialogs::{Dialog, help};
use super::keymap::{self, Action};
use super::layout;
use super::message::{Effect, Message};
use super::widgets::axis::short;
use crate::explore::traversal::{self, REACH};
use crate::learning::Configuration;
use crate::learning::curve::Against;
use crate::learning::trainer::{Command, Event, State};
use crate::model::Estimator;
use crate::random::{Purpose, generator};
use crate::session::Pane;

/// Fine and coarse steps of a latent value.
const FINE: f32 = 0.1;
const COARSE: f32 = 1.0;
/// Latent values that can be reached by hand.
const LIMIT: f32 = 5.0;
/// One press of the learning-rate keys.
const RATE_FACTOR: f32 = 1.25;

/// Takes in what happened, decodes what is visible anew where needed, and returns what is to be done.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    app.changed = true;
    match message {
        Message::Key(key) if key.kind != KeyEventKind::Press => {
            app.changed = false;
            Vec::new()
        }
        Message::Key(key) => {
            app.notice = None;
            let effects = match app.dialog.take() {
                Some(dialog) => answer(app, dialog, key),
                None => keymap::action(key, app.view.pane).map_or_else(Vec::new, |action| act(app, action)),
            };
            app.decode();
            effects
        }
        Message::Resized(width, height) => {
            app.area = Rect::new(0, 0, width, height);
            app.decode();
            vec![Effect::Repaint]
        }
        Message::Continued => vec![Effect::Repaint],
        Message::Unpacking(fraction) => {
            match &mut app.stage {
                Stage::Loading(done) => *done = fraction,
                Stage::Ready(_) => app.say(format!("unpacking MNIST {:.0} %", 100.0 * fraction)),
            }
            Vec::new()
        }
        Message::Opened(opened) => {
            let fresh = opened.training.steps == 0;
            let (workspace, mut view) = Workspace::new(*opened);
            // Curves stay until they are removed, whatever run is opened next.
            let kept = std::mem::take(&mut app.view.comparison.runs);
            if app.workspace().is_none() && !kept.is_empty() {
                view.pane = Pane::Comparison;
            }
            for run in kept {
                view.comparison.keep(run);
            }
            app.stage = Stage::Ready(Box::new(workspace));
            app.view = view;
            app.playing = None;
            app.decode();
            app.say(if fresh {
                "space starts training, ? shows all keys"
            } else {
                "space goes on with training"
            });
            vec![Effect::Trainer(Command::Evaluate)]
        }
        Message::OpenFailed(reason) => {
            match app.stage {
                Stage::Loading(_) => app.ending = Some(Err(reason)),
                Stage::Ready(_) => app.complain(reason),
            }
            Vec::new()
        }
        Message::Trainer(event) => {
            trained(app, event);
            Vec::new()
        }
        Message::Panicked(panic) => {
            let reason = format!("a fault in the program ended it; what could be saved was saved; {panic}");
            app.ending = Some(Err(reason));
            Vec::new()
        }
        Message::Snapshot(model) => {
            if let Stage::Ready(workspace) = &mut app.stage {
                workspace.set_model(model);
                app.decode();
            }
            Vec::new()
        }
        Message::Saved(path, samples) => {
            app.say(format!("saved to {}", path.display()));
            let Stage::Ready(workspace) = &mut app.stage else {
                return Vec::new();
            };
            workspace.saved_at = samples;
            workspace.path = Some(path);
            if workspace.quit_when_saved {
                vec![Effect::Quit]
            } else {
                Vec::new()
            }
        }
        Message::SaveFailed(reason) => {
            app.complain(reason);
            if let Stage::Ready(workspace) = &mut app.stage {
                workspace.quit_when_saved = false;
            }
            Vec::new()
        }
        Message::Sessions(entries, intent) => {
            app.dialog = Some(Dialog::Sessions(SessionList::new(entries, intent)));
            Vec::new()
        }
        Message::CurveRead(run) => {
            if run.evaluations.is_empty() {
                app.complain(format!("{} was never measured, so it has no curve", run.name));
            } else {
                app.view.comparison.keep(*run);
                app.view.pane = Pane::Comparison;
            }
            Vec::new()
        }
        Message::CurveUnread(reason) => {
            app.complain(reason);
            Vec::new()
        }
        Message::Tick => {
            play(app);
            app.decode();
            Vec::new()
        }
        Message::End => {
            app.ending = Some(Ok(()));
            Vec::new()
        }
    }
}

/// A key while a dialog is open.
fn answer(app: &mut App, dialog: Dialog, key: KeyEvent) -> Vec<Effect> {
    match dialog {
        Dialog::Help(line) => {
            let line = match key.code {
                KeyCode::Up | KeyCode::Char('k') => line.saturating_sub(1),
                KeyCode::Down | KeyCode::Char('j') => line + 1,
                KeyCode::PageUp => line.saturating_sub(10),
                KeyCode::PageDown | KeyCode::Char(' ') => line + 10,
                KeyCode::Home => 0,
                KeyCode::Esc | KeyCode::Char('q' | '?') | KeyCode::Enter | KeyCode::F(1) => {
                    return Vec::new();
                }
                _ => line,
            };
            app.dialog = Some(Dialog::Help(line.min(help::length())));
            Vec::new()
        }
        Dialog::Confirm(question) => confirmed(app, question, key),
        Dialog::Form(mut form) => match form.key(key) {
            form::Outcome::Cancelled => Vec::new(),
            form::Outcome::Begin(configuration) => begin(app, *configuration),
            form::Outcome::Open => {
                app.dialog = Some(Dialog::Form(form));
                Vec::new()
            }
        },
        Dialog::Sessions(mut list) => match list.key(key) {
            sessions::Outcome::Cancelled => Vec::new(),
            sessions::Outcome::Chosen(Intent::Compare, path) => vec![Effect::ReadCurve(path)],
            sessions::Outcome::Chosen(Intent::Open, path) if is_unsaved(app) => {
                ask(app, Question::Open(path))
            }
            sessions::Outcome::Chosen(Intent::Open, path) => vec![Effect::Open(path)],
            sessions::Outcome::Open => {
                app.dialog = Some(Dialog::Sessions(list));
                Vec::new()
            }
        },
    }
}

fn confirmed(app: &mut App, question: Question, key: KeyEvent) -> Vec<Effect> {
    match (key.code, question) {
        (KeyCode::Char('y' | 'Y'), Question::Reset) => app
            .workspace()
            .map(|workspace| Effect::NewRun(workspace.progress.configuration.clone()))
            .into_iter()
            .collect(),
        (KeyCode::Char('y' | 'Y'), Question::Quit) => vec![Effect::Quit],
        (KeyCode::Char('y' | 'Y'), Question::Replace(configuration)) => vec![Effect::NewRun(*configuration)],
        (KeyCode::Char('y' | 'Y'), Question::Open(path)) => vec![Effect::Open(path)],
        (KeyCode::Char('s' | 'S'), Question::Quit) => {
            let Stage::Ready(workspace) = &mut app.stage else {
                return vec![Effect::Quit];
            };
            workspace.quit_when_saved = true;
            vec![
                Effect::Trainer(Command::Pause),
                Effect::Save(workspace.path.clone()),
            ]
        }
        (KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q'), _) => Vec::new(),
        (_, question) => ask(app, question),
    }
}

fn ask(app: &mut App, question: Question) -> Vec<Effect> {
    app.dialog = Some(Dialog::Confirm(question));
    Vec::new()
}

fn is_unsaved(app: &App) -> bool {
    app.workspace().is_some_and(Workspace::is_unsaved)
}

fn begin(app: &mut App, configuration: Configuration) -> Vec<Effect> {
    if is_unsaved(app) {
        return ask(app, Question::Replace(Box::new(configuration)));
    }
    vec![Effect::NewRun(configuration)]
}

/// A key while no dialog is open.
fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit if is_unsaved(app) => return ask(app, Question::Quit),
        Action::Quit => return vec![Effect::Quit],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Repaint => return vec![Effect::Repaint],
        Action::Help => app.dialog = Some(Dialog::Help(0)),
        Action::OpenSessions => return vec![Effect::ListSessions(Intent::Open)],
        Action::NextPane | Action::PreviousPane => {
            let panes = [
                Pane::Training,
                Pane::Traversal,
                Pane::Reconstruction,
                Pane::Comparison,
            ];
            let step = if action == Action::NextPane { 1 } else { 3 };
            app.view.pane = panes[(app.view.pane as usize + step) % 4];
        }
        Action::Zoom(Pane::Comparison) => {
            app.view.pane = match app.view.pane {
                Pane::Comparison => Pane::Training,
                _ => Pane::Comparison,
            };
        }
        Action::Zoom(pane) => {
            app.view.zoomed = !(app.view.zoomed && app.view.pane == pane);
            app.view.pane = pane;
        }
        Action::KeepCurve => keep_curve(app),
        _ => {
            return match app.view.pane {
                _ if steers_training(action) => steer(app, action),
                Pane::Training => look_at_training(app, action),
                Pane::Traversal => traverse(app, action),
                Pane::Reconstruction => browse(app, action),
                Pane::Comparison => compare(app, action),
            };
        }
    }
    Vec::new()
}

fn steers_training(action: Action) -> bool {
    use Action::{
        Estimate, Evaluate, LowerLearningRate, NewRun, RaiseLearningRate, Reset, Save, StepOnce,
        SwitchEstimator, ToggleRunning,
    };
    matches!(
        action,
        ToggleRunning
            | StepOnce
            | Reset
            | RaiseLearningRate
            | LowerLearningRate
            | SwitchEstimator
            | Evaluate
            | Estimate
            | Save
            | NewRun
    )
}

fn steer(app: &mut App, action: Action) -> Vec<Effect> {
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    let progress = &mut workspace.progress;
    match action {
        Action::ToggleRunning => match progress.state {
            State::Running => vec![Effect::Trainer(Command::Pause)],
            State::Paused => vec![Effect::Trainer(Command::Start)],
            State::Finished => {
                let goal = progress.samples.saturating_add(progress.configuration.goal);
                progress.configuration.goal = goal;
                app.say(format!("goal raised to {} samples", short(goal as f64)));
                vec![
                    Effect::Trainer(Command::SetGoal(goal)),
                    Effect::Trainer(Command::Start),
                ]
            }
        },
        Action::StepOnce => vec![Effect::Trainer(Command::Step)],
        Action::RaiseLearningRate | Action::LowerLearningRate => {
            let factor = if action == Action::RaiseLearningRate {
                RATE_FACTOR
            } else {
                1.0 / RATE_FACTOR
            };
            progress.learning_rate = (progress.learning_rate * factor).clamp(1e-8, 1e3);
            let rate = progress.learning_rate;
            app.say(format!("learning rate {}", short(f64::from(rate))));
            vec![Effect::Trainer(Command::SetLearningRate(rate))]
        }
        Action::SwitchEstimator => {
            let estimator = match progress.configuration.estimator {
                Estimator::A => Estimator::B,
                Estimator::B => Estimator::A,
            };
            progress.configuration.estimator = estimator;
            app.say(format!("SGVB estimator {estimator:?}"));
            vec![Effect::Trainer(Command::SetEstimator(estimator))]
        }
        Action::Evaluate => vec![Effect::Trainer(Command::Evaluate)],
        Action::Estimate => {
            app.say("estimating log p(x): some seconds; steering the training ends it");
            vec![Effect::Trainer(Command::Estimate)]
        }
        Action::Save => {
            let path = workspace.path.clone();
            app.say("saving");
            vec![Effect::Save(path)]
        }
        Action::NewRun => {
            app.dialog = Some(Dialog::Form(Box::new(Form::new(&progress.configuration))));
            Vec::new()
        }
        _ => ask(app, Question::Reset),
    }
}

fn look_at_training(app: &mut App, action: Action) -> Vec<Effect> {
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    let has_estimates = workspace.progress.marginal.is_some();
    let shown = layout::visible(app.area, &app.view, Pane::Training).map_or(0, |area| {
        usize::from(layout::training(area, has_estimates).bars.height)
    });
    let last = workspace.progress.configuration.latent.saturating_sub(shown);
    let bar = &mut workspace.progress.first_bar;
    match action {
        Action::ToggleAxis => app.view.log_axis = !app.view.log_axis,
        Action::TogglePaper => app.view.paper = !app.view.paper,
        Action::CycleSmoothing => {
            let lengths = [0, 20, 100, 500];
            let next = lengths.into_iter().find(|&length| length > app.view.smoothing);
            app.view.smoothing = next.unwrap_or(0);
        }
        Action::Up => *bar = last.min(*bar).saturating_sub(1),
        Action::Down => *bar = (*bar + 1).min(last),
        Action::FarUp => *bar = last.min(*bar).saturating_sub(10),
        Action::FarDown => *bar = (*bar + 10).min(last),
        _ => {}
    }
    Vec::new()
}

fn traverse(app: &mut App, action: Action) -> Vec<Effect> {
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    let view = &mut app.view;
    let by = |change: f32| move |value: f32| (value + change).clamp(-LIMIT, LIMIT);
    match action {
        Action::Left => set_value(workspace, view, by(-FINE)),
        Action::Right => set_value(workspace, view, by(FINE)),
        Action::FarLeft => set_value(workspace, view, by(-COARSE)),
        Action::FarRight => set_value(workspace, view, by(COARSE)),
        Action::ResetDimension => {
            let start = workspace.traversal.start[workspace.selected(view)];
            set_value(workspace, view, |_| start);
        }
        Action::Up | Action::Down | Action::FarUp | Action::FarDown => {
            let order = workspace.order();
            let selected = workspace.selected(view);
            let at = order
                .iter()
                .position(|&dimension| dimension == selected)
                .unwrap_or(0);
            let at = match action {
                Action::Up => at.saturating_sub(1),
                Action::Down => at + 1,
                Action::FarUp => at.saturating_sub(10),
                _ => at + 10,
            };
            view.dimension = Some(order[at.min(order.len() - 1)]);
        }
        Action::ResetLatent => {
            view.latent.clear();
            view.start_image = view.start_image.or(Some(0));
        }
        Action::Origin => view.latent = vec![0.0; workspace.progress.configuration.latent],
        Action::Randomise => {
            view.latent =
                traversal::prior_sample(&workspace.model, workspace.progress.configuration.seed, app.draws);
            app.draws += 1;
        }
        Action::Play => app.playing = if app.playing.is_some() { None } else { Some(FINE) },
        _ => {}
    }
    Vec::new()
}

/// Changes the selected latent value, from the start's own vector where nothing was changed before.
fn set_value(workspace: &Workspace, view: &mut crate::session::View, change: impl Fn(f32) -> f32) {
    if view.latent.is_empty() {
        view.latent.clone_from(&workspace.traversal.start);
    }
    let selected = workspace.selected(view);
    if let Some(value) = view.latent.get_mut(selected) {
        *value = change(*value);
    }
}

/// One step of a dimension that moves by itself, turning at the ends of its range.
fn play(app: &mut App) {
    let (Some(speed), Stage::Ready(workspace)) = (app.playing, &app.stage) else {
        return;
    };
    set_value(workspace, &mut app.view, |value| {
        (value + speed).clamp(-REACH, REACH)
    });
    let selected = workspace.selected(&app.view);
    let value = app.view.latent.get(selected).copied().unwrap_or_default();
    if value.abs() >= REACH {
        app.playing = Some(-FINE * value.signum());
    }
}

fn browse(app: &mut App, action: Action) -> Vec<Effect> {
    let Some(area) = layout::visible(app.area, &app.view, Pane::Reconstruction) else {
        return Vec::new();
    };
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    let geometry = layout::reconstruction(area, workspace.data.width, workspace.data.height);
    let (page, points) = (geometry.page(), workspace.data.test.points());
    let view = &mut app.view;
    if page == 0 || points == 0 {
        return Vec::new();
    }
    let last = page - 1;
    let first = view.images.first().copied().unwrap_or(0);
    match action {
        Action::Left => view.selected_image = view.selected_image.saturating_sub(1),
        Action::Right => view.selected_image = (view.selected_image + 1).min(last),
        Action::Up => view.selected_image = view.selected_image.saturating_sub(geometry.columns),
        Action::Down => view.selected_image = (view.selected_image + geometry.columns).min(last),
        Action::FarUp => {
            view.images = (0..page)
                .map(|i| (first + points - page % points + i) % points)
                .collect()
        }
        Action::FarDown => view.images = (0..page).map(|i| (first + page + i) % points).collect(),
        Action::Randomise => {
            let seed = workspace.progress.configuration.seed;
            let mut generator = generator(seed, Purpose::Exploration, app.draws, 1);
            view.images = (0..page).map(|_| generator.gen_range(0..points)).collect();
            app.draws += 1;
        }
        Action::UseAsStart => {
            view.start_image = view.images.get(view.selected_image).copied();
            view.latent.clear();
            view.pane = Pane::Traversal;
        }
        _ => {}
    }
    Vec::new()
}

fn keep_curve(app: &mut App) {
    match app.workspace().and_then(comparison::keep) {
        Some(run) => {
            app.say(format!("the curve of {} is kept; 4 compares", run.name));
            app.view.comparison.keep(run);
        }
        None => app.complain("there is no curve to keep yet: e measures the test set"),
    }
}

fn compare(app: &mut App, action: Action) -> Vec<Effect> {
    let comparison = &mut app.view.comparison;
    match action {
        Action::AddCurve => return vec![Effect::ListSessions(Intent::Compare)],
        Action::RemoveCurve => match comparison.remove_selected() {
            Some(run) => app.say(format!(
                "{} is removed from the comparison; its file stays",
                run.name
            )),
            None => app.say("the open run stays; the arrows select another"),
        },
        Action::Up => comparison.selected = comparison.selected.saturating_sub(1),
        Action::Down => comparison.selected = (comparison.selected + 1).min(comparison.runs.len()),
        Action::Left => comparison.move_cursor(-0.01),
        Action::Right => comparison.move_cursor(0.01),
        Action::FarLeft => comparison.move_cursor(-0.1),
        Action::FarRight => comparison.move_cursor(0.1),
        Action::ZoomIn => comparison.zoom(0.5),
        Action::ZoomOut => comparison.zoom(2.0),
        Action::ShowAll => comparison.zoom(f64::INFINITY),
        Action::ToggleSeconds => {
            comparison.against = match comparison.against {
                Against::Samples => Against::Seconds,
                Against::Seconds => Against::Samples,
            };
        }
        Action::CycleBounds => comparison.bounds = comparison.bounds.next(),
        Action::ToggleAxis => app.view.log_axis = !app.view.log_axis,
        Action::TogglePaper => app.view.paper = !app.view.paper,
        _ => {}
    }
    Vec::new()
}

/// What the trainer told.
fn trained(app: &mut App, event: Event) {
    let Stage::Ready(workspace) = &mut app.stage else {
        return;
    };
    let progress = &mut workspace.progress;
    match event {
        Event::Steps { reports, seconds } => {
            for report in reports {
                progress.push(report);
            }
            progress.clock(seconds);
        }
        Event::Evaluated { point, test, seconds } => {
            progress.evaluations.extend(point);
            progress.test = Some(test);
            progress.evaluation_seconds = seconds;
            app.decode();
        }
        Event::Estimated(point) => {
            progress.marginal = Some(point);
            app.notice = None;
        }
        Event::EstimateEnded => app.say("the estimate of log p(x) was broken off"),
        Event::State(state) => {
            progress.state = state;
            progress.reports.clear();
            if state == State::Finished {
                app.say("goal reached: everything stays; space goes on, s saves");
            }
        }
        Event::Diverged(diverged) => app.complain(diverged.to_string()),
    }
}

impl App {
    /// Takes the newest parameters, if they are not the ones that are shown already.
    pub(super) fn offer(&mut self, model: Arc<crate::model::Vae>) {
        let shown = self
            .workspace()
            .is_none_or(|workspace| Arc::ptr_eq(&workspace.model, &model));
        if !shown {
            update(self, Message::Snapshot(model));
        }
    }
}
