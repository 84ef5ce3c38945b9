//! Kinds of values: how each is typed, shown and bounded.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use crate::choices::{Choice, Choose};
use crate::data::{self, ReadingRules};
use crate::language::{said, tr};
use crate::model::architecture::LATENT_RANGE;
use crate::model::{DEPTH_RANGE, Layers};
use crate::words::is_obeyed;

/// What a setting may be.
pub(super) trait Kind: Send + Sync + 'static {
    /// The type of its field.
    type Value;

    /// The value that was typed; none where the text is no such value.
    fn read(&self, text: &str) -> Option<Self::Value>;

    /// The value as it is typed.
    fn write(&self, value: &Self::Value) -> String;

    /// Whether a value lies within the bounds.
    fn allows(&self, _value: &Self::Value) -> bool {
        true
    }

    /// The bounds in words, such as "from 1 to 512".
    fn bounds(&self) -> String;

    /// What must be typed, in words.
    fn expected(&self) -> String {
        self.bounds()
    }

    /// What stands for the value in help.
    fn placeholder(&self) -> &'static str;

    /// The words to choose from; none for what is typed.
    fn choices(&self) -> Vec<Choice> {
        Vec::new()
    }
}

/// Whole numbers of a range.
pub(super) struct Whole<T>(pub RangeInclusive<T>);

impl<T> Kind for Whole<T>
where
    T: TryFrom<u64> + PartialOrd + Display + Limits + Send + Sync + 'static,
{
    type Value = T;

    fn read(&self, text: &str) -> Option<T> {
        T::try_from(whole(text)?).ok()
    }

    fn write(&self, value: &T) -> String {
        value.to_string()
    }

    fn allows(&self, value: &T) -> bool {
        self.0.contains(value)
    }

    fn bounds(&self) -> String {
        let (first, last) = (self.0.start(), self.0.end());
        match (*first == T::LEAST, *last == T::MOST) {
            (true, true) => tr!("a whole number").into(),
            (false, true) => tr!("at least {first}", first = first),
            (_, false) => tr!("from {first} to {last}", first = first, last = last),
        }
    }

    fn expected(&self) -> String {
        match self.bounds() {
            bounds if *self.0.start() == T::LEAST => bounds,
            bounds => tr!("a whole number, {bounds}", bounds = bounds),
        }
    }

    fn placeholder(&self) -> &'static str {
        "N"
    }
}

/// The ends of a type of whole numbers, which bound nothing.
pub(super) trait Limits {
    const LEAST: Self;
    const MOST: Self;
}

