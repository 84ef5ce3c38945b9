//! The process of a run without a screen: it trains, saves, and lets screens watch and steer.
//!
//! One thread listens for screens; each has a thread that reads from it, and one that writes to it and may wait as long as it likes:
//! what waits for a screen is bounded, and one that fell behind is told how things stand instead of what it missed. Nothing that
//! a screen does or leaves undone is waited for by the run.

mod desk;
mod line;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select, tick, unbounded};

use desk::Desk;
use line::watch_the_door;

use crate::data::Dataset;
use crate::panics::{guarded, switch};
use crate::remote::check::Facts;
use crate::remote::folder::Place;
use crate::remote::message::Reply;
use crate::remote::outbox::Outbox;
use crate::remote::standing::Standing;
use crate::run::{Command, Event, RunHandle, RunState, State};
use crate::session::{Kept, SessionFile, Ticket, View};

/// Time that the last words have to be taken.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A run that is to go on by itself.
pub struct Detached {
    /// Its state.
    pub state: RunState,
    /// What it trains on.
    pub data: Arc<Dataset>,
    /// How it was looked at last.
    pub view: View,
    /// Where it is saved; claimed, so that no other program writes it.
    pub file: SessionFile,
    /// Its name, which is held.
    pub place: Place,
    /// Whether it trains at once.
    pub trains: bool,
    /// Time between two saves.
    pub autosave: Duration,
}

/// What the threads of the process share.
struct Shared {
    run: RunHandle,
    facts: Facts,
    desk: Mutex<Desk>,
    wishes: Sender<Wish>,
}

/// What others want of the thread that owns the run.
enum Wish {
    /// Save it, for that viewer, or for nobody.
    Save(Option<u64>),
    /// A save came to its end: training points that the saved state had seen, and for whom it was.
    Saved(Result<u64, String>, BTreeSet<u64>),
    /// End.
    Stop,
    /// Somebody has left.
    Left,
}

/// A state that is to be saved, and for whom.
type Job = (Ticket, Receiver<Box<RunState>>, View, BTreeSet<u64>);

/// Lets a run go on until it is told to end, or has reached its goal and nobody watches; `ready` is called once screens can come.
/// What became of it comes back, in words.
///
/// # Errors
/// If the threads or the socket can't be made.
pub fn serve(
    detached: Detached,
    signals: &Receiver<i32>,
    ready: impl FnOnce(&str),
) -> anyhow::Result<String> {
    let Detached {
        state,
        data,
        view,
        file,
        place,
        trains,
        autosave,
    } = detached;
    let (saved, file) = (state.training.samples, Arc::new(file));
    let listener = place.listen()?;
    let (run, summary) = RunHandle::start(state, data)?;
    let (wishes, wished) = unbounded();
    let facts = Facts::of(&summary).map_err(anyhow::Error::msg)?;
    let standing = Standing {
        name: place.name.clone(),
        session: file.path().unwrap_or_default().into_os_string(),
        view: ron::to_string(&view)?,
        saved,
        state: if summary.is_finished {
            State::Finished
        } else {
            State::Paused
        },
        summary,
        newest: Vec::new(),
    };
    let shared = Arc::new(Shared {
        facts,
        run,
        desk: Mutex::new(Desk::new(standing, view)),
        wishes: wishes.clone(),
    });
    let is_ending = Arc::new(AtomicBool::new(false));
    let name = place.name.clone();
    let door = std::thread::Builder::new().name("door".into()).spawn({
        let (shared, is_ending) = (shared.clone(), is_ending.clone());
        move || {
            let (mut place, mut listener) = (place, listener);
            // A panic is reported, and others still come in.
            while guarded(|| watch_the_door(&shared, &mut place, &mut listener, &is_ending)).is_err() {}
        }
    })?;
    let (saver, jobs) = start_saver(file.clone(), wishes)?;
    if trains {
        shared.run.send(Command::Start);
    }
    ready(&name);
    let mut owner = Owner {
        shared: &shared,
        file: &file,
        jobs: &jobs,
        is_saving: false,
        wanted: None,
    };
    // A panic here ends the process as a wish does: what is learned is saved, and the screens are told.
    let stayed = guarded(|| owner.stay(signals, &wished, autosave));

    drop(jobs);
    // A panic of the thread has been reported by the panic hook already.
    let _ = saver.join();
    let mut words = save_at_last(&shared, &file);
    if let Err(panicked) = stayed {
        words = format!("a fault in the program ended it: {panicked}; {words}");
    }
    shared.end(&words);
    is_ending.store(true, Ordering::SeqCst);
    let _ = door.join();
    Ok(words)
}

/// Saves what there is when the process ends.
fn save_at_last(shared: &Shared, file: &SessionFile) -> String {
    let (ticket, view) = (file.ticket(), shared.desk().view.clone());
    match shared.run.checkpoint().recv() {
        Ok(state) => match file.save_at_last(ticket, &state, &view) {
            kept @ Kept::Saved(_) => {
                format!("{kept}, at {} samples", state.training.samples)
            }
            kept => kept.to_string(),
        },
        Err(_) => {
            let desk = shared.desk();
            format!(
                "its training thread has ended; {} is as it was at {} samples",
                crate::files::shown(desk.standing.session.as_ref()),
                desk.standing.saved
            )
        }
    }
}

