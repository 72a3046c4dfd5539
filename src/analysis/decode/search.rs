//! The payloads of one text: candidates are decoded and kept where what comes out speaks for itself, or where the words
//! around them say that they are payloads.
//!
//! A run may have swallowed neighbours of its alphabet, such as a path before it, so its parts are tried where the whole
//! is nothing. All of it takes time in proportion to the text: a part is decoded only as far as it reads as text, and
//! only so many parts of a run may turn out to be nothing.

use std::ops::Range;

use super::Wrapping;
use super::alphabet::{self, DIGIT, LOWER, STANDARD, UPPER, URL, class, is_separator, nibble};
use super::candidates::{Run, Runs, SHORTEST, starts};
use super::escapes::{Notation, Spelled, spelled};
use super::judge::{Ground, text_of, text_prefix};
use super::magic::{FileType, file_type};
use super::percent::is_hidden;
use super::reading::{Reading, stream_type};
use crate::model::Budget;

/// Parts of one run that may look like a payload and be none.
const FAILURES: usize = 16;

/// Percent-encoding that is looked through to see whether a payload lies below it.
const PERCENT_LAYERS: u8 = 3;

/// A payload that stands in a text.
#[derive(Debug)]
pub struct Payload {
    /// Its bytes in the text, padding included.
    pub range: Range<usize>,
    pub wrapping: Wrapping,
    pub bytes: Vec<u8>,
    pub ground: Ground,
    /// What the bytes are, where that was looked at already.
    pub reading: Option<Reading>,
}

/// The payloads of a text from left to right, one more than there is place for at most.
pub fn search(text: &str, budget: &mut Budget) -> Vec<Payload> {
    layered(text, budget, PERCENT_LAYERS)
}

fn layered(text: &str, budget: &mut Budget, layers: u8) -> Vec<Payload> {
    let bytes = text.as_bytes();
    let mut search = Search { text: bytes, found: Vec::new() };
    let escaped = escaped(bytes, budget, layers);
    let mut ranges = escaped.iter().map(|payload| payload.range.clone()).peekable();
    for run in Runs::of(bytes) {
        if budget.stop().is_some() || search.found.len() > budget.places() {
            break;
        }
        while ranges.next_if(|range| range.end <= run.body.start).is_some() {}
        if ranges.peek().is_none_or(|range| range.start >= run.end()) {
            search.run(&run);
        }
    }
    let mut found = search.found;
    if !escaped.is_empty() {
        found.extend(escaped);
        found.sort_by_key(|payload| payload.range.start);
    }
    found
}

/// The payloads that are spelled byte by byte, those left out that lie in another.
fn escaped(text: &[u8], budget: &mut Budget, layers: u8) -> Vec<Payload> {
    let mut found: Vec<Payload> = Vec::new();
    for stretch in spelled(text) {
        let end = found.last().map_or(0, |payload| payload.range.end);
        if stretch.range.start < end || budget.stop().is_some() || !is_payload(text, &stretch, budget, layers) {
            continue;
        }
        let Spelled { range, notation, bytes } = stretch;
        found.push(Payload { range, wrapping: wrapping_of(notation), bytes, ground: Ground::Said, reading: None });
    }
    found
}

fn wrapping_of(notation: Notation) -> Wrapping {
    match notation {
        Notation::Backslash | Notation::Pairs => Wrapping::Hex,
        Notation::Unicode | Notation::Entity => Wrapping::Character,
        Notation::Decimal => Wrapping::Decimal,
        Notation::Percent => Wrapping::Percent,
    }
}

fn is_payload(text: &[u8], stretch: &Spelled, budget: &mut Budget, layers: u8) -> bool {
    let written = text.get(stretch.range.clone()).unwrap_or_default();
    match stretch.notation {
        Notation::Pairs => is_hex_payload(written, &stretch.bytes),
        Notation::Backslash => file_type(&stretch.bytes).is_some() || text_of(&stretch.bytes, Ground::Said).is_some(),
        // Its reader asked already.
        Notation::Decimal => true,
        Notation::Unicode | Notation::Entity => text_of(&stretch.bytes, Ground::Said).is_some(),
        Notation::Percent => {
            let Some((_, decoded)) = text_of(&stretch.bytes, Ground::Said) else { return false };
            is_hidden(written) || layers > 0 && !layered(&decoded, budget, layers - 1).is_empty()
        }
    }
}

/// Whether hexadecimal digits are more than a hash, a number or an identifier: text by evidence, or a file.
fn is_hex_payload(written: &[u8], bytes: &[u8]) -> bool {
    if let Some(found) = file_type(bytes) {
        // The longest hashes have 64 bytes, and one of some ten thousands begins as a file does.
        return found.container.is_some() || bytes.len() > 64;
    }
    // Numbers often read as digits and signs, so that short ones count for nothing.
    let is_number = !written.iter().any(|b| b.is_ascii_alphabetic() && !matches!(b, b'x' | b'X'));
    (!is_number || bytes.len() >= 16) && text_of(bytes, Ground::Chance).is_some()
}

struct Search<'a> {
    text: &'a [u8],
    found: Vec<Payload>,
}

