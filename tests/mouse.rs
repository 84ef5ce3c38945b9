//! What the mouse does: the focus, the wheel, lines of overlays, and what every pane makes of a press.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::collections::BTreeSet;

use common::{app, focus, frame, press, type_character, update, workspace};
use ratatui::crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use vae_tui::data::ItemShape;
use vae_tui::explore::sheet::Sheet;
use vae_tui::explore::traversal::steps;
use vae_tui::pictures::item;
use vae_tui::run::Command;
use vae_tui::session::folder::SessionEntry;
use vae_tui::tui::app::{App, Stage};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes::data::DataBrowser;
use vae_tui::tui::panes::draw::{self, Canvas, Draw};
use vae_tui::tui::panes::map::{self, Map};
use vae_tui::tui::panes::traversal::{self, Traversal};
use vae_tui::tui::panes::{self, data, reconstruction};

const LEFT: MouseButton = MouseButton::Left;

fn mouse(app: &mut App, kind: MouseEventKind, at: (u16, u16)) -> Vec<Effect> {
    update(
        app,
        Message::Mouse(MouseEvent {
            kind,
            column: at.0,
            row: at.1,
            modifiers: KeyModifiers::NONE,
        }),
    )
}

fn click(app: &mut App, at: (u16, u16)) -> Vec<Effect> {
    let effects = mouse(app, MouseEventKind::Down(LEFT), at);
    mouse(app, MouseEventKind::Up(LEFT), at);
    effects
}

fn area(app: &App, pane: &str) -> Rect {
    app.visible(pane).expect("the pane is on the screen")
}

/// The first place at which a text stands on the screen.
fn place_of(app: &App, text: &str) -> (u16, u16) {
    let buffer = frame(app);
    let row = |y: u16| -> Vec<String> {
        (0..app.area.width)
            .map(|x| buffer[(x, y)].symbol().to_owned())
            .collect()
    };
    for y in 0..app.area.height {
        let row = row(y);
        let found = (0..row.len()).find(|&x| row[x..].concat().starts_with(text));
        if let Some(x) = found {
            return (x as u16, y);
        }
    }
    panic!("{text} is not on the screen");
}

#[test]
fn a_press_gives_the_focus_to_the_pane_under_it() {
    let mut app = app(100, 30);
    for name in ["reconstruction", "traversal", "training"] {
        let inside = area(&app, name);
        click(&mut app, (inside.x, inside.y - 1));
        assert_eq!(app.focus.name, name, "on its frame");
        app.focus = panes::KINDS[0];
        click(&mut app, (inside.right() - 1, inside.bottom() - 1));
        assert_eq!(app.focus.name, name, "inside");
    }
    // The header belongs to no pane, and what lies beyond the terminal is nowhere.
    for at in [(0, 0), (65_535, 65_535)] {
        click(&mut app, at);
        assert_eq!(app.focus.name, "training");
    }
}

#[test]
fn the_wheel_scrolls_what_is_under_it_whatever_has_the_focus() {
    let mut app = app(100, 30);
    let inside = area(&app, "traversal");
    let selected = |app: &App| workspace(app).selected(&app.selection);
    let first = selected(&app);
    mouse(&mut app, MouseEventKind::ScrollDown, (inside.x, inside.y));
    assert_ne!(selected(&app), first);
    assert_eq!(app.focus.name, "training");
    mouse(&mut app, MouseEventKind::ScrollUp, (inside.x, inside.y));
    assert_eq!(selected(&app), first);

    type_character(&mut app, '?');
    mouse(&mut app, MouseEventKind::ScrollDown, (5, 5));
    assert!(matches!(app.overlay, Some(Overlay::Help(line)) if line > 0));
    mouse(&mut app, MouseEventKind::ScrollUp, (5, 5));
    assert!(matches!(app.overlay, Some(Overlay::Help(0))));
}

