//! Names of hosts, mail addresses and onion services.
//!
//! A name counts where its suffix is on the public suffix list that is compiled in, or where RFC 2606 and 6761 reserve
//! it. Many endings of files are top-level domains too (`data/lists/file-endings.txt`), and so are words of code: such a
//! name counts only where what stands around it says that it is a host. Internationalised names are read by UTS 46.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use psl::Psl;
use sha3::{Digest, Sha3_256};

use super::scan::Scanner;
use super::{IocType, Names};

/// The longest name in bytes of DNS (RFC 1035), and room for names in other scripts that grow by punycode.
const ASCII_LENGTH: usize = 253;
const WIDE_LENGTH: usize = 600;
const LABEL_LENGTH: usize = 63;

/// Where a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    /// The host of a URL or of a mail address, which can be nothing but a name.
    Host,
}

/// From how many labels on a name with a file's ending is taken for a host's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Never,
    Deep,
}

static FILE_ENDINGS: LazyLock<HashMap<&'static str, Ending>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/lists/file-endings.txt").lines();
    let rows = lines.filter_map(|line| {
        let mut words = line.split('#').next()?.split_whitespace();
        let ending = words.next()?;
        Some((ending, if words.next() == Some("deep") { Ending::Deep } else { Ending::Never }))
    });
    rows.collect()
});

/// First labels of names of files and of code.
const FILE_STEMS: &[&str] = &[
    "__init__",
    "app",
    "build",
    "changelog",
    "config",
    "index",
    "init",
    "install",
    "lib",
    "license",
    "main",
    "makefile",
    "mod",
    "readme",
    "run",
    "setup",
    "start",
    "test",
    "tests",
    "update",
];
const CODE_STEMS: &[&str] = &["self", "this", "system", "java", "javax", "window", "document", "process", "os"];
const CODE_NAMES: &[&str] = &["asp.net", "vb.net", "ado.net", "ml.net", "paint.net"];

/// Finds the name in a word, after what belongs to the sentence is trimmed; whether there was one with a known suffix.
pub(super) fn name(scan: &mut Scanner<'_>, start: usize, end: usize, place: Place) -> bool {
    let word = scan.slice(start..end);
    let trimmed = word.trim_start_matches(['.', '-']);
    let start = start + word.len() - trimmed.len();
    let word = trimmed.trim_end_matches(['.', '-', '_']);
    let end = start + word.len();
    let Some(ascii) = ascii_form(word) else { return false };
    if let Some(front) = ascii.strip_suffix(".onion") {
        return onion(scan, start, end, front);
    }
    if !has_known_suffix(&ascii) || (place == Place::Text && is_file_or_code(scan, start, end, &ascii)) {
        return false;
    }
    let live = (!word.is_ascii()).then(|| ascii.into_owned());
    scan.emit_as(IocType::Dns, start..end, live);
    true
}

/// The name in lower case and punycode; None where it is no valid name of two labels or more.
fn ascii_form(word: &str) -> Option<Cow<'_, str>> {
    let is_ascii = word.is_ascii();
    let most = if is_ascii { ASCII_LENGTH } else { WIDE_LENGTH };
    if word.len() < 4 || word.len() > most || !word.contains('.') {
        return None;
    }
    let ascii = if is_ascii {
        if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Borrowed(word)
        }
    } else {
        idna::domain_to_ascii_cow(word.as_bytes(), idna::AsciiDenyList::URL).ok()?
    };
    is_name(&ascii).then_some(ascii)
}

/// Whether labels are valid, by RFC 1035 and 1123; underscores may stand in front of the last two.
fn is_name(ascii: &str) -> bool {
    let mut labels = 0;
    for label in ascii.rsplit('.') {
        labels += 1;
        let is_sign = |byte: u8| byte == b'-' || (byte == b'_' && labels > 2);
        let is_valid = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte));
        let is_last = labels == 1;
        let is_top = || label.len() > 1 && label.bytes().all(|b| b.is_ascii_lowercase()) || label.starts_with("xn--");
        let is_sized = (1..=LABEL_LENGTH).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
        if !is_valid || !is_sized || (is_last && !is_top()) {
            return false;
        }
    }
    labels > 1 && ascii.len() <= ASCII_LENGTH
}

