//! `convert`: a column as another type; what does not fit is null here, counted, and named by its rows.

use std::sync::Arc;

use polars::prelude::*;

use super::parameters::columns;
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, need_columns, required};
use crate::analysis::timestamp::{Epoch, TimeFormat};
use crate::model::{Note, ROW, Step, Table, plain_text};

pub const OPERATION: Operation = Operation {
    id: "convert",
    doc: "Give a column another type; values that do not fit it are null in the result and listed in its notes",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the column"),
        ParamSpec::required("to", ParamKind::Choice(&["text", "number", "time", "boolean"]), "the type"),
        ParamSpec::optional(
            "written",
            ParamKind::Choice(FORMATS),
            "how its times are written; without it whatever fits",
        ),
    ],
    run,
};

const FORMATS: &[&str] =
    &["any", "month-first", "day-first", "seconds", "milliseconds", "microseconds", "nanoseconds", "filetime"];

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let names = columns(required(step, "column")?).map_err(Error::Failed)?;
    need_columns(step, table, &names)?;
    let to = required(step, "to")?;
    let format = step.params.get("written").map_or("any", String::as_str);
    let mut df = table.frame().clone();
    let mut notes = Vec::new();
    for name in &names {
        let column = df.column(name)?.clone();
        let converted = converted(&column, to, format)?;
        notes.extend(note_on_failures(table, &column, &converted, to));
        df.with_column(converted)?;
    }
    // What was said of the column as it was holds no more.
    let is_other = |note: &Note| note.column.as_ref().is_none_or(|column| !names.contains(column));
    notes.extend(table.notes.iter().filter(|note| is_other(note)).cloned());
    Ok(Outcome { has_all_notes: true, ..Outcome::of(cx.library.table(name_of(inputs), df).with_notes(notes)) })
}

fn converted(column: &Column, to: &str, format: &str) -> Result<Column> {
    let name = column.name().clone();
    if to == "number" && column.dtype().is_primitive_numeric() {
        return Ok(column.clone());
    }
    let texts: Vec<Option<String>> = column.as_materialized_series().iter().map(|v| plain_text(&v)).collect();
    Ok(match to {
        "text" => Column::new(name, texts),
        "time" => {
            let written = Written::of(format, &texts.iter().flatten().map(|t| t.trim()))?;
            let micros: Vec<Option<i64>> = texts.iter().map(|t| written.moment(t.as_deref()?.trim())).collect();
            Column::new(name, micros).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?
        }
        "boolean" => {
            let flags: Vec<Option<bool>> = texts.iter().map(|t| t.as_deref().and_then(flag)).collect();
            Column::new(name, flags)
        }
        _ => numbers(name, &texts),
    })
}

/// Integers where all values that are numbers are whole, floats otherwise.
fn numbers(name: PlSmallStr, texts: &[Option<String>]) -> Column {
    let whole: Vec<Option<i64>> = texts.iter().map(|t| integer(t.as_deref()?.trim())).collect();
    let float = |text: &str| number_text(text)?.parse::<f64>().ok().filter(|f| f.is_finite());
    let floats: Vec<Option<f64>> = texts
        .iter()
        .zip(&whole)
        .map(|(text, whole)| whole.map_or_else(|| float(text.as_deref()?.trim()), |whole| Some(whole as f64)))
        .collect();
    let n_whole = whole.iter().flatten().count();
    if floats.iter().flatten().count() == n_whole { Column::new(name, whole) } else { Column::new(name, floats) }
}

/// An integer as people and tools write it: hexadecimal, with thousands parted, with leading zeros.
fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_hexdigit()) => i64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => number_text(text)?.parse().ok(),
    }
}

/// The number without the commas that part its thousands; a comma anywhere else makes it none.
fn number_text(text: &str) -> Option<String> {
    let (whole, rest) = text.find('.').map_or((text, ""), |at| text.split_at(at));
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next()?;
    let has_groups = whole.contains(',');
    let fits = groups.all(|group| group.len() == 3) && (!has_groups || (1..=3).contains(&first.len()));
    (fits && !rest.contains(',')).then(|| text.replace(',', ""))
}

fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" | "t" | "y" => Some(true),
        "false" | "no" | "0" | "f" | "n" => Some(false),
        _ => None,
    }
}

/// How the times of a column are written; one way for all of its values.
enum Written {
    Text(TimeFormat),
    Number(Epoch),
}

