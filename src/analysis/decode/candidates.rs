//! The runs of a text that may be base64, and whether the words around them say so.
//!
//! One pass from left to right: a run is what stands in the alphabets of base64 without a break, with its padding and
//! with the further lines it is wrapped over. Words that announce a payload are runs themselves, so the pass remembers
//! the one it came from. Nothing is decoded here.

use std::ops::Range;

use super::alphabet::{class, is_separator};
use super::judge::Ground;

/// Characters of the shortest run that is looked at without a word that announces it, padding included.
pub const SHORTEST: usize = 16;

/// The same behind a word that announces a payload.
const SHORTEST_SAID: usize = 8;

/// The same inside the quotes of a call or behind `base64,`, which leave no doubt.
const SHORTEST_QUOTED: usize = 4;

/// A line of this many characters may go on in the next one.
const SHORTEST_LINE: usize = 16;

/// A run that may be a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its characters, without the padding.
    pub body: Range<usize>,
    /// Number of `=` behind it, at most two.
    pub padding: usize,
    pub ground: Ground,
    /// Whether it goes over several lines.
    pub is_wrapped: bool,
}

impl Run {
    pub fn end(&self) -> usize {
        self.body.end + self.padding
    }

    pub fn body_of<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.body.clone()).unwrap_or_default()
    }
}

/// What was announced, and how surely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    /// `-enc` and other forms of PowerShell's switch.
    Switch,
    /// `FromBase64String`, to be followed by a parenthesis.
    Call,
    /// `base64`, to be followed by a comma as in data URIs.
    Name,
    /// `base64 -d`, to be followed by `<<<`.
    Decoder,
    /// `-----BEGIN ...-----`
    Armour,
}

/// The runs of a text from left to right.
pub struct Runs<'a> {
    text: &'a [u8],
    at: usize,
    /// Where the word began that ended last, carets in it passed over.
    word: Range<usize>,
    hint: Option<Hint>,
    saw_powershell: bool,
}

