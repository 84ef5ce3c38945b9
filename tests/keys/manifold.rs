//! Commands of the manifold pane.

use vae_tui::data::Part;
use vae_tui::explore::manifold::Window;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::manifold::Manifold;

use crate::common::{type_character, workspace};

/// The state in which a command has something to do: for those that move the window, zoomed in around the middle.
pub fn prepare(app: &mut App, command: &str) {
    if command.starts_with("manifold.pan") || matches!(command, "manifold.farther" | "manifold.whole") {
        type_character(app, 'z');
    }
}

/// What is different after a command.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (before.pane::<Manifold>(), after.pane::<Manifold>());
    let dimensions = |app: &App| {
        app.pane::<Manifold>()
            .dimensions(app, workspace(app))
            .expect("a plane")
    };
    let (right, down) = dimensions(before);
    // Where the cursor is, and by how much it moved.
    let change = |dimension: usize| {
        let latent = |app: &App| app.pane::<Manifold>().latent(app).expect("the plane is known");
        latent(after)[dimension] - latent(before)[dimension]
    };
    match command {
        "manifold.show" => assert_eq!(after.focus.name, "manifold"),
        "manifold.left" | "manifold.pan-left" => assert!(change(right) < 0.0 && change(down) == 0.0),
        "manifold.right" | "manifold.pan-right" => assert!(change(right) > 0.0 && change(down) == 0.0),
        "manifold.up" | "manifold.pan-up" => assert!(change(down) < 0.0 && change(right) == 0.0),
        "manifold.down" | "manifold.pan-down" => assert!(change(down) > 0.0 && change(right) == 0.0),
        "manifold.nearer" => {
            assert_eq!((was.window, is.window.side), (Window::WHOLE, 0.5));
            assert!(change(right).abs() < 1e-6, "what is under the cursor stays there");
        }
        "manifold.farther" | "manifold.whole" => assert_eq!(is.window, Window::WHOLE),
        "manifold.next-right" | "manifold.previous-right" => {
            assert!(dimensions(after).0 != right && dimensions(after).1 == down);
            assert_eq!(after.selection.dimension, Some(dimensions(after).0));
        }
        "manifold.next-down" | "manifold.previous-down" => {
            assert!(dimensions(after).1 != down && dimensions(after).0 == right);
        }
        "manifold.toggle-items" | "manifold.switch-part" => {
            assert_eq!((was.items, is.items), (None, Some(Part::Test)));
        }
        "manifold.choose" => assert_eq!(after.selection.point.latent, was.latent(before)),
        name => panic!("{name} has no line here"),
    }
}
