//! How a person looks at a session: saved with it, so that coming back finds the screen as it was.

use std::collections::{BTreeMap, BTreeSet};

use ron::value::RawValue;
use serde::{Deserialize, Deserializer, Serialize};

use super::Comparison;
use crate::data::ItemPlace;
use crate::explore::attribute::Applied;
use crate::run::protocol::Origin;

/// What is selected and how it is shown. Each pane's own state stands under the pane's name; what is not understood there, since
/// another version of the program wrote it, is kept as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct View {
    /// The name of the pane that keys go to.
    pub focus: String,
    /// Whether that pane fills the screen.
    pub zoomed: bool,
    /// Whether the axes of curves are logarithmic.
    pub log_axis: bool,
    /// Whether the paper's curves are drawn, where it has one.
    pub paper: bool,
    /// The point of the latent space that was looked at, and the item that it came from.
    pub point: Origin,
    /// The other point: where a way through the latent space ends.
    pub other: Option<Origin>,
    /// Items that were marked, in two sets.
    pub marked: Marked,
    /// Points that were given a name, the oldest first.
    pub bookmarks: Vec<Bookmark>,
    /// Attributes that are added to the point, each with its strength.
    pub attributes: Vec<Applied>,
    /// The selected latent dimension; none for the most informative one.
    pub dimension: Option<usize>,
    /// The moment of training that is looked at, in training points seen; none for the present.
    pub time: Option<u64>,
    /// The test items on the page of reconstructions; empty: the first ones.
    pub images: Vec<usize>,
    /// The selected one of them.
    pub selected_image: usize,
    /// The state of each pane, by its name.
    pub panes: BTreeMap<String, Box<RawValue>>,
}

/// Two sets of items that a person marked: an attribute is the way from the mean of the one to that of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marked {
    /// Items that have the attribute.
    pub towards: BTreeSet<ItemPlace>,
    /// Items that don't.
    pub away: BTreeSet<ItemPlace>,
}

/// One of the two sets of [`Marked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// [`Marked::towards`].
    Towards,
    /// [`Marked::away`].
    Away,
}

impl Marked {
    /// Puts an item into the set of that side, and out of the other; takes it out again where it was in it already. Whether it
    /// is in it afterwards.
    pub fn toggle(&mut self, item: ItemPlace, side: Side) -> bool {
        let (here, there) = match side {
            Side::Towards => (&mut self.towards, &mut self.away),
            Side::Away => (&mut self.away, &mut self.towards),
        };
        there.remove(&item);
        !here.remove(&item) && here.insert(item)
    }

    /// Whether no item is marked.
    pub fn is_empty(&self) -> bool {
        self.towards.is_empty() && self.away.is_empty()
    }
}

/// A point of the latent space under a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// What a person calls it.
    pub name: String,
    /// Where it is.
    pub point: Origin,
}

impl Default for View {
    fn default() -> Self {
        Self {
            focus: String::new(),
            zoomed: false,
            log_axis: false,
            paper: true,
            point: Origin::item(ItemPlace::test(0)),
            other: None,
            marked: Marked::default(),
            bookmarks: Vec::new(),
            attributes: Vec::new(),
            dimension: None,
            time: None,
            images: Vec::new(),
            selected_image: 0,
            panes: BTreeMap::new(),
        }
    }
}

/// What a file may hold: also what version 1 of the schema had in the place of the panes' own states, and what stood in the
/// place of the point while only test items could be its start.
#[derive(Deserialize)]
#[serde(default)]
struct Stored {
    focus: String,
    zoomed: bool,
    log_axis: bool,
    paper: bool,
    #[serde(deserialize_with = "said")]
    point: Option<Origin>,
    start_image: Option<usize>,
    latent: Vec<f32>,
    other: Option<Origin>,
    marked: Marked,
    bookmarks: Vec<Bookmark>,
    attributes: Vec<Applied>,
    dimension: Option<usize>,
    time: Option<u64>,
    images: Vec<usize>,
    selected_image: usize,
    panes: BTreeMap<String, Box<RawValue>>,
    #[serde(deserialize_with = "said")]
    pane: Option<Pane>,
    #[serde(deserialize_with = "said")]
    smoothing: Option<u32>,
    #[serde(deserialize_with = "said")]
    sheet: Option<Sheet>,
    #[serde(deserialize_with = "said")]
    comparison: Option<Comparison>,
}

/// A value that was not optional where it stands.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
enum Pane {
    Training,
    Traversal,
    Reconstruction,
    Comparison,
}

#[derive(Serialize, Deserialize)]
enum Sheet {
    Dimensions,
    Draws,
    Plane,
}

#[derive(Serialize)]
struct TrainingState {
    smoothing: u32,
}