/// The thread that saves while the run goes on, and where it takes what is to be saved.
fn start_saver(
    file: Arc<SessionFile>,
    wishes: Sender<Wish>,
) -> anyhow::Result<(JoinHandle<()>, Sender<Job>)> {
    let (jobs, queue) = unbounded::<Job>();
    let thread = std::thread::Builder::new().name("saver".into()).spawn(move || {
        for (ticket, checkpoint, view, askers) in queue {
            let saved = match checkpoint.recv() {
                Ok(state) => {
                    let saved = guarded(|| {
                        switch("saver");
                        file.save(ticket, &state, &view)
                    });
                    saved.and_then(|saved| {
                        saved
                            .map(|_| state.training.samples)
                            .map_err(|error| error.to_string())
                    })
                }
                Err(_) => Err("nothing was saved: the training thread has ended".into()),
            };
            // The owner has left where the process ends.
            let _ = wishes.send(Wish::Saved(saved, askers));
        }
    })?;
    Ok((thread, jobs))
}

/// The thread that owns the run: it passes on what that tells, and sees to the saves.
struct Owner<'a> {
    shared: &'a Shared,
    file: &'a SessionFile,
    jobs: &'a Sender<Job>,
    is_saving: bool,
    /// For whom it is to be saved again after that, if it is.
    wanted: Option<BTreeSet<u64>>,
}

impl Owner<'_> {
    /// Stays until the process is to end.
    fn stay(&mut self, signals: &Receiver<i32>, wished: &Receiver<Wish>, autosave: Duration) {
        let autosave = tick(autosave);
        loop {
            select! {
                recv(signals) -> _ => return,
                recv(self.shared.run.events()) -> told => match told {
                    Ok(told) => {
                        // After a panic nothing is certain but what is on the disk.
                        let is_to_be_kept = matches!(
                            told.event,
                            Event::State(State::Finished) | Event::Panicked { .. }
                        );
                        self.shared.tell(told.event);
                        if is_to_be_kept {
                            self.save(None);
                        }
                    }
                    Err(_) => return,
                },
                recv(wished) -> wish => match wish {
                    Ok(Wish::Save(asked)) => self.save(asked),
                    Ok(Wish::Saved(saved, askers)) => {
                        self.shared.saved(saved, &askers);
                        self.is_saving = false;
                        if let Some(askers) = self.wanted.take() {
                            self.begin_to_save(askers);
                        }
                    }
                    Ok(Wish::Left) => {}
                    Ok(Wish::Stop) | Err(_) => return,
                },
                recv(autosave) -> _ => {
                    if !self.is_saving && self.is_unsaved() {
                        self.save(None);
                    }
                }
            }
            if self.is_over() {
                return;
            }
        }
    }

    /// Saves at once, or after the save under way: one for all who ask meanwhile, so that no state waits in memory.
    fn save(&mut self, asked: Option<u64>) {
        if self.is_saving {
            self.wanted.get_or_insert_default().extend(asked);
        } else {
            self.begin_to_save(asked.into_iter().collect());
        }
    }

    fn begin_to_save(&mut self, askers: BTreeSet<u64>) {
        let (ticket, view) = (self.file.ticket(), self.shared.desk().view.clone());
        self.is_saving = true;
        // The saver lives as long as this side.
        let _ = self
            .jobs
            .send((ticket, self.shared.run.checkpoint(), view, askers));
    }

    fn is_unsaved(&self) -> bool {
        let desk = self.shared.desk();
        desk.standing.saved != desk.standing.summary.samples
    }

    /// Whether nothing is left to do: the goal is reached, that is saved, and nobody watches.
    fn is_over(&self) -> bool {
        let is_alone = {
            let desk = self.shared.desk();
            desk.standing.state == State::Finished && desk.watching() == 0
        };
        is_alone && !self.is_saving && !self.is_unsaved()
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what the run told: an answer to whoever asked, a refusal to whoever steers, everything else to all.
    fn tell(&self, event: Event) {
        let mut desk = self.desk();
        desk.standing.take_in(&event);
        match event {
            Event::Answered(answered) => desk.answer(*answered),
            Event::Refused { .. } => {
                let steers = desk.steers;
                desk.send(&Reply::Told(Box::new(event)), |viewer| {
                    Some(viewer.number) == steers
                });
            }
            event => desk.send(&Reply::Told(Box::new(event)), |viewer| viewer.watches),
        }
    }

    /// A save came to its end. Who waits for one of its own takes no other for it.
    fn saved(&self, saved: Result<u64, String>, askers: &BTreeSet<u64>) {
        let mut desk = self.desk();
        let reply = match saved {
            Ok(samples) => {
                desk.standing.saved = samples;
                Reply::Saved(samples)
            }
            Err(reason) => Reply::SaveFailed(reason),
        };
        desk.send(&reply, |viewer| viewer.watches || askers.contains(&viewer.number));
    }

    /// Says the last words, and gives them a moment to be heard.
    fn end(&self, words: &str) {
        let outboxes: Vec<Arc<Outbox>> = {
            let desk = self.desk();
            desk.send(&Reply::Ended(words.into()), |_| true);
            desk.viewers.iter().map(|viewer| viewer.outbox.clone()).collect()
        };
        let until = Instant::now() + LAST_WORDS;
        for outbox in outboxes {
            outbox.close();
            outbox.drained(until.saturating_duration_since(Instant::now()));
        }
    }
}
