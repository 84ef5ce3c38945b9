//! The choices of a new run.

use std::borrow::Cow;

use clap::ValueEnum;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::data;
use crate::learning::{Configuration, Method};
use crate::model::{Initialisation, Likelihood};
use crate::nn::optimizer::OptimizerKind;
use crate::tui::{layout, text, theme};

/// What is typed so far, beside what does not change.
#[derive(Clone, Debug)]
pub struct Form {
    base: Configuration,
    fields: [(&'static str, String); 12],
    selected: usize,
    /// Whether the selected field is still as it was offered, so that the first digit replaces it.
    untouched: bool,
    fault: Option<String>,
}

/// What a key leads to.
#[derive(Debug)]
pub enum Outcome {
    /// The form stays open.
    Open,
    /// The form is closed.
    Cancelled,
    /// A run is to begin.
    Begin(Box<Configuration>),
}

/// Which way a choice moves through its values.
#[derive(Clone, Copy, Debug)]
enum Direction {
    Back,
    On,
}

/// The fields that are chosen from a few values instead of typed.
const OPTIMIZER: usize = 3;
const DECODER: usize = 8;
const METHOD: usize = 10;
const INITIALISATION: usize = 11;
/// The most characters that can be typed: the path of a file.
const LONGEST: usize = 1_000;

impl Form {
    /// The form filled in with `configuration`.
    pub fn new(configuration: &Configuration) -> Self {
        Self {
            fields: [
                ("latent dimensions", configuration.latent.to_string()),
                ("hidden units", configuration.hidden.to_string()),
                ("batch size", configuration.batch.to_string()),
                ("optimizer", name_of(configuration.optimizer)),
                ("learning rate", configuration.learning_rate.to_string()),
                ("seed", configuration.seed.to_string()),
                (
                    "training points",
                    configuration
                        .train_size
                        .map_or("all".into(), |size| size.to_string()),
                ),
                ("goal (samples)", configuration.goal.to_string()),
                ("decoder", name_of(configuration.likelihood)),
                ("data", configuration.data.clone()),
                ("method", name_of(configuration.method)),
                ("initialisation", name_of(configuration.initialisation)),
            ],
            base: configuration.clone(),
            selected: 0,
            untouched: true,
            fault: None,
        }
    }

    /// Changes the form by a key.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Enter => match self.configuration() {
                Ok(configuration) => return Outcome::Begin(Box::new(configuration)),
                Err(fault) => self.fault = Some(fault),
            },
            KeyCode::Up | KeyCode::BackTab => self.select(self.selected + self.fields.len() - 1),
            KeyCode::Down | KeyCode::Tab => self.select(self.selected + 1),
            KeyCode::Left if is_choice(self.selected) => self.choose(Direction::Back),
            KeyCode::Right | KeyCode::Char(' ') if is_choice(self.selected) => self.choose(Direction::On),
            KeyCode::Backspace if !is_choice(self.selected) => {
                self.untouched = false;
                self.fields[self.selected].1.pop();
            }
            KeyCode::Char(character) => self.write(&character.to_string()),
            _ => {}
        }
        Outcome::Open
    }

    /// Writes a pasted text into the selected field, without line breaks and the like.
    pub fn paste(&mut self, text: &str) {
        let text: String = text.chars().filter(|character| !character.is_control()).collect();
        self.write(&text);
    }

    /// Writes into the selected field, if it is no choice.
    fn write(&mut self, added: &str) {
        if is_choice(self.selected) || added.is_empty() {
            return;
        }
        let text = &mut self.fields[self.selected].1;
        if std::mem::take(&mut self.untouched) {
            text.clear();
        }
        let room = LONGEST.saturating_sub(text.chars().count());
        text.extend(added.chars().take(room));
    }

    fn select(&mut self, field: usize) {
        self.selected = field % self.fields.len();
        self.untouched = true;
    }

    /// Takes another value of the selected choice; an optimizer brings its usual learning rate.
    fn choose(&mut self, direction: Direction) {
        let text = &mut self.fields[self.selected].1;
        match self.selected {
            OPTIMIZER => {
                let rule = neighbour(chosen::<OptimizerKind>(text), direction);
                *text = name_of(rule);
                self.fields[OPTIMIZER + 1].1 = rule.usual_learning_rate().to_string();
            }
            DECODER => *text = name_of(neighbour(chosen::<Likelihood>(text), direction)),
            METHOD => *text = name_of(neighbour(chosen::<Method>(text), direction)),
            _ => *text = name_of(neighbour(chosen::<Initialisation>(text), direction)),
        }
    }

    /// The configuration as typed, or what is wrong with it.
    fn configuration(&self) -> Result<Configuration, String> {
        let [
            latent,
            hidden,
            batch,
            optimizer,
            rate,
            seed,
            size,
            goal,
            decoder,
            data,
            method,
            initialisation,
        ] = &self.fields;
        let train_size = if size.1.eq_ignore_ascii_case("all") {
            None
        } else {
            Some(number(size)?)
        };
        let configuration = Configuration {
            latent: number(latent)?,
            hidden: number::<usize>(hidden)?.into(),
            batch: number(batch)?,
            optimizer: chosen(&optimizer.1),
            learning_rate: number(rate)?,
            seed: number(seed)?,
            train_size,
            goal: number(goal)?,
            likelihood: chosen(&decoder.1),
            data: data::absolute_name(&with_home(&data.1)),
            method: chosen(&method.1),
            initialisation: chosen(&initialisation.1),
            ..self.base.clone()
        };
        configuration.check().map_err(|error| error.to_string())?;
        Ok(configuration)
    }

    /// Draws the form.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let fault = text::printable(self.fault.as_deref().unwrap_or_default());
        // The frame takes two rows and four columns.
        let fault_rows = text::wrapped(&fault, usize::from(WIDTH.min(area.width).saturating_sub(4))).len();
        let height = u16::try_from(self.fields.len() + 3 + fault_rows.max(2)).unwrap_or(u16::MAX);
        let hint = "Enter start, Esc cancel, ↑ ↓ field";
        let inside = super::frame("New run", hint, WIDTH, height, area, buffer);

        // The selected field and the fault are seen whatever the size; other fields scroll.
        let room = usize::from(inside.height.saturating_sub(1).max(1));
        let faults = text::fitted(&fault, usize::from(inside.width), room);
        let rows = usize::from(inside.height).saturating_sub(faults.len());
        let shown = rows.min(self.fields.len());
        let first = layout::window(self.selected, shown, self.fields.len());
        let fields = (first..self.fields.len()).take(shown);
        let mut lines: Vec<Line> = fields.map(|field| self.line(field, inside.width)).collect();
        // A free line, where there is one.
        lines.extend((rows > shown).then(Line::default));
        let bad = ratatui::style::Style::new().fg(theme::BAD);
        lines.extend(faults.into_iter().map(|fault| Line::styled(fault, bad)));
        Paragraph::new(lines).render(inside, buffer);
    }

    /// A field's name and value, of which the end is seen where it is long.
    fn line(&self, field: usize, width: u16) -> Line<'static> {
        let (name, value) = &self.fields[field];
        let selected = field == self.selected;
        let style = if selected {
            theme::selected()
        } else {
            theme::plain()
        };
        let (before, after) = match (selected, is_choice(field)) {
            (true, true) => ("◂ ", " ▸"),
            (true, false) => ("", "▏"),
            (false, _) => ("", ""),
        };
        let room = usize::from(width).saturating_sub(2);
        let name = text::padded(name, NAME.min(room / 2));
        let room = room.saturating_sub([&name, before, after].map(text::columns).iter().sum());
        let value = text::printable(value);
        Line::from(vec![
            Span::raw(if selected { "▶ " } else { "  " }),
            Span::styled(format!("{name}{before}{}{after}", text::end(&value, room)), style),
        ])
    }
}

