//! What is made of hex digits and numbers: hashes, ssdeep, GUIDs, CVE numbers, numbers of autonomous systems.

use std::ops::Range;

use super::scan::{Run, Scanner, Signs};
use super::{IocType, coins};

/// The longest hash, SHA-512 in hex.
const MOST_DIGITS: usize = 128;

/// Looks at each long stretch of letters and digits in a run.
pub(super) fn long_stretches(scan: &mut Scanner<'_>, run: Run) {
    for range in stretches(scan, run) {
        let text = scan.slice(range.clone());
        if !(Run::LONG..=MOST_DIGITS).contains(&text.len()) || !text.is_ascii() {
            continue;
        }
        match hash(text) {
            Some(IocType::Md5) if names_a_trace(scan, range.start) => {}
            Some(kind) => scan.emit(kind, range),
            None if coins::is_address(text) => scan.emit(IocType::Cryptocurrency, range),
            None => {}
        }
    }
}

/// The stretches of a run between its signs.
fn stretches<'a>(scan: &Scanner<'a>, run: Run) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let mut start = run.start;
    let text = scan.bytes.get(run.start..run.end).unwrap_or_default();
    text.split(|byte| Signs::parts(*byte)).map(move |stretch| {
        let range = start..start + stretch.len();
        start = range.end + 1;
        range
    })
}

/// Whether the key before a number of 128 bits says that it names a request or a session.
fn names_a_trace(scan: &Scanner<'_>, start: usize) -> bool {
    const KEYS: &[&str] = &["trace", "span", "session", "requestid", "correlation"];
    let (key, signs) = scan.key_before(start);
    if !signs.contains(['=', ':']) {
        return false;
    }
    let key = key.to_ascii_lowercase().replace(['_', '-'], "");
    KEYS.iter().any(|known| key.contains(known)) && !key.contains("md5") && !key.contains("hash")
}

/// The kind of hash by the number of hex digits. Digits alone are a number, and one digit throughout is a filler.
fn hash(text: &str) -> Option<IocType> {
    let kind = match text.len() {
        32 => IocType::Md5,
        40 => IocType::Sha1,
        64 => IocType::Sha256,
        128 => IocType::Sha512,
        _ => return None,
    };
    let first = text.bytes().next()?;
    let is_hash = text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().any(|byte| byte != first);
    is_hash.then_some(kind)
}

/// Bytes of the shortest CVE number, `CVE-2021-4422`.
pub(super) const CVE_LENGTH: usize = 13;

/// Looks at a run with hyphens for GUIDs and CVE numbers.
pub(super) fn hyphenated(scan: &mut Scanner<'_>, run: Run) {
    let mut start = run.start;
    for (at, byte) in (run.start..).zip(scan.bytes.get(run.start..run.end).unwrap_or_default()) {
        match (byte, at - start) {
            (b'-', 3) => cve(scan, start),
            (b'-', 8) => guid(scan, start),
            _ => {}
        }
        if Signs::parts(*byte) {
            start = at + 1;
        }
    }
}

fn guid(scan: &mut Scanner<'_>, start: usize) {
    let text = scan.slice(start..start + 36);
    let lengths = [8, 4, 4, 4, 12];
    let is_group =
        |(group, length): (&str, usize)| group.len() == length && group.bytes().all(|b| b.is_ascii_hexdigit());
    let is_guid = text.split('-').count() == 5 && text.split('-').zip(lengths).all(is_group);
    if is_guid && !is_word(scan.byte(start + 36)) {
        scan.emit(IocType::Guid, start..start + 36);
    }
}

