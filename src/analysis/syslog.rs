//! Syslog lines: RFC 5424, RFC 3164, and RFC 3164 with the ISO times that rsyslog and systemd write.

use chrono::NaiveDate;
use serde_json::map::Entry;
use serde_json::{Map, Value};

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
    /// What kind of message it is (RFC 5424).
    pub message_id: Option<&'a str>,
    /// The structured data as it is written (RFC 5424), `[id name="value"]...`; [`structured`] takes it apart.
    pub data: Option<&'a str>,
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
                let is_past = |micros: &i64| *micros <= newest.saturating_add(86_400_000_000);
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
    let Some((time, rest)) = iso_time(rest).or_else(|| bsd_time(rest)) else {
        // What a relay cannot read it takes for the message (RFC 3164, 4.3.3).
        return priority.map(|_| SyslogLine { priority, message: rest, ..SyslogLine::default() });
    };
    let (host, rest) = rest.split_once(' ')?;
    let (tag, message) = tag_of(rest);
    // Other logs begin with a time too, but go on with a level, or with no tag.
    let is_other = matches!(time, SyslogTime::Full(_)) && tag.is_none();
    if host.is_empty() || host.ends_with(':') || is_other || is_level(host) {
        return None;
    }
    let (process, process_id) = tag.map_or((None, None), |tag| process_of(tag));
    Some(SyslogLine { time: Some(time), host, priority, process, process_id, message, ..SyslogLine::default() })
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
    let (time, host, app, process_id, message_id, rest) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let value = |text| Some(text).filter(|t| *t != "-");
    let time = value(time).and_then(|t| TimeFormat::Iso.parse(t)).map(SyslogTime::Full);
    let (data, message) = rest.split_at(data_length(rest));
    let message = message.strip_prefix(' ').unwrap_or(message).trim_start_matches('\u{feff}');
    Some(SyslogLine {
        time,
        host: value(host).unwrap_or(""),
        priority: None,
        process: value(app),
        process_id: value(process_id),
        message_id: value(message_id),
        data: value(data).filter(|data| !data.is_empty()),
        message,
    })
}

/// Bytes of `-` or of `[id name="value"]...`; none where a sender left structured data out, or where it never ends.
fn data_length(rest: &str) -> usize {
    if rest == "-" || rest.starts_with("- ") {
        return 1;
    }
    let mut at = 0;
    while let Some(length) = element(&rest[at..]).map(|(_, _, length)| length) {
        at += length;
    }
    if rest[at..].is_empty() || rest[at..].starts_with(' ') { at } else { 0 }
}

/// The first element of structured data: its id, its parameters as they are written, and its length with the brackets.
fn element(text: &str) -> Option<(&str, &str, usize)> {
    let inside = text.strip_prefix('[')?;
    let (mut quoted, mut escaped) = (false, false);
    let end = inside.char_indices().find(|(_, c)| {
        let is_end = *c == ']' && !quoted;
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => {}
        }
        is_end
    });
    let (body, length) = end.map(|(end, _)| (&inside[..end], end + 2))?;
    let (id, parameters) = body.split_once(' ').unwrap_or((body, ""));
    let is_id = !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'=' | b'"'));
    is_id.then_some((id, parameters, length))
}

/// Structured data as JSON, `{"id": {"name": "value"}}`, with the escapes of RFC 5424 resolved. A name that comes more
/// than once has a list of values.
pub fn structured(data: &str) -> Value {
    let mut elements = Map::new();
    let mut rest = data;
    while let Some((id, parameters, length)) = element(rest) {
        let of_id = elements.entry(id).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(of_id) = of_id {
            add_parameters(of_id, parameters);
        }
        rest = &rest[length..];
    }
    Value::Object(elements)
}

fn add_parameters(into: &mut Map<String, Value>, mut rest: &str) {
    while let Some((name, behind)) = rest.trim_start().split_once("=\"") {
        let (mut value, mut escaped) = (String::new(), false);
        let mut end = behind.len();
        for (at, c) in behind.char_indices() {
            match c {
                '"' | '\\' | ']' if escaped => value.push(c),
                _ if escaped => value.extend(['\\', c]),
                '\\' => {}
                '"' => {
                    end = at + 1;
                    break;
                }
                c => value.push(c),
            }
            escaped = c == '\\' && !escaped;
        }
        match into.entry(name) {
            Entry::Vacant(place) => {
                place.insert(Value::String(value));
            }
            Entry::Occupied(mut place) => match place.get_mut() {
                Value::Array(values) => values.push(Value::String(value)),
                one => *one = Value::Array(vec![one.take(), Value::String(value)]),
            },
        }
        rest = behind.get(end..).unwrap_or_default();
    }
}

