//! The commands of the anomalies.

use ratatui::crossterm::event::KeyCode;
use vae_tui::data::{ItemPlace, Part};
use vae_tui::run::protocol::Origin;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::anomalies::{Anomalies, Score};

use crate::common::{press, type_character, workspace};

/// The pane with its page, in the state where the command has something to do.
pub fn prepare(app: &mut App, command: &str) {
    settle(app);
    match command {
        "anomalies.left" | "anomalies.first" | "anomalies.traverse" => drop(press(app, KeyCode::Right)),
        "anomalies.up" => drop(press(app, KeyCode::Down)),
        "anomalies.previous-page" => drop(press(app, KeyCode::PageDown)),
        "anomalies.score-anew" => {
            type_character(app, 'v');
            press(app, KeyCode::PageDown);
        }
        _ => {}
    }
}

/// Has everything answered that one answer leads to: numbers of the items, of the training items, and the page.
fn settle(app: &mut App) {
    for _ in 0..2 {
        type_character(app, '#');
    }
}

/// What is different afterwards.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (before.pane::<Anomalies>(), after.pane::<Anomalies>());
    match command {
        "anomalies.show" => assert_eq!(after.focus.name, "anomalies"),
        "anomalies.left" | "anomalies.first" => assert_eq!((was.place(), is.place()), (1, 0)),
        "anomalies.right" => assert_eq!((was.place(), is.place()), (0, 1)),
        "anomalies.up" => assert!(was.place() > 1 && is.place() == 0),
        "anomalies.down" => assert!(was.place() == 0 && is.place() > 1),
        "anomalies.previous-page" => assert!(was.place() > 9 && is.place() == 0),
        "anomalies.next-page" => assert!(was.place() == 0 && is.place() > 9),
        "anomalies.last" => assert_eq!(is.place() + 1, workspace(after).data.test_items),
        "anomalies.turn-over" => {
            let mut over = was.verdict().ranked.clone();
            over.reverse();
            assert_eq!(is.verdict().ranked, over);
        }
        "anomalies.next-score" => {
            assert_eq!((was.score, is.score), (Score::Bound, Score::ImportanceWeighted));
        }
        "anomalies.next-quantile" => {
            assert!(is.verdict().threshold > was.verdict().threshold);
            assert!(is.verdict().above <= was.verdict().above);
        }
        "anomalies.next-class" => assert_eq!((was.odd_class, is.odd_class), (None, Some(0))),
        "anomalies.previous-class" => assert_eq!((was.odd_class, is.odd_class), (None, Some(3))),
        "anomalies.toggle-surprise" => assert!(!was.shows_surprise && is.shows_surprise),
        "anomalies.score-anew" => {
            assert!(was.verdict().threshold.is_some() && is.verdict().threshold.is_none());
            assert_eq!(is.place(), 0);
        }
        "anomalies.switch-part" => assert_eq!((was.part, is.part), (Part::Test, Part::Train)),
        "anomalies.traverse" => {
            assert_eq!(after.focus.name, "traversal");
            let item = was.verdict().ranked[1].item;
            assert_eq!(after.selection.point, Origin::item(ItemPlace::test(item)));
        }
        name => panic!("{name} has no line here"),
    }
}

/// Ranked by each score in turn, the first items are those that have most of it, and each class is told apart or not.
#[test]
fn every_score_ranks_and_says_how_many_lie_above_the_training_items() {
    let mut app = crate::common::app(200, 60);
    crate::focus(&mut app, "anomalies");
    for score in [
        Score::Bound,
        Score::ImportanceWeighted,
        Score::Reconstruction,
        Score::Kl,
    ] {
        for _ in 0..10 {
            type_character(&mut app, '#');
        }
        let pane = app.pane::<Anomalies>();
        assert_eq!(pane.score, score);
        let verdict = pane.verdict();
        assert_eq!(verdict.ranked.len(), 60);
        assert!(
            verdict
                .ranked
                .windows(2)
                .all(|pair| pair[0].score >= pair[1].score)
        );
        let threshold = verdict.threshold.expect("all training items were scored");
        assert_eq!(
            verdict.above,
            verdict
                .ranked
                .iter()
                .filter(|item| item.score > threshold)
                .count()
        );
        let screen = crate::screen(&app);
        assert!(screen.contains(score.words()), "{screen}");
        assert!(
            screen.contains("the threshold of 99 % of the training items"),
            "{screen}"
        );
        type_character(&mut app, 'i');
    }
    type_character(&mut app, 'c');
    assert!(
        crate::screen(&app).contains("AUROC of 0: "),
        "{}",
        crate::screen(&app)
    );
    type_character(&mut app, 'd');
    type_character(&mut app, '#');
    assert!(
        crate::screen(&app).contains("surprise"),
        "{}",
        crate::screen(&app)
    );
}

/// While numbers come in, the ranking is ahead of the page: what came last is looked at meanwhile, each item with its own score.
#[test]
fn a_page_is_looked_at_while_the_ranking_goes_on() {
    let mut app = crate::common::app(200, 60);
    crate::focus(&mut app, "anomalies");
    type_character(&mut app, 'i');
    type_character(&mut app, '#');
    let pane = app.pane::<Anomalies>();
    assert!(pane.scoring().is_some_and(|scoring| scoring.is_under_way()));
    let shown = crate::screen(&app);
    assert!(!shown.contains("on their way"), "{shown}");
    let ranked = &pane.verdict().ranked;
    assert_eq!(ranked.len(), 60, "40 of them were on the page that was asked for");
    let scores = ranked
        .iter()
        .filter(|item| shown.contains(&format!(" {:.0}", item.score)));
    assert!(scores.count() >= 40, "{shown}");
}
