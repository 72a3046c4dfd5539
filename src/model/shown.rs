//! Evidence on its way to the screen: hostile characters become visible tokens.
//!
//! The mapping is injective: two different texts never look alike, so a token that stands in the evidence itself
//! (`⟨U+202E⟩` typed out) has its own bracket escaped. Method: every character that a terminal might act on or
//! hide is replaced by `⟨NAME⟩` or `⟨U+XXXX⟩`; see Unicode TR36 and the Trojan Source paper (CVE-2021-42574).

use std::fmt::{self, Write as _};

use unicode_width::UnicodeWidthChar;

/// Text that came from outside and may hold anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untrusted<'a>(pub &'a str);

impl Untrusted<'_> {
    /// Whether it holds control, bidi, zero-width or tag characters; line ends and tabs are ordinary in evidence.
    pub fn has_hidden(&self) -> bool {
        self.0.chars().any(|c| !matches!(c, ' '..='~' | '\n' | '\r' | '\t') && is_invisible_or_active(c))
    }
}

/// Which characters the terminal can be trusted to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TextMode {
    #[default]
    Unicode,
    /// Only 0x20 to 0x7E leave the program; everything else is a token.
    Ascii,
}

impl TextMode {
    /// Whether the locale says that the terminal reads UTF-8; the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set counts.
    pub fn is_utf8(var: &dyn Fn(&str) -> Option<String>) -> bool {
        let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| var(name).filter(|value| !value.is_empty()));
        set.is_none_or(|value| value.to_uppercase().replace('-', "").contains("UTF8"))
    }
}

/// Text that is safe to draw. The only way to make one from evidence is [`Shown::of`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Shown {
    text: String,
    has_tokens: bool,
}

/// A run of shown text: drawn plainly, or reversed as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Plain(&'a str),
    Token(&'a str),
}

/// More combining marks than this on one base are tokens, so that no cell can smear over its neighbours.
const MARKS_ON_A_BASE: usize = 2;

impl Shown {
    /// Makes evidence displayable, each dangerous or invisible character as a visible token.
    pub fn of(text: &Untrusted<'_>, mode: TextMode) -> Self {
        let raw = text.0;
        if raw.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'<') {
            return Self { text: raw.to_owned(), has_tokens: false };
        }
        let mut out = Self { text: String::with_capacity(raw.len() + 16), has_tokens: false };
        let mut marks = 0;
        for (at, c) in raw.char_indices() {
            marks = if is_mark(c) { marks + 1 } else { 0 };
            let lone_mark = is_mark(c) && (at == 0 || marks > MARKS_ON_A_BASE);
            if lone_mark || needs_token(c, &raw[at + c.len_utf8()..], mode) {
                out.push_token(c, mode);
            } else {
                out.text.push(c);
            }
        }
        out
    }

    /// The first characters of evidence, for a cell that cannot show more; never scans past `max` characters.
    pub fn of_prefix(text: &Untrusted<'_>, max: usize, mode: TextMode) -> Self {
        let end = text.0.char_indices().nth(max).map_or(text.0.len(), |(at, _)| at);
        Self::of(&Untrusted(&text.0[..end]), mode)
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// A stretch of this text, in bytes; what is safe as a whole is safe in parts.
    #[must_use]
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        Self { text: self.text.get(range).unwrap_or_default().to_owned(), has_tokens: self.has_tokens }
    }

    /// The beginning and the end of this text, in bytes, with a sign of ours between them.
    #[must_use]
    pub fn shortened(&self, head: std::ops::Range<usize>, sign: &'static str, tail: std::ops::Range<usize>) -> Self {
        let part = |range| self.text.get(range).unwrap_or_default();
        Self { text: [part(head), sign, part(tail)].concat(), has_tokens: self.has_tokens }
    }

    /// Whether anything had to be made visible.
    pub const fn has_tokens(&self) -> bool {
        self.has_tokens
    }

    /// The text cut into plain runs and tokens, in order.
    pub fn pieces(&self, mode: TextMode) -> Vec<Piece<'_>> {
        if !self.has_tokens {
            return vec![Piece::Plain(&self.text)];
        }
        let (open, close) = brackets(mode);
        let mut pieces = Vec::new();
        let mut rest = self.text.as_str();
        while let Some((start, end)) = next_token(rest, open, close, mode) {
            if start > 0 {
                pieces.push(Piece::Plain(&rest[..start]));
            }
            pieces.push(Piece::Token(&rest[start..end]));
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Plain(rest));
        }
        pieces
    }

    fn push_token(&mut self, c: char, mode: TextMode) {
        let (open, close) = brackets(mode);
        self.has_tokens = true;
        self.text.push(open);
        match name_of(c) {
            Some(name) => self.text.push_str(name),
            None => drop(write!(self.text, "U+{:04X}", u32::from(c))),
        }
        self.text.push(close);
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

const fn brackets(mode: TextMode) -> (char, char) {
    match mode {
        TextMode::Unicode => ('⟨', '⟩'),
        TextMode::Ascii => ('<', '>'),
    }
}

/// The names of the control characters that analysts meet; all others are shown by number.
const NAMES: [(char, &str); 8] = [
    ('\0', "NUL"),
    ('\x07', "BEL"),
    ('\x08', "BS"),
    ('\t', "TAB"),
    ('\n', "LF"),
    ('\r', "CR"),
    ('\x1b', "ESC"),
    ('\x7f', "DEL"),
];

fn name_of(c: char) -> Option<&'static str> {
    NAMES.iter().find(|(ch, _)| *ch == c).map(|(_, name)| *name)
}

