//! The hash of a table: over its schema and row values, never over file bytes or memory layout.
//!
//! SHA-256 over a canonical form: the number of visible columns and rows, then per column its name, its type and each
//! value behind a tag byte, integers and times little-endian in 64 bits, floats by their bits, text behind its length.
//! Two tables that a person could not tell apart hash alike, however they were read, split or sorted into memory.

use polars::prelude::*;
use ring::digest::{Context, SHA256};

use crate::model::{Table, hex, is_hidden, plain_text};

/// Lower-case hexadecimal SHA-256 of the visible content.
pub fn of(table: &Table) -> String {
    let mut hasher = Context::new(&SHA256);
    let columns: Vec<_> = table.frame().columns().iter().filter(|c| !is_hidden(c.name())).collect();
    number(&mut hasher, columns.len() as u64);
    number(&mut hasher, table.n_rows() as u64);
    for column in columns {
        text(&mut hasher, column.name());
        text(&mut hasher, &column.dtype().to_string());
        values(&mut hasher, column);
    }
    hex(hasher.finish().as_ref())
}

fn number(hasher: &mut Context, value: u64) {
    hasher.update(&value.to_le_bytes());
}

fn text(hasher: &mut Context, value: &str) {
    number(hasher, value.len() as u64);
    hasher.update(value.as_bytes());
}

fn values(hasher: &mut Context, column: &Column) {
    if let Ok(ca) = column.str() {
        return ca.iter().for_each(|value| tagged(hasher, value, text));
    }
    let series = column.as_materialized_series().to_physical_repr();
    if let Ok(ca) = series.i64() {
        return ca.iter().for_each(|value| tagged(hasher, value, |h, v| h.update(&v.to_le_bytes())));
    }
    if let Ok(ca) = series.f64() {
        return ca.iter().for_each(|value| tagged(hasher, value, |h, v| h.update(&v.to_bits().to_le_bytes())));
    }
    for value in column.as_materialized_series().iter() {
        let value = plain_text(&value);
        tagged(hasher, value, |h, v| text(h, &v));
    }
}

fn tagged<T>(hasher: &mut Context, value: Option<T>, write: impl Fn(&mut Context, T)) {
    match value {
        None => hasher.update(&[0]),
        Some(value) => {
            hasher.update(&[1]);
            write(hasher, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ROW;

    fn hash(df: DataFrame) -> String {
        of(&Table::new("t", df, &|_, _| None))
    }

    #[test]
    fn content_decides_and_nothing_else() {
        let whole = df!("a" => [Some("x"), None, Some("")], "n" => [1_i64, 2, 3]).unwrap();
        let mut parts = whole.head(Some(1));
        parts.vstack_mut(&whole.tail(Some(2))).unwrap();
        let mut traced = whole.clone();
        traced.with_column(Column::new(ROW.into(), [7_u32, 8, 9])).unwrap();
        assert_eq!(hash(whole.clone()), hash(parts));
        assert_eq!(hash(whole.clone()), hash(traced));
        let null_for_empty = df!("a" => [Some("x"), Some(""), None], "n" => [1_i64, 2, 3]).unwrap();
        assert_ne!(hash(whole.clone()), hash(null_for_empty));
        let as_text = df!("a" => [Some("x"), None, Some("")], "n" => ["1", "2", "3"]).unwrap();
        assert_ne!(hash(whole), hash(as_text));
    }
}
