//! Indicators in text: addresses, names, URLs, hashes and the like, found in one pass and without regular expressions.
//!
//! The text is refanged into a copy ([`refang`]), the copy is cut into runs of word characters ([`scan`]), and what a run
//! holds (dots, colons, an `@`, a long stretch of hex digits) decides which recogniser looks at it. Each recogniser
//! consumes what it looks at, so that the cost is linear in the length of the text, whatever the text is.
//!
//! It decides by form and by what is compiled in (public suffixes, checksums), and asks nobody: whether a name exists
//! or an address is bad is not its business. The types and their ids are those of MSTICPy's `IoCExtract`, and more.

mod addresses;
mod coins;
mod custom;
mod hashes;
mod look_alikes;
mod mail;
mod names;
mod paths;
mod refang;
mod scan;
mod sought;
mod urls;

use std::borrow::Cow;
use std::collections::HashSet;

use super::ip;
pub use custom::{CustomType, extract_custom};
use refang::Refanged;
pub use refang::refang;
use scan::Scanner;
pub use sought::Sought;
pub(in crate::analysis) use urls::is_scheme;

/// A type of indicator that is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IocType {
    Ipv4,
    Ipv6,
    Dns,
    Url,
    Email,
    WindowsPath,
    LinuxPath,
    RegistryKey,
    Md5,
    Sha1,
    Sha256,
    Sha512,
    Ssdeep,
    Guid,
    Cve,
    Asn,
    Mac,
    Cryptocurrency,
    Onion,
}

impl IocType {
    pub const ALL: [Self; 19] = [
        Self::Ipv4,
        Self::Ipv6,
        Self::Dns,
        Self::Url,
        Self::Email,
        Self::WindowsPath,
        Self::LinuxPath,
        Self::RegistryKey,
        Self::Md5,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Ssdeep,
        Self::Guid,
        Self::Cve,
        Self::Asn,
        Self::Mac,
        Self::Cryptocurrency,
        Self::Onion,
    ];

    /// The word that stands in columns of type.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Dns => "dns",
            Self::Url => "url",
            Self::Email => "email",
            Self::WindowsPath => "windows_path",
            Self::LinuxPath => "linux_path",
            Self::RegistryKey => "registry_key",
            Self::Md5 => "md5_hash",
            Self::Sha1 => "sha1_hash",
            Self::Sha256 => "sha256_hash",
            Self::Sha512 => "sha512_hash",
            Self::Ssdeep => "ssdeep",
            Self::Guid => "guid",
            Self::Cve => "cve",
            Self::Asn => "asn",
            Self::Mac => "mac_address",
            Self::Cryptocurrency => "cryptocurrency",
            Self::Onion => "onion",
        }
    }

    /// The type of an id, in any case, or of a short form of one.
    pub fn named(name: &str) -> Option<Self> {
        const SHORT: &[(&str, IocType)] = &[
            ("ip", IocType::Ipv4),
            ("domain", IocType::Dns),
            ("hostname", IocType::Dns),
            ("e-mail", IocType::Email),
            ("mail", IocType::Email),
            ("registry", IocType::RegistryKey),
            ("md5", IocType::Md5),
            ("sha1", IocType::Sha1),
            ("sha256", IocType::Sha256),
            ("sha512", IocType::Sha512),
            ("uuid", IocType::Guid),
            ("mac", IocType::Mac),
            ("crypto", IocType::Cryptocurrency),
        ];
        let name = name.trim().to_ascii_lowercase().replace('-', "_");
        let by_id = Self::ALL.into_iter().find(|kind| kind.id() == name);
        by_id.or_else(|| SHORT.iter().find(|(short, _)| short.replace('-', "_") == name).map(|(_, kind)| *kind))
    }

    /// Whether the type is looked for where nobody says which: paths and GUIDs fill a table with what is no indicator.
    pub const fn is_default(self) -> bool {
        !matches!(self, Self::WindowsPath | Self::LinuxPath | Self::Guid)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// How names that are also names of files or of code are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Names {
    /// `setup.py` and `System.Net` are no names of hosts, unless what stands around them says so.
    #[default]
    Strict,
    /// Whatever has a known suffix is a name of a host.
    All,
}

/// What to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    types: u32,
    pub names: Names,
}

