//! The operation table: everything that makes a table, each said once.
//!
//! The grid's keys, `casebook do`, pipelines and the journal all say these steps; `docs/generated/operations.md` and the
//! command line's help are made from the table.

mod filter;
mod head;
mod join_back;
mod notes;
mod open;
mod parameters;
mod query;
mod select;
mod sort;
mod sql;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::{Cancel, Evidence, Progress, Step, Table, TableId};
use crate::query::Library;

pub use parameters::{ParamKind, ParamSpec, check};
pub use sort::{parse_keys, show_keys};

/// How many tables an operation works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// It opens evidence.
    None,
    One,
    Two,
}

impl Inputs {
    pub const fn count(self) -> usize {
        match self {
            Self::None => 0,
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// One row of the operation table.
pub struct Operation {
    /// Kebab-case; the name of its file.
    pub id: &'static str,
    /// One line for help and docs.
    pub doc: &'static str,
    pub inputs: Inputs,
    pub params: &'static [ParamSpec],
    pub run: fn(&Cx<'_>, &Step, &[Arc<Table>]) -> Result<Outcome>,
}

/// What an operation may use besides its inputs.
pub struct Cx<'a> {
    pub library: &'a Library,
    /// The clock, injected.
    pub now: DateTime<Utc>,
    pub cancel: &'a Cancel,
    pub progress: &'a Progress,
}

/// What an operation made.
#[derive(Debug)]
pub struct Outcome {
    pub table: Table,
    /// The evidence it opened; empty for operations on tables.
    pub opened: Vec<Evidence>,
}

impl Outcome {
    pub const fn of(table: Table) -> Self {
        Self { table, opened: Vec::new() }
    }
}

/// Errors of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no operation '{0}'; 'casebook operations' lists them")]
    NoSuchOperation(String),
    #[error("{operation}: {why}")]
    Parameter { operation: String, why: String },
    #[error("{operation} works on {wanted} table(s), not on {given}")]
    Inputs { operation: String, wanted: usize, given: usize },
    #[error("{0}")]
    Failed(String),
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Query(#[from] crate::query::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<polars::prelude::PolarsError> for Error {
    fn from(error: polars::prelude::PolarsError) -> Self {
        Self::Failed(crate::query::plain_polars(&error))
    }
}

/// Sorted by id.
pub const OPERATIONS: &[&Operation] = &[
    &filter::OPERATION,
    &head::OPERATION,
    &join_back::OPERATION,
    &notes::OPERATION,
    &open::OPERATION,
    &query::OPERATION,
    &select::OPERATION,
    &sort::OPERATION,
    &sql::OPERATION,
];

/// The row with this id.
pub fn find(id: &str) -> Result<&'static Operation> {
    let found = OPERATIONS.iter().find(|operation| operation.id == id);
    found.copied().ok_or_else(|| Error::NoSuchOperation(id.to_owned()))
}

/// Checks a step's parameters and inputs, and runs it. The result carries its inputs' notes and evidence.
pub fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let operation = find(&step.operation)?;
    if inputs.len() != operation.inputs.count() {
        let wanted = operation.inputs.count();
        return Err(Error::Inputs { operation: step.operation.clone(), wanted, given: inputs.len() });
    }
    check(operation, step)?;
    let mut outcome = (operation.run)(cx, step, inputs)?;
    if cx.cancel.is_requested() {
        return Err(Error::Cancelled);
    }
    for note in inputs.iter().flat_map(|table| &table.notes) {
        if !outcome.table.notes.contains(note) {
            outcome.table.notes.push(note.clone());
        }
    }
    for source in inputs.iter().flat_map(|table| &table.sources) {
        if !outcome.table.sources.contains(source) {
            outcome.table.sources.push(source.clone());
        }
    }
    Ok(outcome)
}

/// The step as a journal should keep it: what is relative to now or to the folder one stands in becomes absolute.
pub fn settled(cx: &Cx<'_>, step: &Step) -> Step {
    let mut settled = step.clone();
    match (step.operation.as_str(), step.params.get("name"), step.params.get("path")) {
        ("query", Some(name), _) => settled.params = cx.library.settled(name, &step.params, cx.now),
        ("open", _, Some(path)) if !path.starts_with("table:") => {
            let absolute = std::path::absolute(path).map(|p| p.display().to_string());
            settled.params.insert("path".to_owned(), absolute.unwrap_or_else(|_| path.clone()));
        }
        _ => {}
    }
    settled
}

/// A parameter that `check` has seen to be there.
fn required<'a>(step: &'a Step, name: &str) -> Result<&'a str> {
    step.params.get(name).map(String::as_str).ok_or_else(|| Error::Parameter {
        operation: step.operation.clone(),
        why: format!("the parameter --{name} is missing"),
    })
}

/// The table that a step without a better name makes: its input's name.
fn name_of(inputs: &[Arc<Table>]) -> &str {
    inputs.first().map_or("", |table| table.name.as_str())
}

/// A step as a short phrase: `filter LogonType = 3`.
pub fn describe(step: &Step) -> String {
    let values: Vec<&str> = step.params.values().map(String::as_str).collect();
    format!("{} {}", step.operation, values.join(" ")).trim_end().to_owned()
}

/// A table id's place among a step's inputs, for steps that refer to what the step before them made.
pub const PREVIOUS: TableId = TableId(0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(OPERATIONS.is_sorted_by(|a, b| a.id < b.id));
    }
}
