//! `parse-syslog`: whole syslog lines taken apart into host, process, message and the rest.

use std::sync::Arc;

use polars::prelude::*;

use super::derived::{Texts, column_of, every_row, extended};
use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, with};
use crate::analysis::syslog::{FACILITIES, SEVERITIES, SyslogLine, SyslogTime, parse, structured};
use crate::model::{Note, Step, Table};
use chrono::Datelike;

pub const OPERATION: Operation = Operation {
    id: "parse-syslog",
    doc: "Take syslog lines apart: time, host, facility, severity, process, structured data, message",
    inputs: Inputs::One,
    params: &[ParamSpec::required("column", ParamKind::Columns, "the column of whole lines")],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let input = &inputs[0];
    let name = column_of(step, input)?;
    let texts = Texts::of(input, &name)?;
    let values = texts.values();
    let lines: Vec<Option<SyslogLine<'_>>> = values.iter().map(|text| parse((*text)?)).collect();
    let text = |name: &str, of: fn(&SyslogLine<'_>) -> Option<String>| {
        let values = lines.iter().map(|line| of(line.as_ref()?));
        StringChunked::from_iter_options(name.into(), values).into_column()
    };
    let (now, year) = (cx.now.timestamp_micros(), cx.now.year());
    let time = |line: &Option<SyslogLine<'_>>| line.as_ref()?.time?.before(now, year);
    let micros = Int64Chunked::from_iter_options("syslog_time".into(), lines.iter().map(time)).into_column();
    let new = vec![
        micros.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?,
        text("syslog_host", |l| Some(l.host.to_owned()).filter(|h| !h.is_empty())),
        text("syslog_facility", |l| FACILITIES.get(usize::from(l.priority?.0)).map(|w| (*w).to_owned())),
        text("syslog_severity", |l| SEVERITIES.get(usize::from(l.priority?.1)).map(|w| (*w).to_owned())),
        text("syslog_process", |l| l.process.map(str::to_owned)),
        text("syslog_process_id", |l| l.process_id.map(str::to_owned)),
        text("syslog_message_id", |l| l.message_id.map(str::to_owned)),
        text("syslog_data", |l| Some(structured(l.data?).to_string())),
        text("syslog_message", |l| Some(l.message.to_owned())),
    ];
    let mut outcome = extended(cx, &with(step, inputs), input, &every_row(input), new)?;
    outcome.table.notes.extend(notes(&input.name, &name, &values, &lines));
    Ok(outcome)
}

fn notes(about: &str, column: &str, values: &[Option<&str>], lines: &[Option<SyslogLine<'_>>]) -> Vec<Note> {
    let mut notes = Vec::new();
    let odd: Vec<u32> = (0_u32..)
        .zip(values.iter().zip(lines))
        .filter(|(_, (value, line))| value.is_some() && line.is_none())
        .map(|(row, _)| row)
        .collect();
    if !odd.is_empty() {
        let what = format!("{} values are no syslog lines: their new columns are null", odd.len());
        notes.push(Note::counted(about, what, odd.len() as u64).in_column(column).at_rows(odd));
    }
    let is_yearless =
        |line: &Option<SyslogLine<'_>>| matches!(line, Some(l) if matches!(l.time, Some(SyslogTime::NoYear { .. })));
    let n_yearless = lines.iter().filter(|line| is_yearless(line)).count();
    if n_yearless > 0 {
        let what =
            format!("{n_yearless} times have no year: the latest year that is not in the future is taken, in UTC");
        notes.push(Note::counted(about, what, n_yearless as u64).in_column("syslog_time"));
    }
    notes
}
