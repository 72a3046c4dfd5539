//! Indicators written so that nobody follows them by accident, and so that no program makes links of them.
//!
//! Every word of the form of an address is written so, known suffix or not: a name too many does no harm, and a name
//! too few does. The law: where `refang` finds nothing to change in a text, `refang(defang(text)) == text`; and a
//! defanged text is not defanged twice, `defang(defang(text)) == defang(text)`.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use super::ioc::is_scheme;

/// What parts the words of a text.
const SIGNS: &str = "\"'<>(),;|=`{}&";

/// `http` becomes `hxxp`, the colon behind other schemes and the dots and signs of addresses are put in brackets. Text
/// that holds none stays as it is.
pub fn defang(text: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let mut done = 0;
    let mut start = 0;
    for word in text.split_inclusive(|c: char| c.is_whitespace() || SIGNS.contains(c)) {
        if let Some(written) = safe_word(word) {
            safe.push_str(text.get(done..start).unwrap_or_default());
            safe.push_str(&written);
            done = start + word.len();
        }
        start += word.len();
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    safe.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(safe)
}

/// The same as [`defang`], for callers that need a text of their own.
pub fn defanged(text: &str) -> String {
    defang(text).into_owned()
}

/// A word written safely; None where it holds nothing that could be followed.
fn safe_word(word: &str) -> Option<String> {
    if !word.contains(['.', ':', '@']) {
        return None;
    }
    let mut safe = String::with_capacity(word.len() + 16);
    let mut rest = word;
    // A URL may hold others.
    while let Some((before, after)) = rest.split_once("://") {
        let scheme_at = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let (front, scheme) = before.split_at(scheme_at);
        push_address(&mut safe, front);
        push_scheme(&mut safe, scheme, after.starts_with(' '));
        rest = after;
    }
    push_address(&mut safe, rest);
    (safe != word).then_some(safe)
}

/// A scheme and its `://`. Letters of mixed case have no form that leads back, and behind `hxxp` a space before the host
/// is taken for one that was put there, so the colon is put in brackets in both cases.
fn push_scheme(safe: &mut String, scheme: &str, is_alone: bool) {
    let written = match scheme {
        _ if is_alone && is_scheme(scheme) => {
            safe.push_str(scheme);
            "[:]//"
        }
        "http" => "hxxp://",
        "https" => "hxxps://",
        "HTTP" => "HXXP://",
        "HTTPS" => "HXXPS://",
        "ftp" => "fxp://",
        "ftps" => "fxps://",
        _ if is_scheme(scheme) => {
            safe.push_str(scheme);
            "[:]//"
        }
        _ => {
            safe.push_str(scheme);
            "://"
        }
    };
    safe.push_str(written);
}

/// A host, an address or a mail address with what follows it up to the next word; other text goes in as it is.
fn push_address(safe: &mut String, text: &str) {
    let end = text.find(['/', '?', '#', '\\']).unwrap_or(text.len());
    let (host, path) = text.split_at(end);
    let trimmed = host.trim_end_matches(|c: char| c.is_whitespace() || c == '.' || c == ']' || SIGNS.contains(c));
    let lead = trimmed.len() - trimmed.trim_start_matches(['.', '[', '-', '*']).len();
    let (front, inner) = trimmed.split_at(lead);
    if !is_address(inner) {
        safe.push_str(text);
        return;
    }
    safe.push_str(front);
    // Only IPv6 addresses hold several colons.
    let has_colons = is_v6(inner);
    let behind_at = inner.rfind('@').map_or(0, |at| at + 1);
    let port = inner.rfind(':').filter(|colon| !has_colons && *colon >= behind_at).map(|colon| colon + 1);
    for c in inner.get(..port.unwrap_or(inner.len())).unwrap_or_default().chars() {
        match c {
            '.' => safe.push_str("[.]"),
            '@' => safe.push_str("[@]"),
            ':' if has_colons => safe.push_str("[:]"),
            c => safe.push(c),
        }
    }
    if let Some(port) = port {
        // Where no port stands anything may, such as a dot before brackets or another address.
        return push_address(safe, text.get(lead + port..).unwrap_or_default());
    }
    safe.push_str(host.get(trimmed.len()..).unwrap_or_default());
    safe.push_str(path);
}

fn is_v6(word: &str) -> bool {
    let is_form = word.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'));
    is_form && word.matches(':').count() > 1 && word.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Whether a word is a name, an address or a mail address, as far as its form tells. File names such as `a.exe` look the
/// same and are defanged too, which harms nobody.
fn is_address(word: &str) -> bool {
    let host = word.rsplit('@').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '%'))
    };
    let is_top = |label: &str| label.chars().count() > 1 && label.chars().next().is_some_and(char::is_alphabetic);
    let has_local = word.split('@').rev().skip(1).all(|part| !part.is_empty() && !part.contains(['[', ']']));
    let is_name = host.contains('.') && host.split('.').all(is_label) && host.rsplit('.').next().is_some_and(is_top);
    is_v6(word) || ((is_name || host.parse::<Ipv4Addr>().is_ok()) && has_local)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ioc::refang;
    use super::*;

    /// Found by the fuzzer: brackets of another kind beside those that were put in, and dots behind a colon.
    #[test]
    fn brackets_of_all_kinds_come_back_as_they_were() {
        for text in ["::{:}X", "hxxp:.htt a@exa0.le.org 2001:db8::1 .]", "cp:\u{fffd}.[dot]\u{fffd} c", "a.b:c.d@e.fr"]
        {
            let live = refang(text);
            assert_eq!(refang(&defanged(&live)), live, "{text}");
        }
    }

    #[test]
    fn what_could_be_followed_cannot_be_any_more() {
        for (text, safe) in [
            ("192.52.193.44", "192[.]52[.]193[.]44"),
            ("http://192.31.196.201/a/init.ps1", "hxxp://192[.]31[.]196[.]201/a/init.ps1"),
            ("https://drop.files-share.example.org/u/", "hxxps://drop[.]files-share[.]example[.]org/u/"),
            ("see cdn-updates.example.net.", "see cdn-updates[.]example[.]net."),
            ("archive@mail-archive.example.net", "archive[@]mail-archive[.]example[.]net"),
            ("3ffe:831f:4e0:7::1c2", "3ffe[:]831f[:]4e0[:]7[:][:]1c2"),
            ("http://a.com/?u=http://b.com/x", "hxxp://a[.]com/?u=hxxp://b[.]com/x"),
            ("HTTP://A.COM hTtP://a.com", "HXXP://A[.]COM hTtP[:]//a[.]com"),
            ("ssh://h.example:22 ftp://localhost", "ssh[:]//h[.]example:22 fxp://localhost"),
            ("src=10.0.0.1:443;", "src=10[.]0[.]0[.]1:443;"),
            ("http:// a.com", "http[:]// a[.]com"),
            ("http://u:p@a.com/", "hxxp://u:p[@]a[.]com/"),
        ] {
            assert_eq!(defanged(text), safe);
        }
    }

    #[test]
    fn what_cannot_be_followed_stays() {
        for text in
            ["no address at all", "NORD\\svc-backup", "06:10:31", "v1.2", "3.14", "std::vec", "e.g.", "hxxp://a[.]b"]
        {
            assert!(matches!(defang(text), Cow::Borrowed(_)), "{text} -> {}", defang(text));
        }
    }

    /// Pieces of addresses and of what stands around them, so that they meet in all ways.
    fn text() -> impl Strategy<Value = String> {
        let pieces = "(https?://|HTTP://|hTTp://|ssh://|evil\\.com|10\\.0\\.0\\.1|2001:db8::1|::1|bob@|[ .:@/\\[\\](){}=x%-]|a|\u{e9}){0,12}";
        prop_oneof![pieces, ".{0,40}"]
    }

    proptest! {
        #[test]
        fn refang_undoes_defang(text in text()) {
            if refang(&text) == text {
                let safe = defanged(&text);
                prop_assert_eq!(refang(&safe), text, "{}", safe);
            }
        }

        #[test]
        fn defanged_text_is_not_defanged_twice(text in text()) {
            let once = defanged(&text);
            let twice = defanged(&once);
            prop_assert_eq!(twice, once);
        }
    }
}
