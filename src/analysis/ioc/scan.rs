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
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub start: usize,
    pub end: usize,
    pub dots: usize,
    pub colons: usize,
    pub ats: usize,
    pub hyphens: usize,
    /// The longest stretch without a sign, in bytes.
    pub longest: usize,
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

/// What a byte is to a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Word,
    Dot,
    Colon,
    At,
    Hyphen,
    Underscore,
    Percent,
    /// Part of a character beyond ASCII.
    Wide,
}

const CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte {
            0x30..=0x39 | 0x41..=0x5a | 0x61..=0x7a => Class::Word,
            0x2e => Class::Dot,
            0x3a => Class::Colon,
            0x40 => Class::At,
            0x2d => Class::Hyphen,
            0x5f => Class::Underscore,
            0x25 => Class::Percent,
            0x80..=0xff => Class::Wide,
            _ => Class::Other,
        };
        byte += 1;
    }
    table
}

fn class(byte: u8) -> Class {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(Class::Other)
}

impl<'a> Scanner<'a> {
    pub fn new(live: &'a Refanged<'a>, wanted: &'a Wanted) -> Self {
        let text = &*live.text;
        Self { live, text, bytes: text.as_bytes(), wanted, found: Vec::new(), url: None, key_end: 0, floor: 0 }
    }

    pub fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at = match class(byte) {
                Class::Percent if self.is_escape(at) => self.behind_escape(at + 3),
                Class::Other | Class::Percent => at + 1,
                Class::Wide => self.wide(at),
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
        self.run_on(Run::of(start), limit)
    }

    /// A run of which a stretch without signs is known, read on until it ends or meets `limit`.
    fn run_on(&self, mut run: Run, limit: usize) -> Run {
        let mut stretch = run.longest;
        while let Some(&byte) = self.bytes.get(run.end).filter(|_| run.end < limit) {
            let mut width = 1;
            match class(byte) {
                Class::Word => {
                    width = self.word_length(run.end, limit);
                    stretch += width;
                }
                Class::Wide => match self.letter_width(run.end) {
                    Some(letter) => (width, stretch) = (letter, stretch + letter),
                    None => break,
                },
                Class::Other | Class::Percent => break,
                sign => {
                    run.count(sign);
                    stretch = 0;
                }
            }
            run.longest = run.longest.max(stretch);
            run.end += width;
        }
        run
    }

    fn word_length(&self, at: usize, limit: usize) -> usize {
        let ahead = self.bytes.get(at..limit).unwrap_or_default();
        ahead.iter().position(|byte| class(*byte) != Class::Word).unwrap_or(ahead.len())
    }

    /// Whether length, first letter and neighbour of a word of letters and digits alone, as most are, make it nothing that
    /// anybody looks for.
    fn is_of_no_interest(&self, start: usize, end: usize) -> bool {
        let next = self.byte(end);
        let is_plain = end - start < Run::LONG && class(next) == Class::Other && next != b'\\';
        is_plain && !matches!(self.byte(start), b'A' | b'a')
    }

    fn letter_width(&self, at: usize) -> Option<usize> {
        let c = self.text.get(at..)?.chars().next()?;
        c.is_alphanumeric().then(|| c.len_utf8())
    }

    /// Hands a run to who knows its form; where to go on.
    fn look_at(&mut self, start: usize) -> usize {
        let word = self.word_length(start, self.bytes.len());
        if self.is_of_no_interest(start, start + word) {
            return start + word;
        }
        let mut run = self.run_on(Run { longest: word, end: start + word, ..Run::of(start) }, self.bytes.len());
        if run.is_plain() && !matches!(self.byte(run.end), b'%' | b'\\') && !matches!(self.byte(start), b'A' | b'a') {
            return run.end;
        }
        if let Some(next) = urls::at(self, run) {
            return next;
        }
        let url = self.url.filter(|url| run.start < url.end);
        if let Some(url) = url {
            run.end = run.end.min(url.end);
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
        if run.longest >= Run::LONG {
            hashes::long_stretches(self, run);
        }
        if run.hyphens >= 2 {
            hashes::hyphenated(self, run);
        }
        if run.dots + run.colons + run.ats == 0 && run.end - run.start >= 3 {
            hashes::system_number(self, run.start, run.end);
        }
        paths::registry_key(self, run);
    }

    /// What dots, colons and `@` make of a run.
    fn by_signs(&mut self, run: Run) {
        if run.dots + run.colons + run.ats + run.hyphens == 0 {
            return;
        }
        if run.ats + run.colons == 0 {
            return self.word(run.start, run.end);
        }
        if run.colons == 0 {
            return self.piece(run.start, run.end);
        }
        if addresses::of_colons(self, run) || hashes::fuzzy(self, run) {
            return;
        }
        let text = self.bytes.get(run.start..run.end).unwrap_or_default();
        let mut start = run.start;
        for piece in text.split(|byte| *byte == b':') {
            self.piece(start, start + piece.len());
            start += piece.len() + 1;
        }
    }

    fn piece(&mut self, start: usize, end: usize) {
        if self.slice(start..end).bytes().any(|byte| byte == b'@') {
            mail::mails(self, start, end);
        } else {
            self.word(start, end);
        }
    }

    /// What is left between colons and `@`: a name, an address, or nothing.
    pub fn word(&mut self, start: usize, end: usize) {
        let text = self.slice(start..end);
        let (mut has_signs, mut has_ellipsis, mut before) = (false, false, 0);
        for byte in text.bytes() {
            has_signs |= matches!(byte, b'.' | b'-');
            has_ellipsis |= byte == b'.' && before == b'.';
            before = byte;
        }
        if !has_signs {
            return hashes::system_number(self, start, end);
        }
        if !has_ellipsis {
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
    /// The run that begins at `start`, of which nothing is read yet.
    fn of(start: usize) -> Self {
        Self { start, end: start, ..Self::default() }
    }

    /// Bytes of the shortest stretch that may be a hash or an address of a currency.
    pub const LONG: usize = 25;

    /// Whether it is a word as most are, in which only what stands around it could be of interest.
    const fn is_plain(self) -> bool {
        self.dots + self.colons + self.ats + self.hyphens == 0 && self.longest < Self::LONG
    }

    fn count(&mut self, sign: Class) {
        match sign {
            Class::Dot => self.dots += 1,
            Class::Colon => self.colons += 1,
            Class::At => self.ats += 1,
            Class::Hyphen => self.hyphens += 1,
            _ => {}
        }
    }
}
