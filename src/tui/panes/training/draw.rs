//! How the training pane is drawn.
//!
//! ```text
//! 1.2M/3M samples 40%  49k/s  0:24  ETA 0:37             numbers
//! batch -101.2 = -75.1 - KL 26.1 ±2.3   ▂▃▅▆▇             sparkline, spread of the minibatches
//! test  -104.6 = -79.0 - KL 25.6   active 20/20
//! -100 ┤   ⣀⡠⠤⠒⠉⠉⠉           z7 ██████  2.1
//! -140 ┤ ⢀⠔⠉                 z3 ███     1.2              curve, KL per latent dimension
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::{Geometry, Training, geometry};
use crate::evaluation::Estimates;
use crate::language::{said, tr};
use crate::learning::{Configuration, Method};
use crate::objective::BoundTerms;
use crate::run::curve::{CurvePoint, MarginalPoint, value_at};
use crate::run::diagnosis::Finding;
use crate::run::{Entry, Happening, RunLog, State, published};
use crate::tui::app::App;
use crate::tui::colour::ColourDepth;
use crate::tui::workspace::Workspace;

use crate::tui::widgets::axis::{Axis, Spacing, short};
use crate::tui::widgets::bars::{self, Bar};
use crate::tui::widgets::curve::{Chart, Mark, Pattern, Series, Stroke};
use crate::tui::widgets::edge;
use crate::tui::widgets::smoothing::smoothed;
use crate::tui::widgets::sparkline;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Training, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let progress = &workspace.progress;
    let geometry = geometry(area, progress.marginal().is_some(), !progress.findings.is_empty());
    render_finding(&progress.findings, geometry.finding, buffer);
    render_numbers(workspace, geometry.numbers, buffer);
    match chart(pane, app, workspace) {
        Some(chart) => {
            chart.render(geometry.curve, buffer);
            edge::render(&[reading(&chart)], area, buffer);
        }
        None => Paragraph::new(tr!("no points yet: space starts training"))
            .style(theme::dim())
            .wrap(Wrap { trim: true })
            .render(geometry.curve, buffer),
    }
    render_bars(pane, workspace, &geometry, buffer);
}

/// How far to the right a place lies in the plot, from 0 to 1; none outside of it.
pub fn position(pane: &Training, app: &App, workspace: &Workspace, area: Rect, at: Position) -> Option<f64> {
    let progress = &workspace.progress;
    let geometry = geometry(area, progress.marginal().is_some(), !progress.findings.is_empty());
    chart(pane, app, workspace)?.position(geometry.curve, at)
}

/// What the curves with a name are where the cursor stands, in nats per data point; none without a cursor.
fn reading(chart: &Chart) -> Option<String> {
    let x = chart.cursor?;
    let scale = match chart.x.spacing {
        Spacing::Linear => |x| x,
        Spacing::Logarithmic => f64::ln,
    };
    let read = |series: &Series| {
        let strokes = series.strokes.iter();
        let middles: Vec<(f64, f64)> = strokes
            .map(|stroke| (stroke.x, f64::midpoint(stroke.low, stroke.high)))
            .filter(|(_, middle)| middle.is_finite())
            .collect();
        Some(format!("{} {:.1}", series.name?, value_at(&middles, x, scale)?))
    };
    // The last lines are drawn over the others, and matter most.
    let read = chart.series.iter().rev().filter_map(read);
    let at = tr!("at {samples} samples", samples = short(x));
    Some(std::iter::once(at).chain(read).collect::<Vec<_>>().join("  "))
}

