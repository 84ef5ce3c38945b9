//! How the data browser is drawn.
//!
//! ```text
//! test items of class 7, the lowest bound first      22-42 of 1028
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! 7 -98▲  7 -97   …     class, or place, and lower bound of each
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{DataBrowser, KIND, Order, geometry};
use crate::data::ItemPlace;
use crate::explore::browse::BrowsedItem;
use crate::language::{said, tr};
use crate::session::Marked;
use crate::tui::app::App;
use crate::tui::widgets::axis::{brief_nats, short};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::item_caption::ItemCaption;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane; what is said of the selected item stands in its frame.
pub fn draw(pane: &DataBrowser, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let data = &workspace.data;
    let geometry = geometry(area, data.shape);
    render_heading(
        pane,
        workspace,
        geometry.page(),
        Rect {
            height: area.height.min(1),
            ..area
        },
        buffer,
    );
    let body = Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    let Some(shown) = pane.shown(data, area) else {
        let words = match pane.listed(data) {
            0 => tr!("there are none"),
            _ if pane.order != Order::Place && pane.ranking().is_none() => {
                tr!("their bounds are on their way")
            }
            _ => tr!("they are on their way"),
        };
        return Line::styled(words, theme::dim()).render(body, buffer);
    };
    let selected = pane.place(data) - pane.first(data, geometry.page());
    let pictures = shown.items.iter().map(|found| Labelled {
        values: &found.values,
        scale: Scale::Values,
        label: label(
            found,
            mark(pane, app, found.item),
            usize::from(geometry.image_columns),
        ),
    });
    geometry.render(app, pictures, Some(selected), buffer);
    if let Some(found) = shown.items.get(selected) {
        ItemCaption {
            item: found.item,
            class: found.class.as_deref(),
            terms: found.terms,
            age: workspace.age(shown.samples),
            focused: app.focus.name == KIND.name,
        }
        .render(area, buffer);
    }
}

/// What is listed, in which order, and which places of it are on the page.
fn render_heading(pane: &DataBrowser, workspace: &Workspace, length: usize, area: Rect, buffer: &mut Buffer) {
    let data = &workspace.data;
    let part = said(pane.part.name());
    let class = pane.class.and_then(|class| data.classes.get(usize::from(class)));
    let what = match class {
        Some(class) => tr!(
            "{part} items of class {class}",
            part = part,
            class = text::printable(&class.name)
        ),
        None => tr!("{part} items of all classes", part = part),
    };
    let what = if data.classes.is_empty() {
        tr!("{part} items", part = part)
    } else {
        what
    };
    let order = match pane.order {
        Order::Place => tr!("in their order"),
        Order::LowestBound => tr!("the lowest bound first"),
        Order::HighestBound => tr!("the highest bound first"),
    };
    let listed = pane.listed(data);
    let first = pane.first(data, length);
    let places = match length.min(listed - first) {
        0 => String::new(),
        count => tr!(
            "{first}-{last} of {all}",
            first = first + 1,
            last = first + count,
            all = listed
        ),
    };
    let ranked = pane.ranking().map_or(String::new(), |ranking| {
        let all = data.items(pane.part, pane.class);
        let first = if listed < all {
            tr!(" (the first {listed} of {all})", listed = listed, all = all)
        } else {
            String::new()
        };
        let age = workspace.age(ranking.samples).map_or(String::new(), |_| {
            tr!(
                " as ranked at {samples} samples",
                samples = short(ranking.samples as f64)
            )
        });
        first + &age
    });
    let width = usize::from(area.width);
    let room = width.saturating_sub(text::columns(&places) + 1);
    let words = text::cut(
        &tr!(
            "{what}, {order}{ranked}",
            what = what,
            order = order,
            ranked = ranked
        ),
        room,
    )
    .into_owned();
    Line::from(vec![
        Span::styled(text::padded(&words, room), theme::strong()),
        Span::styled(format!(" {places}"), theme::dim()),
    ])
    .render(area, buffer);
}

/// The key by which an item was marked.
fn mark(pane: &DataBrowser, app: &App, item: usize) -> &'static str {
    let Marked { towards, away } = &app.selection.marked;
    let place = ItemPlace {
        part: pane.part,
        item,
    };
    match (towards.contains(&place), away.contains(&place)) {
        (true, _) => "]",
        (_, true) => "[",
        _ => "",
    }
}

/// The mark and the class of an item, or its place where there are no classes, and its bound, in so many columns; where both have
/// no room, the bound.
fn label(found: &BrowsedItem, mark: &str, columns: usize) -> String {
    let bound = brief_nats(found.terms.lower_bound());
    let name = match &found.class {
        Some(class) => format!("{mark}{}", text::printable(class)),
        None => format!("{mark}#{}", found.item),
    };
    let room = columns.saturating_sub(text::columns(&bound) + 1);
    let name = text::cut(&name, room);
    let room = columns.saturating_sub(text::columns(&bound));
    text::cut(&(text::padded(&name, room) + &bound), columns).into_owned()
}
