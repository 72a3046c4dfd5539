//! What is odd about a table's columns: what a person would otherwise find out by a wrong answer.

use std::collections::HashMap;
use std::hash::BuildHasher;

use polars::prelude::*;

use super::timestamp::TimeFormat;
use crate::model::{Notation, Note, is_hidden, parse_nested, plain_text};

/// Values that are looked at before all values of a column are.
const SAMPLE: usize = 200;
/// Duplicate rows are looked for in tables of at most so many rows.
const MOST_ROWS: usize = 200_000;
/// What exports write where there is no value; kept apart from null.
const PLACEHOLDERS: &[&str] = &["", "-", "nan", "NaN", "None", "null", "N/A", "n/a", "(null)", "NaT"];

/// What has to be said about a table that was read whole.
pub fn of_table(df: &DataFrame) -> Vec<Note> {
    let columns: Vec<&Column> = df.columns().iter().filter(|c| !is_hidden(c.name())).collect();
    let mut notes: Vec<Note> = empty_columns(&columns, df.height()).into_iter().collect();
    for column in &columns {
        if let Ok(ca) = column.str() {
            notes.extend(of_texts(ca));
        }
    }
    notes.extend(duplicate_rows(&columns, df.height()));
    notes
}

fn empty_columns(columns: &[&Column], n_rows: usize) -> Option<Note> {
    let empty: Vec<&str> =
        columns.iter().filter(|c| n_rows > 0 && c.null_count() == n_rows).map(|c| c.name().as_str()).collect();
    let first = empty.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    let more = if empty.len() > 3 { format!(" and {} more", empty.len() - 3) } else { String::new() };
    let what = format!("{} of {} columns hold no value: {first}{more}", empty.len(), columns.len());
    (!empty.is_empty()).then(|| Note::counted("", what, empty.len() as u64).as_remark())
}

fn of_texts(ca: &StringChunked) -> Vec<Note> {
    let name = ca.name().as_str();
    let n_values = ca.len() - ca.null_count();
    if n_values == 0 {
        return Vec::new();
    }
    let mut notes: Vec<Note> = placeholders(ca, n_values).into_iter().collect();
    let sample = sample(ca);
    let mostly =
        |is: fn(&str) -> bool| !sample.is_empty() && sample.iter().filter(|v| is(v)).count() * 10 > sample.len() * 9;
    let remark = |what: &str| Note::new("", what).in_column(name).as_remark();
    if mostly(is_mangled) {
        let n = ca.iter().flatten().filter(|v| is_mangled(v)).count();
        let first = ca.iter().flatten().find(|v| is_mangled(v)).unwrap_or_default();
        let what = format!(
            "{n} values look like '{first}', minutes and seconds without a date: kept as text, of no use on a timeline"
        );
        notes.push(Note::counted("", what, n as u64).in_column(name));
    } else if mostly(is_hexadecimal) {
        notes.push(remark("hexadecimal numbers, kept as text"));
    } else if mostly(is_digits) {
        notes.push(remark("strings of digits, kept as text"));
    } else if mostly(|v| TimeFormat::of(v).is_some()) {
        let has_seconds = sample.iter().any(|v| v.matches(':').count() > 1 || v.contains('T'));
        let coarse = if has_seconds { "" } else { ", known to the minute only" };
        notes.push(remark(&format!("texts that are times{coarse}; make them times to see them on a timeline")));
    } else if mostly(is_date) {
        notes.push(remark("dates without a time of day, kept as text"));
    } else if let Some(notation) = notation_of(&sample) {
        notes.push(nested(ca, notation));
    }
    notes
}

/// Values spread over the column; of one that holds few, the first ones.
fn sample(ca: &StringChunked) -> Vec<&str> {
    let is_value = |v: &&str| !PLACEHOLDERS.contains(v);
    let spread: Vec<&str> =
        (0..ca.len()).step_by((ca.len() / SAMPLE).max(1)).filter_map(|row| ca.get(row)).filter(is_value).collect();
    if spread.is_empty() { ca.iter().flatten().filter(is_value).take(SAMPLE).collect() } else { spread }
}

fn placeholders(ca: &StringChunked, n_values: usize) -> Option<Note> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for value in ca.iter().flatten().filter(|v| v.len() <= 6 && PLACEHOLDERS.contains(v)) {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(value, n)| (std::cmp::Reverse(*n), *value));
    let n: usize = counts.iter().map(|(_, n)| n).sum();
    let words: Vec<String> = counts.iter().map(|(value, n)| format!("{n} are '{value}'")).collect();
    let what = format!("of {n_values} values {}, which is not null", words.join(", "));
    (n > 0).then(|| Note::counted("", what, n as u64).in_column(ca.name().as_str()).as_remark())
}

/// `mm:ss.f`, what is left of a time that a spreadsheet showed without its date.
fn is_mangled(value: &str) -> bool {
    // One digit of the minutes or two, and the rest is always the same.
    let minutes = value.len().saturating_sub(5);
    let is_as_it_should = |(at, b): (usize, u8)| match at.wrapping_sub(minutes) {
        0 => b == b':',
        3 => b == b'.',
        _ => b.is_ascii_digit(),
    };
    matches!(minutes, 1 | 2) && value.bytes().enumerate().all(is_as_it_should)
}

