//! Sequences in JSON: a list of sequences, whose lengths may differ, or a sequence a line (JSON lines).
//!
//! A sequence is a list of numbers, or a list of steps that are lists of features. An object holds such lists by their names:
//! sets to train and to test on, or one list of sequences and one of labels. Where the lists of steps differ in length and hold
//! nothing but the notes of a piano, they are the notes that sound, and a step is a row of its 88 keys, 0 or 1.

use std::fmt::Formatter;
use std::io::{BufReader, Cursor, Read};
use std::ops::RangeInclusive;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::Format;
use super::arrays::{LABELS, listed};
use super::sets::Set;
use super::text::{self, Allowance, Bounded, MARK};
use crate::data::found::check_memory;
use crate::data::packed::fill;
use crate::data::{Announced, Found, ItemShape, ReadingRules, Source, Values};
use crate::words::plain;

pub(super) const FORMAT: Format = Format {
    name: "JSON",
    recognises: is_list,
    endings: &["json", "jsonl", "ndjson"],
    announce: lists,
};

/// The notes of a piano, as MIDI counts them.
const PIANO: RangeInclusive<u8> = 21..=108;
/// Numbers that are held at the most: 4 GiB.
const MOST_NUMBERS: usize = 1 << 30;
/// Lists that are held at the most.
const MOST_LISTS: usize = 1 << 28;
/// Sequences of unlike lengths may take so many times as many numbers with their padding as without, or this many at least.
const MOST_PADDING: usize = 64;
const FEW_NUMBERS: usize = 1 << 18;

/// Whether text begins as a list or an object does.
fn is_list(head: &[u8]) -> bool {
    let head = head.strip_prefix(MARK).unwrap_or(head).trim_ascii_start();
    let Some((b'[' | b'{', rest)) = head.split_first() else {
        return false;
    };
    matches!(
        rest.trim_ascii_start(),
        [b'[' | b']' | b'{' | b'"' | b'-' | b'0'..=b'9', ..]
    )
}

/// Sequences; only reading tells how many there are.
fn lists<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let rules = rules.clone();
    Ok(Announced {
        head: None,
        read: Box::new(move || read(source.bytes, &rules)),
    })
}

fn read(mut bytes: impl Read, rules: &ReadingRules) -> Result<Found, String> {
    let mut start = [0; MARK.len()];
    let length = fill(&mut bytes, &mut start).map_err(|error| error.to_string())?;
    let start = match &start[..length] {
        MARK => Vec::new(),
        other => other.to_vec(),
    };
    let (bounded, allowance) = Bounded::new(Cursor::new(start).chain(bytes), "a value of its JSON");
    let mut input = Deserializer::from_reader(BufReader::new(bounded));
    let said = |error: serde_json::Error| {
        // A text from the file may stand in it.
        let cause: String = error.to_string().chars().take(200).collect();
        format!("its JSON can't be read: {}", plain(&cause))
    };
    let document = Document(&allowance).deserialize(&mut input).map_err(said)?;
    if input.end().is_ok() {
        return document.found(rules);
    }
    // More follows: it is a sequence a line.
    let mut sequences = Lists::default();
    let mut next = document;
    loop {
        match next {
            Value::Lists(line) => sequences.take_line(line)?,
            Value::Object(_) => return Err("its lines hold objects, but a list in each is needed".into()),
        }
        if input.end().is_ok() {
            break;
        }
        next = Document(&allowance).deserialize(&mut input).map_err(said)?;
    }
    sequences.found(rules)
}

/// What stands at the top.
enum Value {
    Lists(Lists),
    /// The lists of an object with their names.
    Object(Vec<(String, Lists)>),
}

/// Lists of lists, flat.
#[derive(Default)]
struct Lists {
    /// How many lists deep the numbers stand; 0 where there are none.
    numbers_at: usize,
    /// How many lists deep the innermost lists are.
    lists_to: usize,
    numbers: Vec<f32>,
    /// How many numbers or lists each list in the outermost has.
    items: Vec<u32>,
    /// How many numbers each list within those has.
    steps: Vec<u32>,
    /// Texts in the outermost list.
    texts: Vec<String>,
}

