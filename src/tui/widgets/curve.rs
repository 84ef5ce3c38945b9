//! A line chart in braille dots, with a linear or logarithmic horizontal axis.
//!
//! ```text
//!  -100 ┤            ⢀⣀⣀⣀⡠⠤⠤⠤   — test
//!  -120 ┤      ⣀⡠⠤⠒⠉⠉           — train
//!  -140 ┤  ⢀⠔⠉
//!       └──┬───────┬───────┬──
//!         10k     100k     1M
//!                      samples
//! ```
//!
//! Every point is drawn, as a stroke from its lowest to its highest value, so that nothing is lost to down-sampling.
//! A line that leaves the plot is cut where it crosses the edge, on whichever side; one that ends inside ends there.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Style};

use super::axis::{Axis, aligned_labels, labels};
use crate::tui::{text, theme};

/// One point of a series: a value, or the range of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Where it stands.
    pub x: f64,
    /// The lowest value there.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

impl Stroke {
    /// A single value.
    pub fn at(x: f64, y: f64) -> Self {
        Self { x, low: y, high: y }
    }
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its name in the legend; none for a line that goes with another.
    pub name: Option<&'static str>,
    /// Its colour.
    pub colour: Color,
    /// How its line is broken.
    pub pattern: Pattern,
    /// A character that tells it from others.
    pub mark: Option<Mark>,
    /// Its points, in order.
    pub strokes: Vec<Stroke>,
}

/// How a line is broken, which tells it from others where colours can't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Without a gap.
    Solid,
    /// Dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dashes and dots in turn.
    DashDotted,
}

impl Pattern {
    /// All, the plainest first.
    pub const ALL: [Self; 4] = [Self::Solid, Self::Dashed, Self::Dotted, Self::DashDotted];

    /// Whether the line is drawn so many dots after its beginning.
    fn is_drawn(self, at: usize) -> bool {
        match self {
            Self::Solid => true,
            Self::Dashed => at % 8 < 5,
            Self::Dotted => at.is_multiple_of(4),
            Self::DashDotted => matches!(at % 10, 0..=4 | 7),
        }
    }

    /// A piece of such a line, for a legend.
    pub fn sample(self) -> String {
        let cell = |column: usize| {
            let dots = (0..DOT_COLUMNS).filter(|dot| self.is_drawn(column * DOT_COLUMNS + dot));
            braille(dots.fold(0, |cell, dot| cell | DOTS[1][dot]))
        };
        (0..SAMPLE).map(cell).collect()
    }
}

/// A character on a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which one; it always stands at the end of the line.
    pub character: char,
    /// Whether it also stands along the line, and how many of such lines come before this one: their marks keep out of
    /// each other's way.
    pub along: Option<usize>,
}

/// Curves over two axes, with marks and a cursor, drawn in braille: two columns and four rows of dots in a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What lines are drawn over: a trace too dense to be one itself.
    pub backdrop: Option<Series>,
    /// The lines. A cell in which several meet has the dots of all and the colour of the last.
    pub series: Vec<Series>,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What the horizontal axis counts.
    pub x_title: &'static str,
    /// Where values are read, shown as a vertical line.
    pub cursor: Option<f64>,
    /// Where something was changed, and what: a vertical line each, with its words as far as there is room.
    pub changes: Vec<(f64, String)>,
}

/// Columns between two marks along a line, and by how many the marks of one line stand further than those of the last.
const MARK_DISTANCE: usize = 24;
const MARK_SHIFT: usize = 7;
/// Columns of a line in a legend, which show how it is broken.
pub const SAMPLE: usize = 5;
/// Dots of a braille cell.
const DOT_COLUMNS: usize = 2;
const DOT_ROWS: usize = 4;
const DOTS: [[u8; DOT_COLUMNS]; DOT_ROWS] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// The fewest columns for the labels of the vertical axis, and the axis itself; longer labels take more.
const LABELS: u16 = 7;
/// The fewest columns and rows that a plot takes.
const LEAST_PLOT: (u16, u16) = (8, 2);

