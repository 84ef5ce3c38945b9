//! How a run was looked at: points with a name, marked items, the state of every pane.

use ron::ser::PrettyConfig;
use vae_tui::data::ItemPlace;
use vae_tui::explore::attribute::{Applied, Attribute, Group};
use vae_tui::run::protocol::Origin;
use vae_tui::session::{Bookmark, View};
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::panes;
use vae_tui::tui::update::update;

use crate::common;
use crate::harness::{Random, Target, fuzz, is_one_in, within};
use crate::ron_text;

/// Memory that opening a view may take beside its text.
const PLENTY: usize = 8 << 20;

/// Curves that stay from one session to the next.
const COMPARED: usize = 8;

struct Views {
    valid: Vec<String>,
    opened: Opened,
    app: App,
}

#[test]
fn views() {
    fuzz(|| {
        let mut app = common::app(80, 24);
        common::compare(&mut app);
        // What is long takes longer to read than to break.
        for run in &mut common::compared(&mut app).runs {
            run.evaluations.truncate(1);
        }
        let data = common::shapes();
        let opened = common::opened(&common::state(&data), &data);
        let view = seen(app.view());
        let text = ron::ser::to_string_pretty(&view, PrettyConfig::new()).expect("a view");
        let earlier = "(pane: Traversal, zoomed: true, smoothing: 100, start_image: None, latent: [0.5], images: [3, 4], sheet: Plane)";
        Views {
            valid: vec![text, earlier.into()],
            opened,
            app,
        }
    });
}

/// With everything that a person can leave in it.
fn seen(view: View) -> View {
    let point = Origin {
        item: Some(ItemPlace::test(3)),
        latent: Some(vec![0.5, -0.5, 0.0, 1.0, 2.0, -1.0]),
    };
    View {
        other: Some(point.clone()),
        marked: vae_tui::session::Marked {
            towards: [ItemPlace::test(1)].into(),
            away: [ItemPlace::test(2)].into(),
        },
        bookmarks: vec![Bookmark {
            name: "a ring".into(),
            point: point.clone(),
        }],
        attributes: vec![Applied {
            attribute: Attribute {
                towards: Group::Class(1),
                away: Some(Group::Items(vec![ItemPlace::test(2)])),
            },
            strength: 1.5,
        }],
        dimension: Some(2),
        images: vec![0, 4, 7],
        point,
        ..view
    }
}

impl Target for Views {
    const NAME: &'static str = "views";
    const USUAL: u64 = 5_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        ron_text::mutated(&self.valid, random)
    }

    /// What is understood of it is shown, and is saved as it was.
    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        let Ok(text) = std::str::from_utf8(input) else {
            return Ok(());
        };
        let Ok(view) = within(PLENTY + 64 * input.len(), || ron::from_str::<View>(text))? else {
            return Ok(());
        };
        self.open(view);
        if !is_one_in(8, input) {
            return Ok(());
        }
        let saved = self.app.view();
        self.app.focus = panes::KINDS[input.len() % panes::KINDS.len()];
        common::screen(&self.app);
        // What is not equal to itself, as a number that is none, is never answered.
        let mut wishes = self.app.wishes().into_iter();
        if let Some(wish) = wishes.find(|wish| wish.1 != wish.1.clone()) {
            return Err(format!("asks for ever: {wish:?}"));
        }
        let text = ron::to_string(&saved).map_err(|error| error.to_string())?;
        let read: View = ron::from_str(&text).map_err(|error| format!("{text:?}: {error}"))?;
        self.open(read);
        let again = self.app.view();
        let without_panes = |view: &View| {
            let names: Vec<&String> = view.panes.keys().collect();
            format!(
                "{:?} {names:?}",
                View {
                    panes: Default::default(),
                    ..view.clone()
                }
            )
        };
        if without_panes(&again) != without_panes(&saved) {
            return Err(format!("{saved:?} comes back as {again:?}"));
        }
        Ok(())
    }
}

impl Views {
    fn open(&mut self, view: View) {
        // Curves to compare with stay when another session is opened; nobody opens a million.
        common::compared(&mut self.app).runs.truncate(COMPARED);
        let opened = Opened {
            view,
            ..self.opened.clone()
        };
        update(&mut self.app, Message::Opened(Box::new(opened)));
    }
}
