//! Whether decoded bytes are text, by evidence: which encoding explains them, and how plausible what it gives is.
//!
//! No language is guessed and no dictionary is asked; what is no text here is binary.

use std::fmt;
use std::net::SocketAddr;
use std::sync::LazyLock;

use serde_json::value::RawValue;

/// Bytes of the shortest text that counts because it parses: 20 characters of base64 stand for so many.
const SHORTEST_FORMAL: usize = 13;

/// Bytes of the shortest text that counts because all of it can be printed: 24 characters of base64.
const SHORTEST_PRINTABLE: usize = 18;

/// How decoded bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Latin1,
    Binary,
}

impl Encoding {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16-le",
            Self::Utf16Be => "utf-16-be",
            Self::Latin1 => "latin-1",
            Self::Binary => "binary",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What says that a run is a payload at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Nothing but the run itself.
    Chance,
    /// The words around it, as `-enc` or `FromBase64String(` do; or it was a member of an archive.
    Said,
}

/// The text that bytes are and its encoding; None for binary.
pub fn text_of(bytes: &[u8], ground: Ground) -> Option<(Encoding, String)> {
    if bytes.is_empty() {
        return None;
    }
    if let Some(found) = marked(bytes) {
        return Some(found);
    }
    // What is printable as ASCII stays so: as UTF-16 it would be a row of rare ideographs.
    let narrow = without_zeros::<1>(bytes);
    if let Some(text) = utf8(narrow, ground) {
        return Some((Encoding::Utf8, text));
    }
    utf16(without_zeros::<2>(bytes), ground).or_else(|| Some((Encoding::Latin1, latin1(narrow)?)))
}

/// Bytes without the zero units that end strings in memory; as they are where those would be more than the text.
fn without_zeros<const UNIT: usize>(bytes: &[u8]) -> &[u8] {
    let units = bytes.as_chunks::<UNIT>().0;
    let zeros = units.iter().rev().take_while(|unit| unit.iter().all(|b| *b == 0)).count() * UNIT;
    let is_end = bytes.len().is_multiple_of(UNIT) && zeros * 2 <= bytes.len();
    if is_end { bytes.get(..bytes.len() - zeros).unwrap_or(bytes) } else { bytes }
}

/// Text behind a byte order mark, which is left out of it.
fn marked(bytes: &[u8]) -> Option<(Encoding, String)> {
    let (encoding, text) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (Encoding::Utf8, std::str::from_utf8(rest).ok()?.to_owned()),
        [0xff, 0xfe, rest @ ..] => (Encoding::Utf16Le, units_text(rest, u16::from_le_bytes)?),
        [0xfe, 0xff, rest @ ..] => (Encoding::Utf16Be, units_text(rest, u16::from_be_bytes)?),
        _ => return None,
    };
    let is_plain = !text.is_empty() && text.chars().all(|c| !is_control(c));
    is_plain.then_some((encoding, text))
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// UTF-8 that is printable and looks written.
fn utf8(bytes: &[u8], ground: Ground) -> Option<String> {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A log that cut the payload may have cut it inside its last character.
        Err(error) if error.error_len().is_none() && bytes.len() >= 24 => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let counts = Counts::of(valid)?;
    (counts.look_written(ground) || is_formal(valid) || is_printable(valid))
        .then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whether a text is ASCII that can be printed, and longer than chance makes it: of bytes by chance 97 in 256 are such,
/// so that 18 in a row come once in forty million runs. Scripts are written with few letters, lists of numbers with none.
fn is_printable(text: &str) -> bool {
    let is_plain = text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_list = || text.bytes().all(|b| b.is_ascii_digit() || b".,:;/ -%\t\n\r".contains(&b));
    // Sums and counts that happen to be in the alphabet repeat themselves.
    let first = text.bytes().next();
    let varies = || text.bytes().any(|b| Some(b) != first);
    text.len() >= SHORTEST_PRINTABLE && is_plain && (letters * 10 >= text.len() || is_list() && varies())
}

/// Whether a text parses as something that is written with few letters: a URL, an address with a port, or JSON.
fn is_formal(text: &str) -> bool {
    if text.len() < SHORTEST_FORMAL {
        return false;
    }
    let is_json = text.starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok();
    is_json || text.bytes().all(|b| b.is_ascii_graphic()) && (is_url(text) || text.parse::<SocketAddr>().is_ok())
}

fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let is_scheme = (2..=10).contains(&scheme.len()) && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+');
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = host.len() >= 4 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:@[]_".contains(&b));
    is_scheme && is_host && host.contains(['.', ':'])
}

