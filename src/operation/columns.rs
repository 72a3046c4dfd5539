//! `columns`: a table's columns with their types, and what is odd about each.

use std::sync::Arc;

use polars::prelude::*;

use super::{Cx, Inputs, Operation, Outcome, Result, name_of};
use crate::model::{Column as TableColumn, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "columns",
    doc: "List the table's columns: type, role, nulls, and what had to be said about each",
    inputs: Inputs::One,
    params: &[],
    run,
};

fn run(cx: &Cx<'_>, _step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let df = frame(&inputs[0])?;
    Ok(Outcome::of(cx.library.table(&format!("columns of {}", name_of(inputs)), df)))
}

fn frame(table: &Table) -> PolarsResult<DataFrame> {
    let all = &table.columns;
    df!(
        "table" => vec![table.name.as_str(); all.len()],
        "column" => all.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        "type" => all.iter().map(|c| c.kind.word()).collect::<Vec<_>>(),
        "role" => all.iter().map(|c| c.role.as_ref().map(ToString::to_string)).collect::<Vec<_>>(),
        "nulls" => all.iter().map(|c| i64::try_from(c.n_null).unwrap_or(i64::MAX)).collect::<Vec<_>>(),
        "notes" => all.iter().map(|c| notes_on(table, c)).collect::<Vec<_>>(),
    )
}

/// What was said about one column; None where there is nothing to say.
fn notes_on(table: &Table, column: &TableColumn) -> Option<String> {
    let empty = (table.n_rows() > 0 && column.n_null == table.n_rows()).then(|| "no value".to_owned());
    let said = table.notes.iter().filter(|n| n.column.as_ref() == Some(&column.name)).map(|n| n.what.clone());
    let all: Vec<String> = empty.into_iter().chain(said).collect();
    (!all.is_empty()).then(|| all.join("; "))
}
