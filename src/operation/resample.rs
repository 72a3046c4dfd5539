//! `resample`: rows counted in equal steps of time, empty steps included.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Months, NaiveDate};
use polars::prelude::*;

use super::behind::Behind;
use super::parameters::columns;
use super::{
    Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, free_name, name_of, need_columns, required,
};
use crate::analysis::filter_text::{FilterColumn, all_of, equals};
use crate::analysis::sql_text::{literal, name};
use crate::model::{Chip, Column as TableColumn, Kind, Note, Role, Step, Table, format_time, plain_text};

pub const OPERATION: Operation = Operation {
    id: "resample",
    doc: "Count the rows of each minute, hour, day ..., and sum columns over it; steps without rows count zero",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("every", ParamKind::Text, "the step: 30s, 15m, 1h, 1d, 1w, 1mon"),
        ParamSpec::optional("column", ParamKind::Columns, "the time column; without it the one with the time role"),
        ParamSpec::optional("by", ParamKind::Columns, "a column whose values are counted apart"),
        ParamSpec::optional("sum", ParamKind::Columns, "number columns that are summed"),
    ],
    run,
};

/// A result with more rows than this says nothing to anybody.
const MOST_ROWS: usize = 1_000_000;

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let every = Every::parse(required(step, "every")?).map_err(|why| parameter(step, why))?;
    let time = time_column(step, table)?;
    let named = |name: &str| step.params.get(name).map_or(Ok(Vec::new()), |t| columns(t)).map_err(Error::Failed);
    let (by, sums) = (named("by")?, named("sum")?);
    need_columns(step, table, &by)?;
    if by.len() > 1 {
        return Err(parameter(step, "the rows can be counted apart by one column".to_owned()));
    }
    need_columns(step, table, &sums)?;
    if let Some(text) = sums.iter().find(|name| table.column(name).is_some_and(|c| c.kind != Kind::Number)) {
        return Err(parameter(step, format!("{text} is no number column; 'convert' can make it one")));
    }
    let times = table.frame().column(&time.name)?.as_materialized_series().to_physical_repr().into_owned();
    let groups = groups(table, &by)?;
    let numbers: Vec<Float64Chunked> = sums
        .iter()
        .map(|name| table.frame().column(name)?.cast(&DataType::Float64)?.f64().cloned())
        .collect::<PolarsResult<_>>()?;
    let mut counted: BTreeMap<(i64, usize), (i64, Vec<f64>)> = BTreeMap::new();
    let mut n_without = 0;
    for (row, moment) in times.i64()?.iter().enumerate() {
        let Some(start) = moment.and_then(|m| every.floor(m)) else {
            n_without += 1;
            continue;
        };
        let slot = counted.entry((start, groups.of_row[row])).or_insert_with(|| (0, vec![0.0; sums.len()]));
        slot.0 += 1;
        slot.1.iter_mut().zip(&numbers).for_each(|(sum, column)| *sum += column.get(row).unwrap_or(0.0));
    }
    fill(&mut counted, every, groups.names.len(), sums.len()).map_err(|why| parameter(step, why))?;
    let df = frame(&counted, &groups.names, &by, &sums)?;
    let what = format!("{n_without} row(s) have no time and are not counted");
    let note = (n_without > 0).then(|| Note::counted(&table.name, what, n_without).in_column(&time.name));
    let name = format!("{} every {}", name_of(inputs), required(step, "every")?);
    Ok(Outcome::of(cx.library.table(&name, df).with_notes(note.into_iter().collect())))
}

fn parameter(step: &Step, why: String) -> Error {
    Error::Parameter { operation: step.operation.clone(), why }
}

fn time_column<'a>(step: &Step, table: &'a Table) -> Result<&'a TableColumn> {
    let found = match step.params.get("column") {
        Some(name) => table.column(name.trim_matches('"')),
        None => table.column_with(&Role::TIME),
    };
    let usable = found.filter(|c| c.kind == Kind::Time);
    usable.ok_or_else(|| parameter(step, format!("{} has no such time column; choose one with set-time", table.name)))
}

/// The rows' groups by a column's values; one group where there is none.
struct Groups {
    names: Vec<Option<String>>,
    of_row: Vec<usize>,
}

fn groups(table: &Table, by: &[String]) -> Result<Groups> {
    let Some(name) = by.first() else {
        return Ok(Groups { names: vec![None], of_row: vec![0; table.n_rows()] });
    };
    let mut known: BTreeMap<Option<String>, usize> = BTreeMap::new();
    let mut of_row = Vec::with_capacity(table.n_rows());
    for value in table.frame().column(name)?.as_materialized_series().iter() {
        let next = known.len();
        of_row.push(*known.entry(plain_text(&value)).or_insert(next));
    }
    let mut names = vec![None; known.len()];
    for (name, at) in known {
        names[at] = name;
    }
    Ok(Groups { names, of_row })
}

/// Adds the steps between the first and the last that have no rows.
fn fill(
    counted: &mut BTreeMap<(i64, usize), (i64, Vec<f64>)>,
    every: Every,
    n_groups: usize,
    n_sums: usize,
) -> std::result::Result<(), String> {
    let (Some(((first, _), _)), Some(((last, _), _))) = (counted.first_key_value(), counted.last_key_value()) else {
        return Ok(());
    };
    let (mut start, last, mut n_steps) = (*first, *last, 0_usize);
    while start <= last {
        for group in 0..n_groups {
            counted.entry((start, group)).or_insert_with(|| (0, vec![0.0; n_sums]));
        }
        n_steps += 1;
        if n_steps.saturating_mul(n_groups) > MOST_ROWS {
            return Err(format!(
                "from first to last there are more than {MOST_ROWS} steps for {n_groups} values; take longer ones"
            ));
        }
        start = every.next(start).ok_or("the times leave the calendar")?;
    }
    Ok(())
}

