//! Masks for evidence that is to be shared: the same value always gives the same mask, so that rows can still be joined.
//!
//! Every mask depends on a secret through HMAC-SHA-256 (RFC 2104), so that nobody without the secret can try all
//! addresses until one fits. Addresses, SIDs and their accounts go through a keyed permutation that keeps common
//! prefixes common, after Crypto-PAn (Xu and others, 2002): two different addresses never share a mask, and those of one
//! network stay in one. Names become words with 50 bits of their hash. A masked public address may belong to somebody,
//! so a masked table has to say that it is one. Lengths, times, counts and which rows belong together stay to be seen,
//! and in free text a bare account or host name cannot be told from a word.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use ring::hmac::{self, HMAC_SHA256};

use super::ip::{self, IpType};
use super::{domain, mask_text};

/// What a value is masked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MaskKind {
    /// Addresses keep their type.
    Ip,
    /// `user`, `DOMAIN\user`, `user@domain` and `HOST$`.
    Account,
    /// Host and domain names, and addresses in their place.
    Host,
    /// The domain and the account in a SID; well-known ones stay.
    Sid,
    Guid,
    /// Addresses, mail addresses, SIDs, GUIDs, hosts of URLs and shares, and the names of home folders inside a text.
    Text,
    /// Nothing is left.
    Redact,
}

impl MaskKind {
    pub const ALL: [Self; 7] = [Self::Ip, Self::Account, Self::Host, Self::Sid, Self::Guid, Self::Text, Self::Redact];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Account => "account",
            Self::Host => "host",
            Self::Sid => "sid",
            Self::Guid => "guid",
            Self::Text => "text",
            Self::Redact => "redact",
        }
    }
}

/// What stands in place of a redacted value.
pub const REDACTED: &str = "[redacted]";

/// Names that say nothing about anybody.
const COMMON_NAMES: [&str; 15] = [
    "-",
    "system",
    "local service",
    "network service",
    "anonymous logon",
    "nt authority",
    "builtin",
    "workgroup",
    "administrator",
    "guest",
    "root",
    "nobody",
    "daemon",
    "defaultaccount",
    "localhost",
];

/// Masks values with one secret.
#[derive(Clone)]
pub struct Masker {
    key: hmac::Key,
}

impl Masker {
    /// A salt of any length; who does not know it cannot undo a mask, so it has to be random and kept.
    pub fn new(salt: &[u8]) -> Self {
        Self { key: hmac::Key::new(HMAC_SHA256, salt) }
    }

    /// The mask of a value; what is empty stays empty. A value that is no address, SID or GUID where one is wanted is
    /// masked as text, and as a whole where nothing in it has a form, so that a name in the wrong column does not stay.
    pub fn mask(&self, kind: MaskKind, value: &str) -> String {
        let trimmed = value.trim();
        if trimmed.is_empty() {
            return value.to_owned();
        }
        let masked = match kind {
            MaskKind::Ip => self.ip(trimmed),
            MaskKind::Account => Some(self.account(trimmed)),
            MaskKind::Host => Some(self.host(trimmed)),
            MaskKind::Sid => self.sid(trimmed),
            MaskKind::Guid => self.guid(trimmed),
            MaskKind::Text => None,
            MaskKind::Redact => Some(REDACTED.to_owned()),
        };
        masked.unwrap_or_else(|| {
            let text = self.mask_text(value, &str::to_owned);
            let may_stay = kind == MaskKind::Text || text != value || is_common(trimmed);
            if may_stay { text } else { self.word("value", trimmed) }
        })
    }

    /// A text with everything masked that has a form, and with what `rest` makes of all else; no mask is masked again.
    pub fn mask_text(&self, text: &str, rest: &dyn Fn(&str) -> String) -> String {
        mask_text::text(self, text, rest)
    }

    /// HMAC of a purpose and a value, so that one value has different masks for different purposes.
    fn digest(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        let length = u64::try_from(purpose.len()).unwrap_or(u64::MAX).to_be_bytes();
        self.hmac(&[&length, purpose.as_bytes(), value])
    }

    fn hmac(&self, message: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        for part in message {
            context.update(part);
        }
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    /// A word for a name whatever its case: a prefix and ten letters or digits, 50 bits.
    fn word(&self, prefix: &str, value: &str) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let digest = self.digest(prefix, value.to_lowercase().as_bytes());
        let letters = digest.iter().take(10).filter_map(|byte| ALPHABET.get(usize::from(byte % 32)));
        let letters: String = letters.map(|letter| char::from(*letter)).collect();
        format!("{prefix}-{letters}")
    }