/// Columns of the form.
const WIDTH: u16 = 60;
/// Columns of a field's name.
const NAME: usize = 20;

/// The name of a choice, which the command line uses too.
fn name_of<T: ValueEnum>(value: T) -> String {
    value
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The choice of that name; the fields hold no others.
fn chosen<T: ValueEnum + Default>(name: &str) -> T {
    T::from_str(name, false).unwrap_or_default()
}

/// The value after `value` or before it, round at the ends.
fn neighbour<T: ValueEnum + PartialEq>(value: T, direction: Direction) -> T {
    let variants = T::value_variants();
    let at = variants.iter().position(|variant| *variant == value).unwrap_or(0);
    let step = match direction {
        Direction::On => 1,
        Direction::Back => variants.len() - 1,
    };
    variants[(at + step) % variants.len()].clone()
}

/// A path as the shell would have it: `~` is the home folder.
fn with_home(path: &str) -> Cow<'_, str> {
    let home =
        || directories::BaseDirs::new().and_then(|folders| folders.home_dir().to_str().map(str::to_owned));
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            home().map_or(Cow::Borrowed(path), |home| Cow::Owned(home + rest))
        }
        _ => Cow::Borrowed(path),
    }
}

fn is_choice(field: usize) -> bool {
    matches!(field, OPTIMIZER | DECODER | METHOD | INITIALISATION)
}

