//! Bytes that are listed: `0x41,0x42`, `41 42 43`, `41-42-43`, `41:42:43`, and in decimals `73,69,88`.

use super::alphabet::{hex_pair, nibble};
use super::escapes::{Notation, Spelled};

/// Bytes of the shortest list.
const FEWEST: usize = 8;

/// The same between colons, where addresses of hardware stand and shorter identifiers do.
const FEWEST_COLONS: usize = 16;

/// A list that was read as far as it goes.
pub struct List {
    pub found: Option<Spelled>,
    /// Where the next list may begin where this is none: nothing before it needs to be read again.
    pub next: usize,
}

/// Pairs of digits, all with `0x` before them or none, all with the same separator behind them.
pub fn pairs(text: &[u8], start: usize) -> List {
    let prefix: &[u8] = match text.get(start..start + 2) {
        Some(prefix @ [b'0', b'x' | b'X']) => prefix,
        _ => b"",
    };
    let Some(separator) = separator(text, start + prefix.len() + 2) else {
        return List { found: None, next: start + 1 };
    };
    let mut bytes = Vec::new();
    let (mut at, mut end, mut next) = (start, start, start + 1);
    while let Some(byte) = pair(text, at, prefix) {
        bytes.push(byte);
        next = at.max(next);
        end = at + prefix.len() + 2;
        if text.get(end..).is_none_or(|rest| !rest.starts_with(separator)) {
            break;
        }
        at = end + separator.len();
    }
    // A longer word right behind the last pair says that the pairs are part of something else.
    let is_whole = text.get(end).is_none_or(|b| !b.is_ascii_alphanumeric());
    let fewest = if separator == b":" { FEWEST_COLONS } else { FEWEST };
    let is_long = bytes.len() >= fewest && is_whole;
    List { found: is_long.then_some(Spelled { range: start..end, notation: Notation::Pairs, bytes }), next }
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
        [b' ' | b'-' | b',' | b':', ..] => 1,
        _ => return None,
    };
    rest.get(..length)
}

/// Decimal codes of characters between commas, all printable and together text. Numbers in ascending order are ports
/// or identifiers rather than text.
pub fn decimals(text: &[u8], start: usize) -> List {
    let mut bytes = Vec::new();
    let (mut at, mut end, mut next) = (start, start, start + 1);
    while let Some((byte, length)) = decimal(text, at) {
        bytes.push(byte);
        next = at.max(next);
        end = at + length;
        at = match text.get(end..) {
            Some([b',', b' ', ..]) => end + 2,
            Some([b',', ..]) => end + 1,
            _ => {
                at = end;
                break;
            }
        };
    }
    let goes_on = |b: &u8| b.is_ascii_alphanumeric() || *b == b'.';
    let is_whole = !text.get(end).is_some_and(goes_on) && !text.get(at).is_some_and(u8::is_ascii_digit);
    let is_ordered = bytes.is_sorted();
    let is_text = bytes.len() >= FEWEST && is_whole && !is_ordered && is_written(&bytes);
    List { found: is_text.then_some(Spelled { range: start..end, notation: Notation::Decimal, bytes }), next }
}

/// Whether codes are letters and spaces for the most part, as those of commands are. Measurements rarely are: capitals
/// and signs have the numbers below a hundred.
fn is_written(bytes: &[u8]) -> bool {
    let count = |is: fn(&u8) -> bool| bytes.iter().filter(|b| is(b)).count();
    let (letters, spaces) = (count(u8::is_ascii_alphabetic), count(|b| *b == b' '));
    let is_calm = spaces > 0 || count(u8::is_ascii_lowercase) * 2 >= bytes.len();
    let least = if bytes.len() < 24 { 70 } else { 60 };
    is_calm && (letters + spaces) * 100 >= bytes.len() * least
}

/// The code of a printable character in decimals, and the number of its digits.
fn decimal(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = text.get(at..)?;
    let length = rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    let digits = std::str::from_utf8(rest.get(..length)?).ok()?;
    let code: u8 = digits.parse().ok()?;
    let is_printable = matches!(code, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    (is_printable && !digits.starts_with('0')).then_some((code, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_text_or_nothing() {
        let read = |text: &str| decimals(text.as_bytes(), 0).found.map(|s| String::from_utf8(s.bytes).unwrap());
        for (text, expected) in [
            ("73,69,88,32,40,78,101,119,45,79,98,106)", Some("IEX (New-Obj")),
            ("119, 104, 111, 97, 109, 105, 32, 47, 97, 108, 108", Some("whoami /all")),
            ("119,104,111,97,109,105,32", None),
            ("65,66,67,68,69,70,71,72,73,74", None),
            ("119,104,111,97,109,105,32,47,97,108,300", None),
            ("35,36,64,33,94,38,42,40,41,95,43", None),
            ("119,104,111,97,109,105,32,47.5", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
    }
}
