//! `set-time`: which column a table's time is, and by how much its host's clock was wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::*;

use super::parameters::columns;
use super::{Cx, Error, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, need_columns, required};
use crate::model::{Kind, Note, Role, Step, Table};

pub const OPERATION: Operation = Operation {
    id: "set-time",
    doc: "Choose the column that is the table's time, and set its clock right by a skew",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("column", ParamKind::Columns, "the time column"),
        ParamSpec::optional(
            "skew",
            ParamKind::Text,
            "what is added to every time of the table, such as -3m20s where its clock was ahead",
        ),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let table = &inputs[0];
    let names = columns(required(step, "column")?).map_err(Error::Failed)?;
    need_columns(step, table, &names)?;
    let complain = |why: String| Error::Parameter { operation: step.operation.clone(), why };
    let [name] = &names[..] else {
        return Err(complain("a table has one time column".to_owned()));
    };
    if table.column(name).is_none_or(|c| c.kind != Kind::Time) {
        return Err(complain(format!("{name} holds no times; 'convert --to time' can make it hold them")));
    }
    let mut df = table.frame().clone();
    let mut notes = table.notes.clone();
    if let Some(text) = step.params.get("skew").filter(|text| !text.is_empty()) {
        let skew =
            micros_of(text).ok_or_else(|| complain(format!("'{text}' is no skew; write +3m20s, -1h or 250ms")))?;
        let times: Vec<&str> = table.columns.iter().filter(|c| c.kind == Kind::Time).map(|c| c.name.as_str()).collect();
        for name in &times {
            df = shifted(df, name, skew)?;
        }
        let all = skew.saturating_add(earlier_skew(&table.notes));
        let what = format!("{SKEWED}{} in all: every time in {} is shifted", told(all), times.join(", "));
        // The sum takes the place of the one before.
        notes.retain(|note| !note.what.starts_with(SKEWED));
        notes.insert(0, Note::new(&table.name, what));
    }
    let table = cx.library.table(name_of(inputs), df).with_notes(notes);
    let table = table.with_roles(BTreeMap::from([(name.clone(), Role::TIME)]));
    Ok(Outcome { has_all_notes: true, ..Outcome::of(table) })
}

/// How the note on a skew begins; its sum stands behind it.
const SKEWED: &str = "its clock was set right by ";

/// What was added to the times before, by the note that says so.
fn earlier_skew(notes: &[Note]) -> i64 {
    let told = notes.iter().find_map(|note| note.what.strip_prefix(SKEWED)?.split(' ').next());
    told.and_then(micros_of).unwrap_or(0)
}

/// A skew as [`micros_of`] reads it back: `-6m40s`.
fn told(micros: i64) -> String {
    let mut rest = micros.unsigned_abs();
    let mut text = if micros < 0 { "-".to_owned() } else { "+".to_owned() };
    for (unit, name) in [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1, "us")] {
        if rest >= unit {
            text = format!("{text}{}{name}", rest / unit);
            rest %= unit;
        }
    }
    if text.len() == 1 { "0s".to_owned() } else { text }
}

fn shifted(mut df: DataFrame, name: &str, skew: i64) -> Result<DataFrame> {
    let column = df.column(name)?;
    if !matches!(column.dtype(), DataType::Datetime(TimeUnit::Microseconds, _)) {
        return Ok(df);
    }
    let micros = column.as_materialized_series().to_physical_repr().into_owned();
    let moved = micros.i64()?.apply_values(|v| v.saturating_add(skew)).into_column().cast(column.dtype())?;
    df.with_column(moved)?;
    Ok(df)
}

/// Microseconds of `[+-]` and numbers with units: d, h, m, s, ms, us.
fn micros_of(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut sum: i64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest[..n_digits].parse().ok()?;
        rest = &rest[n_digits..];
        let n_letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &rest[..n_letters] {
            "d" => 86_400_000_000,
            "h" => 3_600_000_000,
            "m" | "min" => 60_000_000,
            "s" => 1_000_000,
            "ms" => 1_000,
            "us" => 1,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[n_letters..];
    }
    Some(sign * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews_are_read() {
        assert_eq!(micros_of("-3m20s"), Some(-200_000_000));
        assert_eq!(micros_of("+1h"), Some(3_600_000_000));
        assert_eq!(micros_of("250ms"), Some(250_000));
        for text in ["-6m40s", "+1h", "+1d2h3m4s5us"] {
            assert_eq!(told(micros_of(text).unwrap()), text);
        }
        for bad in ["", "-", "3", "5x", "1h-2m"] {
            assert_eq!(micros_of(bad), None, "{bad}");
        }
    }
}
