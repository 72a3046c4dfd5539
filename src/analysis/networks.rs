//! Networks as people list them, and which of them an address lies in.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::IpNet;

/// A set of networks that answers as fast for thousands as for one.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    /// Each as it was written.
    written: Vec<String>,
    by_network: HashMap<IpNet, usize>,
    /// The prefix lengths that occur, the longest first.
    v4_lengths: Vec<u8>,
    v6_lengths: Vec<u8>,
}

impl Networks {
    /// Networks and single addresses parted by commas, semicolons or white space. Bits behind the prefix may be set.
    /// The error is one sentence that names what is no network.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut networks = Self::default();
        let words = list.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|word| !word.is_empty());
        for word in words {
            let network =
                network(word).ok_or_else(|| format!("'{word}' is no network; write 10.0.0.0/8 or 2001:db8::/32"))?;
            networks.add(word, network);
        }
        if networks.written.is_empty() {
            return Err("no network is named; write 10.0.0.0/8 or 2001:db8::/32".to_owned());
        }
        networks.v4_lengths.sort_unstable_by(|a, b| b.cmp(a));
        networks.v6_lengths.sort_unstable_by(|a, b| b.cmp(a));
        Ok(networks)
    }

    fn add(&mut self, word: &str, network: IpNet) {
        let lengths = if network.addr().is_ipv4() { &mut self.v4_lengths } else { &mut self.v6_lengths };
        if !lengths.contains(&network.prefix_len()) {
            lengths.push(network.prefix_len());
        }
        self.by_network.entry(network).or_insert(self.written.len());
        self.written.push(word.to_owned());
    }

    pub fn contains(&self, ip: IpAddr) -> bool {
        self.covering(ip).is_some()
    }

    /// The longest network that holds the address, as it was written. An IPv4-mapped IPv6 address is also sought as the
    /// IPv4 address that it stands for.
    pub fn covering(&self, ip: IpAddr) -> Option<&str> {
        let canonical = ip.to_canonical();
        self.covering_as(ip).or_else(|| if canonical == ip { None } else { self.covering_as(canonical) })
    }

    fn covering_as(&self, ip: IpAddr) -> Option<&str> {
        let lengths = if ip.is_ipv4() { &self.v4_lengths } else { &self.v6_lengths };
        let networks = lengths.iter().filter_map(|length| IpNet::new(ip, *length).ok());
        let found = networks.map(|network| network.trunc()).find_map(|network| self.by_network.get(&network))?;
        self.written.get(*found).map(String::as_str)
    }
}

/// A network with the bits behind its prefix cleared; an address alone is a network of one.
fn network(text: &str) -> Option<IpNet> {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    let Some(prefix) = prefix else { return Some(IpNet::from(address)) };
    // A number may otherwise be written with a sign.
    let length: u8 = prefix.parse().ok().filter(|_| prefix.bytes().all(|b| b.is_ascii_digit()))?;
    IpNet::new(address, length).ok().map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_longest_network_covers() {
        let networks = Networks::parse("10.0.0.0/8, 10.20.4.17/16\n2001:db8::/32 192.0.2.7;::ffff:0:0/96").unwrap();
        let covering = |ip: &str| networks.covering(ip.parse().unwrap());
        assert_eq!(covering("10.1.2.3"), Some("10.0.0.0/8"));
        assert_eq!(covering("10.20.9.9"), Some("10.20.4.17/16"));
        assert_eq!(covering("2001:db8:ffff::1"), Some("2001:db8::/32"));
        assert_eq!(covering("192.0.2.7"), Some("192.0.2.7"));
        assert_eq!(covering("192.0.2.8"), None);
        assert_eq!(covering("::ffff:10.1.2.3"), Some("::ffff:0:0/96"));
        let v4 = Networks::parse("10.0.0.0/8").unwrap();
        assert!(v4.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!v4.contains("::10.1.2.3".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for (list, named) in [
            ("10.0.0.0/8,x", "'x'"),
            ("10.0.0.0/33", "/33'"),
            ("10.0.0.0/+8", "+8"),
            ("::/129", "'::/129'"),
            (" ,", "no network"),
        ] {
            let error = Networks::parse(list).unwrap_err();
            assert!(error.contains(named), "{list}: {error}");
        }
        assert!(Networks::parse("010.0.0.0/8").is_err());
        assert!(Networks::parse("0.0.0.0/0").unwrap().contains("255.1.2.3".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn any_list_is_read_without_a_panic(list in "\\PC{0,60}") {
            let _ = Networks::parse(&list);
        }

        #[test]
        fn an_address_lies_in_the_networks_around_it(bits in any::<u32>(), length in 0_u8..=32) {
            let ip = Ipv4Addr::from(bits);
            let networks = Networks::parse(&format!("{ip}/{length}")).unwrap();
            prop_assert!(networks.contains(ip.into()));
            let outside = Ipv4Addr::from(bits ^ 0x8000_0000);
            prop_assert_eq!(networks.contains(outside.into()), length == 0);
        }
    }
}
