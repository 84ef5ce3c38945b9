//! The settings of a new run, a field for every row of the table, or of a fork: a field for every one that may change while training.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::{said, tr};
use crate::learning::Configuration;
use crate::learning::advice::{Advice, Basis};
use crate::learning::settings::{Assignment, Setting, SettingError, TABLE};
use crate::tui::widgets::axis::short;
use crate::tui::widgets::text_field::TextField;
use crate::tui::{layout, text, theme};

/// The fields with what is typed in them, over the configuration that they were offered from.
#[derive(Clone, Debug)]
pub struct Form {
    purpose: Purpose,
    base: Configuration,
    fields: Vec<Field>,
    selected: usize,
    /// Whether the selected field is still as it was offered, so that the first digit replaces it.
    untouched: bool,
    fault: Option<String>,
    /// What the advice is about that was asked for last, and the advice once it is there.
    basis: Option<Basis>,
    advice: Option<Advice>,
    /// Whether the advice came since the last key: then its reason is shown, whatever is selected.
    is_news: bool,
}

/// What the settings are for.
#[derive(Clone, Debug)]
enum Purpose {
    /// A run that begins at once.
    Begin,
    /// One that waits for those before it.
    Queue,
    /// One that goes on apart from the open run.
    Fork {
        /// Moments from which it may go on, in training points seen: now, or a checkpoint; the newest first.
        moments: Vec<u64>,
        /// Which of them.
        chosen: usize,
    },
}

/// A run that goes on apart from the open one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// From the checkpoint with so many training points seen; none for the present state.
    pub at: Option<u64>,
    /// With these settings changed.
    pub changes: Vec<Assignment>,
}

/// A row of the settings table, and the value as it is typed.
#[derive(Clone)]
struct Field {
    setting: &'static Setting,
    input: TextField,
}

/// Where everything stands.
struct Placed {
    /// The inside of the frame.
    inside: Rect,
    /// Rows that fields have.
    rows: usize,
    /// The fields in them.
    shown: std::ops::Range<usize>,
    /// Rows of the frame at most.
    height: u16,
    /// What is said below the fields, in lines.
    about: Vec<String>,
}

/// What a key leads to.
#[derive(Debug)]
pub enum Outcome {
    /// The form stays open.
    Open,
    /// The form is closed.
    Cancelled,
    /// The data is to be chosen from a list of files.
    ChooseData,
    /// Everything typed is accepted: a run with this configuration is to begin.
    Begin(Box<Configuration>),
    /// Such a run is to wait for those before it.
    Queue(Box<Configuration>),
    /// The open run is to be forked.
    Fork(Box<Fork>),
}

/// Which way a choice moves through its words.
#[derive(Clone, Copy, Debug)]
enum Direction {
    Back,
    On,
}

/// The setting that advice is about.
const LIKELIHOOD: &str = "likelihood";
/// Columns of the form.
const WIDTH: u16 = 60;
/// Columns of a field's name.
const NAME: usize = 16;
/// Rows for what is wrong, or for what the selected field decides.
const ABOUT_ROWS: usize = 2;
/// Rows below which fields need the room more than what is said about one of them.
const FEW_ROWS: u16 = 8;

impl Form {
    /// Every field offers what `configuration` has; the first is selected.
    pub fn new(configuration: &Configuration) -> Self {
        Self::of(configuration, Purpose::Begin)
    }

    /// The same for a run that waits for those before it.
    pub fn queued(configuration: &Configuration) -> Self {
        Self::of(configuration, Purpose::Queue)
    }

    /// What may change of a run that goes on apart from the open one: from now on, or from one of its checkpoints, which are given by
    /// the training points that they had seen, the newest last.
    pub fn fork(present: &Configuration, samples: u64, checkpoints: &[u64]) -> Self {
        let earlier = checkpoints.iter().rev().copied().filter(|&kept| kept < samples);
        let mut moments = vec![samples];
        moments.extend(earlier);
        Self::of(present, Purpose::Fork { moments, chosen: 0 })
    }

