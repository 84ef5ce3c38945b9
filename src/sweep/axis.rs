//! The values that one setting takes in a sweep, as they are typed: `2,5,10`, `[200,200],500`, `1e-4..1e-2:log:5`, `1..5`.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The most values of one axis.
const MOST_VALUES: u32 = 10_000;
/// Digits of the numbers of a range that are no whole ones.
const DIGITS: usize = 4;

/// The values that one setting takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Axis {
    /// These, as they would be typed for the setting.
    List(Vec<String>),
    /// Numbers from the first to the last.
    Range {
        /// The first.
        from: f64,
        /// The last, itself included.
        to: f64,
        /// How they lie between.
        spacing: Spacing,
        /// How many; none for all whole numbers, or for any number where values are drawn.
        count: Option<u32>,
    },
}

/// How the numbers of a range lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// The whole numbers, or even distances.
    Linear,
    /// Even ratios.
    Logarithmic,
}

impl Axis {
    /// All values in order, for a grid.
    ///
    /// # Errors
    /// If it is a range that does not say how many.
    pub fn values(&self) -> anyhow::Result<Vec<String>> {
        match *self {
            Self::List(ref values) => Ok(values.clone()),
            Self::Range {
                count: Some(1), from, ..
            } => Ok(vec![written(from)]),
            Self::Range {
                from,
                to,
                spacing,
                count: Some(count),
            } => {
                let share = |index: u32| f64::from(index) / f64::from(count - 1);
                Ok((0..count)
                    .map(|index| written(between(from, to, spacing, share(index))))
                    .collect())
            }
            Self::Range {
                from,
                to,
                spacing: Spacing::Linear,
                count: None,
            } if is_whole(from) && is_whole(to) => {
                ensure!(
                    to - from < f64::from(MOST_VALUES),
                    "{self} has more than {MOST_VALUES} values"
                );
                Ok((0..=(to - from) as u32)
                    .map(|index| written(from + f64::from(index)))
                    .collect())
            }
            Self::Range { count: None, .. } => {
                bail!("{self} doesn't say how many values a grid has of it, as {self}:5 does")
            }
        }
    }

    /// A value that is drawn: each of those that are listed is as likely, and so is each part of a range.
    ///
    /// # Errors
    /// As for [`Axis::values`], of a range that is more than its ends say.
    pub fn draw(&self, generator: &mut impl Rng) -> anyhow::Result<String> {
        match *self {
            Self::Range {
                from,
                to,
                spacing,
                count: None,
            } if spacing == Spacing::Logarithmic || !is_whole(from) || !is_whole(to) => {
                Ok(written(between(from, to, spacing, generator.r#gen::<f64>())))
            }
            _ => {
                let values = self.values()?;
                Ok(values[generator.gen_range(0..values.len())].clone())
            }
        }
    }

    /// How many values it has; none for any number of a range.
    pub fn count(&self) -> Option<usize> {
        self.values().ok().map(|values| values.len())
    }
}

fn is_whole(number: f64) -> bool {
    number.fract() == 0.0
}

/// The number at a share of the way.
fn between(from: f64, to: f64, spacing: Spacing, share: f64) -> f64 {
    match spacing {
        Spacing::Linear => from + share * (to - from),
        Spacing::Logarithmic => from * (to / from).powf(share),
    }
}

/// A number of a range as it is typed: whole, or with so many digits that people can read it.
fn written(number: f64) -> String {
    if is_whole(number) {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.0$e}", DIGITS - 1).parse().unwrap_or(number);
    rounded.to_string()
}

impl FromStr for Axis {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if let Some((from, rest)) = text.split_once("..")
            && let Ok(from) = from.trim().parse()
        {
            return range(from, rest)
                .with_context(|| format!("{text:?} is no range such as 1e-4..1e-2:log:5 or 1..5"));
        }
        let values = list(text)?;
        ensure!(
            values.iter().all(|value| !value.is_empty()),
            "{text:?} has an empty value"
        );
        ensure!(
            values.len() <= MOST_VALUES as usize,
            "there are more than {MOST_VALUES} values"
        );
        Ok(Self::List(values))
    }
}

/// What stands behind `..`: `1e-2:log:5`.
fn range(from: f64, rest: &str) -> anyhow::Result<Axis> {
    let mut parts = rest.split(':').map(str::trim);
    let to: f64 = parts
        .next()
        .unwrap_or_default()
        .parse()
        .context("its end is no number")?;
    let spacing = match parts.next() {
        None | Some("linear") => Spacing::Linear,
        Some("log") => Spacing::Logarithmic,
        Some(other) => bail!("{other:?} is neither linear nor log"),
    };
    let count = parts
        .next()
        .map(str::parse::<u32>)
        .transpose()
        .context("its count is no whole number")?;
    ensure!(parts.next().is_none(), "something follows the count");
    ensure!(
        count.is_none_or(|count| (1..=MOST_VALUES).contains(&count)),
        "its count must be from 1 to {MOST_VALUES}"
    );
    ensure!(
        from.is_finite() && to.is_finite() && from <= to,
        "it must go from a number to one that is not smaller"
    );
    ensure!(
        spacing == Spacing::Linear || from > 0.0,
        "even ratios need a beginning above 0"
    );
    Ok(Axis::Range {
        from,
        to,
        spacing,
        count,
    })
}

/// The values between commas; square brackets keep together what has commas itself.
fn list(text: &str) -> anyhow::Result<Vec<String>> {
    let (mut values, mut value, mut is_inside) = (Vec::new(), String::new(), false);
    for character in text.chars() {
        match character {
            '[' if !is_inside && value.trim().is_empty() => is_inside = true,
            ']' if is_inside => is_inside = false,
            ',' if !is_inside => values.push(std::mem::take(&mut value).trim().to_owned()),
            other => value.push(other),
        }
    }
    ensure!(!is_inside, "{text:?} has a bracket that is not closed");
    values.push(value.trim().to_owned());
    Ok(values)
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(values) => {
                let bracketed = |value: &String| {
                    if value.contains(',') {
                        format!("[{value}]")
                    } else {
                        value.clone()
                    }
                };
                f.write_str(&values.iter().map(bracketed).collect::<Vec<_>>().join(","))
            }
            Self::Range {
                from,
                to,
                spacing,
                count,
            } => {
                write!(f, "{from}..{to}")?;
                match (spacing, count) {
                    (Spacing::Linear, None) => Ok(()),
                    (Spacing::Linear, Some(count)) => write!(f, ":linear:{count}"),
                    (Spacing::Logarithmic, None) => write!(f, ":log"),
                    (Spacing::Logarithmic, Some(count)) => write!(f, ":log:{count}"),
                }
            }
        }
    }
}

