//! Runs after and beside one another: the queue, forks, the table, the film, with the real engine and real files.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common::{
    app, configuration, focus, press, press_with, saved, screen, shapes, tell, type_character, update,
    workspace,
};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::data::{Dataset, ItemPlace};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Configuration, Training};
use vae_tui::remote::StateSource;
use vae_tui::run::curve::CurvePoint;
use vae_tui::run::film::{Film, PICTURES};
use vae_tui::run::protocol::Origin;
use vae_tui::run::{Answer, Answered, Command, Event, Happening, Question, RunHandle, RunState, State, Told};
use vae_tui::session::{self, OtherModels, QueuedRun, RunFacts, View};
use vae_tui::sweep::{Progress, RunProgress, Stage};
use vae_tui::tui::app::App;
use vae_tui::tui::message::{BesideNews, Effect, Message};
use vae_tui::tui::opening::{ForkSource, Ready, RunSource, open};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Confirmation;
use vae_tui::tui::panes::reconstruction::Reconstruction;
use vae_tui::tui::panes::runs::Runs;
use vae_tui::tui::saver::Manner;
use vae_tui::tui::workspace::AfterSave;

/// Trains until the run has nothing left to do.
fn train(run: &RunHandle) {
    run.send(Command::Start);
    let ends = |state: &State| *state != State::Running;
    let mut events = run.events().iter();
    let ended = events.any(|told| matches!(&told.event, Event::State(state) if ends(state)));
    assert!(ended);
}

fn state_of(run: &RunHandle) -> RunState {
    *run.checkpoint().recv().expect("the trainer lives")
}

/// Every number that a run has learned, as bits.
fn bits(state: &RunState) -> Vec<u32> {
    let training = &state.training;
    let parameters = training.model.parameters();
    let values = parameters
        .iter()
        .flat_map(|named| named.parameter.values().to_vec());
    let memories = training.optimizer.first.iter().chain(&training.optimizer.second);
    let memories = memories.flatten().copied();
    values.chain(memories).map(f32::to_bits).collect()
}

fn small() -> Configuration {
    Configuration {
        goal: 400,
        evaluate_every: 200,
        ..configuration()
    }
}

fn start(configuration: Configuration, data: &Arc<Dataset>) -> RunHandle {
    let state = RunState::new(Training::new(configuration, data));
    RunHandle::start(state, data.clone()).expect("threads").0
}

/// The fork of a run that would lie at `from`.
fn forked(
    run: &RunHandle,
    at: Option<u64>,
    changes: Vec<Assignment>,
    data: &Arc<Dataset>,
    from: &Path,
) -> anyhow::Result<Ready> {
    let source = ForkSource {
        source: StateSource::Here(
            at.map_or_else(|| run.checkpoint(), |samples| run.kept_checkpoint(samples)),
            data.clone(),
        ),
        changes,
        from: from.to_owned(),
        view: View::default(),
    };
    open(
        RunSource::Fork(Box::new(source)),
        Some(data.clone()),
        false,
        &|_, _| {},
    )
}

#[test]
fn a_fork_with_nothing_changed_goes_on_to_the_same_bits() {
    let (data, folder) = (shapes(), tempfile::tempdir().expect("a folder"));
    let from = folder.path().join("run.ron");
    let run = start(small(), &data);
    train(&run);
    // A change keeps a checkpoint of before.
    run.send(Command::Change(vec![Assignment::new("samples", 800)]));
    let fork = forked(&run, None, Vec::new(), &data, &from).expect("the present state");
    let earlier = forked(
        &run,
        Some(400),
        vec![Assignment::new("samples", 800)],
        &data,
        &from,
    );
    let earlier = earlier.expect("the checkpoint");
    let here = [&fork, &earlier].map(|ready| ready.run.here().expect("a run of this process"));
    for run in [&run, here[0], here[1]] {
        train(run);
    }
    let (whole, fork_state, earlier_state) = (state_of(&run), state_of(here[0]), state_of(here[1]));
    assert_eq!(whole.training.samples, 800);
    assert_eq!(bits(&fork_state), bits(&whole));
    assert_eq!(bits(&earlier_state), bits(&whole));
    let says = |state: &RunState| {
        let forked = Happening::Forked { from: "run".into() };
        let mut entries = state.log.entries.iter();
        entries.any(|entry| entry.what == forked && entry.samples == 400)
    };
    assert!(says(&fork_state) && says(&earlier_state) && !says(&whole));

    // Each has a file of its own, and it is not saved yet.
    assert_eq!(fork.opened.path, Some(folder.path().join("run-fork.ron")));
    assert_eq!(earlier.opened.path, Some(folder.path().join("run-fork-2.ron")));
    assert!(!fork.opened.is_saved);
    let file = &fork.opened.files.session;
    let lies = file.save(file.ticket(), &fork_state, &View::default());
    assert_eq!(
        lies.expect("it can be written"),
        folder.path().join("run-fork.ron")
    );
    drop(earlier);
    assert!(
        !folder.path().join("run-fork-2.ron").exists(),
        "nothing was saved there"
    );
}

