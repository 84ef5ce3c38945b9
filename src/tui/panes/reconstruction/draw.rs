//! How the reconstruction pane is drawn.
//!
//! ```text
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄    input
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄    reconstruction
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄    difference
//! -98 -87 …         lower bound of each
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{KIND, geometry};
use crate::explore::reconstruction::Reconstruction;
use crate::run::protocol::ItemReconstruction;
use crate::tui::app::App;
use crate::tui::theme;
use crate::tui::widgets::block_image::{BlockImage, Scale};
use crate::tui::workspace::Workspace;

/// Draws the inside of the pane; what is said of the selected image stands in its frame.
pub fn draw(pane: &super::Reconstruction, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape);
    if geometry.columns == 0 {
        return;
    }
    if pane.items.is_empty() {
        Line::styled("the first images are on their way", theme::dim()).render(area, buffer);
    }
    let shown = app.selection.images.iter().take(geometry.page()).enumerate();
    for (index, found) in shown.filter_map(|(index, &item)| Some((index, pane.of(item)?))) {
        let reconstruction = &found.reconstruction;
        let (column, row) = (
            (index % geometry.columns) as u16,
            (index / geometry.columns) as u16,
        );
        let x = area.x + column * (geometry.image_columns + 1);
        let y = area.y + row * geometry.group_rows;
        let cell = Rect {
            x,
            y,
            width: geometry.image_columns,
            height: geometry.image_rows,
        };
        render_group(app, workspace, reconstruction, cell, buffer);
        let selected = index == app.selection.selected_image;
        let bound = format!(
            "{:>1$.0}",
            reconstruction.terms.lower_bound(),
            usize::from(cell.width.min(5))
        );
        let style = if selected { theme::selected() } else { theme::dim() };
        let marker = if selected { "▲" } else { " " };
        let line = Rect {
            y: y + 3 * geometry.image_rows,
            height: 1,
            ..cell
        };
        Line::styled(format!("{bound}{marker}"), style).render(line.intersection(area), buffer);
    }
    let selected = app.selection.images.get(app.selection.selected_image);
    if let Some(selected) = selected.and_then(|&item| pane.of(item)) {
        render_caption(app, selected, workspace.age(pane.samples), area, buffer);
    }
}

/// Input, reconstruction and difference, one above the other.
fn render_group(app: &App, workspace: &Workspace, group: &Reconstruction, cell: Rect, buffer: &mut Buffer) {
    let rows = [
        (&group.input, Scale::Values),
        (&group.output, Scale::Values),
        (&group.difference, Scale::Difference),
    ];
    for (row, (pixels, scale)) in rows.into_iter().enumerate() {
        let area = Rect {
            y: cell.y + row as u16 * cell.height,
            ..cell
        };
        BlockImage {
            values: pixels,
            shape: workspace.data.shape,
            scale,
            depth: app.depth,
            glyphs: app.glyphs,
        }
        .render(area, buffer);
    }
}

/// What is known of the selected image, on the lower edge of the frame.
fn render_caption(
    app: &App,
    selected: &ItemReconstruction,
    age: Option<String>,
    area: Rect,
    buffer: &mut Buffer,
) {
    let image = selected.item;
    let label = selected
        .class
        .as_ref()
        .map_or(String::new(), |class| format!(" ({class})"));
    let terms = selected.reconstruction.terms;
    let mut caption = Line::from(vec![
        Span::styled(format!(" #{image}{label} "), theme::plain_text()),
        Span::styled(
            format!(
                "ELBO {:.1} = {:.1} - KL {:.1} ",
                terms.lower_bound(),
                terms.reconstruction,
                terms.kl
            ),
            if app.focus.name == KIND.name {
                Style::new().fg(theme::colours().accent)
            } else {
                theme::dim()
            },
        ),
    ]);
    if let Some(age) = age {
        caption.push_span(Span::styled(format!("{age} "), theme::dim()));
    }
    let edge = Rect {
        x: area.x + 1,
        y: area.bottom(),
        width: area.width.saturating_sub(2),
        height: 1,
    };
    caption.render(edge.intersection(buffer.area), buffer);
}
