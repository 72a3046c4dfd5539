//! URLs (RFC 3986): of schemes that are known, with a host that can be one.
//!
//! Where a URL ends is a matter of what people write around it: quotes, brackets that were not opened in it, and the
//! signs that end a sentence do not belong to it, nor does a quote that HTML or JSON writes by its name or number. URLs inside the query of another are found too, also percent-encoded,
//! but only so many of them that the answer stays linear.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

use super::scan::{InUrl, Run, Scanner, Signs};
use super::{IocType, addresses, names};
use crate::analysis::ip;

const SCHEMES: &[&str] = &[
    "dict",
    "file",
    "ftp",
    "ftps",
    "git",
    "gopher",
    "http",
    "https",
    "imap",
    "imaps",
    "irc",
    "ircs",
    "ldap",
    "ldaps",
    "mms",
    "mongodb",
    "mqtt",
    "mysql",
    "nfs",
    "pop3",
    "postgresql",
    "rdp",
    "redis",
    "rsync",
    "rtmp",
    "rtsp",
    "s3",
    "sftp",
    "sip",
    "smb",
    "smtp",
    "socks5",
    "ssh",
    "svn",
    "tcp",
    "telnet",
    "tftp",
    "udp",
    "vnc",
    "ws",
    "wss",
];
const SCHEME_LENGTH: usize = 10;
const ENCODED_SLASHES: &str = "%3a%2f%2f";
/// URLs that are looked for inside one URL.
const MOST_NESTED: usize = 3;

/// What a URL's host is, and where it stands.
struct Host {
    kind: HostKind,
    start: usize,
    end: usize,
}

enum HostKind {
    V4,
    V6,
    /// Its form in punycode.
    Name(String),
    None,
}

/// Looks for a URL whose scheme ends a run; where to go on, or None where the run is not the scheme of one.
pub(super) fn at(scan: &mut Scanner<'_>, run: Run) -> Option<usize> {
    let is_live =
        run.signs.has(Signs::COLON) && scan.byte_before(run.end) == b':' && scan.slice(run.end..run.end + 2) == "//";
    let is_encoded = || {
        let next = scan.bytes.get(run.end..run.end + ENCODED_SLASHES.len());
        next.is_some_and(|next| next.eq_ignore_ascii_case(ENCODED_SLASHES.as_bytes()))
    };
    if !is_live && (scan.byte(run.end) != b'%' || !is_encoded()) {
        return None;
    }
    let zone = scan.url.filter(|url| run.start < url.end);
    if zone.is_some_and(|url| url.nested >= MOST_NESTED || run.end >= url.end) {
        return None;
    }
    let start = scheme_start(scan, run.start, run.end - usize::from(is_live))?;
    if zone.is_none() && start > run.start {
        scan.by_prefix(run, start);
    }
    Some(if is_live { live(scan, start, run.end + 2, zone) } else { encoded(scan, start, run.end, zone) })
}

/// Where the scheme that ends at `end` begins.
fn scheme_start(scan: &Scanner<'_>, from: usize, end: usize) -> Option<usize> {
    let letters = scan.bytes.get(from..end)?.iter().rev().take(SCHEME_LENGTH + 1);
    let start = end - letters.take_while(|byte| byte.is_ascii_alphanumeric()).count();
    is_scheme(scan.slice(start..end)).then_some(start)
}

pub(in crate::analysis) fn is_scheme(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(text))
}

