//! Types of text columns, settled by the whole column and never by its first rows.
//!
//! A column is integers only if every value is a canonical one (no leading zeros, no sign but a minus, no exponent),
//! so that `007`, `0x12f4` and `1e5` stay the text that they are in the evidence.

use polars::prelude::{
    BooleanChunked, Column, DataType, Float64Chunked, Int64Chunked, IntoColumn, NewChunkedArray, PolarsResult,
    StringChunked, TimeUnit,
};

use super::timestamp::TimeFormat;
use crate::model::Note;

/// What every value of a text column turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Text,
    Integer,
    Float,
    Boolean,
    Time(TimeFormat),
}

/// Values that look like times, in a column that also holds others, are worth a note from this share on.
const MANGLED_SHARE: usize = 2;

/// Gives a text column the one type that all its values have; empty columns and mixed ones stay text.
pub fn settle(column: &Column) -> PolarsResult<(Column, Option<Note>)> {
    let ca = column.str()?;
    let found = find(ca);
    let name = column.name().clone();
    let typed = match found {
        Found::Text => return Ok((column.clone(), note_on(ca))),
        Found::Integer => Int64Chunked::from_iter_options(name, ca.iter().map(|v| v?.parse().ok())).into_column(),
        Found::Float => Float64Chunked::from_iter_options(name, ca.iter().map(|v| v?.parse().ok())).into_column(),
        Found::Boolean => BooleanChunked::from_iter_options(name, ca.iter().map(|v| Some(is_true(v?)))).into_column(),
        Found::Time(format) => {
            let micros = Int64Chunked::from_iter_options(name, ca.iter().map(|v| format.parse(v?)));
            micros.into_column().cast(&DataType::Datetime(TimeUnit::Microseconds, None))?
        }
    };
    Ok((typed, matches!(found, Found::Time(_)).then(|| note_on_precision(ca)).flatten()))
}

/// Says so where times are finer than the microseconds that are kept.
fn note_on_precision(ca: &StringChunked) -> Option<Note> {
    let decimals = |v: &str| v.rsplit_once('.').map_or(0, |(_, d)| d.bytes().take_while(u8::is_ascii_digit).count());
    let n_finer = ca.iter().flatten().filter(|v| decimals(v) > 6).count();
    let what = format!("{n_finer} times are finer than a microsecond; what is below is cut off");
    (n_finer > 0).then(|| Note::counted(ca.name().as_str(), what, n_finer as u64))
}

/// Gives a text column times if all its values are full times; anything else stays as it is. For formats that say
/// themselves what is a number, so that a digit string in them is meant to be text.
pub fn settle_times(column: &Column) -> PolarsResult<(Column, Option<Note>)> {
    let Ok(ca) = column.str() else {
        return Ok((column.clone(), None));
    };
    match find(ca) {
        Found::Time(_) => settle(column),
        _ => Ok((column.clone(), None)),
    }
}

fn find(ca: &StringChunked) -> Found {
    let mut values = ca.iter().flatten();
    let Some(first) = values.next() else {
        return Found::Text;
    };
    let mut found = kind_of(first);
    for value in values {
        if found == Found::Text {
            break;
        }
        found = join(found, value);
    }
    // Integers that came before the first float have to fit it too.
    let fits = found != Found::Float || ca.iter().flatten().all(|v| is_exact_integer(v) || is_float(v));
    if fits { found } else { Found::Text }
}

/// What the column still is after one more value.
fn join(found: Found, value: &str) -> Found {
    match found {
        Found::Integer if is_integer(value) => Found::Integer,
        Found::Integer | Found::Float if is_exact_integer(value) || is_float(value) => Found::Float,
        Found::Boolean if is_boolean(value) => Found::Boolean,
        Found::Time(format) if format.parse(value).is_some() => found,
        _ => Found::Text,
    }
}

fn kind_of(value: &str) -> Found {
    if is_integer(value) {
        Found::Integer
    } else if is_float(value) {
        Found::Float
    } else if is_boolean(value) {
        Found::Boolean
    } else {
        TimeFormat::of(value).map_or(Found::Text, Found::Time)
    }
}

/// A canonical integer that fits 64 bits.
fn is_integer(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let canonical = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()));
    !digits.is_empty() && canonical && value != "-0" && value.parse::<i64>().is_ok()
}

