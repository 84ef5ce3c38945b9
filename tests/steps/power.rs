//! The power goes at every moment of every save: what may then be on the disk, whatever order it wrote things in, is looked into.
//!
//! The disk is a model of one that promises as little as POSIX does. Data of a file is on it for certain only once the file was
//! flushed; before, any part of it may be, and the rest may be missing or zeros. A name is on it for certain only once its folder was
//! flushed; before, any of the changes of names since may be there and any other not, whichever came first. A rename is one change.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{Result, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use vae_tui::files::disk::{Disk, System, with_disk};
use vae_tui::session;

use crate::kinds::{KINDS, Kind, State, Tree, at_home, is_earlier, is_temporary, old_and_new, put, state_of};

/// Which file, whatever it is called.
type FileId = usize;

/// What happened to the disk.
#[derive(Clone, Debug)]
enum Event {
    Write {
        file: FileId,
        at: usize,
        bytes: Vec<u8>,
    },
    Flush(FileId),
    /// A change of names that happens as a whole: what each stands for from then on.
    Names(Vec<(PathBuf, Option<Entry>)>),
    FlushFolder(PathBuf),
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    File(FileId),
    Folder,
}

/// The system's disk, which writes down what happens to it.
struct Recorder {
    root: PathBuf,
    notes: Mutex<Notes>,
}

#[derive(Default)]
struct Notes {
    events: Vec<Event>,
    /// Files by their numbers, which are given again once a file is gone.
    files: HashMap<u64, FileId>,
    names: BTreeMap<PathBuf, Entry>,
    count: usize,
}

impl Notes {
    fn change(&mut self, changes: Vec<(PathBuf, Option<Entry>)>) {
        for (path, entry) in &changes {
            match entry {
                Some(entry) => drop(self.names.insert(path.clone(), *entry)),
                None => drop(self.names.remove(path)),
            }
        }
        self.events.push(Event::Names(changes));
    }

    fn id(&mut self, file: &File) -> FileId {
        let number = file.metadata().expect("an open file").ino();
        self.files[&number]
    }

    fn made(&mut self, number: u64) -> FileId {
        self.count += 1;
        self.files.insert(number, self.count);
        self.count
    }
}

impl Recorder {
    fn inside(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root)
            .expect("a save stays in its folder")
            .to_owned()
    }

    fn note(&self, work: impl FnOnce(&mut Notes)) {
        work(&mut self.notes.lock().expect("no thread panics with it"));
    }

    fn moved(&self, from: &Path, to: &Path) {
        let (from, to) = (self.inside(from), self.inside(to));
        self.note(|notes| {
            let entry = notes.names[&from];
            notes.change(vec![(from, None), (to, Some(entry))]);
        });
    }
}

impl Disk for Recorder {
    fn make_folder(&self, folder: &Path) -> Result<()> {
        System.make_folder(folder)?;
        let folder = self.inside(folder);
        self.note(|notes| notes.change(vec![(folder, Some(Entry::Folder))]));
        Ok(())
    }

