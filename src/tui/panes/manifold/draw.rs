//! How the manifold pane is drawn.
//!
//! ```text
//!  ▄▄ ▄▄ ▄▄ ▄▄ ▄▄   ┌────────┐
//!  ▄▄ ▄▄▌▄▄ ▄▄ ▄▄   │ under  │      ▌ the cursor; letters: items by class
//!  ▄▄ ▄▄ ▄4 ▄▄ ▄▄   │ it     │
//!  ▄▄ ▄▄ ▄▄ 9▄ ▄▄   └────────┘
//!                   → z3 +0.40
//! ```

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Geometry, Locations, MOST_ITEMS, Manifold, Shown, geometry};
use crate::language::{said as said_of, tr};
use crate::run::DataFacts;
use crate::tui::app::App;
use crate::tui::widgets::axis::{short, signed};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::edge;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Manifold, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let Some(dimensions) = pane.dimensions(app, workspace) else {
        return Line::styled(tr!("one latent dimension has no plane"), theme::dim()).render(area, buffer);
    };
    let geometry = geometry(area, workspace.data.shape);
    let size = (geometry.plane.columns, geometry.plane.rows);
    let Some(shown) = pane.shown.as_ref().filter(|shown| shown.size == size) else {
        return Line::styled(tr!("the plane is on its way"), theme::dim()).render(area, buffer);
    };
    geometry.plane.render(app, &shown.images.pixels, buffer);
    if let Some(nearest) = shown.images.nearest {
        let style = Style::new().fg(theme::colours().good);
        geometry.plane.mark(nearest, style, buffer);
    }
    let (column, row) = pane.cursor(size);
    let cursor = row * geometry.plane.columns + column;
    if size.0 * size.1 > 0 {
        geometry.plane.mark(cursor, theme::selected(), buffer);
    }
    if let Some(located) = pane.located() {
        render_items(pane, dimensions, located, &workspace.data, &geometry, buffer);
    }
    render_picture(app, workspace, shown, cursor, &geometry, buffer);
    render_text(pane, (app, workspace), dimensions, &geometry, buffer);
    edge::render(&[workspace.age(shown.samples)], area, buffer);
}

/// The picture under the cursor, large.
fn render_picture(
    app: &App,
    workspace: &Workspace,
    shown: &Shown,
    cursor: usize,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let numbers = workspace.data.shape.numbers().max(1);
    let values = shown.images.pixels.chunks_exact(numbers).nth(cursor);
    let picture = values.map(|values| Labelled {
        values,
        scale: Scale::Values,
        label: String::new(),
    });
    geometry.picture.render(app, picture.into_iter(), None, buffer);
}

/// Which plane it is, and where on it the cursor is.
fn render_text(
    pane: &Manifold,
    (app, workspace): (&App, &Workspace),
    (right, down): (usize, usize),
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let latent = pane.latent(app).unwrap_or_default();
    let value = |dimension: usize| latent.get(dimension).map_or("-".to_owned(), |&z| signed(z, 2));
    let axis = |arrow: &'static str, dimension: usize| {
        Line::from(vec![
            Span::styled(
                format!("{arrow} {} ", workspace.dimension_name(dimension)),
                theme::selected(),
            ),
            Span::styled(value(dimension), theme::strong()),
        ])
    };
    let side = 100.0 * pane.window.side;
    let part = if pane.window.side < 1.0 {
        tr!("{share} % of the prior each way", share = short(side))
    } else {
        tr!("the whole prior, in equal parts").to_owned()
    };
    let mut lines = vec![
        axis("→", right),
        axis("↓", down),
        Line::styled(part, theme::dim()),
    ];
    lines.push(Line::styled(
        tr!("the rest as of {point}", point = app.selection.point),
        theme::dim(),
    ));
    if let Some(part) = pane.items {
        let said = match pane.located() {
            Some(located) => tr!(
                "the first {count} {part} items",
                count = located.items.len().min(MOST_ITEMS),
                part = said_of(part.name())
            ),
            None => tr!("where items lie is on its way").to_owned(),
        };
        lines.push(Line::styled(said, theme::dim()));
    }
    Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .render(geometry.text, buffer);
}

/// A letter in every cell in which items lie: that of most of them.
fn render_items(
    pane: &Manifold,
    (right, down): (usize, usize),
    located: &Locations,
    data: &DataFacts,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let covered = geometry.plane.covered().intersection(buffer.area);
    let mut cells: BTreeMap<(u16, u16), BTreeMap<Option<u16>, usize>> = BTreeMap::new();
    for item in &located.items {
        let (Some(&x), Some(&y)) = (item.mean.get(right), item.mean.get(down)) else {
            continue;
        };
        let (x, y) = pane.window.place((x, y));
        if (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y) {
            let at = |start: u16, length: u16, share: f64| start + (f64::from(length) * share) as u16;
            let cell = (at(covered.x, covered.width, x), at(covered.y, covered.height, y));
            *cells.entry(cell).or_default().entry(item.class).or_default() += 1;
        }
    }
    for (cell, classes) in cells {
        let most = classes.into_iter().max_by_key(|&(_, count)| count);
        if let Some((class, _)) = most
            && covered.contains(cell.into())
        {
            let (symbol, style) = letter(class, data);
            buffer[cell].set_symbol(&symbol).set_style(style);
        }
    }
}

/// What stands for an item of a class: the class's name where that is one character, else a letter for its place.
fn letter(class: Option<u16>, data: &DataFacts) -> (String, Style) {
    let Some(class) = class else {
        return ("•".into(), theme::selected());
    };
    let runs = theme::colours().runs;
    let style = Style::new()
        .fg(runs[usize::from(class) % runs.len()])
        .patch(theme::strong());
    let name = data
        .classes
        .get(usize::from(class))
        .map(|class| text::printable(&class.name));
    let symbol = match name {
        Some(name) if text::columns(&name) == 1 => name.into_owned(),
        _ => char::from(b'a' + (class % 26) as u8).to_string(),
    };
    (symbol, style)
}