    /// A permutation of octets that leaves the first `n_kept` bits alone: two values that are alike in their first n
    /// bits have masks that are alike in just as many. Each bit is turned over by a digest of all bits before it.
    fn permute<const N: usize>(&self, purpose: &str, octets: [u8; N], n_kept: usize) -> [u8; N] {
        let mut masked = octets;
        for (at, octet) in masked.iter_mut().enumerate() {
            let n_kept = n_kept.saturating_sub(at * 8).min(8);
            if n_kept < 8 {
                let digest = self.digest(purpose, octets.get(..at).unwrap_or_default());
                let movable = u8::try_from(0xff_usize >> n_kept).unwrap_or(0);
                *octet ^= flips(&digest, *octet) & movable;
            }
        }
        masked
    }

    /// Permutes until the value is again one that may stand there, which keeps the permutation one among those.
    fn permute_within<const N: usize>(
        &self,
        purpose: &str,
        octets: [u8; N],
        n_kept: usize,
        may_stand: impl Fn([u8; N]) -> bool,
    ) -> [u8; N] {
        let mut masked = self.permute(purpose, octets, n_kept);
        for _ in 0..MOST_STEPS {
            if may_stand(masked) {
                break;
            }
            masked = self.permute(purpose, masked, n_kept);
        }
        masked
    }
}

/// After so many steps the odds are none that a permutation has not come back to where it may stand.
const MOST_STEPS: usize = 1000;

/// Which bits of an octet are turned over. The bits before each one choose the bit of the digest that decides on it.
fn flips(digest: &[u8; 32], octet: u8) -> u8 {
    let mut flips = 0;
    for bit in 0..8 {
        // The places of a binary tree: one for the first bit, two for the second, and so on.
        let place = (1_usize << bit) | (usize::from(octet) >> (8 - bit));
        if digest.get(place / 8).is_some_and(|byte| (byte >> (place % 8)) & 1 == 1) {
            flips |= 0x80 >> bit;
        }
    }
    flips
}

/// Addresses.
impl Masker {
    pub(super) fn ip(&self, text: &str) -> Option<String> {
        let facts = ip::facts(text)?;
        let masked = match facts.address {
            IpAddr::V4(v4) => self.v4(v4).to_string(),
            IpAddr::V6(v6) => self.v6(v6).to_string(),
        };
        let zone = facts.zone.map_or_else(String::new, |zone| format!("%{zone}"));
        Some(if text.starts_with('[') { format!("[{masked}{zone}]") } else { format!("{masked}{zone}") })
    }

    fn v4(&self, v4: Ipv4Addr) -> Ipv4Addr {
        let (range, n_kept) = range_of(v4.into());
        if n_kept == usize::MAX {
            return v4;
        }
        let is_alike = |octets: [u8; 4]| range_of(octets.into()).0 == range;
        self.permute_within("ipv4", v4.octets(), n_kept, is_alike).into()
    }

    fn v6(&self, v6: Ipv6Addr) -> Ipv6Addr {
        if let Some(embedded) = ip::embedded_v4(v6) {
            return self.v6_around(v6, embedded);
        }
        let (range, n_kept) = range_of(v6.into());
        if n_kept == usize::MAX {
            return v6;
        }
        let is_alike = |octets: [u8; 16]| range_of(octets.into()).0 == range;
        self.permute_within("ipv6", v6.octets(), n_kept, is_alike).into()
    }

    /// The address inside has the mask that it has alone; around it what names a machine is masked too.
    fn v6_around(&self, v6: Ipv6Addr, embedded: Ipv4Addr) -> Ipv6Addr {
        let mut octets = v6.octets();
        match v6.segments() {
            // The interface behind a 6to4 network.
            [0x2002, ..] => octets = self.permute("ipv6", octets, 48),
            // The server that a Teredo client used.
            [0x2001, 0, ..] => {
                let [_, _, _, _, server @ .., _, _, _, _, _, _, _, _] = &mut octets;
                *server = self.v4(Ipv4Addr::from(*server)).octets();
            }
            _ => {}
        }
        ip::with_embedded(octets.into(), self.v4(embedded))
    }
}

/// The block that an address has to stay in, and how many of its first bits stay; all of them stay where an address
/// means the same on every machine.
fn range_of(address: IpAddr) -> (Option<IpNet>, usize) {
    // Public IPv6 space is 2000::/3, so far.
    let Some(range) = ip::special_range(address) else { return (None, if address.is_ipv4() { 0 } else { 3 }) };
    let n_kept = match range.ip_type {
        IpType::Loopback | IpType::Unspecified | IpType::Multicast => usize::MAX,
        // Behind fe80::/64 stands the interface.
        IpType::LinkLocal if address.is_ipv6() => 64,
        _ => usize::from(range.network.prefix_len()),
    };
    (Some(range.network), n_kept)
}