/// `CVE-2021-44228`: the first year is 1999, and the number has four to seven digits, more than which none was given.
fn cve(scan: &mut Scanner<'_>, start: usize) {
    let text = scan.slice(start..start + 9);
    let Some((word, year)) = text.split_once('-') else { return };
    let year = year.strip_suffix('-').filter(|year| year.len() == 4).and_then(|year| year.parse::<u16>().ok());
    let digits = scan.bytes.iter().skip(start + 9).take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let end = start + 9 + digits;
    let is_cve = word.eq_ignore_ascii_case("cve") && year.is_some_and(|year| (1999..2100).contains(&year));
    if is_cve && (4..=7).contains(&digits) && !is_word(scan.byte(end)) {
        let live = scan.slice(start..end).to_ascii_uppercase();
        scan.emit_as(IocType::Cve, start..end, Some(live));
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// `AS15169`, `ASN15169`, `ASN 15169`: upper case, or behind the word ASN; 32 bits by RFC 6793. `AS1` and `AS2` are
/// protocols and names of all kinds, so that fewer than three digits count only as a text of their own.
pub(super) fn system_number(scan: &mut Scanner<'_>, start: usize, end: usize) {
    let text = scan.slice(start..end);
    let is_asn = text.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("asn"));
    let digits = match text.strip_prefix("AS") {
        _ if is_asn => text.get(3..).unwrap_or_default(),
        Some(digits) => digits,
        None => return,
    };
    if is_asn && digits.is_empty() {
        let gap =
            scan.bytes.iter().skip(end).take(3).take_while(|byte| matches!(byte, b' ' | b':' | b'=' | b'#')).count();
        let number = scan.bytes.iter().skip(end + gap).take(11).take_while(|byte| byte.is_ascii_digit()).count();
        let range = end + gap..end + gap + number;
        let is_apart = !is_word(scan.byte(range.end)) && scan.byte(range.end) != b'.';
        if let Some(number) = system(scan.slice(range.clone())).filter(|_| gap > 0 && is_apart) {
            scan.emit_as(IocType::Asn, start..range.end, Some(format!("AS{number}")));
        }
    } else if let Some(number) = system(digits) {
        let is_whole = start == 0 && end == scan.bytes.len();
        if !is_asn && !is_whole && (digits.len() < 3 || is_machine(scan, digits, end)) {
            return;
        }
        let live = is_asn.then(|| format!("AS{number}"));
        scan.emit_as(IocType::Asn, start..end, live);
    }
}

/// The AS/400 of IBM.
fn is_machine(scan: &Scanner<'_>, digits: &str, end: usize) -> bool {
    let starts = |word: &str| scan.slice(end + 1..end + 1 + word.len()).eq_ignore_ascii_case(word);
    digits == "400" && scan.byte(end) == b' ' && (starts("system") || starts("iSeries"))
}

fn system(digits: &str) -> Option<u32> {
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| is_plain)
}

/// ssdeep: `blocksize:hash:hash` (Kornblum 2006). The block size is 3 times a power of two, and the first hash is long
/// and mixed enough not to be a word; shorter ones cannot be told from other text with colons.
pub(super) fn fuzzy(scan: &mut Scanner<'_>, run: Run) -> bool {
    let is_sign = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'+' | b'/');
    let digits = scan.bytes.iter().skip(run.start).take(11).take_while(|byte| byte.is_ascii_digit()).count();
    let size: Option<u32> = scan.slice(run.start..run.start + digits).parse().ok();
    let is_size = size.is_some_and(|size| size.is_multiple_of(3) && (size / 3).is_power_of_two());
    if !is_size || scan.byte(run.start + digits) != b':' {
        return false;
    }
    let first = run.start + digits + 1;
    let first_end = first + scan.bytes.iter().skip(first).take(65).take_while(is_sign).count();
    let second = first_end + 1;
    let end = second + scan.bytes.iter().skip(second).take(65).take_while(is_sign).count();
    let text = scan.slice(first..first_end);
    let is_mixed = text.bytes().any(|b| b.is_ascii_uppercase()) && text.bytes().any(|b| b.is_ascii_lowercase());
    let is_sized = (10..=64).contains(&text.len()) && (4..=64).contains(&(end - second));
    let is_fuzzy = scan.byte(first_end) == b':' && is_sized && is_mixed && !is_word(scan.byte(end));
    if is_fuzzy {
        scan.emit(IocType::Ssdeep, run.start..end);
    }
    is_fuzzy
}

#[cfg(test)]
mod tests {
    use super::super::{IocType, Wanted, extract};

    const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
    const SHA1: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    const SHA256: &str = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";

