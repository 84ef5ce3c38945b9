//! How the runs are drawn.
//!
//! ```text
//! 12 runs, 3 shown, 2 marked                           what there is
//!    name▲          data     latent  samples     test  the columns, and by which they are sorted
//! ▶  mnist-20d-1    mnist        20     3.0M   -103.1  the selected run
//!  x mnist-2d-1     mnist         2     3.0M   -139.8  a marked one
//! queue: mnist 10d, 1.0M samples                       what comes next
//! /latent=20                                           the filter
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::table::Column;
use super::{Runs, View, Writing};
use crate::data::short_name;
use crate::language::{said, tr};
use crate::learning::settings::TABLE;
use crate::session::{QueuedRun, RunFacts};
use crate::sweep::Progress;
use crate::tui::app::App;
use crate::tui::queue::BesideRun;
use crate::tui::widgets::axis::short;
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::picture_grid::{Labelled, PictureGrid};
use crate::tui::workspace::Workspace;
use crate::tui::{layout, text, theme};

/// Columns of the name of a setting.
const SETTING: usize = 16;
/// The fewest columns of a run's name.
const LEAST_NAME: usize = 8;
/// Columns before it: the cursor, the mark and a space.
const BEFORE_NAME: usize = 3;

/// Draws the inside of the pane.
pub fn draw(pane: &Runs, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let below = below(pane, app, usize::from(area.width));
    let [heading, body, foot] = divided(area, below.len());
    heading_line(pane).render(heading, buffer);
    match (pane.view, pane.meant().is_empty()) {
        (_, true) => {
            let words = match &pane.found {
                None => tr!("the saved runs are being read"),
                Some(found) if found.is_empty() => tr!("no run was saved yet: s saves one"),
                Some(_) => tr!("no run is like that: Esc shows all"),
            };
            Line::styled(words, theme::dim()).render(body, buffer);
        }
        (View::Table, _) => render_table(pane, workspace, body, buffer),
        (View::Differences, _) => render_differences(pane, body, buffer),
        (View::Pictures, _) => render_pictures(pane, app, workspace, body, buffer),
    }
    Paragraph::new(below).render(foot, buffer);
}

/// The heading, the table, and the lines below it.
fn divided(area: Rect, below: usize) -> [Rect; 3] {
    Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(0),
        Constraint::Length(below as u16),
    ])
    .areas(area)
}

/// Where the table stands.
pub fn table(pane: &Runs, app: &App, area: Rect) -> Rect {
    divided(area, below(pane, app, usize::from(area.width)).len())[1]
}

/// What each column of the table has of so many: words as much as they need, and the name what is left, as far as it needs that.
fn widths(pane: &Runs, width: usize) -> [usize; Column::ALL.len()] {
    let shown = pane.shown();
    let longest = |column: Column| {
        let values = shown
            .iter()
            .map(|run| text::columns(&text::printable(&column.value(run))));
        values.max().unwrap_or(0)
    };
    let mut widths = Column::ALL.map(|column| match column {
        // The arrow of the order stands behind the title.
        Column::Data | Column::Method => {
            let title = text::columns(column.title()) + 1;
            longest(column).max(title).min(column.width())
        }
        other => other.width(),
    });
    let others: usize = widths.iter().map(|width| width + 1).sum();
    let room = width.saturating_sub(others + BEFORE_NAME).max(LEAST_NAME);
    widths[0] = longest(Column::Name).clamp(LEAST_NAME, room);
    widths
}

/// The column of the table at so many characters from its left edge.
pub fn column_at(pane: &Runs, width: usize, at: usize) -> Option<Column> {
    let mut end = BEFORE_NAME;
    let columns = Column::ALL.into_iter().zip(widths(pane, width));
    let mut ends = columns.map(|(column, width)| {
        end += 1 + width;
        (column, end)
    });
    ends.find(|(_, end)| at < *end).map(|(column, _)| column)
}

fn heading_line(pane: &Runs) -> Line<'static> {
    let (found, shown) = (pane.found.as_deref().unwrap_or_default(), pane.shown());
    let mut words = match found.len() {
        1 => tr!("1 run").to_owned(),
        count => tr!("{count} runs", count = count),
    };
    if shown.len() < found.len() {
        words.push_str(&tr!(", {count} shown", count = shown.len()));
    }
    if !pane.marked.is_empty() {
        words.push_str(&tr!(", {count} marked", count = pane.marked.len()));
    }
    let mut line = Line::styled(words, theme::strong());
    if let Some(fault) = pane.faults.first() {
        let count = pane.faults.len();
        line.push_span(Span::styled(
            tr!(
                "  {count} could not be read: {fault}",
                count = count,
                fault = text::printable(fault)
            ),
            theme::dim(),
        ));
    }
    line
}

