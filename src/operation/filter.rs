//! `filter`: the rows for which an expression is true, in their order.

use std::sync::Arc;

use polars::prelude::{DataFrame, IntoLazy};

use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::analysis::sql_functions::context;
use crate::model::{Step, Table};
use crate::query::plain_polars;

pub const OPERATION: Operation = Operation {
    id: "filter",
    doc: "Keep the rows for which an SQL expression over the columns is true",
    inputs: Inputs::One,
    params: &[ParamSpec::required("where", ParamKind::Expression, "such as LogonType = 3 AND IpAddress <> '-'")],
    run,
};

/// Rows that are filtered at once; between two such runs the job can be cancelled and says how far it is.
const ROWS_AT_ONCE: usize = 1 << 18;

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let expression = required(step, "where")?;
    let df = inputs[0].frame();
    cx.progress.set_total(df.height() as u64);
    // One run even over no rows, so that a mistake in the expression is found.
    let mut kept = filtered(&df.slice(0, ROWS_AT_ONCE), expression)?;
    for start in (ROWS_AT_ONCE..df.height()).step_by(ROWS_AT_ONCE) {
        if cx.cancel.is_requested() {
            return Err(Error::Cancelled);
        }
        cx.progress.set_done(start as u64);
        let offset = i64::try_from(start).map_err(|e| Error::Failed(e.to_string()))?;
        kept.vstack_mut_owned(filtered(&df.slice(offset, ROWS_AT_ONCE), expression)?)?;
    }
    Ok(Outcome::of(cx.library.table(name_of(inputs), kept)))
}

fn filtered(df: &DataFrame, expression: &str) -> Result<DataFrame> {
    let mut context = context();
    context.register("self", df.clone().lazy());
    let sql = format!("SELECT * FROM self WHERE (\n{expression}\n)");
    let rows = context.execute(&sql).and_then(polars::prelude::LazyFrame::collect);
    rows.map_err(|e| Error::Failed(format!("the filter does not hold: {}", plain_polars(&e))))
}
