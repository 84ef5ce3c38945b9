//! The one table of keys: it dispatches, and the footer, the help and the README are made from it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::session::Pane;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table below says what each does")]
pub enum Action {
    ToggleRunning,
    StepOnce,
    Reset,
    RaiseLearningRate,
    LowerLearningRate,
    SwitchEstimator,
    Evaluate,
    Estimate,
    Save,
    OpenSessions,
    NewRun,
    Help,
    Quit,
    NextPane,
    PreviousPane,
    Zoom(Pane),
    Suspend,
    Repaint,
    ToggleAxis,
    CycleSmoothing,
    TogglePaper,
    Up,
    Down,
    Left,
    Right,
    FarUp,
    FarDown,
    FarLeft,
    FarRight,
    ResetDimension,
    ResetLatent,
    Origin,
    Randomise,
    Play,
    CycleSheet,
    UseAsStart,
    KeepCurve,
    AddCurve,
    RemoveCurve,
    ToggleSeconds,
    CycleBounds,
    ZoomIn,
    ZoomOut,
    ShowAll,
}

/// Where a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In every pane.
    Everywhere,
    /// In one pane.
    In(Pane),
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it works.
    pub scope: Scope,
    /// The keys, any of which will do.
    pub keys: &'static [Key],
    /// What they ask for.
    pub action: Action,
    /// What that does, for the help.
    pub help: &'static str,
    /// One word for the footer, where it is shown there.
    pub footer: Option<&'static str>,
}

/// A key as it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub KeyCode, pub KeyModifiers);