#[test]
fn a_fork_may_change_what_a_run_under_way_may_and_no_more() {
    let (data, folder) = (shapes(), tempfile::tempdir().expect("a folder"));
    let from = folder.path().join("run.ron");
    let run = start(small(), &data);
    let change = |name: &str, value: &str| vec![Assignment::new(name, value)];
    let fork = forked(&run, None, change("learning-rate", "0.5"), &data, &from).expect("a live setting");
    assert_eq!(fork.opened.summary.learning_rate, 0.5);
    assert!(forked(&run, None, change("latent", "3"), &data, &from).is_err());
    assert!(
        forked(&run, Some(77), Vec::new(), &data, &from).is_err(),
        "no such checkpoint"
    );
}

#[test]
fn the_form_of_a_fork_offers_checkpoints_and_names_what_was_changed() {
    let mut app = app(100, 30);
    tell(&mut app, Event::Checkpoints(vec![4_000, 8_000]));
    let fork = vae_tui::tui::command::named("run.fork").expect("the command");
    (fork.run)(&mut app);
    assert!(screen(&app).contains("Fork at 9k samples"), "{}", screen(&app));
    assert!(!screen(&app).contains("latent "), "what belongs to the start");
    press(&mut app, KeyCode::F(2));
    assert!(screen(&app).contains("Fork at 8k samples"), "{}", screen(&app));
    let unchanged = |app: &App| screen(app).matches("as it was then").count();
    let all = unchanged(&app);
    assert!(all > 1, "{}", screen(&app));
    for character in "0.5".chars() {
        type_character(&mut app, character);
    }
    assert_eq!(unchanged(&app), all - 1, "one was changed");
    let effects = press(&mut app, KeyCode::Enter);
    let [Effect::Fork(_, fork)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(fork.at, Some(8_000));
    assert_eq!(fork.changes, [Assignment::new("alpha", "0.5")]);
}

#[test]
fn the_queue_goes_on_once_the_run_before_is_saved_and_loses_nothing() {
    let mut app = app(100, 30);
    let queue = vae_tui::tui::command::named("run.queue").expect("the command");
    for latent in ["3", "4"] {
        (queue.run)(&mut app);
        type_character(&mut app, latent.chars().next().expect("a digit"));
        assert!(press(&mut app, KeyCode::Enter).is_empty(), "a run is under way");
    }
    common::run_a_little(&mut app);
    assert_eq!(app.queue.waiting.len(), 2);
    let effects = tell(&mut app, Event::State(State::Finished));
    assert!(
        matches!(
            effects[..],
            [Effect::Notify(_), Effect::Save(Manner::Usual, AfterSave::GoOn)]
        ),
        "{effects:?}"
    );
    let samples = workspace(&app).progress.samples;
    // What was learned after that is not in the file: nothing begins.
    let effects = saved(&mut app, "x.ron", samples - 20);
    assert!(matches!(effects[..], [_, Effect::Save(..)]), "{effects:?}");
    let effects = saved(&mut app, "x.ron", samples);
    let [
        Effect::Command(Command::Record(_)),
        Effect::NewRun(request, configuration),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!((configuration.latent, app.queue.waiting.len()), (3, 1));
    let shown = update(&mut app, Message::Arrived(*request));
    assert!(matches!(shown[..], [Effect::Show(_)]));
    let data = shapes();
    let next = RunState::new(Training::new((**configuration).clone(), &data));
    let effects = update(&mut app, Message::Opened(Box::new(common::opened(&next, &data))));
    assert!(
        matches!(
            effects[..],
            [
                Effect::Command(Command::Evaluate),
                Effect::Command(Command::Start),
                Effect::Advise(_)
            ]
        ),
        "{effects:?}"
    );
    // A run that nobody queued waits for a person.
    common::open_new_run(&mut app);
    assert_eq!(app.queue.waiting.len(), 1);
}

#[test]
fn a_run_of_the_queue_that_cannot_begin_lets_the_next_one_begin() {
    let mut app = app(100, 30);
    let wanted = workspace(&app).progress.configuration.clone();
    app.queue.waiting.extend([wanted.clone().into(), wanted.into()]);
    let effects = tell(&mut app, Event::State(State::Finished));
    let [Effect::Notify(_), Effect::NewRun(request, _)] = &effects[..] else {
        panic!("it is saved: {effects:?}")
    };
    let effects = update(&mut app, Message::OpenFailed(*request, "no data".into()));
    assert!(matches!(effects[..], [Effect::NewRun(..)]), "{effects:?}");
    assert!(screen(&app).contains("no data"));
}

#[test]
fn as_many_runs_of_the_queue_are_trained_beside_the_one_on_the_screen_as_threads_allow() {
    let mut app = app(100, 30);
    app.queue.threads = 4;
    let wanted = Configuration {
        threads: 1,
        ..workspace(&app).progress.configuration.clone()
    };
    app.queue.waiting.extend([1, 2, 3].map(|seed| {
        Configuration {
            seed,
            ..wanted.clone()
        }
        .into()
    }));
    // The run on the screen has two of four threads.
    let queue = vae_tui::tui::command::named("run.queue").expect("the command");
    (queue.run)(&mut app);
    let effects = press(&mut app, KeyCode::Enter);
    let numbers: Vec<u64> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::TrainBeside(number, run) => {
                assert_eq!(run.configuration.seed, *number);
                Some(*number)
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        (&numbers[..], app.queue.waiting.len()),
        (&[1, 2][..], 2),
        "{effects:?}"
    );
    update(
        &mut app,
        Message::Beside(1, BesideNews::Began("/runs/shapes-6d-1.ron".into())),
    );
    update(&mut app, Message::Beside(1, BesideNews::At(5_000)));
    focus(&mut app, "runs");
    assert!(
        screen(&app).contains("beside: shapes 6d, 5k of 20k samples"),
        "{}",
        screen(&app)
    );
    // What a restart goes on with knows where that lies.
    let kept = app.queue.kept();
    assert_eq!(
        (kept.len(), kept[0].file.as_deref()),
        (4, Some(Path::new("/runs/shapes-6d-1.ron")))
    );

    // It asks before it is left.
    app.queue.is_kept = true;
    let quits = |effects: Vec<Effect>| effects.iter().any(|effect| matches!(effect, Effect::Quit));
    assert!(!quits(type_character(&mut app, 'q')));
    assert!(
        screen(&app).contains("4 runs are in the queue. They are kept"),
        "{}",
        screen(&app)
    );
    assert!(!quits(press(&mut app, KeyCode::Esc)));
    type_character(&mut app, 'q');
    assert!(quits(type_character(&mut app, 'y')));

    let effects = update(
        &mut app,
        Message::Beside(1, BesideNews::Ended(Ok("/runs/shapes-6d-1.ron".into()))),
    );
    assert!(
        matches!(&effects[..], [Effect::TrainBeside(3, run)] if run.configuration.seed == 3),
        "{effects:?}"
    );
    assert!(
        update(
            &mut app,
            Message::Beside(2, BesideNews::Ended(Err("full".into())))
        )
        .is_empty(),
        "two threads are too many"
    );
    assert!(screen(&app).contains("full"));
}

#[test]
fn whoever_quits_is_asked_about_the_run_and_the_queue_at_once() {
    let mut app = app(100, 30);
    app.queue.is_kept = true;
    app.queue.waiting.push_back(small().into());
    type_character(&mut app, 'q');
    let asked = screen(&app);
    assert!(
        asked.contains("1 run is in the queue. It is kept") && !asked.contains("This session"),
        "{asked}"
    );
    assert!(
        type_character(&mut app, 's').is_empty(),
        "there is nothing to save"
    );
    press(&mut app, KeyCode::Esc);

    common::run_a_little(&mut app);
    app.queue.waiting.push_back(small().into());
    app.queue.is_kept = false;
    type_character(&mut app, 'q');
    let asked = screen(&app);
    assert!(asked.contains("This session is not saved."), "{asked}");
    assert!(
        asked.contains("2 runs are in the queue, which can't be kept"),
        "{asked}"
    );
    assert!(asked.contains("s save and quit"), "{asked}");
    // Asked again while it is asked, it is asked once.
    press_with(&mut app, KeyCode::Char('c'), KeyModifiers::CONTROL);
    press(&mut app, KeyCode::Esc);
    assert!(app.overlay.is_none());
    type_character(&mut app, 'q');
    let effects = type_character(&mut app, 's');
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Save(Manner::Usual, AfterSave::Quit))),
        "{effects:?}"
    );
}

