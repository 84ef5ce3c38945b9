//! Pictures of curves over a logarithmic axis: panels side by side, as PNG and as SVG.

use std::io::Write;
use std::path::Path;
use std::sync::Once;

use anyhow::{Context, anyhow};
use epaint_default_fonts::UBUNTU_LIGHT;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{BoldPoints, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::register_font;

use crate::files::{shown, write_whole};

/// A panel.
pub struct Panel {
    /// What stands above it.
    pub title: String,
    /// What its horizontal axis counts.
    pub axis: &'static str,
    /// Where that axis begins, above 0.
    pub start: f64,
    /// Its lines.
    pub curves: Vec<Curve>,
}

/// A line of a panel.
pub struct Curve {
    /// Its name in the legend; curves of one name are explained once.
    pub name: String,
    /// Its colour.
    pub colour: RGBColor,
    /// Whether it is paler: a training set's beside a test set's.
    pub pale: bool,
    /// Whether it is dashed: the paper's.
    pub dashed: bool,
    /// Places on the axis, and nats per data point.
    pub points: Vec<(f64, f64)>,
    /// Places on the axis with the lowest and the highest of several runs there, between which it is shaded; none of one run.
    pub range: Vec<(f64, [f64; 2])>,
}

/// Pixels of a panel.
const PANEL: (u32, u32) = (400, 330);
/// Pixels of a name in the legend, its line before it, at least.
const NAME: (u32, u32) = (196, 22);
/// Pixels around the legend, and behind a name of it.
const MARGIN: i32 = 12;
/// Pixels of a line in the legend and the space behind it.
const LINE: i32 = 40;
/// The height of the legend's letters.
const LETTERS: i32 = 16;
/// The font's name; readers of an SVG without it take their own.
pub(super) const FONT: &str = "sans-serif";

/// Writes the panels, at most `columns` in a row, to `<stem>.png` and `<stem>.svg`.
///
/// # Errors
/// If a file can't be written.
pub fn write(stem: &Path, panels: &[Panel], columns: usize) -> anyhow::Result<()> {
    register_fonts();
    let columns = columns.min(panels.len()).max(1);
    let rows = panels.len().div_ceil(columns).max(1);
    let width = PANEL.0 * columns as u32;
    let legend = Legend::of(panels, width);
    let size = (width, PANEL.1 * rows as u32 + legend.height());

    let mut pixels = vec![0; 3 * size.0 as usize * size.1 as usize];
    let bitmap = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
    draw(&bitmap, &legend, panels, (rows, columns))?;
    drop(bitmap);
    write_png(&super::file(stem, "png"), &pixels, size)?;

    let mut svg = String::new();
    let vector = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    draw(&vector, &legend, panels, (rows, columns))?;
    drop(vector);
    let path = super::file(stem, "svg");
    write_whole(&path, |file| file.write_all(svg.as_bytes()))
        .with_context(|| format!("{} can't be written", shown(&path)))
}

/// The font that measures and draws text: one that travels in this program, since a server may have none.
pub(super) fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The bytes are a font; without it text would be left out.
        let _ = register_font(FONT, FontStyle::Normal, UBUNTU_LIGHT);
    });
}

/// Writes 24-bit pixels as a PNG file.
pub(super) fn write_png(path: &Path, pixels: &[u8], (width, height): (u32, u32)) -> anyhow::Result<()> {
    let written = write_whole(path, |file| {
        let mut encoder = png::Encoder::new(file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(pixels)?;
        writer.finish()?;
        anyhow::Ok(())
    });
    written.with_context(|| format!("{} can't be written", shown(path)))
}

fn draw<B: DrawingBackend>(
    canvas: &DrawingArea<B, Shift>,
    legend: &Legend<'_>,
    panels: &[Panel],
    (rows, columns): (usize, usize),
) -> anyhow::Result<()> {
    canvas.fill(&WHITE).map_err(drawing)?;
    let (above, below) = canvas.split_vertically(legend.height());
    legend.draw(&above)?;
    for (panel, area) in panels.iter().zip(below.split_evenly((rows, columns))) {
        draw_panel(&area, panel)?;
    }
    canvas.present().map_err(drawing)
}

/// A picture in memory can't fail for want of a disk, so what is wrong is the drawing itself.
fn drawing<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> anyhow::Error {
    anyhow!("the picture can't be drawn: {error}")
}

/// What the lines are: every name once, with a piece of its line.
struct Legend<'a> {
    names: Vec<&'a Curve>,
    /// Pixels of a column, which the longest name fits into.
    column: u32,
    a_row: usize,
}

