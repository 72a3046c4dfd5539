//! The bytes of evidence: unpacked, decoded to UTF-8, bounded, with what had to be forgiven.

use std::fs::File;
use std::io::Read;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;

use super::{Reach, Watch};
use crate::model::Note;
use crate::query::error::{Error, Result};
use crate::query::format::Format;
use crate::query::source::Part;

/// What is read where only the first rows are wanted.
const FIRST_BYTES: usize = 256 << 10;
/// A packed file is unpacked no further, whatever it claims to hold.
const MOST_UNPACKED: usize = 4 << 30;
/// Text packs to a twentieth; what is beyond this is no text but a trap, once it is large.
const MOST_RATIO: usize = 100;
const LARGE: usize = 64 << 20;
/// Bytes read between two looks at the cancel flag.
const AT_ONCE: usize = 16 << 20;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Bytes that were read.
pub struct Loaded {
    pub bytes: Vec<u8>,
    /// Whether the evidence goes on where the bytes end, since no more was wanted.
    pub goes_on: bool,
    pub notes: Vec<Note>,
}

/// The bytes of one part of a source, unpacked where they are gzip or zstd.
pub fn load(part: &Part, watch: &Watch<'_>) -> Result<Loaded> {
    let unreadable = |e: &std::io::Error| Error::Unreadable { path: part.path(), why: e.to_string() };
    let (mut input, size): (Box<dyn Read>, usize) = match part {
        Part::File(path) => {
            let file = File::open(path).map_err(|e| unreadable(&e))?;
            let size = file.metadata().map_or(0, |meta| meta.len());
            (Box::new(file), usize::try_from(size).unwrap_or(0))
        }
        Part::Beginning(path, bytes) => {
            let file = File::open(path).map_err(|e| unreadable(&e))?;
            (Box::new(file.take(*bytes)), usize::try_from(*bytes).unwrap_or(0))
        }
        Part::Embedded(file) => (Box::new(file.bytes), file.bytes.len()),
    };
    let mut start = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut start).map_err(|e| unreadable(&e))?;
    let is_packed = start.starts_with(GZIP) || start.starts_with(ZSTD);
    let whole = std::io::Cursor::new(start.clone()).chain(input);
    let unpacked: Box<dyn Read> = if start.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(whole))
    } else if start.starts_with(ZSTD) {
        Box::new(zstd::stream::read::Decoder::new(whole).map_err(|e| unreadable(&e))?)
    } else {
        Box::new(whole)
    };
    let room = if is_packed { size.saturating_mul(4) } else { size + 1 };
    read_bounded(
        unpacked,
        part,
        Expected { size: if is_packed { 0 } else { size }, room, is_packed, packed: size },
        watch,
    )
}

/// What is known of the bytes before they are read.
#[derive(Clone, Copy)]
struct Expected {
    /// Zero where it is unknown.
    size: usize,
    room: usize,
    is_packed: bool,
    /// Its size as it lies there.
    packed: usize,
}

fn read_bounded(mut input: Box<dyn Read>, part: &Part, expected: Expected, watch: &Watch<'_>) -> Result<Loaded> {
    let most = match watch.reach {
        Reach::First => FIRST_BYTES,
        Reach::All | Reach::Untyped if expected.is_packed => {
            MOST_UNPACKED.min(LARGE.max(expected.packed.saturating_mul(MOST_RATIO)))
        }
        Reach::All | Reach::Untyped => usize::MAX,
    };
    let mut bytes = Vec::with_capacity(expected.room.min(most).min(MOST_UNPACKED));
    let mut notes = Vec::new();
    // Reading is the first half of the work, parsing the second.
    watch.progress.set_total(expected.size as u64 * 2);
    loop {
        watch.check()?;
        let wanted = AT_ONCE.min(most - bytes.len()) as u64;
        match input.by_ref().take(wanted).read_to_end(&mut bytes) {
            Ok(0) => break,
            Ok(_) => watch.progress.set_done(bytes.len() as u64),
            Err(e) if expected.is_packed => {
                let what = format!("the packed file is damaged or cut short ({e}); what could be unpacked is here");
                notes.push(Note::new(part.path(), what));
                break;
            }
            Err(e) => return Err(Error::Unreadable { path: part.path(), why: e.to_string() }),
        }
        if bytes.len() >= most {
            break;
        }
    }
    let goes_on = bytes.len() >= most;
    if goes_on && watch.reach != Reach::First {
        let mib = most >> 20;
        let what =
            format!("the file unpacks to more than {mib} MiB, far more than text does; what is beyond is not read");
        notes.push(Note::new(part.path(), what));
    }
    Ok(Loaded { bytes, goes_on, notes })
}

/// Text that was read.
pub struct LoadedText {
    pub text: String,
    /// Whether the evidence goes on where the text ends, since no more was wanted.
    pub goes_on: bool,
    pub notes: Vec<Note>,
}

