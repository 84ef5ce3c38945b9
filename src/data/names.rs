//! The habits of naming IDX files: which files belong together.
//!
//! `train-images-idx3-ubyte`, `train-images.idx3-ubyte.gz`, `emnist-letters-train-images-idx3-ubyte`: a set of images
//! says in its name that it is one, and which; its labels, and the test set beside a training set, have names like it.

use std::path::{Path, PathBuf};

/// What the sets are called; test sets in the order in which they are looked for.
const TRAIN: &str = "train";
const TEST: [&str; 2] = ["t10k", "test"];
/// What may stand between the parts of a name.
const SEPARATORS: [char; 3] = ['-', '.', '_'];
/// The end of a packed file's name.
const PACKED: &str = ".gz";

/// The name of a file of images, in its parts: `emnist-` `train` `-` `images` `-idx3-ubyte` `.gz`.
#[derive(Debug)]
pub(super) struct ImagesName {
    folder: PathBuf,
    before: String,
    /// As it is written; empty where the name does not say which set it is.
    set: String,
    separator: String,
    images: String,
    after: String,
    packed: String,
}

impl ImagesName {
    /// The name of `path` in its parts; none if it does not say that it has images.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        // Of the same length as the name, byte for byte.
        let lower = name.to_ascii_lowercase();
        let stem = lower.strip_suffix(PACKED).unwrap_or(&lower).len();
        let images = lower[..stem].rfind("images")?;
        let before = lower[..images].trim_end_matches(SEPARATORS);
        let set = [TRAIN].iter().chain(&TEST).find(|set| before.ends_with(**set));
        let start = before.len() - set.map_or(0, |set| set.len());
        let part = |from: usize, to: usize| name[from..to].to_owned();
        Some(Self {
            folder: path.with_file_name(""),
            before: part(0, start),
            set: part(start, before.len()),
            separator: part(before.len(), images),
            images: part(images, images + "images".len()),
            after: part(images + "images".len(), stem),
            packed: part(stem, name.len()),
        })
    }

    /// Whether it says that it is a training set.
    pub(super) fn is_training(&self) -> bool {
        self.set.eq_ignore_ascii_case(TRAIN)
    }

    /// Where the test images may be, the likeliest first.
    pub(super) fn test_images(&self) -> Vec<PathBuf> {
        let of_set = |set: &&str| {
            self.like(
                &format!("{}{}", alike(&self.set, set), self.separator),
                "images",
                "3",
            )
        };
        TEST.iter().flat_map(of_set).collect()
    }

    /// Where the labels may be, the likeliest first; QMNIST's, eight numbers an image, have a name of their own kind.
    pub(super) fn labels(&self) -> Vec<PathBuf> {
        let set = format!("{}{}", self.set, self.separator);
        let renamed = |path: PathBuf| {
            let name = path.file_name()?.to_str()?.replace("ubyte", "int");
            Some(path.with_file_name(name))
        };
        let of_qmnist = self.like(&set, "labels", "2").into_iter().filter_map(renamed);
        let labels = self.like(&set, "labels", "1");
        labels.into_iter().chain(of_qmnist).collect()
    }

    /// Names like this one with other parts: the same way of packing first, and the same separators.
    fn like(&self, set: &str, what: &str, dimensions: &str) -> Vec<PathBuf> {
        let Self {
            folder,
            before,
            images,
            after,
            packed,
            ..
        } = self;
        let after = match after.to_ascii_lowercase().find("idx3") {
            Some(at) => format!("{}{dimensions}{}", &after[..at + 3], &after[at + 4..]),
            None => after.clone(),
        };
        let mut afters = vec![after.clone()];
        if let Some(rest) = after.strip_prefix(SEPARATORS).filter(|_| after.len() > 1) {
            afters.extend(SEPARATORS.map(|separator| format!("{separator}{rest}")));
        }
        let endings = [packed.as_str(), "", PACKED];
        let names = endings.iter().flat_map(|ending| {
            let named = |after: &String| format!("{before}{set}{}{after}{ending}", alike(images, what));
            afters.iter().map(named).collect::<Vec<_>>()
        });
        names.map(|name| folder.join(name)).collect()
    }
}

/// `word` in capitals or not, as the sample is written.
fn alike(sample: &str, word: &str) -> String {
    let upper = word.to_ascii_uppercase();
    if sample == sample.to_ascii_lowercase() {
        word.to_owned()
    } else if sample == sample.to_ascii_uppercase() {
        upper
    } else {
        format!("{}{}", &upper[..1], &word[1..])
    }
}

/// The first of `candidates` that is a file, or else the first that is there at all, whatever it is.
pub(super) fn first_there(candidates: &[PathBuf]) -> Option<&PathBuf> {
    let is_there = |path: &&PathBuf| path.symlink_metadata().is_ok();
    let file = candidates.iter().find(|path| path.is_file());
    file.or_else(|| candidates.iter().find(is_there))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_the_files_that_belong_to_them() {
        for (images, test, labels) in [
            (
                "train-images-idx3-ubyte",
                "t10k-images-idx3-ubyte",
                "train-labels-idx1-ubyte",
            ),
            (
                "train-images.idx3-ubyte",
                "t10k-images.idx3-ubyte",
                "train-labels.idx1-ubyte",
            ),
            (
                "train-images-idx3-ubyte",
                "t10k-images-idx3-ubyte.gz",
                "train-labels.idx1-ubyte.gz",
            ),
            (
                "train-images.idx3-ubyte.gz",
                "t10k-images-idx3-ubyte",
                "train-labels-idx1-ubyte",
            ),
            (
                "emnist-letters-train-images-idx3-ubyte",
                "emnist-letters-test-images-idx3-ubyte",
                "emnist-letters-train-labels-idx1-ubyte",
            ),
            (
                "qmnist-train-images-idx3-ubyte.gz",
                "qmnist-test-images-idx3-ubyte.gz",
                "qmnist-train-labels-idx1-ubyte",
            ),
            ("my_train_images.idx", "my_test_images.idx", "my_train_labels.idx"),
            (
                "TRAIN-IMAGES.IDX3-UBYTE",
                "T10K-IMAGES.IDX3-UBYTE",
                "TRAIN-LABELS.IDX1-UBYTE",
            ),
            ("TrainImages", "TestImages", "TrainLabels"),
        ] {
            let name = ImagesName::of(&Path::new("a folder/train-images").join(images)).expect(images);
            assert!(name.is_training());
            let folder = Path::new("a folder/train-images");
            assert!(
                name.test_images().contains(&folder.join(test)),
                "{test}: {name:?}"
            );
            assert!(name.labels().contains(&folder.join(labels)), "{labels}: {name:?}");
        }
        let qmnist = ImagesName::of(Path::new("qmnist-test-images-idx3-ubyte.gz")).unwrap();
        assert!(!qmnist.is_training());
        let labels = PathBuf::from("qmnist-test-labels-idx2-int.gz");
        assert!(qmnist.labels().contains(&labels), "{qmnist:?}");
        for other in ["faces.idx", "train", "frey_rawface.mat", ""] {
            assert!(ImagesName::of(Path::new(other)).is_none());
        }
    }
}
