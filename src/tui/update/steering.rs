//! Keys that steer the training, whatever pane has the focus.

use super::overlays::ask;
use crate::learning::trainer::{Command, State};
use crate::objective::Estimator;
use crate::tui::app::{App, Stage};
use crate::tui::keymap::Action;
use crate::tui::message::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::confirm::Question;
use crate::tui::overlays::form::Form;
use crate::tui::saver::Manner;
use crate::tui::widgets::axis::short;

/// One press of the learning-rate keys.
const RATE_FACTOR: f32 = 1.25;

/// Whether an action is one of these.
pub(super) fn steers_training(action: Action) -> bool {
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

/// Does it.
pub(super) fn steer(app: &mut App, action: Action) -> Vec<Effect> {
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
                Estimator::B | Estimator::ImportanceWeighted => Estimator::A,
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
            app.say("saving");
            vec![Effect::Save(Manner::Usual)]
        }
        Action::NewRun => {
            app.overlay = Some(Overlay::Form(Box::new(Form::new(&progress.configuration))));
            Vec::new()
        }
        _ => ask(app, Question::Reset),
    }
}
