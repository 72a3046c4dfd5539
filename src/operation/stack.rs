//! `stack`: how often each value occurs, with first and last time and the number of hosts; rare ones first.

use std::sync::Arc;

use polars::prelude::*;

use super::parameters::columns;
use super::{
    Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, all_but, column, free_name, name_of,
    need_columns, required,
};
use crate::model::{Kind, Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "stack",
    doc: "Count the values of one or more columns: count, percent, first and last seen, number of hosts; rare first",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("columns", ParamKind::Columns, "whose values are counted, together where several"),
        ParamSpec::optional(
            "order",
            ParamKind::Choice(&["rare", "common", "first-seen"]),
            "rare (as it is), common or first-seen",
        ),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let keys = columns(required(step, "columns")?).map_err(Error::Failed)?;
    need_columns(step, table, &keys)?;
    let n_rows = table.n_rows().max(1) as f64;
    let ours = |name: &str| free_name(name, &keys);
    let count = ours("count");
    let mut aggregates = vec![len().cast(DataType::Int64).alias(count.as_str())];
    // A column that is stacked cannot be counted again beside itself.
    let other = |role: &Role, kind: Option<Kind>| {
        let found = table.column_with(role).filter(|c| kind.is_none_or(|k| c.kind == k));
        found.filter(|c| !keys.contains(&c.name)).map(|c| c.name.clone())
    };
    if let Some(time) = other(&Role::TIME, Some(Kind::Time)) {
        aggregates.push(column(&time).min().alias(ours("first_seen")));
        aggregates.push(column(&time).max().alias(ours("last_seen")));
    }
    if let Some(host) = other(&Role::HOST, None) {
        aggregates.push(column(&host).drop_nulls().n_unique().cast(DataType::Int64).alias(ours("n_hosts")));
    }
    let has_times = aggregates.len() > 2;
    let (by, descending) = match step.params.get("order").map(String::as_str) {
        Some("common") => (count.clone(), true),
        Some("first-seen") if has_times => (ours("first_seen"), false),
        _ => (count.clone(), false),
    };
    let sort_by: Vec<Expr> = std::iter::once(column(&by)).chain(keys.iter().map(|k| sort_key(table, k))).collect();
    let directions: Vec<bool> = std::iter::once(descending).chain(keys.iter().map(|_| false)).collect();
    let options = SortMultipleOptions::default().with_order_descending_multi(directions).with_maintain_order(true);
    let by_key: Vec<Expr> = keys.iter().map(|k| column(k)).collect();
    let percent = (column(&count).cast(DataType::Float64) * lit(100.0) / lit(n_rows)).alias(ours("percent"));
    let counted = table.frame().clone().lazy().group_by(by_key.clone()).agg(aggregates);
    let mut order = by_key;
    order.extend([column(&count), percent]);
    order.push(all_but(keys.iter().map(String::as_str).chain([count.as_str()])));
    let df = counted.sort_by_exprs(sort_by, options).select(order).collect()?;
    Ok(Outcome::of(cx.library.table(&format!("stack of {} in {}", keys.join(", "), name_of(inputs)), df)))
}

/// A key as it is sorted by; decimals cannot be sorted beside another key, so they are as floats.
fn sort_key(table: &Table, name: &str) -> Expr {
    let is_decimal = table.column(name).is_some_and(|c| c.dtype.is_decimal());
    if is_decimal { column(name).cast(DataType::Float64) } else { column(name) }
}