/// Of so many rows of dots that at which a vertical position lies, counted from the top.
fn dot_row(position: f64, rows: usize) -> usize {
    ((1.0 - position.clamp(0.0, 1.0)) * (rows - 1) as f64).round() as usize
}

/// Of so many rows of cells that in which a vertical position lies.
fn cell_row(position: f64, rows: u16) -> u16 {
    (dot_row(position, usize::from(rows) * DOT_ROWS) / DOT_ROWS) as u16
}

fn braille(dots: u8) -> char {
    char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ')
}

impl Chart {
    /// Where the lines stand in an area, and the labels of the vertical axis; none where there is no room for a plot.
    fn plot(&self, area: Rect) -> Option<(Rect, Vec<(f64, String)>)> {
        let height = area.height.checked_sub(2)?;
        let ticks = self.y.ticks(usize::from(height / 2).clamp(2, 8));
        let ticks: Vec<(f64, String)> = ticks.iter().copied().zip(aligned_labels(&ticks)).collect();
        let widest = ticks.iter().map(|(_, label)| label.len() as u16 + 1).max();
        let labels = LABELS.max(widest.unwrap_or_default());
        let width = area.width.checked_sub(labels)?;
        let plot = Rect {
            x: area.x + labels,
            y: area.y,
            width,
            height,
        };
        (width >= LEAST_PLOT.0 && height >= LEAST_PLOT.1).then_some((plot, ticks))
    }

    /// How far to the right a place lies in the plot that is drawn in `area`, from 0 to 1; none outside of it.
    pub fn position(&self, area: Rect, at: Position) -> Option<f64> {
        let (plot, _) = self.plot(area)?;
        let column = f64::from(at.x.checked_sub(plot.x)?);
        plot.contains(at).then_some(column / f64::from(plot.width - 1))
    }

