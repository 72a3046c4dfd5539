//! The tables as Parquet, typed by the program that will read them.

use std::io;
use std::path::Path;

use casebook::config::RoleBook;
use casebook::export::{Cells, Format, Overwrite, write_file};
use casebook::model::{Cancel, Progress};
use casebook::query::{Library, LibraryConfig, Reach, Sources, Watch};

use crate::csv;
use crate::frame::Frame;

/// Writes `DIR/NAME.parquet` for each frame. The values go through the CSV reader, so that they have just the types
/// that the same values have in a person's own export.
pub fn write(dir: &Path, frames: &[Frame]) -> io::Result<()> {
    let texts = tempfile::tempdir()?;
    for frame in frames {
        csv::write_frame(texts.path(), frame)?;
    }
    let sources = Sources::of_paths(&[texts.path().to_owned()]).map_err(io::Error::other)?;
    let library = Library::new(LibraryConfig { roles: RoleBook::default(), sources, ..LibraryConfig::default() });
    let (cancel, progress) = (Cancel::default(), Progress::default());
    let watch = Watch { reach: Reach::All, cancel: &cancel, progress: &progress };
    for frame in frames {
        let opened = library.open_stem(frame.name, &watch).map_err(io::Error::other)?;
        let table = library.collect(frame.name, opened.lf.clone(), vec![opened]).map_err(io::Error::other)?;
        let path = dir.join(format!("{}.parquet", frame.name));
        write_file(&table, &path, Format::Parquet, Cells::Raw, Overwrite::Agreed).map_err(io::Error::other)?;
    }
    Ok(())
}
