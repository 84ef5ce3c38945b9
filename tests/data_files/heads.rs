//! Heads first: what can't be used is refused by its first bytes, however large it is and however much it unpacks to.

use std::io::{BufReader, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use vae_tui::data::ReadingRules;
use vae_tui::data::file::{load, parse};
use vae_tui::session;

use super::{folder, gzip, header, labels, matlab_header, matlab_variable, write};

/// More than any head, with what is read ahead.
const HEAD: usize = 1 << 18;
/// Stands for any number of bytes that no test could read.
const ENDLESS: u32 = u32::MAX;

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: usize,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        assert!(self.read < HEAD, "it reads on and on");
        let count = self.inner.read(into)?;
        self.read += count;
        Ok(count)
    }
}

/// What is said of bytes that go on for ever, of which only the head is read.
fn refused(bytes: impl Read) -> String {
    let counted = Counted {
        inner: bytes,
        read: 0,
    };
    parse(BufReader::new(counted)).expect_err("it can't be used")
}

/// `head` and zeros without end, as packed by zlib or gzip: a few bytes stand for many zeros, again and again.
fn bomb(head: &[u8], gzip: bool) -> impl Read + use<> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut packed = |bytes: &[u8]| {
        let before = encoder.get_ref().len();
        encoder.write_all(bytes).expect("memory can be written");
        // What comes after a full flush refers to nothing before it.
        encoder.flush().expect("memory can be written");
        encoder.get_ref()[before..].to_vec()
    };
    let start = packed(head);
    packed(&[0; 1 << 20]);
    let zeros = packed(&[0; 1 << 20]);
    let start = if gzip {
        // gzip's header in the place of zlib's two bytes.
        [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0], &start[2..]].concat()
    } else {
        start
    };
    std::io::Cursor::new(start).chain(Cycle { bytes: zeros, at: 0 })
}

/// The same bytes again and again.
struct Cycle {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Cycle {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = (&self.bytes[self.at..]).read(into)?;
        self.at = (self.at + count) % self.bytes.len();
        Ok(count)
    }
}

/// A packed variable of a MATLAB file that unpacks to `head` and zeros without end.
fn matlab_bomb(head: &[u8]) -> impl Read + use<> {
    let tag = [15_u32, ENDLESS].into_iter().flat_map(u32::to_le_bytes);
    let start = matlab_header().into_iter().chain(tag).collect::<Vec<_>>();
    std::io::Cursor::new(start).chain(bomb(head, false))
}

/// Heads that can't be used, or claim less than follows, with what is said of them.
fn bad_heads() -> Vec<(Vec<u8>, &'static str)> {
    vec![
        (vec![], "in no format that is read"),
        (b"no data at all".to_vec(), "in no format that is read"),
        (
            header([12, 4, 3]),
            "12 images of 4 x 3 pixels, but more than 144 bytes follow",
        ),
        (header([9, 4, 3]), "9 images"),
        (header([ENDLESS, 4, 3]), "4 GiB"),
        (header([12, 257, 256]), "257 x 256 pixels"),
        (header([ENDLESS; 3]), "4294967295 x 4294967295"),
        (labels(12), "1 dimension"),
    ]
}

#[test]
fn a_head_is_enough_to_refuse_what_never_ends() {
    for (head, expected) in bad_heads() {
        let plain = std::io::Cursor::new(head.clone()).chain(std::io::repeat(0));
        for said in [refused(plain), refused(bomb(&head, true))] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }
    let said = refused(std::io::Cursor::new(matlab_header()).chain(std::io::repeat(0)));
    assert!(said.contains("an element of type 0"), "{said}");
}

