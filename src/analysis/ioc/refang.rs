//! Defanged indicators made live: `hxxp://evil[.]com` becomes `http://evil.com`.
//!
//! The forms are those that reports use: `hxxp`, `h**p` and `fxp` before a colon, and `.`, `@`, `:`, `/`, `://`, `dot`
//! and `at` in square, round, curly or angle brackets, or with one of the square brackets left out, `&#46;`, and `DOT`
//! and `AT` in upper case between words that make a name. Slashes of URLs that JSON escapes (`http:\/\/evil.com`) or that
//! somebody turned around (`http:\\evil.com`) are slashes again. A backslash before a dot is not taken for one of them,
//! since paths and regular expressions are full of those.

use std::borrow::Cow;
use std::ops::Range;

use super::names;
use super::urls::is_scheme;

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
        let mut slashes = Slashes::default();
        while let Some(start) = next_sign(text.as_bytes(), at) {
            at = start + 1;
            if !may_begin(text.as_bytes(), start) {
                continue;
            }
            let slash = slashes.form_at(text.as_bytes(), start);
            let Some(form) = slash.or_else(|| form_at(text.as_bytes(), start, done)) else { continue };
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
    let is_sign = |byte: &u8| SIGNS[usize::from(*byte)];
    // Most stretches have none, which is sooner seen of eight bytes together.
    let without =
        rest.as_chunks::<8>().0.iter().take_while(|chunk| !chunk.iter().fold(false, |any, b| any | is_sign(b)));
    let skipped = without.count() * 8;
    let at = rest.get(skipped..)?.iter().position(is_sign)?;
    Some(from + skipped + at)
}

const SIGNS: [bool; 256] = {
    let mut table = [false; 256];
    let mut signs: &[u8] = b"[]({<&\\xXwW*DA";
    while let [sign, rest @ ..] = signs {
        table[*sign as usize] = true;
        signs = rest;
    }
    table
};

/// Whether the neighbour of a sign allows for a form, which that of most does not.
fn may_begin(bytes: &[u8], at: usize) -> bool {
    let next = || bytes.get(at + 1).map_or(0, u8::to_ascii_lowercase);
    let before = || at.checked_sub(1).and_then(|at| bytes.get(at)).map_or(0, u8::to_ascii_lowercase);
    match bytes.get(at) {
        Some(b'[' | b'(' | b'{' | b'<') => matches!(next(), b'.' | b'd' | b'a' | b'@' | b':' | b'/' | b' '),
        Some(b']') => before() == b'.',
        Some(b'x' | b'X') => matches!(next(), b'x' | b't' | b'p'),
        Some(b'*') => next() == b'*',
        Some(b'w' | b'W') => before() == b'o',
        Some(b'D') => next() == b'o',
        Some(b'A') => next() == b't',
        Some(b'&') => next() == b'#',
        _ => true,
    }
}

/// The URL whose slashes are written otherwise.
#[derive(Default)]
struct Slashes {
    end: usize,
    /// `\/` stands for a slash, and not `\` alone.
    is_escaped: bool,
}

impl Slashes {
    /// The slash that stands at `at`. The end of a URL is looked for once, so that many of them in a row stay cheap.
    fn form_at(&mut self, bytes: &[u8], at: usize) -> Option<Form> {
        if bytes.get(at) != Some(&b'\\') || (at >= self.end && !self.begins_at(bytes, at)) {
            return None;
        }
        if !self.is_escaped {
            return Some(Form { written: at..at + 1, live: "/" });
        }
        (bytes.get(at + 1) == Some(&b'/')).then_some(Form { written: at..at + 2, live: "/" })
    }

