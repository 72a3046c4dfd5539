//! `join-back`: an operation's result beside the rows that it came from, by row and never by value.
//!
//! MSTICPy joins results back by value, so equal values multiply: its lab pipeline grows from 500 rows to 113,120. Here
//! the row of the input that each row of the result was made from is the key. Where the input was sorted or filtered
//! since, the evidence row is, and an input in which that is not unique is refused.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{extended, is_made_of};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, column, name_of, required};
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
    match is_made_of(result, table) {
        Some(from) => by_row(cx, step, inputs, &from),
        None => by_evidence(cx, step, inputs),
    }
}

/// Each row of the input with the rows that were made from it, in their order.
fn by_row(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>], from: &[u32]) -> Result<Outcome> {
    let (table, result) = (&inputs[0], &inputs[1]);
    let mut made_of: Vec<Vec<u32>> = vec![Vec::new(); table.n_rows()];
    for (at, row) in (0_u32..).zip(from) {
        made_of[*row as usize].push(at);
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
    let new = new_columns(table, result)
        .into_iter()
        .map(|(name, new)| Ok(result.frame().column(&name)?.take(&places)?.with_name(new.into())));
    extended(cx, name_of(inputs), table, left, new.collect::<Result<_>>()?)
}

fn by_evidence(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let (table, result) = (&inputs[0], &inputs[1]);
    for (which, frame) in [("table", table.frame()), ("result", result.frame())] {
        if frame.column(ROW).is_err() || frame.column(SOURCE).is_err() {
            return Err(Error::Failed(format!(
                "the {which} has lost its rows' origin (it is an aggregate), so it cannot be joined back"
            )));
        }
    }
    let keys = [col(SOURCE), col(ROW)];
    let n_distinct = table.frame().clone().lazy().select([as_struct(keys.to_vec()).n_unique()]).collect()?;
    let n_distinct = n_distinct.columns()[0].get(0)?.try_extract::<usize>()?;
    if n_distinct != table.n_rows() {
        return Err(Error::Failed(format!(
            "{} holds some evidence rows several times, so a result cannot be told apart by row",
            table.name
        )));
    }
    let new = new_columns(table, result).into_iter().map(|(name, new)| column(&name).alias(new));
    let right = result.frame().clone().lazy().select(keys.iter().cloned().chain(new).collect::<Vec<_>>());
    let how = if required(step, "how")? == "left" { JoinType::Left } else { JoinType::Inner };
    let args = JoinArgs { maintain_order: MaintainOrderJoin::LeftRight, ..JoinArgs::new(how) };
    let df = table.frame().clone().lazy().join(right, keys.clone(), keys, args).collect()?;
    Ok(Outcome::of(cx.library.table(name_of(inputs), df)))
}

/// The columns of a result that its input does not have already, with the names they get. One of the same name but another type is new and gets
/// `_res`; one of the same name and type is the input's own, carried along.
fn new_columns(table: &Table, result: &Table) -> Vec<(String, String)> {
    let new = result.columns.iter().filter_map(|column| match table.column(&column.name) {
        None => Some((column.name.clone(), column.name.clone())),
        Some(same) if same.dtype == column.dtype => None,
        Some(_) => Some((column.name.clone(), format!("{}_res", column.name))),
    });
    new.collect()
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
