//! How the canvas is drawn.
//!
//! ```text
//! a brush of 3 pixels, 5 rounds                              ELBO -98.1 = -75.2 - KL 22.9
//! ┌────────┐  ┌────┐ ┌────┐
//! │ canvas │  │    │ │    │   what comes back of it, where the brush and what is hidden are, and the repair
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

    let marks = canvas.marks(pane.reach);
    let mut pictures = vec![picture(marks.as_slice(), Scale::Difference, tr!("brush, hidden"))];
    if let Some(restored) = pane.restored() {
        pictures.push(picture(
            &restored.reconstruction.output,
            Scale::Values,
            tr!("reconstruction"),
        ));
        pictures.push(picture(&restored.filled, Scale::Values, tr!("filled in")));
    }
    // Where not all have room, what comes back says more than where the brush is.
    let hidden = canvas.hidden.iter().any(|&hidden| hidden);
    if geometry.pictures.page() < pictures.len() && pictures.len() == 3 {
        pictures.remove(if hidden { 1 } else { 2 });
    }
    if geometry.pictures.page() == 1 && pictures.len() > 1 {
        pictures.remove(0);
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

fn render_heading(pane: &Draw, canvas: &Canvas, area: Rect, buffer: &mut Buffer) {
    let rounds = ROUNDS[pane.rounds.min(ROUNDS.len() - 1)];
    let hidden = canvas.hidden.iter().filter(|&&hidden| hidden).count();
    let mut words = tr!("a brush of {size}", size = 2 * pane.reach + 1);
    if hidden > 0 {
        words += &tr!(
            ", {hidden} values hidden, filled in in {rounds} rounds",
            hidden = hidden,
            rounds = rounds
        );
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