    fn create(&self, path: &Path) -> Result<File> {
        let file = System.create(path)?;
        let (path, number) = (self.inside(path), file.metadata()?.ino());
        self.note(|notes| {
            let id = notes.made(number);
            notes.change(vec![(path, Some(Entry::File(id)))]);
        });
        Ok(file)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> Result<usize> {
        let at = usize::try_from(file.stream_position()?).expect("a small file");
        let count = System.write(file, bytes)?;
        self.note(|notes| {
            let file = notes.id(file);
            notes.events.push(Event::Write {
                file,
                at,
                bytes: bytes[..count].to_vec(),
            });
        });
        Ok(count)
    }

    fn flush(&self, file: &File) -> Result<()> {
        System.flush(file)?;
        self.note(|notes| {
            let file = notes.id(file);
            notes.events.push(Event::Flush(file));
        });
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        System.rename(from, to)?;
        self.moved(from, to);
        Ok(())
    }

    fn rename_to_free(&self, from: &Path, to: &Path) -> Result<()> {
        System.rename_to_free(from, to)?;
        self.moved(from, to);
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> Result<()> {
        System.link(from, to)?;
        let (from, to) = (self.inside(from), self.inside(to));
        self.note(|notes| {
            let entry = notes.names[&from];
            notes.change(vec![(to, Some(entry))]);
        });
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<()> {
        System.remove(path)?;
        let path = self.inside(path);
        self.note(|notes| notes.change(vec![(path, None)]));
        Ok(())
    }

    fn flush_folder(&self, folder: &Path) -> Result<()> {
        System.flush_folder(folder)?;
        let folder = self.inside(folder);
        self.note(|notes| notes.events.push(Event::FlushFolder(folder)));
        Ok(())
    }
}

/// What a disk certainly holds, and what it may hold besides.
#[derive(Clone)]
struct ModelDisk {
    names: BTreeMap<PathBuf, Entry>,
    contents: HashMap<FileId, Vec<u8>>,
    /// Changes of names that no flush made certain, in order.
    pending_names: Vec<Vec<(PathBuf, Option<Entry>)>>,
    /// The same of data.
    pending_writes: HashMap<FileId, Vec<(usize, Vec<u8>)>>,
}

impl ModelDisk {
    fn happens(&mut self, event: &Event) {
        match event {
            Event::Write { file, at, bytes } => {
                self.pending_writes
                    .entry(*file)
                    .or_default()
                    .push((*at, bytes.clone()));
            }
            Event::Flush(file) => {
                let writes = self.pending_writes.remove(file).unwrap_or_default();
                let content = self.contents.entry(*file).or_default();
                writes
                    .iter()
                    .for_each(|(at, bytes)| write_at(content, *at, bytes));
            }
            Event::Names(changes) => self.pending_names.push(changes.clone()),
            Event::FlushFolder(folder) => {
                let is_in = |change: &Vec<(PathBuf, Option<Entry>)>| {
                    change.iter().any(|(path, _)| path.parent() == Some(folder))
                };
                let pending = std::mem::take(&mut self.pending_names);
                let (certain, pending) = pending.into_iter().partition(is_in);
                self.pending_names = pending;
                apply(&mut self.names, certain.iter());
            }
        }
    }

    /// Calls `look` with every tree that may be found when the power comes back.
    fn every_tree(&self, mut look: impl FnMut(&Tree)) {
        let mut variants: Vec<HashMap<FileId, Vec<u8>>> = vec![self.contents.clone()];
        for (file, writes) in &self.pending_writes {
            let certain = self.contents.get(file).cloned().unwrap_or_default();
            let found = variants.into_iter().flat_map(|contents| {
                parts(&certain, writes).into_iter().map(move |content| {
                    let mut contents = contents.clone();
                    contents.insert(*file, content);
                    contents
                })
            });
            variants = found.collect();
        }
        for reached in 0..1_u32 << self.pending_names.len() {
            let mut names = self.names.clone();
            let changes = self.pending_names.iter().enumerate();
            apply(
                &mut names,
                changes
                    .filter(|(index, _)| reached >> index & 1 == 1)
                    .map(|(_, change)| change),
            );
            for contents in &variants {
                look(&found(&names, contents));
            }
        }
    }
}

fn apply<'a>(
    names: &mut BTreeMap<PathBuf, Entry>,
    changes: impl Iterator<Item = &'a Vec<(PathBuf, Option<Entry>)>>,
) {
    for (path, entry) in changes.flatten() {
        match entry {
            Some(entry) => drop(names.insert(path.clone(), *entry)),
            None => drop(names.remove(path)),
        }
    }
}

fn write_at(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    content.resize(content.len().max(at + bytes.len()), 0);
    content[at..at + bytes.len()].copy_from_slice(bytes);
}

/// What a file may hold whose writes were not flushed: nothing of them, all, the length alone, the first half, the second.
fn parts(certain: &[u8], writes: &[(usize, Vec<u8>)]) -> Vec<Vec<u8>> {
    let all = |from: usize, to: usize| {
        let mut content = certain.to_vec();
        for (at, bytes) in &writes[from..to] {
            write_at(&mut content, *at, bytes);
        }
        content
    };
    let whole = all(0, writes.len());
    let mut zeros = certain.to_vec();
    zeros.resize(whole.len(), 0);
    let half = whole.len() / 2;
    let mut second = zeros.clone();
    second[half..].copy_from_slice(&whole[half..]);
    let mut few = vec![
        certain.to_vec(),
        whole.clone(),
        zeros,
        whole[..half].to_vec(),
        second,
    ];
    // Written in several pieces, any of them may be there alone.
    few.extend((0..writes.len().min(4)).map(|piece| all(piece, piece + 1)));
    few
}

/// The files that can be reached: those whose folders are there too.
fn found(names: &BTreeMap<PathBuf, Entry>, contents: &HashMap<FileId, Vec<u8>>) -> Tree {
    let is_reached = |path: &Path| {
        let mut folders = path
            .ancestors()
            .skip(1)
            .filter(|folder| !folder.as_os_str().is_empty());
        folders.all(|folder| names.get(folder) == Some(&Entry::Folder))
    };
    let files = names.iter().filter_map(|(path, entry)| match entry {
        Entry::File(file) if is_reached(path) => Some((path, file)),
        _ => None,
    });
    files
        .map(|(path, file)| (path.clone(), contents.get(file).cloned().unwrap_or_default()))
        .collect()
}

/// What lies in the folder before a save, all of it certain.
fn before(root: &Path) -> (ModelDisk, Notes) {
    fn walk(at: &Path, below: &Path, disk: &mut ModelDisk, notes: &mut Notes) {
        for entry in std::fs::read_dir(at).expect("a folder").flatten() {
            let (path, name) = (entry.path(), below.join(entry.file_name()));
            let is_folder = path.is_dir();
            let entry = if is_folder {
                Entry::Folder
            } else {
                let number = entry.metadata().expect("a file").ino();
                let known = notes.files.get(&number).copied();
                let id = known.unwrap_or_else(|| notes.made(number));
                disk.contents.insert(id, std::fs::read(&path).expect("a file"));
                Entry::File(id)
            };
            disk.names.insert(name.clone(), entry);
            if is_folder {
                walk(&path, &name, disk, notes);
            }
        }
    }
    let (mut disk, mut notes) = (
        ModelDisk {
            names: BTreeMap::new(),
            contents: HashMap::new(),
            pending_names: Vec::new(),
            pending_writes: HashMap::new(),
        },
        Notes::default(),
    );
    walk(root, Path::new(""), &mut disk, &mut notes);
    notes.names = disk.names.clone();
    (disk, notes)
}

/// Cuts the power after every event of a save, and looks at everything that may be there then. How many trees that are comes back.
fn cut(root: &Path, kind: &Kind) -> usize {
    let (old, new) = old_and_new(root, kind);
    put(root, &old);
    let (mut disk, notes) = before(root);
    let recorder = Arc::new(Recorder {
        root: root.to_owned(),
        notes: Mutex::new(notes),
    });
    with_disk(recorder.clone(), || (kind.save)(root)).expect("a good disk");
    let events = std::mem::take(&mut recorder.notes.lock().expect("no thread panics with it").events);
    assert!(events.len() > 1, "{}: the steps are recorded", kind.name);

    let (mut looked, mut opened) = (0, HashSet::new());
    let mut look = |disk: &ModelDisk, is_done: bool| {
        disk.every_tree(|tree| {
            looked += 1;
            let state = state_of(tree, &old, &new).unwrap_or_else(|words| panic!("{}: {words}", kind.name));
            assert!(
                !is_done || state == State::New,
                "{}: saved, and not there",
                kind.name
            );
            for (path, content) in tree.iter().filter(|(path, _)| !is_temporary(path)) {
                let is_session = content.starts_with(b"// ");
                if is_session && opened.insert(content.clone()) {
                    session::parse(content.clone(), path)
                        .unwrap_or_else(|error| panic!("{}: {error}", kind.name));
                }
            }
        });
    };
    look(&disk, false);
    for event in &events {
        disk.happens(event);
        look(&disk, false);
    }
    look(&disk, true);
    looked
}

#[test]
fn whenever_the_power_goes_the_old_or_the_new_state_is_there_whole() {
    at_home(
        "power::whenever_the_power_goes_the_old_or_the_new_state_is_there_whole",
        |home| {
            let looked: usize = KINDS.iter().map(|kind| cut(home, kind)).sum();
            println!(
                "{looked} disks after a loss of power, of {} kinds of save",
                KINDS.len()
            );
        },
    );
}

/// The model finds what is wrong: without its flushes, a save is not safe on it.
#[test]
fn a_save_that_does_not_flush_is_found_out() {
    let root = tempfile::tempdir().expect("a folder");
    let kind = &KINDS[0];
    let (old, new) = old_and_new(root.path(), kind);
    put(root.path(), &old);
    let (disk, notes) = before(root.path());
    let recorder = Arc::new(Recorder {
        root: root.path().to_owned(),
        notes: Mutex::new(notes),
    });
    with_disk(recorder.clone(), || (kind.save)(root.path())).expect("a good disk");
    let events = std::mem::take(&mut recorder.notes.lock().expect("no thread panics with it").events);
    let faults_without = |is_left_out: fn(&Event) -> bool| {
        let mut disk = disk.clone();
        let (mut broken, mut not_there) = (false, false);
        for event in events.iter().filter(|event| !is_left_out(event)) {
            disk.happens(event);
            disk.every_tree(|tree| broken |= state_of(tree, &old, &new).is_err());
        }
        disk.every_tree(|tree| not_there |= state_of(tree, &old, &new) != Ok(State::New));
        (broken, not_there)
    };
    assert_eq!(faults_without(|_| false), (false, false));
    assert_eq!(
        faults_without(|event| matches!(event, Event::Flush(_))),
        (true, true)
    );
    assert_eq!(
        faults_without(|event| matches!(event, Event::FlushFolder(_))),
        (false, true)
    );
    assert!(new.keys().any(|path| is_earlier(path)));
}