#[derive(Serialize)]
struct TraversalState {
    sheet: Sheet,
}

impl Default for Stored {
    fn default() -> Self {
        let View {
            focus,
            zoomed,
            log_axis,
            paper,
            point,
            other,
            marked,
            bookmarks,
            attributes,
            dimension,
            time,
            images,
            selected_image,
            panes,
        } = View::default();
        Self {
            focus,
            zoomed,
            log_axis,
            paper,
            point: None,
            start_image: point.item.map(|place| place.item),
            latent: Vec::new(),
            other,
            marked,
            bookmarks,
            attributes,
            dimension,
            time,
            images,
            selected_image,
            panes,
            pane: None,
            smoothing: None,
            sheet: None,
            comparison: None,
        }
    }
}

impl From<Stored> for View {
    fn from(stored: Stored) -> Self {
        let mut panes = stored.panes;
        let mut put = |name: &str, state: Option<Result<Box<RawValue>, ron::Error>>| {
            if let Some(Ok(state)) = state {
                panes.entry(name.into()).or_insert(state);
            }
        };
        let training = stored.smoothing.map(|smoothing| TrainingState { smoothing });
        put("training", training.as_ref().map(RawValue::from_rust));
        let traversal = stored.sheet.map(|sheet| TraversalState { sheet });
        put("traversal", traversal.as_ref().map(RawValue::from_rust));
        put("comparison", stored.comparison.as_ref().map(RawValue::from_rust));
        let focus = match stored.pane {
            Some(Pane::Training) => "training".into(),
            Some(Pane::Traversal) => "traversal".into(),
            Some(Pane::Reconstruction) => "reconstruction".into(),
            Some(Pane::Comparison) => "comparison".into(),
            None => stored.focus,
        };
        Self {
            focus,
            zoomed: stored.zoomed,
            log_axis: stored.log_axis,
            paper: stored.paper,
            point: stored.point.unwrap_or(Origin {
                item: stored.start_image.map(ItemPlace::test),
                latent: (!stored.latent.is_empty()).then_some(stored.latent),
            }),
            other: stored.other,
            marked: stored.marked,
            bookmarks: stored.bookmarks,
            attributes: stored.attributes,
            dimension: stored.dimension,
            time: stored.time,
            images: stored.images,
            selected_image: stored.selected_image,
            panes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_schema_is_understood() {
        let text = "(pane: Traversal, zoomed: true, smoothing: 100, start_image: None, latent: [0.5], images: [3, 4], \
                    selected_image: 1, sheet: Plane)";
        let view: View = ron::from_str(text).expect("it is a view");
        assert_eq!(view.focus, "traversal");
        assert!(view.zoomed && view.point.item.is_none() && view.point.latent == Some(vec![0.5]));
        assert_eq!(view.panes["training"].get_ron(), "(smoothing:100)");
        assert_eq!(view.panes["traversal"].get_ron(), "(sheet:Plane)");
        assert_eq!((view.images, view.selected_image), (vec![3, 4], 1));
    }

    #[test]
    fn points_marks_and_bookmarks_come_back_and_older_views_have_none() {
        let mut view: View = ron::from_str("(focus: \"data\")").expect("it is a view");
        assert_eq!((&view.other, view.bookmarks.len()), (&None, 0));
        assert!(view.marked.is_empty());
        let [first, second] = [1, 2].map(ItemPlace::test);
        view.other = Some(Origin {
            item: Some(first),
            latent: Some(vec![0.5, -1.0]),
        });
        view.marked.toggle(first, Side::Towards);
        view.marked.toggle(second, Side::Away);
        view.bookmarks.push(Bookmark {
            name: "a \"seven\"".into(),
            point: Origin::item(second),
        });
        let again: View =
            ron::from_str(&ron::to_string(&view).expect("it can be written")).expect("it is a view");
        assert_eq!(again, view);
    }

    #[test]
    fn an_item_is_in_one_set_of_marks_at_most() {
        let (mut marked, item) = (Marked::default(), ItemPlace::test(3));
        assert!(marked.toggle(item, Side::Towards));
        assert!(marked.toggle(item, Side::Away));
        assert!(marked.towards.is_empty() && marked.away.contains(&item));
        assert!(!marked.toggle(item, Side::Away));
        assert!(marked.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        let text =
            "(focus: \"map\", panes: {\"map\": (level: Deep(3), names: [\"a\"]), \"training\": [1, 2]})";
        let view: View = ron::from_str(text).expect("it is a view");
        let again: View =
            ron::from_str(&ron::to_string(&view).expect("it can be written")).expect("it is a view");
        assert_eq!(again, view);
        assert_eq!(
            again.panes["map"].get_ron().trim(),
            "(level: Deep(3), names: [\"a\"])"
        );
    }
}
