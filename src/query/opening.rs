//! Evidence becomes rows: each file is read, its rows are numbered, and it is remembered as evidence.

use std::collections::HashMap;

use polars::prelude::*;

use super::error::{Error, Result};
use super::format::Format;
use super::library::{Library, lock, suggestion};
use super::reader::{self, Reach, Watch};
use super::source::{Part, Source};
use crate::model::{Evidence, LINEAGE, Note, ROW, SOURCE, SourceId};

/// A table that was opened: its rows with their lineage, still lazy.
pub struct Opened {
    pub name: String,
    pub lf: LazyFrame,
    pub sources: Vec<(SourceId, Evidence)>,
    pub notes: Vec<Note>,
}

/// The evidence of a run. What was read whole is kept, so that a second question does not read it again.
#[derive(Default)]
pub struct AlreadyOpened {
    evidence: Vec<Evidence>,
    frames: HashMap<SourceId, (DataFrame, Vec<Note>)>,
}

impl std::fmt::Debug for AlreadyOpened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AlreadyOpened").field("evidence", &self.evidence).finish_non_exhaustive()
    }
}

impl Library {
    /// The source of this stem, and what was said when it was found.
    pub fn source(&self, stem: &str) -> Result<(Source, Vec<Note>)> {
        let sources = lock(&self.sources);
        let Some(source) = sources.get(stem).cloned() else {
            let stems: Vec<&str> = sources.stems().collect();
            let suggestion = suggestion(stem, stems.iter().copied());
            return Err(Error::NoSuchTable { name: stem.to_owned(), suggestion, loaded: stems.join(", ") });
        };
        let notes = sources.notes.iter().filter(|note| note.about.eq_ignore_ascii_case(&source.stem)).cloned();
        Ok((source.clone(), notes.collect()))
    }

    /// Opens the table with this stem.
    pub fn open_stem(&self, stem: &str, watch: &Watch<'_>) -> Result<Opened> {
        let (source, notes) = self.source(stem)?;
        let mut opened = self.open(&source, watch)?;
        opened.notes.splice(0..0, notes);
        Ok(opened)
    }

    /// Opens a source. Of several files one that cannot be read costs itself and leaves a note.
    pub fn open(&self, source: &Source, watch: &Watch<'_>) -> Result<Opened> {
        let mut opened = Opened { name: source.stem.clone(), lf: LazyFrame::default(), sources: vec![], notes: vec![] };
        if source.root.is_some() {
            opened.notes.extend(source.left.iter().map(|what| Note::new(&source.stem, what)));
        }
        // The types of delimited text settle over all files together.
        let settles_later = watch.reach == Reach::All && source.parts.len() > 1 && source.format.is_delimited();
        let reach = if settles_later { Reach::Untyped } else { watch.reach };
        let mut frames = Vec::new();
        for part in &source.parts {
            watch.check()?;
            match self.open_part(source, part, &Watch { reach, ..*watch }) {
                Ok((lf, evidence, notes)) => {
                    frames.push(lf);
                    opened.sources.push(evidence);
                    opened.notes.extend(notes);
                }
                Err(Error::Cancelled) => return Err(Error::Cancelled),
                Err(e) if source.parts.len() > 1 => {
                    opened.notes.push(Note::new(&source.stem, format!("left out: {e}")));
                }
                Err(e) => return Err(e),
            }
            if watch.reach == Reach::First {
                break;
            }
        }
        opened.lf = together(frames, source)?;
        if settles_later {
            let (df, notes) = reader::settled(opened.lf.collect()?, &source.path(), watch)?;
            opened.notes.extend(notes);
            opened.lf = df.lazy();
        }
        // Lineage comes first; people expect their own columns there.
        opened.lf = opened.lf.select([all().exclude_cols([ROW, SOURCE]).as_expr(), col(SOURCE), col(ROW)]);
        Ok(opened)
    }

