//! How a table's rows lie in time: counts in equal bins, made once with the table.

/// Bins between the first and the last moment.
const BINS: usize = 512;

/// Counts of rows in equal stretches of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    pub column: String,
    /// First and last moment, microseconds UTC.
    pub first: i64,
    pub last: i64,
    counts: Vec<u32>,
}

impl Timeline {
    /// Counts moments, which are gone through twice; None where there are none.
    pub fn of<I: Iterator<Item = i64>>(column: &str, moments: impl Fn() -> I) -> Option<Self> {
        let (first, last) = moments().fold(None, |range: Option<(i64, i64)>, t| {
            Some(range.map_or((t, t), |(first, last)| (first.min(t), last.max(t))))
        })?;
        let mut counts = vec![0_u32; BINS];
        for moment in moments() {
            if let Some(count) = counts.get_mut(place(moment, first, last, BINS)) {
                *count = count.saturating_add(1);
            }
        }
        Some(Self { column: column.to_owned(), first, last, counts })
    }

    /// The counts over `width` equal stretches between `first` and `last`, which may be wider than this timeline's own
    /// range: a filtered table is drawn on the range of the whole one.
    pub fn over(&self, first: i64, last: i64, width: usize) -> Vec<u32> {
        let mut out = vec![0_u32; width];
        let span = i128::from(self.last) - i128::from(self.first);
        for (n, count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let middle = i128::from(self.first) + span * (2 * n as i128 + 1) / (2 * BINS as i128);
            let at = place(i64::try_from(middle).unwrap_or(self.last), first, last, width);
            if let Some(slot) = out.get_mut(at) {
                *slot = slot.saturating_add(*count);
            }
        }
        out
    }
}

/// The stretch of `n` that a moment lies in; the last moment belongs to the last stretch.
fn place(moment: i64, first: i64, last: i64, n: usize) -> usize {
    // As floats, which are exact to the microsecond over centuries and much quicker than 128 bits.
    let span = (last as f64 - first as f64).max(1.0);
    let share = (moment as f64 - first as f64) / span;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and n, which is an index"
    )]
    let at = (share * n as f64) as usize;
    at.min(n.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_is_counted_once() {
        let moments = [0_i64, 10, 10, 999, 1_000];
        let timeline = Timeline::of("t", || moments.iter().copied()).unwrap();
        let bins = timeline.over(0, 1_000, 10);
        assert_eq!((bins.iter().sum::<u32>(), bins[0], bins[9]), (5, 3, 2));
        assert_eq!(timeline.over(0, 2_000, 2), [5, 0]);
        assert!(Timeline::of("t", std::iter::empty).is_none());
        assert_eq!(Timeline::of("t", || [7].into_iter()).unwrap().over(7, 7, 3).iter().sum::<u32>(), 1);
    }
}
