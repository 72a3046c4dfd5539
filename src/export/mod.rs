//! Tables leave the program here: one file a format, one atomic writer.

mod atomic;
mod csv;
mod guard;
mod jsonl;
mod parquet;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::model::{Kind, Table, is_hidden, plain_text};

pub use atomic::{Overwrite, write_atomically};
pub use guard::guarded;

/// A format that tables are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Tsv,
    Jsonl,
    Parquet,
    Markdown,
    /// Aligned columns for a person; hostile characters are tokens.
    Table,
}

impl Format {
    pub const ALL: &[(&str, Self)] = &[
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("jsonl", Self::Jsonl),
        ("parquet", Self::Parquet),
        ("md", Self::Markdown),
        ("table", Self::Table),
    ];

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, format)| *format)
    }

    /// The format that a file name's ending says.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "ndjson" => Some(Self::Jsonl),
            "table" => None,
            ending => Self::named(ending),
        }
    }

    pub fn ending(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }
}

/// How text cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// As they are.
    Raw,
    /// Behind an apostrophe where a spreadsheet would take them for a formula; only CSV and TSV.
    Safe,
}

/// Errors of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path} is there already and was left alone; to replace it, {remedy}")]
    Exists { path: PathBuf, remedy: &'static str },
    #[error("{path}: {why}")]
    Unwritable { path: PathBuf, why: String },
    #[error("cancelled; nothing was written")]
    Cancelled,
    #[error("the rows could not be written: {0}")]
    Rows(String),
    #[error("the rows could not be written: {0}")]
    Io(#[from] std::io::Error),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<PolarsError> for Error {
    fn from(error: PolarsError) -> Self {
        Self::Rows(error.to_string())
    }
}

/// Writes all rows of a table.
pub fn write(table: &Table, format: Format, cells: Cells, out: &mut dyn Write) -> Result<()> {
    match format {
        Format::Csv => csv::write(table, b',', cells, out),
        Format::Tsv => csv::write(table, b'\t', cells, out),
        Format::Jsonl => jsonl::write(table, out),
        Format::Parquet => parquet::write(table, out),
        Format::Markdown => text::markdown(table, out),
        Format::Table => text::aligned(table, out),
    }
}

/// Writes a table to a file, whole or not at all.
pub fn write_file(table: &Table, path: &Path, format: Format, cells: Cells, overwrite: Overwrite) -> Result<()> {
    write_atomically(path, overwrite, |out| write(table, format, cells, out))
}

/// The visible columns, with what a text format has no words for (times, lists, bytes, durations ...) as text.
fn as_text(table: &Table) -> Result<DataFrame> {
    let columns = table.frame().columns().iter().filter(|c| !is_hidden(c.name()));
    let columns = columns.map(|column| {
        let kind = Kind::of(column.dtype());
        let has_words = column.dtype() == &DataType::String || matches!(kind, Kind::Number | Kind::Boolean);
        if has_words {
            return column.clone();
        }
        let texts = column.as_materialized_series().iter().map(|value| plain_text(&value));
        StringChunked::from_iter_options(column.name().clone(), texts).into_column()
    });
    Ok(DataFrame::new(table.n_rows(), columns.collect())?)
}
