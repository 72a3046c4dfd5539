//! The case folder: `case.yaml`, `journal.jsonl`, `tables/`, `exports/`, `notes.md`, `lock`.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Error, Journal, Result};
use crate::export::{Overwrite, write_atomically};

/// `case.yaml`: what holds for the whole case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseInfo {
    pub name: String,
    pub tags: Vec<String>,
    /// Traffic light protocol: how far the case may be shared.
    pub tlp: String,
    /// Permissible actions protocol: what may be done with its indicators.
    pub pap: String,
    /// Whether anything may leave the machine; off unless somebody turned it on.
    pub online: bool,
    pub time_zone: String,
}

impl Default for CaseInfo {
    fn default() -> Self {
        Self {
            name: String::new(),
            tags: Vec::new(),
            tlp: "amber".to_owned(),
            pap: "amber".to_owned(),
            online: false,
            time_zone: "UTC".to_owned(),
        }
    }
}

/// An open case; the lock is held as long as it lives.
#[derive(Debug)]
pub struct Case {
    pub info: CaseInfo,
    pub folder: PathBuf,
    pub journal: Journal,
    _lock: File,
}

impl Case {
    /// Opens a case, or makes it. `name` is a path where it holds a slash, else a name below `cases`.
    pub fn open(name: &str, cases: &Path) -> Result<Self> {
        if matches!(name.trim(), "" | "." | "..") {
            let why = "is no name of a case; write a word, or a path with a slash".to_owned();
            return Err(Error::Folder { path: format!("'{name}'"), why });
        }
        let folder = if name.contains('/') { PathBuf::from(name) } else { cases.join(name) };
        let trouble = |e: std::io::Error| Error::Folder { path: folder.display().to_string(), why: e.to_string() };
        for below in ["tables", "exports"] {
            std::fs::create_dir_all(folder.join(below)).map_err(trouble)?;
        }
        let lock = File::create(folder.join("lock")).map_err(trouble)?;
        if lock.try_lock().is_err() {
            return Err(Error::Locked { path: folder.display().to_string() });
        }
        let info = info(&folder)?;
        let journal = Journal::open(&folder.join("journal.jsonl"))?;
        Ok(Self { info, journal, folder, _lock: lock })
    }
}

fn info(folder: &Path) -> Result<CaseInfo> {
    let path = folder.join("case.yaml");
    if let Ok(text) = std::fs::read_to_string(&path) {
        let broken = |e: serde_yaml::Error| Error::Broken {
            path: path.display().to_string(),
            line: e.location().map_or(1, |l| l.line()),
            why: e.to_string(),
        };
        return serde_yaml::from_str(&text).map_err(broken);
    }
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let info = CaseInfo { name, ..CaseInfo::default() };
    let text = serde_yaml::to_string(&info).unwrap_or_default();
    write_atomically(&path, Overwrite::Never("edit it by hand"), |out| Ok(out.write_all(text.as_bytes())?))?;
    Ok(info)
}
