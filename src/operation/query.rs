//! `query`: the rows of a named query.

use std::sync::Arc;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required};
use crate::model::{Step, Table};
use crate::query::Reach;

pub const OPERATION: Operation = Operation {
    id: "query",
    doc: "Run a named query",
    inputs: Inputs::None,
    params: &[
        ParamSpec::required("name", ParamKind::Text, "as FAMILY.NAME"),
        ParamSpec::optional("start", ParamKind::Text, "the first moment: an ISO time, or an offset such as -7d"),
        ParamSpec::optional("end", ParamKind::Text, "the moment after the last"),
        ParamSpec::optional("param.", ParamKind::Text, "a parameter of the query, as param.NAME"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, _inputs: &[Arc<Table>]) -> Result<Outcome> {
    let name = required(step, "name")?;
    let (lf, opened) = cx.library.plan_query(name, &step.params, cx.now, &cx.watch(Reach::All))?;
    let evidence = opened.iter().flat_map(|o| &o.sources).map(|(_, evidence)| evidence.clone()).collect();
    let bare = name.rsplit('.').next().unwrap_or(name);
    let table = cx.library.collect(bare, lf, opened)?;
    Ok(Outcome { opened: evidence, ..Outcome::of(table) })
}