impl Limits for usize {
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

impl Limits for u64 {
    const LEAST: Self = Self::MIN;
    const MOST: Self = Self::MAX;
}

/// A whole number in digits, or with an exponent, such as 3e6.
fn whole(text: &str) -> Option<u64> {
    /// Up to here every whole number is a 64-bit float of its own.
    const EXACT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    if !text.contains(['e', 'E']) {
        return text.parse().ok();
    }
    let number: f64 = text.parse().ok()?;
    ((0.0..=EXACT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

/// Whole numbers of a range, or none, which is written "all".
pub(super) struct WholeOrAll(pub RangeInclusive<usize>);

const ALL: &str = "all";

impl WholeOrAll {
    fn number(&self) -> Whole<usize> {
        Whole(self.0.clone())
    }
}

impl Kind for WholeOrAll {
    type Value = Option<usize>;

    fn read(&self, text: &str) -> Option<Self::Value> {
        if text.eq_ignore_ascii_case(ALL) {
            return Some(None);
        }
        self.number().read(text).map(Some)
    }

    fn write(&self, value: &Self::Value) -> String {
        value.map_or(ALL.into(), |value| value.to_string())
    }

    fn allows(&self, value: &Self::Value) -> bool {
        value.is_none_or(|value| self.number().allows(&value))
    }

    fn bounds(&self) -> String {
        tr!("{bounds} or {word}", bounds = self.number().bounds(), word = ALL)
    }

    fn placeholder(&self) -> &'static str {
        self.number().placeholder()
    }
}

/// The sizes of layers, a number each.
pub(super) struct LayerSizes {
    /// What the size of a layer may be.
    pub size: RangeInclusive<usize>,
    /// How many layers there may be.
    pub depth: RangeInclusive<usize>,
}

impl Kind for LayerSizes {
    type Value = Layers;

    fn read(&self, text: &str) -> Option<Layers> {
        let units: Option<Vec<usize>> = text
            .split([',', '-'])
            .map(|units| usize::try_from(whole(units.trim())?).ok())
            .collect();
        units.map(Layers::new)
    }

    fn write(&self, value: &Layers) -> String {
        value.to_string().replace('-', ",")
    }

    fn allows(&self, value: &Layers) -> bool {
        let units = value.units();
        self.depth.contains(&units.len()) && units.iter().all(|units| self.size.contains(units))
    }

    fn bounds(&self) -> String {
        tr!(
            "from {first} to {last}, in up to {layers} layers",
            first = self.size.start(),
            last = self.size.end(),
            layers = self.depth.end()
        )
    }

    fn placeholder(&self) -> &'static str {
        "N[,N]"
    }
}

/// The latent dimensions of stochastic layers above the first, or none.
pub(super) struct UpperLayers;

const SIZES: LayerSizes = LayerSizes {
    size: LATENT_RANGE,
    depth: DEPTH_RANGE,
};

impl Kind for UpperLayers {
    type Value = Layers;

    fn read(&self, text: &str) -> Option<Layers> {
        if text.eq_ignore_ascii_case(NONE) {
            return Some(Layers::new(Vec::new()));
        }
        SIZES.read(text)
    }

    fn write(&self, value: &Layers) -> String {
        match value.units() {
            [] => NONE.into(),
            _ => SIZES.write(value),
        }
    }

    fn allows(&self, value: &Layers) -> bool {
        let units = value.units();
        units.len() < *DEPTH_RANGE.end() && units.iter().all(|units| LATENT_RANGE.contains(units))
    }

    fn bounds(&self) -> String {
        tr!(
            "from {first} to {last}, in up to {layers} layers, or {word}",
            first = LATENT_RANGE.start(),
            last = LATENT_RANGE.end(),
            layers = DEPTH_RANGE.end() - 1,
            word = NONE
        )
    }

    fn placeholder(&self) -> &'static str {
        "N[,N]"
    }
}

/// Positive, finite numbers.
pub(super) struct Positive;

impl Kind for Positive {
    type Value = f32;

    fn read(&self, text: &str) -> Option<f32> {
        text.parse().ok()
    }

    fn write(&self, value: &f32) -> String {
        value.to_string()
    }

    fn allows(&self, value: &f32) -> bool {
        value.is_finite() && *value > 0.0
    }

    fn bounds(&self) -> String {
        tr!("a positive, finite number").into()
    }

    fn placeholder(&self) -> &'static str {
        super::REAL
    }
}

/// Finite numbers that are not negative.
pub(super) struct NotNegative;

impl Kind for NotNegative {
    type Value = f32;

    fn read(&self, text: &str) -> Option<f32> {
        text.parse().ok()
    }

    fn write(&self, value: &f32) -> String {
        value.to_string()
    }

    fn allows(&self, value: &f32) -> bool {
        value.is_finite() && *value >= 0.0
    }

    fn bounds(&self) -> String {
        tr!("a finite number, at least 0").into()
    }

    fn placeholder(&self) -> &'static str {
        super::REAL
    }
}

/// A share of a whole.
pub(super) struct Share;

impl Kind for Share {
    type Value = f32;

    fn read(&self, text: &str) -> Option<f32> {
        text.parse().ok()
    }

    fn write(&self, value: &f32) -> String {
        value.to_string()
    }

    fn allows(&self, value: &f32) -> bool {
        (0.0..=1.0).contains(value)
    }

    fn bounds(&self) -> String {
        tr!("from 0 to 1").into()
    }

    fn placeholder(&self) -> &'static str {
        super::REAL
    }
}

/// Positive, finite numbers, or none, which is written "none".
pub(super) struct PositiveOrNone;

const NONE: &str = "none";

impl Kind for PositiveOrNone {
    type Value = Option<f32>;

    fn read(&self, text: &str) -> Option<Self::Value> {
        if text.eq_ignore_ascii_case(NONE) {
            return Some(None);
        }
        Positive.read(text).map(Some)
    }

