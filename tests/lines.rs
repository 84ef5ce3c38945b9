//! The real program on lines that are slow, stand still or drop letters, and in terminals that are not the usual one.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/needs.rs"]
mod needs;
#[path = "common/terminal.rs"]
mod terminal;

use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

use terminal::{Nature, Terminal, USUAL, data};

/// What stands on the screen of a new run, and in no help.
const OPEN: &str = "784-500-20-500-784";
const PROGRAM: &str = env!("CARGO_BIN_EXE_vae-tui");

/// A workbench that trains, on a line of so many bytes per second, with the focus on the traversal.
fn training(data: &std::path::Path, rate: usize) -> Terminal {
    let nature = Nature {
        rate: Some(rate),
        ..USUAL
    };
    let mut terminal = Terminal::start_in(nature, data, (100, 30), PROGRAM, &["--threads", "1"], &[]);
    terminal.wait("the traversal", |screen| value(screen).is_some());
    terminal.press(" \t");
    terminal.wait("training", |screen| {
        screen.contains("running") && screen.contains("╭ 2 Traversal")
    });
    terminal
}

/// What is said of the latent value that is moved, such as `+0.35`.
fn value(screen: &str) -> Option<String> {
    let words: Vec<&str> = screen.split_whitespace().collect();
    let is_dimension = |word: &str| {
        word.strip_prefix('z')
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let said = words
        .windows(3)
        .find(|said| is_dimension(said[0]) && said[1] == "=")?;
    Some(said[2].to_owned())
}

/// Bytes that pass the line from a key until the latent value that it moves is another one, for each of some keys.
fn bytes_to_act(terminal: &mut Terminal, keys: usize) -> Vec<usize> {
    let press = |key| {
        // At some moment between two frames.
        std::thread::sleep(Duration::from_millis(700 + 37 * key as u64));
        let before = value(&terminal.screen());
        let written = terminal.written.load(Ordering::SeqCst);
        terminal.press(if key % 2 == 0 { "L" } else { "H" });
        terminal.wait("another value", |screen| {
            let value = value(screen);
            value.is_some() && value != before
        });
        terminal.written.load(Ordering::SeqCst) - written
    };
    (0..keys).map(press).collect()
}

#[test]
fn at_9600_baud_a_key_acts_within_a_second() {
    let data = data();
    // Ten bits for a byte.
    let mut terminal = training(data.path(), 960);
    let bytes = bytes_to_act(&mut terminal, 5);
    assert!(
        bytes.iter().all(|&bytes| bytes <= 960),
        "{bytes:?} bytes until a key acted"
    );
    terminal.signal("-TERM");
    terminal::status(&mut terminal.child);
}

#[test]
fn at_a_megabit_a_key_acts_as_if_there_were_no_line() {
    let data = data();
    let mut terminal = training(data.path(), 125_000);
    let mut bytes = bytes_to_act(&mut terminal, 9);
    bytes.sort_unstable();
    // What passes in 33 ms, the time of two frames of a film; a processor that is busy otherwise answers some keys late.
    assert!(bytes[4] <= 4_000, "{bytes:?} bytes until a key acted");
    terminal.signal("-TERM");
    assert!(terminal::status(&mut terminal.child).success());
}

/// What stands before "/3M samples": the training points seen so far.
fn samples(screen: &str) -> String {
    let before = screen.split("/3M samples").next().unwrap_or_default();
    let word = before.rsplit(|c: char| c == '│' || c.is_whitespace()).next();
    word.unwrap_or_default().to_owned()
}

/// Seconds for which a terminal takes nothing: fewer than a person's coffee, unless `VAE_TUI_FREEZE` says how many.
fn freeze() -> Duration {
    let seconds = std::env::var("VAE_TUI_FREEZE").ok();
    Duration::from_secs(seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or(8))
}

#[test]
fn a_terminal_that_takes_nothing_for_a_while_holds_up_nobody() {
    let data = data();
    let mut terminal = training(data.path(), 10_000_000);
    let written = terminal.written.clone();
    let written = || written.load(Ordering::SeqCst);
    terminal.frozen.store(true, Ordering::SeqCst);
    let before = (samples(&terminal.screen()), written());
    std::thread::sleep(freeze());
    // Keys go on as well.
    terminal.press("?");
    terminal.frozen.store(false, Ordering::SeqCst);
    terminal.wait_for("start or pause training");
    let queued = written() - before.1;
    terminal.press("q");
    let later = terminal.wait("the panes", |screen| screen.contains("/3M samples"));
    let later = samples(&later);
    assert!(queued < 100_000, "{queued} bytes were waiting");
    assert_ne!(later, before.0, "training went on");
    terminal.signal("-TERM");
    assert!(terminal::status(&mut terminal.child).success());
}

#[test]
fn from_the_smallest_to_the_largest_window_and_back() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &["--threads", "1"]);
    terminal.press(" ");
    for (columns, rows) in [(1, 1), (500, 200), (1, 200), (500, 1), (3, 2), (500, 200)] {
        terminal.resize(columns, rows);
        terminal.press("l");
        std::thread::sleep(Duration::from_millis(50));
    }
    terminal.wait("a large screen", |screen| {
        let widest = screen.lines().map(|line| line.chars().count()).max();
        screen.lines().count() >= 190 && widest > Some(400)
    });
    terminal.resize(80, 24);
    terminal.wait("a small screen", |screen| {
        screen.contains("Training") && screen.lines().count() <= 24
    });
    // In what there is no room for, the program says nothing and goes on.
    terminal.resize(1, 1);
    terminal.signal("-TERM");
    assert!(terminal::status(&mut terminal.child).success());
}

