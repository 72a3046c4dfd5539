//! Masking inside free text: finds addresses, mail addresses, SIDs, GUIDs, the hosts of URLs and shares, and the names
//! of home folders, and has each masked as it would be alone.
//!
//! What is found is found by its form. A bare account or host name cannot be told from a word and stays, and where a form
//! is in doubt rather too much is masked. All repetitions are bounded, so that the time is linear in the text.

use std::borrow::Cow;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::defang::defanged;
use super::ioc::{Ioc, IocType, Names, Wanted, extract, refang};
use super::mask::{Masker, REDACTED};

/// Folders beside the home folders that belong to nobody.
const COMMON_HOMES: [&str; 4] = ["public", "default", "default user", "all users"];

/// The first form that fits counts; all are sought at once.
const FORMS: &str = r#"(?ix)
    (?P<sid> \b S-1-[0-9]{1,10} (?:-[0-9]{1,10}){1,15} \b )
  | (?P<guid> \b [0-9a-f]{8} - (?:[0-9a-f]{4}-){3} [0-9a-f]{12} \b )
  | (?P<scheme> \b [a-z][a-z0-9+.-]{1,15} :// ) (?: (?P<login> [^\s/@"'<>\\]{1,128} ) @ )?
    (?P<host> \[ [0-9a-z:.%]{2,80} \] | [^\s/:?\#"'<>()\[\]{}@\\,;&|`]{1,253} )
  | (?P<mail_name> [a-z0-9._%+\-\u{80}-\u{10ffff}]{1,64} ) @ (?P<mail_host> [a-z0-9.\-\u{80}-\u{10ffff}]{1,200} )
  | (?P<v4> [0-9]{1,3} (?:\.[0-9]{1,3}){3} )
  | (?P<v6> [0-9a-f]{0,4} : [0-9a-f:.]{1,44} )
  | (?P<before_share> (?:^|[\s"'=,(]) \\\\ ) (?P<share> [a-z0-9][a-z0-9._-]{0,252} )
  | (?P<before_home> [\\/]{1,2} (?:users|home|documents\ and\ settings) [\\/]{1,2} )
    (?P<home> [^\\/:*?"<>|\r\n]{1,64} \\ | [^\\/:*?"<>|\s]{1,64} )
"#;

static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(FORMS).ok());
static V4: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}").ok());

/// The text with everything masked that has a form, also where it is defanged, and with what `rest` makes of all else.
pub(super) fn text(masker: &Masker, text: &str, rest: &dyn Fn(&str) -> String) -> String {
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for ioc in written_defanged(text) {
        let Some(before) = text.get(done..ioc.offset) else { continue };
        out.push_str(&live(masker, before, rest));
        out.push_str(&defanged(&live(masker, &ioc.refanged, rest)));
        done = ioc.offset + ioc.observable.len();
    }
    out.push_str(&live(masker, text.get(done..).unwrap_or_default(), rest));
    out
}

/// The addresses, URLs and mail addresses that a form would not know, because they are written not to be followed.
fn written_defanged(text: &str) -> Vec<Ioc<'_>> {
    if matches!(refang(text), Cow::Borrowed(_)) {
        return Vec::new();
    }
    let wanted = Wanted::of(&[IocType::Ipv4, IocType::Ipv6, IocType::Url, IocType::Email]).with_names(Names::All);
    let mut found = extract(text, &wanted);
    found.retain(|ioc| matches!(refang(ioc.observable), Cow::Owned(_)));
    found
}

fn live(masker: &Masker, text: &str, rest: &dyn Fn(&str) -> String) -> String {
    // A pattern that did not compile must never let a text through.
    let Some(form) = FORM.as_ref() else { return REDACTED.to_owned() };
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for found in form.captures_iter(text) {
        let range = found.get(0).map_or(0..0, |whole| whole.range());
        let mask = one(masker, text, &found);
        // What only looked like a form stays with what stands around it.
        if text.get(range.clone()) != Some(&*mask) {
            out.push_str(&rest(text.get(done..range.start).unwrap_or_default()));
            out.push_str(&mask);
            done = range.end;
        }
    }
    out.push_str(&rest(text.get(done..).unwrap_or_default()));
    out
}

/// The mask of one find, with what stands around it.
fn one(masker: &Masker, text: &str, found: &Captures<'_>) -> String {
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    let whole = found.get(0).map_or("", |whole| whole.as_str());
    if let Some(sid) = part("sid") {
        return masker.sid(sid).unwrap_or_else(|| REDACTED.to_owned());
    }
    if let Some(guid) = part("guid") {
        return masker.guid(guid).unwrap_or_else(|| REDACTED.to_owned());
    }
    if let (Some(scheme), Some(name)) = (part("scheme"), part("host")) {
        return format!("{scheme}{}{}", login(masker, part("login")), host(masker, name));
    }
    if let (Some(name), Some(domain)) = (part("mail_name"), part("mail_host")) {
        return format!("{}@{}", masker.account_name(name), host(masker, domain));
    }
    if let (Some(before), Some(name)) = (part("before_share"), part("share")) {
        return format!("{before}{}", host(masker, name));
    }
    if let (Some(before), Some(name)) = (part("before_home"), part("home")) {
        return format!("{before}{}", home(masker, name));
    }
    let range = found.get(0).map_or(0..0, |whole| whole.range());
    let before = text.get(..range.start).and_then(|front| front.chars().next_back());
    address(masker, whole, before, text.get(range.end..).unwrap_or_default())
}

fn login(masker: &Masker, login: Option<&str>) -> String {
    let Some(login) = login else { return String::new() };
    match login.split_once(':') {
        None => format!("{}@", masker.account(login)),
        Some((name, _)) => format!("{}:{REDACTED}@", masker.account(name)),
    }
}

/// A dot or hyphen at the end belongs to the sentence.
fn host(masker: &Masker, name: &str) -> String {
    let host = name.trim_end_matches(['.', '-', '!']);
    let rest = name.get(host.len()..).unwrap_or_default();
    if host.is_empty() { rest.to_owned() } else { format!("{}{rest}", masker.host(host)) }
}

fn home(masker: &Masker, name: &str) -> String {
    let folder = name.trim_end_matches('\\');
    let rest = name.get(folder.len()..).unwrap_or_default();
    if COMMON_HOMES.contains(&folder.to_lowercase().as_str()) {
        return name.to_owned();
    }
    format!("{}{rest}", masker.account(folder))
}

/// What looks like an address; where it is none, it stays as it stands but for an IPv4 address inside it.
fn address(masker: &Masker, found: &str, before: Option<char>, behind: &str) -> String {
    if found.contains(':') {
        let is_in_word = before.is_some_and(char::is_alphanumeric) || behind.starts_with(char::is_alphanumeric);
        let whole = if is_in_word { None } else { v6(masker, found) };
        return whole.unwrap_or_else(|| v4_inside(masker, found));
    }
    // More than four numbers are a version or an object's name.
    let goes_on = behind.strip_prefix('.').unwrap_or(behind).starts_with(|c: char| c.is_ascii_digit());
    let is_part = before.is_some_and(|c| c == '.' || c.is_ascii_digit()) || goes_on;
    if is_part { found.to_owned() } else { masker.ip(found).unwrap_or_else(|| found.to_owned()) }
}

/// Behind an address there may be a port or the end of a sentence.
fn v6(masker: &Masker, found: &str) -> Option<String> {
    let mut candidate = found;
    for _ in 0..3 {
        if let Some(masked) = masker.ip(candidate) {
            return Some(format!("{masked}{}", found.get(candidate.len()..).unwrap_or_default()));
        }
        candidate = candidate.get(..candidate.rfind(['.', ':'])?)?;
    }
    None
}

fn v4_inside(masker: &Masker, found: &str) -> String {
    let Some(form) = V4.as_ref() else { return REDACTED.to_owned() };
    let mask = |inside: &Captures<'_>| {
        let address = inside.get(0).map_or("", |whole| whole.as_str());
        let is_address = address.parse::<Ipv4Addr>().is_ok();
        masker.ip(address).filter(|_| is_address).unwrap_or_else(|| address.to_owned())
    };
    form.replace_all(found, mask).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::mask::MaskKind;

    fn masked(text: &str) -> String {
        Masker::new(b"a salt for tests").mask(MaskKind::Text, text)
    }

    fn alone(kind: MaskKind, value: &str) -> String {
        Masker::new(b"a salt for tests").mask(kind, value)
    }

    #[test]
    fn each_form_inside_a_text_is_masked_as_alone() {
        let (ip, v6) = (alone(MaskKind::Ip, "198.41.0.4"), alone(MaskKind::Ip, "2a00:1450::5"));
        let (host, domain) = (alone(MaskKind::Host, "web1"), alone(MaskKind::Host, "www.contoso.com"));
        let (user, mail) = (alone(MaskKind::Account, "bob"), alone(MaskKind::Account, "bob@contoso.com"));
        let sid = alone(MaskKind::Sid, "S-1-5-21-1-2-3-1104");
        let guid = alone(MaskKind::Guid, "52b1ab41-869e-4138-9e40-2a4457f09bf0");
        let cases = [
            ("ping 198.41.0.4.".to_owned(), format!("ping {ip}.")),
            ("198.41.0.4:443,198.41.0.4".to_owned(), format!("{ip}:443,{ip}")),
            ("from 2a00:1450::5.".to_owned(), format!("from {v6}.")),
            ("[2a00:1450::5]:80".to_owned(), format!("[{v6}]:80")),
            ("port:198.41.0.4".to_owned(), format!("port:{ip}")),
            ("to <bob@contoso.com>.".to_owned(), format!("to <{mail}>.")),
            ("get http://www.contoso.com:8080/a?b".to_owned(), format!("get http://{domain}:8080/a?b")),
            ("ftp://bob:pw@198.41.0.4/x".to_owned(), format!("ftp://{user}:{REDACTED}@{ip}/x")),
            ("http://[2a00:1450::5]/".to_owned(), format!("http://[{v6}]/")),
            (r"copy \\web1\c$\a".to_owned(), format!(r"copy \\{host}\c$\a")),
            (r"C:\Users\bob\a.txt".to_owned(), format!(r"C:\Users\{user}\a.txt")),
            (r"C:\\Users\\bob".to_owned(), format!(r"C:\\Users\\{user}")),
            ("cat /home/bob/x".to_owned(), format!("cat /home/{user}/x")),
            ("S-1-5-21-1-2-3-1104 in".to_owned(), format!("{sid} in")),
            (
                "hxxp://198[.]41[.]0[.]4/x 198.41.0[.]4 bob[at]contoso[.]com".to_owned(),
                format!("hxxp://{0}/x {0} {1}", defanged(&ip), defanged(&mail)),
            ),
            ("{52b1ab41-869e-4138-9e40-2a4457f09bf0}".to_owned(), format!("{{{guid}}}")),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(&text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_such_form_stays() {
        for text in [
            "",
            "  ",
            "at 12:30:45 on 2019-02-10",
            "version 1.2.3.4.5",
            "std::vec::Vec",
            r"C:\Windows\System32\cmd.exe",
            r"C:\Users\Public\a",
            "S-1-5-18",
            "a@",
            "999.1.1.1",
            "http://",
            r"\??\C:\a",
            "setup.py",
            "127.0.0.1",
        ] {
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn long_runs_take_no_long_time() {
        for piece in ["1.", "1.1.1.1 ", "a@", "::", "a:", "http://a@", "\\\\a", "/home/a", "S-1-1-"] {
            let text = piece.repeat(20_000);
            assert!(masked(&text).len() >= text.len() / 2, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn no_address_is_left_in_a_text(bits in any::<u32>(), before in "[a-z ,;=(]{0,5}", behind in "([ ,;)a-z:][a-z]{0,3})?") {
            let address = Ipv4Addr::from(bits).to_string();
            let expected = alone(MaskKind::Ip, &address);
            prop_assert_eq!(masked(&format!("{before}{address}{behind}")), format!("{before}{expected}{behind}"));
        }
    }
}