    /// Draws the chart; an area too small for a plot is left alone.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let Some((plot, ticks)) = self.plot(area) else {
            return;
        };
        self.render_axes(plot, &ticks, area, buffer);
        self.render_changes(plot, buffer);
        self.render_cursor(plot, buffer);
        let drawn = |series: &Series| {
            let mut grid = Grid::new(plot, series.pattern);
            grid.draw(&series.strokes, self.x, self.y);
            grid
        };
        if let Some(backdrop) = &self.backdrop {
            let dots = drawn(backdrop).dots;
            show(&dots, &dots, backdrop.colour, plot, buffer);
        }
        let mut together = vec![0; plot.area() as usize];
        for series in &self.series {
            let dots = drawn(series).dots;
            for (together, dots) in together.iter_mut().zip(&dots) {
                *together |= dots;
            }
            show(&together, &dots, series.colour, plot, buffer);
        }
        for series in &self.series {
            self.render_marks(series, plot, buffer);
        }
        self.render_legend(plot, buffer);
    }

    fn render_cursor(&self, plot: Rect, buffer: &mut Buffer) {
        let position = self.cursor.and_then(|cursor| self.x.position(cursor));
        if let Some(position) = position.filter(|position| (0.0..=1.0).contains(position)) {
            let x = plot.x + (position * f64::from(plot.width - 1)).round() as u16;
            for y in plot.top()..plot.bottom() {
                buffer[(x, y)].set_symbol("┊").set_style(theme::dim());
            }
        }
    }

    /// A line where something was changed; its words stand at the foot, up to the next line.
    fn render_changes(&self, plot: Rect, buffer: &mut Buffer) {
        let mut end = plot.right();
        for (x, words) in self.changes.iter().rev() {
            let Some(position) = self
                .x
                .position(*x)
                .filter(|position| (0.0..=1.0).contains(position))
            else {
                continue;
            };
            let x = plot.x + (position * f64::from(plot.width - 1)).round() as u16;
            for y in plot.top()..plot.bottom() {
                buffer[(x, y)]
                    .set_symbol("┊")
                    .set_style(Style::new().fg(theme::colours().frame));
            }
            let room = usize::from(end.saturating_sub(x + 1));
            if text::columns(words) <= room {
                buffer.set_string(x + 1, plot.bottom() - 1, words, theme::dim());
            }
            end = end.min(x);
        }
    }

    fn render_marks(&self, series: &Series, plot: Rect, buffer: &mut Buffer) {
        let Some(mark) = series.mark else {
            return;
        };
        let style = Style::new().fg(series.colour).patch(theme::strong());
        let columns = f64::from(plot.width - 1);
        // The visible points as columns and vertical positions.
        let points: Vec<(f64, f64)> = series
            .strokes
            .iter()
            .filter_map(|stroke| Some((self.x.position(stroke.x)?, self.y.position(stroke.high)?)))
            .filter(|(x, _)| (0.0..=1.0).contains(x))
            .map(|(x, y)| (x * columns, y))
            .collect();
        let mut put = |column: f64, position: f64| {
            if (0.0..=1.0).contains(&position) {
                let row = cell_row(position, plot.height);
                buffer[(plot.x + column.round() as u16, plot.y + row)]
                    .set_char(mark.character)
                    .set_style(style);
            }
        };
        if let (Some(before), Some(&(start, _)), Some(&(end, _))) =
            (mark.along, points.first(), points.last())
        {
            let shifted = MARK_SHIFT * (before + 1) % MARK_DISTANCE;
            let columns = (shifted..usize::from(plot.width))
                .step_by(MARK_DISTANCE)
                .map(|column| column as f64);
            let mut columns: Vec<f64> = columns.filter(|column| (start..end).contains(column)).collect();
            if columns.is_empty() {
                columns.push((start + end) / 2.0);
            }
            for column in columns {
                let pair = points
                    .windows(2)
                    .find(|pair| pair[0].0 <= column && column <= pair[1].0);
                if let Some(&[(left, from), (right, to)]) = pair {
                    let share = if right > left {
                        (column - left) / (right - left)
                    } else {
                        0.0
                    };
                    put(column, from + share * (to - from));
                }
            }
        }
        if let Some(&(column, position)) = points.iter().rfind(|(_, y)| (0.0..=1.0).contains(y)) {
            put(column, position);
        }
    }

    fn render_axes(&self, plot: Rect, ticks: &[(f64, String)], area: Rect, buffer: &mut Buffer) {
        for y in plot.top()..plot.bottom() {
            buffer[(plot.x - 1, y)].set_symbol("│").set_style(theme::dim());
        }
        for x in plot.left()..plot.right() {
            buffer[(x, plot.bottom())].set_symbol("─").set_style(theme::dim());
        }
        buffer[(plot.x - 1, plot.bottom())]
            .set_symbol("└")
            .set_style(theme::dim());

        for (tick, label) in ticks {
            let Some(position) = self.y.position(*tick) else {
                continue;
            };
            let y = plot.y + cell_row(position, plot.height);
            buffer[(plot.x - 1, y)].set_symbol("┤");
            let start = plot.x - 1 - label.len() as u16;
            buffer.set_string(start, y, label, theme::dim());
        }
        let mut free_from = area.x;
        let title_at = plot.right().saturating_sub(text::columns(self.x_title) as u16);
        let ticks = self.x.ticks(usize::from(plot.width / 9).max(2));
        for (&tick, label) in ticks.iter().zip(labels(&ticks)) {
            let Some(position) = self.x.position(tick) else {
                continue;
            };
            let x = plot.x + (position * f64::from(plot.width - 1)).round() as u16;
            let start = x.saturating_sub(label.len() as u16 / 2);
            let end = start + label.len() as u16;
            buffer[(x, plot.bottom())].set_symbol("┬");
            if start >= free_from && end <= plot.right() {
                buffer.set_string(start, plot.bottom() + 1, &label, theme::dim());
                free_from = end + 1;
            }
        }
        if free_from <= title_at {
            buffer.set_string(title_at, plot.bottom() + 1, self.x_title, theme::dim());
        }
    }

    fn render_legend(&self, plot: Rect, buffer: &mut Buffer) {
        let all = self.backdrop.iter().chain(&self.series);
        let named: Vec<(&str, &Series)> = all.filter_map(|series| Some((series.name?, series))).collect();
        let name_width = named
            .iter()
            .map(|(name, _)| text::columns(name))
            .max()
            .unwrap_or(0);
        // The line, a space, the name, and a space before the edge.
        let width = (SAMPLE + name_width + 2) as u16;
        let rows = named.len() as u16;
        if plot.height < rows + 3 || plot.width < 2 * width {
            return;
        }
        // Bounds rise, so the lower right is the free corner.
        let top = plot.bottom() - 1 - rows;
        for (y, (name, series)) in (top..).zip(named) {
            let x = plot.right() - width;
            let sample = series.pattern.sample();
            buffer.set_string(x, y, sample, Style::new().fg(series.colour));
            if let Some(mark) = series.mark.filter(|mark| mark.along.is_some()) {
                buffer[(x + SAMPLE as u16 / 2, y)]
                    .set_char(mark.character)
                    .set_style(Style::new().fg(series.colour).patch(theme::strong()));
            }
            buffer.set_string(
                x + SAMPLE as u16,
                y,
                format!(" {name}"),
                Style::new().fg(Color::Reset),
            );
        }
    }
}