impl<'a> Legend<'a> {
    fn of(panels: &'a [Panel], width: u32) -> Self {
        let mut names: Vec<&Curve> = Vec::new();
        for curve in panels.iter().flat_map(|panel| &panel.curves) {
            if names.iter().all(|other| other.name != curve.name) {
                names.push(curve);
            }
        }
        let column = names
            .iter()
            .map(|curve| taken_by(&curve.name))
            .fold(NAME.0, u32::max);
        Self {
            names,
            column,
            a_row: (width / column).max(1) as usize,
        }
    }

    fn height(&self) -> u32 {
        NAME.1 * self.names.len().div_ceil(self.a_row) as u32 + MARGIN as u32
    }

    fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> anyhow::Result<()> {
        for (index, curve) in self.names.iter().enumerate() {
            let x = (self.column as usize * (index % self.a_row)) as i32 + MARGIN;
            let y = (NAME.1 as usize * (index / self.a_row)) as i32 + 18;
            let sample = vec![(x, y), (x + 34, y)];
            if curve.dashed {
                area.draw(&DashedPathElement::new(sample, 5, 4, curve.style()))
                    .map_err(drawing)?;
            } else {
                area.draw(&PathElement::new(sample, curve.style()))
                    .map_err(drawing)?;
            }
            let text = (FONT, LETTERS).into_font().color(&BLACK);
            area.draw(&Text::new(curve.name.clone(), (x + LINE, y - 8), text))
                .map_err(drawing)?;
        }
        Ok(())
    }
}

/// Pixels that a name takes in the legend, its line before it and the space behind it; none where the font can't measure it.
fn taken_by(name: &str) -> u32 {
    let measured = (FONT, LETTERS).into_font().box_size(name);
    measured.map_or(0, |(width, _)| (MARGIN + LINE + MARGIN) as u32 + width)
}

/// The most ticks of a vertical axis.
const NATS_TICKS: usize = 7;

fn nats_ticks(bottom: f64, top: f64) -> Vec<f64> {
    RangedCoordf64::from(bottom..top).key_points(BoldPoints(NATS_TICKS))
}

/// The fewest decimals with which every tick is written as it is, so that no two look the same.
fn decimals(ticks: &[f64]) -> usize {
    let is_exact = |decimals: i32| {
        let scale = 10_f64.powi(decimals);
        ticks
            .iter()
            .all(|tick| ((tick * scale).round() / scale - tick).abs() <= 1e-9 * tick.abs().max(1.0))
    };
    (0..6).find(|&decimals| is_exact(decimals)).unwrap_or(6) as usize
}