#[test]
fn a_packed_variable_that_never_ends_is_refused_by_its_claims() {
    for (head, expected) in [
        (vec![], "no variable"),
        (
            matlab_variable("ff", 560, 12),
            "560 x 12 numbers, but more than 6720 bytes follow",
        ),
        (
            matlab_variable("ff", 560, ENDLESS),
            "560 x 4294967295 numbers, but then",
        ),
    ] {
        let said = refused(matlab_bomb(&head));
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn of_another_variable_only_the_beginning_is_unpacked() {
    let folder = folder();
    // A gigabyte of zeros in a variable, and no `ff` behind it.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let mut packed = |bytes: &[u8]| encoder.write_all(bytes).expect("memory can be written");
    packed(&matlab_variable("x", 1 << 15, 1 << 15));
    (0..16).for_each(|_| packed(&[0; 1 << 20]));
    let packed = encoder.finish().expect("memory can be written");
    let tag = [15, packed.len() as u32].into_iter().flat_map(u32::to_le_bytes);
    let mut bytes = [matlab_header(), tag.collect(), packed].concat();
    // Its end is damaged, which unpacking it would notice.
    let length = bytes.len();
    bytes[length - 4..].fill(0xff);
    write(folder.path(), "x.mat", &bytes);
    let rules = ReadingRules {
        variable: Some("ff".into()),
        ..ReadingRules::default()
    };
    let said = load(&folder.path().join("x.mat"), &rules, |_| {}).expect_err("there is no ff");
    let said = said.to_string();
    assert!(said.contains("no array \"ff\", only x (32768 x 32768)"), "{said}");
}

/// Bytes that this thread asked the system for so far.
#[cfg(target_os = "linux")]
fn bytes_read() -> usize {
    let counters = std::fs::read_to_string("/proc/thread-self/io").expect("Linux says it");
    let line = counters.lines().find_map(|line| line.strip_prefix("rchar: "));
    line.and_then(|number| number.parse().ok()).expect("a number")
}

/// Writes a file of 3 GB, nearly all of it a hole.
#[cfg(target_os = "linux")]
fn write_huge(path: &Path, head: &[u8]) {
    std::fs::write(path, head).expect("the folder can be written");
    let file = std::fs::File::options().write(true).open(path).expect("the file");
    file.set_len(3 << 30).expect("a file can have a hole");
}

#[cfg(target_os = "linux")]
#[test]
fn a_huge_file_is_refused_by_its_first_bytes() {
    let folder = folder();
    let path = folder.path().join("train-images-idx3-ubyte");
    let refused_within = |most: usize, expected: &str| {
        let before = bytes_read();
        let said = load(&path, &ReadingRules::default(), |_| {})
            .expect_err("it can't be used")
            .to_string();
        let read = bytes_read() - before;
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(read < most, "{expected}: {read} bytes were read");
    };
    let refused = |expected: &str| refused_within(HEAD, expected);
    for (head, expected) in bad_heads() {
        write_huge(&path, &head);
        // Images that take more than memory stay in a plain file, if it has them.
        refused(if expected == "4 GiB" {
            "but 3221225456 bytes follow"
        } else {
            expected
        });
    }
    write_huge(&path, &gzip(b"no data"));
    // What no first bytes tell is looked at a little further.
    refused_within(2 << 20, "more than 1 MiB of its gzip stream holds nothing");
    write_huge(&path, &matlab_header());
    refused("an element of type 0");

    // Images that can be used, a million of them, beside a test set and labels that can't.
    write_huge(&path, &header([3 << 20, 32, 32]));
    let file = std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("the file");
    file.set_len(16 + (3 << 30)).expect("a file can have a hole");
    let beside = folder.path().join("t10k-images-idx3-ubyte");
    write_huge(&beside, b"no data");
    refused("t10k-images-idx3-ubyte can't be used as data: it is in no format that is read");
    write_huge(&beside, &header([12, 4, 3]));
    refused("it has 12 images of 4 x 3 pixels, but");
    std::fs::remove_file(&beside).expect("the file is there");
    let labels = folder.path().join("train-labels-idx1-ubyte");
    write_huge(&labels, &[0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff]);
    refused("train-labels-idx1-ubyte can't be used as data: its header says 4294967295 labels");
}

#[cfg(target_os = "linux")]
#[test]
fn a_huge_file_that_is_no_session_is_refused_by_its_beginning() {
    let folder = folder();
    let path = folder.path().join("run.ron");
    for (head, expected) in [
        (&b""[..], "not text"),
        (b"(name: \"a game\")", "not text"),
        (
            b"(format: \"vae-tui session\", version: 1,",
            "from byte 39 on it is not text",
        ),
        (&[0xff, 0xfe, b'(', 0], "UTF-16"),
    ] {
        write_huge(&path, head);
        let before = bytes_read();
        let said = session::load(&path).err().expect("it is no session").to_string();
        let read = bytes_read() - before;
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(read < 4 << 20, "{read} bytes were read");
    }
}

#[test]
fn progress_is_told_and_ends_with_the_whole() {
    let folder = folder();
    write(folder.path(), "a.idx", &super::images(20_000));
    let mut heard = Vec::new();
    load(
        &folder.path().join("a.idx"),
        &ReadingRules::default(),
        |fraction| {
            heard.push(fraction);
        },
    )
    .expect("images");
    assert!(heard.is_sorted() && heard.len() <= 100, "{heard:?}");
    assert_eq!(heard.last(), Some(&1.0));
}
