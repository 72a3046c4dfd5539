//! The gate: whether anything may be asked of the outside, and what.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::dns::{Found, RecordKind};
use crate::analysis::domain;
use crate::analysis::ip::{self, IpType};

/// Something that can be asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Indicator {
    /// A host name.
    Name(String),
    Address(IpAddr),
}

impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// Who can see that a question was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// A service that collects such facts.
    ThirdParty,
    /// Whoever owns the name or address: their own servers are asked in the end.
    Owner,
}

/// Permissible actions protocol: what may be done with the indicators of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pap {
    /// Nothing that can be seen from outside.
    Red,
    /// Services of third parties may be asked.
    Amber,
    /// Its owner may notice.
    Green,
    #[default]
    Clear,
}

impl Pap {
    /// The colour of this name; an unknown one allows nothing.
    pub fn named(name: &str) -> Self {
        match name {
            "clear" | "white" => Self::Clear,
            "green" => Self::Green,
            "amber" => Self::Amber,
            _ => Self::Red,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Amber => "amber",
            Self::Green => "green",
            Self::Clear => "clear",
        }
    }
}

/// Whom to ask; from the person's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// `system`, or addresses with or without a port, parted by commas.
    pub resolver: String,
    /// Base address of the RDAP service.
    pub rdap: String,
    /// How long one answer may take.
    pub timeout: Duration,
}

impl Default for Network {
    fn default() -> Self {
        Self { resolver: "system".to_owned(), rdap: "https://rdap.org".to_owned(), timeout: Duration::from_secs(5) }
    }
}

/// Why something is not asked. Nothing has left the machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "the case is offline, so nothing was asked; --online on the command line, or toggle-online in the workbench, allows it"
    )]
    Offline,
    #[error(
        "the case's PAP is {pap}, which does not allow to ask {whom}; nothing was asked (case.yaml, pap: green allows it)"
    )]
    Pap { pap: &'static str, whom: &'static str },
    #[error("{0} is {1}: it means nothing outside, and asking would tell of the inside")]
    NotPublic(String, String),
    #[error("{0} is no public name: asking would tell of the inside")]
    NotAPublicName(String),
    #[error("cancelled")]
    Cancelled,
}

/// An indicator that may leave the machine; only [`Gate::approve`] makes one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Approved<T>(T);

impl<T> Approved<T> {
    pub const fn get(&self) -> &T {
        &self.0
    }
}

/// The one door to the outside, shared by all that may want to go through it.
#[derive(Debug)]
pub struct Gate {
    online: AtomicBool,
    pap: Pap,
    pub(super) network: Network,
    known: Mutex<HashMap<(Indicator, RecordKind), (Instant, Found)>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(Network::default(), false, Pap::default())
    }
}

impl Gate {
    pub fn new(network: Network, online: bool, pap: Pap) -> Self {
        Self { online: online.into(), pap, network, known: Mutex::default() }
    }

    /// The RDAP service that is asked.
    pub fn rdap(&self) -> &str {
        &self.network.rdap
    }

    pub fn is_online(&self) -> bool {
        self.online.load(Ordering::Relaxed)
    }

    pub fn set_online(&self, online: bool) {
        self.online.store(online, Ordering::Relaxed);
    }

    /// Whether anybody of this kind may be asked at all.
    pub fn check(&self, contact: Contact) -> Result<(), Refusal> {
        if !self.is_online() {
            return Err(Refusal::Offline);
        }
        let (least, whom) = match contact {
            Contact::ThirdParty => (Pap::Amber, "services of third parties"),
            Contact::Owner => (Pap::Green, "what its owner can see"),
        };
        if self.pap < least { Err(Refusal::Pap { pap: self.pap.name(), whom }) } else { Ok(()) }
    }

