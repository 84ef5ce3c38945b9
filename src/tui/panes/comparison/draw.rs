//! How the comparison pane is drawn.
//!
//! ```text
//! at 1.2M samples                                     test   to 1   what the cursor reads
//! ▶1 mnist-20d-1 (open)   mnist 20d AEVB Adagrad 0.02  -103.1
//!  2 mnist-20d-2          mnist 20d AEVB Adam 0.001    -104.9  -1.8   legend
//! -100 ┤      ⣀⡠⠤⠒⠉⠉┊⠉⠉1
//! -140 ┤ ⢀⠔⠉       ┊                                              curves, cursor
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Color;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::geometry;
use super::runs::{ComparedRun, axis, reading, runs, within};
use crate::data::{Part, short_name};
use crate::language::{said, tr};
use crate::learning::Configuration;
use crate::run::curve::HorizontalAxis;
use crate::run::published;
use crate::session::{Bounds, Comparison};
use crate::tui::app::App;
use crate::tui::colour::ColourDepth;
use crate::tui::panes::training::clock;
use crate::tui::widgets::axis::{Axis, short, signed};
use crate::tui::widgets::curve::{Chart, Mark, Pattern, Series, Stroke};
use crate::tui::workspace::Workspace;
use crate::tui::{layout, text, theme};

/// Columns of a number in the legend, and the most that a run's name takes.
const NUMBER: usize = 9;
const NAME: usize = 24;

/// Draws the inside of the pane.
pub fn draw(comparison: &Comparison, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let runs = runs(workspace, comparison);
    let geometry = geometry(area, runs.len());
    let axis = axis(&runs, comparison, app.log_axis);
    let looks: Vec<Look> = (0..runs.len())
        .map(|index| Look::of(index, runs.len(), app.depth))
        .collect();
    render_legend(&runs, &looks, comparison, axis, geometry.legend, buffer);
    let chart = axis.and_then(|x| chart(comparison, app, workspace, &runs, &looks, x));
    match chart {
        Some(chart) => chart.render(geometry.chart, buffer),
        None => Paragraph::new(tr!(
            "nothing was measured yet: space starts training, Enter adds a saved run"
        ))
        .style(theme::dim())
        .wrap(Wrap { trim: true })
        .render(geometry.chart, buffer),
    }
}

/// How far to the right a place lies in the plot, from 0 to 1; none outside of it.
pub fn position(
    comparison: &Comparison,
    app: &App,
    workspace: &Workspace,
    area: Rect,
    at: Position,
) -> Option<f64> {
    let runs = runs(workspace, comparison);
    let looks: Vec<Look> = (0..runs.len())
        .map(|index| Look::of(index, runs.len(), app.depth))
        .collect();
    let x = axis(&runs, comparison, app.log_axis)?;
    let chart = chart(comparison, app, workspace, &runs, &looks, x)?;
    chart.position(geometry(area, runs.len()).chart, at)
}

/// What tells a run's curve from the others: its colour, and where there are more runs than colours also gaps, and its
/// mark all along it.
#[derive(Clone, Copy)]
struct Look {
    colour: Color,
    pattern: Pattern,
    mark: Option<Mark>,
    /// Whether some of the runs share a colour.
    shared: bool,
}

impl Look {
    fn of(index: usize, runs: usize, depth: ColourDepth) -> Self {
        let colours = depth.distinct(&theme::colours().runs);
        let shared = runs > colours.len();
        Self {
            colour: colours[index % colours.len()],
            pattern: Pattern::ALL[index / colours.len() % Pattern::ALL.len()],
            mark: mark(index).map(|character| Mark {
                character,
                along: shared.then_some(index),
            }),
            shared,
        }
    }
}

/// What a run's curve is marked with: its number in the legend, then letters.
fn mark(index: usize) -> Option<char> {
    u32::try_from(index + 1)
        .ok()
        .and_then(|number| char::from_digit(number, 36))
}

