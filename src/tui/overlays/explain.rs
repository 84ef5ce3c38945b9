//! What the numbers of a pane mean: each with its unit, its formula, and where the paper has it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::{said, tr};
use crate::tui::panes::{Explanation, Kind};
use crate::tui::{text, theme};

/// Columns of the frame.
const WIDTH: u16 = 84;
/// Columns that the text stands in.
const INDENT: &str = "  ";

/// Draws what is said of the numbers of a pane, scrolled down by `first` lines, of which the last stay on the screen.
pub fn render(kind: &Kind, first: usize, area: Rect, buffer: &mut Buffer) {
    let title = tr!("{pane}: what the numbers mean", pane = said(kind.heading));
    let hint = tr!("↑ ↓ scroll, Esc close");
    // The frame takes four columns and two rows.
    let lines = lines(kind, usize::from(WIDTH.min(area.width).saturating_sub(4)));
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let inside = super::frame(&title, hint, WIDTH, height, area, buffer);
    let shown = usize::from(inside.height);
    let first = first.min(lines.len().saturating_sub(shown));
    let shown: Vec<Line> = lines.into_iter().skip(first).take(shown).collect();
    Paragraph::new(shown).render(inside, buffer);
}

/// Lines that the explanations of a pane have at any width, at most: scrolling further shows nothing new.
pub fn length(kind: &Kind) -> usize {
    lines(kind, 16).len()
}

/// A paragraph for each number, in lines of so many columns.
fn lines(kind: &Kind, width: usize) -> Vec<Line<'static>> {
    if kind.explains.is_empty() {
        return vec![Line::styled(
            tr!("no number of this pane needs words"),
            theme::dim(),
        )];
    }
    let mut lines = Vec::new();
    for explanation in kind.explains {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(paragraph(explanation, width));
    }
    lines
}

fn paragraph(explanation: &Explanation, width: usize) -> Vec<Line<'static>> {
    let Explanation {
        name,
        unit,
        equation,
        source,
        text,
    } = explanation;
    let unit = match *unit {
        "" => String::new(),
        unit => format!("  [{}]", said(unit)),
    };
    let mut lines = vec![Line::from(vec![
        Span::styled(said(name), theme::selected()),
        Span::styled(unit, theme::dim()),
    ])];
    let room = width.saturating_sub(INDENT.len());
    let indented = |line: String| format!("{INDENT}{line}");
    if !equation.is_empty() {
        let equation = text::wrapped(equation, room).into_iter().map(indented);
        lines.extend(equation.map(|line| Line::styled(line, theme::strong())));
    }
    lines.extend(
        text::wrapped(said(text), room)
            .into_iter()
            .map(indented)
            .map(Line::raw),
    );
    if !source.is_empty() {
        let source = text::wrapped(said(source), room).into_iter().map(indented);
        lines.extend(source.map(|line| Line::styled(line, theme::dim())));
    }
    lines
}
