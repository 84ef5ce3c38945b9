//! How the log is drawn.
//!
//! ```text
//!      0  0:00  training goes on
//!   1.2k  0:01  learning-rate 0.001 -> 0.0005
//!   2.0k  0:02  test -120.31 = -100.31 - KL 20.00   train -122.31
//! /rate
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use super::Log;
use super::lines::{LineKind, LogLine, found, lines};
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::panes::training::clock;
use crate::tui::widgets::axis::short;
use crate::tui::workspace::Workspace;
use crate::tui::{text, theme};

/// Draws the inside of the pane.
pub fn draw(pane: &Log, _app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let has_search = pane.is_writing || !pane.search.value().is_empty();
    let height = area.height.saturating_sub(u16::from(has_search));
    let searched = pane.search.value();
    let all = found(lines(&workspace.progress.log), searched);
    let end = all.len().saturating_sub(pane.below);
    let shown = &all[end.saturating_sub(usize::from(height))..end];
    let width = usize::from(area.width);
    let mut text: Vec<Line> = shown.iter().map(|line| row(line, width)).collect();
    if text.is_empty() {
        let nothing = if has_search {
            tr!("no line says that")
        } else {
            tr!("nothing happened yet: space starts training")
        };
        text.push(Line::styled(nothing, theme::dim()));
    }
    Paragraph::new(text).render(Rect { height, ..area }, buffer);
    if has_search {
        let mut line = Line::from(Span::styled("/", theme::selected()));
        if pane.is_writing {
            line.spans.extend(pane.search.spans(width.saturating_sub(1)));
        } else {
            line.push_span(text::printable(searched).into_owned());
            line.push_span(Span::styled(
                match all.len() {
                    1 => tr!("  1 line").to_owned(),
                    count => tr!("  {count} lines", count = count),
                },
                theme::dim(),
            ));
        }
        let bottom = Rect {
            y: area.bottom().saturating_sub(1),
            height: area.height.min(1),
            ..area
        };
        line.render(bottom, buffer);
    }
}

fn row(line: &LogLine, width: usize) -> Line<'static> {
    let seconds = line.seconds.map_or(String::new(), clock);
    let when = format!("{:>7} {seconds:>8}  ", short(line.samples as f64));
    let style = match line.kind {
        LineKind::Measured => Style::new().fg(theme::colours().test),
        LineKind::Done => theme::plain_text(),
        LineKind::Warned => Style::new().fg(theme::colours().bad),
    };
    let words = text::cut(&line.words, width.saturating_sub(text::columns(&when))).into_owned();
    Line::from(vec![Span::styled(when, theme::dim()), Span::styled(words, style)])
}
