//! What an IP address is: its type, and the IPv4 address that an IPv6 one carries.
//!
//! Types come from the IANA special-purpose address registries (RFC 6890), with the multicast blocks and the parts of
//! the IPv6 space that IANA holds back; whatever none of them names is public. An address is read strictly: octets
//! with leading zeros, short forms such as `10.1`, and networks are no addresses, since programs do not agree on what
//! they mean. Nothing is looked up, and who an address belongs to is not said.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;

use IpType::{Documentation, LinkLocal, Loopback, Multicast, Private, Public, Reserved, Shared, Unspecified};

/// What an address may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpType {
    Public,
    Private,
    Loopback,
    LinkLocal,
    Multicast,
    /// Protocol assignments, benchmarking, broadcast, deprecated relays and space that was never given out.
    Reserved,
    Documentation,
    /// The space between a provider and its customers (RFC 6598).
    Shared,
    Unspecified,
}

impl IpType {
    pub const ALL: [Self; 9] =
        [Public, Private, Loopback, LinkLocal, Multicast, Reserved, Documentation, Shared, Unspecified];

    pub const fn as_str(self) -> &'static str {
        match self {
            Public => "Public",
            Private => "Private",
            Loopback => "Loopback",
            LinkLocal => "Link Local",
            Multicast => "Multicast",
            Reserved => "Reserved",
            Documentation => "Documentation",
            Shared => "Shared",
            Unspecified => "Unspecified",
        }
    }
}

/// One address and what is known of it without asking anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpFacts<'a> {
    /// The address as written, an IPv4-mapped one as IPv6.
    pub address: IpAddr,
    /// The IPv4 address inside an IPv4-mapped, NAT64, 6to4 or Teredo address; of Teredo that of the client.
    pub embedded: Option<Ipv4Addr>,
    /// The type of the embedded address where there is one.
    pub ip_type: IpType,
    /// The part after `%`.
    pub zone: Option<&'a str>,
}

/// A block with a meaning of its own.
#[derive(Clone, Copy, Debug)]
pub struct SpecialRange {
    pub network: IpNet,
    pub name: &'static str,
    /// The document that set it aside.
    pub reference: &'static str,
    pub ip_type: IpType,
}

/// What a text says as one address, with white space around it, brackets or a zone; None where it is none.
pub fn facts(text: &str) -> Option<IpFacts<'_>> {
    let (address, zone) = parse(text)?;
    let embedded = match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => embedded_v4(v6),
    };
    let ip_type = ip_type(embedded.map_or(address, IpAddr::V4));
    Some(IpFacts { address, embedded, ip_type, zone })
}

/// Orders addresses by number, all of IPv4 before all of IPv6; None where the text is no address.
pub fn sort_key(text: &str) -> Option<(u8, u128)> {
    let (address, _) = parse(text)?;
    Some((if address.is_ipv4() { 4 } else { 6 }, bits(address)))
}

/// The type of an address by the longest block that covers it, without a look inside.
pub fn ip_type(address: IpAddr) -> IpType {
    special_range(address).map_or(Public, |range| range.ip_type)
}

/// The longest special-purpose block that covers an address; None for ordinary public space.
pub fn special_range(address: IpAddr) -> Option<&'static SpecialRange> {
    if !may_be_special(address) {
        return None;
    }
    let (is_v4, number) = (address.is_ipv4(), bits(address));
    let covers = |b: &&Bounds| b.is_v4 == is_v4 && (b.first..=b.last).contains(&number);
    BOUNDS.iter().find(covers).map(|bounds| bounds.range)
}

/// The first and last address of a block as numbers.
struct Bounds {
    is_v4: bool,
    first: u128,
    last: u128,
    range: &'static SpecialRange,
}

/// Those of all blocks, the longest prefix first.
static BOUNDS: LazyLock<Vec<Bounds>> = LazyLock::new(|| {
    let bounds = |range: &'static SpecialRange| Bounds {
        is_v4: range.network.addr().is_ipv4(),
        first: bits(range.network.network()),
        last: bits(range.network.broadcast()),
        range,
    };
    let mut all: Vec<Bounds> = SPECIAL_RANGES.iter().map(bounds).collect();
    all.sort_by_key(|bounds| std::cmp::Reverse(bounds.range.network.prefix_len()));
    all
});

