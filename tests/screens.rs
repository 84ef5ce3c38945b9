//! What the screen looks like at three sizes: snapshots of the text, with images as shades, and of its colours below.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::picture::picture;
use common::{app, app_with_depth, focus, frame, press, run_a_little, screen, type_character, update};
use insta::assert_snapshot;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::Color;
use vae_tui::data::ItemShape;
use vae_tui::explore::sheet;
use vae_tui::session::SessionError;
use vae_tui::terminal_facts::Graphics;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::glyphs::Glyphs;
use vae_tui::tui::layout;
use vae_tui::tui::message::Message;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes;
use vae_tui::tui::panes::traversal::{SheetKind, Shown, Traversal};
use vae_tui::tui::theme;

const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (200, 60)];

/// The pane on the whole screen where the terminal is small, and among the others where it is large.
fn pane(width: u16, height: u16, which: &str) -> App {
    pane_in(width, height, which, ColourDepth::TrueColour)
}

fn pane_in(width: u16, height: u16, pane: &str, depth: ColourDepth) -> App {
    let mut app = app_with_depth(width, height, depth);
    focus(&mut app, pane);
    match pane {
        "comparison" => common::compare(&mut app),
        "film" => common::film(&mut app),
        "runs" => drop(update(&mut app, Message::Runs(common::saved_runs(), Vec::new()))),
        _ => {}
    }
    run_a_little(&mut app);
    press(&mut app, KeyCode::Esc);
    update(&mut app, Message::Resized(width, height));
    app
}

/// What the traversal pane shows.
fn traversal(app: &App) -> &Shown {
    let shown = app.pane::<Traversal>().shown.as_ref();
    shown.expect("the pane's question was answered")
}

#[test]
fn the_panes_at_three_sizes() {
    for (width, height) in SIZES {
        for kind in panes::KINDS {
            assert_snapshot!(
                format!("{} {width}x{height}", kind.name),
                picture(&pane(width, height, kind.name))
            );
        }
    }
}

#[test]
fn the_sheets_of_the_traversal() {
    for (name, sheet) in [("draws", SheetKind::Draws), ("plane", SheetKind::Plane)] {
        let mut app = pane(100, 30, "traversal");
        app.zoomed = true;
        app.pane_mut::<Traversal>().sheet = sheet;
        update(&mut app, Message::Resized(100, 30));
        assert_snapshot!(name, picture(&app));
    }
}

/// The dimensions that carry most change along the sides of the plane, and the mark stands where the present vector is.
#[test]
fn the_plane_moves_light_to_the_right_and_down() {
    let mut app = pane(100, 30, "traversal");
    app.zoomed = true;
    app.pane_mut::<Traversal>().sheet = SheetKind::Plane;
    update(&mut app, Message::Resized(100, 30));
    let inside = app.visible("traversal").expect("the pane is on the screen");
    let (columns, rows) =
        panes::traversal::geometry(inside, ItemShape::grey(common::SIDE, common::SIDE), app.drawing()).sheet;
    let images: Vec<&[f32]> = traversal(&app)
        .images
        .pixels
        .chunks_exact(common::SIDE * common::SIDE)
        .collect();
    assert_eq!(images.len(), columns * rows);
    let centre = |image: &[f32], of: fn(usize) -> usize| -> f32 {
        let weighted = image
            .iter()
            .enumerate()
            .map(|(pixel, light)| light * of(pixel) as f32);
        weighted.sum::<f32>() / image.iter().sum::<f32>()
    };
    let right = |image| centre(image, |pixel| pixel % common::SIDE);
    let down = |image| centre(image, |pixel| pixel / common::SIDE);
    assert!(right(images[columns - 1]) > right(images[0]) + 1.0);
    assert!(down(images[columns * (rows - 1)]) > down(images[0]) + 1.0);

    app.selection.point.latent = Some(vec![9.0, -9.0, 0.0, 0.0, 0.0, 0.0]);
    update(&mut app, Message::Resized(100, 30));
    let Shown { sheet, images, .. } = traversal(&app);
    assert!(matches!(sheet, sheet::Sheet::Plane { .. }), "the plane is shown");
    assert_eq!(images.nearest, Some(columns - 1));
}

