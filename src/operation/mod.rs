//! The operation table: everything that makes a table, each said once.
//!
//! The grid's keys, `casebook do`, pipelines and the journal all say these steps; `docs/generated/operations.md` and the
//! command line's help are made from the table.

mod behind;
mod cmdline_features;
mod columns;
mod compare;
mod concat;
mod convert;
mod defang;
mod derived;
mod diff;
mod domain_parts;
mod error;
mod explode;
mod extract_iocs;
mod filter;
mod geoip;
mod head;
mod ip_in_range;
mod ip_type;
mod join;
mod join_back;
mod mask;
mod match_keys;
mod noted_rows;
mod notes;
mod open;
mod parameters;
mod parse_json;
mod parse_syslog;
mod profile;
mod query;
mod resample;
mod resolve_dns;
mod risky_cmdline;
mod sample;
mod select;
mod set_time;
mod settled;
mod sort;
mod sql;
mod stack;
mod sweep_iocs;
mod unpack_base64;
mod url_parts;
mod whois;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use polars::prelude::{Column, Expr, IntoColumn, NewChunkedArray, StringChunked, all, by_name};

use crate::egress::{Gate, SentLog};
use crate::model::{Cancel, Evidence, Progress, Role, Step, Table, TableId, plain_text};
use crate::query::{Library, Reach, Watch};

pub use behind::{Behind, behind};
pub use error::{Error, Result};
pub use parameters::{ParamKind, ParamSpec, check, columns, quoted};
pub use settled::settled;
pub use sort::{parse_keys, show_keys};

/// How many tables an operation works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// It opens evidence.
    None,
    One,
    Two,
    /// One table, or two where a second one is given.
    OneOrTwo,
    /// One table or more.
    Many,
}

impl Inputs {
    pub const fn accepts(self, n_tables: usize) -> bool {
        match self {
            Self::None => n_tables == 0,
            Self::One => n_tables == 1,
            Self::Two => n_tables == 2,
            Self::OneOrTwo => n_tables == 1 || n_tables == 2,
            Self::Many => n_tables > 0,
        }
    }

    /// In words, for help and errors.
    pub const fn words(self) -> &'static str {
        match self {
            Self::None => "evidence",
            Self::One => "a table",
            Self::Two => "two tables",
            Self::OneOrTwo => "one or two tables",
            Self::Many => "one table or more",
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
    /// The way out; offline unless a person opened it.
    pub gate: &'a Gate,
    /// What this job sent, for the journal.
    pub sent: &'a SentLog,
    /// The clock, injected.
    pub now: DateTime<Utc>,
    pub cancel: &'a Cancel,
    pub progress: &'a Progress,
    /// Takes the first rows of a table whose rest is still being read.
    pub early: &'a dyn Fn(Table),
}

impl Cx<'_> {
    /// What a reader of evidence needs to know of the job.
    pub const fn watch(&self, reach: Reach) -> Watch<'_> {
        Watch { reach, cancel: self.cancel, progress: self.progress }
    }
}

/// What an operation made.
#[derive(Debug)]
pub struct Outcome {
    pub table: Table,
    /// The evidence it opened; empty for operations on tables.
    pub opened: Vec<Evidence>,
    /// Whether the table's notes are all that is to be said; otherwise those of the inputs are added.
    pub has_all_notes: bool,
    /// Whether its hidden [`crate::model::FROM`] column names rows of its first input.
    pub makes_rows_of_rows: bool,
    /// What left the machine, and to whom.
    pub sent: Vec<String>,
    /// Parameters with which the step is recorded, so that it comes to the same without asking again.
    pub recorded: Vec<(String, String)>,
}

impl Outcome {
    pub const fn of(table: Table) -> Self {
        Self {
            table,
            opened: Vec::new(),
            has_all_notes: false,
            makes_rows_of_rows: false,
            sent: Vec::new(),
            recorded: Vec::new(),
        }
    }

    /// Rows that were each made from a row of the first input.
    pub fn of_rows(table: Table) -> Self {
        Self { makes_rows_of_rows: true, ..Self::of(table) }
    }
}

/// Operations that choose among rows or order them, so that a row is still made from what it was made from.
const KEEP_ROWS: &[&str] = &["convert", "filter", "head", "noted-rows", "sample", "select", "set-time", "sort"];

/// Whether the rows of this operation's result are rows of its input.
pub fn keeps_rows(id: &str) -> bool {
    KEEP_ROWS.contains(&id)
}