#[test]
fn whoever_saves_and_quits_while_the_queue_saves_ends_the_program_and_not_the_next_run() {
    let mut app = app(100, 30);
    app.queue.is_kept = true;
    app.queue.waiting.push_back(small().into());
    common::run_a_little(&mut app);
    let effects = tell(&mut app, Event::State(State::Finished));
    assert!(
        matches!(effects[..], [Effect::Notify(_), Effect::Save(..)]),
        "{effects:?}"
    );
    type_character(&mut app, 'q');
    type_character(&mut app, 's');
    let samples = workspace(&app).progress.samples;
    let effects = saved(&mut app, "x.ron", samples);
    assert!(
        matches!(effects[..], [Effect::Command(Command::Record(_))]),
        "the next run would have taken the place of the one that is saved: {effects:?}"
    );
    // Where that save comes to nothing and nobody wants another one, the queue goes on.
    let files = workspace(&app).files.clone();
    update(
        &mut app,
        common::failure(files, Manner::Usual, AfterSave::Quit, common::full()),
    );
    let effects = press(&mut app, KeyCode::Esc);
    assert!(matches!(effects[..], [Effect::NewRun(..)]), "{effects:?}");
}

#[test]
fn a_run_is_handed_over_beside_a_queue_that_is_kept() {
    let mut app = app(100, 30);
    app.queue.waiting.push_back(small().into());
    let detach = |app: &mut App| press_with(app, KeyCode::Char('d'), KeyModifiers::CONTROL);
    assert!(detach(&mut app).is_empty(), "what waits would be lost");
    app.queue.is_kept = true;
    assert!(matches!(
        detach(&mut app)[..],
        [Effect::Save(Manner::Usual, AfterSave::HandOver { .. })]
    ));
    let handed_over = Message::HandedOver {
        trains: false,
        handed: Ok("shapes-6d-1".into()),
    };
    assert!(matches!(update(&mut app, handed_over)[..], [Effect::Quit]));
    let said = app.farewell.expect("words");
    assert!(
        said.contains("vae-tui attach shapes-6d-1") && said.contains("1 in the queue"),
        "{said}"
    );
}

