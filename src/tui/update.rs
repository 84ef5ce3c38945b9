//! The only place where the state of the screen changes: something happened, so this is different, and that is to be
//! done. What a key does stands with its [command](super::command), or with the overlay that is open.

use ratatui::crossterm::event::{KeyEvent, KeyEventKind, MouseEventKind};
use ratatui::layout::Rect;

use super::answering::{answer, ask, is_unsaved};
use super::app::{App, Stage, Tone};
use super::attachment;
use super::command::keys::is_plain;
use super::command::{Command, Undoable};
use super::message::{Effect, Message, Written};
use super::mouse;
use super::notification::Ended;
use super::overlays::Overlay;
use super::overlays::confirm::Confirmation;
use super::overlays::running::RunningList;
use super::overlays::sessions::SessionList;
use super::panes::comparison::{self, Comparison};
use super::panes::log::happened_in_words;
use super::panes::runs::{self, Runs};
use super::queue;
use super::saver::Manner;
use super::text;
use super::tour;
use super::workspace::{AfterSave, Progress, Workspace};
use crate::choices::Choose;
use crate::language::{self, tr};
use crate::learning::advice::{Advice, Basis};
use crate::run::protocol::Measurement;
use crate::run::{self, Entry, Event, Happening, State, Told};

/// Takes in what happened, decodes what is visible anew where needed, and returns what is to be done.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    app.changed |= is_seen(&message);
    language::speak(app.language);
    let effects = happened(app, message);
    note_asked(app, &effects);
    app.follow_time();
    tour::look(app);
    effects
}

/// Remembers what the run is asked to become: a key that comes before it is means the opposite.
fn note_asked(app: &mut App, effects: &[Effect]) {
    let Stage::Ready(workspace) = &mut app.stage else {
        return;
    };
    for effect in effects {
        match effect {
            Effect::Command(run::Command::Start) => workspace.progress.asked.push(State::Running),
            Effect::Command(run::Command::Pause) => workspace.progress.asked.push(State::Paused),
            _ => {}
        }
    }
}

/// Whether a message may change what is on the screen. What is found of saved runs does, not that it is looked for.
fn is_seen(message: &Message) -> bool {
    match message {
        Message::Key(key) => key.kind == KeyEventKind::Press,
        Message::Mouse(event) => event.kind != MouseEventKind::Moved,
        Message::LookDue => false,
        _ => true,
    }
}

