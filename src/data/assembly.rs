//! A data set out of what formats found in one file or two, by the rules that a person states.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{DataError, Named, file_name};
use super::found::Found;
use super::missing::{Survey, survey};
use super::scaling::Scaling;
use super::split::{Items, Split};
use super::splitting::parts;
use super::statistics::Statistics;
use super::values::Values;
use super::{Dataset, ReadingRules, Scale, duplicates, grey, labels};
use crate::words::plain;

/// The most numbers that are looked through for items in both parts, which takes a second at the most.
const MOST_COMPARED: usize = 1 << 28;

/// The items of one file.
pub(super) struct FoundFile {
    pub path: PathBuf,
    pub found: Found,
}

/// One part before its labels and its scaling.
struct Side {
    path: PathBuf,
    values: Arc<Values>,
    items: Items,
    labels: Vec<String>,
    lengths: Vec<usize>,
}

/// Makes a data set called `name` of the items to train on and those of a test file; without one, some are held out, to
/// which `why` leads in words. `notes` are what was said before.
///
/// # Errors
/// If what was found can't be used or the rules don't fit; one sentence that names the file.
pub(super) fn assemble(
    name: &Path,
    rules: &ReadingRules,
    mut train: FoundFile,
    mut test: Option<FoundFile>,
    why: &str,
    mut notes: Vec<String>,
) -> Result<Dataset, DataError> {
    for file in std::iter::once(&mut train).chain(&mut test) {
        file.found.check().named(&file.path)?;
        let mut said = std::mem::take(&mut file.found.notes);
        if rules.scale == Scale::Usual {
            said.extend(grey::whiten(&mut file.found.values, file.found.shape));
        }
        notes.extend(
            said.into_iter()
                .map(|note| format!("{}: {note}", file_name(&file.path))),
        );
    }
    let (shape, features) = (train.found.shape, std::mem::take(&mut train.found.features));
    if let Some(test) = test.as_ref().filter(|test| test.found.shape != shape) {
        let cause = format!(
            "it has {}, but {} has {shape}",
            test.found.shape,
            file_name(&train.path)
        );
        return Err(cause).named(&test.path);
    }
    let mut sides = match test {
        Some(test) => [whole(train), whole(test)],
        None => {
            let parts = parts(train.found.count(), shape, &train.found.parts, rules).named(&train.path)?;
            notes.push(format!("{}: {why}{}", file_name(&train.path), parts.words));
            let values = Arc::new(train.found.values);
            let side = |items: Items| Side {
                path: train.path.clone(),
                values: values.clone(),
                labels: items.of(&train.found.labels),
                lengths: items.of(&train.found.lengths),
                items,
            };
            parts.items.map(side)
        }
    };
    let scaling = scaling(&mut sides, shape, &features, rules, &mut notes)?;
    let [train, test] = sides;
    let (classes, [train_labels, test_labels]) =
        labels::classes([&train.labels, &test.labels]).named(&train.path)?;
    let split = |side: Side, labels| Split {
        values: side.values,
        items: side.items,
        scaling: scaling.clone(),
        labels,
        lengths: side.lengths,
        numbers_per_item: shape.numbers(),
    };
    let mut data = Dataset {
        classes,
        features: features.iter().map(|feature| plain(feature)).collect(),
        notes,
        rules: rules.clone(),
        ..Dataset::new(
            name.to_string_lossy(),
            shape,
            split(train, train_labels),
            split(test, test_labels),
        )
    };
    data.notes.extend(note_on_duplicates(&data));
    Ok(data)
}

/// All items of a file as one part.
fn whole(file: FoundFile) -> Side {
    Side {
        items: Items::all(file.found.count()),
        path: file.path,
        values: Arc::new(file.found.values),
        labels: file.found.labels,
        lengths: file.found.lengths,
    }
}

/// The scaling of both parts, fitted to the first; items with missing values are left out where the rules say so.
fn scaling(
    sides: &mut [Side; 2],
    shape: super::ItemShape,
    features: &[String],
    rules: &ReadingRules,
    notes: &mut Vec<String>,
) -> Result<Arc<Scaling>, DataError> {
    let are_bytes = sides.iter().all(|side| side.values.are_bytes());
    if are_bytes && matches!(rules.scale, Scale::Usual | Scale::None) {
        let nothing = Statistics::new(0);
        let scaling = Scaling::fitted(rules.scale, shape, are_bytes, &nothing).named(&sides[0].path)?;
        return Ok(Arc::new(scaling));
    }
    let mut fitted = None;
    let mut filled_in = 0;
    for side in sides.iter_mut() {
        let all = std::mem::replace(&mut side.items, Items::all(0));
        let before: Vec<usize> = if side.labels.is_empty() && side.lengths.is_empty() {
            Vec::new()
        } else {
            all.iter().collect()
        };
        let Survey {
            items,
            statistics,
            dropped,
            filled,
        } = survey(&side.values, all, (shape, features), rules.missing).named(&side.path)?;
        if items.len() == 0 {
            return Err("every item of a part has missing values, so that none is left").named(&side.path);
        }
        if dropped > 0 {
            let kept: Vec<usize> = items.iter().collect();
            retain(&mut side.labels, &before, &kept);
            retain(&mut side.lengths, &before, &kept);
            let note = format!("{dropped} {} with missing values are left out", shape.noun());
            notes.push(format!("{}: {note}", file_name(&side.path)));
        }
        side.items = items;
        filled_in += filled;
        match &fitted {
            None => {
                let scaling =
                    Scaling::fitted(rules.scale, shape, are_bytes, &statistics).named(&side.path)?;
                let words = Scaling::words(rules.scale, shape, &statistics);
                notes.extend(words.map(|words| format!("{}: {words}", file_name(&side.path))));
                fitted = Some((scaling, statistics.means()));
            }
            // The test items have to bear the same rule.
            Some(_) => {
                Scaling::fitted(rules.scale, shape, are_bytes, &statistics).named(&side.path)?;
            }
        }
    }
    let (scaling, means) = fitted.unwrap_or_else(|| (Scaling::none(), Vec::new()));
    if filled_in == 0 {
        return Ok(Arc::new(scaling));
    }
    notes.push(format!(
        "{}: the means of their features stand for {filled_in} missing values",
        file_name(&sides[0].path)
    ));
    Ok(Arc::new(scaling.filling_in(means)))
}

/// Keeps of a list with an entry for each of the items `before` those of the items `kept`, both in ascending order.
fn retain<T>(entries: &mut Vec<T>, before: &[usize], kept: &[usize]) {
    let mut items = before.iter();
    entries.retain(|_| items.next().is_some_and(|item| kept.binary_search(item).is_ok()));
}

/// Says how many items are in both parts, where that is found out fast.
fn note_on_duplicates(data: &Dataset) -> Option<String> {
    let numbers = (data.train.points() + data.test.points()) * data.shape.numbers();
    let is_stored = |split: &Split| matches!(&*split.values, Values::Stored(_));
    if numbers > MOST_COMPARED || is_stored(&data.train) || is_stored(&data.test) {
        return None;
    }
    let count = duplicates::of(data).in_both;
    (count > 0).then(|| {
        format!(
            "{count} of the {} test {} are among the training {} too, value for value",
            data.test.points(),
            data.shape.noun(),
            data.shape.noun()
        )
    })
}
