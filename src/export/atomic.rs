//! The one way in which this program writes a file: beside its place, synced, then renamed over it.

use std::fs::{File, Permissions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{Error, Result};

/// Whether a file that is there already may be replaced; somebody must have agreed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// The remedy that the error names.
    Never(&'static str),
    Agreed,
}

/// Runs `fill` on a temporary file in the same folder, and puts it in place once all of it is on disk. A crash, a full
/// disk or an error leaves what was there before.
pub fn write_atomically(
    path: &Path,
    overwrite: Overwrite,
    fill: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let unwritable = |why: String| Error::Unwritable { path: path.to_owned(), why };
    if let (Overwrite::Never(remedy), true) = (overwrite, path.exists()) {
        return Err(Error::Exists { path: path.to_owned(), remedy });
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(unwritable(format!("the folder {} does not exist", folder.display())));
    }
    let temporary = tempfile::Builder::new()
        .prefix(".casebook-")
        // Whoever runs the program decides by the umask who may read the file, as with any other tool.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(|e| unwritable(e.to_string()))?;
    let mut out = BufWriter::new(temporary);
    fill(&mut out)?;
    let temporary = out.into_inner().map_err(|e| unwritable(e.to_string()))?;
    temporary.as_file().sync_all().map_err(|e| unwritable(e.to_string()))?;
    match overwrite {
        Overwrite::Agreed => temporary.persist(path).map_err(|e| unwritable(e.to_string()))?,
        // Another program may have made the file meanwhile; it stays.
        Overwrite::Never(remedy) => {
            temporary.persist_noclobber(path).map_err(|_| Error::Exists { path: path.to_owned(), remedy })?
        }
    };
    // The rename itself is only on disk once the folder is.
    File::open(folder).and_then(|f| f.sync_all()).map_err(|e| unwritable(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_replaced_without_consent_and_nothing_half_written_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let never = Overwrite::Never("say so");
        write_atomically(&path, never, |out| Ok(out.write_all(b"one")?)).unwrap();
        assert!(matches!(write_atomically(&path, never, |_| Ok(())), Err(Error::Exists { .. })));
        let fails = write_atomically(&path, Overwrite::Agreed, |out| {
            out.write_all(b"half")?;
            Err(Error::Rows("disk".into()))
        });
        assert!(fails.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        write_atomically(&path, Overwrite::Agreed, |out| Ok(out.write_all(b"two")?)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
    }
}
