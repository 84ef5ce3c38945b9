//! Which of several named arrays are the items: for files that hold more than one.

use super::sets::Set;
use crate::data::ReadingRules;
use crate::data::{Found, Values};
use crate::words::plain;

/// Names of labels, where nobody says otherwise.
pub(super) const LABELS: [&str; 7] = ["y", "label", "labels", "target", "targets", "class", "classes"];
/// Names of the steps that sequences have, without their padding.
pub(super) const LENGTHS: [&str; 5] = ["lengths", "length", "seq_lengths", "sequence_lengths", "steps"];
/// Names of items, where several arrays could be; the last is that of the Frey faces.
const ITEMS: [&str; 5] = ["x", "data", "images", "features", "ff"];
/// How many arrays are named where one is looked for in vain.
const MOST_NAMED: usize = 8;

/// The head of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub name: String,
    pub sizes: Vec<usize>,
    /// Whether its entries are texts, which are labels and never items.
    pub is_text: bool,
}

impl Head {
    /// How many entries a list has that is kept as an array; none where it has more than one dimension of some size.
    pub(super) fn list(&self) -> Option<usize> {
        let mut larger = self.sizes.iter().filter(|&&size| size != 1);
        match (larger.next(), larger.next()) {
            (Some(&length), None) => Some(length),
            (None, _) => Some(1),
            (Some(_), Some(_)) => None,
        }
    }

    /// Whether its name is one of `names`, in capitals or not.
    fn is_called(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }
}

/// What is read of several arrays, by their places among them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The items, of one array or of one for each set with its mark.
    pub items: Vec<(usize, Option<&'static str>)>,
    /// Their labels: as many arrays as there are of items, or none.
    pub labels: Vec<usize>,
    /// The steps of sequences: as many arrays as there are of items, or none.
    pub lengths: Vec<usize>,
    /// The array that says which items are held out.
    pub marks: Option<usize>,
    /// What a person should know of the choice.
    pub notes: Vec<String>,
}

/// Chooses: what a person names; else the sets that the names speak of, where `has_sets` allows it, as `x_train` and
/// `x_test`; else the only array that has several dimensions.
///
/// # Errors
/// If nothing or more than one can be meant; the sentence names what there is.
pub(super) fn choose(heads: &[Head], rules: &ReadingRules, has_sets: bool) -> Result<Choice, String> {
    let called = |wish: &str| {
        let place = heads.iter().position(|head| head.name == wish);
        place.ok_or_else(|| format!("it has no array {wish:?}, only {}", described(heads)))
    };
    let marks = rules.split_column.as_deref().map(called).transpose()?;
    let label = rules.label.as_deref().map(called).transpose()?;
    if let (true, None) = (has_sets, &rules.variable)
        && let Some(choice) = sets(heads)
    {
        return Ok(Choice { marks, ..choice });
    }
    let item = match &rules.variable {
        Some(wish) => match called(wish)? {
            place if heads[place].is_text => {
                return Err(format!("its array {wish:?} holds texts, which are no items"));
            }
            place => place,
        },
        None => alone(heads, &[label, marks])?,
    };
    let label = label.or_else(|| {
        let is_label = |place: &usize| *place != item && heads[*place].is_called(&LABELS);
        (0..heads.len())
            .filter(is_label)
            .find(|&place| heads[place].list().is_some())
    });
    let is_lengths = |place: &usize| *place != item && heads[*place].is_called(&LENGTHS);
    let lengths = (0..heads.len())
        .filter(is_lengths)
        .find(|&place| heads[place].list().is_some() && !heads[place].is_text);
    Ok(Choice {
        items: vec![(item, None)],
        labels: label.into_iter().collect(),
        lengths: lengths.into_iter().collect(),
        marks,
        notes: Vec::new(),
    })
}