    fn found(text: &str) -> String {
        let types = [
            IocType::Md5,
            IocType::Sha1,
            IocType::Sha256,
            IocType::Sha512,
            IocType::Ssdeep,
            IocType::Guid,
            IocType::Cve,
            IocType::Asn,
        ];
        let rows = extract(text, &Wanted::of(&types));
        rows.iter().map(|ioc| format!("{} {}", ioc.kind.id(), ioc.refanged)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn hashes_are_told_by_their_length() {
        let sha512 = format!("{SHA256}{SHA256}");
        for (text, kind) in [(MD5, "md5_hash"), (SHA1, "sha1_hash"), (SHA256, "sha256_hash"), (&*sha512, "sha512_hash")]
        {
            for shape in
                [text.to_owned(), format!("({text})"), format!("x={text}.exe"), format!("http://a.com/f/{text}")]
            {
                assert_eq!(found(&shape), format!("{kind} {text}"), "{shape}");
            }
            assert_eq!(found(&format!("{text}0")), "");
            assert_eq!(found(&format!("0x{text}")), "");
        }
        assert_eq!(found(&"1234567890".repeat(4)), "");
        assert_eq!(found(&"a".repeat(32)), "");
    }

    #[test]
    fn fault_9_neighbours_are_both_found() {
        let other = "9e107d9d372bb6826bd81d3542a419d6";
        for sign in [",", " ", ":", "|", ";", "\t", "-", "_"] {
            assert_eq!(found(&format!("{MD5}{sign}{other}")), format!("md5_hash {MD5}|md5_hash {other}"), "{sign}");
        }
    }

    #[test]
    fn numbers_of_requests_are_no_hashes() {
        for key in
            ["trace_id=", "traceid: ", "\"spanId\":\"", "session=", "SESSION_ID='", "x-request-id: ", "correlation="]
        {
            assert_eq!(found(&format!("{key}{MD5}")), "", "{key}");
            assert_eq!(found(&format!("{key}{SHA1}")), format!("sha1_hash {SHA1}"), "{key}");
        }
        for key in ["session ", "md5=", "file_hash=", "session_md5=", "trace=x,", "the trace: a "] {
            assert_eq!(found(&format!("{key}{MD5}")), format!("md5_hash {MD5}"), "{key}");
        }
    }

    #[test]
    fn numbers_of_faults_and_systems() {
        for (text, rows) in [
            ("(CVE-2021-44228)", "cve CVE-2021-44228"),
            ("cve-2021-44228.", "cve CVE-2021-44228"),
            ("CVE-2021-1234567 CVE-2021-12345678", "cve CVE-2021-1234567"),
            ("ASN 714 AS714 AS400, AS2", "asn AS714|asn AS714|asn AS400"),
            ("AS7", "asn AS7"),
            ("ASN 7", "asn AS7"),
            ("AS1 by AS2 an AS400 system, AS400 iSeries", ""),
            ("CVE-2021-442 CVE-1998-0001 xCVE-2021-44228 CVE-2021-44228a", ""),
            ("AS15169 AS4294967295,", "asn AS15169|asn AS4294967295"),
            ("ASN 15169", "asn AS15169"),
            // The dot behind it ends the sentence, and so the URL.
            ("http://a.com/AS15169.", "asn AS15169"),
            ("ASN: 15169 asn=3320", "asn AS15169|asn AS3320"),
            ("as1 AS AS0 AS015 AS4294967296 WAS15169 ASN of ASN 1.5", ""),
        ] {
            assert_eq!(found(text), rows, "{text}");
        }
    }

    #[test]
    fn guids_and_fuzzy_hashes() {
        let guid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
        assert_eq!(found(&format!("{{{guid}}}")), format!("guid {guid}"));
        assert_eq!(found(&format!("{guid}0")), "");
        assert_eq!(found("6ba7b810-9dad-11d1-80b4-00c04fd430cg"), "");
        let fuzzy = "96:U57GjXnLt9co6pZwvLhJluvrszNgMFwO6MFG8SvkpjTWf:Hj3BeoEcNJ0TspgIG8SvkpjTg";
        assert_eq!(found(&format!("ssdeep {fuzzy},")), format!("ssdeep {fuzzy}"));
        for text in ["3:/var/log/messages:warning", "12:30:45", "97:U57GjXnLt9co6pZ:Hj3BeoEcNJ0", "3:hM:hM"] {
            assert_eq!(found(text), "", "{text}");
        }
    }
}
