//! What is pointed at becomes the other point, is marked, or is given a name.

use crate::language::tr;
use crate::run::protocol::Origin;
use crate::session::{Bookmark, Marked, Side};
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::bookmarks::{BookmarkList, BookmarkName, Naming};

/// Makes what is pointed at the other point.
pub(super) fn make_other(app: &mut App) -> Vec<Effect> {
    let pointed = app.pointed();
    app.say(tr!("B is {point}", point = pointed));
    app.selection.other = Some(pointed);
    Vec::new()
}

/// Exchanges the point and the other one.
pub(super) fn swap(app: &mut App) -> Vec<Effect> {
    match app.selection.other.take() {
        Some(other) => {
            let point = std::mem::replace(&mut app.selection.point, other);
            app.say(tr!(
                "A is {point}, and B is {other}",
                point = app.selection.point,
                other = point
            ));
            app.selection.other = Some(point);
        }
        None => app.say(tr!("there is no B yet: O makes what is pointed at B")),
    }
    Vec::new()
}

/// Marks the item that is pointed at, or unmarks it.
pub(super) fn mark(app: &mut App, side: Side) -> Vec<Effect> {
    let Some(item) = app.pointed().item else {
        app.say(tr!("nothing here is an item that could be marked"));
        return Vec::new();
    };
    let is_marked = app.selection.marked.toggle(item, side);
    let Marked { towards, away } = &app.selection.marked;
    let (with, without) = (towards.len(), away.len());
    let what = match (is_marked, side) {
        (false, _) => tr!("is not marked any more"),
        (true, Side::Towards) => tr!("has the attribute"),
        (true, Side::Away) => tr!("lacks the attribute"),
    };
    app.say(tr!(
        "{item} {what}; marked: {with} with it, {without} without",
        item = item,
        what = what,
        with = with,
        without = without
    ));
    Vec::new()
}

/// Unmarks all items.
pub(super) fn unmark_all(app: &mut App) -> Vec<Effect> {
    app.selection.marked = Marked::default();
    app.say(tr!("no item is marked"));
    Vec::new()
}

/// Asks for the name of what is pointed at.
pub(super) fn name(app: &mut App) -> Vec<Effect> {
    let pointed = app.pointed();
    let suggested = suggested_name(&pointed, &app.selection.bookmarks);
    let name = BookmarkName::new(&suggested, Naming::New(pointed));
    app.overlay = Some(Overlay::BookmarkName(name));
    Vec::new()
}

/// An item's own name, or the first number that no other point has.
fn suggested_name(point: &Origin, bookmarks: &[Bookmark]) -> String {
    if let Origin {
        item: Some(item),
        latent: None,
    } = point
    {
        return item.to_string();
    }
    let is_free = |name: &String| bookmarks.iter().all(|bookmark| bookmark.name != *name);
    let mut names = (1..).map(|number| tr!("point {number}", number = number));
    names.find(is_free).unwrap_or_default()
}

/// Opens the list of points with a name.
pub(super) fn open_bookmarks(app: &mut App) -> Vec<Effect> {
    app.overlay = Some(Overlay::Bookmarks(BookmarkList::default()));
    Vec::new()
}
