//! The pictures in the README, drawn from frames of the program: `cargo test --test picture -- --ignored`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{tell, update};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemShape, Split, mnist};
use vae_tui::evaluation::lower_bound;
use vae_tui::learning::{Configuration, Preset, Training, Workers};
use vae_tui::model::{Activation, Likelihood};
use vae_tui::pictures::blocks::Drawing;
use vae_tui::pictures::patterns::character;
use vae_tui::run::{Event, RunState};
use vae_tui::session;
use vae_tui::terminal_facts::Blocks;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::panes::traversal::{SheetKind, Traversal};
use vae_tui::tui::widgets::block_image::{BlockImage, Scale};

/// Pixels of a cell in the picture.
const CELL: (u16, u16) = (8, 16);
const PAPER: &str = "#121212";
const INK: &str = "#d0d0d0";

/// The example of the README on a screen of this size, measured and answered.
fn example(width: u16, height: u16) -> App {
    let data = Arc::new(mnist::load(|_| {}).expect("the embedded data unpacks"));
    let session = session::load(Path::new("saves/mnist-20d.ron")).expect("the example is a session");
    let view = session.view().clone();
    let state = session.into_state(&data).expect("the example fits the data");
    let training = &state.training;
    let test = lower_bound(
        &training.model,
        &data.test,
        training.noise(),
        &Cancel::default(),
        |_| true,
    )
    .expect("there are test images");
    let opened = Opened {
        view,
        path: Some("saves/mnist-20d.ron".into()),
        ..common::opened(&state, &data)
    };
    let mut app = App::new(Rect::new(0, 0, width, height), ColourDepth::TrueColour);
    update(&mut app, Message::Opened(Box::new(opened)));
    let measured = Event::Evaluated {
        point: None,
        test,
        seconds: 0.5,
    };
    tell(&mut app, measured);
    common::press(&mut app, KeyCode::Esc);
    app
}

#[test]
#[ignore = "writes docs/screen.svg, which is looked at before it is kept"]
fn draw_the_picture_of_the_readme() {
    let app = example(120, 36);
    std::fs::write("docs/screen.svg", svg(&common::frame(&app))).expect("the folder can be written");
}

/// Panes of the guide, each with the keys that bring it into a state worth looking at.
const PANES: [(&str, &str); 8] = [
    ("map", ""),
    ("samples", ""),
    ("edit", "illlll"),
    ("manifold", "w"),
    ("interpolation", "lllll"),
    ("directions", "llllllllll"),
    ("anomalies", "d"),
    ("draw", "tyyi"),
];

#[test]
#[ignore = "writes docs/panes, whose pictures are looked at before they are kept"]
fn draw_the_panes_of_the_guide() {
    std::fs::create_dir_all("docs/panes").expect("the folder can be made");
    // `VAE_TUI_PANES=map,draw` draws only those.
    let wanted = std::env::var("VAE_TUI_PANES").ok();
    let is_wanted = |pane: &str| {
        let named = |wanted: &String| wanted.split(',').any(|name| name == pane);
        wanted.as_ref().is_none_or(named)
    };
    for (pane, keys) in PANES.into_iter().filter(|(pane, _)| is_wanted(pane)) {
        let mut app = example(100, 30);
        common::focus(&mut app, pane);
        // Some ask for several things, one after the other.
        let answer = |app: &mut App| (0..40).for_each(|_| drop(update(app, Message::Resized(100, 30))));
        answer(&mut app);
        for key in keys.chars() {
            common::type_character(&mut app, key);
            answer(&mut app);
        }
        app.notice = None;
        let path = format!("docs/panes/{pane}.svg");
        std::fs::write(path, svg(&common::frame(&app))).expect("the folder can be written");
    }
}

