//! The parts of a host name: public suffix, registered domain, subdomain, both spellings, and the scripts it mixes.
//!
//! The public suffix list (publicsuffix.org) is compiled in, so nothing is asked of the network and a name is judged as
//! the list stood when the program was built. Spellings follow UTS #46. Whether a name looks like another one is not
//! judged beyond the scripts of its letters, and nothing is resolved.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use psl::Psl;
use unicode_script::{Script, UnicodeScript};

/// More bytes than any name has whose DNS form fits into 253 octets.
const MOST_BYTES: usize = 1024;

/// Top-level names that are set aside by RFC 2606 and RFC 6761 and stand in no list of public suffixes.
const RESERVED: [&str; 4] = ["example", "invalid", "localhost", "test"];

/// Names below `com`, `net` and `org` that RFC 2606 sets aside.
const RESERVED_SECOND_LEVEL: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Where a suffix is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SuffixKind {
    /// A registry's suffix, such as `co.uk`.
    Icann,
    /// A company lets others have names below it, as `github.io`.
    Private,
    /// Set aside by RFC 2606 or RFC 6761 and never delegated.
    Reserved,
    Unknown,
}

impl SuffixKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Icann => "ICANN",
            Self::Private => "private",
            Self::Reserved => "reserved",
            Self::Unknown => "unknown",
        }
    }
}

/// A host name taken apart; all but `unicode` and `label` are in lower case and in the ASCII spelling.
#[derive(Clone, Debug, PartialEq)]
pub struct DomainParts {
    /// What follows the registered label; of an unknown suffix the last label. None of a name of one label.
    pub suffix: Option<String>,
    pub suffix_kind: SuffixKind,
    /// The name that is registered: one label and the suffix. None where the name is itself a suffix.
    pub registered: Option<String>,
    /// The label in front of the suffix, in Unicode; the whole name where nothing is registered.
    pub label: String,
    /// What stands before the registered domain, without the dot between them.
    pub subdomain: String,
    /// The name with `xn--` labels.
    pub ascii: String,
    /// The name as it is meant to be read.
    pub unicode: String,
    /// The suffix stands in the public suffix list, or the name is reserved.
    pub is_known_suffix: bool,
    /// At least one label is written with `xn--` in DNS.
    pub is_idn: bool,
    /// One label holds letters of scripts that are not written together.
    pub mixed_scripts: bool,
    /// The scripts of the letters by first appearance, parted by a comma and a blank.
    pub scripts: String,
    /// Shannon entropy of `label` in bits a character.
    pub entropy: f64,
    pub n_labels: usize,
}

/// Takes a host name apart, whatever its case and with or without the trailing dot. None where it is no name that DNS
/// could carry: addresses, empty or overlong labels, other characters than letters, digits, hyphens and underscores.
pub fn parts(text: &str) -> Option<DomainParts> {
    let (ascii, unicode) = spellings(text)?;
    let split = Split::of(&ascii);
    let label = label_in_unicode(&ascii, &unicode, &split);
    let scripts = scripts_of(&unicode);
    Some(DomainParts {
        suffix: split.suffix.map(str::to_owned),
        suffix_kind: split.kind,
        registered: split.registered.map(str::to_owned),
        entropy: entropy(&label),
        label,
        subdomain: split.subdomain.to_owned(),
        is_known_suffix: split.kind != SuffixKind::Unknown,
        is_idn: ascii.split('.').any(|label| label.starts_with("xn--")),
        mixed_scripts: unicode.split('.').any(is_mixed),
        scripts: scripts.iter().map(|script| script.full_name()).collect::<Vec<_>>().join(", "),
        n_labels: ascii.split('.').count(),
        ascii,
        unicode,
    })
}

/// Whether a name ends in a public suffix or reserved name with at least one label before it. A private suffix such as
/// `github.io` counts alone, since somebody registered it.
pub fn has_known_suffix(host: &str) -> bool {
    spellings(host).is_some_and(|(ascii, _)| {
        let split = Split::of(&ascii);
        split.kind == SuffixKind::Private || (split.registered.is_some() && split.kind != SuffixKind::Unknown)
    })
}

/// The name in ASCII and in Unicode, both in lower case and without the trailing dot.
fn spellings(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    if text.is_empty() || text.len() > MOST_BYTES {
        return None;
    }
    let uts46 = Uts46::new();
    let read = uts46.to_ascii(text.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow, DnsLength::VerifyAllowRootDot);
    let Ok(ascii) = read else { return broken_punycode(text) };
    let ascii = ascii.trim_end_matches('.').to_ascii_lowercase();
    let (unicode, _) = uts46.to_unicode(ascii.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
    let unicode = unicode.into_owned();
    is_host_name(&ascii).then_some((ascii, unicode))
}

/// Names occur in evidence whose `xn--` labels decode to nothing allowed; they are taken as they stand.
fn broken_punycode(text: &str) -> Option<(String, String)> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    is_host_name(&name).then(|| (name.clone(), name))
}

