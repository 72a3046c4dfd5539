//! The runs of a text that may be base64, and whether the words around them say so.
//!
//! One pass from left to right: a run is what stands in the alphabets of base64 without a break, with its padding and
//! with the further parts it goes on in. Words that announce a payload are runs themselves, so the pass remembers the
//! one it came from. Nothing is decoded here.

use std::borrow::Cow;
use std::ops::Range;

use super::alphabet::{class, is_separator};
use super::hints::{Hint, SHORTEST_SURE, Word, hint, is_piped, names_powershell, plain};
use super::joins::{body_end, padding, parts};
use super::judge::Ground;

/// Characters of the shortest run that is looked at without a word that announces it, padding included.
pub const SHORTEST: usize = 16;

/// The same before `| base64 -d`, where it may be the name of a file.
const SHORTEST_PIPED: usize = 8;

/// A run that may be a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its characters with all that stands between its parts, without the padding.
    pub body: Range<usize>,
    /// Number of `=` behind it, at most two.
    pub padding: usize,
    pub ground: Ground,
    /// The lines or strings that it was taken apart into; nothing for a run that is whole.
    pub parts: Vec<Range<usize>>,
}

impl Run {
    pub fn end(&self) -> usize {
        self.body.end + self.padding
    }

    pub fn is_whole(&self) -> bool {
        self.parts.is_empty()
    }

    /// Its characters, those of all parts put together, without the backslashes of escaped slashes.
    pub fn body_of<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        let whole = of(&self.body);
        if self.is_whole() && !whole.contains(&b'\\') {
            return Cow::Borrowed(whole);
        }
        let whole = [self.body.clone()];
        let parts = if self.is_whole() { &whole[..] } else { &self.parts };
        Cow::Owned(parts.iter().flat_map(of).copied().filter(|b| *b != b'\\').collect())
    }

    /// The parts of a run, each as a run of its own.
    pub fn taken_apart(&self) -> impl Iterator<Item = Self> {
        self.parts.iter().filter_map(|part| {
            let padding = if part.end == self.body.end { self.padding } else { 0 };
            let is_long = part.len() + padding >= SHORTEST;
            is_long.then(|| Self { body: part.clone(), padding, ground: self.ground, parts: Vec::new() })
        })
    }
}

/// The runs of a text from left to right.
pub struct Runs<'a> {
    text: &'a [u8],
    at: usize,
    /// Where the word stands that ended last, carets in it passed over.
    word: Range<usize>,
    hint: Option<Hint>,
    saw_powershell: bool,
}

impl<'a> Runs<'a> {
    pub fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, word: 0..0, hint: None, saw_powershell: false }
    }

    /// What the words around say of a run that has so many characters.
    fn word_of(&self, first: &Range<usize>, end: usize, length: usize) -> Word {
        let behind = self.text.get(end..).unwrap_or_default();
        let run = self.text.get(first.clone()).unwrap_or_default();
        let gap = self.text.get(self.word.end..first.start).unwrap_or_default();
        let said = self.hint.map_or(Word::Nothing, |hint| hint.of_run(gap, run, behind));
        let shortest_piped = if self.hint == Some(Hint::Echo) { SHORTEST_SURE } else { SHORTEST_PIPED };
        let is_piped = said == Word::Nothing && length >= shortest_piped && is_piped(behind);
        if is_piped { Word::Payload(shortest_piped) } else { said }
    }

    /// The run that begins at a place, if it is one; the pass goes on behind it in any case.
    fn run_at(&mut self, start: usize) -> Option<Run> {
        let first = start..body_end(self.text, start);
        let parts = parts(self.text, &first);
        let end = parts.last().map_or(first.end, |last| last.end);
        let padding = padding(self.text, end);
        let length = padding + if parts.is_empty() { first.len() } else { parts.iter().map(Range::len).sum() };
        let word = self.word_of(&first, end + padding, length);
        let (ground, least) = match word {
            Word::Payload(least) => (Ground::Said, least),
            Word::Nothing => (Ground::Chance, SHORTEST),
            Word::NoPayload => (Ground::Chance, usize::MAX),
        };
        let is_long = length >= least;
        self.remember(if is_long && self.text.get(first.end) == Some(&b'^') { start..end } else { first.clone() });
        self.at = if is_long { end + padding } else { first.end };
        is_long.then_some(Run { body: start..end, padding, ground, parts })
    }

    /// Keeps the word for the next run; a caret or a backtick inside of it does not end it.
    fn remember(&mut self, body: Range<usize>) {
        let is_prefix = body.len() == 1
            && self.hint == Some(Hint::Call)
            && matches!(self.text.get(body.start..), Some([b'b' | b'B' | b'r' | b'u', b'"' | b'\'', ..]));
        if is_prefix {
            return;
        }
        let gap = self.text.get(self.word.end..body.start).unwrap_or_default();
        let goes_on = matches!(gap, b"^" | b"`") && self.word.end > 0;
        self.word = if goes_on { self.word.start..body.end } else { body };
        let written = self.text.get(self.word.clone()).unwrap_or_default();
        let word = plain(written);
        self.saw_powershell |= names_powershell(&word);
        self.hint = hint(&word, self.hint, self.saw_powershell);
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = self.at + rest.iter().position(|b| class(*b) != 0)?;
            if let Some(run) = self.run_at(start) {
                return Some(run);
            }
        }
    }
}