    fn write(&self, value: &Self::Value) -> String {
        value.map_or(NONE.into(), |value| value.to_string())
    }

    fn allows(&self, value: &Self::Value) -> bool {
        value.is_none_or(|value| Positive.allows(&value))
    }

    fn bounds(&self) -> String {
        tr!("{bounds} or {word}", bounds = Positive.bounds(), word = NONE)
    }

    fn placeholder(&self) -> &'static str {
        Positive.placeholder()
    }
}

/// The words of an enumeration.
pub(super) struct OneOf<T>(PhantomData<fn() -> T>);

impl<T> OneOf<T> {
    /// All of them.
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Choose + 'static> Kind for OneOf<T> {
    type Value = T;

    fn read(&self, text: &str) -> Option<T> {
        T::from_str(text).ok()
    }

    fn write(&self, value: &T) -> String {
        value.word().into()
    }

    fn bounds(&self) -> String {
        let words: Vec<&str> = T::VARIANTS.iter().map(|variant| variant.word()).collect();
        words.join(" or ")
    }

    fn placeholder(&self) -> &'static str {
        "WORD"
    }

    fn choices(&self) -> Vec<Choice> {
        T::choices()
    }
}

/// Whether something is so.
pub(super) struct YesOrNo;

const NO: &str = "no";
const YES: &str = "yes";

impl Kind for YesOrNo {
    type Value = bool;

    fn read(&self, text: &str) -> Option<bool> {
        match text {
            NO => Some(false),
            YES => Some(true),
            _ => None,
        }
    }

    fn write(&self, value: &bool) -> String {
        (if *value { YES } else { NO }).into()
    }

    fn bounds(&self) -> String {
        format!("{NO} or {YES}")
    }

    fn placeholder(&self) -> &'static str {
        "WORD"
    }

    fn choices(&self) -> Vec<Choice> {
        [(NO, &[NO]), (YES, &[YES])]
            .map(|(name, spellings)| Choice {
                name,
                help: String::new(),
                spellings,
            })
            .into()
    }
}

/// The rules by which data is read.
pub(super) struct Rules;

impl Kind for Rules {
    type Value = Box<ReadingRules>;

    fn read(&self, text: &str) -> Option<Box<ReadingRules>> {
        ReadingRules::parse(text).map(Box::new)
    }

    fn write(&self, value: &Box<ReadingRules>) -> String {
        value.to_string()
    }

    fn bounds(&self) -> String {
        said(ReadingRules::EXPECTED).into()
    }

    fn placeholder(&self) -> &'static str {
        "RULES"
    }
}

/// The name of a data set; a path becomes absolute.
pub(super) struct DataName;

impl Kind for DataName {
    type Value = String;

    fn read(&self, text: &str) -> Option<String> {
        Some(data::absolute_name(text))
    }

    fn write(&self, value: &String) -> String {
        value.clone()
    }

    fn bounds(&self) -> String {
        tr!(
            "{name}, {drawn} or a path",
            name = data::mnist::NAME,
            drawn = data::sprites::NAME
        )
    }

    fn placeholder(&self) -> &'static str {
        "PATH"
    }
}

/// Names of classes, or none of them, which is written "none".
pub(super) struct ClassNames;

impl Kind for ClassNames {
    type Value = Vec<String>;

    fn read(&self, text: &str) -> Option<Self::Value> {
        if text.eq_ignore_ascii_case(NONE) {
            return Some(Vec::new());
        }
        let is_readable = !text.chars().any(is_obeyed);
        is_readable.then(|| text.split(',').map(|name| name.trim().to_owned()).collect())
    }

    fn write(&self, value: &Self::Value) -> String {
        if value.is_empty() {
            NONE.into()
        } else {
            value.join(",")
        }
    }

    fn allows(&self, value: &Self::Value) -> bool {
        let is_name = |name: &String| {
            !name.is_empty() && name.trim() == name && !name.contains(',') && !name.chars().any(is_obeyed)
        };
        value.iter().all(is_name)
    }

    fn bounds(&self) -> String {
        tr!(
            "names of classes with commas between them, or {word}",
            word = NONE
        )
    }

    fn placeholder(&self) -> &'static str {
        "CLASS[,CLASS]"
    }
}
