//! What a person set for every start: a file in the configuration folder, of which whatever is wrong is said, and the rest
//! works.

pub mod layout;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ron::value::RawValue;
use serde::de::DeserializeOwned;
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use crate::choices::Choose;
use crate::entries;
use crate::files::{read_text, shown};
use crate::folders;
use crate::language::Language;
use crate::learning::Preset;
use crate::pictures::colour_map::ColourMap;
use crate::terminal_facts::{ColourDepth, Graphics, Notify};
use crate::words::plain;
use layout::LayoutFile;

/// The settings of the program itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The name of the theme: one of the program's, or of a file in the `themes` folder.
    pub theme: String,
    /// What the theme of that file changes; none for one of the program's own.
    pub theme_file: Option<ThemeFile>,
    /// Other keys for some commands, by the commands' names.
    pub keys: BTreeMap<String, Vec<String>>,
    /// The colours that the terminal has; none asks the environment.
    pub colours: Option<ColourDepth>,
    /// The language of the workbench; none asks the locale.
    pub language: Option<Language>,
    /// How pictures are drawn.
    pub graphics: Graphics,
    /// The colours of pictures that are grey by themselves.
    pub colour_map: ColourMap,
    /// Whether the mouse is listened to; else the terminal selects text with it.
    pub mouse: bool,
    /// How somebody is told that a run came to its end.
    pub notify: Notify,
    /// What a new run starts from.
    pub preset: Preset,
    /// Threads that share a minibatch of a new run; none takes the cores of this machine.
    pub threads: Option<u16>,
    /// Seconds between two copies of an unsaved run.
    pub autosave: u64,
    /// What becomes of a run that trains when its terminal hangs up.
    pub hang_up: HangUp,
    /// What is written to the journal, by levels; none for nothing.
    pub journal: Option<String>,
    /// How the panes are arranged, from a file of its own; none where nobody arranged them.
    pub layout: Option<LayoutFile>,
}

/// What becomes of a run that trains when its terminal hangs up.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum HangUp {
    /// It is saved, and ends.
    #[default]
    Save,
    /// It is saved, and goes on in a process of its own.
    Detach,
}

/// A theme of a person's own: what differs from another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThemeFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The theme that it changes; none for the usual one.
    pub based_on: Option<String>,
    /// Colours by the names of what has them, as they are written: `accent: "#5fd7ff"`.
    pub colours: BTreeMap<String, String>,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said otherwise.
    Default,
    /// This line of the file.
    Line(usize),
}

/// A configuration as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What holds.
    pub config: Config,
    /// The file; none where the home folder is not known.
    pub path: Option<PathBuf>,
    /// Where the values of the file come from, by their names.
    lines: BTreeMap<String, usize>,
    /// What is wrong, a sentence each.
    pub faults: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: "dark".into(),
            theme_file: None,
            keys: BTreeMap::new(),
            colours: None,
            language: None,
            graphics: Graphics::Auto,
            colour_map: ColourMap::Grey,
            mouse: true,
            notify: Notify::Bell,
            preset: Preset::default(),
            threads: None,
            autosave: 60,
            hang_up: HangUp::Save,
            journal: None,
            layout: None,
        }
    }
}

/// An entry of the file: its name, and what it decides.
pub const ENTRIES: [(&str, &str); 13] = [
    (
        "theme",
        "dark, light, high-contrast, colour-blind, or the name of a file in the folder themes",
    ),
    (
        "keys",
        "other keys for commands: \"session.save\": [\"Ctrl-S\", \"F2\"]",
    ),
    (
        "colours",
        "truecolour, 256, 16 or none, where the terminal does not say what it can",
    ),
    ("language", "en or ja, where the locale does not say it"),
    (
        "graphics",
        "how pictures are drawn: auto, half, quadrant, sextant, octant, braille, kitty, iterm2 or sixel",
    ),
    (
        "colour_map",
        "the colours of pictures that are grey by themselves: grey, viridis or magma",
    ),
    (
        "mouse",
        "true where the mouse points and scrolls, false where it is left to the terminal",
    ),
    (
        "notify",
        "how the end of a run is told: none, bell or desktop (a notification by OSC 9 or 777)",
    ),
    ("preset", "what a new run starts from"),
    (
        "threads",
        "threads that share a minibatch of a new run, from 1 to 256",
    ),
    (
        "autosave",
        "seconds between two copies of an unsaved run, from 1 to 86400",
    ),
    (
        "hang_up",
        "what becomes of a run that trains when its terminal hangs up: save (it ends) or detach (it goes on in a process of its own)",
    ),
    (
        "journal",
        "what the program writes about itself, by levels: info, or warn, vae_tui::run=debug",
    ),
];