/// How far a sweep is, and which of its runs is the best so far.
fn sweep_in_words(sweep: &Progress) -> String {
    let mut words = tr!(
        "sweep: {ended} of {count} runs ended",
        ended = sweep.ended(),
        count = sweep.runs.len()
    );
    if let Some((best, bound)) = sweep.best().and_then(|best| Some((best, best.test()?))) {
        words.push_str(&tr!(
            ", the best so far {bound} nats: {name}",
            bound = format_args!("{bound:.2}"),
            name = best.name
        ));
    }
    text::printable(&words).into_owned()
}

/// The sweep, the queue, and what is being written.
fn below(pane: &Runs, app: &App, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(sweep) = &pane.sweep {
        lines.push(Line::raw(text::cut(&sweep_in_words(sweep), width).into_owned()));
    }
    for BesideRun { run, samples, .. } in &app.queue.beside {
        let words = tr!(
            "beside: {data} {latent}d, {samples} of {goal} samples",
            data = short_name(&run.configuration.data),
            latent = run.configuration.latent_dimensions(),
            samples = short(*samples as f64),
            goal = short(run.configuration.goal as f64)
        );
        lines.push(Line::raw(text::cut(&text::printable(&words), width).into_owned()));
    }
    if !app.queue.waiting.is_empty() {
        let runs = app.queue.waiting.iter().map(|QueuedRun { configuration, .. }| {
            tr!(
                "{data} {latent}d {samples} samples",
                data = short_name(&configuration.data),
                latent = configuration.latent_dimensions(),
                samples = short(configuration.goal as f64)
            )
        });
        let words = tr!(
            "queue: {runs}",
            runs = runs.collect::<Vec<_>>().join(tr!(", then "))
        );
        let words = text::cut(&text::printable(&words), width).into_owned();
        lines.push(Line::raw(words));
    }
    let field = |mark: &'static str, spans: Vec<Span<'static>>| {
        let mut line = Line::from(Span::styled(mark, theme::selected()));
        line.spans.extend(spans);
        line
    };
    match &pane.writing {
        Some(Writing::Name(_, name)) => lines.push(field(tr!("name: "), name.spans(width.saturating_sub(8)))),
        Some(Writing::Filter) => lines.push(field("/", pane.filter.spans(width.saturating_sub(1)))),
        None if !pane.filter.value().is_empty() => {
            let filter = text::printable(pane.filter.value()).into_owned();
            lines.push(field("/", vec![Span::raw(filter)]));
        }
        None => {}
    }
    lines
}

fn render_table(pane: &Runs, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let (shown, widths) = (pane.shown(), widths(pane, width));
    let cell = |column: Column, width: usize, value: &str| {
        let value = text::cut_middle(value, width);
        let missing = " ".repeat(width - text::columns(&value));
        if column.is_number() {
            format!("{missing}{value} ")
        } else {
            format!("{value}{missing} ")
        }
    };
    let arrow = |column: Column| match (column == pane.column, pane.falls != column.falls_first()) {
        (false, _) => "",
        (true, false) => "▲",
        (true, true) => "▼",
    };
    let row = |value: &dyn Fn(Column) -> String| -> String {
        let columns = Column::ALL.into_iter().zip(widths);
        columns
            .map(|(column, width)| cell(column, width, &value(column)))
            .collect()
    };
    let titles = row(&|column| format!("{}{}", column.title(), arrow(column)));
    let mut lines = vec![Line::styled(format!("   {titles}"), theme::dim())];
    let room = usize::from(area.height.saturating_sub(1));
    let selected = pane.selected.min(shown.len().saturating_sub(1));
    let first = layout::window(selected, room, shown.len());
    let is_open = |run: &RunFacts| {
        workspace
            .path
            .as_ref()
            .is_some_and(|open| run.path.ends_with(open))
    };
    for (index, run) in shown.into_iter().enumerate().skip(first).take(room) {
        let style = match () {
            () if index == selected => theme::selected(),
            () if is_open(run) => theme::strong(),
            () => theme::plain_text(),
        };
        let marker = if index == selected { "▶" } else { " " };
        let mark = if pane.marked.contains(&run.path) { "x" } else { " " };
        let values = row(&|column| text::printable(&column.value(run)).into_owned());
        lines.push(Line::styled(format!("{marker}{mark} {values}"), style));
    }
    Paragraph::new(lines).render(area, buffer);
}