/// Whether a name in lower case has a suffix of the list and something before it, or is reserved.
fn has_known_suffix(ascii: &str) -> bool {
    let top = ascii.rsplit('.').next().unwrap_or_default();
    // All longer suffixes under the first three are private ones, so that the list need not be asked.
    if ["com", "net", "org", "example", "test", "invalid", "localhost"].contains(&top) {
        return true;
    }
    let Some(suffix) = psl::List.suffix(ascii.as_bytes()) else { return false };
    let is_longer = suffix.as_bytes().len() < ascii.len();
    // A private suffix is itself a name that somebody registered.
    match suffix.typ() {
        Some(psl::Type::Icann) => is_longer,
        Some(psl::Type::Private) => true,
        None => false,
    }
}

/// Whether a name with a known suffix is rather a file, a unit or a word of code.
fn is_file_or_code(scan: &Scanner<'_>, start: usize, end: usize, ascii: &str) -> bool {
    let is_share =
        || scan.slice(0..start).ends_with("\\\\") && !scan.byte(start.saturating_sub(3)).is_ascii_alphanumeric();
    if scan.wanted.names == Names::All || scan.live.was_defanged(start..end) {
        return false;
    }
    // Behind a backslash stands a part of a path, or the server of a share.
    if scan.byte_before(start) == b'\\' && !is_share() {
        return true;
    }
    let word = scan.slice(start..end);
    if ascii.starts_with("www.") || !word.is_ascii() || ascii.contains("xn--") {
        return false;
    }
    is_code(scan, start, end, word, ascii) || is_file(scan, start, end, ascii)
}

/// `System.Net`, `java.net`, `user.name=`, `$obj.name`, `app.run(`.
fn is_code(scan: &Scanner<'_>, start: usize, end: usize, word: &str, ascii: &str) -> bool {
    let (front, top) = word.rsplit_once('.').unwrap_or_default();
    let mut letters = top.chars();
    let is_pascal = letters.next().is_some_and(char::is_uppercase)
        && (letters.any(char::is_lowercase) || front.chars().any(char::is_lowercase))
        && !["com", "org"].contains(&&*top.to_ascii_lowercase());
    let first = ascii.split('.').next().unwrap_or_default();
    let is_pair = ascii.matches('.').count() == 1;
    is_pascal
        || (is_pair && CODE_STEMS.contains(&first))
        || CODE_NAMES.contains(&ascii)
        || scan.byte_before(start) == b'$'
        || matches!(scan.byte(end), b'(' | b'=')
}

/// `setup.py`, `multi-user.target`: an ending of files, and neither a port nor a path behind it that says otherwise.
fn is_file(scan: &Scanner<'_>, start: usize, end: usize, ascii: &str) -> bool {
    let top = ascii.rsplit('.').next().unwrap_or_default();
    let Some(ending) = FILE_ENDINGS.get(top) else { return false };
    let labels = ascii.matches('.').count() + 1;
    // `com.pl` and `co.rs` are suffixes of two labels, which no file has.
    let has_long_suffix = psl::List.suffix(ascii.as_bytes()).is_some_and(|suffix| suffix.as_bytes().contains(&b'.'));
    let is_lower = scan.slice(start..end).bytes().all(|byte| !byte.is_ascii_uppercase());
    let in_path = matches!(scan.byte_before(start), b'/' | b'\\');
    let is_deep = *ending == Ending::Deep && labels > 2 && is_lower && !in_path;
    let first = ascii.split('.').next().unwrap_or_default();
    let is_stem = first.len() < 2 || FILE_STEMS.contains(&first);
    let is_served = !in_path && !is_stem && (port_follows(scan, end) || path_follows(scan, end));
    !(has_long_suffix || is_deep || is_served)
}

/// Whether `:443` follows, and not the line and column of a place in code.
fn port_follows(scan: &Scanner<'_>, end: usize) -> bool {
    let digits = scan.bytes.iter().skip(end + 1).take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let next = scan.byte(end + 1 + digits);
    scan.byte(end) == b':' && (1..=5).contains(&digits) && next != b':' && !next.is_ascii_alphanumeric()
}

fn path_follows(scan: &Scanner<'_>, end: usize) -> bool {
    scan.byte(end) == b'/' && scan.byte(end + 1).is_ascii_alphanumeric()
}

/// Looks at a piece that holds an `@`: mail addresses, and what is left beside them.
pub(super) fn mails(scan: &mut Scanner<'_>, start: usize, end: usize) {
    let mut from = start;
    while let Some(at) = scan.slice(from..end).find('@').map(|at| from + at) {
        let host = at + 1;
        let host_end = scan.slice(host..end).find('@').map_or(end, |next| host + next);
        if mail(scan, from, at, host_end) {
            from = (host_end + 1).min(end);
        } else {
            scan.word(from, at);
            from = host;
        }
    }
    scan.word(from, end);
}