/// Bytes of such a file, at most.
const LARGEST: u64 = 1 << 20;

/// Reads the configuration of whoever runs the program.
pub fn load() -> Loaded {
    let Some(folder) = folders::configuration() else {
        return Loaded {
            config: Config::default(),
            path: None,
            lines: BTreeMap::new(),
            faults: Vec::new(),
        };
    };
    load_from(&folder)
}

/// Reads the configuration in a folder: `config.ron`, the theme that it names, and the layout.
pub fn load_from(folder: &Path) -> Loaded {
    let path = folder.join("config.ron");
    let mut loaded = match read_text(&path, LARGEST) {
        Ok(text) => parse(&text, &path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => parse("()", &path),
        Err(error) => Loaded {
            faults: vec![format!("{} can't be read: {error}", shown(&path))],
            ..parse("()", &path)
        },
    };
    let (layout, fault) = layout::load_from(folder);
    loaded.config.layout = layout;
    loaded.faults.extend(fault);
    let is_file_name = |name: &str| !name.contains(['/', '\\']) && name != "..";
    let theme = folder
        .join("themes")
        .join(&loaded.config.theme)
        .with_extension("ron");
    if is_file_name(&loaded.config.theme) && theme.exists() {
        match read_text(&theme, LARGEST) {
            Ok(text) => {
                let (file, faults) = parse_theme(&text, &theme);
                loaded.config.theme_file = Some(file);
                loaded.faults.extend(faults);
            }
            Err(error) => loaded
                .faults
                .push(format!("{} can't be read: {error}", shown(&theme))),
        }
    }
    loaded
}

/// A configuration from the text of the file `path`.
pub fn parse(text: &str, path: &Path) -> Loaded {
    let mut config = Config::default();
    let (entries, mut faults) = entries(text, path);
    let mut lines = BTreeMap::new();
    for Entry { name, line, value } in &entries {
        let result = match name.as_str() {
            "theme" => read(value).map(|theme| config.theme = theme),
            "keys" => read(value).map(|keys| config.keys = keys),
            "colours" => choice(value).map(|colours| config.colours = Some(colours)),
            "language" => choice(value).map(|language| config.language = Some(language)),
            "graphics" => choice(value).map(|graphics| config.graphics = graphics),
            "colour_map" => choice(value).map(|map| config.colour_map = map),
            "mouse" => read(value)
                .map(|mouse| config.mouse = mouse)
                .map_err(|_| "it must be true or false".into()),
            "notify" => choice(value).map(|notify| config.notify = notify),
            "preset" => choice(value).map(|preset| config.preset = preset),
            "threads" => within(value, 1..=256).map(|threads| config.threads = u16::try_from(threads).ok()),
            "autosave" => within(value, 1..=86_400).map(|seconds| config.autosave = seconds),
            "hang_up" => choice(value).map(|hang_up| config.hang_up = hang_up),
            "journal" => read(value).map(|levels| config.journal = Some(levels)),
            _ => Err(format!("there is no such entry; there are {}", names())),
        };
        match result {
            Ok(()) => drop(lines.insert(name.clone(), *line)),
            Err(cause) => faults.push(fault(path, *line, name, &cause)),
        }
    }
    Loaded {
        config,
        path: Some(path.to_owned()),
        lines,
        faults,
    }
}

fn parse_theme(text: &str, path: &Path) -> (ThemeFile, Vec<String>) {
    let mut theme = ThemeFile {
        path: path.to_owned(),
        ..ThemeFile::default()
    };
    let (entries, mut faults) = entries(text, path);
    for Entry { name, line, value } in &entries {
        match read::<String>(value) {
            Ok(based_on) if name == "based_on" => theme.based_on = Some(based_on),
            Ok(colour) => drop(theme.colours.insert(name.clone(), colour)),
            Err(cause) => faults.push(fault(path, *line, name, &cause)),
        }
    }
    (theme, faults)
}

fn names() -> String {
    ENTRIES.map(|(name, _)| name).join(", ")
}

fn fault(path: &Path, line: usize, name: &str, cause: &str) -> String {
    format!("{}, line {line}: {}: {}", shown(path), plain(name), plain(cause))
}

fn read<T: DeserializeOwned>(value: &RawValue) -> Result<T, String> {
    value.into_rust().map_err(|error| error.code.to_string())
}

fn choice<T: Choose + 'static>(value: &RawValue) -> Result<T, String> {
    let word: String = read(value)?;
    let words: Vec<&str> = T::VARIANTS.iter().map(|variant| variant.word()).collect();
    T::from_str(&word).map_err(|_| format!("it is {word:?}, but must be one of {}", words.join(", ")))
}

