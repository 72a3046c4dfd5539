//! CSV, TSV and their kin: read as text, then each column settles on the one type that all its values have.

use std::borrow::Cow;

use polars::prelude::*;

use super::bytes::load_text;
use super::fields::{Field, Rows, Written, sniff};
use super::names::unique;
use super::text_columns::TextColumns;
use super::{Reach, Read, Watch, settled};
use crate::model::Note;
use crate::query::error::Result;
use crate::query::source::Part;

/// Rows between two looks at the cancel flag.
const ROWS_AT_ONCE: usize = 1 << 16;
/// How many rows there will be is guessed after so many.
const ROWS_TO_GUESS_BY: usize = 10_000;
/// The name of the column that takes what a row has beyond its heading.
const SURPLUS: &str = "surplus";

pub fn read(part: &Part, preferred: u8, watch: &Watch<'_>) -> Result<Read> {
    let loaded = load_text(part, watch)?;
    let mut notes = loaded.notes;
    let text = loaded.text;
    let bytes = text.as_bytes();
    let (start, delimiter) = declared(bytes).unwrap_or_else(|| (0, sniff(bytes, preferred)));
    if delimiter != preferred {
        let what = format!("its fields are parted by '{}'", delimiter.escape_ascii());
        notes.push(Note::new(part.path(), what).as_remark());
    }
    let mut rows = Rows::new(bytes, delimiter);
    rows.seek(start);
    let Some(fields) = heading(&mut rows) else {
        notes.push(Note::new(part.path(), "the file is empty"));
        return Ok(Read { lf: DataFrame::empty().lazy(), notes });
    };
    let headings = fields.iter().map(|f| text_of(&text, *f).into_owned()).collect();
    let (mut names, odd_names) = unique(headings);
    notes.extend(odd_names.map(|what| Note::new(part.path(), what)));
    let mut body = Body::new(&text, names.len(), watch.reach != Reach::All);
    body.read(rows, watch)?;
    if body.surplus.is_some() {
        names = unique(names.into_iter().chain([SURPLUS.to_owned()]).collect()).0;
    }
    let is_cut = !bytes.ends_with(b"\n") && rows_end_early(&body, loaded.goes_on);
    let surplus = names.last().map_or(SURPLUS, String::as_str);
    notes.extend(body.faults.notes(&part.path(), bytes, is_cut, surplus));
    let columns = body.columns;
    let n_rows = columns.n_rows();
    // The cells are copies, so the text of the file need not stay.
    drop(text);
    let df = DataFrame::new(n_rows, columns.finish(names))?;
    // Types need the whole column, so the first rows stay text.
    let (df, typing) = if watch.reach == Reach::All { settled(df, &part.path(), watch)? } else { (df, Vec::new()) };
    notes.extend(typing);
    Ok(Read { lf: df.lazy(), notes })
}

/// The fields of the first row that is not blank; None where there is none.
fn heading(rows: &mut Rows<'_>) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while rows.next_row(&mut fields) {
        if !matches!(fields.as_slice(), [only] if is_empty(only)) {
            return Some(fields);
        }
    }
    None
}

/// Whether the last row, and no other, has too few fields: then the file was cut in it.
fn rows_end_early(body: &Body<'_>, goes_on: bool) -> bool {
    let last = body.columns.n_rows().checked_sub(1);
    !goes_on && body.faults.short.n == 1 && body.faults.short.rows.first().map(|(row, _)| *row as usize) == last
}

/// A spreadsheet's first line `sep=;`: where the heading starts, and the delimiter.
fn declared(bytes: &[u8]) -> Option<(usize, u8)> {
    let rest = bytes.strip_prefix(b"sep=")?;
    let (delimiter, line_end) = (*rest.first()?, rest.get(1..)?);
    let n_end = if line_end.starts_with(b"\r\n") { 2 } else { 1 };
    (line_end.starts_with(b"\r") || line_end.starts_with(b"\n")).then_some((5 + n_end, delimiter))
}

/// The field as it is meant.
fn text_of(text: &str, field: Field) -> Cow<'_, str> {
    let cell = cell_of(text, field);
    if field.written == Written::Escaped { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) }
}

/// The field as it stands. What parts fields is ASCII, so no letter is ever cut.
fn cell_of(text: &str, field: Field) -> &str {
    text.get(field.start..field.end).unwrap_or_default()
}

/// A field with nothing in it and no quotes.
fn is_empty(field: &Field) -> bool {
    field.written == Written::Plain && field.start == field.end
}

/// The rows below the heading.
struct Body<'a> {
    text: &'a str,
    width: usize,
    columns: TextColumns,
    surplus: Option<usize>,
    faults: Faults,
}

impl<'a> Body<'a> {
    fn new(text: &'a str, width: usize, as_text: bool) -> Self {
        let columns = if as_text { TextColumns::new(width) } else { TextColumns::with_integers(width) };
        Self { text, width, columns, surplus: None, faults: Faults::default() }
    }