fn is_host_name(ascii: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let is_label = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(is_plain);
    // No top-level name is a number, and an address is no name.
    let is_number = ascii.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    ascii.len() <= 253 && ascii.split('.').all(is_label) && !is_number
}

/// The parts of a name in its ASCII spelling.
struct Split<'a> {
    suffix: Option<&'a str>,
    kind: SuffixKind,
    registered: Option<&'a str>,
    subdomain: &'a str,
}

impl<'a> Split<'a> {
    fn of(ascii: &'a str) -> Self {
        let (suffix, kind) = suffix_of(ascii);
        let front = suffix.and_then(|suffix| ascii.strip_suffix(suffix)?.strip_suffix('.'));
        let (subdomain, registered) = match front {
            None => ("", None),
            Some(front) => {
                let (subdomain, label) = front.rsplit_once('.').unwrap_or(("", front));
                (subdomain, ascii.get(front.len() - label.len()..))
            }
        };
        let is_reserved = registered.is_some_and(|name| RESERVED_SECOND_LEVEL.contains(&name));
        Self { suffix, kind: if is_reserved { SuffixKind::Reserved } else { kind }, registered, subdomain }
    }
}

fn suffix_of(ascii: &str) -> (Option<&str>, SuffixKind) {
    let last = ascii.rsplit('.').next().unwrap_or(ascii);
    if RESERVED.contains(&last) {
        return (Some(last), SuffixKind::Reserved);
    }
    let found = psl::List.suffix(ascii.as_bytes());
    let kind = match found.and_then(|suffix| suffix.typ()) {
        Some(psl::Type::Icann) => SuffixKind::Icann,
        Some(psl::Type::Private) => SuffixKind::Private,
        None if ascii.len() == last.len() => return (None, SuffixKind::Unknown),
        None => return (Some(last), SuffixKind::Unknown),
    };
    let length = found.map_or(0, |suffix| suffix.as_bytes().len());
    (ascii.len().checked_sub(length).and_then(|start| ascii.get(start..)), kind)
}

/// The registered label as it is read; both spellings have the same labels in the same places.
fn label_in_unicode(ascii: &str, unicode: &str, split: &Split<'_>) -> String {
    let Some(registered) = split.registered else { return unicode.to_owned() };
    let from_the_end = registered.split('.').count() - 1;
    if ascii.split('.').count() == unicode.split('.').count() {
        return unicode.rsplit('.').nth(from_the_end).unwrap_or_default().to_owned();
    }
    registered.split('.').next().unwrap_or_default().to_owned()
}

/// The scripts of the letters, without what all scripts share.
fn scripts_of(text: &str) -> Vec<Script> {
    let mut scripts = Vec::new();
    for c in text.chars() {
        let script = c.script();
        let is_shared = matches!(script, Script::Common | Script::Inherited | Script::Unknown);
        if !is_shared && !scripts.contains(&script) {
            scripts.push(script);
        }
    }
    scripts
}

/// Chinese, Japanese and Korean are each written with several scripts.
fn is_mixed(label: &str) -> bool {
    let scripts = scripts_of(label);
    let is_east_asian = |script: &Script| {
        matches!(script, Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo | Script::Hangul)
    };
    scripts.len() > 1 && !scripts.iter().all(is_east_asian)
}

