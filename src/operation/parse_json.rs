//! `parse-json`: the members of JSON or Python maps as columns of their own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use polars::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use super::derived::{Texts, column_of, every_row, extended, laid_out, worked};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, with};
use crate::model::{Notation, Note, Step, Table, parse_nested};

pub const OPERATION: Operation = Operation {
    id: "parse-json",
    doc: "Make columns of the members of JSON maps, or of maps as Python prints them",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column of maps"),
        ParamSpec::optional("depth", ParamKind::Count, "maps inside maps become columns to this depth; 1 as it is"),
    ],
    run,
};

/// More columns than these are not made: the members of the others stay in the text.
const MOST_COLUMNS: usize = 500;

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let name = column_of(step, input)?;
    let depth = step.params.get("depth").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).clamp(1, 20);
    let texts = Texts::of(input, &name)?;
    let (distinct, places) = texts.distinct();
    let maps: Vec<Option<HashMap<String, Value>>> = worked(cx, &distinct, |text| members(text, depth))?;
    let mut known = HashSet::new();
    let keys = distinct.iter().zip(&maps).flat_map(|(text, map)| keys_in_order(text, map.as_ref(), depth));
    let mut names: Vec<String> = keys.filter(|key| known.insert(key.clone())).collect();
    let n_left = names.len().saturating_sub(MOST_COLUMNS);
    names.truncate(MOST_COLUMNS);
    let column = |key: &String| {
        let value = |map: Option<&Option<HashMap<String, Value>>>| plain(map?.as_ref()?.get(key)?);
        StringChunked::from_iter_options(key.as_str().into(), laid_out(&maps, &places).map(value)).into_column()
    };
    let new = names.iter().map(column).collect();
    let mut outcome = extended(cx, &with(step, inputs), input, &every_row(input), new)?;
    let rows: Vec<u32> = (0_u32..)
        .zip(laid_out(&maps, &places).zip(texts.values()))
        .filter(|(_, (map, text))| text.is_some_and(|t| !t.trim().is_empty()) && map.is_some_and(Option::is_none))
        .map(|(row, _)| row)
        .collect();
    if n_left > 0 {
        let what = format!("{n_left} more members have no column: {MOST_COLUMNS} are the most; they stand in {name}");
        outcome.table.notes.push(Note::counted(&input.name, what, n_left as u64));
    }
    if !rows.is_empty() {
        let what = format!("{} values are no map: their new columns are null", rows.len());
        let n_rows = rows.len() as u64;
        outcome.table.notes.push(Note::counted(&input.name, what, n_rows).in_column(name.as_ref()).at_rows(rows));
    }
    Ok(outcome)
}

fn members(text: &str, depth: usize) -> Option<HashMap<String, Value>> {
    let (notation, Value::Object(map)) = parse_nested(text)? else { return None };
    let mut out = HashMap::new();
    flatten("", map, depth, &mut |key, value| drop(out.insert(key, value)));
    if notation == Notation::Json {
        // A number is as it is written: what it was read into may hold fewer digits.
        let mut raw = HashMap::new();
        as_written("", text, depth, &mut raw);
        for (key, value) in out.iter_mut().filter(|(_, value)| value.is_number()) {
            *value = raw.remove(key).map_or_else(|| value.take(), Value::String);
        }
    }
    Some(out)
}

/// The members' own text.
fn as_written(prefix: &str, text: &str, depth: usize, out: &mut HashMap<String, String>) {
    let Ok(map) = serde_json::from_str::<HashMap<String, &RawValue>>(text) else { return };
    for (key, value) in map {
        let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        if depth > 1 && value.get().starts_with('{') {
            as_written(&key, value.get(), depth - 1, out);
        } else {
            out.insert(key, value.get().to_owned());
        }
    }
}

/// The keys as they stand, since a hash map does not keep their order.
fn keys_in_order(text: &str, map: Option<&HashMap<String, Value>>, depth: usize) -> Vec<String> {
    let Some((_, Value::Object(parsed))) = map.and_then(|_| parse_nested(text)) else { return Vec::new() };
    let mut keys = Vec::new();
    flatten("", parsed, depth, &mut |key, _| keys.push(key));
    keys
}

fn flatten(prefix: &str, map: serde_json::Map<String, Value>, depth: usize, take: &mut dyn FnMut(String, Value)) {
    for (key, value) in map {
        let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) if depth > 1 && !inner.is_empty() => flatten(&key, inner, depth - 1, take),
            other => take(key, other),
        }
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
