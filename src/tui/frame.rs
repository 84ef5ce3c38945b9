//! The whole screen: a function from the state to cells, which changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Gauge, Paragraph, Widget};

use super::app::{App, Notice, Stage, Tone};
use super::command::keys::Key;
use super::command::{self, Scope};
use super::panes::{Kind, Pane};
use super::widgets::axis::short;
use super::workspace::Workspace;
use super::{layout, overlays, text, theme, tour};
use crate::data::short_name;
use crate::language::{self, said, tr};
use crate::learning::Method;
use crate::learning::mcem::Sampling;
use crate::run::State;

/// Draws header, panes, footer and what stands in front of them; changes nothing.
pub fn render(app: &App, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    theme::set(app.theme);
    language::speak(app.language);
    let (area, below) = tour::divide(app, area);
    if let Some(tour) = &app.tour {
        tour::render(app, tour, below, buffer);
    }
    match &app.stage {
        Stage::Loading(what, fraction) => render_loading(what, *fraction, area, buffer),
        Stage::Ready(workspace) => {
            let arrangement = layout::arrange(area, &app.plan, app.focus, app.zoomed);
            render_header(app, workspace, arrangement.header, buffer);
            for (kind, pane) in app.panes() {
                let place = arrangement
                    .panes
                    .iter()
                    .find(|(shown, _)| shown.name == kind.name);
                if let Some(&(_, area)) = place {
                    render_pane(app, workspace, (kind, pane), area, buffer);
                }
            }
            render_hints(app, arrangement.footer, buffer);
        }
    }
    if let Some(overlay) = &app.overlay {
        overlays::render(app, overlay, area, buffer);
    }
    if let Some(notice) = &app.notice {
        render_notice(notice, area, buffer);
    }
    text::mend(buffer);
    app.glyphs.reduce(buffer);
}

fn render_loading(what: &str, fraction: f32, area: Rect, buffer: &mut Buffer) {
    let width = area.width.min(50);
    let middle = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + area.height / 2,
        width,
        height: 1,
    };
    let above = |rows: u16| Rect {
        y: middle.y.saturating_sub(rows).max(area.y),
        ..middle
    };
    // Words on the bar would have its colour behind them.
    for (rows, words, style) in [
        (3, "vae-tui".into(), theme::selected()),
        (1, format!("{what} {:.0} %", 100.0 * fraction), theme::dim()),
    ] {
        Paragraph::new(words)
            .style(style)
            .alignment(Alignment::Center)
            .render(above(rows), buffer);
    }
    Gauge::default()
        .ratio(f64::from(fraction.clamp(0.0, 1.0)))
        .label("")
        .gauge_style(Style::new().fg(theme::colours().accent))
        .use_unicode(true)
        .render(middle, buffer);
}

/// The most columns of the header that the data's name takes, and the fewest that are kept for the file's.
const LONGEST_DATA_NAME: usize = 20;
const LEAST_FILE_NAME: usize = 12;

/// Whether it trains and how fast, in samples per second, and what: the data, the model and the method, in one line; before that
/// the moment that is shown, where that is not the present.
fn render_header(app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
    let progress = &workspace.progress;
    let (symbol, state, colour) = match progress.state {
        State::Running => ("▶", tr!("running"), theme::colours().good),
        State::Paused => ("‖", tr!("paused"), theme::colours().train),
        State::Finished => ("■", tr!("goal reached"), theme::colours().accent),
    };
    let optimizer = progress.configuration.optimizer.title();
    let method = match progress.configuration.method {
        Method::Aevb => format!("AEVB {:?}", progress.configuration.estimator),
        Method::WakeSleep => "Wake-Sleep".into(),
        Method::M2 => "M2".into(),
        method @ Method::FullVb => format!("{} {:?}", method.title(), progress.configuration.estimator),
        Method::Mcem => progress.sampling.map_or("MCEM".into(), |sampling| {
            let Sampling {
                step_size,
                acceptance,
            } = sampling;
            tr!(
                "MCEM accepts {share} % step {step}",
                share = format_args!("{:.0}", 100.0 * acceptance),
                step = format_args!("{step_size:.3}")
            )
        }),
    };
    let name = workspace
        .path
        .as_deref()
        .and_then(|path| path.file_name())
        .map(|name| name.to_string_lossy());
    let mark = if workspace.is_unsaved() { "*" } else { "" };
    let data = text::printable(short_name(&workspace.data.name));
    let data = text::cut_middle(&data, LONGEST_DATA_NAME);
    let model = &workspace.model;
    let rate = short(f64::from(progress.learning_rate));
    let speed = progress
        .samples_per_second()
        .filter(|_| progress.state == State::Running);
    let speed = speed.map_or(String::new(), |speed| format!(" {}/s", short(speed)));
    let attached = workspace.attached.as_ref();
    let attached = attached.map_or(String::new(), |attached| format!(" [{}]", attached.words()));
    let state = format!(" {symbol} {state}{speed}{attached} ");
    let moment = moment_in_words(app, workspace);
    let name = text::printable(name.as_deref().unwrap_or(tr!("not saved yet")));
    // Where there is little room, what is chosen once gives way to the file.
    let ways = [
        format!(" {data} {model}  {method} {optimizer} lr {rate}"),
        format!(" {data}  {method} {optimizer} lr {rate}"),
        format!(" {data}"),
        String::new(),
    ];
    let room = |what: &str| {
        let used = text::columns(&state) + text::columns(&moment) + text::columns(what) + 2 + mark.len();
        usize::from(area.width).saturating_sub(used)
    };
    let least = text::columns(&name).min(LEAST_FILE_NAME);
    let what = ways
        .iter()
        .find(|what| room(what) >= least)
        .map_or("", String::as_str);
    let name = text::cut_middle(&name, room(what));
    let line = Line::from(vec![
        Span::styled(state, Style::new().fg(colour).patch(theme::strong())),
        Span::styled(
            moment,
            Style::new().fg(theme::colours().train).patch(theme::strong()),
        ),
        Span::raw(what),
        Span::styled(format!("  {name}{mark}"), theme::dim()),
    ]);
    line.render(area, buffer);
}

