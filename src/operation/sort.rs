//! `sort`: rows in the order of one or more columns; equal rows keep their order, nulls come last.

use std::sync::Arc;

use polars::prelude::{DataType, IdxCa, IntoColumn, NewChunkedArray, PlSmallStr, SortMultipleOptions, UInt32Chunked};

use super::parameters::{entries, quoted};
use super::select::known;
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::analysis::{ip, text_order};
use crate::model::{Kind, Role, SortKey, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "sort",
    doc: "Sort by columns; a minus before a name turns its order",
    inputs: Inputs::One,
    params: &[ParamSpec::required("by", ParamKind::SortKeys, "the columns, the most important first")],
    run,
};

/// Reads `A,-B`.
pub fn parse_keys(text: &str) -> std::result::Result<Vec<SortKey>, String> {
    Ok(entries(text)?.into_iter().map(|(descending, column)| SortKey { column, descending }).collect())
}

/// The text that [`parse_keys`] reads back.
pub fn show_keys(keys: &[SortKey]) -> String {
    let shown = keys.iter().map(|key| format!("{}{}", if key.descending { "-" } else { "" }, quoted(&key.column)));
    shown.collect::<Vec<_>>().join(",")
}

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let keys = parse_keys(required(step, "by")?).map_err(Error::Failed)?;
    let names: Vec<String> = keys.iter().map(|key| key.column.clone()).collect();
    known(table, &names)?;
    if let Some(nested) =
        names.iter().find(|n| table.column(n).is_some_and(|c| c.kind == Kind::Nested && c.dtype != DataType::String))
    {
        return Err(Error::Failed(format!("the column {nested} holds lists or maps, which have no order")));
    }
    let ranked: Vec<&String> = names.iter().filter(|name| rank_of(table, name).is_some()).collect();
    if !ranked.is_empty() {
        return by_rank(cx, table, &keys, &ranked);
    }
    if let [key] = &keys[..]
        && let Ok(ca) = table.frame().column(&key.column)?.str()
    {
        let rows = text_order::order(ca, key.descending);
        let df = table.frame().take(&IdxCa::from_vec("row".into(), rows))?;
        return Ok(Outcome::of(cx.library.table(name_of(inputs), df)));
    }
    let options = SortMultipleOptions::default()
        .with_order_descending_multi(keys.iter().map(|key| key.descending))
        .with_nulls_last(true)
        .with_maintain_order(true);
    let df = table.frame().sort(names, options)?;
    Ok(Outcome::of(cx.library.table(name_of(inputs), df)))
}

/// The place of a value among others that do not go by their letters.
type Rank = fn(&str) -> Option<(u8, u128)>;

/// How the values of a column are ordered where that is not by their letters: addresses and severities.
fn rank_of(table: &Table, name: &str) -> Option<Rank> {
    let column = table.column(name).filter(|c| c.dtype == DataType::String)?;
    match column.role.as_ref()? {
        role if *role == Role::IP => Some(ip::sort_key),
        role if *role == Role::SEVERITY => Some(severity),
        _ => None,
    }
}

/// Severities as products and syslog write them, the least first.
fn severity(text: &str) -> Option<(u8, u128)> {
    const WORDS: [&[&str]; 6] = [
        &["debug", "trace"],
        &["information", "informational", "info", "notice", "unknown"],
        &["low"],
        &["medium", "moderate", "warning", "warn"],
        &["high", "error", "err", "important"],
        &["critical", "crit", "alert", "emerg", "severe"],
    ];
    let text = text.trim().to_lowercase();
    let place = WORDS.iter().position(|words| words.contains(&text.as_str()))?;
    Some((0, place as u128))
}

/// The ranks of values in columns of these names stand in for them while a table is sorted.
const RANK: &str = "__casebook_rank_";

/// Sorts by ranks: IPv4 before IPv6, low before high. What has no rank comes last, as nulls do.
fn by_rank(cx: &Cx<'_>, table: &Table, keys: &[SortKey], ranked: &[&String]) -> Result<Outcome> {
    let mut df = table.frame().clone();
    for name in ranked {
        let Some(rank) = rank_of(table, name) else { continue };
        let ca = df.column(name)?.str()?.clone();
        let numbers: Vec<Option<(u8, u128)>> = ca.iter().map(|text| rank(text?)).collect();
        let mut order: Vec<(u8, u128)> = numbers.iter().flatten().copied().collect();
        order.sort_unstable();
        order.dedup();
        let place = |number: &Option<(u8, u128)>| u32::try_from(order.binary_search(number.as_ref()?).ok()?).ok();
        let ranks = UInt32Chunked::from_iter_options(format!("{RANK}{name}").into(), numbers.iter().map(place));
        df.with_column(ranks.into_column())?;
    }
    let by = keys
        .iter()
        .map(|key| if ranked.contains(&&key.column) { format!("{RANK}{}", key.column) } else { key.column.clone() });
    let options = SortMultipleOptions::default()
        .with_order_descending_multi(keys.iter().map(|key| key.descending))
        .with_nulls_last(true)
        .with_maintain_order(true);
    let df = df.sort(by.collect::<Vec<_>>(), options)?;
    let df = df.drop_many(ranked.iter().map(|name| PlSmallStr::from(format!("{RANK}{name}"))));
    Ok(Outcome::of(cx.library.table(&table.name, df)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_they_are_written() {
        for text in ["A", "A,-B", "-\"x, y\",Z", "\"-x\",-\"-y\""] {
            assert_eq!(show_keys(&parse_keys(text).unwrap()), text);
        }
    }
}