#[test]
fn a_restart_goes_on_with_the_queue_on_the_screen() {
    let mut app = app(100, 30);
    let wanted = workspace(&app).progress.configuration.clone();
    let file = Some(PathBuf::from("/runs/begun.ron"));
    (app.queue.threads, app.queue.resumes) = (2, true);
    app.queue.waiting.push_back(QueuedRun {
        configuration: wanted,
        file,
    });
    let data = shapes();
    let fresh = RunState::new(Training::new(common::configuration(), &data));
    let effects = update(&mut app, Message::Opened(Box::new(common::opened(&fresh, &data))));
    let begun = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Open(_, path) if path.ends_with("begun.ron")));
    assert!(begun && app.queue.waiting.is_empty(), "{effects:?}");
}

#[test]
fn a_restart_takes_one_run_of_the_queue_after_the_other() {
    let mut app = app(100, 30);
    let wanted = workspace(&app).progress.configuration.clone();
    app.queue.resumes = true;
    for _ in 0..2 {
        app.queue.waiting.push_back(wanted.clone().into());
    }
    let data = shapes();
    let fresh = RunState::new(Training::new(wanted, &data));
    let opens = |app: &mut App| {
        let effects = update(app, Message::Opened(Box::new(common::opened(&fresh, &data))));
        effects.iter().any(|effect| matches!(effect, Effect::NewRun(..)))
    };
    assert!(opens(&mut app) && app.queue.waiting.len() == 1);
    // The first of them has not begun yet when it is there.
    assert!(!opens(&mut app), "the second would take its place");
    assert_eq!(app.queue.waiting.len(), 1);
}

