//! Every setting of a run in one table, from which all others are made that name settings: the fields of
//! [`Configuration`], the flags of the command line, the fields of the form, and what changes in a run under way.
//!
//! `rows.rs` is the table, `kinds.rs` says how a kind of value is typed, shown and bounded.

mod kinds;
mod rows;

use serde::{Deserialize, Serialize};

pub use self::rows::{BATCH_RANGE, Configuration, TABLE, THREADS_RANGE};
use kinds::Kind;

use crate::language::tr;

pub use crate::choices::Choice;

/// The placeholder of settings that are real numbers; those may be typed with a sign, or as words such as `inf`.
pub const REAL: &str = "X";

/// A setting of a run: what people are told of it, and its field of [`Configuration`].
pub struct Setting {
    /// As it is typed, on the command line and everywhere else.
    pub name: &'static str,
    /// What its number counts; empty where it counts nothing.
    pub unit: &'static str,
    /// What it decides, in one line.
    pub help: &'static str,
    live: bool,
    choices: Vec<Choice>,
    field: Box<dyn Field>,
}

/// A wish that a setting have a value, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The name of the setting.
    pub setting: String,
    /// The value.
    pub value: String,
}

impl Assignment {
    /// The wish that `setting` be `value`.
    pub fn new(setting: &str, value: impl ToString) -> Self {
        Self {
            setting: setting.into(),
            value: value.to_string(),
        }
    }
}

/// A setting that can't be as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SettingError {
    /// There is no such setting.
    Unknown {
        /// As it was typed.
        name: String,
    },
    /// The text is no value of its kind.
    Unreadable {
        /// The setting.
        name: String,
        /// As it was typed.
        given: String,
        /// What must be typed.
        expected: String,
    },
    /// The value, or a product of two of them, is out of bounds.
    OutOfBounds {
        /// The setting, or what of several settings is meant.
        name: String,
        /// What it is.
        given: String,
        /// The bounds in words.
        expected: String,
    },
    /// The setting belongs to the start of a run.
    NotLive {
        /// The setting.
        name: String,
    },
}

impl std::fmt::Display for SettingError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&match self {
            Self::Unknown { name } => tr!("there is no setting {name}", name = format_args!("{name:?}")),
            Self::Unreadable {
                name,
                given,
                expected,
            } => tr!(
                "{name} is {given}, but must be {expected}",
                name = name,
                given = format_args!("{given:?}"),
                expected = expected
            ),
            Self::OutOfBounds {
                name,
                given,
                expected,
            } => tr!(
                "{name} is {given}, but must be {expected}",
                name = name,
                given = given,
                expected = expected
            ),
            Self::NotLive { name } => tr!(
                "{name} can't change while a run is under way: it takes a new run",
                name = name
            ),
        })
    }
}

impl std::error::Error for SettingError {}

/// The setting of that name.
pub fn find(name: &str) -> Option<&'static Setting> {
    TABLE.iter().find(|setting| setting.name == name)
}

impl Setting {
    fn new<K: Kind>(
        name: &'static str,
        unit: &'static str,
        help: &'static str,
        live: bool,
        kind: K,
        get: fn(&Configuration) -> &K::Value,
        get_mut: fn(&mut Configuration) -> &mut K::Value,
    ) -> Self {
        Self {
            name,
            unit,
            help: help.trim(),
            live,
            choices: kind.choices(),
            field: Box::new(FieldOf { kind, get, get_mut }),
        }
    }

    /// Its value in `configuration`, as it is typed.
    pub fn value(&self, configuration: &Configuration) -> String {
        self.field.value(configuration)
    }

    /// Gives it the value that was typed.
    ///
    /// # Errors
    /// If the text is no such value, or out of bounds; the configuration then stays as it was.
    pub fn set(&self, configuration: &mut Configuration, text: &str) -> Result<(), SettingError> {
        self.field.set(self.name, configuration, text)
    }

    /// Whether its value in `configuration` lies within its bounds.
    ///
    /// # Errors
    /// The setting, what it is and what it must be.
    pub fn check(&self, configuration: &Configuration) -> Result<(), SettingError> {
        self.field.check(self.name, configuration)
    }

    /// The words to choose from; empty where the value is typed.
    pub fn choices(&self) -> &[Choice] {
        &self.choices
    }

    /// What it may be, in words.
    pub fn bounds(&self) -> String {
        self.field.bounds()
    }

    /// What stands for its value in help, such as `N`.
    pub fn placeholder(&self) -> &'static str {
        self.field.placeholder()
    }

    /// Whether it may change between two steps of a run.
    pub fn is_live(&self) -> bool {
        self.live
    }
}

/// A field of the configuration, whatever its type.
trait Field: Send + Sync {
    fn value(&self, configuration: &Configuration) -> String;
    fn set(&self, name: &str, configuration: &mut Configuration, text: &str) -> Result<(), SettingError>;
    fn check(&self, name: &str, configuration: &Configuration) -> Result<(), SettingError>;
    fn bounds(&self) -> String;
    fn placeholder(&self) -> &'static str;
}

/// Where a value of a kind lies in the configuration.
struct FieldOf<K: Kind> {
    kind: K,
    get: fn(&Configuration) -> &K::Value,
    get_mut: fn(&mut Configuration) -> &mut K::Value,
}

impl<K: Kind> FieldOf<K> {
    fn check_value(&self, name: &str, value: &K::Value) -> Result<(), SettingError> {
        if self.kind.allows(value) {
            return Ok(());
        }
        Err(SettingError::OutOfBounds {
            name: name.into(),
            given: self.kind.write(value),
            expected: self.kind.bounds(),
        })
    }
}

