//! Attributes as directions of the latent space: the difference of the means of two sets of items (Larsen et al. 2016, White 2016).

use serde::{Deserialize, Serialize};

use super::{browse, encoding, traversal};
use crate::cancel::Cancel;
use crate::data::{Dataset, ItemPlace, Part};
use crate::evaluation::MeasurementContext;
use crate::model::{Recognition, Vae};

/// Items of a set whose mean is taken at most: the mean of so many is uncertain by a thirtieth of their spread.
pub const MOST_OF_A_SET: usize = 1_000;
/// The same where chains take the place of an encoder, which take seconds for so many.
const MOST_BY_CHAINS: usize = 20;

/// A set of items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Group {
    /// The training items of a class, by its place among the data's.
    Class(u16),
    /// Items that a person chose.
    Items(Vec<ItemPlace>),
}

/// What some items have and others lack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Those that have it.
    pub towards: Group,
    /// Those that don't; none for the prior's mean.
    pub away: Option<Group>,
}

/// An attribute, and how much of it is added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// Which.
    pub attribute: Attribute,
    /// In differences of the two means.
    pub strength: f32,
}

/// A latent vector before and after attributes were added to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    /// The latent vector with the attributes.
    pub latent: Vec<f32>,
    /// What is decoded without them.
    pub before: Vec<f32>,
    /// What is decoded with them.
    pub after: Vec<f32>,
    /// What is decoded with other strengths of one of them, one after the other; shape (strengths, pixels).
    pub strip: Vec<f32>,
}

