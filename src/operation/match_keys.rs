//! `match-keys`: what a join would find, before it is made.

use std::sync::Arc;

use polars::prelude::*;

use super::join::Keys;
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "match-keys",
    doc: "Count what a join would find: rows and keys with a match on each side, and the rows that it would make",
    inputs: Inputs::Two,
    params: &[
        ParamSpec::required("with", ParamKind::Table, "the second table"),
        ParamSpec::required("on", ParamKind::Columns, "the keys; A=B where the second table calls A by another name"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let keys = Keys::of(step, inputs)?;
    let names: Vec<String> = (0..keys.left.len()).map(|n| format!("key_{n}")).collect();
    let counted = |table: &Table, side: &[String], tag: &str| -> Result<LazyFrame> {
        let exprs = keys.made(tag).into_iter().zip(&names).map(|(e, name)| e.alias(name.as_str()));
        let present = keys.made(tag).into_iter().map(Expr::is_not_null).reduce(Expr::and).unwrap_or(lit(true));
        let rows = keys.added_to(table, side, tag)?.lazy().filter(present).select(exprs.collect::<Vec<_>>());
        let by: Vec<Expr> = names.iter().map(|n| col(n.as_str())).collect();
        Ok(rows.group_by(by).agg([len().cast(DataType::Int64).alias("n")]))
    };
    let left = counted(&inputs[0], &keys.left, "l")?.collect()?;
    let right = counted(&inputs[1], &keys.right, "r")?.collect()?;
    let by: Vec<Expr> = names.iter().map(|n| col(n.as_str())).collect();
    let args = JoinArgs::new(JoinType::Inner).with_suffix(Some("_res".into()));
    let both = left.clone().lazy().join(right.clone().lazy(), by.clone(), by, args);
    let made = (col("n") * col("n_res")).sum().alias("made");
    let sums =
        both.select([col("n").sum(), col("n_res").sum(), made, len().cast(DataType::Int64).alias("keys")]).collect()?;
    let sum = |name: &str| sums.column(name).ok().and_then(|c| c.get(0).ok()?.try_extract::<i64>().ok()).unwrap_or(0);
    let n_rows = |table: &Table| i64::try_from(table.n_rows()).unwrap_or(i64::MAX);
    let n_keys = |df: &DataFrame| i64::try_from(df.height()).unwrap_or(i64::MAX);
    let df = df!(
        "table" => [inputs[0].name.as_str(), inputs[1].name.as_str()],
        "rows" => [n_rows(&inputs[0]), n_rows(&inputs[1])],
        "rows_with_match" => [sum("n"), sum("n_res")],
        "keys" => [n_keys(&left), n_keys(&right)],
        "keys_with_match" => [sum("keys"), sum("keys")],
        "rows_of_join" => [sum("made"), sum("made")],
    )?;
    let name = format!("matches of {} and {}", name_of(inputs), inputs[1].name);
    Ok(Outcome::of(cx.library.table(&name, df).with_notes(keys.notes)))
}
