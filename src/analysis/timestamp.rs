//! Times in evidence: which text is a full time, and what moment it names.

use chrono::{DateTime, NaiveDateTime};

/// A way of writing times that a whole column shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// ISO 8601 and RFC 3339: `2019-02-12 04:56:34.307`, `2020-07-06T00:00:00+00:00`, `20260304T021109Z`, `2026/03/04 02:11`.
    Iso,
    /// `5/4/2021, 7:48:01.990 AM` and `2/10/19 3:21 PM`: the month first, as portals and spreadsheets of the US write it.
    MonthFirst,
    /// `13/04/2021 19:48:01`: the day first.
    DayFirst,
    /// One of [`NAMED`], by its index.
    Named(usize),
}

/// Rarer forms in the words of chrono, and whether they say their zone.
const NAMED: &[(&str, bool)] = &[
    ("%d/%b/%Y:%H:%M:%S %z", true),
    ("%a, %d %b %Y %H:%M:%S %z", true),
    ("%a, %d %b %Y %H:%M:%S GMT", false),
    ("%a %b %e %H:%M:%S %Y", false),
    ("%d-%b-%Y %H:%M:%S%.f", false),
    ("%d %b %Y %H:%M:%S%.f", false),
    ("%b %e, %Y %I:%M:%S %p", false),
    ("%d.%m.%Y %H:%M:%S%.f", false),
    ("%d.%m.%Y %H:%M", false),
];

impl TimeFormat {
    /// The formats in which `text` is a full time, with date and time of day.
    pub fn all_of(text: &str) -> impl Iterator<Item = Self> {
        let first = [Self::Iso, Self::MonthFirst, Self::DayFirst];
        let formats = first.into_iter().chain((0..NAMED.len()).map(Self::Named));
        formats.filter(move |format| format.parse(text).is_some())
    }

    /// The first format in which `text` is a full time.
    pub fn of(text: &str) -> Option<Self> {
        Self::all_of(text).next()
    }

    /// Microseconds since 1970 in UTC; times without an offset are taken as UTC.
    pub fn parse(self, text: &str) -> Option<i64> {
        match self {
            Self::Iso => iso(text.as_bytes()),
            Self::MonthFirst => slashed(text, |first, second| (first, second)),
            Self::DayFirst => slashed(text, |first, second| (second, first)),
            Self::Named(n) => {
                let (format, has_zone) = NAMED.get(n)?;
                let zoned = || Some(DateTime::parse_from_str(text, format).ok()?.timestamp_micros());
                let bare = || Some(NaiveDateTime::parse_from_str(text, format).ok()?.and_utc().timestamp_micros());
                if *has_zone { zoned() } else { bare() }
            }
        }
    }
}

/// The time that a line begins with, bare or in square brackets.
pub fn leading(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('[');
    let head = line.get(..line.len().min(48)).unwrap_or(line);
    let ends = head.char_indices().filter(|(_, c)| matches!(c, ' ' | ']' | '\t')).map(|(at, _)| at);
    // The longest start that is a time, so that a time of day behind the date is not left out.
    let ends: Vec<usize> = ends.take(4).collect();
    ends.into_iter().rev().chain([head.len()]).find_map(|end| {
        let text = head[..end].trim_end_matches([',', ']', ':']);
        TimeFormat::of(text).map(|_| text)
    })
}

/// Reads the times at the start of lines, which may be written in several ways.
#[derive(Clone, Copy, Debug)]
pub struct LineTimes {
    /// Which way round day and month are where slashes part them; None where no line tells.
    slashed: Option<TimeFormat>,
}

