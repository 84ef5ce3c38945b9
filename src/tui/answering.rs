//! Keys while a overlay is open, and the questions before something is lost.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::learning::Configuration;
use crate::run::{Command, State};
use crate::session::Bookmark;
use crate::tui::app::{App, Selection, Stage};
use crate::tui::attachment;
use crate::tui::command::{Undoable, set, undo};
use crate::tui::message::Effect;
use crate::tui::overlays::bookmarks::{BookmarkList, BookmarkName, ListOutcome, NameOutcome, Naming};
use crate::tui::overlays::confirm::Confirmation;
use crate::tui::overlays::files::{self, FilePicker};
use crate::tui::overlays::form::Form;
use crate::tui::overlays::sessions::{self, Intent};
use crate::tui::overlays::{Overlay, explain, form, help, naming, palette, panes, running};
use crate::tui::queue;
use crate::tui::saver::Manner;
use crate::tui::update::run;
use crate::tui::workspace::{AfterSave, Workspace};

/// A key while a overlay is open.
pub fn answer(app: &mut App, overlay: Overlay, key: KeyEvent) -> Vec<Effect> {
    match overlay {
        Overlay::Help(line) => {
            let last = help::last_page(&app.keymap, app.area);
            app.overlay = scrolled(line, key, last).map(Overlay::Help);
            Vec::new()
        }
        Overlay::Explain(line) => {
            app.overlay = scrolled(line, key, explain::length(app.focus)).map(Overlay::Explain);
            Vec::new()
        }
        Overlay::Panes => {
            match key.code {
                KeyCode::Char(letter) => match panes::chosen(letter) {
                    Some(kind) => app.focus = kind,
                    None => app.overlay = Some(Overlay::Panes),
                },
                KeyCode::Esc | KeyCode::Enter => {}
                _ => app.overlay = Some(Overlay::Panes),
            }
            Vec::new()
        }
        Overlay::Confirm(question) => confirmed(app, question, key),
        Overlay::Form(mut form) => match form.key(key) {
            form::Outcome::Cancelled => Vec::new(),
            form::Outcome::Begin(configuration) => begin(app, configuration),
            form::Outcome::Queue(configuration) => queue::add(app, *configuration),
            form::Outcome::Fork(fork) if is_unsaved(app) => ask(app, Confirmation::Fork(fork)),
            form::Outcome::Fork(fork) => vec![Effect::Fork(app.await_run(false), fork)],
            form::Outcome::ChooseData => {
                let near = form.data().to_owned();
                app.overlay = Some(Overlay::Files(Box::new(FilePicker::new(form, &near))));
                vec![Effect::ListFiles(near)]
            }
            form::Outcome::Open => fill_in(app, form),
        },
        Overlay::Files(mut picker) => match picker.key(key) {
            files::Outcome::Cancelled => {
                app.overlay = Some(Overlay::Form(picker.into_form()));
                Vec::new()
            }
            files::Outcome::Chosen(path) => {
                let mut form = picker.into_form();
                form.set_data(&path);
                fill_in(app, form)
            }
            files::Outcome::Look(folder) => {
                app.overlay = Some(Overlay::Files(picker));
                vec![Effect::ListFiles(folder)]
            }
            files::Outcome::Open => {
                app.overlay = Some(Overlay::Files(picker));
                Vec::new()
            }
        },
        Overlay::Naming(mut naming) => match naming.key(key) {
            naming::Outcome::Cancelled => Vec::new(),
            naming::Outcome::Write {
                output,
                name,
                replace,
            } => {
                app.overlay = Some(Overlay::Naming(naming));
                app.writing = Some(output);
                vec![Effect::Write {
                    output,
                    name,
                    replace,
                }]
            }
            naming::Outcome::Open => {
                app.overlay = Some(Overlay::Naming(naming));
                Vec::new()
            }
        },
        Overlay::Palette(mut palette) => match palette.key(key) {
            palette::Outcome::Cancelled => Vec::new(),
            palette::Outcome::Chosen(command) => {
                app.typed.retain(|name| name != command.name);
                app.typed.push(command.name.into());
                run(app, command)
            }
            palette::Outcome::Set(assignment) => {
                app.typed
                    .push(format!("set {} {}", assignment.setting, assignment.value));
                let before = Undoable::of(app);
                let effects = set(app, vec![assignment]);
                let after = Undoable::of(app);
                app.history.remember(before, &after);
                effects
            }
            palette::Outcome::Open => {
                app.overlay = Some(Overlay::Palette(palette));
                Vec::new()
            }
        },
        Overlay::Bookmarks(list) => bookmarked(app, list, key),
        Overlay::BookmarkName(mut name) => {
            match name.key(key) {
                NameOutcome::Cancelled => {}
                NameOutcome::Open => app.overlay = Some(Overlay::BookmarkName(name)),
                NameOutcome::Named(name, Naming::New(point)) => select(app, |selection| {
                    selection.bookmarks.push(Bookmark { name, point });
                }),
                NameOutcome::Named(name, Naming::Again(place)) => {
                    select(app, |selection| {
                        if let Some(bookmark) = selection.bookmarks.get_mut(place) {
                            bookmark.name = name;
                        }
                    });
                    app.overlay = Some(Overlay::Bookmarks(BookmarkList::at(place)));
                }
            }
            Vec::new()
        }
        Overlay::Running(mut list) => match list.key(key) {
            // Nothing else was asked for where no run is on the screen yet.
            running::Outcome::Cancelled if app.workspace().is_none() => vec![Effect::Quit],
            running::Outcome::Cancelled => Vec::new(),
            running::Outcome::Chosen(name) if is_unsaved(app) => ask(app, Confirmation::Attach(name)),
            running::Outcome::Chosen(name) => vec![Effect::Attach(app.await_run(false), name)],
            running::Outcome::Open => {
                app.overlay = Some(Overlay::Running(list));
                Vec::new()
            }
        },
        Overlay::Sessions(mut list) => match list.key(key) {
            sessions::Outcome::Cancelled => Vec::new(),
            sessions::Outcome::Chosen(Intent::Compare, path) => vec![Effect::ReadCurve(path)],
            sessions::Outcome::Chosen(Intent::Open | Intent::Restore, path) if is_unsaved(app) => {
                ask(app, Confirmation::Open(path))
            }
            sessions::Outcome::Chosen(Intent::Open | Intent::Restore, path) => {
                vec![Effect::Open(app.await_run(false), path)]
            }
            sessions::Outcome::Open => {
                app.overlay = Some(Overlay::Sessions(list));
                Vec::new()
            }
        },
    }
}

