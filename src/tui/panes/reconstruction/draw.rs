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
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::{KIND, geometry};
use crate::explore::reconstruction::Reconstruction;
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::theme;
use crate::tui::widgets::axis::brief_nats;
use crate::tui::widgets::block_image::{BlockImage, Scale};
use crate::tui::widgets::item_caption::ItemCaption;
use crate::tui::workspace::Workspace;

/// Draws the inside of the pane; what is said of the selected image stands in its frame.
pub fn draw(pane: &super::Reconstruction, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let geometry = geometry(area, workspace.data.shape);
    if geometry.columns == 0 {
        return;
    }
    if pane.items.is_empty() {
        Line::styled(tr!("the first images are on their way"), theme::dim()).render(area, buffer);
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
            "{:>1$}",
            brief_nats(reconstruction.terms.lower_bound()),
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
        ItemCaption {
            item: selected.item,
            class: selected.class.as_deref(),
            terms: selected.reconstruction.terms,
            age: workspace.age(pane.samples),
            focused: app.focus.name == KIND.name,
        }
        .render(area, buffer);
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
        BlockImage::of(app, pixels, workspace.data.shape, scale).render(area, buffer);
    }
}