impl LineTimes {
    /// Looks at the times of all lines, since only some may tell a day from a month.
    pub fn of<'a>(times: impl Iterator<Item = &'a str>) -> Self {
        let (mut only_month, mut only_day, mut has_half) = (0_usize, 0_usize, false);
        for text in times {
            let by = (TimeFormat::MonthFirst.parse(text).is_some(), TimeFormat::DayFirst.parse(text).is_some());
            only_month += usize::from(by == (true, false));
            only_day += usize::from(by == (false, true));
            has_half |= by != (false, false) && text.ends_with(['M', 'm']);
        }
        let slashed = match (only_month, only_day) {
            (0, 0) => has_half.then_some(TimeFormat::MonthFirst),
            (month, day) => Some(if month >= day { TimeFormat::MonthFirst } else { TimeFormat::DayFirst }),
        };
        Self { slashed }
    }

    /// Microseconds since 1970 in UTC.
    pub fn parse(self, text: &str) -> Option<i64> {
        let is_slashed = |format: &TimeFormat| matches!(format, TimeFormat::MonthFirst | TimeFormat::DayFirst);
        match TimeFormat::of(text)? {
            format if is_slashed(&format) => self.slashed?.parse(text),
            format => format.parse(text),
        }
    }
}

/// An integer as time: the unit in which whole columns count, and where zero lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
    /// Windows: tenths of microseconds since 1601.
    Filetime,
}

impl Epoch {
    const ALL: [Self; 5] = [Self::Seconds, Self::Milliseconds, Self::Microseconds, Self::Nanoseconds, Self::Filetime];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Seconds => "seconds since 1970",
            Self::Milliseconds => "milliseconds since 1970",
            Self::Microseconds => "microseconds since 1970",
            Self::Nanoseconds => "nanoseconds since 1970",
            Self::Filetime => "a Windows FILETIME",
        }
    }

    /// Microseconds since 1970; None where it leaves the years 1990 to 2100, which no log of a computer does.
    pub fn micros(self, value: i64) -> Option<i64> {
        let micros = match self {
            Self::Seconds => value.checked_mul(1_000_000)?,
            Self::Milliseconds => value.checked_mul(1_000)?,
            Self::Microseconds => value,
            Self::Nanoseconds => value.div_euclid(1_000),
            // 11,644,473,600 seconds lie between 1601 and 1970.
            Self::Filetime => value.div_euclid(10).checked_sub(11_644_473_600_000_000)?,
        };
        (631_152_000_000_000..4_102_444_800_000_000).contains(&micros).then_some(micros)
    }

    /// The one unit in which `value` lies in a year of computing; the ranges do not overlap.
    pub fn of(value: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|epoch| epoch.micros(value).is_some())
    }
}

/// Whether a column of this name is meant to hold times, so that its integers may be epochs.
pub fn is_time_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let whole = ["ts", "time", "epoch", "date", "created", "modified", "accessed", "changed", "when", "t"];
    let part = ["timestamp", "time", "date", "epoch", "_ts", "_at"];
    let not = ["uptime", "runtime", "duration", "timeout", "elapsed", "lifetime"];
    whole.contains(&lower.as_str())
        || (part.iter().any(|p| lower.ends_with(p) || lower.starts_with(p)) && !not.iter().any(|n| lower.contains(n)))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |sum: u32, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

/// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = LENGTHS.get(usize::try_from(month.checked_sub(1)?).ok()?)? + u32::from(is_leap && month == 2);
    if day == 0 || day > length {
        return None;
    }
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn micros_of(days: i64, hour: u32, minute: u32, second: u32, micros: u32) -> Option<i64> {
    let seconds = i64::from(hour * 3_600 + minute * 60 + second);
    (hour < 24 && minute < 60 && second < 60).then(|| (days * 86_400 + seconds) * 1_000_000 + i64::from(micros))
}

fn iso(bytes: &[u8]) -> Option<i64> {
    if bytes.len() < 15 {
        return None;
    }
    if bytes[8] == b'T' {
        return basic_iso(bytes);
    }
    let is_iso = matches!((bytes[4], bytes[7]), (b'-', b'-') | (b'/', b'/')) && matches!(bytes[10], b' ' | b'T');
    if bytes.len() < 16 || !is_iso || bytes[13] != b':' {
        return None;
    }
    let days = days(digits(&bytes[..4])?, digits(&bytes[5..7])?, digits(&bytes[8..10])?)?;
    let (hour, minute) = (digits(&bytes[11..13])?, digits(&bytes[14..16])?);
    let (second, rest) = match bytes.get(16) {
        Some(b':') => (digits(bytes.get(17..19)?)?, &bytes[19..]),
        _ => (0, &bytes[16..]),
    };
    let (fraction, zone) = fraction_of(rest)?;
    Some(micros_of(days, hour, minute, second, fraction)? - zone_of(zone)? * 1_000_000)
}