/// Names.
impl Masker {
    pub(super) fn account(&self, text: &str) -> String {
        if let Some(masked) = self.sid(text).or_else(|| self.guid(text)) {
            return masked;
        }
        if let Some((domain, name)) = text.split_once('\\') {
            return format!("{}\\{}", self.host(domain), self.account_name(name));
        }
        if let Some((name, domain)) = text.rsplit_once('@') {
            return format!("{}@{}", self.account_name(name), self.host(domain));
        }
        self.account_name(text)
    }

    pub(super) fn account_name(&self, name: &str) -> String {
        if is_common(name) {
            return name.to_owned();
        }
        // The account of a machine is named after it.
        name.strip_suffix('$').map_or_else(|| self.word("user", name), |host| format!("{}$", self.host(host)))
    }

    /// The first label is masked alone, so that short and full names can be joined, and the domain behind it as one.
    pub(super) fn host(&self, text: &str) -> String {
        if is_common(text) {
            return text.to_owned();
        }
        if let Some(masked) = self.ip(text) {
            return masked;
        }
        let Some(parts) = domain::parts(text) else { return self.word("host", text) };
        if parts.is_known_suffix && parts.registered.as_ref() == Some(&parts.ascii) {
            return format!("{}.example", self.word("domain", &parts.ascii));
        }
        match parts.ascii.split_once('.') {
            None => self.word("host", &parts.ascii),
            Some((host, domain)) => format!("{}.{}.example", self.word("host", host), self.word("domain", domain)),
        }
    }

    /// `S-1-5-21-` and a domain of three numbers, or `S-1-12-1-` and an account of the cloud; all others mean the same
    /// on every machine and stay.
    pub(super) fn sid(&self, text: &str) -> Option<String> {
        let rest = text.get(..4).filter(|start| start.eq_ignore_ascii_case("S-1-")).and_then(|_| text.get(4..))?;
        let numbers: Vec<u32> = rest.split('-').map(|number| number.parse().ok()).collect::<Option<_>>()?;
        let masked = match numbers.as_slice() {
            [5, 21, a, b, c, accounts @ ..] => {
                let domain = [*a, *b, *c];
                let accounts = accounts.iter().map(|account| self.account_number(domain, *account));
                [5, 21].into_iter().chain(self.numbers("sid", domain)).chain(accounts).collect()
            }
            [12, 1, a, b, c, d] => [12, 1].into_iter().chain(self.numbers("cloud sid", [*a, *b, *c, *d])).collect(),
            [_, _, ..] => numbers,
            _ => return None,
        };
        let mut sid = "S-1".to_owned();
        for number in masked {
            let _ = write!(sid, "-{number}");
        }
        Some(sid)
    }

    /// Each number is permuted by those before it.
    fn numbers<const N: usize>(&self, purpose: &str, numbers: [u32; N]) -> Vec<u32> {
        let mut purpose = purpose.to_owned();
        let mut masked = Vec::with_capacity(N);
        for number in numbers {
            masked.push(u32::from_be_bytes(self.permute(&purpose, number.to_be_bytes(), 0)));
            let _ = write!(purpose, "-{number}");
        }
        masked
    }

    /// Numbers below 1000 are those of built-in accounts and groups.
    fn account_number(&self, domain: [u32; 3], number: u32) -> u32 {
        const FIRST: u32 = 1000;
        if number < FIRST {
            return number;
        }
        let [a, b, c] = domain;
        let may_stand = |octets: [u8; 4]| u32::from_be_bytes(octets) >= FIRST;
        u32::from_be_bytes(self.permute_within(&format!("sid-{a}-{b}-{c}-"), number.to_be_bytes(), 0, may_stand))
    }

    /// With or without braces; the empty one stays.
    pub(super) fn guid(&self, text: &str) -> Option<String> {
        let inside = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let guid = inside.unwrap_or(text);
        let lengths = guid.split('-').map(str::len);
        let is_hex = guid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        if !is_hex || !lengths.eq([8, 4, 4, 4, 12]) {
            return None;
        }
        if guid.bytes().all(|b| matches!(b, b'0' | b'-')) {
            return Some(text.to_owned());
        }
        let digest = self.digest("guid", guid.to_ascii_lowercase().as_bytes());
        let is_upper = guid.bytes().any(|b| b.is_ascii_uppercase());
        let mut nibbles = digest.iter().flat_map(|octet| [octet >> 4, octet & 15]).map(u32::from);
        let digit = |c: char| {
            let digit = if c.is_ascii_hexdigit() { char::from_digit(nibbles.next()?, 16)? } else { c };
            Some(if is_upper { digit.to_ascii_uppercase() } else { digit })
        };
        text.chars().map(digit).collect()
    }
}

