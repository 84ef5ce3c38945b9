//! A run in another process on the screen: what its process says of itself, who steers, and how it is left.

use super::app::{App, Stage};
use super::message::Effect;
use super::overlays::Overlay;
use super::overlays::confirm::Confirmation;
use super::saver::Manner;
use super::workspace::{AfterSave, Progress};
use super::{queue, update};
use crate::language::tr;
use crate::remote::{News, Steering};
use crate::run::{Command, Event, State};

/// What is known of the process of a run that is not this one.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The name of the run.
    pub name: String,
    /// Who steers it.
    pub steering: Steering,
    /// Whether the line is closed, and nothing comes any more.
    pub is_over: bool,
    /// Whether the program ends with the run.
    pub quits_with_it: bool,
}

/// What somebody who joins a run in another process hears beside its summary.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The name of the run.
    pub name: String,
    /// Who steers it.
    pub steering: Steering,
    /// Training points seen when it was last saved.
    pub saved: u64,
    /// What it told last, beyond the summary.
    pub newest: Vec<Event>,
}

impl Attachment {
    /// Of a run that was joined just now.
    pub fn new(name: String, steering: Steering) -> Self {
        Self {
            name,
            steering,
            is_over: false,
            quits_with_it: false,
        }
    }

    /// As the header says it.
    pub fn words(&self) -> String {
        let Steering { is_here, viewers } = self.steering;
        let role = match (self.is_over, is_here) {
            (true, _) => return tr!("gone").into(),
            (false, true) => tr!("attached, steering"),
            (false, false) => tr!("attached, watching"),
        };
        match viewers {
            0 | 1 => role.into(),
            viewers => tr!("{role}, {viewers} screens", role = role, viewers = viewers),
        }
    }
}

fn attachment(app: &mut App) -> Option<&mut Attachment> {
    match &mut app.stage {
        Stage::Ready(workspace) => workspace.attached.as_mut(),
        Stage::Loading(..) => None,
    }
}

/// Takes in what the process of the run says.
pub(super) fn take_in(app: &mut App, news: News) -> Vec<Effect> {
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    let Some(attached) = &mut workspace.attached else {
        return Vec::new();
    };
    match news {
        News::Told(told) => return update::take_in(app, told),
        News::CaughtUp(standing, steering) => {
            attached.steering = steering;
            workspace.saved_at = Some(standing.saved);
            workspace.progress = Progress::joined(standing.summary, standing.newest);
        }
        News::Steering(steering) => {
            let was_here = std::mem::replace(&mut attached.steering, steering).is_here;
            if was_here && !steering.is_here {
                let key = app.keymap.label_of("run.steer");
                app.say(tr!("another screen steers now; {key} takes it back", key = key));
            } else if !was_here && steering.is_here {
                app.say(tr!("this screen steers now"));
            }
        }
        News::Saved(samples) => workspace.saved_at = Some(samples),
        News::SaveFailed(reason) => app.complain(reason),
        News::NotSteering => {
            workspace.progress.asked.clear();
            let key = app.keymap.label_of("run.steer");
            app.complain(tr!("another screen steers this run: {key} takes over", key = key));
        }
        News::Ended(words) => {
            attached.is_over = true;
            let said = tr!(
                "the run {name} has ended: {words}",
                name = attached.name,
                words = words
            );
            let quits = attached.quits_with_it;
            pause(app);
            if quits {
                app.farewell = Some(said);
                return vec![Effect::Quit];
            }
            app.complain(said);
        }
        News::Lost(reason) => {
            attached.is_over = true;
            let said = lost(app, &reason);
            pause(app);
            app.complain(said);
        }
    }
    Vec::new()
}

/// What to say of a run whose process hung up: what of it is saved, and how to go on with that.
fn lost(app: &App, reason: &str) -> String {
    let Some(workspace) = app.workspace() else {
        return reason.into();
    };
    let path = workspace.path.as_deref().unwrap_or("".as_ref());
    tr!(
        "the run {name} can't be reached any more: {reason}; what it had learned at {samples} samples is saved in {path}, which o opens",
        name = workspace.attached.as_ref().map_or("", |attached| &attached.name),
        reason = reason,
        samples = workspace.saved_at.unwrap_or_default(),
        path = path.display()
    )
}

