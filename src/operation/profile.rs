//! `profile`: what each column's values are like, a row a column.

use std::sync::Arc;

use polars::prelude::*;

use super::parameters::columns;
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, need_columns};
use crate::analysis::profile::{Profile, of_column};
use crate::model::{Column as TableColumn, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "profile",
    doc: "Tell what each column is like: nulls, distinct values, least and greatest, top values, entropy, quantiles",
    inputs: Inputs::One,
    params: &[ParamSpec::optional("columns", ParamKind::Columns, "only these; without it all")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let wanted = step.params.get("columns").map(|text| columns(text)).transpose().map_err(Error::Failed)?;
    need_columns(step, table, wanted.as_deref().unwrap_or_default())?;
    let is_wanted = |c: &&TableColumn| wanted.as_ref().is_none_or(|names| names.contains(&c.name));
    let chosen: Vec<&TableColumn> = table.columns.iter().filter(is_wanted).collect();
    cx.progress.set_total(chosen.len() as u64);
    let mut profiles = Vec::new();
    for (n, column) in chosen.iter().enumerate() {
        if cx.cancel.is_requested() {
            return Err(Error::Cancelled);
        }
        profiles.push(of_column(table.frame().column(&column.name)?)?);
        cx.progress.set_done(n as u64 + 1);
    }
    let df = frame(&chosen, &profiles)?;
    Ok(Outcome::of(cx.library.table(&format!("profile of {}", name_of(inputs)), df)))
}

fn frame(columns: &[&TableColumn], profiles: &[Profile]) -> PolarsResult<DataFrame> {
    let texts = |f: &dyn Fn(&Profile) -> Option<String>| profiles.iter().map(f).collect::<Vec<_>>();
    let numbers =
        |f: fn(&Profile) -> usize| profiles.iter().map(|p| i64::try_from(f(p)).unwrap_or(i64::MAX)).collect::<Vec<_>>();
    let top = |p: &Profile| {
        let entries: Vec<String> = p.top.iter().map(|(value, n)| format!("{value} ({n})")).collect();
        (!entries.is_empty()).then(|| entries.join(", "))
    };
    let quantile = |n: usize| texts(&move |p: &Profile| p.quantiles.as_ref().map(|q| q[n].clone()));
    let rounded = |x: f64| (x * 1e6).round() / 1e6;
    df!(
        "column" => columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        "type" => columns.iter().map(|c| c.kind.word()).collect::<Vec<_>>(),
        "role" => columns.iter().map(|c| c.role.as_ref().map(ToString::to_string)).collect::<Vec<_>>(),
        "values" => numbers(|p| p.n_values),
        "nulls" => numbers(|p| p.n_null),
        "distinct" => numbers(|p| p.n_distinct),
        "min" => texts(&|p| p.min.clone()),
        "max" => texts(&|p| p.max.clone()),
        "top" => texts(&top),
        "entropy" => profiles.iter().map(|p| rounded(p.entropy)).collect::<Vec<_>>(),
        "mean" => profiles.iter().map(|p| p.mean.map(rounded)).collect::<Vec<_>>(),
        "p5" => quantile(0),
        "p25" => quantile(1),
        "p50" => quantile(2),
        "p75" => quantile(3),
        "p95" => quantile(4),
    )
}
