//! From bytes to a frame: one file a format.

mod bytes;
mod delimited;
mod evtx;
mod fields;
mod ipc;
mod json;
mod json_columns;
mod log;
mod names;
mod parquet;
mod text_columns;

use polars::prelude::*;

use super::error::{Error, Result};
use super::format::Format;
use super::source::Part;
use crate::analysis::column_typing::settle;
use crate::model::{Cancel, Note, Progress};

/// How much of the evidence is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Some rows, at once: text columns stay text.
    First,
    All,
    /// All rows, every column as text: types settle when the files of one table are together.
    Untyped,
}

/// How far a reader goes, who may stop it, and whom it tells how far it is.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    pub reach: Reach,
    pub cancel: &'a Cancel,
    pub progress: &'a Progress,
}

impl Watch<'_> {
    /// An error where somebody wants the work to end.
    pub fn check(&self) -> Result<()> {
        if self.cancel.is_requested() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// The first bytes of a file, unpacked.
pub fn first_bytes(part: &Part) -> Result<Vec<u8>> {
    let (cancel, progress) = (Cancel::default(), Progress::default());
    Ok(bytes::load(part, &Watch { reach: Reach::First, cancel: &cancel, progress: &progress })?.bytes)
}

/// Rows that the first look at a lazy file takes.
const FIRST_ROWS: IdxSize = 1_000;

/// What a reader hands on: rows that are not yet numbered, and what it had to say.
pub struct Read {
    pub lf: LazyFrame,
    pub notes: Vec<Note>,
}

/// Reads one part of a source. Parquet stays lazy; the other formats are read whole, since types settle by whole columns.
pub fn read(part: &Part, format: Format, watch: &Watch<'_>) -> Result<Read> {
    let mut read = match format {
        Format::Parquet => parquet::read(part)?,
        Format::Ipc => ipc::read(part)?,
        Format::Jsonl => json::read(part, true, watch)?,
        Format::Json => json::read(part, false, watch)?,
        Format::Csv => delimited::read(part, b',', watch)?,
        Format::Tsv => delimited::read(part, b'\t', watch)?,
        Format::Evtx => evtx::read(part, watch)?,
        Format::Log => log::read(part, watch)?,
    };
    if watch.reach == Reach::First {
        read.lf = read.lf.slice(0, FIRST_ROWS);
    }
    read.lf = in_utc(read.lf)?;
    Ok(read)
}

/// Every text column on the one type that all its values have, with what had to be said about them.
pub(super) fn settled(df: DataFrame, about: &str, watch: &Watch<'_>) -> Result<(DataFrame, Vec<Note>)> {
    let n_rows = df.height();
    let mut notes = Vec::new();
    let mut columns = Vec::with_capacity(df.width());
    for column in df.into_columns() {
        watch.check()?;
        let (column, said) = settle(column)?;
        notes.extend(said.into_iter().map(|note| Note { about: about.to_owned(), ..note }));
        columns.push(column);
    }
    Ok((DataFrame::new(n_rows, columns)?, notes))
}

/// Times become microseconds UTC without a zone, whatever unit and zone the file had; a date is its first moment, and a
/// time of day, which names no moment, is text.
fn in_utc(mut lf: LazyFrame) -> Result<LazyFrame> {
    let target = DataType::Datetime(TimeUnit::Microseconds, None);
    let schema = lf.collect_schema()?;
    let times = schema.iter().filter(|(_, dtype)| {
        matches!(dtype, DataType::Datetime(..) | DataType::Date | DataType::Time) && **dtype != target
    });
    let casts: Vec<Expr> = times
        .map(|(name, dtype)| {
            // By name and not by `col`, which takes a name such as ^.*$ for a pattern.
            let column = by_name([name.clone()], true, false).as_expr();
            match dtype {
                DataType::Time => column.cast(DataType::String),
                DataType::Datetime(_, Some(_)) => column
                    .dt()
                    .convert_time_zone(TimeZone::UTC)
                    .dt()
                    .replace_time_zone(None, lit("raise"), NonExistent::Raise)
                    .cast(target.clone()),
                _ => column.cast(target.clone()),
            }
        })
        .collect();
    Ok(if casts.is_empty() { lf } else { lf.with_columns(casts) })
}
