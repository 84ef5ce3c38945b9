//! How the film is drawn.
//!
//! ```text
//! at 60k samples  test -108.2                frame 4 of 17  320 kB of 4 MB
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     the items
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     what came back of them
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     the most informative dimension
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     draws from the prior
//! -100 ┤   ⣀⡠⠤⠒┊⠉⠉⠉           the curve, and where the frame stands
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::Film;
use crate::data::Part;
use crate::explore::traversal;
use crate::language::tr;
use crate::run::curve::{HorizontalAxis, bounds, value_at};
use crate::run::film::{Frame, MOST_BYTES, PICTURES};
use crate::tui::app::App;
use crate::tui::widgets::axis::{Axis, Spacing, short};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::curve::{Chart, Pattern, Series, Stroke};
use crate::tui::widgets::picture_grid::{Labelled, PictureGrid};
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Rows of the pane from which on the curve has room, and those from which on the items stand above what came back.
const WITH_CURVE: u16 = 26;
const WITH_ITEMS: u16 = 40;
/// The share of the rows that the curve takes.
const CURVE: u16 = 5;
/// Rows of a picture that still shows something.
const LEAST_IMAGE_ROWS: u16 = 4;

/// Draws the inside of the pane.
pub fn draw(pane: &Film, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let film = &workspace.progress.log.film;
    let Some(place) = film.at(app.selection.time) else {
        return Line::styled(
            tr!("no frame yet: one is made when the test set is measured (e measures it now)"),
            theme::dim(),
        )
        .render(area, buffer);
    };
    let frame = &film.frames()[place];
    let curve = if area.height >= WITH_CURVE {
        area.height / CURVE
    } else {
        0
    };
    let [heading, pictures, curve] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(curve),
    ])
    .areas(area);
    render_heading(workspace, place, heading, buffer);
    render_pictures(pane, app, workspace, frame, pictures, buffer);
    if let Some(chart) = chart(workspace, frame, app.log_axis) {
        chart.render(curve, buffer);
    }
}

/// When the frame was made, and which of how many it is.
fn render_heading(workspace: &Workspace, place: usize, area: Rect, buffer: &mut Buffer) {
    let log = &workspace.progress.log;
    let (film, frame) = (&log.film, &log.film.frames()[place]);
    let points = bounds(&log.evaluations, HorizontalAxis::Samples, Part::Test);
    let bound = value_at(&points, frame.samples as f64, |x| x);
    let bound = bound.map_or(String::new(), |bound| {
        tr!("  test {bound}", bound = format_args!("{bound:.1}"))
    });
    let when = tr!("at {samples} samples", samples = short(frame.samples as f64)) + &bound;
    let which = tr!(
        "frame {place} of {all}  {size} of {most} MB",
        place = place + 1,
        all = film.frames().len(),
        size = size(film.bytes()),
        most = MOST_BYTES >> 20
    );
    let room = usize::from(area.width).saturating_sub(text::columns(&which) + 1);
    Line::from(vec![
        Span::styled(text::padded(&when, room), theme::strong()),
        Span::styled(format!(" {which}"), theme::dim()),
    ])
    .render(area, buffer);
}

/// Bytes in thousands or millions, as far as one reads them.
fn size(bytes: usize) -> String {
    let bytes = bytes as f64;
    match bytes {
        ..1e6 => format!("{:.0} kB", bytes / 1e3),
        _ => format!("{:.1} MB", bytes / 1e6),
    }
}

fn render_pictures(
    pane: &Film,
    app: &App,
    workspace: &Workspace,
    frame: &Frame,
    area: Rect,
    buffer: &mut Buffer,
) {
    let shape = workspace.data.shape;
    let numbers = shape.numbers();
    let items = pane.items.as_deref().unwrap_or_default();
    let name = |place: usize| {
        let class = items.get(place).and_then(|item| item.class.as_deref());
        class.map_or(format!("#{place}"), |class| text::printable(class).into_owned())
    };
    let steps = traversal::steps(PICTURES);
    let z = frame.dimension;
    let mut rows: Vec<Vec<(Vec<f32>, String)>> = Vec::new();
    let labelled = |pictures: Vec<Vec<f32>>, label: &dyn Fn(usize) -> String| -> Vec<(Vec<f32>, String)> {
        let pictures = pictures.into_iter().enumerate();
        pictures.map(|(place, values)| (values, label(place))).collect()
    };
    if area.height >= WITH_ITEMS - WITH_ITEMS / CURVE {
        let values = items.iter().map(|item| item.values.clone()).collect();
        rows.push(labelled(values, &|place| tr!("item {name}", name = name(place))));
    }
    let pictures = |bytes: &crate::run::film::Bytes| bytes.pictures(numbers).collect();
    rows.push(labelled(pictures(&frame.reconstructed), &|place| {
        tr!("back {name}", name = name(place))
    }));
    rows.push(labelled(pictures(&frame.traversed), &|place| {
        format!("z{z} {:+.1}", steps[place])
    }));
    rows.push(labelled(pictures(&frame.drawn), &|place| {
        tr!("draw {number}", number = place + 1)
    }));
    let height = area.height / rows.len() as u16;
    let place = |row: u16| Rect {
        y: area.y + row * height,
        height,
        ..area
    };
    // All of them beside one another, unless they would be too small to be seen.
    let grids = |image_rows| PictureGrid::new(place(0), shape, image_rows);
    let mut image_rows = (LEAST_IMAGE_ROWS..height).rev();
    let image_rows = image_rows.find(|&rows| grids(rows).columns >= PICTURES);
    let image_rows = image_rows.unwrap_or(height.saturating_sub(1));
    for (row, area) in rows.iter().zip((0..).map(place)) {
        let grid = PictureGrid::new(area, shape, image_rows);
        let pictures = row.iter().map(|(values, label)| Labelled {
            values,
            scale: Scale::Values,
            label: label.clone(),
        });
        grid.render(app, pictures.take(grid.columns), None, buffer);
    }
}

/// The bound of the test set, with the cursor where the frame was made.
fn chart(workspace: &Workspace, frame: &Frame, is_logarithmic: bool) -> Option<Chart> {
    let points = bounds(
        &workspace.progress.log.evaluations,
        HorizontalAxis::Samples,
        Part::Test,
    );
    let (first, last) = (points.first()?.0, points.last()?.0);
    let (start, spacing) = if is_logarithmic {
        (first, Spacing::Logarithmic)
    } else {
        (0.0, Spacing::Linear)
    };
    let y = Axis::around(points.iter().map(|(_, bound)| *bound))?;
    let strokes = points.iter().map(|&(samples, bound)| Stroke::at(samples, bound));
    Some(Chart {
        backdrop: None,
        series: vec![Series {
            name: Some(tr!("test")),
            colour: theme::colours().test,
            pattern: Pattern::Solid,
            mark: None,
            strokes: strokes.collect(),
        }],
        x: Axis {
            start,
            end: last.max(start + 1.0),
            spacing,
        },
        y,
        x_title: tr!("samples"),
        cursor: Some(frame.samples as f64),
        changes: Vec::new(),
    })
}
