//! What takes time, each on a thread of its own that sends a message when it is done.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use anyhow::anyhow;

use super::{Runtime, spawn, waiting};
use crate::cancel::Cancel;
use crate::data::{Dataset, ItemPlace, STANDARD_INPUT, listing, load, short_name};
use crate::language::tr;
use crate::learning::advice::{Advice, Basis};
use crate::outputs::Output;
use crate::panics::{guarded, switch};
use crate::pictures::numbered::write_numbered;
use crate::pictures::raster::Raster;
use crate::remote::{StateSource, hand_over, running};
use crate::run::RunHandle;
use crate::session::{self, SessionError, folder};
use crate::sweep::SweepFolder;
use crate::tui::asking::Asking;
use crate::tui::message::{Message, Opened, Tidied, Written};
use crate::tui::opening::{ForkSource, Ready, RunSource, open};
use crate::tui::overlays::form::Fork;
use crate::tui::overlays::sessions::Intent;
use crate::tui::saver::Request;
use crate::tui::update::update;
use crate::tui::writer::{Job, Writer};

impl Runtime {
    /// Opens a session, or makes a new run, on a thread; the data is unpacked first where that was not done yet.
    pub(super) fn begin(&mut self, request: u64, run: RunSource) {
        let (sender, ready, data) = (self.sender.clone(), self.waiting.clone(), self.data.clone());
        let is_first = self.app.workspace().is_none();
        let failed = move |error: anyhow::Error| Message::OpenFailed(request, format!("{error:#}"));
        let started = spawn("open", move || {
            // If the screen is gone, nobody waits for what is told here.
            let tell = |message| drop(sender.send(message));
            let reading = |what: &str, fraction| {
                tell(Message::Reading {
                    request,
                    what: what.into(),
                    fraction,
                });
            };
            let opened = guarded(|| {
                switch("reader");
                open(run, data, is_first, &reading)
            });
            match opened.unwrap_or_else(|words| Err(anyhow!(words))) {
                Ok(run) => {
                    waiting(&ready).insert(request, run);
                    tell(Message::Arrived(request));
                }
                Err(error) => tell(failed(error)),
            }
        });
        if let Err(error) = started {
            update(&mut self.app, failed(error));
        }
    }

    /// Takes up a run that arrived, in place of the one before, which ends.
    pub(super) fn take_up(&mut self, request: u64) -> Option<Box<Opened>> {
        let Ready { run, data, opened } = waiting(&self.waiting).remove(&request)?;
        // Whoever left the run before was asked about it.
        if let Some(workspace) = self.app.workspace() {
            self.saver.ask(Request::Discard(workspace.files.clone()));
        }
        self.leave_attached();
        self.run = Some(run);
        self.data = data;
        self.attached_data = Arc::default();
        self.asking = Asking::default();
        self.autosaved_at = None;
        Some(Box::new(opened))
    }

    /// Tells a run in another process how it was looked at, before it is left.
    pub(super) fn leave_attached(&self) {
        if let Some(run) = &self.run {
            run.leave(&self.app.view());
        }
    }

    /// Goes on apart from the run on the screen.
    pub(super) fn fork(&mut self, request: u64, fork: Fork) {
        let (Some(run), Some(workspace)) = (&self.run, self.app.workspace()) else {
            return;
        };
        let kept = |run: &RunHandle, samples| {
            let data = self.data.clone()?;
            Some(StateSource::Here(run.kept_checkpoint(samples), data))
        };
        let source = match (fork.at, run.here()) {
            (Some(samples), Some(run)) => kept(run, samples),
            _ => run.state(self.data.as_ref()),
        };
        let Some(source) = source else {
            return;
        };
        let usual = || {
            let configuration = &workspace.progress.configuration;
            let folder = folder::sessions().unwrap_or_default();
            folder::names(configuration, false)
                .next()
                .map(|name| folder.join(name))
        };
        let source = ForkSource {
            source,
            changes: fork.changes,
            from: workspace.path.clone().or_else(usual).unwrap_or_default(),
            view: self.app.view(),
        };
        self.begin(request, RunSource::Fork(Box::new(source)));
    }

