//! Files from the network: each whole and checked, or not at all; what was broken off goes on where it stopped.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use indicatif::ProgressBar;
use ureq::Agent;
use ureq::http::{Response, StatusCode, header};

use super::progress_bar;
use crate::data::mirrors::{Check, PublishedFile};
use crate::files::shown;
use crate::process::say;

/// The most that a file may have: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;
/// How often in a row a connection may bring nothing before it is given up.
const TRIES: u32 = 3;
const CONNECTING: Duration = Duration::from_secs(20);
const ANSWERING: Duration = Duration::from_secs(30);
/// How long one answer may take in all; a slower one goes on with another request.
const RECEIVING: Duration = Duration::from_secs(600);

/// Fetches `file` from the folder at `address` into `folder`, and returns where it is.
///
/// What arrives lies in a file of that name with `.part` behind it until it is whole and checked; the next call goes on from there.
///
/// # Errors
/// If it can't be had, can't be written, or is not what was published; one sentence that names the address.
pub(super) fn fetch(address: &str, file: PublishedFile, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join(file.name);
    if path.exists() {
        let is_whole = file.check.holds(&path).with_context(|| unread(&path))?;
        ensure!(
            is_whole,
            "{} is there already, but is not the published file: move it away or fetch into another folder",
            shown(&path)
        );
        say(format_args!("{} is there already", shown(&path)));
        return Ok(path);
    }
    fs::create_dir_all(folder).with_context(|| format!("{} can't be made", shown(folder)))?;
    let url = format!("{}/{}", address.trim_end_matches('/'), file.name);
    let part = part_of(&path);
    Download::new(url.clone(), &part)?.complete()?;
    if !file.check.holds(&part).with_context(|| unread(&part))? {
        let _ = fs::remove_file(&part);
        let what = match file.check {
            Check::File(_) => "its MD5 sum is another",
            Check::Pixels(_) => "the images in it are others",
        };
        bail!("{url} is not the published file: {what}; nothing was kept");
    }
    fs::rename(&part, &path).with_context(|| format!("{} can't be written", shown(&path)))?;
    Ok(path)
}

fn unread(path: &Path) -> String {
    format!("{} can't be read", shown(path))
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// A file on its way.
struct Download<'a> {
    url: String,
    part: &'a Path,
    output: File,
    /// How much is there.
    length: u64,
    agent: Agent,
    bar: ProgressBar,
}

impl<'a> Download<'a> {
    fn new(url: String, part: &'a Path) -> anyhow::Result<Self> {
        let unwritten = || format!("{} can't be written", shown(part));
        let mut output = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(part)
            .with_context(unwritten)?;
        let length = output.seek(SeekFrom::End(0)).with_context(unwritten)?;
        let agent = Agent::config_builder()
            .timeout_connect(Some(CONNECTING))
            .timeout_recv_response(Some(ANSWERING))
            .timeout_recv_body(Some(RECEIVING))
            .http_status_as_error(false)
            .user_agent(concat!("vae-tui/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let bar = progress_bar(0, "bytes");
        bar.set_message(url.clone());
        Ok(Self {
            url,
            part,
            output,
            length,
            agent,
            bar,
        })
    }

    /// Asks until all of it is there.
    fn complete(mut self) -> anyhow::Result<()> {
        let mut tries = 0;
        loop {
            let before = self.length;
            match self.go_on() {
                Ok(()) => break,
                Err(error) if error.is::<NotThere>() => return Err(error),
                Err(error) => {
                    tries = if self.length > before { 1 } else { tries + 1 };
                    if tries >= TRIES {
                        let kept = shown(self.part);
                        return Err(error.context(format!(
                            "{} can't be fetched; {} bytes are kept in {kept}, and the same command goes on from there",
                            self.url, self.length
                        )));
                    }
                }
            }
        }
        self.bar.finish_and_clear();
        let synced = self.output.sync_all();
        synced.with_context(|| format!("{} can't be written", shown(self.part)))
    }

    /// Asks for what is missing, once.
    fn go_on(&mut self) -> anyhow::Result<()> {
        let mut request = self.agent.get(&self.url);
        if self.length > 0 {
            request = request.header(header::RANGE, format!("bytes={}-", self.length));
        }
        let response = request.call()?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(&response, self.length) => {}
            // All was there already; whether it is right, the check says.
            StatusCode::RANGE_NOT_SATISFIABLE if self.length > 0 => return Ok(()),
            StatusCode::OK => self.start_again()?,
            status => {
                return Err(NotThere {
                    url: self.url.clone(),
                    status,
                }
                .into());
            }
        }
        let announced = number(&response, header::CONTENT_LENGTH);
        self.bar.set_length(self.length + announced.unwrap_or_default());
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = body.read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            ensure!(
                self.length + count as u64 <= MOST_BYTES,
                "it is larger than the 1 GiB that a published file may have"
            );
            self.output
                .write_all(&buffer[..count])
                .with_context(|| format!("{} can't be written", shown(self.part)))?;
            self.length += count as u64;
            self.bar.set_position(self.length);
        }
    }

