//! The process of a run without a screen: it trains, saves, and lets screens watch and steer.
//!
//! One thread listens for screens; each has a thread that reads from it, and one that writes to it and may wait as long as it likes:
//! what waits for a screen is bounded, and one that fell behind is told how things stand instead of what it missed. Nothing that
//! a screen does or leaves undone is waited for by the run.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select, tick, unbounded};

use super::check::Facts;
use super::folder::{Place, is_this_users};
use super::frame::{
    FrameError, GreetingError, LONGEST_REPLY, LONGEST_REQUEST, acquaint, frame, introduce, read,
};
use super::message::{Reply, Request, Steering};
use super::outbox::{Next, Outbox};
use super::standing::Standing;
use crate::data::Dataset;
use crate::panics::{guarded, switch};
use crate::platform::{UnixListener, UnixStream, wait_for_guest};
use crate::run::{Answered, Command, Event, RunHandle, RunState, State};
use crate::session::{Kept, SessionFile, Ticket, View};

/// Screens that may watch at the same time.
const MOST_VIEWERS: usize = 16;
/// Names under which one screen may ask at the same time, and bytes of each.
const MOST_ASKERS: usize = 64;
/// Time that the other end has to say who it is.
const GREETING: Duration = Duration::from_secs(5);
/// Time that the last words have to be taken.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Time that is waited for the next screen before looking whether the process ends.
const PATIENCE: Duration = Duration::from_millis(500);
/// Time between two looks whether the socket is still there.
const LOOK: Duration = Duration::from_secs(1);

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

/// Who watches, and what they must know.
struct Desk {
    standing: Standing,
    view: View,
    viewers: Vec<Viewer>,
    /// Who steers, by its number.
    steers: Option<u64>,
    /// Viewers so far.
    count: u64,
}

