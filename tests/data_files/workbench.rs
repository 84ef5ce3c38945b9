//! Data in the workbench: what is said of it, and where it may come from.

use ratatui::layout::Rect;
use vae_tui::tui::app::{App, Awaited};
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::Message;
use vae_tui::tui::update::update;

use super::terminal::Terminal;
use super::{common, folder, idx, images, succeeded, train, vae_tui, write};

const SIZE: (u16, u16) = (160, 40);

#[test]
fn the_screen_names_the_data_that_is_read() {
    let awaited = Some(Awaited {
        request: 1,
        agreed: true,
    });
    let mut app = App::new(Rect::new(0, 0, 80, 24), ColourDepth::TrueColour);
    app.awaited = awaited;
    assert!(
        !common::screen(&app).contains("MNIST"),
        "nothing is known of the data yet"
    );
    let reading = || Message::Reading {
        request: 1,
        what: "reading faces".into(),
        fraction: 0.4,
    };
    update(&mut app, reading());
    assert!(common::screen(&app).contains("reading faces 40 %"));
    let mut app = common::app(100, 30);
    // A run on these data was asked for.
    app.awaited = awaited;
    update(&mut app, reading());
    let screen = common::screen(&app);
    assert!(
        screen.contains("reading faces 40 %") && !screen.contains("MNIST"),
        "{screen}"
    );
}

#[cfg(unix)]
#[test]
fn notes_stand_in_the_footer() {
    let folder = folder();
    write(folder.path(), "bits.idx", &idx(40, |at| (at % 2) as u8));
    let mut terminal = Terminal::workbench(folder.path(), SIZE, &["--data", "bits.idx"]);
    let screen = terminal.wait_for("every tenth image is held out");
    assert!(screen.contains("1 is taken as white"), "{screen}");
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[cfg(unix)]
#[test]
fn standard_input_is_the_keyboards() {
    let folder = folder();
    succeeded(&train(folder.path(), "-", &images(40)));
    let keys = "it reads no data from standard input: name a file, or use vae-tui train --data -";
    for (arguments, sentence) in [
        (&["--data", "-"][..], keys),
        (&["run.ron", "--data", "-"], keys),
        (&["run.ron"], "run.ron was trained on data from standard input"),
    ] {
        let terminal = Terminal::start(folder.path(), SIZE, env!("CARGO_BIN_EXE_vae-tui"), arguments);
        // A long line goes on in the next row.
        terminal.wait(sentence, |screen| screen.replace('\n', "").contains(sentence));
        assert_eq!(terminal.end().0.exit_code(), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_session_is_opened_with_data_that_moved_and_saved_with_its_new_place() {
    let folder = folder();
    write(folder.path(), "a.idx", &images(40));
    succeeded(&train(folder.path(), "a.idx", b""));
    std::fs::rename(folder.path().join("a.idx"), folder.path().join("b.idx"))
        .expect("the folder can be written");
    let mut terminal = Terminal::workbench(folder.path(), SIZE, &["run.ron", "--data", "b.idx"]);
    let screen = terminal.wait_for("every tenth image");
    assert!(!screen.contains("are others than those"), "{screen}");
    terminal.press("s");
    terminal.wait_for("saved to");
    terminal.press("q");
    assert!(terminal.end().0.success());
    succeeded(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));

    // Other images are said to be others.
    write(folder.path(), "b.idx", &images(50));
    let mut terminal = Terminal::workbench(folder.path(), SIZE, &["run.ron", "--data", "b.idx"]);
    terminal.wait_for("are others than those");
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[cfg(unix)]
#[test]
fn a_session_of_data_that_changed_meanwhile_is_opened_with_what_the_file_holds_now() {
    let folder = folder();
    write(folder.path(), "a.idx", &images(40));
    let mut terminal = Terminal::workbench(folder.path(), SIZE, &["--data", "a.idx"]);
    write(folder.path(), "a.idx", &images(60));
    let sessions = folder.path().join("vae-tui").join("sessions");
    std::fs::create_dir_all(&sessions).expect("the folder can be written");
    succeeded(&train(folder.path(), "a.idx", b""));
    std::fs::rename(folder.path().join("run.ron"), sessions.join("run.ron"))
        .expect("the folder can be written");
    terminal.press("o");
    terminal.wait_for("run.ron");
    terminal.press("\r");
    let screen = terminal.wait_for("held out as the test set, 6 of 60");
    assert!(screen.contains("run.ron"), "{screen}");
    terminal.press("q");
    assert!(terminal.end().0.success());
}