#[test]
fn focus_that_comes_and_goes_is_no_key() {
    let data = data();
    let mut terminal = Terminal::workbench(data.path(), (100, 30), &[]);
    terminal.wait_for(OPEN);
    terminal.press("?");
    terminal.wait_for("start or pause training");
    terminal.press("\x1b[I\x1b[O\x1b[I\x1b[O");
    std::thread::sleep(Duration::from_millis(200));
    assert!(terminal.screen().contains("start or pause training"));
    terminal.press("q");
    terminal.wait("the help closes", |screen| {
        !screen.contains("start or pause training")
    });
    terminal.press("q");
    assert!(terminal.end().0.success());
}

#[test]
fn a_dumb_terminal_is_told_what_works_there() {
    let data = data();
    let terminal = Terminal::start_with(data.path(), (80, 24), PROGRAM, &[], &[("TERM", "dumb")]);
    let output = terminal.output.clone();
    let (status, screen) = terminal.end();
    assert_eq!(status.exit_code(), 1);
    assert!(screen.contains("`vae-tui train` works on it"), "{screen}");
    let output = output.lock().expect("nobody writes any more");
    assert!(!output.contains(&0x1b), "nothing that it would have to obey");
}

#[test]
fn old_terminals_get_what_they_know() {
    for (term, colours) in [("linux", true), ("vt100", false)] {
        let data = data();
        let variables = [
            ("TERM", term),
            ("COLORTERM", ""),
            ("LANG", ""),
            ("LC_ALL", ""),
            ("LC_CTYPE", ""),
        ];
        let mut terminal = Terminal::start_with(data.path(), (80, 24), PROGRAM, &[], &variables);
        terminal.wait_for(OPEN);
        terminal.press("?");
        terminal.wait_for("start or pause training");
        terminal.press("q");
        terminal.wait("the help closes", |screen| {
            !screen.contains("start or pause training")
        });
        terminal.press("q");
        let output = terminal.output.clone();
        assert!(terminal.end().0.success());
        let output = output.lock().expect("nobody writes any more");
        let text = String::from_utf8_lossy(&output);
        assert_eq!(
            text.contains("\x1b[38;5;") || text.contains(";38;5;"),
            colours,
            "{term}"
        );
        assert!(!text.contains("8;2;"), "{term}: no 24-bit colours");
        for (unknown, what) in [
            ("\x1b[>q", "its name"),
            ("\x1b_", "pictures"),
            ("\x1b[c", "attributes"),
        ] {
            assert!(!text.contains(unknown), "{term} is not asked about {what}");
        }
        assert!(
            !text.contains("\x1b[?1002h") || term == "vt100",
            "{term} has no mouse"
        );
        let braille =
            |c: &char| ('\u{2800}'..='\u{28ff}').contains(c) || ('\u{1fb00}'..='\u{1fbff}').contains(c);
        assert_eq!(text.chars().find(braille), None, "{term}");
    }
}

