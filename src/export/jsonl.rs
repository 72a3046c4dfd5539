//! JSON Lines: one object a row; lists and maps stay nested, times are RFC 3339 text, null is null.

use std::io::Write;

use super::Result;
use crate::model::Table;

pub fn write(table: &Table, out: &mut dyn Write) -> Result<()> {
    for row_idx in 0..table.n_rows() {
        let fields = table.columns.iter().map(|c| (c.name.clone(), table.json(row_idx, c)));
        let object = serde_json::Value::Object(fields.collect());
        writeln!(out, "{object}")?;
    }
    Ok(())
}
