//! Comma-separated values as RFC 4180 writes them, but with a bare line feed at the end of each line.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::frame::Frame;

/// Writes `DIR/NAME.csv` and returns its size in bytes.
pub fn write_frame(dir: &Path, frame: &Frame) -> io::Result<u64> {
    let path = dir.join(format!("{}.csv", frame.name));
    let mut out = BufWriter::new(File::create(&path)?);
    write_line(&mut out, frame.columns.iter().copied())?;
    for row in &frame.rows {
        write_line(&mut out, row.iter().map(String::as_str))?;
    }
    out.flush()?;
    Ok(std::fs::metadata(&path)?.len())
}

fn write_line<'a>(out: &mut impl Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        write_cell(out, cell)?;
    }
    out.write_all(b"\n")
}

fn write_cell(out: &mut impl Write, cell: &str) -> io::Result<()> {
    if cell.contains([',', '"', '\n', '\r']) {
        write!(out, "\"{}\"", cell.replace('"', "\"\""))
    } else {
        out.write_all(cell.as_bytes())
    }
}