    /// Looks for saved runs on a thread, and reads what they are.
    pub(super) fn read_runs(&mut self) {
        let (sender, folders) = (self.sender.clone(), self.session_folders());
        let catalogue = self.catalogue.clone();
        self.start("runs", move || {
            // Only a panic, which was reported, leaves it locked.
            let mut catalogue = catalogue.lock().unwrap_or_else(PoisonError::into_inner);
            let (runs, faults) = catalogue.list(&folders);
            let sweep = folders.iter().find_map(|folder| SweepFolder::of_runs(folder));
            let _ = sender.send(Message::Sweep(sweep.map(|sweep| sweep.progress(&mut catalogue))));
            let _ = sender.send(Message::Runs(runs, faults));
        });
    }

    /// Sends an item through the models of saved runs on a thread.
    pub(super) fn look_into(&mut self, number: u64, paths: Vec<PathBuf>, item: ItemPlace) {
        let Some(data) = self.data_source() else {
            return;
        };
        let (sender, models) = (self.sender.clone(), self.models.clone());
        self.start("models", move || {
            let data = data();
            let look = |path: &PathBuf| {
                let data = data
                    .as_ref()
                    .ok_or_else(|| tr!("the data can't be read").to_owned())?;
                models
                    .reconstruct(path, data, item)
                    .map_err(|error| error.to_string())
            };
            let found = paths.iter().map(look).collect();
            let _ = sender.send(Message::LookedInto(number, found));
        });
    }

    /// Renames, removes or restores a saved run on a thread.
    pub(super) fn tidy(&mut self, work: impl FnOnce() -> Result<Tidied, SessionError> + Send + 'static) {
        let sender = self.sender.clone();
        self.start("tidy", move || {
            let _ = sender.send(Message::Kept(work().map_err(|error| error.to_string())));
        });
    }

    /// Looks for sessions on a thread: a folder may be far away.
    pub(super) fn list_sessions(&mut self, intent: Intent) {
        let (sender, folders) = (self.sender.clone(), self.session_folders());
        let open = self.app.workspace().and_then(|workspace| workspace.path.clone());
        self.start("list", move || {
            let found = match intent {
                Intent::Restore => open.map_or_else(Vec::new, |open| folder::earlier(&open)),
                Intent::Open | Intent::Compare => folder::list(&folders),
            };
            let _ = sender.send(Message::Sessions(found, intent));
        });
    }

    /// Looks for runs that go on in other processes, on a thread: each is asked.
    pub(super) fn list_running(&mut self) {
        let sender = self.sender.clone();
        self.start("list", move || {
            let found = running().map_err(|error| format!("{error:#}"));
            let _ = sender.send(Message::Running(found));
        });
    }

    /// Lets another process go on with the run, which is saved, on a thread: that reads its data first.
    pub(super) fn hand_over(&mut self, session: PathBuf, trains: bool) {
        if let Some(workspace) = self.app.workspace() {
            // The other process writes it from now on.
            workspace.files.session.release();
        }
        let (sender, between_saves) = (self.sender.clone(), self.between_saves);
        self.start("handover", move || {
            let handed = hand_over(&session, trains, between_saves);
            let handed = handed.map_err(|error| format!("{error:#}"));
            let _ = sender.send(Message::HandedOver { trains, handed });
        });
    }

    /// What the run on the screen trains on, for another thread: that of a run in another process is read when it is needed.
    fn data_source(&self) -> Option<impl FnOnce() -> Option<Arc<Dataset>> + Send + use<>> {
        let workspace = self.app.workspace()?;
        let (here, read) = (self.data.clone(), self.attached_data.clone());
        let name = workspace.data.name.clone();
        let rules = workspace.progress.configuration.reading.clone();
        Some(move || {
            let reading = || load(&name, &rules, |_| {}).ok().map(Arc::new);
            here.or_else(|| read.get_or_init(reading).clone())
        })
    }

