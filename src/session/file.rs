//! The file that one run is saved to, shared by everybody who saves the run: the screen, the clock, a signal.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::save::{check_finite, content, failed, put, written};
use super::target::{Identity, Target};
use super::{SessionError, View, folder, fork_of, generations};
use crate::files::disk::disk;
use crate::files::{NewFile, identity, make_folder, settle, shown};
use crate::run::RunState;

/// Where one run is saved.
///
/// One save at a time; a state that was overtaken by a newer one is not written over it; what another program wrote
/// there since it was last read or written here is not replaced.
#[derive(Debug)]
pub struct SessionFile {
    kind: Kind,
    tickets: AtomicU64,
    state: Mutex<State>,
}

/// What is saved there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The run, when somebody asks for it.
    Session,
    /// A copy from time to time, in case the program ends badly; it is locked as long as the program lives.
    Autosave,
}

#[derive(Debug, Default)]
struct State {
    /// The file; none before the first save of a run without a name.
    path: Option<PathBuf>,
    /// What lies there, as it was last read or written here; none for a file that is written for the first time.
    known: Option<Identity>,
    /// The newest state that was saved.
    newest: u64,
    /// Whether the file was made empty to take the name, and nothing was saved to it yet.
    is_reserved: bool,
    /// The file, locked against other programs that would write it for as long as this one does.
    held: Option<File>,
}

/// The files of one run: its own, and the copy that is made from time to time in case the program ends badly.
#[derive(Clone, Debug)]
pub struct RunFiles {
    /// Where the run is saved.
    pub session: Arc<SessionFile>,
    /// Where its copy goes.
    pub autosave: Arc<SessionFile>,
}

impl Default for RunFiles {
    fn default() -> Self {
        Self {
            session: Arc::new(SessionFile::unnamed()),
            autosave: Arc::new(SessionFile::autosave()),
        }
    }
}

impl RunFiles {
    /// Of a run that was read from `path`. If that is an earlier state of a session, the run is saved to the session. If it is a copy that a program left behind when it ended badly, the run has no
    /// file of its own yet, and the copy is looked after here from now on.
    pub fn opened(path: &Path, known: &Identity) -> Self {
        if folder::is_autosave(path) {
            let autosave = SessionFile::left_behind(path.to_owned(), known.clone());
            return Self {
                autosave: Arc::new(autosave.unwrap_or_else(|_| SessionFile::autosave())),
                ..Self::default()
            };
        }
        if let Some(session) = generations::session_of(path) {
            // A save takes the place of what the session is now, which is kept.
            let session = match Identity::read(&session) {
                Ok(now) => SessionFile::opened(session, now),
                Err(_) => SessionFile::chosen(session),
            };
            return Self {
                session: Arc::new(session),
                ..Self::default()
            };
        }
        Self {
            session: Arc::new(SessionFile::opened(path.to_owned(), known.clone())),
            ..Self::default()
        }
    }

    /// Of a run that goes on apart from the one at `path`, beside which it has a file of its own.
    ///
    /// # Errors
    /// If that file can't be written.
    pub fn forked(path: &Path) -> Result<Self, SessionError> {
        let session = SessionFile::chosen(fork_of(path));
        session.claim()?;
        Ok(Self {
            session: Arc::new(session),
            ..Self::default()
        })
    }

    /// Whether both mean the same run.
    pub fn are_of_same_run(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.session, &other.session)
    }
}

/// The place of a state among those of its run: a later one is newer.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

/// What became of a run whose program ends.
#[derive(Debug)]
pub enum Kept {
    /// It is saved where it belongs.
    Saved(PathBuf),
    /// That failed, so it is saved somewhere else.
    Elsewhere {
        /// Where.
        path: PathBuf,
        /// Why not where it belongs.
        because: SessionError,
    },
    /// It could not be saved anywhere.
    Nowhere(SessionError),
}

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Saved(path) => write!(f, "saved to {}", shown(path)),
            Self::Elsewhere { path, because } => write!(f, "{because}; saved to {} instead", shown(path)),
            Self::Nowhere(because) => write!(f, "{because}; nor could it be saved anywhere else"),
        }
    }
}

impl SessionFile {
    /// For a run that has no file yet: the first save takes a free name in the usual folder.
    pub fn unnamed() -> Self {
        Self::new(Kind::Session, None, None)
    }

    /// For copies of a run from time to time, in the usual folder.
    pub fn autosave() -> Self {
        Self::new(Kind::Autosave, None, None)
    }