    /// Whether behind a scheme the slashes of a URL begin.
    fn begins_at(&mut self, bytes: &[u8], at: usize) -> bool {
        let rest = bytes.get(at..).unwrap_or_default();
        let is_escaped = rest.starts_with(br"\/\/");
        let is_turned = rest.starts_with(br"\\") && is_letter_at(bytes, at + 2);
        let Some(colon) = at.checked_sub(1).filter(|colon| bytes.get(*colon) == Some(&b':')) else { return false };
        let before = bytes.get(colon.saturating_sub(11)..colon).unwrap_or_default();
        let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let scheme = before.get(before.len() - length..).unwrap_or_default().to_ascii_lowercase();
        let scheme = String::from_utf8(scheme).unwrap_or_default();
        let is_web = ["http", "https", "hxxp", "hxxps", "ftp", "ftps", "fxp", "fxps"].contains(&&*scheme);
        if !(is_turned && is_web || is_escaped && (is_web || is_scheme(&scheme))) {
            return false;
        }
        let is_end = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'<>`".contains(byte);
        let length = rest.iter().position(is_end).unwrap_or(rest.len());
        // A backslash before a quote belongs to the quote.
        let is_quoted = length > 2 && rest.get(length - 1) == Some(&b'\\') && length < rest.len();
        *self = Self { end: at + length - usize::from(is_quoted), is_escaped };
        true
    }
}

/// The form whose sign stands at `at`; nothing before `done` belongs to it.
fn form_at(bytes: &[u8], at: usize, done: usize) -> Option<Form> {
    match bytes.get(at)? {
        b'x' | b'X' | b'*' | b'w' | b'W' => scheme(bytes, at).filter(|form| form.written.start >= done),
        b']' => closing(bytes, at, done),
        b'D' | b'A' => spelled(bytes, at, done),
        b'&' => entity(bytes, at),
        _ => bracketed(bytes, at, done).or_else(|| opening(bytes, at)),
    }
}

/// What a defanged scheme is written as, and how many bytes of it stand before its sign.
const SCHEMES: [(&[u8], usize); 6] =
    [(b"hxxp", 1), (b"h**p", 1), (b"hxtp", 1), (b"htxp", 2), (b"meow", 3), (b"fxp", 1)];

/// `hxxp`, `h**p`, `fxp`, whose first sign stands at `at`, with a colon to follow. Letters around it in upper case make
/// it upper case, as in `HXXP`, so that `HTTP` can be written defanged too.
fn scheme(bytes: &[u8], at: usize) -> Option<Form> {
    let stands = |(word, lead): &(&[u8], usize)| {
        let start = at.checked_sub(*lead)?;
        bytes.get(start..start + word.len()).filter(|text| text.eq_ignore_ascii_case(word)).map(|text| (start, text))
    };
    let (start, word) = SCHEMES.iter().find_map(stands)?;
    let is_glued = start > 0 && bytes.get(start - 1).is_some_and(u8::is_ascii_alphanumeric);
    let end = start + word.len();
    let is_secure = bytes.get(end).is_some_and(|byte| matches!(byte, b's' | b'S'));
    let behind = end + usize::from(is_secure);
    if is_glued || !is_colon(bytes, behind) {
        return None;
    }
    let is_ftp = word.len() == 3;
    if is_spaced_host(bytes, behind) {
        let live = match (is_ftp, is_secure) {
            (false, false) => "http://",
            (false, true) => "https://",
            (true, false) => "ftp://",
            (true, true) => "ftps://",
        };
        return Some(Form { written: start..behind + 4, live });
    }
    let is_upper = word.first().is_some_and(u8::is_ascii_uppercase) && word.last().is_some_and(u8::is_ascii_uppercase);
    let live = match (is_ftp, is_upper) {
        (false, false) => "http",
        (false, true) => "HTTP",
        (true, false) => "ftp",
        (true, true) => "FTP",
    };
    Some(Form { written: start..end, live })
}

/// Whether `:// ` stands at `at`, and behind it a host that is itself written defanged.
fn is_spaced_host(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let host = rest.get(4..).unwrap_or_default();
    let host = host.get(..host.len().min(100)).unwrap_or_default();
    let host = host.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
    let has = |form: &[u8]| host.windows(form.len()).any(|text| text.eq_ignore_ascii_case(form));
    rest.starts_with(b":// ")
        && host.first().is_some_and(|byte| is_letter(*byte))
        && [b"[.]".as_slice(), b"(.)", b"{.}", b"[dot]", b"(dot)"].into_iter().any(has)
}

