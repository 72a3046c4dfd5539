//! Addresses of networks and cards: IPv4, IPv6 (RFC 4291, with the zones of RFC 4007) and MAC.
//!
//! Version numbers look like IPv4 addresses, and only what stands before them can tell; clock times and code look like
//! IPv6 addresses, and are not because they do not parse or begin with no block that IANA has given a use.

use std::net::Ipv6Addr;

use super::IocType;
use super::scan::{Run, Scanner};
use crate::analysis::ip;

/// The longest text of an IPv6 address, `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`.
const V6_LENGTH: usize = 45;

/// Looks at a word with dots or hyphens; whether it is an address, or surely none and no name either.
pub(super) fn of_dots(scan: &mut Scanner<'_>, start: usize, end: usize) -> bool {
    let word = scan.slice(start..end);
    let first = word.bytes().find(|byte| *byte != b'.').unwrap_or(b'.');
    if !first.is_ascii_hexdigit() {
        return false;
    }
    let word = word.trim_end_matches(['.', '-']);
    let end = start + word.len();
    if is_mac(word) {
        scan.emit(IocType::Mac, start..end);
        return true;
    }
    if !word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) {
        return false;
    }
    let mut from = start;
    for part in word.split('-') {
        let to = from + part.len();
        if ip::dotted(part).is_some() && !is_version(scan, from, to) {
            scan.emit(IocType::Ipv4, from..to);
        }
        from = to + 1;
    }
    true
}

/// Whether what stands around a dotted number says that it is a version.
fn is_version(scan: &Scanner<'_>, start: usize, end: usize) -> bool {
    if scan.live.was_defanged(start..end) {
        return false;
    }
    let before = scan.bytes.get(start.saturating_sub(32)..start).unwrap_or_default();
    // A folder named by a version; the server of a share stands behind two backslashes.
    if before.ends_with(b"\\") && !before.ends_with(b"\\\\") {
        return true;
    }
    if before.last() == Some(&b'/') {
        return is_product(before, scan.slice(start..end), scan.byte(end));
    }
    let signs = |byte: &&u8| matches!(**byte, b' ' | b'=' | b':' | b'"' | b'\'' | b'\t');
    let word_end = before.len() - before.iter().rev().take_while(signs).count().min(4);
    let ahead = before.get(..word_end).unwrap_or_default();
    let word_start = word_end - ahead.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let word = ahead.get(word_start..).unwrap_or_default();
    let is = |known: &[&str]| known.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word));
    let ends_so = word.len() >= 7 && word.get(word.len() - 7..).is_some_and(|end| end.eq_ignore_ascii_case(b"version"));
    let is_apart = word_end < before.len();
    // A lease is released and a build server has an address, so that behind such a word the numbers must be low.
    let is_low = || low_first(scan.slice(start..end)).is_some_and(|first| first != 10);
    let may_be_word = || is(&["build", "release"]) && is_low();
    is_apart && (ends_so || is(&["ver", "v", "rev", "revision"]) || may_be_word()) || is_numbered(scan, start, end)
}

/// Words that a version or the number of a section follows behind one space.
const NUMBERED: &[&str] = &["section", "chapter", "clause", "paragraph", "firmware", "fw", "oid"];
/// Names of programs. Any other word before a number with dots may say whose address it is.
const PRODUCTS: &[&str] = &[
    "Acrobat",
    "Agent",
    "Apache",
    "Chrome",
    "Chromium",
    "CriOS",
    "Edg",
    "Edge",
    "Exchange",
    "Firefox",
    "Flash",
    "Java",
    "Jenkins",
    "Kernel",
    "LibreOffice",
    "LibreSSL",
    "Linux",
    "MariaDB",
    "MySQL",
    "Nginx",
    "Office",
    "OpenSSH",
    "OpenSSL",
    "OpenVPN",
    "Opera",
    "Oracle",
    "Outlook",
    "PHP",
    "PostgreSQL",
    "PowerShell",
    "PuTTY",
    "Python",
    "QuickTime",
    "Reader",
    "Ruby",
    "Safari",
    "Samba",
    "Skype",
    "SQLite",
    "Teams",
    "Tomcat",
    "VirtualBox",
    "Windows",
    "WinRAR",
    "WinSCP",
    "Zoom",
];