/// Whether `c` must be shown as a token, given the text that follows it.
fn needs_token(c: char, after: &str, mode: TextMode) -> bool {
    match (c, mode) {
        // A bracket of evidence must not be mistaken for one of ours.
        ('<', TextMode::Ascii) => token_length(after, '>').is_some(),
        (' '..='~', _) => false,
        ('⟨', TextMode::Unicode) | (_, TextMode::Ascii) => true,
        _ => is_invisible_or_active(c),
    }
}

/// Characters that a terminal acts on, that draw nothing, or that reorder their neighbours.
fn is_invisible_or_active(c: char) -> bool {
    if is_mark(c) {
        return false;
    }
    match UnicodeWidthChar::width(c) {
        None | Some(0) => true,
        Some(_) => matches!(u32::from(c),
            0xAD | 0x85 | 0xA0 | 0x115F | 0x1160 | 0x1680 | 0x2000..=0x200F | 0x2028..=0x202F | 0x205F..=0x206F
            | 0x3000 | 0x3164 | 0xFFA0 | 0xFEFF | 0xFFF0..=0xFFFB | 0x2800 | 0xE000..=0xF8FF | 0xE_0000..=0x10_FFFF),
    }
}

/// Combining marks of scripts that need them; a terminal draws them over the character before.
const fn is_mark(c: char) -> bool {
    matches!(c as u32,
        0x0300..=0x034E | 0x0350..=0x036F | 0x0483..=0x0487 | 0x0591..=0x05BD | 0x05BF | 0x05C1..=0x05C2
        | 0x0610..=0x061A | 0x064B..=0x065F | 0x0670 | 0x06D6..=0x06DC | 0x06DF..=0x06E4 | 0x0900..=0x0902
        | 0x093A | 0x093C | 0x0941..=0x0948 | 0x094D | 0x0E31 | 0x0E34..=0x0E3A | 0x0E47..=0x0E4E
        | 0x3099 | 0x309A | 0x20D0..=0x20DC)
}

/// Where the next token of a shown text starts and ends, in bytes.
fn next_token(text: &str, open: char, close: char, mode: TextMode) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text[from..].find(open) {
        let inside = from + found + open.len_utf8();
        if mode == TextMode::Unicode || token_length(&text[inside..], close).is_some() {
            let length = token_length(&text[inside..], close)?;
            return Some((from + found, inside + length));
        }
        from = inside;
    }
    None
}

