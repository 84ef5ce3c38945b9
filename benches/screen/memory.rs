//! The memory of a workbench in which every pane was visited.

use std::path::Path;
use std::time::Duration;

use vae_tui::tui::panes::KINDS;

use super::train;
use super::workbench::Workbench;

/// Time for which a pane is looked at.
const VISIT: Duration = Duration::from_secs(4);
/// Megabytes that the workbench takes at most with every pane visited.
const GOAL: f64 = 300.0;
const SIZE: (u16, u16) = (200, 60);

/// Prints the memory of a workbench that trains, after every pane was looked at for a while.
pub fn memory(folder: &Path) {
    let session = folder.join("memory.ron");
    train(&session, &["--latent", "20"]);
    let mut workbench = Workbench::open(folder, SIZE, &session, None);
    println!("{:<42} {:>8} {:>9} {:>9}", "memory", "screen", "MB", "goal MB");
    let size = format!("{}x{}", SIZE.0, SIZE.1);
    for kind in KINDS {
        workbench.press(&format!("f{}", kind.letter));
        workbench.watch(VISIT);
        println!(
            "{:<42} {size:>8} {:>9.0} {GOAL:>9.0}",
            format!("after {}", kind.name),
            workbench.megabytes("VmRSS"),
        );
    }
    println!(
        "{:<42} {size:>8} {:>9.0} {GOAL:>9.0}\n",
        "the most",
        workbench.megabytes("VmHWM"),
    );
    workbench.close();
}