#[test]
fn a_sweep_shows_how_far_it_is_and_its_curves_grow() {
    let mut app = app(100, 30);
    focus(&mut app, "runs");
    press(&mut app, KeyCode::Home);
    let point = |samples, bound| CurvePoint {
        samples,
        seconds: 1.0,
        elbo_train: bound,
        elbo_test: bound,
        reconstruction: bound,
        kl: 0.0,
        learning_rate: 1e-3,
    };
    let of_sweep = |bounds: &[f64], stage| RunProgress {
        name: "latent-2_seed-1".into(),
        point: vec![("latent".into(), "2".into())],
        seed: 1,
        samples: 100,
        goal: 200,
        seconds: 1.0,
        evaluations: bounds
            .iter()
            .enumerate()
            .map(|(index, &bound)| point(100 * (index as u64 + 1), bound))
            .collect(),
        stage,
    };
    let progress = Progress {
        runs: vec![of_sweep(&[-90.5], Stage::Begun), of_sweep(&[], Stage::Waiting)],
    };
    update(&mut app, Message::Sweep(Some(progress)));
    let shown = screen(&app);
    assert!(
        shown.contains("sweep: 0 of 2 runs ended, the best so far -90.50 nats: latent-2_seed-1"),
        "{shown}"
    );
    assert!(vae_tui::tui::panes::runs::looks_on(&app));
    // It is looked at again after a while, which by itself draws no frame.
    app.changed = false;
    let effects = update(&mut app, Message::LookDue);
    assert!(matches!(effects[..], [Effect::ReadRuns]) && !app.changed);

    // A curve that is compared grows with the file.
    let mut facts = common::saved_runs().remove(0);
    let early = session::KeptRun {
        name: facts.name(),
        configuration: facts.configuration.clone(),
        evaluations: facts.evaluations.clone(),
    };
    common::compared(&mut app).keep(early);
    facts.evaluations.push(point(9_000, -80.0));
    update(&mut app, Message::Runs(vec![facts], Vec::new()));
    assert_eq!(common::compared(&mut app).runs[0].evaluations.len(), 2);

    let progress = Progress {
        runs: vec![of_sweep(&[-90.5, -80.0], Stage::Finished)],
    };
    update(&mut app, Message::Sweep(Some(progress)));
    assert!(!vae_tui::tui::panes::runs::looks_on(&app), "it is complete");
}

