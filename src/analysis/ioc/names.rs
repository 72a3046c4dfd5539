//! Names of hosts and onion services.
//!
//! A name counts where its suffix is on the public suffix list that is compiled in, or where RFC 2606 and 6761 reserve
//! it. What is rather a file or a word of code is told in [`look_alikes`]. Internationalised names are read by UTS 46.

use std::borrow::Cow;

use psl::Psl;
use sha3::{Digest, Sha3_256};

use super::scan::Scanner;
use super::{IocType, look_alikes};

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
    if !has_known_suffix(&ascii) || (place == Place::Text && look_alikes::is_file_or_code(scan, start, end, &ascii)) {
        return false;
    }
    let live = (!word.is_ascii()).then(|| ascii.into_owned());
    scan.emit_as(IocType::Dns, start..end, live);
    true
}

/// The name in lower case and punycode; None where it is no valid name of two labels or more.
pub(super) fn ascii_form(word: &str) -> Option<Cow<'_, str>> {
    let is_ascii = word.is_ascii();
    let most = if is_ascii { ASCII_LENGTH } else { WIDE_LENGTH };
    if word.len() < 4 || word.len() > most || !word.bytes().any(|byte| byte == b'.') {
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
    for label in ascii.as_bytes().rsplit(|byte| *byte == b'.') {
        labels += 1;
        let is_sign = |byte: u8| byte == b'-' || (byte == b'_' && labels > 2);
        let is_top = || label.len() > 1 && label.iter().all(u8::is_ascii_lowercase) || label.starts_with(b"xn--");
        // Most words with dots are no names, and their last label says so.
        let is_valid = (labels > 1 || is_top())
            && (1..=LABEL_LENGTH).contains(&label.len())
            && label.first() != Some(&b'-')
            && label.last() != Some(&b'-')
            && label.iter().all(|byte| byte.is_ascii_alphanumeric() || is_sign(*byte));
        if !is_valid {
            return false;
        }
    }
    labels > 1 && ascii.len() <= ASCII_LENGTH
}

/// Whether a name in lower case has a suffix of the list and something before it, or is reserved.
pub(super) fn has_known_suffix(ascii: &str) -> bool {
    let top = ascii.as_bytes().rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    // All longer suffixes under the first three are private ones, so that the list need not be asked.
    if [&b"com"[..], b"net", b"org", b"example", b"test", b"invalid", b"localhost"].contains(&top) {
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
    use super::super::{Names, names_in as found};

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
    fn an_onion_proves_itself() {
        // The service of the Tor project itself.
        let real = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
        assert_eq!(found(real, Names::Strict), format!("onion {real}"));
        assert_eq!(found(&real.replacen('2', "3", 1), Names::Strict), "");
        assert_eq!(found("expyuzz4wqqyqhjn.onion", Names::Strict), "onion expyuzz4wqqyqhjn.onion");
        assert_eq!(found("red.onion", Names::Strict), "");
    }
}
