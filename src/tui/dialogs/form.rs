//! The choices of a new run.

use clap::ValueEnum;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use crate::data;
use crate::learning::{Configuration, Method};
use crate::model::{Initialisation, Likelihood};
use crate::nn::optimizer::Rule;
use crate::tui::theme;

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
/// The most that can be typed: the path of a file.
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
            KeyCode::Char(character) if !is_choice(self.selected) => {
                let text = &mut self.fields[self.selected].1;
                if std::mem::take(&mut self.untouched) {
                    text.clear();
                }
                if text.len() < LONGEST {
                    text.push(character);
                }
            }
            _ => {}
        }
        Outcome::Open
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
                let rule = neighbour(chosen::<Rule>(text), direction);
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
            hidden: number(hidden)?,
            batch: number(batch)?,
            optimizer: chosen(&optimizer.1),
            learning_rate: number(rate)?,
            seed: number(seed)?,
            train_size,
            goal: number(goal)?,
            likelihood: chosen(&decoder.1),
            data: data::absolute_name(&data.1),
            method: chosen(&method.1),
            initialisation: chosen(&initialisation.1),
            ..self.base.clone()
        };
        configuration.check().map_err(|error| error.to_string())?;
        Ok(configuration)
    }

    /// Draws the form.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let inside = super::frame(
            "New run",
            "Enter start, Esc cancel, ↑ ↓ field",
            60,
            17,
            area,
            buffer,
        );
        let mut lines: Vec<Line> = Vec::new();
        for (index, (name, value)) in self.fields.iter().enumerate() {
            let selected = index == self.selected;
            let style = if selected {
                theme::selected()
            } else {
                theme::plain()
            };
            let (marker, cursor) = if selected { ("▶ ", "▏") } else { ("  ", "") };
            let room = usize::from(inside.width).saturating_sub(2 + NAME + 1);
            let hidden = value.chars().count().saturating_sub(room);
            let value: String = value.chars().skip(hidden).collect();
            let value = match (is_choice(index), selected) {
                (true, true) => format!("◂ {value} ▸"),
                (_, true) => format!("{value}{cursor}"),
                _ => value,
            };
            lines.push(Line::from(vec![
                Span::raw(marker),
                Span::styled(format!("{name:<NAME$}{value}"), style),
            ]));
        }
        let fault = self.fault.as_deref().unwrap_or_default();
        lines.push(Line::default());
        lines.push(Line::styled(fault, ratatui::style::Style::new().fg(theme::BAD)));
        Paragraph::new(lines)
            .wrap(Wrap { trim: false })
            .render(inside, buffer);
    }
}

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
        assert_eq!((configuration.latent, configuration.hidden), (2, 50));
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
            (Rule::Adagrad, 0.02)
        );
    }
}