fn within(value: &RawValue, range: std::ops::RangeInclusive<u64>) -> Result<u64, String> {
    let expected = format!("must be a whole number from {} to {}", range.start(), range.end());
    let number: u64 = read(value).map_err(|_| format!("it {expected}"))?;
    range
        .contains(&number)
        .then_some(number)
        .ok_or_else(|| format!("it is {number}, but {expected}"))
}

/// An entry as it stands in a file.
struct Entry<'a> {
    name: String,
    line: usize,
    value: &'a RawValue,
}

/// The entries of a file, and what is wrong with it as a whole.
fn entries<'a>(text: &'a str, path: &Path) -> (Vec<Entry<'a>>, Vec<String>) {
    match entries::of(text) {
        Ok(found) => {
            let line = |value: &RawValue| {
                // The value is a part of the text.
                let offset = value.get_ron().as_ptr() as usize - text.as_ptr() as usize;
                let start = offset + value.get_ron().len() - value.get_ron().trim_start().len();
                1 + text[..start].matches('\n').count()
            };
            let entry = |(name, value): (String, &'a RawValue)| Entry {
                name,
                line: line(value),
                value,
            };
            (found.into_iter().map(entry).collect(), Vec::new())
        }
        Err(error) => {
            let place = error.span.start;
            let words = format!(
                "{}, line {}: {}; until that is mended, nothing of the file holds",
                shown(path),
                place.line,
                plain(&error.code.to_string())
            );
            (Vec::new(), vec![words])
        }
    }
}

impl Loaded {
    /// Where the value of an entry comes from.
    pub fn origin(&self, name: &str) -> Origin {
        self.lines
            .get(name)
            .map_or(Origin::Default, |&line| Origin::Line(line))
    }