/// Shows the cells in which a series has `dots`, with the dots of all lines `together`.
fn show(together: &[u8], dots: &[u8], colour: Color, plot: Rect, buffer: &mut Buffer) {
    let cells = plot.positions().zip(together).zip(dots);
    for ((position, &together), _) in cells.filter(|(_, dots)| **dots != 0) {
        buffer[position].set_char(braille(together)).set_fg(colour);
    }
}

/// The dots of one series, four rows and two columns a cell.
struct Grid {
    /// Columns of dots.
    columns: usize,
    /// Rows of dots.
    rows: usize,
    dots: Vec<u8>,
    pattern: Pattern,
    /// The dot that the line came to, and how many there were before it.
    last: Option<(usize, usize)>,
    length: usize,
}

/// Points of a line in one column of dots, as positions in the plot.
#[derive(Clone, Copy)]
struct Column {
    low: f64,
    high: f64,
    /// The middles of the first and the last of them, where the line comes and goes on.
    first: (f64, f64),
    last: (f64, f64),
}

impl Grid {
    fn new(plot: Rect, pattern: Pattern) -> Self {
        Self {
            columns: usize::from(plot.width) * DOT_COLUMNS,
            rows: usize::from(plot.height) * DOT_ROWS,
            dots: vec![0; plot.area() as usize],
            pattern,
            last: None,
            length: 0,
        }
    }

    /// Points that share a column of dots are one stroke, from the lowest to the highest, which the line through them covers: a run
    /// has thousands of points, of which a screen has room for hundreds.
    fn draw(&mut self, strokes: &[Stroke], x_axis: Axis, y_axis: Axis) {
        let mut columns: Vec<Option<Column>> = Vec::new();
        for stroke in strokes {
            let Some(x) = x_axis.position(stroke.x) else {
                continue;
            };
            let (Some(low), Some(high)) = (y_axis.position(stroke.low), y_axis.position(stroke.high)) else {
                columns.push(None);
                continue;
            };
            let middle = (x, (low + high) / 2.0);
            match columns.last_mut() {
                Some(Some(column)) if self.is_one_column(column.first.0, x) => {
                    (column.low, column.high) = (column.low.min(low), column.high.max(high));
                    column.last = middle;
                }
                _ => columns.push(Some(Column {
                    low,
                    high,
                    first: middle,
                    last: middle,
                })),
            }
        }
        let mut previous: Option<Column> = None;
        for column in columns {
            if let (Some(from), Some(to)) = (&previous, &column) {
                self.connect(from.last, to.first);
            }
            if let Some(Column {
                low,
                high,
                first,
                last,
            }) = column
            {
                // As the line goes, so that a broken one is broken as it would be.
                let (from, to) = if last.1 > first.1 {
                    (low, high)
                } else {
                    (high, low)
                };
                self.connect((first.0, from), (first.0, to));
            }
            previous = column;
        }
    }

    /// Whether two positions within the plot share a column of dots.
    fn is_one_column(&self, a: f64, b: f64) -> bool {
        let is_within = |x: f64| (0.0..=1.0).contains(&x);
        is_within(a) && is_within(b) && self.dot_column(a) == self.dot_column(b)
    }