    /// Looks for data on a thread, for the same reason.
    pub(super) fn list_files(&mut self, near: String) {
        let sender = self.sender.clone();
        self.start("list", move || {
            let listed = listing::list(&near);
            let _ = sender.send(Message::Files(near, listed));
        });
    }

    /// Looks which likelihood suits data on a thread; whoever asked before about other data waits no longer. What can't be read
    /// is said when a run is to begin with it.
    pub(super) fn advise(&mut self, basis: Basis) {
        self.advising.cancel();
        self.advising = Cancel::default();
        let (sender, cancel, loaded) = (self.sender.clone(), self.advising.clone(), self.data.clone());
        let advised = spawn("advise", move || {
            let advice = cancel.run(|| {
                let is_loaded = |data: &Arc<Dataset>| data.name == basis.data && data.rules == *basis.reading;
                let data = match loaded.filter(is_loaded) {
                    Some(data) => data,
                    None if basis.data == STANDARD_INPUT => return None,
                    None => Arc::new(load(&basis.data, &basis.reading, |_| {}).ok()?),
                };
                Some(Advice::of(&basis, &data))
            });
            if let Some(Some(advice)) = advice {
                let _ = sender.send(Message::Advised(basis, advice));
            }
        });
        // It is a courtesy: where there is no thread for it, a run goes as well without.
        drop(advised);
    }

    /// Where sessions are looked for: the usual folder, and the one of the open session.
    fn session_folders(&self) -> Vec<PathBuf> {
        let open = self
            .app
            .workspace()
            .and_then(|workspace| workspace.path.as_deref());
        let beside = open
            .and_then(Path::parent)
            .map(|folder| match folder.as_os_str() {
                nothing if nothing.is_empty() => PathBuf::from("."),
                _ => folder.to_owned(),
            });
        folder::sessions().ok().into_iter().chain(beside).collect()
    }

    /// Reads the curve of a saved run on a thread.
    pub(super) fn read_curve(&mut self, path: PathBuf) {
        let sender = self.sender.clone();
        self.start("curve", move || {
            let message = match session::load(&path) {
                Ok(session) => Message::CurveRead(Box::new(session.into_kept_run())),
                Err(error) => Message::CurveUnread(error.to_string()),
            };
            let _ = sender.send(message);
        });
    }

    /// Has something of the run written as it is now.
    pub(super) fn write(&mut self, output: Output, name: String, replace: bool) {
        let (Some(run), Some(workspace)) = (&self.run, self.app.workspace()) else {
            return;
        };
        let Some(source) = run.state(self.data.as_ref()) else {
            return;
        };
        let stem = workspace.path.as_deref().and_then(Path::file_stem);
        let job = Job {
            output,
            name,
            replace,
            run: stem.map_or_else(
                || short_name(&workspace.data.name).into(),
                |stem| stem.to_string_lossy().into_owned(),
            ),
            source,
        };
        match Writer::start(job, self.sender.clone()) {
            Ok(writer) => self.writer = Some(writer),
            Err(error) => drop(update(
                &mut self.app,
                Message::Written(output, Written::Failed(error)),
            )),
        }
    }

    /// Writes a picture on a thread.
    pub(super) fn save_picture(&mut self, beside: Option<PathBuf>, stem: String, picture: Raster) {
        let sender = self.sender.clone();
        self.start("picture", move || {
            let folder = beside.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
            let written = write_numbered(folder, &stem, &picture);
            let _ = sender.send(Message::PictureSaved(
                written.map_err(|error| format!("{error:#}")),
            ));
        });
    }

    /// Does something on a thread of its own; if there can be none, that is said, and the run goes on.
    fn start(&mut self, name: &str, work: impl FnOnce() + Send + 'static) {
        let sender = self.sender.clone();
        let work = move || {
            if let Err(words) = guarded(work) {
                let _ = sender.send(Message::Faulted(words));
            }
        };
        if let Err(error) = spawn(name, work) {
            self.app.complain(format!("{error:#}"));
        }
    }
}
