//! What type a text column has: the one that all of its values fit, or text.
//!
//! Types settle by the whole column. Nothing becomes null by being typed: a value that does not fit leaves the column
//! text, and a note counts such values and names their rows.

use polars::prelude::*;
use polars_arrow::array::{Array, PrimitiveArray};

use super::timestamp::{Epoch, TimeFormat, is_time_name};
use crate::model::Note;

/// A typed column, with what had to be said about it.
pub type Typed = (Column, Vec<Note>);

/// Gives a text column the one type that all its values have; empty columns and mixed ones stay text.
pub fn settle(column: Column) -> PolarsResult<Typed> {
    let Ok(ca) = column.str() else {
        let times = epochs(&column);
        let note = if times.is_none() { note_on_epochs(&column) } else { None };
        return Ok(times.unwrap_or_else(|| (column, note.into_iter().collect())));
    };
    let Some(first) = ca.iter().flatten().next() else {
        return Ok((column, Vec::new()));
    };
    let typed = if is_integer(first) || is_float(first) {
        numbers(ca)
    } else if is_boolean(first) {
        booleans(ca).map(|column| (column, Vec::new()))
    } else {
        times(ca)?
    };
    let note = if typed.is_none() { note_on_mixture(ca, first) } else { None };
    Ok(typed.unwrap_or_else(|| (column, note.into_iter().collect())))
}

/// Gives a text column times if all its values are full times; anything else stays as it is. For formats that say
/// themselves what is a number, so that a digit string in them is meant to be text.
pub fn settle_times(column: Column) -> PolarsResult<Typed> {
    let Ok(ca) = column.str() else {
        return Ok((column, Vec::new()));
    };
    let typed = times(ca)?;
    Ok(typed.unwrap_or_else(|| (column, Vec::new())))
}

/// The numbers of JSON, whose grammar is wider than what a person writes into a table: `1e5` is one.
pub fn json_numbers(column: Column) -> PolarsResult<Typed> {
    let ca = column.str()?;
    if let Some(typed) = numbers(ca) {
        return Ok(typed);
    }
    let is_exact = |v: &str| v.bytes().filter(u8::is_ascii_digit).count() <= 15 || v.contains(['.', 'e', 'E']);
    let n_inexact = ca.iter().flatten().filter(|v| !is_exact(v)).count();
    if n_inexact > 0 {
        let what = format!("{n_inexact} numbers have more digits than a number column holds, so it stays text");
        let note = Note::counted("", what, n_inexact as u64).in_column(column.name().as_str());
        return Ok((column, vec![note]));
    }
    let floats = collected::<Float64Type>(ca, |v| v.parse::<f64>().ok().filter(|f| f.is_finite()));
    Ok((floats.unwrap_or(column), Vec::new()))
}

/// All values turned into numbers of one type, nulls staying null; None at the first that is none.
fn collected<T>(ca: &StringChunked, parse: impl Fn(&str) -> Option<T::Native>) -> Option<Column>
where
    T: PolarsNumericType,
{
    let name = ca.name().clone();
    let mut chunks = Vec::new();
    for array in ca.downcast_iter() {
        let mut values = Vec::with_capacity(array.len());
        for value in array {
            values.push(match value {
                Some(text) => parse(text)?,
                None => T::Native::default(),
            });
        }
        chunks.push(PrimitiveArray::from_vec(values).with_validity(array.validity().cloned()));
    }
    Some(ChunkedArray::<T>::from_chunk_iter(name, chunks).into_column())
}

/// Integers, floats, or times that are counted from an epoch.
fn numbers(ca: &StringChunked) -> Option<Typed> {
    if let Some(column) = collected::<Int64Type>(ca, integer) {
        let times = epochs(&column);
        let note = if times.is_none() { note_on_epochs(&column) } else { None };
        Some(times.unwrap_or_else(|| (column, note.into_iter().collect())))
    } else {
        // Integers among floats have to fit them too.
        let fits = |v: &str| (is_exact_integer(v) || is_float(v)).then(|| v.parse().ok()).flatten();
        Some((collected::<Float64Type>(ca, fits)?, Vec::new()))
    }
}