/// Whether a mail address was found, or a login of the form of one (`git@github.com:`), of which only the host counts.
fn mail(scan: &mut Scanner<'_>, start: usize, at: usize, end: usize) -> bool {
    let Some(start) = local_part(scan, start, at) else { return false };
    let is_login = scan.byte(end) == b':' && matches!(scan.byte(end + 1), b'/' | b'~' | b'a'..=b'z' | b'A'..=b'Z');
    let first = scan.found.len();
    let host = scan.slice(at + 1..end).trim_end_matches(['.', '-', '_']);
    let end = at + 1 + host.len();
    if host.starts_with(['.', '-']) || !name(scan, at + 1, end, Place::Host) {
        return false;
    }
    if is_login {
        return true;
    }
    // What looked like a name before a `+` was the local part.
    let mut host_rows = scan.found.split_off(first);
    while scan.found.last().is_some_and(|f| f.start >= start && matches!(f.kind, IocType::Dns | IocType::Ipv4)) {
        scan.found.pop();
    }
    let live =
        if host.is_ascii() { None } else { ascii_form(host).map(|h| format!("{}{h}", scan.slice(start..at + 1))) };
    scan.emit_as(IocType::Email, start..end, live);
    scan.found.append(&mut host_rows);
    true
}

/// Where the local part that ends at `at` begins: 64 characters of RFC 5321, without those that part words in logs.
fn local_part(scan: &Scanner<'_>, from: usize, at: usize) -> Option<usize> {
    let mut start = at;
    while start > 0 && at - start <= 64 {
        let byte = scan.byte_before(start);
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let is_sign = matches!(byte, b'+' | b'!' | b'#' | b'$' | b'*' | b'^' | b'~');
        if !(is_word && (start > from || start < at) || is_sign && start < at && start <= from) {
            break;
        }
        start -= 1;
    }
    let local = scan.slice(start..at);
    let trimmed = local.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_valid = (1..=64).contains(&trimmed.len()) && !trimmed.ends_with('.') && !trimmed.contains("..");
    is_valid.then_some(at - trimmed.len())
}

/// The address of an onion service: version 3 proves itself by a checksum, version 2 has only its form.
fn onion(scan: &mut Scanner<'_>, start: usize, end: usize, front: &str) -> bool {
    let label = front.rsplit('.').next().unwrap_or_default();
    let is_onion = match label.len() {
        16 => base32(label).is_some() && label.bytes().any(|byte| byte.is_ascii_digit()),
        56 => base32(label).is_some_and(|bytes| has_checksum(&bytes)),
        _ => false,
    };
    if is_onion {
        scan.emit(IocType::Onion, start..end);
    }
    is_onion
}

/// Key, checksum and version, as `rend-spec-v3` of Tor lays them out.
fn has_checksum(bytes: &[u8]) -> bool {
    let (Some(key), Some(checksum), Some([3])) = (bytes.get(..32), bytes.get(32..34), bytes.get(34..)) else {
        return false;
    };
    let hash = Sha3_256::new().chain_update(b".onion checksum").chain_update(key).chain_update([3]).finalize();
    hash.get(..2) == Some(checksum)
}

/// RFC 4648 base 32 in lower case, whole bytes only.
fn base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut width) = (0_u16, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'a'..=b'z' => byte - b'a',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u16::from(value);
        width += 5;
        if width >= 8 {
            width -= 8;
            bytes.push(u8::try_from((bits >> width) & 0xff).ok()?);
            bits &= (1 << width) - 1;
        }
    }
    Some(bytes)
}

