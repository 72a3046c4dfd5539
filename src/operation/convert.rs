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

/// So many rows of a note are remembered; all are counted.
const MOST_ROWS: usize = 10_000;

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
    Ok(Outcome::of(cx.library.table(name_of(inputs), df).with_notes(notes)))
}

fn converted(column: &Column, to: &str, format: &str) -> Result<Column> {
    let name = column.name().clone();
    let texts: Vec<Option<String>> = column.as_materialized_series().iter().map(|v| plain_text(&v)).collect();
    let of = |f: &dyn Fn(&str) -> Option<i64>| texts.iter().map(|t| t.as_deref().and_then(f)).collect::<Vec<_>>();
    Ok(match to {
        "text" => Column::new(name, texts),
        "time" => {
            let micros = of(&|text| moment(text.trim(), format));
            Column::new(name, micros).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?
        }
        "boolean" => {
            let flags: Vec<Option<bool>> = texts.iter().map(|t| t.as_deref().and_then(flag)).collect();
            Column::new(name, flags)
        }
        _ => {
            let whole = of(&|text| integer(text.trim()));
            let n_values = texts.iter().flatten().count();
            if whole.iter().flatten().count() == n_values {
                return Ok(Column::new(name, whole));
            }
            let float = |text: &String| text.trim().replace(',', "").parse::<f64>().ok().filter(|f| f.is_finite());
            let floats: Vec<Option<f64>> = texts
                .iter()
                .zip(&whole)
                .map(|(text, whole)| match (whole, text) {
                    (Some(whole), _) => Some(*whole as f64),
                    (None, text) => text.as_ref().and_then(float),
                })
                .collect();
            // Integers stay integers where the values that are no numbers at all are the only others.
            if floats.iter().flatten().count() == whole.iter().flatten().count() {
                return Ok(Column::new(name, whole));
            }
            Column::new(name, floats)
        }
    })
}

/// An integer as people and tools write it: hexadecimal, with thousands parted, with leading zeros.
fn integer(text: &str) -> Option<i64> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    hexadecimal.map_or_else(|| text.replace(',', "").parse().ok(), |digits| i64::from_str_radix(digits, 16).ok())
}

fn flag(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" | "t" | "y" => Some(true),
        "false" | "no" | "0" | "f" | "n" => Some(false),
        _ => None,
    }
}

fn moment(text: &str, format: &str) -> Option<i64> {
    let number = || text.parse::<i64>().ok();
    match format {
        "month-first" => TimeFormat::MonthFirst.parse(text),
        "day-first" => TimeFormat::DayFirst.parse(text),
        "seconds" => Epoch::Seconds.micros(number()?),
        "milliseconds" => Epoch::Milliseconds.micros(number()?),
        "microseconds" => Epoch::Microseconds.micros(number()?),
        "nanoseconds" => Epoch::Nanoseconds.micros(number()?),
        "filetime" => Epoch::Filetime.micros(number()?),
        _ => match TimeFormat::of(text) {
            Some(format) => format.parse(text),
            None => number().and_then(|n| Epoch::of(n)?.micros(n)),
        },
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
    let rows = failed().take(MOST_ROWS).filter_map(|(at, _)| row_of(at)).collect();
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
        let times = Column::new("c".into(), &["03/04/2026 02:11:09", "1772590269"]);
        let first = |format: &str| converted(&times, "time", format).unwrap().get(0).map(|v| plain_text(&v)).unwrap();
        assert_eq!(first("day-first").as_deref(), Some("2026-04-03T02:11:09Z"));
        assert_eq!(first("month-first").as_deref(), Some("2026-03-04T02:11:09Z"));
        assert_eq!(converted(&times, "time", "any").unwrap().null_count(), 0);
    }
}
