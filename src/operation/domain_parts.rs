//! `domain-parts` and `validate-tld`: what a host name is made of, by the public suffix list that is built in.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, every_row, extended, laid_out, none_of, worked};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, with};
use crate::analysis::domain::{DomainParts, has_known_suffix, parts};
use crate::analysis::{ioc, url_parts};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "domain-parts",
    doc: "Take host names apart: suffix, registered domain, subdomain, punycode, mixed scripts, entropy",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "the column of names or URLs")],
    run,
};

pub const VALIDATE: Operation = Operation {
    id: "validate-tld",
    doc: "Say whether names end in a suffix that is known",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "the column of names or URLs")],
    run: run_validate,
};

/// The host that a cell names: a name itself, or the host of a URL.
fn host(text: &str) -> String {
    let live = ioc::refang(text.trim());
    let of_url = live.contains("://").then(|| url_parts::parts(&live)).flatten();
    of_url.map_or_else(|| live.to_string(), |parts| parts.host)
}

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let column = column_of(step, input)?;
    let texts = Texts::of(input, &column)?;
    let (distinct, places) = texts.distinct();
    let found: Vec<Option<DomainParts>> = worked(cx, &distinct, |text| parts(&host(text)))?;
    let each = || laid_out(&found, &places).map(|parts| parts.and_then(Option::as_ref));
    let text = |name: &str, of: fn(&DomainParts) -> Option<&str>| {
        StringChunked::from_iter_options(name.into(), each().map(|parts| of(parts?))).into_column()
    };
    let flag = |name: &str, of: fn(&DomainParts) -> bool| {
        BooleanChunked::from_iter_options(name.into(), each().map(|parts| Some(of(parts?)))).into_column()
    };
    let entropy = each().map(|parts| Some(parts?.entropy));
    let new = vec![
        text("suffix", |p| p.suffix.as_deref()),
        text("registered", |p| p.registered.as_deref()),
        text("subdomain", |p| Some(p.subdomain.as_str()).filter(|s| !s.is_empty())),
        text("ascii", |p| Some(&p.ascii)),
        text("unicode", |p| Some(&p.unicode)),
        flag("known_suffix", |p| p.is_known_suffix),
        flag("is_idn", |p| p.is_idn),
        flag("mixed_scripts", |p| p.mixed_scripts),
        text("scripts", |p| Some(&p.scripts)),
        Float64Chunked::from_iter_options("name_entropy".into(), entropy).into_column(),
    ];
    let mut outcome = extended(cx, &with(step, inputs), input, &every_row(input), new)?;
    outcome.table.notes.extend(none_of(input, &column, &found, "name of a host"));
    Ok(outcome)
}

fn run_validate(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.distinct();
    let found = worked(cx, &distinct, |text| has_known_suffix(&host(text)))?;
    let known = BooleanChunked::from_iter_options(
        "known_suffix".into(),
        laid_out(&found, &places).map(Option::<&bool>::copied),
    );
    extended(cx, &with(step, inputs), input, &every_row(input), vec![known.into_column()])
}