#[test]
fn a_line_of_an_overlay_is_selected_and_then_chosen() {
    let mut app = app(100, 30);
    type_character(&mut app, ':');
    let at = place_of(&app, "test.measure");
    assert!(click(&mut app, at).is_empty());
    let marked = place_of(&app, "▶ test.measure");
    assert_eq!(marked.1, at.1, "the first press selects it");
    let effects = click(&mut app, at);
    assert!(
        matches!(effects[..], [Effect::Command(Command::Evaluate)]),
        "the second runs it"
    );
    assert!(app.overlay.is_none());

    type_character(&mut app, 'f');
    let at = place_of(&app, "Data browser");
    click(&mut app, at);
    assert!(app.overlay.is_none() && app.focus.name == "data");

    let entry = |name: &str| SessionEntry {
        path: name.into(),
        summary: String::new(),
        modified: std::time::SystemTime::UNIX_EPOCH,
    };
    let entries = vec![entry("a.ron"), entry("b.ron")];
    update(&mut app, Message::Sessions(entries, Intent::Open));
    let at = place_of(&app, "b.ron");
    assert!(click(&mut app, at).is_empty());
    let effects = click(&mut app, at);
    assert!(matches!(&effects[..], [Effect::Open(_, path)] if path.ends_with("b.ron")));

    // A press beside an overlay reaches nothing behind it.
    type_character(&mut app, '?');
    click(&mut app, (0, 3));
    assert!(matches!(app.overlay, Some(Overlay::Help(0))));
}

#[test]
fn the_slider_and_the_strips_set_dimension_and_value() {
    let mut app = app(100, 30);
    focus(&mut app, "traversal");
    let value = |app: &App| {
        let selected = workspace(app).selected(&app.selection);
        app.pane::<Traversal>().latent(app)[selected]
    };
    let slider = place_of(&app, "-3 ");
    click(&mut app, (slider.0 + 3, slider.1));
    assert_eq!(value(&app), -3.0);
    mouse(&mut app, MouseEventKind::Down(LEFT), (slider.0 + 3, slider.1));
    // Held, it follows beyond the pane, on its own line or the next.
    mouse(&mut app, MouseEventKind::Drag(LEFT), (99, slider.1 + 1));
    assert_eq!(value(&app), 3.0);
    mouse(&mut app, MouseEventKind::Up(LEFT), (99, slider.1 + 1));
    mouse(&mut app, MouseEventKind::Drag(LEFT), (slider.0 + 3, slider.1));
    assert_eq!(value(&app), 3.0, "it is not held any more");
    press(&mut app, KeyCode::Char('u'));
    assert_ne!(value(&app), 3.0, "it can be undone");

    let area = area(&app, "traversal");
    let shape = workspace(&app).data.shape;
    let geometry = traversal::geometry(area, shape, app.drawing());
    let shown = app.pane::<Traversal>().shown.as_ref().expect("an answer");
    let Sheet::Dimensions {
        dimensions,
        steps: count,
    } = &shown.sheet
    else {
        panic!("strips")
    };
    let (second, last) = (dimensions[1], steps(*count)[count - 1]);
    let x = geometry.strips.x + (count - 1) as u16 * (geometry.strip_columns + 1);
    let y = geometry.strips.y + (geometry.strip_rows + 1) + 1;
    click(&mut app, (x, y));
    assert_eq!(
        (workspace(&app).selected(&app.selection), value(&app)),
        (second, last)
    );
}