    /// The effective configuration as a file that says the same, with what each entry decides and where its value comes from.
    pub fn text(&self) -> String {
        let config = &self.config;
        let quoted = |text: &str| format!("{text:?}");
        let keys = config
            .keys
            .iter()
            .map(|(name, keys)| format!("{name:?}: {keys:?}"));
        let keys = format!("{{{}}}", keys.collect::<Vec<_>>().join(", "));
        let mut text = match &self.path {
            Some(path) => format!("// {}\n(\n", shown(path)),
            None => "// the home folder is not known\n(\n".into(),
        };
        for (name, help) in ENTRIES {
            let value = match name {
                "theme" => Some(quoted(&config.theme)),
                "keys" => Some(keys.clone()),
                "colours" => config.colours.map(|colours| quoted(colours.word())),
                "language" => config.language.map(|language| quoted(language.word())),
                "graphics" => Some(quoted(config.graphics.word())),
                "colour_map" => Some(quoted(config.colour_map.word())),
                "mouse" => Some(config.mouse.to_string()),
                "notify" => Some(quoted(config.notify.word())),
                "preset" => Some(quoted(config.preset.word())),
                "threads" => config.threads.map(|threads| threads.to_string()),
                "autosave" => Some(config.autosave.to_string()),
                "hang_up" => Some(quoted(config.hang_up.word())),
                _ => config.journal.as_deref().map(quoted),
            };
            let origin = match self.origin(name) {
                Origin::Default => "default".to_owned(),
                Origin::Line(line) => format!("line {line}"),
            };
            text.push_str(&format!("    // {help} ({origin})\n"));
            text.push_str(&match value {
                Some(value) => format!("    {name}: {value},\n"),
                None if *name == *"journal" => "    // journal: \"off\",\n".into(),
                None => format!("    // {name}: as the machine says\n"),
            });
        }
        text.push_str(")\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Loaded {
        parse(text, Path::new("/c/config.ron"))
    }

    #[test]
    fn every_entry_is_read_and_told_where_it_stands() {
        let loaded = parsed(
            "(\n    theme: \"light\",\n    keys: {\"session.save\": [\"Ctrl-S\"]},\n    colours: \"256\",\n    preset: \
             \"paper-mnist\", language: \"ja\", threads: 3,\n    // a comment\n    autosave: 30,\n)",
        );
        assert_eq!(loaded.faults, Vec::<String>::new());
        let Config {
            theme,
            keys,
            colours,
            language,
            preset,
            threads,
            autosave,
            ..
        } = &loaded.config;
        assert_eq!(*language, Some(Language::Japanese));
        assert_eq!(
            (theme.as_str(), *colours),
            ("light", Some(ColourDepth::Indexed256))
        );
        assert_eq!((*preset, *threads, *autosave), (Preset::PaperMnist, Some(3), 30));
        assert_eq!(keys["session.save"], ["Ctrl-S"]);
        let origins = ["theme", "preset", "threads", "autosave"].map(|name| loaded.origin(name));
        assert_eq!(origins, [2, 5, 5, 7].map(Origin::Line));
    }

    #[test]
    fn what_is_wrong_is_a_sentence_with_its_line_and_the_rest_works() {
        let loaded = parsed("(theme: 3,\n colours: \"pink\",\n threads: 0, autosave: 5,\n volume: 11)");
        assert_eq!(loaded.config.autosave, 5);
        assert_eq!(loaded.config.theme, "dark");
        let expected = [
            "config.ron, line 1: theme: ",
            "config.ron, line 2: colours: it is \"pink\", but must be one of truecolour, 256, 16, none",
            "config.ron, line 3: threads: it is 0, but must be a whole number from 1 to 256",
            "config.ron, line 4: volume: there is no such entry",
        ];
        assert_eq!(loaded.faults.len(), expected.len(), "{:?}", loaded.faults);
        for (fault, expected) in loaded.faults.iter().zip(expected) {
            assert!(fault.contains(expected), "{fault}");
        }
        let broken = parsed("(theme: \"light\"\n autosave 5)");
        assert_eq!(broken.config, Config::default());
        assert!(broken.faults[0].contains("line 2"), "{:?}", broken.faults);
    }

    #[test]
    fn the_effective_configuration_reads_back_as_it_is() {
        let loaded = parsed(
            "(theme: \"light\", keys: {\"quit\": [\"Q\", \"F10\"]}, graphics: \"octant\", colour_map: \"magma\", mouse: false, \
             notify: \"desktop\", threads: 2)",
        );
        let again = parsed(&loaded.text());
        assert_eq!(again.faults, Vec::<String>::new());
        assert_eq!(again.config, loaded.config);
        assert!(loaded.text().contains("(line 1)") && loaded.text().contains("(default)"));
        assert_eq!(parsed("()").config, Config::default());
        assert_eq!(parsed("()").faults, Vec::<String>::new());
    }
}