fn draw_panel<B: DrawingBackend>(area: &DrawingArea<B, Shift>, panel: &Panel) -> anyhow::Result<()> {
    let Some((bottom, top)) = range(panel) else {
        return Ok(());
    };
    let points = panel.curves.iter().flat_map(|curve| &curve.points);
    let end = points.map(|&(x, _)| x).fold(panel.start * 10.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(&panel.title, (FONT, 18))
        .margin(8)
        .x_label_area_size(40)
        .y_label_area_size(52)
        .build_cartesian_2d((panel.start..end).log_scale(), bottom..top)
        .map_err(drawing)?;
    let decimals = decimals(&nats_ticks(bottom, top));
    chart
        .configure_mesh()
        .x_labels(5)
        .y_labels(NATS_TICKS)
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .x_label_formatter(&|x| format!("{x:e}"))
        .y_label_formatter(&|nats| format!("{nats:.decimals$}"))
        .x_desc(panel.axis)
        .label_style((FONT, 14))
        .draw()
        .map_err(drawing)?;
    for curve in &panel.curves {
        let edge = |(x, values): &(f64, [f64; 2]), which: usize| (*x, values[which].clamp(bottom, top));
        let inside = curve.range.iter().filter(|(x, _)| *x >= panel.start);
        let lowest = inside.clone().map(|place| edge(place, 0));
        let highest = inside.rev().map(|place| edge(place, 1));
        let outline: Vec<(f64, f64)> = lowest.chain(highest).collect();
        if outline.len() > 2 {
            let shade = curve.colour.mix(0.18).filled();
            chart
                .draw_series([Polygon::new(outline, shade)])
                .map_err(drawing)?;
        }
    }
    for curve in &panel.curves {
        for stretch in within(&curve.points, panel.start, (bottom, top)) {
            if curve.dashed {
                let line = DashedLineSeries::new(stretch, 5, 4, curve.style());
                chart.draw_series(line).map_err(drawing)?;
            } else {
                chart
                    .draw_series(LineSeries::new(stretch, curve.style()))
                    .map_err(drawing)?;
            }
        }
    }
    Ok(())
}

impl Curve {
    fn style(&self) -> ShapeStyle {
        let strength = if self.pale { 0.45 } else { 1.0 };
        self.colour.mix(strength).stroke_width(2)
    }
}

/// The values that a panel shows: all but the lowest tenth, where curves only begin.
fn range(panel: &Panel) -> Option<(f64, f64)> {
    let points = panel.curves.iter().flat_map(|curve| &curve.points);
    let mut values: Vec<f64> = points
        .filter(|(x, value)| *x >= panel.start && value.is_finite())
        .map(|&(_, value)| value)
        .collect();
    values.sort_by(f64::total_cmp);
    let (lowest, highest) = (*values.get(values.len() / 10)?, *values.last()?);
    let room = (0.05 * (highest - lowest)).max(0.5);
    Some((lowest - room, highest + room))
}

/// The stretches of a line that lie in the panel, cut off where it leaves.
fn within(points: &[(f64, f64)], start: f64, (bottom, top): (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let inside = |&(x, value): &(f64, f64)| x >= start && (bottom..=top).contains(&value);
    let mut stretches: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut previous: Option<(f64, f64)> = None;
    for &point in points {
        let came_from_inside = previous.as_ref().is_some_and(inside);
        match (came_from_inside, inside(&point)) {
            (true, true) => stretches
                .last_mut()
                .into_iter()
                .for_each(|stretch| stretch.push(point)),
            (false, true) => {
                let entry = previous.and_then(|previous| crossing(previous, point, start, (bottom, top)));
                stretches.push(entry.into_iter().chain([point]).collect());
            }
            (true, false) => {
                let exit = previous.and_then(|previous| crossing(point, previous, start, (bottom, top)));
                stretches
                    .last_mut()
                    .into_iter()
                    .for_each(|stretch| stretch.extend(exit));
            }
            (false, false) => {}
        }
        previous = Some(point);
    }
    stretches.retain(|stretch| stretch.len() > 1);
    stretches
}

/// Where the line from a point outside to one inside enters the panel; none where it comes from the left of it.
fn crossing(
    outside: (f64, f64),
    inside: (f64, f64),
    start: f64,
    (bottom, top): (f64, f64),
) -> Option<(f64, f64)> {
    let edge = if outside.1 < bottom { bottom } else { top };
    let share = (edge - inside.1) / (outside.1 - inside.1);
    let x = (inside.0.ln() + share * (outside.0.ln() - inside.0.ln())).exp();
    (outside.0 >= start && x.is_finite()).then_some((x, edge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_leaves_the_panel() {
        let points = [(1e5, -300.0), (1e6, -100.0), (1e7, -100.0), (1e8, -300.0)];
        let stretches = within(&points, 1e5, (-200.0, -50.0));
        assert_eq!(stretches.len(), 1);
        let line = &stretches[0];
        assert_eq!((line.len(), line[1], line[2]), (4, points[1], points[2]));
        assert!((line[0].0.log10() - 5.5).abs() < 1e-9 && line[0].1 == -200.0);
        assert!((line[3].0.log10() - 7.5).abs() < 1e-9 && line[3].1 == -200.0);
        assert!(within(&points[..1], 1e5, (-200.0, -50.0)).is_empty());
    }

    #[test]
    fn no_two_ticks_look_the_same() {
        for (bottom, top) in [
            (-18.2, -16.9),
            (-200.0, -90.0),
            (-104.31, -104.27),
            (1.0, 1_500.0),
        ] {
            let ticks = nats_ticks(bottom, top);
            let decimals = decimals(&ticks);
            let labels: Vec<String> = ticks.iter().map(|tick| format!("{tick:.decimals$}")).collect();
            assert!(
                ticks.len() > 2 && labels.windows(2).all(|pair| pair[0] != pair[1]),
                "{labels:?}"
            );
        }
        assert_eq!(decimals(&[-17.0, -17.5, -18.0]), 1);
    }

    #[test]
    fn no_name_of_the_legend_reaches_the_next_one() {
        register_fonts();
        let curve = |name: &str| Curve {
            name: name.into(),
            colour: RED,
            pale: false,
            dashed: false,
            points: Vec::new(),
            range: Vec::new(),
        };
        let names = ["vae", "iwae-50-two-layers, published"];
        let panel = Panel {
            title: String::new(),
            axis: "",
            start: 0.0,
            curves: names.map(curve).into(),
        };
        let legend = Legend::of(std::slice::from_ref(&panel), 2 * PANEL.0);
        let (width, _) = (FONT, LETTERS).into_font().box_size(names[1]).unwrap();
        assert!(LINE as u32 + width > NAME.0, "a long name is long");
        assert!(legend.column > LINE as u32 + width);
        assert!(legend.a_row as u32 * legend.column <= 2 * PANEL.0);
    }

    #[test]
    fn both_pictures_are_written_and_carry_their_titles() {
        let folder = tempfile::tempdir().unwrap();
        let stem = folder.path().join("figure");
        let panel = |title: &str| Panel {
            title: title.into(),
            axis: "training points seen",
            start: 1e5,
            curves: vec![
                Curve {
                    name: "AEVB test".into(),
                    colour: RED,
                    pale: false,
                    dashed: false,
                    points: vec![(1e5, -150.0), (1e6, -120.0), (1e7, -100.0)],
                    range: vec![
                        (1e5, [-155.0, -145.0]),
                        (1e6, [-126.0, -114.0]),
                        (1e7, [-104.0, -96.0]),
                    ],
                },
                Curve {
                    name: "paper".into(),
                    colour: RED,
                    pale: true,
                    dashed: true,
                    points: vec![(2e5, -150.0), (1e7, -104.0)],
                    range: Vec::new(),
                },
            ],
        };
        write(
            &stem,
            &[panel("MNIST, N_z = 3"), panel("MNIST, N_z = 20"), panel("none")],
            2,
        )
        .unwrap();
        let svg = std::fs::read_to_string(stem.with_extension("svg")).unwrap();
        assert!(svg.contains("MNIST, N_z = 20") && svg.contains("AEVB test") && svg.contains("1e6"));
        let file = std::fs::File::open(stem.with_extension("png")).unwrap();
        let mut reader = png::Decoder::new(std::io::BufReader::new(file))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(
            (info.width, info.height),
            (2 * PANEL.0, 2 * PANEL.1 + NAME.1 + 12)
        );
        let red = pixels
            .chunks_exact(3)
            .filter(|pixel| *pixel == [255, 0, 0])
            .count();
        assert!(red > 200, "a line is drawn: {red} red pixels");
        let shaded = pixels.chunks_exact(3).filter(|pixel| {
            // Red on white, with 18 % of its strength.
            pixel[0] == 255 && (205..=212).contains(&pixel[1]) && pixel[1] == pixel[2]
        });
        let shaded = shaded.count();
        assert!(shaded > 1_000, "a range is shaded: {shaded} pale pixels");
    }
}