    fn read(&mut self, mut rows: Rows<'_>, watch: &Watch<'_>) -> Result<()> {
        let mut fields = Vec::with_capacity(self.width);
        let mut start = rows.at();
        while rows.next_row(&mut fields) {
            self.take(&fields, start);
            start = rows.at();
            if self.columns.n_rows() == ROWS_TO_GUESS_BY {
                // A little more than the first rows let one expect, so that hardly any file needs more room.
                let expected = self.text.len() as f64 / start as f64 * ROWS_TO_GUESS_BY as f64 * 1.02;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive estimate")]
                self.columns.expect_rows(expected as usize);
            }
            if self.columns.n_rows().is_multiple_of(ROWS_AT_ONCE) {
                watch.check()?;
                watch.progress.set_done((self.text.len() + start) as u64);
            }
        }
        Ok(())
    }

    /// One row; a line with nothing on it is none.
    fn take(&mut self, fields: &[Field], start: usize) {
        if fields.len() == 1 && is_empty(&fields[0]) && self.width > 1 {
            return;
        }
        // Rows are counted in 32 bits, as polars does.
        let place = (u32::try_from(self.columns.n_rows()).unwrap_or(u32::MAX), start);
        for (column, field) in fields.iter().take(self.width).enumerate() {
            self.cell(column, *field, place);
        }
        if fields.len() < self.width {
            self.faults.short.add(place);
        } else if let Some(beyond) = fields.get(self.width)
            && !fields[self.width..].iter().all(is_empty)
        {
            // A delimiter behind the last field is a habit of some programs and no surplus.
            self.faults.long.add(place);
            let column = *self.surplus.get_or_insert_with(|| self.columns.add_column());
            let last = fields.last().unwrap_or(beyond);
            // The closing quote of a quoted field stands behind it, and the opening one before.
            let quote = |field: &Field| usize::from(matches!(field.written, Written::Quoted | Written::Escaped));
            let (first, end) = (beyond.start - quote(beyond), last.end + quote(last));
            self.columns.push(column, self.text.get(first..end).unwrap_or_default());
        }
        self.columns.end_row();
    }

    fn cell(&mut self, column: usize, field: Field, place: (u32, usize)) {
        let cell = cell_of(self.text, field);
        match field.written {
            // An empty field is no value; an empty text stands in quotes.
            Written::Plain if cell.is_empty() => {}
            Written::Plain | Written::Quoted => self.columns.push(column, cell),
            Written::Escaped => self.columns.push(column, &text_of(self.text, field)),
            Written::Trailing | Written::Unclosed => {
                self.faults.quotes.add(place);
                self.columns.push(column, cell);
            }
        }
    }
}

/// Rows of which something has to be said.
#[derive(Default)]
struct Faults {
    short: Places,
    long: Places,
    quotes: Places,
}

/// Where a fault occurred: how often, and the first rows with the places where they start.
#[derive(Default)]
struct Places {
    n: u64,
    rows: Vec<(u32, usize)>,
}

impl Places {
    fn add(&mut self, place: (u32, usize)) {
        self.n += 1;
        if self.rows.len() < Note::MOST_ROWS {
            self.rows.push(place);
        }
    }

    fn note(&self, about: &str, bytes: &[u8], what: &str) -> Option<Note> {
        let newline = if memchr::memchr(b'\n', bytes).is_some() { b'\n' } else { b'\r' };
        let lines = lines_at(bytes, newline, self.rows.iter().take(3).map(|(_, at)| *at));
        let more = if self.n > 3 { " and more" } else { "" };
        let text = format!("{} row(s) {what} (line {}{more})", self.n, lines.join(", "));
        let rows = self.rows.iter().map(|(row, _)| *row).collect();
        (self.n > 0).then(|| Note::counted(about, text, self.n).at_rows(rows))
    }
}

impl Faults {
    fn notes(&self, about: &str, bytes: &[u8], cut: bool, surplus: &str) -> Vec<Note> {
        let short = if cut {
            "ended before all fields were there: the file was cut in it; the missing ones are null"
        } else {
            "have fewer fields than the heading; the missing ones are null"
        };
        let long = format!("have more fields than the heading; what is beyond stands in the column '{surplus}'");
        let quotes = "have a quote that is not closed, or text behind one; the field is kept as it stands";
        let notes = [(&self.short, short), (&self.long, long.as_str()), (&self.quotes, quotes)];
        notes.iter().filter_map(|(places, what)| places.note(about, bytes, what)).collect()
    }
}

/// The lines, counted from one, of ascending places in the bytes.
fn lines_at(bytes: &[u8], newline: u8, places: impl Iterator<Item = usize>) -> Vec<String> {
    let (mut line, mut from) = (1, 0);
    places
        .map(|at| {
            line += memchr::memchr_iter(newline, &bytes[from..at]).count();
            from = at;
            line.to_string()
        })
        .collect()
}
