//! Which tables there are, by the stem of their file name, and where each one lies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::{Error, Result};
use crate::config::{Embedded, lab_tables};
use crate::model::Note;

/// A file format that can be read; earlier ones are preferred where a folder has several of one stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Parquet,
    Jsonl,
    Csv,
    Tsv,
}

impl Format {
    /// The format that a file name's ending says.
    pub fn of(path: &Path) -> Option<Self> {
        Some(match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "parquet" | "pq" => Self::Parquet,
            "jsonl" | "ndjson" => Self::Jsonl,
            "csv" => Self::Csv,
            "tsv" => Self::Tsv,
            _ => return None,
        })
    }

    /// The endings, for messages.
    pub const ENDINGS: &str = ".parquet, .jsonl, .csv, .tsv";
}

/// Where a table lies.
#[derive(Clone, Debug)]
pub enum Place {
    File(PathBuf),
    /// Inside the program.
    Embedded(Embedded),
}

/// One table that can be read.
#[derive(Clone, Debug)]
pub struct Source {
    pub stem: String,
    pub format: Format,
    pub place: Place,
}

impl Source {
    /// The source that a path names; its ending must be one that can be read.
    pub fn file(path: &Path) -> Result<Self> {
        let unreadable = |why: String| Error::Unreadable { path: path.display().to_string(), why };
        let meta = path.metadata().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                unreadable("there is no such file; give the path of a file or folder".to_owned())
            }
            _ => unreadable(e.to_string()),
        })?;
        if meta.is_dir() {
            return Err(unreadable("is a folder; give it with --data, or open one of its files".to_owned()));
        }
        let format = Format::of(path)
            .ok_or_else(|| unreadable(format!("has no ending that is known; there are {}", Format::ENDINGS)))?;
        Ok(Self { stem: stem_of(path), format, place: Place::File(path.to_owned()) })
    }

    /// How the source is named to a person and in the journal.
    pub fn path(&self) -> String {
        match &self.place {
            Place::File(path) => path.display().to_string(),
            Place::Embedded(_) => format!("lab:{}", self.stem),
        }
    }
}

impl Source {
    /// The folder that a file lies in; None inside the program.
    fn folder(&self) -> Option<&Path> {
        if let Place::File(path) = &self.place { path.parent() } else { None }
    }

    /// The file's name without its ending.
    fn file_name(&self) -> String {
        let path = self.path();
        Path::new(&path).file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// The tables of a run, by stem.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    by_stem: BTreeMap<String, Source>,
    pub notes: Vec<Note>,
}

impl Sources {
    /// The tables that are built in.
    pub fn lab() -> Self {
        let mut sources = Self::default();
        for file in lab_tables() {
            let path = Path::new(file.path);
            if let Some(format) = Format::of(path) {
                sources.add(Source { stem: stem_of(path), format, place: Place::Embedded(file) });
            }
        }
        sources
    }

    /// The tables in files and folders; a folder is searched with all that is below it.
    pub fn of_paths(paths: &[PathBuf]) -> Result<Self> {
        let mut sources = Self::default();
        for path in paths {
            sources.add_path(path)?;
        }
        if sources.by_stem.is_empty() && !paths.is_empty() {
            let path = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
            return Err(Error::Unreadable {
                path,
                why: format!("holds no table; the endings that are known are {}", Format::ENDINGS),
            });
        }
        Ok(sources)
    }

    /// Adds the tables of one more file or folder; gives the stems that came from it.
    pub fn add_path(&mut self, path: &Path) -> Result<Vec<String>> {
        let mut found = Vec::new();
        if path.is_dir() {
            for file in tables_below(path)? {
                found.push(self.add(Source::file(&file)?));
            }
            found.dedup();
        } else {
            found.push(self.add(Source::file(path)?));
        }
        Ok(found)
    }