/// `20260304T021109Z`
fn basic_iso(bytes: &[u8]) -> Option<i64> {
    let days = days(digits(&bytes[..4])?, digits(&bytes[4..6])?, digits(&bytes[6..8])?)?;
    let (hour, minute, second) = (digits(&bytes[9..11])?, digits(&bytes[11..13])?, digits(&bytes[13..15])?);
    let (fraction, zone) = fraction_of(&bytes[15..])?;
    Some(micros_of(days, hour, minute, second, fraction)? - zone_of(zone)? * 1_000_000)
}

/// Splits `.307Z` into microseconds and what follows them.
fn fraction_of(rest: &[u8]) -> Option<(u32, &[u8])> {
    let Some(b'.' | b',') = rest.first() else {
        return Some((0, rest));
    };
    let n_digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
    let shown = n_digits.min(6);
    let scale = 10_u32.pow(6 - u32::try_from(shown).ok()?);
    (n_digits > 0).then_some((digits(&rest[1..=shown])? * scale, &rest[1 + n_digits..]))
}

/// Seconds that a zone is ahead of UTC; no zone means UTC.
fn zone_of(zone: &[u8]) -> Option<i64> {
    let sign = match zone {
        b"" | b"Z" | b"z" | b" UTC" => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let (hours, minutes) = match zone.len() {
        3 => (digits(&zone[1..3])?, 0),
        5 => (digits(&zone[1..3])?, digits(&zone[3..5])?),
        6 if zone[3] == b':' => (digits(&zone[1..3])?, digits(&zone[4..6])?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then(|| sign * i64::from(hours * 3_600 + minutes * 60))
}

/// `A/B/YYYY h:mm[:ss[.f]] [AM|PM]` with a year of two or four digits and perhaps a comma before the time of day; `order`
/// says which of A and B is the month and which the day.
fn slashed(text: &str, order: fn(u32, u32) -> (u32, u32)) -> Option<i64> {
    let (first, rest) = text.split_once('/')?;
    let (second, rest) = rest.split_once('/')?;
    let (year, rest) = rest.split_once([' ', ','])?;
    let clock = rest.trim_start();
    let small = |text: &str| digits(text.as_bytes()).filter(|_| (1..=2).contains(&text.len()));
    let (month, day) = order(small(first)?, small(second)?);
    let year = match (year.len(), digits(year.as_bytes())?) {
        (4, year) => year,
        (2, year) => 2_000 + year,
        _ => return None,
    };
    let (clock, half) = match clock.rsplit_once(' ') {
        Some((clock, "AM" | "am")) => (clock, Some(0)),
        Some((clock, "PM" | "pm")) => (clock, Some(12)),
        Some(_) => return None,
        None => (clock, None),
    };
    let (whole, fraction) = clock.find('.').map_or((clock, ""), |at| clock.split_at(at));
    let mut parts = whole.split(':').map(small);
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    let hour = match half {
        Some(_) if hour == 0 || hour > 12 => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    let (micros, rest) = fraction_of(fraction.as_bytes())?;
    let is_whole = parts.next().is_none() && rest.is_empty();
    micros_of(days(year, month, day)?, hour, minute, second, micros).filter(|_| is_whole)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::*;
    use crate::model::format_time;

    fn read(text: &str) -> Option<String> {
        TimeFormat::of(text)?.parse(text).map(|us| format_time(us, ' ', None))
    }

    #[test]
    fn the_times_of_real_exports_are_read() {
        for (text, time) in [
            ("2019-02-12 04:56:34.307", "2019-02-12 04:56:34.307"),
            ("2020-07-06 00:00:00+00:00", "2020-07-06 00:00:00"),
            ("2026-03-04T02:11:09+02:00", "2026-03-04 00:11:09"),
            ("2026-03-04T02:11:09.5-0530", "2026-03-04 07:41:09.500"),
            ("2026-03-04T02:11Z", "2026-03-04 02:11:00"),
            ("2026/03/04 02:11:09", "2026-03-04 02:11:09"),
            ("20260304T021109Z", "2026-03-04 02:11:09"),
            ("5/4/2021, 7:48:01.990 AM", "2021-05-04 07:48:01.990"),
            ("5/4/2021, 12:48:01.990 AM", "2021-05-04 00:48:01.990"),
            ("2/10/19 3:21 PM", "2019-02-10 15:21:00"),
            ("13/04/2021 19:48:01", "2021-04-13 19:48:01"),
            ("04/Mar/2026:02:11:09 +0100", "2026-03-04 01:11:09"),
            ("Wed, 04 Mar 2026 02:11:09 +0000", "2026-03-04 02:11:09"),
            ("Wed Mar  4 02:11:09 2026", "2026-03-04 02:11:09"),
            ("04.03.2026 02:11:09", "2026-03-04 02:11:09"),
        ] {
            assert_eq!(read(text).as_deref(), Some(time), "{text}");
        }
    }

    #[test]
    fn what_is_no_full_time_stays_text() {
        for text in [
            "19:04.4",
            "23:59.5",
            "2019-02-12",
            "04:56:34",
            "",
            "-",
            "2019-02-30 00:00:00",
            "12/13/14",
            "2019-02-12 04:56:99",
            "2019-+2-12 04:56:00",
            "13/13/2021 1:00 AM",
            "1/2/2021 13:00 PM",
            "1/2/2021 1:00:00:00",
            "10.0.0.1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn epochs_are_told_by_their_size() {
        let time = |value: i64| Epoch::of(value).map(|e| (e, format_time(e.micros(value).unwrap(), ' ', None)));
        let moment = || "2026-03-04 02:11:09".to_owned();
        assert_eq!(time(1_772_590_269), Some((Epoch::Seconds, moment())));
        assert_eq!(time(1_772_590_269_000), Some((Epoch::Milliseconds, moment())));
        assert_eq!(time(1_772_590_269_000_000), Some((Epoch::Microseconds, moment())));
        assert_eq!(time(1_772_590_269_000_000_000), Some((Epoch::Nanoseconds, moment())));
        assert_eq!(time(134_170_638_690_000_000), Some((Epoch::Filetime, moment())));
        assert_eq!(time(4_625), None);
        assert!(
            is_time_name("event_time") && is_time_name("ts") && !is_time_name("uptime") && !is_time_name("EventID")
        );
    }

    #[test]
    fn a_line_may_begin_with_its_time() {
        let at = |line: &str| read(leading(line)?);
        assert_eq!(at("2026-03-04 02:11:09,133 INFO start").as_deref(), Some("2026-03-04 02:11:09.133"));
        assert_eq!(at("[2026-03-04T02:11:09Z] x").as_deref(), Some("2026-03-04 02:11:09"));
        assert_eq!(at("    at java.lang.Thread"), None);
    }

    #[test]
    fn one_line_may_tell_days_from_months_for_all() {
        let read = |lines: &[&str]| {
            let times = LineTimes::of(lines.iter().copied());
            lines
                .iter()
                .map(|l| times.parse(l).map(|us| format_time(us, ' ', None)[..10].to_owned()))
                .collect::<Vec<_>>()
        };
        let told = read(&["03/04/2026 02:11:09", "2026-03-04 02:11:09", "13/04/2026 02:11:10"]);
        assert_eq!(told, [Some("2026-04-03".into()), Some("2026-03-04".into()), Some("2026-04-13".into())]);
        assert_eq!(read(&["03/04/2026 02:11:09", "2026-03-04 02:11:09"])[0], None);
        assert_eq!(read(&["03/04/2026 2:11:09 PM"]), [Some("2026-03-04".into())]);
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(year in 1600_u32..2400, month in 0_u32..14, day in 0_u32..33) {
            let known = NaiveDate::from_ymd_opt(i32::try_from(year).unwrap(), month, day);
            let known = known.map(|d| d.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() / 86_400);
            prop_assert_eq!(days(year, month, day), known);
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,40}") {
            let _ = (TimeFormat::of(&text), leading(&text), LineTimes::of([text.as_str()].into_iter()).parse(&text));
        }
    }
}