#[test]
fn the_dialogs() {
    let mut app = pane(80, 24, "training");
    type_character(&mut app, '?');
    assert_snapshot!("help", picture(&app));
    press(&mut app, KeyCode::Esc);
    type_character(&mut app, ':');
    assert_snapshot!("palette", picture(&app));
    for character in "late".chars() {
        type_character(&mut app, character);
    }
    assert_snapshot!("palette with letters", picture(&app));
    press(&mut app, KeyCode::Esc);
    type_character(&mut app, 'n');
    assert_snapshot!("new run", picture(&app));
    press(&mut app, KeyCode::Esc);
    type_character(&mut app, 'q');
    assert_snapshot!("quit", picture(&app));
    press(&mut app, KeyCode::Esc);
    update(&mut app, Message::Sessions(Vec::new(), Intent::Open));
    assert_snapshot!("no sessions", picture(&app));
    press(&mut app, KeyCode::Esc);
    let path = "/home/somebody/.local/share/vae-tui/sessions/mnist-20d-1.ron".into();
    common::save_failed(&mut app, SessionError::Changed { path });
    assert_snapshot!("changed by another program", picture(&app));
}

#[test]
fn every_pane_with_fewer_colours() {
    let (width, height) = SIZES[0];
    for (name, depth) in [
        ("16 colours", ColourDepth::Ansi16),
        ("no colours", ColourDepth::Monochrome),
    ] {
        for kind in panes::KINDS {
            let app = pane_in(width, height, kind.name, depth);
            assert_snapshot!(format!("{} with {name}", kind.name), picture(&app));
        }
    }
}

#[test]
fn the_same_on_the_console() {
    for (name, depth, glyphs) in [
        ("the console", ColourDepth::Ansi16, Glyphs::Console),
        (
            "the console without colours",
            ColourDepth::Monochrome,
            Glyphs::Console,
        ),
    ] {
        let mut app = pane_in(100, 30, "training", depth);
        app.glyphs = glyphs;
        assert_snapshot!(format!("three panes with {name}"), picture(&app));
        let mut app = pane_in(80, 24, "comparison", depth);
        app.glyphs = glyphs;
        assert_snapshot!(format!("comparison with {name}"), picture(&app));
    }
}

/// The paper has a curve of MNIST with three latent dimensions, from 158 500 samples on.
#[test]
fn the_paper_is_drawn_dashed_beside_the_run() {
    let mut app = common::app_like_the_paper(80, 24, ColourDepth::TrueColour);
    press(&mut app, KeyCode::Esc);
    assert_snapshot!("the paper in the training pane", picture(&app));
    let legend = "⠒⠒⠂⠀⠒ paper";
    assert!(screen(&app).contains(legend), "{}", screen(&app));
    type_character(&mut app, 'p');
    assert!(!screen(&app).contains(legend), "{}", screen(&app));
    type_character(&mut app, 'p');
    type_character(&mut app, '4');
    assert_snapshot!("the paper in the comparison", picture(&app));
    let mut app = common::app_like_the_paper(80, 24, ColourDepth::Monochrome);
    press(&mut app, KeyCode::Esc);
    assert_snapshot!("the paper without colours", picture(&app));
}

/// The greys of the decoded image, cell by cell: the upper pixel is the foreground of a half block, the lower one its
/// background.
#[test]
fn the_big_image_has_the_decoded_greys() {
    let mut app = app(200, 60);
    // Both colours of a half block have as much room.
    app.graphics = Graphics::Half;
    focus(&mut app, "traversal");
    update(&mut app, Message::Resized(200, 60));
    let buffer = frame(&app);
    let inside = app.visible("traversal").expect("the pane is on the screen");
    let area =
        panes::traversal::geometry(inside, ItemShape::grey(common::SIDE, common::SIDE), app.drawing()).image;
    let image = &traversal(&app).image;

    // A picture keeps its proportions: a cell is twice as high as it is wide.
    assert_eq!(area.width, 2 * area.height);
    let mean_of_image = image.iter().sum::<f32>() / image.len() as f32;
    let mut greys = Vec::new();
    for position in area.positions() {
        for colour in [buffer[position].fg, buffer[position].bg] {
            let Color::Rgb(red, green, blue) = colour else {
                panic!("{position}: {colour}")
            };
            assert!(red == green && green == blue, "{position}: {colour}");
            greys.push(f32::from(red) / 255.0);
        }
    }
    let mean_of_cells = greys.iter().sum::<f32>() / greys.len() as f32;
    assert!(
        (mean_of_cells - mean_of_image).abs() < 0.02,
        "{mean_of_cells} for {mean_of_image}"
    );
    let brightest = greys.iter().copied().fold(0.0, f32::max);
    assert!(
        brightest > 0.95,
        "the disc is white in the middle, but at most {brightest}"
    );
}