/// Shannon entropy in bits a character; 0 of an empty text.
pub fn entropy(text: &str) -> f64 {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    let n = chars.len() as f64;
    let share = |run: &[char]| {
        let share = run.len() as f64 / n;
        -share * share.log2()
    };
    // An entropy of nothing but equal characters is a negative zero before it is added to.
    chars.chunk_by(|a, b| a == b).map(share).fold(0.0, |sum, bits| sum + bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("www.Forums.BBC.co.uk.", Some("co.uk"), "ICANN", Some("bbc.co.uk"), "www.forums"),
            ("example.com", Some("com"), "reserved", Some("example.com"), ""),
            ("a.user.github.io", Some("github.io"), "private", Some("user.github.io"), "a"),
            ("co.uk", Some("co.uk"), "ICANN", None, ""),
            ("com", Some("com"), "ICANN", None, ""),
            ("a.b.ck", Some("b.ck"), "ICANN", Some("a.b.ck"), ""),
            ("a.www.ck", Some("ck"), "ICANN", Some("www.ck"), "a"),
            ("dc01.corp.contoso", Some("contoso"), "unknown", Some("corp.contoso"), "dc01"),
            ("server1", None, "unknown", None, ""),
            ("localhost", Some("localhost"), "reserved", None, ""),
            ("x.y.test", Some("test"), "reserved", Some("y.test"), "x"),
            ("_dmarc.casebook.org", Some("org"), "ICANN", Some("casebook.org"), "_dmarc"),
            ("1.0.0.10.in-addr.arpa", Some("in-addr.arpa"), "ICANN", Some("10.in-addr.arpa"), "1.0.0"),
            ("b\u{fc}cher.de", Some("de"), "ICANN", Some("xn--bcher-kva.de"), ""),
            ("\u{4f8b}\u{3048}.\u{9999}\u{6e2f}", Some("xn--j6w193g"), "ICANN", Some("xn--r8jz45g.xn--j6w193g"), ""),
        ];
        for (text, suffix, kind, registered, subdomain) in cases {
            let parts = parts(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(parts.suffix.as_deref(), suffix, "{text}");
            assert_eq!(parts.suffix_kind.as_str(), kind, "{text}");
            assert_eq!(parts.registered.as_deref(), registered, "{text}");
            assert_eq!(parts.subdomain, subdomain, "{text}");
        }
    }

    #[test]
    fn what_dns_cannot_carry_is_no_name() {
        let long = format!("{}.com", "a".repeat(64));
        let deep = "a.".repeat(130) + "com";
        let huge = "\u{e4}".repeat(100_000);
        for text in ["", ".", "a..b", ".com", "10.0.0.1", "a b.com", "a/b.com", "a@b.com", "::1", &long, &deep, &huge] {
            assert_eq!(parts(text), None, "{text:.40}");
            assert!(!has_known_suffix(text), "{text:.40}");
        }
    }

    #[test]
    fn known_suffixes_want_a_label_before_them() {
        for known in [
            "a.com",
            "A.CO.UK.",
            "x.github.io",
            "a.example",
            "a.test",
            "example.org",
            "b\u{fc}cher.de",
            "x.onion",
            "github.io",
        ] {
            assert!(has_known_suffix(known), "{known}");
        }
        for unknown in ["com", "co.uk", "localhost", "test", "dc01.corp", "setup.notatld", "x.local"] {
            assert!(!has_known_suffix(unknown), "{unknown}");
        }
    }

    #[test]
    fn both_spellings_give_the_same_parts() {
        let unicode = parts("www.b\u{fc}cher.de").unwrap();
        assert_eq!(parts("WWW.xn--bcher-kva.DE").unwrap(), unicode);
        assert_eq!((unicode.label.as_str(), unicode.ascii.as_str()), ("b\u{fc}cher", "www.xn--bcher-kva.de"));
        assert!(unicode.is_idn && !unicode.mixed_scripts);
        assert_eq!(unicode.n_labels, 3);
    }

    #[test]
    fn punycode_that_does_not_decode_stays_as_written() {
        let broken = parts("xn--zzzzzzzzzz99999.com").unwrap();
        assert_eq!(broken.unicode, "xn--zzzzzzzzzz99999.com");
        assert!(broken.is_idn && broken.is_known_suffix);
    }

    #[test]
    fn scripts_are_told_apart_by_label() {
        let cases = [
            ("paypal.com", false, "Latin"),
            // The second letter is a Cyrillic a.
            ("p\u{430}ypal.com", true, "Latin, Cyrillic"),
            ("\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.com", false, "Cyrillic, Latin"),
            ("\u{65e5}\u{672c}\u{306e}\u{30ab}\u{30bf}.jp", false, "Han, Hiragana, Katakana, Latin"),
            ("\u{3b1}bc.com", true, "Greek, Latin"),
            ("a-1.com", false, "Latin"),
        ];
        for (text, mixed, scripts) in cases {
            let parts = parts(text).unwrap();
            assert_eq!((parts.mixed_scripts, parts.scripts.as_str()), (mixed, scripts), "{text}");
        }
    }

    #[test]
    fn entropy_is_in_bits_a_character() {
        for (text, bits) in
            [("", 0.0), ("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0), ("abcdefgh", 3.0), ("\u{e4}b", 1.0)]
        {
            assert!((entropy(text) - bits).abs() < 1e-12, "{text}");
        }
        assert!(parts("x.xkqzjvwb.com").unwrap().entropy > parts("x.banana.com").unwrap().entropy);
    }

    proptest! {
        #[test]
        fn parts_make_up_the_name(text in "[a-zA-Z\u{fc}\u{430}\u{65e5}0-9._-]{0,40}(\\.(com|co\\.uk|local|test))?") {
            if let Some(parts) = parts(&text) {
                let registered = parts.registered.clone().or(parts.suffix.clone()).unwrap_or_else(|| parts.ascii.clone());
                let dot = if parts.subdomain.is_empty() { "" } else { "." };
                prop_assert_eq!(format!("{}{dot}{registered}", parts.subdomain), parts.ascii.as_str());
                let is_whole = parts.registered.is_some() || parts.suffix_kind == SuffixKind::Private;
                prop_assert_eq!(has_known_suffix(&text), parts.is_known_suffix && is_whole);
                prop_assert_eq!(super::parts(&parts.ascii).map(|p| p.ascii), Some(parts.ascii));
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,80}") {
            let _ = parts(&text);
        }
    }
}
