//! JSON in all the forms that tools write it: a line a record, one array, one record after the other, or an envelope
//! around the records. A damaged line costs that line; in any other form what follows the damage is lost, and told.

use std::borrow::Cow;
use std::fmt;

use polars::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::bytes::{LoadedText, load_text};
use super::json_columns::JsonColumns;
use super::{Reach, Read, Watch};
use crate::model::Note;
use crate::query::error::Result;
use crate::query::source::Part;

/// Records between two looks at the cancel flag.
const RECORDS_AT_ONCE: usize = 1 << 14;

pub fn read(part: &Part, one_a_line: bool, watch: &Watch<'_>) -> Result<Read> {
    let LoadedText { text, goes_on, mut notes } = load_text(part, watch)?;
    let text = text.as_str();
    let mut columns = JsonColumns::default();
    if text.trim().is_empty() {
        notes.push(Note::new(part.path(), "the file is empty"));
    }
    notes.extend(
        records(text, one_a_line, goes_on, &mut columns, watch)?.into_iter().map(|n| Note { about: part.path(), ..n }),
    );
    let (df, said) = columns.finish(watch.reach == Reach::First)?;
    notes.extend(said.into_iter().map(|n| Note { about: part.path(), ..n }));
    Ok(Read { lf: df.lazy(), notes })
}

/// Reads the records of a text, whatever its shape; gives what had to be said.
fn records<'a>(
    text: &'a str,
    one_a_line: bool,
    goes_on: bool,
    columns: &mut JsonColumns<'a>,
    watch: &Watch<'_>,
) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    let mut at = 0;
    // A file may hold several lists or pages one behind the other.
    while let Some(shape) = shape_of(&text[at..], one_a_line) {
        let rest = &text[at..];
        match shape {
            Shape::Lines => {
                lines(rest, columns, watch)?;
                break;
            }
            Shape::Values { start, in_array, envelope } => {
                let (end, damage) = values(text, at + start, in_array, columns, watch)?;
                if let Some(damage) = damage {
                    notes.extend((!goes_on).then(|| Note::new("", damage)));
                    break;
                }
                at = match &envelope {
                    Some(_) => at + end_of_value(rest).unwrap_or(rest.len()),
                    None => end,
                };
                notes.extend(envelope.map(|name| note_on_envelope(&name)));
                if !text[at..].trim_start().starts_with(['[', '{']) {
                    let n_left = text[at..].trim().len();
                    let what = format!("{n_left} bytes behind the records are no JSON and were not read");
                    notes.extend((n_left > 0 && !goes_on).then(|| Note::new("", what)));
                    break;
                }
            }
        }
    }
    notes.dedup();
    Ok(notes)
}

fn note_on_envelope(name: &str) -> Note {
    Note::new("", format!("the rows are the records of its member '{name}'")).as_remark()
}

/// How the records stand in the text.
enum Shape {
    Lines,
    /// Values one after the other from `start` on, parted by commas in an array.
    Values {
        start: usize,
        in_array: bool,
        envelope: Option<String>,
    },
}

fn shape_of(text: &str, one_a_line: bool) -> Option<Shape> {
    let lead = text.len() - text.trim_start().len();
    let rest = &text[lead..];
    if rest.is_empty() {
        return None;
    }
    let mut lines = rest.lines().filter(|line| !line.trim().is_empty());
    let is_value = |line: Option<&str>| line.is_some_and(|l| serde_json::from_str::<&RawValue>(l.trim()).is_ok());
    if one_a_line && is_value(rest.lines().next()) {
        return Some(Shape::Lines);
    }
    if rest.starts_with('[') {
        return Some(Shape::Values { start: lead + 1, in_array: true, envelope: None });
    }
    if let Some((name, start)) = envelope(rest).filter(|_| !one_a_line) {
        return Some(Shape::Values { start: lead + start, in_array: true, envelope: Some(name) });
    }
    // A first line that is whole says that every line is a record; so does a second line that begins one.
    let is_record = |line: Option<&str>| line.is_some_and(|l| l.trim_start().starts_with('{')) && is_value(line);
    if is_record(lines.next()) || is_record(lines.next()) || is_record(lines.next()) {
        return Some(Shape::Lines);
    }
    Some(Shape::Values { start: lead, in_array: false, envelope: None })
}

