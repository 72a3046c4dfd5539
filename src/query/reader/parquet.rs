//! Parquet: scanned lazily, so that filters and column choices reach the file.

use std::io::Cursor;

use polars::prelude::*;

use super::Read;
use crate::query::error::{Error, Result, plain_polars};
use crate::query::source::Part;

pub fn read(part: &Part) -> Result<Read> {
    let unreadable = |why: String| Error::Unreadable { path: part.path(), why };
    let lf = match part {
        Part::File(path) | Part::Beginning(path, _) => {
            // Keys in the names of folders are columns that `opening` adds, with a note where they clash.
            let hive_options = HiveOptions { enabled: Some(false), ..HiveOptions::default() };
            let args = ScanArgsParquet { glob: false, hive_options, ..ScanArgsParquet::default() };
            let path = path.to_str().ok_or_else(|| unreadable("the path is no UTF-8".to_owned()))?;
            LazyFrame::scan_parquet(PlRefPath::new(path), args)
        }
        Part::Embedded(file) => ParquetReader::new(Cursor::new(file.bytes)).finish().map(IntoLazy::lazy),
    };
    let mut lf = lf.map_err(|e| unreadable(plain_polars(&e)))?;
    // The footer is read now, so that a damaged file is refused here and not in the middle of a query.
    lf.collect_schema().map_err(|e| unreadable(plain_polars(&e)))?;
    Ok(Read { lf, notes: Vec::new() })
}
