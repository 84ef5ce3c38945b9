//! How the edit pane is drawn.
//!
//! ```text
//! test:17                ▄▄▄▄  ▄▄▄▄  ▄▄▄▄
//! ▶ 4 - 9        +0.50   ▄▄▄▄  ▄▄▄▄  ▄▄▄▄
//!   3 - centre   -1.00   before after difference
//! 4 - 9, from -2 to 2 times the difference
//!  ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! -2.0 -1.0  0.0▲ 1.0 2.0
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Edit, Geometry, REACH, Shown, geometry};
use crate::explore::attribute::{Applied, Attribute, Group};
use crate::language::tr;
use crate::run::DataFacts;
use crate::tui::app::App;
use crate::tui::widgets::axis::signed;
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::edge;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{layout, text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Edit, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape);
    render_list(pane, app, workspace, geometry.list, buffer);
    let Some(shown) = &pane.shown else {
        let there = Rect {
            x: geometry.list.right().saturating_add(2),
            width: area.width.saturating_sub(geometry.list.width + 2),
            ..geometry.list
        };
        return Line::styled(tr!("it is on its way"), theme::dim()).render(there, buffer);
    };
    render_pictures(app, shown, &geometry, buffer);
    render_strip(pane, app, workspace, shown, &geometry, buffer);
    edge::render(&[workspace.age(shown.samples)], area, buffer);
}

/// What is edited, and every attribute with its strength.
fn render_list(pane: &Edit, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let start = Line::styled(format!("{}", app.selection.point), theme::strong());
    let attributes = &app.selection.attributes;
    if attributes.is_empty() {
        let how = if workspace.data.classes.is_empty() {
            tr!(
                "] and [ mark items that have an attribute and that lack it, in any pane; x adds their difference here."
            )
        } else {
            tr!(
                "i adds the difference of two classes. ] and [ mark items that have an attribute and that lack it, in any pane; x \
             adds their difference."
            )
        };
        let lines = vec![start, Line::default(), Line::styled(how, theme::dim())];
        return Paragraph::new(lines)
            .wrap(Wrap { trim: true })
            .render(area, buffer);
    }
    let selected = pane.place(app);
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    let first = layout::window(selected, rows, attributes.len());
    let found = pane.directions(app).map(|directions| &directions.found);
    let line = |(place, applied): (usize, &Applied)| {
        let (mark, style) = if place == selected {
            ("▶ ", theme::selected())
        } else {
            ("  ", theme::plain_text())
        };
        let is_empty = found.is_some_and(|found| found[place].is_none());
        let strength = if is_empty {
            tr!("no items").to_owned()
        } else {
            signed(applied.strength, 1)
        };
        let room = usize::from(area.width).saturating_sub(3 + text::columns(&strength));
        Line::from(vec![
            Span::styled(mark, style),
            Span::styled(
                text::padded(&name(&applied.attribute, &workspace.data), room),
                style,
            ),
            Span::raw(format!(" {strength}")),
        ])
    };
    let lines = attributes.iter().enumerate().skip(first).take(rows).map(line);
    let lines: Vec<Line> = std::iter::once(start).chain(lines).collect();
    Paragraph::new(lines).render(area, buffer);
}

/// An attribute in words: `4 - 9`.
fn name(attribute: &Attribute, data: &DataFacts) -> String {
    let of_group = |group: &Group| match group {
        Group::Class(class) => {
            let class = data.classes.get(usize::from(*class));
            class.map_or("?".to_owned(), |class| text::printable(&class.name).into_owned())
        }
        Group::Items(items) => tr!("{count} marked", count = items.len()),
    };
    let away = attribute.away.as_ref().map_or(tr!("centre").to_owned(), of_group);
    format!("{} - {away}", of_group(&attribute.towards))
}

/// Before, after, and what is different.
fn render_pictures(app: &App, shown: &Shown, geometry: &Geometry, buffer: &mut Buffer) {
    let edited = &shown.edited;
    let difference: Vec<f32> = edited
        .after
        .iter()
        .zip(&edited.before)
        .map(|(after, before)| after - before)
        .collect();
    let pictures = [
        (&edited.before, Scale::Values, tr!("before")),
        (&edited.after, Scale::Values, tr!("after")),
        (&difference, Scale::Difference, tr!("difference")),
    ];
    let pictures = pictures.into_iter().map(|(values, scale, label)| Labelled {
        values,
        scale,
        label: label.to_owned(),
    });
    geometry.pictures.render(app, pictures, None, buffer);
}

/// The selected attribute at other strengths, the others as they are.
fn render_strip(
    pane: &Edit,
    app: &App,
    workspace: &Workspace,
    shown: &Shown,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let Some(applied) = app.selection.attributes.get(pane.place(app)) else {
        return;
    };
    let heading = tr!(
        "{attribute}, from {start} to {end} times the difference",
        attribute = name(&applied.attribute, &workspace.data),
        start = -REACH,
        end = REACH
    );
    Line::styled(heading, theme::dim()).render(geometry.strip_heading, buffer);
    let images = shown
        .edited
        .strip
        .chunks_exact(workspace.data.shape.numbers().max(1));
    let pictures = images.zip(&shown.strengths).map(|(values, strength)| Labelled {
        values,
        scale: Scale::Values,
        label: signed(*strength, 1),
    });
    let distance = |strength: &f32| (strength - applied.strength).abs();
    let strengths = shown.strengths.iter().map(distance).enumerate();
    let nearest = strengths
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(place, _)| place);
    geometry.strip.render(app, pictures, nearest, buffer);
}