/// Whether any block begins as this address does: most addresses are settled by their first octet or group.
fn may_be_special(address: IpAddr) -> bool {
    static FIRST_OCTETS: LazyLock<[bool; 256]> = LazyLock::new(|| {
        let mut special = [false; 256];
        for range in SPECIAL_RANGES {
            if let (IpAddr::V4(first), IpAddr::V4(last)) = (range.network.network(), range.network.broadcast()) {
                special[usize::from(first.octets()[0])..=usize::from(last.octets()[0])].fill(true);
            }
        }
        special
    });
    match address {
        IpAddr::V4(v4) => FIRST_OCTETS[usize::from(v4.octets()[0])],
        // Of the space that is given out only these groups hold special blocks.
        IpAddr::V6(v6) => !matches!(v6.segments()[0], 0x2003..=0x261f | 0x2621..=0x3ffe),
    }
}

/// All special-purpose blocks; where several cover an address the longest prefix holds.
pub const fn special_ranges() -> &'static [SpecialRange] {
    SPECIAL_RANGES
}

fn parse(text: &str) -> Option<(IpAddr, Option<&str>)> {
    if let Some(v4) = dotted(text) {
        return Some((IpAddr::V4(v4), None));
    }
    let text = text.trim();
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let text = inside.unwrap_or(text);
    let Some((address, zone)) = text.split_once('%') else {
        let address: IpAddr = text.parse().ok()?;
        return (inside.is_none() || address.is_ipv6()).then_some((address, None));
    };
    // In a URL the percent sign is itself written as %25 (RFC 6874).
    let zone = if inside.is_some() { zone.strip_prefix("25").filter(|z| !z.is_empty()).unwrap_or(zone) } else { zone };
    let address: Ipv6Addr = address.parse().ok()?;
    is_zone(zone).then_some((IpAddr::V6(address), Some(zone)))
}

/// Four decimal octets without leading zeros, as the standard library reads them. Most addresses are such, and a reader
/// that knows nothing else takes a fraction of the time of one that reads them all.
pub(super) fn dotted(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let (mut place, mut n_digits, mut octet) = (0, 0, 0_u16);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if n_digits == 0 || (n_digits < 3 && octet > 0) => {
                octet = octet * 10 + u16::from(byte - b'0');
                n_digits += 1;
            }
            b'.' if n_digits > 0 && place < 3 => {
                octets[place] = u8::try_from(octet).ok()?;
                (place, n_digits, octet) = (place + 1, 0, 0);
            }
            _ => return None,
        }
    }
    octets[3] = u8::try_from(octet).ok()?;
    (place == 3 && n_digits > 0).then(|| Ipv4Addr::from(octets))
}

fn is_zone(zone: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~' | b':' | b'@');
    (1..=64).contains(&zone.len()) && zone.bytes().all(is_plain)
}

/// The IPv4 address that an IPv6 one carries by its own form.
pub fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = v6.octets();
    let (places, flips) = embedding(v6)?;
    Some(Ipv4Addr::from(places.map(|place| octets.get(place).map_or(0, |octet| octet ^ flips))))
}

/// The same address with another IPv4 address inside; unchanged where it carries none.
pub fn with_embedded(v6: Ipv6Addr, embedded: Ipv4Addr) -> Ipv6Addr {
    let Some((places, flips)) = embedding(v6) else { return v6 };
    let mut octets = v6.octets();
    for (place, octet) in places.into_iter().zip(embedded.octets()) {
        if let Some(old) = octets.get_mut(place) {
            *old = octet ^ flips;
        }
    }
    Ipv6Addr::from(octets)
}

/// Which octets hold the IPv4 address, and what they are combined with.
fn embedding(v6: Ipv6Addr) -> Option<([usize; 4], u8)> {
    const LAST: [usize; 4] = [12, 13, 14, 15];
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some((LAST, 0)),
        [0x64, 0xff9b, 1, ..] => Some((if is_behind_48(v6) { [6, 7, 9, 10] } else { LAST }, 0)),
        [0x2002, ..] => Some(([2, 3, 4, 5], 0)),
        // Teredo writes the client's address with all bits turned over.
        [0x2001, 0, ..] => Some((LAST, 0xff)),
        _ => None,
    }
}

