//! How the canvas is drawn.
//!
//! ```text
//! a brush of 3 pixels, 5 rounds                              ELBO -98.1 = -75.2 - KL 22.9
//! ┌────────┐  ┌────┐ ┌────┐
//! │ canvas │  │    │ │    │   what comes back of it, and what was filled in
//! └────────┘  └────┘ └────┘
//! the training items that are most like it
//! ▄▄ ▄▄ ▄▄ ▄▄ ▄▄
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::{Canvas, Draw, ROUNDS, geometry};
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::widgets::block_image::Scale;
use crate::tui::widgets::picture_grid::Labelled;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Draw, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let Some(canvas) = &pane.canvas else {
        return;
    };
    let geometry = geometry(area, workspace.data.shape);
    render_heading(pane, canvas, geometry.heading, buffer);
    let shown = canvas.shown();
    let (x, y) = canvas.brush;
    let picture = |values, scale, label: &str| Labelled {
        values,
        scale,
        label: label.to_owned(),
    };
    let under = format!("{x},{y}: {:.2}", canvas.value());
    let on_canvas = picture(shown.as_slice(), Scale::Values, &under);
    geometry
        .canvas
        .render(app, std::iter::once(on_canvas), None, buffer);
    render_brush(canvas, geometry.canvas.picture(0), buffer);

    let mut pictures = Vec::new();
    if let Some(restored) = pane.restored() {
        pictures.push(picture(
            &restored.reconstruction.output,
            Scale::Values,
            tr!("reconstruction"),
        ));
        // The newest question matters more where only one of the two has room.
        if canvas.hidden.contains(&true) {
            let place = if geometry.pictures.page() > 1 { 1 } else { 0 };
            pictures.insert(place, picture(&restored.filled, Scale::Values, tr!("filled in")));
        }
    }
    geometry.pictures.render(app, pictures.into_iter(), None, buffer);

    Line::styled(tr!("the training items that are most like it"), theme::dim())
        .render(geometry.words, buffer);
    let similar = pane.similar.iter().map(|found| Labelled {
        values: &found.values,
        scale: Scale::Values,
        label: match &found.class {
            Some(class) => format!("{} #{}", text::printable(class), found.item),
            None => format!("#{}", found.item),
        },
    });
    geometry.similar.render(app, similar, None, buffer);
}

/// Marks the brush on the canvas: where it is in an image, and else below the value that it is on.
fn render_brush(canvas: &Canvas, picture: Rect, buffer: &mut Buffer) {
    let picture = picture.intersection(buffer.area);
    if picture.is_empty() {
        return;
    }
    let (columns, rows) = canvas.size();
    let place = |place: usize, count: usize, cells: u16| {
        // The cell in which the middle of a pixel lies.
        let cell = (2 * place + 1) * usize::from(cells) / (2 * count.max(1));
        (cell as u16).min(cells - 1)
    };
    let x = picture.x + place(canvas.brush.0, columns, picture.width);
    let y = if canvas.is_image() {
        picture.y + place(canvas.brush.1, rows, picture.height)
    } else {
        picture.bottom() - 1
    };
    buffer[(x, y)].set_char('┼').set_style(theme::selected());
}

fn render_heading(pane: &Draw, canvas: &Canvas, area: Rect, buffer: &mut Buffer) {
    let rounds = ROUNDS[pane.rounds.min(ROUNDS.len() - 1)];
    let hidden = canvas.hidden.iter().filter(|&&hidden| hidden).count();
    let mut words = tr!("a brush of {size}", size = 2 * pane.reach + 1);
    if hidden > 0 {
        words += &match hidden {
            1 => tr!(", 1 value hidden").to_owned(),
            count => tr!(", {count} values hidden", count = count),
        };
        words += &match rounds {
            1 => tr!(", filled in in one round").to_owned(),
            count => tr!(", filled in over {count} rounds", count = count),
        };
    }
    let terms = pane.restored().map(|restored| restored.reconstruction.terms);
    let bound = terms.map_or(String::new(), |terms| {
        let (bound, reconstruction, kl) = (terms.lower_bound(), terms.reconstruction, terms.kl);
        format!("ELBO {bound:.1} = {reconstruction:.1} - KL {kl:.1}")
    });
    let room = usize::from(area.width).saturating_sub(text::columns(&bound) + 1);
    Line::from(vec![
        Span::styled(text::padded(&words, room), theme::strong()),
        Span::styled(format!(" {bound}"), theme::dim()),
    ])
    .render(area, buffer);
}
