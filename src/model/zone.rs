//! The time zone in which times are shown. Evidence is always in UTC; only the screen changes.

use std::fmt;

use chrono::{DateTime, Local, Offset, TimeZone};
use chrono_tz::Tz;

/// Where the clock on the wall hangs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    #[default]
    Utc,
    /// The zone of the hosts that are looked into.
    Host(Tz),
    /// That of this machine.
    Local,
}

impl Zone {
    /// The zone that one key turns to; without a host's zone there are two.
    #[must_use]
    pub const fn next(self, host: Option<Tz>) -> Self {
        match (self, host) {
            (Self::Utc, Some(host)) => Self::Host(host),
            (Self::Utc, None) | (Self::Host(_), _) => Self::Local,
            (Self::Local, _) => Self::Utc,
        }
    }

    /// Seconds that the clock is ahead of UTC at a moment in microseconds.
    pub fn offset(self, micros: i64) -> i32 {
        let Some(moment) = DateTime::from_timestamp_micros(micros) else { return 0 };
        match self {
            Self::Utc => 0,
            Self::Host(zone) => zone.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc(),
            Self::Local => Local.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc(),
        }
    }

    /// What the clock shows at a moment, as if its zone were UTC.
    pub fn wall(self, micros: i64) -> i64 {
        micros.saturating_add(i64::from(self.offset(micros)) * 1_000_000)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc => f.write_str("UTC"),
            Self::Host(zone) => f.write_str(zone.name()),
            Self::Local => f.write_str("local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::format_time;

    #[test]
    fn the_wall_clock_follows_summer_time() {
        let host = Zone::Host(chrono_tz::Europe::Berlin);
        let shown = |micros: i64| format_time(host.wall(micros), ' ', None);
        assert_eq!(shown(1_772_590_269_000_000), "2026-03-04 03:11:09");
        assert_eq!(shown(1_783_908_669_000_000), "2026-07-13 04:11:09");
        assert_eq!(Zone::Utc.next(None), Zone::Local);
        assert_eq!(Zone::Utc.next(Some(chrono_tz::Europe::Berlin)).next(None), Zone::Local);
        assert_eq!(Zone::Local.next(None), Zone::Utc);
    }
}