    /// The table with this stem; a name that differs only in case will do.
    pub fn get(&self, stem: &str) -> Option<&Source> {
        let ignoring_case = || self.by_stem.values().find(|s| s.stem.eq_ignore_ascii_case(stem));
        self.by_stem.get(stem).or_else(ignoring_case)
    }

    pub fn stems(&self) -> impl Iterator<Item = &str> {
        self.by_stem.keys().map(String::as_str)
    }

    pub fn len(&self) -> usize {
        self.by_stem.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_stem.is_empty()
    }

    /// Adds a table and gives the name that it has. One table in several formats beside each other is read once, from
    /// the best; any other file of the same stem is a table of its own under a longer name.
    fn add(&mut self, source: Source) -> String {
        let stem = source.stem.clone();
        let Some(other) = self.by_stem.get(&stem).cloned() else {
            self.by_stem.insert(stem.clone(), source);
            return stem;
        };
        if other.path() == source.path() {
            return stem;
        }
        if other.folder() != source.folder() || other.format == source.format {
            return self.add_under_longer_name(source);
        }
        let (keep, leave) = if source.format < other.format { (source, other) } else { (other, source) };
        let what = format!(
            "the table {stem} is read from {}; {} has the same stem and is left alone",
            keep.path(),
            leave.path()
        );
        self.notes.push(Note::new(&stem, what));
        self.by_stem.insert(stem.clone(), keep);
        stem
    }

    fn add_under_longer_name(&mut self, mut source: Source) -> String {
        let path = source.path();
        if let Some(known) = self.by_stem.values().find(|s| s.path() == path) {
            return known.stem.clone();
        }
        let whole = source.file_name();
        let folder =
            source.folder().and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned())).unwrap_or_default();
        let names = [whole, format!("{folder}_{}", source.stem)].into_iter();
        let numbered = (2..).map(|n| format!("{}_{n}", source.stem));
        let as_name = |text: String| text.replace(|c: char| !c.is_alphanumeric(), "_");
        let free = names.chain(numbered).map(as_name).find(|name| !self.by_stem.contains_key(name));
        let stem = free.unwrap_or_default();
        self.notes
            .push(Note::new(&stem, format!("{path} is called {stem}: another table has the stem {}", source.stem)));
        source.stem.clone_from(&stem);
        self.by_stem.insert(stem.clone(), source);
        stem
    }
}

fn stem_of(path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The files below a folder that can be read, in order of their paths; hidden ones are passed over.
fn tables_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |e: std::io::Error| Error::Unreadable { path: folder.display().to_string(), why: e.to_string() };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(unreadable)?);
        let is_visible = !entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && is_visible {
            files.extend(tables_below(&path)?);
        } else if is_visible && Format::of(&path).is_some() && path.is_file() {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_format_of_a_stem_is_taken_and_the_others_are_noted() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv", "a.parquet", "b.csv", "b.jsonl", ".c.csv", "notes.txt"] {
            std::fs::write(folder.path().join(name), "x\n1\n").unwrap();
        }
        let sources = Sources::of_paths(&[folder.path().to_owned()]).unwrap();
        assert_eq!(sources.get("a").unwrap().format, Format::Parquet);
        assert_eq!(sources.get("B").unwrap().format, Format::Jsonl);
        assert_eq!((sources.len(), sources.notes.len()), (2, 2));
    }

    #[test]
    fn no_table_disappears_behind_another() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["h1/Security.csv", "h2/Security.csv", "auth.2026-01-01.csv", "auth.2026-01-02.csv"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x\n1\n").unwrap();
        }
        let sources = Sources::of_paths(&[folder.path().to_owned()]).unwrap();
        let stems: Vec<&str> = sources.stems().collect();
        assert_eq!(stems, ["Security", "auth", "auth_2026_01_02", "h2_Security"]);
        assert_eq!(sources.notes.len(), 2);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let missing = Source::file(Path::new("no/such/file.csv")).unwrap_err().to_string();
        assert!(missing.starts_with("no/such/file.csv: "), "{missing}");
    }
}