/// Draws from the prior as they stand in the traversal pane of a screen of 100 x 30 with each kind of block; first as they were
/// before there was a choice: half blocks, four rows high.
#[test]
#[ignore = "writes docs/blocks.svg and docs/traversal.svg, which are looked at before they are kept"]
fn draw_the_picture_of_the_blocks() {
    let mut app = example(100, 30);
    common::focus(&mut app, "traversal");
    update(&mut app, Message::Resized(100, 30));
    std::fs::write("docs/traversal.svg", svg(&common::frame(&app))).expect("the folder can be written");
    app.zoomed = true;
    app.pane_mut::<Traversal>().sheet = SheetKind::Draws;
    update(&mut app, Message::Resized(200, 60));
    let shown = app
        .pane::<Traversal>()
        .shown
        .as_ref()
        .expect("the draws were answered");
    let draws: Vec<&[f32]> = shown
        .images
        .pixels
        .chunks_exact(28 * 28)
        .skip(4)
        .take(6)
        .collect();
    let rows = [
        ("half blocks, 8 x 4 cells", Blocks::Half, (8, 4)),
        ("quadrants, 15 x 8 cells", Blocks::Quadrant, (15, 8)),
        ("sextants, 12 x 6 cells", Blocks::Sextant, (12, 6)),
        ("octants, 8 x 4 cells", Blocks::Octant, (8, 4)),
    ];
    let mut buffer = Buffer::empty(Rect::new(0, 0, 98, 30));
    let mut y = 0;
    for (title, blocks, (width, height)) in rows {
        buffer.set_string(1, y, title, Style::new());
        for (x, values) in (1..).step_by(usize::from(width) + 1).zip(&draws) {
            let image = BlockImage {
                drawing: Drawing::Colours(blocks),
                ..BlockImage::of(&app, values, ItemShape::grey(28, 28), Scale::Values)
            };
            image.render(Rect::new(x, y + 1, width, height), &mut buffer);
        }
        y += height + 2;
    }
    std::fs::write("docs/blocks.svg", svg(&buffer)).expect("the folder can be written");
}

/// A side of the images that a person might bring.
const SIDE: usize = 20;

/// Coloured squares and discs on a dark ground, at places of their own.
fn coloured(points: usize, first: usize) -> Split {
    let colours = [
        [0.9, 0.35, 0.25],
        [0.3, 0.75, 0.4],
        [0.3, 0.5, 0.95],
        [0.95, 0.8, 0.3],
    ];
    let mut pixels = Vec::new();
    for item in first..first + points {
        let colour = colours[item % 4];
        let place = |step: usize| 5.0 + 10.0 * ((item * step) % 97) as f64 / 96.0;
        let (middle_x, middle_y, radius) = (place(31), place(57), 3.0 + ((item * 13) % 41) as f64 / 40.0);
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let (across, down) = (x as f64 - middle_x, y as f64 - middle_y);
            let distance = if item % 8 < 4 {
                across.abs().max(down.abs())
            } else {
                across.hypot(down)
            };
            let cover = (radius - distance + 0.5).clamp(0.0, 1.0);
            pixels.extend(colour.map(|part| (255.0 * (0.08 + cover * (part - 0.08))) as u8));
        }
    }
    let labels = (first..first + points).map(|item| (item % 4) as u16).collect();
    Split::of_bytes(pixels, labels, 3 * SIDE * SIDE)
}

#[test]
#[ignore = "writes docs/own-data.svg, which is looked at before it is kept"]
fn draw_the_picture_of_own_data() {
    let shape = ItemShape::Image {
        height: SIDE,
        width: SIDE,
        channels: 3,
    };
    let data = Arc::new(Dataset {
        classes: ["red", "green", "blue", "yellow"].map(str::to_owned).to_vec(),
        ..Dataset::new("shapes", shape, coloured(2_000, 0), coloured(400, 2_000))
    });
    let configuration = Configuration {
        data: data.name.clone(),
        hidden: 200.into(),
        latent: 8,
        activation: Activation::Relu,
        likelihood: Likelihood::BetaBinomial,
        goal: 120_000,
        evaluate_every: 10_000,
        ..Preset::Mnist.configuration(2)
    };
    let mut state = RunState::new(Training::new(configuration, &data));
    let workers = Workers::new(2).expect("threads can be had");
    let RunState { training, log, .. } = &mut state;
    while !training.is_finished() {
        let report = training
            .step(&data, &workers, &Cancel::default())
            .expect("the step is not cancelled, and its numbers stay finite");
        log.take_in_step(&report);
    }
    let test = lower_bound(
        &training.model,
        &data.test,
        training.noise(),
        &Cancel::default(),
        |_| true,
    )
    .expect("there are test images");
    let mut app = App::new(Rect::new(0, 0, 120, 36), ColourDepth::TrueColour);
    update(&mut app, Message::Opened(Box::new(common::opened(&state, &data))));
    let measured = Event::Evaluated {
        point: None,
        test,
        seconds: 0.5,
    };
    tell(&mut app, measured);
    common::press(&mut app, KeyCode::Esc);
    std::fs::write("docs/own-data.svg", svg(&common::frame(&app))).expect("the folder can be written");
}