/// The first line that is shown of a text after a key, at most the `last`; none once it is left.
fn scrolled(line: usize, key: KeyEvent, last: usize) -> Option<usize> {
    let line = match key.code {
        KeyCode::Up | KeyCode::Char('k') => line.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => line + 1,
        KeyCode::PageUp => line.saturating_sub(10),
        KeyCode::PageDown | KeyCode::Char(' ') => line + 10,
        KeyCode::Home => 0,
        KeyCode::Esc | KeyCode::Char('q' | '?' | 'I') | KeyCode::Enter => return None,
        _ => line,
    };
    Some(line.min(last))
}

/// Shows a form, and asks which likelihood suits the data that stands in it.
pub fn fill_in(app: &mut App, mut form: Box<Form>) -> Vec<Effect> {
    let question = form.question();
    app.overlay = Some(Overlay::Form(form));
    question.map(Effect::Advise).into_iter().collect()
}

/// A key in the list of points with a name.
fn bookmarked(app: &mut App, mut list: BookmarkList, key: KeyEvent) -> Vec<Effect> {
    let bookmarks = &app.selection.bookmarks;
    match list.key(key, bookmarks.len()) {
        ListOutcome::Cancelled => return Vec::new(),
        ListOutcome::Open => {}
        ListOutcome::Go(place) => {
            select(app, |selection| {
                selection.point = selection.bookmarks[place].point.clone();
            });
            return Vec::new();
        }
        ListOutcome::Other(place) => {
            select(app, |selection| {
                selection.other = Some(selection.bookmarks[place].point.clone());
            });
            return Vec::new();
        }
        ListOutcome::Rename(place) => {
            let name = BookmarkName::new(&bookmarks[place].name, Naming::Again(place));
            app.overlay = Some(Overlay::BookmarkName(name));
            return Vec::new();
        }
        ListOutcome::Delete(place) => select(app, |selection| drop(selection.bookmarks.remove(place))),
        ListOutcome::Undo => {
            let effects = undo(app);
            app.overlay = Some(Overlay::Bookmarks(list));
            return effects;
        }
    }
    app.overlay = Some(Overlay::Bookmarks(list));
    Vec::new()
}