fn frame(
    counted: &BTreeMap<(i64, usize), (i64, Vec<f64>)>,
    names: &[Option<String>],
    by: &[String],
    sums: &[String],
) -> Result<DataFrame> {
    let starts: Vec<i64> = counted.keys().map(|(start, _)| *start).collect();
    let taken: Vec<String> = by.iter().chain(sums).cloned().collect();
    let ours = |name: &str| free_name(name, &taken);
    let micros = DataType::Datetime(TimeUnit::Microseconds, None);
    let mut columns = vec![Column::new(ours("time").into(), starts).cast(&micros)?];
    if let Some(name) = by.first() {
        let values: Vec<Option<&str>> = counted.keys().map(|(_, group)| names[*group].as_deref()).collect();
        columns.push(Column::new(name.as_str().into(), values));
    }
    columns.push(Column::new(ours("count").into(), counted.values().map(|(n, _)| *n).collect::<Vec<i64>>()));
    for (at, name) in sums.iter().enumerate() {
        let values: Vec<f64> = counted.values().map(|(_, sums)| sums[at]).collect();
        columns.push(Column::new(name.as_str().into(), values));
    }
    Ok(DataFrame::new(counted.len(), columns)?)
}

/// The rows of a step of time, and of its value where they were counted apart.
pub(super) fn behind(step: &Step, table: &Table, counted: &Table, row: usize) -> Option<Behind> {
    let every = Every::parse(step.params.get("every")?).ok()?;
    let time = time_column(step, table).ok()?;
    let by = step.params.get("by").and_then(|by| columns(by).ok()).and_then(|by| by.into_iter().next());
    let start = counted.frame().columns().first()?.as_materialized_series().to_physical_repr().i64().ok()?.get(row)?;
    let (from, to) = (format_time(start, ' ', None), format_time(every.next(start)?, ' ', None));
    let expr = format!("({0} >= {1} AND {0} < {2})", name(&time.name), literal(&from), literal(&to));
    let mut chips = vec![Chip { expr, label: format!("{} {from} to {to}", time.name) }];
    if let Some(column) = by.and_then(|by| table.column(&by)) {
        let value = counted.column(&column.name).and_then(|c| counted.full_text(row, c));
        let about = FilterColumn { name: &column.name, kind: column.kind, is_shown: true };
        chips.push(equals(about, value.as_deref(), true));
    }
    Some(Behind { input: 0, chip: all_of(&chips, true) })
}

/// A step of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    /// Microseconds; zero lies at the first Monday of 1970, so that weeks begin with Mondays.
    Micros(i64),
    Months(u32),
}

/// The fifth of January 1970, a Monday.
const MONDAY: i64 = 4 * 86_400_000_000;

impl Every {
    fn parse(text: &str) -> std::result::Result<Self, String> {
        let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = if n_digits == 0 { 1 } else { text[..n_digits].parse().unwrap_or(0) };
        let seconds = match &text[n_digits..] {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            "mon" => return if number == 0 { Err("a step of nothing".to_owned()) } else { Ok(Self::Months(number)) },
            _ => 0,
        };
        let micros = i64::from(number).saturating_mul(seconds * 1_000_000);
        if micros > 0 { Ok(Self::Micros(micros)) } else { Err(format!("'{text}' is no step; write 15m, 1h, 1d, 1mon")) }
    }

    /// The start of the step that a moment lies in.
    fn floor(self, moment: i64) -> Option<i64> {
        match self {
            Self::Micros(step) => moment.checked_sub(MONDAY)?.div_euclid(step).checked_mul(step)?.checked_add(MONDAY),
            Self::Months(n) => {
                let date = DateTime::from_timestamp_micros(moment)?.date_naive();
                let months = i64::from(date.year()) * 12 + i64::from(date.month0());
                let start = months.div_euclid(i64::from(n)) * i64::from(n);
                let year = i32::try_from(start.div_euclid(12)).ok()?;
                let month = u32::try_from(start.rem_euclid(12)).ok()? + 1;
                Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros())
            }
        }
    }

    fn next(self, start: i64) -> Option<i64> {
        match self {
            Self::Micros(step) => start.checked_add(step),
            Self::Months(n) => {
                Some(DateTime::from_timestamp_micros(start)?.checked_add_months(Months::new(n))?.timestamp_micros())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format_time;

    #[test]
    fn steps_begin_where_people_expect_them() {
        let moment = 1_772_590_269_000_000; // 2026-03-04T02:11:09Z, a Wednesday
        let floor = |every: &str| format_time(Every::parse(every).unwrap().floor(moment).unwrap(), ' ', None);
        assert_eq!(floor("15m"), "2026-03-04 02:00:00");
        assert_eq!(floor("1h"), "2026-03-04 02:00:00");
        assert_eq!(floor("1d"), "2026-03-04 00:00:00");
        assert_eq!(floor("1w"), "2026-03-02 00:00:00");
        assert_eq!(floor("1mon"), "2026-03-01 00:00:00");
        assert_eq!(floor("3mon"), "2026-01-01 00:00:00");
        for bad in ["0h", "h1", "5x", ""] {
            assert!(Every::parse(bad).is_err(), "{bad}");
        }
    }
}
