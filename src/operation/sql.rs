//! `sql`: a statement over the loaded tables.

use std::sync::Arc;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required};
use crate::model::{Step, Table};
use crate::query::Reach;

pub const OPERATION: Operation = Operation {
    id: "sql",
    doc: "Ask the loaded tables with SQL",
    inputs: Inputs::None,
    params: &[ParamSpec::required("text", ParamKind::Text, "the statement")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, _inputs: &[Arc<Table>]) -> Result<Outcome> {
    let (lf, opened) = cx.library.plan_sql(required(step, "text")?, &cx.watch(Reach::All))?;
    let evidence = opened.iter().flat_map(|o| &o.sources).map(|(_, evidence)| evidence.clone()).collect();
    let table = cx.library.collect("sql", lf, opened)?;
    Ok(Outcome { opened: evidence, ..Outcome::of(table) })
}