#[test]
fn a_picture_is_selected_and_then_chosen() {
    let mut app = app(100, 30);
    focus(&mut app, "data");
    let inside = area(&app, "data");
    let shape = workspace(&app).data.shape;
    let cell = data::geometry(inside, shape).cell(4);
    click(&mut app, (cell.x, cell.y));
    assert_eq!(app.pane::<DataBrowser>().place(&workspace(&app).data), 4);
    assert_eq!(app.focus.name, "data");
    click(&mut app, (cell.right() - 1, cell.bottom()));
    assert_eq!(app.focus.name, "traversal", "its label belongs to it");
    assert_eq!(app.selection.point.item.map(|place| place.item), Some(4));

    // The press that only gives the focus chooses nothing.
    let inside = area(&app, "reconstruction");
    let geometry = reconstruction::geometry(inside, shape);
    click(&mut app, (inside.x, inside.y));
    assert_eq!(
        (app.focus.name, app.selection.selected_image),
        ("reconstruction", 0)
    );
    click(&mut app, (inside.x + geometry.image_columns + 1, inside.y));
    assert_eq!(app.selection.selected_image, 1);
    click(&mut app, (inside.x + geometry.image_columns + 1, inside.y));
    assert_eq!(app.focus.name, "traversal");
}

#[test]
fn the_map_has_its_cursor_where_the_mouse_was_pressed() {
    let mut app = app(100, 30);
    focus(&mut app, "map");
    update(&mut app, Message::Resized(100, 30));
    let geometry = map::geometry(area(&app, "map"), workspace(&app).data.shape);
    let at = (geometry.map.x + 10, geometry.map.y + 5);
    click(&mut app, at);
    let shown = frame(&app);
    assert_eq!(shown[at].symbol(), "┼");
    let cursor = app.pane::<Map>().cursor;
    click(&mut app, at);
    assert_eq!(app.focus.name, "traversal");
    assert_eq!(app.pane::<Map>().cursor, cursor);
}

#[test]
fn the_canvas_is_painted_and_erased() {
    let mut app = app(100, 30);
    focus(&mut app, "draw");
    update(&mut app, Message::Resized(100, 30));
    let inside = area(&app, "draw");
    let cell = draw::geometry(inside, workspace(&app).data.shape)
        .canvas
        .picture(0);
    let painted = |app: &App| {
        let canvas = app.pane::<Draw>().canvas.as_ref().expect("a canvas");
        canvas.values.iter().filter(|&&value| value == 1.0).count()
    };
    mouse(&mut app, MouseEventKind::Down(LEFT), (cell.x, cell.y));
    assert_eq!(painted(&app), 1);
    mouse(&mut app, MouseEventKind::Drag(LEFT), (cell.right() - 1, cell.y));
    assert_eq!(painted(&app), 2);
    mouse(
        &mut app,
        MouseEventKind::Down(MouseButton::Right),
        (cell.x, cell.y),
    );
    assert_eq!(painted(&app), 1);
}

#[test]
fn a_press_on_the_canvas_paints_the_pixel_of_a_film_under_it() {
    let shape = ItemShape::Film {
        frames: 5,
        height: 4,
        width: 4,
        channels: 3,
    };
    let mut app = app(100, 30);
    focus(&mut app, "draw");
    let inside = area(&app, "draw");
    if let Stage::Ready(workspace) = &mut app.stage {
        workspace.data.shape = shape;
    }
    let picture = draw::geometry(inside, shape).canvas.picture(0);
    let (columns, rows) = item::size(shape);
    let mut painted = BTreeSet::new();
    for at in picture.positions() {
        app.pane_mut::<Draw>().canvas = Some(Canvas::blank(shape));
        let press = MouseEvent {
            kind: MouseEventKind::Down(LEFT),
            column: at.x,
            row: at.y,
            modifiers: KeyModifiers::NONE,
        };
        // The model of the example knows no films, and is asked nothing.
        vae_tui::tui::update::update(&mut app, Message::Mouse(press));
        let canvas = app.pane::<Draw>().canvas.as_ref().expect("a canvas");
        let drawn = item::picture(&canvas.values, shape);
        let white = drawn.pixels.iter().position(|pixel| *pixel == [255; 3]);
        let under = |at: u16, first: u16, cells: u16, pixels: usize| {
            (2 * usize::from(at - first) + 1) * pixels / (2 * usize::from(cells))
        };
        let x = under(at.x, picture.x, picture.width, columns);
        let y = under(at.y, picture.y, picture.height, rows);
        if let Some(white) = white {
            assert_eq!((white % columns, white / columns), (x, y), "a press at {at}");
            painted.insert(white);
        } else {
            // Five frames leave a place free.
            assert!(item::in_frame(shape, (x, y)).is_none(), "a press at {at} misses");
        }
    }
    assert_eq!(painted.len(), 5 * 4 * 4, "every pixel of every frame is reached");
}

