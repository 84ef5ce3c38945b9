//! How the anomalies are drawn.
//!
//! ```text
//! test items by -ELBO, the most unusual first                    1-21 of 10000
//! 143 of them above 172.4 nats, which 99 % of the training items don't reach   AUROC of 4: 0.93
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! 7!213▲ 7 97   …     class, or place, and score of each; an exclamation mark above the threshold
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Anomalies, Geometry, KIND, Scoring};
use crate::explore::browse::BrowsedItem;
use crate::language::{said, tr};
use crate::tui::app::App;
use crate::tui::widgets::axis::{brief_nats, short};
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::item_caption::ItemCaption;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane; what is said of the selected item stands in its frame.
pub fn draw(pane: &Anomalies, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = pane.geometry(workspace, area);
    render_heading(pane, workspace, &geometry, buffer);
    let length = geometry.page();
    let places = pane.places(length);
    // While numbers come in, the ranking is always ahead of the page.
    let is_ranking = pane.scoring().is_some_and(Scoring::is_under_way);
    let page = pane
        .page
        .as_ref()
        .filter(|page| page.part == pane.part && (page.places == places || is_ranking));
    let Some(page) = page.filter(|page| !page.items.is_empty()) else {
        let body = Rect {
            y: area.y.saturating_add(2),
            height: area.height.saturating_sub(2),
            ..area
        };
        return Line::styled(tr!("the items are on their way"), theme::dim()).render(body, buffer);
    };
    let selected = (page.places == places).then(|| pane.place() - pane.first(length));
    render_items(pane, app, page.items.as_slice(), selected, &geometry, buffer);
    if let Some(found) = selected.and_then(|selected| page.items.get(selected)) {
        let samples = pane.scoring().and_then(|scoring| scoring.samples);
        ItemCaption {
            item: found.item,
            class: found.class.as_deref(),
            terms: found.terms,
            age: samples.and_then(|samples| workspace.age(samples)),
            focused: app.focus.name == KIND.name,
        }
        .render(area, buffer);
    }
}

fn render_heading(pane: &Anomalies, workspace: &Workspace, geometry: &Geometry, buffer: &mut Buffer) {
    let area = geometry.heading;
    let verdict = pane.verdict();
    let (all, length) = (verdict.ranked.len(), geometry.page());
    let first = pane.first(length);
    let places = match length.min(all - first.min(all)) {
        0 => String::new(),
        count => tr!(
            "{first}-{last} of {all}",
            first = first + 1,
            last = first + count,
            all = all
        ),
    };
    let part = said(pane.part.name());
    let score = pane.score.words();
    let what = if pane.from_best {
        tr!(
            "{part} items by {score}, the least unusual first",
            part = part,
            score = score
        )
    } else {
        tr!(
            "{part} items by {score}, the most unusual first",
            part = part,
            score = score
        )
    };
    let style = theme::strong();
    render_between(&what, &places, style, line(area, 0), buffer);

    let share = short(100.0 * pane.quantile());
    let above = match (verdict.threshold, pane.scoring()) {
        (Some(threshold), _) => tr!(
            "{count} ({part} %) above {threshold} nats, the threshold of {share} % of the training items",
            count = verdict.above,
            part = format_args!("{:.1}", 100.0 * verdict.above as f64 / all.max(1) as f64),
            threshold = format_args!("{threshold:.1}"),
            share = share
        ),
        (None, Some(scoring)) if scoring.is_stopped => tr!("broken off: g scores all of them").into(),
        (None, scoring) => tr!(
            "scored {share} %, Ctrl-G stops",
            share = format_args!("{:.0}", 100.0 * scoring.map_or(0.0, Scoring::share))
        ),
    };
    let class = pane.odd_class.map(usize::from);
    let found = match (
        class.and_then(|class| workspace.data.classes.get(class)),
        verdict.auroc,
    ) {
        (Some(class), Some(area)) => tr!(
            "AUROC of {class}: {area}",
            class = text::printable(&class.name),
            area = format_args!("{area:.3}")
        ),
        (Some(class), None) => tr!("no AUROC of {class}", class = text::printable(&class.name)),
        (None, _) => String::new(),
    };
    render_between(&above, &found, theme::plain_text(), line(area, 1), buffer);
}

/// A line of an area.
fn line(area: Rect, row: u16) -> Rect {
    Rect {
        y: area.y + row.min(area.height),
        height: area.height.saturating_sub(row).min(1),
        ..area
    }
}

/// Words at the left of a line, and others at its right.
fn render_between(left: &str, right: &str, style: ratatui::style::Style, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(text::columns(right) + 1);
    Line::from(vec![
        Span::styled(text::padded(left, room), style),
        Span::styled(format!(" {right}"), theme::dim()),
    ])
    .render(area, buffer);
}

fn render_items(
    pane: &Anomalies,
    app: &App,
    items: &[BrowsedItem],
    selected: Option<usize>,
    geometry: &Geometry,
    buffer: &mut Buffer,
) {
    let score = |item: usize| pane.scoring()?.score_of(item, pane.score);
    let threshold = pane.verdict().threshold;
    let shares: Vec<Vec<f32>> = items
        .iter()
        .map(|found| {
            let surprise = pane.surprises.iter().find(|surprise| surprise.item == found.item);
            surprise.map_or(Vec::new(), |surprise| surprise.shares())
        })
        .collect();
    let nothing = || Labelled {
        values: &[],
        scale: Scale::Values,
        label: String::new(),
    };
    let mut pictures = Vec::new();
    for (index, found) in items.iter().enumerate() {
        pictures.push(Labelled {
            values: &found.values,
            scale: Scale::Values,
            label: label(
                found,
                score(found.item),
                threshold,
                usize::from(geometry.grid.image_columns),
            ),
        });
        if geometry.per_item == 2 {
            pictures.push(Labelled {
                values: &shares[index],
                scale: Scale::Difference,
                label: tr!("surprise").into(),
            });
        }
        if (index + 1).is_multiple_of(geometry.columns().max(1)) {
            pictures.extend((0..geometry.left_over()).map(|_| nothing()));
        }
    }
    let selected = selected.map(|selected| geometry.picture_of(selected));
    geometry.grid.render(app, pictures.into_iter(), selected, buffer);
}

/// The class of an item, or its place where there are no classes, a mark if it lies above the threshold, and its score.
fn label(found: &BrowsedItem, score: Option<f64>, threshold: Option<f64>, columns: usize) -> String {
    let is_above = score
        .zip(threshold)
        .is_some_and(|(score, threshold)| score > threshold);
    let mark = if is_above { "!" } else { " " };
    let score = score.map_or(String::new(), |score| format!("{mark}{}", brief_nats(score)));
    let name = match &found.class {
        Some(class) => text::printable(class).into_owned(),
        None => format!("#{}", found.item),
    };
    let room = columns.saturating_sub(text::columns(&score));
    text::cut(&(text::padded(&name, room) + &score), columns).into_owned()
}
