//! What lies in a folder, and which of it is data, as far as a glance at each file tells.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use super::{absolute_name, formats};
use crate::files::shown;

/// Entries of a folder that are listed, at most.
const MOST_LISTED: usize = 5_000;
/// Files that are looked into, at most: a folder of images may hold a hundred thousand.
const MOST_LOOKED_INTO: usize = 300;

/// A folder and what lies in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The folder, from the root on.
    pub folder: String,
    /// Folders, then files, each in the order of their names.
    pub entries: Vec<Entry>,
    /// Whether something was left out: names that are no UTF-8, which a session can't keep, those with control characters, which
    /// the form can't, and what there is too much of.
    pub is_partial: bool,
}

/// A folder or a file in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the folder.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file in the format of this name.
    Data(&'static str),
    /// A file in no format that is read.
    Other,
    /// A file that was not looked into.
    Unseen,
}

/// What lies in the folder `near`, or in the one around it where it is none; in the present folder where that is none either, as
/// around a data set without a file. What is neither folder nor file is left out.
///
/// # Errors
/// If the folder can't be read, or its name is no UTF-8; a sentence with the folder.
pub fn list(near: &str) -> Result<Listing, String> {
    let folder = folder_near(near)?;
    let failed = |cause: &dyn std::fmt::Display| format!("{} can't be listed: {cause}", shown(&folder));
    let name = folder.to_str().ok_or_else(|| failed(&"its name is not UTF-8"))?;
    let mut is_partial = false;
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(&folder).map_err(|error| failed(&error))? {
        let entry = entry.map_err(|error| failed(&error))?;
        if folders.len() + files.len() == MOST_LISTED {
            is_partial = true;
            break;
        }
        match (entry.file_name().into_string(), is_folder(&entry)) {
            (_, None) => {}
            (Ok(name), Some(is_folder)) if !name.contains(char::is_control) => {
                if is_folder { &mut folders } else { &mut files }.push(name);
            }
            (Ok(_) | Err(_), Some(_)) => is_partial = true,
        }
    }
    folders.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    files.sort_by_cached_key(|name| (name.to_lowercase(), name.clone()));
    let kind = |(place, name): (usize, &String)| match formats::glance(&folder.join(name)) {
        _ if place >= MOST_LOOKED_INTO => EntryKind::Unseen,
        Some(format) => EntryKind::Data(format),
        None => EntryKind::Other,
    };
    let kinds: Vec<EntryKind> = files.iter().enumerate().map(kind).collect();
    let folders = folders.into_iter().map(|name| (name, EntryKind::Folder));
    let entries = folders.chain(files.into_iter().zip(kinds));
    Ok(Listing {
        folder: name.to_owned(),
        entries: entries.map(|(name, kind)| Entry { name, kind }).collect(),
        is_partial,
    })
}

fn folder_near(near: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(absolute_name(near));
    let around = path.parent().filter(|_| path.is_absolute()).map(Path::to_owned);
    let found = [Some(path).filter(|path| path.is_absolute()), around];
    match found.into_iter().flatten().find(|path| path.is_dir()) {
        Some(folder) => Ok(folder),
        None => {
            std::env::current_dir().map_err(|error| format!("the present folder can't be found: {error}"))
        }
    }
}

/// Whether it is a folder, or else a regular file; what a link points to counts.
fn is_folder(entry: &DirEntry) -> Option<bool> {
    let kind = std::fs::metadata(entry.path()).ok()?.file_type();
    (kind.is_dir() || kind.is_file()).then(|| kind.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(listing: &Listing) -> Vec<(&str, EntryKind)> {
        let entries = listing.entries.iter();
        entries.map(|entry| (&*entry.name, entry.kind)).collect()
    }

    #[test]
    fn a_folder_is_listed_with_what_its_files_are() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("zebras")).unwrap();
        // An IDX file of one image of one byte.
        std::fs::write(at("b"), [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]).unwrap();
        std::fs::write(at("A.bin"), [7; 40]).unwrap();
        std::fs::write(at("empty"), []).unwrap();
        let listing = list(folder.path().to_str().unwrap()).unwrap();
        let expected = [
            ("zebras", EntryKind::Folder),
            ("A.bin", EntryKind::Other),
            ("b", EntryKind::Data("IDX")),
            ("empty", EntryKind::Other),
        ];
        assert_eq!(named(&listing), expected);
        assert!(!listing.is_partial);
        let beside = list(at("b").to_str().unwrap()).unwrap();
        assert_eq!(beside, listing, "around a file lies its folder");
        let gone = list(at("nothing/here").to_str().unwrap()).unwrap();
        assert_eq!(Path::new(&gone.folder), std::env::current_dir().unwrap());
    }

    #[test]
    fn data_without_a_file_is_looked_for_in_the_present_folder() {
        let present = std::env::current_dir().unwrap();
        for near in ["mnist", "-"] {
            assert_eq!(Path::new(&list(near).unwrap().folder), present, "{near}");
        }
    }

    #[test]
    fn only_so_many_files_are_looked_into() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..MOST_LOOKED_INTO + 2 {
            std::fs::write(folder.path().join(format!("{number:04}.csv")), "a,b\n1,2\n").unwrap();
        }
        let listing = list(folder.path().to_str().unwrap()).unwrap();
        let unseen = |listing: &Listing| {
            let kinds = named(listing).into_iter();
            kinds.filter(|(_, kind)| *kind == EntryKind::Unseen).count()
        };
        assert_eq!(
            (listing.entries.len(), unseen(&listing)),
            (MOST_LOOKED_INTO + 2, 2)
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_can_not_be_chosen_is_left_out_and_nothing_waits() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let name = std::ffi::OsStr::from_bytes(b"\xff.csv");
        std::fs::write(folder.path().join(name), "a,b\n1,2\n").unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        let listing = list(folder.path().to_str().unwrap()).unwrap();
        assert_eq!(named(&listing), []);
        assert!(listing.is_partial, "a name that is no UTF-8 was left out");
    }
}
