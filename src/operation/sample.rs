//! `sample`: some rows by chance, the same ones each time.

use std::sync::Arc;

use polars::prelude::IdxCa;

use super::{Cx, Inputs, Operation, Outcome, ParamKind, ParamSpec, Result, name_of, required};
use crate::model::{Step, Table};

pub const OPERATION: Operation = Operation {
    id: "sample",
    doc: "Take some rows by chance, in their order; the same seed takes the same rows",
    inputs: Inputs::One,
    params: &[
        ParamSpec::required("rows", ParamKind::Count, "how many; fewer where there are fewer"),
        ParamSpec::optional("seed", ParamKind::Count, "another number takes other rows"),
    ],
    run,
};

fn run(cx: &Cx<'_>, step: &Step, inputs: &[Arc<Table>]) -> Result<Outcome> {
    let number = |text: Option<&String>| text.and_then(|t| t.parse::<u64>().ok()).unwrap_or(0);
    let wanted = number(Some(&required(step, "rows")?.to_owned()));
    let rows = chosen(inputs[0].n_rows() as u64, wanted, number(step.params.get("seed")));
    let df = inputs[0].frame().take(&IdxCa::from_vec("row".into(), rows))?;
    Ok(Outcome::of(cx.library.table(name_of(inputs), df)))
}

/// Ascending row numbers, each set of them as likely as any other (selection sampling, Knuth's algorithm S).
fn chosen(n_rows: u64, wanted: u64, seed: u64) -> Vec<u32> {
    let mut state = seed;
    let mut left = wanted.min(n_rows);
    let mut rows = Vec::new();
    for row in 0..n_rows {
        let draw = splitmix(&mut state) % (n_rows - row);
        if draw < left {
            left -= 1;
            rows.extend(u32::try_from(row));
        }
        if left == 0 {
            break;
        }
    }
    rows
}

/// The next number of the `SplitMix64` generator.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rows_as_wanted_and_the_same_each_time() {
        assert_eq!(chosen(1_000, 10, 1).len(), 10);
        assert_eq!(chosen(1_000, 10, 1), chosen(1_000, 10, 1));
        assert_ne!(chosen(1_000, 10, 1), chosen(1_000, 10, 2));
        assert_eq!(chosen(3, 10, 0), [0, 1, 2]);
        assert!(chosen(1_000, 100, 5).is_sorted_by(|a, b| a < b));
    }

    /// Each row is taken about as often as any other over many seeds.
    #[test]
    fn no_row_is_preferred() {
        let mut counts = [0_u32; 10];
        for seed in 0..2_000 {
            for row in chosen(10, 3, seed) {
                counts[row as usize] += 1;
            }
        }
        assert!(counts.iter().all(|n| (480..720).contains(n)), "{counts:?}");
    }
}