fn is_common(name: &str) -> bool {
    COMMON_NAMES.contains(&name.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn masker() -> Masker {
        Masker::new(b"a salt for tests")
    }

    fn mask(kind: MaskKind, value: &str) -> String {
        masker().mask(kind, value)
    }

    /// RFC 4231, cases 2 and 6.
    #[test]
    fn the_hash_is_hmac_sha_256() {
        let hex = |digest: [u8; 32]| digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let jefe = Masker::new(b"Jefe").hmac(&[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(jefe), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = Masker::new(&[0xaa; 131]).hmac(&[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn addresses_of_one_network_stay_together() {
        let first = |text: &str| mask(MaskKind::Ip, text).rsplit_once('.').unwrap().0.to_owned();
        assert_eq!(first("203.0.114.5"), first("203.0.114.200"));
        assert_ne!(first("203.0.114.5"), first("203.0.115.5"));
        assert!(mask(MaskKind::Ip, "10.1.2.3").starts_with("10."));
        assert!(mask(MaskKind::Ip, "192.168.2.3").starts_with("192.168."));
    }

    #[test]
    fn what_means_the_same_everywhere_stays() {
        for address in ["127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.251", "::1", "::", "ff02::fb"] {
            assert_eq!(mask(MaskKind::Ip, address), address);
        }
        for sid in ["S-1-5-18", "S-1-5-32-544", "S-1-1-0", "S-1-16-12288"] {
            assert_eq!(mask(MaskKind::Sid, sid), sid);
        }
        for account in ["SYSTEM", r"NT AUTHORITY\LOCAL SERVICE", "root", "-"] {
            assert_eq!(mask(MaskKind::Account, account), account);
        }
        assert_eq!(
            mask(MaskKind::Guid, "00000000-0000-0000-0000-000000000000"),
            "00000000-0000-0000-0000-000000000000"
        );
        assert_eq!(mask(MaskKind::Account, ""), "");
    }

    #[test]
    fn an_address_inside_another_is_masked_as_alone() {
        let alone = mask(MaskKind::Ip, "198.41.0.4");
        assert_eq!(mask(MaskKind::Ip, "::ffff:198.41.0.4"), format!("::ffff:{alone}"));
        for text in [
            "64:ff9b::c629:4",
            "64:ff9b:1::c629:4",
            "64:ff9b:1:c629:0:400::",
            "2002:c629:4::1",
            "2001:0:102:304::39d6:fffb",
        ] {
            let masked = mask(MaskKind::Ip, text);
            assert_eq!(ip::facts(&masked).unwrap().embedded, Some(alone.parse().unwrap()), "{text} {masked}");
        }
        assert_eq!(mask(MaskKind::Ip, "[fe80::1%eth0]").split_once('%').unwrap().1, "eth0]");
    }

    #[test]
    fn sids_keep_their_form() {
        let one = mask(MaskKind::Sid, "S-1-5-21-996632719-2361334927-4038480536-500");
        let other = mask(MaskKind::Sid, "S-1-5-21-996632719-2361334927-4038480536-1104");
        assert!(one.ends_with("-500"), "{one}");
        let (domain, account) = other.rsplit_once('-').unwrap();
        assert_eq!(one.rsplit_once('-').unwrap().0, domain);
        assert!(account != "1104" && account.parse::<u32>().unwrap() >= 1000, "{other}");
        assert!(!domain.contains("996632719"));
        let cloud = mask(MaskKind::Sid, "S-1-12-1-1-2-3-4");
        assert!(cloud.starts_with("S-1-12-1-") && cloud.split('-').count() == 8 && cloud != "S-1-12-1-1-2-3-4");
    }

    #[test]
    fn names_join_whatever_their_case_and_length() {
        let host = mask(MaskKind::Host, "WIN1");
        assert!(host.starts_with("host-") && host.len() == 15, "{host}");
        let full = mask(MaskKind::Host, "win1.corp.contoso.com");
        assert_eq!(full.split_once('.').unwrap().0, host);
        assert_eq!(mask(MaskKind::Account, "CONTOSO\\win1$").split_once('\\').unwrap().1, format!("{host}$"));
        let user = mask(MaskKind::Account, "Alice");
        assert_eq!(mask(MaskKind::Account, "WIN1\\alice"), format!("{host}\\{user}"));
        let mail = mask(MaskKind::Account, "ALICE@contoso.com");
        assert_eq!(mail, format!("{user}@{}", mask(MaskKind::Host, "contoso.com")));
        assert!(mail.ends_with(".example"));
        assert_eq!(mask(MaskKind::Host, "10.0.0.1"), mask(MaskKind::Ip, "10.0.0.1"));
    }

    #[test]
    fn guids_keep_their_form() {
        let masked = mask(MaskKind::Guid, "{52B1AB41-869E-4138-9E40-2A4457F09BF0}");
        assert_eq!(masked.len(), 38);
        assert!(masked.starts_with('{') && masked.ends_with('}') && !masked.chars().any(|c| c.is_ascii_lowercase()));
        let lower = mask(MaskKind::Guid, "52b1ab41-869e-4138-9e40-2a4457f09bf0");
        assert_eq!(masked.trim_matches(['{', '}']).to_lowercase(), lower);
    }

    #[test]
    fn another_salt_gives_other_masks() {
        let other = Masker::new(b"another salt");
        for (kind, value) in [(MaskKind::Ip, "198.41.0.4"), (MaskKind::Account, "alice"), (MaskKind::Host, "win1")] {
            assert_ne!(mask(kind, value), other.mask(kind, value));
        }
    }

    #[test]
    fn many_values_have_as_many_masks() {
        let masker = masker();
        let users: HashSet<String> = (0..20_000).map(|n| masker.mask(MaskKind::Account, &format!("user{n}"))).collect();
        assert_eq!(users.len(), 20_000);
        let sid = |n: u32| masker.mask(MaskKind::Sid, &format!("S-1-5-21-1-2-3-{n}"));
        assert_eq!((0..5_000).map(sid).collect::<HashSet<_>>().len(), 5_000);
        let ip = |n: u32| masker.mask(MaskKind::Ip, &Ipv4Addr::from(0x0a00_0000 + n * 251).to_string());
        assert_eq!((0..5_000).map(ip).collect::<HashSet<_>>().len(), 5_000);
    }

    #[test]
    fn a_name_in_the_wrong_column_does_not_stay() {
        assert!(mask(MaskKind::Ip, "dc01").starts_with("value-"));
        assert_eq!(mask(MaskKind::Sid, "-"), "-");
        let listed = mask(MaskKind::Ip, "10.1.2.3, 10.1.2.4");
        assert_eq!(listed, format!("{}, {}", mask(MaskKind::Ip, "10.1.2.3"), mask(MaskKind::Ip, "10.1.2.4")));
    }

    #[test]
    fn redaction_leaves_nothing() {
        assert_eq!(mask(MaskKind::Redact, "secret"), REDACTED);
    }

    proptest! {
        #[test]
        fn the_type_of_an_ipv4_address_is_kept(bits in any::<u32>()) {
            let masked: IpAddr = mask(MaskKind::Ip, &Ipv4Addr::from(bits).to_string()).parse().unwrap();
            prop_assert_eq!(ip::ip_type(masked), ip::ip_type(Ipv4Addr::from(bits).into()));
        }

        #[test]
        fn the_type_of_an_ipv6_address_is_kept(
            start in prop::sample::select(vec!["", "2001", "2002", "2a00", "2001:db8", "fe80", "fd00", "64:ff9b", "2001:0", "100"]),
            rest in any::<u64>(),
        ) {
            let [a, b, c, d] = [rest >> 48, (rest >> 32) & 0xffff, (rest >> 16) & 0xffff, rest & 0xffff];
            let text = format!("{start}::{a:x}:{b:x}:{c:x}:{d:x}");
            let masked = mask(MaskKind::Ip, &text);
            prop_assert_eq!(ip::facts(&masked).unwrap().ip_type, ip::facts(&text).unwrap().ip_type, "{} {}", text, masked);
        }

        #[test]
        fn prefixes_are_kept(one in any::<u32>(), other in any::<u32>()) {
            let masker = masker();
            let permute = |bits: u32| u32::from_be_bytes(masker.permute("test", bits.to_be_bytes(), 0));
            prop_assert_eq!((permute(one) ^ permute(other)).leading_zeros(), (one ^ other).leading_zeros());
        }

        #[test]
        fn any_value_is_masked_without_a_panic(value in "\\PC{0,60}") {
            for kind in MaskKind::ALL {
                let _ = mask(kind, &value);
            }
        }
    }
}