#[test]
fn the_saved_runs_of_a_folder_are_read_without_their_parameters() {
    let (data, folder) = (shapes(), tempfile::tempdir().expect("a folder"));
    let run = start(small(), &data);
    train(&run);
    let state = state_of(&run);
    let path = folder.path().join("a.ron");
    session::save(&state, &View::default(), &path).expect("it can be written");
    std::fs::write(folder.path().join("empty.ron"), "").expect("a reserved name");
    std::fs::write(folder.path().join("other.ron"), "// something\n(a: 1)").expect("no session");
    let (runs, faults) = session::Catalogue::default().list(&[folder.path().to_owned()]);
    assert_eq!((runs.len(), faults.len()), (1, 1), "{faults:?}");
    let RunFacts {
        configuration,
        samples,
        evaluations,
        ..
    } = &runs[0];
    assert_eq!((configuration, *samples), (&state.training.configuration, 400));
    assert!(
        evaluations
            .iter()
            .zip(&state.log.evaluations)
            .all(|(read, kept)| read.is_same(kept))
    );
    assert_eq!(evaluations.len(), state.log.evaluations.len());

    // An item through its model is what the run itself makes of it.
    let models = OtherModels::default();
    let of = |item| models.reconstruct(&path, &data, ItemPlace::test(item));
    let found = of(3).expect("a test item");
    let training = &state.training;
    let expected = vae_tui::explore::reconstruction::reconstruct(
        &training.model,
        &data.test,
        &[3],
        training.noise(),
        &vae_tui::cancel::Cancel::default(),
    );
    assert_eq!(Some(vec![found]), expected);
}

#[test]
fn runs_are_found_marked_and_compared_in_the_pane() {
    let mut app = app(100, 30);
    focus(&mut app, "runs");
    let effects = press(&mut app, KeyCode::Home);
    assert!(matches!(effects[..], [Effect::ReadRuns]), "{effects:?}");
    update(&mut app, Message::Runs(common::saved_runs(), Vec::new()));
    assert!(press(&mut app, KeyCode::Home).is_empty(), "once");
    type_character(&mut app, '/');
    for character in "latent=8".chars() {
        type_character(&mut app, character);
    }
    press(&mut app, KeyCode::Enter);
    assert!(screen(&app).contains("15 runs, 1 shown"), "{}", screen(&app));
    assert!(screen(&app).contains("shapes-4"), "{}", screen(&app));
    type_character(&mut app, 'x');
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Down);
    type_character(&mut app, 'x');
    type_character(&mut app, 'v');
    let differences = screen(&app);
    let row = |name: &str| {
        differences
            .lines()
            .find(|line| line.contains(name))
            .map(str::to_owned)
    };
    let latent = row("latent").expect("they differ in it");
    assert!(
        latent.contains('2') && latent.contains('8') || latent.contains('4'),
        "{latent}"
    );
    assert!(row("hidden").is_none(), "the same in both:\n{differences}");

    let effects = type_character(&mut app, 'v');
    let [Effect::LookInto { number, paths, item }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!((paths.len(), *item), (2, ItemPlace::test(0)));
    let (number, data) = (*number, shapes());
    let model = common::model_by_hand();
    let context = Training::new(configuration(), &data).noise();
    let cancel = vae_tui::cancel::Cancel::default();
    let found = vae_tui::explore::reconstruction::reconstruct(&model, &data.test, &[0], context, &cancel);
    let found = found.and_then(|mut found| found.pop()).expect("not cancelled");
    let found = vec![Ok(found), Err("it was trained on other data".to_owned())];
    update(&mut app, Message::LookedInto(number - 1, Vec::new()));
    update(&mut app, Message::LookedInto(number, found));
    let shown = screen(&app);
    assert!(
        shown.contains("test item 0") && shown.contains("other data"),
        "{shown}"
    );
    // The next item is asked for, and chosen in all panes.
    let effects = press(&mut app, KeyCode::Right);
    assert!(matches!(effects[..], [Effect::LookInto { item, .. }] if item == ItemPlace::test(1)));
    assert_eq!(app.selection.point.item, Some(ItemPlace::test(1)));
}

#[test]
fn the_open_run_is_neither_renamed_nor_thrown_away_and_an_unsaved_one_is_asked_about() {
    let mut app = app(100, 30);
    let samples = workspace(&app).progress.samples;
    saved(&mut app, "/runs/shapes-1.ron", samples);
    focus(&mut app, "runs");
    update(&mut app, Message::Runs(common::saved_runs(), Vec::new()));
    press(&mut app, KeyCode::Home);
    assert!(type_character(&mut app, 'd').is_empty());
    assert!(screen(&app).contains("this run is open"), "{}", screen(&app));
    type_character(&mut app, 'R');
    assert!(app.pane::<Runs>().writing.is_none());
    common::run_a_little(&mut app);
    press(&mut app, KeyCode::Down);
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Confirmation::Open(_)))
    ));
}

