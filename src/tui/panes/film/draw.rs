//! How the film is drawn.
//!
//! ```text
//! at 60k samples  test -108.2                frame 4 of 17  320 kB of 4 MB
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     the items, the selected one among them
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     what came back of them
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     the most informative dimension
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄ ▄▄     draws from the prior
//! -100 ┤   ⣀⡠⠤⠒┊⠉⠉⠉           the curve, and where the frame stands
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::geometry::{Geometry, geometry};
use super::{Film, Selected};
use crate::data::Part;
use crate::explore::traversal;
use crate::language::tr;
use crate::run::curve::{HorizontalAxis, bounds, value_at};
use crate::run::film::{Bytes, Frame, MOST_BYTES, PICTURES};
use crate::run::past::MOST_MODEL_BYTES;
use crate::tui::app::App;
use crate::tui::widgets::axis::{Axis, Spacing, short};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::curve::{Chart, Pattern, Series, Stroke};
use crate::tui::widgets::curve_window::CurveWindow;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Pictures beside one another, each with what stands below it, and the place of the selected one.
type Row = (Vec<(Vec<f32>, String)>, Option<usize>);

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
    let geometry = geometry(area, workspace.data.shape);
    let measured = measured(app, workspace);
    let points = measured.as_ref().map_or(&[][..], |(_, points)| points);
    render_heading(workspace, place, points, geometry.heading, buffer);
    render_pictures(pane, app, workspace, (frame, &geometry), buffer);
    if let Some(chart) = measured.and_then(|measured| chart_of(pane, frame, measured)) {
        chart.render(geometry.curve, buffer);
    }
}

/// When the frame was made, and which of how many it is.
fn render_heading(
    workspace: &Workspace,
    place: usize,
    points: &[(f64, f64)],
    area: Rect,
    buffer: &mut Buffer,
) {
    let film = &workspace.progress.log.film;
    let frame = &film.frames()[place];
    let bound = value_at(points, frame.samples as f64, |x| x);
    let bound = bound.map_or(String::new(), |bound| {
        tr!("  test {bound}", bound = format_args!("{bound:.1}"))
    });
    let when = tr!("at {samples} samples", samples = short(frame.samples as f64)) + &bound;
    let which = tr!(
        "frame {place} of {all}, {models} with a model  {size} of {most} MB",
        place = place + 1,
        all = film.frames().len(),
        models = film.moments().count(),
        size = size(film.bytes() + film.model_bytes()),
        most = (MOST_BYTES + MOST_MODEL_BYTES) >> 20
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
    (frame, geometry): (&Frame, &Geometry),
    buffer: &mut Buffer,
) {
    let numbers = workspace.data.shape.numbers();
    let filmed = pane.items.as_deref().unwrap_or_default();
    let selected = pane.selected(app, workspace);
    let first = usize::from(selected.is_some());
    let name = |place: usize| match (selected, place.checked_sub(first)) {
        (Some(selected), None) => selected.place.to_string(),
        (_, place) => {
            let place = place.unwrap_or(0);
            let class = filmed.get(place).and_then(|item| item.class.as_deref());
            class.map_or(format!("#{place}"), |class| text::printable(class).into_owned())
        }
    };
    // A selected item that is not filmed stands before those that are, of which the last gives way.
    let with_selected = |of_selected: fn(&Selected) -> &Vec<f32>, of_filmed: Vec<Vec<f32>>| {
        let before = selected.map(of_selected).cloned();
        before.into_iter().chain(of_filmed).take(PICTURES).collect()
    };
    let mark = selected.map(|_| 0).or(Film::filmed(app));
    let steps = traversal::steps(PICTURES);
    let name_along = workspace.dimension_name(frame.dimension);
    let mut rows: Vec<Row> = Vec::new();
    let labelled = |pictures: Vec<Vec<f32>>, label: &dyn Fn(usize) -> String| -> Vec<(Vec<f32>, String)> {
        let pictures = pictures.into_iter().enumerate();
        pictures.map(|(place, values)| (values, label(place))).collect()
    };
    if geometry.items.is_some() {
        let values = filmed.iter().map(|item| item.values.clone()).collect();
        let values = with_selected(|selected| &selected.item.values, values);
        rows.push((
            labelled(values, &|place| tr!("item {name}", name = name(place))),
            mark,
        ));
    }
    let pictures = |bytes: &Bytes| bytes.pictures(numbers).collect();
    let back = with_selected(|selected| &selected.decoded, pictures(&frame.reconstructed));
    rows.push((
        labelled(back, &|place| tr!("back {name}", name = name(place))),
        mark,
    ));
    let along = |place: usize| format!("{name_along} {:+.1}", steps[place]);
    rows.push((labelled(pictures(&frame.traversed), &along), None));
    let draw = |place: usize| tr!("draw {number}", number = place + 1);
    rows.push((labelled(pictures(&frame.drawn), &draw), None));
    for ((row, mark), grid) in rows.iter().zip(geometry.rows()) {
        let pictures = row.iter().map(|(values, label)| Labelled {
            values,
            scale: Scale::Values,
            label: label.clone(),
        });
        grid.render(app, pictures.take(grid.columns), *mark, buffer);
    }
}

/// The axis of the whole curve, and the bound of the test set over it; none before the first measurement.
fn measured(app: &App, workspace: &Workspace) -> Option<(Axis, Vec<(f64, f64)>)> {
    let points = bounds(
        &workspace.progress.log.evaluations,
        HorizontalAxis::Samples,
        Part::Test,
    );
    let (first, last) = (points.first()?.0, points.last()?.0);
    let (start, spacing) = if app.log_axis {
        (first, Spacing::Logarithmic)
    } else {
        (0.0, Spacing::Linear)
    };
    let end = last.max(start + 1.0);
    Some((Axis { start, end, spacing }, points))
}

/// The frame that is shown.
fn frame_of<'a>(app: &App, workspace: &'a Workspace) -> Option<&'a Frame> {
    let film = &workspace.progress.log.film;
    film.frames().get(film.at(app.selection.time)?)
}

/// Which part of the whole axis is visible, with a frame in it.
fn window(pane: &Film, whole: Axis, frame: &Frame) -> CurveWindow {
    let at = whole.position(frame.samples as f64);
    at.map_or(pane.looking, |at| pane.looking.showing(at.clamp(0.0, 1.0)))
}

/// Which part of the curve is visible, with the shown frame in it.
pub fn looking(pane: &Film, app: &App, workspace: &Workspace) -> Option<CurveWindow> {
    let (whole, _) = measured(app, workspace)?;
    Some(window(pane, whole, frame_of(app, workspace)?))
}

/// The curve with the shown frame in it.
pub fn chart(pane: &Film, app: &App, workspace: &Workspace) -> Option<Chart> {
    chart_of(pane, frame_of(app, workspace)?, measured(app, workspace)?)
}

/// The bound of the test set, with the cursor where the frame was made; upwards what is visible there.
fn chart_of(pane: &Film, frame: &Frame, (whole, points): (Axis, Vec<(f64, f64)>)) -> Option<Chart> {
    let looking = window(pane, whole, frame);
    let x = looking.axis(whole);
    let is_visible = |(samples, _): &&(f64, f64)| (x.start..=x.end).contains(samples);
    let visible = points.iter().filter(is_visible).map(|(_, bound)| *bound);
    // Between two points far apart there is none: then all of them.
    let y = Axis::around(visible).or_else(|| Axis::around(points.iter().map(|(_, bound)| *bound)))?;
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
        x,
        y,
        x_title: tr!("samples"),
        cursor: Some(frame.samples as f64),
        changes: Vec::new(),
    })
}
