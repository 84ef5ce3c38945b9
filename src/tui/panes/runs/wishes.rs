//! What the pane wants to know of saved runs, and what becomes of them.

use std::time::Duration;

use super::{KIND, Looks, MOST_LOOKS, Runs, View};
use crate::data::ItemPlace;
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::message::{Effect, Tidied};

/// What is to be read for what is shown now: the list, once each time that the pane comes to the front, and what the runs make of
/// an item.
pub fn wishes(app: &mut App) -> Vec<Effect> {
    let is_visible = app.visible(KIND.name).is_some() && app.workspace().is_some();
    let item = app.selection.point.item.unwrap_or(ItemPlace::test(0));
    let pane = app.pane_mut::<Runs>();
    if !is_visible {
        pane.is_listed = false;
        return Vec::new();
    }
    if !std::mem::replace(&mut pane.is_listed, true) {
        return vec![Effect::ReadRuns];
    }
    if pane.view != View::Pictures {
        return Vec::new();
    }
    let meant = pane.meant().into_iter().take(MOST_LOOKS);
    let paths: Vec<_> = meant.map(|run| run.path.clone()).collect();
    let is_same = |looks: &Looks| looks.paths == paths && looks.item == item;
    if paths.is_empty() || pane.looks.as_ref().is_some_and(is_same) {
        return Vec::new();
    }
    let number = pane.looks.as_ref().map_or(0, |looks| looks.number) + 1;
    pane.looks = Some(Looks {
        number,
        paths: paths.clone(),
        item,
        found: Vec::new(),
    });
    vec![Effect::LookInto { number, paths, item }]
}

/// Time from one look at the runs of a sweep to the next.
pub const LOOK: Duration = Duration::from_secs(2);

/// Whether somebody else may be training runs that are on the screen: those of a sweep that is not complete.
pub fn looks_on(app: &App) -> bool {
    let sweep = app.pane::<Runs>().sweep.as_ref();
    sweep.is_some_and(|sweep| !sweep.is_complete()) && app.visible(KIND.name).is_some()
}

/// Wishes the list anew.
pub fn look_again(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Runs>().is_listed = false;
    wishes(app)
}

/// What became of a run that was renamed, thrown away or brought back.
pub fn kept(app: &mut App, kept: Result<Tidied, String>) -> Vec<Effect> {
    let words = match kept {
        Err(reason) => {
            app.complain(reason);
            return Vec::new();
        }
        Ok(Tidied::Renamed { from, to }) => {
            app.pane_mut::<Runs>().renamed(&from, &to);
            tr!("renamed to {path}", path = to.display())
        }
        Ok(Tidied::ThrownAway { from, to }) => {
            let words = tr!("{path} was thrown away; U brings it back", path = from.display());
            app.pane_mut::<Runs>().thrown.push((to, from));
            words
        }
        Ok(Tidied::BroughtBack(path)) => tr!("{path} is back", path = path.display()),
    };
    app.say(words);
    vec![Effect::ReadRuns]
}
