//! What leaves the screen: the pane's picture as a file, its numbers and command lines to the clipboard.

use crate::language::{said, tr};
use crate::session::folder;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::words::plain;

/// Saves what the pane with the focus shows, pixel for pixel; the footer says where.
pub(super) fn save_picture(app: &mut App) -> Vec<Effect> {
    let picture = (app.visible(app.focus.name)).and_then(|area| app.focused_pane().picture(app, area));
    let (Some(picture), Some(workspace)) = (picture, app.workspace()) else {
        app.say(tr!(
            "the {pane} pane shows no pictures at present",
            pane = said(app.focus.heading)
        ));
        return Vec::new();
    };
    let session = workspace.path.as_ref().and_then(|path| path.file_stem());
    let session = session.map_or_else(
        || folder::stem(&workspace.progress.configuration),
        |stem| plain(&stem.to_string_lossy()),
    );
    vec![Effect::SavePicture {
        beside: workspace.path.clone(),
        stem: format!("{session}-{}", app.focus.name),
        picture,
    }]
}

/// Copies the command line that shows or makes the same without a screen.
pub(super) fn copy_command_line(app: &mut App) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let Some(path) = &workspace.path else {
        app.say(tr!("the run has no file that a command could read: s saves it"));
        return Vec::new();
    };
    let path = path.to_string_lossy();
    if path.chars().any(char::is_control) {
        app.say(tr!(
            "the name of the session's file has control characters, which no command line should have"
        ));
        return Vec::new();
    }
    let session = quoted(&path);
    match app.focused_pane().command_line(app, &session) {
        Some(line) => copy(app, format!("vae-tui {line}")),
        None => {
            app.say(tr!("no command makes what this pane shows at present"));
            Vec::new()
        }
    }
}

/// Copies the number, or the vector, that is selected in the pane.
pub(super) fn copy_value(app: &mut App) -> Vec<Effect> {
    match app.focused_pane().value(app) {
        Some(value) => copy(app, value),
        None => {
            app.say(tr!(
                "nothing in the {pane} pane is a number to copy",
                pane = said(app.focus.heading)
            ));
            Vec::new()
        }
    }
}

fn copy(app: &mut App, text: String) -> Vec<Effect> {
    // Whether the terminal takes it, it does not say.
    app.say(tr!("to the clipboard: {text}", text = text));
    vec![Effect::Copy(text)]
}

/// A word for a shell: in quotes where it has other characters than those of plain names.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_word_as_it_is() {
        assert_eq!(quoted("/tmp/a-1.ron"), "/tmp/a-1.ron");
        assert_eq!(quoted("my run.ron"), "'my run.ron'");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
    }
}