/// `section 3.2.1.4`, `OID 1.3.6.1`, `v. 10.2.0.5`, `OpenSSL 1.1.1.1`: what the word directly before a number says.
fn is_numbered(scan: &Scanner<'_>, start: usize, end: usize) -> bool {
    if ends_as_address(scan, end) {
        return false;
    }
    let around = scan.bytes.get(start.saturating_sub(32)..(end + 32).min(scan.bytes.len())).unwrap_or_default();
    if scan.slice(start..end) == "1.3.6.1" && around.windows(3).any(|text| text == b"OID") {
        return true;
    }
    if scan.byte_before(start) != b' ' {
        return false;
    }
    let (word, signs) = scan.key_before(start);
    let lower = word.to_ascii_lowercase();
    if word.is_empty() && scan.slice(0..start).ends_with(". ") {
        let (word, _) = scan.key_before(start - 2);
        return ["v", "ver", "rev", "sec"].contains(&&*word.to_ascii_lowercase());
    }
    let Some(first) = low_first(scan.slice(start..end)) else { return false };
    // Behind the name of a program, addresses that begin with 10 are far more often private ones.
    signs == " " && (NUMBERED.contains(&&*lower) || first != 10 && PRODUCTS.contains(&word))
}

/// Whether a port, the length of a prefix or a range follows.
fn ends_as_address(scan: &Scanner<'_>, end: usize) -> bool {
    matches!(scan.byte(end), b':' | b'/' | b'-') && scan.byte(end + 1).is_ascii_digit()
}

/// The first number, where all are as low as those of versions.
fn low_first(text: &str) -> Option<u8> {
    let octets = ip::dotted(text)?.octets();
    octets.first().copied().filter(|first| *first < 30 && octets.iter().all(|octet| *octet < 100))
}

/// `Chrome/80.0.39.1 `: one slash behind a word that itself begins behind a space or bracket, and the number ends there.
/// Java writes hosts before their addresses so, and Kerberos services: of other words than the names of programs the
/// numbers must be as low as those of versions.
fn is_product(before: &[u8], number: &str, next: u8) -> bool {
    let Some((_, before)) = before.split_last() else { return false };
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'_' | b'.');
    let length = before.iter().rev().take_while(is_word).count();
    let has_letter = before.iter().rev().take(length).any(u8::is_ascii_alphabetic);
    let lead = before.len().checked_sub(length + 1).and_then(|at| before.get(at));
    let stands_free = lead.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'(' | b';' | b'"' | b'\'' | b','));
    let ends = matches!(next, 0 | b' ' | b')' | b';' | b'"' | b'\'' | b',' | b'\t' | b'\r' | b'\n');
    let word = before.get(before.len() - length..).unwrap_or_default();
    let is_known = PRODUCTS.iter().any(|product| product.as_bytes() == word);
    has_letter && stands_free && ends && (is_known || low_first(number).is_some_and(|first| first != 10))
}

/// Looks at a run with colons as one address, with or without a key before it.
pub(super) fn of_colons(scan: &mut Scanner<'_>, run: Run) -> bool {
    let text = scan.slice(run.start..run.end);
    if run.len() > 2 * V6_LENGTH || text.bytes().filter(|byte| *byte == b':').take(2).count() < 2 {
        return false;
    }
    if grouped(scan, run.start, run.end) {
        return true;
    }
    let is_key = |key: &str| !key.is_empty() && !key.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.split_once(':') {
        Some((key, rest)) if is_key(key) => grouped(scan, run.end - rest.len(), run.end),
        _ => false,
    }
}

fn grouped(scan: &mut Scanner<'_>, start: usize, end: usize) -> bool {
    if !(scan.byte(start).is_ascii_hexdigit() || scan.byte(start) == b':') {
        return false;
    }
    let text = scan.slice(start..end).trim_end_matches(['.', '-', '@']);
    let text = if text.ends_with("::") { text } else { text.trim_end_matches(':') };
    let mut end = start + text.len();
    if is_mac(text) {
        scan.emit(IocType::Mac, start..end);
        return true;
    }
    // Fewer than eight groups have their zeros left out, or the last two written as an IPv4 address.
    let n_colons = text.bytes().filter(|byte| *byte == b':').count();
    if n_colons < 6 && !text.contains("::") {
        return false;
    }
    let Some((address, length)) = ipv6(text).map(|address| (address, text.len())).or_else(|| before_port(text)) else {
        return false;
    };
    end = start + length;
    let has_zone = address.is_unicast_link_local() || address.is_multicast();
    if has_zone && scan.byte(end) == b'%' {
        end += zone_length(scan, end);
    }
    scan.emit(IocType::Ipv6, start..end);
    true
}

/// The address before a port that tcpdump writes behind a dot, and its length: `2001:db8::1.443`.
fn before_port(text: &str) -> Option<(Ipv6Addr, usize)> {
    let (address, port) = text.rsplit_once('.')?;
    let is_port = port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
    Some((ipv6(address).filter(|_| is_port)?, address.len()))
}

/// The length of a zone and its `%`: the name of an interface, or nothing.
fn zone_length(scan: &Scanner<'_>, at: usize) -> usize {
    let name = scan.bytes.iter().skip(at + 1).take(32);
    let length = name.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')).count();
    let name = scan.slice(at + 1..at + 1 + length).trim_end_matches(['.', '-']);
    if name.starts_with(|c: char| c.is_ascii_alphanumeric()) { name.len() + 1 } else { 0 }
}

