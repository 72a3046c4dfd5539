//! Bytes that are written one by one: `\x41\x42`, `\u0041\u0042`, `&#65;&#66;`, lists of numbers and `%41%42`.
//!
//! This finds and decodes them; whether what comes out is a payload is judged elsewhere.

use std::ops::Range;

use super::alphabet::{ALPHANUMERIC, class, hex_pair, nibble};
use super::lists::{decimals, pairs};
use super::percent::percents;

/// Bytes of the shortest `\x41\x42`, which says by its form what it is.
const FEWEST_ESCAPES: usize = 4;

/// Characters of the shortest `\u0041` or `&#65;`, which other texts use for single characters.
const FEWEST_CHARACTERS: usize = 8;

/// How bytes were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `\x41\x42`
    Backslash,
    /// `\u0041\u0042`
    Unicode,
    /// `&#65;&#x42;`
    Entity,
    /// Pairs of hexadecimal digits between spaces, dashes, commas or colons.
    Pairs,
    /// Numbers between commas.
    Decimal,
    Percent,
}

/// A stretch of a text that spells bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    pub range: Range<usize>,
    pub notation: Notation,
    pub bytes: Vec<u8>,
}

/// All stretches of a text that spell bytes, from left to right.
pub fn spelled(text: &[u8]) -> Vec<Spelled> {
    let mut found = Vec::new();
    let (mut at, mut from) = (0, Unread::default());
    while let Some(&byte) = text.get(at) {
        let stretch = match byte {
            b'\\' => backslashes(text, at).or_else(|| characters(text, at, Notation::Unicode, &mut from)),
            b'&' => characters(text, at, Notation::Entity, &mut from),
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => listed(text, at, &mut from),
            _ => None,
        };
        at = stretch.as_ref().map_or_else(|| next_start(text, at), |s| s.range.end);
        found.extend(stretch);
    }
    found.extend(percents(text));
    found.sort_by_key(|s: &Spelled| s.range.start);
    found
}

/// The next place at which a stretch may begin: behind the word that begins here, and then not within blanks and signs.
fn next_start(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let word = rest.iter().position(|b| class(*b) & ALPHANUMERIC == 0).unwrap_or(rest.len()).max(1);
    let behind = rest.get(word..).unwrap_or_default();
    let may_begin = |b: &u8| class(*b) & ALPHANUMERIC != 0 || matches!(b, b'\\' | b'&');
    at + word + behind.iter().position(may_begin).unwrap_or(behind.len())
}

/// From where on each kind needs to be looked for: what was read in vain is not read again.
#[derive(Default)]
struct Unread {
    decimals: usize,
    pairs: usize,
    characters: usize,
}

/// A list that begins at a place, of decimals or of pairs.
fn listed(text: &[u8], at: usize, from: &mut Unread) -> Option<Spelled> {
    // Both kinds have a separator behind at most four characters.
    let is_short = text.get(at + 2..)?.iter().take(3).any(|b| !b.is_ascii_alphanumeric());
    if !is_short {
        return None;
    }
    let mut found = None;
    if at >= from.decimals {
        let list = decimals(text, at);
        (found, from.decimals) = (list.found, list.next);
    }
    if found.is_none() && at >= from.pairs {
        let list = pairs(text, at);
        (found, from.pairs) = (list.found, list.next);
    }
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
    let is_long = bytes.len() >= FEWEST_ESCAPES;
    is_long.then_some(Spelled { range: start..at, notation: Notation::Backslash, bytes })
}

/// Characters that are written by their numbers in Unicode, given as UTF-8. Most of them must be of ASCII: those of
/// other scripts are written so for good reasons.
fn characters(text: &[u8], start: usize, notation: Notation, from: &mut Unread) -> Option<Spelled> {
    if start < from.characters {
        return None;
    }
    let mut units = Vec::new();
    let mut at = start;
    while let Some((unit, length)) = unit(text, at, notation) {
        units.push(unit);
        at += length;
    }
    from.characters = at;
    if units.len() < FEWEST_CHARACTERS || units.iter().filter(|unit| **unit < 0x80).count() * 4 < units.len() * 3 {
        return None;
    }
    let decoded = char::decode_utf16(units).collect::<Result<String, _>>().ok()?;
    Some(Spelled { range: start..at, notation, bytes: decoded.into_bytes() })
}

/// One unit of UTF-16 at a place, and how many bytes spell it.
fn unit(text: &[u8], at: usize, notation: Notation) -> Option<(u16, usize)> {
    let rest = text.get(at..)?;
    if notation == Notation::Unicode {
        let [b'\\', b'u' | b'U', ..] = rest else { return None };
        return Some((u16::from_be_bytes([hex_pair(rest, 2)?, hex_pair(rest, 4)?]), 6));
    }
    let number = rest.strip_prefix(b"&#")?;
    let (digits, radix) = match number {
        [b'x' | b'X', digits @ ..] => (digits, 16),
        _ => (number, 10),
    };
    let is_digit = |b: &&u8| if radix == 16 { nibble(**b).is_some() } else { b.is_ascii_digit() };
    let length = digits.iter().take(8).take_while(is_digit).count();
    if digits.get(length) != Some(&b';') {
        return None;
    }
    let value = u16::from_str_radix(std::str::from_utf8(digits.get(..length)?).ok()?, radix).ok()?;
    Some((value, rest.len() - digits.len() + length + 1))
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
            ("69:64:20:2d:75:20:26:26:20:69:64:20:2d:75:20:26", Notation::Pairs, b"id -u && id -u &"),
            ("[char[]](119,104,111,97,109,105,32,47,97,108,108)", Notation::Decimal, b"whoami /all"),
            (r"\u0049\u0045\u0058\u0020\u0028\u0024\u0078\u0029", Notation::Unicode, b"IEX ($x)"),
            ("&#73;&#69;&#88;&#32;&#x28;&#36;&#120;&#41;", Notation::Entity, b"IEX ($x)"),
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
            r"\u043f\u0440\u0438\u0432\u0435\u0442\u0430\u0431",
            r"\u0049\u0045\u0058",
            "80,443,8080,22,21,25,110,143,993",
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
