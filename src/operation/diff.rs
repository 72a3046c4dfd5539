//! `diff`: what is new, gone or changed in number between two tables, or between two periods of one.

use std::sync::Arc;

use polars::prelude::*;

use super::parameters::columns;
use super::{
    Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, as_text, column, free_name, name_of,
    need_columns, required,
};
use crate::model::{Kind, Note, Role, Step, Table, parse_moment};

pub const OPERATION: Operation = Operation {
    id: "diff",
    doc: "Compare two tables, or one before and after a moment: which values are new, gone, or differ in number",
    inputs: Inputs::OneOrTwo,
    params: &[
        ParamSpec::required("columns", ParamKind::Columns, "whose values are compared, together where several"),
        ParamSpec::optional("with", ParamKind::Table, "the later table"),
        ParamSpec::optional("at", ParamKind::Moment, "the moment that parts one table into before and after"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let keys = columns(required(step, "columns")?).map_err(Error::Failed)?;
    let complain = |why: &str| Error::Parameter { operation: step.operation.clone(), why: why.to_owned() };
    for table in inputs {
        need_columns(step, table, &keys)?;
    }
    let mut notes = Vec::new();
    let (before, after) = match (inputs, step.params.get("at")) {
        ([before, after], None) => (counted(before, &keys, None)?, counted(after, &keys, None)?),
        ([one], Some(at)) => {
            let moment = parse_moment(at, cx.now).map_err(|e| complain(&e.to_string()))?;
            let time = one.column_with(&Role::TIME).filter(|c| c.kind == Kind::Time);
            let time = time.ok_or_else(|| complain("the table has no time column; choose one with set-time"))?;
            let what = format!("{} row(s) have no time and are in neither period", time.n_null);
            let note = Note::counted(&one.name, what, time.n_null as u64).in_column(&time.name);
            notes.extend((time.n_null > 0).then_some(note));
            let moment = lit(moment).cast(DataType::Datetime(TimeUnit::Microseconds, None));
            let is_before = column(&time.name).lt(moment.clone());
            let is_after = column(&time.name).gt_eq(moment);
            (counted(one, &keys, Some(is_before))?, counted(one, &keys, Some(is_after))?)
        }
        _ => return Err(complain("give a later table with --with, or a moment with --at, one of both")),
    };
    let df = compared(before, after, &keys)?;
    let what = inputs.get(1).map_or_else(|| step.params.get("at").cloned().unwrap_or_default(), |t| t.name.clone());
    Ok(Outcome::of(cx.library.table(&format!("{} against {what}", name_of(inputs)), df).with_notes(notes)))
}

/// Each value with its number of rows and its first and last time.
fn counted(table: &Table, keys: &[String], only: Option<Expr>) -> Result<LazyFrame> {
    let mut df = table.frame().clone();
    // As text, so that a column of numbers in one table and of texts in the other can be compared.
    for (n, name) in keys.iter().enumerate() {
        let key = as_text(df.column(name)?).with_name(format!("key_{n}").into());
        df.with_column(key)?;
    }
    let rows = df.lazy();
    let rows = match only {
        Some(only) => rows.filter(only),
        None => rows,
    };
    let micros = DataType::Datetime(TimeUnit::Microseconds, None);
    let time = table.column_with(&Role::TIME).filter(|c| c.kind == Kind::Time && !keys.contains(&c.name));
    let time = time.map_or(lit(NULL), |c| column(&c.name)).cast(micros);
    let keys: Vec<Expr> = (0..keys.len()).map(|n| col(format!("key_{n}"))).collect();
    Ok(rows.group_by(keys).agg([
        len().cast(DataType::Int64).alias("n"),
        time.clone().min().alias("first"),
        time.max().alias("last"),
    ]))
}

fn compared(before: LazyFrame, after: LazyFrame, keys: &[String]) -> Result<DataFrame> {
    let by: Vec<Expr> = (0..keys.len()).map(|n| col(format!("key_{n}"))).collect();
    let args =
        JoinArgs::new(JoinType::Full).with_suffix(Some("_res".into())).with_coalesce(JoinCoalesce::CoalesceColumns);
    let args = JoinArgs { nulls_equal: true, ..args };
    let [status, change] = ["status", "change"].map(|name| free_name(name, keys));
    // New values first, then those that are gone, then the rest by how much they changed.
    let is = |word: &str| column(&status).eq(lit(word.to_owned()));
    let rank = when(is("new")).then(lit(0)).when(is("gone")).then(lit(1)).otherwise(lit(2));
    let mut order = vec![rank, column(&change).abs()];
    order.extend(keys.iter().map(|name| column(name)));
    let mut descending = vec![false; order.len()];
    descending[1] = true;
    let options = SortMultipleOptions::default().with_order_descending_multi(descending);
    let joined = before.join(after, by.clone(), by, args);
    Ok(joined.select(told(keys)).sort_by_exprs(order, options).collect()?)
}

/// The columns of the result.
fn told(keys: &[String]) -> Vec<Expr> {
    let (n, n_res) = (col("n").fill_null(lit(0)), col("n_res").fill_null(lit(0)));
    let status = when(col("n").is_null())
        .then(lit("new"))
        .when(col("n_res").is_null())
        .then(lit("gone"))
        .otherwise(lit("both"))
        .alias(free_name("status", keys));
    let mut columns: Vec<Expr> =
        keys.iter().enumerate().map(|(n, name)| col(format!("key_{n}")).alias(name.as_str())).collect();
    columns.extend([
        status,
        n.clone().alias(free_name("n_before", keys)),
        n_res.clone().alias(free_name("n_after", keys)),
        (n_res - n).alias(free_name("change", keys)),
        when(col("first").is_null().or(col("first_res").lt(col("first"))))
            .then(col("first_res"))
            .otherwise(col("first"))
            .alias(free_name("first_seen", keys)),
        when(col("last_res").is_null().or(col("last_res").lt(col("last"))))
            .then(col("last"))
            .otherwise(col("last_res"))
            .alias(free_name("last_seen", keys)),
    ]);
    columns
}