    /// For a run that was read from `path`, when that was like `known`.
    pub fn opened(path: PathBuf, known: Identity) -> Self {
        Self::new(Kind::Session, Some(path), Some(known))
    }

    /// For copies of a run that was itself read from such a copy, which another program left behind.
    ///
    /// # Errors
    /// If that program still lives, or the file was changed.
    pub fn left_behind(path: PathBuf, known: Identity) -> Result<Self, SessionError> {
        let file = Self::new(Kind::Autosave, Some(path), Some(known));
        file.claim()?;
        Ok(file)
    }

    /// For a run that goes to `path`, in place of the session that may lie there.
    pub fn chosen(path: PathBuf) -> Self {
        Self::new(Kind::Session, Some(path), None)
    }

    fn new(kind: Kind, path: Option<PathBuf>, known: Option<Identity>) -> Self {
        Self {
            kind,
            tickets: AtomicU64::new(0),
            state: Mutex::new(State {
                path,
                known,
                ..State::default()
            }),
        }
    }

    /// Finds out whether the file can be written, and keeps other programs from claiming it too for as long as this value
    /// lives. Where there is none yet, an empty one takes the name.
    ///
    /// # Errors
    /// If the folder or the file can't be written, something else lies there, another program has claimed it, or it was
    /// changed since it was read.
    pub fn claim(&self) -> Result<(), SessionError> {
        let mut state = self.state();
        let Some(path) = state.path.clone() else {
            return Ok(());
        };
        let target = Target::of(&path)?;
        make_folder(&target.folder)
            .and_then(|()| NewFile::create(&target.folder, None))
            .map_err(|cause| failed(&path, cause))?;
        if target.existing.is_none() {
            match disk().create(&target.path) {
                Ok(_) => state.is_reserved = true,
                // Another program was faster; the lock tells whether it holds the file.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(&path, error)),
            }
        }
        state.held = lock(&path, &target.path)?;
        check_unchanged(&path, state.known.as_ref())?;
        if state.known.is_none() {
            state.known = Some(Identity::read(&target.path).map_err(|cause| failed(&path, cause))?);
        }
        Ok(())
    }

    /// Lets another program claim the file.
    pub fn release(&self) {
        self.state().held = None;
    }

    /// The file; none before the first save of a run without a name.
    pub fn path(&self) -> Option<PathBuf> {
        self.state().path.clone()
    }

    /// A ticket for a state that is asked for now.
    pub fn ticket(&self) -> Ticket {
        Ticket(1 + self.tickets.fetch_add(1, Ordering::SeqCst))
    }

    /// Saves a state, unless a newer one is saved already. Returns where the newest lies.
    ///
    /// # Errors
    /// If the file can't be written, or another program changed it or has claimed it; it is then as it was.
    pub fn save(&self, ticket: Ticket, run: &RunState, view: &View) -> Result<PathBuf, SessionError> {
        let mut state = self.state();
        self.save_locked(&mut state, ticket, run, view)
    }

    /// Saves a state whatever another program wrote there since it was read.
    ///
    /// # Errors
    /// As [`SessionFile::save`], but for changes.
    pub fn replace(&self, ticket: Ticket, run: &RunState, view: &View) -> Result<PathBuf, SessionError> {
        let mut state = self.state();
        let known = state.known.take();
        let saved = self.save_locked(&mut state, ticket, run, view);
        if saved.is_err() {
            // What it was decided about is still to be noticed.
            state.known = known;
        }
        saved
    }