/// An integer that a float holds exactly; a larger one would come back changed.
fn is_exact_integer(value: &str) -> bool {
    is_integer(value) && value.trim_start_matches('-').len() <= 15
}

/// A plain decimal with digits on both sides of its point: `12.5`, `-0.25`.
fn is_float(value: &str) -> bool {
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    let Some((whole, fraction)) = unsigned.split_once('.') else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'));
    // A version such as 1.10 would come back as 1.1, so only what a number writes alike is one.
    canonical && value.parse::<f64>().is_ok_and(|number| format!("{number:?}") == value)
}

fn is_boolean(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// Says so where most values look like a spreadsheet's remains of a time (`19:04.4`), or only some are times.
fn note_on(ca: &StringChunked) -> Option<Note> {
    let n_values = ca.len() - ca.null_count();
    let first = ca.iter().flatten().next()?;
    if is_mangled(first) {
        let n_mangled = ca.iter().flatten().filter(|v| is_mangled(v)).count();
        let what = format!(
            "{n_mangled} values look like '{first}', minutes and seconds without a date: kept as text, of no use on a timeline"
        );
        return (n_mangled * MANGLED_SHARE >= n_values)
            .then(|| Note::counted(ca.name().as_str(), what, n_mangled as u64));
    }
    TimeFormat::of(first)?;
    let n_others = ca.iter().flatten().filter(|v| TimeFormat::of(v).is_none()).count();
    let what = format!("{n_others} of {n_values} values are no time, so the column stays text");
    (n_others > 0 && n_others * MANGLED_SHARE < n_values)
        .then(|| Note::counted(ca.name().as_str(), what, n_others as u64))
}

/// `mm:ss.f`, what is left of a time that a spreadsheet showed without its date.
fn is_mangled(value: &str) -> bool {
    let bytes = value.as_bytes();
    let shape: String = bytes.iter().map(|b| if b.is_ascii_digit() { '9' } else { char::from(*b) }).collect();
    matches!(shape.as_str(), "99:99.9" | "9:99.9")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(values: &[Option<&str>]) -> (DataType, Option<Note>) {
        let column = Column::new("c".into(), values);
        let (typed, note) = settle(&column).unwrap();
        assert_eq!(typed.null_count(), column.null_count(), "nothing becomes null silently");
        (typed.dtype().clone(), note)
    }

    #[test]
    fn the_whole_column_decides() {
        let micros = DataType::Datetime(TimeUnit::Microseconds, None);
        assert_eq!(typed(&[Some("1"), None, Some("-42")]).0, DataType::Int64);
        assert_eq!(typed(&[Some("1"), Some("2.5")]).0, DataType::Float64);
        assert_eq!(typed(&[Some("11466.0"), Some("7")]).0, DataType::Float64);
        assert_eq!(typed(&[Some("true"), Some("False")]).0, DataType::Boolean);
        assert_eq!(typed(&[Some("2019-02-12 04:56:34.307"), Some("2019-02-12 04:56:34")]).0, micros);
        assert_eq!(typed(&[None, None]).0, DataType::String);
    }

    #[test]
    fn evidence_that_only_looks_like_numbers_stays_text() {
        for odd in [
            "007",
            "0x12f4",
            "1e5",
            "-",
            "",
            "nan",
            "+1",
            "1,234",
            "99999999999999999999",
            ".5",
            "5.",
            "-0",
            "1.10",
            "10.0.0.1",
        ] {
            assert_eq!(typed(&[Some("1"), Some(odd)]).0, DataType::String, "{odd}");
            assert_eq!(typed(&[Some(odd), Some("1")]).0, DataType::String, "{odd} first");
        }
    }

    #[test]
    fn nothing_is_changed_by_becoming_a_number() {
        assert_eq!(typed(&[Some("1.5"), Some("9007199254740993")]).0, DataType::String);
        assert_eq!(typed(&[Some("9007199254740993"), Some("1.5")]).0, DataType::String);
        assert!(typed(&[Some("2026-03-04T02:11:09.1234567Z")]).1.unwrap().what.contains("finer than a microsecond"));
    }

    #[test]
    fn mangled_and_mixed_times_are_noted() {
        assert!(typed(&[Some("19:04.4"), Some("23:59.5")]).1.unwrap().what.contains("without a date"));
        let mixed = [Some("2019-02-12 04:56:34"), Some("2019-02-13 04:56:34"), Some("unknown")];
        assert_eq!(typed(&mixed).1.unwrap().count, 1);
    }
}
