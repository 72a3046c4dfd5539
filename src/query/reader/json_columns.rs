//! Columns of JSON values: each cell's own text and the kinds that were seen, which decide the column's type.

use std::borrow::Cow;
use std::collections::HashMap;

use polars::prelude::*;
use serde_json::value::RawValue;

use super::names::unique;
use super::text_columns::TextColumns;
use crate::analysis::column_typing::{json_numbers, settle, settle_times};
use crate::model::Note;

/// The name of the column that keeps lines which are no JSON.
const UNPARSED: &str = "unparsed";

/// So many members become columns; those that come after them stand together in one.
const MOST_COLUMNS: usize = 2_000;
const REST: &str = "other_members";

/// How many cells of each kind a column has.
#[derive(Clone, Copy, Default)]
struct Seen {
    texts: usize,
    numbers: usize,
    booleans: usize,
    lists: usize,
    maps: usize,
    /// Members of the same name in one record; the first one counts.
    doubled: usize,
}

/// Columns while records come in; a member that is new makes a column.
pub struct JsonColumns<'a> {
    names: Vec<String>,
    seen: Vec<Seen>,
    /// In the row that is being read, whether a column has its cell.
    filled: Vec<usize>,
    by_name: HashMap<Cow<'a, str>, usize>,
    columns: TextColumns,
    unparsed: Option<usize>,
    rest_column: Option<usize>,
    /// Members of the row that is being read which have no column.
    rest: Vec<(Cow<'a, str>, &'a RawValue)>,
    bad_lines: Vec<(u32, usize)>,
}

impl Default for JsonColumns<'_> {
    fn default() -> Self {
        Self {
            names: Vec::new(),
            seen: Vec::new(),
            filled: Vec::new(),
            by_name: HashMap::new(),
            columns: TextColumns::new(0),
            unparsed: None,
            rest_column: None,
            rest: Vec::new(),
            bad_lines: Vec::new(),
        }
    }
}

impl<'a> JsonColumns<'a> {
    pub const fn n_rows(&self) -> usize {
        self.columns.n_rows()
    }

    pub fn end_row(&mut self) {
        if !self.rest.is_empty() {
            let member = |(name, value): (Cow<'_, str>, &RawValue)| {
                format!("{}:{}", serde_json::Value::String(name.into_owned()), value.get())
            };
            let members: Vec<String> = std::mem::take(&mut self.rest).into_iter().map(member).collect();
            let column = self.rest_column.unwrap_or_else(|| self.add(REST.to_owned()));
            self.rest_column = Some(column);
            self.columns.push(column, &format!("{{{}}}", members.join(",")));
        }
        self.columns.end_row();
    }

    /// One cell of the row that is being read.
    pub fn cell(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        if self.names.len() >= MOST_COLUMNS && !self.by_name.contains_key(&name) {
            // A file whose every record has members of its own would make a column of each.
            self.rest.push((name, value));
            return;
        }
        let column = self.column(name);
        let row = self.columns.n_rows() + 1;
        if self.filled[column] == row {
            self.seen[column].doubled += 1;
            return;
        }
        self.filled[column] = row;
        let raw = value.get();
        let seen = &mut self.seen[column];
        match raw.as_bytes().first() {
            Some(b'n') | None => return,
            Some(b'"') => {
                seen.texts += 1;
                return self.text_cell(column, raw);
            }
            Some(b't' | b'f') => seen.booleans += 1,
            Some(b'[') => seen.lists += 1,
            Some(b'{') => seen.maps += 1,
            Some(_) => seen.numbers += 1,
        }
        self.columns.push(column, raw);
    }

    /// A line that is no JSON is a row of its own, with its text in a column of its own.
    pub fn unparsed(&mut self, line: &'a str, line_number: usize) {
        self.bad_lines.push((u32::try_from(self.n_rows()).unwrap_or(u32::MAX), line_number));
        let column = self.unparsed.unwrap_or_else(|| self.add(UNPARSED.to_owned()));
        self.unparsed = Some(column);
        self.columns.push(column, line);
        self.columns.end_row();
    }

    fn text_cell(&mut self, column: usize, raw: &'a str) {
        // Most texts have nothing escaped in them and can be taken as they stand.
        if let Ok(plain) = serde_json::from_str::<&str>(raw) {
            return self.columns.push(column, plain);
        }
        // A lone surrogate is no text at all and stays escaped.
        let text = serde_json::from_str::<String>(raw);
        self.columns.push(column, text.as_deref().unwrap_or(raw));
    }

