//! The help: the table of keys, and two sentences on what is seen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::{said, tr};
use crate::learning::settings::{Choice, Setting, find};
use crate::tui::command::keymap::Keymap;
use crate::tui::command::{self, Command};
use crate::tui::{text, theme};

/// What is seen, in a few sentences each: a heading and the text below it.
pub const EXPLANATIONS: [(&str, &str); 19] = [
    (
        "ELBO",
        "The lower bound of log p(x), in nats per data point: higher is better. It is the reconstruction term (how \
         probable the image is, decoded from its own latent vector) less the KL term (how far the posterior q(z|x) \
         is from the prior).",
    ),
    (
        "Curve",
        "Orange is the mean of the minibatches since the last evaluation, with every minibatch dim behind it; green \
         is the test set. What lies outside the range is not drawn.",
    ),
    (
        "Estimators A and B",
        "Both estimate the ELBO from posterior samples. B has the KL term in closed form and so varies less; the spread \
         of the last minibatches stands behind ± in the training pane.",
    ),
    (
        "AEVB and Wake-Sleep",
        "AEVB raises one bound with encoder and decoder together. Wake-Sleep teaches the decoder on data and the encoder \
         on images that the decoder dreams up; its bound is measured in the same way.",
    ),
    (
        "Monte Carlo EM",
        "MCEM has no encoder: a Markov chain (HMC, ten leapfrog steps a move, tuned to 90 % acceptance) samples the posterior \
         of every training image, and the decoder makes five updates with the samples. Its orange curve is log p(x, z) of \
         the chains; the bound of test images is that of the Gaussian with the moments of chains of their own.",
    ),
    (
        "log p(x)",
        "m estimates the marginal likelihood of 100 test images, with standard errors: IW by importance weights of the \
         posterior, D by HMC samples of it (the paper's appendix D, fewer than 5 latent dimensions), AIS by annealing from \
         the prior. Where they differ AIS is the one to trust; the lower bound lies below.",
    ),
    (
        "Gaussian variance",
        "It is never below that of rounding to 256 levels, so that a pixel that is always the same can't send the density to \
         infinity.",
    ),
    (
        "Numbers",
        "I explains every number of the pane with the focus: what it is, its unit, its formula, and where the paper has it.",
    ),
    (
        "Traversal",
        "One latent dimension moves from -3 to 3, the rest stay. The dimension with the largest KL term carries most \
         and stands first; a dead one (the variance of its posterior mean is at most 0.01) changes nothing. v shows draws from \
         the prior in their place (figure 5), or the plane of the first two dimensions (figure 4).",
    ),
    (
        "Reconstruction",
        "Test images above, what the model makes of their posterior means in the middle, the difference below: \
         orange is too bright, blue too dark.",
    ),
    (
        "Points",
        "All panes share a point, A, and another, B. Enter makes what is under the cursor A, O makes it B, ' gives it a name, ] and \
         [ mark the item as one that has an attribute and as one that lacks it. u undoes any of it.",
    ),
    (
        "Mouse",
        "A press gives the focus and selects what is under it; on what is selected it is Enter. The wheel scrolls, the slider is dragged. \
         The terminal selects text while Shift is held; M leaves the mouse to it.",
    ),
    (
        "Layout",
        "From 100 x 30 on three panes stand beside one another. Ctrl and the arrows, or dragging a border, make the one with the focus larger \
         or smaller; layout.place-right and its like in the palette put it elsewhere. It is kept for the next start.",
    ),
    (
        "Samples",
        "What the model makes up: z = t eps from the prior, mu(x) + t sigma(x) eps from where training items x lie, z + t eps around A, \
         with eps from N(0, I) and the temperature t. w puts the nearest training item below each, by Euclidean distance.",
    ),
    (
        "Edit",
        "An attribute is the mean of the posterior means of items that have it, less that of items that lack it: two classes (i), or the \
         marked items (x). A strength of 1 adds the whole difference to A; several are added at once.",
    ),
    (
        "Manifold",
        "The plane of two latent dimensions through A, as equal parts of the prior (figure 4). w writes where items lie as letters of \
         their classes; the green bar is the picture nearest to A.",
    ),
    (
        "Interpolation",
        "From A to B. The curve is L(decode(z)) in nats: what is decoded there, encoded again, and its lower bound. Where it falls, the \
         way leads through what the model itself finds unlikely.",
    ),
    (
        "The paper",
        "Where figure 2 has a curve for the same data, method and number of latent dimensions, p draws it dashed. \
         `vae-tui reproduce figure2` (to figure5) trains, draws and judges a whole figure; its runs open here.",
    ),
    (
        "Comparison",
        "The curves of this run, of runs kept with b and of saved sessions over one another; the cursor reads every run \
         where it stands, and the last column is the difference to the selected one. They are saved with the session.",
    ),
];

