//! Windows event logs (EVTX): a row an event, the common fields as columns, the rest as JSON.

use std::collections::HashMap;

use evtx::{EvtxParser, ParserSettings};
use polars::prelude::DataFrame;
use polars::prelude::IntoLazy;
use serde_json::{Map, Value};

use super::bytes::load;
use super::text_columns::TextColumns;
use super::{Reach, Read, Watch, settled};
use crate::model::Note;
use crate::query::error::{Error, Result};
use crate::query::source::Part;

/// What every event has, in the names of Sentinel's tables.
const SYSTEM: &[&str] = &[
    "TimeGenerated",
    "EventID",
    "Computer",
    "Channel",
    "Provider",
    "Level",
    "Task",
    "Opcode",
    "Keywords",
    "EventRecordID",
    "ProcessID",
    "ThreadID",
    "UserID",
];
/// The data fields that most events have become columns, at most so many; the others stand in one column as JSON.
const MOST_FIELDS: usize = 80;
const REST: &str = "EventData";
/// A file begins with a header of this size, and goes on in chunks of the next.
const HEADER: usize = 4096;
const CHUNK: usize = 65_536;
/// Events that the first look at a file takes.
const FIRST_EVENTS: usize = 500;

/// One event: the values of [`SYSTEM`], and its data fields in their order.
struct Event {
    system: Vec<Option<String>>,
    data: Vec<(String, Value)>,
}

pub fn read(part: &Part, watch: &Watch<'_>) -> Result<Read> {
    let loaded = load(part, &Watch { reach: Reach::All, ..*watch })?;
    let mut notes = loaded.notes;
    let mut bytes = loaded.bytes;
    notes.extend(note_on_length(&bytes).map(|what| Note::new(part.path(), what)));
    keep_whole_records(&mut bytes);
    let mut parser = EvtxParser::from_buffer(bytes)
        .map_err(|e| Error::Unreadable { path: part.path(), why: format!("is no Windows event log: {}", reason(&e)) })?
        .with_configuration(ParserSettings::default());
    let (mut events, mut damage) = (Vec::new(), Vec::new());
    for record in parser.records_json_value() {
        match record {
            Ok(record) => events.push(event(record.data)),
            Err(e) => damage.push(reason(&e)),
        }
        if events.len() % 1024 == 0 {
            watch.check()?;
        }
        if watch.reach == Reach::First && events.len() >= FIRST_EVENTS {
            break;
        }
    }
    if let Some(first) = damage.first() {
        let what = format!("{} records or chunks are damaged and left out (the first: {first})", damage.len());
        notes.push(Note::counted(part.path(), what, damage.len() as u64));
    }
    let df = frame(&events)?;
    let (df, typing) = if watch.reach == Reach::All { settled(df, &part.path(), watch)? } else { (df, Vec::new()) };
    notes.extend(typing);
    Ok(Read { lf: df.lazy(), notes })
}

/// Whether the file is shorter than its header says, or ends inside a chunk.
fn note_on_length(bytes: &[u8]) -> Option<String> {
    let n_bytes = bytes.len().checked_sub(HEADER)?;
    let (n_chunks, rest) = (n_bytes / CHUNK, n_bytes % CHUNK);
    if rest > 0 {
        return Some("the file was cut in its last chunk: events at its end are lost".to_owned());
    }
    // The header counts chunks at this place; a log that was not closed properly may count too few, never too many.
    let told = u16::from_le_bytes([*bytes.get(42)?, *bytes.get(43)?]);
    let n_missing = usize::from(told).saturating_sub(n_chunks);
    (n_missing > 0).then(|| format!("the file was cut: {n_missing} of its {told} chunks of events are missing"))
}

/// Of a last chunk that was cut, the records that are whole stay, with zeros behind them.
fn keep_whole_records(bytes: &mut Vec<u8>) {
    /// Records begin behind the header of a chunk.
    const CHUNK_HEADER: usize = 512;
    let n_bytes = bytes.len().saturating_sub(HEADER);
    if n_bytes.is_multiple_of(CHUNK) {
        return;
    }
    let start = HEADER + n_bytes / CHUNK * CHUNK;
    let mut at = start + CHUNK_HEADER;
    // A record begins with a mark and its size.
    while let Some([b'*', b'*', 0, 0, a, b, c, d]) = bytes.get(at..at + 8) {
        let size = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        if size < 8 || at + size > bytes.len() {
            break;
        }
        at += size;
    }
    bytes.truncate(at);
    bytes.resize(start + CHUNK, 0);
}