    /// The column of dots at which a horizontal position lies.
    fn dot_column(&self, position: f64) -> usize {
        (position.clamp(0.0, 1.0) * (self.columns - 1) as f64).round() as usize
    }

    /// The part of a straight line that lies within the plot; positions are 0 and 1 at its edges.
    fn connect(&mut self, from: (f64, f64), to: (f64, f64)) {
        let Some((from, to)) = clipped(from, to) else {
            return;
        };
        let dot = |(x, y): (f64, f64)| (self.dot_column(x) as f64, dot_row(y, self.rows) as f64);
        let (from, to) = (dot(from), dot(to));
        let count = (to.0 - from.0).abs().max((to.1 - from.1).abs()).max(1.0) as usize;
        for step in 0..=count {
            let share = step as f64 / count as f64;
            let between = |a: f64, b: f64| (a + (b - a) * share).round() as usize;
            self.set(between(from.0, to.0), between(from.1, to.1));
        }
    }

    /// The next dot of the line, where its pattern has one.
    fn set(&mut self, column: usize, row: usize) {
        if self.last.replace((column, row)) != Some((column, row)) {
            self.length += 1;
        }
        if self.pattern.is_drawn(self.length - 1) {
            let cell = row / DOT_ROWS * (self.columns / DOT_COLUMNS) + column / DOT_COLUMNS;
            self.dots[cell] |= DOTS[row % DOT_ROWS][column % DOT_COLUMNS];
        }
    }
}

/// The part of a line between two points that lies between 0 and 1 in both directions; none if it is wholly outside.
fn clipped(from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    let turned = |(x, y): (f64, f64)| (y, x);
    let (from, to) = clipped_above_and_below(from, to)?;
    let (from, to) = clipped_above_and_below(turned(from), turned(to))?;
    Some((turned(from), turned(to)))
}