impl TryFrom<String> for Axis {
    type Error = anyhow::Error;

    fn try_from(text: String) -> anyhow::Result<Self> {
        text.parse()
    }
}

impl From<Axis> for String {
    fn from(axis: Axis) -> Self {
        axis.to_string()
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    fn values(text: &str) -> Vec<String> {
        text.parse::<Axis>().and_then(|axis| axis.values()).unwrap()
    }

    #[test]
    fn lists_and_ranges_are_read_as_they_are_typed() {
        assert_eq!(values("2,5, 10"), ["2", "5", "10"]);
        assert_eq!(values("[200,200],500"), ["200,200", "500"]);
        assert_eq!(values("relu"), ["relu"]);
        assert_eq!(values("1..5"), ["1", "2", "3", "4", "5"]);
        assert_eq!(values("1..5:linear:3"), ["1", "3", "5"]);
        assert_eq!(
            values("1e-4..1e-2:log:5"),
            ["0.0001", "0.0003162", "0.001", "0.003162", "0.01"]
        );
        assert_eq!(values("7..9:log:1"), ["7"]);
        assert_eq!(values("a..b"), ["a..b"], "a name may have two dots");
    }

    #[test]
    fn what_is_written_reads_as_the_same_axis() {
        for text in [
            "2,5,10",
            "[200,200],500",
            "1..5",
            "1..5:linear:3",
            "0.0001..0.01:log:5",
            "0.1..1:log",
        ] {
            let axis: Axis = text.parse().unwrap();
            assert_eq!(axis.to_string(), text);
            assert_eq!(axis.to_string().parse::<Axis>().unwrap(), axis);
        }
    }

    #[test]
    fn what_is_no_axis_is_refused_with_what_is_wrong() {
        for (text, reason) in [
            ("", "empty value"),
            ("1,,2", "empty value"),
            ("[1,2", "not closed"),
            ("1..x", "its end is no number"),
            ("5..1", "not smaller"),
            ("0..1:log:3", "above 0"),
            ("1..2:cubic:3", "neither linear nor log"),
            ("1..2:log:0", "from 1 to"),
            ("1..2:log:3:4", "follows the count"),
            ("1..1e300:linear:99999", "from 1 to"),
        ] {
            let said = format!("{:#}", text.parse::<Axis>().unwrap_err());
            assert!(said.contains(reason), "{text}: {said}");
        }
        assert!("0.1..1:log".parse::<Axis>().unwrap().values().is_err());
        assert!("1..1e9".parse::<Axis>().unwrap().values().is_err());
    }

    #[test]
    fn draws_lie_in_the_axis() {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
        let listed: Axis = "a,b".parse().unwrap();
        let range: Axis = "1e-4..1e-2:log".parse().unwrap();
        let mut below = 0;
        for _ in 0..200 {
            assert!(["a", "b"].contains(&listed.draw(&mut generator).unwrap().as_str()));
            let number: f64 = range.draw(&mut generator).unwrap().parse().unwrap();
            assert!((1e-4..=1e-2).contains(&number), "{number}");
            below += usize::from(number < 1e-3);
        }
        assert!(
            (70..130).contains(&below),
            "half of them below the geometric mean, not {below}"
        );
    }
}
