//! What is written of the run for people and other programs, without leaving it.

use super::Command;
use crate::language::tr;
use crate::outputs::Output;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::overlays::Overlay;
use crate::tui::overlays::naming::Naming;

/// The rows. They have no keys of their own: the palette finds them.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "export.parameters", keys: &[], help: "write the parameters: safetensors, NPZ or ONNX", footer: None, run: |app| name(app, Output::Parameters) },
    Command { name: "export.embedding", keys: &[], help: "write the posterior of every test item: NPY or CSV", footer: None, run: |app| name(app, Output::Embedding) },
    Command { name: "export.curves", keys: &[], help: "write the curves: CSV or a folder for TensorBoard", footer: None, run: |app| name(app, Output::Curves) },
    Command { name: "export.scores", keys: &[], help: "write how unusual every test item is: CSV", footer: None, run: |app| name(app, Output::Scores) },
    Command { name: "pack.items", keys: &[], help: "compress the test items without loss", footer: None, run: |app| name(app, Output::Packed) },
];

/// Asks for the name of a file, unless something is being written already.
fn name(app: &mut App, output: Output) -> Vec<Effect> {
    if let Some(present) = app.writing {
        app.say(tr!(
            "the {what} are still being written; Ctrl-G breaks that off",
            what = present.noun()
        ));
        return Vec::new();
    }
    if let Some(workspace) = app.workspace() {
        let path = output.usual_path(workspace.path.as_deref(), &workspace.data.name);
        let naming = Naming::new(output, &path.to_string_lossy());
        app.overlay = Some(Overlay::Naming(Box::new(naming)));
    }
    Vec::new()
}
