//! Which moment of its training the panes show a run at.

use crate::language::tr;
use crate::run::film::Film;
use crate::tui::app::App;
use crate::tui::message::Effect;

/// Goes to the last moment before the one that is shown whose model is kept.
pub(super) fn earlier(app: &mut App) -> Vec<Effect> {
    go(app, |film, present| {
        film.moments()
            .rfind(|&moment| moment < present)
            .or(film.moments().next())
    })
}

/// Goes to the next moment whose model is kept; after the last one to the present.
pub(super) fn later(app: &mut App) -> Vec<Effect> {
    go(app, |film, present| {
        film.moments().find(|&moment| moment > present)
    })
}

/// Goes back to the present.
pub(super) fn now(app: &mut App) -> Vec<Effect> {
    app.selection.time = None;
    Vec::new()
}

/// Selects the moment that `choose` finds in the film from the one that is shown.
fn go(app: &mut App, choose: impl FnOnce(&Film, u64) -> Option<u64>) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let progress = &workspace.progress;
    let film = &progress.log.film;
    if film.moments().next().is_none() {
        app.say(tr!(
            "no model of an earlier moment is kept yet: one is kept when the test set is measured (e measures it now)"
        ));
        return Vec::new();
    }
    let present = workspace.moment.unwrap_or(progress.samples);
    let chosen = choose(film, present);
    app.selection.time = chosen.filter(|&moment| moment < progress.samples);
    Vec::new()
}
