//! Questions over HTTP.
//!
//! Redirects are followed only where a question says so, at most three, and never to an address that is not public. The
//! answer is read up to a bound, after it was unpacked. No indicator becomes more than one segment of a path.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::LOCATION;
use url::{Host, Url};

use super::gate::{Approved, Contact, Gate, Indicator, Refusal, is_inside};
use super::{SentLog, wait};
use crate::analysis::domain;
use crate::analysis::ip::{self, IpType};
use crate::model::{Cancel, Progress};

/// One question.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What it is about.
    pub about: Approved<Indicator>,
    /// The service, such as `https://rdap.org`.
    pub base: String,
    /// What stands before the indicator in the path, as in `domain`.
    pub path: String,
    /// The type of answer that is wanted, as in `application/rdap+json`.
    pub accept: &'static str,
    pub redirects: usize,
}

/// What a service said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Who said it in the end.
    pub from: String,
}

/// Why there is no answer; never to be taken for an answer that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("'{0}' is no address of a service")]
    Base(String),
    #[error("the answer is longer than {} MiB", MOST_BYTES >> 20)]
    TooLong,
    #[error("it sends on to {0}, which is not public or not safe")]
    Redirect(String),
    #[error("no answer in time")]
    TimedOut,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("{0}")]
    Failed(String),
}

/// An answer is read up to so many bytes.
const MOST_BYTES: usize = 8 << 20;

impl Gate {
    /// Asks one after the other, so that nobody is flooded; the answers in the order of the questions. Going offline
    /// meanwhile stops what was not asked yet.
    pub fn fetch(
        &self,
        asks: &[Ask],
        sent: &SentLog,
        (cancel, progress): (&Cancel, &Progress),
    ) -> Result<Vec<Result<Answer, Failure>>, Refusal> {
        self.check(Contact::ThirdParty)?;
        progress.set_total(asks.len() as u64);
        let work = async {
            let (mut answers, mut clients) = (Vec::new(), HashMap::new());
            for (at, ask) in asks.iter().enumerate() {
                answers.push(self.fetch_one(ask, &mut clients, sent).await);
                progress.set_done(at as u64 + 1);
            }
            answers
        };
        wait(cancel, work).ok_or(Refusal::Cancelled)
    }

    async fn fetch_one<'a>(
        &self,
        ask: &'a Ask,
        clients: &mut HashMap<&'a str, reqwest::Client>,
        sent: &SentLog,
    ) -> Result<Answer, Failure> {
        let base = Url::parse(&ask.base).map_err(|_| Failure::Base(ask.base.clone()))?;
        let mut url = base.clone();
        let about = ask.about.get().to_string();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&ask.path).push(&about);
        }
        let client = match clients.get(ask.base.as_str()) {
            Some(client) => client.clone(),
            None => clients.entry(&ask.base).or_insert(client(&base, self.network.timeout)?).clone(),
        };
        for _ in 0..=ask.redirects {
            self.check(Contact::ThirdParty)?;
            sent.note(format!("HTTP GET {url}"));
            let answer = client.get(url.clone()).header("Accept", ask.accept).send().await.map_err(|e| failure(&e))?;
            let onward = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            match onward.filter(|_| answer.status().is_redirection()) {
                Some(to) => url = onward_url(&url, &to)?,
                None => return read(answer, &url).await,
            }
        }
        Err(Failure::Redirect(format!("{url} after {} others", ask.redirects)))
    }
}

/// Where an answer sends on to, if one may follow: not from https to http, to no address or name of the inside, and to
/// another port only of nobody.
fn onward_url(from: &Url, to: &str) -> Result<Url, Failure> {
    let refused = || Failure::Redirect(to.to_owned());
    let url = from.join(to).map_err(|_| refused())?;
    let is_same = url.origin() == from.origin();
    let stays_safe = url.scheme() == "https" || url.scheme() == from.scheme();
    let is_usual = url.port().is_none() && is_outside(&url);
    if stays_safe && (is_usual || is_same) { Ok(url) } else { Err(refused()) }
}

/// Whether a URL's host is of the outside: a public address, or a public name, wherever that leads.
fn is_outside(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(v4)) => is_public(v4.into()),
        Some(Host::Ipv6(v6)) => is_public(v6.into()),
        Some(Host::Domain(name)) => !is_inside(name) && domain::has_known_suffix(name),
        None => false,
    }
}

async fn read(mut answer: reqwest::Response, url: &Url) -> Result<Answer, Failure> {
    let (status, mut body) = (answer.status().as_u16(), Vec::new());
    while let Some(chunk) = answer.chunk().await.map_err(|e| failure(&e))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Failure::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body, from: url.host_str().unwrap_or_default().to_owned() })
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        return Failure::TimedOut;
    }
    // The innermost cause says what happened; the outer ones repeat the address.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Failure::Failed(cause.to_string())
}

fn client(base: &Url, timeout: Duration) -> Result<reqwest::Client, Failure> {
    static PROVIDER: Once = Once::new();
    // Only the first provider of a process counts, and there is no other.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let host = base.host_str().unwrap_or_default().to_owned();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("casebook/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(timeout)
        .read_timeout(timeout * 2)
        .timeout(timeout * 6)
        .dns_resolver(Guarded { own: host });
    // A proxy is for the outside; what a person runs on the inside is asked directly.
    let builder = if is_outside(base) { builder } else { builder.no_proxy() };
    builder.build().map_err(|e| failure(&e))
}

fn is_public(address: IpAddr) -> bool {
    ip::facts(&address.to_string()).is_some_and(|facts| facts.ip_type == IpType::Public)
}

/// Names other than the configured one may not lead to addresses of the inside.
struct Guarded {
    own: String,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let is_own = name.as_str() == self.own;
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|a| is_own || is_public(a.ip())).collect();
            if public.is_empty() {
                return Err(format!("{name} leads to no public address").into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}
