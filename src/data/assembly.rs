//! A data set out of what formats found in one file or two, by the rules that a person states.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::file::{DataError, Named, file_name};
use super::found::Found;
use super::missing::survey;
use super::scaling::Scaling;
use super::split::{Items, Split};
use super::splitting::parts;
use super::statistics::Statistics;
use super::values::Values;
use super::{Dataset, ItemShape, ReadingRules, Scale, duplicates, grey, labels};
use crate::words::plain;

/// The most numbers that are looked through for items in both parts, which takes a second at the most.
const MOST_COMPARED: usize = 1 << 28;

/// The items of one file.
pub(super) struct FoundFile {
    pub path: PathBuf,
    pub found: Found,
}

/// What both parts need of a file.
struct Shared {
    path: PathBuf,
    values: Arc<Values>,
    labels: Vec<String>,
    lengths: Vec<usize>,
}

/// One part before its scaling: items of a file.
struct Side {
    file: Rc<Shared>,
    items: Items,
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
    let is_grey = train.found.values.are_bytes();
    let is_alike =
        |test: &&FoundFile| rules.scale != Scale::Usual || test.found.values.are_bytes() == is_grey;
    if let Some(test) = test.as_ref().filter(|test| !is_alike(test)) {
        let (not, but) = if is_grey { ("no ", "are") } else { ("", "are not") };
        let cause = format!(
            "its values are {not}grey values, but those of {} {but}: --scale reads both alike",
            file_name(&train.path)
        );
        return Err(cause).named(&test.path);
    }
    let marks = std::mem::take(&mut train.found.parts);
    let count = train.found.count();
    let train = shared(train);
    let mut sides = match test {
        Some(test) => {
            let test_items = Items::all(test.found.count());
            [(train, Items::all(count)), (shared(test), test_items)]
        }
        None => {
            let parts = parts(count, shape, &marks, rules).named(&train.path)?;
            notes.push(format!("{}: {why}{}", file_name(&train.path), parts.words));
            parts.items.map(|items| (train.clone(), items))
        }
    }
    .map(|(file, items)| Side { file, items });
    let scaling = scaling(&mut sides, shape, &features, rules, &mut notes)?;
    let labels = sides.each_ref().map(|side| side.items.of(&side.file.labels));
    let (classes, [train_labels, test_labels]) =
        labels::classes([&labels[0], &labels[1]]).named(&sides[0].file.path)?;
    let split = |side: Side, labels| Split {
        values: side.file.values.clone(),
        lengths: side.items.of(&side.file.lengths),
        items: side.items,
        scaling: scaling.clone(),
        labels,
        longest: shape.steps(),
        numbers_per_item: shape.numbers(),
    };
    let [train, test] = sides;
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

/// All items of a file as the test part of a data set whose values are scaled, and whose classes are counted, as those of
/// `known`; classes that it does not have follow. `notes` are what was said before.
///
/// # Errors
/// If the items are of another shape or kind of values, or some of them can't be used; one sentence that names the file.
pub(super) fn alike(
    known: &Dataset,
    mut file: FoundFile,
    mut notes: Vec<String>,
) -> Result<Dataset, DataError> {
    let FoundFile { path, found } = &mut file;
    found.check_lists().named(path)?;
    if known.rules.scale == Scale::Usual {
        let said = grey::whiten(&mut found.values, found.shape);
        notes.extend(said.map(|note| format!("{}: {note}", file_name(path))));
    }
    if found.shape != known.shape {
        let cause = format!("it has {}, but the model knows {}", found.shape, known.shape);
        return Err(cause).named(path);
    }
    let scaling = known.train.scaling.clone();
    if matches!(*scaling, Scaling::Bytes) && !found.values.are_bytes() {
        let cause = "its values are not whole numbers up to 255, as those are that the model knows";
        return Err(cause).named(path);
    }
    let count = found.count();
    let items = Items::all(count);
    let names = (known.shape, known.features.as_slice());
    let items = survey(&found.values, items, names, (&found.lengths, known.rules.missing))
        .named(path)?
        .items;
    let mut classes = if found.labels.is_empty() {
        Vec::new()
    } else {
        known.classes.clone()
    };
    let mut labels = Vec::new();
    for label in items.of(&found.labels) {
        let label = plain(&label);
        let place = classes.iter().position(|class| *class == label);
        let place = place.unwrap_or_else(|| {
            classes.push(label);
            classes.len() - 1
        });
        let place = u16::try_from(place).map_err(|_| "its labels are too many to be classes");
        labels.push(place.named(path)?);
    }
    let FoundFile { path, found } = file;
    let test = Split {
        lengths: items.of(&found.lengths),
        values: Arc::new(found.values),
        items,
        scaling,
        labels,
        longest: known.shape.steps(),
        numbers_per_item: known.shape.numbers(),
    };
    Ok(Dataset {
        name: path.to_string_lossy().into_owned(),
        classes,
        train: known.train.first(0),
        test,
        notes,
        ..known.clone()
    })
}

fn shared(FoundFile { path, found }: FoundFile) -> Rc<Shared> {
    Rc::new(Shared {
        path,
        values: Arc::new(found.values),
        labels: found.labels,
        lengths: found.lengths,
    })
}

/// The scaling of both parts, fitted to the first; items with missing values are left out where the rules say so.
fn scaling(
    sides: &mut [Side; 2],
    shape: ItemShape,
    features: &[String],
    rules: &ReadingRules,
    notes: &mut Vec<String>,
) -> Result<Arc<Scaling>, DataError> {
    let are_bytes = sides.iter().all(|side| side.file.values.are_bytes());
    if are_bytes && matches!(rules.scale, Scale::Usual | Scale::None) {
        let nothing = Statistics::new(0);
        let scaling = Scaling::fitted(rules.scale, shape, are_bytes, &nothing).named(&sides[0].file.path)?;
        return Ok(Arc::new(scaling));
    }
    let mut scalings = Vec::new();
    let (mut means, mut filled_in) = (Vec::new(), 0);
    for side in sides.iter_mut() {
        let path = &side.file.path;
        let items = std::mem::replace(&mut side.items, Items::all(0));
        let names = (shape, features);
        let survey = survey(
            &side.file.values,
            items,
            names,
            (&side.file.lengths, rules.missing),
        )
        .named(path)?;
        if survey.items.len() == 0 {
            return Err("every item of a part has missing values, so that none is left").named(path);
        }
        if survey.dropped > 0 {
            let note = format!(
                "{} {} with missing values are left out",
                survey.dropped,
                shape.noun()
            );
            notes.push(format!("{}: {note}", file_name(path)));
        }
        filled_in += survey.filled;
        if scalings.is_empty() {
            means = survey.statistics.means();
            let words = Scaling::words(rules.scale, shape, &survey.statistics);
            notes.extend(words.map(|words| format!("{}: {words}", file_name(path))));
        }
        // The one for the test items shows whether they bear the rule too.
        scalings.push(Scaling::fitted(rules.scale, shape, are_bytes, &survey.statistics).named(path)?);
        side.items = survey.items;
    }
    let scaling = scalings.swap_remove(0);
    if filled_in == 0 {
        return Ok(Arc::new(scaling));
    }
    notes.push(format!(
        "{}: the means of their features stand for {filled_in} missing values",
        file_name(&sides[0].file.path)
    ));
    Ok(Arc::new(scaling.filling_in(means)))
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