/// The settings in which the meant runs differ, a column for each run.
fn render_differences(pane: &Runs, area: Rect, buffer: &mut Buffer) {
    let meant = pane.meant();
    if meant.len() < 2 {
        let words = tr!("mark two runs or more (x): their differing settings stand here");
        return Line::styled(words, theme::dim()).render(area, buffer);
    }
    let room = usize::from(area.width).saturating_sub(SETTING);
    let width = (room / meant.len()).clamp(8, 24);
    let row = |name: &str, values: Vec<String>| {
        let cells = values.iter().map(|value| {
            let value = text::cut_middle(&text::printable(value), width - 1).into_owned();
            text::padded(&value, width)
        });
        format!("{}{}", text::padded(name, SETTING), cells.collect::<String>())
    };
    let of = |value: &dyn Fn(&RunFacts) -> String| meant.iter().map(|run| value(run)).collect::<Vec<_>>();
    let mut lines = vec![
        Line::styled(row("", of(&RunFacts::name)), theme::strong()),
        Line::raw(row(tr!("test"), of(&|run| Column::Bound.value(run)))),
        Line::raw(row(tr!("samples seen"), of(&|run| Column::Samples.value(run)))),
    ];
    let differing = TABLE.iter().filter_map(|setting| {
        let values = of(&|run| setting.value(&run.configuration));
        let is_same = values.iter().all(|value| *value == values[0]);
        (!is_same).then(|| Line::raw(row(setting.name, values)))
    });
    let before = lines.len();
    lines.extend(differing);
    if lines.len() == before {
        lines.push(Line::styled(tr!("no setting differs"), theme::dim()));
    }
    Paragraph::new(lines).render(area, buffer);
}

/// The item as it is, what each run makes of it, and the differences; one of the runs large in front.
fn render_pictures(pane: &Runs, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let Some(looks) = &pane.looks else {
        return Line::styled(tr!("it is on its way"), theme::dim()).render(area, buffer);
    };
    let shape = workspace.data.shape;
    let name = |index: usize| {
        let stem = looks.paths.get(index).and_then(|path| path.file_stem());
        let stem = stem.unwrap_or_default().to_string_lossy();
        text::printable(&stem).into_owned()
    };
    let found = looks.found.iter().enumerate();
    let whole: Vec<_> = found
        .clone()
        .filter_map(|(index, found)| Some((index, found.as_ref().ok()?)))
        .collect();
    let faults: Vec<Line> = found
        .filter_map(|(index, found)| {
            let fault = found.as_ref().err()?;
            let words = format!("{}: {}", name(index), text::printable(fault));
            Some(Line::styled(words, theme::dim()))
        })
        .collect();
    let (_, first) = match whole.first() {
        Some(&first) => first,
        None if looks.found.is_empty() => {
            return Line::styled(tr!("the models are being read"), theme::dim()).render(area, buffer);
        }
        None => return Paragraph::new(faults).render(area, buffer),
    };
    let [title, large, small, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(3),
        Constraint::Fill(2),
        Constraint::Length(faults.len() as u16),
    ])
    .areas(area);
    let &(front, shown) = &whole[pane.flicker % whole.len()];
    Line::from(vec![
        Span::styled(
            tr!(
                "{part} item {item}",
                part = said(looks.item.part.name()),
                item = looks.item.item
            ),
            theme::strong(),
        ),
        Span::styled(
            tr!(
                "  in front: {name} {bound} (z the next)",
                name = name(front),
                bound = format_args!("{:.1}", shown.terms.lower_bound())
            ),
            theme::dim(),
        ),
    ])
    .render(title, buffer);
    let picture = |values, scale, label: String| Labelled { values, scale, label };
    let grid = PictureGrid::new(large, shape, large.height.saturating_sub(1));
    let in_front = [
        picture(&first.input, Scale::Values, tr!("item").into()),
        picture(&shown.output, Scale::Values, name(front)),
        picture(&shown.difference, Scale::Difference, tr!("less item").into()),
    ];
    grid.render(app, in_front.into_iter().take(grid.columns), None, buffer);
    // The runs beside one another, and how far each is from the first of them.
    let apart: Vec<Vec<f32>> = whole[1..]
        .iter()
        .map(|(_, other)| {
            let pairs = other.output.iter().zip(&first.output);
            pairs.map(|(other, first)| other - first).collect()
        })
        .collect();
    let outputs = whole
        .iter()
        .map(|&(index, found)| picture(&found.output, Scale::Values, name(index)));
    let apart = apart.iter().zip(&whole[1..]).map(|(values, &(index, _))| {
        picture(
            values,
            Scale::Difference,
            tr!("{name} less 1st", name = name(index)),
        )
    });
    let grid = PictureGrid::new(small, shape, small.height.saturating_sub(1));
    let selected = Some(pane.flicker % whole.len());
    grid.render(app, outputs.chain(apart).take(grid.columns), selected, buffer);
    Paragraph::new(faults).render(foot, buffer);
}