/// The address that a text is, where it is not rather code, a clock time or an EUI-64.
pub(super) fn ipv6(text: &str) -> Option<Ipv6Addr> {
    if text.len() > V6_LENGTH || text == "::" || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let address: Ipv6Addr = text.parse().ok()?;
    let is_eui = text.len() == 23 && text.split(':').all(|group| group.len() == 2);
    let is_real = !text.contains("::") || is_in_use(address.segments()[0]);
    // Eight single digits count something, unless most are zeros, as Java writes `::1`.
    let is_count = text.len() == 15 && text.split(':').all(|group| group.len() == 1) && text.matches('0').count() < 4;
    (!is_eui && !is_count && is_real).then_some(address)
}

/// Whether addresses of a block are given out, by its first group: `::/8`, `64:ff9b::/96`, `100::/64`, `2000::/3`,
/// `5f00::/16` of segment routing, `fc00::/7`, `fe80::/10`, `ff00::/8` (IANA's registries of IPv6 address space and special purposes).
const fn is_in_use(first: u16) -> bool {
    matches!(first, 0 | 0x64 | 0x100 | 0x2000..=0x3fff | 0x5f00 | 0xfc00..=0xfdff | 0xfe80..=0xfeff | 0xff00..=0xffff)
}

/// Six pairs of hex digits with colons or hyphens, or three groups of four with dots as Cisco writes them. Pairs that a
/// clock and a calendar show are none, unless the first is 00, as of many makers of cards.
fn is_mac(text: &str) -> bool {
    let groups = |sign: char, count: usize, width: usize| {
        let is_group = |group: &str| group.len() == width && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        text.split(sign).count() == count && text.split(sign).all(is_group)
    };
    match text.len() {
        17 => (groups(':', 6, 2) || groups('-', 6, 2)) && !is_clock(text),
        // Without a letter it is rather a number than an address.
        14 => groups('.', 3, 4) && text.bytes().any(|byte| byte.is_ascii_alphabetic()),
        _ => false,
    }
}

fn is_clock(text: &str) -> bool {
    let is_part = |pair: &str| pair.parse::<u8>().is_ok_and(|number| number <= 60);
    !text.starts_with("00") && text.split([':', '-']).all(is_part)
}

#[cfg(test)]
mod tests {
    use super::super::{IocType, Wanted, extract};

    fn found(text: &str) -> Vec<String> {
        let wanted = Wanted::of(&[IocType::Ipv4, IocType::Ipv6, IocType::Mac]);
        extract(text, &wanted).into_iter().map(|ioc| format!("{} {}", ioc.kind.id(), ioc.observable)).collect()
    }