    fn of(configuration: &Configuration, purpose: Purpose) -> Self {
        let is_offered = |setting: &&Setting| match purpose {
            Purpose::Begin | Purpose::Queue => true,
            Purpose::Fork { .. } => setting.is_live(),
        };
        let field = |setting: &'static Setting| Field {
            setting,
            input: TextField::new(&setting.value(configuration)),
        };
        Self {
            base: configuration.clone(),
            fields: TABLE.iter().filter(is_offered).map(field).collect(),
            purpose,
            selected: 0,
            untouched: true,
            fault: None,
            basis: None,
            advice: None,
            is_news: false,
        }
    }

    /// Writes, moves between fields, chooses, begins the run or leaves; a fault that was shown stays until the next attempt.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        self.is_news = false;
        let is_choice = self.fields[self.selected].is_choice();
        match key.code {
            KeyCode::Esc => return Outcome::Cancelled,
            KeyCode::Enter => match self.configuration() {
                Ok(configuration) => return self.accepted(configuration),
                Err(error) => self.fault = Some(error.to_string()),
            },
            KeyCode::F(2) => match &mut self.purpose {
                Purpose::Fork { moments, chosen } => *chosen = (*chosen + 1) % moments.len(),
                Purpose::Begin | Purpose::Queue => return Outcome::ChooseData,
            },
            KeyCode::F(3) => self.take_advice(),
            KeyCode::Up | KeyCode::BackTab => self.select(self.selected + self.fields.len() - 1),
            KeyCode::Down | KeyCode::Tab => self.select(self.selected + 1),
            KeyCode::Left if is_choice => self.choose(Direction::Back),
            KeyCode::Right | KeyCode::Char(' ') if is_choice => self.choose(Direction::On),
            _ if is_choice => {}
            KeyCode::Char(_) => {
                self.typed_over().key(key);
            }
            _ => self.untouched &= !self.fields[self.selected].input.key(key),
        }
        Outcome::Open
    }

    /// Whether a fork of a checkpoint has what its setting was there, since nobody changed the field.
    fn stays_as_it_was(&self, field: &Field) -> bool {
        let is_of_checkpoint = matches!(self.purpose, Purpose::Fork { chosen: 1.., .. });
        is_of_checkpoint && field.input.value() == field.setting.value(&self.base)
    }

    /// What comes of a form whose every field is right.
    fn accepted(&self, configuration: Configuration) -> Outcome {
        match &self.purpose {
            Purpose::Begin => Outcome::Begin(Box::new(configuration)),
            Purpose::Queue => Outcome::Queue(Box::new(configuration)),
            Purpose::Fork { moments, chosen } => {
                // A checkpoint may have had other settings: what nobody changed stays as it was there.
                let changed =
                    |field: &&Field| field.setting.value(&configuration) != field.setting.value(&self.base);
                let fields = self.fields.iter().filter(changed);
                let assignment =
                    |field: &Field| Assignment::new(field.setting.name, field.setting.value(&configuration));
                Outcome::Fork(Box::new(Fork {
                    at: (*chosen > 0).then(|| moments[*chosen]),
                    changes: fields.map(assignment).collect(),
                }))
            }
        }
    }

    /// What stands above and below the fields.
    fn words(&self) -> (String, &'static str) {
        match &self.purpose {
            Purpose::Begin => (
                tr!("New run").into(),
                tr!("Enter start, Esc cancel, ↑ ↓ field, F2 data"),
            ),
            Purpose::Queue => (
                tr!("A run for the queue").into(),
                tr!("Enter add, Esc cancel, ↑ ↓ field, F2 data"),
            ),
            Purpose::Fork { moments, chosen } => (
                tr!(
                    "Fork at {samples} samples",
                    samples = short(moments[*chosen] as f64)
                ),
                match moments.len() {
                    1 => tr!("Enter fork, Esc cancel, ↑ ↓ field"),
                    _ => tr!("Enter fork, Esc cancel, ↑ ↓ field, F2 checkpoint"),
                },
            ),
        }
    }

    /// Writes a pasted text into the selected field, if it is no choice.
    pub fn paste(&mut self, pasted: &str) {
        let is_text = pasted.chars().any(|character| !character.is_control());
        if is_text && !self.fields[self.selected].is_choice() {
            self.typed_over().paste(pasted);
        }
    }

    /// What is typed as the data.
    pub fn data(&self) -> &str {
        let field = self.fields.get(self.data_field());
        field.map_or("", |field| field.input.value())
    }

    /// Writes the path of other data into its field, which is selected.
    pub fn set_data(&mut self, path: &str) {
        self.select(self.data_field());
        self.typed_over().paste(path);
        self.untouched = true;
    }

    /// What advice is to be asked for, if that is about something else than the advice before: once for every data that is
    /// chosen, not for every letter of its name.
    pub fn question(&mut self) -> Option<Basis> {
        let basis = Basis::of(&self.configuration().ok().filter(|_| self.untouched)?);
        if self.basis.as_ref() == Some(&basis) {
            return None;
        }
        self.advice = None;
        self.basis = Some(basis.clone());
        Some(basis)
    }

    /// Takes in the advice about `basis`, unless something else was asked since.
    pub fn advise(&mut self, basis: &Basis, advice: Advice) {
        if self.basis.as_ref() == Some(basis) {
            self.advice = Some(advice);
            self.is_news = true;
        }
    }

    /// The advice, where the likelihood is one that suits the data less.
    fn open_advice(&self) -> Option<&Advice> {
        let likelihood = self
            .fields
            .iter()
            .find(|field| field.setting.name == LIKELIHOOD)?;
        let advice = self.advice.as_ref()?;
        (!advice.is_heeded_by(likelihood.input.value())).then_some(advice)
    }

    fn take_advice(&mut self) {
        let settings = self.open_advice().map(Advice::settings).unwrap_or_default();
        for Assignment { setting, value } in settings {
            let mut fields = self.fields.iter_mut();
            if let Some(field) = fields.find(|field| field.setting.name == setting) {
                field.input = TextField::new(&value);
            }
        }
    }

    /// Why another likelihood suits the data: told when that is found out, and where the likelihood is chosen.
    fn told_advice(&self) -> Option<String> {
        let is_here = [LIKELIHOOD, "mean"].contains(&self.fields[self.selected].setting.name);
        let advice = self.open_advice().filter(|_| self.is_news || is_here)?;
        let (likelihood, reason) = (advice.likelihood(), advice.reason());
        Some(tr!(
            "F3 takes {likelihood}, which suits this data: {reason}",
            likelihood = likelihood,
            reason = reason
        ))
    }

    fn data_field(&self) -> usize {
        let is_data = |field: &Field| field.setting.name == "data";
        self.fields.iter().position(is_data).unwrap_or(0)
    }

    /// The text of the selected field to be written into: what was offered there and nobody touched gives way.
    fn typed_over(&mut self) -> &mut TextField {
        let input = &mut self.fields[self.selected].input;
        if std::mem::take(&mut self.untouched) {
            *input = TextField::default();
        }
        input
    }

    fn select(&mut self, field: usize) {
        self.selected = field % self.fields.len();
        self.untouched = true;
    }

    /// Takes the word after the selected choice's or before it, round at the ends, and whatever settings that brings
    /// along.
    fn choose(&mut self, direction: Direction) {
        let Field { setting, input } = &self.fields[self.selected];
        let choices = setting.choices();
        let at = choices.iter().position(|choice| choice.name == input.value());
        let step = match direction {
            Direction::On => 1,
            Direction::Back => choices.len() - 1,
        };
        let next = choices[(at.unwrap_or(0) + step) % choices.len()].name;
        let assignment = |value: &str| [Assignment::new(setting.name, value)];
        let before = self.base.clone().with(&assignment(input.value()));
        let after = before.clone().and_then(|before| before.with(&assignment(next)));
        // The words of a choice are all accepted.
        if let (Ok(before), Ok(after)) = (before, after) {
            for field in &mut self.fields {
                let value = field.setting.value(&after);
                if value != field.setting.value(&before) {
                    field.input = TextField::new(&value);
                }
            }
        }
    }

    /// What the fields say together.
    ///
    /// # Errors
    /// The first setting that can't be as it is, or two that don't go together.
    fn configuration(&self) -> Result<Configuration, SettingError> {
        let mut configuration = self.base.clone();
        for Field { setting, input } in &self.fields {
            setting.set(&mut configuration, input.value())?;
        }
        configuration.check()?;
        Ok(configuration)
    }

    /// What is wrong, or why another likelihood suits the data, or what the selected field decides.
    fn about(&self) -> String {
        match (&self.fault, self.told_advice()) {
            (Some(fault), _) => text::printable(fault).into_owned(),
            (None, Some(advice)) => advice,
            (None, None) => self.fields[self.selected].about(),
        }
    }

    /// Draws the form in the middle of `area`, with as many fields around the selected one as there is room for.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let style = match (&self.fault, self.told_advice()) {
            (Some(_), _) => Style::new().fg(theme::colours().bad),
            (None, Some(_)) => Style::new().fg(theme::colours().good),
            (None, None) => theme::dim(),
        };
        let (title, hint) = self.words();
        let Placed {
            inside,
            rows,
            shown,
            height,
            about,
        } = self.placed(area);
        super::frame(&title, hint, WIDTH, height, area, buffer);
        let fields = shown.clone();
        let mut lines: Vec<Line> = fields
            .map(|field| self.line(field, shown.clone(), inside.width))
            .collect();
        // Free lines, where there are some.
        lines.resize(rows, Line::default());
        lines.extend(about.into_iter().map(|line| Line::styled(line, style)));
        Paragraph::new(lines).render(inside, buffer);
    }

    /// Where everything stands in `area`.
    fn placed(&self, area: Rect) -> Placed {
        let (about, told) = (self.about(), self.told_advice());
        // The frame takes two rows and four columns.
        let about_rows = text::wrapped(&about, usize::from(WIDTH.min(area.width).saturating_sub(4))).len();
        // Nothing moves while a person goes through the words of a choice.
        let wanted = match self.fault.is_some() || told.is_some() {
            true => about_rows.max(ABOUT_ROWS),
            false => ABOUT_ROWS,
        };
        let height = u16::try_from(self.fields.len() + 3 + wanted).unwrap_or(u16::MAX);
        let inside = super::inside(WIDTH, height, area);
        // The selected field and a fault are seen whatever the size; other fields scroll.
        let room = match &self.fault {
            Some(_) => usize::from(inside.height.saturating_sub(1).max(1)),
            None if inside.height < FEW_ROWS => 0,
            None if told.is_some() => about_rows.clamp(ABOUT_ROWS, usize::from(inside.height / 2)),
            None => ABOUT_ROWS,
        };
        let about = match room {
            0 => Vec::new(),
            room => text::fitted(&about, usize::from(inside.width), room),
        };
        let rows = usize::from(inside.height).saturating_sub(about.len());
        let count = rows.min(self.fields.len());
        let first = layout::window(self.selected, count, self.fields.len());
        Placed {
            inside,
            rows,
            shown: first..first + count,
            height,
            about,
        }
    }

    /// Selects the field under the mouse. A press on the selected one takes the next word of a choice, or the one before on the
    /// arrow to the left, or puts the cursor into a text.
    pub fn press(&mut self, area: Rect, at: Position) {
        let Placed { inside, shown, .. } = self.placed(area);
        let field = super::row_at(inside, at).map(|row| shown.start + row);
        let Some(field) = field.filter(|field| shown.contains(field)) else {
            return;
        };
        self.is_news = false;
        if field != self.selected {
            return self.select(field);
        }
        let room = usize::from(inside.width).saturating_sub(2);
        let value = 2 + NAME.min(room / 2);
        let column = usize::from(at.x - inside.x);
        if self.fields[field].is_choice() {
            let is_left_arrow = (value..value + 2).contains(&column);
            return self.choose(if is_left_arrow {
                Direction::Back
            } else {
                Direction::On
            });
        }
        if let Some(column) = column.checked_sub(value) {
            let input = &mut self.fields[field].input;
            let before = text::columns(&input.around_cursor().0);
            // Of a long text the end before the cursor is seen.
            let seen = before.min((room - NAME.min(room / 2)).saturating_sub(1));
            let (steps, towards) = match column <= seen {
                true => (seen - column, KeyCode::Left),
                // The cursor itself takes a column.
                false => (column - seen - 1, KeyCode::Right),
            };
            for _ in 0..steps {
                input.key(KeyEvent::from(towards));
            }
            self.untouched = false;
        }
    }

    /// Whether the wheel moves nothing further: at the first or the last field, or to a side.
    pub fn ends_at(&self, key: KeyCode) -> bool {
        match key {
            KeyCode::Up => self.selected == 0,
            KeyCode::Down => self.selected + 1 == self.fields.len(),
            _ => true,
        }
    }

    /// A field's name, value and unit; of a long value the part around the cursor is seen, or its end. `shown` are the
    /// fields on the screen: at their ends stands whether there are more.
    fn line(&self, index: usize, shown: std::ops::Range<usize>, width: u16) -> Line<'static> {
        let field = &self.fields[index];
        let (before, after) = field.input.around_cursor();
        let selected = index == self.selected;
        let mark = match () {
            () if selected => "▶ ",
            () if index == shown.start && index > 0 => "▲ ",
            () if index + 1 == shown.end && shown.end < self.fields.len() => "▼ ",
            () => "  ",
        };
        let room = usize::from(width).saturating_sub(2);
        let name = text::padded(field.setting.name, NAME.min(room / 2));
        let room = room - text::columns(&name);
        let (value, style) = match (selected, field.is_choice()) {
            (true, true) => {
                let word = text::end(&before, room.saturating_sub(4)).to_owned();
                (format!("◂ {word} ▸"), theme::selected())
            }
            (true, false) => {
                let before = text::end(&before, room.saturating_sub(1));
                let left = room.saturating_sub(1 + text::columns(before));
                (format!("{before}▏{}", text::cut(&after, left)), theme::selected())
            }
            (false, _) => (
                text::end(&format!("{before}{after}"), room).to_owned(),
                theme::plain_text(),
            ),
        };
        let room = room.saturating_sub(text::columns(&value) + 1);
        let unit = match self.open_advice() {
            Some(advice) if field.setting.name == LIKELIHOOD => format!("F3 {}", advice.likelihood()),
            // What is offered is how it is now.
            _ if self.stays_as_it_was(field) => tr!("now; else as it was then").into(),
            _ => said(field.setting.unit).into(),
        };
        let unit = text::cut(&unit, room).into_owned();
        Line::from(vec![
            Span::raw(mark),
            Span::styled(format!("{name}{value}"), style),
            Span::styled(format!(" {unit}"), theme::dim()),
        ])
    }
}

