//! CSV and TSV: read as text, then each column settles on the one type that all its values have.

use std::io::Cursor;

use polars::prelude::*;

use super::Read;
use crate::analysis::column_typing::settle;
use crate::model::Note;
use crate::query::error::{Error, Result, plain_polars};
use crate::query::source::{Place, Source};

/// How much a damaged file is forgiven; each step is said in a note.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leniency {
    None,
    /// Fields beyond the heading's are cut off.
    Ragged,
    /// Bytes that are no UTF-8 become U+FFFD.
    Lossy,
}

/// What a damaged file is forgiven, one step after the other, and what is said of it.
const FORGIVEN: &[(Leniency, &str)] = &[
    (Leniency::Ragged, "some rows have more fields than the heading; the surplus fields are cut off"),
    (Leniency::Lossy, "some bytes are no UTF-8; each is shown as U+FFFD"),
];

pub fn read(source: &Source, separator: u8) -> Result<Read> {
    let mut notes = Vec::new();
    let mut text = attempt(source, separator, Leniency::None);
    for (leniency, what) in FORGIVEN {
        if text.is_err() {
            text = attempt(source, separator, *leniency);
            // Only the step that helped is worth a word.
            notes.extend(text.is_ok().then(|| Note::new(source.path(), *what)));
        }
    }
    let df = text.map_err(|e| Error::Unreadable { path: source.path(), why: plain_polars(&e) })?;
    if df.width() == 0 {
        notes.push(Note::new(source.path(), "the file is empty"));
    }
    let mut columns = Vec::with_capacity(df.width());
    for column in df.columns() {
        let (column, note) = settle(column)?;
        notes.extend(note.map(|n| Note { about: format!("{}: {}", source.path(), n.about), ..n }));
        columns.push(column);
    }
    Ok(Read { lf: DataFrame::new(df.height(), columns)?.lazy(), notes })
}

fn attempt(source: &Source, separator: u8, leniency: Leniency) -> PolarsResult<DataFrame> {
    let encoding = if leniency == Leniency::Lossy { CsvEncoding::LossyUtf8 } else { CsvEncoding::Utf8 };
    let parse = CsvParseOptions::default()
        .with_separator(separator)
        .with_encoding(encoding)
        .with_truncate_ragged_lines(leniency != Leniency::None);
    // With no row to infer from, every column is text.
    let options = CsvReadOptions { raise_if_empty: false, ..CsvReadOptions::default() }
        .with_infer_schema_length(Some(0))
        .with_parse_options(parse);
    match &source.place {
        Place::File(path) => options.try_into_reader_with_file_path(Some(path.clone()))?.finish(),
        Place::Embedded(file) => options.into_reader_with_file_handle(Cursor::new(file.bytes)).finish(),
    }
}
