//! Which item a person means: by its place, `#123` or `train:17`, or by its class, `7`.

use crate::data::{ItemPlace, Part};
use crate::language::{said, tr};
use crate::tui::workspace::Workspace;

/// The item that is meant, or why there is none. Of a class it is the next one of `part` after the item `before`, around the end. A
/// number that no class is called is a place.
pub fn find(
    searched: &str,
    workspace: &Workspace,
    part: Part,
    classes: &[Option<u16>],
    before: Option<usize>,
) -> Result<ItemPlace, String> {
    let searched = searched.trim();
    let (part_of_place, rest) = [Part::Train, Part::Test]
        .into_iter()
        .find_map(|part| {
            let rest = searched.strip_prefix(part.name())?.strip_prefix(':')?;
            Some((Some(part), rest))
        })
        .unwrap_or_else(|| (None, searched.strip_prefix('#').unwrap_or(searched)));
    let is_place = part_of_place.is_some() || searched.starts_with('#');
    let data = &workspace.data;
    let class = data.classes.iter().position(|class| class.name == searched);
    if let (false, Some(class)) = (is_place, class) {
        let first = before.map_or(0, |before| before + 1);
        let mut items = (first..classes.len()).chain(0..first.min(classes.len()));
        let next = items.find(|&item| classes[item].map(usize::from) == Some(class));
        return next.map(|item| ItemPlace { part, item }).ok_or_else(|| {
            tr!(
                "no {part} item on the map is of class {class}",
                part = said(part.name()),
                class = searched
            )
        });
    }
    let part = part_of_place.unwrap_or(part);
    match rest.parse::<usize>() {
        Ok(item) if item < data.items(part, None) => Ok(ItemPlace { part, item }),
        Ok(item) => Err(tr!(
            "there is no {part} item {item}: there are {count}",
            part = said(part.name()),
            item = item,
            count = data.items(part, None)
        )),
        Err(_) if data.classes.is_empty() => {
            Err(tr!("the data has no labels; an item is found by its place, such as #123").into())
        }
        Err(_) => Err(tr!(
            "no class is called that; an item is found by its place, such as #123 or train:17"
        )
        .into()),
    }
}
