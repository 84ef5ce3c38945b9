//! How the traversal pane is drawn.
//!
//! ```text
//! ┌────────┐  z7 of 20   KL 2.13
//! │ decoded│  value 0.35  (start -0.20)
//! │ image  │  -3 ───────●──── 3
//! └────────┘
//! ▶ z7  KL 2.13  value 0.35
//!  ▄▄ ▄▄ ▄▄ ▄▄ ▄▄      one strip per latent dimension, from -3 to 3
//!   z3  KL 1.92  value -0.10
//!  ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! ```
//!
//! In the place of the strips there may be a sheet of images: draws from the prior, or a plane of two dimensions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::data::ItemPlace;

use super::{Geometry, Shown, Traversal, geometry};
use crate::explore::sheet::Sheet;
use crate::explore::traversal::REACH;
use crate::language::{said, tr};
use crate::tui::app::App;
use crate::tui::layout::window;
use crate::tui::widgets::axis::signed;
use crate::tui::widgets::block_image::{BlockImage, Scale};
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Columns of a latent dimension's value, with its name, at the least.
const LEAST_OF_A_VALUE: usize = 9;

/// Draws the inside of the pane.
pub fn draw(pane: &Traversal, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape, app.drawing());
    render_text(pane, app, workspace, geometry.text, buffer);
    let Some(shown) = &pane.shown else {
        return Line::styled(tr!("the first image is on its way"), theme::dim()).render(area, buffer);
    };
    image(app, workspace, &shown.image).render(geometry.image, buffer);
    match shown.sheet {
        Sheet::Dimensions {
            ref dimensions,
            steps,
        } => {
            let strips = Strips {
                latent: pane.latent(app),
                dimensions,
                steps,
                shown,
            };
            render_strips(app, workspace, strips, area, &geometry, buffer);
        }
        Sheet::Draws(_) => {
            let title = tr!("draws from the prior, the same each time").to_owned();
            render_sheet(app, workspace, title, shown, &geometry, buffer);
        }
        Sheet::Plane { right, down, .. } => {
            let title = tr!(
                "{right} rises to the right, {down} downwards, by equal parts of the prior",
                right = workspace.dimension_name(right),
                down = workspace.dimension_name(down)
            );
            render_sheet(app, workspace, title, shown, &geometry, buffer);
        }
    }
}

/// A strip of images for each of some dimensions.
#[derive(Clone, Copy)]
struct Strips<'a> {
    latent: &'a [f32],
    dimensions: &'a [usize],
    steps: usize,
    shown: &'a Shown,
}

/// Images in rows under a title; the one nearest to the latent vector is marked.
fn render_sheet(
    app: &App,
    workspace: &Workspace,
    title: String,
    shown: &Shown,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let (columns, rows) = geometry.sheet;
    Paragraph::new(title)
        .style(theme::dim())
        .render(geometry.strips, buffer);
    let images = shown
        .images
        .pixels
        .chunks_exact(workspace.data.shape.numbers().max(1));
    for (index, pixels) in images.take(columns * rows).enumerate() {
        let (row, column) = ((index / columns) as u16, (index % columns) as u16);
        let area = Rect {
            x: geometry.strips.x + column * (geometry.strip_columns + 1) + 1,
            y: geometry.strips.y + row * geometry.strip_rows + 1,
            width: geometry.strip_columns,
            height: geometry.strip_rows,
        };
        image(app, workspace, pixels).render(area, buffer);
        if shown.images.nearest == Some(index) {
            for y in area.top()..area.bottom() {
                buffer[(area.x - 1, y)]
                    .set_symbol("▌")
                    .set_style(theme::selected());
            }
        }
    }
}

fn render_strips(
    app: &App,
    workspace: &Workspace,
    strips: Strips,
    area: Rect,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    for (index, &dimension) in strips.dimensions.iter().enumerate() {
        let y = geometry.strips.y + index as u16 * (geometry.strip_rows + 1);
        if y + geometry.strip_rows < area.bottom() {
            render_label(
                app,
                workspace,
                strips.latent,
                dimension,
                Rect {
                    y,
                    height: 1,
                    ..geometry.strips
                },
                buffer,
            );
            render_strip(app, workspace, strips, index, y + 1, geometry, buffer);
        }
    }
}

fn image<'a>(app: &App, workspace: &Workspace, pixels: &'a [f32]) -> BlockImage<'a> {
    BlockImage::of(app, pixels, workspace.data.shape, Scale::Values)
}

