//! How the map is drawn.
//!
//! ```text
//! test items: z3 to the right, z7 upwards          10000 items
//!   ⢀⣠⣤⡀  ⣀⣤                     ┌────┐  the point under the cursor
//!  ⠘⢿⣿⣿⠃ ⣾⣿⣿⡆ ┼                  └────┘
//!    ⠉⠉   ⠛⠛⠁                    ▄▄ ▄▄ ▄▄  the nearest items
//! 0 1 2 3 …                        which colour is which class
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::scatter::Frame;
use super::{Colouring, Geometry, Map, View, colours, geometry};
use crate::explore::projection::Projection;
use crate::language::{said, tr};
use crate::run::protocol::Origin;
use crate::tui::app::App;
use crate::tui::colour::ColourDepth;
use crate::tui::widgets::axis::{brief_nats, short};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(map: &Map, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape);
    render_heading(map, workspace, geometry.heading, buffer);
    if map.positions().is_empty() {
        let words = match (workspace.data.items(map.part, None), map.unfolding()) {
            (0, _) => tr!("there are no items"),
            (_, Some(_)) => tr!("looking for the neighbours of every item"),
            _ => tr!("the items are on their way"),
        };
        return Line::styled(words, theme::dim()).render(geometry.map, buffer);
    }
    let look = Look::of(map, app, workspace);
    render_points(map, &look, app.depth, geometry.map, buffer);
    render_marks(map, app, geometry.map, buffer);
    if map.is_writing {
        render_search(map, geometry.legend, buffer);
    } else {
        render_legend(&look, workspace, geometry.legend, buffer);
    }
    render_side(map, app, workspace, &geometry, buffer);
}

/// What is mapped, how far that has come, and how many items there are.
fn render_heading(map: &Map, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let both = |right: usize, up: usize| {
        tr!(
            "{right} to the right, {up} upwards",
            right = workspace.dimension_name(right),
            up = workspace.dimension_name(up)
        )
    };
    let how = match (map.view, map.seen().map(|seen| seen.projection)) {
        (View::Neighbours, _) => tr!("neighbours lie near one another (UMAP)").into(),
        (View::Principal, _) => tr!("along their two principal components").into(),
        (View::Dimensions, Some(Projection::Dimensions { right, up })) if right == up => {
            tr!("{right} to the right", right = workspace.dimension_name(right))
        }
        (View::Dimensions, Some(Projection::Dimensions { right, up })) => both(right, up),
        (View::Dimensions, _) => {
            let (right, up) = map.dimensions(workspace);
            both(right, up)
        }
    };
    let samples = match map.neighbours() {
        Some(neighbours) => neighbours.samples,
        None => map.seen().map(|seen| seen.samples),
    };
    let age = samples.and_then(|samples| workspace.age(samples));
    let age = age.map_or(String::new(), |age| tr!(", {age}", age = age));
    let (shown, all) = (map.positions().len(), workspace.data.items(map.part, None));
    let right = match map.unfolding() {
        Some(share) => tr!(
            "unfolding {share} %, Ctrl-G stops",
            share = format_args!("{:.0}", 100.0 * share)
        ),
        None if shown == 0 => String::new(),
        None if shown < all => tr!("the first {shown} of {all}", shown = shown, all = all),
        None if shown == 1 => tr!("1 item").into(),
        None => tr!("{count} items", count = shown),
    };
    let room = usize::from(area.width).saturating_sub(text::columns(&right) + 1);
    let words = tr!(
        "{part} items: {how}{age}",
        part = said(map.part.name()),
        how = how,
        age = age
    );
    Line::from(vec![
        Span::styled(text::padded(&words, room), theme::strong()),
        Span::styled(format!(" {right}"), theme::dim()),
    ])
    .render(area, buffer);
}

/// What tells groups of points apart.
enum Look<'a> {
    /// All are alike.
    Alike,
    /// By class, in colours where they suffice.
    Classes {
        classes: &'a [Option<u16>],
        in_colours: bool,
    },
    /// By bound, in steps between two bounds.
    Bounds { bounds: &'a [f32], low: f32, high: f32 },
    /// By bound, which is not known yet.
    Unknown,
}

impl<'a> Look<'a> {
    fn of(map: &'a Map, app: &App, workspace: &Workspace) -> Self {
        let count = workspace.data.classes.len();
        match map.colouring {
            Colouring::Class if count == 0 => Self::Alike,
            Colouring::Class => Self::Classes {
                classes: map.classes(),
                in_colours: colours::suffice(app, count),
            },
            Colouring::Bound => match map.bounds() {
                Some(bounds) => Self::Bounds {
                    bounds: &bounds.of_items,
                    low: bounds.scale.0,
                    high: bounds.scale.1,
                },
                None => Self::Unknown,
            },
        }
    }

    /// The group of an item.
    fn group(&self, item: usize) -> u32 {
        match *self {
            Self::Alike | Self::Unknown => 0,
            Self::Classes { classes, .. } => classes.get(item).copied().flatten().map_or(u32::MAX, u32::from),
            Self::Bounds { bounds, low, high } => match bounds.get(item) {
                Some(&bound) if high > low => {
                    let share = ((bound - low) / (high - low)).clamp(0.0, 1.0);
                    (share * (colours::STEPS - 1) as f32).round() as u32
                }
                _ => 0,
            },
        }
    }