/// RFC 8215 leaves the length of the prefix open. With nothing behind the 88th bit the address stands around the octet
/// that RFC 6052 keeps zero, as behind a /48; otherwise in the last 32 bits, as behind a /96.
fn is_behind_48(v6: Ipv6Addr) -> bool {
    let [_, _, _, _, _, _, first, second, zero, third, fourth, rest @ ..] = v6.octets();
    zero == 0 && rest == [0; 5] && [first, second, third, fourth] != [0; 4]
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

const fn v4(octets: [u8; 4], length: u8, ip_type: IpType, name: &'static str, reference: &'static str) -> SpecialRange {
    let [a, b, c, d] = octets;
    let network = IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), length);
    SpecialRange { network, name, reference, ip_type }
}

const fn v6(head: [u16; 4], length: u8, ip_type: IpType, name: &'static str, reference: &'static str) -> SpecialRange {
    let [a, b, c, d] = head;
    let network = IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)), length);
    SpecialRange { network, name, reference, ip_type }
}

/// A single IPv6 address, or the mapped block, whose lower half is not zero.
const fn low(
    address: Ipv6Addr,
    length: u8,
    ip_type: IpType,
    name: &'static str,
    reference: &'static str,
) -> SpecialRange {
    SpecialRange { network: IpNet::new_assert(IpAddr::V6(address), length), name, reference, ip_type }
}

/// The last word of each of these anycast addresses says which service it is.
const fn anycast(last: u16, name: &'static str, reference: &'static str) -> SpecialRange {
    low(Ipv6Addr::new(0x2001, 1, 0, 0, 0, 0, 0, last), 128, Public, name, reference)
}

