//! The picture in the README, drawn from a frame of the program: `cargo test --test picture -- --ignored`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{tell, update};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use vae_tui::cancel::Cancel;
use vae_tui::data::mnist;
use vae_tui::evaluation::lower_bound;
use vae_tui::run::Event;
use vae_tui::session;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::{Message, Opened};

/// Pixels of a cell in the picture.
const CELL: (u16, u16) = (8, 16);
const PAPER: &str = "#121212";
const INK: &str = "#d0d0d0";

#[test]
#[ignore = "writes docs/screen.svg, which is looked at before it is kept"]
fn draw_the_picture_of_the_readme() {
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
    let mut app = App::new(Rect::new(0, 0, 120, 36), ColourDepth::TrueColour);
    update(&mut app, Message::Opened(Box::new(opened)));
    let measured = Event::Evaluated {
        point: None,
        test,
        seconds: 0.5,
    };
    tell(&mut app, measured);
    common::press(&mut app, KeyCode::Esc);
    std::fs::write("docs/screen.svg", svg(&common::frame(&app))).expect("the folder can be written");
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
    /// An upper half block, which stands for two pixels.
    HalfBlock,
    /// Dots of a curve, which not every font has.
    Braille,
}

fn kind(cell: &Cell) -> Kind {
    match cell.symbol().chars().next() {
        Some('▀') => Kind::HalfBlock,
        Some('\u{2801}'..='\u{28ff}') => Kind::Braille,
        _ => Kind::Text,
    }
}

/// Cells of one style beside one another.
fn draw_run(svg: &mut String, cells: &[&Cell], x: u16, y: u16) {
    let (left, top, width) = (x * CELL.0, y * CELL.1, cells.len() as u16 * CELL.0);
    let mut rectangle = |left: u16, top: u16, (width, height): (u16, u16), colour: &str| {
        writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>"
        )
        .expect("a string takes everything");
    };
    if let Some(colour) = hexadecimal(cells[0].bg) {
        rectangle(left, top, (width, CELL.1), &colour);
    }
    let ink = hexadecimal(cells[0].fg).unwrap_or_else(|| INK.into());
    match kind(cells[0]) {
        Kind::HalfBlock => return rectangle(left, top, (width, CELL.1 / 2), &ink),
        Kind::Braille => {
            for (cell, left) in cells.iter().zip((left..).step_by(CELL.0.into())) {
                let dots = cell
                    .symbol()
                    .chars()
                    .next()
                    .map_or(0, |braille| braille as u32 - 0x2800);
                for (bit, (column, row)) in BRAILLE_DOTS.into_iter().enumerate() {
                    if dots >> bit & 1 == 1 {
                        rectangle(left + 1 + 4 * column, top + 1 + 4 * row, (2, 2), &ink);
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