#[test]
fn differences_are_red_and_blue_and_the_focus_is_marked() {
    let app = app(100, 30);
    let buffer = frame(&app);
    let inside = app.visible("reconstruction").expect("the pane is on the screen");
    let geometry = panes::reconstruction::geometry(inside, ItemShape::grey(common::SIDE, common::SIDE));
    let difference = Rect {
        y: inside.y + 2 * geometry.image_rows,
        width: geometry.image_columns,
        height: geometry.image_rows,
        ..inside
    };
    let colours: Vec<(u8, u8, u8)> = difference
        .positions()
        .flat_map(|position| [buffer[position].fg, buffer[position].bg])
        .filter_map(|colour| match colour {
            Color::Rgb(red, green, blue) => Some((red, green, blue)),
            _ => None,
        })
        .collect();
    assert!(
        colours
            .iter()
            .any(|(red, _, blue)| *red > blue.saturating_add(20)),
        "nothing is too bright"
    );
    assert!(
        colours
            .iter()
            .any(|(red, _, blue)| *blue > red.saturating_add(20)),
        "nothing is too dark"
    );

    let corner = |pane: &str| {
        let (_, area) = layout::arrange(app.area, &app.plan, app.focus, app.zoomed)
            .panes
            .into_iter()
            .find(|(kind, _)| kind.name == pane)
            .expect("three panes");
        buffer[(area.x, area.y)].fg
    };
    assert_eq!(corner("training"), theme::colours().accent);
    assert_eq!(corner("traversal"), theme::colours().frame);
}

#[test]
fn fewer_colours_are_never_more_than_the_terminal_has() {
    for (depth, allowed) in [
        (ColourDepth::Indexed256, 255),
        (ColourDepth::Ansi16, 15),
        (ColourDepth::Monochrome, 0),
    ] {
        let app = app_with_depth(100, 30, depth);
        let frame = frame(&app);
        let coloured = frame
            .content
            .iter()
            .filter(|cell| cell.fg != Color::Reset)
            .count();
        assert_eq!(
            coloured > 100,
            depth != ColourDepth::Monochrome,
            "{depth:?}: {coloured}"
        );
        for cell in &frame.content {
            for colour in [cell.fg, cell.bg] {
                match colour {
                    Color::Reset => {}
                    Color::Indexed(index) => assert!(allowed > 0 && index <= allowed, "{depth:?}: {colour}"),
                    other => panic!("{depth:?}: {other}"),
                }
            }
        }
    }
}

#[test]
fn every_size_draws_without_a_fault() {
    let mut app = app(80, 24);
    // Curves that make no axis: of one point, without a number, at no time at all.
    common::compare(&mut app);
    for (index, bound) in [f64::NAN, -120.0, f64::NEG_INFINITY].into_iter().enumerate() {
        let mut odd = common::compared(&mut app).runs[0].clone();
        odd.evaluations.truncate(1);
        odd.evaluations[0].elbo_test = bound;
        odd.evaluations[0].seconds = 0.0;
        odd.name = "x".repeat(90 * index);
        common::compared(&mut app).runs.push(odd);
    }
    for width in [0, 1, 2, 5, 17, 40, 79, 99, 100, 101, 300] {
        for height in [0, 1, 2, 3, 4, 8, 15, 29, 30, 31, 100] {
            for kind in panes::KINDS {
                app.focus = kind;
                app.pane_mut::<Traversal>().sheet =
                    [SheetKind::Dimensions, SheetKind::Draws, SheetKind::Plane]
                        [usize::from(width + height) % 3];
                update(&mut app, Message::Resized(width, height));
                for dialog in [None, Some('?'), Some('n'), Some('r'), Some(':')] {
                    if let Some(key) = dialog {
                        type_character(&mut app, key);
                    }
                    screen(&app);
                    press(&mut app, KeyCode::Esc);
                }
            }
        }
    }
}