/// Sorted by id.
pub const OPERATIONS: &[&Operation] = &[
    &cmdline_features::OPERATION,
    &columns::OPERATION,
    &compare::OPERATION,
    &concat::OPERATION,
    &convert::OPERATION,
    &defang::OPERATION,
    &diff::OPERATION,
    &domain_parts::OPERATION,
    &explode::OPERATION,
    &extract_iocs::OPERATION,
    &filter::OPERATION,
    &geoip::OPERATION,
    &head::OPERATION,
    &ip_in_range::OPERATION,
    &ip_type::OPERATION,
    &join::OPERATION,
    &join_back::OPERATION,
    &mask::OPERATION,
    &match_keys::OPERATION,
    &noted_rows::OPERATION,
    &notes::OPERATION,
    &open::OPERATION,
    &parse_json::OPERATION,
    &parse_syslog::OPERATION,
    &profile::OPERATION,
    &query::OPERATION,
    &defang::REFANG,
    &resample::OPERATION,
    &resolve_dns::OPERATION,
    &resolve_dns::REVERSE,
    &risky_cmdline::OPERATION,
    &sample::OPERATION,
    &select::OPERATION,
    &set_time::OPERATION,
    &sort::OPERATION,
    &sql::OPERATION,
    &stack::OPERATION,
    &sweep_iocs::OPERATION,
    &unpack_base64::OPERATION,
    &url_parts::OPERATION,
    &domain_parts::VALIDATE,
    &whois::OPERATION,
];

/// The row with this id.
pub fn find(id: &str) -> Result<&'static Operation> {
    let found = OPERATIONS.iter().find(|operation| operation.id == id);
    found.copied().ok_or_else(|| Error::NoSuchOperation(id.to_owned()))
}

/// Checks a step's parameters and inputs, and runs it. The result carries its inputs' notes and evidence.
pub fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let operation = find(&step.operation)?;
    if !operation.inputs.accepts(inputs.len()) {
        let wanted = operation.inputs.words();
        return Err(Error::Inputs { operation: step.operation.clone(), wanted, given: inputs.len() });
    }
    check(operation, step)?;
    let mut outcome = (operation.run)(cx, step, inputs)?;
    if cx.cancel.is_requested() {
        return Err(Error::Cancelled);
    }
    if !KEEP_ROWS.contains(&operation.id) && !outcome.makes_rows_of_rows {
        outcome.table = outcome.table.without_from();
    }
    for note in inputs.iter().filter(|_| !outcome.has_all_notes).flat_map(|table| &table.notes) {
        if !outcome.table.notes.contains(note) {
            outcome.table.notes.push(note.clone());
        }
    }
    for source in inputs.iter().flat_map(|table| &table.sources) {
        if !outcome.table.sources.contains(source) {
            outcome.table.sources.push(source.clone());
        }
    }
    outcome.table.repeats_rows |= inputs.iter().any(|table| table.repeats_rows);
    // What was chosen for the first table counts; the time that the operation itself named goes before it.
    let own = outcome.table.chosen_roles.clone();
    let names_time = own.values().any(|role| *role == Role::TIME);
    let first = inputs.first().map(|table| table.chosen_roles.clone()).unwrap_or_default();
    let inherited = first.into_iter().filter(|(_, role)| !(names_time && *role == Role::TIME));
    let chosen: BTreeMap<_, _> = inherited.chain(own).collect();
    if !chosen.is_empty() {
        outcome.table = outcome.table.with_roles(chosen);
    }
    Ok(outcome)
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

/// The name of a table that has its input's rows with something beside them: `processes_on_host + ip-type`.
fn with(step: &Step, inputs: &[Arc<Table>]) -> String {
    format!("{} + {}", name_of(inputs), step.operation)
}

/// A step as a short phrase: `filter LogonType = 3`.
pub fn describe(step: &Step) -> String {
    let values: Vec<&str> = step.params.values().map(String::as_str).collect();
    format!("{} {}", step.operation, values.join(" ")).trim_end().to_owned()
}

/// A column by its very name; `col` would take a name such as `^.*$` for a pattern.
fn column(name: &str) -> Expr {
    by_name([name], true, false).as_expr()
}

/// A column with its values as text in the one form that they have everywhere: times in RFC 3339, nested ones as JSON.
fn as_text(column: &Column) -> Column {
    if column.str().is_ok() {
        return column.clone();
    }
    let texts = column.as_materialized_series().iter().map(|value| plain_text(&value));
    StringChunked::from_iter_options(column.name().clone(), texts).into_column()
}

/// A name for a column of ours that is not among `taken`: on a clash the input's keep theirs and ours get `_res`.
fn free_name(name: &str, taken: &[String]) -> String {
    let mut free = name.to_owned();
    while taken.contains(&free) {
        free.push_str("_res");
    }
    free
}

/// All columns but these, whether they are there or not.
fn all_but<'a>(names: impl IntoIterator<Item = &'a str>) -> Expr {
    let names: Vec<&str> = names.into_iter().collect();
    (all() - by_name(names, false, false)).as_expr()
}

/// An error where the table lacks one of these columns.
fn need_columns(step: &Step, table: &Table, names: &[String]) -> Result<()> {
    match names.iter().find(|name| table.column(name).is_none()) {
        None => Ok(()),
        Some(name) => {
            let known: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).take(12).collect();
            let why = format!("{} has no column '{name}'; it has {} ...", table.name, known.join(", "));
            Err(Error::Parameter { operation: step.operation.clone(), why })
        }
    }
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
