//! Marked rows, known by the evidence they came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rows that were marked: for each evidence path the runs of rows in it, first and last. Rows without lineage stand
/// under the empty path, by their place in the table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marks(BTreeMap<String, Vec<(u32, u32)>>);

impl Marks {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a row; rows of one evidence come in order.
    pub fn push(&mut self, evidence: &str, row: u32) {
        let runs = match self.0.get_mut(evidence) {
            Some(runs) => runs,
            None => self.0.entry(evidence.to_owned()).or_default(),
        };
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(row) => *last = row,
            _ => runs.push((row, row)),
        }
    }

    /// How many rows are marked.
    pub fn n_rows(&self) -> usize {
        let runs = self.0.values().flatten();
        runs.map(|(first, last)| usize::try_from(last.saturating_sub(*first)).unwrap_or(0) + 1).sum()
    }

    /// Every marked row with its evidence.
    pub fn rows(&self) -> impl Iterator<Item = (&str, u32)> {
        self.0.iter().flat_map(|(evidence, runs)| {
            runs.iter().flat_map(move |(first, last)| (*first..=*last).map(move |row| (evidence.as_str(), row)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_runs() {
        let mut marks = Marks::default();
        for row in [1, 2, 3, 7] {
            marks.push("a.csv", row);
        }
        marks.push("", 0);
        assert_eq!(serde_json::to_string(&marks).unwrap(), r#"{"":[[0,0]],"a.csv":[[1,3],[7,7]]}"#);
        assert_eq!(marks.n_rows(), 5);
        assert_eq!(marks.rows().last(), Some(("a.csv", 7)));
    }
}
