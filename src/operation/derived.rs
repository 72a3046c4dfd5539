//! Rows made of rows: what every such operation shares. Each new row keeps the evidence row of the row it was made from,
//! and that row's place in the input, so that a result can be put back beside its input by row and never by value.

use std::borrow::Cow;
use std::sync::Arc;

use polars::prelude::*;

use super::parameters::columns;
use super::{Cx, Error, Outcome, Result, as_text, free_name, need_columns, required};
use crate::model::{FROM, LINEAGE, Note, ROW, SOURCE, Step, Table};

/// A table of new columns alone; `from` is the row of `input` that each of its rows was made from.
pub fn derived(cx: &Cx<'_>, name: &str, input: &Table, from: &[u32], new: Vec<Column>) -> Result<Outcome> {
    let n_rows = from.len();
    let mut all = new;
    all.extend(lineage_of(input, from)?);
    Ok(finish(cx, name, DataFrame::new(n_rows, all)?, from))
}

/// The input's rows with new columns behind its own. A new column whose name is taken gets `_res`.
pub fn extended(cx: &Cx<'_>, name: &str, input: &Table, from: &[u32], new: Vec<Column>) -> Result<Outcome> {
    let taken: Vec<String> = input.columns.iter().map(|c| c.name.clone()).collect();
    let places = IdxCa::from_vec("row".into(), from.to_vec());
    let own: Vec<&str> = taken.iter().map(String::as_str).collect();
    let mut all = input.frame().select(own)?.take(&places)?.columns().to_vec();
    // What evidence calls its members must not pass for an origin.
    let mut names: Vec<String> = taken.iter().cloned().chain(LINEAGE.map(str::to_owned)).collect();
    for column in new {
        let free = free_name(column.name(), &names);
        all.push(column.with_name(free.as_str().into()));
        names.push(free);
    }
    all.extend(lineage_of(input, from)?);
    Ok(finish(cx, name, DataFrame::new(from.len(), all)?, from))
}

/// The hidden columns of rows made from the rows `from` of `input`.
fn lineage_of(input: &Table, from: &[u32]) -> Result<Vec<Column>> {
    let places = IdxCa::from_vec("row".into(), from.to_vec());
    let held = [SOURCE, ROW].into_iter().filter_map(|name| input.frame().column(name).ok());
    let mut lineage = held.map(|column| column.take(&places)).collect::<PolarsResult<Vec<_>>>()?;
    lineage.push(Column::new(FROM.into(), from));
    Ok(lineage)
}

fn finish(cx: &Cx<'_>, name: &str, df: DataFrame, from: &[u32]) -> Outcome {
    let mut table = cx.library.table(name, df);
    let mut known = PlHashSet::new();
    let ascends = from.is_sorted_by(|a, b| a < b);
    table.repeats_rows = !ascends && !from.iter().all(|row| known.insert(row));
    Outcome::of_rows(table)
}

/// The number of each row in its evidence; where the rows come from none, their place in the table. A file of decoded
/// payloads says itself which rows they were in.
pub fn source_rows(input: &Table, from: &[u32]) -> Vec<i64> {
    let said = input.frame().column("src_index").ok().and_then(|c| c.i64().ok()).filter(|ca| ca.null_count() == 0);
    if let Some(said) = said {
        return from.iter().filter_map(|at| said.get(*at as usize)).collect();
    }
    let rows = input.frame().column(ROW).ok().and_then(|c| c.u32().ok());
    let row = |at: &u32| rows.and_then(|rows| rows.get(*at as usize)).unwrap_or(*at);
    from.iter().map(|at| i64::from(row(at))).collect()
}

/// The place of every row, for operations that make one row of each.
pub fn every_row(input: &Table) -> Vec<u32> {
    (0..u32::try_from(input.n_rows()).unwrap_or(u32::MAX)).collect()
}

/// The column that the parameter `column` names.
pub fn column_of<'a>(step: &Step, input: &'a Arc<Table>) -> Result<Cow<'a, str>> {
    let names = columns_of(step, input)?;
    match <[String; 1]>::try_from(names) {
        Ok([name]) => Ok(Cow::Owned(name)),
        Err(_) => Err(Error::Parameter { operation: step.operation.clone(), why: "--column takes one column".into() }),
    }
}

/// The columns that the parameter `column` names.
pub fn columns_of(step: &Step, input: &Table) -> Result<Vec<String>> {
    let names = columns(required(step, "column")?).map_err(Error::Failed)?;
    need_columns(step, input, &names)?;
    Ok(names)
}

