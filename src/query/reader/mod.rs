//! From bytes to a frame: one file a format.

mod csv;
mod jsonl;
mod parquet;

use polars::prelude::*;

use super::error::Result;
use super::source::{Format, Source};
use crate::model::Note;

/// What a reader hands on: rows that are not yet numbered, and what it had to say.
pub struct Read {
    pub lf: LazyFrame,
    pub notes: Vec<Note>,
}

/// Opens a source read-only. Parquet stays lazy; text formats are read whole, since types settle by whole columns.
pub fn read(source: &Source) -> Result<Read> {
    let mut read = match source.format {
        Format::Parquet => parquet::read(source)?,
        Format::Jsonl => jsonl::read(source)?,
        Format::Csv => csv::read(source, b',')?,
        Format::Tsv => csv::read(source, b'\t')?,
    };
    read.lf = in_utc(read.lf)?;
    Ok(read)
}

/// Times become microseconds UTC without a zone, whatever unit and zone the file had.
fn in_utc(mut lf: LazyFrame) -> Result<LazyFrame> {
    let target = DataType::Datetime(TimeUnit::Microseconds, None);
    let schema = lf.collect_schema()?;
    let times = schema.iter().filter(|(_, dtype)| matches!(dtype, DataType::Datetime(..)) && **dtype != target);
    let casts: Vec<Expr> = times
        .map(|(name, dtype)| {
            let zoned = matches!(dtype, DataType::Datetime(_, Some(_)));
            let column = col(name.clone());
            let utc = if zoned {
                column.dt().convert_time_zone(TimeZone::UTC).dt().replace_time_zone(
                    None,
                    lit("raise"),
                    NonExistent::Raise,
                )
            } else {
                column
            };
            utc.cast(target.clone())
        })
        .collect();
    Ok(if casts.is_empty() { lf } else { lf.with_columns(casts) })
}
