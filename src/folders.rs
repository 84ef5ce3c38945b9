//! A person's home folder, and those that the system keeps for this program in it; none of them need exist yet.

use std::borrow::Cow;
use std::path::PathBuf;

use directories::{BaseDirs, ProjectDirs};

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

/// For what can be made again from elsewhere; none where the home folder is not known.
pub fn cache() -> Option<PathBuf> {
    of_this_program().map(|folders| folders.cache_dir().to_owned())
}

/// For what is gone when the login ends; none where the system has no such folder.
pub fn runtime() -> Option<PathBuf> {
    of_this_program()?.runtime_dir().map(Into::into)
}

/// For what the program tells of itself; none where the home folder is not known.
pub fn state() -> Option<PathBuf> {
    let folders = of_this_program()?;
    Some(folders.state_dir().unwrap_or(folders.data_dir()).to_owned())
}

/// A path as a shell would have it: `~` at its start is the home folder.
pub fn with_home(path: &str) -> Cow<'_, str> {
    let home = || BaseDirs::new().and_then(|folders| folders.home_dir().to_str().map(str::to_owned));
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            home().map_or(Cow::Borrowed(path), |home| Cow::Owned(home + rest))
        }
        _ => Cow::Borrowed(path),
    }
}
