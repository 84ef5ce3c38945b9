//! How the tour is drawn: a box below everything else.
//!
//! ```text
//! ╭ Tour 3/8: Compress and restore ──────────╮
//! │ Above, items that it was not trained on… │
//! │ ▶ g shows others                         │
//! ╰──── Esc skip, Backspace back, F1 end ────╯
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Padding, Paragraph, Widget};

use super::Tour;
use crate::language::{filled, said, tr};
use crate::tui::app::App;
use crate::tui::{command, text, theme};

/// The smallest part of the screen that is left to everything else.
const LEAST_ABOVE: u16 = 8;
/// Columns and rows of the frame with its padding.
const FRAME: (u16, u16) = (4, 2);
/// The most columns of a line, beyond which it is hard to read.
const WIDEST: u16 = 100;

/// Divides an area: above, everything else; below, as much of the tour's box as there is room for, once there is something to be
/// shown.
pub fn divide(app: &App, area: Rect) -> (Rect, Rect) {
    let Some(tour) = app.tour.as_ref().filter(|_| app.workspace().is_some()) else {
        return (area, Rect { height: 0, ..area });
    };
    let (text, task) = lines(app, tour, area.width);
    let wanted = (text.len() + task.len()) as u16 + FRAME.1;
    let rows = wanted.min(area.height.saturating_sub(LEAST_ABOVE));
    let above = Rect {
        height: area.height - rows,
        ..area
    };
    let below = Rect {
        y: above.bottom(),
        height: rows,
        ..area
    };
    (above, below)
}

/// What the step says, and what it asks for, in lines of the width that there is.
fn lines(app: &App, tour: &Tour, width: u16) -> (Vec<String>, Vec<String>) {
    let width = usize::from(width.min(WIDEST).saturating_sub(FRAME.0));
    let key = |name: &str| {
        let command = command::named(name);
        let key = command.and_then(|command| app.keymap.keys(command).first());
        // What has no key of its own is found in the palette.
        key.map_or_else(|| format!(":{name}"), |key| key.name())
    };
    let (numbers, latent) = app.workspace().map_or((0, 0), |workspace| {
        let latent = workspace.progress.configuration.latent_dimensions();
        (workspace.data.shape.numbers(), latent)
    });
    let step = tour.step();
    let said_of_step = filled(
        step.text,
        &[
            ("numbers", &numbers),
            ("latent", &latent),
            ("new", &key("run.new")),
            ("panes", &key("pane.choose")),
            ("palette", &key("palette")),
        ],
    );
    let task = filled(step.task, &[("key", &key(step.command))]);
    (
        text::wrapped(&said_of_step, width),
        text::wrapped(&format!("▶ {task}"), width),
    )
}

/// Draws the box; where it has too little room, what is asked for stays.
pub fn render(app: &App, tour: &Tour, area: Rect, buffer: &mut Buffer) {
    if area.height <= FRAME.1 {
        return;
    }
    let (mut text, task) = lines(app, tour, area.width);
    let area = Rect {
        width: area.width.min(WIDEST),
        ..area
    };
    Clear.render(area, buffer);
    let title = tr!(
        "Tour {number}/{of}: {title}",
        number = tour.number(),
        of = super::STEPS.len(),
        title = said(tour.step().title)
    );
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme::selected())
        .title(format!(" {title} "))
        .title_bottom(Line::from(format!(" {} ", tr!("Esc skip, Backspace back, F1 end"))).right_aligned())
        .padding(Padding::horizontal(1));
    let inside = block.inner(area);
    block.render(area, buffer);
    text.truncate(usize::from(inside.height).saturating_sub(task.len()));
    let text = text.into_iter().map(Line::raw);
    let task = task.into_iter().map(|line| Line::styled(line, theme::selected()));
    Paragraph::new(text.chain(task).collect::<Vec<_>>()).render(inside, buffer);
}