impl Lists {
    fn depth(&self) -> usize {
        self.numbers_at.max(self.lists_to)
    }

    /// Takes a number that stands `level` lists deep.
    fn number(&mut self, level: usize, number: f32) -> Result<(), &'static str> {
        if level == 0 {
            return Err("a number stands where a list is expected");
        }
        if self.lists_to > level || ![0, level].contains(&self.numbers_at) {
            return Err("numbers and lists stand side by side");
        }
        if self.numbers.len() >= MOST_NUMBERS || self.numbers.try_reserve(1).is_err() {
            return Err("its numbers are more than 4 GiB or than the memory that there is");
        }
        self.numbers_at = level;
        self.numbers.push(number);
        Ok(())
    }

    /// Begins a list within `level` others.
    fn begin(&mut self, level: usize) -> Result<(), &'static str> {
        if level == 3 {
            return Err("lists stand more than three deep");
        }
        if self.numbers_at != 0 && self.numbers_at <= level {
            return Err("numbers and lists stand side by side");
        }
        if self.items.len() + self.steps.len() >= MOST_LISTS {
            return Err("there are more lists than are read");
        }
        self.lists_to = self.lists_to.max(level + 1);
        Ok(())
    }

    /// Ends a list within `level` others that had `count` entries.
    fn end(&mut self, level: usize, count: u32) {
        match level {
            1 => self.items.push(count),
            2 => self.steps.push(count),
            _ => {}
        }
    }

    /// Appends a sequence that stands on a line of its own.
    fn take_line(&mut self, line: Self) -> Result<(), String> {
        let place = self.items.len() + 1;
        let depth = line.depth() + 1;
        if !line.texts.is_empty() || depth > 3 {
            return Err(format!(
                "its line {place} holds no list of numbers or of lists of numbers"
            ));
        }
        if self.lists_to != 0 && self.lists_to != depth {
            return Err(format!(
                "its line {place} holds a sequence of another kind than those before: a list of numbers, or of lists of numbers"
            ));
        }
        let entries = if depth == 3 {
            line.items.len()
        } else {
            line.numbers.len()
        };
        if self.numbers.len() + line.numbers.len() > MOST_NUMBERS {
            return Err("its numbers are more than 4 GiB".into());
        }
        self.lists_to = depth;
        self.numbers_at = depth;
        self.items.push(entries as u32);
        self.steps.extend(line.items);
        self.numbers.extend(line.numbers);
        Ok(())
    }

    /// Appends the sequences of another list.
    fn append(&mut self, other: Self) -> Result<(), String> {
        if self.depth() != other.depth() {
            return Err("its lists hold sequences of unlike kinds".into());
        }
        self.numbers.extend(other.numbers);
        self.items.extend(other.items);
        self.steps.extend(other.steps);
        Ok(())
    }

    /// Its entries as labels, where it is a list of texts or numbers.
    fn labels(&self) -> Option<Vec<String>> {
        match (self.depth(), self.texts.is_empty()) {
            (1, false) if self.numbers.is_empty() => {
                Some(self.texts.iter().map(|text| text::label(text)).collect())
            }
            (1, true) => Some(self.numbers.iter().map(f32::to_string).collect()),
            _ => None,
        }
    }

    /// As many numbers in each sequence, or what is said where they differ.
    fn found(self, rules: &ReadingRules) -> Result<Found, String> {
        if self.depth() < 2 || !self.texts.is_empty() {
            return Err(
                "it holds no list of sequences: a sequence is a list of numbers or of lists of numbers"
                    .into(),
            );
        }
        if let Some(empty) = self.items.iter().position(|&length| length == 0) {
            return Err(format!("its sequence {} is empty", empty + 1));
        }
        let (features, is_roll) = self.features()?;
        let lengths: Vec<usize> = self.items.iter().map(|&length| length as usize).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let are_alike = lengths.iter().all(|&length| length == longest);
        let count = lengths.len();
        let steps = match rules.shape {
            None => longest,
            Some(ItemShape::Sequence {
                steps,
                features: wanted,
            }) if wanted == features && steps >= longest => steps,
            Some(wish) if are_alike && !is_roll && wish.numbers() == longest * features => {
                return Ok(Found::new(wish, Values::of_numbers(self.numbers)));
            }
            Some(wish) => {
                let found = ItemShape::Sequence {
                    steps: longest,
                    features,
                };
                return Err(format!("it has {found}, which can't be {wish}"));
            }
        };
        let shape = ItemShape::Sequence { steps, features };
        check_padding(count, shape, self.numbers.len())?;
        let mut notes = Vec::new();
        let values = if is_roll {
            notes.push(
                "its steps are lists of unlike lengths and hold whole numbers from 21 to 108: they are taken as the notes \
                 of a piano that sound, and a step as its 88 keys"
                    .into(),
            );
            self.piano_roll(shape)
        } else {
            if are_alike && features == 1 && rules.shape.is_none() {
                notes.push(format!(
                    "its lists are taken as sequences of one feature; --shape {longest} takes them as vectors"
                ));
            }
            self.padded(shape)
        };
        Ok(Found {
            lengths,
            notes,
            ..Found::new(shape, values)
        })
    }

    /// How many features a step has, and whether the steps are lists of notes.
    fn features(&self) -> Result<(usize, bool), String> {
        if self.depth() == 2 {
            return Ok((1, false));
        }
        let first = self.steps.first().copied().unwrap_or(0);
        let Some(odd) = self.steps.iter().position(|&count| count != first) else {
            return match first {
                0 => Err("its steps are empty".into()),
                _ => Ok((first as usize, false)),
            };
        };
        let is_note = |&number: &f32| {
            number.fract() == 0.0 && (f32::from(*PIANO.start())..=f32::from(*PIANO.end())).contains(&number)
        };
        if self.numbers.iter().all(is_note) {
            return Ok((PIANO.len(), true));
        }
        let (mut step, mut sequence) = (odd, 0);
        while step >= self.items[sequence] as usize {
            step -= self.items[sequence] as usize;
            sequence += 1;
        }
        Err(format!(
            "its step {} of sequence {} has {} numbers, but the first step has {first}; only steps of notes from 21 to 108 may differ",
            step + 1,
            sequence + 1,
            self.steps[odd]
        ))
    }

    /// The numbers with zeros behind the shorter sequences.
    fn padded(&self, shape: ItemShape) -> Values {
        let numbers_each = shape.numbers();
        let mut padded = vec![0.0; self.items.len() * numbers_each];
        let mut rest = &self.numbers[..];
        let features = if self.depth() == 2 {
            1
        } else {
            self.steps[0] as usize
        };
        for (item, &length) in padded.chunks_exact_mut(numbers_each).zip(&self.items) {
            let (own, others) = rest.split_at(length as usize * features);
            item[..own.len()].copy_from_slice(own);
            rest = others;
        }
        Values::of_numbers(padded)
    }

    /// A row of keys for each step, 1 where a note sounds.
    fn piano_roll(&self, shape: ItemShape) -> Values {
        let (keys, numbers_each) = (PIANO.len(), shape.numbers());
        let mut roll = vec![0; self.items.len() * numbers_each];
        let (mut steps, mut notes) = (self.steps.iter(), self.numbers.iter());
        for (item, &length) in roll.chunks_exact_mut(numbers_each).zip(&self.items) {
            for (step, &count) in item
                .chunks_exact_mut(keys)
                .zip(steps.by_ref().take(length as usize))
            {
                for &note in notes.by_ref().take(count as usize) {
                    step[usize::from(note as u8 - PIANO.start())] = 1;
                }
            }
        }
        Values::Bytes(roll)
    }
}

