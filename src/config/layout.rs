//! How a person arranged the panes: `layout.ron` beside `config.ron`. It is a file of its own because the program writes it, as a
//! whole, while what a person wrote by hand in the other stays as it is, comments and all.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use crate::files::{make_folder, read_text, shown, write_whole};
use crate::folders;
use crate::words::plain;

/// Which pane stands in which place of a large screen, and where the borders between them are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutFile {
    /// The names of the panes in the three places.
    pub upper_left: String,
    /// Below it.
    pub lower_left: String,
    /// Beside both.
    pub right: String,
    /// The part of the width that the left has, in thousandths.
    pub left: u16,
    /// The part of the height that the lower left has, in thousandths; none for the usual height.
    pub lower: Option<u16>,
}

const NAME: &str = "layout.ron";
/// Bytes of such a file, at most.
const LARGEST: u64 = 1 << 16;

/// The arrangement in a folder, if a person made one; what is wrong with its file, in a sentence.
pub(super) fn load_from(folder: &Path) -> (Option<LayoutFile>, Option<String>) {
    let path = folder.join(NAME);
    match read(&path) {
        Ok(layout) => (layout, None),
        Err(error) => {
            let cause = plain(&format!("{error:#}"));
            let words = format!("{}: {cause}; the panes stand in their usual places", shown(&path));
            (None, Some(words))
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Option<LayoutFile>> {
    match read_text(path, LARGEST) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        text => Ok(Some(ron::from_str(&text?)?)),
    }
}

/// Keeps an arrangement in the configuration folder of whoever runs the program, for every start.
///
/// # Errors
/// If the home folder is not known, or the file can't be written; what lay there is then as it was.
pub fn keep(layout: &LayoutFile) -> anyhow::Result<()> {
    let folder = folders::configuration().context("the home folder is not known")?;
    write_to(&folder, layout)
}

fn write_to(folder: &Path, layout: &LayoutFile) -> anyhow::Result<()> {
    let path = folder.join(NAME);
    let text = ron::ser::to_string_pretty(layout, PrettyConfig::default())?;
    let written = make_folder(folder).and_then(|()| write_whole(&path, |file| writeln!(file, "{text}")));
    written.with_context(|| format!("the layout can't be kept in {}", shown(&path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> LayoutFile {
        LayoutFile {
            upper_left: "map".into(),
            lower_left: "training".into(),
            right: "data".into(),
            left: 612,
            lower: Some(400),
        }
    }

    #[test]
    fn what_is_kept_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(load_from(folder.path()), (None, None));
        let inside = folder.path().join("not there yet");
        write_to(&inside, &layout()).unwrap();
        assert_eq!(load_from(&inside), (Some(layout()), None));
    }

    #[test]
    fn garbage_is_said_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let whole = {
            write_to(folder.path(), &layout()).unwrap();
            std::fs::read(&path).unwrap()
        };
        let mut broken: Vec<Vec<u8>> = (0..whole.trim_ascii_end().len())
            .map(|length| whole[..length].to_vec())
            .collect();
        broken.extend([
            b"\xff\xfe".to_vec(),
            b"(left: -1)".to_vec(),
            vec![b'('; 1 << 15],
            vec![b' '; 1 << 17],
            b"(upper_left: \"a\", lower_left: \"b\", right: \"c\", left: 1, lower: None, \x1b[2J: 3)"
                .to_vec(),
        ]);
        for bytes in broken {
            std::fs::write(&path, &bytes).unwrap();
            let (found, fault) = load_from(folder.path());
            let fault = fault.unwrap();
            assert_eq!(found, None);
            assert!(fault.contains("layout.ron") && !fault.contains('\x1b'), "{fault}");
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
    }
}