/// What the characters of a text are.
#[derive(Default)]
struct Counts {
    all: usize,
    /// Letters, digits, spaces and line breaks.
    plain: usize,
    letters: usize,
    /// Neighbours of different kinds, of which chance makes many and writing few.
    changes: usize,
    /// Begins as JSON or XML does, which are full of signs.
    is_notation: bool,
}

impl Counts {
    /// None where a control character says that this is no text; a few escapes are colours of a terminal.
    fn of(text: &str) -> Option<Self> {
        let is_notation = ["{\"", "[{\"", "<?xml"].iter().any(|opening| text.starts_with(opening));
        let mut counts = Self { is_notation, ..Self::default() };
        let mut escapes = 0;
        let mut before = None;
        for c in text.chars() {
            if c == '\u{1b}' {
                escapes += 1;
            } else if is_control(c) {
                return None;
            }
            let kind = CharKind::of(c);
            counts.all += 1;
            counts.plain += usize::from(!matches!(kind, CharKind::Mark | CharKind::Strange));
            counts.letters += usize::from(c.is_alphabetic());
            counts.changes += usize::from(before.is_some_and(|b| b != kind));
            before = Some(kind);
        }
        (counts.all > 0 && escapes * 16 <= counts.all).then_some(counts)
    }

    /// Short texts must look better than long ones, as chance makes short ones more easily.
    fn look_written(&self, ground: Ground) -> bool {
        if ground == Ground::Said {
            return self.plain * 10 >= self.all * 3;
        }
        let (least_plain, most_changes) = match self.all {
            _ if self.is_notation => (30, 95),
            0..16 => (75, 56),
            16..24 => (70, 60),
            24..48 => (60, 70),
            _ => (40, 90),
        };
        let is_plain = self.plain * 100 >= self.all * least_plain;
        let is_calm = self.changes * 100 <= (self.all - 1) * most_changes;
        is_plain && is_calm && self.letters * 5 >= self.all
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CharKind {
    Upper,
    Lower,
    Digit,
    Space,
    Mark,
    /// Letters of other scripts than Latin.
    Other,
    Strange,
}

impl CharKind {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' => Self::Lower,
            'A'..='Z' => Self::Upper,
            '0'..='9' => Self::Digit,
            ' ' | '\t' | '\r' | '\n' => Self::Space,
            _ if c.is_ascii() => Self::Mark,
            _ if c.is_lowercase() => Self::Lower,
            _ if c.is_uppercase() => Self::Upper,
            _ if c.is_alphanumeric() => Self::Other,
            _ => Self::Strange,
        }
    }
}

/// UTF-16 without a mark, by the zeros between Latin letters or by one script's high bytes; the better order wins.
fn utf16(bytes: &[u8], ground: Ground) -> Option<(Encoding, String)> {
    // A cut payload may end within a unit.
    let even = bytes.get(..bytes.len() & !1)?;
    let little = Shares::of(even, u16::from_le_bytes).score(ground);
    // Nothing is better than a hundred, and equals are read as little-endian.
    let big = if little == 100 { 0 } else { Shares::of(even, u16::from_be_bytes).score(ground) };
    let text = if little == 0 && big == 0 {
        return None;
    } else if little >= big {
        (Encoding::Utf16Le, units_text(even, u16::from_le_bytes)?)
    } else {
        (Encoding::Utf16Be, units_text(even, u16::from_be_bytes)?)
    };
    (!text.1.is_empty()).then_some(text)
}

fn units(bytes: &[u8], order: fn([u8; 2]) -> u16) -> impl Iterator<Item = u16> {
    bytes.as_chunks::<2>().0.iter().map(move |pair| order(*pair))
}

fn units_text(bytes: &[u8], order: fn([u8; 2]) -> u16) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() / 2);
    for c in char::decode_utf16(units(bytes, order)) {
        text.push(c.ok()?);
    }
    Some(text)
}

/// How many units of a text in UTF-16 are of which kind.
#[derive(Default)]
struct Shares {
    all: usize,
    ascii: usize,
    /// Alphabets whose letters share a high byte or two.
    alphabet: usize,
    ideographs: usize,
    broken: usize,
}

impl Shares {
    fn of(bytes: &[u8], order: fn([u8; 2]) -> u16) -> Self {
        let mut shares = Self::default();
        for unit in units(bytes, order) {
            shares.all += 1;
            match unit {
                0x20..=0x7e | 0x09 | 0x0a | 0x0d => shares.ascii += 1,
                0x00a0..=0x017f | 0x0370..=0x06ff | 0x2010..=0x203a => shares.alphabet += 1,
                0x3001..=0x30ff | 0x4e00..=0x9fff | 0xac00..=0xd7a3 => shares.ideographs += 1,
                0x0000..=0x001f | 0x007f..=0x009f | 0xfffe..=0xffff => shares.broken += 1,
                _ => {}
            }
        }
        shares
    }

