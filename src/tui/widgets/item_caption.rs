//! What is known of the selected item, on the lower edge of its pane's frame.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::objective::BoundTerms;
use crate::tui::{text, theme};

/// An item, its class and its bound.
#[derive(Clone, Debug)]
pub struct ItemCaption<'a> {
    /// Its place in its part.
    pub item: usize,
    /// The name of its class, where the data has labels.
    pub class: Option<&'a str>,
    /// The terms of its bound in nats.
    pub terms: BoundTerms,
    /// When that was true, if that is long ago.
    pub age: Option<String>,
    /// Whether its pane has the focus.
    pub focused: bool,
}

impl ItemCaption<'_> {
    /// Draws the caption on the edge below `inside`, the inside of the frame.
    pub fn render(&self, inside: Rect, buffer: &mut Buffer) {
        let class = self
            .class
            .map_or(String::new(), |class| format!(" ({})", text::printable(class)));
        let terms = self.terms;
        let mut caption = Line::from(vec![
            Span::styled(format!(" #{}{class} ", self.item), theme::plain_text()),
            Span::styled(
                format!(
                    "ELBO {:.1} = {:.1} - KL {:.1} ",
                    terms.lower_bound(),
                    terms.reconstruction,
                    terms.kl
                ),
                if self.focused {
                    Style::new().fg(theme::colours().accent)
                } else {
                    theme::dim()
                },
            ),
        ]);
        if let Some(age) = &self.age {
            caption.push_span(Span::styled(format!("{age} "), theme::dim()));
        }
        let edge = Rect {
            x: inside.x + 1,
            y: inside.bottom(),
            width: inside.width.saturating_sub(2),
            height: 1,
        };
        caption.render(edge.intersection(buffer.area), buffer);
    }
}