    /// The colour of a group; no class has the colour of things in the background.
    fn colour(&self, group: u32) -> Color {
        match self {
            Self::Alike => theme::colours().runs[0],
            Self::Classes { .. } if group == u32::MAX => theme::colours().dim,
            Self::Classes { .. } => colours::of_classes()[group as usize % colours::MOST_COLOURS],
            Self::Bounds { .. } => colours::of_step(group),
            Self::Unknown => theme::colours().dim,
        }
    }

    /// The character that says which group it is, where colours don't.
    fn character(&self, group: u32, depth: ColourDepth) -> Option<char> {
        match self {
            Self::Classes { .. } if group == u32::MAX => Some('.'),
            Self::Classes {
                in_colours: false, ..
            } => Some(colours::character(group)),
            Self::Bounds { .. } if depth == ColourDepth::Monochrome => Some(colours::character(group)),
            _ => None,
        }
    }
}

fn render_points(map: &Map, look: &Look, depth: ColourDepth, area: Rect, buffer: &mut Buffer) {
    let cells = map.cells(|item| look.group(item), area);
    let most = cells.iter().map(|cell| cell.points).max().unwrap_or(1);
    for cell in cells.iter() {
        let share = (cell.points as f32).ln() / (most as f32).ln().max(1.0);
        let character = look
            .character(cell.group, depth)
            .or(char::from_u32(0x2800 + u32::from(cell.dots)));
        let place = (area.x + cell.place.0 as u16, area.y + cell.place.1 as u16);
        buffer[place]
            .set_char(character.unwrap_or('.'))
            .set_fg(colours::dimmed(look.colour(cell.group), share));
    }
}

/// The selected point, A, the other one, B, and the cursor.
fn render_marks(map: &Map, app: &App, area: Rect, buffer: &mut Buffer) {
    let frame = Frame::around(map.positions());
    let size = (usize::from(area.width), usize::from(area.height));
    let mark = |point: &Origin, mark| map.position_of(point).map(|position| (position, mark));
    let other = app.selection.other.as_ref().and_then(|other| mark(other, 'B'));
    let selected = mark(&app.selection.point, 'A');
    for (position, mark) in other.into_iter().chain(selected).chain([(map.cursor, '┼')]) {
        if let Some((x, y)) = frame.place(frame.clamped(position), size) {
            let cell = &mut buffer[(area.x + x as u16, area.y + y as u16)];
            cell.set_char(mark).set_style(theme::selected());
        }
    }
}

fn render_search(map: &Map, area: Rect, buffer: &mut Buffer) {
    let mut line = Line::from(Span::styled("/", theme::selected()));
    for span in map.search.spans(usize::from(area.width).saturating_sub(1)) {
        line.push_span(span);
    }
    line.render(area, buffer);
}

/// What the colours or the characters mean.
fn render_legend(look: &Look, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let mut line = Line::default();
    match *look {
        Look::Alike => {}
        Look::Unknown => line.push_span(Span::styled(tr!("their bounds are on their way"), theme::dim())),
        Look::Classes { in_colours, .. } => {
            for (class, facts) in workspace.data.classes.iter().enumerate() {
                let class = class as u32;
                let name = text::printable(&facts.name);
                let character = colours::character(class).to_string();
                let words = match in_colours || character == name {
                    true => format!("{name} "),
                    false => format!("{character} {name}  "),
                };
                line.push_span(Span::styled(words, Style::new().fg(look.colour(class))));
                if line.width() > usize::from(area.width) {
                    break;
                }
            }
        }
        Look::Bounds { low, high, .. } => {
            line.push_span(Span::styled(format!("{} ", brief_nats(low)), theme::dim()));
            for step in 0..colours::STEPS {
                let style = Style::new().fg(colours::of_step(step));
                line.push_span(Span::styled(colours::character(step).to_string(), style));
            }
            line.push_span(Span::styled(
                tr!(" {high} nats, the lower bound", high = brief_nats(high)),
                theme::dim(),
            ));
        }
    }
    line.render(area, buffer);
}

/// What stands under the cursor, and beside it.
fn render_side(map: &Map, app: &App, workspace: &Workspace, geometry: &Geometry, buffer: &mut Buffer) {
    let Some(beside) = &map.beside else {
        return;
    };
    let at = match (map.standing_on(), map.view) {
        (Some(place), _) => format!("{place}"),
        (None, View::Dimensions) => {
            let (right, up) = map.dimensions(workspace);
            let [x, y] = map.cursor.map(|value| short(f64::from(value)));
            let [right, up] = [right, up].map(|dimension| workspace.dimension_name(dimension));
            format!("{right} {x}  {up} {y}")
        }
        (None, _) => {
            let [x, y] = map.cursor.map(|value| short(f64::from(value)));
            format!("{x}, {y}")
        }
    };
    let picture = Labelled {
        values: &beside.image,
        scale: Scale::Values,
        label: at,
    };
    geometry.point.render(app, std::iter::once(picture), None, buffer);
    Line::styled(tr!("nearest on the map"), theme::dim()).render(geometry.words, buffer);
    let pictures = beside.items.iter().map(|found| Labelled {
        values: &found.values,
        scale: Scale::Values,
        label: match &found.class {
            Some(class) => format!("{} #{}", text::printable(class), found.item),
            None => format!("#{}", found.item),
        },
    });
    geometry.items.render(app, pictures, None, buffer);
}
