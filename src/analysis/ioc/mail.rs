//! Mail addresses (RFC 5321, without quoted local parts).
//!
//! Local parts that carry another address are taken whole: those of rewritten and returned mail (SRS, BATV, VERP) and of
//! guests in Entra. An `=` joins only there; elsewhere it parts a key from its value. Logins of the form of an address
//! (`git@host:path/`) are none, and of them only the host counts.

use super::IocType;
use super::names::{self, Place};
use super::scan::Scanner;

/// The longest local part in bytes of RFC 5321.
const LOCAL_LENGTH: usize = 64;
/// How far behind `user@host:` a slash is looked for.
const PATH_LENGTH: usize = 128;
/// How names of guests in Entra end.
const GUEST: &str = "#EXT#";

/// Looks at a piece that holds an `@`: mail addresses, and what is left beside them.
pub(super) fn mails(scan: &mut Scanner<'_>, start: usize, end: usize) {
    let mut from = start;
    while let Some(at) = scan.slice(from..end).find('@').map(|at| from + at) {
        let host = at + 1;
        let host_end = scan.slice(host..end).find('@').map_or(end, |next| host + next);
        if mail(scan, at, host_end) {
            from = (host_end + 1).min(end);
        } else {
            scan.word(from, at);
            from = host;
        }
    }
    scan.word(from, end);
}

/// Whether a mail address was found, or a login of the form of one (`git@github.com:`), of which only the host counts.
fn mail(scan: &mut Scanner<'_>, at: usize, end: usize) -> bool {
    let Some(start) = local_part(scan, at, end) else { return false };
    let is_login = scan.byte(end) == b':' && is_remote_path(scan, start, at, end + 1);
    let first = scan.found.len();
    let host = scan.slice(at + 1..end).trim_end_matches(['.', '-', '_']);
    let end = at + 1 + host.len();
    if host.starts_with(['.', '-']) || !names::name(scan, at + 1, end, Place::Host) {
        return false;
    }
    if is_login {
        return true;
    }
    // What looked like a name before a `+` or `=` was the local part.
    let mut host_rows = scan.found.split_off(first);
    let local = scan.found.iter().rposition(|f| f.start < start).map_or(0, |before| before + 1);
    let mut local_rows = scan.found.split_off(local);
    local_rows.retain(|f| !matches!(f.kind, IocType::Dns | IocType::Ipv4));
    scan.found.append(&mut local_rows);
    scan.floor = end;
    let live = if host.is_ascii() {
        None
    } else {
        names::ascii_form(host).map(|h| format!("{}{h}", scan.slice(start..at + 1)))
    };
    scan.emit_as(IocType::Email, start..end, live);
    scan.found.append(&mut host_rows);
    true
}

/// Whether what follows `user@host:` is a path on that host, and no password.
fn is_remote_path(scan: &Scanner<'_>, start: usize, at: usize, from: usize) -> bool {
    let is_start = matches!(scan.byte(from), b'/' | b'~' | b'a'..=b'z' | b'A'..=b'Z');
    let ahead = scan.bytes.iter().skip(from).take(PATH_LENGTH);
    let is_sign = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-' | b'_' | b'~' | b'/');
    is_start && (scan.slice(start..at) == "git" || ahead.take_while(is_sign).any(|byte| *byte == b'/'))
}

/// Where the local part that ends at `at` begins.
fn local_part(scan: &Scanner<'_>, at: usize, host_end: usize) -> Option<usize> {
    let is_guest = scan.slice(at.saturating_sub(GUEST.len())..at).eq_ignore_ascii_case(GUEST);
    let inner_end = if is_guest { at - GUEST.len() } else { at };
    let floor = scan.floor.max(scan.url.filter(|url| at < url.end).map_or(0, |url| url.query));
    let mut start = inner_end;
    while start > floor && at - start <= LOCAL_LENGTH && is_local(scan, start, inner_end, host_end) {
        start -= 1;
    }
    let mut local = scan.slice(start..at);
    while let Some((_, value)) = local.split_once('=').filter(|_| !is_joined(local)) {
        local = value;
    }
    let trimmed = local.trim_start_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_sized =
        (1..=LOCAL_LENGTH).contains(&trimmed.len()) && trimmed.len() > if is_guest { GUEST.len() } else { 0 };
    let is_valid = is_sized && !trimmed.ends_with('.') && !trimmed.contains("..");
    is_valid.then_some(at - trimmed.len())
}