/// A URL with its scheme and host in lower case, in which case says nothing.
pub(super) fn with_lower_host(url: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = url.split_once("://") else { return Cow::Borrowed(url) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if !scheme.chars().chain(host.chars()).any(|c| c.is_ascii_uppercase()) {
        return Cow::Borrowed(url);
    }
    let login = authority.strip_suffix(host).unwrap_or_default();
    let behind = rest.strip_prefix(authority).unwrap_or_default();
    Cow::Owned(format!("{}://{login}{}{behind}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase()))
}

fn live(scan: &mut Scanner<'_>, mut start: usize, mut host: usize, zone: Option<InUrl>) -> usize {
    // A scheme in the place of the host: the inner URL is the one that leads somewhere.
    while let Some(inner) = inner_scheme(scan, host) {
        (start, host) = (host, inner);
    }
    let limit = zone.map_or(scan.bytes.len(), |url| url.end);
    let authority_end = host + authority_length(scan.slice(host..limit));
    let is_file = scan.slice(start..host).eq_ignore_ascii_case("file://");
    let Some(host) = host_of(scan, host, authority_end, is_file) else { return host };
    let ends_early = !matches!(scan.byte(authority_end), b'/' | b'?' | b'#') || authority_end >= limit;
    let tail =
        if ends_early { 0 } else { tail_length(scan.slice(authority_end..limit), zone.is_some(), around(scan, start)) };
    let text = scan.slice(start..authority_end + tail);
    let end = (start + trimmed_length(text)).max(host.end);
    if matches!(host.kind, HostKind::None) && end <= host.end {
        return host.end;
    }
    let form = match &host.kind {
        HostKind::Name(ascii) if *ascii != scan.slice(host.start..host.end) => Some(ascii.as_str()),
        _ => None,
    };
    let form = form.map(|ascii| format!("{}{ascii}{}", scan.slice(start..host.start), scan.slice(host.end..end)));
    scan.emit_as(IocType::Url, start..end, form);
    host_row(scan, &host);
    scan.url = Some(if let Some(outer) = zone {
        InUrl { nested: outer.nested + 1, ..outer }
    } else {
        let query = scan.slice(host.end..end).find(['?', '#']).map_or(end, |at| host.end + at);
        InUrl { query, end, nested: 0 }
    });
    host.end.max(start + 1)
}

/// Where the host of a URL begins that begins at `at`.
fn inner_scheme(scan: &Scanner<'_>, at: usize) -> Option<usize> {
    let ahead = scan.bytes.get(at..)?.iter().take(SCHEME_LENGTH);
    let end = at + ahead.take_while(|byte| byte.is_ascii_alphanumeric()).count();
    (scan.slice(end..end + 3) == "://" && is_scheme(scan.slice(at..end))).then_some(end + 3)
}

fn host_row(scan: &mut Scanner<'_>, host: &Host) {
    match host.kind {
        HostKind::V4 => scan.emit(IocType::Ipv4, host.start..host.end),
        HostKind::V6 => scan.emit(IocType::Ipv6, host.start..host.end),
        HostKind::Name(_) => {
            names::name(scan, host.start, host.end, names::Place::Host);
        }
        HostKind::None => {}
    }
}

/// The length of `userinfo@host:port`.
fn authority_length(rest: &str) -> usize {
    let is_end = |c: char| is_stop(c) || matches!(c, '/' | '?' | '#');
    let text = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or_default();
    if text.starts_with('[') {
        let closed = text.find(']').map_or(text.len(), |at| at + 1);
        return closed
            + text.get(closed..).unwrap_or_default().find(|c| !is_host_sign(c)).unwrap_or(text.len() - closed);
    }
    let host = text.rfind('@').map_or(0, |at| at + 1);
    let behind = text.get(host..).unwrap_or_default();
    if behind.starts_with('[') {
        return host + behind.find(']').map_or(behind.len(), |at| at + 1);
    }
    host + behind.find(|c| !is_host_sign(c)).unwrap_or(behind.len())
}

fn is_host_sign(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '%')
}

/// What ends every URL.
fn is_stop(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '<' | '>' | '`' | '{' | '}' | '|' | '\\' | '^')
        || (!c.is_ascii() && !c.is_alphanumeric())
}

/// What stands before a URL and is closed or goes on behind it.
#[derive(Clone, Copy)]
struct Around {
    has_quote: bool,
    has_bar: bool,
}

/// How far before a URL open quotes are looked for.
const BEFORE: usize = 96;

fn around(scan: &Scanner<'_>, start: usize) -> Around {
    let before = scan.bytes.get(start.saturating_sub(BEFORE)..start).unwrap_or_default();
    let line = before.rsplit(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let is_letter = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let is_quote = |at: usize| !(is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)));
    let quotes = line.iter().enumerate().filter(|(at, byte)| **byte == b'\'' && is_quote(*at)).count();
    let has_quote = line.ends_with(b"'") || quotes % 2 == 1;
    Around { has_quote, has_bar: line.contains(&b'|') }
}

