//! Several runs over one another: which there are, the axis that they share, the cursor on it, and what each run is
//! there.

use crate::data::{Part, short_name};
use crate::language::tr;
use crate::learning::Configuration;
use crate::run::curve::{CurvePoint, HorizontalAxis, bounds, last_decades, value_at};
use crate::session::{Bounds, Comparison, KeptRun};
use crate::tui::widgets::axis::{Axis, Spacing};
use crate::tui::workspace::Workspace;

/// A run whose curve is shown.
pub struct ComparedRun<'a> {
    /// Its name.
    pub name: String,
    /// What it computes.
    pub configuration: &'a Configuration,
    evaluations: &'a [CurvePoint],
}

/// The open run, then the ones that it is compared with.
pub fn runs<'a>(workspace: &'a Workspace, comparison: &'a Comparison) -> Vec<ComparedRun<'a>> {
    let open = ComparedRun {
        name: tr!("{name} (open)", name = name(workspace)),
        configuration: &workspace.progress.configuration,
        evaluations: &workspace.progress.log.evaluations,
    };
    let kept = comparison.runs.iter().map(|run| ComparedRun {
        name: run.name.clone(),
        configuration: &run.configuration,
        evaluations: &run.evaluations,
    });
    std::iter::once(open).chain(kept).collect()
}

/// The open run as it is now, to be kept; none before it was measured.
pub fn keep(workspace: &Workspace) -> Option<KeptRun> {
    let evaluations = workspace.progress.log.evaluations.clone();
    (!evaluations.is_empty()).then(|| KeptRun {
        name: name(workspace),
        configuration: workspace.progress.configuration.clone(),
        evaluations,
    })
}

/// What the open run is called: its file, or what it trains.
fn name(workspace: &Workspace) -> String {
    let file = workspace.path.as_deref().and_then(|path| path.file_stem());
    file.map_or_else(
        || {
            let Configuration { data, latent, .. } = &workspace.progress.configuration;
            format!("{}-{latent}d", short_name(data))
        },
        |stem| stem.to_string_lossy().into_owned(),
    )
}

impl ComparedRun<'_> {
    /// Its curve on one part of the data.
    pub fn points(&self, against: HorizontalAxis, part: Part) -> Vec<(f64, f64)> {
        bounds(self.evaluations, against, part)
    }
}

impl Bounds {
    /// The parts of the data whose curves are drawn.
    pub fn parts(self) -> &'static [Part] {
        match self {
            Self::Test => &[Part::Test],
            Self::Train => &[Part::Train],
            Self::Both => &Part::BOTH,
        }
    }

    /// What is shown next.
    pub fn next(self) -> Self {
        match self {
            Self::Test => Self::Train,
            Self::Train => Self::Both,
            Self::Both => Self::Test,
        }
    }
}

/// The smallest part of the axis that can be looked at.
const SMALLEST_WINDOW: f64 = 1.0 / 256.0;

/// The visible part of the axis that all runs share; none before any of them was measured.
pub fn axis(runs: &[ComparedRun], comparison: &Comparison, logarithmic: bool) -> Option<Axis> {
    let curves = runs.iter().map(|run| run.points(comparison.against, Part::Test));
    let (start, end) = last_decades(curves.flatten().map(|(x, _)| x))?;
    let whole = if logarithmic {
        Axis {
            start,
            end,
            spacing: Spacing::Logarithmic,
        }
    } else {
        Axis {
            start: 0.0,
            end,
            spacing: Spacing::Linear,
        }
    };
    let (start, end) = comparison.window;
    (whole.start < whole.end).then(|| Axis {
        start: whole.value(start),
        end: whole.value(end),
        ..whole
    })
}

/// What lies on the axis of a curve, with the points at which it enters and leaves.
pub fn within(points: &[(f64, f64)], axis: Axis) -> Vec<(f64, f64)> {
    let edge = |x| reading(points, axis, x).map(|bound| (x, bound));
    let inside = points
        .iter()
        .copied()
        .filter(|(x, _)| axis.start < *x && *x < axis.end);
    edge(axis.start)
        .into_iter()
        .chain(inside)
        .chain(edge(axis.end))
        .collect()
}

