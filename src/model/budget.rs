//! What one cell of evidence may cost while it is decoded.
//!
//! One budget serves one cell, so that one bad row affects one row and the order of the rows does not matter. Sizes that
//! evidence declares are never asked: only what really came out is counted.

use std::fmt::{self, Display};
use std::time::{Duration, Instant};

use super::Cancel;

/// What one cell may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Decoded bytes of one cell, all depths together.
    pub bytes: usize,
    /// Findings of one cell.
    pub members: usize,
    /// Layers of wrapping.
    pub depth: u8,
    /// Output over input of one container, looked at once the output is over `RATIO_FROM`.
    pub ratio: usize,
    /// Time that one cell may take.
    pub time: Duration,
    /// Bytes of one finding that its row shows.
    pub kept: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 8 << 20, members: 1_000, depth: 20, ratio: 200, time: Duration::from_secs(1), kept: 256 << 10 }
    }
}

/// Below this many bytes of output a high ratio is no bomb: short repetitive text packs well.
const RATIO_FROM: usize = 1 << 20;

/// The clock is read at every so many checks.
const CHECKS_PER_LOOK: u32 = 64;

/// Limits, what of them is spent, and the flag that cancels the work.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    cancel: Cancel,
    started: Instant,
    bytes: usize,
    members: usize,
    checks: u32,
    is_late: bool,
}

impl Budget {
    pub fn new(limits: Limits, cancel: &Cancel) -> Self {
        let started = Instant::now();
        Self { limits, cancel: cancel.clone(), started, bytes: 0, members: 0, checks: 0, is_late: false }
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many more bytes may be decoded.
    pub fn room(&self) -> usize {
        self.limits.bytes.saturating_sub(self.bytes)
    }

    /// How many of them one output may take: half, so that no bomb leaves nothing for what stands behind it.
    pub fn share(&self) -> usize {
        self.room().div_ceil(2)
    }

    /// Notes that so many bytes were decoded.
    pub fn spend(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// Takes the place of one more finding; false where there is none left.
    pub fn member(&mut self) -> bool {
        let has_place = self.members < self.limits.members;
        self.members += usize::from(has_place);
        has_place
    }

    /// How many more findings there is place for.
    pub fn places(&self) -> usize {
        self.limits.members.saturating_sub(self.members)
    }

    /// Whether the work has to end now: it was cancelled, or the time is over.
    pub fn stop(&mut self) -> Option<Stop> {
        if self.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        if self.checks.is_multiple_of(CHECKS_PER_LOOK) {
            self.is_late |= self.started.elapsed() > self.limits.time;
        }
        self.checks = self.checks.wrapping_add(1);
        self.is_late.then_some(Stop::Time)
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_requested()
    }

    /// Whether so much output from so much input is a bomb.
    pub fn inflates_too_much(&self, output: usize, input: usize) -> Option<Stop> {
        let is_bomb = output > RATIO_FROM && output / self.limits.ratio.max(1) > input;
        is_bomb.then_some(Stop::Ratio(self.limits.ratio))
    }

    /// The reason that the bytes are used up.
    pub fn no_room(&self) -> Stop {
        Stop::Bytes(self.limits.bytes)
    }
}

/// Why a payload is not whole; its text fits behind "cut: " or alone in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The bytes that one cell may decode to are used up.
    Bytes(usize),
    /// One output has taken its share of them.
    Share(usize),
    /// The findings that one cell may have are used up.
    Members(usize),
    /// So many layers of wrapping were taken off, and there is one more.
    Depth(u8),
    /// The output is over so many times the input.
    Ratio(usize),
    /// So many bytes came out well, then the data was broken or ended early.
    Corrupt(usize),
    /// Decoding would need more memory than is given.
    Memory,
    /// A password is needed.
    Encrypted,
    /// A way of packing that is not read.
    Unsupported,
    Time,
    Cancelled,
}

impl Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(limit) => write!(f, "{} bytes is the limit of one cell", grouped(*limit)),
            Self::Share(share) => write!(f, "{} bytes is its share of what one cell may take", grouped(*share)),
            Self::Members(limit) => write!(f, "{} payloads is the limit of one cell", grouped(*limit)),
            Self::Depth(limit) => write!(f, "{limit} layers"),
            Self::Ratio(limit) => write!(f, "{limit} times its size"),
            Self::Corrupt(bytes) => write!(f, "corrupt after {} bytes", grouped(*bytes)),
            Self::Memory => f.write_str("needs too much memory"),
            Self::Encrypted => f.write_str("encrypted"),
            Self::Unsupported => f.write_str("packed in a way that is not read"),
            Self::Time => f.write_str("out of time"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

/// A number with commas between the thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_as_parts_of_a_sentence() {
        for (stop, text) in [
            (Stop::Bytes(8_388_608), "8,388,608 bytes is the limit of one cell"),
            (Stop::Ratio(200), "200 times its size"),
            (Stop::Depth(20), "20 layers"),
            (Stop::Corrupt(812), "corrupt after 812 bytes"),
            (Stop::Corrupt(1_000), "corrupt after 1,000 bytes"),
        ] {
            assert_eq!(stop.to_string(), text);
        }
    }

    #[test]
    fn bytes_members_and_time_run_out() {
        let limits = Limits { bytes: 10, members: 1, ..Limits::default() };
        let mut budget = Budget::new(limits, &Cancel::default());
        budget.spend(4);
        assert_eq!(budget.room(), 6);
        budget.spend(usize::MAX);
        assert_eq!(budget.room(), 0);
        assert!(budget.member() && !budget.member());
        assert_eq!(budget.stop(), None);
        let mut late = Budget::new(Limits { time: Duration::ZERO, ..limits }, &Cancel::default());
        while late.started.elapsed().is_zero() {}
        assert!((0..=CHECKS_PER_LOOK).any(|_| late.stop() == Some(Stop::Time)));
    }

    #[test]
    fn a_cancelled_budget_stops_at_once() {
        let cancel = Cancel::default();
        let mut budget = Budget::new(Limits::default(), &cancel);
        cancel.request();
        assert_eq!(budget.stop(), Some(Stop::Cancelled));
    }

    #[test]
    fn a_small_output_is_no_bomb() {
        let budget = Budget::new(Limits::default(), &Cancel::default());
        assert_eq!(budget.inflates_too_much(1 << 20, 10), None);
        assert_eq!(budget.inflates_too_much((1 << 20) + 400, 10), Some(Stop::Ratio(200)));
        assert_eq!(budget.inflates_too_much(2 << 20, 1 << 20), None);
    }
}