/// The length of path, query and fragment; a bracket that closes none of theirs ends them.
fn tail_length(rest: &str, is_nested: bool, around: Around) -> usize {
    let mut open = [0_usize; 3];
    let [round, square, curly] = &mut open;
    for (at, c) in rest.char_indices() {
        let behind = || rest.get(at..).unwrap_or_default();
        let open = match c {
            '(' | ')' => &mut *round,
            '[' | ']' => &mut *square,
            _ => &mut *curly,
        };
        match c {
            '(' | '[' | '{' => *open += 1,
            ')' | ']' | '}' if *open == 0 => return at,
            ')' | ']' | '}' => *open -= 1,
            '\'' if around.has_quote => return at,
            '|' if around.has_bar || begins_scheme(behind().get(1..).unwrap_or_default()) => return at,
            '\'' | '|' => {}
            '&' if is_nested || is_entity(behind()) => return at,
            c if is_stop(c) => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Whether a quote or an angle bracket begins a text, by its name or number in HTML.
fn is_entity(text: &str) -> bool {
    const ENTITIES: &[&str] = &[
        "&quot;", "&apos;", "&lt;", "&gt;", "&nbsp;", "&#34;", "&#39;", "&#60;", "&#62;", "&#x22;", "&#x27;", "&#039;",
    ];
    ENTITIES.iter().any(|entity| text.get(..entity.len()).is_some_and(|text| text.eq_ignore_ascii_case(entity)))
}

fn begins_scheme(text: &str) -> bool {
    let length = text.bytes().take(SCHEME_LENGTH).take_while(u8::is_ascii_alphanumeric).count();
    let (scheme, behind) = text.split_at_checked(length).unwrap_or_default();
    behind.starts_with("://") && is_scheme(scheme)
}

fn trimmed_length(text: &str) -> usize {
    text.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '(', '[', '{', '\'', '|']).len()
}

/// The host of the authority between two places; None where nothing there can be one.
fn host_of(scan: &Scanner<'_>, start: usize, end: usize, is_file: bool) -> Option<Host> {
    let authority = scan.slice(start..end);
    if authority.is_empty() {
        return is_file.then_some(Host { kind: HostKind::None, start, end });
    }
    let start = authority.rfind('@').map_or(start, |at| start + at + 1);
    let host = scan.slice(start..end);
    if let Some(inside) = host.strip_prefix('[') {
        let inside = inside.get(..inside.find(']')?)?;
        let bare = inside.split('%').next().unwrap_or_default();
        let (start, end) = (start + 1, start + 1 + inside.len());
        return addresses::ipv6(bare).map(|_| Host { kind: HostKind::V6, start, end });
    }
    let host = host.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches(['.', '-', '_']);
    let end = start + host.len();
    if ip::dotted(host).is_some() {
        return Some(Host { kind: HostKind::V4, start, end });
    }
    let decoded = percent_decode_str(host).decode_utf8().ok()?;
    let ascii = names::host_form(&decoded)?.into_owned();
    Some(Host { kind: HostKind::Name(ascii), start, end })
}

/// `http%3A%2F%2Fb.com%2Fx`: ends where the parameter does that holds it.
fn encoded(scan: &mut Scanner<'_>, start: usize, scheme_end: usize, zone: Option<InUrl>) -> usize {
    let host = scheme_end + ENCODED_SLASHES.len();
    let limit = zone.map_or(scan.bytes.len(), |url| url.end);
    let is_end = |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '.' | '_');
    let rest = scan.slice(host..limit);
    let name = rest.find(is_end).unwrap_or(rest.len());
    let end_of_value = |c: char| is_stop(c) || matches!(c, '&' | '#' | ')' | ']' | ',' | ';' | '(' | '[');
    let bare_host = scan.slice(host..host + name).trim_end_matches('.');
    let Some(form) = names::host_form(bare_host) else { return host };
    let end = host + rest.find(end_of_value).unwrap_or(rest.len());
    let end = (start + trimmed_length(scan.slice(start..end))).max(host + bare_host.len());
    let behind = percent_decode_str(scan.slice(host + bare_host.len()..end)).decode_utf8_lossy();
    let live = format!("{}://{form}{behind}", scan.slice(start..scheme_end));
    let has_entity = live.match_indices('&').any(|(at, _)| is_entity(live.get(at..).unwrap_or_default()));
    let is_clean = !has_entity && !live.contains(|c: char| is_stop(c));
    if is_clean {
        scan.emit_as(IocType::Url, start..end, Some(live));
    }
    let host_end = host + bare_host.len();
    let kind = if ip::dotted(bare_host).is_some() { HostKind::V4 } else { HostKind::Name(form.into_owned()) };
    host_row(scan, &Host { kind, start: host, end: host_end });
    match zone {
        Some(outer) => scan.url = Some(InUrl { nested: outer.nested + 1, ..outer }),
        None => scan.url = Some(InUrl { query: end, end, nested: 0 }),
    }
    host_end.max(start + 1)
}

#[cfg(test)]
mod tests {
    use super::super::{IocType, Wanted, extract};

    fn rows(text: &str, types: &[IocType]) -> String {
        let found = extract(text, &Wanted::of(types));
        let rows: Vec<String> = found.into_iter().map(|ioc| format!("{} {}", ioc.kind.id(), ioc.refanged)).collect();
        rows.join("|")
    }

    fn urls(text: &str) -> String {
        rows(text, &[IocType::Url]).replace("url ", "")
    }