const fn character(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::NONE)
}
const fn control(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::CONTROL)
}
const fn shift(code: KeyCode) -> Key {
    Key(code, KeyModifiers::SHIFT)
}
const fn plain(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

const fn row(
    scope: Scope,
    keys: &'static [Key],
    action: Action,
    help: &'static str,
    footer: Option<&'static str>,
) -> Binding {
    Binding {
        scope,
        keys,
        action,
        help,
        footer,
    }
}

const TRAINING: Scope = Scope::In(Pane::Training);
const TRAVERSAL: Scope = Scope::In(Pane::Traversal);
const RECONSTRUCTION: Scope = Scope::In(Pane::Reconstruction);
const COMPARISON: Scope = Scope::In(Pane::Comparison);

/// Every key of the workbench.
#[rustfmt::skip]
pub const TABLE: &[Binding] = &[
    row(Scope::Everywhere, &[character(' ')], Action::ToggleRunning, "start or pause training", Some("start/pause")),
    row(Scope::Everywhere, &[character('.')], Action::StepOnce, "train one minibatch", None),
    row(Scope::Everywhere, &[character('+'), character('=')], Action::RaiseLearningRate, "raise the learning rate by a quarter", None),
    row(Scope::Everywhere, &[character('-')], Action::LowerLearningRate, "lower the learning rate by a fifth", None),
    row(Scope::Everywhere, &[character('a')], Action::SwitchEstimator, "switch between SGVB estimators A and B", None),
    row(Scope::Everywhere, &[character('e')], Action::Evaluate, "measure the test set now", None),
    row(Scope::Everywhere, &[character('m')], Action::Estimate, "estimate log p(x) of test images in three ways", None),
    row(Scope::Everywhere, &[character('r')], Action::Reset, "start this run over (asks first)", None),
    row(Scope::Everywhere, &[character('n')], Action::NewRun, "new run: choose sizes, optimizer, seed, goal", Some("new")),
    row(Scope::Everywhere, &[character('s')], Action::Save, "save the session", Some("save")),
    row(Scope::Everywhere, &[character('o')], Action::OpenSessions, "open a saved session", Some("open")),
    row(Scope::Everywhere, &[plain(KeyCode::Tab)], Action::NextPane, "next pane", Some("pane")),
    row(Scope::Everywhere, &[plain(KeyCode::BackTab)], Action::PreviousPane, "previous pane", None),
    row(Scope::Everywhere, &[character('1')], Action::Zoom(Pane::Training), "training on the whole screen, and back", None),
    row(Scope::Everywhere, &[character('2')], Action::Zoom(Pane::Traversal), "traversal on the whole screen, and back", None),
    row(Scope::Everywhere, &[character('3')], Action::Zoom(Pane::Reconstruction), "reconstruction on the whole screen, and back", None),
    row(Scope::Everywhere, &[character('4')], Action::Zoom(Pane::Comparison), "comparison of runs, and back", None),
    row(Scope::Everywhere, &[character('b')], Action::KeepCurve, "keep this run's curve, to compare later runs with it", None),
    row(Scope::Everywhere, &[character('?'), plain(KeyCode::F(1))], Action::Help, "this help", Some("help")),
    row(Scope::Everywhere, &[character('q'), control('c')], Action::Quit, "quit (asks if there is something to save)", Some("quit")),
    row(Scope::Everywhere, &[control('z')], Action::Suspend, "suspend; `fg` comes back", None),
    row(Scope::Everywhere, &[control('l')], Action::Repaint, "draw the screen anew", None),

    row(TRAINING, &[character('x')], Action::ToggleAxis, "samples axis linear or logarithmic", Some("log axis")),
    row(TRAINING, &[character('w')], Action::CycleSmoothing, "smooth the minibatch curve over 0, 20, 100, 500 steps", Some("smooth")),
    row(TRAINING, &[character('p')], Action::TogglePaper, "draw the paper's own curve, dashed, where it has one", Some("paper")),
    row(TRAINING, &[plain(KeyCode::Up), character('k')], Action::Up, "scroll the KL bars up", None),
    row(TRAINING, &[plain(KeyCode::Down), character('j')], Action::Down, "scroll the KL bars down", None),
    row(TRAINING, &[plain(KeyCode::PageUp), character('K')], Action::FarUp, "ten bars up", None),
    row(TRAINING, &[plain(KeyCode::PageDown), character('J')], Action::FarDown, "ten bars down", None),

    row(TRAVERSAL, &[plain(KeyCode::Left), character('h')], Action::Left, "lower the selected dimension by 0.1", Some("value")),
    row(TRAVERSAL, &[plain(KeyCode::Right), character('l')], Action::Right, "raise it by 0.1", None),
    row(TRAVERSAL, &[shift(KeyCode::Left), character('H')], Action::FarLeft, "lower it by 1", None),
    row(TRAVERSAL, &[shift(KeyCode::Right), character('L')], Action::FarRight, "raise it by 1", None),
    row(TRAVERSAL, &[plain(KeyCode::Up), character('k')], Action::Up, "previous dimension", Some("dimension")),
    row(TRAVERSAL, &[plain(KeyCode::Down), character('j')], Action::Down, "next dimension", None),
    row(TRAVERSAL, &[plain(KeyCode::PageUp), character('K')], Action::FarUp, "ten dimensions up", None),
    row(TRAVERSAL, &[plain(KeyCode::PageDown), character('J')], Action::FarDown, "ten dimensions down", None),
    row(TRAVERSAL, &[character('0')], Action::ResetDimension, "put the selected dimension back", None),
    row(TRAVERSAL, &[plain(KeyCode::Backspace), character('z')], Action::ResetLatent, "put all dimensions back to the start image's posterior mean", Some("reset")),
    row(TRAVERSAL, &[character('c')], Action::Origin, "go to the centre of the latent space", None),
    row(TRAVERSAL, &[character('g')], Action::Randomise, "draw a point from the prior", Some("random")),
    row(TRAVERSAL, &[character('p')], Action::Play, "move the selected dimension to and fro by itself", Some("play")),
    row(TRAVERSAL, &[character('v')], Action::CycleSheet, "below: a row a dimension, draws from the prior, or the plane of two dimensions", Some("view")),

    row(RECONSTRUCTION, &[plain(KeyCode::Left), character('h')], Action::Left, "previous image", Some("image")),
    row(RECONSTRUCTION, &[plain(KeyCode::Right), character('l')], Action::Right, "next image", None),
    row(RECONSTRUCTION, &[plain(KeyCode::Up), character('k')], Action::Up, "the row of images above", None),
    row(RECONSTRUCTION, &[plain(KeyCode::Down), character('j')], Action::Down, "the row of images below", None),
    row(RECONSTRUCTION, &[plain(KeyCode::PageUp), character('K')], Action::FarUp, "previous page of test images", None),
    row(RECONSTRUCTION, &[plain(KeyCode::PageDown), character('J')], Action::FarDown, "next page of test images", Some("page")),
    row(RECONSTRUCTION, &[character('g')], Action::Randomise, "random test images", Some("random")),
    row(RECONSTRUCTION, &[plain(KeyCode::Enter)], Action::UseAsStart, "start the traversal at this image", Some("traverse")),

    row(COMPARISON, &[plain(KeyCode::Enter)], Action::AddCurve, "add the curve of a saved session", Some("add")),
    row(COMPARISON, &[character('d'), plain(KeyCode::Delete)], Action::RemoveCurve, "remove the selected curve", Some("remove")),
    row(COMPARISON, &[plain(KeyCode::Up), character('k')], Action::Up, "select the run above", Some("select")),
    row(COMPARISON, &[plain(KeyCode::Down), character('j')], Action::Down, "select the run below", None),
    row(COMPARISON, &[plain(KeyCode::Left), character('h')], Action::Left, "move the cursor to the left", Some("cursor")),
    row(COMPARISON, &[plain(KeyCode::Right), character('l')], Action::Right, "move it to the right", None),
    row(COMPARISON, &[shift(KeyCode::Left), character('H')], Action::FarLeft, "move it a tenth of the width to the left", None),
    row(COMPARISON, &[shift(KeyCode::Right), character('L')], Action::FarRight, "move it a tenth of the width to the right", None),
    row(COMPARISON, &[character('z')], Action::ZoomIn, "show half as much, around the cursor", Some("nearer")),
    row(COMPARISON, &[character('Z')], Action::ZoomOut, "show twice as much", None),
    row(COMPARISON, &[character('0')], Action::ShowAll, "show everything", Some("all")),
    row(COMPARISON, &[character('t')], Action::ToggleSeconds, "axis in training points or in seconds", Some("seconds")),
    row(COMPARISON, &[character('v')], Action::CycleBounds, "test bounds, training bounds, or both", Some("bounds")),
    row(COMPARISON, &[character('x')], Action::ToggleAxis, "axis linear or logarithmic", Some("log axis")),
    row(COMPARISON, &[character('p')], Action::TogglePaper, "draw the paper's curve for the open run, dashed, where it has one", None),
];

/// What a key asks for while `pane` has the focus.
pub fn action(key: KeyEvent, pane: Pane) -> Option<Action> {
    let pressed = normalised(key);
    let applies = |binding: &&Binding| {
        (binding.scope == Scope::Everywhere || binding.scope == Scope::In(pane))
            && binding.keys.contains(&pressed)
    };
    TABLE.iter().find(applies).map(|binding| binding.action)
}

/// What a key asks for whatever has the focus.
pub fn action_everywhere(key: KeyEvent) -> Option<Action> {
    let pressed = normalised(key);
    let applies = |binding: &&Binding| binding.scope == Scope::Everywhere && binding.keys.contains(&pressed);
    TABLE.iter().find(applies).map(|binding| binding.action)
}

/// Whether a key is pressed without Control, Alt and the like; only such keys are text, or answer a question.
pub fn is_plain(key: KeyEvent) -> bool {
    KeyModifiers::SHIFT.contains(key.modifiers)
}

/// A shifted character is itself, and so is Tab to the left; other keys keep Shift, and all keep other modifiers.
fn normalised(key: KeyEvent) -> Key {
    match key.code {
        KeyCode::Char(_) | KeyCode::BackTab => Key(key.code, key.modifiers - KeyModifiers::SHIFT),
        _ => Key(key.code, key.modifiers),
    }
}

/// The keys of a row as they are written on keyboards: `← h`.
pub fn label(keys: &[Key]) -> String {
    keys.iter().map(|key| name(*key)).collect::<Vec<_>>().join(" ")
}

/// One key as it is written on keyboards.
pub fn name(Key(code, modifiers): Key) -> String {
    let name = match code {
        KeyCode::Char(' ') => "space".into(),
        KeyCode::Char(character) => character.to_string(),
        KeyCode::Up => "↑".into(),
        KeyCode::Down => "↓".into(),
        KeyCode::Left => "←".into(),
        KeyCode::Right => "→".into(),
        KeyCode::BackTab => "Shift-Tab".into(),
        KeyCode::PageUp => "PgUp".into(),
        KeyCode::PageDown => "PgDn".into(),
        other => format!("{other}"),
    };
    match modifiers {
        KeyModifiers::CONTROL => format!("Ctrl-{}", name.to_uppercase()),
        KeyModifiers::SHIFT => format!("Shift-{name}"),
        _ => name,
    }
}

/// What a scope is called in the help and the README.
pub fn heading(scope: Scope) -> &'static str {
    match scope {
        Scope::Everywhere => "Everywhere",
        TRAINING => "Training",
        TRAVERSAL => "Traversal",
        RECONSTRUCTION => "Reconstruction",
        Scope::In(_) => "Comparison",
    }
}

