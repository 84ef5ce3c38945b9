//! Pasted text and what a terminal answers, sent to the real program: none of it is a key.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/terminal.rs"]
mod terminal;

use std::time::Duration;

use terminal::{Terminal, data};
use vae_tui::learning::settings::TABLE;

/// Longer than the rest of any escape sequence is waited for.
const SILENCE: Duration = Duration::from_millis(1_500);
/// Longer than a lone Esc is waited for.
const MOMENT: Duration = Duration::from_millis(200);

fn workbench(data: &std::path::Path) -> Terminal {
    let terminal = Terminal::workbench(data, (100, 30), &["--threads", "1"]);
    terminal.wait_for("space starts training");
    terminal
}

/// Opens the help and closes it, which shows that all that was sent before has been read, and that nothing else is open.
fn help_opens_and_closes(terminal: &mut Terminal) {
    terminal.press("?");
    terminal.wait_for("start or pause training");
    terminal.press("\x1b");
    terminal.wait("the help closes", |screen| {
        !screen.contains("start or pause training")
    });
    assert!(terminal.child.try_wait().expect("a child process").is_none());
}

/// Three panes, paused, without a question; a frame may be on its way.
fn nothing_is_different(terminal: &Terminal) {
    terminal.wait("the panes as they were", |screen| {
        screen.contains("paused") && screen.contains("3 Reconstruction") && !screen.contains("Sure?")
    });
}

fn quit(mut terminal: Terminal) {
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn a_paste_into_the_panes_does_nothing() {
    let data = data();
    let mut terminal = workbench(data.path());
    for text in ["query", " n\r", "rq\n1234", &"quit ".repeat(2_000)] {
        terminal.press(&format!("\x1b[200~{text}\x1b[201~"));
    }
    help_opens_and_closes(&mut terminal);
    nothing_is_different(&terminal);
    quit(terminal);
}

#[test]
fn a_paste_into_the_form_is_written_into_its_field() {
    let data = data();
    let mut terminal = workbench(data.path());
    terminal.press("n");
    terminal.wait_for("New run");
    let data = TABLE.iter().position(|setting| setting.name == "data");
    terminal.press(&"\x1b[B".repeat(data.expect("a setting")));
    terminal.wait_for("▶ data");
    terminal.press("\x1b[200~/some/where\r\nqueries\x1b[201~");
    terminal.wait_for("/some/wherequeries");
    // Control and Alt write nothing, and Ctrl-C asks nothing while there is nothing to lose.
    terminal.press("\x1bq\x1b[1;5A");
    terminal.press("x");
    terminal.wait_for("/some/wherequeriesx");
    terminal.press("\x03");
    assert!(terminal.end().0.success());
}

#[test]
fn what_a_terminal_answers_does_nothing_however_it_is_split() {
    let data = data();
    let mut terminal = workbench(data.path());
    let answers = [
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
        "\x1b]10;rgb:ffff/ffff/ffff\x07",
        "\x1b[?62;4;6;22c",
        "\x1b[>0;276;0c",
        "\x1b[?2026;2$y",
        "\x1b[24;80R",
        "\x1bP>|XTerm(370)q\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b[I",
        "\x1b[O",
        "\x1b[Mqqq",
        "\x1b[<0;10;20M",
        "\x1b[<0;10;20m",
        "\x1b[32;10;20M",
    ];
    for answer in answers {
        terminal.press(answer);
    }
    help_opens_and_closes(&mut terminal);
    for answer in answers {
        // An ESC at the beginning is a lone one if nothing follows in time.
        let (start, end) = answer.split_at(2);
        let parts = [start, &end[..end.len() / 2], &end[end.len() / 2..]];
        terminal.press_slowly(&parts, Duration::from_millis(70));
    }
    help_opens_and_closes(&mut terminal);
    nothing_is_different(&terminal);
    quit(terminal);
}

#[test]
fn what_never_ends_gives_the_keyboard_back() {
    let data = data();
    let mut terminal = workbench(data.path());
    for begun in ["\x1b]11;rgb", "\x1bP", "\x1b[", "\x1bO"] {
        terminal.press(begun);
        std::thread::sleep(SILENCE);
        help_opens_and_closes(&mut terminal);
    }
    // A lone Esc, and one before a key, which is Alt with that key.
    terminal.press("?");
    terminal.wait_for("start or pause training");
    terminal.press("\x1b");
    std::thread::sleep(MOMENT);
    terminal.wait("the help closes", |screen| {
        !screen.contains("start or pause training")
    });
    terminal.press("\x1bq\x1bn\x1b\x1b[A");
    help_opens_and_closes(&mut terminal);
    quit(terminal);
}

#[test]
fn what_control_does_it_does_in_dialogs_too() {
    let data = data();
    let mut shell = Terminal::start(data.path(), (100, 30), "bash", &["--norc", "--noprofile", "-i"]);
    shell.press(&format!("PS1='ready> '; {}\n", env!("CARGO_BIN_EXE_vae-tui")));
    shell.wait_for("space starts training");
    shell.press("n");
    shell.wait_for("New run");
    shell.press("\x1a");
    shell.wait_for("Stopped");
    shell.wait_for_plain_screen();
    shell.press("fg\n");
    shell.wait_for("New run");
    let screen = shell.wait_for("latent  ");
    assert!(screen.contains("latent          20"), "{screen}");
    shell.press("\x03");
    shell.wait("the prompt", |screen| screen.trim_end().ends_with("ready>"));
    shell.press("exit\n");
    shell.end();
}