    #[test]
    fn a_url_ends_where_its_sentence_takes_over() {
        for (text, url) in [
            ("[v8.32.0 try http://www.rsyslog.com/e/2359 ]", "http://www.rsyslog.com/e/2359"),
            ("(see http://a.com/x),", "http://a.com/x"),
            ("{\"u\":\"http://a.com/x\"}", "http://a.com/x"),
            ("http://a.com/x}.", "http://a.com/x"),
            ("<http://a.com>", "http://a.com"),
            ("[t](http://a.com/x)", "http://a.com/x"),
            ("'http://a.com/x?y=1',", "http://a.com/x?y=1"),
            ("https://en.wikipedia.org/wiki/C_(language).", "https://en.wikipedia.org/wiki/C_(language)"),
            ("http://a.com/?a[]=1&b=2!", "http://a.com/?a[]=1&b=2"),
            ("http://a.com.", "http://a.com"),
            ("x=http://a.com;y", "http://a.com"),
            ("view-source:https://a.com:8443/", "https://a.com:8443/"),
            ("http://a.com/{id}/x{b}c?d=[1]|2", "http://a.com/{id}/x{b}c?d=[1]|2"),
            ("http://a.com/it's/x and http://a.com/y'", "http://a.com/it's/x|http://a.com/y"),
            ("'see http://a.com/x','b' it's http://a.com/o'k", "http://a.com/x|http://a.com/o'k"),
            ("{u=http://a.com/x},{v=[http://a.com/y]}", "http://a.com/x|http://a.com/y"),
            ("a|http://a.com/x|200", "http://a.com/x"),
            ("http://a.com/x|http://b.com/y", "http://a.com/x|http://b.com/y"),
            (
                "&quot;http://a.com/x?a=1&amp;b&quot; http://b.com/&gt; http://c.com/&#39;",
                "http://a.com/x?a=1&amp;b|http://b.com/|http://c.com/",
            ),
            (r"\u0022http://a.com/x\u0022,", "http://a.com/x"),
            (r#"\"http://a.com/x\","#, "http://a.com/x"),
            (r#"{"u":"http:\/\/evil.com\/a\/b"}"#, "http://evil.com/a/b"),
            (r"http:\\evil.com\a hxxp:\\evil.com\b", "http://evil.com/a|http://evil.com/b"),
            ("hxxps:// evil[.]com/x https:// evil.com/x", "https://evil.com/x"),
            ("smb://files/share ssh://h:22", "smb://files/share|ssh://h:22"),
            ("http://http://a.com/x", "http://a.com/x"),
            ("http:// http://$x/ http://{0}/ foo://a.com xhttp://b.com", ""),
        ] {
            assert_eq!(urls(text), url, "{text}");
        }
    }

    #[test]
    fn fault_10_hosts_of_all_kinds() {
        for (text, found) in [
            ("http://[2001:db8::1]/x", "url http://[2001:db8::1]/x|ipv6 2001:db8::1"),
            ("http://b\u{fc}cher.de/x", "url http://xn--bcher-kva.de/x|dns xn--bcher-kva.de"),
            ("http://user:pw@host.com/", "url http://user:pw@host.com/|dns host.com"),
            ("file:///etc/passwd", "url file:///etc/passwd"),
            ("http://1.2.3.4:80/a.sh", "url http://1.2.3.4:80/a.sh|ipv4 1.2.3.4"),
            ("http://evil.zip/setup.py", "url http://evil.zip/setup.py|dns evil.zip"),
            ("http://%65vil.com/", "url http://evil.com/"),
            ("hxxp://evil[.]com/a", "url http://evil.com/a|dns evil.com"),
        ] {
            let types = [IocType::Url, IocType::Dns, IocType::Ipv4, IocType::Ipv6, IocType::Email];
            assert_eq!(rows(text, &types), found, "{text}");
        }
    }

    #[test]
    fn fault_10_only_wanted_types_come_out() {
        assert_eq!(rows("http://a.com/x 10.0.0.1", &[IocType::Url]), "url http://a.com/x");
        assert_eq!(rows("http://a.com/x", &[IocType::Dns]), "dns a.com");
    }

    #[test]
    fn fault_10_urls_inside_urls_are_found() {
        let text = "http://a.com/?u=http%3A%2F%2Fb.com%2Fx&v=1";
        assert_eq!(urls(text), format!("{text}|http://b.com/x"));
        assert_eq!(rows(text, &[IocType::Dns]), "dns a.com|dns b.com");
        assert_eq!(urls("http://a.com/?u=https://b.com/x&v"), "http://a.com/?u=https://b.com/x&v|https://b.com/x");
        assert_eq!(rows(r"\u0022evil.com\u0022 \u003devil.org", &[IocType::Dns]), "dns evil.com|dns evil.org");
        assert_eq!(rows("to=bob%40b.com %2Fc.com", &[IocType::Dns]), "dns b.com|dns c.com");
    }
}
