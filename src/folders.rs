//! The folders that the system keeps for this program in a person's home; none of them need exist yet.

use std::path::PathBuf;

use directories::ProjectDirs;

fn of_this_program() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "vae-tui")
}

/// For what a person set; none where the home folder is not known.
pub fn configuration() -> Option<PathBuf> {
    of_this_program().map(|folders| folders.config_dir().to_owned())
}

/// For what the program keeps; none where the home folder is not known.
pub fn data() -> Option<PathBuf> {
    of_this_program().map(|folders| folders.data_dir().to_owned())
}