    fn none(texts: &[&str]) {
        for text in texts {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn ipv4_is_found_where_people_write_it() {
        for (text, addresses) in [
            ("10.0.0.1:443", "ipv4 10.0.0.1"),
            ("10.0.0.0/8", "ipv4 10.0.0.0"),
            ("(10.0.0.1)", "ipv4 10.0.0.1"),
            ("went to 10.0.0.1.", "ipv4 10.0.0.1"),
            ("10.0.0.1-10.0.0.9", "ipv4 10.0.0.1|ipv4 10.0.0.9"),
            ("src:10.0.0.1,dst:10.0.0.2", "ipv4 10.0.0.1|ipv4 10.0.0.2"),
            ("/dev/tcp/10.0.0.1/443", "ipv4 10.0.0.1"),
            ("root@10.0.0.1", "ipv4 10.0.0.1"),
            ("From 1.1.1.1 to 2.2.2.2", "ipv4 1.1.1.1|ipv4 2.2.2.2"),
            ("Host 1.2.3.4 IP 1.1.1.1 Address 8.8.8.8", "ipv4 1.2.3.4|ipv4 1.1.1.1|ipv4 8.8.8.8"),
            ("SourceIp 1.2.3.4 WinRM 5.6.7.8", "ipv4 1.2.3.4|ipv4 5.6.7.8"),
            ("Blocked 5.6.7.8 Agent: 1.2.3.4 Agent 1.2.3.5:443", "ipv4 5.6.7.8|ipv4 1.2.3.4|ipv4 1.2.3.5"),
            ("Agent 10.2.0.5 Chrome 93.2.3.4 OpenSSL=1.1.1.1", "ipv4 10.2.0.5|ipv4 93.2.3.4|ipv4 1.1.1.1"),
            ("firmware 192.168.0.1 section 3.2.1.4/24", "ipv4 192.168.0.1|ipv4 3.2.1.4"),
            ("Up now. 10.2.0.5 left", "ipv4 10.2.0.5"),
            (r"\\10.0.0.1\share", "ipv4 10.0.0.1"),
            ("refused: worker-1/45.9.148.108", "ipv4 45.9.148.108"),
            ("TERMSRV/45.9.148.108 HTTP/10.0.0.5", "ipv4 45.9.148.108|ipv4 10.0.0.5"),
            ("outside/45.9.148.108 dst inside/10.0.0.5", "ipv4 45.9.148.108|ipv4 10.0.0.5"),
            ("DHCP release 45.9.148.108, the latest release: 10.9.8.7", "ipv4 45.9.148.108|ipv4 10.9.8.7"),
            ("10[.]0[.]0[.]1", "ipv4 10[.]0[.]0[.]1"),
        ] {
            assert_eq!(found(text).join("|"), addresses, "{text}");
        }
    }

    #[test]
    fn fault_7_longer_runs_and_versions_are_no_ipv4() {
        none(&["999.999.999.999", "10.2.3.4.5", "999.1.1.1", "01.2.3.4", "1.2.3", "256.1.1.1", ".10.0.0.1"]);
        none(&["GuestAgent_2.7.4.9", "v1.2.3.4", "1.2.3.4a", "1.2.3.4_5", "x1.2.3.4"]);
        none(&[
            "Version=1.0.0.0",
            "version 4.1.2.3",
            "\"version\": \"1.2.3.4\"",
            "FileVersion: 6.1.7.1",
            "build 1.2.3.4",
            "release 4.1.2.3",
        ]);
        none(&[
            "OpenSSL 1.1.1.1",
            "Agent 7.62.1.0",
            "v. 10.2.0.5",
            "section 3.2.1.4",
            "firmware 10.2.0.1 x",
            "OID 1.3.6.1",
        ]);
        none(&["1.3.6.1 is an OID", "MySQL 8.0.32.1,", "203.0.113.25_log", "IP203.0.113.25"]);
        none(&[r"C:\Update\1.3.33.23\a.exe"]);
        none(&["Chrome/80.0.39.1", "Mozilla/5.0 (Chrome/80.0.39.1) x", "Edg/90.0.8.1;"]);
    }

    #[test]
    fn ipv6_is_found_where_people_write_it() {
        for (text, addresses) in [
            ("::1", "ipv6 ::1"),
            ("fe80::1%eth0", "ipv6 fe80::1%eth0"),
            ("[2001:db8::1]:443", "ipv6 2001:db8::1"),
            ("::ffff:1.2.3.4", "ipv6 ::ffff:1.2.3.4"),
            ("2001:db8::/32", "ipv6 2001:db8::"),
            ("client 0:0:0:0:0:0:0:1,", "ipv6 0:0:0:0:0:0:0:1"),
            ("IP6 2001:db8::1.443 > 2001:db8::2.51234:", "ipv6 2001:db8::1|ipv6 2001:db8::2"),
            ("from src:fe80::1.", "ipv6 fe80::1"),
            ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "ipv6 2001:0db8:85a3:0000:0000:8a2e:0370:7334"),
            ("3ffe[:]831f[:]4e0[:]7[:][:]1c2", "ipv6 3ffe[:]831f[:]4e0[:]7[:][:]1c2"),
        ] {
            assert_eq!(found(text).join("|"), addresses, "{text}");
        }
    }

    #[test]
    fn fault_6_times_and_code_are_no_ipv6() {
        none(&[
            "06:10:31",
            "12:30:45.123",
            "AAAA:BBBB:CCCC",
            "std::vec",
            "bad::face",
            "::",
            "add::1",
            "Foo::1",
            "[1::2]",
        ]);
        none(&["1:2:3:4:5:6:7:8"]);
        none(&["00:11:22:ff:fe:33:44:55", "2021:05:04", "a:b:c", ":::", "::::"]);
    }

    #[test]
    fn mac_has_three_ways_of_writing() {
        assert_eq!(found("HWaddr 00:11:22:33:44:5e"), ["mac_address 00:11:22:33:44:5e"]);
        assert_eq!(found("mac:00:11:22:33:44:5e"), ["mac_address 00:11:22:33:44:5e"]);
        assert_eq!(found("00-11-22-33-44-5E."), ["mac_address 00-11-22-33-44-5E"]);
        assert_eq!(found("at 0011.2233.445e,"), ["mac_address 0011.2233.445e"]);
        assert_eq!(
            found("00:11:22:33:44:55 52:54:00:12:34:99"),
            ["mac_address 00:11:22:33:44:55", "mac_address 52:54:00:12:34:99"]
        );
        none(&["10:20:30:40:50:60", "21-05-04-12-30-45"]);
        none(&["1234.5678.9012", "00:11:22:33:44", "2021-05-04-12-30-45"]);
    }
}