fn render_numbers(workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let progress = &workspace.progress;
    let goal = progress.configuration.goal;
    let speed = progress
        .samples_per_second()
        .map_or("-".into(), |speed| format!("{}/s", short(speed)));
    let left = match progress.state {
        State::Running => progress.seconds_left().map_or("-".into(), clock),
        State::Paused | State::Finished => "-".into(),
    };
    let share = 100.0 * progress.samples as f64 / goal.max(1) as f64;
    let first = Line::from(vec![
        Span::styled(short(progress.samples as f64), theme::strong()),
        Span::raw(tr!(
            "/{goal} samples {share}%  ",
            goal = short(goal as f64),
            share = format_args!("{share:.0}")
        )),
        Span::raw(format!("{speed}  {}  ", clock(progress.seconds))),
        Span::styled(tr!("ETA "), theme::dim()),
        Span::raw(left),
    ]);
    let Configuration {
        method, estimator, ..
    } = &progress.configuration;
    let name = if *method == Method::Mcem {
        tr!("joint")
    } else {
        tr!("batch")
    };
    let [_, cost] = method.term_names(*estimator);
    let mut minibatch = terms_line(name, progress.latest, cost, theme::colours().train);
    if let Some(spread) = progress.spread().filter(|_| progress.latest.is_some()) {
        minibatch.push_span(Span::styled(format!(" ±{spread:.1}"), theme::dim()));
    }
    let mut test = terms_line(
        tr!("test "),
        progress.test.as_ref().map(|test| test.terms),
        "KL",
        theme::colours().test,
    );
    if let Some(bound) = &progress.test {
        let latent = progress.configuration.latent_dimensions();
        test.push_span(Span::raw(tr!(
            "  active {active}/{latent}",
            active = short(bound.active_units() as f64),
            latent = short(latent as f64)
        )));
    }
    let used = minibatch.width() as u16 + 2;
    let mut lines = vec![first, minibatch, test];
    lines.extend(progress.marginal().map(marginal_line));
    Paragraph::new(lines).render(area, buffer);
    let recent: Vec<f64> = progress.recent.iter().copied().collect();
    if area.height > 1 && area.width > used {
        let beside = Rect {
            x: area.x + used,
            y: area.y + 1,
            width: area.width - used,
            height: 1,
        };
        sparkline::render(&recent, Style::new().fg(theme::colours().train), beside, buffer);
    }
}

/// The most urgent of what seems to be wrong, and how much else does; the command that tries something stays whole.
fn render_finding(findings: &[Finding], area: Rect, buffer: &mut Buffer) {
    let Some(finding) = findings.first() else {
        return;
    };
    let more = match findings.len() {
        1 => String::new(),
        count => format!(" +{}", count - 1),
    };
    let command = format!(" :{}{more}", text::printable(&finding.command));
    let room = usize::from(area.width).saturating_sub(text::columns(&command));
    let words = text::printable(&finding.text).into_owned();
    Line::from(vec![
        Span::styled(
            text::cut(&words, room).into_owned(),
            Style::new().fg(theme::colours().bad),
        ),
        Span::styled(command, theme::strong()),
    ])
    .render(area, buffer);
}

/// `log p(x)` by every estimate that applies, and when.
fn marginal_line(point: &MarginalPoint) -> Line<'static> {
    let Estimates {
        importance_weighted,
        posterior_samples,
        annealed,
        ..
    } = point.estimates;
    let named = [
        ("IW", Some(importance_weighted)),
        ("D", posterior_samples),
        ("AIS", annealed),
    ];
    let mut line = Line::from(Span::styled("log p", Style::new().fg(theme::colours().accent)));
    for (name, estimate) in named {
        if let Some(estimate) = estimate {
            line.push_span(Span::styled(format!(" {name} "), theme::dim()));
            line.push_span(Span::styled(format!("{:.1}", estimate.mean), theme::strong()));
            let error = estimate
                .standard_error
                .map_or("-".into(), |error| format!("{error:.1}"));
            line.push_span(Span::raw(format!("±{error}")));
        }
    }
    line.push_span(Span::styled(
        tr!(" at {samples}", samples = short(point.samples as f64)),
        theme::dim(),
    ));
    line
}

