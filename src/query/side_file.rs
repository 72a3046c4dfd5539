//! Files that are no tables but are needed beside them: lists, databases, recorded answers, reports.

use std::io::Read;
use std::path::Path;

use super::error::{Error, Result};
use super::library::Library;
use super::source::Part;
use crate::model::Evidence;

/// A text that is read whole is no longer than this many bytes.
const MOST_TEXT: u64 = 64 << 20;
/// A database that is read whole is no longer than this many bytes.
const MOST_BYTES: u64 = 1 << 30;

impl Library {
    /// A file's text, and the file as evidence of what was done with it. Bytes that are no UTF-8 become signs that say so.
    pub fn read_list(&self, path: &str) -> Result<(String, Vec<Evidence>)> {
        let (bytes, evidence) = read(path, MOST_TEXT)?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), evidence))
    }

    /// A file's bytes, and the file as evidence.
    pub fn read_bytes(&self, path: &str) -> Result<(Vec<u8>, Vec<Evidence>)> {
        read(path, MOST_BYTES)
    }
}

fn read(path: &str, most: u64) -> Result<(Vec<u8>, Vec<Evidence>)> {
    let unreadable = |why: String| Error::Unreadable { path: path.to_owned(), why };
    let part = Part::File(std::path::absolute(Path::new(path)).map_err(|e| unreadable(e.to_string()))?);
    let bytes = part.bytes()?;
    if bytes > most {
        return Err(unreadable(format!("it has {bytes} bytes; {most} are the most that is read whole")));
    }
    let mut content = Vec::new();
    // The file may grow meanwhile, or have no size at all.
    let file = std::fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
    file.take(most + 1).read_to_end(&mut content).map_err(|e| unreadable(e.to_string()))?;
    if content.len() as u64 > most {
        return Err(unreadable(format!("it has more than {most} bytes, which are the most that is read whole")));
    }
    let mtime = part.modified().map(|t| t.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
    Ok((content, vec![Evidence { path: part.path(), bytes, mtime, sha256: None }]))
}