/// Whether padded sequences of that shape stay in proportion to the numbers that they hold.
fn check_padding(count: usize, shape: ItemShape, numbers: usize) -> Result<(), String> {
    let each = shape.checked_numbers().unwrap_or(usize::MAX);
    let padded = count.saturating_mul(each);
    if padded > FEW_NUMBERS.max(numbers.saturating_mul(MOST_PADDING)) {
        return Err(format!(
            "its {count} {shape} hold {numbers} numbers in all, and would be little but padding"
        ));
    }
    check_memory(count, shape, 4)
}

impl Value {
    fn found(self, rules: &ReadingRules) -> Result<Found, String> {
        match self {
            Self::Lists(lists) => lists.found(rules),
            Self::Object(lists) => of_object(lists, rules),
        }
    }
}

/// The sequences of an object: its sets, or the one list that a person names or that is the only one.
fn of_object(lists: Vec<(String, Lists)>, rules: &ReadingRules) -> Result<Found, String> {
    let sets: Vec<Option<Set>> = lists.iter().map(|(name, _)| Set::called(name)).collect();
    if rules.variable.is_none() && sets.contains(&Some(Set::Train)) {
        return of_sets(lists, &sets, rules);
    }
    let can_be = |(_, list): &&(String, Lists)| list.depth() > 1 && list.texts.is_empty();
    let candidates: Vec<&str> = lists
        .iter()
        .filter(can_be)
        .map(|(name, _)| name.as_str())
        .collect();
    let chosen = match (&rules.variable, &candidates[..]) {
        (Some(name), _) if candidates.contains(&name.as_str()) => name.clone(),
        (Some(name), _) => {
            return Err(format!(
                "it has no list of sequences {name:?}, only {}",
                listed(&candidates)
            ));
        }
        (None, [alone]) => (*alone).to_owned(),
        (None, []) => return Err("its object has no list of sequences".into()),
        (None, _) => {
            return Err(format!(
                "it has several lists of sequences, {}: --variable names the one to read",
                listed(&candidates)
            ));
        }
    };
    let is_label = |name: &str| match &rules.label {
        Some(wish) => name == wish,
        None => LABELS.iter().any(|label| name.eq_ignore_ascii_case(label)),
    };
    let labels = lists
        .iter()
        .find(|(name, _)| is_label(name))
        .and_then(|(_, list)| list.labels());
    if let (Some(wish), None) = (&rules.label, &labels) {
        return Err(format!("it has no list of labels {wish:?}"));
    }
    let mut found = match lists.into_iter().find(|(name, _)| *name == chosen) {
        Some((_, list)) => list.found(rules)?,
        None => return Err(format!("it has no list {chosen:?}")),
    };
    found.labels = labels.unwrap_or_default();
    Ok(found)
}

