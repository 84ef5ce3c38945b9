//! Items of the data, a page at a time, each with what the model makes of it.

use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::data::{Dataset, Part, Split};
use crate::evaluation::{MeasurementContext, item_scores};
use crate::model::Vae;
use crate::objective::BoundTerms;

/// Items that are handed out at once, at most.
const MOST_ITEMS: usize = 500;

/// Which items of a part are wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Page {
    /// Some that follow one another in the order of the data.
    Stretch {
        /// Those of one class, by its place in [`Dataset::classes`], or of all.
        class: Option<u16>,
        /// So many of them come before.
        first: usize,
        /// How many.
        count: usize,
    },
    /// Those, by their place in the part.
    Items(Vec<usize>),
}

/// An item as a page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrowsedItem {
    /// Its place in the part.
    pub item: usize,
    /// The name of its class, where the data has labels.
    pub class: Option<String>,
    /// Its values as a model reads them, before any is drawn anew.
    pub values: Vec<f32>,
    /// Its lower bound in nats.
    pub terms: BoundTerms,
}

/// The items of a split that are of a class, or all, in order.
pub fn members(split: &Split, class: Option<u16>) -> impl Iterator<Item = usize> {
    (0..split.points()).filter(move |&item| class.is_none() || split.label(item) == class)
}

/// The items of a page, [`MOST_ITEMS`] at most; what the part does not have is left out. `None` as soon as it is cancelled.
pub fn page(
    model: &Vae,
    data: &Dataset,
    part: Part,
    page: &Page,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<BrowsedItem>> {
    let split = data.split(part);
    let items: Vec<usize> = match *page {
        Page::Stretch { class, first, count } => members(split, class)
            .skip(first)
            .take(count.min(MOST_ITEMS))
            .collect(),
        Page::Items(ref items) => {
            let there = items.iter().copied().filter(|&item| item < split.points());
            there.take(MOST_ITEMS).collect()
        }
    };
    let scores = item_scores(model, split, &items, None, context, cancel, |_| true)?;
    let of_item = |(item, terms)| {
        let mut values = vec![0.0; split.numbers_per_item];
        split.fill_row(item, &mut values);
        BrowsedItem {
            item,
            class: data.class(part, item).map(str::to_owned),
            values,
            terms,
        }
    };
    let terms = scores.into_iter().map(|score| score.terms);
    Some(items.into_iter().zip(terms).map(of_item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Binarisation, ItemShape};

    /// Ten training items of two classes in turn, and three test items.
    fn data() -> Dataset {
        let split = |points: u8| {
            let bytes = (0..points).flat_map(|item| [item, 10 * item, 255, 0]).collect();
            Split::of_bytes(bytes, (0..points).map(|item| u16::from(item % 2)).collect(), 4)
        };
        Dataset {
            classes: vec!["even".into(), "odd".into()],
            ..Dataset::new("pairs", ItemShape::grey(2, 2), split(10), split(3))
        }
    }

    fn items(part: Part, wanted: Page) -> Vec<BrowsedItem> {
        let model = Vae::small((4, 3, 2), 1);
        let context = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::Static,
        };
        page(&model, &data(), part, &wanted, context, &Cancel::default()).expect("nobody cancels")
    }

    #[test]
    fn a_stretch_has_the_items_of_its_class_from_its_first_on() {
        let places = |class, first, count| -> Vec<usize> {
            let found = items(Part::Train, Page::Stretch { class, first, count });
            found.iter().map(|found| found.item).collect()
        };
        assert_eq!(places(None, 2, 3), [2, 3, 4]);
        assert_eq!(places(Some(1), 1, 3), [3, 5, 7]);
        assert_eq!(places(Some(1), 4, 3), [9]);
        assert_eq!(places(Some(7), 0, 3), Vec::<usize>::new());
        assert_eq!(places(None, usize::MAX, usize::MAX), Vec::<usize>::new());
    }

    #[test]
    fn items_are_shown_as_the_data_has_them_wherever_they_stand() {
        let found = items(Part::Test, Page::Items(vec![2, 0, 3]));
        assert_eq!(found.len(), 2, "there is no fourth");
        assert_eq!(found[0].values, [2.0, 20.0, 255.0, 0.0].map(|byte| byte / 255.0));
        assert_eq!(found[0].class.as_deref(), Some("even"));
        let stretch = Page::Stretch {
            class: None,
            first: 0,
            count: 9,
        };
        let in_order = items(Part::Test, stretch);
        assert_eq!((&found[0].values, found[0].item), (&in_order[2].values, 2));
        let difference = found[0].terms.lower_bound() - in_order[2].terms.lower_bound();
        assert!(
            difference.abs() < 1e-6,
            "a bound depends on its item alone: {difference}"
        );
    }
}