fn happened(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) if key.kind != KeyEventKind::Press => Vec::new(),
        Message::Key(key) => {
            app.notice = None;
            let mut effects = pressed(app, key);
            app.settle();
            effects.extend(runs::wishes(app));
            effects
        }
        Message::Mouse(event) if event.kind == MouseEventKind::Moved => Vec::new(),
        Message::Mouse(event) => {
            let mut effects = mouse::take_in(app, event);
            app.settle();
            effects.extend(runs::wishes(app));
            effects
        }
        // Text goes where text is written; anywhere else its letters would be taken for keys.
        Message::Pasted(text) => {
            match &mut app.overlay {
                Some(Overlay::Form(form)) => form.paste(&text),
                Some(Overlay::Files(picker)) => picker.paste(&text),
                Some(Overlay::Palette(palette)) => palette.paste(&text),
                Some(Overlay::Naming(naming)) => naming.paste(&text),
                Some(Overlay::Running(list)) => list.paste(&text),
                Some(Overlay::BookmarkName(name)) => name.paste(&text),
                Some(_) => {}
                None => {
                    if let Some(field) = app.focused().text() {
                        field.paste(&text);
                    }
                }
            }
            Vec::new()
        }
        Message::Resized(width, height) => {
            app.area = Rect::new(0, 0, width, height);
            app.settle();
            vec![Effect::Repaint]
        }
        Message::SuspendAsked => vec![Effect::Suspend],
        Message::Continued => vec![Effect::Repaint],
        // The runtime acts on these before they come here.
        Message::Recognised(recognised) => {
            app.best_blocks = recognised.blocks.unwrap_or(app.best_blocks);
            app.pixels = recognised.protocol;
            Vec::new()
        }
        Message::WindowChanged
        | Message::TerminalAnswered(..)
        | Message::Sent(..)
        | Message::TerminalGone
        | Message::AutosaveDue => Vec::new(),
        Message::Reading {
            request,
            what,
            fraction,
        } => {
            if app.awaits(request).is_some() {
                match &mut app.stage {
                    stage @ Stage::Loading(..) => *stage = Stage::Loading(what, fraction),
                    Stage::Ready(_) => app.say(format!("{what} {:.0} %", 100.0 * fraction)),
                }
            }
            Vec::new()
        }
        Message::Arrived(request) => arrived(app, request),
        Message::Opened(opened) => {
            let (fresh, left_behind) = (opened.summary.steps == 0, opened.left_behind);
            let notes = opened.notes.join("; ");
            let (workspace, view) = Workspace::new(*opened);
            let is_first_with_curves =
                app.workspace().is_none() && !app.pane::<Comparison>().0.runs.is_empty();
            app.begin(workspace, view);
            if is_first_with_curves {
                app.focus = &comparison::KIND;
            }
            let begins = queue::is_begun(app);
            app.awaited = None;
            tour::resume(app);
            app.settle();
            if let Some(attached) = app.workspace().and_then(|workspace| workspace.attached.as_ref()) {
                app.say(tr!(
                    "attached to {name}: it goes on when this screen is left",
                    name = attached.name.clone()
                ));
                return Vec::new();
            }
            app.say(match (left_behind, fresh) {
                _ if begins => tr!("the next run of the queue begins"),
                (true, _) => tr!("a program ended badly and left a copy of an unsaved run: o opens it"),
                (false, true) => tr!("space starts training, ? shows all keys"),
                (false, false) => tr!("space goes on with training"),
            });
            if !notes.is_empty() {
                app.note(notes);
            }
            let mut effects = vec![Effect::Command(run::Command::Evaluate)];
            effects.extend(begins.then_some(Effect::Command(run::Command::Start)));
            effects.extend(queue::advance(app));
            // Whatever is opened later is a run that the queue has to wait for.
            app.queue.resumes = false;
            let workspace = app.workspace().filter(|_| fresh);
            effects.extend(workspace.map(|new| Effect::Advise(Basis::of(&new.progress.configuration))));
            effects
        }
        Message::OpenFailed(request, reason) => {
            let is_awaited = app.awaits(request).is_some();
            match app.stage {
                Stage::Loading(..) if is_awaited => {
                    app.ending = Some(Err(text::printable(&reason).into_owned()));
                }
                _ => app.complain(reason),
            }
            if is_awaited {
                let begins = queue::is_begun(app);
                app.awaited = None;
                if begins {
                    return queue::advance(app);
                }
            }
            Vec::new()
        }
        Message::Told(told) => take_in(app, told),
        Message::News(news) => attachment::take_in(app, news),
        Message::Running(Ok((runs, faults))) => {
            for fault in faults {
                app.complain(fault);
            }
            if runs.is_empty() {
                app.say(tr!("no run goes on without a screen"));
            } else {
                app.overlay
                    .get_or_insert_with(|| Overlay::Running(RunningList::new(runs)));
            }
            Vec::new()
        }
        Message::Running(Err(reason)) => {
            app.complain(reason);
            Vec::new()
        }
        Message::HandedOver { trains, handed } => attachment::handed_over(app, trains, handed),
        Message::Panicked(panic) => {
            let panic = text::printable(&panic);
            let reason = tr!(
                "a fault in the program ended it; what could be saved was saved; {panic}",
                panic = panic
            );
            app.ending = Some(Err(reason));
            Vec::new()
        }
        Message::Faulted(words) => {
            app.complain(tr!(
                "a fault in the program: {words}",
                words = text::printable(&words)
            ));
            Vec::new()
        }
        Message::Saved {
            files,
            path,
            samples,
            after,
        } => {
            app.say(tr!("saved to {path}", path = path.display()));
            match &mut app.stage {
                // The save may be that of a run that was left since.
                Stage::Ready(workspace) if workspace.files.are_of_same_run(&files) => {
                    workspace.saved_at = Some(samples);
                    let happening = Happening::Saved(path.display().to_string());
                    workspace.path = Some(path.clone());
                    match after {
                        AfterSave::GoOn => {}
                        AfterSave::Quit => return vec![Effect::Quit],
                        AfterSave::HandOver { trains } => {
                            return vec![Effect::HandOver {
                                session: path,
                                trains,
                            }];
                        }
                    }
                    app.pane_mut::<Runs>().is_listed = false;
                    let record = Effect::Command(run::Command::Record(happening));
                    return std::iter::once(record).chain(queue::advance(app)).collect();
                }
                _ => {}
            }
            Vec::new()
        }
        Message::QueueUnkept(reason) => {
            app.complain(tr!("the queue can't be kept: {reason}", reason = reason));
            Vec::new()
        }
        Message::SaveFailed {
            files,
            manner,
            after,
            fault,
        } => {
            if manner == Manner::Autosave {
                app.complain(tr!(
                    "the unsaved run can't be copied for safety: {fault}",
                    fault = fault
                ));
                return Vec::new();
            }
            let Stage::Ready(workspace) = &mut app.stage else {
                return Vec::new();
            };
            if !workspace.files.are_of_same_run(&files) {
                app.complain(fault.to_string());
                return Vec::new();
            }
            workspace.is_parting &= after == AfterSave::GoOn;
            match app.overlay.take() {
                // Whoever is about to answer a question must not find himself answering another one.
                asked @ Some(Overlay::Confirm(_)) => {
                    app.overlay = asked;
                    app.complain(fault.to_string());
                    after.undone().into_iter().collect()
                }
                overlay => {
                    app.behind = overlay;
                    ask(app, Confirmation::SaveElsewhere { fault, after })
                }
            }
        }
        Message::Sessions(entries, intent) => {
            // What was opened while the list was made is what a person is at now.
            app.overlay
                .get_or_insert_with(|| Overlay::Sessions(SessionList::new(entries, intent)));
            Vec::new()
        }
        Message::Files(near, listed) => {
            // A question before something is lost may stand in front of it.
            for overlay in [&mut app.overlay, &mut app.behind] {
                if let Some(Overlay::Files(picker)) = overlay {
                    picker.take_in(&near, listed.clone());
                }
            }
            Vec::new()
        }
        Message::Advised(basis, advice) => {
            if let Some(Overlay::Form(form)) = &mut app.overlay {
                form.advise(&basis, advice);
            } else {
                advise(app, &basis, &advice);
            }
            Vec::new()
        }
        Message::Writing(output, percent) => {
            // The file has its name: what asked for it has done its part.
            for overlay in [&mut app.overlay, &mut app.behind] {
                overlay.take_if(
                    |overlay| matches!(overlay, Overlay::Naming(naming) if naming.output() == output),
                );
            }
            app.say(tr!(
                "writing the {what}: {percent} % (Ctrl-G breaks it off)",
                what = output.noun(),
                percent = percent
            ));
            Vec::new()
        }
        Message::Written(output, written) => {
            app.writing.take_if(|writing| *writing == output);
            let overlays = [&mut app.overlay, &mut app.behind].into_iter().flatten();
            let asking = overlays.filter_map(|overlay| match overlay {
                Overlay::Naming(naming) if naming.output() == output => Some(naming),
                _ => None,
            });
            match (written, asking.last()) {
                (Written::Done(words) | Written::BrokenOff(words), _) => app.say(words),
                (Written::Failed(error), Some(asking)) => asking.refuse(format!("{error:#}")),
                (Written::Failed(error), None) => app.complain(format!("{error:#}")),
                (Written::Asked(name, file), Some(asking)) => asking.ask_to_replace(name, &file),
                (Written::Asked(..), None) => {}
            }
            Vec::new()
        }
        Message::CurveRead(run) => {
            if run.evaluations.is_empty() {
                app.complain(tr!(
                    "{name} was never measured, so it has no curve",
                    name = run.name
                ));
            } else {
                app.pane_mut::<Comparison>().0.keep(*run);
                app.focus = &comparison::KIND;
            }
            Vec::new()
        }
        Message::CurveUnread(reason) => {
            app.complain(reason);
            Vec::new()
        }
        Message::PictureSaved(Ok(path)) => {
            app.say(tr!(
                "the picture lies in {path}",
                path = text::printable(&path.to_string_lossy())
            ));
            Vec::new()
        }
        Message::PictureSaved(Err(reason)) => {
            app.complain(reason);
            Vec::new()
        }
        Message::Runs(found, faults) => {
            app.pane_mut::<Comparison>().0.follow(&found);
            app.pane_mut::<Runs>().take_in(found, faults);
            Vec::new()
        }
        Message::Sweep(progress) => {
            app.pane_mut::<Runs>().sweep = progress;
            Vec::new()
        }
        Message::Beside(number, news) => queue::told(app, number, news),
        Message::Kept(kept) => runs::kept(app, kept),
        Message::LookedInto(number, found) => {
            app.pane_mut::<Runs>().looked(number, found);
            Vec::new()
        }
        Message::Tick => {
            for motion in app.motions() {
                motion(app);
            }
            app.settle();
            runs::wishes(app)
        }
        Message::LookDue => runs::look_again(app),
        Message::End => {
            app.ending = Some(Ok(()));
            Vec::new()
        }
    }
}