/// Integers of a column that is named for times, if all of them count from one epoch.
fn epochs(column: &Column) -> Option<Typed> {
    let name = column.name().as_str();
    let ca = column.i64().ok().filter(|_| is_time_name(name))?;
    let epoch = Epoch::of(ca.iter().flatten().next()?)?;
    let micros: Option<Vec<Option<i64>>> =
        ca.iter().map(|v| v.map_or(Some(None), |v| epoch.micros(v).map(Some))).collect();
    let micros = Int64Chunked::from_iter_options(ca.name().clone(), micros?.into_iter());
    let times = micros.into_column().cast(&DataType::Datetime(TimeUnit::Microseconds, None)).ok()?;
    let what = format!("its integers are read as {}", epoch.word());
    Some((times, vec![Note::new("", what).in_column(name)]))
}

/// Says so where most integers of a column that is named for times count from an epoch, and some, such as 0, do not.
fn note_on_epochs(column: &Column) -> Option<Note> {
    let name = column.name().as_str();
    let ca = column.i64().ok().filter(|_| is_time_name(name))?;
    let epoch = ca.iter().flatten().find_map(Epoch::of)?;
    let n_values = ca.len() - ca.null_count();
    let n_others = ca.iter().flatten().filter(|v| epoch.micros(*v).is_none()).count();
    let first = ca.iter().flatten().find(|v| epoch.micros(*v).is_none())?;
    let word = epoch.word();
    let what =
        format!("{n_others} of {n_values} integers are not {word} (such as {first}), so the column stays a number");
    (n_others * 2 < n_values).then(|| Note::counted("", what, n_others as u64).in_column(name))
}

fn booleans(ca: &StringChunked) -> Option<Column> {
    let values: Option<Vec<Option<bool>>> =
        ca.iter().map(|v| v.map_or(Some(None), |v| is_boolean(v).then(|| Some(is_true(v))))).collect();
    Some(BooleanChunked::from_iter_options(ca.name().clone(), values?.into_iter()).into_column())
}

/// Full times in one format. Where day and month could be either way round in every value nobody can tell, so the
/// column stays text and a note says so; only AM and PM, which are written where the month comes first, decide it.
fn times(ca: &StringChunked) -> PolarsResult<Option<Typed>> {
    let Some(first) = ca.iter().flatten().next() else { return Ok(None) };
    let mut found = TimeFormat::all_of(first)
        .filter_map(|format| Some((format, collected::<Int64Type>(ca, |text| format.parse(text))?)));
    let Some((format, micros)) = found.next() else { return Ok(None) };
    let other = found.next().map(|(format, _)| format);
    let has_half = ca.iter().flatten().next().is_some_and(|v| v.ends_with(['M', 'm']));
    let name = ca.name().as_str();
    if (format, other) == (TimeFormat::MonthFirst, Some(TimeFormat::DayFirst)) && !has_half {
        let what = format!("'{first}' may be month or day first, and no value tells: kept as text until you choose");
        let text = ca.clone().into_column();
        return Ok(Some((text, vec![Note::new("", what).in_column(name)])));
    }
    let column = micros.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?;
    Ok(Some((column, note_on_precision(ca, format).into_iter().collect())))
}

/// Says so where times are finer than the microseconds that are kept, or only known to the minute.
fn note_on_precision(ca: &StringChunked, format: TimeFormat) -> Option<Note> {
    // Zeros behind the sixth decimal say nothing, so nothing is lost with them.
    let is_finer = |v: &str| {
        let decimals = v.rsplit_once('.').map_or("", |(_, decimals)| decimals);
        decimals.bytes().take_while(u8::is_ascii_digit).skip(6).any(|b| b != b'0')
    };
    let n_finer = ca.iter().flatten().filter(|v| v.len() > 26 && is_finer(v)).count();
    let name = ca.name().as_str();
    if n_finer > 0 {
        let what = format!("{n_finer} times are finer than a microsecond; what is below is cut off");
        return Some(Note::counted("", what, n_finer as u64).in_column(name));
    }
    let has_seconds = |v: &str| v.matches(':').count() > 1;
    let is_coarse = format == TimeFormat::MonthFirst && !ca.iter().flatten().any(has_seconds);
    is_coarse.then(|| Note::new("", "its times are known to the minute only").in_column(name))
}

/// Whether a value is of a kind.
type Fits = Box<dyn Fn(&str) -> bool>;