#[test]
fn a_locale_without_utf_8_gets_ascii_and_pictures_of_letters() {
    let data = data();
    let variables = [("LC_ALL", "C"), ("LANG", "C")];
    let mut terminal = Terminal::start_with(data.path(), (100, 30), PROGRAM, &[], &variables);
    // The reconstruction of the test images, which are mostly dark with a bright stroke.
    terminal.wait("a picture", |screen| {
        screen.contains("Reconstruction") && screen.contains("=+=")
    });
    terminal.wait_for(OPEN);
    terminal.press("?");
    terminal.wait_for("start or pause training");
    terminal.press("q");
    terminal.press("q");
    let output = terminal.output.clone();
    assert!(terminal.end().0.success());
    let output = output.lock().expect("nobody writes any more");
    let other = output.iter().position(|byte| !byte.is_ascii());
    assert_eq!(
        other.map(|place| &output[place.saturating_sub(20)..place + 4]),
        None
    );
}

/// Answers of a terminal to everything that it is asked when it is recognised.
const KITTY: Nature = Nature {
    answers: &[
        ("\x1b[5n", "\x1b[0n"),
        ("\x1b[>q", "\x1bP>|kitty(0.40.1)\x1b\\"),
        ("AAAA\x1b\\", "\x1b_Gi=31;OK\x1b\\"),
        ("\x1b[?2026$p", "\x1b[?2026;2$y"),
        ("\x1b[16t", "\x1b[6;20;10t"),
        ("\x1b[c", "\x1b[?62;22c"),
    ],
    rate: None,
};
const FOOT: Nature = Nature {
    answers: &[
        ("\x1b[5n", "\x1b[0n"),
        ("\x1b[>q", "\x1bP>|foot(1.16.2)\x1b\\"),
        ("\x1b[?2026$p", "\x1b[?2026;0$y"),
        ("\x1b[c", "\x1b[?62;4;22c"),
    ],
    rate: None,
};
const ITERM2: Nature = Nature {
    answers: &[
        ("\x1b[5n", "\x1b[0n"),
        ("\x1b[>q", "\x1bP>|iTerm2 3.5.4\x1b\\"),
        ("\x1b[c", "\x1b[?64;1;2;4c"),
    ],
    rate: None,
};
/// A terminal, or something between it and the program, that means ill.
const HOSTILE: Nature = Nature {
    answers: &[
        ("\x1b[5n", "\x1b[0n\x1b[0n\x1b[0n\x1b[3n"),
        (
            "\x1b[>q",
            "\x1bP>|\x1b]52;c;cQ==\x07\x18\x1bP>|kitty(99999999999999999999.1)\x1b\\",
        ),
        ("\x1b[16t", "\x1b[6;65535;65535t\x1b[6;0;0t\x1b[8;9999;9999t"),
        (
            "\x1b[c",
            "\x1b[?99999999999;4c\x1b[?1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;4c\x1b[?4",
        ),
    ],
    rate: None,
};
/// One that answers nothing.
const SILENT: Nature = Nature {
    answers: &[],
    rate: None,
};

/// What a new run's screen wrote in a terminal of this kind until `wanted` was in it, and how the program ended.
fn output_of(nature: Nature, variables: &[(&str, &str)], wanted: &str) -> String {
    let data = data();
    let mut terminal = Terminal::start_in(nature, data.path(), (100, 30), PROGRAM, &[], variables);
    terminal.wait_for(OPEN);
    let output = terminal.output.clone();
    let text = || String::from_utf8_lossy(&output.lock().expect("no thread panics with it")).into_owned();
    terminal::wait_until(wanted, || text().contains(wanted));
    // Keys act as ever.
    terminal.press("?");
    terminal.wait_for("start or pause training");
    terminal.press("q");
    terminal.wait("the help closes", |screen| {
        !screen.contains("start or pause training")
    });
    terminal.press("q");
    assert!(terminal.end().0.success());
    text()
}

