//! What a file is that is in none of the formats, as its first bytes say.

/// First bytes of kinds of files, with what they are called.
const KINDS: [(&[u8], &str); 34] = [
    (
        b"\x89PNG\r\n\x1a\n",
        "a PNG image (of images, the folder is named)",
    ),
    (b"\xff\xd8\xff", "a JPEG image (of images, the folder is named)"),
    (b"GIF8", "a GIF image"),
    (b"BM", "a BMP image"),
    (b"II*\0", "a TIFF image (of images, the folder is named)"),
    (b"MM\0*", "a TIFF image (of images, the folder is named)"),
    (b"P4\n", "a PBM image (of images, the folder is named)"),
    (b"P5\n", "a PGM image (of images, the folder is named)"),
    (b"P6\n", "a PPM image (of images, the folder is named)"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"CDF\x01", "a NetCDF file"),
    (b"CDF\x02", "a NetCDF file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x80\x02", "a pickle of Python"),
    (b"\x80\x03", "a pickle of Python"),
    (b"\x80\x04", "a pickle of Python"),
    (b"\x80\x05", "a pickle of Python"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "gzip twice over"),
    (b"BZh", "packed by bzip2"),
    (b"\xfd7zXZ\0", "packed by xz"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"<?xml", "XML"),
    (b"<!DOCTYPE", "HTML"),
    (b"<html", "HTML"),
];
/// Where a tar archive says that it is one.
const TAR: usize = 257;

/// What a file is that begins so.
pub(super) fn name(head: &[u8]) -> &'static str {
    if let Some((_, name)) = KINDS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return name;
    }
    if head.get(TAR..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return "a tar archive";
    }
    match (head.starts_with(b"RIFF"), head.get(8..12)) {
        (true, Some(b"WEBP")) => return "a WebP image (of images, the folder is named)",
        (true, Some(b"WAVE")) => return "a WAVE file",
        _ => {}
    }
    let is_session = head.windows(SESSION.len()).any(|bytes| bytes == SESSION);
    match std::str::from_utf8(head) {
        Ok(_) if is_session => "a session of this program",
        Ok(text) if is_written(text) => "text",
        // A character may be cut off at the end.
        Err(error) if error.error_len().is_none() => "text",
        _ => "of an unknown kind",
    }
}

/// What a session says of itself.
const SESSION: &[u8] = b"\"vae-tui session\"";

/// Whether a text could be read by people.
fn is_written(text: &str) -> bool {
    let is_other =
        |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\u{c}');
    !text.chars().any(is_other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_is_is_told_by_its_first_bytes() {
        let tar = [vec![b'a'; TAR], b"ustar\x0000".to_vec()].concat();
        for (head, expected) in [
            (
                &b"\x89PNG\r\n\x1a\n\0\0"[..],
                "a PNG image (of images, the folder is named)",
            ),
            (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
            (b"%PDF-1.7", "a PDF document"),
            (
                b"RIFF\0\0\0\0WEBPVP8 ",
                "a WebP image (of images, the folder is named)",
            ),
            (
                b"(\n    format: \"vae-tui session\",",
                "a session of this program",
            ),
            (b"Dear reader,\n", "text"),
            ("gr\u{fc}n".as_bytes(), "text"),
            (b"\x00\x01\x02", "of an unknown kind"),
            (b"\xff\xfe\xfd", "of an unknown kind"),
            (&tar, "a tar archive"),
        ] {
            assert_eq!(name(head), expected);
        }
    }
}