/// The part that lies between the heights 0 and 1.
fn clipped_above_and_below(from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    if from.1.max(to.1) < 0.0 || from.1.min(to.1) > 1.0 {
        return None;
    }
    let towards = |(x, y): (f64, f64), other: (f64, f64)| {
        let edge = y.clamp(0.0, 1.0);
        if edge == y {
            (x, y)
        } else {
            (x + (other.0 - x) * ((edge - y) / (other.1 - y)), edge)
        }
    };
    Some((towards(from, to), towards(to, from)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::axis::Spacing;
    use super::*;

    fn chart(strokes: Vec<Stroke>) -> Chart {
        Chart {
            backdrop: None,
            series: vec![Series {
                name: Some("test"),
                colour: theme::colours().test,
                pattern: Pattern::Solid,
                mark: None,
                strokes,
            }],
            x: Axis {
                start: 1.0,
                end: 5_000.0,
                spacing: Spacing::Logarithmic,
            },
            y: Axis {
                start: -200.0,
                end: -100.0,
                spacing: Spacing::Linear,
            },
            x_title: "samples",
            cursor: None,
            changes: Vec::new(),
        }
    }

    fn drawn(chart: &Chart, width: u16, height: u16) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        chart.render(buffer.area, &mut buffer);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(row).collect()
    }

    #[test]
    fn axes_carry_round_numbers_and_the_title() {
        let rows = drawn(
            &chart(vec![Stroke::at(1.0, -200.0), Stroke::at(1_000.0, -100.0)]),
            60,
            12,
        );
        assert!(rows[0].starts_with("  -100┤"), "{rows:#?}");
        assert!(rows[9].starts_with("  -200┤"), "{rows:#?}");
        let labels: Vec<&str> = rows[11].split_whitespace().collect();
        assert_eq!(labels, ["1", "10", "100", "1k", "samples"], "{rows:#?}");
        assert!(rows.iter().any(|row| row.contains("⠒⠒⠒⠒⠒ test")));
    }

    #[test]
    fn lines_that_meet_keep_their_dots_and_cover_the_backdrop() {
        let level = |y, colour| Series {
            name: None,
            colour,
            ..chart(vec![Stroke::at(1.0, y), Stroke::at(5_000.0, y)]).series[0].clone()
        };
        let band = Series {
            strokes: (0..=200)
                .map(|step| Stroke {
                    x: 5_000_f64.powf(f64::from(step) / 200.0),
                    low: -120.0,
                    high: -100.0,
                })
                .collect(),
            ..level(0.0, theme::colours().minibatch)
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 12));
        let meeting = Chart {
            backdrop: Some(band),
            // The fifth and the sixth of 40 rows of dots: the upper two of the second row of cells.
            series: vec![
                level(-110.3, theme::colours().train),
                level(-112.8, theme::colours().test),
            ],
            ..chart(Vec::new())
        };
        meeting.render(buffer.area, &mut buffer);
        let of = |colour| buffer.content.iter().filter(move |cell| cell.fg == colour);
        assert!(
            of(theme::colours().test)
                .any(|cell| cell.symbol() == "⠶" || cell.symbol() == "⠛" || cell.symbol() == "⣤")
        );
        assert!(of(theme::colours().train).next().is_none());
        assert!(of(theme::colours().minibatch).any(|cell| cell.symbol() == "⣿"));
    }

    #[test]
    fn hostile_numbers_and_sizes_draw_something_or_nothing() {
        let hostile = [f64::NAN, f64::INFINITY, -f64::INFINITY, 0.0, -5.0, 1e300];
        let strokes = hostile.iter().flat_map(|&x| {
            hostile.iter().map(move |&y| Stroke {
                x,
                low: y,
                high: -150.0,
            })
        });
        let chart = chart(strokes.collect());
        for width in [0, 1, 14, 15, 40] {
            for height in [0, 1, 3, 4, 20] {
                drawn(&chart, width, height);
            }
        }
    }

    #[test]
    fn a_line_outside_the_range_leaves_the_plot() {
        let points = [(1.0, -250.0), (10.0, -50.0), (100.0, -50.0), (1_000.0, -250.0)];
        let rows = drawn(&chart(points.map(|(x, y)| Stroke::at(x, y)).to_vec()), 60, 12);
        let is_dotted = |row: &str, column: usize| {
            row.chars()
                .nth(column)
                .is_some_and(|c| ('\u{2801}'..='\u{28ff}').contains(&c))
        };
        // From the crossing at half of the first decade to that of the last the line is above the plot; at both ends it
        // is below.
        let column = |x: f64| 7 + (x.log10() / 5_000_f64.log10() * 52.0).round() as usize;
        for row in &rows[..10] {
            assert!(
                (column(12.0)..column(80.0)).all(|column| !is_dotted(row, column)),
                "{rows:#?}"
            );
            assert!(
                (7..column(1.5)).all(|column| !is_dotted(row, column)),
                "{rows:#?}"
            );
        }
        assert!(
            (0..60).any(|column| is_dotted(&rows[0], column)),
            "it crosses the upper edge: {rows:#?}"
        );
        assert!(
            (0..60).any(|column| is_dotted(&rows[9], column)),
            "and the lower one: {rows:#?}"
        );
    }

    #[test]
    fn a_line_leaves_to_the_sides_and_one_that_ends_inside_ends_there() {
        let mut zoomed = chart(
            [
                (1.0, -150.0),
                (1_000.0, -150.0),
                (1_500.0, -120.0),
                (9_000.0, -120.0),
            ]
            .map(|(x, y)| Stroke::at(x, y))
            .to_vec(),
        );
        (zoomed.x.start, zoomed.x.end, zoomed.x.spacing) = (500.0, 2_000.0, Spacing::Linear);
        let rows = drawn(&zoomed, 60, 12);
        let is_dotted = |row: &str, column: usize| {
            row.chars()
                .nth(column)
                .is_some_and(|c| ('\u{2801}'..='\u{28ff}').contains(&c))
        };
        let of_column =
            |rows: &[String], column| rows[..10].iter().filter(|row| is_dotted(row, column)).count();
        assert!((7..60).all(|column| of_column(&rows, column) > 0), "{rows:#?}");

        let mut ended = zoomed.clone();
        ended.series[0].name = None;
        ended.series[0].strokes.truncate(2);
        let rows = drawn(&ended, 60, 12);
        // It ends at a third of the 53 columns.
        assert!((7..24).all(|column| of_column(&rows, column) == 1), "{rows:#?}");
        assert!((26..60).all(|column| of_column(&rows, column) == 0), "{rows:#?}");
    }

    #[test]
    fn a_place_in_the_plot_is_a_share_of_the_axis() {
        let chart = chart(vec![Stroke::at(1.0, -150.0)]);
        let area = Rect::new(10, 5, 60, 12);
        let at = |x, y| chart.position(area, Position::new(x, y));
        assert_eq!((at(17, 5), at(69, 14)), (Some(0.0), Some(1.0)));
        for (x, y) in [(16, 5), (70, 5), (17, 4), (17, 15), (0, 0)] {
            assert_eq!(at(x, y), None);
        }
        assert_eq!(chart.position(Rect::new(0, 0, 9, 9), Position::new(8, 1)), None);
    }

    #[test]
    fn marks_tell_lines_apart_on_them_and_in_the_legend() {
        let mut marked = chart(vec![Stroke::at(1.0, -150.0), Stroke::at(5_000.0, -150.0)]);
        marked.series[0].mark = Some(Mark {
            character: 'x',
            along: Some(0),
        });
        let rows = drawn(&marked, 60, 12);
        assert!(rows.iter().any(|row| row.contains("⠒⠒x⠒⠒ test")), "{rows:#?}");
        let on_line = rows.iter().filter(|row| !row.contains("test"));
        assert!(
            on_line.map(|row| row.matches('x').count()).sum::<usize>() >= 3,
            "{rows:#?}"
        );
    }

    #[test]
    fn labels_are_never_cut() {
        let mut close = chart(vec![Stroke::at(1.0, -104.31), Stroke::at(1_000.0, -104.27)]);
        (close.y.start, close.y.end) = (-104.32, -104.26);
        let rows = drawn(&close, 60, 12);
        let labels: Vec<&str> = rows
            .iter()
            .filter_map(|row| Some(row.split_once('┤')?.0.trim()))
            .collect();
        assert_eq!(labels, ["-104.26", "-104.28", "-104.30", "-104.32"], "{rows:#?}");
    }

    proptest! {
        #[test]
        fn a_spike_of_one_point_reaches_its_height(points in 2_usize..3_000, at in 0.0_f64..1.0) {
            let spike = (at * points as f64) as usize;
            let strokes = (0..points).map(|i| {
                let x = 1.0 + 999.0 * i as f64 / points as f64;
                Stroke::at(x, if i == spike { -200.0 } else { -110.0 })
            });
            let rows = drawn(&chart(strokes.collect()), 60, 12);
            let bottom = rows[9].chars().skip(7).any(|c| ('\u{2801}'..='\u{28ff}').contains(&c));
            prop_assert!(bottom || rows[9].contains('━'), "{rows:#?}");
        }

        /// Points closer than dots are drawn as if each were drawn by itself.
        #[test]
        fn dense_points_draw_what_each_of_them_would(
            points in proptest::collection::vec((-0.2_f64..1.2, -0.3_f64..1.3, 0.0_f64..0.4), 0..400),
        ) {
            let mut points = points;
            points.sort_by(|a, b| a.0.total_cmp(&b.0));
            let axis = Axis { start: 0.0, end: 1.0, spacing: Spacing::Linear };
            let plot = Rect::new(0, 0, 20, 6);
            let strokes: Vec<Stroke> = points.iter().map(|&(x, low, more)| Stroke { x, low, high: low + more }).collect();
            let mut together = Grid::new(plot, Pattern::Solid);
            together.draw(&strokes, axis, axis);
            let mut each = Grid::new(plot, Pattern::Solid);
            let middle = |stroke: &Stroke| (stroke.x, (stroke.low + stroke.high) / 2.0);
            for stroke in &strokes {
                each.connect((stroke.x, stroke.high), (stroke.x, stroke.low));
            }
            for pair in strokes.windows(2) {
                each.connect(middle(&pair[0]), middle(&pair[1]));
            }
            prop_assert_eq!(together.dots, each.dots);
        }
    }
}