/// The bound and its two terms, of which the second has a name.
fn terms_line(
    name: &'static str,
    terms: Option<BoundTerms>,
    second: &str,
    colour: ratatui::style::Color,
) -> Line<'static> {
    let name = Span::styled(format!("{name} "), Style::new().fg(colour));
    let Some(terms) = terms else {
        return Line::from(vec![name, Span::styled("-", theme::dim())]);
    };
    Line::from(vec![
        name,
        Span::styled(format!("{:.1}", terms.lower_bound()), theme::strong()),
        Span::raw(format!(
            " = {:.1} - {second} {:.1}",
            terms.reconstruction, terms.kl
        )),
    ])
}

/// The curve so far; none before the first step.
fn chart(pane: &Training, app: &App, workspace: &Workspace) -> Option<Chart> {
    let depth = app.depth;
    let progress = &workspace.progress;
    let buckets = progress.log.trace.buckets();
    let (first, last) = (buckets.first()?, buckets.last()?);
    let (spacing, start) = if app.log_axis {
        (Spacing::Logarithmic, first.samples as f64)
    } else {
        (Spacing::Linear, 0.0)
    };
    let whole = Axis {
        start,
        end: (last.samples as f64).max(start + 1.0),
        spacing,
    };
    let x = pane.looking.axis(whole);

    let raw = buckets.iter().map(|bucket| Stroke {
        x: bucket.samples as f64,
        low: f64::from(bucket.minimum),
        high: f64::from(bucket.maximum),
    });
    let means = || {
        smoothed(
            buckets
                .iter()
                .map(|bucket| (f64::from(bucket.mean), bucket.steps)),
            pane.smoothing,
        )
    };
    let smooth = buckets
        .iter()
        .zip(means())
        .map(|(bucket, mean)| Stroke::at(bucket.samples as f64, mean));
    let evaluated = |bound: fn(&CurvePoint) -> f64| {
        let points = progress.log.evaluations.iter();
        points.map(move |point| Stroke::at(point.samples as f64, bound(point)))
    };
    let paper = published(&progress.configuration, &workspace.data)
        .filter(|_| app.paper)
        .unwrap_or_default();
    let so_far = |curve: Vec<(f64, f64)>| -> Vec<Stroke> {
        let points = curve
            .into_iter()
            .filter(|(samples, _)| (whole.start..=whole.end).contains(samples));
        points
            .map(|(samples, bound)| Stroke::at(samples, bound))
            .collect()
    };
    let (paper_train, paper_test) = (so_far(paper.train), so_far(paper.test));

    // The first steps lie far below all others; they are left out rather than stretching the range.
    let is_visible = |samples: u64| (x.start..=x.end).contains(&(samples as f64));
    let visible = buckets.iter().zip(means());
    let visible = visible.filter(|(bucket, _)| is_visible(bucket.samples));
    let mut smoothed_means: Vec<f64> = visible.map(|(_, mean)| mean).collect();
    smoothed_means.sort_by(f64::total_cmp);
    let first_steps = match pane.looking.window.0 {
        0.0 => smoothed_means.len() / 10,
        _ => 0,
    };
    let usual = smoothed_means[first_steps..].iter().copied();
    let evaluations = progress.log.evaluations.iter();
    let bounds = evaluations
        .filter(|point| is_visible(point.samples))
        .flat_map(|point| [point.elbo_train, point.elbo_test]);
    // So does the paper's, whose early points are left out; where it stands now is always shown.
    let paper_now = paper_test
        .iter()
        .rfind(|stroke| stroke.x <= x.end)
        .map(|stroke| stroke.low);
    // Between two points far apart there is none: then all of them.
    let y = Axis::around(usual.chain(bounds).chain(paper_now)).or_else(|| Axis::around(means()))?;

    // Without colours, lines differ by their gaps; with few of them, some look alike: marks tell them apart.
    let pattern = |without_colours| match depth {
        ColourDepth::Monochrome => without_colours,
        _ => Pattern::Solid,
    };
    let is_marked = matches!(depth, ColourDepth::Ansi16 | ColourDepth::Monochrome);
    let line = |name: Option<&'static str>, colour, pattern, strokes| Series {
        name,
        colour,
        pattern,
        mark: name.filter(|_| is_marked).and_then(mark),
        strokes,
    };
    let mut series = Vec::new();
    if pane.smoothing > 1 {
        let pattern = pattern(Pattern::Dotted);
        series.push(line(
            Some(tr!("smoothed")),
            theme::colours().smoothed,
            pattern,
            smooth.collect(),
        ));
    }
    if !paper_test.is_empty() {
        let pattern = match depth {
            ColourDepth::Monochrome => Pattern::DashDotted,
            _ => Pattern::Dashed,
        };
        series.push(line(None, theme::colours().train, pattern, paper_train));
        series.push(line(
            Some(tr!("paper")),
            theme::colours().test,
            pattern,
            paper_test,
        ));
    }
    let train = match progress.configuration.method {
        Method::Aevb | Method::WakeSleep | Method::FullVb | Method::M2 => tr!("train"),
        Method::Mcem => tr!("joint"),
    };
    series.push(line(
        Some(train),
        theme::colours().train,
        pattern(Pattern::Dashed),
        evaluated(|point| point.elbo_train).collect(),
    ));
    series.push(line(
        Some(tr!("test")),
        theme::colours().test,
        Pattern::Solid,
        evaluated(|point| point.elbo_test).collect(),
    ));
    Some(Chart {
        backdrop: Some(line(
            Some(tr!("minibatch")),
            theme::colours().minibatch,
            Pattern::Solid,
            raw.collect(),
        )),
        series,
        x,
        y,
        x_title: tr!("samples"),
        cursor: pane
            .reads
            .then(|| x.value(pane.looking.cursor))
            .or(app.selection.time.map(|samples| samples as f64)),
        changes: changes(&progress.log),
    })
}

