//! Plain log files: a line a row. Syslog is taken apart; of any other log the time at the start of its lines is read.

use chrono::{DateTime, Datelike};
use polars::prelude::*;

use super::bytes::load_text;
use super::text_columns::TextColumns;
use super::{Read, Watch};
use crate::analysis::syslog::{FACILITIES, SEVERITIES, SyslogLine, parse};
use crate::analysis::timestamp::{LineTimes, leading};
use crate::model::Note;
use crate::query::error::Result;
use crate::query::source::Part;

/// So many lines decide what kind of log it is.
const LOOKED_AT: usize = 1_000;
/// Lines between two looks at the cancel flag.
const LINES_AT_ONCE: usize = 1 << 16;

/// The text columns of syslog, by the names that Sentinel gives them.
const SYSLOG: &[&str] = &["Computer", "Facility", "SeverityLevel", "ProcessName", "ProcessID", "SyslogMessage", "line"];

pub fn read(part: &Part, watch: &Watch<'_>) -> Result<Read> {
    let loaded = load_text(part, watch)?;
    let mut notes = loaded.notes;
    let text = loaded.text.as_str();
    let sample: Vec<&str> = text.lines().take(LOOKED_AT).filter(|line| !line.is_empty()).collect();
    let is_most = |n: usize| n * 2 > sample.len();
    let is_syslog = is_most(sample.iter().filter(|line| parse(line).is_some()).count());
    let has_times = !is_syslog && is_most(sample.iter().filter(|line| leading(line).is_some()).count());
    let times = LineTimes::of(text.lines().filter(|_| has_times).filter_map(leading));
    let names: &[&str] = if is_syslog { SYSLOG } else { &["line"] };
    let mut log = Log::new(text, names.len(), newest(part));
    log.read(is_syslog, times, watch)?;
    notes.extend(log.notes(&part.path(), is_syslog, has_times));
    let Log { columns, times, .. } = log;
    let n_rows = columns.n_rows();
    let mut columns = columns.finish(names.iter().map(|n| (*n).to_owned()).collect());
    if is_syslog || times.iter().any(Option::is_some) {
        let micros = Int64Chunked::from_iter_options("TimeGenerated".into(), times.into_iter());
        columns.insert(0, micros.into_column().cast(&DataType::Datetime(TimeUnit::Microseconds, None))?);
    }
    Ok(Read { lf: DataFrame::new(n_rows, columns)?.lazy(), notes })
}

/// When the file was last written, in microseconds UTC, and the year of that.
fn newest(part: &Part) -> Option<(i64, i32)> {
    let changed = part.modified()?;
    Some((changed.timestamp_micros(), changed.year()))
}

struct Log<'a> {
    text: &'a str,
    newest: Option<(i64, i32)>,
    columns: TextColumns,
    times: Vec<Option<i64>>,
    n_without_year: usize,
    /// Times of which nobody can tell the day from the month.
    n_unclear: usize,
    odd_rows: Vec<u32>,
}

impl<'a> Log<'a> {
    fn new(text: &'a str, width: usize, newest: Option<(i64, i32)>) -> Self {
        let columns = TextColumns::new(width);
        Self { text, newest, columns, times: Vec::new(), n_without_year: 0, n_unclear: 0, odd_rows: Vec::new() }
    }

    fn read(&mut self, is_syslog: bool, times: LineTimes, watch: &Watch<'_>) -> Result<()> {
        let n_bytes = self.text.len();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            if is_syslog {
                self.syslog(bare);
            } else {
                let time = leading(bare);
                self.times.push(time.and_then(|text| times.parse(text)));
                self.n_unclear += usize::from(time.is_some() && self.times.last() == Some(&None));
                self.columns.push(0, bare);
            }
            self.columns.end_row();
            at += line.len();
            if self.columns.n_rows().is_multiple_of(LINES_AT_ONCE) {
                watch.check()?;
                watch.progress.set_done((n_bytes + at) as u64);
            }
        }
        Ok(())
    }

    fn syslog(&mut self, line: &str) {
        let line_column = SYSLOG.len() - 1;
        self.columns.push(line_column, line);
        let Some(parsed) = parse(line) else {
            self.times.push(None);
            self.odd_rows.extend(u32::try_from(self.columns.n_rows()));
            return;
        };
        let time = self.time_of(&parsed);
        self.times.push(time);
        let level = |names: &[&'static str], n: u8| names.get(usize::from(n)).copied();
        let facility = parsed.priority.and_then(|(facility, _)| level(&FACILITIES, facility));
        let severity = parsed.priority.and_then(|(_, severity)| level(&SEVERITIES, severity));
        let made = [facility, severity];
        for (column, word) in made.iter().enumerate().filter_map(|(n, word)| Some((n + 1, (*word)?))) {
            self.columns.push(column, word);
        }
        let parts = [
            (0, Some(parsed.host).filter(|host| !host.is_empty())),
            (3, parsed.process),
            (4, parsed.process_id),
            (5, Some(parsed.message)),
        ];
        for (column, part) in parts.iter().filter_map(|(n, part)| Some((*n, (*part)?))) {
            self.columns.push(column, part);
        }
    }

    fn time_of(&mut self, line: &SyslogLine<'_>) -> Option<i64> {
        use crate::analysis::syslog::SyslogTime::{Full, NoYear};
        match (line.time?, self.newest) {
            (Full(micros), _) => Some(micros),
            (time @ NoYear { .. }, Some((newest, year))) => {
                self.n_without_year += 1;
                time.before(newest, year)
            }
            (NoYear { .. }, None) => None,
        }
    }

    fn notes(&self, about: &str, is_syslog: bool, has_times: bool) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.text.is_empty() {
            notes.push(Note::new(about, "the file is empty"));
        }
        if self.n_unclear > 0 {
            let what = format!(
                "{} times may be month or day first, and no line tells: they are left in the text",
                self.n_unclear
            );
            notes.push(Note::counted(about, what, self.n_unclear as u64));
        }
        let n_times = self.times.iter().flatten().count() + self.n_unclear;
        let n_lines = self.columns.n_rows();
        if let Some((newest, _)) = self.newest.filter(|_| self.n_without_year > 0) {
            let day = DateTime::from_timestamp_micros(newest).unwrap_or_default().format("%Y-%m-%d");
            let what = format!(
                "{} times have no year and no zone: they are taken as UTC, in the latest year that is not after the file's last change on {day}",
                self.n_without_year
            );
            notes.push(Note::counted(about, what, self.n_without_year as u64).in_column("TimeGenerated"));
        }
        if !self.odd_rows.is_empty() {
            let what = format!(
                "{} of {n_lines} lines are no syslog; they stand whole in the column 'line'",
                self.odd_rows.len()
            );
            notes.push(Note::counted(about, what, self.odd_rows.len() as u64).at_rows(self.odd_rows.clone()));
        } else if !is_syslog && has_times && n_times < n_lines {
            let what = format!(
                "{} of {n_lines} lines begin with no time, such as those that go on with the line before",
                n_lines - n_times
            );
            notes.push(Note::counted(about, what, (n_lines - n_times) as u64).in_column("TimeGenerated"));
        }
        notes
    }
}