/// Nothing trains any more that could be seen.
fn pause(app: &mut App) {
    if let Stage::Ready(workspace) = &mut app.stage
        && workspace.progress.state == State::Running
    {
        workspace.progress.take_in(Event::State(State::Paused));
    }
}

/// Leaves a run in another process, which goes on; or lets one in this process go on in another.
pub(super) fn detach(app: &mut App) -> Vec<Effect> {
    if attachment(app).is_some() {
        return leave(app);
    }
    // A queue that is kept on disk waits for the next start.
    if !app.queue.is_empty() && !app.queue.is_kept {
        app.complain(tr!(
            "runs wait in the queue, which needs this program: take them out before detaching"
        ));
        return Vec::new();
    }
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    workspace.is_parting = true;
    let trains = workspace.progress.state == State::Running;
    app.say(tr!("handing the run over to a process of its own"));
    // Nothing is learned after what is saved: no step is lost.
    let pause = trains.then_some(Effect::Command(Command::Pause));
    pause
        .into_iter()
        .chain([Effect::Save(Manner::Usual, AfterSave::HandOver { trains })])
        .collect()
}

/// The other process goes on with the run, under that name; or it does not.
pub(super) fn handed_over(app: &mut App, trains: bool, handed: Result<String, String>) -> Vec<Effect> {
    match handed {
        Ok(name) => {
            app.farewell = Some(match app.queue.kept().len() {
                0 => goes_on(&name),
                count => tr!(
                    "{goes_on}; {count} in the queue: the next start of the workbench goes on with them",
                    goes_on = goes_on(&name),
                    count = count
                ),
            });
            vec![Effect::Quit]
        }
        Err(reason) => {
            app.complain(tr!("the run stays here: {reason}", reason = reason));
            if let Stage::Ready(workspace) = &mut app.stage {
                workspace.is_parting = false;
            }
            let undone = AfterSave::HandOver { trains }.undone();
            undone.into_iter().chain(queue::advance(app)).collect()
        }
    }
}

/// Leaves the screen; the run goes on.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    if let Some(attached) = attachment(app).filter(|attached| !attached.is_over) {
        app.farewell = Some(goes_on(&attached.name.clone()));
    }
    vec![Effect::Quit]
}

/// Asks whether the run goes on when the screen is left.
pub(super) fn ask_before_leaving(app: &mut App) -> Option<Vec<Effect>> {
    // What waits here, or trains beside it, is asked about instead: it needs this program.
    let is_queue_empty = app.queue.is_empty();
    let attached = attachment(app).filter(|_| is_queue_empty)?;
    if attached.is_over {
        return Some(vec![Effect::Quit]);
    }
    let steers = attached.steering.is_here;
    app.overlay = Some(Overlay::Confirm(Confirmation::Leave { steers }));
    Some(Vec::new())
}

/// Has the run saved and ended, and the program with it.
pub(super) fn stop(app: &mut App) -> Vec<Effect> {
    if let Some(attached) = attachment(app) {
        attached.quits_with_it = true;
        app.say(tr!("saving and ending the run"));
    }
    vec![Effect::Stop]
}

/// Takes over the steering of a run in another process, or passes it on.
pub(super) fn steer(app: &mut App) -> Vec<Effect> {
    match attachment(app) {
        Some(attached) if attached.steering.is_here && attached.steering.viewers < 2 => {
            app.say(tr!("no other screen shows this run"));
            Vec::new()
        }
        Some(_) => vec![Effect::Steer],
        None => {
            app.say(tr!("this run is in this program: nobody else steers it"));
            Vec::new()
        }
    }
}

fn goes_on(name: &str) -> String {
    tr!(
        "{name} goes on without a screen; `vae-tui attach {name}` comes back to it, `vae-tui stop {name}` ends it",
        name = name
    )
}