    /// Hundredths of the units that speak for text; zero where they do not.
    fn score(&self, ground: Ground) -> usize {
        let said = ground == Ground::Said;
        let least = if said { 2 } else { 6 };
        if self.all < least || self.broken > 0 {
            return 0;
        }
        let share = |count: usize| count * 100 / self.all;
        let latin = share(self.ascii);
        let scripts = share(self.ascii + self.alphabet);
        // Ideographs fill a third of the plane, so that only many of them are no chance.
        let all = share(self.ascii + self.alphabet + self.ideographs);
        if latin >= 60 && scripts >= 80 || scripts >= 90 {
            scripts
        } else if all >= 95 && (self.all >= 16 || said && self.all >= 4) {
            all
        } else {
            0
        }
    }
}

/// Latin-1, only for longer text of mostly ASCII letters with a few letters above them, each beside one of the former.
fn latin1(bytes: &[u8]) -> Option<String> {
    let is_ascii_text = |b: &&u8| b.is_ascii_alphanumeric() || b.is_ascii_whitespace();
    let is_broken = |b: &u8| matches!(b, 0x00..=0x08 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f..=0xbf | 0xd7 | 0xf7);
    if bytes.len() < 24 || bytes.iter().any(is_broken) {
        return None;
    }
    let is_apart = |at: usize| {
        let is_letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
        !is_letter(at.checked_sub(1)) && !is_letter(Some(at + 1))
    };
    if bytes.iter().enumerate().any(|(at, b)| !b.is_ascii() && is_apart(at)) {
        return None;
    }
    let plain = bytes.iter().filter(is_ascii_text).count();
    let letters = bytes.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let is_text = plain * 10 >= bytes.len() * 8 && letters * 2 >= bytes.len();
    is_text.then(|| bytes.iter().map(|b| char::from(*b)).collect())
}

/// How many bytes at the start may be text, as UTF-8 or as the ASCII of UTF-16, whichever goes further.
pub fn text_prefix(bytes: &[u8]) -> usize {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => bytes.get(..error.valid_up_to()).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default(),
    };
    let narrow = valid.find(is_control).unwrap_or(valid.len());
    // Zeros at the end end a string.
    let narrow = if narrow >= without_zeros::<1>(bytes).len() { bytes.len() } else { narrow };
    let wide = |order| {
        let is_text = |unit: &u16| matches!(unit, 0x20..=0x7e | 0x09 | 0x0a | 0x0d | 0xa0..=0x6ff | 0xfeff);
        2 * units(bytes, order).take_while(is_text).count()
    };
    narrow.max(wide(u16::from_le_bytes)).max(wide(u16::from_be_bytes))
}

/// A count times its logarithm, which for the counts of short payloads are worked out once.
fn weight(count: usize) -> f64 {
    static KNOWN: LazyLock<[f64; 256]> = LazyLock::new(|| std::array::from_fn(exactly));
    fn exactly(count: usize) -> f64 {
        count as f64 * (count as f64).log2()
    }
    KNOWN.get(count).copied().unwrap_or_else(|| exactly(count))
}

