//! `sort`: rows in the order of one or more columns; equal rows keep their order, nulls come last.

use std::sync::Arc;

use polars::prelude::{DataType, IdxCa, SortMultipleOptions};

use super::parameters::{entries, quoted};
use super::select::known;
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::analysis::text_order;
use crate::model::{Kind, SortKey, Step, Table};

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