/// The training set and the others by their names, with the labels of each where all have some.
fn sets(heads: &[Head]) -> Option<Choice> {
    let named: Vec<Option<(Set, String)>> = heads.iter().map(|head| Set::in_name(&head.name)).collect();
    let is_label = |stem: &str| LABELS.contains(&stem);
    let is_lengths = |stem: &str| LENGTHS.contains(&stem);
    let of_set = |set: Set, may_be_text: bool, wanted: &dyn Fn(&str) -> bool| {
        let is_wanted = |name: &Option<(Set, String)>| matches!(name, Some((found, stem)) if *found == set && wanted(stem));
        (0..heads.len()).find(|&place| is_wanted(&named[place]) && (may_be_text || !heads[place].is_text))
    };
    let train = of_set(Set::Train, false, &|stem| !is_label(stem) && !is_lengths(stem))?;
    let stem = &named[train].as_ref()?.1;
    let has_test = of_set(Set::Test, false, &|other| other == stem).is_some();
    let (mut items, mut labels, mut lengths, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for set in [Set::Train, Set::Test, Set::Validation] {
        let Some(place) = of_set(set, false, &|other| other == stem) else {
            continue;
        };
        match set.mark(has_test) {
            Some(mark) => items.push((place, Some(mark))),
            None => {
                notes.push(format!(
                    "its array {:?} is left out, beside train and test",
                    heads[place].name
                ));
                continue;
            }
        }
        labels.extend(of_set(set, true, &is_label));
        lengths.extend(of_set(set, false, &is_lengths));
    }
    if lengths.len() != items.len() {
        lengths.clear();
    }
    if labels.len() != items.len() {
        labels.clear();
    }
    Some(Choice {
        items,
        labels,
        lengths,
        marks: None,
        notes,
    })
}

/// The only array that can be items, or the only one of those that has a usual name.
fn alone(heads: &[Head], others: &[Option<usize>]) -> Result<usize, String> {
    let can_be = |place: &usize| {
        let head = &heads[*place];
        head.sizes.len() > 1
            && !head.is_called(&LABELS)
            && !head.is_called(&LENGTHS)
            && head.list().is_none()
            && !head.is_text
            && !others.contains(&Some(*place))
    };
    let candidates: Vec<usize> = (0..heads.len()).filter(can_be).collect();
    let usual = candidates.iter().filter(|place| heads[**place].is_called(&ITEMS));
    match (&candidates[..], &usual.collect::<Vec<_>>()[..]) {
        ([alone], _) => Ok(*alone),
        (_, [usual]) => Ok(**usual),
        ([], _) if heads.is_empty() => Err("it has no array of numbers".into()),
        ([], _) => Err(format!(
            "it has no array of several dimensions that could be the items, only {}",
            described(heads)
        )),
        (several, _) => {
            let several: Vec<Head> = several.iter().map(|&place| heads[place].clone()).collect();
            Err(format!(
                "it has several arrays that could be the items, {}: --variable names the one to read",
                described(&several)
            ))
        }
    }
}

/// Arrays with their sizes, for a person to choose from.
fn described(heads: &[Head]) -> String {
    let described = heads
        .iter()
        .map(|head| format!("{} ({})", head.name, sizes(&head.sizes)));
    let described: Vec<String> = described.collect();
    listed(&described.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Sizes as people write them: `60000 x 28 x 28`.
pub(super) fn sizes(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    sizes.join(" x ")
}

/// Names one after the other, the first few where there are many.
pub(super) fn listed(names: &[&str]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let mut shown: Vec<String> = names.iter().take(MOST_NAMED).map(|name| plain(name)).collect();
    match (shown.pop(), more) {
        (None, _) => "nothing".into(),
        (Some(last), 0) if shown.is_empty() => last,
        (Some(last), 0) => format!("{} and {last}", shown.join(", ")),
        (Some(last), more) => {
            shown.push(last);
            format!("{} and {more} more", shown.join(", "))
        }
    }
}

/// Sets of items one after the other, each with its mark.
pub(super) fn joined(sets: Vec<(Found, Option<&'static str>)>) -> Result<Found, String> {
    let mut sets = sets.into_iter();
    let (mut all, mark) = sets.next().ok_or("it has no items")?;
    let marks =
        |mark: Option<&'static str>, count| std::iter::repeat_n(mark, count).flatten().map(str::to_owned);
    all.parts = marks(mark, all.count()).collect();
    for (found, mark) in sets {
        if found.shape != all.shape {
            return Err(format!(
                "it has {} and {}, which are no sets of one kind",
                all.shape, found.shape
            ));
        }
        all.parts.extend(marks(mark, found.count()));
        all.labels.extend(found.labels);
        all.lengths.extend(found.lengths);
        match (&mut all.values, found.values) {
            (Values::Bytes(all), Values::Bytes(more)) => all.extend(more),
            (Values::Floats(all), Values::Floats(more)) => all.extend(more),
            (values, more) => {
                let mut numbers = floats(std::mem::replace(values, Values::Bytes(Vec::new())));
                numbers.extend(floats(more));
                *values = Values::Floats(numbers);
            }
        }
    }
    Ok(all)
}

/// Values in memory as floats.
fn floats(values: Values) -> Vec<f32> {
    match values {
        Values::Bytes(bytes) => bytes.into_iter().map(f32::from).collect(),
        Values::Floats(floats) => floats,
        Values::Stored(_) => Vec::new(),
    }
}

/// Floats that are all from 0 to 1 as the grey that they stand for, in 256 steps.
pub(super) fn in_grey(values: Values) -> Values {
    match values {
        Values::Floats(floats) if floats.iter().all(|float| (0.0..=1.0).contains(float)) => {
            Values::Bytes(floats.iter().map(|float| (255.0 * float).round() as u8).collect())
        }
        values => values,
    }
}

/// The numbers of a list as labels.
pub(super) fn labels(values: Values) -> Vec<String> {
    floats(values).iter().map(f32::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(arrays: &[(&str, &[usize])]) -> Vec<Head> {
        let head = |(name, sizes): &(&str, &[usize])| Head {
            name: (*name).into(),
            sizes: sizes.to_vec(),
            is_text: false,
        };
        arrays.iter().map(head).collect()
    }

    fn chosen(arrays: &[(&str, &[usize])], rules: &str) -> Result<Choice, String> {
        choose(&heads(arrays), &ReadingRules::parse(rules).unwrap(), true)
    }

    #[test]
    fn sets_are_found_by_their_names_with_their_labels() {
        let keras: &[(&str, &[usize])] = &[
            ("x_test", &[10, 2, 2]),
            ("x_train", &[20, 2, 2]),
            ("y_train", &[20]),
            ("y_test", &[10]),
        ];
        let choice = chosen(keras, "usual").unwrap();
        assert_eq!(choice.items, [(1, Some("train")), (0, Some("test"))]);
        assert_eq!(choice.labels, [2, 3]);
        let medical: &[(&str, &[usize])] = &[
            ("train_images", &[20, 2, 2]),
            ("val_images", &[5, 2, 2]),
            ("test_images", &[10, 2, 2]),
            ("train_labels", &[20, 1]),
            ("val_labels", &[5, 1]),
            ("test_labels", &[10, 1]),
        ];
        let choice = chosen(medical, "usual").unwrap();
        assert_eq!(choice.items, [(0, Some("train")), (2, Some("test"))]);
        assert_eq!((choice.labels, choice.notes.len()), (vec![3, 5], 1));
        let choice = chosen(&medical[..2], "usual").unwrap();
        assert_eq!(choice.items, [(0, Some("train")), (1, Some("test"))]);
        assert_eq!(chosen(keras, "variable=x_test").unwrap().items, [(0, None)]);
    }

    #[test]
    fn one_array_is_chosen_or_all_are_named() {
        let choice = chosen(&[("n", &[]), ("faces", &[20, 4]), ("labels", &[1, 20])], "usual").unwrap();
        assert_eq!((choice.items, choice.labels), (vec![(1, None)], vec![2]));
        let two: &[(&str, &[usize])] = &[("a", &[20, 4]), ("b", &[20, 5])];
        let said = chosen(two, "usual").unwrap_err();
        assert!(
            said.contains("a (20 x 4) and b (20 x 5)") && said.contains("--variable"),
            "{said}"
        );
        assert_eq!(chosen(two, "variable=b").unwrap().items, [(1, None)]);
        assert!(chosen(two, "variable=c").unwrap_err().contains("no array \"c\""));
        assert!(chosen(two, "label=c").unwrap_err().contains("no array \"c\""));
        assert_eq!(
            chosen(&[("X", &[20, 4]), ("b", &[20, 5])], "usual")
                .unwrap()
                .items,
            [(0, None)]
        );
        assert!(
            chosen(&[("n", &[3])], "usual")
                .unwrap_err()
                .contains("only n (3)")
        );
        assert!(chosen(&[], "usual").unwrap_err().contains("no array"));
    }

    #[test]
    fn sets_are_joined_with_their_marks() {
        let found = |values| Found::new(crate::data::ItemShape::Vector { features: 2 }, values);
        let sets = vec![
            (found(Values::Bytes(vec![1, 2])), Some("train")),
            (found(Values::Floats(vec![0.5, 3.0])), Some("test")),
        ];
        let all = joined(sets).unwrap();
        assert_eq!(all.values, Values::Floats(vec![1.0, 2.0, 0.5, 3.0]));
        assert_eq!(all.parts, ["train", "test"]);
    }
}