    /// Forgets what is there: the server sends everything.
    fn start_again(&mut self) -> anyhow::Result<()> {
        self.length = 0;
        let emptied = self.output.set_len(0).and_then(|()| self.output.rewind());
        emptied.with_context(|| format!("{} can't be written", shown(self.part)))
    }
}

/// The server has no such file, which asking again does not change.
#[derive(Debug, thiserror::Error)]
#[error("{url} can't be fetched: the server answers {status}")]
struct NotThere {
    url: String,
    status: StatusCode,
}

/// Whether a part of a file begins at that byte.
fn starts_at<B>(response: &Response<B>, byte: u64) -> bool {
    let range = response.headers().get(header::CONTENT_RANGE);
    let range = range.and_then(|range| range.to_str().ok());
    range.is_some_and(|range| range.starts_with(&format!("bytes {byte}-")))
}

fn number<B>(response: &Response<B>, name: header::HeaderName) -> Option<u64> {
    response.headers().get(name)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};

    use md5::{Digest, Md5};

    use super::*;

    /// How a server on the loopback answers, one after the other; the last way stays.
    #[derive(Clone, Copy, PartialEq)]
    enum Way {
        /// All that was asked for.
        Whole,
        /// Half of it, and then it hangs up.
        Half,
        /// All of the file, whatever was asked for.
        WithoutRanges,
        /// No such file.
        Missing,
        /// As many bytes, but others.
        Other,
    }

    /// Serves `content` until the test ends; the requests' ranges are written down.
    fn serve(content: &'static [u8], ways: &'static [Way]) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/folder/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        std::thread::spawn(move || {
            for (number, connection) in listener.incoming().flatten().enumerate() {
                let way = ways[number.min(ways.len() - 1)];
                answer(connection, content, way, &heard);
            }
        });
        (address, asked)
    }

    fn answer(mut connection: TcpStream, content: &[u8], way: Way, heard: &Mutex<Vec<String>>) {
        let mut range = String::new();
        for line in BufReader::new(&connection).lines().map_while(Result::ok) {
            if let Some(asked) = line.to_lowercase().strip_prefix("range: bytes=") {
                range = asked.to_owned();
            }
            if line.is_empty() {
                break;
            }
        }
        let first: usize = range.trim_end_matches('-').parse().unwrap_or(0);
        heard.lock().unwrap().push(range.clone());
        let (status, body) = match way {
            Way::Missing => ("404 Not Found", b"no".to_vec()),
            Way::WithoutRanges => ("200 OK", content.to_vec()),
            Way::Other => ("200 OK", vec![7; content.len()]),
            Way::Whole | Way::Half if range.is_empty() => ("200 OK", content.to_vec()),
            Way::Whole | Way::Half if first >= content.len() => ("416 Range Not Satisfiable", Vec::new()),
            Way::Whole | Way::Half => ("206 Partial Content", content[first..].to_vec()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\ncontent-range: bytes {first}-{}/{}\r\nconnection: close\r\n\r\n",
            body.len(),
            content.len() - 1,
            content.len()
        );
        let sent = if way == Way::Half {
            &body[..body.len() / 2]
        } else {
            &body
        };
        // Whoever asked may have left.
        let _ = connection
            .write_all(head.as_bytes())
            .and_then(|()| connection.write_all(sent));
    }

    /// 300 000 bytes that do not repeat soon, and the file that is published of them.
    fn published() -> (&'static [u8], PublishedFile) {
        let content: Vec<u8> = (0..300_000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let sum = Md5::digest(&content);
        let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        let file = PublishedFile {
            name: "file.gz",
            check: Check::File(sum.leak()),
        };
        (content.leak(), file)
    }

    #[test]
    fn a_file_arrives_whole_and_is_not_fetched_again() {
        let (content, file) = published();
        let folder = tempfile::tempdir().unwrap();
        let (address, asked) = serve(content, &[Way::Whole]);
        let within = folder.path().join("new");
        let path = fetch(&address, file, &within).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
        fetch(&address, file, &within).unwrap();
        assert_eq!(asked.lock().unwrap().len(), 1);
        assert_eq!(fs::read_dir(&within).unwrap().count(), 1, "no part is left");
    }

    #[test]
    fn what_was_broken_off_goes_on_where_it_stopped() {
        let (content, file) = published();
        let folder = tempfile::tempdir().unwrap();
        let (address, asked) = serve(content, &[Way::Half, Way::Half, Way::Whole]);
        let path = fetch(&address, file, folder.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(*asked.lock().unwrap(), ["", "150000-", "225000-"]);

        // A part of an earlier call, and one that is whole already.
        for (kept, range) in [(1_000, "1000-"), (300_000, "300000-")] {
            fs::rename(&path, folder.path().join("file.gz.part")).unwrap();
            fs::write(folder.path().join("file.gz.part"), &content[..kept]).unwrap();
            fetch(&address, file, folder.path()).unwrap();
            assert_eq!(fs::read(&path).unwrap(), content);
            assert_eq!(asked.lock().unwrap().last().unwrap(), range);
        }
    }

    #[test]
    fn a_server_without_ranges_sends_it_again() {
        let (content, file) = published();
        let folder = tempfile::tempdir().unwrap();
        let (address, _) = serve(content, &[Way::Half, Way::WithoutRanges]);
        let path = fetch(&address, file, folder.path()).unwrap();
        assert_eq!(fs::read(path).unwrap(), content);
    }

    #[test]
    fn what_is_not_the_published_file_is_not_kept() {
        let (content, file) = published();
        let folder = tempfile::tempdir().unwrap();
        let said = |ways: &'static [Way]| {
            let (address, _) = serve(content, ways);
            fetch(&address, file, folder.path()).unwrap_err().to_string()
        };
        let other = said(&[Way::Other]);
        assert!(other.contains("is not the published file"), "{other}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let missing = said(&[Way::Missing]);
        assert!(
            missing.contains("404") && missing.contains("file.gz"),
            "{missing}"
        );

        fs::write(folder.path().join("file.gz"), "mine").unwrap();
        let mine = said(&[Way::Whole]);
        assert!(mine.contains("is there already, but"), "{mine}");
        assert_eq!(fs::read(folder.path().join("file.gz")).unwrap(), b"mine");
    }

    #[test]
    fn a_connection_that_always_breaks_is_given_up_and_what_came_is_kept() {
        let (content, file) = published();
        let folder = tempfile::tempdir().unwrap();
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        fs::write(folder.path().join("file.gz.part"), &content[..10]).unwrap();
        let said = fetch(&format!("http://{nobody}"), file, folder.path()).unwrap_err();
        assert!(said.to_string().contains("10 bytes are kept in"), "{said:#}");
        assert_eq!(
            fs::read(folder.path().join("file.gz.part")).unwrap(),
            &content[..10]
        );
    }
}
