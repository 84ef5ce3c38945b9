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
//! What lies outside the vertical range is drawn at its edge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::axis::{Axis, labels};
use crate::tui::theme;

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
    /// Whether it is drawn with gaps.
    pub dashed: bool,
    /// A character at its end, to tell it from others.
    pub mark: Option<char>,
    /// Its points, in order.
    pub strokes: Vec<Stroke>,
}

/// A chart.
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
}

/// Columns of dots that a dash is long, and the gap after it.
const DASH: usize = 3;
/// Dots of a braille cell.
const DOT_COLUMNS: usize = 2;
const DOT_ROWS: usize = 4;
const DOTS: [[u8; DOT_COLUMNS]; DOT_ROWS] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
/// Columns for the labels of the vertical axis, and the axis itself.
const LABELS: u16 = 7;

/// The row of dots, from the top of `rows` rows of cells, at which a vertical position lies.
fn dot_row(position: f64, rows: usize) -> usize {
    ((1.0 - position.clamp(0.0, 1.0)) * (rows * DOT_ROWS - 1) as f64).round() as usize
}

impl Chart {
    /// Draws the chart; an area too small for a plot is left alone.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.width < LABELS + 8 || area.height < 4 {
            return;
        }
        let plot = Rect {
            x: area.x + LABELS,
            y: area.y,
            width: area.width - LABELS,
            height: area.height - 2,
        };
        self.render_axes(area, plot, buffer);
        self.render_cursor(plot, buffer);
        let drawn = |series: &Series| {
            let mut grid = Grid::new(plot, series.dashed);
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
            self.render_mark(series, plot, buffer);
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

    fn render_mark(&self, series: &Series, plot: Rect, buffer: &mut Buffer) {
        let Some((mark, last)) = series.mark.zip(series.strokes.last()) else {
            return;
        };
        if let (Some(x), Some(y)) = (self.x.position(last.x), self.y.position(last.high)) {
            let column = (x.clamp(0.0, 1.0) * f64::from(plot.width - 1)).round() as u16;
            let row = (dot_row(y, usize::from(plot.height)) / DOT_ROWS) as u16;
            buffer[(plot.x + column, plot.y + row)]
                .set_char(mark)
                .set_style(Style::new().fg(series.colour).patch(theme::strong()));
        }
    }

    fn render_axes(&self, area: Rect, plot: Rect, buffer: &mut Buffer) {
        for y in plot.top()..plot.bottom() {
            buffer[(plot.x - 1, y)].set_symbol("│").set_style(theme::dim());
        }
        for x in plot.left()..plot.right() {
            buffer[(x, plot.bottom())].set_symbol("─").set_style(theme::dim());
        }
        buffer[(plot.x - 1, plot.bottom())]
            .set_symbol("└")
            .set_style(theme::dim());

        let ticks = self.y.ticks(usize::from(plot.height / 2).clamp(2, 8));
        for (&tick, label) in ticks.iter().zip(labels(&ticks)) {
            let Some(position) = self.y.position(tick) else {
                continue;
            };
            let y = plot.y + (dot_row(position, usize::from(plot.height)) / DOT_ROWS) as u16;
            buffer[(plot.x - 1, y)].set_symbol("┤");
            let label = format!("{label:>0$.0$}", usize::from(LABELS) - 1);
            buffer.set_string(area.x, y, label, theme::dim());
        }
        let mut free_from = area.x;
        let title_at = plot.right().saturating_sub(self.x_title.len() as u16);
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
        let named: Vec<(&str, Color, bool)> = all
            .filter_map(|series| Some((series.name?, series.colour, series.dashed)))
            .collect();
        let width = named
            .iter()
            .map(|(name, ..)| name.len() as u16 + 3)
            .max()
            .unwrap_or(0);
        if plot.height < named.len() as u16 + 3 || plot.width < 2 * width {
            return;
        }
        // Bounds rise, so the lower right is the free corner.
        let top = plot.bottom() - 1 - named.len() as u16;
        for (y, (name, colour, dashed)) in (top..).zip(named) {
            let x = plot.right() - width;
            buffer.set_string(x, y, if dashed { "╍ " } else { "━ " }, Style::new().fg(colour));
            buffer.set_string(x + 2, y, name, Style::new().fg(Color::Reset));
        }
    }
}

/// Shows the cells in which a series has `dots`, with the dots of all lines `together`.
fn show(together: &[u8], dots: &[u8], colour: Color, plot: Rect, buffer: &mut Buffer) {
    let cells = plot.positions().zip(together).zip(dots);
    for ((position, &together), _) in cells.filter(|(_, dots)| **dots != 0) {
        if let Some(symbol) = char::from_u32(0x2800 + u32::from(together)) {
            buffer[position].set_char(symbol).set_fg(colour);
        }
    }
}

