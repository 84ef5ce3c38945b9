//! The commands of the canvas.

use ratatui::crossterm::event::KeyCode;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::draw::{Canvas, Draw};

use crate::common::{press, type_character, workspace};

/// The canvas in the state where the command has something to do.
pub fn prepare(app: &mut App, command: &str) {
    match command {
        "draw.erase" | "draw.blank" | "draw.traverse" => drop(type_character(app, 'd')),
        "draw.take-repair" | "draw.next-rounds" => {
            type_character(app, 't');
            type_character(app, 'y');
            type_character(app, 'i');
        }
        _ => {}
    }
    type_character(app, '#');
}

fn canvas(app: &App) -> &Canvas {
    app.pane::<Draw>()
        .canvas
        .as_ref()
        .expect("a run is on the screen")
}

/// What is different afterwards.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (canvas(before), canvas(after));
    let moved = (
        is.brush.0 as isize - was.brush.0 as isize,
        is.brush.1 as isize - was.brush.1 as isize,
    );
    let painted = is.values.iter().filter(|&&value| value == 1.0).count();
    match command {
        "draw.show" => assert_eq!(after.focus.name, "draw"),
        "draw.left" => assert_eq!((moved, painted), ((-1, 0), 0)),
        "draw.right" => assert_eq!((moved, painted), ((1, 0), 0)),
        "draw.up" => assert_eq!((moved, painted), ((0, -1), 0)),
        "draw.down" => assert_eq!((moved, painted), ((0, 1), 0)),
        "draw.stroke-left" => assert_eq!((moved, painted), ((-1, 0), 2)),
        "draw.stroke-right" => assert_eq!((moved, painted), ((1, 0), 2)),
        "draw.stroke-up" => assert_eq!((moved, painted), ((0, -1), 2)),
        "draw.stroke-down" => assert_eq!((moved, painted), ((0, 1), 2)),
        "draw.paint" => assert_eq!((painted, is.value()), (1, 1.0)),
        "draw.erase" => assert_eq!((was.value(), is.value()), (1.0, 0.0)),
        "draw.hide" => assert_eq!(is.hidden.iter().filter(|&&hidden| hidden).count(), 1),
        "draw.next-brush" => assert_eq!(after.pane::<Draw>().reach, 1),
        "draw.next-rounds" => assert!(after.pane::<Draw>().rounds > before.pane::<Draw>().rounds),
        "draw.add-noise" => assert!(is.values.iter().any(|&value| value > 0.3)),
        "draw.take-item" => {
            assert!(was.values.iter().all(|&value| value == 0.0));
            assert!(is.values.iter().sum::<f32>() > 10.0, "an item has light");
        }
        "draw.blank" => assert!(was.value() == 1.0 && is.values.iter().all(|&value| value == 0.0)),
        "draw.take-repair" => {
            assert!(was.hidden.contains(&true) && !is.hidden.contains(&true));
            let restored = before.pane::<Draw>().restored().expect("answered");
            assert_eq!(is.values, restored.filled);
        }
        "draw.traverse" => {
            assert_eq!(after.focus.name, "traversal");
            let restored = before.pane::<Draw>().restored().expect("answered");
            assert_eq!(after.selection.point.latent.as_ref(), Some(&restored.latent));
        }
        name => panic!("{name} has no line here"),
    }
}

/// What is drawn is encoded and decoded as it changes; what is hidden is filled in, and what is seen stays.
#[test]
fn what_is_drawn_is_reconstructed_and_what_is_hidden_filled_in() {
    let mut app = crate::common::app(100, 30);
    crate::focus(&mut app, "draw");
    type_character(&mut app, 't');
    type_character(&mut app, '#');
    let whole = canvas(&app).values.clone();
    let first = app
        .pane::<Draw>()
        .restored()
        .expect("answered")
        .reconstruction
        .clone();
    assert_eq!(first.input, whole);
    for key in ['y', 'y', 'i', '#'] {
        type_character(&mut app, key);
    }
    let (restored, canvas) = (app.pane::<Draw>().restored().expect("answered"), canvas(&app));
    assert_eq!(canvas.hidden.iter().filter(|&&hidden| hidden).count(), 25);
    for (place, &hidden) in canvas.hidden.iter().enumerate() {
        if !hidden {
            assert_eq!(restored.filled[place], whole[place]);
        }
    }
    let screen = crate::screen(&app);
    assert!(screen.contains("25 values hidden"), "{screen}");
    assert!(screen.contains("most like it"), "{screen}");
    // The selected point is the centre's item or none; the item on the canvas is one of the data's.
    assert_eq!(whole.len(), workspace(&app).data.shape.numbers());
    press(&mut app, KeyCode::Backspace);
    assert!(self::canvas(&app).values.iter().all(|&value| value == 0.0));
}