/// All sets of an object one after the other, each item with the mark of its set.
fn of_sets(lists: Vec<(String, Lists)>, sets: &[Option<Set>], rules: &ReadingRules) -> Result<Found, String> {
    let has_test = sets.contains(&Some(Set::Test));
    let (mut all, mut parts, mut notes) = (None::<Lists>, Vec::new(), Vec::new());
    for ((name, list), set) in lists.into_iter().zip(sets) {
        let Some(set) = set else { continue };
        let Some(mark) = set.mark(has_test) else {
            notes.push(format!(
                "its {} sequences in {name:?} are left out, beside train and test",
                list.items.len()
            ));
            continue;
        };
        parts.extend(std::iter::repeat_n(mark.to_owned(), list.items.len()));
        match &mut all {
            None => all = Some(list),
            Some(all) => all.append(list)?,
        }
    }
    let mut found = all.unwrap_or_default().found(rules)?;
    found.parts = parts;
    found.notes.extend(notes);
    Ok(found)
}

/// The value at the top.
struct Document<'a>(&'a Allowance);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut Formatter) -> std::fmt::Result {
        formatter.write_str("a list of sequences, or an object with such lists")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Value, A::Error> {
        let mut lists = Lists::default();
        Entry::top(&mut lists, self.0).visit_seq(entries)?;
        Ok(Value::Lists(lists))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Vec::new();
        while let Some(name) = entries.next_key::<String>()? {
            self.0.renew();
            if object.len() == MOST_ENTRIES {
                return Err(A::Error::custom("an object has more entries than are read"));
            }
            if let Some(lists) = entries.next_value_seed(Member(self.0))? {
                object.push((name, lists));
            }
        }
        Ok(Value::Object(object))
    }
}

