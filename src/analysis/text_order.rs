//! The order of a text column, eight bytes at a time.
//!
//! A comparison of two texts has to fetch both from memory, and most texts of a log begin alike. So the next eight bytes
//! of each text are put beside its row number and sorted as one integer, and only the rows that are alike in them go on
//! to their next eight bytes.

use std::ops::Range;

use polars::prelude::StringChunked;

/// A row: the eight bytes of it that are compared, its number, and all of its text.
type Keyed<'a> = (u64, u32, &'a [u8]);

/// The rows of a column in the order of their texts, by bytes; equal texts keep their order, and nulls come last.
pub fn order(ca: &StringChunked, descending: bool) -> Vec<u32> {
    let rows = || (0_u32..).zip(ca.iter());
    let mut keyed: Vec<Keyed<'_>> = rows().filter_map(|(row, text)| Some((0, row, text?.as_bytes()))).collect();
    let mut open: Vec<(Range<usize>, usize)> = vec![(0..keyed.len(), 0)];
    while let Some((range, depth)) = open.pop() {
        let part = &mut keyed[range.clone()];
        for (key, _, text) in part.iter_mut() {
            *key = eight_bytes(text, depth);
        }
        // A stable sort, so that rows that are alike stay in their order.
        if descending {
            part.sort_by_key(|(key, ..)| !key);
        } else {
            part.sort_by_key(|(key, ..)| *key);
        }
        for run in runs(part) {
            let goes_on = settle_run(&mut part[run.clone()], depth + 8, descending);
            if goes_on.len() > 1 {
                let start = range.start + run.start;
                open.push((start + goes_on.start..start + goes_on.end, depth + 8));
            }
        }
    }
    let nulls = rows().filter(|(_, text)| text.is_none()).map(|(row, _)| row);
    keyed.iter().map(|(_, row, _)| *row).chain(nulls).collect()
}

/// The bytes from `depth` on as an integer that orders as they do; zeros stand behind the end.
fn eight_bytes(text: &[u8], depth: usize) -> u64 {
    if let Some(Ok(eight)) = text.get(depth..depth + 8).map(TryInto::try_into) {
        return u64::from_be_bytes(eight);
    }
    let rest = text.get(depth..).unwrap_or_default();
    let mut bytes = [0; 8];
    let n = rest.len().min(8);
    bytes[..n].copy_from_slice(&rest[..n]);
    u64::from_be_bytes(bytes)
}

/// The stretches of more than one row whose keys are the same.
fn runs(part: &[Keyed<'_>]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 1..=part.len() {
        if part.get(end).is_none_or(|(key, ..)| *key != part[start].0) {
            if end - start > 1 {
                runs.push(start..end);
            }
            start = end;
        }
    }
    runs
}

/// Of rows that are alike up to `depth`, those whose texts end there come before those that go on, the shorter ones
/// first, since zeros may have stood for their end. Gives the stretch of those that go on.
fn settle_run(run: &mut [Keyed<'_>], depth: usize, descending: bool) -> Range<usize> {
    let length = |item: &Keyed<'_>| item.2.len().min(depth + 1);
    let first = run.first().map_or(0, length);
    if run.iter().any(|item| length(item) != first) {
        if descending {
            run.sort_by_key(|item| std::cmp::Reverse(length(item)));
        } else {
            run.sort_by_key(length);
        }
    }
    let n = run.iter().filter(|item| item.2.len() > depth).count();
    if descending { 0..n } else { run.len() - n..run.len() }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;
    use proptest::prelude::*;

    use super::*;

    fn by_std(texts: &[Option<String>], descending: bool) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..u32::try_from(texts.len()).unwrap()).collect();
        rows.sort_by(|a, b| match (&texts[*a as usize], &texts[*b as usize]) {
            (Some(a), Some(b)) if descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => a.is_none().cmp(&b.is_none()),
        });
        rows
    }

    proptest! {
        /// Texts that begin alike, end at any place, hold zeros or are null come out as a plain stable sort has them.
        #[test]
        fn the_order_is_that_of_a_plain_sort(
            texts in prop::collection::vec(prop::option::of("(abcdefgh){0,3}[ab\u{0}é]{0,9}"), 0..40),
            descending in any::<bool>(),
        ) {
            let ca = StringChunked::from_iter_options("t".into(), texts.iter().cloned());
            prop_assert_eq!(order(&ca, descending), by_std(&texts, descending));
        }
    }
}
