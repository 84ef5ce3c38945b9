//! Where the sockets of runs lie: a folder that is this user's alone, with a lock beside each socket that its process holds for as
//! long as it lives.

use std::fs::{File, Metadata, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::files::{identity, shown};
use crate::folders;
use crate::platform::{
    LONGEST_SOCKET_PATH, UnixListener, UnixStream, listen_privately, make_private_folder, open_private,
    owner_and_mode, peer, this_user,
};

/// Bytes of the longest name of a run.
const LONGEST_NAME: usize = 40;

/// Why a run can't be reached, or can't be made to be.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The folder can't be made or looked at.
    #[error("{} can't be used for the sockets of runs: {cause}", shown(.path))]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The folder is not one that only this user can put sockets into.
    #[error("{} can't be used for the sockets of runs: {cause}", shown(.path))]
    Untrusted {
        /// The folder.
        path: PathBuf,
        /// Why, in words.
        cause: String,
    },
    /// A path is longer than a socket's may be.
    #[error(
        "the socket {} has a path of {} bytes, where the system takes {} at most: set XDG_RUNTIME_DIR, or TMPDIR, to a shorter one",
        shown(.path),
        .path.as_os_str().len(),
        LONGEST_SOCKET_PATH - 1
    )]
    TooLong {
        /// The path.
        path: PathBuf,
    },
    /// There is no run of that name.
    #[error("no run of the name {name:?} goes on here; `vae-tui list` shows those that do")]
    NoSuchRun {
        /// The name.
        name: String,
    },
    /// The socket or its lock can't be made or used.
    #[error("{} can't be used: {cause}", shown(.path))]
    Socket {
        /// The socket or the lock.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Another user's process is at the other end.
    #[error("the process behind {} is not yours", shown(.path))]
    Foreign {
        /// The socket.
        path: PathBuf,
    },
}

/// The folder, as it was found to be this user's alone.
#[derive(Clone, Debug)]
pub struct RuntimeFolder(PathBuf);

/// A name that is held: as long as this lives, no other run has it.
#[derive(Debug)]
pub struct Place {
    /// The name.
    pub name: String,
    folder: RuntimeFolder,
    lock: File,
}

impl RuntimeFolder {
    /// The usual one, made where there is none: the system's for such things, or else one in the folder for temporary files.
    ///
    /// # Errors
    /// If it can't be made, or others could put something there.
    pub fn usual() -> Result<Self, FolderError> {
        let path = match folders::runtime() {
            // A session manager takes that folder away with the last login: what begins then has the other one.
            Some(path) if path.parent().is_some_and(Path::is_dir) => path,
            _ => std::env::temp_dir().join(format!("vae-tui-{}", this_user())),
        };
        Self::at(path)
    }

    /// A folder of that name.
    ///
    /// # Errors
    /// As [`RuntimeFolder::usual`].
    pub fn at(path: PathBuf) -> Result<Self, FolderError> {
        let made = make_private_folder(&path);
        let found = match made {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            // What a link points to would be another's choice.
            _ => std::fs::symlink_metadata(&path),
        };
        match found {
            Err(cause) => Err(FolderError::Unusable { path, cause }),
            Ok(metadata) => match distrust(&metadata, this_user()) {
                Some(cause) => Err(FolderError::Untrusted { path, cause }),
                None => Ok(Self(path)),
            },
        }
    }

    /// The names of the runs that go on, in order. What is left of others is removed.
    ///
    /// # Errors
    /// If the folder can't be read.
    pub fn names(&self) -> Result<Vec<String>, FolderError> {
        let unusable = |cause| FolderError::Unusable {
            path: self.0.clone(),
            cause,
        };
        let mut names = Vec::new();
        for file in std::fs::read_dir(&self.0).map_err(unusable)? {
            let path = file.map_err(unusable)?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let is_socket = path.extension().is_some_and(|ending| ending == SOCKET);
            let Some(name) = name.filter(|name| is_socket && is_name(name)) else {
                continue;
            };
            match self.hold(name)? {
                Some(place) => drop(place),
                None => names.push(name.to_owned()),
            }
        }
        names.sort();
        Ok(names)
    }

    /// A place for a run, of that name or of one with a number behind it where another run has that.
    ///
    /// # Errors
    /// If the lock can't be made, or the path of the socket is too long.
    pub fn place(&self, name: &str) -> Result<Place, FolderError> {
        let name = usable(name);
        self.socket(&name)?;
        for number in 1_u32.. {
            let name = if number == 1 {
                name.clone()
            } else {
                format!("{name}-{number}")
            };
            if let Some(place) = self.hold(&name)? {
                return Ok(place);
            }
        }
        Err(FolderError::NoSuchRun { name })
    }