    /// Lets one indicator pass, or says why it must stay.
    pub fn approve(&self, indicator: Indicator, contact: Contact) -> Result<Approved<Indicator>, Refusal> {
        self.check(contact)?;
        match &indicator {
            Indicator::Address(address) => {
                let text = address.to_string();
                let kind = ip::facts(&text).map(|facts| facts.ip_type);
                if kind != Some(IpType::Public) {
                    let words = kind.map_or("no address", IpType::as_str).to_lowercase();
                    return Err(Refusal::NotPublic(text, words));
                }
            }
            Indicator::Name(name) if is_inside(name) || !domain::has_known_suffix(name) => {
                return Err(Refusal::NotAPublicName(name.clone()));
            }
            Indicator::Name(_) => {}
        }
        Ok(Approved(indicator))
    }

    /// An answer that is still good.
    pub(super) fn known(&self, indicator: &Indicator, kind: RecordKind) -> Option<Found> {
        let known = lock(&self.known);
        let (until, found) = known.get(&(indicator.clone(), kind))?;
        (*until > Instant::now()).then(|| found.clone())
    }

    /// Keeps an answer as long as it says it holds, but for failures: those may be gone the next time.
    pub(super) fn keep(&self, indicator: &Indicator, kind: RecordKind, found: &Found) {
        let seconds = match found {
            Found::Records(records) => records.iter().map(|r| r.ttl).min().unwrap_or(0).clamp(5, 3_600),
            Found::NoSuchName | Found::NoSuchRecord => 60,
            Found::TimedOut | Found::Failed(_) => return,
        };
        let until = Instant::now() + Duration::from_secs(u64::from(seconds));
        lock(&self.known).insert((indicator.clone(), kind), (until, found.clone()));
    }
}

/// Suffixes of names that mean something only on the inside, or nowhere (RFC 2606, RFC 6761, RFC 6762, RFC 8375, RFC 9476).
const INSIDE: &[&str] = &[
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// Whether a name means something only on the inside, or nothing at all to name servers.
pub(super) fn is_inside(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    INSIDE.iter().any(|suffix| suffix.eq_ignore_ascii_case(last))
}

/// What a thread that panicked left behind is whole: there are only pushes and inserts under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Indicator {
        Indicator::Name(text.to_owned())
    }

    fn address(text: &str) -> Indicator {
        Indicator::Address(text.parse().unwrap())
    }

    #[test]
    fn nothing_passes_while_offline() {
        let gate = Gate::default();
        assert_eq!(gate.approve(name("www.example.com"), Contact::ThirdParty), Err(Refusal::Offline));
        gate.set_online(true);
        assert!(gate.approve(name("www.example.com"), Contact::Owner).is_ok());
    }

    #[test]
    fn the_colour_of_a_case_bounds_who_may_notice() {
        for (pap, third_party, owner) in
            [("red", false, false), ("amber", true, false), ("green", true, true), ("odd", false, false)]
        {
            let gate = Gate::new(Network::default(), true, Pap::named(pap));
            assert_eq!(gate.check(Contact::ThirdParty).is_ok(), third_party, "{pap}");
            assert_eq!(gate.check(Contact::Owner).is_ok(), owner, "{pap}");
        }
    }

    #[test]
    fn what_is_of_the_inside_stays_inside() {
        let gate = Gate::new(Network::default(), true, Pap::Clear);
        for inside in [
            "10.0.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "64:ff9b::a00:1",
            "::ffff:10.0.0.1",
            "2002:a00:1::",
        ] {
            assert!(gate.approve(address(inside), Contact::ThirdParty).is_err(), "{inside}");
        }
        for inside in
            ["intranet.corp.local", "printer", "host.home.arpa", "1.0.0.10.in-addr.arpa", "localhost.localdomain", ""]
        {
            assert!(gate.approve(name(inside), Contact::ThirdParty).is_err(), "{inside}");
        }
        assert!(gate.approve(address("8.8.8.8"), Contact::ThirdParty).is_ok());
    }

    #[test]
    fn failures_are_asked_again_and_answers_are_kept() {
        let gate = Gate::default();
        let of = name("www.example.com");
        gate.keep(&of, RecordKind::A, &Found::TimedOut);
        assert_eq!(gate.known(&of, RecordKind::A), None);
        gate.keep(&of, RecordKind::A, &Found::NoSuchName);
        assert_eq!(gate.known(&of, RecordKind::A), Some(Found::NoSuchName));
        assert_eq!(gate.known(&of, RecordKind::Mx), None);
    }
}
