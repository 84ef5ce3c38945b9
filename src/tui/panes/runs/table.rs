//! The columns of the table of runs, and which runs a filter lets through.

use std::cmp::Ordering;
use std::time::SystemTime;

use crate::choices::Choose;
use crate::data::short_name;
use crate::language::tr;
use crate::learning::settings::find;
use crate::session::RunFacts;
use crate::tui::panes::training::clock;
use crate::tui::widgets::axis::short;

/// A column, by which the table can be sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// The run's file.
    Name,
    /// What it trains on.
    Data,
    /// The algorithm.
    Method,
    /// Latent dimensions.
    Latent,
    /// Training points seen.
    Samples,
    /// The last bound of the test set.
    Bound,
    /// Seconds of training.
    Seconds,
    /// When it was last saved.
    #[default]
    Date,
}

impl Column {
    /// All, from the left.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Data,
        Self::Method,
        Self::Latent,
        Self::Samples,
        Self::Bound,
        Self::Seconds,
        Self::Date,
    ];

    /// The column so many further to the right, as far as there are any.
    pub fn beside(self, columns: isize) -> Self {
        let place = Self::ALL.iter().position(|&column| column == self).unwrap_or(0);
        Self::ALL[place.saturating_add_signed(columns).min(Self::ALL.len() - 1)]
    }

    /// What stands above it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Name => tr!("name"),
            Self::Data => tr!("data"),
            Self::Method => tr!("method"),
            Self::Latent => tr!("latent"),
            Self::Samples => tr!("samples"),
            Self::Bound => tr!("test"),
            Self::Seconds => tr!("seconds"),
            Self::Date => tr!("saved"),
        }
    }

    /// Its width in characters, that of words at the most; the name takes what is left.
    pub fn width(self) -> usize {
        match self {
            Self::Name => 0,
            Self::Data => 9,
            Self::Method => 10,
            Self::Latent | Self::Samples => 7,
            Self::Bound | Self::Seconds => 8,
            Self::Date => 10,
        }
    }

    /// Whether it holds numbers, which stand at its right.
    pub fn is_number(self) -> bool {
        !matches!(self, Self::Name | Self::Data | Self::Method)
    }

    /// Whether the greatest comes first until the order is turned round: the run that was saved last does.
    pub fn falls_first(self) -> bool {
        self == Self::Date
    }

    /// What it says of a run.
    pub fn value(self, run: &RunFacts) -> String {
        let configuration = &run.configuration;
        match self {
            Self::Name => run.name(),
            Self::Data => short_name(&configuration.data).to_owned(),
            Self::Method => configuration.method.word().to_owned(),
            Self::Latent => configuration.latent_dimensions().to_string(),
            Self::Samples => short(run.samples as f64),
            Self::Bound => run.test().map_or("-".into(), |test| format!("{test:.1}")),
            Self::Seconds => clock(run.seconds),
            Self::Date => date(run.modified),
        }
    }

    /// The order of two runs by it; what was never measured comes first.
    pub fn compare(self, a: &RunFacts, b: &RunFacts) -> Ordering {
        let by_number = |number: fn(&RunFacts) -> f64| number(a).total_cmp(&number(b));
        let by_word = || self.value(a).to_lowercase().cmp(&self.value(b).to_lowercase());
        match self {
            Self::Name | Self::Data | Self::Method => by_word(),
            Self::Latent => a
                .configuration
                .latent_dimensions()
                .cmp(&b.configuration.latent_dimensions()),
            Self::Samples => a.samples.cmp(&b.samples),
            Self::Bound => by_number(|run| run.test().unwrap_or(f64::NEG_INFINITY)),
            Self::Seconds => by_number(|run| run.seconds),
            // The newest comes first.
            Self::Date => b.modified.cmp(&a.modified),
        }
    }
}

/// A day as it is written everywhere, in universal time: `2026-07-31`.
fn date(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH);
    let days = seconds.map_or(0, |since| since.as_secs() / 86_400);
    // Years begin with March here, so that a leap day ends one; 400 of them have 146 097 days (the Gregorian calendar).
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, after) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!("{:04}-{month:02}-{day:02}", 400 * era + year + after)
}

/// Whether a run is what all words of a filter say: `latent=20` for a setting and its value as it is typed, anything else for a part
/// of its name, its data or its method.
pub fn fits(run: &RunFacts, filter: &str) -> bool {
    let words = [Column::Name, Column::Data, Column::Method].map(|column| column.value(run).to_lowercase());
    filter.split_whitespace().all(|word| {
        let named = word
            .split_once('=')
            .and_then(|(name, value)| Some((find(name)?, value)));
        match named {
            // A person writes the name of the data, not where it lies.
            Some((setting, value)) if setting.name == "data" => words[1].contains(&value.to_lowercase()),
            Some((setting, value)) => setting.value(&run.configuration).eq_ignore_ascii_case(value),
            None => {
                let word = word.to_lowercase();
                words.iter().any(|words| words.contains(&word))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::learning::{Configuration, Method, Preset};
    use crate::run::curve::CurvePoint;

    fn measured(bound: f64) -> CurvePoint {
        CurvePoint {
            samples: 1,
            seconds: 1.0,
            elbo_train: bound,
            elbo_test: bound,
            reconstruction: bound,
            kl: 0.0,
            learning_rate: 1e-3,
        }
    }

    fn run(name: &str, latent: usize, method: Method, test: Option<f64>) -> RunFacts {
        RunFacts {
            path: format!("/runs/{name}.ron").into(),
            modified: SystemTime::UNIX_EPOCH + Duration::from_secs(latent as u64),
            configuration: Configuration {
                latent,
                method,
                ..Preset::Mnist.configuration(1)
            },
            samples: 1_000 * latent as u64,
            seconds: latent as f64,
            evaluations: test.map(measured).into_iter().collect(),
            last: None,
        }
    }

    #[test]
    fn a_filter_knows_every_setting_and_words() {
        let runs = [
            run("a-2d", 2, Method::Aevb, Some(-140.0)),
            run("B-20d", 20, Method::Aevb, None),
            run("sleep", 20, Method::WakeSleep, Some(-110.0)),
        ];
        let found = |filter: &str| -> Vec<String> {
            let fitting = runs.iter().filter(|run| fits(run, filter));
            fitting.map(RunFacts::name).collect()
        };
        assert_eq!(found("").len(), 3);
        assert_eq!(found("latent=20"), ["B-20d", "sleep"]);
        assert_eq!(found("latent=20 method=aevb"), ["B-20d"]);
        assert_eq!(found("method=Wake-Sleep"), ["sleep"]);
        assert_eq!(found("b-"), ["B-20d"]);
        assert_eq!(found("data=mnist estimator=b seed=1").len(), 3);
        assert_eq!(found("latent=2 sleep"), Vec::<String>::new());
        assert_eq!(found("nonsense=3"), Vec::<String>::new());
    }

    #[test]
    fn days_have_their_dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_088, "2024-12-31"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * days + 86_399);
            assert_eq!(date(time), expected);
        }
    }

    #[test]
    fn every_column_sorts() {
        let (few, many) = (
            run("A", 2, Method::Aevb, None),
            run("b", 20, Method::WakeSleep, Some(-100.0)),
        );
        for column in Column::ALL {
            let expected = match column {
                Column::Data => Ordering::Equal,
                Column::Date => Ordering::Greater,
                _ => Ordering::Less,
            };
            assert_eq!(column.compare(&few, &many), expected, "{column:?}");
        }
        assert_eq!(Column::Name.beside(-1), Column::Name);
        assert_eq!(Column::Name.beside(100), Column::Date);
    }
}