impl Default for Wanted {
    /// All types that are looked for by default.
    fn default() -> Self {
        let types = IocType::ALL.into_iter().filter(|kind| kind.is_default());
        Self { types: types.fold(0, |bits, kind| bits | kind.bit()), names: Names::Strict }
    }
}

impl Wanted {
    /// Only these types.
    pub fn of(types: &[IocType]) -> Self {
        Self { types: types.iter().fold(0, |bits, kind| bits | kind.bit()), names: Names::Strict }
    }

    #[must_use]
    pub const fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    pub const fn has(&self, kind: IocType) -> bool {
        self.types & kind.bit() != 0
    }

    fn has_any(self, types: &[IocType]) -> bool {
        types.iter().any(|kind| self.has(*kind))
    }
}

/// What an indicator is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    BuiltIn(IocType),
    /// A type of the user, by its name.
    Custom(String),
}

impl Kind {
    /// The word that stands in columns of type.
    pub fn id(&self) -> &str {
        match self {
            Self::BuiltIn(kind) => kind.id(),
            Self::Custom(name) => name,
        }
    }
}

/// An indicator in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ioc<'a> {
    pub kind: Kind,
    /// As it is written in the text.
    pub observable: &'a str,
    /// The live form: refanged, the host of an internationalised name in punycode, percent signs of a nested URL resolved.
    pub refanged: Cow<'a, str>,
    /// Bytes from the start of the text.
    pub offset: usize,
}

impl Ioc<'_> {
    /// What it is however it is written: the case of names and hashes says nothing, nor does that of a URL's scheme and
    /// host (RFC 3986), and an address of IPv6 is in its shortest form (RFC 5952).
    pub fn same_for_all(&self) -> Cow<'_, str> {
        const AS_WRITTEN: &[IocType] =
            &[IocType::LinuxPath, IocType::Cryptocurrency, IocType::Ssdeep, IocType::WindowsPath];
        match &self.kind {
            Kind::BuiltIn(IocType::Ipv6) => match ip::facts(&self.refanged) {
                Some(facts) => Cow::Owned(facts.address.to_string()),
                None => Cow::Borrowed(&self.refanged),
            },
            Kind::BuiltIn(IocType::Url) => urls::with_lower_host(&self.refanged),
            Kind::BuiltIn(kind) if !AS_WRITTEN.contains(kind) => Cow::Owned(self.refanged.to_lowercase()),
            _ => Cow::Borrowed(&self.refanged),
        }
    }
}

/// The indicators of a text in order of place; each type and observable once.
pub fn extract<'a>(text: &'a str, wanted: &Wanted) -> Vec<Ioc<'a>> {
    let live = Refanged::of(text);
    let mut scanner = Scanner::new(&live, wanted);
    scanner.run();
    let mut found = scanner.found;
    if wanted.has_any(&[IocType::WindowsPath, IocType::LinuxPath]) {
        paths::scan(&live.text, *wanted, &mut found);
    }
    if found.is_empty() {
        return Vec::new();
    }
    found.sort_by_key(|f| (f.start, f.kind));
    let (mut iocs, mut seen) = (Vec::with_capacity(found.len()), HashSet::new());
    for found in found {
        let written = live.written(found.start..found.end);
        let (Some(observable), Some(as_live)) = (text.get(written.clone()), live.text.get(found.start..found.end))
        else {
            continue;
        };
        if is_new(&iocs, &mut seen, found.kind, observable) {
            let refanged = match found.live {
                Some(live) => Cow::Owned(live),
                None if as_live == observable => Cow::Borrowed(observable),
                None => Cow::Owned(as_live.to_owned()),
            };
            iocs.push(Ioc { kind: Kind::BuiltIn(found.kind), observable, refanged, offset: written.start });
        }
    }
    iocs
}

/// Whether an indicator is not among those of its text. Most texts hold few, which are sooner compared than hashed.
fn is_new<'a>(iocs: &[Ioc], seen: &mut HashSet<(IocType, &'a str)>, kind: IocType, observable: &'a str) -> bool {
    const FEW: usize = 8;
    let is_same = |ioc: &Ioc| ioc.kind == Kind::BuiltIn(kind) && ioc.observable == observable;
    !iocs.iter().take(FEW).any(is_same) && (iocs.len() < FEW || seen.insert((kind, observable)))
}