impl<'a> Search<'a> {
    /// The payloads of a run: itself, or its lines, or its parts. What is known of a part outweighs an unknown whole,
    /// which may be a payload with a neighbour before it.
    fn run(&mut self, run: &Run) {
        let before = run.body.start.checked_sub(1).and_then(|at| self.text.get(at)).copied();
        let text: &'a [u8] = self.text;
        let body = run.body_of(text);
        let taken = hex_run(run, &body).map(|payload| (payload, true)).or_else(|| whole(run, &body, before));
        match taken {
            Some((payload, is_known)) if is_known || !run.is_whole() => self.found.push(payload),
            taken => self.pieces(run, &body, taken.map(|(payload, _)| payload)),
        }
    }

    /// The payloads of lines or parts; the run as a whole where they give none.
    fn pieces(&mut self, run: &Run, body: &[u8], otherwise: Option<Payload>) {
        let count = self.found.len();
        if run.is_whole() {
            self.parts(run, body);
        }
        for part in run.taken_apart() {
            self.run(&part);
        }
        if self.found.len() == count {
            self.found.extend(otherwise);
        }
    }

    fn parts(&mut self, run: &Run, body: &[u8]) {
        // Where slashes are escaped, places in the body are not those in the text.
        if body.len() != run.body.len() || body.len() + run.padding < SHORTEST || !body.iter().any(|b| is_separator(*b))
        {
            return;
        }
        let (mut done, mut failures) = (0, 0);
        for start in starts(body) {
            let rest = body.get(start..).unwrap_or_default();
            if rest.len() + run.padding < SHORTEST || failures >= FAILURES {
                break;
            }
            if start < done {
                continue;
            }
            let part = hex_part(rest).or_else(|| {
                let can_be = may_begin(rest);
                let found = can_be.then(|| part(rest, run)).flatten();
                failures += usize::from(can_be && found.is_none());
                found
            });
            if let Some((length, payload)) = part {
                done = start + length;
                let shift = run.body.start + start;
                let range = payload.range.start + shift..payload.range.end + shift;
                self.found.push(Payload { range, ..payload });
            }
        }
    }
}

/// A run that is nothing but hexadecimal digits, `0x` before them or not.
fn hex_run(run: &Run, body: &[u8]) -> Option<Payload> {
    let digits = body.strip_prefix(b"0x").unwrap_or(body);
    let bytes = hex_payload(digits)?;
    let range = run.body.start + body.len() - digits.len()..run.body.end;
    Some(Payload { range, wrapping: Wrapping::Hex, bytes, ground: Ground::Chance, reading: None })
}

fn hex_payload(digits: &[u8]) -> Option<Vec<u8>> {
    let bytes = (digits.len() >= SHORTEST).then(|| alphabet::hex(digits))??;
    is_hex_payload(digits, &bytes).then_some(bytes)
}

/// The hexadecimal digits up to the next separator, and their number.
fn hex_part(rest: &[u8]) -> Option<(usize, Payload)> {
    let length = rest.iter().position(|b| nibble(*b).is_none()).unwrap_or(rest.len());
    if length < SHORTEST || rest.get(length).is_some_and(|b| !is_separator(*b)) {
        return None;
    }
    let bytes = hex_payload(rest.get(..length)?)?;
    let range = 0..length;
    Some((length, Payload { range, wrapping: Wrapping::Hex, bytes, ground: Ground::Chance, reading: None }))
}

/// A run taken whole, and whether it is known what it is.
fn whole(run: &Run, body: &[u8], before: Option<u8>) -> Option<(Payload, bool)> {
    let fits = (body.len() + run.padding).is_multiple_of(4);
    let padding = if fits || run.ground == Ground::Said { run.padding } else { 0 };
    let is_hex = || body.iter().all(|b| nibble(*b).is_some());
    if run.ground == Ground::Chance && (body.len() + padding < SHORTEST || is_hex()) {
        return None;
    }
    let bytes = decoded(body, run.ground)?;
    let range = run.body.start..run.body.end + padding;
    let reading = Reading::by_evidence(&bytes, run.ground);
    let payload = Payload { range, wrapping: alphabet_of(body), bytes, ground: run.ground, reading };
    if payload.reading.is_some() {
        return Some((payload, true));
    }
    unknown(payload, body, before)
}

/// A run whose bytes are neither text nor a file that its first bytes tell.
fn unknown(payload: Payload, body: &[u8], before: Option<u8>) -> Option<(Payload, bool)> {
    let shape = Shape::of(body);
    let has_padding = payload.range.len() > body.len();
    let is_unknown_kept = match payload.ground {
        Ground::Said => body.len() >= SHORTEST,
        Ground::Chance => {
            shape.looks_encoded(has_padding) && !matches!(before, Some(b'.' | b'\\' | b'$' | b'%' | b'@'))
        }
    };
    let may_be_deflate = is_unknown_kept || body.len() >= 24 && shape.is_mixed();
    let packed = stream_type(&payload.bytes).filter(|found| may_be_deflate || *found == FileType::ZLIB);
    let reading = Some(packed.map_or(Reading::Unknown, Reading::File));
    (packed.is_some() || is_unknown_kept).then_some((Payload { reading, ..payload }, packed.is_some()))
}

