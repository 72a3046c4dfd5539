//! Where results go, and standard input as a file.

use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Shared;
use crate::export::{self, Cells, Format, Overwrite};
use crate::model::Table;

/// Writes a result as the flags say.
pub fn write(table: &Table, shared: &Shared) -> anyhow::Result<()> {
    if let Some(name) = shared.table.as_ref().filter(|name| **name != table.name) {
        anyhow::bail!("the result has no table '{name}'; it has {}", table.name);
    }
    let cells = if shared.safe { Cells::Safe } else { Cells::Raw };
    match shared.output.as_deref() {
        None | Some("-") => {
            let on_terminal = if std::io::stdout().is_terminal() { Format::Table } else { Format::Csv };
            let mut out = BufWriter::new(std::io::stdout().lock());
            export::write(table, shared.format.unwrap_or(on_terminal), cells, &mut out)?;
            Ok(out.flush()?)
        }
        Some(path) => {
            let (path, format) = file(Path::new(path), table, shared)?;
            let same =
                |other: &str| path.canonicalize().is_ok_and(|p| Path::new(other).canonicalize().is_ok_and(|o| o == p));
            anyhow::ensure!(
                !table.sources.iter().any(|(_, evidence)| same(&evidence.path)),
                "{} is the evidence itself, which is never written to; choose another -o",
                path.display()
            );
            let never = Overwrite::Never("give --overwrite");
            export::write_file(table, &path, format, cells, if shared.overwrite { Overwrite::Agreed } else { never })?;
            super::narrate(&format!("{}: {} rows, {} columns", path.display(), table.n_rows(), table.columns.len()));
            Ok(())
        }
    }
}

/// The file and format of `-o`: a folder gets a file of the table's name.
fn file(path: &Path, table: &Table, shared: &Shared) -> anyhow::Result<(PathBuf, Format)> {
    if path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/') {
        std::fs::create_dir_all(path).with_context(|| path.display().to_string())?;
        let format = shared.format.unwrap_or(Format::Csv);
        return Ok((path.join(format!("{}.{}", table.name, format.ending())), format));
    }
    let format = shared.format.or_else(|| Format::of(path));
    let format = format.with_context(|| format!("{}: the ending names no format; give --format", path.display()))?;
    Ok((path.to_owned(), format))
}

/// Standard input as a file in a folder that goes when it is dropped. It has no ending, so its content says what it is.
pub fn spool_stdin() -> anyhow::Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir().context("standard input needs a temporary folder")?;
    let path = folder.path().join("stdin");
    std::io::copy(&mut std::io::stdin().lock(), &mut std::fs::File::create(&path)?)?;
    Ok((folder, path))
}

/// Standard input as a file that grows: it is there once a line is, and goes on being written.
pub fn spool_stdin_live() -> anyhow::Result<(tempfile::TempDir, PathBuf)> {
    let folder = tempfile::tempdir().context("standard input needs a temporary folder")?;
    let path = folder.path().join("stdin");
    let mut file = std::fs::File::create(&path)?;
    let (tell, has_line) = std::sync::mpsc::channel();
    drop(std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        let mut input = std::io::stdin().lock();
        while let Ok(n) = std::io::Read::read(&mut input, &mut buffer) {
            if n == 0 || file.write_all(&buffer[..n]).is_err() {
                break;
            }
            if buffer[..n].contains(&b'\n') {
                // Nobody listens after the first line.
                let _ = tell.send(());
            }
        }
    }));
    // An end without a line closes the channel, which is an answer too.
    let _ = has_line.recv();
    Ok((folder, path))
}
