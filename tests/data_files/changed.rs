//! Data that moved or changed since a session was saved.

use std::path::Path;

use super::{SMALL, faces, failed, folder, idx, images, succeeded, train, vae_tui, write};

/// A folder with data and a session that was trained on it.
fn trained() -> tempfile::TempDir {
    let folder = folder();
    write(folder.path(), "train-images.idx", &images(40));
    write(folder.path(), "t10k-images.idx", &images(10));
    succeeded(&train(folder.path(), "train-images.idx", b""));
    folder
}

fn resume(folder: &Path, samples: &str, more: &[&str]) -> std::process::Output {
    let arguments = [&["train", "--resume", "run.ron", "--samples", samples], more].concat();
    vae_tui(folder, &arguments, b"")
}

fn rename(folder: &Path, from: &str, to: &str) {
    std::fs::rename(folder.join(from), folder.join(to)).expect("the folder can be written");
}

#[test]
fn data_that_moved_is_found_where_a_person_says_and_from_then_on() {
    let folder = trained();
    std::fs::create_dir(folder.path().join("moved")).expect("a folder");
    rename(folder.path(), "train-images.idx", "moved/train-images.idx");
    rename(folder.path(), "t10k-images.idx", "moved/t10k-images.idx");
    let moved = ["--data", "moved/train-images.idx"];

    for output in [
        resume(folder.path(), "80", &[]),
        vae_tui(folder.path(), &["evaluate", "run.ron"], b""),
    ] {
        let said = failed(&output);
        assert!(
            said.contains("train-images.idx can't be used as data: No such file"),
            "{said}"
        );
        assert!(
            said.contains("run.ron was trained on it: --data PATH says where it is now"),
            "{said}"
        );
    }
    let arguments = [&["evaluate", "run.ron"], &moved[..]].concat();
    let said = succeeded(&vae_tui(folder.path(), &arguments, b""));
    assert!(!said.contains("are others than those"), "{said}");
    let said = succeeded(&resume(folder.path(), "80", &moved));
    assert!(!said.contains("are others than those"), "{said}");
    succeeded(&resume(folder.path(), "120", &[]));
    succeeded(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));
}

#[test]
fn other_images_under_the_same_name_are_refused_unless_a_person_names_them() {
    for (train_images, test_images, what) in [
        (idx(40, |at| at as u8), images(10), "the training images of"),
        (images(40), idx(10, |at| at as u8), "the test images of"),
        (idx(40, |at| at as u8), idx(10, |at| at as u8), "the images of"),
        (images(41), images(10), "the training images of"),
    ] {
        let folder = trained();
        write(folder.path(), "train-images.idx", &train_images);
        write(folder.path(), "t10k-images.idx", &test_images);
        let before = std::fs::read(folder.path().join("run.ron")).expect("a session");
        for output in [
            resume(folder.path(), "80", &[]),
            vae_tui(folder.path(), &["evaluate", "run.ron"], b""),
        ] {
            let said = failed(&output);
            assert!(
                said.contains(what) && said.contains("are others than those that run.ron was trained on"),
                "{said}"
            );
        }
        assert_eq!(
            std::fs::read(folder.path().join("run.ron")).expect("a session"),
            before
        );

        let named = ["--data", "train-images.idx"];
        let arguments = [&["evaluate", "run.ron"], &named[..]].concat();
        let said = succeeded(&vae_tui(folder.path(), &arguments, b""));
        assert!(said.contains("note: ") && said.contains(what), "{said}");
        let said = succeeded(&resume(folder.path(), "80", &named));
        assert!(said.contains("note: ") && said.contains(what), "{said}");
        // Those are its images from then on.
        let said = succeeded(&resume(folder.path(), "120", &[]));
        assert!(!said.contains("are others than those"), "{said}");
    }
}

#[test]
fn images_of_another_size_are_refused_even_where_a_person_names_them() {
    let folder = trained();
    write(folder.path(), "t10k-images.idx", &super::header([10, 2, 2]));
    let small = [super::header([40, 2, 2]), vec![7; 160]].concat();
    write(folder.path(), "small.idx", &small);
    let said = failed(&resume(folder.path(), "80", &["--data", "small.idx"]));
    assert!(
        said.contains("trained on images of 12 pixels") && said.contains("small.idx have 4"),
        "{said}"
    );
}

#[test]
fn chains_begin_anew_with_other_training_images() {
    let folder = folder();
    write(folder.path(), "a.idx", &images(40));
    let arguments = [
        &["train", "--method", "mcem", "--data", "a.idx", "--samples", "20"][..],
        &SMALL,
    ];
    succeeded(&vae_tui(folder.path(), &arguments.concat(), b""));
    write(folder.path(), "b.idx", &images(60));
    let said = succeeded(&resume(folder.path(), "40", &["--data", "b.idx"]));
    assert!(said.contains("are used since --data names them"), "{said}");
    succeeded(&resume(folder.path(), "60", &[]));
}

#[test]
fn a_session_of_an_earlier_program_opens_and_knows_its_images_from_then_on() {
    let folder = trained();
    let path = folder.path().join("run.ron");
    let text = std::fs::read_to_string(&path).expect("a session");
    let (before, rest) = text.split_once("    data_checksum: Some((").expect("a checksum");
    let (_, after) = rest.split_once("\n    )),\n").expect("its end");
    std::fs::write(&path, format!("{before}{after}")).expect("the folder can be written");
    succeeded(&resume(folder.path(), "80", &[]));
    write(folder.path(), "t10k-images.idx", &idx(10, |at| at as u8));
    let said = failed(&resume(folder.path(), "120", &[]));
    assert!(said.contains("the test images of"), "{said}");
}

#[test]
fn a_figure_goes_on_with_faces_that_moved_and_with_no_others() {
    let folder = folder();
    write(folder.path(), "faces.mat", &faces(200));
    let reproduce = |data: &str, samples: &str| {
        let arguments = [
            "reproduce",
            "figure2",
            "--panel",
            "frey-2",
            "--out",
            "out",
            "--samples",
            samples,
            "--data",
            data,
        ];
        vae_tui(folder.path(), &arguments, b"")
    };
    let said = succeeded(&reproduce("faces.mat", "200"));
    assert!(
        said.contains("note: faces.mat: every tenth image is held out"),
        "{said}"
    );
    std::fs::create_dir(folder.path().join("moved")).expect("a folder");
    rename(folder.path(), "faces.mat", "moved/faces.mat");
    succeeded(&reproduce("moved/faces.mat", "400"));
    write(folder.path(), "moved/faces.mat", &faces(190));
    let said = failed(&reproduce("moved/faces.mat", "600"));
    assert!(said.contains("are others than those"), "{said}");
}
