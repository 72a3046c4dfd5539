//! `explode`: lists into rows, one for each member; the other columns are repeated, and every row keeps its evidence row.
//!
//! Lists may be real ones or written as text, in JSON or as Python prints them. A cell that is no list is one member. A
//! null or an empty list makes no row unless it is asked for; a note says how many there were.

use std::sync::Arc;

use polars::prelude::*;
use serde_json::Value;

use super::derived::{Texts, column_of, extended};
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, with};
use crate::model::{Note, Step, Table, parse_nested};

pub const OPERATION: Operation = Operation {
    id: "explode",
    doc: "Make rows of lists: one row for each member of the lists of a column",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of lists"),
        ParamSpec::optional(
            "into",
            ParamKind::Text,
            "the name of the column of members; without it that of the lists, with _res",
        ),
        ParamSpec::optional("keep-empty", ParamKind::Flag, "keep rows whose list is empty or null, with no member"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let name = column_of(step, input)?;
    let texts = Texts::of(input, &name)?;
    let (mut from, mut members, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    let mut has_lists = false;
    for (row, text) in (0_u32..).zip(texts.values()) {
        if row.is_multiple_of(1 << 14) && cx.cancel.is_requested() {
            return Err(Error::Cancelled);
        }
        let items = text.map(items).unwrap_or_default();
        has_lists |= text.is_some_and(|text| text.trim_start().starts_with('['));
        if items.is_empty() {
            empty.push(row);
            if !step.params.contains_key("keep-empty") {
                continue;
            }
            from.push(row);
            members.push(None);
        }
        from.extend(items.iter().map(|_| row));
        members.extend(items);
    }
    let into = step.params.get("into").cloned().unwrap_or_else(|| name.to_string());
    let column = StringChunked::from_iter_options(into.as_str().into(), members.into_iter()).into_column();
    let mut outcome = extended(cx, &with(step, inputs), input, &from, vec![column])?;
    outcome.table.notes.extend(notes(step, input, &name, has_lists, empty));
    Ok(outcome)
}

fn notes(step: &Step, input: &Table, name: &str, has_lists: bool, empty: Vec<u32>) -> Vec<Note> {
    let mut notes = Vec::new();
    if !has_lists {
        let what = format!("no value of {name} is a list: each is taken as one member");
        notes.push(Note::new(&input.name, what).in_column(name));
    }
    if !empty.is_empty() {
        let is_kept = step.params.contains_key("keep-empty");
        let done = if is_kept { "keep their row" } else { "are left out; keep-empty keeps them" };
        let what = format!("{} rows have no list, or an empty one, in {name}: they {done}", empty.len());
        notes.push(Note::counted(&input.name, what, empty.len() as u64).at_rows(empty));
    }
    notes
}

/// The members of a list as text; what is no list is its only member.
fn items(text: &str) -> Vec<Option<String>> {
    let text = text.trim();
    match parse_nested(text) {
        Some((_, Value::Array(items))) => items.into_iter().map(plain).collect(),
        _ if text.is_empty() => Vec::new(),
        _ => vec![Some(text.to_owned())],
    }
}

fn plain(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_every_notation() {
        let texts = |text: &str| items(text).into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(texts("['13.65.107.32', '40.124.45.19']"), ["13.65.107.32", "40.124.45.19"]);
        assert_eq!(texts("[\"a\", 1, {\"b\": 2}]"), ["a", "1", "{\"b\":2}"]);
        assert_eq!(texts("10.0.0.1"), ["10.0.0.1"]);
        assert_eq!(items("[]"), []);
        assert_eq!(items("[None]"), [None]);
    }
}