/// Whether the byte before a place belongs to the local part that ends at `end`. Signs stand within one only.
fn is_local(scan: &Scanner<'_>, place: usize, end: usize, host_end: usize) -> bool {
    match scan.byte_before(place) {
        byte if byte.is_ascii_alphanumeric() => true,
        b'.' | b'-' | b'_' => true,
        b'+' | b'!' | b'#' | b'$' | b'*' | b'^' | b'~' | b'=' => place < end,
        b'\'' => place < end && is_apostrophe(scan, place - 1, host_end),
        _ => false,
    }
}

/// `o'brien`, and not the quote of `'bob@evil.com'` or of `b'bob@evil.com'`.
fn is_apostrophe(scan: &Scanner<'_>, at: usize, host_end: usize) -> bool {
    let is_between = scan.byte_before(at).is_ascii_alphabetic() && scan.byte(at + 1).is_ascii_alphabetic();
    is_between && scan.byte(host_end) != b'\''
}

/// Whether the `=` in a local part belong to it: SRS0, SRS1, BATV's `prvs`, and VERP, whose last part is a host's name.
fn is_joined(local: &str) -> bool {
    let first = local.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let last = local.rsplit('=').next().unwrap_or_default().to_ascii_lowercase();
    let is_returned = first.contains('+') || first.contains("bounce");
    let is_rewritten = ["srs0", "srs1", "prvs", "msprvs1", "btv1"].contains(&&*first);
    is_rewritten || (is_returned && names::ascii_form(&last).is_some_and(|name| names::has_known_suffix(&name)))
}

#[cfg(test)]
mod tests {
    use super::super::{Names, names_in as found};

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
    fn local_parts_that_carry_an_address_are_whole() {
        for (text, rows) in [
            (
                "bob_evil.com#EXT#@tenant.onmicrosoft.com",
                "email bob_evil.com#EXT#@tenant.onmicrosoft.com|dns tenant.onmicrosoft.com",
            ),
            ("bounce+123=x.com@mail.net", "email bounce+123=x.com@mail.net|dns mail.net"),
            ("from=<SRS0=abc=evil.com=bob@fwd.com>", "email SRS0=abc=evil.com=bob@fwd.com|dns fwd.com"),
            ("to=prvs=12ab=bob@fwd.com", "email prvs=12ab=bob@fwd.com|dns fwd.com"),
            ("o'brien@evil.com", "email o'brien@evil.com|dns evil.com"),
            ("b'bob@evil.com' 'bob@evil.com'", "email bob@evil.com|dns evil.com"),
            ("user=bob@evil.com", "email bob@evil.com|dns evil.com"),
            ("src_user=eve@evil.com", "email eve@evil.com|dns evil.com"),
            ("to=<bob@evil.com>", "email bob@evil.com|dns evil.com"),
            ("x+user=bob@evil.com", "email bob@evil.com|dns evil.com"),
            ("#EXT#@evil.com =@evil.com", "dns evil.com"),
            ("q%3Dbob@evil.com", "email bob@evil.com|dns evil.com"),
            ("\\u003cbob@evil.com\\u003e", "email bob@evil.com|dns evil.com"),
            ("a@evil.com+b@evil.org", "email a@evil.com|dns evil.com|email b@evil.org|dns evil.org"),
        ] {
            assert_eq!(found(text, Names::Strict), rows, "{text}");
        }
    }

    #[test]
    fn passwords_are_no_paths() {
        for (text, rows) in [
            ("user@evil.com:password", "email user@evil.com|dns evil.com"),
            ("user@evil.com:secret|http://a.net/", "email user@evil.com|dns evil.com|dns a.net"),
            ("user@evil.com:secret:http://a.net/", "email user@evil.com|dns evil.com|dns a.net"),
            ("git@github.com:repo", "dns github.com"),
            ("scp x deploy@evil.com:www/x", "dns evil.com"),
            ("scp x deploy@evil.com:/x", "dns evil.com"),
        ] {
            assert_eq!(found(text, Names::Strict), rows, "{text}");
        }
    }
}
