//! Command lines: every command with its flags, and values that nobody would type.

use std::ffi::{OsStr, OsString};

use clap::{Command, CommandFactory, FromArgMatches};
use rand::Rng;
use rand::seq::SliceRandom;
use vae_tui::cli::{Cli, refusal};
use vae_tui::config::Config;
use vae_tui::learning::Configuration;
use vae_tui::learning::settings::{Assignment, TABLE};

use crate::harness::{Random, Target, check_line, fuzz};
use crate::mutation::{change, rounds};

/// Between two arguments: no argument can have it.
const SEPARATOR: u8 = 0;

/// Values at which a reader of arguments may stumble.
const VALUES: [&str; 36] = [
    "",
    "-",
    "--",
    "-1",
    "0",
    "1",
    "3",
    "1e39",
    "1e-400",
    "nan",
    "inf",
    "0.5",
    "18446744073709551616",
    "[20,20]",
    "[",
    "[1e9]",
    "20,20",
    "mnist",
    "/dev/null",
    "test:3",
    "train:18446744073709551615",
    "label:1",
    "latent=2,5",
    "latent=1..5:log:3",
    "=",
    "a=b=c",
    "1..5",
    "32x32x3",
    "0x0",
    "\u{1b}[2J\n",
    "\u{202e}面\u{301}",
    "--\u{1b}]0;x\u{7}",
    "{}",
    "\"",
    "usual",
    "scale=min-max; missing=drop",
];

struct Arguments {
    /// Built once: what clap makes of the declarations takes longer than to read a line by them.
    command: Command,
    /// Each command with the names of its flags, and what it takes for values.
    commands: Vec<(String, Vec<String>, Vec<String>)>,
    others: Vec<Vec<u8>>,
}

#[test]
fn arguments() {
    fuzz(|| {
        let mut command = Cli::command();
        command.build();
        let of = |name: &str, command: &Command| {
            let mut flags: Vec<String> = command
                .get_arguments()
                .filter_map(|flag| Some(format!("--{}", flag.get_long()?)))
                .collect();
            flags.extend(
                command
                    .get_arguments()
                    .filter_map(|flag| Some(format!("-{}", flag.get_short()?))),
            );
            let words = command.get_arguments().flat_map(clap::Arg::get_possible_values);
            (
                name.to_owned(),
                flags,
                words.map(|word| word.get_name().to_owned()).collect(),
            )
        };
        let mut commands: Vec<_> = command
            .get_subcommands()
            .map(|sub| of(sub.get_name(), sub))
            .collect();
        commands.push(of("", &command));
        Arguments {
            command,
            commands,
            others: VALUES.iter().map(|value| value.as_bytes().to_vec()).collect(),
        }
    });
}

impl Target for Arguments {
    const NAME: &'static str = "arguments";
    const USUAL: u64 = 10_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        // An assignment as the palette has it, or a line.
        if random.gen_bool(0.2) {
            let setting = TABLE.choose(random).map_or("latent", |setting| setting.name);
            let mut value = self.value(&[], random);
            if random.r#gen() {
                change(&mut value, &self.others, random);
            }
            return [setting.as_bytes(), b"=", &value].concat();
        }
        let (name, flags, words) = &self.commands[random.gen_range(0..self.commands.len())];
        let mut line = vec![b"vae-tui".to_vec()];
        line.extend((!name.is_empty()).then(|| name.clone().into_bytes()));
        for _ in 0..random.gen_range(0..7) {
            if let Some(flag) = flags.choose(random).filter(|_| random.gen_bool(0.7)) {
                line.push(flag.clone().into_bytes());
            }
            if random.gen_bool(0.8) {
                line.push(self.value(words, random));
            }
        }
        let mut line = line.join(&SEPARATOR);
        if random.gen_bool(0.5) {
            for _ in 0..rounds(random) {
                change(&mut line, &self.others, random);
            }
        }
        line
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        match input.split(|&byte| byte == b'=').next().map(<[u8]>::to_vec) {
            Some(name) if !input.contains(&SEPARATOR) && name.len() < input.len() => assigned(
                &String::from_utf8_lossy(&name),
                &String::from_utf8_lossy(&input[name.len() + 1..]),
            ),
            _ => self.line(input),
        }
    }
}

impl Arguments {
    fn value(&self, words: &[String], random: &mut Random) -> Vec<u8> {
        match words.choose(random).filter(|_| random.gen_bool(0.5)) {
            Some(word) => word.clone().into_bytes(),
            None => self.others.choose(random).cloned().unwrap_or_default(),
        }
    }

    /// What is refused is said without anything that a terminal obeys.
    fn line(&mut self, input: &[u8]) -> Result<(), String> {
        let arguments: Vec<OsString> = input.split(|&byte| byte == SEPARATOR).map(argument).collect();
        let parsed = self
            .command
            .try_get_matches_from_mut(arguments)
            .and_then(|matches| Cli::from_arg_matches(&matches));
        match parsed {
            Ok(Cli {
                command: None,
                workbench,
            }) => match workbench.new_run(&Config::default()) {
                Ok(_) => Ok(()),
                Err(error) => check_line(&format!("{error:#}")),
            },
            Ok(_) => Ok(()),
            Err(error) => refusal(&error)
                .lines()
                .filter(|line| !line.trim().is_empty())
                .try_for_each(check_line),
        }
    }
}

/// A setting with a value: taken, or refused in a line.
fn assigned(name: &str, value: &str) -> Result<(), String> {
    let set = Configuration::default().with(&[Assignment::new(name, value)]);
    match set.and_then(|configuration| configuration.check().map(|()| configuration)) {
        Ok(configuration) => {
            let setting = TABLE.iter().find(|setting| setting.name == name);
            let written = setting.map(|setting| setting.value(&configuration));
            let again =
                Configuration::default().with(&[Assignment::new(name, written.clone().unwrap_or_default())]);
            match again {
                Ok(again) if again == configuration => Ok(()),
                other => Err(format!(
                    "{name} {value:?} is written {written:?}, which is {other:?}"
                )),
            }
        }
        Err(error) => check_line(&vae_tui::words::plain(&error.to_string())),
    }
}

#[cfg(unix)]
fn argument(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn argument(bytes: &[u8]) -> OsString {
    OsStr::new(&*String::from_utf8_lossy(bytes)).to_owned()
}
