//! Defanged indicators made live: `hxxp://evil[.]com` becomes `http://evil.com`.
//!
//! The forms are those that reports use: `hxxp`, `h**p` and `fxp` before a colon, and `.`, `@`, `:`, `/`, `://`, `dot`
//! and `at` in square, round or curly brackets, or with one of the square brackets left out. A backslash before a dot
//! is not taken for one of them, since paths and regular expressions are full of those.

use std::borrow::Cow;
use std::ops::Range;

/// A text made live, and where its parts stood.
pub(super) struct Refanged<'a> {
    pub text: Cow<'a, str>,
    edits: Vec<Edit>,
}

/// What stands in place of what.
struct Edit {
    live: Range<usize>,
    written: Range<usize>,
}

/// A defanged form: where it stands, and what it stands for.
struct Form {
    written: Range<usize>,
    live: &'static str,
}

/// The text with its defanged forms made live. A text that holds none stays as it is.
pub fn refang(text: &str) -> Cow<'_, str> {
    Refanged::of(text).text
}

impl<'a> Refanged<'a> {
    pub fn of(text: &'a str) -> Self {
        let mut live = String::new();
        let mut edits = Vec::new();
        let mut done = 0;
        let mut at = 0;
        while let Some(start) = next_sign(text.as_bytes(), at) {
            at = start + 1;
            let Some(form) = form_at(text.as_bytes(), start, done) else { continue };
            live.push_str(text.get(done..form.written.start).unwrap_or_default());
            let from = live.len();
            live.push_str(form.live);
            done = form.written.end;
            at = done;
            edits.push(Edit { live: from..live.len(), written: form.written });
        }
        if edits.is_empty() {
            return Self { text: Cow::Borrowed(text), edits };
        }
        live.push_str(text.get(done..).unwrap_or_default());
        Self { text: Cow::Owned(live), edits }
    }

    /// The range of the written text that a range of the live text came from.
    pub fn written(&self, range: Range<usize>) -> Range<usize> {
        self.place(range.start, false)..self.place(range.end, true)
    }

    /// Whether something in this range of the live text was written defanged.
    pub fn was_defanged(&self, range: Range<usize>) -> bool {
        let after = self.edits.partition_point(|edit| edit.live.end <= range.start);
        self.edits.get(after).is_some_and(|edit| edit.live.start < range.end)
    }

    fn place(&self, at: usize, is_end: bool) -> usize {
        // The last edit that begins before the place.
        let before = self.edits.partition_point(|edit| edit.live.start < at);
        let Some(edit) = before.checked_sub(1).and_then(|i| self.edits.get(i)) else { return at };
        match at.checked_sub(edit.live.end) {
            Some(behind) => edit.written.end + behind,
            None if is_end => edit.written.end,
            None => edit.written.start,
        }
    }
}

/// The next byte that may begin a defanged form.
fn next_sign(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let at = rest.iter().position(|byte| SIGNS.get(usize::from(*byte)) == Some(&true))?;
    Some(from + at)
}

const SIGNS: [bool; 256] = {
    let mut table = [false; 256];
    let mut signs: &[u8] = b"[]({xX*";
    while let [sign, rest @ ..] = signs {
        table[*sign as usize] = true;
        signs = rest;
    }
    table
};

/// The form whose sign stands at `at`; nothing before `done` belongs to it.
fn form_at(bytes: &[u8], at: usize, done: usize) -> Option<Form> {
    match bytes.get(at)? {
        b'x' | b'X' | b'*' => scheme(bytes, at).filter(|form| form.written.start >= done),
        b']' => closing(bytes, at, done),
        _ => bracketed(bytes, at, done).or_else(|| opening(bytes, at)),
    }
}

/// `hxxp`, `h**p`, `fxp`, whose first sign stands at `at`, with a colon to follow. Letters around it in upper case make
/// it upper case, as in `HXXP`, so that `HTTP` can be written defanged too.
fn scheme(bytes: &[u8], at: usize) -> Option<Form> {
    let start = at.checked_sub(1)?;
    let (first, sign) = (*bytes.get(start)?, *bytes.get(at)?);
    let count = match first {
        b'h' | b'H' => 2,
        b'f' | b'F' if sign != b'*' => 1,
        _ => return None,
    };
    let last = *bytes.get(at + count)?;
    let is_alike = bytes.get(at..at + count)?.iter().all(|byte| byte.eq_ignore_ascii_case(&sign));
    let is_glued = start > 0 && bytes.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
    let end = at + count + 1;
    let behind = end + usize::from(bytes.get(end).is_some_and(|byte| matches!(byte, b's' | b'S')));
    if !is_alike || is_glued || !matches!(last, b'p' | b'P') || !is_colon(bytes, behind) {
        return None;
    }
    let is_upper = first.is_ascii_uppercase() && last.is_ascii_uppercase();
    let live = match (count, is_upper) {
        (2, false) => "http",
        (2, true) => "HTTP",
        (_, false) => "ftp",
        (_, true) => "FTP",
    };
    Some(Form { written: start..end, live })
}

/// Whether what follows a scheme is a colon, written live, in brackets or by its number.
fn is_colon(bytes: &[u8], at: usize) -> bool {
    let (first, rest) = (bytes.get(at), bytes.get(at + 1..).unwrap_or_default());
    match first {
        Some(b':') => rest.starts_with(b"/") || rest.starts_with(b"[") || rest.starts_with(b"\\"),
        Some(b'[' | b'(' | b'{') => rest.starts_with(b":"),
        Some(b'%') => rest.starts_with(b"3a") || rest.starts_with(b"3A"),
        _ => false,
    }
}

