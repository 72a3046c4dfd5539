//! `resolve-dns` and `reverse-dns`: what name servers say of names and addresses.
//!
//! A resolver asks the servers of whoever owns the name, and so warns them. While the case is offline nothing is asked;
//! answers that somebody recorded can be looked up instead. Each answer says what came of it: that a name does not exist
//! and that nobody answered are two things.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::SecondsFormat;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::derived::{Texts, column_of, derived};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::analysis::ip::facts;
use crate::analysis::{domain, ioc};
use crate::egress::{Contact, Found, Indicator, Question, RecordKind, Refusal, Reply};
use crate::model::{Evidence, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "resolve-dns",
    doc: "Ask name servers for the addresses and records of names; whoever owns a name can see it, so online only",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of names"),
        ParamSpec::optional("records", ParamKind::Text, "A,AAAA as it is; also CNAME, MX, NS, TXT"),
        ANSWERS,
    ],
    run: |cx, step, inputs| run(cx, step, inputs, Way::Forward),
};

pub const REVERSE: Operation = Operation {
    id: "reverse-dns",
    doc: "Ask name servers for the names of addresses (PTR); whoever owns an address can see it, so online only",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "the column of addresses"), ANSWERS],
    run: |cx, step, inputs| run(cx, step, inputs, Way::Reverse),
};

const ANSWERS: ParamSpec = ParamSpec::optional(
    "answers",
    ParamKind::Path,
    "look up recorded answers instead of asking: 'lab' or a YAML file; works offline",
);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Reverse,
}

/// One question and what came of it.
struct Answered {
    query: String,
    kind: RecordKind,
    status: String,
    replies: Vec<Reply>,
}

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>], way: Way) -> Result<Outcome> {
    let input = &inputs[0];
    let kinds = kinds(step, way)?;
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.distinct();
    let name = format!("{} of {}", if way == Way::Forward { "names" } else { "addresses" }, name_of(inputs));
    if let Some(given) = step.params.get("answers") {
        let (recorded, opened) = Recorded::load(cx, given)?;
        let answers = recorded.answers(&distinct, &kinds, way);
        let outcome = made(cx, &name, input, &places, (&answers, &recorded.recorded))?;
        return Ok(Outcome { opened, ..outcome });
    }
    let recorded = ask(cx, &distinct, &kinds, way)?;
    let answers = recorded.answers(&distinct, &kinds, way);
    let outcome = made(cx, &name, input, &places, (&answers, &recorded.recorded))?;
    // The journal keeps the answers, so that a replay asks nobody and finds the same.
    let text = serde_yaml::to_string(&recorded).map_err(|e| Error::Failed(e.to_string()))?;
    Ok(Outcome { sent: cx.sent.take(), recorded: vec![("answers".to_owned(), text)], ..outcome })
}

/// The result's rows: every answer to what each row's value asked.
fn made(
    cx: &Cx<'_>,
    name: &str,
    input: &Table,
    places: &[Option<u32>],
    (answers, checked_at): (&[Vec<Answered>], &str),
) -> Result<Outcome> {
    let mut rows = Rows::default();
    for (row, place) in (0_u32..).zip(places) {
        let Some(of_value) = place.and_then(|place| answers.get(place as usize)) else { continue };
        for answered in of_value {
            rows.add(row, answered);
        }
    }
    let checked = vec![checked_at; rows.from.len()];
    let text = |name: &str, values: Vec<Option<String>>| {
        StringChunked::from_iter_options(name.into(), values.into_iter()).into_column()
    };
    let [query, record, answer, status] = rows.texts;
    let new = vec![
        text("query", query),
        text("record", record),
        text("answer", answer),
        Int64Chunked::from_iter_options("ttl".into(), rows.ttl.into_iter()).into_column(),
        text("status", status),
        Column::new("checked_at".into(), checked),
    ];
    derived(cx, name, input, &rows.from, new)
}

/// The result's rows while they are collected: query, record, answer and status, and the seconds that an answer holds.
#[derive(Default)]
struct Rows {
    from: Vec<u32>,
    texts: [Vec<Option<String>>; 4],
    ttl: Vec<Option<i64>>,
}

impl Rows {
    fn add(&mut self, row: u32, answered: &Answered) {
        let none = [Reply { kind: answered.kind.as_str().to_owned(), value: String::new(), ttl: 0 }];
        let replies = if answered.replies.is_empty() { &none[..] } else { &answered.replies };
        for reply in replies {
            let is_answer = !reply.value.is_empty();
            self.from.push(row);
            let values = [answered.query.clone(), reply.kind.clone(), reply.value.clone(), answered.status.clone()];
            for (column, value) in self.texts.iter_mut().zip(values) {
                column.push(Some(value).filter(|value| !value.is_empty()));
            }
            self.ttl.push(is_answer.then(|| i64::from(reply.ttl)));
        }
    }
}

fn kinds(step: &Step, way: Way) -> Result<Vec<RecordKind>> {
    if way == Way::Reverse {
        return Ok(vec![RecordKind::Ptr]);
    }
    let asked = step.params.get("records").map_or("A,AAAA", String::as_str);
    let kind = |word: &str| {
        RecordKind::named(word).filter(|kind| *kind != RecordKind::Ptr).ok_or_else(|| Error::Parameter {
            operation: step.operation.clone(),
            why: format!("--records: '{word}' is none of {}", RecordKind::NAMES.join(", ")),
        })
    };
    asked.split(',').map(|word| kind(word.trim())).collect()
}

