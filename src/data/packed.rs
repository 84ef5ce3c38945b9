//! Bytes as they come, and unpacked while they are read where gzip packed them.

use std::io::{BufRead, Cursor, Error, ErrorKind, Read, Result};

use flate2::bufread::GzDecoder;

/// The first bytes of what gzip packed.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Packed bytes in a row that may give nothing, such as the zeros that pad an archive, before the rest is refused.
const MOST_BARREN: usize = 1 << 20;

/// The bytes of `input`, unpacked where they are packed, and whether they are; nothing is read before it is asked for.
pub(super) fn unpacked<'a>(mut input: impl BufRead + 'a) -> Result<(Box<dyn Read + 'a>, bool)> {
    let mut head = [0; MAGIC.len()];
    let count = fill(&mut input, &mut head)?;
    let whole = Cursor::new(head).take(count as u64).chain(input);
    let is_packed = head == MAGIC;
    let bytes: Box<dyn Read + 'a> = if is_packed {
        Box::new(Gzip::new(whole))
    } else {
        Box::new(whole)
    };
    Ok((bytes, is_packed))
}

/// Fills `bytes` as far as the input goes, and returns how far.
pub(super) fn fill(input: &mut impl Read, bytes: &mut [u8]) -> Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Says of damage in what `inner` unpacks what it is that is damaged.
pub(super) struct Unpacking<R> {
    pub inner: R,
    pub what: &'static str,
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.inner.read(into).map_err(|error| match error.kind() {
            ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                Error::new(error.kind(), format!("{} is damaged: {error}", self.what))
            }
            _ => error,
        })
    }
}

/// The members of a gzip file one after the other, and zeros at its end.
struct Gzip<R> {
    /// The present member; none at the end.
    member: Option<GzDecoder<Barren<R>>>,
}

impl<R: BufRead> Gzip<R> {
    fn new(inner: R) -> Unpacking<Self> {
        let member = GzDecoder::new(Barren { inner, count: 0 });
        Unpacking {
            inner: Self { member: Some(member) },
            what: "its gzip stream",
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while let Some(mut member) = self.member.take() {
            let count = member.read(into)?;
            if count > 0 {
                member.get_mut().count = 0;
                self.member = Some(member);
                return Ok(count);
            }
            let mut rest = member.into_inner();
            skip_zeros(&mut rest)?;
            self.member = match rest.fill_buf()?.first() {
                None => None,
                Some(&byte) if byte == MAGIC[0] => Some(GzDecoder::new(rest)),
                Some(_) => return Err(Error::other("something else follows its gzip stream")),
            };
        }
        Ok(0)
    }
}

/// Some archivers fill up the last block with zeros.
fn skip_zeros(input: &mut impl BufRead) -> Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let is_all = zeros == bytes.len();
        input.consume(zeros);
        if zeros == 0 || !is_all {
            return Ok(());
        }
    }
}

/// Packed bytes, refused when too many in a row give nothing: a file can hold billions of them.
struct Barren<R> {
    inner: R,
    /// How many were used up since the last that gave something.
    count: usize,
}

impl<R: BufRead> BufRead for Barren<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.count > MOST_BARREN {
            return Err(Error::other("more than 1 MiB of its gzip stream holds nothing"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count += amount;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Barren<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let mut bytes = self.fill_buf()?;
        let count = bytes.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> std::result::Result<Vec<u8>, String> {
        let mut read = Vec::new();
        let (mut reader, _) = unpacked(bytes).map_err(|error| error.to_string())?;
        reader.read_to_end(&mut read).map_err(|error| error.to_string())?;
        Ok(read)
    }

    #[test]
    fn members_and_padding_are_read_and_anything_else_behind_them_is_refused() {
        let (one, two) = (packed(b"one"), packed(b"two"));
        let joined = |parts: &[&[u8]]| read(&parts.concat());
        assert_eq!(joined(&[&one]), Ok(b"one".to_vec()));
        assert_eq!(joined(&[&one, &packed(b""), &two]), Ok(b"onetwo".to_vec()));
        assert_eq!(joined(&[&one, &[0; 70_000]]), Ok(b"one".to_vec()));
        for rest in [&b"x"[..], &[0, 0, 1], &[0, 0, 0x1f, 0x8b]] {
            let said = joined(&[&one, rest]).unwrap_err();
            assert!(said.contains("gzip stream"), "{said}");
        }
        let said = joined(&[&one, b"x"]).unwrap_err();
        assert_eq!(said, "something else follows its gzip stream");
    }

    #[test]
    fn bytes_that_are_not_packed_stay_as_they_are() {
        for bytes in [&b""[..], b"\x1f", b"abc", b"\x1f\x8c"] {
            assert_eq!(read(bytes), Ok(bytes.to_vec()));
        }
    }

    #[test]
    fn a_file_that_goes_on_without_holding_anything_is_refused() {
        let one = packed(b"one");
        let nothing = packed(b"");
        for barren in [vec![0; 2 << 20], nothing.repeat((2 << 20) / nothing.len())] {
            let said = read(&[one.clone(), barren].concat()).unwrap_err();
            assert!(said.contains("holds nothing"), "{said}");
        }
        // A gzip header and then empty blocks: nothing is ever unpacked.
        let blocks = [0, 0, 0, 0xff, 0xff].repeat(1 << 20);
        let said = read(&[&one[..10], &blocks].concat()).unwrap_err();
        assert!(said.contains("holds nothing"), "{said}");
    }
}