/// The innermost reason; the outer ones only say where.
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let (outer, inner) = (error.to_string(), inner.to_string());
    if outer == inner { outer } else { format!("{outer}: {inner}") }
}

fn event(mut value: Value) -> Event {
    let mut event = take(&mut value, "Event");
    let mut system = take(&mut event, "System");
    let values = SYSTEM.iter().map(|name| system_value(&mut system, name)).collect();
    let mut data = Vec::new();
    for holder in ["EventData", "UserData"] {
        if let Value::Object(fields) = take(&mut event, holder) {
            data.extend(fields.into_iter().filter(|(name, _)| name != "#attributes"));
        }
    }
    Event { system: values, data: data.into_iter().map(|(name, value)| (name, plain(value))).collect() }
}

/// One value of the event's head.
fn system_value(system: &mut Value, name: &str) -> Option<String> {
    let (element, attribute) = match name {
        "TimeGenerated" => ("TimeCreated", Some("SystemTime")),
        "Provider" => ("Provider", Some("Name")),
        "ProcessID" | "ThreadID" => ("Execution", Some(name)),
        "UserID" => ("Security", Some(name)),
        _ => (name, None),
    };
    let element = system.get_mut(element)?;
    match attribute {
        Some(attribute) => text(element.get("#attributes")?.get(attribute)?),
        None => text(element.get("#text").unwrap_or(element)),
    }
}

fn take(value: &mut Value, name: &str) -> Value {
    value.get_mut(name).map(Value::take).unwrap_or_default()
}

/// A value without the wrapping of its XML: the text of an element, or the element itself.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(mut map) if map.len() == 1 && map.contains_key("#text") => {
            map.remove("#text").unwrap_or_default()
        }
        other => other,
    }
}

/// A value as the text of a cell; None for null.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The events as text columns.
fn frame(events: &[Event]) -> Result<DataFrame> {
    let fields = fields(events);
    let width = SYSTEM.len() + fields.len();
    let mut columns = TextColumns::new(width + 1);
    let places: HashMap<&str, usize> = fields.iter().enumerate().map(|(n, name)| (*name, SYSTEM.len() + n)).collect();
    for event in events {
        for (column, value) in event.system.iter().enumerate() {
            if let Some(value) = value {
                columns.push(column, value);
            }
        }
        let mut rest = Map::new();
        for (name, value) in &event.data {
            match (places.get(name.as_str()), text(value)) {
                (Some(column), Some(text)) => columns.push(*column, &text),
                (Some(_), None) => {}
                (None, _) => drop(rest.insert(name.clone(), value.clone())),
            }
        }
        if !rest.is_empty() {
            columns.push(width, &Value::Object(rest).to_string());
        }
        columns.end_row();
    }
    let own = |name: &&str| {
        if SYSTEM.contains(name) || **name == *REST { format!("{name}_data") } else { (*name).to_owned() }
    };
    let names = SYSTEM.iter().map(|n| (*n).to_owned()).chain(fields.iter().map(own)).chain([REST.to_owned()]);
    Ok(DataFrame::new(events.len(), columns.finish(names.collect()))?)
}

/// The data fields that become columns, in the order in which they first occur.
fn fields(events: &[Event]) -> Vec<&str> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (name, _) in events.iter().flat_map(|event| &event.data) {
        let next = counts.len();
        counts.entry(name).or_insert((0, next)).0 += 1;
    }
    let mut ranked: Vec<(&str, usize, usize)> = counts.into_iter().map(|(name, (n, first))| (name, n, first)).collect();
    ranked.sort_unstable_by_key(|(_, n, first)| (std::cmp::Reverse(*n), *first));
    ranked.truncate(MOST_FIELDS);
    ranked.sort_unstable_by_key(|(_, _, first)| *first);
    ranked.into_iter().map(|(name, _, _)| name).collect()
}