/// The type of the whole text taken as one indicator; names count whatever they look like otherwise.
pub fn type_of(text: &str) -> Option<IocType> {
    let text = text.trim();
    let wanted = Wanted::of(&IocType::ALL).with_names(Names::All);
    let whole = |found: Vec<Ioc>| {
        let whole = found.into_iter().filter(|ioc| ioc.observable == text);
        let types = whole.filter_map(|ioc| if let Kind::BuiltIn(kind) = ioc.kind { Some(kind) } else { None });
        types.min()
    };
    // A path with spaces ends where the text does, which quotes say.
    whole(extract(text, &wanted)).or_else(|| {
        let may_be_path = text.contains(['\\', '/']) && !text.contains(['"', '\n']);
        may_be_path.then(|| whole(extract(&format!("\"{text}\""), &wanted)))?
    })
}

/// The names, mail addresses and onion names of a text on one line, as the tests of this room write them.
#[cfg(test)]
fn names_in(text: &str, names: Names) -> String {
    let wanted = Wanted::of(&[IocType::Dns, IocType::Email, IocType::Onion]).with_names(names);
    let rows: Vec<String> =
        extract(text, &wanted).into_iter().map(|ioc| format!("{} {}", ioc.kind.id(), ioc.refanged)).collect();
    rows.join("|")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAMPLES: &[(IocType, &str)] = &[
        (IocType::Ipv4, "192.0.2.17"),
        (IocType::Ipv6, "2001:db8::17"),
        (IocType::Dns, "drop.evil.com"),
        (IocType::Url, "https://evil.com/a?b=c"),
        (IocType::Email, "bob@evil.com"),
        (IocType::WindowsPath, r"C:\Windows\a.exe"),
        (IocType::LinuxPath, "/etc/passwd"),
        (IocType::RegistryKey, r"HKLM\SOFTWARE\Run"),
        (IocType::Md5, "d41d8cd98f00b204e9800998ecf8427e"),
        (IocType::Guid, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        (IocType::Cve, "CVE-2021-44228"),
        (IocType::Asn, "AS15169"),
        (IocType::Mac, "00:11:22:33:44:5e"),
        (IocType::Cryptocurrency, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        (IocType::Onion, "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"),
    ];

    /// Text of pieces that matter to one recogniser or another, beside any text at all.
    fn text() -> impl Strategy<Value = String> {
        let samples: Vec<&str> = SAMPLES.iter().map(|(_, text)| *text).collect();
        let signs = vec![
            " ",
            ".",
            ":",
            "@",
            "/",
            "//",
            "[",
            "]",
            "(",
            ")",
            "%",
            "%2F",
            "%3A%2F%2F",
            "http://",
            "hxxp",
            "[.]",
            "[at]",
            "-",
            "_",
            "\\",
            "\\\\",
            "\"",
            "~",
            "a",
            "1",
            "::",
            "..",
            "AS",
            "ASN ",
            "=",
            "&",
            "?",
            "#",
            "\u{e9}",
            "\u{201c}",
            "xn--",
            "3:",
            "0x",
            "HKLM",
            "CVE-",
            "www.",
            "\u{7f51}",
            "evil.sh",
            "fe80::1%",
            "Version=",
            "+",
            "'",
            "{",
            "}",
            "|",
            "&quot;",
            "&#46;",
            "\\u0022",
            "\\/",
            "http:\\/\\/",
            "hxxp:\\\\",
            "hxxps:// ",
            "SRS0=",
            "#EXT#@",
            " DOT ",
            " AT ",
            "10:20:30:40:50:60",
            "AS2",
            "OpenSSL ",
            "Registry::",
            "\\REGISTRY\\USER\\",
            "Host: ",
            "trace_id=",
            "user.name",
            "<.>",
            "meow://",
        ];
        let piece = prop_oneof![proptest::sample::select(samples), proptest::sample::select(signs)];
        prop_oneof![proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat()), ".{0,60}"]
    }

    fn all() -> Wanted {
        Wanted::of(&IocType::ALL)
    }

    #[test]
    fn ids_name_types() {
        for kind in IocType::ALL {
            assert_eq!(IocType::named(kind.id()), Some(kind));
        }
        assert_eq!(IocType::named(" SHA256 "), Some(IocType::Sha256));
        assert_eq!(IocType::named("e-mail"), Some(IocType::Email));
        assert_eq!(IocType::named("hash"), None);
        assert!(!Wanted::default().has(IocType::LinuxPath) && Wanted::default().has(IocType::Onion));
    }

    #[test]
    fn a_value_is_of_the_type_that_it_is_written_as() {
        for (kind, text) in SAMPLES {
            assert_eq!(type_of(text), Some(*kind), "{text}");
        }
        assert_eq!(type_of(r"C:\Program Files\a b.exe"), Some(IocType::WindowsPath));
        for text in ["12:30:45", "", "hello", "a b", "evil.com and more"] {
            assert_eq!(type_of(text), None, "{text}");
        }
    }

    #[test]
    fn fault_11_observables_are_as_written_and_refanged_is_live() {
        let found = extract("at hxxp://evil[.]com/a and evil[.]com", &Wanted::default());
        let rows: Vec<_> =
            found.iter().map(|ioc| (ioc.kind.id(), ioc.observable, &*ioc.refanged, ioc.offset)).collect();
        assert_eq!(
            rows,
            [("url", "hxxp://evil[.]com/a", "http://evil.com/a", 3), ("dns", "evil[.]com", "evil.com", 10),]
        );
    }

    #[test]
    fn each_observable_comes_once_a_text() {
        let found = extract("10.0.0.1 10.0.0.1 evil.com http://evil.com", &Wanted::default());
        assert_eq!(
            found.iter().map(|ioc| ioc.observable).collect::<Vec<_>>(),
            ["10.0.0.1", "evil.com", "http://evil.com"]
        );
    }

    #[test]
    fn the_answer_to_hostile_text_stays_small() {
        for piece in [
            "a.",
            "1",
            "[",
            "(",
            "http://",
            "@",
            ":",
            "[.]",
            "%41",
            "http://a",
            "http%3A%2F%2F",
            "hxxp",
            "a@",
            "::1:",
            "C:\\",
            "HKLM\\",
            "HKLM\\a 'HKLM\\",
            "http:\\/\\/",
            "http:\\\\a",
            "a DOT ",
            "a@b.com:",
            "a=",
            "'http://a/",
            "hxxps:// a",
        ] {
            let text = piece.repeat(20_000);
            let size: usize = extract(&text, &all()).iter().map(|ioc| ioc.observable.len() + ioc.refanged.len()).sum();
            assert!(size <= 12 * text.len(), "{piece}: {size}");
        }
    }

    proptest! {
        #[test]
        fn extraction_is_the_same_twice_and_within_the_text(text in text()) {
            let found = extract(&text, &all());
            for ioc in &found {
                prop_assert_eq!(text.get(ioc.offset..ioc.offset + ioc.observable.len()), Some(ioc.observable));
                prop_assert!(!ioc.observable.is_empty());
            }
            prop_assert!(found.is_sorted_by_key(|ioc| ioc.offset));
            prop_assert_eq!(found, extract(&text, &all()));
        }

        #[test]
        fn what_is_found_is_of_its_type_alone(text in text()) {
            for ioc in extract(&text, &all()) {
                let Kind::BuiltIn(kind) = ioc.kind else { continue };
                if !matches!(kind, IocType::WindowsPath | IocType::LinuxPath | IocType::RegistryKey) {
                    prop_assert_eq!(type_of(&ioc.refanged), Some(kind), "{} in {}", ioc.refanged, text);
                }
            }
        }

        #[test]
        fn only_wanted_types_come_out(text in text(), kind in proptest::sample::select(IocType::ALL.to_vec())) {
            let one = extract(&text, &Wanted::of(&[kind]));
            prop_assert!(one.iter().all(|ioc| ioc.kind == Kind::BuiltIn(kind)));
            let of_all: Vec<Ioc> = extract(&text, &all()).into_iter().filter(|ioc| ioc.kind == Kind::BuiltIn(kind)).collect();
            prop_assert_eq!(one, of_all);
        }

        #[test]
        fn an_indicator_between_words_is_found(
            sample in proptest::sample::select(SAMPLES.to_vec()), before in "[a-z]{1,8}", after in "[a-z]{1,8}",
        ) {
            let (kind, text) = sample;
            let sentence = format!("{before} {text} {after}");
            let found = extract(&sentence, &all());
            let is_it = |ioc: &Ioc| ioc.kind == Kind::BuiltIn(kind) && ioc.observable == text && ioc.offset == before.len() + 1;
            prop_assume!(!matches!(&*before, "v" | "ver" | "rev" | "build" | "version" | "release"));
            prop_assert!(found.iter().any(is_it), "{found:?}");
        }
    }
}