/// What the big image is.
fn render_text(pane: &Traversal, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let selected = workspace.selected(&app.selection);
    let latent = pane.latent(app);
    let Some(&value) = latent.get(selected) else {
        return;
    };
    let start = pane.start(app);
    let is_start = latent == start;
    let start = start.get(selected).map_or("-".into(), |&start| signed(start, 2));
    let from = match (app.selection.point.item, is_start) {
        (None, _) => tr!("from the centre").into(),
        (Some(ItemPlace { part, item }), true) => {
            tr!("{part} image {item}", part = said(part.name()), item = item)
        }
        (Some(ItemPlace { part, item }), false) => tr!(
            "moved from {part} image {item}",
            part = said(part.name()),
            item = item
        ),
    };
    let age = pane.shown.as_ref().and_then(|shown| workspace.age(shown.samples));
    let mut lines = vec![
        Line::from(vec![
            Span::styled(workspace.dimension_name(selected), theme::selected()),
            Span::styled(format!(" = {}", signed(value, 2)), theme::strong()),
        ]),
        slider(value, area.width),
        Line::styled(tr!("start {start}", start = start), theme::dim()),
        Line::styled(from, theme::dim()),
        match (pane.playing, age) {
            (Some(_), _) => Line::styled(tr!("playing"), Style::new().fg(theme::colours().good)),
            (None, Some(age)) => Line::styled(age, theme::dim()),
            (None, None) => Line::default(),
        },
    ];
    let rows = usize::from(area.height).saturating_sub(lines.len());
    lines.extend(listed(
        latent,
        selected,
        workspace,
        (usize::from(area.width), rows),
    ));
    Paragraph::new(lines).render(area, buffer);
}

/// The values of the latent dimensions in columns; of more than fit into `width` and `rows` those around the selected one.
fn listed(
    latent: &[f32],
    selected: usize,
    workspace: &Workspace,
    (width, rows): (usize, usize),
) -> Vec<Line<'static>> {
    let value = |dimension: usize| {
        let name = workspace.dimension_name(dimension);
        format!("{name}={}", signed(latent[dimension], 1))
    };
    let most = width * rows / LEAST_OF_A_VALUE;
    let around = window(selected, most, latent.len());
    let texts: Vec<String> = (around..latent.len()).take(most).map(value).collect();
    let widest = texts.iter().map(|text| text::columns(text) + 1).max();
    let cell = widest.unwrap_or(0).max(LEAST_OF_A_VALUE);
    let columns = (width / cell).max(1);
    let all = texts.len().div_ceil(columns);
    let first = window((selected - around) / columns, rows, all);
    let chunks = texts.chunks(columns).skip(first).take(rows);
    chunks
        .map(|row| {
            let row: String = row.iter().map(|text| text::padded(text, cell)).collect();
            Line::styled(row, theme::dim())
        })
        .collect()
}

/// Columns of the slider's line in so many, without the numbers at its ends.
pub fn slider_width(width: u16) -> u16 {
    width.saturating_sub(6).clamp(3, 41)
}

/// Where a value lies between -3 and 3.
fn slider(value: f32, width: u16) -> Line<'static> {
    let width = usize::from(slider_width(width));
    let share = ((value + REACH) / (2.0 * REACH)).clamp(0.0, 1.0);
    let at = (share * (width - 1) as f32).round() as usize;
    Line::from(vec![
        Span::styled("-3 ", theme::dim()),
        Span::styled("─".repeat(at), theme::dim()),
        Span::styled("●", theme::selected()),
        Span::styled("─".repeat(width - 1 - at), theme::dim()),
        Span::styled(" 3", theme::dim()),
    ])
}

fn render_label(
    app: &App,
    workspace: &Workspace,
    latent: &[f32],
    dimension: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let selected = dimension == workspace.selected(&app.selection);
    let dead = workspace.is_dead(dimension) == Some(true);
    let style = match (selected, dead) {
        (true, _) => theme::selected(),
        (false, true) => theme::dim(),
        (false, false) => theme::plain_text(),
    };
    let kl = workspace
        .progress
        .test
        .as_ref()
        .map(|test| format!("  KL {:.2}", test.kl_per_dimension[dimension]));
    let value = latent.get(dimension).copied().unwrap_or_default();
    Line::from(vec![
        Span::styled(
            format!(
                "{} {}",
                if selected { "▶" } else { " " },
                workspace.dimension_name(dimension)
            ),
            style,
        ),
        Span::styled(kl.unwrap_or_default(), theme::dim()),
        Span::styled(tr!("  at {value}", value = signed(value, 2)), theme::dim()),
        Span::styled(
            if dead { tr!("  dead") } else { "" },
            Style::new().fg(theme::colours().bad),
        ),
    ])
    .render(area, buffer);
}

/// The images of one dimension from -3 to 3.
fn render_strip(
    app: &App,
    workspace: &Workspace,
    strips: Strips,
    strip: usize,
    y: u16,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let images = strips
        .shown
        .images
        .pixels
        .chunks_exact(workspace.data.shape.numbers().max(1));
    let images = images.skip(strip * strips.steps).take(strips.steps);
    for (step, pixels) in images.enumerate() {
        let x = geometry.strips.x + step as u16 * (geometry.strip_columns + 1);
        let area = Rect {
            x,
            y,
            width: geometry.strip_columns,
            height: geometry.strip_rows,
        };
        image(app, workspace, pixels).render(area, buffer);
    }
}