/// A dot or an `@` by its number or name in HTML, between letters.
fn entity(bytes: &[u8], at: usize) -> Option<Form> {
    const ENTITIES: [(&[u8], &str); 4] = [(b"&#46;", "."), (b"&#x2e;", "."), (b"&#64;", "@"), (b"&#x40;", "@")];
    let stands = |text: &[u8]| bytes.get(at..at + text.len()).is_some_and(|there| there.eq_ignore_ascii_case(text));
    let (text, live) = ENTITIES.into_iter().find(|(text, _)| stands(text))?;
    let is_form = is_letter_before(bytes, at) && is_letter_at(bytes, at + text.len());
    is_form.then_some(Form { written: at..at + text.len(), live })
}

/// ` DOT ` and ` AT ` between words that make a name, where not everything around it is in upper case as well.
fn spelled(bytes: &[u8], at: usize, done: usize) -> Option<Form> {
    let rest = bytes.get(at..)?;
    let (live, end) = match rest {
        [b'D', b'O', b'T', b' ', ..] => (".", at + 4),
        [b'A', b'T', b' ', ..] => ("@", at + 3),
        _ => return None,
    };
    let space = at.checked_sub(1).filter(|space| *space >= done && bytes.get(*space) == Some(&b' '))?;
    let is_lower = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let stands_out = space.checked_sub(1).is_some_and(is_lower) || is_lower(end);
    let is_form = is_letter_before(bytes, space) && stands_out && leads_to_suffix(bytes, end, live == "@");
    is_form.then_some(Form { written: space..end, live })
}

/// Whether labels with ` DOT ` between them follow, of which the last is a known suffix.
fn leads_to_suffix(bytes: &[u8], from: usize, is_host: bool) -> bool {
    const MOST_LABELS: usize = 6;
    let mut at = from;
    for count in 0..MOST_LABELS {
        let ahead = bytes.iter().skip(at).take(63);
        let length = ahead.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        let rest = bytes.get(at + length..).unwrap_or_default();
        if length > 0 && rest.starts_with(b" DOT ") {
            at += length + 5;
            continue;
        }
        let label = bytes.get(at..at + length).unwrap_or_default().to_ascii_lowercase();
        let name = format!("a.{}", String::from_utf8(label).unwrap_or_default());
        let ends = match rest {
            [] => true,
            [b'.', next, ..] => next.is_ascii_whitespace(),
            [sign, ..] => sign.is_ascii_whitespace() || b".,;:!?)/\"'>".contains(sign),
        };
        return length > 1 && ends && (count > 0 || !is_host) && names::has_known_suffix(&name);
    }
    false
}

/// Whether what follows a scheme is a colon, written live, in brackets or by its number.
fn is_colon(bytes: &[u8], at: usize) -> bool {
    let (first, rest) = (bytes.get(at), bytes.get(at + 1..).unwrap_or_default());
    match first {
        Some(b':') => rest.starts_with(b"/") || rest.starts_with(b"[/") || rest.starts_with(b"\\"),
        Some(b'[' | b'(' | b'{') => rest.starts_with(b":"),
        Some(b'%') => rest.starts_with(b"3a") || rest.starts_with(b"3A"),
        _ => false,
    }
}

/// What stands in brackets, and what it stands for.
const TOKENS: [(&[u8], &str); 8] =
    [(b".", "."), (b"dot", "."), (b"@", "@"), (b"at", "@"), (b"://", "://"), (b":", ":"), (b"//", "//"), (b"/", "/")];

/// A token in brackets: what it stands for, its length with the brackets, and whether it can be nothing else.
struct Token {
    live: &'static str,
    end: usize,
    close: u8,
    is_sure: bool,
}

/// The token in the brackets that open at `at`, with a space on both sides of it or none, and with the backslashes that
/// Markdown puts before brackets.
fn token(bytes: &[u8], at: usize) -> Option<Token> {
    let open = at + usize::from(bytes.get(at) == Some(&b'\\'));
    let close = match bytes.get(open)? {
        b'[' => b']',
        b'(' => b')',
        b'{' => b'}',
        b'<' => b'>',
        _ => return None,
    };
    let space = usize::from(bytes.get(open + 1) == Some(&b' '));
    let rest = bytes.get(open + 1 + space..)?;
    let end_of = |token: &[u8]| {
        let is_there = rest.get(..token.len())?.eq_ignore_ascii_case(token);
        let behind = rest.get(token.len()..).filter(|_| is_there)?;
        let behind = if space == 1 { behind.strip_prefix(b" ")? } else { behind };
        let behind = behind.strip_prefix(b"\\").unwrap_or(behind);
        behind.strip_prefix(&[close]).map(|behind| bytes.len() - behind.len())
    };
    TOKENS.into_iter().find_map(|(token, live)| {
        let is_sure = close == b']' && token.len() < 2 && space == 0;
        Some(Token { live, end: end_of(token)?, close, is_sure })
    })
}