fn render_legend(
    runs: &[ComparedRun],
    looks: &[Look],
    comparison: &Comparison,
    axis: Option<Axis>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let x = axis.map(|axis| axis.value(comparison.cursor));
    let at = match x {
        Some(seconds) if comparison.against == HorizontalAxis::Seconds => {
            tr!("at {time}", time = clock(seconds))
        }
        Some(samples) => tr!("at {samples} samples", samples = short(samples)),
        None => String::new(),
    };
    let parts = comparison.bounds.parts().iter();
    let bounds: String = parts
        .map(|part| text::padded_left(said(part.name()), NUMBER))
        .collect();
    let to = mark(comparison.selected).map_or(String::new(), |mark| tr!("to {mark}", mark = mark));
    let numbers = text::columns(&bounds) + NUMBER;
    let words = usize::from(area.width).saturating_sub(numbers);
    let mut lines = vec![Line::styled(
        text::padded(&at, words) + &bounds + &text::padded_left(&to, NUMBER),
        theme::dim(),
    )];

    let readings = |run: &ComparedRun| -> Vec<Option<f64>> {
        let parts = comparison.bounds.parts().iter();
        parts
            .map(|&part| reading(&run.points(comparison.against, part), axis?, x?))
            .collect()
    };
    let selected = runs.get(comparison.selected).map(&readings).unwrap_or_default();
    let names = runs.iter().map(|run| text::columns(&text::printable(&run.name)));
    let name_columns = names.max().unwrap_or_default().min(NAME);
    let shown = usize::from(area.height.saturating_sub(1));
    let first = layout::window(comparison.selected, shown, runs.len());
    for (index, run) in runs.iter().enumerate().skip(first).take(shown) {
        let is_selected = index == comparison.selected;
        let style = if is_selected {
            theme::strong()
        } else {
            theme::plain_text()
        };
        let marker = if is_selected { '▶' } else { ' ' };
        let Look {
            colour,
            pattern,
            shared,
            ..
        } = looks[index];
        let sample = if shared {
            pattern.sample() + " "
        } else {
            String::new()
        };
        let name = text::printable(&run.name);
        let name = text::padded(&text::cut_middle(&name, name_columns), name_columns);
        let name = format!("{marker}{} {sample}{name} ", mark(index).unwrap_or('·'));
        // The numbers keep their columns.
        let name = text::cut(&name, words);
        let rest = words - text::columns(&name);
        let described = text::padded(&describe(run.configuration), rest);
        let mut line = Line::from(vec![
            Span::styled(name.into_owned(), style.fg(colour)),
            Span::styled(described, theme::dim()),
        ]);
        let values = readings(run);
        for value in &values {
            let text = value.map_or("-".into(), |value| format!("{value:.1}"));
            line.push_span(Span::styled(format!("{text:>NUMBER$}"), style));
        }
        let difference = match (values.last(), selected.last()) {
            (Some(Some(value)), Some(Some(of_selected))) if !is_selected => signed(value - of_selected, 1),
            _ => String::new(),
        };
        line.push_span(Span::styled(format!("{difference:>NUMBER$}"), theme::dim()));
        lines.push(line);
    }
    Paragraph::new(lines).render(area, buffer);
}

/// What tells one run from another, in few words.
fn describe(configuration: &Configuration) -> String {
    let Configuration {
        data,
        latent,
        hidden,
        method,
        optimizer,
        learning_rate,
        ..
    } = configuration;
    let points = configuration
        .train_size
        .map_or(String::new(), |points| format!(" n={}", short(points as f64)));
    format!(
        "{} {latent}d h{hidden}{points} {} {optimizer:?} {}",
        text::cut_middle(&text::printable(short_name(data)), NAME),
        method.title(),
        short(f64::from(*learning_rate))
    )
}

/// The curves; none where none of them has a value on the axis.
fn chart(
    comparison: &Comparison,
    app: &App,
    workspace: &Workspace,
    runs: &[ComparedRun],
    looks: &[Look],
    x: Axis,
) -> Option<Chart> {
    let mut series = Vec::new();
    let paper = published(&workspace.progress.configuration, &workspace.data)
        .filter(|_| app.paper && comparison.against == HorizontalAxis::Samples)
        .unwrap_or_default();
    for &part in comparison.bounds.parts() {
        let points = match part {
            Part::Train => &paper.train,
            Part::Test => &paper.test,
        };
        let strokes = strokes(&within(points, x));
        if !strokes.is_empty() {
            series.push(Series {
                name: series.is_empty().then_some(tr!("paper")),
                colour: theme::colours().dim,
                pattern: Pattern::Dashed,
                mark: None,
                strokes,
            });
        }
    }
    // The selected run is drawn over the others.
    let mut order: Vec<usize> = (0..runs.len()).collect();
    order.sort_by_key(|&index| index == comparison.selected);
    for index in order {
        for &part in comparison.bounds.parts() {
            let points = runs[index].points(comparison.against, part);
            series.push(Series {
                name: None,
                colour: looks[index].colour,
                // Beside its test bounds, a run's training bounds are dashed; its marks tell which run it is.
                pattern: match (comparison.bounds, part) {
                    (Bounds::Both, Part::Train) => Pattern::Dashed,
                    (Bounds::Both, Part::Test) => Pattern::Solid,
                    _ => looks[index].pattern,
                },
                mark: looks[index].mark,
                strokes: strokes(&within(&points, x)),
            });
        }
    }
    Some(Chart {
        backdrop: None,
        y: vertical(&series, comparison, x)?,
        series,
        cursor: Some(x.value(comparison.cursor)),
        changes: Vec::new(),
        x,
        x_title: said(comparison.against.name()),
    })
}

fn strokes(points: &[(f64, f64)]) -> Vec<Stroke> {
    points.iter().map(|&(x, bound)| Stroke::at(x, bound)).collect()
}

/// The vertical axis: all that is visible, but for the first tenth of the whole, where curves only begin; of the paper's
/// curves, where they stand last.
fn vertical(series: &[Series], comparison: &Comparison, x: Axis) -> Option<Axis> {
    let from = if comparison.window.0 > 0.0 { 0.0 } else { 0.1 };
    let values = |from: f64| {
        let strokes = series
            .iter()
            .filter(|series| series.mark.is_some())
            .flat_map(|series| &series.strokes);
        let inside = strokes.filter(move |stroke| x.position(stroke.x).is_some_and(|at| at >= from));
        let paper = series.iter().filter(|series| series.mark.is_none());
        let last = paper.filter_map(|series| series.strokes.last());
        inside.chain(last).map(|stroke| stroke.low)
    };
    Axis::around(values(from)).or_else(|| Axis::around(values(0.0)))
}