fn iso_time(text: &str) -> Option<(SyslogTime, &str)> {
    let (first, rest) = text.split_once(' ')?;
    Some((SyslogTime::Full(TimeFormat::Iso.parse(first)?), rest))
}

/// `Mar  4 02:11:09 `, also with the year that network devices put in: `Mar  4 2026 02:11:09`, `Mar  4 02:11:09 2026`.
fn bsd_time(text: &str) -> Option<(SyslogTime, &str)> {
    let month = MONTHS.iter().position(|m| text.starts_with(m))? + 1;
    let (day, rest) = text.get(3..)?.strip_prefix(' ')?.trim_start().split_once(' ')?;
    let (before, rest) = year_of(rest);
    let (clock, rest) = rest.split_once(' ')?;
    let (year, rest) = if before.is_some() { (before, rest) } else { year_of(rest) };
    // A colon parts such a time from the rest.
    let clock = clock.strip_suffix(':').filter(|_| before.is_some()).unwrap_or(clock);
    let mut parts = clock.splitn(3, ':').map(|p| p.parse::<u32>().ok().filter(|n| *n < 61));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let day: u32 = day.parse().ok().filter(|d| (1..=31).contains(d))?;
    let month = u32::try_from(month).ok()?;
    let time = SyslogTime::NoYear { month, day, seconds: hour * 3_600 + minute * 60 + second };
    let time = match year {
        Some(year) => SyslogTime::Full(time.before(i64::MAX, year).filter(|_| in_year(year, month, day))?),
        None => time,
    };
    (hour < 24).then_some((time, rest))
}

fn in_year(year: i32, month: u32, day: u32) -> bool {
    NaiveDate::from_ymd_opt(year, month, day).is_some()
}

/// A year at the start of a text, and what follows it.
fn year_of(text: &str) -> (Option<i32>, &str) {
    let year = text.split_once(' ').filter(|(word, _)| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()));
    let year = year.and_then(|(word, rest)| Some((word.parse().ok()?, rest)));
    year.filter(|(year, _)| (1970..2100).contains(year)).map_or((None, text), |(year, rest)| (Some(year), rest))
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
        assert_eq!((new.message_id, new.data), (Some("ID47"), Some("[x@1 a=\"]b\\\"\" c=\"d\"]")));
        assert_eq!(parse("<165>1 - - - - - - bare").unwrap().message, "bare");
        // Senders that leave structured data out, or do not end it, lose nothing of their message.
        for message in ["no data at all", "[open", "-x", "[a b=\"c\"]glued", "[x"] {
            let line = format!("<165>1 - h a 1 id {message}");
            assert_eq!((parse(&line).unwrap().message, parse(&line).unwrap().data), (message, None), "{line}");
        }
        assert_eq!(parse("<165>1 - h a 1 id [a][b@2 c=\"d\"]").unwrap().data, Some("[a][b@2 c=\"d\"]"));
        let told = |line: &str| parse(line).unwrap().time.unwrap().before(0, 1970).map(|t| format_time(t, ' ', None));
        for line in ["Mar  4 2026 02:11:09 fw p: m", "Mar  4 02:11:09 2026 fw p: m", "Mar 4 2026 02:11:09: fw p: m"] {
            assert_eq!(
                (told(line).as_deref(), parse(line).unwrap().host),
                (Some("2026-03-04 02:11:09"), "fw"),
                "{line}"
            );
        }
        let odd = parse("<34>what is this").unwrap();
        assert_eq!((odd.priority, odd.host, odd.message), (Some((4, 2)), "", "what is this"));
        assert_eq!(parse("Traceback (most recent call last):"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn structured_data_is_taken_apart() {
        let json = |data: &str| structured(data).to_string();
        assert_eq!(json("[x@1 a=\"]b\\\"\" c=\"\\d\\\\\\]\"]"), r#"{"x@1":{"a":"]b\"","c":"\\d\\]"}}"#);
        assert_eq!(
            json("[a][origin ip=\"1.2.3.4\" ip=\"::1\" ip=\"\"]"),
            r#"{"a":{},"origin":{"ip":["1.2.3.4","::1",""]}}"#
        );
        assert_eq!(json("nothing"), "{}");
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

        #[test]
        fn no_structured_data_breaks_it(data in r#"[\[\]a-c="\\ ]{0,40}"#) {
            structured(&data);
            let line = format!("<34>1 - h a 1 id {data}");
            if let Some(parsed) = parse(&line) {
                prop_assert!(line.ends_with(parsed.message));
            }
        }
    }
}