const SPECIAL_RANGES: &[SpecialRange] = &[
    v4([0, 0, 0, 0], 8, Reserved, "This network", "RFC 791"),
    v4([0, 0, 0, 0], 32, Unspecified, "This host on this network", "RFC 1122"),
    v4([10, 0, 0, 0], 8, Private, "Private-use", "RFC 1918"),
    v4([100, 64, 0, 0], 10, Shared, "Shared address space", "RFC 6598"),
    v4([127, 0, 0, 0], 8, Loopback, "Loopback", "RFC 1122"),
    v4([169, 254, 0, 0], 16, LinkLocal, "Link local", "RFC 3927"),
    v4([172, 16, 0, 0], 12, Private, "Private-use", "RFC 1918"),
    v4([192, 0, 0, 0], 24, Reserved, "IETF protocol assignments", "RFC 6890"),
    v4([192, 0, 0, 0], 29, Reserved, "IPv4 service continuity prefix", "RFC 7335"),
    v4([192, 0, 0, 8], 32, Reserved, "IPv4 dummy address", "RFC 7600"),
    v4([192, 0, 0, 9], 32, Public, "Port Control Protocol anycast", "RFC 7723"),
    v4([192, 0, 0, 10], 32, Public, "TURN anycast", "RFC 8155"),
    v4([192, 0, 0, 170], 32, Reserved, "NAT64/DNS64 discovery", "RFC 8880"),
    v4([192, 0, 0, 171], 32, Reserved, "NAT64/DNS64 discovery", "RFC 8880"),
    v4([192, 0, 2, 0], 24, Documentation, "Documentation (TEST-NET-1)", "RFC 5737"),
    v4([192, 31, 196, 0], 24, Public, "AS112-v4", "RFC 7535"),
    v4([192, 52, 193, 0], 24, Public, "AMT", "RFC 7450"),
    v4([192, 88, 99, 0], 24, Reserved, "Deprecated 6to4 relay anycast", "RFC 7526"),
    v4([192, 88, 99, 2], 32, Reserved, "6a44 relay anycast", "RFC 6751"),
    v4([192, 168, 0, 0], 16, Private, "Private-use", "RFC 1918"),
    v4([192, 175, 48, 0], 24, Public, "Direct delegation AS112 service", "RFC 7534"),
    v4([198, 18, 0, 0], 15, Reserved, "Benchmarking", "RFC 2544"),
    v4([198, 51, 100, 0], 24, Documentation, "Documentation (TEST-NET-2)", "RFC 5737"),
    v4([203, 0, 113, 0], 24, Documentation, "Documentation (TEST-NET-3)", "RFC 5737"),
    v4([224, 0, 0, 0], 4, Multicast, "Multicast", "RFC 5771"),
    v4([240, 0, 0, 0], 4, Reserved, "Reserved", "RFC 1112"),
    v4([255, 255, 255, 255], 32, Reserved, "Limited broadcast", "RFC 919"),
    v6([0, 0, 0, 0], 8, Reserved, "Reserved by IETF", "RFC 4291"),
    low(Ipv6Addr::UNSPECIFIED, 128, Unspecified, "Unspecified address", "RFC 4291"),
    low(Ipv6Addr::LOCALHOST, 128, Loopback, "Loopback address", "RFC 4291"),
    low(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, Reserved, "IPv4-mapped address", "RFC 4291"),
    v6([0x64, 0xff9b, 0, 0], 96, Public, "IPv4-IPv6 translation", "RFC 6052"),
    v6([0x64, 0xff9b, 1, 0], 48, Private, "IPv4-IPv6 translation of local use", "RFC 8215"),
    v6([0x100, 0, 0, 0], 8, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0x100, 0, 0, 0], 64, Reserved, "Discard-only address block", "RFC 6666"),
    v6([0x100, 0, 0, 1], 64, Reserved, "Dummy IPv6 prefix", "RFC 9780"),
    v6([0x200, 0, 0, 0], 7, Reserved, "Reserved by IETF", "RFC 4048"),
    v6([0x400, 0, 0, 0], 6, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0x800, 0, 0, 0], 5, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0x1000, 0, 0, 0], 4, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0x2001, 0, 0, 0], 23, Reserved, "IETF protocol assignments", "RFC 2928"),
    v6([0x2001, 0, 0, 0], 32, Reserved, "Teredo", "RFC 4380"),
    anycast(1, "Port Control Protocol anycast", "RFC 7723"),
    anycast(2, "TURN anycast", "RFC 8155"),
    anycast(3, "DNS-SD service registration anycast", "RFC 9665"),
    v6([0x2001, 2, 0, 0], 48, Reserved, "Benchmarking", "RFC 5180"),
    v6([0x2001, 3, 0, 0], 32, Public, "AMT", "RFC 7450"),
    v6([0x2001, 4, 0x112, 0], 48, Public, "AS112-v6", "RFC 7535"),
    v6([0x2001, 0x10, 0, 0], 28, Reserved, "Deprecated ORCHID", "RFC 4843"),
    v6([0x2001, 0x20, 0, 0], 28, Public, "ORCHIDv2", "RFC 7343"),
    v6([0x2001, 0x30, 0, 0], 28, Public, "Drone remote ID entity tags", "RFC 9374"),
    v6([0x2001, 0xdb8, 0, 0], 32, Documentation, "Documentation", "RFC 3849"),
    v6([0x2002, 0, 0, 0], 16, Reserved, "6to4", "RFC 3056"),
    v6([0x2620, 0x4f, 0x8000, 0], 48, Public, "Direct delegation AS112 service", "RFC 7534"),
    v6([0x3fff, 0, 0, 0], 20, Documentation, "Documentation", "RFC 9637"),
    v6([0x4000, 0, 0, 0], 3, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0x5f00, 0, 0, 0], 16, Reserved, "Segment routing (SRv6) SIDs", "RFC 9602"),
    v6([0x6000, 0, 0, 0], 3, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0x8000, 0, 0, 0], 3, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xa000, 0, 0, 0], 3, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xc000, 0, 0, 0], 3, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xe000, 0, 0, 0], 4, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xf000, 0, 0, 0], 5, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xf800, 0, 0, 0], 6, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xfc00, 0, 0, 0], 7, Private, "Unique-local", "RFC 4193"),
    v6([0xfe00, 0, 0, 0], 9, Reserved, "Reserved by IETF", "RFC 4291"),
    v6([0xfe80, 0, 0, 0], 10, LinkLocal, "Link-local unicast", "RFC 4291"),
    v6([0xfec0, 0, 0, 0], 10, Reserved, "Deprecated site-local", "RFC 3879"),
    v6([0xff00, 0, 0, 0], 8, Multicast, "Multicast", "RFC 4291"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn type_of(text: &str) -> Option<&'static str> {
        facts(text).map(|facts| facts.ip_type.as_str())
    }

    #[test]
    fn types_follow_the_registries() {
        let cases = [
            ("8.8.8.8", "Public"),
            ("168.63.129.16", "Public"),
            ("10.0.3.4", "Private"),
            ("172.16.0.1", "Private"),
            ("172.31.255.255", "Private"),
            ("172.32.0.1", "Public"),
            ("127.0.0.1", "Loopback"),
            ("169.254.1.1", "Link Local"),
            ("224.0.0.1", "Multicast"),
            ("239.255.255.250", "Multicast"),
            ("0.0.0.0", "Unspecified"),
            ("0.0.0.1", "Reserved"),
            ("192.0.0.9", "Public"),
            ("192.0.0.11", "Reserved"),
            ("192.31.196.7", "Public"),
            ("2606:4700::1", "Public"),
            ("2001:1::3", "Public"),
            ("2001:1::4", "Reserved"),
            ("2001:200::1", "Public"),
            ("3fff:fff::1", "Documentation"),
            ("3fff:1000::1", "Public"),
            ("100::1", "Reserved"),
            ("4000::1", "Reserved"),
            ("5f00::1", "Reserved"),
            ("fc00::1", "Private"),
            ("fdff::1", "Private"),
            ("fe80::1", "Link Local"),
            ("fec0::1", "Reserved"),
            ("ff02::1", "Multicast"),
            ("::", "Unspecified"),
            ("::1", "Loopback"),
            ("::2", "Reserved"),
        ];
        for (text, expected) in cases {
            assert_eq!(type_of(text), Some(expected), "{text}");
        }
    }

    /// The value, what MSTICPy says, what holds here, and why.
    const OTHER_THAN_MSTICPY: &[(&str, &str, Option<&str>, &str)] = &[
        (" 8.8.8.8", "Unspecified", Some("Public"), "white space around an address is no part of it"),
        ("8.8.8.8 ", "Unspecified", Some("Public"), "white space around an address is no part of it"),
        ("100.64.0.1", "Unspecified", Some("Shared"), "RFC 6598 shared address space"),
        ("192.0.2.1", "Private", Some("Documentation"), "RFC 5737 documentation"),
        ("203.0.113.5", "Private", Some("Documentation"), "RFC 5737 documentation"),
        ("2001:db8::1", "Private", Some("Documentation"), "RFC 3849 documentation"),
        ("198.18.0.1", "Private", Some("Reserved"), "RFC 2544 benchmarking"),
        ("240.0.0.1", "Private", Some("Reserved"), "RFC 1112 reserved"),
        ("255.255.255.255", "Private", Some("Reserved"), "RFC 919 limited broadcast"),
        ("192.88.99.1", "Public", Some("Reserved"), "RFC 7526 deprecated the 6to4 relays, nothing is routed there"),
        ("64:ff9b::1", "Public", Some("Reserved"), "NAT64 of 0.0.0.1, which lies in 0.0.0.0/8"),
        ("-", "Unspecified", None, "no address, so no type"),
        ("010.1.1.1", "Unspecified", None, "octal or decimal is not known, so no address"),
        ("1.2.3", "Unspecified", None, "a short form is no address"),
        ("10.0.0.0/8", "Unspecified", None, "a network is no address"),
        ("999.1.1.1", "Unspecified", None, "no octet is above 255"),
    ];

    #[test]
    fn differences_from_msticpy_are_meant() {
        for (text, theirs, ours, why) in OTHER_THAN_MSTICPY {
            assert_eq!(type_of(text), *ours, "{text}: {why}");
            assert_ne!(*ours, Some(*theirs), "{text} is no difference");
        }
    }

    #[test]
    fn an_embedded_address_decides_the_type() {
        let cases = [
            ("::ffff:10.0.0.1", "10.0.0.1", "Private"),
            ("::ffff:8.8.8.8", "8.8.8.8", "Public"),
            ("64:ff9b::a00:1", "10.0.0.1", "Private"),
            ("64:ff9b::8.8.8.8", "8.8.8.8", "Public"),
            ("64:ff9b:1::10.0.0.1", "10.0.0.1", "Private"),
            ("64:ff9b:1:c000:2:2100::", "192.0.2.33", "Documentation"),
            ("64:ff9b:1:abcd::8.8.8.8", "8.8.8.8", "Public"),
            ("2002:c0a8:101::1", "192.168.1.1", "Private"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45", "Documentation"),
            ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", "8.8.8.8", "Public"),
        ];
        for (text, embedded, expected) in cases {
            let facts = facts(text).unwrap();
            assert_eq!(facts.embedded, Some(embedded.parse().unwrap()), "{text}");
            assert_eq!(facts.ip_type.as_str(), expected, "{text}");
        }
        for text in ["2001:db8::1", "fe80::1", "2606:4700::1", "::1.2.3.4", "10.0.0.1"] {
            assert_eq!(facts(text).unwrap().embedded, None, "{text}");
        }
    }

    #[test]
    fn brackets_and_zones_are_read() {
        let zone = |text| facts(text).map(|facts| facts.zone);
        assert_eq!(zone("fe80::1%eth0"), Some(Some("eth0")));
        assert_eq!(zone("[fe80::1%25en0]"), Some(Some("en0")));
        assert_eq!(zone("fe80::1%25"), Some(Some("25")));
        assert_eq!(zone("\t[::1]\n"), Some(None));
        for text in ["", "[]", "[10.0.0.1]", "[::1", "::1]", "fe80::1%", "fe80::1%a b", "10.0.0.1%eth0", "[[::1]]"] {
            assert_eq!(zone(text), None, "{text}");
        }
        for text in ["10.1", "0x7f.0.0.1", "1.2.3.4.5", "+1.2.3.4", "1.2.3.4:80", "12:30:45", ":::", "1::2::3"] {
            assert_eq!(zone(text), None, "{text}");
        }
    }

    #[test]
    fn every_range_begins_at_its_own_first_address() {
        for range in special_ranges() {
            assert_eq!(range.network, range.network.trunc(), "{}", range.name);
            let same = special_ranges().iter().filter(|other| other.network == range.network);
            assert_eq!(same.count(), 1, "{}", range.network);
            assert!(special_range(range.network.addr()).is_some());
        }
    }

    #[test]
    fn sorting_is_by_number() {
        let mut ips = ["::1", "10.0.0.10", "9.255.0.1", "10.0.0.9", "::ffff:1.1.1.1", " 1.1.1.1"];
        ips.sort_by_key(|ip| sort_key(ip));
        assert_eq!(ips, [" 1.1.1.1", "9.255.0.1", "10.0.0.9", "10.0.0.10", "::1", "::ffff:1.1.1.1"]);
        assert_eq!(sort_key("host"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,60}") {
            let _ = facts(&text);
            let _ = sort_key(&text);
        }

        #[test]
        fn four_octets_are_read_as_the_standard_library_reads_them(
            numbers in proptest::collection::vec(0_u16..300, 3..6), sign in "[ .+a0]?",
        ) {
            let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
            for text in [numbers.join("."), numbers.join(&format!(".{sign}")), format!("{}{sign}", numbers.join("."))] {
                prop_assert_eq!(dotted(&text), text.parse().ok(), "{}", text);
            }
        }

        #[test]
        fn an_address_is_the_same_written_out_again(bits in any::<u128>()) {
            let ip = IpAddr::V6(Ipv6Addr::from(bits));
            prop_assert_eq!(facts(&ip.to_string()).unwrap().address, ip);
            prop_assert_eq!(sort_key(&ip.to_string()), Some((6, bits)));
        }
    }
}