#[test]
fn switched_off_it_does_nothing() {
    let mut app = app(100, 30);
    type_character(&mut app, 'M');
    assert!(!app.mouse);
    let inside = area(&app, "traversal");
    click(&mut app, (inside.x, inside.y));
    assert_eq!(app.focus.name, "training");
    type_character(&mut app, 'M');
    click(&mut app, (inside.x, inside.y));
    assert_eq!(app.focus.name, "traversal");
}

/// The place in the middle of a text on the screen.
fn on(app: &App, text: &str) -> (u16, u16) {
    let (x, y) = place_of(app, text);
    (x + text.chars().count() as u16 / 2, y)
}

#[test]
fn the_names_of_keys_on_an_edge_below_a_question_and_in_the_last_line_are_buttons() {
    let mut app = app(100, 30);
    press(&mut app, KeyCode::Esc);
    // The last line.
    let at = on(&app, "log axis ");
    click(&mut app, at);
    assert!(app.log_axis);
    type_character(&mut app, 'n');
    assert!(matches!(app.overlay, Some(Overlay::Form(_))));
    // The edge of the form.
    let at = on(&app, "F2 data");
    let effects = click(&mut app, at);
    assert!(matches!(effects[..], [Effect::ListFiles(_)]));
    let at = on(&app, "Esc back");
    click(&mut app, at);
    let at = on(&app, "Esc cancel");
    click(&mut app, at);
    assert!(app.overlay.is_none());
    // Help scrolls and closes.
    type_character(&mut app, '?');
    let at = place_of(&app, "↓ scroll");
    click(&mut app, at);
    assert!(matches!(app.overlay, Some(Overlay::Help(1))));
    let at = on(&app, "Esc close");
    click(&mut app, at);
    assert!(app.overlay.is_none());
    // A question.
    type_character(&mut app, 'r');
    let at = on(&app, "What it has learned");
    assert!(
        click(&mut app, at).is_empty() && app.overlay.is_some(),
        "words are no button"
    );
    let at = on(&app, "y start over");
    assert!(matches!(click(&mut app, at)[..], [Effect::NewRun(..)]));
    // The list of panes has letters, but its hint is none of them.
    type_character(&mut app, 'f');
    let at = on(&app, "press its letter");
    click(&mut app, at);
    assert!(matches!(app.overlay, Some(Overlay::Panes)));
}

#[test]
fn the_form_is_filled_in_with_the_mouse() {
    // All fields have room.
    let mut app = app(100, 80);
    press(&mut app, KeyCode::Esc);
    type_character(&mut app, 'n');
    let value = |app: &App, name: &str| {
        let shown = common::screen(app);
        let line = shown
            .lines()
            .find(|line| line.contains(name))
            .expect("the field is seen")
            .to_owned();
        let after = line.split(name).nth(1).expect("its value").to_owned();
        after.split_whitespace().next().unwrap_or_default().to_owned()
    };
    let field = |app: &App, name: &str| place_of(app, name);
    // A choice: the first press selects, the next ones go through its words, to either side.
    let (x, y) = field(&app, " optimizer ");
    click(&mut app, (x + 20, y));
    assert!(place_of(&app, "▶ optimizer").1 == y);
    let arrow = place_of(&app, "◂");
    assert_eq!(arrow.1, y);
    let word = |app: &App| {
        let shown = common::screen(app);
        let line = shown
            .lines()
            .find(|line| line.contains('◂'))
            .expect("a choice")
            .to_owned();
        line.split('◂')
            .nth(1)
            .and_then(|rest| rest.split('▸').next())
            .map(|word| word.trim().to_owned())
    };
    let first = word(&app);
    click(&mut app, (arrow.0 + 4, y));
    let second = word(&app);
    assert_ne!(first, second);
    click(&mut app, arrow);
    assert_eq!(word(&app), first);
    // A text: a press on the selected one puts the cursor there. Its value stands 16 columns behind the beginning of its name.
    let (x, y) = field(&app, " batch ");
    click(&mut app, (x + 4, y));
    let before = value(&app, "▶ batch");
    let (x, y) = field(&app, "▶ batch");
    let digits = before.trim_end_matches('▏');
    click(&mut app, (x + 18 + digits.len() as u16 - 1, y));
    type_character(&mut app, '7');
    let (head, tail) = digits.split_at(digits.len() - 1);
    assert_eq!(value(&app, "▶ batch"), format!("{head}7▏{tail}"));
    // The wheel goes no further than the first field.
    for _ in 0..60 {
        mouse(&mut app, MouseEventKind::ScrollUp, (50, 20));
    }
    assert!(common::screen(&app).contains("▶ latent"));
    mouse(&mut app, MouseEventKind::ScrollDown, (50, 20));
    assert!(!common::screen(&app).contains("▶ latent"));
}