/// A key: for the overlay that is open, or else for the pane. What is pressed together with Control or Alt is never
/// text nor an answer; it does in front of an overlay what it does everywhere, and the overlay stays.
pub(super) fn pressed(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    match app.overlay.take() {
        None if is_plain(key) && (write(app, key) || tour::take(app, key)) => Vec::new(),
        None => app
            .keymap
            .command(key, app.focus.name)
            .map_or_else(Vec::new, |command| run(app, command)),
        Some(overlay) if is_plain(key) => {
            let effects = answer(app, overlay, key);
            if app.overlay.is_none() {
                app.overlay = app.behind.take();
            }
            effects
        }
        Some(overlay) => {
            let effects = app
                .keymap
                .command_everywhere(key)
                .map_or_else(Vec::new, |command| run(app, command));
            match app.overlay {
                // Asked already: what stands behind the question stays there.
                Some(_) if matches!(overlay, Overlay::Confirm(Confirmation::Quit { .. })) => {}
                Some(_) => app.behind = Some(overlay),
                None => app.overlay = Some(overlay),
            }
            effects
        }
    }
}

/// Whether a key belongs to a text that is being written in the pane with the focus.
fn write(app: &mut App, key: KeyEvent) -> bool {
    app.focused().text().is_some_and(|text| text.key(key))
}