/// Bytes of a token's inside and closing bracket, where `text` starts with such.
fn token_length(text: &str, close: char) -> Option<usize> {
    let end = text.char_indices().take(10).find(|(_, c)| *c == close)?.0;
    let inside = &text[..end];
    let is_number = inside.strip_prefix("U+").is_some_and(|hex| {
        (4..=6).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
    });
    (is_number || NAMES.iter().any(|(_, name)| *name == inside)).then(|| end + close.len_utf8())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, mode: TextMode) -> String {
        Shown::of(&Untrusted(text), mode).to_string()
    }

    /// Reads shown text back; the existence of this function is what injective means.
    fn unshown(text: &str, mode: TextMode) -> String {
        let (open, close) = brackets(mode);
        let mut out = String::new();
        let mut rest = text;
        while let Some((start, end)) = next_token(rest, open, close, mode) {
            out.push_str(&rest[..start]);
            let inside = rest[start..end].trim_start_matches(open).trim_end_matches(close);
            let by_name = NAMES.iter().find(|(_, name)| *name == inside).map(|(c, _)| *c);
            let by_number = || char::from_u32(u32::from_str_radix(&inside[2..], 16).unwrap()).unwrap();
            out.push(by_name.unwrap_or_else(by_number));
            rest = &rest[end..];
        }
        out + rest
    }

    #[test]
    fn hostile_text_is_visible() {
        assert_eq!(shown("rtl\u{202e}txt.exe", TextMode::Unicode), "rtl⟨U+202E⟩txt.exe");
        assert_eq!(shown("\x1b]52;c;AAAA\x07", TextMode::Unicode), "⟨ESC⟩]52;c;AAAA⟨BEL⟩");
        assert_eq!(shown("zero\u{200b}width\u{e0041}", TextMode::Unicode), "zero⟨U+200B⟩width⟨U+E0041⟩");
        assert_eq!(shown("⟨U+202E⟩", TextMode::Unicode), "⟨U+27E8⟩U+202E⟩");
        assert_eq!(shown("<U+202E> <Data> é", TextMode::Ascii), "<U+003C>U+202E> <Data> <U+00E9>");
        assert_eq!(shown("Zürich 東京 naïve", TextMode::Unicode), "Zürich 東京 naïve");
    }

    #[test]
    fn a_pile_of_marks_is_cut() {
        let zalgo = format!("a{}", "\u{0301}".repeat(50));
        assert_eq!(shown(&zalgo, TextMode::Unicode).matches("⟨U+0301⟩").count(), 48);
    }

    #[test]
    fn pieces_join_to_the_whole() {
        let text = Shown::of(&Untrusted("a\nb<LF>"), TextMode::Ascii);
        let pieces = text.pieces(TextMode::Ascii);
        assert_eq!(
            pieces,
            [Piece::Plain("a"), Piece::Token("<LF>"), Piece::Plain("b"), Piece::Token("<U+003C>"), Piece::Plain("LF>")]
        );
    }

    /// Text that is rich in what attackers use, beside any text at all.
    fn hostile() -> impl Strategy<Value = String> {
        let spice = prop::sample::select(vec![
            '\x1b',
            '\u{9b}',
            '\u{202e}',
            '\u{200b}',
            '\u{e0041}',
            '⟨',
            '⟩',
            '<',
            '>',
            'U',
            '+',
            '\n',
            'L',
            'F',
            '\u{301}',
            '\u{2028}',
            '\u{feff}',
        ]);
        prop::collection::vec(prop_oneof![any::<char>(), spice], 0..40).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn showing_is_injective(text in hostile()) {
            for mode in [TextMode::Unicode, TextMode::Ascii] {
                prop_assert_eq!(&unshown(&shown(&text, mode), mode), &text);
            }
        }

        #[test]
        fn nothing_active_or_invisible_is_left(text in hostile()) {
            for c in shown(&text, TextMode::Unicode).chars() {
                prop_assert!(!c.is_control() && !is_invisible_or_active(c), "{:?}", c);
                prop_assert!(!matches!(u32::from(c), 0x202A..=0x202E | 0x2066..=0x2069 | 0x200B..=0x200F | 0xE0000..=0xE007F | 0x80..=0x9F));
            }
            prop_assert!(shown(&text, TextMode::Ascii).bytes().all(|b| (0x20..0x7f).contains(&b)));
        }
    }
}
