//! What a file's name leads to, and what is said where it leads nowhere.

use std::path::Path;

use vae_tui::data::file::load;
use vae_tui::data::{Dataset, ReadingRules, short_name};

use super::{folder, gzip, idx, images, labels, succeeded, train, vae_tui, write};

fn read(folder: &Path, name: &str) -> Result<Dataset, String> {
    load(&folder.join(name), &ReadingRules::default(), |_| {}).map_err(|error| error.to_string())
}

#[test]
fn test_images_and_labels_are_found_whatever_the_habit() {
    for [train_images, test_images, train_labels, test_labels] in [
        [
            "train-images-idx3-ubyte",
            "t10k-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-labels-idx1-ubyte",
        ],
        [
            "train-images.idx3-ubyte",
            "t10k-images.idx3-ubyte",
            "train-labels.idx1-ubyte",
            "t10k-labels.idx1-ubyte",
        ],
        [
            "train-images-idx3-ubyte",
            "t10k-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-labels-idx1-ubyte",
        ],
        [
            "train-images.idx3-ubyte.gz",
            "t10k-images-idx3-ubyte",
            "train-labels-idx1-ubyte",
            "t10k-labels.idx1-ubyte.gz",
        ],
        [
            "emnist-letters-train-images-idx3-ubyte",
            "emnist-letters-test-images-idx3-ubyte",
            "emnist-letters-train-labels-idx1-ubyte",
            "emnist-letters-test-labels-idx1-ubyte",
        ],
        [
            "my_train_images.idx",
            "my_test_images.idx",
            "my_train_labels.idx",
            "my_test_labels.idx",
        ],
        ["train-images", "test-images.gz", "train-labels", "test-labels"],
    ] {
        let folder = folder();
        let put = |name: &str, bytes: Vec<u8>| {
            write(
                folder.path(),
                name,
                &if name.ends_with(".gz") {
                    gzip(&bytes)
                } else {
                    bytes
                },
            );
        };
        put(train_images, images(20));
        put(test_images, images(10));
        put(train_labels, labels(20));
        put(test_labels, labels(10));
        let data = read(folder.path(), train_images).expect(train_images);
        assert_eq!(
            (data.train.points(), data.test.points()),
            (20, 10),
            "{train_images}"
        );
        assert_eq!(
            (data.train.label(19), data.test.label(9)),
            (Some(19), Some(9)),
            "{train_images}"
        );
        let same = "10 of the 10 test images are among the training images too, value for value";
        assert_eq!(data.notes, [same]);
    }
}

#[test]
fn what_was_looked_for_in_vain_is_said() {
    let folder = folder();
    let notes = |name: &str| read(folder.path(), name).expect(name).notes;
    write(folder.path(), "faces.idx", &images(25));
    assert_eq!(
        notes("faces.idx"),
        ["faces.idx: every tenth image is held out as the test set, 2 of 25"]
    );
    write(folder.path(), "qmnist-train-images-idx3-ubyte", &images(25));
    assert_eq!(
        notes("qmnist-train-images-idx3-ubyte"),
        [
            "qmnist-train-images-idx3-ubyte: no labels such as qmnist-train-labels-idx1-ubyte lie beside it",
            "qmnist-train-images-idx3-ubyte: no test images such as qmnist-t10k-images-idx3-ubyte lie beside it, so \
             every tenth image is held out as the test set, 2 of 25",
        ]
    );
    // QMNIST's labels: eight numbers an image, of which the first is the class.
    let head: Vec<u8> = [0xc02_u32, 25, 8]
        .into_iter()
        .flat_map(u32::to_be_bytes)
        .collect();
    let rows = (0..25_u32).flat_map(|image| [image / 3, 4, 5, 6, 7, 8, 9, 10]);
    let numbers = rows.flat_map(u32::to_be_bytes).collect();
    write(
        folder.path(),
        "qmnist-train-labels-idx2-int.gz",
        &gzip(&[head, numbers].concat()),
    );
    write(folder.path(), "qmnist-test-images-idx3-ubyte", &images(10));
    let data = read(folder.path(), "qmnist-train-images-idx3-ubyte").expect("images");
    assert_eq!((data.train.label(24), data.test.label(0)), (Some(8), None));
    assert!(
        data.notes[0].contains("no labels such as qmnist-test-labels-idx1-ubyte"),
        "{:?}",
        data.notes
    );

    // Labels are held out with their images.
    write(folder.path(), "images-idx3-ubyte", &images(20));
    write(folder.path(), "labels-idx1-ubyte", &labels(20));
    let data = read(folder.path(), "images-idx3-ubyte").expect("images");
    assert_eq!((data.train.label(9), data.test.label(1)), (Some(10), Some(19)));

    let said = succeeded(&train(folder.path(), "faces.idx", b""));
    assert!(
        said.contains("note: faces.idx: every tenth image is held out"),
        "{said}"
    );
}