/// As [`load`], decoded to UTF-8 and, where the evidence goes on, cut after its last whole line.
pub fn load_text(part: &Part, watch: &Watch<'_>) -> Result<LoadedText> {
    let mut loaded = load(part, watch)?;
    if loaded.goes_on && guessed(&loaded.bytes).is_none() {
        let end = memchr::memrchr2(b'\n', b'\r', &loaded.bytes).map_or(loaded.bytes.len(), |at| at + 1);
        loaded.bytes.truncate(end);
    }
    if is_binary(&loaded.bytes) {
        let why = format!("holds binary data and no text; what can be read is {}", Format::ENDINGS);
        return Err(Error::Unreadable { path: part.path(), why });
    }
    let (text, note) = decoded(loaded.bytes);
    loaded.notes.extend(note.map(|what| Note { about: part.path(), ..what }));
    Ok(LoadedText { text, goes_on: loaded.goes_on, notes: loaded.notes })
}

/// The encoding that a byte order mark or the pattern of zero bytes says; None for what should be UTF-8.
fn guessed(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let start = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    // Western text in UTF-16 has a zero in every second byte and hardly any in the others.
    let most = start.len() / 2;
    match most {
        0..4 => None,
        _ if odd * 10 > most * 7 && even * 10 < most => Some(UTF_16LE),
        _ if even * 10 > most * 7 && odd * 10 < most => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether this is no text at all: zero bytes, and no pattern of UTF-16 in them.
fn is_binary(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(4096)];
    let n_odd = start.iter().filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31)).count();
    guessed(bytes).is_none() && n_odd * 20 > start.len()
}

/// The text as UTF-8 without its byte order mark, and what was forgiven.
fn decoded(mut bytes: Vec<u8>) -> (String, Option<Note>) {
    if let Some(encoding) = guessed(&bytes) {
        let (text, damaged) = encoding.decode_with_bom_removal(&bytes);
        let what = format!("the file is {} and was read as such", encoding.name());
        let note = if damaged {
            Note::new("", what + "; what could not be decoded is shown as U+FFFD")
        } else {
            Note::new("", what).as_remark()
        };
        return (text.into_owned(), Some(note));
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        bytes.drain(..3);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(error) => error.into_bytes(),
    };
    let chunks = || bytes.utf8_chunks();
    let is_western = chunks().all(|chunk| chunk.valid().is_ascii())
        && !bytes.iter().any(|b| matches!(b, 0 | 0x81 | 0x8d | 0x8f | 0x90 | 0x9d));
    let n_bad = chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let lines = lines_of_damage(&bytes);
    let (text, what) = if is_western {
        let text = WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned();
        (text, format!("the file is no UTF-8; its {n_bad} other letters were read as Windows-1252 ({lines})"))
    } else {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        (text, format!("{n_bad} places are no UTF-8; each is shown as U+FFFD ({lines})"))
    };
    (text, Some(Note::counted("", what, n_bad as u64)))
}

/// `lines 3, 17, 90 ...`: where the first bad bytes are.
fn lines_of_damage(bytes: &[u8]) -> String {
    let mut lines: Vec<usize> = Vec::new();
    let mut line = 1;
    for chunk in bytes.utf8_chunks() {
        line += memchr::memchr_iter(b'\n', chunk.valid().as_bytes()).count();
        if !chunk.invalid().is_empty() && lines.last() != Some(&line) {
            lines.push(line);
        }
        if lines.len() > 3 {
            break;
        }
    }
    let first: Vec<String> = lines.iter().take(3).map(ToString::to_string).collect();
    format!("line {}{}", first.join(", "), if lines.len() > 3 { " and more" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, String) {
        let (text, note) = decoded(bytes.to_vec());
        (text, note.map(|n| n.what).unwrap_or_default())
    }

    #[test]
    fn encodings_are_told_apart() {
        let utf16: Vec<u8> = "name,value\nä,1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark = [&[0xff, 0xfe], utf16.as_slice()].concat();
        assert_eq!(read(&with_mark).0, "name,value\nä,1\n");
        assert!(read(&utf16).1.contains("UTF-16LE"));
        assert_eq!(read(b"\xef\xbb\xbfa,b").0, "a,b");
        assert_eq!(read(b"a\nM\xfcller").0, "a\nMüller");
        assert!(read(b"a\nM\xfcller").1.contains("Windows-1252 (line 2)"));
        assert_eq!(read("ä\n".bytes().chain([0xff]).collect::<Vec<_>>().as_slice()).0, "ä\n\u{fffd}");
        assert_eq!(read("plain ä".as_bytes()), ("plain ä".to_owned(), String::new()));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(is_binary(&[0, 1, 2, 3, 200, 7, 0, 0, 9]));
        assert!(!is_binary(b"a,b\n1,2\n"));
    }
}