/// Says so where most values are of one kind and a few are not, and names their rows.
fn note_on_mixture(ca: &StringChunked, first: &str) -> Option<Note> {
    let format = TimeFormat::of(first);
    let (fits, word): (Fits, &str) = match format {
        Some(format) => (Box::new(move |v| format.parse(v).is_some()), "times"),
        None if is_integer(first) || is_float(first) => (Box::new(|v| is_exact_integer(v) || is_float(v)), "numbers"),
        None if is_boolean(first) => (Box::new(is_boolean), "true or false"),
        None => return None,
    };
    let mut rows = Vec::new();
    let (mut n_others, mut example) = (0_usize, None);
    for (row, value) in ca.iter().enumerate() {
        let Some(value) = value.filter(|v| !fits(v)) else { continue };
        n_others += 1;
        example = example.or(Some(value));
        if rows.len() < Note::MOST_ROWS {
            rows.extend(u32::try_from(row));
        }
    }
    let n_values = ca.len() - ca.null_count();
    let example: String = example?.chars().take(24).collect();
    let what = format!("{n_others} of {n_values} values are no {word} (such as '{example}'), so the column stays text");
    let note = Note::counted("", what, n_others as u64).in_column(ca.name().as_str()).at_rows(rows);
    (n_others * 2 < n_values).then_some(note)
}

/// The integer that a text writes in its one canonical form.
pub fn integer(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value).as_bytes();
    match digits {
        [b'0'] => (value.len() == 1).then_some(0),
        [b'1'..=b'9', ..] if digits.len() <= 18 => {
            let number =
                digits.iter().try_fold(0_i64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))?;
            Some(if digits.len() < value.len() { -number } else { number })
        }
        [b'1'..=b'9', ..] => value.parse().ok(),
        _ => None,
    }
}

/// A canonical integer that fits 64 bits.
fn is_integer(value: &str) -> bool {
    integer(value).is_some()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, values: &[Option<&str>]) -> (DataType, Option<Note>) {
        let column = Column::new(name.into(), values);
        let n_null = column.null_count();
        let (typed, notes) = settle(column).unwrap();
        assert_eq!(typed.null_count(), n_null, "nothing becomes null silently");
        (typed.dtype().clone(), notes.into_iter().next())
    }

    fn typed(values: &[Option<&str>]) -> (DataType, Option<Note>) {
        named("c", values)
    }

    const MICROS: DataType = DataType::Datetime(TimeUnit::Microseconds, None);

    #[test]
    fn the_whole_column_decides() {
        assert_eq!(typed(&[Some("1"), None, Some("-42")]).0, DataType::Int64);
        assert_eq!(typed(&[Some("1"), Some("2.5")]).0, DataType::Float64);
        assert_eq!(typed(&[Some("11466.0"), Some("7")]).0, DataType::Float64);
        assert_eq!(typed(&[Some("true"), Some("False")]).0, DataType::Boolean);
        assert_eq!(typed(&[Some("2019-02-12 04:56:34.307"), Some("2019-02-12 04:56:34")]).0, MICROS);
        assert_eq!(typed(&[None, None]).0, DataType::String);
        assert_eq!(typed(&[Some("9223372036854775807"), Some("-9223372036854775808")]).0, DataType::Int64);
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
    fn a_few_others_are_counted_and_their_rows_named() {
        let mixed = [Some("2019-02-12 04:56:34"), Some("2019-02-13 04:56:34"), Some("unknown")];
        let note = typed(&mixed).1.unwrap();
        assert_eq!((note.count, note.rows.as_slice()), (1, [2].as_slice()));
        assert!(typed(&[Some("1"), Some("2"), Some("-")]).1.unwrap().what.contains("1 of 3 values are no numbers"));
    }

    #[test]
    fn epochs_need_a_name_that_says_time() {
        assert_eq!(named("event_time", &[Some("1772590269"), None]).0, MICROS);
        assert!(named("ts", &[Some("1772590269000")]).1.unwrap().what.contains("milliseconds"));
        assert_eq!(named("LastLogonTimestamp", &[Some("134170638690000000")]).0, MICROS);
        assert_eq!(named("bytes", &[Some("1772590269")]).0, DataType::Int64);
        assert_eq!(named("ts", &[Some("1772590269"), Some("5")]).0, DataType::Int64);
    }

    #[test]
    fn a_day_that_could_be_a_month_is_not_guessed() {
        let (dtype, note) = typed(&[Some("03/04/2026 02:11:09"), Some("05/04/2026 02:11:09")]);
        assert_eq!(dtype, DataType::String);
        assert!(note.unwrap().what.contains("month or day first"));
        assert_eq!(typed(&[Some("03/04/2026 02:11:09"), Some("13/04/2026 02:11:09")]).0, MICROS);
        assert_eq!(typed(&[Some("5/4/2021, 7:48:01.990 AM")]).0, MICROS);
        assert!(typed(&[Some("2/10/19 3:21 PM")]).1.unwrap().what.contains("minute"));
    }
}
