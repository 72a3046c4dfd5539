//! Time ranges as people type them: ISO dates, or offsets from now in MSTICPy's grammar.

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};

/// A half-open range in microseconds UTC: `start` is inside, `end` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct TimeRange {
    pub start: Option<i64>,
    pub end: Option<i64>,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "'{text}' is no time: give an ISO date or time (2026-03-04, 2026-03-04T02:11:09Z) or an offset such as -7d, -1mon, -12h@h"
)]
pub struct TimeRangeError {
    text: String,
}

impl TimeRange {
    pub const fn is_open(&self) -> bool {
        self.start.is_none() && self.end.is_none()
    }
}

/// Microseconds UTC of a typed moment. Offsets are `[+-]N[unit][@unit]` with units y, mon, w, d (default), h, m, s;
/// `@unit` rounds down for a negative offset and up for a positive one. `now` is injected so that tests hold.
pub fn parse_moment(text: &str, now: DateTime<Utc>) -> Result<i64, TimeRangeError> {
    let text = text.trim();
    absolute(text)
        .or_else(|| offset(text, now))
        .map(|time| time.timestamp_micros())
        .ok_or_else(|| TimeRangeError { text: text.to_owned() })
}

fn absolute(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let bare = text.strip_suffix('Z').unwrap_or(text);
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(bare, format) {
            return Some(Utc.from_utc_datetime(&time));
        }
    }
    let date = NaiveDate::parse_from_str(bare, "%Y-%m-%d").ok()?;
    Some(Utc.from_utc_datetime(&date.and_hms_opt(0, 0, 0)?))
}

fn offset(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let negative = text.starts_with('-');
    let unsigned = text.strip_prefix(['-', '+'])?;
    let (amount, rounding) = unsigned.split_once('@').map_or((unsigned, None), |(a, r)| (a, Some(r)));
    let n_digits = amount.bytes().take_while(u8::is_ascii_digit).count();
    let number: u32 = amount[..n_digits].parse().ok()?;
    let unit = Some(&amount[n_digits..]).filter(|u| !u.is_empty()).unwrap_or("d");
    let moved = shift(now, number, unit, negative)?;
    match rounding {
        None => Some(moved),
        Some(unit) if negative => floor(moved, unit),
        Some(unit) => floor(moved, unit).and_then(|f| if f == moved { Some(f) } else { shift(f, 1, unit, false) }),
    }
}

fn shift(time: DateTime<Utc>, number: u32, unit: &str, back: bool) -> Option<DateTime<Utc>> {
    let months =
        |n: u32| if back { time.checked_sub_months(Months::new(n)) } else { time.checked_add_months(Months::new(n)) };
    let sign = if back { -1 } else { 1 };
    let by = |seconds: i64| time.checked_add_signed(Duration::try_seconds(sign * seconds * i64::from(number))?);
    match unit {
        "y" => months(number.checked_mul(12)?),
        "mon" => months(number),
        "w" => by(7 * 86_400),
        "d" => by(86_400),
        "h" => by(3_600),
        "m" => by(60),
        "s" => by(1),
        _ => None,
    }
}

fn floor(time: DateTime<Utc>, unit: &str) -> Option<DateTime<Utc>> {
    let midnight = |date: NaiveDate| Some(Utc.from_utc_datetime(&date.and_hms_opt(0, 0, 0)?));
    let date = time.date_naive();
    match unit {
        "y" => midnight(date.with_ordinal(1)?),
        "mon" => midnight(date.with_day(1)?),
        "w" => midnight(date - Duration::try_days(i64::from(date.weekday().num_days_from_monday()))?),
        "d" => midnight(date),
        "h" => time.with_minute(0)?.with_second(0)?.with_nanosecond(0),
        "m" => time.with_second(0)?.with_nanosecond(0),
        "s" => time.with_nanosecond(0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> String {
        let now = absolute("2026-03-31T12:34:56.789Z").unwrap();
        let micros = parse_moment(text, now).unwrap();
        DateTime::from_timestamp_micros(micros).unwrap().format("%Y-%m-%dT%H:%M:%S%.f").to_string()
    }

    #[test]
    fn absolute_times_are_utc_unless_they_say_otherwise() {
        assert_eq!(moment("2026-03-04"), "2026-03-04T00:00:00");
        assert_eq!(moment("2026-03-04 02:11:09.133"), "2026-03-04T02:11:09.133");
        assert_eq!(moment("2026-03-04T02:11:09+02:00"), "2026-03-04T00:11:09");
    }

    /// MSTICPy reads `-1mon` as one minute and fails on `@mon` (its fault 31).
    #[test]
    fn fault_31_a_month_is_a_month() {
        assert_eq!(moment("-1mon"), "2026-02-28T12:34:56.789");
        assert_eq!(moment("-1mon@mon"), "2026-02-01T00:00:00");
        assert_eq!(moment("-1d@d"), "2026-03-30T00:00:00");
        assert_eq!(moment("+1d@d"), "2026-04-02T00:00:00");
        assert_eq!(moment("-3"), "2026-03-28T12:34:56.789");
        assert_eq!(moment("-1y@y"), "2025-01-01T00:00:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let now = absolute("2026-03-31").unwrap();
        for text in ["now", "yesterday", "-1x", "-", "+d", "2026-13-01", ""] {
            assert!(parse_moment(text, now).is_err(), "{text}");
        }
    }
}