/// Somebody at the other end of a line.
struct Viewer {
    number: u64,
    outbox: Arc<Outbox>,
    /// Whether it watches; else it only waits for a save or for the end.
    watches: bool,
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
    let shared = Arc::new(Shared {
        facts: Facts::of(&summary).map_err(anyhow::Error::msg)?,
        run,
        desk: Mutex::new(Desk {
            standing: Standing {
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
            },
            view,
            viewers: Vec::new(),
            steers: None,
            count: 0,
        }),
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

impl Desk {
    /// Screens that show the run.
    fn watching(&self) -> usize {
        self.viewers.iter().filter(|viewer| viewer.watches).count()
    }

    /// Sends some viewers the same.
    fn send(&self, reply: &Reply, to: impl Fn(&Viewer) -> bool) {
        let mut viewers = self.viewers.iter().filter(|viewer| to(viewer)).peekable();
        if viewers.peek().is_none() {
            return;
        }
        match frame(reply, LONGEST_REPLY) {
            Ok(frame) => viewers.for_each(|viewer| viewer.outbox.push(frame.clone())),
            // What is too long for one frame is in how things stand.
            Err(_) => viewers.for_each(|viewer| viewer.outbox.fall_behind()),
        }
    }

    /// Sends an answer to the viewer that asked, in place of an earlier one that it did not take yet.
    fn answer(&self, mut answered: Answered) {
        let Some((number, asker)) = answered.asker.split_once('/') else {
            return;
        };
        let asker = asker.to_owned();
        let viewer = self
            .viewers
            .iter()
            .find(|viewer| viewer.number.to_string() == number);
        if let Some(viewer) = viewer {
            answered.asker.clone_from(&asker);
            let reply = Reply::Told(Box::new(Event::Answered(Box::new(answered))));
            // An answer that is too long is none; the screen shows what it had.
            if let Ok(frame) = frame(&reply, LONGEST_REPLY) {
                viewer.outbox.replace(&asker, frame);
            }
        }
    }

    fn add(&mut self, watches: bool) -> Option<(u64, Arc<Outbox>)> {
        // Whoever wants it saved or ended finds a place beside the screens.
        let (places, taken) = match watches {
            true => (MOST_VIEWERS, self.watching()),
            false => (2 * MOST_VIEWERS, self.viewers.len()),
        };
        if taken >= places {
            return None;
        }
        self.count += 1;
        let outbox = Arc::new(Outbox::default());
        if watches {
            // What it is told first is how things stand.
            outbox.fall_behind();
            self.steers = self.steers.or(Some(self.count));
        }
        self.viewers.push(Viewer {
            number: self.count,
            outbox: outbox.clone(),
            watches,
        });
        self.tell_steering();
        Some((self.count, outbox))
    }

    fn remove(&mut self, number: u64) {
        self.viewers.retain(|viewer| viewer.number != number);
        if self.steers == Some(number) {
            self.steers = self.after(0);
        }
        self.tell_steering();
    }

    /// Lets a viewer steer; if it does already, the next one.
    fn steer(&mut self, number: u64) {
        self.steers = if self.steers == Some(number) {
            self.after(number).or(self.after(0))
        } else {
            Some(number)
        };
        self.tell_steering();
    }

    /// The first viewer that came after that one.
    fn after(&self, number: u64) -> Option<u64> {
        let mut watching = self.viewers.iter().filter(|viewer| viewer.watches);
        watching
            .find(|viewer| viewer.number > number)
            .map(|viewer| viewer.number)
    }

    fn steering(&self, number: u64) -> Steering {
        Steering {
            is_here: self.steers == Some(number),
            viewers: self.watching(),
        }
    }

    fn tell_steering(&self) {
        for watching in self.viewers.iter().filter(|viewer| viewer.watches) {
            let reply = Reply::Steering(self.steering(watching.number));
            self.send(&reply, |viewer| viewer.number == watching.number);
        }
    }

    /// How things stand for a viewer, which is told everything from here on again.
    fn caught_up(&self, number: u64) -> Reply {
        let mut viewers = self.viewers.iter();
        if let Some(viewer) = viewers.find(|viewer| viewer.number == number) {
            viewer.outbox.catch_up();
        }
        Reply::Joined(Box::new(self.standing.clone()), self.steering(number))
    }
}

/// Lets screens in until the process ends. A socket that was removed under it is made anew: what tidies up temporary files may do
/// that, and so does the end of a login.
fn watch_the_door(
    shared: &Arc<Shared>,
    place: &mut Place,
    listener: &mut UnixListener,
    is_ending: &AtomicBool,
) {
    let mut looked = Instant::now();
    while !is_ending.load(Ordering::SeqCst) {
        if wait_for_guest(listener, PATIENCE).is_err() {
            std::thread::sleep(Duration::from_millis(100));
        }
        while let Ok((stream, _)) = listener.accept() {
            let shared = shared.clone();
            let attended = std::thread::Builder::new().name("viewer".into()).spawn(move || {
                // Whoever left, or made no sense, is of no interest here.
                let _ = guarded(|| attend(&shared, &stream));
                let _ = stream.shutdown(Shutdown::Both);
            });
            // Without a thread for it the line closes.
            drop(attended);
        }
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            if !place.is_there()
                && let Ok(renewed) = place.renewed()
                && let Ok(opened) = renewed.listen()
            {
                shared.desk().standing.name.clone_from(&renewed.name);
                (*place, *listener) = (renewed, opened);
            }
        }
    }
}

/// Why a line ended.
#[derive(Debug, thiserror::Error)]
enum LineError {
    #[error("another user is at the other end")]
    Foreign,
    #[error(transparent)]
    Greeting(#[from] GreetingError),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Line(#[from] std::io::Error),
}

/// Serves one line to its end.
fn attend(shared: &Arc<Shared>, stream: &UnixStream) -> Result<(), LineError> {
    if !is_this_users(stream) {
        return Err(LineError::Foreign);
    }
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(GREETING))?;
    stream.set_write_timeout(Some(GREETING))?;
    let mut line = stream;
    introduce(&mut line)?;
    acquaint(&mut line)?;
    let Some(first) = read::<Request>(&mut line, LONGEST_REQUEST)? else {
        return Ok(());
    };
    let wish: Option<fn(u64) -> Wish> = match first {
        Request::Describe => {
            let description = {
                let desk = shared.desk();
                desk.standing.described(std::process::id(), desk.watching())
            };
            line.write_all(&frame(&Reply::Described(description), LONGEST_REPLY)?)?;
            return Ok(());
        }
        Request::Join => None,
        Request::Save { .. } => Some(|number| Wish::Save(Some(number))),
        Request::Stop => Some(|_| Wish::Stop),
        Request::Command(_) | Request::Ask { .. } | Request::Steer | Request::Leave { .. } => {
            return refuse(line, "who wants to steer or ask joins first");
        }
    };
    let Some((number, outbox)) = shared.desk().add(wish.is_none()) else {
        return refuse(line, &format!("{MOST_VIEWERS} others watch already"));
    };
    let seat = Seat {
        shared: shared.clone(),
        number,
        outbox,
    };
    stream.set_read_timeout(None)?;
    stream.set_write_timeout(None)?;
    let writer = std::thread::Builder::new().name("viewer-writer".into()).spawn({
        let (shared, outbox, stream) = (shared.clone(), seat.outbox.clone(), stream.try_clone()?);
        move || {
            write_to(&shared, number, &outbox, &stream);
            // Whoever reads at this end need not wait any longer either.
            let _ = stream.shutdown(Shutdown::Both);
        }
    })?;
    match wish {
        Some(wish) => drop(shared.wishes.send(wish(number))),
        // Screens show a measurement; it changes nothing of what is learned.
        None if !shared.desk().standing.is_measured() => drop(shared.run.send(Command::Evaluate)),
        None => {}
    }
    let listened = seat.listen(line);
    let nonsense = match &listened {
        Err(LineError::Frame(FrameError::Nonsense(words))) => Some(words.clone()),
        _ => None,
    };
    if let Some(words) = nonsense
        && let Ok(frame) = frame(&Reply::Refused(words), LONGEST_REPLY)
    {
        seat.outbox.push(frame);
    }
    seat.outbox.close();
    if listened.is_err() {
        seat.outbox.drained(LAST_WORDS);
        let _ = stream.shutdown(Shutdown::Both);
    }
    drop(seat);
    let _ = writer.join();
    listened
}

/// Says why nothing comes of a line.
fn refuse(mut line: &UnixStream, words: &str) -> Result<(), LineError> {
    line.write_all(&frame(&Reply::Refused(words.into()), LONGEST_REPLY)?)?;
    Ok(())
}

/// Sends what waits for a viewer, until there is no more or nobody takes it.
fn write_to(shared: &Shared, number: u64, outbox: &Outbox, mut stream: &UnixStream) {
    loop {
        let next = match outbox.take() {
            Next::Closed => return,
            Next::Frame(frame) => frame,
            Next::Behind => {
                let reply = shared.desk().caught_up(number);
                match frame(&reply, LONGEST_REPLY) {
                    Ok(frame) => frame,
                    Err(_) => return,
                }
            }
        };
        if stream.write_all(&next).is_err() {
            return outbox.discard();
        }
    }
}

/// A viewer's place; it is free again when this is dropped.
struct Seat {
    shared: Arc<Shared>,
    number: u64,
    outbox: Arc<Outbox>,
}

impl Seat {
    /// Does what the viewer says, until it leaves.
    fn listen(&self, mut line: &UnixStream) -> Result<(), LineError> {
        let mut askers = BTreeSet::new();
        while let Some(request) = read::<Request>(&mut line, LONGEST_REQUEST)? {
            match request {
                Request::Ask {
                    asker,
                    moment,
                    question,
                } => {
                    if asker.len() > MOST_ASKERS || !(askers.len() < MOST_ASKERS || askers.contains(&asker)) {
                        return Err(nonsense("too many askers, or too long a name of one"));
                    }
                    self.shared
                        .facts
                        .question(&question)
                        .map_err(FrameError::Nonsense)?;
                    let name = format!("{}/{asker}", self.number);
                    askers.insert(asker);
                    self.shared.run.ask(&name, moment, *question);
                }
                Request::Command(command) if self.steers() => drop(self.shared.run.send(command)),
                Request::Steer => self.shared.desk().steer(self.number),
                Request::Save { view } if self.steers() => {
                    self.keep(&view)?;
                    let _ = self.shared.wishes.send(Wish::Save(Some(self.number)));
                }
                Request::Stop if self.steers() => {
                    let _ = self.shared.wishes.send(Wish::Stop);
                }
                Request::Command(_) | Request::Save { .. } | Request::Stop => self.decline(),
                Request::Leave { view } => {
                    if self.steers() {
                        self.keep(&view)?;
                    }
                    return Ok(());
                }
                Request::Describe | Request::Join => return Err(nonsense("it has joined already")),
            }
        }
        Ok(())
    }

    fn steers(&self) -> bool {
        self.shared.desk().steers == Some(self.number)
    }

    /// Says that nothing came of a command, and how things stand, since the screen may have shown already what it wanted.
    fn decline(&self) {
        let desk = self.shared.desk();
        desk.send(&Reply::NotSteering, |viewer| viewer.number == self.number);
        desk.send(&desk.caught_up(self.number), |viewer| {
            viewer.number == self.number
        });
    }

    /// Keeps how the run is looked at.
    fn keep(&self, view: &str) -> Result<(), LineError> {
        let understood: View = ron::from_str(view).map_err(|_| nonsense("a view that can't be read"))?;
        let mut desk = self.shared.desk();
        desk.view = understood;
        desk.standing.view = view.into();
        Ok(())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shared.desk().remove(self.number);
        let _ = self.shared.wishes.send(Wish::Left);
    }
}

fn nonsense(words: &str) -> LineError {
    FrameError::Nonsense(words.into()).into()
}