/// Columns of the keys of a command.
const KEYS: usize = 18;

/// What stands above the likelihoods.
pub const LIKELIHOODS: &str = "Likelihoods: the distribution p(x|z) of every value, which a new run chooses";

/// Columns of the help with its frame, on a wide screen.
const WIDTH: u16 = 84;

/// Draws the help, scrolled down by `first` lines, but not beyond its last page.
pub fn render(keymap: &Keymap, first: usize, area: Rect, buffer: &mut Buffer) {
    let inside = super::frame(
        tr!("Help"),
        tr!("↑ ↓ scroll, Esc close"),
        WIDTH,
        area.height,
        area,
        buffer,
    );
    let lines = lines(keymap, inside.width.into());
    let last = lines.len().saturating_sub(inside.height.into());
    let shown = lines.into_iter().skip(first.min(last));
    Paragraph::new(shown.collect::<Vec<_>>()).render(inside, buffer);
}

/// The whole help in lines of so many columns.
fn lines(keymap: &Keymap, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for scope in command::scopes() {
        let (heading, commands) = keymap.of_scope(scope);
        lines.push(Line::styled(said(heading), theme::selected()));
        for command in commands {
            lines.extend(lines_of(keymap, command, width));
        }
        lines.push(Line::default());
    }
    for (word, explanation) in EXPLANATIONS {
        lines.push(Line::styled(said(word), theme::selected()));
        lines.extend(text::wrapped(said(explanation), width).into_iter().map(Line::raw));
        lines.push(Line::default());
    }
    lines.push(Line::styled(said(LIKELIHOODS), theme::selected()));
    for choice in likelihoods() {
        let name = format!("  {}: ", choice.name);
        let room = width.saturating_sub(text::columns(&name));
        for (row, what) in text::wrapped(said(&choice.help), room).into_iter().enumerate() {
            let word = if row == 0 { &*name } else { "" };
            let word = Span::styled(text::padded(word, text::columns(&name)), theme::strong());
            lines.push(Line::from(vec![word, Span::raw(what)]));
        }
    }
    lines
}

/// The keys of a command and what it does; what has no key goes by its name in the palette, on a line by itself where that is long.
fn lines_of(keymap: &Keymap, command: &Command, width: usize) -> Vec<Line<'static>> {
    let keys = match keymap.label(command) {
        none if none.is_empty() => format!("{}{}", keymap.label_of("palette"), command.name),
        keys => keys,
    };
    let mut what = text::wrapped(said(command.help), width.saturating_sub(KEYS));
    if text::columns(&keys) > KEYS - 3 {
        what.insert(0, String::new());
    }
    let line = |(row, what): (usize, String)| {
        let keys = if row == 0 { &*keys } else { "" };
        let keys = Span::styled(format!("  {}", text::padded(keys, KEYS - 2)), theme::strong());
        Line::from(vec![keys, Span::raw(what)])
    };
    what.into_iter().enumerate().map(line).collect()
}

/// The likelihoods, each with what it is for.
fn likelihoods() -> &'static [Choice] {
    find("likelihood").map_or(&[], Setting::choices)
}

/// The first line of the help's last page, on a screen of this size.
pub fn last_page(keymap: &Keymap, area: Rect) -> usize {
    let inside = WIDTH.min(area.width).saturating_sub(4);
    let height = usize::from(area.height.saturating_sub(2));
    lines(keymap, inside.into()).len().saturating_sub(height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Choose;
    use crate::model::Likelihood;

    #[test]
    fn every_likelihood_is_explained_within_reach() {
        let area = Rect::new(0, 0, 84, 30);
        let mut shown = String::new();
        let last = last_page(&Keymap::default(), area);
        for first in (0..last).step_by(20).chain([last]) {
            let mut buffer = Buffer::empty(area);
            render(&Keymap::default(), first, area, &mut buffer);
            shown.extend(buffer.content.iter().map(|cell| cell.symbol()));
        }
        for choice in Likelihood::choices() {
            assert!(shown.contains(&format!("  {}: ", choice.name)), "{}", choice.name);
            // The first words of what it is for stand in the same line.
            let beginning: String = choice.help.chars().take(15).collect();
            assert!(shown.contains(&beginning), "{beginning}");
        }
    }
}
