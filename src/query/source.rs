//! Which tables there are, by the stem of their file name, and where each one lies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::error::{Error, Result};
use super::format::Format;
use super::reader::first_bytes;
use crate::config::{Embedded, lab_tables};
use crate::model::Note;

/// One file behind a table.
#[derive(Clone, Debug)]
pub enum Part {
    File(PathBuf),
    /// The first bytes of a file that is still being written.
    Beginning(PathBuf, u64),
    /// Inside the program.
    Embedded(Embedded),
}

impl Part {
    /// How it is named to a person and in the journal.
    pub fn path(&self) -> String {
        match self {
            Self::File(path) | Self::Beginning(path, _) => path.display().to_string(),
            Self::Embedded(file) => format!("lab:{}", stem_of(Path::new(file.path))),
        }
    }

    /// Its size in bytes as it lies there.
    pub fn bytes(&self) -> Result<u64> {
        let unreadable = |e: std::io::Error| Error::Unreadable { path: self.path(), why: e.to_string() };
        match self {
            Self::File(path) => Ok(path.metadata().map_err(unreadable)?.len()),
            Self::Beginning(_, bytes) => Ok(*bytes),
            Self::Embedded(file) => Ok(file.bytes.len() as u64),
        }
    }

    /// When it was last written; None inside the program.
    pub fn modified(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::File(path) | Self::Beginning(path, _) => Some(path.metadata().ok()?.modified().ok()?.into()),
            Self::Embedded(_) => None,
        }
    }
}

/// One table that can be read: a file, or the files of a folder that is parted by keys (`day=2026-03-04/...`).
#[derive(Clone, Debug)]
pub struct Source {
    pub stem: String,
    pub format: Format,
    pub parts: Vec<Part>,
    /// The folder whose subfolders name keys and their values.
    pub root: Option<PathBuf>,
    /// Files that might have been meant, and why they were left alone.
    pub left: Vec<String>,
}

impl Source {
    /// The source that a path names; where its ending says no format its first bytes do.
    pub fn file(path: &Path) -> Result<Self> {
        let unreadable = |why: String| Error::Unreadable { path: path.display().to_string(), why };
        let meta = path.metadata().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                unreadable("there is no such file; give the path of a file or folder".to_owned())
            }
            _ => unreadable(e.to_string()),
        })?;
        if meta.is_dir() {
            return Self::keyed_folder(path)
                .ok_or_else(|| unreadable("is a folder; give it with --data, or open one of its files".to_owned()));
        }
        let format = match Format::of(path) {
            Some(format) => format,
            None => Format::of_content(&first_bytes(&Part::File(path.to_owned()))?),
        };
        Ok(Self { stem: stem_of(path), format, parts: vec![Part::File(path.to_owned())], root: None, left: Vec::new() })
    }

    /// The source with only the first bytes of its file, as far as that had grown.
    #[must_use]
    pub fn beginning(mut self, bytes: u64) -> Self {
        for part in &mut self.parts {
            if let Part::File(path) = part {
                *part = Part::Beginning(std::mem::take(path), bytes);
            }
        }
        self
    }

    /// The one table of a folder that is parted by keys.
    fn keyed_folder(folder: &Path) -> Option<Self> {
        let is_key = |path: &Path| path.is_dir() && path.file_name().is_some_and(|n| n.to_string_lossy().contains('='));
        if !folder.read_dir().ok()?.any(|entry| entry.is_ok_and(|e| is_key(&e.path()))) {
            return None;
        }
        let files = files_below(folder).ok()?;
        let format = files.iter().filter_map(|file| Format::of(file)).min()?;
        let (files, others): (Vec<_>, Vec<_>) = files
            .into_iter()
            .filter(|file| Format::of(file).is_some())
            .partition(|file| Format::of(file) == Some(format));
        let left = others.iter().map(|file| format!("{} is of another format and is left alone", file.display()));
        let parts = files.into_iter().map(Part::File).collect();
        Some(Self { stem: stem_of(folder), format, parts, root: Some(folder.to_owned()), left: left.collect() })
    }

    /// How the source is named to a person.
    pub fn path(&self) -> String {
        let folder = self.root.as_ref().map(|root| root.display().to_string());
        folder.or_else(|| self.parts.first().map(Part::path)).unwrap_or_default()
    }

    /// The keys and values that the folders between the root and a part name.
    pub fn keys_of(&self, part: &Part) -> Vec<(String, String)> {
        let (Some(root), Part::File(path)) = (&self.root, part) else { return Vec::new() };
        let below = path.parent().and_then(|folder| folder.strip_prefix(root).ok());
        let folders =
            below.into_iter().flat_map(Path::components).map(|c| c.as_os_str().to_string_lossy().into_owned());
        folders.filter_map(|name| name.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()))).collect()
    }

    /// The folder that a file lies in; None inside the program.
    fn folder(&self) -> Option<&Path> {
        match self.parts.first()? {
            Part::File(path) | Part::Beginning(path, _) => self.root.as_deref().unwrap_or(path).parent(),
            Part::Embedded(_) => None,
        }
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
                let stem = stem_of(path);
                sources.add(Source { stem, format, parts: vec![Part::Embedded(file)], root: None, left: Vec::new() });
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
        if let Some(keyed) = Source::keyed_folder(path) {
            found.push(self.add(keyed));
        } else if path.is_dir() {
            for file in tables_below(path, &mut self.notes)? {
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
        let (mut keep, leave) = if source.format < other.format { (source, other) } else { (other, source) };
        keep.left.extend(leave.left.iter().cloned().chain([leave.path()]));
        let prefix = format!("the table {stem} is read from ");
        let (have, are) = if keep.left.len() > 1 { ("have", "are") } else { ("has", "is") };
        let left = keep.left.join(", ");
        let what = format!("{prefix}{}; {left} {have} the same stem and {are} left alone", keep.path());
        self.notes.retain(|note| !(note.about == stem && note.what.starts_with(&prefix)));
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

/// What is below a folder and can be read, in order of the paths; hidden files are passed over. A folder that is parted
/// by keys counts as one; one that may not be looked into costs itself and leaves a note.
fn tables_below(folder: &Path, notes: &mut Vec<Note>) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in visible(folder)? {
        if path.is_dir() && Source::keyed_folder(&path).is_none() {
            match tables_below(&path, notes) {
                Ok(below) => found.extend(below),
                Err(e) => notes.push(Note::new(path.display().to_string(), format!("left out: {e}"))),
            }
        } else if path.is_dir() || (Format::of(&path).is_some() && path.is_file()) {
            found.push(path);
        }
    }
    Ok(found)
}

/// All files below a folder, in order of their paths.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in visible(folder)? {
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}

/// The entries of a folder that are not hidden, in order.
fn visible(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |e: std::io::Error| Error::Unreadable { path: folder.display().to_string(), why: e.to_string() };
    let mut paths = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // A link to a folder could lead round in a circle.
        let is_linked_folder = entry.path().is_dir() && entry.path().is_symlink();
        if !entry.file_name().to_string_lossy().starts_with('.') && !is_linked_folder {
            paths.push(entry.path());
        }
    }
    paths.sort_unstable();
    Ok(paths)
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