impl Written {
    /// The way that was asked for, or the one that most values are written in. Where day and month could be either way
    /// round it has to be said.
    fn of<'a>(format: &str, texts: &(impl Iterator<Item = &'a str> + Clone)) -> Result<Self> {
        if let Some(asked) = Self::asked(format) {
            return Ok(asked);
        }
        let count = |written: &Self| texts.clone().filter(|text| written.moment(text).is_some()).count();
        let text_forms = texts.clone().flat_map(TimeFormat::all_of).fold(Vec::new(), |mut known, format| {
            if !known.contains(&format) {
                known.push(format);
            }
            known
        });
        let whole = |text: &str| text.split('.').next().and_then(|whole| whole.parse().ok());
        let epochs = texts.clone().find_map(|text| Epoch::of(whole(text)?));
        let ways = text_forms.into_iter().map(Self::Text).chain(epochs.map(Self::Number));
        let counted: Vec<(usize, Self)> = ways.map(|way| (count(&way), way)).collect();
        let n_of = |format: TimeFormat| {
            counted.iter().find(|(_, way)| matches!(way, Self::Text(f) if *f == format)).map_or(0, |(n, _)| *n)
        };
        let (by_month, by_day) = (n_of(TimeFormat::MonthFirst), n_of(TimeFormat::DayFirst));
        let has_half = texts.clone().any(|text| text.ends_with(['M', 'm']));
        let best = counted.into_iter().rev().max_by_key(|(n, _)| *n).map(|(_, way)| way);
        match best {
            Some(Self::Text(TimeFormat::MonthFirst | TimeFormat::DayFirst)) if by_month == by_day && !has_half => {
                let why =
                    "its days and months could be either way round: say how it is written, month-first or day-first";
                Err(Error::Failed(why.to_owned()))
            }
            Some(best) => Ok(best),
            None => Ok(Self::Text(TimeFormat::Iso)),
        }
    }

    fn asked(format: &str) -> Option<Self> {
        Some(match format {
            "month-first" => Self::Text(TimeFormat::MonthFirst),
            "day-first" => Self::Text(TimeFormat::DayFirst),
            "seconds" => Self::Number(Epoch::Seconds),
            "milliseconds" => Self::Number(Epoch::Milliseconds),
            "microseconds" => Self::Number(Epoch::Microseconds),
            "nanoseconds" => Self::Number(Epoch::Nanoseconds),
            "filetime" => Self::Number(Epoch::Filetime),
            _ => return None,
        })
    }

    fn moment(&self, text: &str) -> Option<i64> {
        match self {
            Self::Text(format) => format.parse(text),
            // What stands behind the point of seconds is kept too.
            Self::Number(Epoch::Seconds) if text.contains('.') => {
                let seconds: f64 = text.parse().ok()?;
                #[expect(clippy::cast_possible_truncation, reason = "epochs of our time fit")]
                let whole = seconds.trunc() as i64;
                #[expect(clippy::cast_possible_truncation, reason = "less than a million")]
                let micros = (seconds.fract() * 1e6).round() as i64;
                Some(Epoch::Seconds.micros(whole)? + micros)
            }
            Self::Number(epoch) => epoch.micros(text.parse().ok()?),
        }
    }
}

fn note_on_failures(table: &Table, before: &Column, after: &Column, to: &str) -> Option<Note> {
    let was_null = before.is_null();
    let is_null = after.is_null();
    let failed = || {
        (0_usize..).zip(was_null.iter().zip(is_null.iter())).filter(|(_, (b, a))| *b == Some(false) && *a == Some(true))
    };
    let n_failed = failed().count();
    let first = failed().next()?.0;
    let example = before.get(first).ok().and_then(|v| plain_text(&v)).unwrap_or_default();
    let example: String = example.chars().take(24).collect();
    let lineage = table.frame().column(ROW).ok().and_then(|c| c.u32().ok().cloned());
    let row_of = |at: usize| lineage.as_ref().map_or_else(|| u32::try_from(at).ok(), |rows| rows.get(at));
    let rows = failed().take(Note::MOST_ROWS).filter_map(|(at, _)| row_of(at)).collect();
    let what = format!(
        "{n_failed} values are no {to} (such as '{example}') and are null here; they stand in the table before"
    );
    Some(Note::counted(&table.name, what, n_failed as u64).in_column(before.name().as_str()).at_rows(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_converted_and_the_rest_is_null() {
        let column = Column::new("c".into(), &["0x1f", "1,234", "007", "-", "x"]);
        let numbers = converted(&column, "number", "any").unwrap();
        assert_eq!(numbers.i64().unwrap().iter().collect::<Vec<_>>(), [Some(31), Some(1234), Some(7), None, None]);
        let odd = Column::new("c".into(), &["3,14", "1,2,3", "80,443", "0x-5", "1,234.5"]);
        let numbers = converted(&odd, "number", "any").unwrap();
        assert_eq!(numbers.f64().unwrap().iter().collect::<Vec<_>>(), [None, None, Some(80443.0), None, Some(1234.5)]);
    }

    #[test]
    fn a_column_has_one_way_of_writing_times() {
        let times = |values: &[&str], format: &str| -> Vec<Option<String>> {
            let made = converted(&Column::new("c".into(), values), "time", format).unwrap();
            made.as_materialized_series().iter().map(|v| plain_text(&v)).collect()
        };
        let either = ["03/04/2026 02:11:09", "05/04/2026 02:11:09"];
        assert_eq!(times(&either, "day-first")[0].as_deref(), Some("2026-04-03T02:11:09Z"));
        assert_eq!(times(&either, "month-first")[0].as_deref(), Some("2026-03-04T02:11:09Z"));
        assert!(converted(&Column::new("c".into(), &either), "time", "any").is_err());
        let told = times(&["03/04/2026 02:11:09", "13/04/2026 02:11:09", "-"], "any");
        assert_eq!(told[0].as_deref(), Some("2026-04-03T02:11:09Z"));
        assert_eq!(told[2], None);
        assert_eq!(times(&["1772590269.5", "-"], "any")[0].as_deref(), Some("2026-03-04T02:11:09.500Z"));
    }
}
