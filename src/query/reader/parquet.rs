//! Parquet: scanned lazily, so that filters and column choices reach the file.

use std::io::Cursor;

use polars::prelude::*;

use super::Read;
use crate::query::error::{Error, Result, plain_polars};
use crate::query::source::{Place, Source};

pub fn read(source: &Source) -> Result<Read> {
    let unreadable = |why: String| Error::Unreadable { path: source.path(), why };
    let lf = match &source.place {
        Place::File(path) => {
            let path = path.to_str().ok_or_else(|| unreadable("the path is no UTF-8".to_owned()))?;
            LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet { glob: false, ..ScanArgsParquet::default() })
        }
        Place::Embedded(file) => ParquetReader::new(Cursor::new(file.bytes)).finish().map(IntoLazy::lazy),
    };
    let mut lf = lf.map_err(|e| unreadable(plain_polars(&e)))?;
    // The footer is read now, so that a damaged file is refused here and not in the middle of a query.
    lf.collect_schema().map_err(|e| unreadable(plain_polars(&e)))?;
    Ok(Read { lf, notes: Vec::new() })
}
