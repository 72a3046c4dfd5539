//! The pass over a text: bytes are classed, runs of word characters are cut out, and each is handed to who knows its form.

use std::ops::Range;

use super::refang::Refanged;
use super::{IocType, Wanted, addresses, hashes, mail, names, paths, urls};

/// An indicator by its place in the refanged text.
#[derive(Debug)]
pub(super) struct Found {
    pub kind: IocType,
    pub start: usize,
    pub end: usize,
    /// The live form, where it is not what stands in the refanged text.
    pub live: Option<String>,
}

/// The URL that the pass is in: what its path and query hold counts for less.
#[derive(Clone, Copy, Debug)]
pub(super) struct InUrl {
    /// Where the query or fragment begins.
    pub query: usize,
    pub end: usize,
    /// How many URLs were found inside it.
    pub nested: usize,
}

/// A stretch of letters, digits and the signs `-_.:@`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub start: usize,
    pub end: usize,
    /// Which of the signs it holds.
    pub signs: Signs,
}

pub(super) struct Scanner<'a> {
    pub live: &'a Refanged<'a>,
    pub text: &'a str,
    pub bytes: &'a [u8],
    pub wanted: &'a Wanted,
    pub found: Vec<Found>,
    pub url: Option<InUrl>,
    /// Where the last key of the registry ends.
    pub key_end: usize,
    /// Where the last mail address ends, or what was written by its number; no local part begins before it.
    pub floor: usize,
}

/// What bytes are to a run: a bit for each sign, and none for letters and digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs(u8);

impl Signs {
    pub const DOT: Self = Self(1);
    pub const COLON: Self = Self(1 << 1);
    pub const AT: Self = Self(1 << 2);
    pub const HYPHEN: Self = Self(1 << 3);
    const UNDERSCORE: Self = Self(1 << 4);
    const PERCENT: Self = Self(1 << 5);
    /// Part of a character beyond ASCII, which may be a letter.
    const WIDE: Self = Self(1 << 6);
    const OTHER: Self = Self(1 << 7);
    /// What a run cannot simply be read over.
    const ENDS: Self = Self::PERCENT.and(Self::WIDE).and(Self::OTHER);
    /// Without one of these a run is a word as most are, in which only what stands around it could be of interest.
    const TELLING: Self = Self::DOT.and(Self::COLON).and(Self::AT).and(Self::HYPHEN);

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn has(self, any_of: Self) -> bool {
        self.0 & any_of.0 != 0
    }

    /// Whether a byte parts the stretches of a run.
    pub fn parts(byte: u8) -> bool {
        sign(byte).has(Self::TELLING.and(Self::UNDERSCORE))
    }

    /// The signs of a text.
    pub fn of(text: &[u8]) -> Self {
        text.iter().fold(Self::default(), |signs, byte| signs.and(sign(*byte)))
    }
}

const SIGNS: [Signs; 256] = {
    let mut table = [Signs::OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            0x30..=0x39 | 0x41..=0x5a | 0x61..=0x7a => Signs(0),
            0x2e => Signs::DOT,
            0x3a => Signs::COLON,
            0x40 => Signs::AT,
            0x2d => Signs::HYPHEN,
            0x5f => Signs::UNDERSCORE,
            0x25 => Signs::PERCENT,
            0x80..=0xff => Signs::WIDE,
            _ => Signs::OTHER,
        };
        byte += 1;
    }
    table
};

fn sign(byte: u8) -> Signs {
    SIGNS[usize::from(byte)]
}

impl<'a> Scanner<'a> {
    pub fn new(live: &'a Refanged<'a>, wanted: &'a Wanted) -> Self {
        let text = &*live.text;
        Self { live, text, bytes: text.as_bytes(), wanted, found: Vec::new(), url: None, key_end: 0, floor: 0 }
    }

