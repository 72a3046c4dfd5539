//! `concat`: the rows of two tables in one, in the order of time, each with the table it came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, all_but, as_text, free_name, name_of};
use crate::model::{Column as TableColumn, Kind, Note, Role, Step, Table};

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
    let conflicts = conflicts(inputs);
    if !conflicts.is_empty() {
        let what = format!("{} have another type in {} and are text here", conflicts.join(", "), inputs[1].name);
        notes.push(Note::new(&inputs[0].name, what).as_remark());
    }
    let names = telling_names(inputs);
    let mut frames = Vec::new();
    for (table, name) in inputs.iter().zip(&names) {
        frames.push(prepared(table, name, &conflicts, &mut notes)?);
    }
    let together = concat_lf_diagonal(frames, UnionArgs { to_supertypes: true, ..UnionArgs::default() })?;
    let options = SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(true);
    let df = together.sort_by_exprs([col(TIME)], options).collect()?;
    let table = cx.library.table(&format!("{} and {}", name_of(inputs), inputs[1].name), df).with_notes(notes);
    Ok(Outcome::of(table.with_roles(BTreeMap::from([(TIME.to_owned(), Role::TIME)]))))
}

/// The columns that both tables have in types which no number or time is common to. One without a value fits any.
fn conflicts(inputs: &[Arc<Table>]) -> Vec<String> {
    let is_empty = |table: &Table, c: &TableColumn| c.n_null == table.n_rows();
    let conflicts = inputs[0].columns.iter().filter(|c| {
        inputs[1].column(&c.name).is_some_and(|other| {
            let both_numbers = c.kind == Kind::Number && other.kind == Kind::Number;
            let fits = other.dtype == c.dtype || both_numbers;
            !fits && !is_empty(&inputs[0], c) && !is_empty(&inputs[1], other)
        })
    });
    conflicts.map(|c| c.name.clone()).collect()
}

/// What the rows say they are from: the table's name, or the path of its evidence where both have the same.
fn telling_names(inputs: &[Arc<Table>]) -> Vec<String> {
    let are_alike = inputs[0].name == inputs[1].name;
    let path = |table: &Table| table.sources.first().map(|(_, evidence)| evidence.path.clone());
    let name = |table: &Arc<Table>| path(table).filter(|_| are_alike).unwrap_or_else(|| table.name.clone());
    inputs.iter().map(name).collect()
}

/// The table with its time and its name in front; what came from a `concat` has them already.
fn prepared(table: &Table, name: &str, conflicts: &[String], notes: &mut Vec<Note>) -> Result<LazyFrame> {
    let is_concat = table.chosen_roles.get(TIME) == Some(&Role::TIME) && table.column(FROM).is_some();
    let found = table.columns.iter().find(|c| c.role == Some(Role::TIME) && c.kind == Kind::Time);
    let mut df = table.frame().clone();
    let micros = DataType::Datetime(TimeUnit::Microseconds, None);
    let time = if let Some(found) = found {
        df.column(&found.name)?.cast(&micros)?
    } else {
        notes.push(Note::new(&table.name, "it has no time column, so its rows stand last"));
        Column::full_null(TIME.into(), df.height(), &micros)
    };
    let is_the_time = |name: &str| found.is_some_and(|c| c.name == name);
    for conflict in conflicts.iter().filter(|name| !(is_concat && *name == TIME)) {
        df.with_column(as_text(df.column(conflict)?))?;
    }
    if is_concat {
        return Ok(df.lazy());
    }
    // A column of the evidence that is called as one of ours keeps its values under another name.
    for ours in [TIME, FROM].into_iter().filter(|ours| table.column(ours).is_some() && !is_the_time(ours)) {
        let names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        let free = free_name(ours, &names);
        notes.push(Note::new(&table.name, format!("its column {ours} is '{free}' here")).in_column(ours).as_remark());
        df.rename(ours, free.as_str().into())?;
    }
    df = df.lazy().select([all_but([TIME])]).collect()?;
    df.insert_column(0, time.with_name(TIME.into()))?;
    df.insert_column(1, Column::new_scalar(FROM.into(), Scalar::from(PlSmallStr::from_str(name)), df.height()))?;
    Ok(df.lazy())
}