/// The most lists of an object.
const MOST_ENTRIES: usize = 1_000;

/// A value of an object: only lists count.
struct Member<'a>(&'a Allowance);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<Lists>;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Option<Lists>, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<Lists>;

    fn expecting(&self, formatter: &mut Formatter) -> std::fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, entries: A) -> Result<Option<Lists>, A::Error> {
        let mut lists = Lists::default();
        Entry::top(&mut lists, self.0).visit_seq(entries)?;
        Ok(Some(lists))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Option<Lists>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            self.0.renew();
        }
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<Lists>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<Lists>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<Lists>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<Lists>, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<Lists>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<Lists>, E> {
        Ok(None)
    }
}

/// A value that stands `level` lists deep.
struct Entry<'a> {
    lists: &'a mut Lists,
    level: usize,
    allowance: &'a Allowance,
}

impl<'a> Entry<'a> {
    fn top(lists: &'a mut Lists, allowance: &'a Allowance) -> Self {
        Self {
            lists,
            level: 0,
            allowance,
        }
    }

    fn number<E: Error>(self, number: f32) -> Result<(), E> {
        self.allowance.renew();
        self.lists.number(self.level, number).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut Formatter) -> std::fmt::Result {
        formatter.write_str("a number or a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        self.lists.begin(self.level).map_err(A::Error::custom)?;
        let mut count = 0;
        loop {
            let entry = Entry {
                lists: &mut *self.lists,
                level: self.level + 1,
                allowance: self.allowance,
            };
            if entries.next_element_seed(entry)?.is_none() {
                break;
            }
            count += 1;
        }
        self.allowance.renew();
        self.lists.end(self.level, count);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(
            "an object stands where a number or a list is expected",
        ))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.allowance.renew();
        if self.level != 1 {
            return Err(E::custom("a text stands where a number or a list is expected"));
        }
        if self.lists.texts.len() >= MOST_LISTS || text.len() > LONGEST_LABEL {
            return Err(E::custom("texts are longer or more than labels can be"));
        }
        self.lists.texts.push(text.to_owned());
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.number(number as f32)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.number(number as f32)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.number(number as f32)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.number(f32::from(u8::from(truth)))
    }

    /// `null` is a missing value.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.number(f32::NAN)
    }
}