impl Field {
    /// Whether it is chosen from a few words instead of typed.
    fn is_choice(&self) -> bool {
        !self.setting.choices().is_empty()
    }

    /// What it decides, and what it may be or what its word stands for.
    fn about(&self) -> String {
        let help = said(self.setting.help);
        let mut choices = self.setting.choices().iter();
        match choices.find(|choice| choice.name == self.input.value()) {
            Some(choice) if choice.help.is_empty() => help.into(),
            Some(choice) => format!("{help}: {}", said(&choice.help)),
            None => format!("{help} [{}]", self.setting.bounds()),
        }
    }
}

impl std::fmt::Debug for Field {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {:?}", self.setting.name, self.input.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Preset;
    use crate::model::Initialisation;
    use crate::nn::optimizer::OptimizerKind;

    /// The form with a setting's field selected.
    fn at(setting: &str) -> Form {
        let mut form = Form::new(&Preset::Mnist.configuration(1));
        while form.fields[form.selected].setting.name != setting {
            form.key(KeyEvent::from(KeyCode::Down));
        }
        form
    }

    fn press(form: &mut Form, codes: &[KeyCode]) -> Outcome {
        codes
            .iter()
            .fold(Outcome::Open, |_, code| form.key(KeyEvent::from(*code)))
    }