/// `[.]`, `(dot)`, `{at}` and the like. Other brackets than square ones, and words, need letters on both sides, since
/// such brackets stand in prose and code as well; one space on both sides belongs to the form.
fn bracketed(bytes: &[u8], at: usize, done: usize) -> Option<Form> {
    let Token { live, end, close, is_sure } = token(bytes, at)?;
    let is_joint = matches!(live, "." | "@");
    let is_between = is_word_before(bytes, at, close) && is_word_at(bytes, end, close);
    let form = Form { written: at..end, live };
    if close == b'>' {
        return (is_joint && is_between).then_some(form);
    }
    if live == "//" {
        let is_behind_colon = at.checked_sub(1).is_some_and(|before| bytes.get(before) == Some(&b':'));
        return is_behind_colon.then_some(form);
    }
    if is_between || (is_sure && !is_spaced(bytes, at, end)) || live == "://" {
        return Some(form);
    }
    let joins = is_joint && is_spaced(bytes, at, end) && at > done;
    if joins {
        return Some(Form { written: at - 1..end + 1, live });
    }
    is_sure.then_some(form)
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

/// A letter, a sign that names hold, or the bracket of a neighbouring form of the same brackets: defanging puts square
/// ones beside whatever stands there.
fn is_word_at(bytes: &[u8], at: usize, close: u8) -> bool {
    let is_open = |byte: u8| matches!((byte, close), (b'[', b']') | (b'(', b')') | (b'{', b'}'));
    is_letter_at(bytes, at) || bytes.get(at).is_some_and(|byte| matches!(byte, b'-' | b'_' | b'/') || is_open(*byte))
}

fn is_word_before(bytes: &[u8], at: usize, close: u8) -> bool {
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    let is_close = |byte: u8| byte == close && close != b'>';
    is_letter_before(bytes, at) || before.is_some_and(|byte| matches!(byte, b'-' | b'_' | b'/') || is_close(*byte))
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
            ("hxxps:// evil[.]com/x", "https://evil.com/x"),
            (r"http:\\evil.com\a\b c\d", r"http://evil.com/a/b c\d"),
            (r"hxxp:\\evil[.]com\a", "http://evil.com/a"),
            (r#"{"u":"https:\/\/evil.com\/a\/b","p":"\/x"}"#, r#"{"u":"https://evil.com/a/b","p":"\/x"}"#),
            (r#"\"http:\\evil.com\a\""#, r#"\"http://evil.com/a\""#),
            ("http:[//]evil.com", "http://evil.com"),
            (
                "hxtp://a.com htxps://b.com meow://c.com MEOWS://d.com",
                "http://a.com https://b.com http://c.com HTTPS://d.com",
            ),
            ("evil[ . ]com bob[ at ]evil( dot )com", "evil.com bob@evil.com"),
            ("evil<.>com bob<at>evil<dot>com", "evil.com bob@evil.com"),
            (r"evil\[.\]com a[.\]com", "evil.com a.com"),
            ("evil&#46;com bob&#64;evil&#x2E;com", "evil.com bob@evil.com"),
            ("bob AT mail DOT evil DOT com, evil DOT org.", "bob@mail.evil.com, evil.org."),
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
            "http:// evil.com",
            "hxxp is:// evil[x]",
            r"C:\a\b \/ x:\/\/y",
            r"file:\\server\share",
            "a < . > b, x<.5, <dot> </>",
            "a[//]b",
            "&#46; x&#46; a&amp;b",
            "THE DOT COM AGE",
            "the DOT matrix and a dot com",
            "look AT evil.com",
            "meow: said the cat",
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
