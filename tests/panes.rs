//! Every pane of the registry keeps the same promises: whatever the size, the colours, and how old its answer is.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{app_with_depth, focus, frame, press, screen, state, tell, type_character, workspace};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::style::Color;
use vae_tui::data::{Dataset, ItemShape, Part, Split};
use vae_tui::explore::browse::BrowsedItem;
use vae_tui::learning::StepReport;
use vae_tui::objective::BoundTerms;
use vae_tui::run::{Event, Summary};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::panes::data::DataBrowser;
use vae_tui::tui::panes::{KINDS, Kind};
use vae_tui::tui::update::update as update_unanswered;

const SIZES: [(u16, u16); 3] = [(80, 24), (100, 30), (200, 60)];
const DEPTHS: [ColourDepth; 3] = [
    ColourDepth::TrueColour,
    ColourDepth::Ansi16,
    ColourDepth::Monochrome,
];

/// The screen with a run whose questions nobody has answered.
fn unanswered(width: u16, height: u16, depth: ColourDepth) -> App {
    let data = common::shapes();
    let mut app = App::new(ratatui::layout::Rect::new(0, 0, width, height), depth);
    let run = common::opened(&state(&data), &data).summary.run;
    let opened = Opened::new(Summary::of(run, &state(&data), &data));
    update_unanswered(&mut app, Message::Opened(Box::new(opened)));
    app
}

/// The same 10 000 steps after its questions were answered.
fn long_after(width: u16, height: u16, depth: ColourDepth) -> App {
    let mut app = app_with_depth(width, height, depth);
    let run = workspace(&app).run;
    let report = StepReport {
        samples: 9_000 + 20 * 10_000,
        terms: BoundTerms {
            reconstruction: -80.0,
            kl: 20.0,
        },
        sampling: None,
    };
    let event = Event::Steps {
        reports: vec![report],
        seconds: 100.0,
    };
    update_unanswered(&mut app, Message::Told(vae_tui::run::Told { run, event }));
    app
}

fn colours(buffer: &Buffer) -> Vec<Color> {
    buffer
        .content
        .iter()
        .flat_map(|cell| [cell.fg, cell.bg])
        .collect()
}

