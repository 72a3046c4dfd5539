//! The rows that hold a text.

use super::needle::Needle;
use crate::model::{Cancel, Column, Table};

/// Row indices, in order, where one of `columns` holds `needle`, whatever its case; what the grid shows is searched,
/// not hidden characters' tokens. Stops early where the search is cancelled.
pub fn rows_with(table: &Table, columns: &[&Column], needle: &str, cancel: &Cancel) -> Result<Vec<u32>, String> {
    let needle = Needle::new(needle)?;
    let mut rows = Vec::new();
    for row_idx in 0..table.n_rows() {
        if row_idx % 4_096 == 0 && cancel.is_requested() {
            break;
        }
        let holds = |column: &&Column| table.full_text(row_idx, column).is_some_and(|text| needle.is_in(&text));
        if columns.iter().any(|c| holds(c) || needle.is_in(&table.cell(row_idx, c).text)) {
            rows.push(u32::try_from(row_idx).unwrap_or(u32::MAX));
        }
    }
    Ok(rows)
}
