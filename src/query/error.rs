//! What can go wrong between a question and its rows.

use polars::prelude::PolarsError;

/// Errors of this room: what happened, to what, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no query '{name}'{suggestion}; 'casebook query list' shows them all")]
    NoSuchQuery { name: String, suggestion: String },
    #[error("the query {name} cannot run: {why}")]
    Unavailable { name: String, why: String },
    #[error("there is no table '{name}'{suggestion}; loaded are {loaded}")]
    NoSuchTable { name: String, suggestion: String, loaded: String },
    #[error("{path}: {why}")]
    Unreadable { path: String, why: String },
    #[error("{query}: {why}")]
    Parameter { query: String, why: String },
    #[error("the time range cannot apply to {table}: {why}")]
    TimeRange { table: String, why: String },
    #[error("the SQL does not hold: {0}")]
    Sql(String),
    #[error("{0}")]
    Engine(String),
    #[error("cancelled")]
    Cancelled,
}

pub type Result<T> = std::result::Result<T, Error>;

/// The first sentence of a polars error; the rest is a trace of its query plan that helps nobody here.
pub fn plain_polars(error: &PolarsError) -> String {
    let text = error.to_string();
    let line = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("the query engine gave no reason");
    let short: String = line.chars().take(300).collect();
    if let Some(word) = short.strip_prefix("unsupported function '").and_then(|rest| rest.split('\'').next()) {
        return format!("{short}; if {word} is a column, write it in double quotes");
    }
    if let Some(name) = short.split_once("unable to find column \"").and_then(|(_, rest)| rest.split('"').next()) {
        return format!("there is no column {name}; text is written in single quotes: '{name}'");
    }
    if short.contains("cannot compare string with numeric") {
        return format!("{short}: the column is text, so write the value in quotes, or CAST(column AS BIGINT)");
    }
    short
}

impl From<PolarsError> for Error {
    fn from(error: PolarsError) -> Self {
        Self::Engine(plain_polars(&error))
    }
}