/// A column as text, ready to be looked at value by value: logs repeat themselves, so each distinct value is worked on
/// once.
pub struct Texts(Column);

impl Texts {
    pub fn of(input: &Table, name: &str) -> Result<Self> {
        Ok(Self(as_text(input.frame().column(name)?)))
    }

    /// The value of every row; None for null.
    pub fn values(&self) -> Vec<Option<&str>> {
        self.0.str().map(|ca| ca.iter().collect()).unwrap_or_default()
    }

    /// Each distinct value in order of its first row, and for every row which of them it holds.
    pub fn distinct(&self) -> (Vec<&str>, Vec<Option<u32>>) {
        // Long texts are dear to hash again as the map grows, and a map for all of very many rows is dear to hold.
        let capacity = self.0.len().min(1 << 17);
        let (mut known, mut distinct) = (PlHashMap::with_capacity(capacity), Vec::new());
        let places = self.values().into_iter().map(|value| {
            let value = value?;
            Some(*known.entry(value).or_insert_with(|| {
                distinct.push(value);
                u32::try_from(distinct.len() - 1).unwrap_or(u32::MAX)
            }))
        });
        let places = places.collect();
        (distinct, places)
    }

    /// As [`Texts::distinct`], but each value apart where the first thousand all differ, as the lines of a log with times
    /// and numbers do: to look for repetitions then costs more than it saves.
    pub fn to_work_on(&self) -> (Vec<&str>, Vec<Option<u32>>) {
        const LOOKED_AT: usize = 1_000;
        let values = self.values();
        let mut known = PlHashSet::new();
        let all_differ = values.iter().flatten().take(LOOKED_AT).all(|value| known.insert(*value));
        if !all_differ || known.len() < LOOKED_AT {
            return self.distinct();
        }
        self.each()
    }

    /// As [`Texts::distinct`], but every value apart: for work that is no dearer than to know a value again.
    pub fn each(&self) -> (Vec<&str>, Vec<Option<u32>>) {
        let values = self.values();
        let mut each = Vec::with_capacity(values.len());
        let places = values.into_iter().map(|value| {
            each.push(value?);
            u32::try_from(each.len() - 1).ok()
        });
        let places = places.collect();
        (each, places)
    }

    /// The texts themselves under another name.
    pub fn named(&self, name: &str) -> Column {
        self.0.clone().with_name(name.into())
    }
}

/// Works on each distinct value once, looking at the cancel flag and saying how far it is.
pub fn worked<'a, T>(cx: &Cx<'_>, distinct: &[&'a str], mut work: impl FnMut(&'a str) -> T) -> Result<Vec<T>> {
    cx.progress.set_total(distinct.len() as u64);
    let mut out = Vec::with_capacity(distinct.len());
    for (at, value) in distinct.iter().enumerate() {
        if cx.cancel.is_requested() {
            return Err(Error::Cancelled);
        }
        if at.is_multiple_of(256) {
            cx.progress.set_done(at as u64);
        }
        out.push(work(value));
    }
    Ok(out)
}

/// A note where not one value was what an operation looks for: most likely it is the wrong column.
pub fn none_of<T>(input: &Table, column: &str, found: &[Option<T>], what: &str) -> Option<Note> {
    let is_none = !found.is_empty() && found.iter().all(Option::is_none);
    let text = format!("none of the {} values of {column} is the {what} that was looked for", found.len());
    is_none.then(|| Note::new(&input.name, text).in_column(column))
}

/// The distinct values' answers laid out for all rows.
pub fn laid_out<'a, T>(answers: &'a [T], places: &'a [Option<u32>]) -> impl Iterator<Item = Option<&'a T>> {
    places.iter().map(|place| answers.get(place.as_ref().copied()? as usize))
}

/// Whether the table's hidden columns are as those of the rows of another that it says it was made from.
pub fn is_made_of(result: &Table, input: &Table) -> Option<Vec<u32>> {
    let from: Vec<u32> = result.frame().column(FROM).ok()?.u32().ok()?.iter().collect::<Option<_>>()?;
    if from.iter().any(|at| *at as usize >= input.n_rows()) {
        return None;
    }
    let places = IdxCa::from_vec("row".into(), from.clone());
    let same = [SOURCE, ROW].into_iter().all(|name| match (result.frame().column(name), input.frame().column(name)) {
        (Ok(theirs), Ok(ours)) => ours.take(&places).is_ok_and(|ours| ours.equals_missing(theirs)),
        // Without an origin to compare, only the name says that the one was made of the other.
        (Err(_), Err(_)) => result.name.contains(&input.name),
        _ => false,
    });
    same.then_some(from)
}