/// The scopes in the order of the help.
pub const SCOPES: [Scope; 5] = [Scope::Everywhere, TRAINING, TRAVERSAL, RECONSTRUCTION, COMPARISON];

/// The table as the README has it.
pub fn markdown() -> String {
    let mut text = String::new();
    for scope in SCOPES {
        text.push_str(&format!("| {} | |\n|---|---|\n", heading(scope)));
        for binding in TABLE.iter().filter(|binding| binding.scope == scope) {
            let keys = binding
                .keys
                .iter()
                .map(|key| format!("`{}`", name(*key)))
                .collect::<Vec<_>>()
                .join(" ");
            text.push_str(&format!("| {keys} | {} |\n", binding.help));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_pane() {
        for (index, first) in TABLE.iter().enumerate() {
            for second in &TABLE[index + 1..] {
                let meet = first.scope == second.scope
                    || first.scope == Scope::Everywhere
                    || second.scope == Scope::Everywhere;
                let shared = first.keys.iter().find(|key| second.keys.contains(key));
                assert!(
                    !(meet && shared.is_some()),
                    "{shared:?}: {first:?} and {second:?}"
                );
            }
        }
    }

    #[test]
    fn every_key_of_the_table_reaches_its_action() {
        for binding in TABLE {
            let pane = match binding.scope {
                Scope::In(pane) => pane,
                Scope::Everywhere => Pane::Traversal,
            };
            for Key(code, modifiers) in binding.keys {
                assert_eq!(
                    action(KeyEvent::new(*code, *modifiers), pane),
                    Some(binding.action)
                );
            }
        }
        let shifted = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
        assert_eq!(action(shifted, Pane::Training), Some(Action::Help));
    }
}
