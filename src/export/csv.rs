//! CSV and TSV after RFC 4180: times in RFC 3339, nested values as JSON, null as nothing, empty text as `""`.

use std::io::Write;

use polars::prelude::*;

use super::guard::guarded;
use super::{Cells, Result, as_text};
use crate::model::Table;

pub fn write(table: &Table, separator: u8, cells: Cells, out: &mut dyn Write) -> Result<()> {
    let mut df = as_text(table)?;
    if cells == Cells::Safe {
        df = guard_all(&df)?;
    }
    if df.width() == 0 {
        return Ok(out.write_all(b"\n")?);
    }
    let header = df.columns().iter().zip(0..).map(|(column, n)| Column::new(format!("{n}").into(), [&**column.name()]));
    let mut header = DataFrame::new(1, header.collect())?;
    // As a row: the writer's own way to a header fills 16 MiB with zeros first, which takes longer than a small table.
    for part in [&mut header, &mut df] {
        CsvWriter::new(&mut *out).include_header(false).with_separator(separator).finish(part)?;
    }
    Ok(())
}

/// Guards the text cells and the names of columns, which are evidence too.
fn guard_all(df: &DataFrame) -> Result<DataFrame> {
    let columns = df.columns().iter().map(|column| {
        let name = PlSmallStr::from_str(&guarded(column.name()));
        match column.str() {
            Ok(ca) => StringChunked::from_iter_options(name, ca.iter().map(|v| Some(guarded(v?)))).into_column(),
            Err(_) => column.clone().with_name(name),
        }
    });
    Ok(DataFrame::new(df.height(), columns.collect())?)
}
