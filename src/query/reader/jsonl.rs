//! JSON Lines: one object a line; lists and maps stay what they are.

use std::fs::File;
use std::io::{BufReader, Cursor};

use polars::prelude::*;

use super::Read;
use crate::analysis::column_typing::settle_times;
use crate::query::error::{Error, Result, plain_polars};
use crate::query::source::{Place, Source};

pub fn read(source: &Source) -> Result<Read> {
    let unreadable = |why: String| Error::Unreadable { path: source.path(), why };
    let parsed = match &source.place {
        Place::File(path) => {
            let file = File::open(path).map_err(|e| unreadable(e.to_string()))?;
            parse(BufReader::new(file))
        }
        Place::Embedded(file) => parse(Cursor::new(file.bytes)),
    };
    let df = parsed.map_err(|e| unreadable(plain_polars(&e)))?;
    let mut notes = Vec::new();
    let mut columns = Vec::with_capacity(df.width());
    for column in df.columns() {
        let (column, note) = settle_times(column)?;
        notes.extend(note);
        columns.push(column);
    }
    Ok(Read { lf: DataFrame::new(df.height(), columns)?.lazy(), notes })
}

/// The schema comes from all lines, so that a late field is not lost.
fn parse<R: polars::io::mmap::MmapBytesReader>(reader: R) -> PolarsResult<DataFrame> {
    JsonReader::new(reader).with_json_format(JsonFormat::JsonLines).infer_schema_len(None).finish()
}