    /// A line to the process of the run of that name, which is this user's.
    ///
    /// # Errors
    /// If there is no such run, or somebody else's process is there.
    pub fn connect(&self, name: &str) -> Result<UnixStream, FolderError> {
        let no_such_run = || FolderError::NoSuchRun { name: name.into() };
        if !is_name(name) {
            return Err(no_such_run());
        }
        let path = self.socket(name)?;
        match UnixStream::connect(&path) {
            Ok(stream) if is_this_users(&stream) => Ok(stream),
            Ok(_) => Err(FolderError::Foreign { path }),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                // Nothing is left of a run that has gone.
                drop(self.hold(name)?);
                Err(no_such_run())
            }
            Err(cause) => Err(FolderError::Socket { path, cause }),
        }
    }

    /// Whether the process of a run lives.
    pub fn is_alive(&self, name: &str) -> bool {
        self.hold(name).is_ok_and(|place| place.is_none())
    }

    /// Holds a name; none where a living process does. A socket that one left behind is removed.
    fn hold(&self, name: &str) -> Result<Option<Place>, FolderError> {
        let path = self.0.join(name).with_extension(LOCK);
        let failed = |cause| FolderError::Socket {
            path: path.clone(),
            cause,
        };
        loop {
            let lock = open_private(&path).map_err(failed)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(cause)) => return Err(failed(cause)),
            }
            // Whoever held it may have removed it before letting go.
            let here = std::fs::symlink_metadata(&path).ok();
            let held = identity(&lock.metadata().map_err(failed)?);
            if here.is_some_and(|here| identity(&here) == held) {
                let place = Place {
                    name: name.into(),
                    folder: self.clone(),
                    lock,
                };
                place.remove_socket();
                return Ok(Some(place));
            }
        }
    }

    /// The path of a run's socket.
    ///
    /// # Errors
    /// If it is too long.
    pub fn socket(&self, name: &str) -> Result<PathBuf, FolderError> {
        let path = self.0.join(name).with_extension(SOCKET);
        if path.as_os_str().len() >= LONGEST_SOCKET_PATH {
            return Err(FolderError::TooLong { path });
        }
        Ok(path)
    }
}

const SOCKET: &str = "socket";
const LOCK: &str = "lock";

impl Place {
    /// A socket under the name, which only this user can reach.
    ///
    /// # Errors
    /// If it can't be made.
    pub fn listen(&self) -> Result<UnixListener, FolderError> {
        let path = self.folder.socket(&self.name)?;
        self.remove_socket();
        listen_privately(&path).map_err(|cause| FolderError::Socket { path, cause })
    }

    /// Whether socket and lock are still there: what tidies up temporary files, or ends a login, may have removed them.
    pub fn is_there(&self) -> bool {
        self.is_held() && self.socket_path().symlink_metadata().is_ok()
    }

    /// The same name once more where it was removed.
    ///
    /// # Errors
    /// As for [`RuntimeFolder::usual`] and [`RuntimeFolder::place`].
    pub fn renewed(&self) -> Result<Self, FolderError> {
        RuntimeFolder::at(self.folder.0.clone())?.place(&self.name)
    }

    fn lock_path(&self) -> PathBuf {
        self.folder.0.join(&self.name).with_extension(LOCK)
    }

    /// Whether the lock that lies there is the one that is held here.
    fn is_held(&self) -> bool {
        match (std::fs::symlink_metadata(self.lock_path()), self.lock.metadata()) {
            (Ok(there), Ok(held)) => identity(&there) == identity(&held),
            _ => false,
        }
    }

    fn socket_path(&self) -> PathBuf {
        self.folder.0.join(&self.name).with_extension(SOCKET)
    }

    fn remove_socket(&self) {
        // Usually there is none.
        let _ = std::fs::remove_file(self.socket_path());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Where another one lies by now, the name is not held here any more.
        if self.is_held() {
            self.remove_socket();
            let _ = std::fs::remove_file(self.lock_path());
        }
    }
}

/// Whether the process at the other end is this user's.
pub fn is_this_users(stream: &UnixStream) -> bool {
    peer(stream).is_ok_and(|user| user == this_user())
}

/// Why a folder is not one that only `user` can put something into; none where it is.
fn distrust(metadata: &Metadata, user: u32) -> Option<String> {
    let (owner, mode) = owner_and_mode(metadata);
    if metadata.file_type().is_symlink() {
        Some("it is a link, which may lead anywhere".into())
    } else if !metadata.is_dir() {
        Some("it is no folder".into())
    } else if owner != user {
        Some(format!("it belongs to user {owner}, and you are {user}"))
    } else if mode & 0o077 != 0 {
        Some(format!(
            "others may enter it (its mode is {mode:o}): `chmod 700` it, or remove it"
        ))
    } else {
        None
    }
}

