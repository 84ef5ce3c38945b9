//! Where data may come from: files and standard input, and nothing that would wait for ever.

use super::{faces, failed, folder, gzip, images, succeeded, train, vae_tui, write};

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_at_once() {
    use std::os::unix::net::UnixListener;
    let folder = folder();
    let make_fifo = |name: &str| {
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path().join(name))
            .status();
        assert!(made.is_ok_and(|status| status.success()));
    };
    make_fifo("fifo");
    let _socket = UnixListener::bind(folder.path().join("socket")).expect("a socket");
    for (name, kind) in [
        ("fifo", "a FIFO"),
        ("socket", "a socket"),
        ("/dev/zero", "a device"),
    ] {
        let said = failed(&train(folder.path(), name, b""));
        assert!(
            said.contains(&format!("can't be used as data: it is {kind}, not a file")),
            "{said}"
        );
    }
    write(folder.path(), "train-images-idx3-ubyte", &images(20));
    for beside in ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"] {
        make_fifo(beside);
        let said = failed(&train(folder.path(), "train-images-idx3-ubyte", b""));
        assert!(
            said.contains(&format!(
                "{beside} can't be used as data: it is a FIFO, not a file"
            )),
            "{said}"
        );
        std::fs::remove_file(folder.path().join(beside)).expect("it is there");
    }
    // A session is read no other way.
    for arguments in [
        &["evaluate", "fifo"][..],
        &["train", "--resume", "fifo", "--out", "run.ron"],
        &["compare", "fifo"],
    ] {
        let said = failed(&vae_tui(folder.path(), arguments, b""));
        assert!(
            said.contains("fifo can't be read: it is a FIFO, not a file"),
            "{said}"
        );
    }
}

#[test]
fn standard_input_is_read_where_a_dash_asks_for_it() {
    for (bytes, held_out) in [
        (images(40), "4 of 40"),
        (gzip(&images(40)), "4 of 40"),
        (faces(30), "3 of 30"),
    ] {
        let folder = folder();
        let said = succeeded(&train(folder.path(), "-", &bytes));
        assert!(
            said.contains(&format!(
                "note: standard input: every tenth image is held out as the test set, {held_out}"
            )),
            "{said}"
        );

        let resume = ["train", "--resume", "run.ron", "--samples", "80"];
        for arguments in [&resume[..], &["evaluate", "run.ron"]] {
            let said = failed(&vae_tui(folder.path(), arguments, &bytes));
            assert!(
                said.contains("run.ron was trained on data from standard input") && said.contains("--data -"),
                "{said}"
            );
        }
        let again = [&resume[..], &["--data", "-"]].concat();
        let said = succeeded(&vae_tui(folder.path(), &again, &bytes));
        assert!(!said.contains("are others than those"), "{said}");
        succeeded(&vae_tui(
            folder.path(),
            &["evaluate", "run.ron", "--data", "-"],
            &bytes,
        ));

        // From a file, which the session then knows.
        write(folder.path(), "file", &bytes);
        let moved = [
            "train",
            "--resume",
            "run.ron",
            "--samples",
            "120",
            "--data",
            "file",
        ];
        let said = succeeded(&vae_tui(folder.path(), &moved, b""));
        assert!(!said.contains("are others than those"), "{said}");
        succeeded(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));
    }
    let folder = folder();
    for (bytes, cause) in [
        (&b""[..], "it is empty"),
        (b"no data", "it is in no format that is read"),
    ] {
        let said = failed(&train(folder.path(), "-", bytes));
        assert!(
            said.contains(&format!("standard input can't be used as data: {cause}")),
            "{said}"
        );
    }
    // A file of that name has a folder in front of it.
    write(folder.path(), "-", &images(40));
    succeeded(&train(folder.path(), "./-", b""));
}

#[cfg(unix)]
#[test]
fn waiting_for_standard_input_can_be_broken_off() {
    use std::process::{Command, Stdio};
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args(["train", "--data", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // What it waits for stays open and says nothing.
    let input = child.stdin.take().expect("a pipe");
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(killed.is_ok_and(|status| status.success()));
    let status = child.wait().expect("the program ends");
    drop(input);
    assert!(!status.success());
}

#[cfg(unix)]
#[test]
fn a_terminal_is_no_data() {
    use super::terminal::Terminal;
    let folder = folder();
    let program = env!("CARGO_BIN_EXE_vae-tui");
    let terminal = Terminal::start(folder.path(), (160, 40), program, &["train", "--data", "-"]);
    terminal.wait_for("standard input can't be used as data: it is a terminal");
    assert_eq!(terminal.end().0.exit_code(), 1);
}

/// A folder of `count` PNG images of 30 rows and 40 columns, each a disc at a place of its own.
fn discs(count: u32) -> tempfile::TempDir {
    let folder = folder();
    for number in 0..count {
        let (row, column) = (8 + number % 14, 8 + number * 7 % 24);
        let disc = image::GrayImage::from_fn(40, 30, |x, y| {
            let is_within = x.abs_diff(column).pow(2) + y.abs_diff(row).pow(2) < 40;
            image::Luma([if is_within { 255 } else { 0 }])
        });
        disc.save(folder.path().join(format!("{number:03}.png")))
            .expect("the folder can be written");
    }
    folder
}

#[test]
fn a_folder_of_images_is_trained_on_and_gone_on_with() {
    let images = discs(200);
    let folder = folder();
    let path = images.path().to_str().expect("text");
    let said = succeeded(&train(folder.path(), path, b""));
    assert!(
        said.contains("every tenth image is held out as the test set, 20 of 200"),
        "{said}"
    );
    succeeded(&vae_tui(
        folder.path(),
        &["train", "--resume", "run.ron", "--samples", "80"],
        b"",
    ));
    std::fs::remove_file(images.path().join("007.png")).expect("it is there");
    let said = failed(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));
    assert!(said.contains("are others than those"), "{said}");
}

#[test]
fn a_folder_without_images_is_refused() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("empty")).expect("a folder");
    let said = failed(&train(folder.path(), "empty", b""));
    assert!(
        said.contains("empty can't be used as data: it is a folder without images"),
        "{said}"
    );
}

/// An image may be anything that a folder can hold.
#[cfg(unix)]
#[test]
fn what_is_no_file_in_a_folder_of_images_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let images = discs(12);
    let folder = folder();
    let path = images.path().to_str().expect("text");
    let unlikely = std::ffi::OsStr::from_bytes(b"a\xff\x1b[31m.png");
    std::fs::copy(images.path().join("000.png"), images.path().join(unlikely)).expect("a copy");
    succeeded(&train(folder.path(), path, b""));
    let made = std::process::Command::new("mkfifo")
        .arg(images.path().join("fifo.png"))
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let said = failed(&train(folder.path(), path, b""));
    assert!(
        said.contains("its image fifo.png can't be read: it is a FIFO"),
        "{said}"
    );
}
