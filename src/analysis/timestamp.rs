//! Times in evidence: which text is a full time, and what moment it names.

use chrono::{NaiveDate, NaiveDateTime};

/// A way of writing times that a whole column shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// ISO 8601 and RFC 3339: `2019-02-12 04:56:34.307`, `2020-07-06T00:00:00+00:00`, `2026-03-04T02:11:09Z`.
    Iso,
    /// `5/4/2021, 7:48:01.990 AM`: month first, as the Azure portal exports it.
    Portal,
    /// `2/10/19 3:21 PM`: month first, no seconds, as a spreadsheet saves it.
    Spreadsheet,
}

impl TimeFormat {
    const ALL: [Self; 3] = [Self::Iso, Self::Portal, Self::Spreadsheet];

    /// The format in which `text` is a full time, with date and time of day.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.parse(text).is_some())
    }

    /// Microseconds since 1970 in UTC; times without an offset are taken as UTC.
    pub fn parse(self, text: &str) -> Option<i64> {
        match self {
            Self::Iso => iso(text),
            Self::Portal => month_first(text, &["%m/%d/%Y, %I:%M:%S%.f %p"], 4),
            Self::Spreadsheet => month_first(text, &["%m/%d/%y %I:%M %p"], 2),
        }
    }
}

fn iso(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 16
        || bytes[4] != b'-'
        || bytes[7] != b'-'
        || !matches!(bytes[10], b' ' | b'T')
        || bytes[13] != b':'
    {
        return None;
    }
    let number = |from: usize, to: usize| {
        text.get(from..to).filter(|t| t.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
    let (hour, minute) = (number(11, 13)?, number(14, 16)?);
    let (second, rest) = match bytes.get(16) {
        Some(b':') => (number(17, 19)?, text.get(19..)?),
        _ => (0, text.get(16..)?),
    };
    let (fraction, zone) = fraction_of(rest)?;
    let offset = zone_of(zone)?;
    let time = date.and_hms_micro_opt(hour, minute, second, fraction)?;
    Some(time.and_utc().timestamp_micros() - offset * 1_000_000)
}

/// Splits `.307Z` into microseconds and what follows them.
fn fraction_of(rest: &str) -> Option<(u32, &str)> {
    let Some(digits) = rest.strip_prefix(['.', ',']) else {
        return Some((0, rest));
    };
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    let six: String = digits[..n_digits].chars().chain("000000".chars()).take(6).collect();
    (n_digits > 0).then_some((six.parse().ok()?, &digits[n_digits..]))
}

/// Seconds that a zone is ahead of UTC; no zone means UTC.
fn zone_of(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z" | " UTC") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 || !zone.is_ascii() {
        return None;
    }
    let (hours, minutes) = (digits[..2].parse::<i64>().ok()?, digits[2..].parse::<i64>().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn month_first(text: &str, formats: &[&str], year_digits: usize) -> Option<i64> {
    let year = text.splitn(3, '/').nth(2)?;
    if year.bytes().take_while(u8::is_ascii_digit).count() != year_digits {
        return None;
    }
    let parsed = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    Some(parsed.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format_time;

    fn read(text: &str) -> Option<String> {
        TimeFormat::of(text)?.parse(text).map(|us| format_time(us, ' ', None))
    }

    #[test]
    fn the_times_of_real_exports_are_read() {
        assert_eq!(read("2019-02-12 04:56:34.307").as_deref(), Some("2019-02-12 04:56:34.307"));
        assert_eq!(read("2020-07-06 00:00:00+00:00").as_deref(), Some("2020-07-06 00:00:00"));
        assert_eq!(read("2026-03-04T02:11:09+02:00").as_deref(), Some("2026-03-04 00:11:09"));
        assert_eq!(read("2026-03-04T02:11Z").as_deref(), Some("2026-03-04 02:11:00"));
        assert_eq!(read("5/4/2021, 7:48:01.990 AM").as_deref(), Some("2021-05-04 07:48:01.990"));
        assert_eq!(read("2/10/19 3:21 PM").as_deref(), Some("2019-02-10 15:21:00"));
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
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