/// Answers what is asked one after the other.
fn answer_all(app: &mut App) {
    for _ in 0..4 {
        update(app, Message::Resized(140, 44));
    }
}

#[test]
fn attributes_directions_runs_and_frames_are_chosen_with_the_mouse() {
    let mut app = app(140, 44);
    press(&mut app, KeyCode::Esc);
    // Edit: the strength that a picture of the strip shows, and a line of the list.
    focus(&mut app, "edit");
    update(&mut app, Message::Resized(140, 44));
    type_character(&mut app, 'i');
    type_character(&mut app, 'i');
    answer_all(&mut app);
    let at = place_of(&app, "-2.0");
    click(&mut app, at);
    let strengths = |app: &App| {
        app.selection
            .attributes
            .iter()
            .map(|applied| applied.strength)
            .collect::<Vec<_>>()
    };
    assert_eq!(strengths(&app), [0.0, -2.0]);
    type_character(&mut app, 'u');
    assert_eq!(strengths(&app), [0.0, 0.0]);
    let (x, y) = place_of(&app, "▶");
    click(&mut app, (x + 3, y - 1));
    assert_eq!(place_of(&app, "▶"), (x, y - 1));
    // Directions.
    focus(&mut app, "directions");
    update(&mut app, Message::Resized(140, 44));
    answer_all(&mut app);
    let point = app.selection.point.clone();
    let (x, y) = place_of(&app, "▶ 1");
    click(&mut app, (x + 2, y + 1));
    assert_eq!(place_of(&app, "▶ 2"), (x, y + 1));
    let at = place_of(&app, "+3");
    click(&mut app, at);
    assert_ne!(app.selection.point, point);
    // Runs: a column, a row, and the selected row again.
    focus(&mut app, "runs");
    update(&mut app, Message::Resized(140, 44));
    update(&mut app, Message::Runs(common::saved_runs(), Vec::new()));
    let at = place_of(&app, "latent");
    click(&mut app, at);
    assert!(common::screen(&app).contains("latent▲"));
    click(&mut app, at);
    assert!(common::screen(&app).contains("latent▼"));
    let at = place_of(&app, "shapes-13");
    assert!(click(&mut app, at).is_empty());
    let effects = click(&mut app, at);
    assert!(matches!(&effects[..], [Effect::Open(_, path)] if path.ends_with("shapes-13.ron")));
    // The film: the curve, and an item.
    common::film(&mut app);
    focus(&mut app, "film");
    update(&mut app, Message::Resized(140, 44));
    let (x, y) = place_of(&app, "└");
    click(&mut app, (x + 40, y - 2));
    assert!(app.selection.time.is_some());
    let at = place_of(&app, "back");
    click(&mut app, at);
    assert_eq!(app.selection.point.item, Some(vae_tui::data::ItemPlace::test(0)));
}
