//! Runs that go on without their screen: left, come back to, watched by several, stopped, killed, and lied to. Each test has folders
//! of its own, and ends every process that it began.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/terminal.rs"]
mod terminal;

use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use rand::{Rng, RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use terminal::{Terminal, status, wait_until};
use vae_tui::data::load;
use vae_tui::remote::client::{self, Client};
use vae_tui::remote::folder::RuntimeFolder;
use vae_tui::remote::frame::{self, LONGEST_REPLY, LONGEST_REQUEST};
use vae_tui::remote::message::{Reply, Request};
use vae_tui::remote::{Description, News};
use vae_tui::run::protocol::Origin;
use vae_tui::run::{Entry, Event, Happening, Question, RunState, State};
use vae_tui::session::resume;

const PROGRAM: &str = env!("CARGO_BIN_EXE_vae-tui");

/// A goal that no test reaches.
const ENDLESS: &str = "1000000000";

/// The folders of one test: working folder, data, configuration and sockets.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a temporary folder"));
        let made = std::fs::DirBuilder::new().mode(0o700).create(home.path("run"));
        made.expect("a runtime folder");
        // 120 images of 6 x 6 pixels, as IDX.
        let mut images = vec![0, 0, 8, 3, 0, 0, 0, 120, 0, 0, 0, 6, 0, 0, 0, 6];
        images.extend((0..120 * 36).map(|pixel: u32| (pixel * 37 % 251) as u8));
        std::fs::write(home.path("images.idx"), images).expect("data");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let plain = |name: &str| self.path(name).to_str().expect("a plain path").to_owned();
        vec![
            ("XDG_DATA_HOME", plain("")),
            ("XDG_RUNTIME_DIR", plain("run")),
            ("XDG_STATE_HOME", plain("state")),
            ("XDG_CONFIG_HOME", plain("config")),
        ]
    }

    /// Runs the program to its end.
    fn vae(&self, arguments: &[&str]) -> Output {
        let output = Command::new(PROGRAM)
            .args(arguments)
            .current_dir(self.0.path())
            .envs(self.variables())
            .output();
        output.expect("the program starts")
    }

    /// The same, successfully; what it printed comes back.
    fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.vae(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The same, in vain; what it said comes back.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.vae(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        let said: Vec<&str> = said.lines().filter(|line| !line.starts_with("note: ")).collect();
        assert_eq!(said.len(), 1, "one sentence: {said:?}");
        said[0].to_owned()
    }

    /// Trains a small model to a number of samples, with more arguments.
    fn train(&self, samples: &str, more: &[&str]) -> Vec<String> {
        let settings = "train --data images.idx --hidden 8 --latent 2 --batch 20 --threads 1 --evaluate-every 1000000000";
        let all = settings
            .split(' ')
            .chain(["--samples", samples])
            .chain(more.iter().copied());
        all.map(str::to_owned).collect()
    }

    /// Lets a run go on by itself; it has the name of its file.
    fn detached(&self, name: &str) {
        let file = format!("{name}.ron");
        let arguments = self.train(ENDLESS, &["--detach", "--out", &file]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert_eq!(self.succeed(&arguments).trim(), name);
    }

    /// A screen in a terminal of its own.
    fn screen(&self, arguments: &[&str]) -> Terminal {
        let variables = self.variables();
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        Terminal::start_with(self.0.path(), (110, 30), PROGRAM, arguments, &variables)
    }

    fn folder(&self) -> RuntimeFolder {
        RuntimeFolder::at(self.path("run/vae-tui")).expect("a folder of this user's own")
    }

    fn runs(&self) -> Vec<Description> {
        client::running(&self.folder()).expect("a folder").0
    }

    fn described(&self, name: &str) -> Description {
        client::describe(&self.folder(), name).expect("it can be asked")
    }

    /// Waits until a run has learned something beyond that.
    fn wait_for_more(&self, name: &str, than: u64) -> u64 {
        let mut samples = 0;
        wait_until("more samples", || {
            samples = self.described(name).samples;
            samples > than
        });
        samples
    }

    /// Every number that a session has learned, to the bit, and the samples that it took.
    fn learned(&self, session: &str) -> (u64, Vec<u32>) {
        let state = self.state(session);
        let training = &state.training;
        let parameters = training.model.parameters();
        let values = parameters
            .iter()
            .flat_map(|named| named.parameter.values().to_vec());
        let memories = training.optimizer.first.iter().chain(&training.optimizer.second);
        let all = values.chain(memories.flatten().copied());
        (training.samples, all.map(f32::to_bits).collect())
    }

    fn state(&self, session: &str) -> RunState {
        let resumed = resume(&self.path(session), None, |name, rules| {
            Ok(Arc::new(load(name, rules, |_| {})?))
        });
        resumed.unwrap_or_else(|error| panic!("{error}")).state
    }

    /// Fails unless a session holds what the run would have learned that nobody disturbed.
    fn check_undisturbed(&self, session: &str) {
        let (samples, learned) = self.learned(session);
        assert!(samples > 0);
        let arguments = self.train(&samples.to_string(), &["--out", "undisturbed.ron"]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.succeed(&arguments);
        assert_eq!(self.learned("undisturbed.ron"), (samples, learned));
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let Ok(folder) = RuntimeFolder::at(self.path("run/vae-tui")) else {
            return;
        };
        let (left, _) = client::running(&folder).unwrap_or_default();
        for run in left {
            let _ = Command::new("kill")
                .args(["-KILL", &run.process.to_string()])
                .status();
        }
    }
}

fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([name, &process.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

/// Training points that the header or the panes of a screen name are hard to read; the steering is not.
fn wait_for_role(terminal: &Terminal, role: &str) {
    terminal.wait_for(&format!("[{role}"));
}

/// Joins a run by hand.
fn joined(folder: &RuntimeFolder, name: &str) -> UnixStream {
    let mut line = folder.connect(name).expect("a line");
    frame::introduce(&mut line).expect("it listens");
    frame::acquaint(&mut line).expect("it speaks");
    say(&mut line, &Request::Join);
    assert!(matches!(hear(&mut line), Some(Reply::Joined(..))));
    line
}

fn say(line: &mut UnixStream, request: &Request) {
    let frame = frame::frame(request, LONGEST_REQUEST).expect("it is short");
    line.write_all(&frame).expect("it listens");
}

fn hear(line: &mut UnixStream) -> Option<Reply> {
    frame::read(line, LONGEST_REPLY).expect("a whole reply")
}

#[test]
fn a_run_that_was_never_on_a_screen_learns_the_same_is_listed_and_stopped() {
    let home = Home::new();
    home.detached("by-itself");
    home.wait_for_more("by-itself", 0);
    let listed = home.succeed(&["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("one object");
    assert_eq!(listed["name"], "by-itself");
    assert_eq!(listed["state"], "running");
    assert!(home.succeed(&["list"]).contains("by-itself  running, "));
    let in_use = home.fail(&["train", "--resume", "by-itself.ron", "--samples", "2000000000"]);
    assert!(in_use.contains("in use"), "{in_use}");

    let stopped = home.succeed(&["stop", "by-itself", "--json"]);
    let stopped: serde_json::Value = serde_json::from_str(&stopped).expect("one object");
    assert_eq!(stopped["event"], "stopped");
    assert_eq!(home.runs(), []);
    let left = std::fs::read_dir(home.path("run/vae-tui")).expect("a folder");
    assert_eq!(left.count(), 0, "no socket and no lock is left");
    home.check_undisturbed("by-itself.ron");
}

#[test]
fn a_run_that_reaches_its_goal_with_nobody_watching_is_saved_and_ends() {
    let home = Home::new();
    let arguments = home.train("400", &["--detach", "--out", "short.ron"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    home.succeed(&arguments);
    wait_until("its end", || home.runs().is_empty());
    assert_eq!(home.learned("short.ron").0, 400);
    home.check_undisturbed("short.ron");
    let said = home.fail(&["attach", "short"]);
    assert!(said.contains("no run of the name \"short\""), "{said}");
}

#[test]
fn a_workbench_detaches_and_comes_back_and_no_bit_is_different() {
    let home = Home::new();
    let arguments = home.train("100", &["--out", "run.ron"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    home.succeed(&arguments);
    let mut terminal = home.screen(&["run.ron"]);
    terminal.wait_for("goal reached");
    terminal.press(&format!(":set samples {ENDLESS}\r"));
    terminal.press(" ");
    terminal.wait_for("running");
    terminal.press("\x04");
    let (status, screen) = terminal.end();
    assert!(status.success(), "{screen}");
    assert!(
        screen.contains("run goes on without a screen") && screen.contains("vae-tui attach run"),
        "{screen}"
    );
    let before = home.described("run");
    assert_eq!((before.state, before.viewers), (State::Running, 0));

    let mut terminal = home.screen(&["attach"]);
    wait_for_role(&terminal, "attached, steering");
    terminal.wait_for("Reconstruction");
    // The process answers what panes ask, and does what keys say.
    terminal.press("3");
    terminal.wait_for("#0 ELBO");
    terminal.press(" ");
    terminal.wait_for("paused");
    wait_until("a pause", || home.described("run").state == State::Paused);
    terminal.press(" ");
    wait_until("training", || home.described("run").state == State::Running);
    home.wait_for_more("run", before.samples);
    terminal.press("s");
    wait_until("a save", || home.described("run").saved > before.saved);
    terminal.press("q");
    terminal.wait_for("The run goes on without this screen.");
    terminal.press("y");
    let (status, screen) = terminal.end();
    assert!(status.success(), "{screen}");
    assert!(screen.contains("run goes on without a screen"), "{screen}");
    assert_eq!(home.described("run").viewers, 0);

    // The dialog ends it, too.
    let mut terminal = home.screen(&["attach", "run"]);
    wait_for_role(&terminal, "attached, steering");
    terminal.press("q");
    terminal.wait_for("s save and end it");
    terminal.press("s");
    let (status, screen) = terminal.end();
    assert!(status.success(), "{screen}");
    assert!(screen.contains("has ended: saved to"), "{screen}");
    wait_until("its end", || home.runs().is_empty());
    home.check_undisturbed("run.ron");
}

#[test]
fn several_screens_watch_and_one_steers() {
    let home = Home::new();
    home.detached("shared");
    let mut first = home.screen(&["attach"]);
    wait_for_role(&first, "attached, steering]");
    let mut second = home.screen(&["attach", "shared"]);
    wait_for_role(&first, "attached, steering, 2 screens]");
    wait_for_role(&second, "attached, watching, 2 screens]");
    second.press(" ");
    second.wait_for("another screen steers this run");
    assert_eq!(home.described("shared").state, State::Running);

    second.press("\x14");
    wait_for_role(&second, "attached, steering");
    wait_for_role(&first, "attached, watching");
    second.press(" ");
    for terminal in [&first, &second] {
        terminal.wait_for("paused");
    }
    second.press("\x14");
    wait_for_role(&first, "attached, steering");
    wait_for_role(&second, "attached, watching");
    second.press("q");
    second.wait_for("The run goes on without this screen.");
    assert!(
        !second.screen().contains("save and end it"),
        "only who steers ends it"
    );
    second.press("y");
    assert!(second.end().0.success());
    wait_for_role(&first, "attached, steering]");
    first.press("\x04");
    assert!(first.end().0.success());
    assert_eq!(home.described("shared").state, State::Paused);
}

#[test]
fn one_of_several_runs_is_found_by_its_letters() {
    let home = Home::new();
    home.detached("first");
    home.detached("second");
    let mut terminal = home.screen(&["attach"]);
    terminal.wait_for("Runs without a screen");
    terminal.press("sec\r");
    wait_for_role(&terminal, "attached, steering");
    assert_eq!(home.described("second").viewers, 1);
    terminal.press("\x04");
    assert!(terminal.end().0.success());

    let mut terminal = home.screen(&["attach"]);
    terminal.wait_for("Runs without a screen");
    terminal.press("\x1b");
    assert!(terminal.end().0.success());
}

#[test]
fn a_screen_that_is_stopped_slows_nobody_and_catches_up() {
    let home = Home::new();
    home.detached("steady");
    let mut stopped = home.screen(&["attach"]);
    wait_for_role(&stopped, "attached, steering");
    stopped.signal("-STOP");
    let mut other = home.screen(&["attach"]);
    wait_for_role(&other, "attached, watching, 2 screens]");
    let samples = home.described("steady").samples;
    home.wait_for_more("steady", samples);
    other.press("\x14 ");
    other.wait_for("paused");
    stopped.signal("-CONT");
    stopped.wait_for("paused");
    wait_for_role(&stopped, "attached, watching");
    for terminal in [&mut stopped, &mut other] {
        terminal.press("\x04");
    }
    assert!(stopped.end().0.success() && other.end().0.success());
}

/// Whoever reads nothing gets how things stand in the end, and not all that happened meanwhile.
#[test]
fn a_viewer_that_reads_nothing_is_told_how_things_stand() {
    let home = Home::new();
    home.detached("loud");
    let folder = home.folder();
    let mut loud = joined(&folder, "loud");
    let (quiet, _, steering) = Client::attach(&folder, "loud").expect("another viewer");
    assert!(!steering.is_here && steering.viewers == 2);
    // Far more than fits on the way: each comes back to both as an event.
    let words = "x".repeat(20_000);
    for number in 0..700 {
        let happening = Happening::Warned(format!("{number} {words}"));
        say(
            &mut loud,
            &Request::Command(vae_tui::run::Command::Record(happening)),
        );
        let is_back =
            |reply: &Reply| matches!(reply, Reply::Told(event) if matches!(**event, Event::Happened(_)));
        while !is_back(&hear(&mut loud).expect("the run goes on")) {}
    }
    let is_warning = |entry: &&Entry| matches!(entry.what, Happening::Warned(_));
    let (mut told, mut known, mut caught_up) = (0, 0, false);
    while known < 700 {
        match quiet.news().recv().expect("news") {
            News::Told(told_now) => {
                told += 1;
                if let Event::Happened(entry) = told_now.event {
                    known += usize::from(is_warning(&&entry));
                }
            }
            News::CaughtUp(standing, _) => {
                caught_up = true;
                known = standing.summary.log.entries.iter().filter(is_warning).count();
            }
            _ => {}
        }
    }
    assert_eq!(
        known, 700,
        "nothing of the log is missing, and nothing comes twice"
    );
    assert!(caught_up && told < 600, "{told} events were kept for it");
}

#[test]
fn a_process_that_is_killed_is_said_with_what_is_saved() {
    let home = Home::new();
    home.detached("mortal");
    home.wait_for_more("mortal", 0);
    let mut terminal = home.screen(&["attach"]);
    wait_for_role(&terminal, "attached, steering");
    terminal.press("s");
    wait_until("a save", || home.described("mortal").saved > 0);
    let saved = home.described("mortal").saved;
    signal("-KILL", home.described("mortal").process);
    let screen = terminal.wait_for("can't be reached any more");
    assert!(screen.contains("[gone]"), "{screen}");
    let words: String = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains(&format!("at {saved} samples is saved in")),
        "{screen}"
    );
    terminal.press("q");
    assert!(terminal.end().0.success());
    // What it left is removed, and the session goes on elsewhere.
    assert_eq!(home.runs(), []);
    let left = std::fs::read_dir(home.path("run/vae-tui")).expect("a folder");
    assert_eq!(left.count(), 0);
    assert_eq!(home.learned("mortal.ron").0, saved);
}

#[test]
fn a_hang_up_lets_a_run_go_on_where_the_configuration_says_so() {
    for drops in [false, true] {
        let home = Home::new();
        std::fs::create_dir_all(home.path("config/vae-tui")).expect("a folder");
        std::fs::write(home.path("config/vae-tui/config.ron"), "(hang_up: \"detach\")").expect("a file");
        let arguments = home.train("100", &["--out", "line.ron"]);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        home.succeed(&arguments);
        let mut terminal = home.screen(&["line.ron"]);
        terminal.wait_for("goal reached");
        terminal.press(&format!(":set samples {ENDLESS}\r"));
        terminal.press(" ");
        terminal.wait_for("running");
        let mut child = if drops {
            terminal.hang_up("\x0c")
        } else {
            terminal.signal("-HUP");
            terminal.child
        };
        assert!(status(&mut child).success());
        home.wait_for_more("line", 100);
        home.succeed(&["stop", "line"]);
        home.check_undisturbed("line.ron");
    }
}

#[test]
fn a_run_without_a_screen_goes_on_after_a_hang_up_where_the_configuration_says_so() {
    let home = Home::new();
    std::fs::create_dir_all(home.path("config/vae-tui")).expect("a folder");
    std::fs::write(home.path("config/vae-tui/config.ron"), "(hang_up: \"detach\")").expect("a file");
    let mut train = Command::new(PROGRAM)
        .args(home.train(ENDLESS, &["--out", "line.ron", "--autosave", "1"]))
        .current_dir(home.0.path())
        .envs(home.variables())
        .spawn()
        .expect("the program starts");
    let is_saved = || std::fs::metadata(home.path("line.ron")).is_ok_and(|file| file.len() > 0);
    wait_until("a save", is_saved);
    signal("-HUP", train.id());
    assert!(train.wait().expect("it ends").success());
    let handed_over = home.described("line").samples;
    home.wait_for_more("line", handed_over);
    home.succeed(&["stop", "line"]);
    home.check_undisturbed("line.ron");
}

#[test]
fn a_panic_in_the_process_of_a_run_is_reported_and_loses_nothing() {
    for (place, state) in [("saver", State::Running), ("trainer", State::Paused)] {
        let home = Home::new();
        let begun = Command::new(PROGRAM)
            .args(home.train(ENDLESS, &["--detach", "--out", "faulty.ron", "--autosave", "1"]))
            .current_dir(home.0.path())
            .envs(home.variables())
            .env("VAE_TUI_PANIC", place)
            .output()
            .expect("the program starts");
        assert!(begun.status.success(), "{place}");
        let is_report = |file: std::fs::DirEntry| file.file_name().to_string_lossy().starts_with("panic-");
        wait_until("a report", || {
            let files = std::fs::read_dir(home.path("state/vae-tui"))
                .into_iter()
                .flatten();
            files.flatten().any(is_report)
        });
        wait_until("the run as it is then", || {
            home.described("faulty").state == state
        });
        home.succeed(&["stop", "faulty"]);
        let (samples, _) = home.learned("faulty.ron");
        match state {
            State::Running => home.check_undisturbed("faulty.ron"),
            _ => assert_eq!(samples, 0, "{place}"),
        }
    }
}

#[test]
fn a_socket_that_is_removed_under_a_run_comes_back() {
    let home = Home::new();
    home.detached("lasting");
    std::fs::remove_dir_all(home.path("run/vae-tui")).expect("a folder");
    assert_eq!(home.runs(), []);
    wait_until("the socket", || !home.runs().is_empty());
    home.succeed(&["stop", "lasting"]);
}

#[test]
fn a_folder_that_others_could_use_is_refused_in_one_sentence() {
    let home = Home::new();
    let (folder, elsewhere) = (home.path("run/vae-tui"), home.path("elsewhere"));
    std::fs::create_dir(&elsewhere).expect("a folder");
    symlink(&elsewhere, &folder).expect("a link");
    let detach = home.train(ENDLESS, &["--detach", "--out", "run.ron"]);
    let detach: Vec<&str> = detach.iter().map(String::as_str).collect();
    for arguments in [&["list"][..], &["attach"], &["stop", "run"], &detach] {
        let said = home.fail(arguments);
        assert!(said.contains("it is a link"), "{said}");
    }
    std::fs::remove_file(&folder).expect("a link");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o750)).expect("a mode");
    let said = home.fail(&["list"]);
    assert!(said.contains("its mode is 750"), "{said}");
    std::fs::remove_dir(&folder).expect("a folder");
}

#[test]
fn a_path_that_is_too_long_is_refused_in_one_sentence() {
    let home = Home::new();
    let long = home.path(&"x".repeat(100));
    std::fs::create_dir(&long).expect("a folder");
    let arguments = home.train(ENDLESS, &["--detach", "--out", "run.ron"]);
    let output = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(home.0.path())
        .envs(home.variables())
        .env("XDG_RUNTIME_DIR", long)
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("where the system takes"), "{said}");
}

#[test]
fn another_version_is_named_with_this_one() {
    let home = Home::new();
    let folder = home.folder();
    let place = folder.place("later").expect("a name");
    let listener = UnixListener::bind(folder.socket("later").expect("a short path")).expect("a socket");
    let other = std::thread::spawn(move || {
        for _ in 0..3 {
            let (mut line, _) = listener.accept().expect("somebody comes");
            line.write_all(&frame::greeting(9, "7.1.0\x1b[2J"))
                .expect("it listens");
            // It says nothing else, and hears the other end out.
            let _ = line.read_to_end(&mut Vec::new());
        }
    });
    for arguments in [&["attach", "later"][..], &["stop", "later"], &["attach", "later"]] {
        let said = home.fail(arguments);
        let here = format!(
            "this is vae-tui {} with protocol {}",
            env!("CARGO_PKG_VERSION"),
            frame::PROTOCOL
        );
        assert!(
            said.contains("vae-tui 7.1.0") && said.contains("protocol 9"),
            "{said}"
        );
        assert!(said.contains(&here) && !said.contains('\x1b'), "{said}");
    }
    other.join().expect("it only answers");
    drop(place);
}

/// The process goes on whatever is said to it, and says why it hangs up.
#[test]
fn nonsense_ends_a_line_and_nothing_else() {
    let home = Home::new();
    home.detached("stoic");
    let folder = home.folder();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    for round in 0..60 {
        let mut line = folder.connect("stoic").expect("a line");
        let mut bytes = vec![0; random.gen_range(0..300)];
        random.fill_bytes(&mut bytes);
        if round % 3 > 0 {
            frame::introduce(&mut line).expect("it listens");
        }
        if round % 3 > 1 {
            say(&mut line, &Request::Join);
        }
        // It may have hung up already.
        let _ = line.write_all(&bytes);
        let _ = line.shutdown(std::net::Shutdown::Write);
        let _ = line.read_to_end(&mut Vec::new());
    }
    let point = |latent: Vec<f32>| Origin {
        item: None,
        latent: Some(latent),
    };
    let interpolate = |from: Origin, steps: usize| Question::Interpolate {
        from,
        to: None,
        way: Default::default(),
        steps,
    };
    for (question, expected) in [
        (
            Question::Reconstruct {
                items: vec![usize::MAX],
            },
            "an item that there is not",
        ),
        (interpolate(point(vec![f32::NAN, 0.0]), 3), "not finite"),
        (interpolate(point(vec![0.0; 3]), 3), "another latent space"),
        (
            interpolate(point(vec![0.0; 2]), usize::MAX),
            "more pictures than any screen shows",
        ),
    ] {
        let mut line = joined(&folder, "stoic");
        let question = Box::new(question);
        let asker = "pane".to_owned();
        let moment = None;
        say(
            &mut line,
            &Request::Ask {
                asker,
                moment,
                question,
            },
        );
        let said = loop {
            match hear(&mut line) {
                Some(Reply::Refused(words)) => break words,
                Some(_) => {}
                None => panic!("it hung up without a word"),
            }
        };
        assert!(said.contains(expected), "{said}");
    }
    let mut line = joined(&folder, "stoic");
    line.write_all(&[0xff; 64]).expect("it listens");
    loop {
        match hear(&mut line) {
            Some(Reply::Refused(words)) => {
                assert!(words.contains("4294967295 bytes at once"), "{words}");
                break;
            }
            Some(_) => {}
            None => panic!("it hung up without a word"),
        }
    }
    let samples = home.described("stoic").samples;
    home.wait_for_more("stoic", samples);
    assert_eq!(home.described("stoic").viewers, 0);
    home.succeed(&["stop", "stoic"]);
    home.check_undisturbed("stoic.ron");
}

/// What can't be handed over stays, and trains on.
#[test]
fn a_run_that_no_process_can_take_over_stays() {
    let home = Home::new();
    symlink(home.path("elsewhere"), home.path("run/vae-tui")).expect("a link");
    let arguments = home.train("100", &["--out", "kept.ron"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    home.succeed(&arguments);
    let mut terminal = home.screen(&["kept.ron"]);
    terminal.wait_for("goal reached");
    terminal.press(&format!(":set samples {ENDLESS}\r"));
    terminal.press(" ");
    terminal.wait_for("running");
    terminal.press("\x04");
    terminal.wait_for("the run stays here:");
    terminal.wait_for("running");
    std::fs::remove_file(home.path("run/vae-tui")).expect("a link");
    terminal.press("\x04");
    assert!(terminal.end().0.success());
    home.wait_for_more("kept", 100);
    home.succeed(&["stop", "kept"]);
    home.check_undisturbed("kept.ron");
}

/// What needs all of a run has it saved first and reads that: exports, and runs that go on apart from it.
#[test]
fn an_attached_run_is_exported_and_forked() {
    let home = Home::new();
    home.detached("source");
    home.wait_for_more("source", 0);
    let mut terminal = home.screen(&["attach"]);
    wait_for_role(&terminal, "attached, steering");
    terminal.press(" ");
    wait_until("a pause", || home.described("source").state == State::Paused);
    terminal.press(":export.parameters\r");
    terminal.wait_for("source.safetensors");
    terminal.press("\r");
    let exported = home.path("source.safetensors");
    wait_until("the file", || exported.exists());
    let samples = home.described("source").samples;
    assert_eq!(home.described("source").saved, samples);

    terminal.press(":run.fork\r");
    terminal.wait_for("Fork");
    terminal.press("\r");
    terminal.wait_for("source-fork.ron");
    wait_until("the line to close", || home.described("source").viewers == 0);
    terminal.press("s");
    wait_until("the fork", || {
        home.path("source-fork.ron")
            .metadata()
            .is_ok_and(|fork| fork.len() > 0)
    });
    terminal.wait_for("saved to");
    assert_eq!(home.learned("source-fork.ron"), home.learned("source.ron"));
    terminal.press("q");
    assert!(terminal.end().0.success());
    home.succeed(&["stop", "source"]);
}

/// A file's name is not the run's where it would mean something in a path.
#[test]
fn two_runs_of_the_same_name_are_told_apart() {
    let home = Home::new();
    home.detached("twin");
    std::fs::create_dir(home.path("other")).expect("a folder");
    let arguments = home.train(ENDLESS, &["--detach", "--out", "other/twin.ron"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(home.succeed(&arguments).trim(), "twin-2");
    let names: Vec<String> = home.runs().into_iter().map(|run| run.name).collect();
    assert_eq!(names, ["twin", "twin-2"]);
    let session = home.described("twin-2").session;
    assert!(Path::new(&session).ends_with("other/twin.ron"));
    for name in names {
        home.succeed(&["stop", &name]);
    }
}
