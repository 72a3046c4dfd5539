//! Syslog lines: RFC 5424, RFC 3164, and RFC 3164 with the ISO times that rsyslog and systemd write.

use chrono::NaiveDate;

use super::timestamp::TimeFormat;

/// The parts of one line; what a line does not say is None.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SyslogLine<'a> {
    pub time: Option<SyslogTime>,
    pub host: &'a str,
    /// Facility and severity by their numbers.
    pub priority: Option<(u8, u8)>,
    pub process: Option<&'a str>,
    pub process_id: Option<&'a str>,
    pub message: &'a str,
}

/// When a line was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyslogTime {
    /// Microseconds since 1970 in UTC.
    Full(i64),
    /// RFC 3164 leaves the year out: month, day, seconds of the day.
    NoYear { month: u32, day: u32, seconds: u32 },
}

impl SyslogTime {
    /// Microseconds UTC. A line without a year is of the latest year in which it is not after `newest`.
    pub fn before(self, newest: i64, newest_year: i32) -> Option<i64> {
        match self {
            Self::Full(micros) => Some(micros),
            Self::NoYear { month, day, seconds } => {
                let in_year = |year: i32| {
                    let date = NaiveDate::from_ymd_opt(year, month, day)?;
                    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_micros() + i64::from(seconds) * 1_000_000)
                };
                // A clock that is a day ahead must not send a line into the year before.
                let is_past = |micros: &i64| *micros <= newest + 86_400_000_000;
                // Leap days are four years apart, so that many are tried.
                (0..5).filter_map(|back| in_year(newest_year - back)).find(is_past)
            }
        }
    }
}

pub const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

pub const SEVERITIES: [&str; 8] = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The parts of a line; None where it is no syslog.
pub fn parse(line: &str) -> Option<SyslogLine<'_>> {
    let (priority, rest) = priority_of(line);
    if priority.is_some()
        && let Some(rest) = rest.strip_prefix("1 ")
    {
        return rfc5424(rest).map(|parsed| SyslogLine { priority, ..parsed });
    }
    let (time, rest) = iso_time(rest).or_else(|| bsd_time(rest))?;
    let (host, rest) = rest.split_once(' ')?;
    let (tag, message) = tag_of(rest);
    // Other logs begin with a time too, but go on with a level, or with no tag.
    let is_other = matches!(time, SyslogTime::Full(_)) && tag.is_none();
    if host.is_empty() || host.ends_with(':') || is_other || is_level(host) {
        return None;
    }
    let (process, process_id) = tag.map_or((None, None), |tag| process_of(tag));
    Some(SyslogLine { time: Some(time), host, priority, process, process_id, message })
}

/// Whether a word says how bad something is, in upper case as logs of programs write it.
fn is_level(word: &str) -> bool {
    const LEVELS: &[&str] =
        &["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "ERR", "FATAL", "CRITICAL", "SEVERE"];
    LEVELS.contains(&word.trim_matches(['[', ']', ':']))
}

fn priority_of(line: &str) -> (Option<(u8, u8)>, &str) {
    let inside = || {
        let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
        let number: u8 = number.parse().ok().filter(|n| *n < 192)?;
        Some((Some((number / 8, number % 8)), rest))
    };
    inside().unwrap_or((None, line))
}

/// `TIME HOST APP PROCID MSGID STRUCTURED-DATA MESSAGE`; a dash is no value.
fn rfc5424(rest: &str) -> Option<SyslogLine<'_>> {
    let mut parts = rest.splitn(6, ' ');
    let mut next = || parts.next();
    let (time, host, app, process_id, _id, rest) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let value = |text| Some(text).filter(|t| *t != "-");
    let time = value(time).and_then(|t| TimeFormat::Iso.parse(t)).map(SyslogTime::Full);
    let message = after_structured_data(rest).trim_start_matches('\u{feff}');
    Some(SyslogLine {
        time,
        host: value(host).unwrap_or(""),
        priority: None,
        process: value(app),
        process_id: value(process_id),
        message,
    })
}