/// Changes the selection so that it can be undone.
fn select(app: &mut App, change: impl FnOnce(&mut Selection)) {
    let before = Undoable::of(app);
    change(&mut app.selection);
    let after = Undoable::of(app);
    app.history.remember(before, &after);
}

fn confirmed(app: &mut App, question: Confirmation, key: KeyEvent) -> Vec<Effect> {
    match (key.code, question) {
        (KeyCode::Char('y' | 'Y'), Confirmation::Reset) => match app.workspace() {
            Some(workspace) => {
                let configuration = workspace.progress.configuration.clone();
                leave(app, |request| Effect::NewRun(request, Box::new(configuration)))
            }
            None => Vec::new(),
        },
        (KeyCode::Char('y' | 'Y'), Confirmation::Quit { .. }) => vec![Effect::Quit],
        (KeyCode::Char('y' | 'Y'), Confirmation::Replace(configuration)) => {
            leave(app, |request| Effect::NewRun(request, configuration))
        }
        (KeyCode::Char('y' | 'Y'), Confirmation::Open(path)) => {
            leave(app, |request| Effect::Open(request, path))
        }
        (KeyCode::Char('y' | 'Y'), Confirmation::Fork(fork)) => {
            leave(app, |request| Effect::Fork(request, fork))
        }
        (KeyCode::Char('y' | 'Y'), Confirmation::Attach(name)) => {
            leave(app, |request| Effect::Attach(request, name))
        }
        (KeyCode::Char('y' | 'Y') | KeyCode::Enter, Confirmation::Leave { .. }) => attachment::leave(app),
        (KeyCode::Char('s' | 'S'), Confirmation::Leave { steers: true }) => attachment::stop(app),
        (KeyCode::Char('y' | 'Y'), Confirmation::Show(request)) => vec![Effect::Show(request)],
        (KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q'), Confirmation::Show(request)) => {
            vec![Effect::Forget(request)]
        }
        (KeyCode::Char('s' | 'S'), Confirmation::Quit { is_unsaved: true, .. }) => {
            save_then(app, Manner::Usual, AfterSave::Quit)
        }
        (KeyCode::Char('s' | 'S'), Confirmation::SaveElsewhere { after, .. }) => {
            save_then(app, Manner::NewFile, after)
        }
        (KeyCode::Char('y' | 'Y'), Confirmation::SaveElsewhere { fault, after }) if fault.is_change() => {
            save_then(app, Manner::Replace, after)
        }
        (KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q'), Confirmation::SaveElsewhere { after, .. }) => {
            // A run that can't be saved keeps the queue waiting, instead of asking again at once.
            let next = if is_unsaved(app) {
                Vec::new()
            } else {
                queue::advance(app)
            };
            after.undone().into_iter().chain(next).collect()
        }
        (KeyCode::Esc | KeyCode::Char('n' | 'N' | 'q'), _) => Vec::new(),
        (_, question) => ask(app, question),
    }
}

/// Saves, and then does what is to follow; training stops for it, so that nothing comes after what is saved.
fn save_then(app: &mut App, manner: Manner, after: AfterSave) -> Vec<Effect> {
    let Stage::Ready(workspace) = &mut app.stage else {
        return vec![Effect::Quit];
    };
    workspace.is_parting |= after != AfterSave::GoOn;
    let pause = (after != AfterSave::GoOn).then_some(Effect::Command(Command::Pause));
    pause.into_iter().chain([Effect::Save(manner, after)]).collect()
}

/// Asks for another run, now that a person agreed to leave the present one: it stops, so that no more is lost than was agreed.
fn leave(app: &mut App, effect: impl FnOnce(u64) -> Effect) -> Vec<Effect> {
    let is_running = app
        .workspace()
        .is_some_and(|workspace| workspace.progress.state == State::Running);
    let request = app.await_run(true);
    let pause = is_running.then_some(Effect::Command(Command::Pause));
    pause.into_iter().chain([effect(request)]).collect()
}

/// Asks a person before something is lost.
pub fn ask(app: &mut App, question: Confirmation) -> Vec<Effect> {
    app.overlay = Some(Overlay::Confirm(question));
    Vec::new()
}

/// Whether leaving the run would lose something.
pub fn is_unsaved(app: &App) -> bool {
    app.workspace().is_some_and(Workspace::is_unsaved)
}

fn begin(app: &mut App, configuration: Box<Configuration>) -> Vec<Effect> {
    if is_unsaved(app) {
        return ask(app, Confirmation::Replace(configuration));
    }
    vec![Effect::NewRun(app.await_run(false), configuration)]
}
