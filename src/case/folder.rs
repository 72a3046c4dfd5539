//! The case folder: `case.yaml`, `journal.jsonl`, `tables/`, `exports/`, `notes.md`, `lock`.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal::read_whole_lines;
use super::{Error, Journal, Record, Result};
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
        let folder = folder_of(name, cases)?;
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

    /// Makes a case with this description.
    pub fn make(folder: &Path, info: &CaseInfo) -> Result<Self> {
        let trouble = |e: std::io::Error| Error::Folder { path: folder.display().to_string(), why: e.to_string() };
        std::fs::create_dir_all(folder).map_err(trouble)?;
        let text = serde_yaml::to_string(info).unwrap_or_default();
        let path = folder.join("case.yaml");
        write_atomically(&path, Overwrite::Never("edit it by hand"), |out| Ok(out.write_all(text.as_bytes())?))?;
        let path = folder.display().to_string();
        // A path always holds a slash, so that it is no name.
        Self::open(&if path.contains('/') { path } else { format!("./{path}") }, folder)
    }

    /// Keeps in `case.yaml` whether anything may leave the machine.
    pub fn set_online(&mut self, online: bool) -> Result<()> {
        self.info.online = online;
        let text = serde_yaml::to_string(&self.info).unwrap_or_default();
        let path = self.folder.join("case.yaml");
        Ok(write_atomically(&path, Overwrite::Agreed, |out| Ok(out.write_all(text.as_bytes())?)).map(drop)?)
    }

    /// Keeps where one stands.
    pub fn keep_place(&self, text: &str) -> Result<()> {
        let path = self.folder.join(PLACE);
        Ok(write_atomically(&path, Overwrite::Agreed, |out| Ok(out.write_all(text.as_bytes())?)).map(drop)?)
    }
}

/// A case as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEntry {
    pub name: String,
    pub n_records: usize,
    /// When it was last worked on, to the minute; empty where nothing was recorded yet.
    pub last: String,
}

/// A case looked at from outside: nothing in it is changed, and its lock is not taken.
#[derive(Debug)]
pub struct Look {
    pub info: CaseInfo,
    pub folder: PathBuf,
    pub records: Vec<Record>,
}

impl Look {
    /// Reads a case. A last line that is still being written is not seen yet.
    pub fn at(folder: &Path) -> Result<Self> {
        let journal = folder.join("journal.jsonl");
        let records = if journal.is_file() { read_whole_lines(&journal)? } else { Vec::new() };
        Ok(Self { info: info_of(folder)?, folder: folder.to_owned(), records })
    }
}

/// The place that was kept beside the journal; None where there is none yet.
pub fn read_place(folder: &Path) -> Option<String> {
    std::fs::read_to_string(folder.join(PLACE)).ok()
}

/// The folder of a case: a path where the name holds a slash, else a name below `cases`.
pub fn folder_of(name: &str, cases: &Path) -> Result<PathBuf> {
    if matches!(name.trim(), "" | "." | "..") {
        let why = "is no name of a case; write a word, or a path with a slash".to_owned();
        return Err(Error::Folder { path: format!("'{name}'"), why });
    }
    Ok(if name.contains('/') { PathBuf::from(name) } else { cases.join(name) })
}

/// Where one stood; no part of the journal, since it is no step.
const PLACE: &str = "place.json";

/// What `case.yaml` says; without one, the usual for a case that is called as its folder.
fn info_of(folder: &Path) -> Result<CaseInfo> {
    let path = folder.join("case.yaml");
    let name = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(CaseInfo { name, ..CaseInfo::default() }) };
    serde_yaml::from_str(&text).map_err(|e: serde_yaml::Error| Error::Broken {
        path: path.display().to_string(),
        line: e.location().map_or(1, |l| l.line()),
        why: e.to_string(),
    })
}

/// The case's `case.yaml`, which is written where there is none.
fn info(folder: &Path) -> Result<CaseInfo> {
    let info = info_of(folder)?;
    let path = folder.join("case.yaml");
    if !path.exists() {
        let text = serde_yaml::to_string(&info).unwrap_or_default();
        write_atomically(&path, Overwrite::Never("edit it by hand"), |out| Ok(out.write_all(text.as_bytes())?))?;
    }
    Ok(info)
}