/// What follows `-` or `[id name="value"]...`; an escaped bracket does not end it.
fn after_structured_data(rest: &str) -> &str {
    if let Some(message) = rest.strip_prefix('-') {
        return message.trim_start();
    }
    let (mut quoted, mut escaped) = (false, false);
    let mut previous = ' ';
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ' ' if !quoted && previous == ']' => return &rest[at + 1..],
            _ => {}
        }
        previous = c;
    }
    ""
}

fn iso_time(text: &str) -> Option<(SyslogTime, &str)> {
    let (first, rest) = text.split_once(' ')?;
    Some((SyslogTime::Full(TimeFormat::Iso.parse(first)?), rest))
}

/// `Mar  4 02:11:09 `
fn bsd_time(text: &str) -> Option<(SyslogTime, &str)> {
    let month = MONTHS.iter().position(|m| text.starts_with(m))? + 1;
    let (day, rest) = text.get(3..)?.strip_prefix(' ')?.trim_start().split_once(' ')?;
    let (clock, rest) = rest.split_once(' ')?;
    let mut parts = clock.splitn(3, ':').map(|p| p.parse::<u32>().ok().filter(|n| *n < 61));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let day: u32 = day.parse().ok().filter(|d| (1..=31).contains(d))?;
    let month = u32::try_from(month).ok()?;
    (hour < 24).then_some((SyslogTime::NoYear { month, day, seconds: hour * 3_600 + minute * 60 + second }, rest))
}

/// `tag: message`, `tag[pid]: message`; a line of the kernel may have no tag.
fn tag_of(rest: &str) -> (Option<&str>, &str) {
    match rest.split_once(": ").or_else(|| rest.strip_suffix(':').map(|tag| (tag, ""))) {
        Some((tag, message)) if !tag.is_empty() && tag.len() <= 64 && !tag.contains(' ') => (Some(tag), message),
        _ => (None, rest),
    }
}

fn process_of(tag: &str) -> (Option<&str>, Option<&str>) {
    match tag.strip_suffix(']').and_then(|t| t.split_once('[')) {
        Some((name, id)) => (Some(name), Some(id)),
        None => (Some(tag), None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::format_time;

    #[test]
    fn the_three_forms_are_read() {
        let old = parse("<34>Mar  4 02:11:09 ndx-web-01 sshd[2201]: Accepted password for svc-backup").unwrap();
        assert_eq!((old.host, old.process, old.process_id), ("ndx-web-01", Some("sshd"), Some("2201")));
        assert_eq!((old.priority, old.message), (Some((4, 2)), "Accepted password for svc-backup"));
        let iso = parse("2026-03-04T02:11:09.133+02:00 web cron[1]: (root) CMD (x: y)").unwrap();
        assert_eq!(
            (iso.time, iso.message),
            (TimeFormat::Iso.parse("2026-03-04T00:11:09.133Z").map(SyslogTime::Full), "(root) CMD (x: y)")
        );
        let new =
            parse("<165>1 2026-03-04T02:11:09.133Z web app 77 ID47 [x@1 a=\"]b\\\"\" c=\"d\"] hello world").unwrap();
        assert_eq!(
            (new.host, new.process, new.process_id, new.message),
            ("web", Some("app"), Some("77"), "hello world")
        );
        assert_eq!(parse("<165>1 - - - - - - bare").unwrap().message, "bare");
        assert_eq!(parse("Traceback (most recent call last):"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn the_missing_year_is_the_latest_that_fits() {
        let newest = TimeFormat::Iso.parse("2026-01-02T00:00:00Z").unwrap();
        let at =
            |line: &str| parse(line).unwrap().time.unwrap().before(newest, 2026).map(|t| format_time(t, ' ', None));
        assert_eq!(at("Dec 31 23:59:59 h p: m").as_deref(), Some("2025-12-31 23:59:59"));
        assert_eq!(at("Jan  1 00:00:01 h p: m").as_deref(), Some("2026-01-01 00:00:01"));
        assert_eq!(at("Feb 29 00:00:01 h p: m").as_deref(), Some("2024-02-29 00:00:01"));
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(line in ".{0,120}") {
            if let Some(parsed) = parse(&line) {
                prop_assert!(line.contains(parsed.message));
            }
        }
    }
}