/// The direction of each attribute: the mean of the posterior means of its items less that of the others, of the first
/// [`MOST_OF_A_SET`] of each; none for one of a set without items. `None` as soon as it is cancelled.
pub fn directions(
    model: &Vae,
    data: &Dataset,
    attributes: &[Attribute],
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Option<Vec<f32>>>> {
    let mean_of = |group: &Group| mean_of_group(model, data, group, context, cancel);
    let of_attribute = |attribute: &Attribute| {
        let towards = mean_of(&attribute.towards)?;
        let away = match &attribute.away {
            Some(away) => Some(mean_of(away)?),
            None => None,
        };
        Some(match (towards, away) {
            (Some(towards), None) => Some(direction(&towards, None)),
            (Some(towards), Some(Some(away))) => Some(direction(&towards, Some(&away))),
            (None, _) | (_, Some(None)) => None,
        })
    };
    attributes.iter().map(of_attribute).collect()
}

/// The mean of where a group's items lie, none of none; `None` around it as soon as it is cancelled.
fn mean_of_group(
    model: &Vae,
    data: &Dataset,
    group: &Group,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Option<Vec<f32>>> {
    let most = match model.architecture().recognition {
        Recognition::Encoder => MOST_OF_A_SET,
        Recognition::Chains => MOST_BY_CHAINS,
    };
    let places: Vec<ItemPlace> = match group {
        Group::Class(class) => {
            let part = Part::Train;
            let members = browse::members(&data.train, Some(*class));
            members.map(|item| ItemPlace { part, item }).take(most).collect()
        }
        Group::Items(items) => {
            let is_there = |place: &&ItemPlace| place.item < data.split(place.part).points();
            items.iter().filter(is_there).take(most).copied().collect()
        }
    };
    let mut means = Vec::with_capacity(places.len());
    for part in Part::BOTH {
        let of_part = places.iter().filter(|place| place.part == part);
        let items: Vec<usize> = of_part.map(|place| place.item).collect();
        means.extend(encoding::posterior_means(
            model,
            data.split(part),
            &items,
            context,
            cancel,
        )?);
    }
    Some(mean(&means))
}

/// `z` with some `directions` added, each with its strength; and, for the direction at a place of these, with other `strengths`
/// of that one. `None` as soon as it is cancelled.
pub fn edit(
    model: &Vae,
    z: &[f32],
    directions: &[(Vec<f32>, f32)],
    strip: Option<(usize, &[f32])>,
    cancel: &Cancel,
) -> Option<Edited> {
    let add = |z: Vec<f32>, (direction, strength): &(Vec<f32>, f32)| moved(&z, direction, *strength);
    let latent = directions.iter().fold(z.to_vec(), add);
    let mut points = vec![z.to_vec(), latent.clone()];
    if let Some((place, strengths)) = strip
        && let Some((direction, present)) = directions.get(place)
    {
        let with = |strength: &f32| moved(&latent, direction, strength - present);
        points.extend(strengths.iter().map(with));
    }
    let mut before = traversal::decode(model, &points, cancel)?;
    let width = before.len() / points.len();
    let mut after = before.split_off(width);
    let strip = after.split_off(width);
    Some(Edited {
        latent,
        before,
        after,
        strip,
    })
}

/// The mean of some latent vectors; none of none.
pub fn mean(vectors: &[Vec<f32>]) -> Option<Vec<f32>> {
    let mut sums = vec![0.0_f64; vectors.first()?.len()];
    for vector in vectors {
        for (sum, &value) in sums.iter_mut().zip(vector) {
            *sum += f64::from(value);
        }
    }
    Some(
        sums.into_iter()
            .map(|sum| (sum / vectors.len() as f64) as f32)
            .collect(),
    )
}

/// The way from the mean `away` to the mean `towards`; from the origin, which is the prior's mean, where there is no `away`.
pub fn direction(towards: &[f32], away: Option<&[f32]>) -> Vec<f32> {
    match away {
        Some(away) => towards
            .iter()
            .zip(away)
            .map(|(towards, away)| towards - away)
            .collect(),
        None => towards.to_vec(),
    }
}

/// `z + strength * direction`.
pub fn moved(z: &[f32], direction: &[f32], strength: f32) -> Vec<f32> {
    z.iter()
        .zip(direction)
        .map(|(z, direction)| z + strength * direction)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Binarisation, ItemShape, Split};

    const CONTEXT: MeasurementContext = MeasurementContext {
        seed: 1,
        binarisation: Binarisation::None,
    };

    fn model() -> Vae {
        Vae::small((4, 5, 3), 1)
    }

    #[test]
    fn a_direction_leads_from_the_mean_of_one_set_to_that_of_the_other() {
        let split = |items: u8| {
            let bytes = (0..items)
                .flat_map(|item| [item, 255 - item, 7 * item, 0])
                .collect();
            Split::of_bytes(bytes, (0..items).map(|item| u16::from(item % 2)).collect(), 4)
        };
        let data = Dataset {
            classes: vec!["even".into(), "odd".into()],
            ..Dataset::new("pairs", ItemShape::grey(2, 2), split(10), split(4))
        };
        let cancel = Cancel::default();
        let mean_of = |part: Part, items: &[usize]| {
            let means = encoding::posterior_means(&model(), data.split(part), items, CONTEXT, &cancel);
            mean(&means.unwrap()).unwrap()
        };
        let train = |item| ItemPlace {
            part: Part::Train,
            item,
        };
        let attributes = [
            Attribute {
                towards: Group::Class(0),
                away: Some(Group::Class(1)),
            },
            Attribute {
                towards: Group::Items(vec![train(3), ItemPlace::test(2), ItemPlace::test(99)]),
                away: None,
            },
            Attribute {
                towards: Group::Class(0),
                away: Some(Group::Items(Vec::new())),
            },
        ];
        let found = directions(&model(), &data, &attributes, CONTEXT, &cancel).unwrap();
        let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
        let (even, odd) = (
            mean_of(Part::Train, &[0, 2, 4, 6, 8]),
            mean_of(Part::Train, &[1, 3, 5, 7, 9]),
        );
        assert!(near(found[0].as_ref().unwrap(), &direction(&even, Some(&odd))));
        let both = mean(&[mean_of(Part::Train, &[3]), mean_of(Part::Test, &[2])]).unwrap();
        assert!(near(found[1].as_ref().unwrap(), &both));
        assert_eq!(found[2], None, "a set without items");
    }

    #[test]
    fn several_attributes_are_added_and_one_of_them_is_varied() {
        let z = [0.5, -1.0, 0.0];
        let changes = [(vec![1.0, 0.0, 2.0], 0.5), (vec![0.0, 1.0, 0.0], -2.0)];
        let cancel = Cancel::default();
        let strengths = [-2.0, 0.0, 1.0];
        let edited = edit(&model(), &z, &changes, Some((1, &strengths)), &cancel).unwrap();
        assert_eq!(edited.latent, [1.0, -3.0, 1.0]);
        let decoded = |z: [f32; 3]| traversal::decode(&model(), &[z.to_vec()], &cancel).unwrap();
        assert_eq!(edited.before, decoded(z));
        assert_eq!(edited.after, decoded([1.0, -3.0, 1.0]));
        let expected = [
            decoded([1.0, -3.0, 1.0]),
            decoded([1.0, -1.0, 1.0]),
            decoded([1.0, 0.0, 1.0]),
        ];
        assert_eq!(edited.strip, expected.concat());
        let none = edit(&model(), &z, &[], None, &cancel).unwrap();
        assert_eq!((none.before, none.strip), (none.after, Vec::new()));
    }

    #[test]
    fn the_whole_direction_leads_from_one_mean_to_the_other() {
        let one = mean(&[vec![1.0, 2.0], vec![3.0, -2.0]]).unwrap();
        let other = mean(&[vec![5.0, 5.0]]).unwrap();
        assert_eq!(
            (one.as_slice(), other.as_slice()),
            (&[2.0, 0.0][..], &[5.0, 5.0][..])
        );
        assert_eq!(mean(&[]), None);
        let direction = direction(&other, Some(&one));
        assert_eq!(moved(&one, &direction, 1.0), other);
        assert_eq!(moved(&one, &direction, -2.0), [-4.0, -10.0]);
        assert_eq!(moved(&one, &direction, 0.0), one);
        assert_eq!(super::direction(&other, None), other);
    }
}