/// The character that stands on a line where colours can't tell which it is; none for the trace behind them.
fn mark(name: &str) -> Option<Mark> {
    let lines = [
        ("test", 'o'),
        ("train", 'x'),
        ("joint", 'x'),
        ("smoothed", '+'),
        ("paper", '#'),
    ];
    let place = lines.iter().position(|(line, _)| said(line) == name)?;
    Some(Mark {
        character: lines[place].1,
        along: Some(place),
    })
}

/// Where settings were changed while training.
fn changes(log: &RunLog) -> Vec<(f64, String)> {
    let changed = |entry: &Entry| match &entry.what {
        Happening::Changed { setting, to, .. } => Some((entry.samples as f64, format!("{setting} {to}"))),
        Happening::WentBack { .. } => Some((entry.samples as f64, tr!("went back").into())),
        _ => None,
    };
    log.entries.iter().filter_map(changed).collect()
}

/// The KL term of every latent dimension, the largest first.
fn render_bars(pane: &Training, workspace: &Workspace, geometry: &Geometry, buffer: &mut Buffer) {
    let Some(test) = &workspace.progress.test else {
        return;
    };
    Line::styled(tr!("KL per dimension"), theme::dim()).render(geometry.bars_title, buffer);
    let bar = |dimension: usize| Bar {
        label: workspace.dimension_name(dimension),
        value: test.kl_per_dimension[dimension],
        style: match workspace.is_dead(dimension) {
            Some(true) => theme::dim(),
            _ => Style::new().fg(theme::colours().accent),
        },
    };
    let bars: Vec<Bar> = workspace.order().into_iter().map(bar).collect();
    let first = pane
        .first_bar
        .min(bars.len().saturating_sub(usize::from(geometry.bars.height)));
    bars::render(&bars, first, geometry.bars, buffer);
}

/// Seconds as a clock shows them: `0:24`, `1:02:03`.
pub fn clock(seconds: f64) -> String {
    let seconds = seconds.clamp(0.0, 1e9).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_read_as_clocks() {
        assert_eq!([0.4, 59.6, 3_723.0].map(clock), ["0:00", "1:00", "1:02:03"]);
    }
}
