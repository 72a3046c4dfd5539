//! Questions to name servers.
//!
//! A resolver passes the question on to the servers of whoever owns the name, who can see it: [`Contact::Owner`]. Search
//! domains and the hosts file are never used.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream::{self, StreamExt};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RecordType};

use super::gate::{Approved, Contact, Gate, Indicator, Refusal};
use super::{SentLog, wait};
use crate::analysis::domain;
use crate::model::{Cancel, Progress};

/// What is asked of a name; `Ptr` of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    A,
    Aaaa,
    Cname,
    Mx,
    Ns,
    Txt,
    Ptr,
}

impl RecordKind {
    pub const NAMES: &'static [&'static str] = &["A", "AAAA", "CNAME", "MX", "NS", "TXT"];

    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "A" => Self::A,
            "AAAA" => Self::Aaaa,
            "CNAME" => Self::Cname,
            "MX" => Self::Mx,
            "NS" => Self::Ns,
            "TXT" => Self::Txt,
            "PTR" => Self::Ptr,
            _ => return None,
        })
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Txt => "TXT",
            Self::Ptr => "PTR",
        }
    }

    const fn of_hickory(self) -> RecordType {
        match self {
            Self::A => RecordType::A,
            Self::Aaaa => RecordType::AAAA,
            Self::Cname => RecordType::CNAME,
            Self::Mx => RecordType::MX,
            Self::Ns => RecordType::NS,
            Self::Txt => RecordType::TXT,
            Self::Ptr => RecordType::PTR,
        }
    }
}

/// One record of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its type, which is another than was asked for where a name stands for another.
    pub kind: String,
    pub value: String,
    /// Seconds for which it holds.
    pub ttl: u32,
}

/// What came of a question; that nothing is known and that nobody answered are never the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Records(Vec<Reply>),
    NoSuchName,
    NoSuchRecord,
    TimedOut,
    Failed(String),
}

impl Found {
    /// In a word or two.
    pub fn status(&self) -> String {
        match self {
            Self::Records(_) => "answered".to_owned(),
            Self::NoSuchName => "no such name".to_owned(),
            Self::NoSuchRecord => "no such record".to_owned(),
            Self::TimedOut => "not known: no answer in time".to_owned(),
            Self::Failed(why) => format!("not known: {why}"),
        }
    }
}

pub type Question = (Approved<Indicator>, RecordKind);

/// Questions that are under way at once.
const AT_ONCE: usize = 16;

impl Gate {
    /// Asks name servers; the answers in the order of the questions. Going offline meanwhile stops what was not asked yet.
    pub fn resolve(
        &self,
        questions: &[Question],
        sent: &SentLog,
        (cancel, progress): (&Cancel, &Progress),
    ) -> Result<Vec<Result<Found, Refusal>>, Refusal> {
        self.check(Contact::Owner)?;
        progress.set_total(questions.len() as u64);
        wait(cancel, self.resolve_all(questions, sent, progress)).ok_or(Refusal::Cancelled)
    }

    async fn resolve_all(
        &self,
        questions: &[Question],
        sent: &SentLog,
        progress: &Progress,
    ) -> Vec<Result<Found, Refusal>> {
        let resolver = match resolver(&self.network.resolver, self.network.timeout) {
            Ok(resolver) => resolver,
            Err(why) => return questions.iter().map(|_| Ok(Found::Failed(why.clone()))).collect(),
        };
        let resolver = &resolver;
        let n_done = &AtomicU64::new(0);
        let asked = stream::iter(questions).map(|(approved, kind)| async move {
            let found = self.resolve_one(resolver, approved.get(), *kind, sent).await;
            progress.set_done(n_done.fetch_add(1, Ordering::Relaxed) + 1);
            found
        });
        asked.buffered(AT_ONCE).collect().await
    }

    async fn resolve_one(
        &self,
        resolver: &TokioResolver,
        indicator: &Indicator,
        kind: RecordKind,
        sent: &SentLog,
    ) -> Result<Found, Refusal> {
        if let Some(known) = self.known(indicator, kind) {
            return Ok(known);
        }
        self.check(Contact::Owner)?;
        sent.note(format!("DNS {} {indicator} to {}", kind.as_str(), self.network.resolver));
        let found = ask(resolver, indicator, kind).await;
        self.keep(indicator, kind, &found);
        Ok(found)
    }
}

async fn ask(resolver: &TokioResolver, indicator: &Indicator, kind: RecordKind) -> Found {
    let name = match indicator {
        Indicator::Address(address) => Name::from(*address),
        Indicator::Name(name) => {
            let ascii = domain::parts(name).map_or_else(|| name.clone(), |parts| parts.ascii);
            match Name::from_ascii(ascii.trim_end_matches('.')) {
                Ok(name) => name,
                Err(e) => return Found::Failed(format!("it cannot be asked for: {e}")),
            }
        }
    };
    let mut name = name;
    name.set_fqdn(true);
    match resolver.lookup(name, kind.of_hickory()).await {
        Ok(lookup) => {
            let reply = |record: &hickory_resolver::proto::rr::Record| Reply {
                kind: record.record_type().to_string(),
                value: record.data.to_string().trim_end_matches('.').to_owned(),
                ttl: record.ttl,
            };
            Found::Records(lookup.answers().iter().map(reply).collect())
        }
        Err(error) => not_found(&error),
    }
}

fn not_found(error: &NetError) -> Found {
    match error {
        NetError::Timeout => Found::TimedOut,
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => Found::NoSuchName,
            ResponseCode::NoError => Found::NoSuchRecord,
            code => Found::Failed(code.to_string()),
        },
        NetError::Dns(DnsError::ResponseCode(ResponseCode::NXDomain)) => Found::NoSuchName,
        other => Found::Failed(other.to_string()),
    }
}

fn resolver(whom: &str, timeout: std::time::Duration) -> Result<TokioResolver, String> {
    let builder = if whom == "system" {
        TokioResolver::builder_tokio().map_err(|e| format!("the system's resolver cannot be read: {e}"))?
    } else {
        let servers: Result<Vec<NameServerConfig>, String> = whom.split(',').map(|s| server(s.trim())).collect();
        let config = ResolverConfig::from_parts(None, Vec::new(), servers?);
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
    };
    let mut builder = builder;
    let options = builder.options_mut();
    options.timeout = timeout;
    options.attempts = 2;
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    builder.build().map_err(|e| e.to_string())
}

fn server(text: &str) -> Result<NameServerConfig, String> {
    let address: (IpAddr, u16) = match (text.parse::<SocketAddr>(), text.parse::<IpAddr>()) {
        (Ok(socket), _) => (socket.ip(), socket.port()),
        (_, Ok(ip)) => (ip, 53),
        _ => return Err(format!("'{text}' is no resolver; write an address such as 9.9.9.9, or system")),
    };
    let mut server = NameServerConfig::udp_and_tcp(address.0);
    for connection in &mut server.connections {
        connection.port = address.1;
    }
    Ok(server)
}