#[test]
fn labels_of_another_number_are_refused_with_both_files() {
    let folder = folder();
    write(folder.path(), "train-images-idx3-ubyte", &images(20));
    write(folder.path(), "t10k-images-idx3-ubyte", &images(10));
    write(folder.path(), "train-labels-idx1-ubyte", &labels(20));
    for (wrong, count, images) in [
        (
            "t10k-labels-idx1-ubyte",
            11,
            "t10k-images-idx3-ubyte has 10 images",
        ),
        (
            "train-labels-idx1-ubyte",
            19,
            "train-images-idx3-ubyte has 20 images",
        ),
    ] {
        write(folder.path(), wrong, &labels(count));
        let said = read(folder.path(), "train-images-idx3-ubyte").expect_err("one too many or too few");
        assert!(said.contains(wrong) && said.contains(images), "{said}");
        assert!(said.contains(&format!("{count} labels")), "{said}");
    }
    let short = labels(20)[..15].to_vec();
    write(folder.path(), "train-labels-idx1-ubyte", &short);
    let said = read(folder.path(), "train-images-idx3-ubyte").expect_err("it is cut off");
    assert!(said.contains("20 labels, but 7 bytes follow"), "{said}");
}

#[test]
fn ones_are_white_where_there_are_only_zeros_and_ones() {
    let folder = folder();
    let bits = |count| idx(count, |at| (at % 2) as u8);
    write(folder.path(), "train-images-idx3-ubyte", &bits(20));
    write(folder.path(), "t10k-images-idx3-ubyte", &images(10));
    let read = || read(folder.path(), "train-images-idx3-ubyte").expect("images");
    let said = |data: &Dataset, what: &str| data.notes.iter().any(|note| note.contains(what));

    let data = read();
    assert_eq!(data.train.shown(0)[..2], [0.0, 255.0]);
    assert_eq!(data.test.shown(1)[0], 254.0, "grey stays grey");
    assert!(said(
        &data,
        "train-images-idx3-ubyte: all pixels are 0 or 1: 1 is taken as white"
    ));
    assert!(!said(&data, "t10k-images-idx3-ubyte: all"));

    write(folder.path(), "t10k-images-idx3-ubyte", &bits(10));
    assert_eq!(read().test.shown(3)[5], 255.0);
    write(folder.path(), "t10k-images-idx3-ubyte", &idx(10, |_| 0));
    assert!(said(&read(), "t10k-images-idx3-ubyte: all pixels are 0"));
    write(
        folder.path(),
        "t10k-images-idx3-ubyte",
        &idx(10, |at| (at % 16) as u8),
    );
    assert!(said(&read(), "t10k-images-idx3-ubyte: the brightest pixel is 15"));
}

#[test]
fn padding_behind_gzip_is_read_and_anything_else_refused() {
    let folder = folder();
    let packed = gzip(&images(20));
    write(folder.path(), "a.gz", &[&packed[..], &[0; 512]].concat());
    assert_eq!(read(folder.path(), "a.gz").expect("images").train.points(), 18);
    write(folder.path(), "a.gz", &[&packed[..], b"more"].concat());
    let said = read(folder.path(), "a.gz").expect_err("something else follows");
    assert!(said.ends_with("something else follows its gzip stream"), "{said}");
}

/// Control characters, quotation marks, a leading dot, nothing but dots, and as long as a name can be.
#[cfg(unix)]
#[test]
fn no_name_keeps_data_from_being_trained_on_and_gone_on_with() {
    let long = format!("{}.idx", "x".repeat(246));
    for name in [
        "two\nlines.idx",
        "tab\tand\u{1b}[31m\u{7f}.idx",
        "\"quoted\" \\ 'name'.idx",
        ".hidden.idx",
        "...",
        "-leading",
        "ümläut 数字.idx",
        &long,
    ] {
        let folder = folder();
        write(folder.path(), name, &images(40));
        let said = succeeded(&train(folder.path(), name, b""));
        assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
        succeeded(&vae_tui(
            folder.path(),
            &["train", "--resume", "run.ron", "--samples", "80"],
            b"",
        ));
        succeeded(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));
        let path = folder.path().join(name);
        let short = short_name(path.to_str().expect("text"));
        assert!(
            !short.is_empty() && !short.contains('/') && !short.starts_with('.'),
            "{short:?}"
        );
        std::fs::remove_file(&path).expect("the file is there");
        let said = super::failed(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));
        assert!(said.contains("--data PATH says where it is now"), "{said}");
    }
}
