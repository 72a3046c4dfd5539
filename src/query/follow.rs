//! Files that are still being written: how far they have grown by whole lines.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::error::{Error, Result};
use super::format::Format;

/// A step back from the end in search of the last line end takes no more bytes.
const CHUNK: u64 = 1 << 16;

/// Whether a file of this name can grow by lines.
pub fn can_grow(path: &Path) -> bool {
    let is_packed = path.extension().is_some_and(|ending| ending == "gz" || ending == "zst");
    let format = Format::of(path);
    !is_packed && matches!(format, None | Some(Format::Csv | Format::Tsv | Format::Jsonl | Format::Log))
}

/// The length of the file up to its last line end, if that is more than `seen` bytes. A file that has become shorter
/// was cut or replaced, and what was read of it is no longer its beginning.
pub fn grown(path: &Path, seen: u64) -> Result<Option<u64>> {
    let unreadable = |e: std::io::Error| Error::Unreadable { path: path.display().to_string(), why: e.to_string() };
    let mut file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length < seen {
        let why = "was cut or replaced; open it anew to see what it holds now".to_owned();
        return Err(Error::Unreadable { path: path.display().to_string(), why });
    }
    let mut end = length;
    while end > seen {
        let start = end.saturating_sub(CHUNK).max(seen);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
        file.by_ref().take(end - start).read_to_end(&mut bytes).map_err(unreadable)?;
        if let Some(at) = bytes.iter().rposition(|b| *b == b'\n') {
            return Ok(Some(start + at as u64 + 1));
        }
        end = start;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "a,b\n1,2\n3,").unwrap();
        assert_eq!(grown(&path, 0).unwrap(), Some(8));
        assert_eq!(grown(&path, 8).unwrap(), None);
        std::fs::write(&path, format!("a,b\n1,2\n{}\n5", "x".repeat(200_000))).unwrap();
        assert_eq!(grown(&path, 8).unwrap(), Some(8 + 200_001));
        std::fs::write(&path, "a\n").unwrap();
        assert!(grown(&path, 8).is_err());
        assert!(can_grow(Path::new("a.log")) && !can_grow(Path::new("a.csv.gz")) && !can_grow(Path::new("a.parquet")));
    }
}