/// What a cell's text asks about: a name as programs write it, or an address.
fn indicator(text: &str, way: Way) -> Option<Indicator> {
    let text = ioc::refang(text.trim());
    match way {
        Way::Reverse => Some(Indicator::Address(facts(&text)?.address)),
        Way::Forward => Some(Indicator::Name(domain::parts(&text)?.ascii)),
    }
}

/// Under what a value's answers are known: many ways to write a name are one name.
fn key(text: &str, way: Way) -> String {
    indicator(text, way).map_or_else(|| text.trim().to_lowercase(), |i| i.to_string().to_lowercase())
}

/// Asks about each name or address once.
fn ask(cx: &Cx<'_>, distinct: &[&str], kinds: &[RecordKind], way: Way) -> Result<Recorded> {
    cx.gate.check(Contact::Owner).map_err(|e| Error::Failed(e.to_string()))?;
    let (mut answers, mut questions, mut whose) = (Vec::new(), Vec::<Question>::new(), Vec::new());
    let mut known = HashSet::new();
    for text in distinct.iter().filter(|text| known.insert(key(text, way))) {
        let refused = || match way {
            Way::Forward => Refusal::NotAPublicName((*text).to_owned()),
            Way::Reverse => Refusal::NotPublic((*text).to_owned(), "no address".to_owned()),
        };
        let approved = indicator(text, way).ok_or_else(refused).and_then(|i| cx.gate.approve(i, Contact::Owner));
        for kind in kinds {
            match &approved {
                Ok(approved) => {
                    whose.push(key(text, way));
                    questions.push((approved.clone(), *kind));
                }
                Err(refusal) => answers.push(RecordedAnswer::without(key(text, way), *kind, not_asked(refusal))),
            }
        }
    }
    let found = cx.gate.resolve(&questions, cx.sent, (cx.cancel, cx.progress)).map_err(|refusal| match refusal {
        Refusal::Cancelled => Error::Cancelled,
        other => Error::Failed(other.to_string()),
    })?;
    for ((name, (_, kind)), found) in whose.into_iter().zip(questions).zip(found) {
        let status = found.as_ref().map_or_else(not_asked, Found::status);
        match found {
            Ok(Found::Records(replies)) if !replies.is_empty() => {
                answers.extend(replies.into_iter().map(|reply| RecordedAnswer::of(&name, kind, reply, &status)));
            }
            _ => answers.push(RecordedAnswer::without(name, kind, status)),
        }
    }
    Ok(Recorded { recorded: cx.now.to_rfc3339_opts(SecondsFormat::Secs, true), answers })
}

fn not_asked(refusal: &Refusal) -> String {
    format!("not asked: {refusal}")
}

/// Answers as they were recorded.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    /// When.
    recorded: String,
    answers: Vec<RecordedAnswer>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RecordedAnswer {
    /// A name, or an address for PTR records.
    name: String,
    /// What was asked for.
    record: String,
    /// What the answer is, where that is another record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is: Option<String>,
    #[serde(default)]
    value: String,
    #[serde(default)]
    ttl: u32,
    #[serde(default = "answered")]
    status: String,
}

fn answered() -> String {
    "answered".to_owned()
}

impl RecordedAnswer {
    fn of(name: &str, kind: RecordKind, reply: Reply, status: &str) -> Self {
        Self {
            name: name.to_owned(),
            record: kind.as_str().to_owned(),
            is: Some(reply.kind).filter(|is| is != kind.as_str()),
            value: reply.value,
            ttl: reply.ttl,
            status: status.to_owned(),
        }
    }

    /// What came of a question that nobody answered.
    fn without(name: String, kind: RecordKind, status: String) -> Self {
        Self { name, record: kind.as_str().to_owned(), is: None, value: String::new(), ttl: 0, status }
    }
}

impl Recorded {
    /// Reads the answers that a step names: those of the lab, a file's, or, in a journal, the answers themselves.
    fn load(cx: &Cx<'_>, given: &str) -> Result<(Self, Vec<Evidence>)> {
        let (text, evidence) = match given {
            "lab" => (cx.library.lab_answers().to_owned(), Vec::new()),
            text if text.starts_with("recorded:") => (text.to_owned(), Vec::new()),
            path => cx.library.read_list(path)?,
        };
        let recorded = serde_yaml::from_str(&text);
        let recorded = recorded.map_err(|e| Error::Failed(format!("{given} holds no recorded answers: {e}")))?;
        Ok((recorded, evidence))
    }

    fn answers(&self, distinct: &[&str], kinds: &[RecordKind], way: Way) -> Vec<Vec<Answered>> {
        let mut known: HashMap<(String, &str), Vec<&RecordedAnswer>> = HashMap::new();
        for answer in &self.answers {
            known.entry((answer.name.trim().to_lowercase(), answer.record.as_str())).or_default().push(answer);
        }
        let of_kind = |text: &&str, kind: RecordKind| {
            let found = known.get(&(key(text, way), kind.as_str()));
            let reply = |answer: &&RecordedAnswer| Reply {
                kind: answer.is.clone().unwrap_or_else(|| answer.record.clone()),
                value: answer.value.clone(),
                ttl: answer.ttl,
            };
            let status = found.and_then(|answers| answers.first()).map(|answer| answer.status.clone());
            let replies = found.into_iter().flatten().filter(|a| !a.value.is_empty()).map(reply).collect();
            let status = status.unwrap_or_else(|| "not known: no answer was recorded".to_owned());
            Answered { query: (*text).to_owned(), kind, status, replies }
        };
        distinct.iter().map(|text| kinds.iter().map(|kind| of_kind(text, *kind)).collect()).collect()
    }
}
