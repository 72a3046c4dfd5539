//! `concat`: the rows of two tables in one, in the order of time, each with the table it came from.

use std::sync::Arc;

use polars::prelude::*;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, all_but, column, name_of};
use crate::model::{Kind, Note, Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "concat",
    doc: "Put the rows of two tables into one, in the order of their times, with a column that names the table of each",
    inputs: Inputs::Two,
    params: &[ParamSpec::required("with", ParamKind::Table, "the second table")],
    run,
};

/// The columns that the result begins with.
const TIME: &str = "time";
const FROM: &str = "source_table";

fn run(cx: &Cx<'_>, _step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let mut notes = Vec::new();
    let conflicts: Vec<&str> = inputs[0]
        .columns
        .iter()
        .filter(|c| inputs[1].column(&c.name).is_some_and(|other| other.dtype != c.dtype))
        .map(|c| c.name.as_str())
        .collect();
    if !conflicts.is_empty() {
        let what = format!("{} have another type in {} and are text here", conflicts.join(", "), inputs[1].name);
        notes.push(Note::new(&inputs[0].name, what).as_remark());
    }
    let frames: Vec<LazyFrame> = inputs.iter().map(|table| prepared(table, &conflicts, &mut notes)).collect();
    let together = concat_lf_diagonal(frames, UnionArgs::default())?;
    let options = SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(true);
    let df = together.sort_by_exprs([col(TIME)], options).collect()?;
    Ok(Outcome::of(cx.library.table(&format!("{} and {}", name_of(inputs), inputs[1].name), df).with_notes(notes)))
}

/// The table with its time and its name in front; what came from a `concat` has them already.
fn prepared(table: &Table, conflicts: &[&str], notes: &mut Vec<Note>) -> LazyFrame {
    let mut lf = table.frame().clone().lazy();
    let is_concat = table.columns.first().is_some_and(|c| c.name == TIME) && table.column(FROM).is_some();
    if !conflicts.is_empty() {
        let texts: Vec<Expr> =
            conflicts.iter().filter(|n| !is_concat || **n != TIME).map(|n| column(n).cast(DataType::String)).collect();
        lf = lf.with_columns(texts);
    }
    if is_concat {
        return lf;
    }
    let found = table.columns.iter().find(|c| c.role == Some(Role::TIME) && c.kind == Kind::Time);
    let micros = DataType::Datetime(TimeUnit::Microseconds, None);
    let time = if let Some(found) = found {
        column(&found.name).cast(micros)
    } else {
        notes.push(Note::new(&table.name, "it has no time column, so its rows stand last"));
        lit(NULL).cast(micros)
    };
    let rest = all_but([TIME, FROM]);
    lf.select([time.alias(TIME), lit(table.name.as_str()).alias(FROM), rest])
}
