//! `whois`: who registered a name, or holds the network of an address, by RDAP (RFC 9082, RFC 9083).
//!
//! The registry is asked, not the owner; still it is asked, so online only. Only registered names are asked for, never the
//! host names below them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::SecondsFormat;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::derived::{Texts, column_of, derived, every_row, laid_out};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result};
use crate::analysis::ip::facts;
use crate::analysis::rdap::{self, Registration};
use crate::analysis::{domain, ioc};
use crate::egress::{Answer, Ask, Contact, Failure, Indicator, Refusal};
use crate::model::{Evidence, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "whois",
    doc: "Ask the registries (RDAP) who registered names or holds the networks of addresses; online only",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of names or addresses"),
        ParamSpec::optional("answers", ParamKind::Path, "look up recorded answers (a YAML file) instead of asking"),
    ],
    run,
};

/// What came of one value.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Looked {
    about: String,
    status: String,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    registration: Registration,
}

/// Answers as they were recorded.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    /// When.
    recorded: String,
    answers: Vec<Looked>,
}

/// What a registry is asked about.
fn indicator(text: &str) -> Option<Indicator> {
    let text = ioc::refang(text.trim());
    if let Some(facts) = facts(&text) {
        return Some(Indicator::Address(facts.embedded.map_or(facts.address, Into::into)));
    }
    let registered = domain::parts(&text)?.registered?;
    Some(Indicator::Name(domain::parts(&registered)?.ascii))
}

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.distinct();
    // Many host names have one registered name, which is asked for once.
    let wanted: Vec<Option<Indicator>> = distinct.iter().map(|text| indicator(text)).collect();
    let mut known = HashSet::new();
    let asked: Vec<Indicator> = wanted.iter().flatten().filter(|i| known.insert(*i)).cloned().collect();
    let (recorded, opened) = match step.params.get("answers") {
        Some(given) => load(cx, given)?,
        None => (ask(cx, &asked)?, Vec::new()),
    };
    let known: HashMap<&str, &Looked> = recorded.answers.iter().map(|l| (l.about.as_str(), l)).collect();
    let of_value = |indicator: &Option<Indicator>| known.get(indicator.as_ref()?.to_string().as_str()).copied();
    let looked: Vec<Option<&Looked>> = wanted.iter().map(of_value).collect();
    let outcome = made(cx, input, (&looked, &places), &texts, &recorded.recorded)?;
    let text = serde_yaml::to_string(&recorded).map_err(|e| Error::Failed(e.to_string()))?;
    // The journal keeps the answers, so that a replay asks nobody and finds the same.
    Ok(Outcome { opened, sent: cx.sent.take(), recorded: vec![("answers".to_owned(), text)], ..outcome })
}

/// The answers that a step names: a file's, or, in a journal, the answers themselves.
fn load(cx: &Cx<'_>, given: &str) -> Result<(Recorded, Vec<Evidence>)> {
    let (text, evidence) =
        if given.starts_with("recorded:") { (given.to_owned(), Vec::new()) } else { cx.library.read_list(given)? };
    let recorded = serde_yaml::from_str(&text);
    Ok((recorded.map_err(|e| Error::Failed(format!("{given} holds no recorded answers: {e}")))?, evidence))
}

fn made(
    cx: &Cx<'_>,
    input: &Table,
    (looked, places): (&[Option<&Looked>], &[Option<u32>]),
    texts: &Texts,
    checked_at: &str,
) -> Result<Outcome> {
    let each = || laid_out(looked, places).map(|looked| looked.copied().flatten());
    let text = |name: &str, of: fn(&Looked) -> Option<&str>| {
        StringChunked::from_iter_options(name.into(), each().map(|looked| of(looked?))).into_column()
    };
    let status =
        each().map(|looked| Some(looked.map_or("not asked: no public name or address", |l| l.status.as_str())));
    let new = vec![
        StringChunked::from_iter_options("query".into(), texts.values().into_iter()).into_column(),
        StringChunked::from_iter_options("status".into(), status).into_column(),
        text("handle", |l| l.registration.handle.as_deref()),
        text("holder", |l| l.registration.holder.as_deref()),
        text("registrar", |l| l.registration.registrar.as_deref()),
        text("registered", |l| l.registration.registered.as_deref()),
        text("changed", |l| l.registration.changed.as_deref()),
        text("expires", |l| l.registration.expires.as_deref()),
        text("network", |l| l.registration.network.as_deref()),
        text("country", |l| l.registration.country.as_deref()),
        text("name_servers", |l| l.registration.name_servers.as_deref()),
        text("abuse_email", |l| l.registration.abuse_email.as_deref()),
        text("source", |l| l.from.as_deref()),
        Column::new("checked_at".into(), vec![checked_at; input.n_rows()]),
    ];
    derived(cx, &format!("registrations of {}", input.name), input, &every_row(input), new)
}

/// Asks about each; the answers in their order.
fn ask(cx: &Cx<'_>, indicators: &[Indicator]) -> Result<Recorded> {
    cx.gate.check(Contact::ThirdParty).map_err(|e| Error::Failed(e.to_string()))?;
    let (mut asks, mut refused) = (Vec::new(), HashMap::new());
    for indicator in indicators {
        let path = if matches!(indicator, Indicator::Name(_)) { "domain" } else { "ip" };
        match cx.gate.approve(indicator.clone(), Contact::ThirdParty) {
            Ok(about) => asks.push(Ask {
                about,
                base: cx.gate.rdap().to_owned(),
                path: path.to_owned(),
                accept: "application/rdap+json, application/json",
                redirects: 3,
            }),
            Err(refusal) => drop(refused.insert(indicator, refusal)),
        }
    }
    let answers = cx.gate.fetch(&asks, cx.sent, (cx.cancel, cx.progress)).map_err(|refusal| match refusal {
        Refusal::Cancelled => Error::Cancelled,
        other => Error::Failed(other.to_string()),
    })?;
    let mut answers = answers.into_iter();
    let looked = indicators.iter().map(|indicator| match refused.get(indicator) {
        Some(refusal) => looked_nowhere(indicator, format!("not asked: {refusal}")),
        None => match answers.next() {
            Some(answer) => looked(indicator, answer),
            None => looked_nowhere(indicator, "not known: no answer".to_owned()),
        },
    });
    Ok(Recorded { recorded: cx.now.to_rfc3339_opts(SecondsFormat::Secs, true), answers: looked.collect() })
}

fn looked_nowhere(about: &Indicator, status: String) -> Looked {
    Looked { about: about.to_string(), status, from: None, registration: Registration::default() }
}

fn looked(about: &Indicator, answer: std::result::Result<Answer, Failure>) -> Looked {
    match answer {
        Err(Failure::Refused(refusal)) => looked_nowhere(about, format!("not asked: {refusal}")),
        Err(failure) => looked_nowhere(about, format!("not known: {failure}")),
        Ok(answer) => {
            let registration = rdap::registration(&answer.body);
            let status = match (answer.status, &registration) {
                (200, Some(_)) => "found".to_owned(),
                (200, None) => "not known: the answer is no RDAP".to_owned(),
                (404, _) => "not registered".to_owned(),
                (429, _) => "not known: asked too often (429)".to_owned(),
                (code, _) => format!("not known: the service said {code}"),
            };
            let registration = registration.unwrap_or_default();
            Looked { about: about.to_string(), status, from: Some(answer.from), registration }
        }
    }
}
