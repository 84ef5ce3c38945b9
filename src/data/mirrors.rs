//! Data sets that are published in public: where, under which names, and with which checksums.

use std::io::{BufRead, BufReader};
use std::path::Path;

use md5::{Digest, Md5};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::{Values, file};
use crate::files::open_regular;

/// A data set that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Published {
    /// Handwritten digits, as inside this program (Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0).
    Mnist,
    /// Photographs of clothes in MNIST's format (Zalando Research; MIT).
    FashionMnist,
    /// Cursive Japanese characters in MNIST's format (ROIS-DS Center for Open Data in the Humanities; CC BY-SA 4.0).
    Kmnist,
    /// The Frey faces (S. Roweis's page; no licence stated).
    Frey,
}

/// A file of a published data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    /// Its name there and here.
    pub name: &'static str,
    /// What tells whether it is that file.
    pub check: Check,
}

/// An MD5 sum by which a file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Of the whole file, as it is published.
    File(&'static str),
    /// Of the pixels in it, for a file that is published without a sum.
    Pixels(&'static str),
}

/// The files of MNIST and of what follows it.
const MNIST_FILES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

impl Published {
    /// The address of the folder with its files.
    pub fn address(self) -> &'static str {
        match self {
            Self::Mnist => "https://ossci-datasets.s3.amazonaws.com/mnist",
            Self::FashionMnist => "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            Self::Kmnist => "http://codh.rois.ac.jp/kmnist/dataset/kmnist",
            Self::Frey => "https://cs.nyu.edu/~roweis/data",
        }
    }

    /// Its files; the first is the one that a model is trained on.
    pub fn files(self) -> Vec<PublishedFile> {
        let sums = match self {
            Self::Mnist => [
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ],
            Self::FashionMnist => [
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ],
            Self::Kmnist => [
                "bdb82020997e1d708af4cf47b453dcf7",
                "e144d726b3acfaa3e44228e80efcd344",
                "5c965bf0a639b31b8f53240b1b52f4d7",
                "7320c461ea6c1c855c0b718fb2a4b134",
            ],
            Self::Frey => {
                return vec![PublishedFile {
                    name: "frey_rawface.mat",
                    check: Check::Pixels("687b39ec28b56c183474c235686975cf"),
                }];
            }
        };
        let files = MNIST_FILES.into_iter().zip(sums);
        files
            .map(|(name, sum)| PublishedFile {
                name,
                check: Check::File(sum),
            })
            .collect()
    }
}

impl Check {
    /// Whether the file at `path` is the published one.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn holds(self, path: &Path) -> std::io::Result<bool> {
        let mut file = BufReader::new(open_regular(path)?);
        let mut hash = Md5::new();
        let expected = match self {
            Self::File(expected) => loop {
                let bytes = file.fill_buf()?;
                if bytes.is_empty() {
                    break expected;
                }
                hash.update(bytes);
                let count = bytes.len();
                file.consume(count);
            },
            Self::Pixels(expected) => {
                match file::parse(file).map(|found| found.values) {
                    Ok(Values::Bytes(pixels)) => hash.update(pixels),
                    // What can't be read as images is not those images.
                    Ok(_) | Err(_) => return Ok(false),
                }
                expected
            }
        };
        let sum: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(sum == expected)
    }
}
