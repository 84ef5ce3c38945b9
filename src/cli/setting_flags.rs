//! The settings of a run as flags, one for every row of the table.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use super::choice::words;
use crate::learning::Configuration;
use crate::learning::settings::{Assignment, REAL, Setting, SettingError, TABLE};

/// The settings that were given, in the order of the table; where the command may resume a session, those that belong to the
/// start of a run exclude that.
#[derive(Clone, Debug, Default)]
pub struct SettingFlags<const MAY_RESUME: bool = true>(Vec<Assignment>);

/// The one for which there is a flag per rule: see [`super::data_flags`].
const READING: &str = "reading";

/// The flags of the table.
fn rows() -> impl Iterator<Item = &'static Setting> {
    TABLE.iter().filter(|setting| setting.name != READING)
}

/// The one that a resumed session may have besides those that may change in a run under way: its data may have moved.
const DATA: &str = "data";

impl<const MAY_RESUME: bool> SettingFlags<MAY_RESUME> {
    /// All of them.
    pub(super) fn all(&self) -> &[Assignment] {
        &self.0
    }
}

impl SettingFlags {
    /// The name of the data, where it was given.
    pub(super) fn data(&self) -> Option<&str> {
        let given = self.0.iter().find(|given| given.setting == DATA);
        given.map(|given| given.value.as_str())
    }

    /// All but the data's name.
    pub(super) fn without_data(&self) -> Vec<Assignment> {
        let others = self.0.iter().filter(|given| given.setting != DATA);
        others.cloned().collect()
    }
}

impl<const MAY_RESUME: bool> FromArgMatches for SettingFlags<MAY_RESUME> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &Setting| {
            let value = matches.get_one::<String>(setting.name)?;
            Some(Assignment::new(setting.name, value))
        };
        Ok(Self(rows().filter_map(given).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<const MAY_RESUME: bool> Args for SettingFlags<MAY_RESUME> {
    fn augment_args(command: Command) -> Command {
        command.args(rows().map(|setting| flag(setting, MAY_RESUME)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The flag of a setting; those that belong to the start of a run exclude `--resume`, where there is one.
fn flag(setting: &'static Setting, may_resume: bool) -> Arg {
    let flag = Arg::new(setting.name)
        .long(setting.name)
        .help(help(setting, may_resume));
    let flag = match setting.name {
        // What is maximised is an estimator of the paper's bound, or of another.
        "estimator" => flag.visible_alias("objective"),
        // As it was called first.
        "likelihood" => flag.alias("decoder"),
        _ => flag,
    };
    let flag = if setting.choices().is_empty() {
        flag.value_name(setting.placeholder())
            .value_parser(|text: &str| readable(setting, text))
            .allow_hyphen_values(setting.placeholder() == REAL)
    } else {
        flag.value_name(setting.name.to_uppercase().replace('-', "_"))
            .value_parser(words(setting.choices()))
    };
    if setting.is_live() || setting.name == DATA || !may_resume {
        flag
    } else {
        flag.conflicts_with("resume")
    }
}

/// What a flag decides, and its bounds where its words do not say them.
fn help(setting: &Setting, may_resume: bool) -> String {
    let help = setting.help;
    if setting.name == DATA && may_resume {
        format!("{help}; with --resume, where the session's data is now")
    } else if setting.choices().is_empty() {
        format!("{help} [{}]", setting.bounds())
    } else {
        help.into()
    }
}

/// The text, if it is a value of the setting's kind at all: a matter of usage. Its bounds are checked with the whole run.
fn readable(setting: &Setting, text: &str) -> Result<String, String> {
    match setting.set(&mut Configuration::default(), text) {
        Err(SettingError::Unreadable { expected, .. }) => Err(format!("it must be {expected}")),
        _ => Ok(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_a_flag_with_its_help_and_its_choices() {
        let mut command =
            SettingFlags::<true>::augment_args(Command::new("train")).arg(Arg::new("resume").long("resume"));
        let help = command.render_long_help().to_string();
        for setting in rows() {
            let (_, flag) = help
                .split_once(&format!("--{} <", setting.name))
                .expect(setting.name);
            let flag = flag.split("\n      --").next().unwrap_or_default();
            let flag = flag.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flag.contains(setting.help), "{}: {flag}", setting.name);
            for choice in setting.choices() {
                assert!(
                    flag.contains(choice.name) && flag.contains(&choice.help),
                    "{}: {flag}",
                    setting.name
                );
            }
        }
    }

    #[test]
    fn what_is_given_is_assigned_and_the_start_of_a_run_excludes_a_resume() {
        for setting in rows() {
            let value = setting.value(&Configuration::default());
            let command = SettingFlags::<true>::augment_args(Command::new("train"))
                .arg(Arg::new("resume").long("resume"));
            let flag = format!("--{}", setting.name);
            let matches = command.clone().try_get_matches_from(["train", &flag, &value]);
            let flags = SettingFlags::<true>::from_arg_matches(&matches.expect("the default is accepted"));
            assert_eq!(
                flags.expect("flags").all(),
                [Assignment::new(setting.name, value.as_str())]
            );
            let resumed = command.try_get_matches_from(["train", &flag, &value, "--resume", "a.ron"]);
            assert_eq!(
                resumed.is_ok(),
                setting.is_live() || setting.name == DATA,
                "{flag}"
            );
        }
    }
}