    pub fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at = match sign(byte) {
                Signs::PERCENT if self.is_escape(at) => self.behind_escape(at + 3),
                Signs::OTHER | Signs::PERCENT => at + 1,
                Signs::WIDE => self.wide(at),
                _ if self.is_unicode_escape(at) => self.behind_escape(at + 5),
                _ => self.look_at(at),
            };
        }
    }

    fn behind_escape(&mut self, at: usize) -> usize {
        self.floor = at;
        at
    }

    /// Whether the rest of `\u0022` or of another sign of ASCII that JSON writes by its number begins at `at`.
    fn is_unicode_escape(&self, at: usize) -> bool {
        let is_form = self.byte(at) == b'u' && self.byte_before(at) == b'\\';
        let digits = || self.slice(at + 1..at + 5);
        is_form
            && digits().bytes().all(|byte| byte.is_ascii_hexdigit())
            && u8::from_str_radix(digits(), 16).is_ok_and(|byte| byte.is_ascii_punctuation())
    }

    /// `%2F` is one character, whose digits belong to no name behind it.
    fn is_escape(&self, at: usize) -> bool {
        self.bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    }

    /// Where to go on from a character beyond ASCII, which only where it is a letter begins a run.
    fn wide(&mut self, at: usize) -> usize {
        match self.text.get(at..).and_then(|rest| rest.chars().next()) {
            Some(c) if c.is_alphanumeric() => self.look_at(at),
            Some(c) => at + c.len_utf8(),
            None => at + 1,
        }
    }

    /// The run that begins at `start` and ends before `limit`.
    fn run_at(&self, start: usize, limit: usize) -> Run {
        let mut run = Run { start, end: start, signs: Signs::default() };
        loop {
            for byte in self.bytes.get(run.end..limit).unwrap_or_default() {
                let sign = sign(*byte);
                if sign.has(Signs::ENDS) {
                    break;
                }
                run.signs = run.signs.and(sign);
                run.end += 1;
            }
            match self.letter_width(run.end).filter(|_| run.end < limit) {
                Some(width) => run.end += width,
                None => return run,
            }
        }
    }

    /// The width of the letter beyond ASCII that stands there.
    fn letter_width(&self, at: usize) -> Option<usize> {
        if self.byte(at).is_ascii() {
            return None;
        }
        let c = self.text.get(at..)?.chars().next()?;
        c.is_alphanumeric().then(|| c.len_utf8())
    }

    /// Hands a run to who knows its form; where to go on.
    fn look_at(&mut self, start: usize) -> usize {
        let mut run = self.run_at(start, self.bytes.len());
        let is_plain = !run.signs.has(Signs::TELLING) && run.len() < Run::LONG;
        if is_plain && !matches!(self.byte(run.end), b'%' | b'\\') && !matches!(self.byte(start), b'A' | b'a') {
            return run.end;
        }
        if let Some(next) = urls::at(self, run) {
            return next;
        }
        let url = self.url.filter(|url| run.start < url.end);
        if let Some(url) = url.filter(|url| url.end < run.end) {
            run = self.run_at(start, url.end);
        }
        self.by_form(run);
        match url {
            Some(url) if run.start < url.query => {}
            _ => self.by_signs(run),
        }
        run.end
    }

    /// What stands in a run before the scheme of a URL.
    pub fn by_prefix(&mut self, run: Run, end: usize) {
        let prefix = self.run_at(run.start, end);
        self.by_form(prefix);
        self.by_signs(prefix);
    }

    /// What its form alone gives away, wherever it stands.
    fn by_form(&mut self, run: Run) {
        if run.len() >= Run::LONG {
            hashes::long_stretches(self, run);
        }
        if run.signs.has(Signs::HYPHEN) && run.len() >= hashes::CVE_LENGTH {
            hashes::hyphenated(self, run);
        }
        if !run.signs.has(Signs::DOT.and(Signs::COLON).and(Signs::AT)) {
            hashes::system_number(self, run.start, run.end);
        }
        paths::registry_key(self, run);
    }

    /// What dots, colons and `@` make of a run.
    fn by_signs(&mut self, run: Run) {
        let Run { start, end, signs } = run;
        if !signs.has(Signs::COLON) {
            return match signs {
                _ if signs.has(Signs::AT) => mail::mails(self, start, end),
                _ if signs.has(Signs::TELLING) => self.word_with(signs, start, end),
                _ => {}
            };
        }
        if addresses::of_colons(self, run) || hashes::fuzzy(self, run) {
            return;
        }
        let text = self.bytes.get(start..end).unwrap_or_default();
        let mut from = start;
        for piece in text.split(|byte| *byte == b':') {
            self.piece(signs, from, from + piece.len());
            from += piece.len() + 1;
        }
    }

    /// A part of a run between its colons; it has no signs but those of the run.
    fn piece(&mut self, signs: Signs, start: usize, end: usize) {
        if signs.has(Signs::AT) && self.slice(start..end).bytes().any(|byte| byte == b'@') {
            mail::mails(self, start, end);
        } else if signs.has(Signs::DOT.and(Signs::HYPHEN)) {
            self.word(start, end);
        } else {
            hashes::system_number(self, start, end);
        }
    }

    /// What is left between colons and `@`: a name, an address, or nothing.
    pub fn word(&mut self, start: usize, end: usize) {
        self.word_with(Signs::of(self.slice(start..end).as_bytes()), start, end);
    }

    fn word_with(&mut self, signs: Signs, start: usize, end: usize) {
        if !signs.has(Signs::DOT.and(Signs::HYPHEN)) {
            return hashes::system_number(self, start, end);
        }
        if !signs.has(Signs::DOT) {
            // No name is without a dot.
            addresses::of_dots(self, start, end);
            return;
        }
        let text = self.slice(start..end);
        if !text.as_bytes().windows(2).any(|pair| pair == b"..") {
            return self.dotted(start, end);
        }
        let mut from = start;
        // An ellipsis parts words.
        for word in text.split("..") {
            self.dotted(from, from + word.len());
            from += word.len() + 2;
        }
    }

    fn dotted(&mut self, start: usize, end: usize) {
        if !addresses::of_dots(self, start, end) && !self.is_in_url(start) {
            names::name(self, start, end, names::Place::Text);
        }
    }

    pub fn is_in_url(&self, at: usize) -> bool {
        self.url.is_some_and(|url| at < url.end)
    }

    /// The word before a place, where spaces, quotes, `=` or `:` stand between them, and those signs. Both are short.
    pub fn key_before(&self, at: usize) -> (&'a str, &'a str) {
        let before = |end: usize, most: usize, is: fn(u8) -> bool| {
            let bytes = self.bytes.get(end.saturating_sub(most)..end).unwrap_or_default();
            end - bytes.iter().rev().take_while(|byte| is(**byte)).count()
        };
        let word_end = before(at, 6, |byte| matches!(byte, b' ' | b'=' | b':' | b'"' | b'\'' | b'\\' | b'\t'));
        let start = before(word_end, 40, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        (self.slice(start..word_end), self.slice(word_end..at))
    }

    /// The text of a range; none where it is out of bounds or cuts a character.
    pub fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    pub fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    pub fn byte_before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |at| self.byte(at))
    }

    pub fn emit(&mut self, kind: IocType, range: Range<usize>) {
        self.emit_as(kind, range, None);
    }

    pub fn emit_as(&mut self, kind: IocType, range: Range<usize>, live: Option<String>) {
        if self.wanted.has(kind) {
            self.found.push(Found { kind, start: range.start, end: range.end, live });
        }
    }
}

impl Run {
    /// Bytes of the shortest stretch that may be a hash or an address of a currency.
    pub const LONG: usize = 25;

    pub const fn len(self) -> usize {
        self.end - self.start
    }
}