/// Whether a name may be that of a run: letters, digits, `-` and `_` of ASCII, none of which means anything in a path.
fn is_name(name: &str) -> bool {
    let is_harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !name.is_empty() && name.len() <= LONGEST_NAME + 10 && name.bytes().all(is_harmless)
}

/// The name that a run is given for that of its file.
fn usable(name: &str) -> String {
    let harmless = |character: char| match character {
        '-' | '_' => character,
        _ if character.is_ascii_alphanumeric() => character,
        _ => '-',
    };
    let name: String = name.chars().map(harmless).take(LONGEST_NAME).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "run" } else { name }.to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn own(base: &Path) -> RuntimeFolder {
        RuntimeFolder::at(base.join("runs")).unwrap()
    }

    #[test]
    fn the_folder_is_made_for_this_user_alone() {
        let base = tempfile::tempdir().unwrap();
        let folder = own(base.path());
        let mode = std::fs::metadata(&folder.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        own(base.path());
    }

    #[test]
    fn a_folder_that_others_could_use_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("runs");
        let said = || RuntimeFolder::at(path.clone()).unwrap_err().to_string();
        let elsewhere = base.path().join("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        symlink(&elsewhere, &path).unwrap();
        assert!(said().contains("it is a link"), "{}", said());
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "in the way").unwrap();
        assert!(said().contains("it is no folder"), "{}", said());
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        for mode in [0o755, 0o770, 0o701] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(said().contains(&format!("its mode is {mode:o}")), "{}", said());
        }
        std::fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        let said = distrust(&metadata, metadata.uid() + 1).unwrap();
        assert!(said.contains("it belongs to user"), "{said}");
        assert_eq!(distrust(&metadata, metadata.uid()), None);
    }

    #[test]
    fn a_name_is_held_by_one_and_nothing_is_left_of_it() {
        let base = tempfile::tempdir().unwrap();
        let folder = own(base.path());
        let place = folder.place("mnist-20d-1").unwrap();
        let second = folder.place("mnist-20d-1").unwrap();
        assert_eq!(second.name, "mnist-20d-1-2");
        let _listeners = [&place, &second].map(|place| place.listen().unwrap());
        assert_eq!(folder.names().unwrap(), ["mnist-20d-1", "mnist-20d-1-2"]);
        assert!(folder.is_alive("mnist-20d-1"));
        assert!(
            folder
                .connect("mnist-20d-1")
                .is_ok_and(|stream| is_this_users(&stream))
        );
        drop((place, second));
        assert_eq!(folder.names().unwrap(), [] as [String; 0]);
        assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
    }

    #[test]
    fn a_socket_whose_process_is_gone_is_removed() {
        let base = tempfile::tempdir().unwrap();
        let folder = own(base.path());
        for look in [0, 1] {
            // As a process leaves it that is killed: the lock is let go, the files stay.
            std::fs::write(folder.0.join("gone.lock"), "").unwrap();
            drop(UnixListener::bind(folder.0.join("gone.socket")).unwrap());
            if look == 0 {
                assert_eq!(folder.names().unwrap(), [] as [String; 0]);
            } else {
                let said = folder.connect("gone").unwrap_err().to_string();
                assert!(said.contains("no run of the name \"gone\""), "{said}");
            }
            assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_was_removed_under_a_living_run_comes_back() {
        let base = tempfile::tempdir().unwrap();
        let folder = own(base.path());
        let place = folder.place("run").unwrap();
        let _listener = place.listen().unwrap();
        assert!(place.is_there());
        std::fs::remove_dir_all(&folder.0).unwrap();
        assert!(!place.is_there());
        let renewed = place.renewed().unwrap();
        let _listener = renewed.listen().unwrap();
        drop(place);
        assert!(renewed.is_there(), "the old one removed nothing of the new one's");
        assert_eq!(folder.names().unwrap(), ["run"]);
    }

    #[test]
    fn a_path_that_is_too_long_is_a_sentence() {
        let base = tempfile::tempdir().unwrap();
        let folder = RuntimeFolder::at(base.path().join("x".repeat(90))).unwrap();
        let said = folder.place("run").unwrap_err().to_string();
        assert!(
            said.contains("where the system takes") && said.contains("XDG_RUNTIME_DIR"),
            "{said}"
        );
    }

    #[test]
    fn names_are_harmless() {
        assert_eq!(usable("mnist 20d/../ü"), "mnist-20d");
        assert_eq!(usable("…"), "run");
        let base = tempfile::tempdir().unwrap();
        for name in ["", "../x", "a/b", "a.b", &"x".repeat(80)] {
            assert!(own(base.path()).connect(name).is_err(), "{name}");
        }
    }
}
