//! Bytes that are written one by one: `\x41\x42`, `0x41,0x42`, `41 42 43`, `41-42-43` and `%41%42`.
//!
//! This finds and decodes them; whether what comes out is a payload is judged elsewhere.

use std::ops::Range;

use super::alphabet::{hex_pair, nibble};

/// Bytes of the shortest list of pairs.
const FEWEST_PAIRS: usize = 8;

/// Bytes of the shortest `\x41\x42`, which says by its form what it is.
const FEWEST_ESCAPES: usize = 4;

/// How bytes were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `\x41\x42`
    Backslash,
    /// Pairs between spaces, dashes or commas.
    Pairs,
    Percent,
}

/// A stretch of a text that spells bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    pub range: Range<usize>,
    pub notation: Notation,
    pub bytes: Vec<u8>,
    /// Number of escapes; in percent-encoded text other characters stand between them.
    pub escapes: usize,
}

/// All stretches of a text that spell bytes, from left to right.
pub fn spelled(text: &[u8]) -> Vec<Spelled> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut before = b' ';
    while let Some(&byte) = text.get(at) {
        let stretch = match byte {
            b'\\' => backslashes(text, at),
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' if !before.is_ascii_alphanumeric() => pairs(text, at),
            _ => None,
        };
        at = stretch.as_ref().map_or(at + 1, |s| s.range.end);
        before = byte;
        found.extend(stretch);
    }
    found.extend(percents(text));
    found.sort_by_key(|s: &Spelled| s.range.start);
    found
}

fn backslashes(text: &[u8], start: usize) -> Option<Spelled> {
    let mut bytes = Vec::new();
    let mut at = start;
    while text.get(at) == Some(&b'\\') && matches!(text.get(at + 1), Some(b'x' | b'X')) {
        let Some(byte) = hex_pair(text, at + 2) else { break };
        bytes.push(byte);
        at += 4;
    }
    let escapes = bytes.len();
    (escapes >= FEWEST_ESCAPES).then_some(Spelled { range: start..at, notation: Notation::Backslash, bytes, escapes })
}

/// Pairs of digits, all with `0x` before them or none, all with the same separator behind them.
fn pairs(text: &[u8], start: usize) -> Option<Spelled> {
    let prefix: &[u8] = if text.get(start) == Some(&b'0') && matches!(text.get(start + 1), Some(b'x' | b'X')) {
        text.get(start..start + 2)?
    } else {
        b""
    };
    let separator = separator(text, start + prefix.len() + 2)?;
    let mut bytes = Vec::new();
    let mut at = start;
    let mut end = start;
    while let Some(byte) = pair(text, at, prefix) {
        bytes.push(byte);
        end = at + prefix.len() + 2;
        if text.get(end..).is_none_or(|rest| !rest.starts_with(separator)) {
            break;
        }
        at = end + separator.len();
    }
    let escapes = bytes.len();
    // A longer word right behind the last pair says that the pairs are part of something else.
    let is_whole = text.get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
    let is_long = escapes >= FEWEST_PAIRS && is_whole;
    is_long.then_some(Spelled { range: start..end, notation: Notation::Pairs, bytes, escapes })
}

/// One pair with its prefix, and no third digit.
fn pair(text: &[u8], at: usize, prefix: &[u8]) -> Option<u8> {
    let digits = at + prefix.len();
    let is_prefixed = text.get(at..digits)?.eq_ignore_ascii_case(prefix);
    let is_longer = text.get(digits + 2).is_some_and(|b| nibble(*b).is_some());
    (is_prefixed && !is_longer).then(|| hex_pair(text, digits))?
}

fn separator(text: &[u8], at: usize) -> Option<&[u8]> {
    let rest = text.get(at..)?;
    let length = match rest {
        [b',', b' ', ..] => 2,
        [b' ' | b'-' | b',', ..] => 1,
        _ => return None,
    };
    rest.get(..length)
}

/// The words of a text with at least four percent escapes, decoded.
fn percents(text: &[u8]) -> Vec<Spelled> {
    if memchr::memchr_iter(b'%', text).take(FEWEST_ESCAPES).count() < FEWEST_ESCAPES {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split(|b| ends_word(*b)) {
        found.extend(percent_word(word, start));
        start += word.len() + 1;
    }
    found
}

fn ends_word(byte: u8) -> bool {
    !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'|')
}

fn percent_word(word: &[u8], start: usize) -> Option<Spelled> {
    if memchr::memchr_iter(b'%', word).take(FEWEST_ESCAPES).count() < FEWEST_ESCAPES {
        return None;
    }
    let mut bytes = Vec::with_capacity(word.len());
    let (mut at, mut escapes) = (0, 0);
    while let Some(&byte) = word.get(at) {
        let spelled = (byte == b'%').then(|| hex_pair(word, at + 1)).flatten();
        bytes.push(spelled.unwrap_or(byte));
        escapes += usize::from(spelled.is_some());
        at += if spelled.is_some() { 3 } else { 1 };
    }
    let range = start..start + word.len();
    (escapes >= FEWEST_ESCAPES).then_some(Spelled { range, notation: Notation::Percent, bytes, escapes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str) -> Vec<(Notation, Vec<u8>)> {
        spelled(text.as_bytes()).into_iter().map(|s| (s.notation, s.bytes)).collect()
    }

    #[test]
    fn every_notation_is_read() {
        for (text, notation, decoded) in [
            (r"printf '\x69\x64\x0a\x00'", Notation::Backslash, &b"id\n\0"[..]),
            ("69 64 20 2d 75 20 26 26", Notation::Pairs, b"id -u &&"),
            ("x 69-64-20-2D-75-20-26-26.", Notation::Pairs, b"id -u &&"),
            ("{0x69, 0x64, 0x20, 0x2d, 0x75, 0x20, 0x26, 0x26}", Notation::Pairs, b"id -u &&"),
            ("0x69,0x64,0x20,0x2d,0x75,0x20,0x26,0x26", Notation::Pairs, b"id -u &&"),
            ("q=%69%64%20-u%20;", Notation::Percent, b"q=id -u ;"),
        ] {
            assert_eq!(bytes(text), [(notation, decoded.to_vec())], "{text}");
        }
    }

    #[test]
    fn addresses_and_numbers_are_not() {
        for text in [
            "00-1A-2B-3C-4D-5E",
            "00:1a:2b:3c:4d:5e:00:1a:2b:3c:4d:5e",
            "2019-02-10 15:21:00",
            "%SystemRoot%\\%a%b%c%",
            "10 20 30 400 50 60 70 80",
            r"a\x2db\x2dc",
        ] {
            assert_eq!(bytes(text), [], "{text}");
        }
    }

    proptest! {
        #[test]
        fn stretches_lie_inside_of_any_text(text in r"[0-9a-fx%\\, é-]{0,120}") {
            for found in spelled(text.as_bytes()) {
                prop_assert!(text.get(found.range.clone()).is_some());
                prop_assert!(found.bytes.len() <= found.range.len());
            }
        }
    }
}