impl<'a> Runs<'a> {
    pub fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, word: 0..0, hint: None, saw_powershell: false }
    }

    fn word_class(&self, at: usize) -> u8 {
        self.text.get(at).copied().map_or(0, class)
    }

    /// The end of the alphabet's characters from a place on.
    fn body_end(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        start + rest.iter().position(|b| class(*b) == 0).unwrap_or(rest.len())
    }

    /// How many `=` stand at a place; three and more are a line of them and no padding.
    fn padding(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let count = rest.iter().take(3).take_while(|b| **b == b'=').count();
        if count > 2 { 0 } else { count }
    }

    /// The start of the line after the break at a place, past its indentation.
    fn next_line(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n")?;
        let indent = rest.iter().take(16).take_while(|b| matches!(b, b' ' | b'\t')).count();
        Some(self.text.len() - rest.len() + indent)
    }

    /// The end of a run that goes on over lines: all are as long as the second but the last, which may be shorter, and
    /// the first, which may begin behind other characters.
    fn wrapped_end(&self, body: &Range<usize>) -> usize {
        let mut end = body.end;
        let mut width = None;
        let first = body.len();
        if first < SHORTEST_LINE || self.text.get(end - 1) == Some(&b'-') {
            return end;
        }
        while let Some(start) = self.next_line(end) {
            let line_end = self.body_end(start);
            let length = line_end - start;
            let is_armour = self.text.get(start..line_end).is_some_and(|l| l.starts_with(b"--"));
            let is_too_long = length > *width.get_or_insert(length) || width.is_some_and(|w| w > first);
            // A line goes to its end: words behind it would say that this is prose.
            let is_whole = self.next_line(line_end).is_some() || !self.is_prose(line_end);
            if length == 0 || is_armour || is_too_long || !is_whole {
                break;
            }
            end = line_end;
            if width.is_some_and(|w| length < w) || self.padding(line_end) > 0 {
                break;
            }
        }
        end
    }

    /// Whether a space and a letter follow.
    fn is_prose(&self, at: usize) -> bool {
        self.text.get(at) == Some(&b' ') && self.word_class(at + 1) != 0
    }

    fn lowered_word(&self) -> ([u8; 24], usize) {
        let mut word = [0; 24];
        let mut length = 0;
        let letters = self.text.get(self.word.clone()).unwrap_or_default();
        // The end tells more than the start: `FromBase64String` may follow a namespace.
        let tail = letters.get(letters.len().saturating_sub(32)..).unwrap_or_default();
        let kept = tail.iter().filter(|b| !matches!(b, b'^' | b'`'));
        let surplus = kept.clone().count().saturating_sub(word.len());
        for (place, byte) in word.iter_mut().zip(kept.skip(surplus)) {
            *place = byte.to_ascii_lowercase();
            length += 1;
        }
        (word, length)
    }

    /// What the word that just ended announces.
    fn hint_of_word(&mut self) -> Option<Hint> {
        let (word, length) = self.lowered_word();
        let word = word.get(..length).unwrap_or_default();
        self.saw_powershell |= word.ends_with(b"powershell") || word.ends_with(b"pwsh");
        if let [b'-' | b'/', name @ ..] = word
            && is_encoded_command(name, self.saw_powershell)
        {
            return Some(Hint::Switch);
        }
        match word {
            _ if word.ends_with(b"frombase64string") => Some(Hint::Call),
            _ if word.ends_with(b"base64") => Some(Hint::Name),
            b"-d" | b"--decode" | b"-di" if self.hint == Some(Hint::Name) => Some(Hint::Decoder),
            _ if word.ends_with(b"-----") => Some(Hint::Armour),
            _ => None,
        }
    }

    /// Whether what stands between an announcing word and a run lets it announce the run, and how short that may be.
    fn shortest(&self, start: usize) -> Option<usize> {
        let gap = self.text.get(self.word.end..start)?;
        if gap.len() > 16 {
            return None;
        }
        let is_loose =
            |b: &u8| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'(' | b':' | b'=' | b'@' | b'\\' | b'\r' | b'\n');
        let has = |byte: u8| gap.contains(&byte);
        match self.hint? {
            Hint::Switch => (!gap.is_empty() && gap.iter().all(is_loose)).then_some(SHORTEST_SAID),
            Hint::Call => {
                (has(b'(') && (has(b'"') || has(b'\'')) && gap.iter().all(is_loose)).then_some(SHORTEST_QUOTED)
            }
            Hint::Name => (gap == b",").then_some(SHORTEST_QUOTED),
            Hint::Decoder => gap.windows(3).any(|w| w == b"<<<").then_some(SHORTEST_SAID),
            Hint::Armour => gap.iter().all(is_loose).then_some(SHORTEST_SAID),
        }
    }

    /// Whether `| base64 -d` follows, as behind `echo PAYLOAD`.
    fn is_piped(&self, end: usize) -> bool {
        let rest = self.text.get(end..).unwrap_or_default();
        let Some(pipe) = past(rest, b"\"' )\t\\").strip_prefix(b"|") else { return false };
        let command = past(pipe, b" \t");
        let length = command.iter().take(64).take_while(|b| **b != b' ').count();
        let (program, arguments) = command.split_at(length);
        let arguments = past(arguments, b" \t");
        match program.rsplit(|b| *b == b'/').next() {
            Some(b"base64") => is_decode_switch(arguments),
            Some(b"openssl") => {
                let base64 = [&b"base64 "[..], b"enc -base64 "].iter().find_map(|name| arguments.strip_prefix(*name));
                base64.is_some_and(|rest| is_decode_switch(past(rest, b" ")))
            }
            _ => false,
        }
    }

    /// The run that begins at a place, if it is one; the pass goes on behind it in any case.
    fn run_at(&mut self, start: usize) -> Option<Run> {
        let body = start..self.body_end(start);
        let end = self.wrapped_end(&body);
        let padding = self.padding(end);
        let is_wrapped = end > body.end;
        let length = end - start + padding;
        let shortest = self.shortest(start);
        let is_piped = shortest.is_none() && length >= SHORTEST_SAID && self.is_piped(end + padding);
        let ground = if shortest.is_some() || is_piped { Ground::Said } else { Ground::Chance };
        let least = shortest.unwrap_or(if is_piped { SHORTEST_SAID } else { SHORTEST });
        let is_long = length >= least;
        self.remember(&body);
        self.at = if is_long { end + padding } else { body.end };
        is_long.then_some(Run { body: start..end, padding, ground, is_wrapped })
    }

    /// Keeps the word for the next run; a caret or a backtick inside of it does not end it.
    fn remember(&mut self, body: &Range<usize>) {
        let gap = self.text.get(self.word.end..body.start).unwrap_or_default();
        let goes_on = matches!(gap, b"^" | b"`") && self.word.end > 0;
        self.word = if goes_on { self.word.start..body.end } else { body.clone() };
        self.hint = self.hint_of_word();
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

/// Whether a switch is a prefix of `EncodedCommand` or its alias `ec`. One or two letters mean other things to other
/// programs, so they count behind the name of PowerShell only.
fn is_encoded_command(name: &[u8], saw_powershell: bool) -> bool {
    let is_form = !name.is_empty() && (b"encodedcommand".starts_with(name) || name == b"ec");
    is_form && (name.len() > 2 || saw_powershell)
}

/// What follows a few bytes of a set.
fn past<'a>(bytes: &'a [u8], set: &[u8]) -> &'a [u8] {
    let count = bytes.iter().take(24).take_while(|b| set.contains(b)).count();
    bytes.get(count..).unwrap_or_default()
}

fn is_decode_switch(switch: &[u8]) -> bool {
    [&b"-d"[..], b"-D", b"--d", b"-i -d", b"-A -d", b"-a -d"].iter().any(|form| switch.starts_with(form))
}

/// The places in a run at which a part of it may begin: its start and what follows a separator.
pub fn starts(body: &[u8]) -> impl Iterator<Item = usize> {
    let behind = body.iter().enumerate().filter(|(_, b)| is_separator(**b)).map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind)
}

/// The lines of a wrapped run, each as a run of its own.
pub fn lines(text: &[u8], run: &Run) -> Vec<Run> {
    let body = run.body_of(text);
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        let start = at + rest.iter().take_while(|b| class(**b) == 0).count();
        let length = body.get(start..).unwrap_or_default().iter().take_while(|b| class(**b) != 0).count();
        at = start + length;
        let is_last = at == body.len();
        let padding = if is_last { run.padding } else { 0 };
        if length + padding >= SHORTEST {
            let body = run.body.start + start..run.body.start + at;
            lines.push(Run { body, padding, ground: run.ground, is_wrapped: false });
        }
    }
    lines
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
        assert_eq!(lines(wrapped.as_bytes(), &Runs::of(wrapped.as_bytes()).next().unwrap()).len(), 2);
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