/// Runs a command, and remembers how it was before.
pub(super) fn run(app: &mut App, command: &Command) -> Vec<Effect> {
    let before = Undoable::of(app);
    let effects = (command.run)(app);
    if !matches!(command.name, "undo" | "redo") {
        let after = Undoable::of(app);
        app.history.remember(before, &after);
    }
    effects
}

/// A run that was asked for is ready: it is shown, unless another was asked for since, or the present one went on and
/// nobody agreed to lose that.
fn arrived(app: &mut App, request: u64) -> Vec<Effect> {
    let Some(awaited) = app.awaits(request) else {
        return vec![Effect::Forget(request)];
    };
    if is_unsaved(app) && !awaited.agreed {
        app.behind = app.overlay.take();
        return ask(app, Confirmation::Show(request));
    }
    vec![Effect::Show(request)]
}

/// Says of a run at its beginning that another likelihood would suit its data, once for every data.
fn advise(app: &mut App, basis: &Basis, advice: &Advice) {
    let Some(workspace) = app.workspace() else {
        return;
    };
    let Progress {
        configuration,
        samples,
        ..
    } = &workspace.progress;
    let likelihood = configuration.likelihood.word();
    let is_news = app.advised.as_ref() != Some(basis);
    // Who is on the tour has other things to think of.
    if app.tour.is_some()
        || *samples > 0
        || Basis::of(configuration) != *basis
        || advice.is_heeded_by(likelihood)
        || !is_news
    {
        return;
    }
    app.advised = Some(basis.clone());
    let form = app.keymap.label_of("run.new");
    let said = tr!(
        "{better} would suit this data better than {likelihood}: {key} says why",
        better = advice.likelihood(),
        likelihood = likelihood,
        key = form
    );
    // What stands there is worth reading too: how to begin, what is odd about the data.
    let before = app.notice.as_ref().map(|notice| notice.text.clone());
    app.note(before.map_or(said.clone(), |before| format!("{before}; {said}")));
}