/// The most bytes of a label.
const LONGEST_LABEL: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, rules: &str) -> Result<Found, String> {
        read(text.as_bytes(), &ReadingRules::parse(rules).unwrap())
    }

    #[test]
    fn sequences_of_unlike_lengths_end_in_zeros() {
        for text in [
            "[[1, 2.5, 3], [4], [5, 6]]",
            "[1, 2.5, 3]\n[4]\n[5, 6]\n",
            "\u{feff} [ [1,2.5,3],[4],\n[5,6] ] ",
            "{\"about\": \"any\", \"more\": {\"a\": [[\"b\"]]}, \"series\": [[1, 2.5, 3], [4], [5, 6]]}",
        ] {
            let found = parsed(text, "usual").unwrap();
            assert_eq!(
                found.shape,
                ItemShape::Sequence {
                    steps: 3,
                    features: 1
                },
                "{text}"
            );
            assert_eq!(
                found.values,
                Values::Floats(vec![1.0, 2.5, 3.0, 4.0, 0.0, 0.0, 5.0, 6.0, 0.0])
            );
            assert_eq!(found.lengths, [3, 1, 2]);
        }
    }

    #[test]
    fn steps_have_features_and_a_person_may_wish_for_more_steps() {
        for text in ["[[[1,2],[3,4]],[[5,6]]]", "[[1,2],[3,4]] [[5,6]]"] {
            let found = parsed(text, "usual").unwrap();
            assert_eq!(
                found.shape,
                ItemShape::Sequence {
                    steps: 2,
                    features: 2
                }
            );
            assert_eq!(found.values, Values::Bytes(vec![1, 2, 3, 4, 5, 6, 0, 0]));
            assert_eq!(parsed(text, "shape=3:2").unwrap().values.len(), 12);
            assert!(parsed(text, "shape=1:2").unwrap_err().contains("can't be"));
        }
        let vectors = parsed("[[1,2,3],[4,5,6]]", "shape=3").unwrap();
        assert_eq!(vectors.shape, ItemShape::Vector { features: 3 });
        assert!(parsed("[[1,2,3],[4,5,6]]", "usual").unwrap().notes[0].contains("--shape 3"));
    }

    #[test]
    fn lists_of_notes_are_piano_rolls_and_sets_are_told_apart() {
        let text =
            "{\"test\": [[[21, 108], []]], \"valid\": [[[60]]], \"train\": [[[60]], [[22], [23, 22, 21]]]}";
        let found = parsed(text, "usual").unwrap();
        assert_eq!(
            found.shape,
            ItemShape::Sequence {
                steps: 2,
                features: 88
            }
        );
        assert_eq!(found.parts, ["test", "train", "train"]);
        assert_eq!(found.lengths, [2, 1, 2]);
        let Values::Bytes(keys) = &found.values else {
            panic!("keys sound or do not")
        };
        let sounding: Vec<usize> = (0..keys.len()).filter(|&key| keys[key] == 1).collect();
        assert_eq!(sounding, [0, 87, 176 + 39, 353, 440, 441, 442]);
        assert!(found.notes[0].contains("88 keys") && found.notes[1].contains("valid"));
    }

    #[test]
    fn a_list_of_labels_may_stand_beside_the_sequences() {
        let text = "{\"x\": [[1],[2]], \"y\": [\"a\", \"b\"], \"other\": [3, 4]}";
        assert_eq!(parsed(text, "usual").unwrap().labels, ["a", "b"]);
        assert_eq!(parsed(text, "label=other").unwrap().labels, ["3", "4"]);
        assert!(parsed(text, "label=z").unwrap_err().contains("\"z\""));
        let two = "{\"x\": [[1],[2]], \"w\": [[3],[4]]}";
        assert!(parsed(two, "usual").unwrap_err().contains("x and w"));
        assert_eq!(
            parsed(two, "variable=w").unwrap().values,
            Values::Bytes(vec![3, 4])
        );
    }

    #[test]
    fn what_is_no_list_of_sequences_is_told() {
        for (text, expected) in [
            ("[[1,2],[3", "EOF while parsing a list at line 1 column 9"),
            ("[1, [2]]", "side by side"),
            ("[[1, [2]]]", "side by side"),
            ("[[[1],2]]", "side by side"),
            ("[[[[1]]]]", "three deep"),
            ("[1, 2, 3]", "no list of sequences"),
            ("[]", "no list of sequences"),
            ("[[], [1]]", "sequence 1 is empty"),
            ("[[\"a\u{1b}\"]]", "can't be read"),
            ("[[\"a\"]]", "a text stands"),
            ("[{\"a\": 1}]", "an object stands"),
            ("[[[1,2]],[[3]]]", "step 1 of sequence 2 has 1 numbers"),
            ("[[1],[2]] x", "can't be read"),
            ("{\"a\": 1}", "no list of sequences"),
            ("[1,2]\n[[3]]", "line 2"),
            ("[1,2]\n{}", "objects"),
        ] {
            let said = parsed(text, "usual").unwrap_err();
            assert!(said.contains(expected), "{expected}: {said}");
            assert!(!said.chars().any(char::is_control));
        }
        let far = format!("[[{}0]{}]", "0,".repeat(60_000), ",[1]".repeat(30_000));
        assert!(parsed(&far, "usual").unwrap_err().contains("padding"));
        let missing = parsed("[[1, null], [2, 3]]", "usual").unwrap();
        assert!(matches!(missing.values, Values::Floats(numbers) if numbers[1].is_nan()));
    }
}
