//! How the samples pane is drawn.
//!
//! ```text
//! from the prior, temperature 0.8                 means, seed 3
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! x |z| 2.9▲ |z| 3.1  …     how far from the centre; x: kept
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄            the nearest training item of each
//! #123 4.2  #77 3.9   …     which, and the distance
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Samples, geometry};
use crate::explore::neighbours::searched;
use crate::explore::samples::{Sample, Source};
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::edge;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{layout, text, theme};

/// Draws the inside of the pane; what is said of the selected sample stands in its frame.
pub fn draw(pane: &Samples, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    render_heading(pane, app, workspace, area, buffer);
    let body = Rect {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    let Some(shown) = &pane.shown else {
        return Line::styled(tr!("the first samples are on their way"), theme::dim()).render(body, buffer);
    };
    if shown.list.is_empty() {
        return Line::styled(tr!("there is no training item of this class"), theme::dim())
            .render(body, buffer);
    }
    let geometry = geometry(area, workspace.data.shape, pane.shows_nearest);
    let (columns, rows) = (geometry.columns().max(1), geometry.rows());
    let (row, column) = (pane.place() / columns, pane.place() % columns);
    let first = layout::window(row, rows, shown.list.len().div_ceil(columns));
    let visible = shown.list.chunks(columns).skip(first).take(rows);
    let pictures = visible.flat_map(|samples| {
        let of_samples = samples
            .iter()
            .map(Some)
            .chain(std::iter::repeat(None))
            .take(columns);
        let room = usize::from(geometry.grid.image_columns);
        let nearest = of_samples.clone().map(move |sample| of_nearest(sample, room));
        let below = (geometry.rows_per_sample == 2).then_some(nearest);
        of_samples
            .map(|sample| of_sample(pane, sample))
            .chain(below.into_iter().flatten())
    });
    let selected = (row - first) * geometry.rows_per_sample * columns + column;
    geometry.grid.render(app, pictures, Some(selected), buffer);
    if let Some(sample) = pane.sample() {
        let searched = searched(workspace.data.train_items);
        let nearest = match &sample.nearest {
            Some(nearest) => tr!(
                ", nearest of {searched} training items: #{item} at {distance}",
                searched = searched,
                item = nearest.item,
                distance = format_args!("{:.2}", nearest.distance)
            ),
            None if pane.shows_nearest => tr!(", the nearest training items are on their way").to_owned(),
            None => String::new(),
        };
        let age = workspace.age(shown.samples);
        let said = format!("|z| {:.2}{nearest}", length(&sample.latent));
        edge::render(&[Some(said), age], area, buffer);
    }
}

/// What is drawn, and which draws.
fn render_heading(pane: &Samples, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let data = &workspace.data;
    let source = match pane.source(workspace) {
        Source::Prior => tr!("from the prior").to_owned(),
        Source::Posterior => tr!("from where the training data lies").to_owned(),
        Source::Class(class) => {
            let class = &data.classes[usize::from(class)];
            tr!(
                "from where class {class} lies",
                class = text::printable(&class.name)
            )
        }
        Source::Around => tr!("around {point}", point = app.selection.point),
        Source::Classes => tr!("the style of {point} in every class", point = app.selection.point),
        Source::Decoders => tr!(
            "{point}, by decoders drawn from the weights' distribution",
            point = app.selection.point
        ),
    };
    let what = tr!(
        "{source}, temperature {temperature}",
        source = source,
        temperature = format_args!("{:.1}", pane.temperature)
    );
    let values = if pane.draws_values {
        tr!("drawn values")
    } else {
        tr!("means")
    };
    let which = tr!("{values}, seed {seed}", values = values, seed = pane.seed);
    let width = usize::from(area.width);
    let room = width.saturating_sub(text::columns(&which) + 1);
    Line::from(vec![
        Span::styled(text::padded(&what, room), theme::strong()),
        Span::styled(format!(" {which}"), theme::dim()),
    ])
    .render(
        Rect {
            height: area.height.min(1),
            ..area
        },
        buffer,
    );
}

/// A sample; nothing where a row has no more.
fn of_sample<'a>(pane: &Samples, sample: Option<&'a Sample>) -> Labelled<'a> {
    let label = |sample: &Sample| {
        let mark = if pane.kept.contains(&sample.latent) {
            "x "
        } else {
            ""
        };
        format!("{mark}|z| {:.1}", length(&sample.latent))
    };
    Labelled {
        values: sample.map_or(&[], |sample| &sample.values),
        scale: Scale::Values,
        label: sample.map_or(String::new(), label),
    }
}

/// Its nearest training item, with its distance where there is room for both.
fn of_nearest(sample: Option<&Sample>, room: usize) -> Labelled<'_> {
    let nearest = sample.and_then(|sample| sample.nearest.as_ref());
    Labelled {
        values: nearest.map_or(&[], |nearest| &nearest.values),
        scale: Scale::Values,
        label: nearest.map_or(String::new(), |nearest| {
            let both = format!("#{} {:.1}", nearest.item, nearest.distance);
            if text::columns(&both) <= room {
                both
            } else {
                format!("#{}", nearest.item)
            }
        }),
    }
}

/// `|z|`, which for a draw from the prior is about the root of the number of dimensions.
fn length(z: &[f32]) -> f32 {
    z.iter().map(|z| z * z).sum::<f32>().sqrt()
}
