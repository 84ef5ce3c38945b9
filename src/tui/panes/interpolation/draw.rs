//! How the interpolation pane is drawn.
//!
//! ```text
//! from test:0 to test:3, along the straight line
//! ┌────────┐  t 0.40
//! │ present│  A  test:0
//! │ picture│  B  test:3
//! └────────┘  L -98.3 nats …
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! -97 -103 -110▲ …         the lower bound of each
//!  -100 ┤ ⠉⠒⠤⣀ ⣀⠤⠒⠉        and as a curve
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Geometry, Interpolation, geometry};
use crate::explore::interpolate::{Step, Way};
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::widgets::axis::{Axis, Spacing, brief_nats};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::curve::{Chart, Pattern, Series, Stroke};
use crate::tui::widgets::edge;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Interpolation, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape);
    render_heading(pane, app, geometry.heading, buffer);
    let (Some(shown), Some(step)) = (&pane.shown, pane.step()) else {
        return Line::styled(tr!("the way is on its way"), theme::dim()).render(geometry.text, buffer);
    };
    let picture = Labelled {
        values: &step.values,
        scale: Scale::Values,
        label: format!("t {:.2}", at(pane, pane.place())),
    };
    geometry
        .picture
        .render(app, std::iter::once(picture), None, buffer);
    render_text(pane, app, step, geometry.text, buffer);
    render_strip(pane, app, &geometry, buffer);
    chart(pane).render(geometry.chart, buffer);
    edge::render(&[workspace.age(shown.samples)], area, buffer);
}

/// How far on the way a place lies, from 0 to 1.
fn at(pane: &Interpolation, place: usize) -> f64 {
    place as f64 / pane.steps().len().saturating_sub(1).max(1) as f64
}

fn render_heading(pane: &Interpolation, app: &App, area: Rect, buffer: &mut Buffer) {
    let to = pane.end(app).map_or("B".to_owned(), ToString::to_string);
    let way = match pane.way {
        Way::Straight => tr!("along the straight line"),
        Way::Spherical => tr!("along the arc between their directions"),
    };
    let said = tr!(
        "from {from} to {to}, {way}",
        from = app.selection.point,
        to = to,
        way = way
    );
    Line::styled(
        text::cut(&said, usize::from(area.width)).into_owned(),
        theme::strong(),
    )
    .render(area, buffer);
}

fn render_text(pane: &Interpolation, app: &App, step: &Step, area: Rect, buffer: &mut Buffer) {
    let named = |name: &'static str, what: String| {
        Line::from(vec![Span::styled(name, theme::selected()), Span::raw(what)])
    };
    let to = pane.end(app).map_or(String::new(), ToString::to_string);
    let mut lines = vec![named("A  ", app.selection.point.to_string()), named("B  ", to)];
    if app.selection.other.is_none() {
        lines.push(Line::styled(
            tr!("   the next item of another class: O makes what is pointed at in any pane B"),
            theme::dim(),
        ));
    }
    lines.push(named(
        "L  ",
        tr!("{bound} nats", bound = format_args!("{:.2}", step.bound)),
    ));
    lines.push(Line::styled(
        tr!("   L(decode(z)), the lower bound of this picture when it is encoded again"),
        theme::dim(),
    ));
    if pane.playing.is_some() {
        lines.push(Line::styled(tr!("playing"), theme::colours().good));
    }
    Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .render(area, buffer);
}

/// Pictures from A to B, evenly spaced; the one nearest to the present place is marked.
fn render_strip(pane: &Interpolation, app: &App, geometry: &Geometry, buffer: &mut Buffer) {
    let steps = pane.steps();
    let last = geometry.strip.columns.saturating_sub(1).max(1);
    let place = |column: usize| (column * steps.len().saturating_sub(1) + last / 2) / last;
    let pictures = (0..geometry.strip.columns).filter_map(|column| {
        let step = steps.get(place(column))?;
        Some(Labelled {
            values: &step.values,
            scale: Scale::Values,
            label: brief_nats(step.bound),
        })
    });
    let nearest = (at(pane, pane.place()) * last as f64).round() as usize;
    geometry.strip.render(app, pictures, Some(nearest), buffer);
}

/// The lower bound along the visible part of the way; upwards what is visible there.
pub fn chart(pane: &Interpolation) -> Chart {
    let unit = Axis {
        start: 0.0,
        end: 1.0,
        spacing: Spacing::Linear,
    };
    let x = pane.looking().axis(unit);
    let bounds = pane.steps().iter().map(|step| step.bound).enumerate();
    let strokes: Vec<Stroke> = bounds
        .filter(|(_, bound)| bound.is_finite())
        .map(|(place, bound)| Stroke::at(at(pane, place), bound))
        .collect();
    let is_visible = |stroke: &&Stroke| (x.start..=x.end).contains(&stroke.x);
    let y = Axis::around(strokes.iter().filter(is_visible).map(|stroke| stroke.low));
    // Between two points far apart there is none: then all of them.
    let y = y.or_else(|| Axis::around(strokes.iter().map(|stroke| stroke.low)));
    Chart {
        backdrop: None,
        series: vec![Series {
            name: None,
            colour: theme::colours().test,
            pattern: Pattern::Solid,
            mark: None,
            strokes,
        }],
        x,
        y: y.unwrap_or(unit),
        x_title: tr!("t, from A to B; upwards L in nats"),
        cursor: Some(at(pane, pane.place())),
        changes: Vec::new(),
    }
}