    #[test]
    fn typing_replaces_and_enter_begins() {
        let mut form = at("latent");
        press(&mut form, &[KeyCode::Char('2')]);
        while form.fields[form.selected].setting.name != "hidden" {
            form.key(KeyEvent::from(KeyCode::Down));
        }
        let outcome = press(&mut form, &[KeyCode::Backspace, KeyCode::Up, KeyCode::Enter]);
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
            Some("latent is \"0x\", but must be a whole number, from 1 to 512")
        );
        assert!(matches!(press(&mut form, &[KeyCode::Esc]), Outcome::Cancelled));
    }

    #[test]
    fn choices_go_round_both_ways() {
        let mut form = at("initialisation");
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
        let mut form = at("optimizer");
        let outcome = press(&mut form, &[KeyCode::Right, KeyCode::Enter]);
        let Outcome::Begin(configuration) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(
            (configuration.optimizer, configuration.learning_rate),
            (OptimizerKind::Adagrad, 0.02)
        );
    }

    #[test]
    fn every_setting_is_a_field_that_offers_its_value() {
        let form = Form::new(&Configuration::default());
        let mut fields = form.fields.iter();
        for setting in TABLE.iter() {
            let field = fields.next().expect(setting.name);
            assert_eq!(field.setting.name, setting.name);
            assert_eq!(field.input.value(), setting.value(&Configuration::default()));
        }
        assert_eq!(form.configuration(), Ok(Configuration::default()));
    }

    #[test]
    fn a_text_is_written_where_the_cursor_is() {
        let mut form = at("seed");
        press(&mut form, &"124".chars().map(KeyCode::Char).collect::<Vec<_>>());
        press(
            &mut form,
            &[KeyCode::Left, KeyCode::Char('3'), KeyCode::Home, KeyCode::Delete],
        );
        form.paste("9");
        press(&mut form, &[KeyCode::End, KeyCode::Backspace]);
        assert_eq!(
            form.configuration().map(|configuration| configuration.seed),
            Ok(923)
        );
        // An offered value is edited from its end, where the first key is no digit.
        let mut form = at("batch");
        press(&mut form, &[KeyCode::Left, KeyCode::Char('5')]);
        assert_eq!(
            form.configuration().map(|configuration| configuration.batch),
            Ok(1_050)
        );
    }

    #[test]
    fn fields_that_do_not_fit_scroll_and_marks_say_that_there_are_more() {
        let mut form = Form::new(&Configuration::default());
        let area = Rect::new(0, 0, 60, 12);
        let drawn = |form: &Form| {
            let mut buffer = Buffer::empty(area);
            form.render(area, &mut buffer);
            let symbols = buffer.content.iter().map(|cell| cell.symbol());
            symbols.collect::<String>()
        };
        let first = drawn(&form);
        assert!(
            first.contains("▶ latent") && first.contains('▼') && !first.contains('▲'),
            "{first}"
        );
        press(&mut form, &[KeyCode::Up]);
        let last = drawn(&form);
        assert!(
            last.contains("▶ threads") && last.contains('▲') && !last.contains('▼'),
            "{last}"
        );
        let batch = TABLE.iter().position(|row| row.name == "batch").unwrap();
        // The first is below the last.
        press(&mut form, &vec![KeyCode::Down; batch + 1]);
        let middle = drawn(&form);
        assert!(
            middle.contains("▶ batch") && middle.contains('▲') && middle.contains('▼'),
            "{middle}"
        );
    }
}
