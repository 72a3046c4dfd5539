//! `join-back`: an operation's result beside the rows that it came from, by row and never by value.
//!
//! MSTICPy joins results back by value, so equal values multiply: its lab pipeline grows from 500 rows to 113,120. Here
//! the row of the input that each row of the result was made from is the key. Where the input was sorted or filtered
//! since, the evidence row is, and an input in which that is not unique is refused.

use std::collections::HashMap;
use std::sync::Arc;

use polars::prelude::*;

use super::derived::{extended, is_made_of};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, required, with};
use crate::model::{ROW, SOURCE, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "join-back",
    doc: "Put the new columns of a result beside the rows of the table that it was made from",
    inputs: Inputs::Two,
    params: &[
        ParamSpec::required("with", ParamKind::Table, "the result, made from this table by an operation"),
        ParamSpec::required(
            "how",
            ParamKind::Choice(&["left", "inner"]),
            "left keeps rows without a result, inner does not",
        ),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let (table, result) = (&inputs[0], &inputs[1]);
    let from = match is_made_of(result, table) {
        Some(from) => from.into_iter().map(Some).collect(),
        None => by_evidence(table, result)?,
    };
    by_row(cx, step, inputs, &from)
}

/// Each row of the input with the rows that were made from it, in their order. `from` is the row of the input that each
/// row of the result was made from; None where that is not there any more.
fn by_row(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>], from: &[Option<u32>]) -> Result<Outcome> {
    let (table, result) = (&inputs[0], &inputs[1]);
    let mut made_of: Vec<Vec<u32>> = vec![Vec::new(); table.n_rows()];
    for (at, row) in (0_u32..).zip(from) {
        if let Some(made) = row.and_then(|row| made_of.get_mut(row as usize)) {
            made.push(at);
        }
    }
    let keeps_all = required(step, "how")? == "left";
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (row, made) in (0_u32..).zip(&made_of) {
        left.extend(made.iter().map(|_| row));
        right.extend(made.iter().copied().map(Some));
        if made.is_empty() && keeps_all {
            left.push(row);
            right.push(None);
        }
    }
    let places = IdxCa::from_iter_options("row".into(), right.into_iter());
    let new = new_columns(table, result, from)?.into_iter().map(|column| Ok(column.take(&places)?));
    extended(cx, &with(step, inputs), table, &left, new.collect::<Result<_>>()?)
}

/// The row of the input that has the same evidence row as each row of the result.
fn by_evidence(table: &Table, result: &Table) -> Result<Vec<Option<u32>>> {
    let keys = |which: &str, table: &Table| -> Result<Vec<Option<(u32, u32)>>> {
        let numbers = |name: &str| table.frame().column(name).ok().and_then(|c| c.u32().ok().cloned());
        let lost = || {
            Error::Failed(format!(
                "the {which} has lost its rows' origin (it is an aggregate), so it cannot be joined back"
            ))
        };
        let (source, row) = (numbers(SOURCE).ok_or_else(lost)?, numbers(ROW).ok_or_else(lost)?);
        Ok(source.iter().zip(row.iter()).map(|(source, row)| source.zip(row)).collect())
    };
    let (ours, theirs) = (keys("table", table)?, keys("result", result)?);
    let mut places = HashMap::new();
    for (at, key) in (0_u32..).zip(ours) {
        if key.is_some_and(|key| places.insert(key, at).is_some()) {
            return Err(Error::Failed(format!(
                "{} holds some evidence rows several times, so a result cannot be told apart by row",
                table.name
            )));
        }
    }
    let found: Vec<Option<u32>> = theirs.into_iter().map(|key| places.get(&key?).copied()).collect();
    if !found.is_empty() && found.iter().all(Option::is_none) {
        return Err(Error::Failed(format!(
            "no row of {} was made from a row of {}, as far as they say: a result that was saved and read again is \
             evidence of its own; give the operation itself --join, or use join with the columns that both have",
            result.name, table.name
        )));
    }
    Ok(found)
}

/// The columns of a result besides those that it carried along from its input, unchanged.
fn new_columns(table: &Table, result: &Table, from: &[Option<u32>]) -> Result<Vec<Column>> {
    let places = IdxCa::from_iter_options("row".into(), from.iter().copied());
    let mut new = Vec::new();
    for name in result.columns.iter().map(|column| column.name.as_str()) {
        let theirs = result.frame().column(name)?;
        let is_carried = match table.frame().column(name).map(|ours| ours.take(&places)) {
            Ok(ours) => ours?.equals_missing(theirs),
            Err(_) => false,
        };
        if !is_carried {
            new.push(theirs.clone());
        }
    }
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cancel, Progress};
    use crate::query::{Library, LibraryConfig};

    fn table(df: DataFrame) -> Arc<Table> {
        Arc::new(Table::new("t", df, &|_, _| None))
    }

    fn joined(input: DataFrame, result: DataFrame, how: &str) -> Result<DataFrame> {
        let library = Library::new(LibraryConfig::default());
        let (cancel, progress) = (Cancel::default(), Progress::default());
        let cx = Cx {
            library: &library,
            gate: &crate::egress::Gate::default(),
            sent: &crate::egress::SentLog::default(),
            now: chrono::DateTime::UNIX_EPOCH,
            cancel: &cancel,
            progress: &progress,
            early: &|_| {},
        };
        let step = Step::new("join-back", Vec::new()).with("how", how);
        Ok(run(&cx, &step, &[table(input), table(result)])?.table.frame().clone())
    }

    /// MSTICPy joins by value: equal values multiply (its fault 1).
    #[test]
    fn fault_1_equal_values_do_not_multiply_and_clashes_get_a_name() {
        let input =
            df!("ip" => ["a", "a", "b"], "n" => [1_i64, 2, 3], SOURCE => [0_u32, 0, 0], ROW => [0_u32, 1, 2]).unwrap();
        let result =
            df!("ip" => ["a", "a"], "n" => ["x", "y"], "kind" => ["p", "q"], SOURCE => [0_u32, 0], ROW => [0_u32, 1])
                .unwrap();
        let left = joined(input.clone(), result.clone(), "left").unwrap();
        assert_eq!((left.height(), left.column("kind").unwrap().null_count()), (3, 1));
        assert_eq!(left.column("n_res").unwrap().get(1).unwrap(), AnyValue::String("y"));
        assert_eq!(joined(input, result, "inner").unwrap().height(), 2);
    }

    #[test]
    fn what_cannot_be_told_apart_by_row_is_refused() {
        let twice = df!("a" => [1_i64, 2], SOURCE => [0_u32, 0], ROW => [0_u32, 0]).unwrap();
        assert!(joined(twice.clone(), twice.clone(), "left").unwrap_err().to_string().contains("several times"));
        let lost = df!("a" => [1_i64]).unwrap();
        assert!(joined(twice, lost, "left").unwrap_err().to_string().contains("lost its rows' origin"));
    }
}