/// Column and row of the dot that each bit of a braille character stands for.
const BRAILLE_DOTS: [(u16, u16); 8] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];

fn svg(frame: &Buffer) -> String {
    let (width, height) = (frame.area.width * CELL.0, frame.area.height * CELL.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"monospace\" \
         font-size=\"13\" shape-rendering=\"crispEdges\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"{PAPER}\"/>\n"
    );
    for y in 0..frame.area.height {
        let mut x = 0;
        while x < frame.area.width {
            let cell = &frame[(x, y)];
            let same = |other: &Cell| {
                (other.fg, other.bg, other.modifier) == (cell.fg, cell.bg, cell.modifier)
                    && kind(other) == kind(cell)
            };
            let end = (x..frame.area.width)
                .find(|&x| !same(&frame[(x, y)]))
                .unwrap_or(frame.area.width);
            let cells: Vec<&Cell> = (x..end).map(|x| &frame[(x, y)]).collect();
            draw_run(&mut svg, &cells, x, y);
            x = end;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// What a cell is drawn as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// Points of a picture, with ink where the pattern has a bit.
    Blocks(Blocks, u8),
    /// Dots of a curve, which not every font has.
    Braille,
}

fn kind(cell: &Cell) -> Kind {
    let symbol = cell.symbol().chars().next().unwrap_or(' ');
    let patterns = |blocks| (1..=u8::MAX).map(move |pattern| (blocks, pattern));
    let known = [Blocks::Half, Blocks::Quadrant, Blocks::Sextant, Blocks::Octant];
    match symbol {
        '\u{2801}'..='\u{28ff}' => Kind::Braille,
        ' '..='~' => Kind::Text,
        _ => known
            .into_iter()
            .flat_map(patterns)
            .find(|&(blocks, pattern)| character(blocks, pattern) == symbol)
            .map_or(Kind::Text, |(blocks, pattern)| Kind::Blocks(blocks, pattern)),
    }
}

/// Cells of one style beside one another.
fn draw_run(svg: &mut String, cells: &[&Cell], x: u16, y: u16) {
    let (left, top, width) = (x * CELL.0, y * CELL.1, cells.len() as u16 * CELL.0);
    let mut rectangle = |left: f32, top: f32, (width, height): (f32, f32), colour: &str| {
        writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        )
        .expect("a string takes everything");
    };
    if let Some(colour) = hexadecimal(cells[0].bg) {
        rectangle(left.into(), top.into(), (width.into(), CELL.1.into()), &colour);
    }
    let ink = hexadecimal(cells[0].fg).unwrap_or_else(|| INK.into());
    match kind(cells[0]) {
        Kind::Blocks(blocks, pattern) => {
            let (across, down) = blocks.grid();
            let size = (f32::from(CELL.0) / across as f32, f32::from(CELL.1) / down as f32);
            for left in (left..).step_by(CELL.0.into()).take(cells.len()) {
                for point in (0..across * down).filter(|point| pattern >> point & 1 == 1) {
                    let (column, row) = ((point % across) as f32, (point / across) as f32);
                    let place = (f32::from(left) + column * size.0, f32::from(top) + row * size.1);
                    rectangle(place.0, place.1, size, &ink);
                }
            }
            return;
        }
        Kind::Braille => {
            for (cell, left) in cells.iter().zip((left..).step_by(CELL.0.into())) {
                let dots = cell
                    .symbol()
                    .chars()
                    .next()
                    .map_or(0, |braille| braille as u32 - 0x2800);
                for (bit, (column, row)) in BRAILLE_DOTS.into_iter().enumerate() {
                    if dots >> bit & 1 == 1 {
                        let place = (left + 1 + 4 * column, top + 1 + 4 * row);
                        rectangle(place.0.into(), place.1.into(), (2.0, 2.0), &ink);
                    }
                }
            }
            return;
        }
        Kind::Text => {}
    }
    let text: String = cells.iter().map(|cell| cell.symbol()).collect();
    if text.trim().is_empty() {
        return;
    }
    let weight = if cells[0].modifier.contains(Modifier::BOLD) {
        " font-weight=\"bold\""
    } else {
        ""
    };
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    writeln!(
        svg,
        "<text x=\"{left}\" y=\"{}\" fill=\"{ink}\" textLength=\"{width}\" xml:space=\"preserve\"{weight}>{escaped}</text>",
        top + 12
    )
    .expect("a string takes everything");
}

fn hexadecimal(colour: Color) -> Option<String> {
    match colour {
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => None,
    }
}