/// The host of a URL in punycode; None where no host can be written so. Names without a dot are hosts as well.
pub(super) fn host_form(host: &str) -> Option<Cow<'_, str>> {
    if host.is_empty() || host.len() > WIDE_LENGTH {
        return None;
    }
    let ascii = if host.is_ascii() {
        Cow::Borrowed(host)
    } else {
        idna::domain_to_ascii_cow(host.as_bytes(), idna::AsciiDenyList::URL).ok()?
    };
    let bare = ascii.strip_suffix('.').unwrap_or(&ascii);
    let is_sign = |byte: u8| matches!(byte, b'-' | b'_');
    let is_label = |label: &str| {
        (1..=LABEL_LENGTH).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(byte))
            && label.bytes().any(|byte| !is_sign(byte))
    };
    (bare.len() <= ASCII_LENGTH && bare.split('.').all(is_label)).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::super::{IocType, Names, Wanted, extract};
    use super::*;

    fn found(text: &str, names: Names) -> String {
        let wanted = Wanted::of(&[IocType::Dns, IocType::Email, IocType::Onion]).with_names(names);
        let rows: Vec<String> =
            extract(text, &wanted).into_iter().map(|ioc| format!("{} {}", ioc.kind.id(), ioc.refanged)).collect();
        rows.join("|")
    }

    #[test]
    fn every_ending_of_the_list_is_a_top_level_domain() {
        assert!(FILE_ENDINGS.len() > 20);
        for ending in FILE_ENDINGS.keys() {
            let name = format!("a.{ending}");
            assert!(psl::List.suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known()), "{ending}");
        }
    }

    #[test]
    fn fault_8_files_and_code_are_no_names_of_hosts() {
        for text in [
            "setup.py",
            "update.sh",
            "readme.md",
            "README.MD",
            "lib.rs",
            "main.pl",
            "a.zip",
            "b.mov",
            "core.so",
            "a.cc",
            "multi-user.target",
            "System.Net",
            "System.IO",
            "ASP.NET",
            "java.net",
            "OMSAptUpdates.sh",
            "src/main.rs:42:5",
            "./run.sh/x",
            "main.rs:42",
            "C:\\x\\command.com",
            "user.name=x",
            "app.run(",
            "$obj.name",
            "this.id",
        ] {
            assert_eq!(found(text, Names::Strict), "", "{text}");
        }
        for text in ["setup.py", "update.sh", "System.Net", "ASP.NET", "multi-user.target"] {
            assert_eq!(found(text, Names::All), format!("dns {text}"));
        }
    }

    #[test]
    fn what_stands_around_a_name_makes_it_a_host() {
        for (text, name) in [
            ("www.evil.sh", "www.evil.sh"),
            ("evil[.]sh", "evil.sh"),
            ("evil.sh:443", "evil.sh"),
            ("evil.sh/dropper", "evil.sh"),
            ("shop.firma.pl", "shop.firma.pl"),
            ("firma.com.pl", "firma.com.pl"),
            ("\\\\files.corp.com\\share", "files.corp.com"),
        ] {
            assert_eq!(found(text, Names::Strict), format!("dns {name}"), "{text}");
        }
    }

    #[test]
    fn names_of_hosts_are_found_as_they_are_written() {
        for (text, names) in [
            ("_ldap._tcp.dc.example.com", "dns _ldap._tcp.dc.example.com"),
            ("visit www.rsyslog.com.", "dns www.rsyslog.com"),
            ("host:evil.com,", "dns evil.com"),
            ("wait...evil.com", "dns evil.com"),
            ("*.evil.com", "dns evil.com"),
            ("b\u{fc}cher.de", "dns xn--bcher-kva.de"),
            ("\u{201c}evil.com\u{201d}", "dns evil.com"),
            ("drop.corp.example", "dns drop.corp.example"),
            ("octo.github.io github.io", "dns octo.github.io|dns github.io"),
            ("news.ycombinator.com", "dns news.ycombinator.com"),
            ("co.uk foo_bar.com -.com a-.com foo..com x.notatld 1.2.com.7", ""),
        ] {
            assert_eq!(found(text, Names::Strict), names, "{text}");
        }
    }

    #[test]
    fn mail_addresses_have_a_host_with_a_known_suffix() {
        for (text, rows) in [
            ("<bob.b+tag@evil.com>", "email bob.b+tag@evil.com|dns evil.com"),
            ("first.me+tag@evil.com", "email first.me+tag@evil.com|dns evil.com"),
            ("from=bob@evil.com.", "email bob@evil.com|dns evil.com"),
            ("mailto:bob@evil.sh", "email bob@evil.sh|dns evil.sh"),
            ("bob[at]evil[dot]com", "email bob@evil.com|dns evil.com"),
            ("git@github.com:org/x", "dns github.com"),
            ("root@10.0.0.1 a@b @evil.com", "dns evil.com"),
            ("bob@b\u{fc}cher.de", "email bob@xn--bcher-kva.de|dns xn--bcher-kva.de"),
            ("bob..b@evil.com", "dns evil.com"),
        ] {
            assert_eq!(found(text, Names::Strict), rows, "{text}");
        }
    }

    #[test]
    fn an_onion_proves_itself() {
        // The service of the Tor project itself.
        let real = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
        assert_eq!(found(real, Names::Strict), format!("onion {real}"));
        assert_eq!(found(&real.replacen('2', "3", 1), Names::Strict), "");
        assert_eq!(found("expyuzz4wqqyqhjn.onion", Names::Strict), "onion expyuzz4wqqyqhjn.onion");
        assert_eq!(found("red.onion", Names::Strict), "");
    }
}