fn alphabet_of(body: &[u8]) -> Wrapping {
    if body.iter().any(|b| class(*b) == URL) { Wrapping::Base64Url } else { Wrapping::Base64 }
}

/// The bytes of a run; None where no encoder would have written it.
fn decoded(body: &[u8], ground: Ground) -> Option<Vec<u8>> {
    let has = |kind: u8| body.iter().any(|b| class(*b) == kind);
    if has(URL) && has(STANDARD) {
        return None;
    }
    match (alphabet::base64(body), ground) {
        (Some(decoded), Ground::Said) => Some(decoded.bytes),
        (Some(decoded), Ground::Chance) => decoded.is_clean.then_some(decoded.bytes),
        // A log that cut the payload left one character over.
        (None, Ground::Said) => alphabet::base64(body.get(..body.len() - 1)?).map(|decoded| decoded.bytes),
        (None, Ground::Chance) => None,
    }
}

/// Whether what a run begins with may be text or a file.
fn may_begin(rest: &[u8]) -> bool {
    let Some(decoded) = rest.get(..rest.len().min(SHORTEST)).and_then(alphabet::base64) else { return false };
    text_prefix(&decoded.bytes) + 2 >= decoded.bytes.len() || file_type(&decoded.bytes).is_some()
}

/// A payload at the start of what is left of a run, and its length: to the end where it reads so far, or else to the
/// last separator before the place where it does not.
fn part(rest: &[u8], run: &Run) -> Option<(usize, Payload)> {
    let payload = |end: usize, padding: usize| {
        let body = rest.get(..end)?;
        let is_long = body.len() + padding >= SHORTEST;
        let fits = padding == 0 || (end + padding).is_multiple_of(4);
        let bytes = (is_long && fits).then(|| decoded(body, Ground::Chance)).flatten()?;
        let range = 0..end + padding;
        let reading = Some(Reading::by_evidence(&bytes, Ground::Chance)?);
        Some((end, Payload { range, wrapping: alphabet_of(body), bytes, ground: Ground::Chance, reading }))
    };
    let readable = readable(rest);
    let is_file = alphabet::base64(rest.get(..rest.len().min(64))?).is_some_and(|d| file_type(&d.bytes).is_some());
    if (readable >= rest.len() || is_file)
        && let Some(found) = payload(rest.len(), run.padding).or_else(|| payload(rest.len(), 0))
    {
        return Some(found);
    }
    let mut end = (readable + 1).min(rest.len());
    for _ in 0..2 {
        end = rest.get(..end)?.iter().rposition(|b| is_separator(*b))?;
        if let Some(found) = payload(end, 0) {
            return Some(found);
        }
    }
    None
}

/// How many characters decode to text.
fn readable(rest: &[u8]) -> usize {
    let mut window = 256;
    loop {
        // Four characters at a time, so that one is never left over but at the end.
        let end = window.min(rest.len());
        let body = rest.get(..end).unwrap_or_default();
        let Some(decoded) = alphabet::base64(body).or_else(|| alphabet::base64(body.get(..end - 1)?)) else { return 0 };
        let prefix = text_prefix(&decoded.bytes);
        if prefix + 4 < decoded.bytes.len() || end == rest.len() {
            return if prefix == decoded.bytes.len() { end } else { prefix / 3 * 4 + [0, 2, 3][prefix % 3] };
        }
        window *= 4;
    }
}

/// What the characters of a run are.
struct Shape {
    all: usize,
    upper: usize,
    lower: usize,
    digits: usize,
    separators: usize,
    /// Neighbours of different kinds, of which words make few.
    changes: usize,
    begins_apart: bool,
}

impl Shape {
    fn of(body: &[u8]) -> Self {
        let count = |kind: u8| body.iter().filter(|b| class(**b) == kind).count();
        let kinds = |pair: &&[u8]| pair.first().map(|b| class(*b)) != pair.last().map(|b| class(*b));
        let (upper, lower, digits, separators) =
            (count(UPPER), count(LOWER), count(DIGIT), count(STANDARD) + count(URL));
        Self {
            all: upper + lower + digits + separators,
            upper,
            lower,
            digits,
            separators,
            changes: body.windows(2).filter(kinds).count(),
            begins_apart: body.first().is_some_and(|b| is_separator(*b)),
        }
    }

    /// Whether all kinds of characters come as often and as scattered as in what an encoder writes.
    fn is_mixed(&self) -> bool {
        let share = |count: usize| count * 100 / self.all.max(1);
        (15..=65).contains(&share(self.upper))
            && (15..=65).contains(&share(self.lower))
            && (4..=40).contains(&share(self.digits))
            && share(self.separators) <= 10
            && share(self.changes) >= 42
    }

    /// Whether a run of which nothing else is known is base64 and no path, name or list of words.
    fn looks_encoded(&self, has_padding: bool) -> bool {
        let is_long = self.all >= 64 || has_padding && self.all >= 24;
        is_long && self.is_mixed() && !self.begins_apart
    }
}