fn number<T: std::str::FromStr>((name, text): &(&'static str, String)) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("{name}: {text:?} is not a number that fits here"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Preset;

    fn press(form: &mut Form, codes: &[KeyCode]) -> Outcome {
        codes
            .iter()
            .fold(Outcome::Open, |_, code| form.key(KeyEvent::from(*code)))
    }

    #[test]
    fn typing_replaces_and_enter_begins() {
        let mut form = Form::new(&Preset::Mnist.configuration(1));
        let outcome = press(
            &mut form,
            &[
                KeyCode::Char('2'),
                KeyCode::Down,
                KeyCode::Backspace,
                KeyCode::Up,
                KeyCode::Enter,
            ],
        );
        let Outcome::Begin(configuration) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((configuration.latent, configuration.hidden), (2, 50.into()));
    }

    #[test]
    fn a_fault_is_named_and_keeps_the_form_open() {
        let mut form = Form::new(&Preset::Mnist.configuration(1));
        press(&mut form, &[KeyCode::Char('0'), KeyCode::Enter]);
        assert_eq!(
            form.fault.as_deref(),
            Some("latent is 0, but must be from 1 to 512")
        );
        press(&mut form, &[KeyCode::Char('x'), KeyCode::Enter]);
        assert_eq!(
            form.fault.as_deref(),
            Some("latent dimensions: \"0x\" is not a number that fits here")
        );
        assert!(matches!(press(&mut form, &[KeyCode::Esc]), Outcome::Cancelled));
    }

    #[test]
    fn choices_go_round_both_ways() {
        let mut form = Form::new(&Preset::Mnist.configuration(1));
        press(&mut form, &[KeyCode::Up]);
        let mut seen = Vec::new();
        for code in [KeyCode::Right, KeyCode::Right, KeyCode::Left, KeyCode::Left] {
            press(&mut form, &[code]);
            seen.push(
                form.configuration()
                    .map(|configuration| configuration.initialisation),
            );
        }
        use Initialisation::{Glorot, Paper, PyTorch};
        assert_eq!(seen, [Ok(PyTorch), Ok(Paper), Ok(PyTorch), Ok(Glorot)]);
    }

    #[test]
    fn the_optimizer_brings_its_usual_learning_rate() {
        let mut form = Form::new(&Preset::Mnist.configuration(1));
        let down = KeyCode::Down;
        let outcome = press(&mut form, &[down, down, down, KeyCode::Right, KeyCode::Enter]);
        let Outcome::Begin(configuration) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(
            (configuration.optimizer, configuration.learning_rate),
            (OptimizerKind::Adagrad, 0.02)
        );
    }
}