    /// Saves a state to a new file beside the one it can't be saved to; if that fails too in the usual folder, and then in
    /// the one for temporary files. The run keeps that file from now on.
    ///
    /// # Errors
    /// If none of the folders can be written; the error is that of the first.
    pub fn save_elsewhere(
        &self,
        ticket: Ticket,
        run: &RunState,
        view: &View,
    ) -> Result<PathBuf, SessionError> {
        let mut state = self.state();
        let beside = state.path.as_deref().and_then(Path::parent).map(Path::to_owned);
        let usual = folder::sessions().ok();
        let mut first = None;
        for folder in beside.into_iter().chain(usual).chain([std::env::temp_dir()]) {
            match self.save_new(&mut state, &folder, run, view) {
                Ok(path) => {
                    state.newest = ticket.0;
                    return Ok(path);
                }
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(SessionError::NoFolder))
    }

    /// Saves a state where it belongs or, if that fails, anywhere: there is no other chance.
    pub fn save_at_last(&self, ticket: Ticket, run: &RunState, view: &View) -> Kept {
        let because = match self.save(ticket, run, view) {
            Ok(path) => return Kept::Saved(path),
            Err(error) => error,
        };
        match self.save_elsewhere(ticket, run, view) {
            Ok(path) => Kept::Elsewhere { path, because },
            Err(_) => Kept::Nowhere(because),
        }
    }

    /// Removes the file, and lets no state that was asked for so far make it anew.
    pub fn discard(&self) {
        let mut state = self.state();
        state.newest = self.tickets.load(Ordering::SeqCst);
        state.known = None;
        state.held = None;
        if let Some(path) = state.path.take() {
            // It may be gone already, and then nothing is left to do.
            let _ = disk().remove(&path);
        }
    }

    fn save_locked(
        &self,
        state: &mut State,
        ticket: Ticket,
        run: &RunState,
        view: &View,
    ) -> Result<PathBuf, SessionError> {
        let path = match state.path.clone() {
            Some(path) if ticket.0 <= state.newest => return Ok(path),
            None if ticket.0 <= state.newest => return Err(SessionError::Discarded),
            Some(path) => {
                self.save_over(state, &path, run, view)?;
                path
            }
            None => self.save_new(state, &folder::sessions()?, run, view)?,
        };
        state.newest = ticket.0;
        Ok(path)
    }

    /// Saves to the run's own file.
    fn save_over(
        &self,
        state: &mut State,
        path: &Path,
        run: &RunState,
        view: &View,
    ) -> Result<(), SessionError> {
        let failed = |cause| failed(path, cause);
        let target = Target::of(path)?;
        let _lock = match state.held {
            None if target.existing.is_some() => lock(path, &target.path)?,
            _ => None,
        };
        check_unchanged(path, state.known.as_ref())?;
        check_finite(run, path)?;
        let content = content(run, view).map_err(failed)?;
        let file = put(&content, &target, self.kind == Kind::Session).map_err(failed)?;
        self.remember(state, path, file, &content)?;
        settle(&target.folder).map_err(failed)
    }

    /// Saves to a new file in `folder`.
    fn save_new(
        &self,
        state: &mut State,
        folder: &Path,
        run: &RunState,
        view: &View,
    ) -> Result<PathBuf, SessionError> {
        let failed = |cause| failed(folder, cause);
        check_finite(run, folder)?;
        let content = content(run, view).map_err(failed)?;
        let file = written(&content, folder, None).map_err(failed)?;
        let names = folder::names(&run.training.configuration, self.kind == Kind::Autosave);
        let (file, path) = file.name(folder, names).map_err(failed)?;
        self.remember(state, &path, file, &content)?;
        settle(folder).map_err(failed)?;
        Ok(path)
    }

    fn remember(
        &self,
        state: &mut State,
        path: &Path,
        file: File,
        content: &[u8],
    ) -> Result<(), SessionError> {
        let metadata = file.metadata().map_err(|cause| failed(path, cause))?;
        state.known = Some(Identity::new(&metadata, content));
        state.path = Some(path.to_owned());
        state.is_reserved = false;
        if state.held.is_some() || self.kind == Kind::Autosave {
            state.held = Some(file);
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SessionFile {
    fn drop(&mut self) {
        let state = self.state();
        if let Some(path) = state.path.as_deref().filter(|_| state.is_reserved) {
            let is_empty = std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0);
            if is_empty {
                let _ = disk().remove(path);
            }
        }
    }
}

/// Locks the session at `target`, so that only one program writes it; none where the file system has no locks.
pub(super) fn lock(path: &Path, target: &Path) -> Result<Option<File>, SessionError> {
    loop {
        let file = match File::open(target) {
            Ok(file) => file,
            // Removed just now: nothing is left that could be lost.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(path, error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(SessionError::InUse {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(_)) => return Ok(None),
        }
        // Whoever held it may have put another file in its place before letting go.
        let still = match (file.metadata(), std::fs::metadata(target)) {
            (Ok(locked), Ok(now)) => identity(&locked) == identity(&now),
            _ => false,
        };
        if still {
            return Ok(Some(file));
        }
    }
}

fn check_unchanged(path: &Path, known: Option<&Identity>) -> Result<(), SessionError> {
    let changed = || SessionError::Changed {
        path: path.to_owned(),
    };
    match (known, std::fs::metadata(path)) {
        (Some(known), Ok(metadata)) if !known.fits(path, &metadata) => Err(changed()),
        // A file that was removed holds nothing that could be lost.
        _ => Ok(()),
    }
}
