//! One line to a screen: who comes in, what it says, and what is written to it.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::desk::MOST_VIEWERS;
use super::{LAST_WORDS, Shared, Wish};
use crate::panics::guarded;
use crate::platform::{UnixListener, UnixStream, wait_for_guest};
use crate::remote::folder::{Place, is_this_users};
use crate::remote::frame::{
    FrameError, GreetingError, LONGEST_REPLY, LONGEST_REQUEST, acquaint, frame, introduce, read,
};
use crate::remote::message::{Reply, Request};
use crate::remote::outbox::{Next, Outbox};
use crate::run::Command;
use crate::session::View;

/// Time that the other end has to say who it is.
const GREETING: Duration = Duration::from_secs(5);
/// Time that is waited for the next screen before looking whether the process ends.
const PATIENCE: Duration = Duration::from_millis(500);
/// Time between two looks whether the socket is still there.
const LOOK: Duration = Duration::from_secs(1);
/// Names under which one screen may ask at the same time, and bytes of each.
const MOST_ASKERS: usize = 64;

/// Lets screens in until the process ends. A socket that was removed under it is made anew: what tidies up temporary files may do
/// that, and so does the end of a login.
pub(super) fn watch_the_door(
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
