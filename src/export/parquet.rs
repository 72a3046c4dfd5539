//! Parquet: types and nesting exactly as they are.

use std::io::Write;

use polars::prelude::*;

use super::Result;
use crate::model::{Table, is_hidden};

pub fn write(table: &Table, out: &mut dyn Write) -> Result<()> {
    let visible = table.frame().columns().iter().filter(|c| !is_hidden(c.name())).cloned().collect();
    let mut df = DataFrame::new(table.n_rows(), visible)?;
    ParquetWriter::new(out).with_compression(ParquetCompression::Zstd(None)).finish(&mut df)?;
    Ok(())
}
