//! What the screen says can be read, whatever its size, its colours, and the texts that come from outside.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::time::SystemTime;

use common::{app, app_with_depth, focus, frame, press, screen, type_character, update};
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::Color;
use vae_tui::learning::settings::TABLE;
use vae_tui::session::KeptRun;
use vae_tui::session::folder::SessionEntry;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::layout;
use vae_tui::tui::message::Message;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes;

/// The words of an area, however they are broken over its lines; frames are no words.
fn words(app: &App, area: Rect) -> String {
    let buffer = frame(app);
    let row = |y: u16| {
        (area.left()..area.right())
            .map(|x| buffer[(x, y)].symbol().to_owned())
            .collect::<String>()
    };
    let rows: Vec<String> = (area.top()..area.bottom()).map(row).collect();
    let text = rows.join(" ").replace(['│', '─', '╭', '╮', '╰', '╯'], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_form_shows_its_fault_and_the_selected_field_at_any_size() {
    for (width, height) in [(60, 14), (80, 24), (60, 8), (40, 10), (40, 6), (30, 7), (200, 60)] {
        for field in 0..TABLE.len() {
            let mut app = app(80, 24);
            update(&mut app, Message::Resized(width, height));
            type_character(&mut app, 'n');
            for character in "9999".chars() {
                type_character(&mut app, character);
            }
            for _ in 0..field {
                press(&mut app, KeyCode::Down);
            }
            press(&mut app, KeyCode::Enter);
            let shown = words(&app, app.area);
            assert!(
                shown.contains("latent is 9999, but must be from 1 to 512"),
                "{width}x{height}: {shown}"
            );
            assert!(shown.contains('▶'), "{width}x{height}, field {field}: {shown}");
        }
    }
}

#[test]
fn the_cause_of_an_error_is_shown_however_long_the_path_is() {
    let path = format!("/{}/run.ron", "a-rather-long-folder/".repeat(20));
    for width in [100, 80, 40] {
        for height in [24, 30, 10] {
            let mut app = app(width, height);
            update(
                &mut app,
                Message::CurveUnread(format!("{path} can't be read: No such file (os error 2)")),
            );
            let shown = words(&app, app.area);
            assert!(
                shown.contains("can't be read: No such file (os error 2)"),
                "{width}x{height}: {shown}"
            );
            // In front of a dialog too.
            type_character(&mut app, '?');
            update(
                &mut app,
                Message::CurveUnread("x.ron is damaged: the checksum of b differs".into()),
            );
            let shown = words(&app, app.area);
            assert!(
                shown.contains("the checksum of b differs"),
                "{width}x{height}: {shown}"
            );
        }
    }
    let mut app = app(80, 24);
    common::saved(&mut app, &path, 9_000);
    let shown = screen(&app);
    let footer = shown.lines().last().expect("a footer");
    assert!(
        footer.starts_with(" saved to /a-rather") && footer.ends_with("/run.ron"),
        "{footer}"
    );
}

#[test]
fn hints_are_whole_and_always_tell_the_way_out() {
    for width in [80, 100, 40, 200] {
        for kind in panes::KINDS {
            let mut app = app(width, 30);
            press(&mut app, KeyCode::Esc);
            app.focus = kind;
            let shown = screen(&app);
            assert!(shown.ends_with("? help  q quit"), "{width}: {shown}");
        }
    }
}

#[test]
fn what_stands_in_an_empty_pane_is_whole() {
    for (width, height) in [(80, 24), (100, 30), (101, 31), (200, 60), (40, 12)] {
        let mut app = app(width, height);
        common::open_new_run(&mut app);
        let inside = app.visible("training").expect("the pane is on the screen");
        let curve = panes::training::geometry(inside, false, false).curve;
        let shown = words(&app, curve);
        assert!(
            shown.contains("no points yet: space starts training"),
            "{width}x{height}: {shown}"
        );
        type_character(&mut app, '4');
        let shown = words(&app, app.area);
        assert!(
            shown.contains("space starts training, Enter adds a saved run"),
            "{width}x{height}: {shown}"
        );
    }
}

#[test]
fn the_file_and_whether_it_is_saved_are_seen_in_the_header() {
    for width in [40, 60, 80, 100, 200] {
        let mut app = app(width, 24);
        common::saved(&mut app, "/folder/my-run.ron", 9_000);
        common::run_a_little(&mut app);
        let shown = screen(&app);
        let header = shown.lines().next().expect("a header");
        assert!(
            header.contains("running") && header.ends_with("my-run.ron*"),
            "{header}"
        );
    }
}

/// Texts that take other columns than they have characters.
const WIDE: [&str; 4] = [
    "日本語の名前",
    "🦀🦀🦀",
    "e\u{301}e\u{301}e\u{301}",
    "👩\u{200d}👩\u{200d}👧 x",
];

fn run(app: &App, name: &str, below: f64) -> KeptRun {
    let mut run = common::comparison(app).runs[0].clone();
    run.name = name.into();
    for point in &mut run.evaluations {
        point.elbo_test -= below;
    }
    run
}

fn entry(name: &str, summary: &str) -> SessionEntry {
    SessionEntry {
        path: format!("/folder/{name}.ron").into(),
        summary: summary.into(),
        modified: SystemTime::UNIX_EPOCH,
    }
}

/// The columns at which a symbol stands, row by row.
fn places(app: &App, symbol: &str) -> Vec<(u16, u16)> {
    let buffer = frame(app);
    let found = app
        .area
        .positions()
        .filter(|&place| buffer[place].symbol() == symbol);
    found.map(|place| (place.x, place.y)).collect()
}

#[test]
fn wide_text_keeps_every_column_where_it_is() {
    for name in WIDE {
        for repeats in [1, 9] {
            let name = name.repeat(repeats);
            // The form, drawn over an empty screen: its right side is one line.
            let mut app = app(80, 24);
            type_character(&mut app, 'n');
            for _ in 0..common::field_of("data") {
                press(&mut app, KeyCode::Down);
            }
            let frame_of = |app: &App| places(app, "│");
            let before = frame_of(&app);
            update(&mut app, Message::Pasted(name.clone()));
            assert_eq!(frame_of(&app), before, "{}", screen(&app));
            assert_eq!(places(&app, "▏").len(), 1, "the cursor is seen: {}", screen(&app));
            press(&mut app, KeyCode::Esc);

            let entries = |name: &str| vec![entry(name, name), entry("b", "c")];
            update(&mut app, Message::Sessions(entries("plain"), Intent::Open));
            let before = frame_of(&app);
            update(&mut app, Message::Sessions(entries(&name), Intent::Open));
            assert_eq!(frame_of(&app), before, "{}", screen(&app));
            assert_eq!(screen(&app).matches("days ago").count(), 2, "{}", screen(&app));
            press(&mut app, KeyCode::Esc);

            focus(&mut app, "comparison");
            common::compared(&mut app).runs = vec![run(&app, "plain", 1.0), run(&app, &name, 2.0)];
            let buffer = frame(&app);
            let legend = panes::comparison::geometry(layout::inside(Rect::new(0, 1, 80, 22)), 3).legend;
            let points: Vec<Vec<u16>> = (legend.y + 1..legend.bottom())
                .map(|y| (60..79).filter(|&x| buffer[(x, y)].symbol() == ".").collect())
                .collect();
            assert_eq!(points[1][..1], points[2][..1], "{}", screen(&app));
            assert_eq!(buffer[(79, legend.bottom() - 1)].symbol(), "│");
        }
    }
}

#[test]
fn nothing_from_outside_reaches_the_terminal_as_a_command() {
    let hostile = "\x1b[31mred\x1b]0;title\x07\r\n\u{9b}2J\u{202e}back\x00\x7f";
    let mut app = app(200, 60);
    common::saved(&mut app, &format!("/folder/{hostile}.ron"), 9_000);
    let check = |app: &App, what: &str| {
        for cell in &frame(app).content {
            let is_command = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!cell.symbol().contains(is_command), "{what}: {:?}", cell.symbol());
        }
        let shown = screen(app);
        assert!(shown.contains("�[31mred�]0"), "{what}: {shown}");
    };
    check(&app, "the header and the notice");
    app.notice = None;
    check(&app, "the header");
    common::saved(&mut app, "/plain.ron", 9_000);
    update(&mut app, Message::CurveUnread(hostile.replace("\r\n", "")));
    check(&app, "an error");
    press(&mut app, KeyCode::Esc);
    update(
        &mut app,
        Message::Sessions(vec![entry(hostile, "plain")], Intent::Open),
    );
    check(&app, "the name of a session");
    update(
        &mut app,
        Message::Sessions(vec![entry("plain", hostile)], Intent::Open),
    );
    check(&app, "the summary of a session");
    press(&mut app, KeyCode::Esc);
    let named = run(&app, hostile, 1.0);
    update(&mut app, Message::CurveRead(Box::new(named)));
    check(&app, "the name of a run");
    update(&mut app, Message::Panicked(hostile.into()));
    let Some(Err(reason)) = &app.ending else {
        panic!("a panic ends the program")
    };
    assert!(!reason.contains(char::is_control), "{reason:?}");
}

#[test]
fn curves_differ_where_colours_do_not() {
    for (depth, runs) in [
        (ColourDepth::Monochrome, 3),
        (ColourDepth::Monochrome, 9),
        (ColourDepth::Ansi16, 9),
        (ColourDepth::TrueColour, 9),
    ] {
        let mut app = app_with_depth(100, 40, depth);
        press(&mut app, KeyCode::Esc);
        focus(&mut app, "comparison");
        let others = (1..runs).map(|number| run(&app, &format!("run-{number}"), 3.0 * f64::from(number)));
        let others: Vec<KeptRun> = others.collect();
        common::compared(&mut app).runs = others;
        let buffer = frame(&app);
        let geometry = panes::comparison::geometry(layout::inside(Rect::new(0, 1, 100, 38)), runs as usize);
        let mut looks: Vec<(Color, String)> = Vec::new();
        for row in geometry.legend.top() + 1..geometry.legend.bottom() {
            let mark = buffer[(geometry.legend.x + 1, row)].symbol().to_owned();
            let sample: String = (3..8)
                .map(|x| buffer[(geometry.legend.x + x, row)].symbol())
                .collect();
            let look = (buffer[(geometry.legend.x + 3, row)].fg, sample);
            // With nine runs and four patterns, colours come back at last without colours; marks never do.
            if depth != ColourDepth::Monochrome || looks.len() < 4 {
                assert!(!looks.contains(&look), "{depth:?}: {look:?}\n{}", screen(&app));
            }
            looks.push(look);
            let plot = geometry
                .chart
                .positions()
                .filter(|place| place.x > geometry.chart.x + 8 && place.y + 2 < geometry.chart.bottom());
            let marks = plot.filter(|&place| buffer[place].symbol() == mark).count();
            assert!(
                marks >= 2,
                "{depth:?}: {mark} stands {marks} times\n{}",
                screen(&app)
            );
        }
        assert_eq!(looks.len(), runs as usize, "{}", screen(&app));
    }
}