/// The dots of one series, four rows and two columns a cell.
struct Grid {
    /// Columns of dots.
    columns: usize,
    /// Rows of cells.
    rows: usize,
    dots: Vec<u8>,
    dashed: bool,
}

impl Grid {
    fn new(plot: Rect, dashed: bool) -> Self {
        Self {
            columns: usize::from(plot.width) * DOT_COLUMNS,
            rows: usize::from(plot.height),
            dots: vec![0; plot.area() as usize],
            dashed,
        }
    }

    fn draw(&mut self, strokes: &[Stroke], x_axis: Axis, y_axis: Axis) {
        let mut previous: Option<(usize, usize)> = None;
        for stroke in strokes {
            let Some(x) = x_axis.position(stroke.x).filter(|x| (0.0..=1.0).contains(x)) else {
                continue;
            };
            let (Some(low), Some(high)) = (y_axis.position(stroke.low), y_axis.position(stroke.high)) else {
                previous = None;
                continue;
            };
            let column = (x * (self.columns - 1) as f64).round() as usize;
            let (top, bottom) = (dot_row(high, self.rows), dot_row(low, self.rows));
            for row in top..=bottom {
                self.set(column, row);
            }
            let middle = (top + bottom) / 2;
            if let Some((from_column, from_row)) = previous {
                self.connect((from_column, from_row), (column, middle));
            }
            previous = Some((column, middle));
        }
    }

    /// A straight line between two dots, the later one to the right.
    fn connect(&mut self, from: (usize, usize), to: (usize, usize)) {
        let (columns, rows) = (to.0.saturating_sub(from.0), from.1.abs_diff(to.1));
        let count = columns.max(rows).max(1);
        for step in 0..=count {
            let share = step as f64 / count as f64;
            let between = |a: usize, b: usize| (a as f64 + (b as f64 - a as f64) * share).round() as usize;
            self.set(between(from.0, to.0), between(from.1, to.1));
        }
    }

    fn set(&mut self, column: usize, row: usize) {
        if self.dashed && column % (2 * DASH) >= DASH {
            return;
        }
        let cell = row / DOT_ROWS * (self.columns / DOT_COLUMNS) + column / DOT_COLUMNS;
        self.dots[cell] |= DOTS[row % DOT_ROWS][column % DOT_COLUMNS];
    }
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
                colour: theme::TEST,
                dashed: false,
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
        }
    }

    fn text(chart: &Chart, width: u16, height: u16) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        chart.render(buffer.area, &mut buffer);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(row).collect()
    }

    #[test]
    fn axes_carry_round_numbers_and_the_title() {
        let rows = text(
            &chart(vec![Stroke::at(1.0, -200.0), Stroke::at(1_000.0, -100.0)]),
            60,
            12,
        );
        assert!(rows[0].starts_with("  -100┤"), "{rows:#?}");
        assert!(rows[9].starts_with("  -200┤"), "{rows:#?}");
        let labels: Vec<&str> = rows[11].split_whitespace().collect();
        assert_eq!(labels, ["1", "10", "100", "1k", "samples"], "{rows:#?}");
        assert!(rows.iter().any(|row| row.contains("━ test")));
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
            ..level(0.0, theme::RAW)
        };
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 12));
        let meeting = Chart {
            backdrop: Some(band),
            // The fifth and the sixth of 40 rows of dots: the upper two of the second row of cells.
            series: vec![level(-110.3, theme::TRAIN), level(-112.8, theme::TEST)],
            ..chart(Vec::new())
        };
        meeting.render(buffer.area, &mut buffer);
        let of = |colour| buffer.content.iter().filter(move |cell| cell.fg == colour);
        assert!(
            of(theme::TEST).any(|cell| cell.symbol() == "⠶" || cell.symbol() == "⠛" || cell.symbol() == "⣤")
        );
        assert!(of(theme::TRAIN).next().is_none());
        assert!(of(theme::RAW).any(|cell| cell.symbol() == "⣿"));
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
                text(&chart, width, height);
            }
        }
    }

    proptest! {
        #[test]
        fn a_spike_of_one_point_reaches_its_height(points in 2_usize..3_000, at in 0.0_f64..1.0) {
            let spike = (at * points as f64) as usize;
            let strokes = (0..points).map(|i| {
                let x = 1.0 + 999.0 * i as f64 / points as f64;
                Stroke::at(x, if i == spike { -200.0 } else { -110.0 })
            });
            let rows = text(&chart(strokes.collect()), 60, 12);
            let bottom = rows[9].chars().skip(7).any(|c| ('\u{2801}'..='\u{28ff}').contains(&c));
            prop_assert!(bottom || rows[9].contains('━'), "{rows:#?}");
        }
    }
}