#[test]
fn pictures_are_pixels_where_the_terminal_answers_that_it_draws_them() {
    let kitty = output_of(KITTY, &[], "\x1b_Ga=T");
    assert!(
        kitty.contains("\x1b[?2026h") && kitty.ends_with("\x1b[?25h"),
        "frames are shown as a whole"
    );
    // The first frame came before the questions.
    let place = |text: &str| kitty.find(text).expect("it is there");
    assert!(place("vae-tui") < place("\x1b[>q"));
    let foot = output_of(FOOT, &[], "\x1bP0;1;0q");
    assert!(!foot.contains("\x1b[?2026h"));
    output_of(ITERM2, &[], "\x1b]1337;File=inline=1");
}

#[test]
fn pictures_are_characters_where_nobody_answers_or_ill() {
    for (nature, variables) in [
        (SILENT, &[][..]),
        (HOSTILE, &[]),
        // A person may choose.
        (KITTY, &[("NO_COLOR", "1")]),
        (KITTY, &[("TMUX", "/tmp/tmux-0/default,1,0")]),
    ] {
        let output = output_of(nature, variables, "\x1b[c");
        for pixels in ["\x1b_Ga=T", "\x1b]1337;File", "q\"1;1;"] {
            assert!(!output.contains(pixels), "{variables:?}");
        }
    }
}

/// Whether a program is there; if not, the test is skipped, and says so.
fn has(program: &str) -> bool {
    let found = Command::new(program)
        .arg("-V")
        .output()
        .or_else(|_| Command::new(program).arg("-v").output());
    if found.is_err() {
        needs::skipped(&format!("{program} is not there"));
    }
    found.is_ok()
}

#[test]
fn inside_tmux_nothing_is_changed_and_everything_works() {
    if !has("tmux") {
        return;
    }
    let data = data();
    let socket = data.path().join("tmux");
    let socket = socket.to_str().expect("a plain name");
    let options = || {
        let shown = Command::new("tmux")
            .args(["-S", socket, "show-options", "-g"])
            .output();
        let windows = Command::new("tmux")
            .args(["-S", socket, "show-options", "-gw"])
            .output();
        let [shown, windows] = [shown, windows].map(|shown| shown.expect("tmux answers").stdout);
        String::from_utf8_lossy(&[shown, windows].concat()).into_owned()
    };
    let command = format!("printf ready; read -r line; exec {PROGRAM}");
    let arguments = ["-S", socket, "-f", "/dev/null", "new-session", &command];
    let mut terminal = Terminal::start_with(
        data.path(),
        (100, 30),
        "tmux",
        &arguments,
        &[("TMUX", ""), ("LC_ALL", "C.UTF-8")],
    );
    terminal.wait_for("ready");
    let before = options();
    terminal.press("\r");
    terminal.wait_for(OPEN);
    terminal.press(" ");
    terminal.wait_for("running");
    terminal.press("\t");
    terminal.wait_for("╭ 2 Traversal");
    assert_eq!(options(), before, "nothing of the settings is changed");
    let output = terminal.output.clone();
    assert!(!String::from_utf8_lossy(&output.lock().expect("no thread panics with it")).contains("\x1b_G"));
    // What learned something since its save asks before it ends.
    terminal.press(" ");
    terminal.wait_for("paused");
    terminal.press("s");
    terminal.wait_for("saved to");
    terminal.press("q");
    let (status, _) = terminal.end();
    assert!(status.success());
}

#[test]
fn inside_screen_everything_works() {
    if !has("screen") {
        return;
    }
    let data = data();
    let sockets = data.path().join("sockets");
    std::fs::create_dir(&sockets).expect("the folder can be written");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&sockets, private).expect("it is this test's own");
    let sockets = sockets.to_str().expect("a plain name");
    let variables = [("SCREENDIR", sockets), ("LC_ALL", "C.UTF-8"), ("STY", "")];
    let arguments = ["-U", "-c", "/dev/null", PROGRAM];
    let mut terminal = Terminal::start_with(data.path(), (100, 30), "screen", &arguments, &variables);
    terminal.wait_for(OPEN);
    terminal.press(" ");
    terminal.wait_for("running");
    terminal.press("\t");
    terminal.wait_for("╭ 2 Traversal");
    // What learned something since its save asks before it ends.
    terminal.press(" ");
    terminal.wait_for("paused");
    terminal.press("s");
    terminal.wait_for("saved to");
    terminal.press("q");
    terminal::status(&mut terminal.child);
}
