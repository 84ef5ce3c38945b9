//! What a run's log says, one line for everything that happened.

use crate::data::Part;
use crate::evaluation::Estimates;
use crate::language::tr;
use crate::run::curve::{CurvePoint, MarginalPoint};
use crate::run::{Happening, RunLog};
use crate::tui::text;

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Something was measured.
    Measured,
    /// A person or the run itself did something.
    Done,
    /// Something went wrong.
    Warned,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// Training points that the run had seen.
    pub samples: u64,
    /// Seconds of training; unknown of an estimate.
    pub seconds: Option<f64>,
    /// How it is meant.
    pub kind: LineKind,
    /// What it says.
    pub words: String,
}

/// All lines in the order in which things happened.
pub fn lines(log: &RunLog) -> Vec<LogLine> {
    let evaluated = log.evaluations.iter().map(of_evaluation);
    let estimated = log.marginals.iter().map(of_estimate);
    let happened = log.entries.iter().map(|entry| LogLine {
        samples: entry.samples,
        seconds: Some(entry.seconds),
        kind: match entry.what {
            Happening::Warned(_) | Happening::Diagnosed(_) => LineKind::Warned,
            _ => LineKind::Done,
        },
        words: text::printable(&happened_in_words(&entry.what)).into_owned(),
    });
    let mut lines: Vec<LogLine> = evaluated.chain(estimated).chain(happened).collect();
    lines.sort_by_key(|line| line.samples);
    lines
}

/// What happened, in the language of the screen; files and programs have it in English.
pub fn happened_in_words(what: &Happening) -> String {
    match what {
        Happening::Started => tr!("training goes on").into(),
        Happening::Paused => tr!("paused").into(),
        Happening::Finished => tr!("goal reached").into(),
        Happening::WentBack { from } => tr!("went back from {samples} samples", samples = from),
        Happening::Saved(path) => tr!("saved to {path}", path = path),
        Happening::Forked { from } => tr!("forked from {name}", name = from),
        Happening::Changed { .. } | Happening::Warned(_) | Happening::Diagnosed(_) => what.to_string(),
    }
}

fn of_evaluation(point: &CurvePoint) -> LogLine {
    LogLine {
        samples: point.samples,
        seconds: Some(point.seconds),
        kind: LineKind::Measured,
        words: format!(
            "{} {:.2} = {:.2} - KL {:.2}   {} {:.2}   lr {}",
            tr!("test"),
            point.elbo_test,
            point.reconstruction,
            point.kl,
            tr!("train"),
            point.elbo_train,
            point.learning_rate
        ),
    }
}

fn of_estimate(point: &MarginalPoint) -> LogLine {
    let Estimates {
        importance_weighted,
        posterior_samples,
        annealed,
        ..
    } = point.estimates;
    let named = [
        ("IW", Some(importance_weighted)),
        ("D", posterior_samples),
        ("AIS", annealed),
    ];
    let estimates: Vec<String> = named
        .into_iter()
        .filter_map(|(name, estimate)| Some(format!("{name} {:.2}", estimate?.mean)))
        .collect();
    let of = match point.part {
        Part::Train => tr!("log p(x) of training items"),
        Part::Test => tr!("log p(x) of test items"),
    };
    LogLine {
        samples: point.samples,
        seconds: None,
        kind: LineKind::Measured,
        words: format!("{of}: {}", estimates.join("  ")),
    }
}

/// Those of them that say `searched`, in letters of either case; all where nothing is searched for.
pub fn found(lines: Vec<LogLine>, searched: &str) -> Vec<LogLine> {
    let searched = searched.to_lowercase();
    let says = |line: &LogLine| line.words.to_lowercase().contains(&searched);
    lines.into_iter().filter(says).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Entry;

    #[test]
    fn everything_has_its_line_in_order_and_can_be_found() {
        let entry = |samples, what| Entry {
            samples,
            seconds: 1.0,
            what,
        };
        let log = RunLog {
            evaluations: vec![CurvePoint {
                samples: 200,
                seconds: 1.5,
                elbo_train: -110.0,
                elbo_test: -105.0,
                reconstruction: -80.0,
                kl: 25.0,
                learning_rate: 0.001,
            }],
            entries: vec![
                entry(0, Happening::Started),
                entry(
                    100,
                    Happening::Changed {
                        setting: "learning-rate".into(),
                        from: "0.001".into(),
                        to: "0.0005".into(),
                    },
                ),
                entry(300, Happening::Warned("Diverged\u{1b}[2J".into())),
            ],
            ..RunLog::default()
        };
        let all = lines(&log);
        let samples: Vec<u64> = all.iter().map(|line| line.samples).collect();
        assert_eq!(samples, [0, 100, 200, 300]);
        assert_eq!(all[1].words, "learning-rate 0.001 -> 0.0005");
        assert_eq!(all[3].kind, LineKind::Warned);
        assert!(!all[3].words.contains('\u{1b}'), "nothing that a terminal obeys");
        let words = |searched| -> Vec<u64> {
            found(lines(&log), searched)
                .iter()
                .map(|line| line.samples)
                .collect()
        };
        assert_eq!(words("LEARNING"), [100]);
        assert_eq!(words("lr 0"), [200]);
        assert_eq!(words("diverged"), [300]);
        assert_eq!(words("").len(), 4);
    }
}