/// Where the value ends that a text begins with.
fn end_of_value(text: &str) -> Option<usize> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    stream.next()?.ok()?;
    Some(stream.byte_offset())
}

/// The member of a single record that holds all others, as the APIs of clouds answer: its name, and where its list starts.
fn envelope(text: &str) -> Option<(String, usize)> {
    const NAMES: &[&str] = &["value", "records", "results", "events", "hits", "data", "items", "logs", "entries"];
    let head = text.get(..text.len().min(4096)).unwrap_or(text);
    let at = head.find('[')?;
    let before = head[..at].trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    if !text[at + 1..].trim_start().starts_with('{') {
        return None;
    }
    let name = &before[before.rfind('"')? + 1..];
    // Every member before it must be a plain value, or this is a record of its own.
    let is_outer = before.matches('{').count() == 1;
    let is_known = NAMES.contains(&name.to_lowercase().as_str());
    let is_single_line_record = text.lines().nth(1).is_some_and(|line| line.trim_start().starts_with('{'))
        && text.lines().next().is_some_and(|line| line.trim_end().ends_with('}'));
    (is_outer && is_known && !is_single_line_record).then(|| (name.to_owned(), at + 1))
}

fn lines<'a>(text: &'a str, columns: &mut JsonColumns<'a>, watch: &Watch<'_>) -> Result<()> {
    let mut at = 0;
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim();
        if !bare.is_empty() {
            match serde_json::from_str::<&RawValue>(bare) {
                Ok(value) => record(value, columns),
                Err(_) => columns.unparsed(bare, n + 1),
            }
        }
        at += line.len();
        tell(columns, at, text.len(), watch)?;
    }
    Ok(())
}

/// Reads values until the end or the first damage, which is described; gives where that is, behind a list's bracket.
fn values<'a>(
    text: &'a str,
    start: usize,
    in_array: bool,
    columns: &mut JsonColumns<'a>,
    watch: &Watch<'_>,
) -> Result<(usize, Option<String>)> {
    let mut at = start;
    loop {
        let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || (in_array && c == ','));
        at = text.len() - rest.len();
        if (in_array && rest.starts_with(']')) || (!in_array && rest.is_empty()) {
            return Ok((at + usize::from(in_array), None));
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&'a RawValue>();
        if let Some(Ok(value)) = stream.next() {
            record(value, columns);
        } else {
            let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
            let n_left = text.len() - at;
            let damage = format!(
                "the JSON is damaged or cut short at line {line}: the {} records before it are here, {n_left} bytes are not",
                columns.n_rows()
            );
            return Ok((at, Some(damage)));
        }
        at += stream.byte_offset();
        tell(columns, at, text.len(), watch)?;
    }
}

fn tell(columns: &JsonColumns<'_>, at: usize, n_bytes: usize, watch: &Watch<'_>) -> Result<()> {
    if columns.n_rows().is_multiple_of(RECORDS_AT_ONCE) {
        watch.check()?;
        watch.progress.set_done((n_bytes + at) as u64);
    }
    Ok(())
}

/// One record: its members are cells; a value that is no record is the cell of a column `value`.
fn record<'a>(value: &'a RawValue, columns: &mut JsonColumns<'a>) {
    match serde_json::from_str::<Members<'a>>(value.get()) {
        Ok(members) => {
            for (name, value) in members.0 {
                columns.cell(name, value);
            }
        }
        Err(_) => columns.cell(Cow::Borrowed("value"), value),
    }
    columns.end_row();
}

/// The members of an object in their order, each value as its text.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A member's name, borrowed where nothing in it is escaped.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
