//! Arrow IPC files (also called Feather).

use std::fs::File;
use std::io::Cursor;

use polars::prelude::*;

use super::Read;
use crate::query::error::{Error, Result, plain_polars};
use crate::query::source::Part;

pub fn read(part: &Part) -> Result<Read> {
    let unreadable = |why: String| Error::Unreadable { path: part.path(), why };
    let df = match part {
        Part::File(path) | Part::Beginning(path, _) => {
            IpcReader::new(File::open(path).map_err(|e| unreadable(e.to_string()))?).finish()
        }
        Part::Embedded(file) => IpcReader::new(Cursor::new(file.bytes)).finish(),
    };
    Ok(Read { lf: df.map_err(|e| unreadable(plain_polars(&e)))?.lazy(), notes: Vec::new() })
}
