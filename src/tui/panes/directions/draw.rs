//! How the directions are drawn.
//!
//! ```text
//! the decoder changes most along these, at test:17
//! ┌────────┐  ▶ 1 ██████████ 4.21   -3 ───────●──── 3
//! │ point  │    2 ██████     2.80
//! └────────┘    3 ████       1.92
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄        the items along each, from -3 to 3
//!  1
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Directions, Geometry, geometry};
use crate::explore::directions::{Direction, Search};
use crate::explore::traversal::{REACH, steps};
use crate::language::tr;
use crate::run::protocol::Origin;
use crate::tui::app::App;
use crate::tui::layout::window;
use crate::tui::widgets::axis::{short, signed};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Directions, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape);
    render_heading(pane, app, workspace, geometry.heading, buffer);
    if let Some(shown) = &pane.shown {
        let picture = Labelled {
            values: &shown.image,
            scale: Scale::Values,
            label: tr!("the point").into(),
        };
        geometry.point.render(app, std::iter::once(picture), None, buffer);
    }
    if pane.found(app).is_empty() {
        return Line::styled(tr!("they are on their way"), theme::dim()).render(geometry.table, buffer);
    }
    render_table(pane, app, workspace, geometry.table, buffer);
    render_strips(pane, app, workspace, &geometry, buffer);
}

fn render_heading(pane: &Directions, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let how = match pane.search {
        Search::Jacobian => tr!(
            "the decoder changes most along these, at {point}",
            point = named(&pane.anchor(app))
        ),
        Search::Principal => {
            tr!("the test items vary most along these (standard deviation of the means)").into()
        }
        Search::Class(class) => {
            let class = workspace.data.classes.get(usize::from(class));
            let name = class.map_or("", |class| &class.name);
            tr!(
                "dimensions by their correlation with class {class}",
                class = text::printable(name)
            )
        }
    };
    let samples = pane.found.as_ref().map(|found| found.samples);
    let age = samples.and_then(|samples| workspace.age(samples));
    let age = age.map_or(String::new(), |age| tr!(", {age}", age = age));
    let words = format!("{how}{age}");
    Line::styled(text::cut(&words, usize::from(area.width)), theme::strong()).render(area, buffer);
}

/// What a point is called.
fn named(point: &Origin) -> String {
    match (point.item, &point.latent) {
        (Some(item), None) => item.to_string(),
        (Some(item), Some(_)) => tr!("a point reached from {item}", item = item),
        (None, Some(_)) => tr!("a point").into(),
        (None, None) => tr!("the centre").into(),
    }
}

/// What a direction is called.
fn label(place: usize, direction: &Direction, workspace: &Workspace) -> String {
    match direction.dimension {
        Some(dimension) => workspace.dimension_name(dimension),
        None => (place + 1).to_string(),
    }
}

/// A line for each direction: how strong it is, and how far along it the point lies.
fn render_table(pane: &Directions, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let found = pane.found(app);
    let selected = pane.selected(app);
    let rows = usize::from(area.height);
    let first = window(selected, rows, found.len());
    let strongest = found
        .iter()
        .map(|direction| direction.strength.abs())
        .fold(0.0_f32, f32::max);
    let label_width = found
        .iter()
        .enumerate()
        .map(|(place, direction)| text::columns(&label(place, direction, workspace)))
        .max()
        .unwrap_or(0);
    let bar_width = usize::from(area.width)
        .saturating_sub(label_width + 20)
        .clamp(1, 40);
    for (row, (place, direction)) in found.iter().enumerate().skip(first).take(rows).enumerate() {
        let share = if strongest > 0.0 {
            direction.strength.abs() / strongest
        } else {
            0.0
        };
        let filled = (share * bar_width as f32).round() as usize;
        let (mark, style) = if place == selected {
            ("▶ ", theme::selected())
        } else {
            ("  ", Style::new())
        };
        let distance = pane.distance(app, direction);
        let colours = theme::colours();
        let bar = if direction.strength < 0.0 {
            colours.bad
        } else {
            colours.test
        };
        let name = text::padded_left(&label(place, direction, workspace), label_width);
        let line = Line::from(vec![
            Span::styled(format!("{mark}{name} "), style),
            Span::styled("█".repeat(filled), Style::new().fg(bar)),
            Span::raw(" ".repeat(bar_width - filled)),
            Span::styled(format!(" {:>6}", short_fixed(direction.strength)), style),
            Span::styled(tr!("  at {value}", value = signed(distance, 1)), theme::dim()),
        ]);
        let y = area.y + row as u16;
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// A strength with two digits after the point, as long as that has room.
fn short_fixed(value: f32) -> String {
    if value.abs() < 100.0 {
        format!("{value:.2}")
    } else {
        short(f64::from(value))
    }
}

/// What stands below the first item of a strip: which direction it is, and where the strip begins, as far as there is room.
fn first_label(direction: &str, columns: u16) -> String {
    let whole = format!("{direction} {:+.0}", -REACH);
    if text::columns(&whole) <= usize::from(columns) {
        whole
    } else {
        direction.to_owned()
    }
}

/// The items along the listed directions; the one nearest to where the point lies is marked.
fn render_strips(
    pane: &Directions,
    app: &App,
    workspace: &Workspace,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    if geometry.strips.page() == 0 {
        return;
    }
    let first = pane.first(app, geometry);
    let listed: Vec<&Direction> = pane.found(app).iter().skip(first).take(geometry.count).collect();
    let anchor = pane.anchor(app);
    let current = pane.strips.as_ref().filter(|strips| {
        let directions = strips.directions.iter();
        strips.from == anchor
            && strips.steps == geometry.steps
            && directions.eq(listed.iter().map(|direction| &direction.vector))
    });
    let Some(strips) = current else {
        return;
    };
    let numbers = (strips.images.len() / (listed.len() * strips.steps).max(1)).max(1);
    let mut images = strips.images.chunks_exact(numbers);
    let left_over = geometry.strips.columns - geometry.steps;
    let places = steps(geometry.steps);
    let mut pictures = Vec::new();
    let mut marked = None;
    for (row, direction) in listed.iter().enumerate() {
        let distance = pane.distance(app, direction);
        let nearest = (0..places.len()).min_by(|&a, &b| {
            (places[a] - distance)
                .abs()
                .total_cmp(&(places[b] - distance).abs())
        });
        if first + row == pane.selected(app) {
            marked = nearest.map(|nearest| row * geometry.strips.columns + nearest);
        }
        for (place, values) in images.by_ref().take(geometry.steps).enumerate() {
            let label = match place {
                0 => first_label(
                    &label(first + row, direction, workspace),
                    geometry.strips.image_columns,
                ),
                _ if place + 1 == geometry.steps => format!("{:+.0}", REACH),
                _ if 2 * place + 1 == geometry.steps => "0".into(),
                _ => String::new(),
            };
            pictures.push(Labelled {
                values,
                scale: Scale::Values,
                label,
            });
        }
        pictures.extend((0..left_over).map(|_| Labelled {
            values: &[],
            scale: Scale::Values,
            label: String::new(),
        }));
    }
    geometry.strips.render(app, pictures.into_iter(), marked, buffer);
}