/// Shannon's entropy in bits a byte, 0 to 8.
pub fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    if bytes.is_empty() {
        return 0.0;
    }
    let all = bytes.len() as f64;
    // Bytes that come once add nothing in this form of the sum.
    let repeated = counts.iter().filter(|count| **count > 1);
    let bits = all.log2() - repeated.map(|count| weight(*count)).sum::<f64>() / all;
    // Rounding may leave that of one kind of byte below zero.
    if bits > 0.0 { bits } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wide(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    fn encoding(bytes: &[u8], ground: Ground) -> Option<Encoding> {
        text_of(bytes, ground).map(|(encoding, _)| encoding)
    }

    #[test]
    fn fault_16_utf_16_is_told_from_utf_8_without_being_asked() {
        for text in ["whoami /all", "IEX (New-Object Net.WebClient)", "Привет, мир", "net user élodie /add"] {
            let little = wide(text, u16::to_le_bytes);
            assert_eq!(text_of(&little, Ground::Chance), Some((Encoding::Utf16Le, text.to_owned())));
            let big = wide(text, u16::to_be_bytes);
            assert_eq!(text_of(&big, Ground::Chance), Some((Encoding::Utf16Be, text.to_owned())));
            assert_eq!(text_of(text.as_bytes(), Ground::Chance), Some((Encoding::Utf8, text.to_owned())));
        }
        let chinese = wide("启动远程服务并下载文件然后执行命令和清除日志", u16::to_le_bytes);
        assert_eq!(encoding(&chinese, Ground::Chance), Some(Encoding::Utf16Le));
        assert_eq!(encoding(b"\xff\xfeh\0i\0", Ground::Chance), Some(Encoding::Utf16Le));
        assert_eq!(text_of(b"\xef\xbb\xbfhi", Ground::Chance), Some((Encoding::Utf8, "hi".to_owned())));
    }

    #[test]
    fn latin_1_is_only_longer_text() {
        let text = b"le fichier a \xe9t\xe9 supprim\xe9 par le service de sauvegarde";
        assert_eq!(encoding(text, Ground::Chance), Some(Encoding::Latin1));
        assert_eq!(encoding(b"\xe9t\xe9 supprim\xe9", Ground::Said), None);
    }

    #[test]
    fn what_parses_is_text_though_it_has_few_letters() {
        for (text, expected) in [
            ("http://1.2.3.4/a", true),
            ("192.168.1.100:4444", true),
            ("[fe80::1]:443", true),
            (r#"{"a":1,"b":[1,2,3]}"#, true),
            ("[1,2,3,4,5,6,7,8]", true),
            ("192.168.1.300:44", false),
            ("[1,2,3,4,5,6,7,8", false),
            ("10.0.0.1:80", false),
            ("<?php eval($_POST['x']);?>", true),
            ("root:x:0:0\nbin:x:1:1\n", true),
            ("192.168.1.10 192.168.1.11", true),
            ("%68%65%6c%6c%6f%20", true),
            ("$1://2.3.4-#!9/%&", false),
        ] {
            assert_eq!(encoding(text.as_bytes(), Ground::Chance).is_some(), expected, "{text}");
        }
    }

    #[test]
    fn zeros_at_the_end_of_a_string_are_no_part_of_it() {
        for zeros in 1..4 {
            let narrow = [b"net user /add".as_slice(), &vec![0; zeros]].concat();
            assert_eq!(text_of(&narrow, Ground::Chance), Some((Encoding::Utf8, "net user /add".to_owned())));
            assert_eq!(text_prefix(&narrow), narrow.len());
            for (order, named) in
                [(u16::to_le_bytes as fn(u16) -> [u8; 2], Encoding::Utf16Le), (u16::to_be_bytes, Encoding::Utf16Be)]
            {
                let wide = [wide("net user /add", order), vec![0; 2 * zeros]].concat();
                assert_eq!(text_of(&wide, Ground::Chance), Some((named, "net user /add".to_owned())));
            }
        }
        assert_eq!(encoding(b"net\0user\0add\0all\0", Ground::Chance), None);
        assert_eq!(encoding(b"net\0\0\0\0\0\0\0\0\0", Ground::Said), None);
    }

    #[test]
    fn chance_is_no_text() {
        for bytes in [&b"\x01hello world, this is text"[..], b"x9!Q~%z&K=7", b"", b"\xfe\x8am\xfeh\x9c\xae\x8b("] {
            assert_eq!(encoding(bytes, Ground::Chance), None, "{bytes:?}");
        }
        assert_eq!(
            encoding(b"\x1b[31mred alert\x1b[0m of the build server tonight", Ground::Chance),
            Some(Encoding::Utf8)
        );
    }

    #[test]
    fn the_text_at_the_start_is_measured() {
        assert_eq!(text_prefix(b"hello\xff\xffworld"), 5);
        assert_eq!(text_prefix(b"h\0i\0\xff\xff"), 4);
        assert_eq!(text_prefix(b""), 0);
    }

    #[test]
    fn entropy_is_in_bits_a_byte() {
        let all: Vec<u8> = (0..=255).collect();
        assert!((entropy(&all) - 8.0).abs() < 1e-9);
        assert!((entropy(b"abab") - 1.0).abs() < 1e-9);
        assert!(entropy(b"aaaa").abs() < 1e-9 && entropy(b"").is_sign_positive());
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let narrow = text_prefix(&bytes);
            prop_assert!(narrow <= bytes.len());
            if let Some((_, text)) = text_of(&bytes, Ground::Said) {
                prop_assert!(!text.is_empty());
            }
            prop_assert!((0.0..=8.0).contains(&entropy(&bytes)));
        }

        #[test]
        fn words_are_text_in_every_encoding(words in "[a-z]{3,9}( [a-z]{3,9}){2,6}") {
            prop_assert_eq!(encoding(words.as_bytes(), Ground::Chance), Some(Encoding::Utf8));
            prop_assert_eq!(encoding(&wide(&words, u16::to_le_bytes), Ground::Chance), Some(Encoding::Utf16Le));
        }
    }
}