    /// One file's rows, numbered, with the keys of its folders as columns.
    fn open_part(
        &self,
        source: &Source,
        part: &Part,
        watch: &Watch<'_>,
    ) -> Result<(LazyFrame, (SourceId, Evidence), Vec<Note>)> {
        let (id, evidence) = self.remember(part)?;
        let (lf, mut notes) = self.read(part, source.format, id, watch)?;
        let (mut lf, clashes) = without_our_names(lf)?;
        notes.extend(clashes);
        let schema = lf.collect_schema()?;
        for (key, value) in source.keys_of(part) {
            let mut name = key;
            if schema.contains(&name) {
                let what =
                    format!("the folders' key {name} is 'folder_{name}' here, since the rows have that column too");
                notes.push(Note::new(part.path(), what).as_remark());
                name = format!("folder_{name}");
            }
            // What Hive writes for a key without a value.
            let value =
                if value == "__HIVE_DEFAULT_PARTITION__" { lit(NULL).cast(DataType::String) } else { lit(value) };
            lf = lf.with_column(value.alias(name));
        }
        let lf = lf.with_row_index(ROW, None).with_column(lit(id.0).cast(DataType::UInt32).alias(SOURCE));
        Ok((lf, (id, evidence), notes))
    }

    fn read(&self, part: &Part, format: Format, id: SourceId, watch: &Watch<'_>) -> Result<(LazyFrame, Vec<Note>)> {
        if let Some((df, notes)) = lock(&self.opened).frames.get(&id) {
            return Ok((df.clone().lazy(), notes.clone()));
        }
        let read = reader::read(part, format, watch)?;
        // Parquet is never kept: its file is asked anew for only what a question needs.
        // Nor is what is still being written, which is another file each time.
        let is_growing = matches!(part, Part::Beginning(..));
        if watch.reach != Reach::All || format == Format::Parquet || is_growing {
            return Ok((read.lf, read.notes));
        }
        let df = read.lf.collect()?;
        lock(&self.opened).frames.insert(id, (df.clone(), read.notes.clone()));
        Ok((df.lazy(), read.notes))
    }

    fn remember(&self, part: &Part) -> Result<(SourceId, Evidence)> {
        let mtime = part.modified().map(|t| t.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
        // The same file is the same evidence from whatever folder it was named.
        let path = match part {
            Part::File(path) | Part::Beginning(path, _) => {
                std::path::absolute(path).map_or_else(|_| part.path(), |path| path.display().to_string())
            }
            Part::Embedded(_) => part.path(),
        };
        let evidence = Evidence { path, bytes: part.bytes()?, mtime, sha256: None };
        let known = &mut lock(&self.opened).evidence;
        let at = known.iter().position(|e| *e == evidence).unwrap_or_else(|| {
            known.push(evidence.clone());
            known.len() - 1
        });
        Ok((SourceId(u32::try_from(at).unwrap_or(u32::MAX)), evidence))
    }
}

/// The rows of all files, one after the other; a column that a file lacks is null in its rows.
fn together(mut frames: Vec<LazyFrame>, source: &Source) -> Result<LazyFrame> {
    match (frames.len(), frames.pop()) {
        (1, Some(lf)) => Ok(lf),
        (n, Some(last)) if n > 1 => {
            frames.push(last);
            Ok(concat_lf_diagonal(frames, UnionArgs { to_supertypes: true, ..UnionArgs::default() })?)
        }
        _ => Err(Error::Unreadable { path: source.path(), why: "none of its files can be read".to_owned() }),
    }
}

/// Evidence may have columns of the names that lineage uses; they are renamed, and a note says so.
fn without_our_names(mut lf: LazyFrame) -> Result<(LazyFrame, Vec<Note>)> {
    let schema = lf.collect_schema()?;
    let clashes: Vec<&str> = LINEAGE.into_iter().filter(|name| schema.contains(name)).collect();
    let renamed: Vec<String> = clashes.iter().map(|name| format!("evidence{name}")).collect();
    let note = |(old, new): (&&str, &String)| Note::new(*old, format!("this column is called {new} here"));
    let notes = clashes.iter().zip(&renamed).map(note).collect();
    Ok((if clashes.is_empty() { lf } else { lf.rename(clashes, renamed, true) }, notes))
}