    fn column(&mut self, name: Cow<'a, str>) -> usize {
        if let Some(column) = self.by_name.get(&name) {
            return *column;
        }
        let column = self.add(name.clone().into_owned());
        self.by_name.insert(name, column);
        column
    }

    fn add(&mut self, name: String) -> usize {
        self.names.push(name);
        self.seen.push(Seen::default());
        self.filled.push(0);
        self.columns.add_column()
    }

    /// The frame; as text where only the first rows were wanted.
    pub fn finish(self, as_text: bool) -> PolarsResult<(DataFrame, Vec<Note>)> {
        let mut notes: Vec<Note> = note_on_bad_lines(&self.bad_lines).into_iter().collect();
        let n_rows = self.columns.n_rows();
        if self.rest_column.is_some() {
            let what = format!("the records have more than {MOST_COLUMNS} members; the others stand in '{REST}'");
            notes.push(Note::new("", what));
        }
        let (names, odd) = unique(self.names);
        notes.extend(odd.map(|what| Note::new("", what)));
        let mut columns = Vec::with_capacity(names.len());
        for (column, seen) in self.columns.finish(names).into_iter().zip(self.seen) {
            let (column, said) = if as_text { (column, Vec::new()) } else { typed(column, seen)? };
            notes.extend(said);
            columns.push(column);
        }
        Ok((DataFrame::new(n_rows, columns)?, notes))
    }
}

fn note_on_bad_lines(bad_lines: &[(u32, usize)]) -> Option<Note> {
    let (_, first) = bad_lines.first()?;
    let n = bad_lines.len();
    let what = format!("{n} line(s) are no JSON (the first is line {first}); they stand in the column '{UNPARSED}'");
    let rows = bad_lines.iter().map(|(row, _)| *row).collect();
    Some(Note::counted("", what, n as u64).at_rows(rows))
}

/// The column with the type that its values' kinds ask for.
fn typed(column: Column, seen: Seen) -> PolarsResult<(Column, Vec<Note>)> {
    let name = column.name().to_string();
    let doubled = (seen.doubled > 0).then(|| {
        let what = format!("{} record(s) have it twice; the first one counts", seen.doubled);
        Note::counted("", what, seen.doubled as u64).in_column(&name)
    });
    let kinds = [
        (seen.texts, "texts"),
        (seen.numbers, "numbers"),
        (seen.booleans, "booleans"),
        (seen.lists, "lists"),
        (seen.maps, "maps"),
    ];
    let present: Vec<_> = kinds.iter().filter(|(n, _)| *n > 0).collect();
    let (column, mut notes) = match present.as_slice() {
        [(_, "texts")] => settle_times(column)?,
        [(_, "numbers")] => json_numbers(column)?,
        [(_, "booleans")] => settle(column)?,
        [(_, "lists")] => (lists(&column)?.unwrap_or(column), Vec::new()),
        [] | [_] => (column, Vec::new()),
        several => {
            let parts: Vec<String> = several.iter().map(|(n, kind)| format!("{n} {kind}")).collect();
            let what = format!("its values are of several kinds ({}), so they stay text", parts.join(", "));
            (column, vec![Note::new("", what).in_column(&name)])
        }
    };
    notes.extend(doubled);
    Ok((column, notes))
}

/// A column of lists whose items are all texts, or all whole numbers; None for lists of anything else.
fn lists(column: &Column) -> PolarsResult<Option<Column>> {
    let ca = column.str()?;
    let name = column.name().clone();
    let of_texts: Option<Vec<Option<Vec<Option<String>>>>> = parsed(ca);
    if let Some(rows) = of_texts {
        let rows = rows.into_iter().map(|row| row.map(Series::from_iter));
        return Ok(Some(rows.collect::<ListChunked>().with_name(name).into_column()));
    }
    let of_numbers: Option<Vec<Option<Vec<Option<i64>>>>> = parsed(ca);
    Ok(of_numbers.map(|rows| {
        let rows = rows.into_iter().map(|row| row.map(Series::from_iter));
        rows.collect::<ListChunked>().with_name(name).into_column()
    }))
}

/// Every cell parsed as a list of `T`; None where one is not.
fn parsed<T: serde::de::DeserializeOwned>(ca: &StringChunked) -> Option<Vec<Option<Vec<Option<T>>>>> {
    let parse = |cell: Option<&str>| cell.map_or(Some(None), |text| serde_json::from_str(text).ok().map(Some));
    ca.iter().map(parse).collect()
}
