//! Moments of the year 2026 in milliseconds. The lab has no clock: every time is written down or drawn.

use std::fmt;

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Days of 2026 before each month.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Milliseconds since 2026-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// The first moment of the story week, a Monday.
pub const WEEK_START: Time = march(2, 0, 0, 0);
/// The first moment after the story week.
pub const WEEK_END: Time = march(9, 0, 0, 0);

/// A moment in March 2026, where the whole story happens.
pub const fn march(day: i64, hour: i64, minute: i64, second: i64) -> Time {
    Time((59 + day - 1) * DAY + hour * HOUR + minute * MINUTE + second * SECOND)
}

impl Time {
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0 + millis)
    }

    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    pub const fn hour_start(self) -> Self {
        Self(self.0 - self.0.rem_euclid(HOUR))
    }

    pub const fn day_start(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY))
    }

    /// The hour of the day, 0 to 23, UTC.
    pub const fn hour(self) -> i64 {
        self.0.rem_euclid(DAY) / HOUR
    }

    /// 0 is Monday. The first of January 2026 is a Thursday.
    pub const fn weekday(self) -> i64 {
        (self.0.div_euclid(DAY) + 3).rem_euclid(7)
    }

    pub const fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    pub fn weekday_name(self) -> &'static str {
        usize::try_from(self.weekday()).ok().and_then(|day| WEEKDAYS.get(day)).copied().unwrap_or("")
    }

    fn month_and_day(self) -> (usize, i64) {
        let day_of_year = self.0.div_euclid(DAY);
        let month = DAYS_BEFORE.iter().rposition(|before| *before <= day_of_year).unwrap_or(0);
        (month, day_of_year - DAYS_BEFORE[month] + 1)
    }

    /// `2026-03-02T00:01:02.345Z`
    pub fn iso(self) -> String {
        self.to_string()
    }

    /// `2026-03-02`
    pub fn date(self) -> String {
        let (month, day) = self.month_and_day();
        format!("2026-{:02}-{day:02}", month + 1)
    }

    /// `2026-03-02 00:01:02` for the prose of the story.
    pub fn plain(self) -> String {
        let second = self.0.rem_euclid(DAY) / SECOND;
        format!("{} {:02}:{:02}:{:02}", self.date(), second / 3600, second / 60 % 60, second % 60)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.rem_euclid(DAY);
        let second = millis / SECOND;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let date = self.date();
        write!(out, "{date}T{hour:02}:{minute:02}:{:02}.{:03}Z", second % 60, millis % SECOND)
    }
}
