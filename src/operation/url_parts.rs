//! `url-parts`: what a URL is made of.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, every_row, extended, laid_out, none_of, worked};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, with};
use crate::analysis::ioc;
use crate::analysis::url_parts::{UrlParts, parts};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "url-parts",
    doc: "Take URLs apart: scheme, host, port, path, query, file name, user",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "the column of URLs")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let column = column_of(step, input)?;
    let texts = Texts::of(input, &column)?;
    let (distinct, places) = texts.distinct();
    let found: Vec<Option<UrlParts>> = worked(cx, &distinct, |text| parts(&ioc::refang(text.trim())))?;
    let each = || laid_out(&found, &places).map(|parts| parts.and_then(Option::as_ref));
    let text = |name: &str, of: fn(&UrlParts) -> Option<&str>| {
        StringChunked::from_iter_options(name.into(), each().map(|parts| of(parts?))).into_column()
    };
    let port = each().map(|parts| parts?.port.map(i64::from));
    let n_params = each().map(|parts| i64::try_from(parts?.n_params).ok());
    let has_password = each().map(|parts| Some(parts?.has_password));
    let new = vec![
        text("scheme", |p| Some(&p.scheme)),
        text("username", |p| p.username.as_deref()),
        BooleanChunked::from_iter_options("has_password".into(), has_password).into_column(),
        text("host", |p| Some(&p.host)),
        Int64Chunked::from_iter_options("port".into(), port).into_column(),
        text("path", |p| Some(&p.path)),
        text("query", |p| p.query.as_deref()),
        text("fragment", |p| p.fragment.as_deref()),
        text("file", |p| p.file.as_deref()),
        Int64Chunked::from_iter_options("n_params".into(), n_params).into_column(),
    ];
    let mut outcome = extended(cx, &with(step, inputs), input, &every_row(input), new)?;
    outcome.table.notes.extend(none_of(input, &column, &found, "URL"));
    Ok(outcome)
}