/// The value of a curve at `x`, as it is drawn on `axis`.
pub fn reading(points: &[(f64, f64)], axis: Axis, x: f64) -> Option<f64> {
    let scale = match axis.spacing {
        Spacing::Linear => |x| x,
        Spacing::Logarithmic => f64::ln,
    };
    value_at(points, x, scale)
}

impl Comparison {
    /// Moves the cursor by a fraction of what is visible; at an edge the window moves along.
    pub fn move_cursor(&mut self, by: f64) {
        let (start, end) = self.window;
        // Without what rounding adds, steps to and fro end where they began.
        let to = ((self.cursor + by) * 1e6).round() / 1e6;
        self.cursor = to.clamp(0.0, 1.0);
        let width = end - start;
        let start = (start + (to - self.cursor) * width).clamp(0.0, 1.0 - width);
        self.window = (start, start + width);
    }

    /// Shows `factor` times as much of the axis; what is under the cursor stays there where it can.
    pub fn zoom(&mut self, factor: f64) {
        let (start, end) = self.window;
        let width = end - start;
        let at = start + self.cursor * width;
        let width = (factor * width).clamp(SMALLEST_WINDOW, 1.0);
        let start = (at - self.cursor * width).clamp(0.0, 1.0 - width);
        self.window = (start, start + width);
        self.cursor = ((at - start) / width).clamp(0.0, 1.0);
    }

    /// Takes the selected run away, unless it is the open one.
    pub fn remove_selected(&mut self) -> Option<KeptRun> {
        let index = self.selected.checked_sub(1)?;
        let removed = (index < self.runs.len()).then(|| self.runs.remove(index));
        self.selected = self.selected.min(self.runs.len());
        removed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_under_the_cursor_stays_there_through_any_zoom(moves in prop::collection::vec((-0.3_f64..0.3, 0.2_f64..4.0), 1..30)) {
            let mut comparison = Comparison::default();
            let place = |c: &Comparison| c.window.0 + c.cursor * (c.window.1 - c.window.0);
            for (by, factor) in moves {
                comparison.move_cursor(by);
                let before = place(&comparison);
                comparison.zoom(factor);
                prop_assert!((place(&comparison) - before).abs() < 1e-9);
                prop_assert_eq!(comparison.clone().checked(), comparison.clone());
            }
        }
    }

    #[test]
    fn the_window_follows_the_cursor_beyond_its_edge() {
        let mut comparison = Comparison::default();
        comparison.move_cursor(-0.5);
        comparison.zoom(0.5);
        assert_eq!((comparison.window, comparison.cursor), ((0.25, 0.75), 0.5));
        comparison.move_cursor(0.75);
        assert_eq!((comparison.window, comparison.cursor), ((0.375, 0.875), 1.0));
        comparison.move_cursor(9.0);
        assert_eq!((comparison.window, comparison.cursor), ((0.5, 1.0), 1.0));
    }

    #[test]
    fn a_curve_is_cut_where_it_leaves_the_axis() {
        let points = [(10.0, -30.0), (1_000.0, -10.0)];
        let axis = |spacing| Axis {
            start: 100.0,
            end: 2_000.0,
            spacing,
        };
        let close = |a: &[(f64, f64)], b: &[(f64, f64)]| {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| (a.0 - b.0).abs() < 1e-6 && (a.1 - b.1).abs() < 1e-6)
        };
        let cut = within(&points, axis(Spacing::Logarithmic));
        assert!(close(&cut, &[(100.0, -20.0), (1_000.0, -10.0)]), "{cut:?}");
        let cut = within(&points, axis(Spacing::Linear));
        let at_100 = -30.0 + 20.0 * 90.0 / 990.0;
        assert!(close(&cut, &[(100.0, at_100), (1_000.0, -10.0)]), "{cut:?}");
        assert_eq!(reading(&points, axis(Spacing::Linear), 1_001.0), None);
    }
}
