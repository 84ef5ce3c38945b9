//! What a message leads to, carried out.

use std::time::Duration;

use super::{Ending, Runtime, waiting};
use crate::language::tr;
use crate::session;
use crate::tui::message::{Effect, Message, Tidied};
use crate::tui::notification;
use crate::tui::opening::RunSource;
use crate::tui::rescue::Cause;
use crate::tui::terminal::Screen;
use crate::tui::update::update;

/// The least time between two copies of an unsaved run before something risky: a key that is held down makes no heap of them.
const BETWEEN_COPIES: Duration = Duration::from_secs(5);

impl Runtime {
    /// Takes in a message and carries out what it leads to; something comes back if the program is to end.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub(super) fn carry_out(
        &mut self,
        message: Message,
        screen: &mut Screen,
    ) -> std::io::Result<Option<Ending>> {
        if let Some(answered) = message.answered() {
            self.asking.answered(answered);
        }
        match &message {
            Message::Panicked(_) => {
                log::error!("a thread panicked");
                drop(self.rescue.save(Cause::Other));
            }
            Message::Recognised(recognised) => log::info!("the terminal answers: {recognised:?}"),
            Message::Resized(width, height) => log::debug!("the window has {width} x {height}"),
            Message::Saved { samples, .. } => log::info!("a run was saved at {samples} samples"),
            Message::SaveFailed { .. } => log::warn!("a save failed"),
            Message::Continued => screen.reenter()?,
            Message::TerminalGone => return Ok(Some(Ending::HungUp)),
            Message::WindowChanged => {
                self.window_changed = true;
                return Ok(None);
            }
            Message::TerminalAnswered(answer, at) => {
                return match screen.answered(answer.clone(), *at) {
                    Some(recognised) => self.carry_out(Message::Recognised(recognised), screen),
                    None => Ok(None),
                };
            }
            Message::Sent(bytes, took) => {
                screen.sent(*bytes, *took);
                return Ok(None);
            }
            Message::AutosaveDue => {
                self.copy_unsaved();
                return Ok(None);
            }
            _ => {}
        }
        for effect in update(&mut self.app, message) {
            let is_copied = self.copied_at.is_some_and(|at| at.elapsed() < BETWEEN_COPIES);
            if effect.is_risky() && !is_copied {
                self.copy_unsaved();
            }
            match effect {
                Effect::Command(command) => {
                    if let Some(run) = &self.run {
                        run.send(command);
                    }
                }
                Effect::NewRun(request, configuration) => self.begin(request, RunSource::New(configuration)),
                Effect::Fork(request, fork) => self.fork(request, *fork),
                Effect::Attach(request, name) => self.begin(request, RunSource::Attached(name)),
                Effect::ListRunning => self.list_running(),
                Effect::HandOver { session, trains } => self.hand_over(session, trains),
                Effect::Steer => {
                    if let Some(run) = &self.run {
                        run.steer();
                    }
                }
                Effect::Stop => {
                    if let Some(run) = &self.run {
                        run.stop();
                    }
                }
                Effect::Open(request, path) => self.begin(request, RunSource::Saved(path, None)),
                Effect::Show(request) => {
                    if let Some(opened) = self.take_up(request)
                        && let Some(ending) = self.carry_out(Message::Opened(opened), screen)?
                    {
                        return Ok(Some(ending));
                    }
                }
                Effect::Forget(request) => drop(waiting(&self.waiting).remove(&request)),
                Effect::Save(manner, after) => self.save(manner, after),
                Effect::ListSessions(intent) => self.list_sessions(intent),
                Effect::ListFiles(near) => self.list_files(near),
                Effect::TrainBeside(number, run) => self.beside.start(number, *run, self.data.clone()),
                Effect::ReadRuns => self.read_runs(),
                Effect::LookInto { number, paths, item } => self.look_into(number, paths, item),
                Effect::Rename(from, name) => self.tidy(move || {
                    let to = session::rename(&from, &name)?;
                    Ok(Tidied::Renamed { from, to })
                }),
                Effect::ThrowAway(from) => self.tidy(move || {
                    let to = session::throw_away(&from)?;
                    Ok(Tidied::ThrownAway { from, to })
                }),
                Effect::BringBack(thrown, to) => self.tidy(move || {
                    session::bring_back(&thrown, &to)?;
                    Ok(Tidied::BroughtBack(to))
                }),
                Effect::ReadCurve(path) => self.read_curve(path),
                Effect::Advise(basis) => self.advise(basis),
                Effect::Write {
                    output,
                    name,
                    replace,
                } => self.write(output, name, replace),
                Effect::BreakOffWriting => {
                    if let Some(writer) = &self.writer {
                        writer.break_off();
                    }
                }
                Effect::SavePicture {
                    beside,
                    stem,
                    picture,
                } => self.save_picture(beside, stem, picture),
                Effect::Copy(text) => screen.copy(&text),
                Effect::Notify(ended) => {
                    let variable = |name: &str| std::env::var(name).ok();
                    screen.send(&notification::sequence(self.notify, ended, variable));
                }
                Effect::Suspend => {
                    self.await_answers(screen);
                    if !screen.suspend()? {
                        self.app.say(tr!(
                            "nothing here could continue a stopped program: Ctrl-Z does nothing"
                        ));
                    }
                    self.app.changed = true;
                }
                Effect::Repaint => screen.repaint(),
                Effect::Quit => return Ok(Some(Ending::Left)),
            }
        }
        Ok(None)
    }
}
