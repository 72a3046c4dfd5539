//! Percent-encoded words, and whether what one says is more than a URL that was written as the standard asks.

use std::ops::Range;

use super::alphabet::hex_pair;
use super::escapes::{Notation, Spelled};

/// Escapes of the shortest word.
const FEWEST: usize = 4;

/// The words of a text with at least four percent escapes, decoded.
pub fn percents(text: &[u8]) -> Vec<Spelled> {
    if memchr::memchr_iter(b'%', text).take(FEWEST).count() < FEWEST {
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
    if memchr::memchr_iter(b'%', word).take(FEWEST).count() < FEWEST {
        return None;
    }
    let mut bytes = Vec::with_capacity(word.len());
    let mut escapes = 0;
    for (byte, is_escaped) in decoded(word) {
        bytes.push(byte);
        escapes += usize::from(is_escaped);
    }
    let range: Range<usize> = start..start + word.len();
    (escapes >= FEWEST).then_some(Spelled { range, notation: Notation::Percent, bytes })
}

/// The bytes of a word, and whether each was escaped.
fn decoded(word: &[u8]) -> impl Iterator<Item = (u8, bool)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let byte = *word.get(at)?;
        let spelled = (byte == b'%').then(|| hex_pair(word, at + 1)).flatten();
        at += if spelled.is_some() { 3 } else { 1 };
        Some((spelled.unwrap_or(byte), spelled.is_some()))
    })
}

/// What was escaped in a word.
#[derive(Default)]
struct Escaped {
    ascii: usize,
    /// Bytes of letters of other scripts.
    high: usize,
    spaces: usize,
    quotes: usize,
    /// Brackets and signs that commands and code are made of.
    signs: usize,
    /// What only stood there: `/`, `=` or `?`, as in a URL.
    is_url: bool,
}

/// Whether a word is worth showing decoded: a third of it was escaped, or what was escaped are the signs of code. Words
/// of other scripts in a URL are neither.
pub fn is_hidden(word: &[u8]) -> bool {
    let mut escaped = Escaped::default();
    for (byte, is_escaped) in decoded(word) {
        if !is_escaped {
            escaped.is_url |= matches!(byte, b'/' | b'=' | b'?');
            continue;
        }
        *match byte {
            0x80.. => &mut escaped.high,
            _ => &mut escaped.ascii,
        } += 1;
        match byte {
            b' ' => escaped.spaces += 1,
            b'"' | b'\'' => escaped.quotes += 1,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b';' | b'|' | b'$' | b'`' | b'\\' => {
                escaped.signs += 1;
            }
            _ => {}
        }
    }
    let counted = if escaped.is_url { escaped.ascii } else { escaped.ascii + escaped.high };
    counted >= FEWEST && (counted * 9 >= word.len() || escaped.is_code())
}

impl Escaped {
    fn is_code(&self) -> bool {
        let all = self.spaces + self.quotes + self.signs;
        let is_written = self.signs > 0 || self.quotes > 1 && self.spaces > 0 && !self.is_url;
        is_written && all >= 3 && all * 2 >= self.ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_urls() {
        for (word, expected) in [
            ("IEX%20%28New-Object%20Net.WebClient%29", true),
            ("/run?c=IEX%20%28New-Object%20Net.WebClient%29.DownloadString", true),
            ("%69%64%20-u%20", true),
            ("echo%20%22hello%20hidden%20world%22", true),
            ("/search?q=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", false),
            ("/wiki/%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82", false),
            ("https://h.example/find?q=a%20b%20c%20d%20e&lang=en&page=one&sort=descending", false),
            ("https://h.example/go?to=https%3A%2F%2Fother.example%2Fpage%3Fid%3Dtwelve", false),
        ] {
            assert_eq!(is_hidden(word.as_bytes()), expected, "{word}");
        }
    }
}