/// The moment that is shown, and the key that leads back to the present; nothing where that is shown.
fn moment_in_words(app: &App, workspace: &Workspace) -> String {
    let Some(time) = app.selection.time else {
        return String::new();
    };
    let key = command::named("time.now").and_then(|now| app.keymap.keys(now).first());
    let key = key.map_or(String::new(), |key| tr!(" ({key} now)", key = key.name()));
    let moment = match workspace.moment {
        Some(moment) => tr!("shown as at {samples} samples", samples = short(moment as f64)),
        None => tr!(
            "film at {samples} samples, panes as now",
            samples = short(time as f64)
        ),
    };
    format!(" {moment}{key} ")
}

/// What there is to say, in the last line; what is longer takes lines above it too: the cause of an error stands at its
/// end.
fn render_notice(notice: &Notice, area: Rect, buffer: &mut Buffer) {
    let (colour, most) = match notice.tone {
        Tone::Said => (theme::colours().good, 1),
        Tone::Noted => (theme::colours().good, area.height / 4),
        Tone::Failed => (theme::colours().bad, area.height / 2),
    };
    let most = usize::from(most.max(1));
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let text: Vec<_> = notice.text.lines().map(text::printable).collect();
    let lines = text::fitted(&text.join("\n"), width, most);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(area.height);
    let place = Rect {
        y: area.bottom() - rows,
        height: rows,
        ..area
    };
    Clear.render(place, buffer);
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line::raw(format!(" {line}")))
        .collect();
    Paragraph::new(lines)
        .style(Style::new().fg(colour))
        .render(place, buffer);
}

/// The keys that matter here, as many as there is room for; help and the way out come last and always.
pub fn render_hints(app: &App, area: Rect, buffer: &mut Buffer) {
    let of_scope = |scope: Scope| command::all().filter(move |(of, _)| *of == scope);
    let hints: Vec<(&str, String, &str)> = of_scope(Scope::In(app.focus.name))
        .chain(of_scope(Scope::Everywhere))
        .filter_map(|(_, command)| {
            let key = app.keymap.keys(command).first()?;
            Some((command.name, footer_keys(*key), said(command.footer?)))
        })
        .collect();
    let always = |name: &str| matches!(name, "help" | "quit");
    let width = |(_, keys, word): &(&str, String, &str)| text::columns(keys) + text::columns(word) + 3;
    let reserved: usize = hints.iter().filter(|hint| always(hint.0)).map(width).sum();
    let mut free = usize::from(area.width).saturating_sub(reserved);
    let mut is_full = false;
    let mut spans = Vec::new();
    for hint in &hints {
        let (name, keys, word) = hint;
        if !always(name) {
            // Hints are left out from the end, none from between.
            is_full |= width(hint) > free;
            if is_full {
                continue;
            }
            free -= width(hint);
        }
        spans.push(Span::styled(format!(" {keys}"), theme::selected()));
        spans.push(Span::styled(format!(" {word} "), theme::dim()));
    }
    Line::from(spans).render(area, buffer);
}

/// An arrow stands for its pair.
fn footer_keys(key: Key) -> String {
    match key.name().as_str() {
        "←" => "←→".into(),
        "↑" => "↑↓".into(),
        other => other.into(),
    }
}

fn render_pane(
    app: &App,
    workspace: &Workspace,
    (kind, pane): (&Kind, &dyn Pane),
    area: Rect,
    buffer: &mut Buffer,
) {
    let focused = kind.name == app.focus.name;
    let show = kind.everywhere.first();
    let key = show.and_then(|command| app.keymap.keys(command).first());
    let key = key.map_or(String::new(), |key| format!("{} ", key.name()));
    let style = if focused {
        theme::selected()
    } else {
        Style::new().fg(theme::colours().frame)
    };
    Block::bordered()
        .border_type(if focused {
            BorderType::Rounded
        } else {
            BorderType::Plain
        })
        .border_style(style)
        .title(Line::styled(
            format!(" {key}{} ", said(kind.title)),
            if focused {
                theme::selected()
            } else {
                theme::plain_text()
            },
        ))
        .render(area, buffer);
    pane.draw(app, workspace, layout::inside(area), buffer);
}