#[test]
fn a_film_is_kept_saved_and_gone_on_with_to_the_bit() {
    let (data, folder) = (shapes(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("run.ron");
    let long = Configuration {
        goal: 9_600,
        evaluate_every: 2_400,
        ..configuration()
    };
    let film = |state: &RunState| state.log.film.clone();
    let whole = start(long.clone(), &data);
    train(&whole);
    let whole = film(&state_of(&whole));
    let samples: Vec<u64> = whole.frames().iter().map(|frame| frame.samples).collect();
    assert_eq!(samples, [2_400, 4_800, 7_200, 9_600]);
    let pixels = data.shape.numbers();
    assert_eq!(whole.frames()[0].drawn.pictures(pixels).count(), PICTURES);
    assert_eq!(whole.frames()[0].reconstructed.pictures(pixels).count(), PICTURES);

    let half = start(Configuration { goal: 4_800, ..long }, &data);
    train(&half);
    session::save(&state_of(&half), &View::default(), &path).expect("it can be written");
    let session = session::load(&path).expect("it was saved");
    let mut state = session.into_state(&data).expect("its data");
    assert_eq!(film(&state), film(&state_of(&half)));
    state
        .training
        .change(&[Assignment::new("samples", 9_600)])
        .expect("a higher goal");
    let on = RunHandle::start(state, data.clone()).expect("threads").0;
    train(&on);
    assert_eq!(film(&state_of(&on)), whole);
    assert_ne!(whole, Film::default());
}

/// Asks a run about a moment, and waits for the answer.
fn asked(run: &RunHandle, moment: Option<u64>, question: Question) -> Answered {
    let number = run.ask("test", moment, question);
    loop {
        let told = run
            .events()
            .recv_timeout(Duration::from_secs(60))
            .expect("an answer");
        if let Event::Answered(answered) = told.event
            && answered.number == number
        {
            return *answered;
        }
    }
}

#[test]
fn what_is_asked_about_a_moment_is_answered_by_the_model_of_then() {
    let (data, folder) = (shapes(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("run.ron");
    let long = Configuration {
        goal: 7_200,
        evaluate_every: 2_400,
        ..configuration()
    };
    let images = |answered: &Answered| match &answered.answer {
        Answer::Reconstructed(items) => items[0].reconstruction.output.clone(),
        other => panic!("{other:?}"),
    };
    let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let question = || Question::Reconstruct { items: vec![5] };
    let short = start(
        Configuration {
            goal: 2_400,
            ..long.clone()
        },
        &data,
    );
    train(&short);
    let then = images(&asked(&short, None, question()));

    let run = start(long, &data);
    train(&run);
    let state = state_of(&run);
    assert_eq!(
        state.log.film.moments().collect::<Vec<_>>(),
        [2_400, 4_800, 7_200]
    );
    let now = images(&asked(&run, None, question()));
    let past = asked(&run, Some(2_400), question());
    assert_eq!((past.moment, past.samples), (Some(2_400), 2_400));
    let past = images(&past);
    // What half precision makes of the same model.
    assert!(distance(&past, &then) < 5e-3, "{}", distance(&past, &then));
    assert!(distance(&now, &then) > 5e-2, "{}", distance(&now, &then));

    // What was learned after a checkpoint is gone when the run goes back to it, and what was before it is still there.
    run.send(Command::Change(vec![Assignment::new("samples", 9_600)]));
    train(&run);
    assert_eq!(asked(&run, Some(9_600), question()).moment, Some(9_600));
    run.send(Command::GoBack);
    let back = state_of(&run);
    assert_eq!((back.training.samples, &back.log.film), (7_200, &state.log.film));
    assert_eq!(back.past, state.past);
    assert_eq!(images(&asked(&run, Some(2_400), question())), past);

    session::save(&state, &View::default(), &path).expect("it can be written");
    let session = session::load(&path).expect("it was saved");
    let read = session.into_state(&data).expect("its data");
    assert_eq!(read.past, state.past);
    assert_eq!(read.log.film, state.log.film);
    let on = RunHandle::start(read, data.clone()).expect("threads").0;
    assert_eq!(images(&asked(&on, Some(2_400), question())), past);
}

#[test]
fn all_panes_follow_the_moment_that_is_selected_and_a_key_leads_back() {
    let mut app = app(100, 30);
    common::film(&mut app);
    let number = |app: &App| app.pane::<Reconstruction>().samples;
    type_character(&mut app, '{');
    let shown = screen(&app);
    assert!(shown.contains(r"shown as at 7.2k samples (\ now)"), "{shown}");
    assert_eq!(number(&app), 7_200, "its answer is about that moment");
    // An answer about the present comes too late.
    let late = Answered {
        asker: "reconstruction".into(),
        number: u64::MAX,
        moment: None,
        samples: 9_000,
        took: 0.0,
        question: Question::Reconstruct { items: vec![0] },
        answer: Answer::Reconstructed(Vec::new()),
    };
    let run = workspace(&app).run;
    let event = Event::Answered(Box::new(late));
    vae_tui::tui::update::update(&mut app, Message::Told(Told { run, event }));
    assert_eq!(number(&app), 7_200);
    // The film has no model of its first frames: the panes show the first one that is kept.
    focus(&mut app, "film");
    press(&mut app, KeyCode::Home);
    assert_eq!(
        (app.selection.time, workspace(&app).moment),
        (Some(600), Some(1_800))
    );
    assert!(screen(&app).contains("at 1.8k samples"), "{}", screen(&app));
    let view = app.view();
    assert_eq!(view.time, Some(600), "it is saved");
    type_character(&mut app, 'u');
    assert_eq!(app.selection.time, Some(7_200));
    type_character(&mut app, '\\');
    assert_eq!((app.selection.time, workspace(&app).moment), (None, None));
    assert!(!screen(&app).contains("shown as"));
    focus(&mut app, "reconstruction");
    update(&mut app, Message::Resized(100, 30));
    assert_eq!(number(&app), 9_000);
}

#[test]
fn the_selected_item_is_among_those_of_the_film() {
    let mut app = app(200, 60);
    common::film(&mut app);
    focus(&mut app, "film");
    app.selection.point = Origin::item(ItemPlace::test(30));
    // The eight items are asked for first.
    update(&mut app, Message::Resized(200, 60));
    update(&mut app, Message::Resized(200, 60));
    let shown = screen(&app);
    assert!(
        shown.contains("back test:30") && shown.contains("item test:30"),
        "{shown}"
    );
    app.selection.point = Origin::item(ItemPlace::test(3));
    update(&mut app, Message::Resized(200, 60));
    assert!(!screen(&app).contains("test:30"));
}

#[test]
fn the_film_is_scrubbed_in_step_with_the_curve() {
    let mut app = app(200, 60);
    focus(&mut app, "film");
    update(&mut app, Message::Resized(200, 60));
    assert!(screen(&app).contains("no frame yet"), "{}", screen(&app));
    common::film(&mut app);
    assert!(screen(&app).contains("frame 15 of 15"), "{}", screen(&app));
    press(&mut app, KeyCode::PageUp);
    let shown = screen(&app);
    assert!(
        shown.contains("at 3k samples") && shown.contains("frame 5 of 15"),
        "{shown}"
    );
    assert!(shown.contains("item 0") && shown.contains("draw 8"), "{shown}");
    let bright = |app: &vae_tui::tui::app::App| common::frame(app);
    let before = bright(&app);
    type_character(&mut app, 'p');
    update(&mut app, Message::Tick);
    assert!(screen(&app).contains("frame 6 of 15"));
    assert_ne!(bright(&app), before);
    for _ in 0..20 {
        update(&mut app, Message::Tick);
    }
    assert_eq!(
        app.selection.time, None,
        "it ends at the newest, which follows the run"
    );
}
