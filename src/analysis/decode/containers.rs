//! Packed bytes taken apart within a budget: gzip, zlib, deflate, bzip2 and xz give one output, zip and tar members.
//!
//! Nothing is written to disk, no link is followed, and no size that an archive declares is believed. A broken member
//! keeps what came out before it broke.

use std::io::{self, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use liblzma::bufread::XzDecoder;
use liblzma::stream::{Error as XzError, Stream};

use super::archives;
use super::magic::{Container, file_type};
use crate::model::{Budget, Stop};

/// Bytes that are read before the budget is asked again.
const PIECE: usize = 64 << 10;

/// Memory that the decoder of xz may take; its headers ask for up to 4 GiB.
const XZ_MEMORY: u64 = 64 << 20;

/// What lay in a container.
#[derive(Debug, Default)]
pub struct Member {
    /// The name it has there, as text that may stand for other bytes.
    pub name: Option<String>,
    pub bytes: Vec<u8>,
    /// Why the bytes are not all.
    pub stop: Option<Stop>,
    /// What it is where it is no file.
    pub link: Option<Link>,
}

/// A member that is named only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Directory,
    /// The bytes of the member are the path that it points to.
    Symlink,
}

/// What lies in a container; nothing where it holds nothing at all.
pub fn members(container: Container, packed: &[u8], budget: &mut Budget) -> Vec<Member> {
    let single = match container {
        Container::Zip => return archives::zip_members(packed, budget),
        Container::Tar => return archives::tar_members(packed, budget),
        Container::Gzip => gzip(packed, budget),
        Container::Zlib => unpacked(&mut Inflater::new(packed, true), packed.len(), budget),
        Container::Deflate => unpacked(&mut Inflater::new(packed, false), packed.len(), budget),
        Container::Bzip2 => streams(packed, budget, |rest| {
            is_bzip2(rest).then(|| BzDecoder::new(rest)).map(|decoder| (decoder, BzDecoder::into_inner as fn(_) -> _))
        }),
        Container::Xz => streams(packed, budget, |rest| {
            let decoder = is_xz(rest).then(|| Stream::new_stream_decoder(XZ_MEMORY, 0).ok()).flatten();
            decoder.map(|stream| (XzDecoder::new_stream(rest, stream), XzDecoder::into_inner as fn(_) -> _))
        }),
    };
    vec![single]
}

fn is_bzip2(bytes: &[u8]) -> bool {
    file_type(bytes).is_some_and(|found| found.container == Some(Container::Bzip2))
}

fn is_xz(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xfd7zXZ\0")
}

/// Everything a reader gives, as far as the budget goes.
fn unpacked(reader: &mut impl Read, packed: usize, budget: &mut Budget) -> Member {
    let mut bytes = Vec::new();
    let stop = drain(reader, packed, &mut bytes, budget);
    Member { bytes, stop, ..Member::default() }
}

/// Reads to the end in pieces; gives the reason where the end is not reached.
pub fn drain(reader: &mut impl Read, packed: usize, bytes: &mut Vec<u8>, budget: &mut Budget) -> Option<Stop> {
    let mut piece = vec![0; PIECE];
    let share = budget.share();
    let mut taken = 0;
    loop {
        if let Some(stop) = budget.stop().or_else(|| budget.inflates_too_much(bytes.len(), packed)) {
            return Some(stop);
        }
        let read = match reader.read(&mut piece) {
            Ok(0) => return None,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Some(reason(&error, bytes.len())),
        };
        let kept = read.min(share - taken);
        bytes.extend_from_slice(piece.get(..kept).unwrap_or_default());
        budget.spend(kept);
        taken += kept;
        if kept < read {
            return Some(Stop::Share(share));
        }
    }
}

fn reason(error: &io::Error, done: usize) -> Stop {
    let xz = error.get_ref().and_then(|inner| inner.downcast_ref::<XzError>());
    match xz {
        Some(XzError::MemLimit | XzError::Mem) => Stop::Memory,
        _ => Stop::Corrupt(done),
    }
}

/// The members of a gzip file one after the other, as its standard has them; junk behind them is passed over.
fn gzip(packed: &[u8], budget: &mut Budget) -> Member {
    let mut whole = Member::default();
    let mut rest = packed;
    while let [0x1f, 0x8b, 8, ..] = rest {
        let mut decoder = GzDecoder::new(rest);
        let name = decoder.header().and_then(|header| header.filename()).map(lossy);
        whole.name = whole.name.or(name);
        whole.stop = drain(&mut decoder, packed.len(), &mut whole.bytes, budget);
        let left = decoder.into_inner();
        if whole.stop.is_some() || left.len() >= rest.len() {
            break;
        }
        rest = left;
    }
    whole
}

