//! What keeps a run and the queue: saves, copies before something risky, what is saved when the program ends.

use std::io::{Error, ErrorKind};
use std::sync::Arc;
use std::time::Instant;

use super::{Ending, Runtime};
use crate::language::tr;
use crate::learning::default_threads;
use crate::session::{KeptQueue, folder};
use crate::tui::rescue::{Cause, Outcome, Rescue};
use crate::tui::saver::{Manner, Request};
use crate::tui::workspace::AfterSave;

impl Runtime {
    /// Takes up the queue that was kept when the workbench was left.
    pub(super) fn take_up_queue(&mut self) {
        let queue = &mut self.app.queue;
        queue.threads = default_threads();
        let opened = folder::sessions()
            .map_err(Error::other)
            .and_then(|folder| KeptQueue::open(&folder));
        match opened {
            Ok(Some((file, runs))) => {
                (queue.is_kept, queue.resumes) = (true, !runs.is_empty());
                queue.waiting.extend(runs.iter().cloned());
                (self.kept_queue, self.kept) = (Some(Arc::new(file)), runs);
            }
            // Another workbench has it.
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => self
                .app
                .complain(tr!("the queue can't be kept: {reason}", reason = error)),
            // A folder that can't be written is of no matter to who queues nothing; whoever does is asked before it is lost.
            Err(_) => {}
        }
    }

    /// Keeps the queue as it is now, where that changed.
    pub(super) fn keep_queue(&mut self) {
        let Some(file) = &self.kept_queue else { return };
        let queue = self.app.queue.kept();
        if queue == self.kept {
            return;
        }
        self.saver.ask(Request::KeepQueue(file.clone(), queue.clone()));
        self.kept = queue;
    }

    /// Decides what becomes of the run when the workbench closes.
    pub(super) fn leave(&mut self, ending: &Ending) -> Outcome {
        self.leave_attached();
        self.keep_queue();
        self.beside.end();
        match ending {
            Ending::Left => {
                self.rescue.set(None);
                if let Some(workspace) = self.app.workspace() {
                    self.saver.ask(Request::Discard(workspace.files.clone()));
                }
                // A signal may have come at the same time, and what it saves is saved to its end.
                self.rescue.save(Cause::Other)
            }
            Ending::HungUp => {
                self.keep_rescue();
                self.rescue.save(Cause::HangUp)
            }
            Ending::Asked | Ending::Failed(_) => {
                self.keep_rescue();
                self.rescue.save(Cause::Other)
            }
        }
    }

    /// Has a run copied that has something to lose, unless it learned nothing since that was done last.
    pub(super) fn copy_unsaved(&mut self) {
        let unsaved = self.app.workspace().filter(|workspace| workspace.is_unsaved());
        let samples = unsaved.map(|workspace| workspace.progress.samples);
        if samples.is_some() && samples != self.autosaved_at {
            self.autosaved_at = samples;
            self.copied_at = Some(Instant::now());
            self.save(Manner::Autosave, AfterSave::GoOn);
        }
    }

    /// Has the run saved as it is now, and something done then.
    pub(super) fn save(&self, manner: Manner, after: AfterSave) {
        let (Some(run), Some(workspace)) = (&self.run, self.app.workspace()) else {
            return;
        };
        let Some(run) = run.here() else {
            return run.save(&self.app.view());
        };
        let files = workspace.files.clone();
        let file = match manner {
            Manner::Autosave => &files.autosave,
            Manner::Usual | Manner::Replace | Manner::NewFile => &files.session,
        };
        self.saver.ask(Request::Save {
            manner,
            after,
            ticket: file.ticket(),
            checkpoint: run.checkpoint(),
            view: Box::new(self.app.view()),
            files,
        });
    }

    /// Tells whoever may have to end the program what to save then.
    pub(super) fn keep_rescue(&self) {
        let rescue = self
            .app
            .workspace()
            // A running one may be further than it has told.
            .filter(|workspace| workspace.is_unsaved() || self.app.is_running())
            .and_then(|workspace| {
                Some(Rescue {
                    checkpoint: Box::new(self.run.as_ref()?.here()?.checkpoints()),
                    trains: self.app.is_running(),
                    view: self.app.view(),
                    files: workspace.files.clone(),
                })
            });
        self.rescue.set(rescue);
    }
}
