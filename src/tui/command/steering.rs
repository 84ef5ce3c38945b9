//! What steers the training, whatever pane has the focus.

use crate::language::tr;
use crate::learning::settings::{Assignment, find};
use crate::run::{Command, State};
use crate::tui::answering::{ask, fill_in};
use crate::tui::app::{App, Stage};
use crate::tui::message::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::confirm::Confirmation;
use crate::tui::overlays::form::Form;
use crate::tui::saver::Manner;
use crate::tui::widgets::axis::short;
use crate::tui::workspace::{AfterSave, Workspace};

/// One press of the learning-rate keys.
const RATE_FACTOR: f32 = 1.25;

fn workspace(app: &mut App) -> Option<&mut Workspace> {
    match &mut app.stage {
        Stage::Ready(workspace) => Some(workspace),
        Stage::Loading(..) => None,
    }
}

/// Tells the run, once there is one.
fn command(app: &mut App, command: Command) -> Vec<Effect> {
    let ready = workspace(app).is_some();
    ready.then_some(Effect::Command(command)).into_iter().collect()
}

pub(super) fn toggle(app: &mut App) -> Vec<Effect> {
    app.go_on_with_this_run();
    let Some(workspace) = workspace(app) else {
        return Vec::new();
    };
    let progress = &workspace.progress;
    match *progress.asked.last().unwrap_or(&progress.state) {
        State::Running => vec![Effect::Command(Command::Pause)],
        State::Paused => vec![Effect::Command(Command::Start)],
        State::Finished => {
            let goal = progress.samples.saturating_add(progress.configuration.goal);
            app.say(tr!("goal raised to {goal} samples", goal = short(goal as f64)));
            let mut effects = set(app, vec![Assignment::new("samples", goal)]);
            effects.push(Effect::Command(Command::Start));
            effects
        }
    }
}

pub(super) fn step(app: &mut App) -> Vec<Effect> {
    app.go_on_with_this_run();
    command(app, Command::Step)
}

pub(super) fn raise_learning_rate(app: &mut App) -> Vec<Effect> {
    multiply_learning_rate(app, RATE_FACTOR)
}

pub(super) fn lower_learning_rate(app: &mut App) -> Vec<Effect> {
    multiply_learning_rate(app, 1.0 / RATE_FACTOR)
}

fn multiply_learning_rate(app: &mut App, factor: f32) -> Vec<Effect> {
    let Some(workspace) = workspace(app) else {
        return Vec::new();
    };
    let rate = (workspace.progress.learning_rate * factor).clamp(1e-8, 1e3);
    app.say(tr!("learning rate {rate}", rate = short(f64::from(rate))));
    set(app, vec![Assignment::new("learning-rate", rate)])
}

pub(super) fn switch_estimator(app: &mut App) -> Vec<Effect> {
    let (Some(workspace), Some(setting)) = (workspace(app), find("estimator")) else {
        return Vec::new();
    };
    let present = setting.value(&workspace.progress.configuration);
    let other = if present == "a" { "b" } else { "a" };
    app.say(tr!("SGVB estimator {letter}", letter = other.to_uppercase()));
    set(app, vec![Assignment::new(setting.name, other)])
}

/// Sets what is named, on the screen at once and in the run between two steps.
pub fn set(app: &mut App, assignments: Vec<Assignment>) -> Vec<Effect> {
    let Some(workspace) = workspace(app).filter(|_| !assignments.is_empty()) else {
        return Vec::new();
    };
    workspace.progress.assign(&assignments);
    vec![Effect::Command(Command::Change(assignments))]
}

pub(super) fn measure(app: &mut App) -> Vec<Effect> {
    command(app, Command::Evaluate)
}

pub(super) fn estimate(app: &mut App) -> Vec<Effect> {
    if workspace(app).is_some() {
        app.say(tr!(
            "estimating log p(x): some seconds; steering the training ends it"
        ));
    }
    command(app, Command::Estimate)
}

/// What the pane works out first, where it does.
pub(super) fn break_off(app: &mut App) -> Vec<Effect> {
    if app.break_off() {
        app.say(tr!("broken off; what there is of it stays"));
        return Vec::new();
    }
    let mut effects = command(app, Command::BreakOff);
    effects.extend(app.writing.map(|_| Effect::BreakOffWriting));
    effects
}

pub(super) fn halve(app: &mut App) -> Vec<Effect> {
    command(app, Command::Halve)
}

pub(super) fn go_back(app: &mut App) -> Vec<Effect> {
    command(app, Command::GoBack)
}

pub(super) fn restart(app: &mut App) -> Vec<Effect> {
    match workspace(app) {
        None => Vec::new(),
        Some(workspace) if workspace.attached.is_some() => {
            app.say(tr!(
                "an attached run can't be started over; n begins another one here"
            ));
            Vec::new()
        }
        Some(_) => ask(app, Confirmation::Reset),
    }
}

pub(super) fn new_run(app: &mut App) -> Vec<Effect> {
    let form = workspace(app).map(|workspace| Form::new(&workspace.progress.configuration));
    form.map_or_else(Vec::new, |form| fill_in(app, Box::new(form)))
}

pub(super) fn queue_run(app: &mut App) -> Vec<Effect> {
    if let Some(workspace) = workspace(app) {
        let form = Form::queued(&workspace.progress.configuration);
        app.overlay = Some(Overlay::Form(Box::new(form)));
    }
    Vec::new()
}

pub(super) fn fork(app: &mut App) -> Vec<Effect> {
    if let Some(workspace) = workspace(app) {
        let progress = &workspace.progress;
        // Those of a run in another process stay there.
        let checkpoints = match &workspace.attached {
            Some(_) => &[][..],
            None => &progress.checkpoints,
        };
        let form = Form::fork(&progress.present(), progress.samples, checkpoints);
        app.overlay = Some(Overlay::Form(Box::new(form)));
    }
    Vec::new()
}

pub(super) fn save(app: &mut App) -> Vec<Effect> {
    if workspace(app).is_none() {
        return Vec::new();
    }
    app.say(tr!("saving"));
    vec![Effect::Save(Manner::Usual, AfterSave::GoOn)]
}