/// What a run told; only the one on the screen changes anything. Its end is told to somebody who looks elsewhere, once.
pub(super) fn take_in(app: &mut App, Told { run, event }: Told) -> Vec<Effect> {
    let Stage::Ready(workspace) = &mut app.stage else {
        return Vec::new();
    };
    if workspace.run != run {
        return Vec::new();
    }
    let was_finished = workspace.progress.state == State::Finished;
    let mut ended = None;
    let is_finished = event == Event::State(State::Finished);
    match event {
        Event::Answered(answered) => {
            app.answered(*answered);
            return Vec::new();
        }
        Event::Estimated(_) => {
            app.notice.take_if(|notice| notice.tone != Tone::Failed);
        }
        Event::BrokenOff(Measurement::Evaluation) => app.say(tr!("the measurement was broken off")),
        Event::BrokenOff(Measurement::Estimate) => {
            app.say(tr!("the estimate of log p(x) was broken off"));
        }
        Event::State(State::Finished) => {
            app.say(tr!("goal reached: everything stays; space goes on, s saves"));
            ended = (!was_finished).then_some(Ended::Finished);
        }
        Event::Refused { ref reason, .. } => app.complain(reason.clone()),
        Event::Diverged(ref diverged) => {
            ended = Some(Ended::Diverged);
            let key = app.keymap.label_of("run.halve");
            app.complain(tr!(
                "the loss is no longer finite at step {step} ({samples} samples), first in {place}, over training items {items}: training stopped at the last finite parameters; {key} goes back and halves the learning rate",
                step = diverged.step,
                samples = diverged.samples,
                place = text::printable(&diverged.place),
                items = diverged.items_in_words(),
                key = key
            ));
        }
        Event::Panicked {
            ref thread,
            ref words,
        } => app.complain(tr!(
            "a fault in the program stopped the {thread}: {words}; what was learned before stays, s saves it",
            thread = text::printable(thread),
            words = text::printable(words)
        )),
        // Most settings stand nowhere on the screen; what was said since the last key stays.
        Event::Happened(Entry {
            what: ref what @ Happening::Changed { .. },
            ..
        }) if app.notice.is_none() => app.say(happened_in_words(what)),
        Event::WentBack(ref summary) => {
            app.say(tr!("back at {samples} samples", samples = summary.samples));
        }
        Event::Steps { .. }
        | Event::Evaluated { .. }
        | Event::Filmed(_)
        | Event::Checkpoints(_)
        | Event::Changed { .. }
        | Event::Diagnosed(_)
        | Event::State(_)
        | Event::Happened(_) => {}
    }
    if let Stage::Ready(workspace) = &mut app.stage {
        workspace.progress.take_in(event);
    }
    let mut effects: Vec<Effect> = ended.map(Effect::Notify).into_iter().collect();
    if is_finished {
        effects.extend(queue::advance(app));
    }
    effects
}