/// Streams of bzip2 or xz one after the other, which makes one output.
fn streams<'a, R: Read>(
    packed: &'a [u8],
    budget: &mut Budget,
    open: impl Fn(&'a [u8]) -> Option<(R, fn(R) -> &'a [u8])>,
) -> Member {
    let mut whole = Member::default();
    let mut rest = packed;
    while let Some((mut decoder, left_of)) = open(rest) {
        whole.stop = drain(&mut decoder, packed.len(), &mut whole.bytes, budget);
        let left = left_of(decoder);
        if whole.stop.is_some() || left.len() >= rest.len() {
            break;
        }
        rest = left;
    }
    whole
}

pub fn lossy(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// Deflate as a reader that tells an early end of the input from the end of the stream.
struct Inflater<'a> {
    state: Decompress,
    rest: &'a [u8],
    is_done: bool,
}

impl<'a> Inflater<'a> {
    fn new(packed: &'a [u8], has_head: bool) -> Self {
        Self { state: Decompress::new(has_head), rest: packed, is_done: false }
    }
}

impl Read for Inflater<'_> {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        if self.is_done || piece.is_empty() {
            return Ok(0);
        }
        let (taken, given) = (self.state.total_in(), self.state.total_out());
        let status = self.state.decompress(self.rest, piece, FlushDecompress::None)?;
        let moved = |total: u64, before: u64| usize::try_from(total - before).unwrap_or(usize::MAX);
        let read = moved(self.state.total_out(), given);
        self.rest = self.rest.get(moved(self.state.total_in(), taken)..).unwrap_or_default();
        self.is_done = status == Status::StreamEnd;
        if read == 0 && !self.is_done {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(read)
    }
}

/// The first bytes that a stream of deflate or zlib gives, if it is one: it must not break, and it must end where the
/// input ends unless that many bytes come out before.
pub fn trial(packed: &[u8], has_head: bool) -> Option<Vec<u8>> {
    let mut inflater = Inflater::new(packed, has_head);
    let mut piece = vec![0; PIECE];
    let mut length = 0;
    while length < piece.len() {
        match inflater.read(piece.get_mut(length..)?).ok()? {
            0 if inflater.rest.is_empty() => break,
            0 => return None,
            read => length += read,
        }
    }
    piece.truncate(length);
    (length > 0).then_some(piece)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;
    use crate::model::{Cancel, Limits};

    fn one(container: Container, packed: &[u8]) -> Member {
        let mut budget = Budget::new(Limits::default(), &Cancel::default());
        members(container, packed, &mut budget).pop().unwrap()
    }

    fn gzip_of(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib_of(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate_of(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2_of(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz_of(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    type Packer = fn(&[u8]) -> Vec<u8>;

    const PACKERS: &[(Container, Packer)] = &[
        (Container::Gzip, gzip_of),
        (Container::Zlib, zlib_of),
        (Container::Deflate, deflate_of),
        (Container::Bzip2, bzip2_of),
        (Container::Xz, xz_of),
    ];

    #[test]
    fn what_is_packed_is_unpacked() {
        for (container, pack) in PACKERS {
            let member = one(*container, &pack(b"net user backdoor /add"));
            assert_eq!((member.bytes.as_slice(), member.stop), (&b"net user backdoor /add"[..], None), "{container:?}");
        }
    }

    #[test]
    fn several_members_make_one_output_and_junk_behind_them_is_passed_over() {
        for (container, pack) in
            PACKERS.iter().filter(|(c, _)| matches!(c, Container::Gzip | Container::Bzip2 | Container::Xz))
        {
            let packed = [pack(b"one "), pack(b"two"), b"junk".to_vec()].concat();
            let member = one(*container, &packed);
            assert_eq!((member.bytes.as_slice(), member.stop), (&b"one two"[..], None), "{container:?}");
        }
    }

    #[test]
    fn a_cut_payload_keeps_its_start() {
        let text: Vec<u8> =
            (0..40_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect();
        for (container, pack) in PACKERS {
            let packed = pack(&text);
            let member = one(*container, &packed[..packed.len() / 2]);
            assert_eq!(member.stop, Some(Stop::Corrupt(member.bytes.len())), "{container:?}");
            assert!(text.starts_with(&member.bytes) && member.bytes.len() < text.len());
            assert!(!one(*container, &packed[..packed.len() - 3]).bytes.is_empty());
        }
    }

    #[test]
    fn bombs_end_with_a_reason() {
        let zeros = vec![0; 24 << 20];
        for (container, pack) in PACKERS {
            let member = one(*container, &pack(&zeros));
            assert!(matches!(member.stop, Some(Stop::Ratio(_) | Stop::Share(_))), "{container:?} {:?}", member.stop);
            assert!(member.bytes.len() <= 8 << 20);
        }
    }

    #[test]
    fn deflate_is_told_by_its_whole_stream() {
        let packed = deflate_of(b"net user backdoor /add, and more of the same");
        assert_eq!(trial(&packed, false).as_deref(), Some(&b"net user backdoor /add, and more of the same"[..]));
        assert_eq!(trial(&[packed.clone(), b"junk".to_vec()].concat(), false), None);
        assert_eq!(trial(&packed[..packed.len() - 2], false), None);
        assert_eq!(trial(b"", false), None);
    }
}
