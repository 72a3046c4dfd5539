//! `ip-in-range`: which of a list of networks an address lies in.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, every_row, extended, laid_out, worked};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required, with};
use crate::analysis::ip::facts;
use crate::analysis::networks::Networks;
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "ip-in-range",
    doc: "Say which of a list of networks each address lies in",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of addresses"),
        ParamSpec::required(
            "ranges",
            ParamKind::TextOrFile,
            "networks such as 10.0.0.0/8,2001:db8::/32, or @FILE with a list",
        ),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let given = required(step, "ranges")?;
    let (list, evidence) = match given.strip_prefix('@') {
        Some(path) => cx.library.read_list(path)?,
        None => (given.to_owned(), Vec::new()),
    };
    let networks = Networks::parse(&list).map_err(Error::Failed)?;
    let texts = Texts::of(input, &column_of(step, input)?)?;
    let (distinct, places) = texts.distinct();
    // None: no address. Some(None): in none of the networks.
    let found: Vec<Option<Option<&str>>> = worked(cx, &distinct, |text| Some(networks.covering(facts(text)?.address)))?;
    let each = || laid_out(&found, &places).map(|found| found.copied().flatten());
    let new = vec![
        BooleanChunked::from_iter_options("in_range".into(), each().map(|f| f.map(|f| f.is_some()))).into_column(),
        StringChunked::from_iter_options("network".into(), each().map(Option::flatten)).into_column(),
    ];
    let outcome = extended(cx, &with(step, inputs), input, &every_row(input), new)?;
    Ok(Outcome { opened: evidence, ..outcome })
}