/// `2026-03-04`, `3/4/2026`, `04.03.2026`
fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['-', '/', '.']).collect();
    let n_separators = ['-', '/', '.'].iter().filter(|c| value.contains(**c)).count();
    let is_number = |p: &&str| (1..=4).contains(&p.len()) && is_digits(p);
    let has_year = [parts.first(), parts.last()].into_iter().flatten().any(|p| p.len() == 4);
    parts.len() == 3 && n_separators == 1 && has_year && parts.iter().all(is_number)
}

fn is_hexadecimal(value: &str) -> bool {
    let digits = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X"));
    digits.is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

/// The notation that nearly all of the sampled values are written in.
fn notation_of(sample: &[&str]) -> Option<Notation> {
    let looked_at = &sample[..sample.len().min(20)];
    let parsed: Vec<Notation> = looked_at.iter().filter_map(|v| Some(parse_nested(v)?.0)).collect();
    let python = parsed.contains(&Notation::Python);
    let enough = !looked_at.is_empty() && parsed.len() * 10 > looked_at.len() * 9;
    enough.then_some(if python { Notation::Python } else { Notation::Json })
}

fn nested(ca: &StringChunked, notation: Notation) -> Note {
    let word = match notation {
        Notation::Json => "JSON",
        Notation::Python => "Python notation",
    };
    let has_links = ca.iter().flatten().any(|v| v.contains("\"$ref\""));
    let links = if has_links { "; its parts refer to each other by $id and $ref" } else { "" };
    let what = match lengths(ca) {
        Some((least, most)) => format!("lists of {least} to {most} items in {word}{links}"),
        None => format!("lists or maps in {word}{links}"),
    };
    Note::new("", what).in_column(ca.name().as_str()).as_remark()
}

/// The least and the most items of a column that holds nothing but lists; None for any other, and for one so large that
/// looking at all of it would take long.
fn lengths(ca: &StringChunked) -> Option<(usize, usize)> {
    const MOST_VALUES: usize = 20_000;
    if ca.len() > MOST_VALUES {
        return None;
    }
    let length = |text: &str| match parse_nested(text)?.1 {
        serde_json::Value::Array(items) => Some(items.len()),
        _ => None,
    };
    let lengths: Option<Vec<usize>> =
        ca.iter().flatten().filter(|text| !PLACEHOLDERS.contains(text)).map(length).collect();
    let lengths = lengths?;
    Some((*lengths.iter().min()?, *lengths.iter().max()?))
}

/// Rows that are the same as an earlier one in every column.
fn duplicate_rows(columns: &[&Column], n_rows: usize) -> Option<Note> {
    if n_rows > MOST_ROWS || columns.is_empty() {
        return None;
    }
    let state = PlRandomState::default();
    let mut hashes = vec![0_u64; n_rows];
    for column in columns {
        hash_into(column, &state, &mut hashes);
    }
    let mut seen = PlHashSet::with_capacity(n_rows);
    let rows: Vec<u32> = (0_u32..).zip(&hashes).filter(|(_, hash)| !seen.insert(**hash)).map(|(row, _)| row).collect();
    let n = rows.len();
    let what = format!("{n} row(s) are exact duplicates of an earlier one; they are kept");
    (n > 0).then(|| Note::counted("", what, n as u64).at_rows(rows).as_remark())
}

/// Adds a column's values to the hash of each row.
fn hash_into(column: &Column, state: &PlRandomState, hashes: &mut [u64]) {
    let mix = |hash: &mut u64, value: u64| *hash = hash.rotate_left(5).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ value;
    if let Ok(ca) = column.str() {
        hashes.iter_mut().zip(ca.iter()).for_each(|(hash, value)| mix(hash, state.hash_one(value)));
        return;
    }
    let series = column.as_materialized_series().to_physical_repr();
    if let Ok(ca) = series.i64() {
        hashes.iter_mut().zip(ca.iter()).for_each(|(hash, value)| mix(hash, state.hash_one(value)));
        return;
    }
    for (hash, value) in hashes.iter_mut().zip(column.as_materialized_series().iter()) {
        mix(hash, state.hash_one(plain_text(&value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(values: &[Option<&str>]) -> Vec<String> {
        of_texts(Column::new("c".into(), values).str().unwrap()).into_iter().map(|note| note.what).collect()
    }

    #[test]
    fn what_is_odd_is_said() {
        assert!(said(&[Some("19:04.4"), Some("23:59.5"), None])[0].contains("2 values look like '19:04.4'"));
        assert!(said(&[Some("0x12f4"), Some("0x4")])[0].contains("hexadecimal"));
        assert!(said(&[Some("007"), Some("12")])[0].contains("digits"));
        assert!(said(&[Some("-"), Some("10.0.0.1"), Some("-"), Some("")])[0].contains("2 are '-', 1 are ''"));
        assert!(said(&[Some("['a', None]")])[0].contains("Python"));
        assert!(said(&[Some("[{\"$id\": \"1\"}, {\"$ref\": \"1\"}]")])[0].contains("$ref"));
        assert_eq!(said(&[Some("plain"), Some("text")]), Vec::<String>::new());
    }

    #[test]
    fn duplicates_and_empty_columns_are_counted() {
        let df = df!("a" => [1_i64, 1, 2], "b" => ["x", "x", "x"], "c" => [None::<i64>, None, None]).unwrap();
        let notes = of_table(&df);
        assert!(notes[0].what.contains("1 of 3 columns hold no value: c"));
        assert_eq!(notes[1].rows, [1]);
    }
}