/// What stands in brackets, and what it stands for.
const TOKENS: [(&[u8], &str); 7] =
    [(b".", "."), (b"dot", "."), (b"@", "@"), (b"at", "@"), (b"://", "://"), (b":", ":"), (b"/", "/")];

/// `[.]`, `(dot)`, `{at}` and the like. Round and curly brackets, and words, need letters on both sides, since such
/// brackets stand in prose and code as well; one space on both sides belongs to the form.
fn bracketed(bytes: &[u8], at: usize, done: usize) -> Option<Form> {
    let close = match bytes.get(at)? {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let rest = bytes.get(at + 1..)?;
    let begins = |token: &[u8]| rest.get(..token.len()).is_some_and(|text| text.eq_ignore_ascii_case(token));
    let fits = |token: &[u8]| begins(token) && rest.get(token.len()) == Some(&close);
    let (token, live) = TOKENS.into_iter().find(|(token, _)| fits(token))?;
    let end = at + token.len() + 2;
    let is_joint = matches!(live, "." | "@");
    let is_sure = close == b']' && token.len() < 2;
    if is_word_before(bytes, at) && is_word_at(bytes, end) || (is_sure && !is_spaced(bytes, at, end)) || live == "://" {
        return Some(Form { written: at..end, live });
    }
    let joins = is_joint && is_spaced(bytes, at, end) && at > done;
    if joins {
        return Some(Form { written: at - 1..end + 1, live });
    }
    is_sure.then_some(Form { written: at..end, live })
}

fn is_spaced(bytes: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).is_some_and(|at| bytes.get(at) == Some(&b' ') && is_letter_before(bytes, at));
    before && bytes.get(end) == Some(&b' ') && is_letter_at(bytes, end + 1)
}

/// `evil[.com`
fn opening(bytes: &[u8], at: usize) -> Option<Form> {
    let is_form = bytes.get(at..)?.starts_with(b"[.") && is_letter_before(bytes, at) && is_letter_at(bytes, at + 2);
    is_form.then_some(Form { written: at..at + 2, live: "." })
}

/// `evil.]com`
fn closing(bytes: &[u8], at: usize, done: usize) -> Option<Form> {
    let dot = at.checked_sub(1).filter(|dot| *dot >= done)?;
    let is_form = bytes.get(dot) == Some(&b'.') && is_letter_before(bytes, dot) && is_letter_at(bytes, at + 1);
    is_form.then_some(Form { written: dot..at + 1, live: "." })
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

fn is_letter_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(|byte| is_letter(*byte))
}

fn is_letter_before(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|at| is_letter_at(bytes, at))
}

/// A letter, a sign that names hold, or the bracket of a neighbouring form.
fn is_word_at(bytes: &[u8], at: usize) -> bool {
    is_letter_at(bytes, at) || bytes.get(at).is_some_and(|byte| matches!(byte, b'-' | b'_' | b'[' | b'(' | b'{' | b'/'))
}

fn is_word_before(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    is_letter_before(bytes, at) || before.is_some_and(|byte| matches!(byte, b'-' | b'_' | b']' | b')' | b'}' | b'/'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_reports_write_becomes_live() {
        for (written, live) in [
            ("hxxp://evil[.]com/a", "http://evil.com/a"),
            ("hXXps://evil(.)com", "https://evil.com"),
            ("HXXP://EVIL[.]COM", "HTTP://EVIL.COM"),
            ("h**ps://evil{.}com", "https://evil.com"),
            ("fxp://a[dot]b(DOT)c{dot}org", "ftp://a.b.c.org"),
            ("fxps[:]//a.com", "ftps://a.com"),
            ("http[://]evil[.]com[/]x", "http://evil.com/x"),
            ("hxxp[:]//evil.com[:]8080", "http://evil.com:8080"),
            ("bob[at]evil[.]com", "bob@evil.com"),
            ("bob (at) evil (dot) com", "bob@evil.com"),
            ("bob[@]evil [.] com", "bob@evil.com"),
            ("evil[.com", "evil.com"),
            ("evil.]com", "evil.com"),
            ("10[.]0[.]0[.]1", "10.0.0.1"),
            ("2001[:]db8[:][:]1", "2001:db8::1"),
            ("[:][:]1", "::1"),
        ] {
            assert_eq!(refang(written), live);
        }
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            "http://a.com/x[0].y",
            "[2001:db8::1]:443",
            "f(x) (.5)",
            "meet (at) (noon)",
            "hxxp alone",
            "the box: x",
            "0xff:1",
            "*.com",
            "a(.*)b",
            "if (dot) {",
            "[ERROR]: x",
            "fxp",
            "x",
        ] {
            assert!(matches!(refang(text), Cow::Borrowed(_)), "{text} -> {}", refang(text));
        }
    }

    #[test]
    fn places_lead_back() {
        let text = "see hxxp://evil[.]com now";
        let refanged = Refanged::of(text);
        let start = refanged.text.find("http").unwrap();
        assert_eq!(&text[refanged.written(start..start + 15)], "hxxp://evil[.]com");
        assert!(refanged.was_defanged(start..start + 2) && !refanged.was_defanged(0..start));
    }

    proptest! {
        #[test]
        fn every_place_is_within_the_text(text in "([a-c.@:/ ]|\\[\\.\\]|\\(at\\)|hxxp:|\\[\\.|é){0,40}") {
            let refanged = Refanged::of(&text);
            for (at, c) in refanged.text.char_indices() {
                let written = refanged.written(at..at + c.len_utf8());
                prop_assert!(text.get(written).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}