/// The places in a run at which a part of it may begin: its start and what follows a separator.
pub fn starts(body: &[u8]) -> impl Iterator<Item = usize> {
    let behind = body.iter().enumerate().filter(|(_, b)| is_separator(**b)).map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn runs(text: &str) -> Vec<(&str, Ground)> {
        Runs::of(text.as_bytes()).map(|run| (&text[run.body.start..run.end()], run.ground)).collect()
    }

    #[test]
    fn runs_come_with_their_padding_and_their_lines() {
        assert_eq!(runs("cat d2hvYW1pIC9hbGw= now"), [("d2hvYW1pIC9hbGw=", Ground::Chance)]);
        assert_eq!(runs("k=aGVsbG8gd29ybGQh;x"), [("aGVsbG8gd29ybGQh", Ground::Chance)]);
        assert_eq!(runs("short words only, of course"), []);
        let wrapped = "aGVsbG8gd29ybGQh\r\n  aGVsbG8gd29ybGQh\r\n  aGVsbG8=";
        assert_eq!(runs(wrapped), [(wrapped, Ground::Chance)]);
        assert_eq!(Runs::of(wrapped.as_bytes()).next().unwrap().taken_apart().count(), 2);
        let prose = "aGVsbG8gd29ybGQh\nand some words";
        assert_eq!(runs(prose), [("aGVsbG8gd29ybGQh", Ground::Chance)]);
    }

    #[test]
    fn words_around_announce_a_payload() {
        for text in [
            "powershell -e aGVsbG8h",
            "PowerShell.exe -NoP -eNc aGVsbG8h",
            "powershell -^e^n^c aGVsbG8h",
            "pwsh /ec \"aGVsbG8h\"",
            "x -EncodedCommand aGVsbG8h",
            "[Convert]::FromBase64String('aGVsbG8h')",
            "FromBase64String( \"aGVsbG8h\" )",
            "data:text/plain;base64,aGVsbG8h",
            "echo aGVsbG8h | base64 -d",
            "echo 'aGVsbG8h'|/usr/bin/base64 --decode | sh",
            "echo aGVsbG8h | openssl base64 -d",
            "base64 -d <<< aGVsbG8h",
            "base64 -d <<< 'aGVsbG8h'",
            "x=atob('aGVsbG8h')",
            "base64_decode(\"aGVsbG8h\")",
            "base64.b64decode(b'aGVsbG8h')",
            "Buffer.from('aGVsbG8h','base64')",
            "new Buffer(\"aGVsbG8h\", \"base64\").toString()",
            "Authorization: Basic aGVsbG8h",
            r#"{"Authorization":"Basic aGVsbG8h"}"#,
        ] {
            let said: Vec<_> = runs(text).into_iter().filter(|(_, ground)| *ground == Ground::Said).collect();
            assert_eq!(said, [("aGVsbG8h", Ground::Said)], "{text}");
        }
    }

    #[test]
    fn other_switches_announce_nothing() {
        for text in [
            "grep -e aGVsbG8h",
            "perl -en aGVsbG8h",
            "base64 -d aGVsbG8h",
            "powershell -ep aGVsbG8h",
            "base64 aGVsbG8h",
            "base64 -d <<< $aGVsbG8h",
            "Buffer.from('aGVsbG8h','hex')",
            "A Basic aGVsbG8h",
            "atob(aGVsbG8h)",
            "cat file | base64 -d",
            "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "MD5:aGVsbG8gd29ybGQhIQ==",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFnVWFiNcWx2fRbW5ZfXyjh9yyt",
        ] {
            assert_eq!(runs(text), [], "{text}");
        }
    }

    #[test]
    fn armour_is_no_part_of_a_payload() {
        let line = "MIIBVTCB/6ADAgECAgEBMA0GCSqGSIb3DQEBCwUAMBQxEjAQBgNVBAMMCWxvY2Fs";
        let text = format!("-----BEGIN CERTIFICATE-----\n{line}\n{line}\n-----END CERTIFICATE-----");
        let found = runs(&text);
        assert!(found.contains(&(format!("{line}\n{line}").as_str(), Ground::Said)), "{found:?}");
    }

    proptest! {
        #[test]
        fn runs_lie_in_order_inside_of_any_text(text in "[A-Za-z0-9+/=_\\-\r\n ^'|é]{0,200}") {
            let mut end = 0;
            for run in Runs::of(text.as_bytes()) {
                prop_assert!(run.body.start >= end && run.body.start < run.body.end && run.end() <= text.len());
                end = run.end();
            }
        }
    }
}