fn each(mut check: impl FnMut(&'static Kind, &mut App, ColourDepth, &str)) {
    for kind in KINDS {
        for (width, height) in SIZES {
            for depth in DEPTHS {
                for (age, make) in [
                    ("no answer yet", unanswered as fn(u16, u16, ColourDepth) -> App),
                    ("a new answer", app_with_depth),
                    ("an old answer", long_after),
                ] {
                    let mut app = make(width, height, depth);
                    focus(&mut app, kind.name);
                    let what = format!("{} at {width}x{height}, {depth:?}, {age}", kind.name);
                    check(kind, &mut app, depth, &what);
                }
            }
        }
    }
}

#[test]
fn every_pane_draws_itself_with_the_colours_that_there_are() {
    each(|kind, app, depth, what| {
        let screen = screen(app);
        let title: String = kind.title.chars().take(12).collect();
        assert!(screen.contains(&title), "{what}:\n{screen}");
        let inside = app.visible(kind.name).expect("it has the focus");
        let buffer = frame(app);
        let is_drawn = inside.positions().any(|place| buffer[place].symbol() != " ");
        assert!(is_drawn, "{what} says nothing:\n{screen}");
        for colour in colours(&buffer) {
            let allowed = match depth {
                ColourDepth::TrueColour => true,
                ColourDepth::Ansi16 => !matches!(colour, Color::Rgb(..) | Color::Indexed(16..)),
                _ => colour == Color::Reset,
            };
            assert!(allowed, "{what} has {colour}");
        }
    });
}

#[test]
fn an_answer_that_has_become_old_says_so() {
    for name in ["traversal", "reconstruction"] {
        let mut app = long_after(100, 30, ColourDepth::TrueColour);
        focus(&mut app, name);
        assert!(
            screen(&app).contains("at 9k samples"),
            "{name}:\n{}",
            screen(&app)
        );
        let mut app = app_with_depth(100, 30, ColourDepth::TrueColour);
        focus(&mut app, name);
        assert!(
            !screen(&app).contains("at 9k samples"),
            "{name}:\n{}",
            screen(&app)
        );
    }
}

#[test]
fn every_pane_comes_to_the_front_by_its_own_command_and_goes_back() {
    for kind in KINDS {
        let mut app = app_with_depth(200, 60, ColourDepth::TrueColour);
        let show = kind.everywhere[0].run;
        assert_eq!(kind.everywhere[0].name, format!("{}.show", kind.name));
        show(&mut app);
        assert_eq!(app.focus.name, kind.name);
        let alone = app.visible(kind.name).expect("it is in front");
        assert_eq!(alone.width, 198, "{}", kind.name);
        show(&mut app);
        assert!(KINDS.len() > 1 && app.visible("training").is_some());
    }
}

#[test]
fn every_pane_has_a_letter_of_its_own_in_the_list_that_goes_there() {
    for kind in KINDS {
        let mut app = app_with_depth(80, 24, ColourDepth::TrueColour);
        type_character(&mut app, 'f');
        let list = screen(&app);
        assert!(
            list.contains(&format!("{} {}", kind.letter, kind.heading)),
            "{list}"
        );
        type_character(&mut app, kind.letter);
        assert_eq!((app.focus.name, app.overlay.is_none()), (kind.name, true));
    }
    let mut app = app_with_depth(80, 24, ColourDepth::TrueColour);
    type_character(&mut app, 'f');
    type_character(&mut app, '#');
    assert!(app.overlay.is_some(), "a letter that chooses nothing");
    press(&mut app, KeyCode::Esc);
    assert!(app.overlay.is_none());
}

#[test]
fn the_state_of_every_pane_survives_a_session_and_so_does_what_is_not_understood() {
    let mut app = app_with_depth(100, 30, ColourDepth::TrueColour);
    focus(&mut app, "training");
    type_character(&mut app, 'w');
    focus(&mut app, "traversal");
    type_character(&mut app, 'v');
    let mut view = app.view();
    let text = |view: &vae_tui::session::View, name: &str| view.panes[name].get_ron().to_owned();
    let raw = |text: &str| ron::value::RawValue::from_ron(text).expect("RON").to_owned();
    view.panes.insert("globe".into(), raw("(level: Deep(3))"));
    view.panes.insert("comparison".into(), raw("[1, 2]"));
    let traversal = text(&view, "traversal").replace('(', "(glow:Deep(3),");
    view.panes.insert("traversal".into(), raw(&traversal));
    let summary = common::opened(&state(&common::shapes()), &common::shapes()).summary;
    let opened = Opened {
        view: view.clone(),
        ..Opened::new(summary)
    };
    let mut again = App::new(app.area, app.depth);
    update_unanswered(&mut again, Message::Opened(Box::new(opened)));
    let saved = again.view();
    for name in ["training", "globe", "comparison"] {
        assert_eq!(text(&saved, name), text(&view, name), "{name}");
    }
    for part in ["sheet:Draws", "glow:Deep(3)"] {
        assert!(
            text(&saved, "traversal").contains(part),
            "{}",
            text(&saved, "traversal")
        );
    }
    assert_eq!(saved.focus, "traversal");
}

#[test]
fn the_log_follows_searches_and_scrolls() {
    let mut app = app_with_depth(100, 30, ColourDepth::TrueColour);
    type_character(&mut app, '5');
    assert!(screen(&app).contains("test -120.49"), "{}", screen(&app));
    type_character(&mut app, '/');
    for character in "q138".chars() {
        type_character(&mut app, character);
    }
    press(&mut app, KeyCode::Home);
    press(&mut app, KeyCode::Delete);
    press(&mut app, KeyCode::Enter);
    let screen_now = screen(&app);
    assert!(
        screen_now.contains("test -138.00") && !screen_now.contains("test -120.49"),
        "{screen_now}"
    );
    assert!(screen_now.contains("/138  1 line"), "{screen_now}");
    press(&mut app, KeyCode::Esc);
    assert!(screen(&app).contains("test -120.49"));
    let refused = Event::Happened(vae_tui::run::Entry {
        samples: 9_000,
        seconds: 9.0,
        what: vae_tui::run::Happening::Changed {
            setting: "batch".into(),
            from: "20".into(),
            to: "40".into(),
        },
    });
    tell(&mut app, refused);
    assert!(screen(&app).contains("batch 20 -> 40"));
}

/// The places and classes of the items from the selected one on, as the data browser has them.
fn browsed(app: &App) -> Vec<(usize, String)> {
    let area = app.visible("data").expect("the pane has the focus");
    let items = app
        .pane::<DataBrowser>()
        .from_selected(&workspace(app).data, area);
    let class = |found: &BrowsedItem| found.class.clone().expect("shapes have classes");
    items.iter().map(|found| (found.item, class(found))).collect()
}

/// Chooses the next order of the data browser; once it is known, the page is asked for.
fn turn_order(app: &mut App) {
    type_character(app, 'v');
    common::update(app, Message::Resized(app.area.width, app.area.height));
}

#[test]
fn the_data_browser_shows_a_class_and_the_order_of_bounds() {
    let mut app = app_with_depth(200, 60, ColourDepth::TrueColour);
    type_character(&mut app, '6');
    let all = browsed(&app);
    assert_eq!(all.len(), 60, "all test items have room");
    assert!(all.iter().map(|(item, _)| *item).eq(0..60));
    for (place, class) in ["0", "1", "2", "3"].into_iter().enumerate() {
        type_character(&mut app, 'c');
        let expected = (place..60).step_by(4).map(|item| (item, class.to_owned()));
        assert!(browsed(&app).into_iter().eq(expected), "class {class}");
    }
    assert!(screen(&app).contains("test items of class 3, in their order"));
    assert!(screen(&app).contains("1-15 of 15"), "{}", screen(&app));

    turn_order(&mut app);
    let lowest = browsed(&app);
    let bounds: Vec<f64> = {
        let area = app.visible("data").expect("the pane has the focus");
        let items = app
            .pane::<DataBrowser>()
            .from_selected(&workspace(&app).data, area);
        items.iter().map(|found| found.terms.lower_bound()).collect()
    };
    assert_eq!(bounds.len(), 15);
    assert!(bounds.windows(2).all(|pair| pair[0] <= pair[1]), "{bounds:?}");
    turn_order(&mut app);
    assert!(browsed(&app).into_iter().eq(lowest.into_iter().rev()));
    assert!(screen(&app).contains("the highest bound first"));

    type_character(&mut app, 'c');
    type_character(&mut app, 't');
    assert!(screen(&app).contains("train items of all classes"));
    assert!(screen(&app).contains("of 200"), "{}", screen(&app));
    assert!(type_character(&mut app, 'x').is_empty());
    assert_eq!(app.focus.name, "data", "reconstructions are of test items");
    assert!(screen(&app).contains("t shows those"), "{}", screen(&app));
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    assert_eq!(app.focus.name, "traversal");
    let start = app.selection.point.item.expect("it starts at an item");
    assert_eq!(start.part, Part::Train);
    let words = format!("train image {}", start.item);
    assert!(screen(&app).contains(&words), "{}", screen(&app));
}

/// Whatever kind of item the data has, a page of it has room and is drawn, and a data set without labels says so.
#[test]
fn the_data_browser_shows_items_of_every_kind() {
    for shape in ["6x4x3", "5", "200", "30:2", "30:9", "900x2", "2x900"] {
        let shape: ItemShape = shape.parse().expect("a shape");
        let values = |items: usize| {
            (0..items * shape.numbers())
                .map(|index| (index % 7) as f32 / 6.0)
                .collect()
        };
        let split = |items| Split::of_floats(values(items), Vec::new(), shape.numbers());
        let data = std::sync::Arc::new(Dataset::new("any", shape, split(30), split(20)));
        let configuration = vae_tui::learning::Configuration {
            likelihood: vae_tui::model::Likelihood::Gaussian,
            ..common::configuration()
        };
        let run = vae_tui::run::RunState::new(vae_tui::learning::Training::new(configuration, &data));
        for (width, height) in [(80, 24), (200, 60), (30, 8)] {
            let mut app = App::new(
                ratatui::layout::Rect::new(0, 0, width, height),
                ColourDepth::TrueColour,
            );
            common::update(&mut app, Message::Opened(Box::new(common::opened(&run, &data))));
            type_character(&mut app, '6');
            let area = app.visible("data").expect("it is in front");
            let items = app
                .pane::<DataBrowser>()
                .from_selected(&workspace(&app).data, area);
            assert!(!items.is_empty(), "{shape} at {width}x{height}");
            let drawn = frame(&app);
            let coloured = area
                .positions()
                .filter(|&place| matches!(drawn[place].bg, Color::Rgb(..)));
            assert!(
                coloured.count() > 0,
                "{shape} at {width}x{height}:\n{}",
                screen(&app)
            );
            press(&mut app, KeyCode::End);
            assert!(screen(&app).contains("20 of 20"), "{}", screen(&app));
            type_character(&mut app, 'c');
            assert!(screen(&app).contains("no labels"), "{}", screen(&app));
        }
    }
}

/// The order stays while training goes on, and says how old it is; choosing it anew makes a new one.
#[test]
fn an_order_of_bounds_that_has_become_old_says_so() {
    let mut app = app_with_depth(100, 30, ColourDepth::TrueColour);
    type_character(&mut app, '6');
    turn_order(&mut app);
    assert!(!screen(&app).contains("ranked at"), "{}", screen(&app));
    let run = workspace(&app).run;
    let report = StepReport {
        samples: 9_000 + 20 * 10_000,
        terms: BoundTerms {
            reconstruction: -80.0,
            kl: 20.0,
        },
        sampling: None,
    };
    let event = Event::Steps {
        reports: vec![report],
        seconds: 100.0,
    };
    update_unanswered(&mut app, Message::Told(vae_tui::run::Told { run, event }));
    let screen = screen(&app);
    assert!(screen.contains("as ranked at 9k samples"), "{screen}");
    assert!(
        screen.contains("- KL") && screen.contains(" at 9k samples "),
        "{screen}"
    );
}
