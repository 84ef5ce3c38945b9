//! Several runs over one another: which there are, the axis that they share, the cursor on it, and what each run is
//! there.

use crate::data::{Part, short_name};
use crate::language::tr;
use crate::learning::Configuration;
use crate::run::curve::{CurvePoint, HorizontalAxis, bounds, last_decades, value_at};
use crate::session::{Bounds, Comparison, KeptRun};
use crate::tui::widgets::axis::{Axis, Spacing};
use crate::tui::widgets::curve_window::CurveWindow;
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
    (whole.start < whole.end).then(|| looking(comparison).axis(whole))
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

/// What is visible, and where values are read.
fn looking(comparison: &Comparison) -> CurveWindow {
    CurveWindow {
        window: comparison.window,
        cursor: comparison.cursor,
    }
}

impl Comparison {
    /// Looks at the curves otherwise.
    pub fn look(&mut self, change: impl FnOnce(&mut CurveWindow)) {
        let mut looking = looking(self);
        change(&mut looking);
        (self.window, self.cursor) = (looking.window, looking.cursor);
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
    use super::*;

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
