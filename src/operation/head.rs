//! `head`: the first rows.

use std::sync::Arc;

use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "head",
    doc: "Keep the first rows",
    inputs: Inputs::One,
    params: &[ParamSpec::required("rows", ParamKind::Count, "how many")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let n_rows: usize = required(step, "rows")?.parse().map_err(|_| Error::Failed("--rows is no count".to_owned()))?;
    let df = inputs[0].frame().head(Some(n_rows));
    Ok(Outcome::of(cx.library.table(name_of(inputs), df)))
}