impl<K: Kind> Field for FieldOf<K> {
    fn value(&self, configuration: &Configuration) -> String {
        self.kind.write((self.get)(configuration))
    }

    fn set(&self, name: &str, configuration: &mut Configuration, text: &str) -> Result<(), SettingError> {
        let value = self.kind.read(text).ok_or_else(|| SettingError::Unreadable {
            name: name.into(),
            given: text.into(),
            expected: self.kind.expected(),
        })?;
        self.check_value(name, &value)?;
        *(self.get_mut)(configuration) = value;
        Ok(())
    }

    fn check(&self, name: &str, configuration: &Configuration) -> Result<(), SettingError> {
        self.check_value(name, (self.get)(configuration))
    }

    fn bounds(&self) -> String {
        self.kind.bounds()
    }

    fn placeholder(&self) -> &'static str {
        self.kind.placeholder()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::VariantArray;

    use super::*;
    use crate::learning::Preset;

    /// Texts that stand at the bounds of settings of every kind, beyond them, and nowhere.
    const TEXTS: [&str; 22] = [
        "",
        "0",
        "1",
        "-1",
        "+1",
        "2",
        "256",
        "257",
        "512",
        "513",
        "4097",
        "10001",
        "3e-4",
        "1e6",
        "1.5",
        "1e39",
        "nan",
        "inf",
        "all",
        "yes",
        "\u{1b}[2J",
        "99999999999999999999",
    ];

    #[test]
    fn a_name_is_unique_and_finds_its_setting() {
        for setting in TABLE.iter() {
            assert!(find(setting.name).is_some_and(|found| std::ptr::eq(found, setting)));
            assert!(
                !setting.help.is_empty() && !setting.help.ends_with('.'),
                "{}",
                setting.name
            );
        }
        assert!(find("goal").is_none());
    }

    #[test]
    fn the_defaults_are_accepted_and_are_the_usual_preset() {
        let usual = Configuration::default();
        assert_eq!(usual.check(), Ok(()));
        assert_eq!(Preset::Mnist.configuration(usual.threads), usual);
    }

    #[test]
    fn every_value_of_a_preset_reads_as_it_is_written() {
        for preset in Preset::VARIANTS {
            let configuration = preset.configuration(3);
            let mut copy = Configuration::default();
            // A preset whose data is not part of the program names none, and a relative name becomes a path.
            copy.data.clone_from(&configuration.data);
            for setting in TABLE.iter().filter(|setting| setting.name != "data") {
                let text = setting.value(&configuration);
                assert_eq!(setting.set(&mut copy, &text), Ok(()), "{}", setting.name);
            }
            assert_eq!(copy, configuration);
        }
    }

    #[test]
    fn what_is_refused_is_named_and_changes_nothing() {
        let before = Configuration::default();
        for setting in TABLE.iter() {
            let mut refused = 0;
            for text in TEXTS {
                let mut configuration = before.clone();
                match setting.set(&mut configuration, text) {
                    Ok(()) => {
                        let written = setting.value(&configuration);
                        assert_eq!(setting.set(&mut configuration, &written), Ok(()));
                        assert_eq!(setting.value(&configuration), written, "{}", setting.name);
                        assert_eq!(setting.check(&configuration), Ok(()));
                    }
                    Err(error) => {
                        refused += 1;
                        assert_eq!(configuration, before);
                        let said = error.to_string();
                        assert!(said.starts_with(&format!("{} is ", setting.name)), "{said}");
                        assert!(said.contains(&setting.bounds()), "{said}");
                        assert!(!said.contains('\u{1b}'), "{said:?}");
                    }
                }
            }
            // Everything may be the name of a file.
            assert!(
                refused > 0 || setting.name == "data",
                "{} has no bounds",
                setting.name
            );
        }
    }

    #[test]
    fn every_choice_is_accepted() {
        for setting in TABLE.iter() {
            for choice in setting.choices() {
                let mut configuration = Configuration::default();
                assert_eq!(setting.set(&mut configuration, choice.name), Ok(()));
                assert_eq!(setting.value(&configuration), choice.name);
            }
        }
    }

    #[test]
    fn numbers_may_have_an_exponent() {
        let mut configuration = Configuration::default();
        for (name, text, value) in [
            ("learning-rate", "3e-4", "0.0003"),
            ("samples", "1e6", "1000000"),
            ("samples", "2.5e3", "2500"),
            ("train-size", "6E4", "60000"),
            ("train-size", "ALL", "all"),
        ] {
            let setting = find(name).unwrap();
            assert_eq!(setting.set(&mut configuration, text), Ok(()), "{name} {text}");
            assert_eq!(setting.value(&configuration), value);
        }
        for text in ["1.5e0", "1e-1", "1e30", "-1e3", "1e", "1e400"] {
            let refused = find("samples").unwrap().set(&mut configuration, text);
            assert!(matches!(refused, Err(SettingError::Unreadable { .. })), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_number_of_a_setting_survives_its_text(seed in any::<u64>(), rate in 1e-30_f32..1e30) {
            let before = Configuration { seed, learning_rate: rate, ..Configuration::default() };
            let mut after = Configuration::default();
            for name in ["seed", "learning-rate"] {
                let setting = find(name).unwrap();
                prop_assert_eq!(setting.set(&mut after, &setting.value(&before)), Ok(()));
            }
            prop_assert_eq!(after, before);
        }
    }
}
